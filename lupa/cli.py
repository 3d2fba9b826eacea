"""The command line: read, ask, print, exit."""

from __future__ import annotations

import codecs
import itertools
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, NoReturn

import click

from lupa.authors import verbs
from lupa.case import Case
from lupa.command import (
    DONE,
    OUR_FAULT,
    STOPPED,
    WRONG_INPUT,
    F,
    complain,
    escaped,
    finish,
    json_option,
    kb_option,
    loaded,
    lupa,
    say,
    verb,
    width,
)
from lupa.errors import CaseError, LupaError, RuleError, printable, shown
from lupa.knowledge import KnowledgeBase

__all__ = ["lupa", "main", "verbs"]

GENEROUS = 60.0
"""Seconds that one case may take before it is given up; a usual one takes a thousandth of one."""


def _case_options(function: F) -> F:
    for option in (
        click.option(
            "--timeout",
            type=click.FloatRange(min=0, min_open=True),
            default=GENEROUS,
            show_default=True,
            metavar="SECONDS",
            help="Give a case up after so long.",
        ),
        kb_option,
        click.option("--example", "examples", multiple=True, metavar="NAME", help="Take a shipped case."),
        click.argument("cases", nargs=-1, metavar="[CASE]..."),
    ):
        function = option(function)
    return function


# ---- cases -------------------------------------------------------------------------------------


class _Run:
    """Goes through cases: what is wrong with one is said on standard error, the others go on."""

    def __init__(self, kb: KnowledgeBase, cases: Sequence[str], examples: Sequence[str]) -> None:
        if not cases and not examples:
            raise click.UsageError(
                "give a case file, - for standard input, or --example NAME (see `lupa examples`)"
            )
        self._kb = kb
        self._cases = cases
        self._examples = examples
        self.failed = False

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        with _progress() as tick:
            for name, stream in self._streams():
                from lupa.reading import read_cases

                try:
                    for where, case in read_cases(stream, name):
                        tick()
                        if isinstance(case, CaseError):
                            self._refuse(case, where)
                            continue
                        yield where, case
                except OSError as error:
                    self._refuse(CaseError(f"cannot be read: {error.strerror}"), name)

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
            click.echo(f"\r{count} cases", nl=False, err=True)

    try:
        yield tick
    finally:
        if told:
            click.echo("\r" + " " * 24 + "\r", nl=False, err=True)


@verb(
    "lupa decide case.yaml",
    "lupa decide --example lupkynis_alongside_bars_benlysta",
    "lupa decide cases.jsonl --json > decisions.jsonl",
    "cat case.json | lupa decide -",
    "lupa decide case.yaml --witness",
)
@_case_options
@json_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="markdown is fit for the body of a letter.",
)
@click.option(
    "--witness",
    is_flag=True,
    help="Show, for each possible outcome, a patient who has it (JSON always does).",
)
def decide(
    cases: tuple[str, ...],
    examples: tuple[str, ...],
    form: str,
    *,
    witness: bool,
    as_json: bool,
    kb: str | None,
    timeout: float,
) -> None:
    """The outcome of each CASE: what fails or is missing first, each with its clause and its cause.

    A CASE is a JSON or YAML file, a JSON Lines file with one case a line, or - for standard input.
    """
    if witness and form == "markdown":
        raise click.UsageError("--witness goes with text, and JSON always has it; a letter has none")
    knowledge = loaded(kb)
    run = _Run(knowledge, cases, examples)
    between = ""
    for where, case in run:
        with run.attempt(where):
            for decision in knowledge.decide_all(case, name=where, timeout=timeout):
                if as_json or form == "json":
                    click.echo(escaped(decision.to_json()))
                else:
                    from lupa.page import markdown, text, witness_text

                    page = markdown(decision) if form == "markdown" else text(decision, width())
                    click.echo(between + page)
                    if witness:
                        click.echo(witness_text(decision, width()))
                    between = "\n"
    finish(run.status())


@verb(
    "lupa why case.yaml",
    "lupa why case.yaml --tree",
    "lupa why --example lupkynis_alongside_bars_benlysta --all",
)
@_case_options
@json_option
@click.option("--tree", is_flag=True, help="Show each rule that fired or failed, and on what fact.")
@click.option("--all", "every", is_flag=True, help="Show every minimal reason of the outcome.")
def why(
    cases: tuple[str, ...],
    examples: tuple[str, ...],
    *,
    tree: bool,
    every: bool,
    as_json: bool,
    kb: str | None,
    timeout: float,
) -> None:
    """Why each CASE comes out as it does: every criterion, the reason of the outcome, the rules."""
    knowledge = loaded(kb)
    run = _Run(knowledge, cases, examples)
    between = ""
    for where, case in run:
        with run.attempt(where):
            for answer in knowledge.why_all(case, name=where, every=every, tree=tree, timeout=timeout):
                if as_json:
                    click.echo(escaped(json.dumps(answer.to_dict(), ensure_ascii=False)))
                    continue
                from lupa.page import why_text

                click.echo(between + why_text(answer, width()))
                if tree:
                    from lupa.tree import tree_text

                    click.echo("\n" + click.style("Derivation", bold=True))
                    click.echo(tree_text(answer.tree))
                between = "\n"
    finish(run.status())


