"""A page finds the cheapest changes that lupa finds: all ties, the next best, or what prevents it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from lupa import CaseError, KnowledgeBase
from lupa.answers.exploration import Statement, Way
from lupa.answers.ways import ways
from tests.explored import BARE
from tests.foreign.conftest import beside_shared
from tests.page.cases import random_case
from tests.page.node import in_node, needs_node, written

pytestmark = [needs_node, pytest.mark.slow]
Job = tuple[Mapping[str, Any], str]


PREGNANT = {**BARE, "facts": {**BARE["facts"], "pregnant": True}}
"""An advisory speaks against some of what would do."""
FEW, MANY = 5, 60
"""How many sets a page finds, and how many of lupa's are looked through for these."""


def found_by_lupa(kb: KnowledgeBase, case: Mapping[str, Any], to: str) -> list[Any]:
    """What lupa finds without another day and another request, which a page says that it does not try."""
    flips = kb.flip(case, to, most=FEW)
    tried = [flip for flip in flips.flips if not any(is_not_tried(one) for one in flip.statements)]
    if tried != list(flips.flips):
        every = kb.flip(case, to, most=MANY).flips
        tried = [flip for flip in every if not any(is_not_tried(one) for one in flip.statements)]
    ties = sum(flip.cost == tried[0].cost for flip in tried)
    sets = [
        [flip.cost, [[one.fact, one.value, one.kind, one.cost] for one in flip.statements]]
        for flip in tried[: max(FEW, ties)]
    ]
    blocked = flips.blocked
    if flips.flips and not tried:
        blocked = kb.flip(case, to, fixed=out_of_reach(kb, case)).blocked
    (question,) = kb.questions(case)
    with question:
        told = [told_by(way) for way in ways(question, tried[: max(FEW, ties)])]
    return [sets, ties, [cause.fact for cause in blocked], told]


def told_by(way: Way) -> list[Any]:
    """A way as a page has it: sets that differ in one thing as one, with the words for that."""
    return [
        way.cost,
        [one.fact for one in way.statements],
        [[one.fact for one in part] for part in way.alternatives],
        list(way.words),
        [[[one.fact for one in each] for each in several] for several in way.sets],
    ]


def is_not_tried(statement: Statement) -> bool:
    return statement.kind in ("wait", "file_otherwise")


def out_of_reach(kb: KnowledgeBase, case: Mapping[str, Any]) -> list[str]:
    """What is requested and the age, as far as the case says it: only another request changes these."""
    (question,) = kb.questions(case)
    stated, v = question.record.stated, question.edition.vocabulary
    said = [fact for fact in stated if fact in v.requested and stated[fact]]
    values = [other for fact in said for other in v.choice_of[fact].values()]
    numbers = {fact: v.quantities[name] for fact, name in v.number_of.items() if fact in stated}
    return [*values, *(fact for fact, quantity in numbers.items() if not quantity.in_request)]


def different(kb: KnowledgeBase, data: Path, jobs: list[Job]) -> Iterator[Job]:
    asked, wanted = [], []
    for case, to in jobs:
        try:
            wanted.append(found_by_lupa(kb, case, to))
        except CaseError:  # a record that contradicts itself, or an outcome that the policy lacks
            continue
        asked.append((case, to))
    given = [{"given": case, "to": to} for case, to in asked]
    given_up = 0
    for job, want, found in zip(asked, wanted, in_node(data, given, "flips.mjs"), strict=True):
        *told, is_given_up = found
        if is_given_up:  # it says that there may be more, and tells what it has found by then
            given_up += 1
            sets, ties, blocked, _ = want
            if told[:3] != [sets[: len(told[0])], min(ties, len(told[0])), blocked]:
                yield job
        elif told != want:
            yield job
    assert given_up * 100 <= len(asked)


def jobs(kb: KnowledgeBase, step: int, count: int) -> list[Job]:
    dice = random.Random(7)
    editions = [kb.edition(policy, name) for policy in kb.policies for name, _ in kb.about(policy).editions]
    cases = [kb.case(name) for name in sorted(kb.examples())[::step]]
    cases += [random_case(dice, dice.choice(editions)) for _ in range(count)]
    cases.append(PREGNANT)
    return [(case, to) for case in cases for to in ("approve", "deny")]


def test_the_cheapest_changes_are_the_same_in_a_page(kb: KnowledgeBase, data: Path) -> None:
    assert list(different(kb, data, jobs(kb, 80, 4))) == []


def test_where_little_is_known_of_a_disease_within_another_they_are_the_same_too(
    kb: KnowledgeBase, data: Path
) -> None:
    request = {"policy": "uhc_benlysta", "indication": "lupus_nephritis", "phase": "initial"}
    assert list(different(kb, data, [({"request": request}, "approve")])) == []


def test_what_a_name_means_that_may_mean_several_drugs_is_found_out_and_not_brought_about(
    kb: KnowledgeBase, data: Path
) -> None:
    request = {"policy": "fep_lupkynis", "indication": "lupus_nephritis", "phase": "initial"}
    said: tuple[Any, ...] = (["mycophenolate", "CYC"], {"cyc": "no"}, {"only": ["cyc", "pred"]})
    cases = [{"request": request, "facts": {"taking": {"only": taking}}} for taking in said]
    assert list(different(kb, data, [(case, to) for case in cases for to in ("approve", "deny")])) == []


@pytest.mark.mass
def test_of_hundreds_of_records_the_cheapest_changes_are_the_same(kb: KnowledgeBase, data: Path) -> None:
    silent = {"request": {"policy": "uhc_benlysta", "indication": "sle", "phase": "initial"}}
    assert list(different(kb, data, [(silent, "approve"), *jobs(kb, 2, 200)])) == []


def test_a_drug_that_was_never_begun_is_begun_in_a_page_too(tmp_path: Path) -> None:
    kb = KnowledgeBase.load(beside_shared("kb_step", tmp_path / "kb"))
    known = {"age": 50, "diagnosis": ["RA"], "documented": ["negative_tb_test"], "strength": "mg15"}
    request = {"policy": "example_upadacitinib", "indication": "RA", "phase": "initial"}
    cases = [
        {
            "request": request,
            "facts": {
                **known,
                "serious_infection": "no",
                "tried": {"only": {}},
                "taking": {"only": taking},
            },
        }
        for taking in (list[str](), ["adalimumab"])
    ]
    assert list(different(kb, written(kb, tmp_path), [(case, "approve") for case in cases])) == []
