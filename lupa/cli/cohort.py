"""The verb that decides many: a whole membership, from files to a file."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lupa import KnowledgeBase
from lupa.cli.command import (
    completing,
    format_option,
    json_option,
    kb_option,
    loaded,
    policies_of,
    progress,
    say,
    verb,
    warn_of_another,
)
from lupa.errors import CaseError, escaped, printable

if TYPE_CHECKING:
    from lupa.cohort.cohort import Wanted


@verb(
    "lupa cohort members.parquet verdicts.parquet --policy uhc_benlysta --id member",
    "lupa cohort 'members/*.csv' verdicts.csv --map drug_code=code --id member --summary",
    "lupa cohort members.csv changed.csv --id member --against HEAD~3",
    "lupa cohort members.csv changed.csv --id member --against new_kb --format html > changed.html",
)
@click.argument("given", metavar="IN")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option(
    "--policy",
    "policies",
    multiple=True,
    metavar="POLICY",
    help="Ask this policy, or edition, of every row; without, columns say which.",
    **completing(policies_of),
)
@click.option("--id", "ids", multiple=True, metavar="COLUMN", help="Hand this column on.")
@click.option("--ignore", "ignored", multiple=True, metavar="COLUMN", help="This column says nothing here.")
@click.option("--map", "renamed", multiple=True, metavar="COLUMN=FACT", help="What this column says.")
@click.option(
    "--outputs",
    default="",
    metavar="NAMES",
    help="Further columns, by commas: met, scope, advisories, notes, pathways, missing, reason.",
)
@click.option(
    "--against",
    metavar="OTHER",
    help="Tell of those whom OTHER decides otherwise: an edition, a folder with a knowledge base, or a git "
    "revision of it.",
)
@format_option("html", explained="With --against: html is a page for a committee, with a chart, to print.")
@json_option
@click.option("--summary", "summed", is_flag=True, help="Print counts, and save them beside OUT.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes.")
@click.option(
    "--rows", type=click.IntRange(min=1), default=1 << 18, show_default=True, help="Rows of a part."
)
@kb_option
def cohort(
    given: str,
    out: Path,
    policies: tuple[str, ...],
    ids: tuple[str, ...],
    ignored: tuple[str, ...],
    renamed: tuple[str, ...],
    outputs: str,
    *,
    against: str | None,
    form: str,
    as_json: bool,
    summed: bool,
    jobs: int,
    rows: int,
    kb: str | None,
) -> None:
    """Decide every row of a table, or of many.

    IN is a file, a folder or a pattern, and OUT a file: Parquet, Arrow, CSV or JSON Lines, by its name.
    Columns are named as a case names facts: age, indication, service_date, taking.voclosporin, taking (a
    list of what is taken), taking.only (all that is taken). Nothing in a row leaves a fact open.
    What was stopped goes on where it was when it is started again.
    """
    try:
        from lupa.cohort import against as shifted
        from lupa.cohort.cohort import Wanted
        from lupa.cohort.files import Source, named, write_text
        from lupa.cohort.summary import plain, summary, text
        from lupa.cohort.work import run
    except ImportError as error:
        raise CaseError(f"{error.name} is not installed; pip install 'lupa-kb[cohort]'") from error
    if form == "html" and against is None:
        raise click.UsageError("--format html is the page of --against")
    from lupa.authors.reports.shifts import shifts_html

    knowledge = loaded(kb)
    source = Source(given)
    wanted = Wanted(
        policies=policies,
        outputs=tuple(name.strip() for name in outputs.split(",") if name.strip()),
        ids=ids,
        ignored=ignored,
        renamed=named(renamed),
        texts=source.kind == "csv",
    )
    begun = time.monotonic()

    done = [0]

    def tick(count: int, total: int | None) -> None:
        done[0] = count
        if not sys.stderr.isatty():
            return
        spent = time.monotonic() - begun
        rate = count / spent if spent else 0
        rest = f" of {total:,}, {(total - count) / rate:,.0f} s left" if total and rate else ""
        progress(f"{count:,} rows{rest}, {rate:,.0f} a second")

    def look(tables: Iterator[Any]) -> None:
        if against is not None:
            told = shifted.shifts(tables, done[0])
            if form == "html":
                click.echo(
                    shifts_html(shifted.plain(told), ", ".join(policies) or "the rules in use", against)
                )
            else:
                data = json.dumps(shifted.plain(told), ensure_ascii=False, default=str)
                click.echo(escaped(data) if as_json else shifted.text(told))
        elif summed or as_json:
            counts = summary(tables)
            click.echo(escaped(json.dumps(plain(counts), ensure_ascii=False)) if as_json else text(counts))
        if summed and against is None:
            beside = out.with_name(f"{out.name}.summary.json")
            write_text(beside, json.dumps(plain(counts), indent=1, ensure_ascii=False) + "\n")

    with ExitStack() as stack:
        other = None if against is None else _other(knowledge, wanted, against, stack)
        run(knowledge, source, out, wanted, jobs=jobs, rows=rows, against=other, look=look, tick=tick)
    say(f"{done[0]:,} rows decided into {printable(str(out))}")
    warn_of_another(knowledge.files.root, kb)


def _other(kb: KnowledgeBase, wanted: Wanted, word: str, stack: ExitStack) -> tuple[KnowledgeBase, Wanted]:
    """The knowledge base that a word names, and what is asked of it."""
    from lupa.authors.diff.operands import operand_of

    operand = operand_of(word, kb)
    if operand.kind == "policy":
        return kb, replace(wanted, policies=(word,))
    return KnowledgeBase.load(stack.enter_context(operand.opened(kb)).files.root), wanted
