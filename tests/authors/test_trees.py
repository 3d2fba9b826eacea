"""Criteria with parts as their authors see them: cases, small changes, laws, comparisons."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from lupa import Comparison, KnowledgeBase, Mutation
from lupa.authors.diff.compare import compare
from lupa.authors.reports.page import report_html
from lupa.authors.trials.bench import mutate
from lupa.authors.trials.coverage import Coverage, measure
from lupa.authors.trials.suite import read_suite
from tests import brute_trees
from tests.brute_trees import REQUEST, WORLDS, Trees
from tests.random_policies import POLICY, Facts, Made

FACTS = Facts(flags=("tested", "smokes", "agrees"), conditions=(), drugs=())
RULES = (
    "frame(small, gout, initial, c_all)",
    "requires(small, gout, initial, checked, c_checked)",
    "all_of(small, checked)",
    "part(small, checked, either, c_either)",
    "part(small, checked, agrees, c_agrees) :- smokes",
    "any_of(small, either)",
    "part(small, either, tested, c_tested)",
    "part(small, either, smokes, c_smokes)",
    "met(small, tested) :- tested",
    "met(small, smokes) :- smokes",
    "met(small, agrees) :- agrees",
)


def made(folder: Path, *changes: tuple[str, str], also: tuple[str, ...] = ()) -> KnowledgeBase:
    """The policy with other rules in the place of some, and further ones."""
    others = dict(changes)
    assert others.keys() <= set(RULES)
    rules = [others.get(rule, rule) for rule in RULES]
    return Made(FACTS, {POLICY: [rule for rule in (*rules, *also) if rule]}).written(folder)


def a_case(outcome: str, true: str = "", **expect: list[str]) -> dict[str, Any]:
    facts = {flag: flag in true.split() for flag in FACTS.flags}
    return {"request": REQUEST, "facts": facts, "expect": {"outcome": outcome, **expect}}


CASES = (
    a_case("approve", "tested", met_parts=["either", "tested"], unmet_parts=["smokes"]),
    a_case("approve", "smokes agrees", met_parts=["agrees", "either", "smokes"]),
    a_case("deny", "tested smokes", unmet=["checked"], unmet_parts=["agrees"]),
    a_case("deny", "agrees", unmet_parts=["either", "smokes", "tested"]),
)


def with_cases(kb: KnowledgeBase, *cases: dict[str, Any]) -> KnowledgeBase:
    folder = kb.files.root / "policies" / POLICY / "cases"
    folder.mkdir()
    for number, case in enumerate(cases):
        (folder / f"case_{number}.yaml").write_text(yaml.safe_dump(case), "utf-8")
    return KnowledgeBase.load(kb.files.root)


# ---- cases -------------------------------------------------------------------------------------


def test_a_case_says_which_parts_it_must_come_to(tmp_path: Path) -> None:
    suite = read_suite(with_cases(made(tmp_path), *CASES), [POLICY])
    assert [(tried.file[-6], tried.passed) for tried in suite.tried] == [(n, True) for n in "0123"]


def test_a_case_that_names_other_parts_is_told_by_which_rules(tmp_path: Path) -> None:
    wrong = a_case("deny", "tested smokes", unmet_parts=["agrees", "either"])
    (tried,) = read_suite(with_cases(made(tmp_path), wrong), [POLICY]).tried
    assert [(b.item, b.text, b.rules) for b in tried.blamed] == [
        ("part either", "Criterion either", (f"policies/{POLICY}/policy.lp:6",)),
    ]


def sides(coverage: Coverage) -> dict[tuple[str, str], str]:
    """What cases show of each part."""
    goals = (goal for file in coverage.files for s in file.statements for goal in s.goals)
    return {
        (g.text.split(",")[2], g.goal): g.status
        for g in goals
        if g.goal in ("met", "unmet") and "part(" in g.text
    }


def test_every_part_is_to_be_met_in_a_case_and_unmet_in_another(tmp_path: Path) -> None:
    kb = with_cases(made(tmp_path), *CASES)
    found = sides(measure(kb, read_suite(kb, [POLICY])))
    assert found == {
        (p, s): "reached" for p in ("either", "agrees", "tested", "smokes") for s in ("met", "unmet")
    }


def test_a_part_that_is_never_unmet_in_a_case_is_told(tmp_path: Path) -> None:
    kb = with_cases(made(tmp_path), *CASES[:2])
    found = sides(measure(kb, read_suite(kb, [POLICY])))
    assert {key for key, status in found.items() if status == "missed"} == {
        ("either", "unmet"),
        ("agrees", "unmet"),
    }


def mutated(kb: KnowledgeBase) -> Mutation:
    return mutate(kb, read_suite(kb, [POLICY]))


def test_every_small_change_of_a_tree_is_noticed(tmp_path: Path) -> None:
    mutation = mutated(with_cases(made(tmp_path), *CASES))
    changes = {mutant.change for mutant in mutation.mutants}
    assert {"`all_of(small,checked)` became `any_of(small,checked)`"} <= changes
    assert {"`any_of(small,either)` became `all_of(small,either)`"} <= changes
    assert mutation.score == 100.0


def test_a_number_of_parts_is_changed_by_one(tmp_path: Path) -> None:
    counted = ("any_of(small, either)", "at_least_of(small, either, 1)")
    mutation = mutated(with_cases(made(tmp_path, counted), *CASES))
    fates = {m.change: m.fate for m in mutation.mutants if m.rule.startswith("at_least_of")}
    assert fates == {
        "row dropped": "killed_by_grounding",
        "`1` became `2`": "killed_by_case",
        "`1` became `0`": "killed_by_case",
    }


def test_a_dropped_part_that_no_case_misses_survives(tmp_path: Path) -> None:
    mutation = mutated(with_cases(made(tmp_path), a_case("approve", "tested"), a_case("deny", "agrees")))
    dropped = [m for m in mutation.survivors if m.rule == "part(small,either,smokes,c_smokes)."]
    assert [(m.change, m.proposed and m.proposed["expect"]) for m in dropped] == [
        ("row dropped", {"outcome": "approve"})
    ]


# ---- laws --------------------------------------------------------------------------------------


def test_a_part_that_another_implies_never_decides(tmp_path: Path) -> None:
    also = ("part(small, either, both, c_both)", "met(small, both) :- tested, agrees")
    report = made(tmp_path, also=also).verify([POLICY])
    (found,) = (finding for finding in report.findings if finding.check == "decisive_part")
    assert found.subject == "part(criterion(both),criterion(either))"
    assert found.text == (
        "“Criterion both” as a part of “Criterion either” never decides: without it every patient would "
        "come out as with it."
    )
    assert [clause.id for clause in found.clauses] == ["c_both"]
    assert [str(place) for place in found.places] == [f"policies/{POLICY}/policy.lp:12:1"]


def test_the_clause_of_a_part_bears_a_load_where_the_part_decides(tmp_path: Path) -> None:
    also = ("part(small, either, both, c_both)", "met(small, both) :- tested, agrees")
    report = made(tmp_path, also=also).verify([POLICY])
    idle = [finding.subject for finding in report.findings if finding.check == "load_bearing_clause"]
    assert idle == ["clause(c_both)"]


# ---- two editions ------------------------------------------------------------------------------


def compared(folder: Path, *changes: tuple[str, str], also: tuple[str, ...] = ()) -> Comparison:
    before, after = made(folder / "before"), made(folder / "after", *changes, also=also)
    return compare(before.edition(POLICY), after.edition(POLICY))


def test_another_number_of_parts_is_told_with_whom_it_concerns(tmp_path: Path) -> None:
    found = compared(tmp_path, ("any_of(small, either)", "all_of(small, either)"))
    assert found.relation == "stricter"
    assert [(r.change, r.kind, r.id, r.text) for r in found.rules] == [
        ("changed", "criterion", "either", "needs any of its parts before, needs all of its parts after")
    ]
    deciders = {(d.kind, d.id) for region in found.regions for s in region.shifts for d in s.deciders}
    assert deciders >= {("criterion", "checked"), ("part", "either")}


def test_a_part_that_came_is_told_with_what_it_is_a_part_of(tmp_path: Path) -> None:
    also = ("part(small, either, agrees, c_more)",)
    found = compared(tmp_path, also=also)
    assert found.relation == "looser"
    assert [(r.change, r.kind, r.id, r.source) for r in found.rules] == [
        ("added", "part", "agrees of either", "Document, Section c_more")
    ]
    assert found.shown == ()


def test_a_criterion_that_got_parts_and_means_the_same_is_equal(tmp_path: Path) -> None:
    flat = [rule for rule in RULES if "either" not in rule] + [
        "part(small, checked, either, c_either)",
        "met(small, either) :- tested",
        "met(small, either) :- smokes",
    ]
    before = Made(FACTS, {POLICY: flat}).written(tmp_path / "before")
    found = compare(before.edition(POLICY), made(tmp_path / "after").edition(POLICY))
    assert found.relation == "equal"
    assert [(r.change, r.id, r.text) for r in found.rules] == [
        ("added", "tested of either", "Criterion tested"),
        ("added", "smokes of either", "Criterion smokes"),
        ("changed", "either", "has no parts before, needs any of its parts after"),
    ]


def test_a_condition_of_a_part_that_went_is_told(tmp_path: Path) -> None:
    conditional, plain = RULES[4], RULES[4].partition(" :- ")[0]
    found = compared(tmp_path, (conditional, plain))
    assert found.relation == "stricter"
    assert [(r.change, r.kind, r.id, r.text) for r in found.rules] == [
        ("changed", "part", "agrees of checked", "under a condition before, always there after")
    ]
    back = compare(
        made(tmp_path / "a", (conditional, plain)).edition(POLICY), made(tmp_path / "b").edition(POLICY)
    )
    assert [r.text for r in back.rules] == ["always there before, under a condition after"]


@pytest.mark.parametrize("seed", range(4))
def test_a_comparison_sees_a_part_go_just_where_some_patient_does(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    trees = brute_trees.thrown(dice)
    shared = [(node, part) for node, part in trees.edges if len(trees.nodes[node].edges) > 1]
    node, part = dice.choice(shared)
    least = trees.nodes[node].least
    fewer = trees.without(node, part)
    if least > len(fewer.nodes[node].edges):
        one = fewer.nodes[node]._replace(least=1)
        fewer = Trees(fewer.leaves, {**fewer.nodes, node: one}, fewer.required)
    before = trees.made().written(tmp_path / "before").edition(POLICY)
    after = fewer.made().written(tmp_path / "after").edition(POLICY)
    ways = {(trees.outcome(world), fewer.outcome(world)) for world in WORLDS}
    looser, stricter = ("deny", "approve") in ways, ("approve", "deny") in ways
    relation = {(False, False): "equal", (True, False): "looser", (False, True): "stricter"}
    assert compare(before, after).relation == relation.get((looser, stricter), "incomparable")


# ---- pages -------------------------------------------------------------------------------------


def test_the_page_for_people_lists_the_parts_beneath_their_criterion(tmp_path: Path) -> None:
    kb = made(tmp_path)
    page = report_html(kb.verify([POLICY]), kb)
    begin = page.index("all of:")
    shown = page[begin : page.index("</td>", begin)]
    assert sorted(
        ("either", "any of:", "tested", "smokes", "agrees", "(if it applies: "), key=shown.index
    ) == ["either", "any of:", "tested", "smokes", "agrees", "(if it applies: "]
