"""The cases that a verb goes through: read, put to the policies, answered or refused one by one."""

from __future__ import annotations

import io
import itertools
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, NoReturn, TextIO

import click

from lupa import KnowledgeBase
from lupa.answers.many import Undecided, undecided
from lupa.answers.written import as_json as written
from lupa.cli.command import (
    DONE,
    WRONG_INPUT,
    F,
    complain,
    completing,
    finish,
    kb_option,
    loaded,
    no_progress,
    progress,
    timeout_option,
    width,
)
from lupa.cli.of_charts import PATIENT, REQUEST, chart_options, is_of_chart, requested, tell
from lupa.errors import CaseError, LupaError, RuleError, escaped, printable
from lupa.record.case import Case

GENEROUS = 60.0
"""Seconds that one case may take before it is given up; a usual one takes a thousandth of one."""


def case_options(function: F) -> F:
    for option in (
        chart_options,
        timeout_option(GENEROUS, "Give a case up after so long."),
        kb_option,
        click.option(
            "--example",
            "examples",
            multiple=True,
            metavar="NAME",
            help="Take a shipped case.",
            **completing(lambda kb: kb.examples()),
        ),
        click.argument("cases", nargs=-1, metavar="[CASE]..."),
    ):
        function = option(function)
    return function


class Run:
    """Goes through cases: what is wrong with one is said on standard error, the others go on.

    With a `policy` they are one: the case of which nothing is known but that this policy is asked. In JSON
    (`as_json`) what is refused of several cases has its line in its turn, with `fields` these and the error
    alone. With `items` a claim has the case of each of its items.
    """

    def __init__(
        self,
        kb: KnowledgeBase,
        cases: Sequence[str],
        examples: Sequence[str],
        policy: str | None = None,
        *,
        as_json: bool = False,
        fields: Sequence[str] = (),
        items: bool = False,
    ) -> None:
        if policy is not None and (cases or examples):
            raise click.UsageError("--policy begins from nothing, so it goes with no case")
        if policy is None and not cases and not examples:
            raise click.UsageError(
                "give a case file, - for standard input, or --example NAME (see `lupa examples`)"
            )
        self._kb = kb
        self._cases = cases
        self._examples = examples
        self._policy = policy
        self._as_json = as_json
        self._fields = fields
        self._items = items
        self.failed = 0

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """The cases that can be read, each with its place."""
        for where, case in self.read():
            if isinstance(case, CaseError):
                self.refuse(undecided(case, where), case)
            else:
                yield where, case

    def read(self) -> Iterator[tuple[str, Any]]:
        """Each case with its place, or in its turn what is wrong with it."""
        if self._policy is not None:
            yield "", {"request": {"policy": self._policy}}
            return
        with _progress() as tick:
            for name, stream in self._streams():
                if isinstance(stream, CaseError):
                    yield name, stream
                    continue
                try:
                    for where, case in self._read(stream, name):
                        tick()
                        yield where, case
                except OSError as error:
                    yield name, _unreadable(error)

    def _read(self, stream: BinaryIO, name: str) -> Iterator[tuple[str, Any]]:
        """The cases of a file, or the case that each patient's chart in it makes."""
        opening = stream.peek(1) if isinstance(stream, io.BufferedReader) else b""
        if is_of_chart(opening):
            from lupa.fhir.cases import cases_of

            meta = click.get_current_context().meta
            patient, asked = meta.get(PATIENT), requested(meta.get(REQUEST, ()))
            data = stream.read()
            for where, case in cases_of(data, name, self._kb, patient, asked, items=self._items):
                tell(() if isinstance(case, CaseError) else case.notes, where)
                yield where, case
        else:
            from lupa.record.reading import read_cases

            yield from read_cases(stream, name)

    def _streams(self) -> Iterator[tuple[str, BinaryIO | CaseError]]:
        for example in self._examples:
            try:
                path = self._kb.example(example)
            except CaseError as error:
                yield "", error
                continue
            yield from _opened(str(path), path.name)
        for name in self._cases:
            if name != "-":
                yield from _opened(name, name or "''")
            elif sys.stdin is None:
                yield name, CaseError("standard input is closed")
            else:
                yield name, sys.stdin.buffer

    @contextmanager
    def attempt(self, where: str, case: Case | None = None) -> Iterator[None]:
        """Says what is wrong with this case, and goes on with the next."""
        try:
            yield
        except LupaError as error:
            self.refuse(undecided(error, where, case), error)

    def refuse(self, refused: Undecided, error: LupaError, file: TextIO | None = None) -> None:
        """Says what was refused, or writes it to a file; in JSON it has its line among several."""
        self.failed += 1
        if file is None:  # rules are not the fault of this case
            complain(error, "" if isinstance(error, RuleError) else refused.where)
        else:
            file.write(f"{refused.to_json()}\n")
        if self._as_json and self._are_several(refused.where):
            click.echo(escaped(self._line(refused)))

    def _line(self, refused: Undecided) -> str:
        if not self._fields:
            return refused.to_json()
        from lupa.pages.short import values

        return written(values(refused, dict.fromkeys((*self._fields, "error"))))

    def _are_several(self, where: str) -> bool:
        """Whether what stands there is one of several cases, in as many files or in one."""
        return len(self._cases) + len(self._examples) > 1 or where not in (*self._cases, "")

    def status(self) -> int:
        return WRONG_INPUT if self.failed else DONE


