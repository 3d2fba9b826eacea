"""Of many values that rules do not tell apart two stand for all: what is found is what is found of each."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from lupa import KnowledgeBase
from lupa.answers import question as asking
from lupa.answers import reach
from lupa.answers.standing import Standing
from lupa.rules.ground import Rule
from lupa.rules.values import alike
from tests import small
from tests.small import small_kb, vocabulary
from tests.times import times

PLACES = ("home", "ward", "clinic", "hospice", "school", "prison", "ship", "camp", "other")
NOTHING_SAID = {"request": {"policy": small.POLICY}}


def random_policy(dice: random.Random) -> tuple[str, str]:
    """Facts and rules of a policy that tells some of nine places apart, often by a law too."""
    flags = ("adult", "ill", "alone")
    facts = vocabulary(flags, {"place": PLACES})
    if dice.random() < 0.4:
        law = dice.choice(("requested(place, ward), not ill", "requested(place, ship), alone"))
        facts += f"impossible(law) :- {law}.\n"
    several = dice.choice(
        ("", "fact(been(Place)) :- value(place, Place). been(Place) :- true(been(Place)).\n")
    )
    if several:
        facts += (
            several + 'fact_text(been, "Been in {1}.", "Not in {1}."). question(been, "Been in {1}?").\n'
        )
        facts = facts.replace("value(place, Place)", "visited(Place)") + "visited(camp; ship; other).\n"
    read = dice.sample(PLACES, dice.choice((1, 2, 2)))
    places = [f"requested(place, {place})" for place in read]
    places += [f"not requested(place, {read[0]})", "requested(place, Place), value(place, Place), adult"]
    if several:
        places.append("requested(place, Place), been(Place)")
    bodies = [
        ", ".join(
            dice.sample([*places, *flags, *(f"not {flag}" for flag in flags)], dice.choice((1, 2, 3)))
        )
        for _ in range(3)
    ]
    rules = [f"good :- {body}." for body in bodies[:2]] + [f"bad :- {bodies[2]}."]
    rules.append("#defined good/0. #defined bad/0.")
    rules.append("outcome(small, approve) :- policy(small), good.")
    rules.append("outcome(small, refer) :- policy(small), bad, not outcome(small, approve).")
    rules.append(small.otherwise("approve", "refer", last="deny"))
    return facts, "\n".join(rules)


def told(kb: KnowledgeBase, case: Mapping[str, Any]) -> list[Any]:
    """Whatever a person is told of a case that is silent on much."""
    edition = kb.edition(small.POLICY)
    possible = [name for name, literal in edition.outcomes.items() if edition.satisfiable((literal,))]
    flips = [kb.flip(dict(case), to, most=3).to_dict() for to in possible]
    return [kb.ask(dict(case)).to_dict(), kb.plan(dict(case)).to_dict(), *flips]


@pytest.mark.parametrize("seed", range(times(60)))
def test_of_values_that_are_alike_the_same_is_told_as_if_each_were_looked_at(
    tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)
    facts, rules = random_policy(dice)
    case = {**NOTHING_SAID, "facts": {"adult": True}} if seed % 3 == 0 else NOTHING_SAID
    found = told(small_kb(tmp_path / "kb", facts, rules), case)
    alone = mock.Mock(return_value=Standing({}))
    with mock.patch.object(asking, "standing", alone), mock.patch.object(reach, "standing", alone):
        assert found == told(KnowledgeBase.load(tmp_path / "kb"), case)


MANY = [f"place_{number}" for number in range(500)]
HOME = "outcome(small, approve) :- requested(place, home), adult.\n" + small.otherwise(
    "approve", last="deny"
)


@pytest.fixture(scope="module")
def vast(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """A policy that tells one place from five hundred others."""
    facts = vocabulary(["adult"], {"place": ["home", *MANY]})
    return small_kb(tmp_path_factory.mktemp("vast") / "kb", facts, HOME)


def test_a_plan_asks_for_one_of_five_hundred_places_once(vast: KnowledgeBase) -> None:
    plan = vast.plan(NOTHING_SAID)
    assert [(step.id, len(step.branches)) for step in plan.steps] == [
        ("requested(place)", 501),
        ("adult", 2),
    ]
    assert {branch.outcome for branch in plan.steps[0].branches[1:]} == {"deny"}


def test_each_of_them_is_missing_and_an_answer(vast: KnowledgeBase) -> None:
    found = vast.ask(NOTHING_SAID)
    (asked,) = (each for each in found.questions if each.id == "requested(place)")
    assert [answer.value for answer in asked.answers] == ["home", *MANY]
    assert len(found.decision.missing) == 502


def test_of_them_one_that_is_fixed_is_not_told(vast: KnowledgeBase) -> None:
    flips = vast.flip(NOTHING_SAID, "deny", most=1, fixed=["adult", "requested(place,place_0)"]).flips
    assert len(flips) == 200
    assert flips[0].statements[0].fact == "requested(place,place_1)"


def test_of_many_that_cost_the_same_two_hundred_are_told_in_the_order_of_the_vocabulary(
    vast: KnowledgeBase,
) -> None:
    answer = vast.flip(NOTHING_SAID, "deny", most=1, fixed=["adult"])
    assert [flip.statements[0].fact for flip in answer.flips] == [
        f"requested(place,{place})" for place in MANY[:200]
    ]
    assert answer.more


def rules(*bodies: tuple[int, ...]) -> list[Rule]:
    """A choice of six values, 1 to 6, and what says 9 of them."""
    return [
        *(Rule(True, (value,), ()) for value in range(1, 7)),
        *(Rule(False, (9,), body) for body in bodies),
    ]


SIX = [range(1, 7)]


def test_values_of_which_the_same_is_said_are_alike() -> None:
    assert alike(rules(*((value,) for value in range(1, 7))), SIX, {}) == [[1, 2, 3, 4, 5, 6]]
    assert alike(rules((1, 2, 3, 4, 5, 6)), SIX, {}) == [[1, 2, 3, 4, 5, 6]]


def test_a_value_is_alike_by_its_own_name() -> None:
    named = [Rule(False, (10 + value,), (value,)) for value in range(1, 7)]
    said = [*named, *rules(*((-10 - value,) for value in range(1, 7)))]
    assert alike(said, SIX, {10 + value: value for value in range(1, 7)}) == [[1, 2, 3, 4, 5, 6]]
    assert alike(said, SIX, {}) == []


@pytest.mark.parametrize(
    "bodies",
    [
        [(1,)],
        [(1, 2, 3, 4, 5, -6)],
        [(1, 2)],
        [(value, -(value % 6 + 1)) for value in range(1, 7)],  # they can go round, and no two change places
        [(value, 20 + value) for value in range(1, 7)],
    ],
)
def test_values_that_a_rule_tells_apart_are_not_alike(bodies: list[tuple[int, ...]]) -> None:
    assert alike(rules(*bodies), SIX, {}) == []


def test_a_value_that_a_rule_gives_is_alike_to_none() -> None:
    assert alike([*rules(), Rule(False, (1,), (9,))], SIX, {}) == []
