"""The cases that a verb goes through: read, put to the policies, answered or refused one by one."""

from __future__ import annotations

import io
import itertools
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, NoReturn

import click

from lupa import KnowledgeBase
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
from lupa.errors import CaseError, LupaError, RuleError, escaped, printable, shown
from lupa.record.case import Case

GENEROUS = 60.0
"""Seconds that one case may take before it is given up; a usual one takes a thousandth of one."""


_CHART = (b'"resourceType"', b'"hookInstance"')
"""What a chart begins with, and no case does."""
PATIENT, REQUEST = "lupa.patient", "lupa.request"
"""Where the options for charts are kept, as most cases are none."""


def _kept(key: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def keep(context: click.Context, _: click.Parameter, value: Any) -> None:
        context.meta[key] = value

    return keep


def requested(pairs: Sequence[str]) -> dict[str, object]:
    """What `--request` says, each KEY=VALUE; numbers are numbers."""
    found: dict[str, object] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise click.UsageError(
                f"--request takes KEY=VALUE, such as service_date=2025-03-01, not {shown(pair)}"
            )
        if key.strip() in found:
            raise click.UsageError(f"--request is given twice for {shown(key.strip())}; keep one")
        plain = value.strip()
        found[key.strip()] = int(plain) if plain.isdecimal() and len(plain) < 10 else plain
    return found


def patient_option(**more: Any) -> Callable[[F], F]:
    """Names the patient of a chart."""
    explained = "Of a chart (FHIR): whose it is, where it holds several."
    return click.option("--patient", metavar="ID", help=explained, **more)


def request_option(**more: Any) -> Callable[[F], F]:
    """Says of a chart what a case says under `request`."""
    explained = "Of a chart (FHIR): what is asked for, as under `request` of a case."
    return click.option("--request", multiple=True, metavar="KEY=VALUE", help=explained, **more)


def chart_options(function: F) -> F:
    """Lets a verb take charts as cases; one with a --request of its own takes them as they are."""
    has_own = any("--request" in option.opts for option in getattr(function, "__click_params__", ()))
    if not has_own:
        function = request_option(expose_value=False, callback=_kept(REQUEST))(function)
    return patient_option(expose_value=False, callback=_kept(PATIENT))(function)


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

    With a `policy` they are one: the case of which nothing is known but that this policy is asked.
    """

    def __init__(
        self, kb: KnowledgeBase, cases: Sequence[str], examples: Sequence[str], policy: str | None = None
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
        self.failed = False

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        if self._policy is not None:
            yield "", {"request": {"policy": self._policy}}
            return
        with _progress() as tick:
            for name, stream in self._streams():
                try:
                    for where, case in self._read(stream, name):
                        tick()
                        if isinstance(case, CaseError):
                            self._refuse(case, where)
                            continue
                        yield where, case
                except OSError as error:
                    self._refuse(CaseError(f"cannot be read: {error.strerror}"), name)

    def _read(self, stream: BinaryIO, name: str) -> Iterator[tuple[str, Any]]:
        """The cases of a file, or the case that each patient's chart in it makes."""
        opening = stream.peek(1) if isinstance(stream, io.BufferedReader) else b""
        if any(mark in opening for mark in _CHART):
            from lupa.fhir.cases import cases_of

            meta = click.get_current_context().meta
            patient, asked = meta.get(PATIENT), requested(meta.get(REQUEST, ()))
            yield from cases_of(stream.read(), name, self._kb, patient, asked)
        else:
            from lupa.record.reading import read_cases

            yield from read_cases(stream, name)

    def _streams(self) -> Iterator[tuple[str, BinaryIO]]:
        for example in self._examples:
            try:
                path = self._kb.example(example)
            except CaseError as error:
                self._refuse(error, "")
                continue
            yield from self._opened(str(path), path.name)
        for name in self._cases:
            if name != "-":
                yield from self._opened(name, name or "''")
            elif sys.stdin is None:
                self._refuse(CaseError("standard input is closed"), name)
            else:
                yield name, sys.stdin.buffer

    def _opened(self, path: str, name: str) -> Iterator[tuple[str, BinaryIO]]:
        try:
            stream = open(path, "rb")  # noqa: SIM115 - closed below
        except OSError as error:
            self._refuse(CaseError(f"cannot be read: {error.strerror}"), name)
            return
        with stream:
            yield name, stream

    @contextmanager
    def attempt(self, where: str) -> Iterator[None]:
        """Says what is wrong with this case, and goes on with the next."""
        try:
            yield
        except RuleError as error:  # not the fault of this case
            self._refuse(error, "")
        except LupaError as error:
            self._refuse(error, where)

    def _refuse(self, error: LupaError, where: str) -> None:
        self.failed = True
        complain(error, where)

    def status(self) -> int:
        return WRONG_INPUT if self.failed else DONE


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
    run = Run(knowledge, cases, examples, policy)
    between = ""
    for where, case in run:
        with run.attempt(where):
            for one in found(knowledge, case, where):
                if text is None:
                    click.echo(escaped(one.to_json()))
                else:
                    click.echo(between + text(one, width()))
                    between = "\n"
    finish(run.status())


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
