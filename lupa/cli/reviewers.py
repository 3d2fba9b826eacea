"""The verbs for reviewers: what becomes of a case, why, and what would change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import click

from lupa import KnowledgeBase
from lupa.answers.decision import Why
from lupa.cli.cases import answers, case_options, decided_at_the_end, dialogue, print_all
from lupa.cli.command import (
    completing,
    facts_of,
    json_option,
    verb,
    width,
)
from lupa.cli.contents import write_page
from lupa.errors import CaseError, shown
from lupa.record.case import Case


@verb(
    "lupa why case.yaml",
    "lupa why case.yaml --tree",
    "lupa why --example lupkynis_alongside_bars_benlysta --all",
)
@case_options
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

    def found(knowledge: KnowledgeBase, case: Case, where: str) -> tuple[Why, ...]:
        return knowledge.why_all(case, name=where, every=every, tree=tree, timeout=timeout)

    def text(answer: Why, columns: int) -> str:
        from lupa.pages.page import why_text

        shown = why_text(answer, columns)
        if not tree:
            return shown
        from lupa.pages.tree import tree_text

        return "\n".join([shown, "", click.style("Derivation", bold=True), tree_text(answer.tree)])

    print_all(cases, examples, kb, found, None if as_json else text)


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


def _values(named: Mapping[str, str]) -> dict[str, Any]:
    """The values that are given by name; raises `CaseError`, with the name, for one that cannot be read."""
    from lupa.record.edits import value_of

    found = {}
    for name, value in named.items():
        try:
            found[name] = value_of(value)
        except CaseError as error:
            raise CaseError(f"{name}: {error}") from error
    return found


@verb(
    "lupa whatif case.yaml --set taking.cyclophosphamide=no",
    "lupa whatif case.yaml --set age=17 --set request.months=18 --unset documented",
    "lupa whatif case.yaml --all-readings",
)
@case_options
@json_option
@click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="FACT=VALUE",
    help="State this, as a case would.",
    **completing(facts_of),
)
@click.option("--unset", multiple=True, metavar="FACT", help="Be silent on this.", **completing(facts_of))
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
    from lupa.pages.exploring import whatif_text

    named = _named(sets, "--set")
    named |= {f"request.{key}": value for key, value in _named(requests, "--request").items()}
    named |= {f"reading.{key}": value for key, value in _named(readings, "--reading").items()}
    changes = _values(named)

    def answer(knowledge: KnowledgeBase, case: Case, where: str) -> Any:
        return knowledge.whatif(
            case, changes, unset=unset, all_readings=all_readings, name=where, timeout=timeout
        )

    answers(cases, examples, kb, answer, None if as_json else whatif_text)


@verb(
    "lupa flip case.yaml",
    "lupa flip case.yaml --to deny",
    "lupa flip case.yaml --fix taking.prednisone --cost attests=1 --most 10",
)
@case_options
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
@click.option(
    "--fix", "fixed", multiple=True, metavar="FACT", help="Leave this as it is.", **completing(facts_of)
)
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
    undertaking or the size of the request. A day to wait for, and another phase, route or disease on
    record to file it for, are told too. FACT may be a whole kind (taking).
    """
    from lupa.pages.exploring import flips_text

    weights = _values(_named(costs, "--cost"))

    def answer(knowledge: KnowledgeBase, case: Case, where: str) -> Any:
        return knowledge.flip(case, to, most=most, fixed=fixed, costs=weights, name=where, timeout=timeout)

    answers(cases, examples, kb, answer, None if as_json else flips_text)


@verb(
    "lupa ask case.yaml",
    "lupa ask case.yaml --plan",
    "lupa ask case.yaml --all",
    "lupa ask case.yaml --json",
    "lupa ask case.yaml --interactive --save completed.yaml",
    "lupa ask --policy uhc_benlysta --interactive --save new.yaml",
)
@case_options
@json_option
@click.option(
    "--policy",
    metavar="NAME[@EDITION]",
    help="Begin from nothing, with no CASE: all that this policy may need to know.",
    **completing(lambda kb: kb.policies),
)
@click.option("--plan", "whole", is_flag=True, help="Show the smallest tree of questions to a verdict.")
@click.option(
    "--all",
    "every",
    is_flag=True,
    help="Name every silent fact that cannot matter; of a long plan show every step.",
)
@click.option("--interactive", is_flag=True, help="Ask one question after the other, and take the answers.")
@click.option(
    "--save", "file", metavar="FILE", help="With --interactive: save the case as YAML, even if broken off."
)
def ask(
    cases: tuple[str, ...],
    examples: tuple[str, ...],
    policy: str | None,
    file: str | None,
    *,
    every: bool,
    interactive: bool,
    whole: bool,
    as_json: bool,
    kb: str | None,
    timeout: float,
) -> None:
    """What to find out next about each CASE: ranked, with the outcomes that each answer leaves.

    With --interactive it asks for what can change the verdict on one CASE until that is certain; with
    --json, too, the talk goes to standard error, and the decision at the end is printed as JSON.
    """
    if every and (interactive or as_json):
        raise click.UsageError("--all goes with the list of questions, and JSON always names all")
    if interactive:
        if whole:
            raise click.UsageError("--interactive is a dialogue; it does not go with --plan")
        from lupa.dialogue.terminal import interview

        def asked(knowledge: KnowledgeBase, case: Case, where: str) -> None:
            told = decided_at_the_end(knowledge, where, timeout) if as_json else None
            interview(knowledge, case, where, width, timeout, file, next(iter(cases), None), told)

        dialogue(cases, examples, kb, asked, policy)
    if file is not None:
        raise click.UsageError("--save goes with --interactive, which completes the case")
    from lupa.pages.exploring import ask_text, plan_text

    def answer(knowledge: KnowledgeBase, case: Case, where: str) -> Any:
        return (knowledge.plan if whole else knowledge.ask)(case, name=where, timeout=timeout)

    text = partial(plan_text if whole else ask_text, every=every)
    answers(cases, examples, kb, answer, None if as_json else text, policy)


@verb(
    "lupa explore case.yaml",
    "lupa explore --example lupkynis_alongside_bars_benlysta",
    "lupa explore case.yaml < commands.txt",
    "lupa explore case.yaml --page case.html",
)
@case_options
@json_option
@click.option(
    "--page", "output", metavar="FILE", help="Write a page that opens with it in a browser instead."
)
def explore(
    cases: tuple[str, ...],
    examples: tuple[str, ...],
    output: str | None,
    *,
    as_json: bool,
    kb: str | None,
    timeout: float,
) -> None:
    """A session over one CASE: change it, ask about it, take changes back, save it.

    `help` in the session lists its commands. They are read from standard input, one a line, so that a
    file of them is carried out too. Nothing is written but by `save`. With --json the talk goes to
    standard error, and the decision at the end is printed as JSON.
    """
    if as_json and output is not None:
        raise click.UsageError("--page writes a page in the place of a session, and prints nothing as JSON")
    from lupa.dialogue.terminal import explore

    def explored(knowledge: KnowledgeBase, case: Case, where: str) -> None:
        if output is None:
            told = decided_at_the_end(knowledge, where, timeout) if as_json else None
            explore(knowledge, case, where, width, timeout, next(iter(cases), None), told)
        else:
            about = [decision.policy for decision in knowledge.decide_all(case, timeout=timeout)]
            write_page(knowledge, about, case, output)

    dialogue(cases, examples, kb, explored)
