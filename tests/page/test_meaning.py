"""What a page tells of a policy's meaning: when each item is so, and for whom a condition decides it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from lupa import KnowledgeBase
from lupa.answers.senses import Sense
from tests.page.node import in_node, needs_node

pytestmark = [needs_node, pytest.mark.slow]


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


def test_a_patient_is_found_for_every_condition(patients: list[Mapping[str, Any]]) -> None:
    assert {patient["kind"] for patient in patients} == {"criterion", "limit", "basis", "scope", "pathway"}
    assert [patient for patient in patients if patient["found"] is None] == []