def _opened(path: str, name: str) -> Iterator[tuple[str, BinaryIO | CaseError]]:
    try:
        stream = open(path, "rb")  # noqa: SIM115 - closed below
    except OSError as error:
        yield name, _unreadable(error)
        return
    with stream:
        yield name, stream


def _unreadable(error: OSError) -> CaseError:
    return CaseError(f"cannot be read: {error.strerror}")


@contextmanager
def _progress() -> Iterator[Callable[[], None]]:
    """Counts cases on standard error once they take longer than a second, if a person looks on."""
    began, count, watched = time.monotonic(), 0, sys.stderr.isatty() and not sys.stdout.isatty()
    told = 0.0

    def tick() -> None:
        nonlocal count, told
        count += 1
        now = time.monotonic()
        if watched and now - began > 1 and now - told > 0.2:
            told = now
            progress(f"{count} cases")

    try:
        yield tick
    finally:
        no_progress()


def answers(
    cases: Sequence[str],
    examples: Sequence[str],
    kb: str | None,
    answer: Callable[[KnowledgeBase, Case, str], Any],
    text: Callable[[Any, int], str] | None,
    policy: str | None = None,
) -> None:
    """Prints the answer about each case under each policy that it is about: as text, or as JSON."""

    def found(knowledge: KnowledgeBase, case: Case, where: str) -> Iterator[Any]:
        for words in knowledge.unanswered(case):
            click.echo(f"note: {where}: {words}", err=True)
        return (answer(knowledge, one, where) for one in knowledge.each_policy(case))

    print_all(cases, examples, kb, found, text, policy)


def print_all(
    cases: Sequence[str],
    examples: Sequence[str],
    kb: str | None,
    found: Callable[[KnowledgeBase, Case, str], Iterable[Any]],
    text: Callable[[Any, int], str] | None,
    policy: str | None = None,
) -> None:
    """Prints all that is found of each case: as text of so many columns, or as JSON, one a line."""
    knowledge = loaded(kb)
    run = Run(knowledge, cases, examples, policy, as_json=text is None)
    between = ""
    for where, case in run:
        with run.attempt(where, case):
            for one in found(knowledge, case, where):
                if text is None:
                    click.echo(escaped(one.to_json()))
                else:
                    click.echo(between + text(one, width()))
                    between = "\n"
    finish(run.status())


def decided_at_the_end(knowledge: KnowledgeBase, where: str, timeout: float) -> Callable[[Case], None]:
    """Prints the decisions on the case that a dialogue ends with, as JSON, one a line."""

    def told(case: Case) -> None:
        for decision in knowledge.decide_all(case, name=where, timeout=timeout):
            click.echo(escaped(decision.to_json()))

    return told


def dialogue(
    cases: Sequence[str],
    examples: Sequence[str],
    kb: str | None,
    talk: Callable[[KnowledgeBase, Case, str], None],
    policy: str | None = None,
) -> NoReturn:
    """Talks about the one case that is given, while standard input is for what is said."""
    if "-" in cases:
        raise click.UsageError("what you say is read from standard input, so the case must be in a file")
    if policy is None and len(cases) + len(examples) != 1:
        raise click.UsageError("give one case, in a file or as --example NAME (see `lupa examples`)")
    knowledge = loaded(kb)
    run = Run(knowledge, cases, examples, policy)
    found = list(itertools.islice(run, 2))
    if len(found) > 1:
        raise click.UsageError(f"{printable(cases[0])} holds several cases; give one")
    for where, case in found:
        with run.attempt(where):
            talk(knowledge, case, where)
    finish(run.status())
