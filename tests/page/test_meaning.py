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


def test_only_for_choices_no_patient_is_found(patients: list[Mapping[str, Any]]) -> None:
    without = {patient["fact"].partition("(")[0] for patient in patients if patient["found"] is None}
    assert without <= {"requested"}
    assert len([patient for patient in patients if patient["found"]]) > 100
