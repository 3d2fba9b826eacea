"""The mutation run: which changes it makes, who notices them, and which say the same in other words."""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from clingo import ast

from lupa import CaseError, Fingerprint
from lupa.authors.mutation import Bench, Mutant, changes, is_safe, main, mutants
from lupa.authors.same_worlds import difference
from lupa.decide import decision
from lupa.edition import Edition
from lupa.question import Question
from lupa.rules import RuleFiles, shipped

ABOUT = """
policy(tiny).
payer(tiny, "Nobody").
document(tiny, "Tiny").
covers(tiny, belimumab).
edition(tiny, "1", "2024-01-01").
"""
CLAUSES = 'clause(tiny, c1, criterion, "Item 1", "Lupus is active, and a year is enough.").'
RULES = """
frame(tiny, sle, initial, c1).
requires(tiny, sle, initial, active_sle, c1).
met(tiny, active_sle) :- active(sle), policy(tiny).
text(tiny, criterion(active_sle), "Lupus is active.", "Lupus is not active.").
limit(tiny, term_limit, months, 12).
limited(tiny, sle, initial, term_limit, c1).
text(tiny, limit(term_limit), "More than a year.", "A year or less.").
"""


def a_case(outcome: str, months: int = 12, active: bool = True, phase: str = "initial") -> dict[str, Any]:
    request = {"policy": "tiny", "indication": "sle", "phase": phase, "route": "oral", "months": months}
    return {"request": request, "facts": {"active": {"sle": active}}, "expect": {"outcome": outcome}}


