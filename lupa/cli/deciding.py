"""The verb that decides: one case as a page, many as lines, by several processes, with what was refused."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

import click

from lupa import KnowledgeBase
from lupa.answers.decision import Decision
from lupa.answers.desk import Desk
from lupa.answers.many import Undecided, each, undecided
from lupa.cli.cases import Run, case_options
from lupa.cli.command import finish, format_option, json_option, loaded, say, verb, width
from lupa.cli.of_charts import validate_option, warn
from lupa.errors import LupaError, escaped, printable, shown
from lupa.rules.deadline import Deadline

if TYPE_CHECKING:
    from lupa.answers.counts import Summary

STANDARD = ("claimresponse", "cards", "task")
"""Forms that a standard gives."""


class Told(NamedTuple):
    """What is told of one case: texts to print and decisions to count, or what was refused and why.

    `faults` are what FHIR's models and the guides find wrong with what is printed.
    """

    texts: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    refused: Undecided | None = None
    error: LupaError | None = None
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class How:
    """How decisions are told; it goes to each process that makes them."""

    form: str
    fields: tuple[str, ...]
    columns: int
    timeout: float
    witness: bool
    counts: bool
    reviewed_by: str | None
    payer_url: str | None = None
    validate: bool = False

    def __call__(self, kb: Desk, item: tuple[str, Any]) -> Told:
        """What is told of a case, or of what is wrong with it, at its place."""
        where, case = item
        if isinstance(case, LupaError):
            return self._refused(case, where, None)
        try:
            if self.form in STANDARD:
                return self._answered(kb, where, case)
            found = kb.decide_all(case, name=where, timeout=self.timeout)
        except LupaError as error:
            return self._refused(error, where, case)
        return Told(tuple(map(self._text, found)), found if self.counts else ())

    def _answered(self, kb: Desk, where: str, case: Any) -> Told:
        """The decisions in a standard form: of a claim of several items, one answer to them all."""
        from lupa.fhir.items import answers_to

        limit, by, to = Deadline(self.timeout), self.reviewed_by, self.payer_url
        found, answers = answers_to(self.form, kb, case, limit, name=where, reviewed_by=by, payer_url=to)
        faults: tuple[str, ...] = ()
        if self.validate:
            from lupa.fhir.validating import of_answer

            faults = tuple(f"{where}: {fault}" for one in answers for fault in of_answer(one))
        if self.form == "task" and len(answers) < len(found):
            from lupa.fhir.tasks import asked_of_them

            no_task = "nothing is missing that a Task could ask for, so there is none"
            settled = (one for one in found if not asked_of_them(one))
            faults += tuple(f"{where}: {one.policy}: {one.outcome}; {no_task}" for one in settled)
        texts = tuple(escaped(json.dumps(one, ensure_ascii=False)) for one in answers)
        return Told(texts, tuple(found) if self.counts else (), faults=faults)

    def _refused(self, error: LupaError, where: str, case: Any) -> Told:
        from lupa.pages.short import line

        refused = undecided(error, where, case)
        texts = (line(refused, self.fields),) if self.fields and self.form == "text" else ()
        return Told(texts, (), refused, error)

    def _text(self, decision: Decision) -> str:
        if self.fields:
            from lupa.answers.written import as_json
            from lupa.pages.short import line, values

            if self.form == "json":
                return escaped(as_json(values(decision, self.fields)))
            return line(decision, self.fields)
        if self.form == "json":
            return escaped(decision.to_json())
        from lupa.pages import markdown, page

        if self.form == "markdown":
            return markdown.markdown(decision)
        text = page.text(decision, self.columns)
        return f"{text}\n{page.witness_text(decision, self.columns)}" if self.witness else text

    @property
    def between(self) -> str:
        """What stands between two texts."""
        return "\n" if self.form in ("text", "markdown") and not self.fields else ""


def _fields(_context: click.Context, _option: click.Parameter, named: str | None) -> tuple[str, ...]:
    if named is None:
        return ()
    from lupa.pages.short import FIELDS

    names = tuple(name.strip() for name in named.split(",") if name.strip())
    unknown = [name for name in names if name not in FIELDS]
    if unknown or not names:
        raise click.UsageError(
            f"--fields takes some of {', '.join(FIELDS)}, with commas between, not {shown(named)}"
        )
    return names


@verb(
    "lupa decide case.yaml",
    "lupa decide --example lupkynis_alongside_bars_benlysta",
    "lupa decide cases.jsonl --json --jobs 4 --errors-to refused.jsonl > decisions.jsonl",
    "lupa decide cases/*.yaml --fields outcome,unmet,missing --summary",
    "cat case.json | lupa decide -",
    "lupa decide case.yaml --witness",
)
@case_options
@json_option
@format_option(
    "json",
    "markdown",
    "claimresponse",
    "cards",
    "task",
    explained="markdown is fit for the body of a letter; claimresponse, cards and task are FHIR's.",
)
@click.option(
    "--reviewed-by",
    metavar="NPI",
    help="With claimresponse: who decides. Without, a denial leaves as pended.",
)
@click.option("--payer-url", metavar="URL", help="With task: where the answers go.")
@validate_option
@click.option(
    "--witness",
    is_flag=True,
    help="Show, for each possible outcome, a patient who has it (JSON always does).",
)
@click.option(
    "--fields",
    callback=_fields,
    metavar="NAME,...",
    help="Print one line a case, with no more than these: outcome,unmet,missing.",
)
@click.option(
    "--summary", "summed", is_flag=True, help="End in a table of outcomes and what lies behind them."
)
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes.")
@click.option(
    "--errors-to", "errors", metavar="FILE", help="Write what was refused there, as JSON, one a line."
)
def decide(
    cases: tuple[str, ...],
    examples: tuple[str, ...],
    form: str,
    *,
    witness: bool,
    reviewed_by: str | None,
    payer_url: str | None,
    validate: bool,
    fields: tuple[str, ...],
    summed: bool,
    jobs: int,
    errors: str | None,
    as_json: bool,
    kb: str | None,
    timeout: float,
) -> None:
    """The outcome of each CASE: what fails or is missing first, each with its clause and its cause.

    A CASE is a JSON or YAML file, a file of several (JSON Lines with one case a line, or a JSON array), or
    - for standard input. In JSON what is refused of several cases has its line among the decisions.
    """
    if witness and (form not in ("text", "json") or fields):
        raise click.UsageError("--witness goes with text, and JSON always has it; a letter has none")
    if reviewed_by is not None and form != "claimresponse":
        raise click.UsageError("--reviewed-by goes with --format claimresponse")
    if payer_url is not None and form != "task":
        raise click.UsageError("--payer-url goes with --format task")
    if validate and form not in STANDARD:
        raise click.UsageError("--validate goes with --format claimresponse, cards or task")
    form = "json" if as_json else form
    if fields and form not in ("text", "json"):
        raise click.UsageError("--fields goes with text and with JSON; other forms have what they have")
    knowledge = loaded(kb)
    is_claim = form == "claimresponse"
    run = Run(knowledge, cases, examples, as_json=form == "json", fields=fields, items=is_claim)
    how = How(form, fields, width(), timeout, witness, summed, reviewed_by, payer_url, validate)
    with _errors(errors, cases) as file:
        _decide(knowledge, run, how, jobs, file)
    if file is not None and run.failed:
        say(f"{run.failed} refused; what is wrong with each is in {printable(str(errors))}")
    finish(run.status())


def _decide(kb: KnowledgeBase, run: Run, how: How, jobs: int, file: TextIO | None) -> None:
    """Prints what is told of each case, and at the end the table."""
    counts: Summary = {}
    between, on_page = "", False
    for told in each(kb, run.read(), how, jobs):
        if told.refused is not None and told.error is not None:
            run.refuse(told.refused, told.error, file)
        warn(told.faults, "")
        for printed in told.texts:
            click.echo(between + printed)
            between, on_page = how.between, how.form == "text"
        answers: tuple[Decision | Undecided, ...] = told.decisions
        if told.refused is not None:
            answers = (told.refused,)
        if how.counts:
            from lupa.pages.short import count  # one case is not counted

            for answer in answers:
                count(answer, counts)
    if how.counts:
        from lupa.answers.counts import text

        lines = text(counts, "cases")
        click.echo(f"\n{lines}" if on_page else lines, err=how.form != "text")


@contextmanager
def _errors(path: str | None, cases: Sequence[str]) -> Iterator[TextIO | None]:
    """The file for what is refused, which is none of those that are read."""
    if path is None:
        yield None
        return
    if any(
        os.path.exists(path) and os.path.exists(case) and os.path.samefile(path, case) for case in cases
    ):
        raise click.UsageError("--errors-to names a file of cases, which it would write over")
    with open(path, "w", encoding="utf-8") as file:
        yield file