# ---- exploring ---------------------------------------------------------------------------------


def _answers(
    cases: Sequence[str],
    examples: Sequence[str],
    kb: str | None,
    answer: Callable[[KnowledgeBase, Case, str], Any],
    text: Callable[[Any, int], str] | None,
) -> None:
    """Prints the answer about each case under each policy that it is about: as text, or as JSON."""
    knowledge = loaded(kb)
    run = _Run(knowledge, cases, examples)
    between = ""
    for where, case in run:
        with run.attempt(where):
            for one in knowledge.each_policy(case):
                found = answer(knowledge, one, where)
                if text is None:
                    click.echo(escaped(found.to_json()))
                else:
                    click.echo(between + text(found, width()))
                    between = "\n"
    finish(run.status())


def _named(pairs: Sequence[str], option: str) -> dict[str, str]:
    """What stands before and after the first = outside of brackets."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise click.UsageError(f"{option} takes NAME=VALUE, such as age=17, not {shown(pair)}")
        if name.strip() in found:
            raise click.UsageError(f"{option} is given twice for {shown(name.strip())}; keep one")
        found[name.strip()] = value.strip()
    return found


@verb(
    "lupa whatif case.yaml --set taking.cyclophosphamide=no",
    "lupa whatif case.yaml --set age=17 --set request.months=18 --unset documented",
    "lupa whatif case.yaml --all-readings",
)
@_case_options
@json_option
@click.option("--set", "sets", multiple=True, metavar="FACT=VALUE", help="State this, as a case would.")
@click.option("--unset", multiple=True, metavar="FACT", help="Be silent on this.")
@click.option("--request", "requests", multiple=True, metavar="KEY=VALUE", help="Ask for this.")
@click.option("--reading", "readings", multiple=True, metavar="NAME=CHOICE", help="Read the text so.")
@click.option("--all-readings", is_flag=True, help="Tell the outcomes under every reading.")
def whatif(
    cases: tuple[str, ...],
    examples: tuple[str, ...],
    sets: tuple[str, ...],
    unset: tuple[str, ...],
    requests: tuple[str, ...],
    readings: tuple[str, ...],
    *,
    all_readings: bool,
    as_json: bool,
    kb: str | None,
    timeout: float,
) -> None:
    """What if this were otherwise: each CASE before and after, side by side.

    A FACT is a path in the case (taking.prednisone, age, request.months) or a fact as lupa prints it
    (taking(prednisone)). A VALUE is yes, no, null (open), a number, a name, a range ({at_least: 18})
    or a list ([a, b]).
    """
    from lupa.answers import whatif_text
    from lupa.edits import value_of

    named = _named(sets, "--set")
    named |= {f"request.{key}": value for key, value in _named(requests, "--request").items()}
    named |= {f"reading.{key}": value for key, value in _named(readings, "--reading").items()}
    changes = {name: value_of(value) for name, value in named.items()}

    def answer(knowledge: KnowledgeBase, case: Case, where: str) -> Any:
        return knowledge.whatif(
            case, changes, unset=unset, all_readings=all_readings, name=where, timeout=timeout
        )

    _answers(cases, examples, kb, answer, None if as_json else whatif_text)


@verb(
    "lupa flip case.yaml",
    "lupa flip case.yaml --to deny",
    "lupa flip case.yaml --fix taking.prednisone --cost attests=1 --most 10",
)
@_case_options
@json_option
@click.option("--to", default="approve", show_default=True, metavar="OUTCOME", help="The outcome wanted.")
@click.option(
    "--most",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    metavar="N",
    help="Show so many ways; all that cost the least are shown.",
)
@click.option("--fix", "fixed", multiple=True, metavar="FACT", help="Leave this as it is.")
@click.option("--cost", "costs", multiple=True, metavar="FACT=N", help="What a statement about this costs.")
def flip(
    cases: tuple[str, ...],
    examples: tuple[str, ...],
    to: str,
    most: int,
    fixed: tuple[str, ...],
    costs: tuple[str, ...],
    *,
    as_json: bool,
    kb: str | None,
    timeout: float,
) -> None:
    """The least that must be stated or change before the outcome of each CASE is certainly OUTCOME.

    To find out is what the case is silent on; what is on record stays, unless it is a treatment, an
    undertaking or the size of the request. FACT may be a whole kind (taking).
    """
    from lupa.answers import flips_text
    from lupa.edits import value_of

    weights = {name: value_of(value) for name, value in _named(costs, "--cost").items()}

    def answer(knowledge: KnowledgeBase, case: Case, where: str) -> Any:
        return knowledge.flip(case, to, most=most, fixed=fixed, costs=weights, name=where, timeout=timeout)

    _answers(cases, examples, kb, answer, None if as_json else flips_text)


@verb(
    "lupa ask case.yaml",
    "lupa ask case.yaml --plan",
    "lupa ask case.yaml --json",
    "lupa ask case.yaml --interactive --save completed.yaml",
)
@_case_options
@json_option
@click.option("--plan", "whole", is_flag=True, help="Show the smallest tree of questions to a verdict.")
@click.option("--interactive", is_flag=True, help="Ask one question after the other, and take the answers.")
@click.option("--save", "file", metavar="FILE", help="With --interactive: save the completed case as YAML.")
def ask(
    cases: tuple[str, ...],
    examples: tuple[str, ...],
    file: str | None,
    *,
    interactive: bool,
    whole: bool,
    as_json: bool,
    kb: str | None,
    timeout: float,
) -> None:
    """What to find out next about each CASE: ranked, with the outcomes that each answer leaves.

    With --interactive it asks for what can change the verdict on one CASE until that is certain.
    """
    if interactive:
        if whole or as_json:
            raise click.UsageError("--interactive is a dialogue; it goes with neither --plan nor --json")
        from lupa.dialogue.terminal import interview

        def asked(knowledge: KnowledgeBase, case: Case, where: str) -> None:
            interview(knowledge, case, where, width, timeout, file)

        _dialogue(cases, examples, kb, asked)
    if file is not None:
        raise click.UsageError("--save goes with --interactive, which completes the case")
    from lupa.answers import ask_text, plan_text

    def answer(knowledge: KnowledgeBase, case: Case, where: str) -> Any:
        return (knowledge.plan if whole else knowledge.ask)(case, name=where, timeout=timeout)

    text = plan_text if whole else ask_text
    _answers(cases, examples, kb, answer, None if as_json else text)


@verb(
    "lupa explore case.yaml",
    "lupa explore --example lupkynis_alongside_bars_benlysta",
    "lupa explore case.yaml < commands.txt",
)
@_case_options
def explore(cases: tuple[str, ...], examples: tuple[str, ...], *, kb: str | None, timeout: float) -> None:
    """A session over one CASE: change it, ask about it, take changes back, save it.

    `help` in the session lists its commands. They are read from standard input, one a line, so that a
    file of them is carried out too. Nothing is written but by `save`.
    """
    from lupa.dialogue.terminal import explore

    def explored(knowledge: KnowledgeBase, case: Case, where: str) -> None:
        explore(knowledge, case, where, width, timeout)

    _dialogue(cases, examples, kb, explored)


def _dialogue(
    cases: Sequence[str],
    examples: Sequence[str],
    kb: str | None,
    talk: Callable[[KnowledgeBase, Case, str], None],
) -> NoReturn:
    """Talks about the one case that is given, while standard input is for what is said."""
    if "-" in cases:
        raise click.UsageError("what you say is read from standard input, so the case must be in a file")
    if len(cases) + len(examples) != 1:
        raise click.UsageError("give one case, in a file or as --example NAME (see `lupa examples`)")
    knowledge = loaded(kb)
    run = _Run(knowledge, cases, examples)
    found = list(itertools.islice(run, 2))
    if len(found) > 1:
        raise click.UsageError(f"{printable(cases[0])} holds several cases; give one")
    for where, case in found:
        with run.attempt(where):
            talk(knowledge, case, where)
    finish(run.status())


# ---- what the knowledge base holds -------------------------------------------------------------


@verb("lupa policies", "lupa policies --json")
@kb_option
@json_option
def policies(kb: str | None, *, as_json: bool) -> None:
    """The policies on file: the drugs they cover and their editions."""
    knowledge = loaded(kb)
    from lupa.contents import policy_rows, policy_text

    rows = policy_rows(knowledge)
    click.echo(json.dumps(rows, ensure_ascii=False, indent=2) if as_json else policy_text(rows))


@verb("lupa facts", "lupa facts uhc_benlysta", "lupa facts --json")
@kb_option
@json_option
@click.argument("policy", required=False)
def facts(policy: str | None, kb: str | None, *, as_json: bool) -> None:
    """The vocabulary: what a case can state, with its names, values and questions."""
    knowledge = loaded(kb)
    from lupa.contents import fact_rows, fact_text

    rows = fact_rows(knowledge, policy)
    out = json.dumps(rows, ensure_ascii=False, indent=2) if as_json else fact_text(rows, width())
    click.echo(out)


@verb(
    "lupa show uhc_benlysta",
    "lupa show uhc_benlysta@2022E0046O",
    "lupa show fep_lupkynis --clauses",
)
@kb_option
@json_option
@click.option("--clauses", is_flag=True, help="Show the ledger: every clause, and what encodes it.")
@click.argument("policy")
def show(policy: str, kb: str | None, *, clauses: bool, as_json: bool) -> None:
    """A POLICY as a table of its pathways, exclusions and limits, each with its clause."""
    knowledge = loaded(kb)
    from lupa.contents import ledger, ledger_text, table, table_text

    name, at, edition = policy.partition("@")
    asked = knowledge.edition(name, edition if at else None)
    rows = ledger(asked) if clauses else table(asked)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        click.echo((ledger_text if clauses else table_text)(rows, width()))


@verb("lupa examples", "lupa examples --json")
@kb_option
@json_option
def examples(kb: str | None, *, as_json: bool) -> None:
    """The cases that ship with each policy, for `--example NAME`."""
    knowledge = loaded(kb)
    from lupa.contents import example_rows, example_text

    rows = example_rows(knowledge)
    out = json.dumps(rows, ensure_ascii=False, indent=2) if as_json else example_text(rows, width())
    click.echo(out)


@verb("lupa schema case > case.schema.json", "lupa schema decision")
@kb_option
@json_option
@click.argument(
    "which",
    type=click.Choice(["case", "decision", "whatif", "flip", "ask", "plan", "report", "test", "diff"]),
    metavar="[case|decision|whatif|flip|ask|plan|report|test|diff]",
    required=False,
)
def schema(which: str | None, kb: str | None, *, as_json: bool) -> None:  # noqa: ARG001 - always JSON
    """The JSON Schema of a case (what is accepted) and of what each verb answers."""
    knowledge = loaded(kb)
    from lupa.schema import schemas

    found = schemas(knowledge)
    click.echo(json.dumps(found[which] if which else found, ensure_ascii=False, indent=2))


def main() -> None:
    """Runs the command line; every way out has an exit status and a sentence, none a traceback."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # and not ignored by the caller
        signal.signal(signal.SIGINT, _stop)
    codecs.register_error("lupa", _as_json_escapes)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the caller, who does not want it
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115 - open to the end
        getattr(sys, name).reconfigure(errors="lupa")
    status = _status()
    with suppress(OSError):  # whoever read the output has gone
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)  # taking grounded programs apart would take longer than deciding did