CASES = {
    "active": a_case("approve"),
    "quiet": a_case("deny", active=False),
    "thirteen_months": a_case("modify", months=13),
    "continuation": a_case("refer", phase="continuation"),
}

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the mutation of a tiny policy with some of its cases."""

    def go(*names: str) -> Result:
        folder = tmp_path / "policies" / "tiny"
        (folder / "cases").mkdir(parents=True)
        for path in shipped("kb").glob("*.lp"):
            shutil.copy(path, tmp_path)
        for name, text in (("about", ABOUT), ("clauses", CLAUSES), ("policy", RULES)):
            (folder / f"{name}.lp").write_text(text, encoding="utf-8")
        for name in names:
            (folder / "cases" / f"{name}.yaml").write_text(yaml.safe_dump(CASES[name]), encoding="utf-8")
        return CliRunner().invoke(main, ["tiny", "--kb", str(tmp_path)])

    return go


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(RuleFiles(shipped("kb")))


def rules_of(text: str) -> list[ast.AST]:
    found: list[ast.AST] = []
    ast.parse_string(text, found.append)
    return found[1:]


def test_every_small_change_of_a_rule_is_made() -> None:
    (rule,) = rules_of("met(p, c) :- taking(Drug), class(Drug, (a; b)), not older(Drug, 18).")
    assert {change: str(new) for change, new in changes(rule) if new is not None} == {
        "`taking(Drug)` dropped": "met(p,c) :- class(Drug,(a;b)); not older(Drug,18).",
        "`taking(Drug)` became `not taking(Drug)`": (
            "met(p,c) :- not taking(Drug); class(Drug,(a;b)); not older(Drug,18)."
        ),
        "`class(Drug,(a;b))` dropped": "met(p,c) :- taking(Drug); not older(Drug,18).",
        "`class(Drug,(a;b))` became `not class(Drug,(a;b))`": (
            "met(p,c) :- taking(Drug); not class(Drug,(a;b)); not older(Drug,18)."
        ),
        "`not older(Drug,18)` dropped": "met(p,c) :- taking(Drug); class(Drug,(a;b)).",
        "`not older(Drug,18)` became `older(Drug,18)`": (
            "met(p,c) :- taking(Drug); class(Drug,(a;b)); older(Drug,18)."
        ),
        "`a` dropped from a list": "met(p,c) :- taking(Drug); class(Drug,b); not older(Drug,18).",
        "`b` dropped from a list": "met(p,c) :- taking(Drug); class(Drug,a); not older(Drug,18).",
        "`18` became `19`": "met(p,c) :- taking(Drug); class(Drug,(a;b)); not older(Drug,19).",
        "`18` became `17`": "met(p,c) :- taking(Drug); class(Drug,(a;b)); not older(Drug,17).",
    }
    assert ("rule dropped", None) in list(changes(rule))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("requires(p, sle, initial, c, k).", {"row dropped", "`initial` became `continuation`"}),
        ("other(p, initial).", {"row dropped"}),
        ("limit(p, 12).", {"row dropped", "`12` became `13`", "`12` became `11`"}),
        ("never(a; b).", {"`never(a)` dropped from a list", "`never(b)` dropped from a list"}),
    ],
)
def test_every_small_change_of_a_row_is_made(row: str, expected: set[str]) -> None:
    (rule,) = rules_of(row)
    assert {change for change, _ in changes(rule, ["initial", "continuation"])} == expected


@pytest.mark.parametrize(
    ("text", "safe"),
    [("a(Drug) :- b(Drug).", True), ("a(Drug) :- not b(Drug).", False), ("a :- not b(_).", True)],
)
def test_a_rule_with_a_variable_that_nothing_binds_is_no_mutant(text: str, safe: bool) -> None:
    (rule,) = rules_of(text)
    assert is_safe(rule) == safe


def test_words_and_clauses_are_not_changed() -> None:
    heads = {str(mutant.rule).partition("(")[0] for mutant in every()}
    assert heads & {"text", "cites", "clause", "label", "alias", "question", "frame", "quantity"} == set()
    assert {"requires", "met", "outcome", "impossible", "class", "limit", "usual"} <= heads


def test_cases_that_tell_every_mutant_let_the_run_pass(run: Run) -> None:
    result = run(*CASES)
    assert "survived;" not in result.output
    assert result.output.splitlines()[-1].split() == ["tiny", "12", "8", "3", "1", "0"]
    assert result.exit_code == 0


def test_a_condition_that_always_holds_is_found_to_say_nothing(run: Run) -> None:
    output = run(*CASES).output
    assert "policies/tiny/policy.lp:4: `policy(tiny)` dropped" in output
    assert output.count("equivalent: no world tells it apart") == 1


def test_a_missing_case_is_printed_as_one(run: Run) -> None:
    result = run("active", "quiet", "continuation")
    assert result.exit_code == 1
    assert "policies/tiny/policy.lp:6: `12` became `13`" in result.output
    found = result.output.partition("`12` became `13`")[2].partition("apart:")[2].partition("policies/")[0]
    case = yaml.safe_load(found)
    assert (case["request"]["months"], case["facts"]["active"]["sle"]) == (13, True)
    assert "# only before: the outcome is modify" in found


def test_a_policy_that_is_not_there_is_refused() -> None:
    result = CliRunner().invoke(main, ["tiny"])
    assert (result.exit_code, "no policy is called tiny" in result.output) == (2, True)


@cache
def every() -> list[Mutant]:
    return list(mutants(RuleFiles(shipped("kb"))))


def mutant(file: str, rule: str, change: str) -> Mutant:
    """The one mutant of a shipped file by how its rule begins and what was changed."""
    (found,) = (
        m for m in every() if m.path.name == file and str(m.rule).startswith(rule) and m.change == change
    )
    return found


SAME = [
    ("policy.lp", "standard_treatment(Drug)", "`not biologic(Drug)` dropped"),
    ("readings.lp", "impossible(unread(Reading))", "rule dropped"),
    ("vocabulary.lp", "impossible(out_of_order", "rule dropped"),
]
"""Changes that say the same: classes overlap nowhere, no rule reads the usual choice, and no case
states numbers out of order."""

OTHERWISE = [
    ("policy.lp", "minimum_age(fep_lupkynis", "`18` became `19`", "only after: advisory off_label_age"),
    ("policy.lp", "threshold(fep_lupkynis,low_egfr", "`45` became `44`", "only before: advisory low_egfr"),
    ("vocabulary.lp", "impossible(nephritis_without_lupus)", "rule dropped", "only before: it cannot be"),
    ("vocabulary.lp", "route(oral)", "row dropped", "only after: it cannot be"),
    ("vocabulary.lp", "impossible(no_answer(Kind))", "rule dropped", "with nothing stated: basis policy"),
    ("readings.lp", "impossible(two_readings", "rule dropped", "with reading("),
]
"""Changes with what tells them apart, of whatever shipped case notices them."""


@pytest.mark.parametrize(("file", "rule", "change"), SAME)
def test_a_change_that_says_the_same_is_told_from_one_that_does_not(
    file: str, rule: str, change: str, bench: Bench
) -> None:
    assert bench.judge(mutant(file, rule, change)).fate == "equivalent"


@pytest.mark.parametrize(("file", "rule", "change", "said"), OTHERWISE)
def test_what_tells_two_versions_apart_is_a_case_that_they_decide_differently(
    file: str, rule: str, change: str, said: str, bench: Bench
) -> None:
    changed = mutant(file, rule, change)
    policy = bench.concerned(changed)[0]
    (name,) = bench.editions(policy)
    before, after = bench.edition(policy, name), bench.changed(changed, policy, name)
    found = difference(before, after)
    assert found is not None
    assert any(row.startswith(said) for row in found.said)
    assert decided(found.case, before) != decided(found.case, after)


def test_another_assumption_tells_two_versions_apart(bench: Bench) -> None:
    changed = mutant("readings.lp", "usual(cyclophosphamide", "row dropped")
    name = "2024-10-01"
    found = difference(bench.edition("fep_lupkynis", name), bench.changed(changed, "fep_lupkynis", name))
    assert found is not None
    assert found.said == ("only before: reading(cyclophosphamide,any_use) is assumed True",)


def decided(case: dict[str, Any], edition: Edition) -> object:
    """What an edition makes of a case."""
    record, problems = edition.read(case)
    if problems:
        return "not read"
    try:
        with Question(edition, record) as question:
            return decision(question, "", "name", Fingerprint("", "", ""))
    except CaseError:
        return "contradictory"
