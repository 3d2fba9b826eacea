"""The verb that decides many: a whole membership, from files to a file."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lupa import KnowledgeBase
from lupa.cli.charted import charts_in, schema_for, tables
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
    width,
)
from lupa.cli.of_charts import request_option, requested, tell
from lupa.errors import CaseError, counted, escaped, printable

if TYPE_CHECKING:
    from lupa.cohort.cohort import Wanted

_NOTES = 20
"""So many notes on charts are told."""


@verb(
    "lupa cohort members.parquet verdicts.parquet --policy uhc_benlysta --id member",
    "lupa cohort charts/ verdicts.csv --policy fep_lupkynis --request service_date=2025-03-01",
    "lupa cohort 'members/*.csv' verdicts.csv --map drug_code=code --id member --summary",
    "lupa cohort members.csv changed.csv --id member --against HEAD~3",
    "lupa cohort members.csv changed.csv --id member --against new_kb --format html > changed.html",
)
@click.argument("given", metavar="[IN]", required=False)
@click.argument("out", metavar="[OUT]", type=click.Path(path_type=Path), required=False)
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
@request_option()
@kb_option
def cohort(
    given: str | None,
    out: Path | None,
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
    request: tuple[str, ...],
    kb: str | None,
) -> None:
    """Decide every row of a table, or of many.

    IN is a file, a folder or a pattern, and OUT a file: Parquet, Arrow, CSV or JSON Lines, by its name.
    Charts (HL7 FHIR: Bundles, or NDJSON of a bulk export) make a row for each patient and request.
    Columns are named as a case names facts: age, indication, service_date, taking.voclosporin, taking (a
    list of what is taken), taking.only (all that is taken). Nothing in a row leaves a fact open.
    What was stopped goes on where it was when it is started again.

    With --against and without IN and OUT no member is decided: told is of how many worlds there can be each
    policy decides otherwise, exactly, and just when.
    """
    if given is None or out is None:
        _tell_worlds(loaded(kb), policies, None if given or form == "html" else against, as_json=as_json)
        return
    _check_page(form, against)
    try:
        from lupa.cohort.cohort import Wanted
        from lupa.cohort.files import Source, named
        from lupa.cohort.work import run
    except ImportError as error:
        raise CaseError(f"{error.name} is not installed; pip install 'lupa-kb[cohort]'") from error
    knowledge = loaded(kb)
    further = tuple(name.strip() for name in outputs.split(",") if name.strip())
    charts = charts_in(given)
    if charts:
        if ids or ignored or renamed or against or jobs > 1:
            raise click.UsageError(
                "charts have no columns: --id, --ignore, --map, --against and --jobs go with tables"
            )
        asked = requested(request)
        _charts(knowledge, charts, out, policies, further, asked, summed=summed, as_json=as_json)
        return
    if request:
        raise click.UsageError("--request goes with charts; a table says in its columns what is asked for")
    source = Source(given)
    wanted = Wanted(
        policies=policies,
        outputs=further,
        ids=ids,
        ignored=ignored,
        renamed=named(renamed),
        texts=source.kind == "csv",
    )
    done = [0]

    def look(tables: Iterator[Any]) -> None:
        if against is not None:
            names = ", ".join(policies) or "the rules in use", against
            click.echo(_shifts(tables, done[0], names, "json" if as_json else form))
        elif summed or as_json:
            click.echo(_summary(tables, out, saved=summed, as_json=as_json))

    with ExitStack() as stack:
        other = None if against is None else _other(knowledge, wanted, against, stack)
        run(
            knowledge,
            source,
            out,
            wanted,
            jobs=jobs,
            rows=rows,
            against=other,
            look=look,
            tick=_ticking(done),
            notice=say,
        )
    say(f"{counted(done[0], 'row')} decided into {printable(str(out))}")
    warn_of_another(knowledge.files.root, kb)


def _ticking(done: list[int]) -> Callable[[int, int | None], None]:
    """What is told how many rows are done; it keeps that, and shows on a terminal how fast it goes."""
    begun = time.monotonic()

    def tick(count: int, total: int | None) -> None:
        done[0] = count
        if not sys.stderr.isatty():
            return
        spent = time.monotonic() - begun
        rate = count / spent if spent else 0
        rest = f" of {total:,}, {(total - count) / rate:,.0f} s left" if total and rate else ""
        progress(f"{count:,} rows{rest}, {rate:,.0f} a second")

    return tick


def _charts(
    kb: KnowledgeBase,
    paths: Sequence[Path],
    out: Path,
    policies: tuple[str, ...],
    outputs: tuple[str, ...],
    request: dict[str, object],
    *,
    summed: bool,
    as_json: bool,
) -> None:
    """Decides what charts ask for, for each patient."""
    from lupa.cohort.files import kind_of
    from lupa.cohort.summary import told_of_invalid
    from lupa.cohort.writing import write

    kind_of(out)
    done = [0]

    def tick(count: int) -> None:
        done[0] = count
        if sys.stderr.isatty():
            progress(f"{count:,} charts")

    notes: list[tuple[str, str]] = []
    found = list(
        tables(
            kb,
            paths,
            policies,
            outputs,
            request,
            tick,
            lambda told, where: notes.extend((where, note) for note in told),
        )
    )
    write(out, schema_for(outputs), told_of_invalid(found, say), "")
    for where, note in notes[:_NOTES]:
        tell([note], where)
    if len(notes) > _NOTES:
        say(f"note: and {len(notes) - _NOTES:,} more; `lupa read` tells those of one chart")
    if summed or as_json:
        click.echo(_summary(found, out, saved=summed, as_json=as_json))
    say(f"{counted(done[0], 'row')} decided into {printable(str(out))}")


def _other(kb: KnowledgeBase, wanted: Wanted, word: str, stack: ExitStack) -> tuple[KnowledgeBase, Wanted]:
    """The knowledge base that a word names, and what is asked of it."""
    from lupa.authors.diff.operands import operand_of

    operand = operand_of(word, kb)
    if operand.kind == "policy":
        return kb, replace(wanted, policies=(word,))
    return KnowledgeBase.load(stack.enter_context(operand.opened(kb)).files.root), wanted


def _shifts(tables: Iterator[Any], rows: int, names: tuple[str, str], form: str) -> str:
    """Who would be decided otherwise, of so many rows."""
    from lupa.authors.reports.shifts import shifts_html
    from lupa.cohort.against import plain, shifts, text

    told = shifts(tables, rows)
    if form == "html":
        return shifts_html(plain(told), *names)
    if form == "json":  # an id may be a day
        return escaped(json.dumps(plain(told), ensure_ascii=False, default=str))
    return text(told)


def _summary(tables: Iterable[Any], out: Path, *, saved: bool, as_json: bool) -> str:
    """The counts of a cohort, saved beside its file if that is wanted."""
    from lupa.cohort.summary import plain, summary, text
    from lupa.cohort.writing import write_text

    counts = summary(tables)
    if saved:
        beside = out.with_name(f"{out.name}.summary.json")
        write_text(beside, json.dumps(plain(counts), indent=1, ensure_ascii=False) + "\n")
    return escaped(json.dumps(plain(counts), ensure_ascii=False)) if as_json else text(counts)


def _check_page(form: str, against: str | None) -> None:
    if form == "html" and against is None:
        raise click.UsageError("--format html is the page of --against")


def _tell_worlds(kb: KnowledgeBase, policies: tuple[str, ...], word: str | None, *, as_json: bool) -> None:
    """Tells what another edition, or other rules, make of every world of policies."""
    if word is None:
        raise click.UsageError("IN and OUT are needed; only --against alone goes without them")
    from lupa.authors.diff.operands import operand_of
    from lupa.pages.changes import changes_text, plain

    operand = operand_of(word, kb)
    named = word if operand.kind == "policy" else ""
    found = []
    with ExitStack() as stack:
        other = kb
        if not named:
            other = KnowledgeBase.load(stack.enter_context(operand.opened(kb)).files.root)
        for before in policies or ([named.partition("@")[0]] if named else kb.policies):
            sides = kb.compile(before), other.compile(named or before)
            editions = [side.rules.edition for side in sides if side.rules]
            found.append((sides[0].changes(sides[1]), editions))
    if as_json:
        click.echo(escaped(json.dumps([plain(*each) for each in found], ensure_ascii=False)))
    else:
        click.echo("\n\n".join(changes_text(*each, width()) for each in found))