def _stop(*_: object) -> None:
    """Ends at once: an exception raised inside a callback of clingo would be lost, or worse."""
    with suppress(OSError):
        os.write(2, b"stopped\n")
    os._exit(STOPPED)


def _as_json_escapes(error: UnicodeError) -> tuple[str, int]:
    """What the encoding of the output lacks, written so that JSON stays JSON."""
    assert isinstance(error, UnicodeEncodeError)  # noqa: S101 - streams of output only encode
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def _status() -> int:
    try:
        result = lupa.main(standalone_mode=False)
    except click.ClickException as error:
        with suppress(OSError):
            error.show()
        return WRONG_INPUT
    except (click.Abort, KeyboardInterrupt):
        say("stopped")
        return STOPPED
    except LupaError as error:
        complain(error)
        return WRONG_INPUT
    except OSError as error:
        what = printable(str(error.filename)) if error.filename else "the output cannot be written"
        say(f"error: {what}: {error.strerror}")
        return WRONG_INPUT
    except SystemExit:  # click's way out when whoever read the output has seen enough
        return DONE
    except Exception as error:  # noqa: BLE001 - a fault of ours must not show a patient's facts
        frame = error.__traceback__
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        place = f"{os.path.basename(frame.tb_frame.f_code.co_filename)}:{frame.tb_lineno}" if frame else "?"
        say(
            f"error: a fault of lupa's own ({type(error).__name__} at {place}); nothing was decided. "
            "Please report it with the command that led to it."
        )
        return OUR_FAULT
    return int(result or DONE)  # click hands on the status of an early exit, such as --help's
