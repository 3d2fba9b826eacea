"""Criteria that have parts: each node as brute force over all worlds has it, and as a person reads it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from lupa import Criterion, Decision, KnowledgeBase
from lupa.answers.decision import with_parts
from lupa.pages.exploring import whatif_text
from lupa.pages.markdown import markdown
from lupa.pages.meaning import meaning_text
from lupa.pages.page import text, why_text
from lupa.pages.table import table, table_text
from lupa.pages.tree import tree_text
from tests import brute_trees
from tests.brute_trees import RANK, REQUEST, Trees, a_record, worlds_of
from tests.random_policies import POLICY, Facts, Made
from tests.times import times
from tests.trees import REQUEST as STEPS
from tests.trees import RULES, steps_kb

FEW = range(12)
MANY = range(100, 100 + times(150))


@pytest.fixture(
    scope="module", params=[*FEW, *(pytest.param(seed, marks=pytest.mark.mass) for seed in MANY)]
)
def thrown(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Trees, KnowledgeBase, list[brute_trees.Record]]:
    """Trees by dice, the knowledge base that holds them, and some records."""
    dice = random.Random(request.param)
    trees = brute_trees.thrown(dice)
    kb = trees.made().written(tmp_path_factory.mktemp("kb"))
    return trees, kb, [a_record(dice) for _ in range(6)]


Thrown = tuple[Trees, KnowledgeBase, list[brute_trees.Record]]


def decided(kb: KnowledgeBase, record: brute_trees.Record) -> Decision:
    return kb.decide({"request": REQUEST, "facts": record})


def test_the_outcomes_are_those_of_all_worlds(thrown: Thrown) -> None:
    trees, kb, records = thrown
    for record in records:
        possible = sorted({trees.outcome(world) for world in worlds_of(record)})
        assert list(decided(kb, record).possible) == possible


def test_each_node_has_the_status_that_all_worlds_give_it(thrown: Thrown) -> None:
    trees, kb, records = thrown
    for record in records:
        worlds = worlds_of(record)
        found = [brute_trees.told(criterion) for criterion in decided(kb, record).criteria]
        wanted = [brute_trees.expected(trees, name, worlds) for name in trees.required]
        assert sorted(map(brute_trees.in_any_order, found)) == sorted(map(brute_trees.in_any_order, wanted))


def test_the_reason_of_each_node_is_minimal(thrown: Thrown) -> None:
    trees, kb, records = thrown
    for record in records:
        for _, criterion in with_parts(decided(kb, record).criteria):
            reason = {cause.fact: cause.value for cause in criterion.because}
            assert reason.items() <= record.items()
            assert criterion.status == "open" or brute_trees.is_minimal_reason(trees, criterion)


def test_failing_parts_come_first(thrown: Thrown) -> None:
    _, kb, records = thrown
    for record in records:
        for _, criterion in with_parts(decided(kb, record).criteria):
            ranks = [RANK[part.status] for part in criterion.parts]
            assert ranks == sorted(ranks)


def test_the_parts_that_never_decide_are_those_that_verify_finds(thrown: Thrown) -> None:
    trees, kb, _ = thrown
    found = [f for f in kb.verify([POLICY]).findings if f.check == "decisive_part"]
    assert {subject for finding in found for subject in finding.each} == trees.idle


def test_what_is_thrown_is_deep_and_shared_and_counted_and_conditional() -> None:
    every = [brute_trees.thrown(random.Random(seed)) for seed in FEW]
    parts = [[part for _, part in trees.edges] for trees in every]
    assert any(len(set(names)) < len(names) for names in parts)
    assert any(name.startswith("node_2") for trees in every for name in trees.nodes)
    assert {node.of for trees in every for node in trees.nodes.values()} == {"all", "any", "at_least"}
    assert any(edge.condition for t in every for node in t.nodes.values() for edge in node.edges)
    assert any(trees.idle for trees in every)
    assert any(not trees.idle for trees in every)


# ---- what a person reads -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    return steps_kb(tmp_path_factory.mktemp("steps"))


def a_case(taking: list[str], age: int | None = 12, seen: bool | None = False) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "active": ["sle"],
        "taking": {"only": taking},
        "attests": {"specialist": seen},
    }
    return {"request": STEPS, "facts": facts | ({} if age is None else {"age": age})}


def plain(page: str) -> list[str]:
    return click.unstyle(page).splitlines()


def section(page: str, title: str) -> list[str]:
    """The lines of a page under a title, up to the next empty one."""
    lines = plain(page)
    after = lines[lines.index(title) + 1 :]
    return after[: after.index("")]


def criterion(decision: Decision, name: str) -> Criterion:
    return next(found for _, found in with_parts(decision.criteria) if found.id == name)


def test_at_least_one_of_several_is_told_as_any_of_them(steps: KnowledgeBase, tmp_path: Path) -> None:
    counted = steps_kb(tmp_path, RULES.replace("any_of(steps, earlier)", "at_least_of(steps, earlier, 1)"))
    for case in (a_case(["methotrexate"]), a_case(["methotrexate", "azathioprine"])):
        assert text(counted.decide(case)) == text(steps.decide(case))


def test_what_is_counted_is_told_in_words_by_how_many_are_needed(steps: KnowledgeBase) -> None:
    told = " ".join(click.unstyle(meaning_text(steps.meaning("steps"), 80)).split())
    counted = (
        "two_drugs is met just when 2 or more of these are so: (c22) - The patient takes methotrexate. "
    )
    assert f"{counted}- The patient takes azathioprine. - The patient takes leflunomide. " in told


def test_the_page_tells_every_part_of_what_fails_with_its_clause_and_cause(steps: KnowledgeBase) -> None:
    page = text(steps.decide(a_case(["methotrexate"])))
    assert section(page, "Not met") == [
        "  treated: Not treated as asked.",
        "    All of these are needed; 0 of 2 found. What is marked * is not on the list,",
        "    which is said to be complete.",
        "    Tiny, Item 2",
        "    - not met, earlier: Not treated before.",
        "        One of these is needed; none of 2 found.",
        "        Tiny, Item 20",
        "        - not met, two_drugs: Fewer than two drugs were taken.",
        "            2 of these are needed; 1 of 2 found: methotrexate.",
        "            Tiny, Item 22",
        "            - not met, took(azathioprine): Azathioprine was not taken.",
        "                because The patient does not take azathioprine*.",
        "            - not met, took(leflunomide): Leflunomide was not taken.",
        "                because The patient does not take leflunomide*.",
        "            - met, took(methotrexate): Methotrexate was taken.",
        "        - not met, one_drug: No methotrexate as asked.",
        "            All of these are needed; 1 of 2 found: methotrexate.",
        "            Tiny, Item 23",
        "            - not met, seen: No specialist was asked.",
        "                because The prescriber did not ask a specialist.",
        "            - met, took(methotrexate): Methotrexate was taken.",
        "    - not met, seen: No specialist was asked.",
        "        because The prescriber did not ask a specialist.",
        "        Tiny, Item 21",
        "    needs The prescriber asked a specialist (the record says otherwise); or the",
        "          patient takes azathioprine (not on the list), and the age is 18 years",
        "          or more (the record says otherwise); or the patient takes leflunomide",
        "          (not on the list), and the age is 18 years or more.",
    ]


def test_what_one_part_alone_has_on_no_list_is_said_beside_it(steps: KnowledgeBase) -> None:
    page = text(steps.decide(a_case(["methotrexate", "azathioprine"])))
    assert "marked *" not in page
    assert "*" not in page


def test_a_part_whose_condition_is_open_may_not_apply(steps: KnowledgeBase) -> None:
    decision = steps.decide(a_case(["methotrexate"], age=None, seen=None))
    assert "    - open, seen: A specialist was asked. (if it applies)" in plain(text(decision))
    assert criterion(decision, "treated").found == "0 of 2 found; open: earlier, seen"


def test_a_part_whose_condition_does_not_hold_is_not_there(steps: KnowledgeBase) -> None:
    decision = steps.decide(a_case([], age=30))
    assert [part.id for part in criterion(decision, "treated").parts] == ["earlier"]


def test_what_is_met_by_one_of_its_parts_is_told_in_short(steps: KnowledgeBase) -> None:
    decision = steps.decide(a_case(["methotrexate"], seen=True))
    (line,) = section(text(decision), "Met")[:1]
    assert line == "  treated: The prescriber asked a specialist. The patient takes methotrexate."
    assert criterion(decision, "earlier").found == "found: one drug"


def test_why_tells_the_parts_of_what_is_met_and_only_names_those_that_are_not_needed(
    steps: KnowledgeBase,
) -> None:
    page = why_text(steps.why(a_case(["methotrexate"], seen=True)))
    assert section(page, "Met")[:16] == [
        "  treated: Treated as asked.",
        "    All of these are needed; 2 of 2 found: earlier, seen.",
        "    Tiny, Item 2",
        "    - met, earlier: Treated before.",
        "        One of these is needed; found: one drug.",
        "        Tiny, Item 20",
        "        - met, one_drug: Methotrexate as asked.",
        "            All of these are needed; 2 of 2 found: methotrexate, seen.",
        "            Tiny, Item 23",
        "            - met, took(methotrexate): Methotrexate was taken.",
        "                because The patient takes methotrexate.",
        "            - met, seen: A specialist was asked.",
        "                because The prescriber asked a specialist.",
        "        - not needed: two_drugs",
        "    - met, seen: A specialist was asked.",
        "        because The prescriber asked a specialist.",
    ]


COUNTS = {
    "one_of_two": (["methotrexate"], "1 of 2 found: methotrexate"),
    "two_of_two": (["methotrexate", "leflunomide"], "2 of 2 found: methotrexate, leflunomide"),
    "more_than_needed": (
        ["methotrexate", "leflunomide", "azathioprine"],
        "3 found, 2 needed: methotrexate, azathioprine, leflunomide",
    ),
    "none": ([], "0 of 2 found"),
}


@pytest.mark.parametrize("name", COUNTS)
def test_a_count_explains_itself(name: str, steps: KnowledgeBase) -> None:
    taking, found = COUNTS[name]
    assert criterion(steps.decide(a_case(taking)), "two_drugs").found == found


def test_a_decision_as_json_holds_the_parts_with_the_keys_of_a_criterion(steps: KnowledgeBase) -> None:
    data = json.loads(steps.decide(a_case(["methotrexate"])).to_json())
    treated = next(c for c in data["criteria"] if c["id"] == "treated")
    two = treated["parts"][0]["parts"][0]
    assert (two["id"], two["of"], two["least"], two["status"]) == ("two_drugs", "at_least", 2, "unmet")

    def every(criterion: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield criterion
        for part in criterion["parts"]:
            yield from every(part)

    assert {frozenset(found) for found in every(treated)} == {frozenset(treated)}
    leaf = two["parts"][0]
    assert (leaf["of"], leaf["least"], leaf["found"], leaf["parts"]) == (None, None, "", [])


def test_markdown_lists_the_parts_of_what_fails(steps: KnowledgeBase) -> None:
    lines = markdown(steps.decide(a_case(["methotrexate"]))).splitlines()
    begin = lines.index("1. **Not treated as asked.**  ")
    assert lines[begin : begin + 8] == [
        "1. **Not treated as asked.**  ",
        "   *Tiny, Item 2*",
        "",
        (
            "   All of these are needed; 0 of 2 found. What is marked \\* is not on the list, which is "
            "said to be complete."
        ),
        "",
        "   - not met: **Not treated before.** One of these is needed; none of 2 found. *Tiny, Item 20*",
        (
            "     - not met: **Fewer than two drugs were taken.** 2 of these are needed; 1 of 2 found: "
            "methotrexate. *Tiny, Item 22*"
        ),
        ("       - not met: **Azathioprine was not taken.** The patient does not take azathioprine\\*."),
    ]


def test_the_derivation_counts_the_parts_and_says_what_each_means(steps: KnowledgeBase) -> None:
    lines = plain(tree_text(steps.why(a_case(["methotrexate"]), tree=True).tree))
    counted = next(n for n, line in enumerate(lines) if "2 or more of these  fails" in line)
    said = "met(steps,took(methotrexate))  holds: Methotrexate was taken."
    assert said in [line.strip() for line in lines[counted:]]
    assert any(
        line.endswith("met(steps,two_drugs)  fails: Fewer than two drugs were taken.") for line in lines
    )


def test_show_prints_the_parts_of_each_criterion(steps: KnowledgeBase) -> None:
    lines = plain(table_text(table(steps.edition("steps")), 80))
    begin = lines.index("  treated: Treated as asked.")
    assert lines[begin : begin + 9] == [
        "  treated: Treated as asked.",
        "    Tiny, Item 2",
        "    all of:",
        "      earlier: Treated before.",
        "        Tiny, Item 20",
        "        any of:",
        "          two_drugs: Two drugs were taken.",
        "            Tiny, Item 22",
        "            at least 2 of:",
    ]
    assert "      seen: A specialist was asked. (if it applies: The age is less than 18" in lines


def test_what_if_tells_which_parts_changed(steps: KnowledgeBase) -> None:
    answer = steps.whatif(a_case(["methotrexate"], age=30), {"taking(azathioprine)": "yes"})
    assert [(c.id, c.before, c.after, c.within) for c in answer.criteria] == [
        ("treated", "unmet", "met", ()),
        ("earlier", "unmet", "met", ("treated",)),
        ("two_drugs", "unmet", "met", ("treated", "earlier")),
        ("took(azathioprine)", "unmet", "met", ("treated", "earlier", "two_drugs")),
    ]
    lines = plain(whatif_text(answer))
    assert ["two_drugs", "unmet", "met"] in [line.split() for line in lines]
    assert "  two_drugs (part of earlier): Two drugs were taken." in lines


def test_a_form_that_lacks_two_undertakings_names_both(kb: KnowledgeBase) -> None:
    request = {"policy": "fep_lupkynis", "indication": "lupus_nephritis", "phase": "initial"}
    decision = kb.decide({"request": request, "facts": {"age": 30, "attests": {"only": []}}})
    unmet = [c.id for above, c in with_parts(decision.criteria) if above and c.status == "unmet"]
    assert unmet == [
        "egfr_monitoring",
        "blood_pressure_monitoring",
        "infection_monitoring",
        "malignancy_monitoring",
    ]
    assert {c.source for _, c in with_parts(decision.criteria) if c.id == "egfr_monitoring"} == {
        "FEP 5.99.021 Lupkynis, Prior-Approval Requirements, item 3"
    }


def test_a_clause_of_a_part_is_told_where_the_part_is_there_by_it(tmp_path: Path) -> None:
    rules = (
        "requires(small, gout, initial, checked, c_checked)",
        "all_of(small, checked)",
        "part(small, checked, tested, c_young) :- not smokes",
        "part(small, checked, tested, c_old) :- smokes",
        "met(small, tested) :- tested",
    )
    facts = Facts(flags=("tested", "smokes"), conditions=(), drugs=())
    small = Made(facts, {POLICY: rules}).written(tmp_path)
    sources = {}
    for smokes in (True, False, None):
        decision = small.decide({"request": REQUEST, "facts": {"tested": False, "smokes": smokes}})
        sources[smokes] = criterion(decision, "tested").source
    assert sources == {
        True: "Document, Section c_old",
        False: "Document, Section c_young",
        None: "Document, Section c_young; Document, Section c_old",
    }
