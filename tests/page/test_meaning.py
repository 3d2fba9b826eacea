"""What a page tells of a policy's meaning: when each item is so, and for whom a condition decides it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from lupa import CaseError, KnowledgeBase
from lupa.answers.senses import Sense
from tests.page.node import in_node, needs_node, written
from tests.random_policies import POLICY, Made, random_facts, random_rules

pytestmark = [needs_node, pytest.mark.slow]
MOST = 300
"""So many smaller records are looked at of a patient."""
SETTLED = ("requested(indication", "requested(phase", "reading(")
"""What begins so is settled by the pathway, and by how the text is usually read."""


def conditions(sense: Sense) -> Iterator[tuple[str, bool]]:
    if sense.fact is not None:
        yield sense.fact, bool(sense.value)
    for part in sense.parts:
        yield from conditions(part)


@pytest.fixture(scope="module")
def patients(data: Path) -> list[Mapping[str, Any]]:
    return in_node(data, [], "decisive.mjs")


def test_a_page_tells_every_condition_of_every_criterion(
    kb: KnowledgeBase, patients: list[Mapping[str, Any]]
) -> None:
    told = [(p["item"], p["fact"], p["value"]) for p in patients if p["policy"] == "fep_lupkynis"]
    meant = [
        (item.id, *condition)
        for item in kb.meaning("fep_lupkynis").items
        if item.sense and item.kind in ("criterion", "part")
        for condition in conditions(item.sense)
    ]
    assert meant
    assert [each for each in meant if each not in told] == []


def test_for_the_patient_that_is_shown_the_condition_is_in_every_reason(
    kb: KnowledgeBase, patients: list[Mapping[str, Any]]
) -> None:
    wrong = []
    for patient in [p for p in patients if p["kind"] == "criterion" and p["found"]][::4]:
        decision = kb.decide(patient["found"])
        found = next((one for one in decision.criteria if one.id == patient["item"]), None)
        if found and patient["fact"] not in {cause.fact for cause in found.because}:
            wrong.append(json.dumps([patient, found.status]))
    assert wrong == []


def test_for_the_patient_that_is_shown_the_condition_decides_what_the_pathway_comes_to(
    kb: KnowledgeBase, patients: list[Mapping[str, Any]]
) -> None:
    wrong = []
    for patient in [p for p in patients if p["kind"] == "pathway"]:
        case, (indication, phase, outcome) = patient["found"], patient["item"]
        without = [kb.whatif(case, change).after.possible for change in otherwise(kb, patient)]
        requested = case["request"].get("indication"), case["request"].get("phase")
        is_there = requested == (indication, phase) or indication is None
        is_decided = any(outcome not in possible for possible in without)
        if not (is_there and is_decided and kb.decide(case).outcome == outcome):
            wrong.append(json.dumps([patient, without]))
    assert wrong == []


def otherwise(kb: KnowledgeBase, patient: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The ways to have a condition the other way round: for a choice, each of the other values."""
    fact, value = patient["fact"], patient["value"]
    kind, is_choice, named = fact.removeprefix("requested(").rstrip(")").partition(",")
    if not (fact.startswith("requested(") and is_choice):
        return [{fact: not value}]
    values = kb.edition(patient["policy"]).vocabulary.kinds("requested")[kind]
    return [{f"request.{kind}": other} for other in values if (other == named) is not value]


def leaves(said: Any) -> int:
    """How many facts, or bounds of numbers, a part of a case states."""
    return sum(map(leaves, said.values())) if isinstance(said, dict) else 1


def decides(kb: KnowledgeBase, patient: Mapping[str, Any], stated: Mapping[str, Any]) -> bool:
    """Whether with these statements a condition decides that a pathway comes to its outcome."""
    indication, phase, outcome = patient["item"]
    request = {"policy": patient["policy"], "indication": indication, "phase": phase}
    case = {"request": {name: value for name, value in request.items() if value is not None}}

    def possible(change: Mapping[str, Any]) -> tuple[str, ...]:
        try:
            return kb.whatif(case, {**stated, **change}).after.possible
        except CaseError:  # they contradict each other
            return (outcome, "")

    return possible({patient["fact"]: patient["value"]}) == (outcome,) and any(
        outcome not in possible(change) for change in otherwise(kb, patient)
    )


def test_no_patient_who_states_fewer_facts_shows_what_decides_a_pathway(tmp_path: Path) -> None:
    looked_at = 0
    for seed in range(6):
        dice = random.Random(seed)
        facts = random_facts(dice)
        kb = Made(facts, {POLICY: random_rules(dice, POLICY, facts)}).written(tmp_path / str(seed))
        data = written(kb, tmp_path / str(seed))
        v = kb.edition(POLICY).vocabulary
        for patient in in_node(data, [], "decisive.mjs"):
            is_on_one = patient["kind"] == "pathway" and patient["item"][0] is not None
            if not is_on_one or "requested(" in patient["fact"] or not patient["found"]:
                continue
            assert patient["isSmallest"]
            count = leaves(patient["found"]) - len(["policy", "indication", "phase", patient["fact"]])
            free = [
                (fact, value)
                for fact in v.facts
                if fact != patient["fact"] and not fact.startswith(SETTLED)
                for value in ((True,) if fact in v.choice_of else (True, False))
            ]
            fewer = [dict(each) for size in range(count) for each in combinations(free, size)]
            if len(fewer) < MOST:
                looked_at += 1
                assert [each for each in fewer if decides(kb, patient, each)] == []
    assert looked_at > 20


def test_a_patient_is_found_for_every_condition(patients: list[Mapping[str, Any]]) -> None:
    assert {patient["kind"] for patient in patients} == {"criterion", "limit", "basis", "scope", "pathway"}
    assert [patient for patient in patients if patient["found"] is None] == []
