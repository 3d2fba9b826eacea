"""The verb that decides many: a whole membership, from files to a file."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lupa import KnowledgeBase
from lupa.cli.charted import charts_in, schema_for, tables
from lupa.cli.command import (
    completing,
    kb_option,
    loaded,
    policies_of,
    progress,
    say,
    verb,
    warn_of_another,
)
from lupa.cli.of_charts import request_option, requested
from lupa.errors import CaseError, printable

if TYPE_CHECKING:
    from lupa.cohort.cohort import Wanted


@verb(
    "lupa cohort members.parquet verdicts.parquet --policy uhc_benlysta --id member",
    "lupa cohort charts/ verdicts.csv --policy fep_lupkynis --request service_date=2025-03-01",
    "lupa cohort 'members/*.csv' verdicts.csv --map drug_code=code --id member --summary",
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
    help="Further columns, by commas: met, scope, advisories, notes, missing, reason.",
)
@click.option(
    "--against",
    metavar="OTHER",
    help="Tell of those whom OTHER decides otherwise: an edition, a folder with a knowledge base, or a git "
    "revision of it.",
)
@click.option("--summary", "summed", is_flag=True, help="Print counts, and save them beside OUT.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes.")
@click.option(
    "--rows", type=click.IntRange(min=1), default=1 << 18, show_default=True, help="Rows of a part."
)
@request_option()
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
    """
    try:
        from lupa.cohort.against import text as shifts_text
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
        _charts(knowledge, charts, out, policies, further, requested(request), summed=summed)
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
            click.echo(shifts_text(tables, done[0]))
        elif summed:
            _summed(tables, out)

    with ExitStack() as stack:
        other = None if against is None else _other(knowledge, wanted, against, stack)
        run(knowledge, source, out, wanted, jobs=jobs, rows=rows, against=other, look=look, tick=tick)
    say(f"{done[0]:,} rows decided into {printable(str(out))}")
    warn_of_another(knowledge.files.root, kb)


def _summed(tables: Iterable[Any], out: Path) -> None:
    """Prints the counts, and saves them beside what they are of."""
    from lupa.cohort.files import write_text
    from lupa.cohort.summary import plain, summary, text

    counts = summary(tables)
    click.echo(text(counts))
    beside = out.with_name(f"{out.name}.summary.json")
    write_text(beside, json.dumps(plain(counts), indent=1, ensure_ascii=False) + "\n")


def _charts(
    kb: KnowledgeBase,
    paths: Sequence[Path],
    out: Path,
    policies: tuple[str, ...],
    outputs: tuple[str, ...],
    request: dict[str, object],
    *,
    summed: bool,
) -> None:
    """Decides what charts ask for, for each patient."""
    from lupa.cohort.files import kind_of, write

    kind_of(out)
    done = [0]

    def tick(count: int) -> None:
        done[0] = count
        if sys.stderr.isatty():
            progress(f"{count:,} charts")

    found = list(tables(kb, paths, policies, outputs, request, tick))
    write(out, schema_for(outputs), found, "")
    if summed:
        _summed(found, out)
    say(f"{done[0]:,} rows decided into {printable(str(out))}")


def _other(kb: KnowledgeBase, wanted: Wanted, word: str, stack: ExitStack) -> tuple[KnowledgeBase, Wanted]:
    """The knowledge base that a word names, and what is asked of it."""
    from lupa.authors.diff.operands import operand_of

    operand = operand_of(word, kb)
    if operand.kind == "policy":
        return kb, replace(wanted, policies=(word,))
    return KnowledgeBase.load(stack.enter_context(operand.opened(kb)).files.root), wanted
