"""Whatever stands in an element of a chart, it is read or refused in words."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from lupa import CaseError
from tests.fhir.charts import (
    BELIMUMAB,
    CERTIFICATION,
    HCPCS,
    ICD,
    INTO_A_VEIN,
    PREDNISONE,
    Resource,
    answers,
    bundle,
    claim,
    concept,
    condition,
    dispense,
    egfr,
    given,
    item,
    listing,
    order,
    patient,
    statement,
    supply,
    vaccine,
)
from tests.fhir.conftest import Read

JUNK: tuple[Any, ...] = (
    None, True, 0, -7, 1e300, 10**40, "", "x", "\0", '"). :- a.', "9999-99-99", "2025-02-30", "../../etc",
    [], {}, [[]], [None], [{}], {"coding": 3}, {"coding": [None]}, {"reference": 7}, {"reference": "#"},
    {"value": "many"}, {"value": True}, {"value": 5, "code": 7}, {"extension": 1}, "A" * 5000,
)  # fmt: skip
CERTIFIED = {"url": CERTIFICATION, "valueCodeableConcept": concept(("x", "I"))}
RESOURCES: tuple[Resource, ...] = (
    patient(),
    order(
        PREDNISONE, "m", INTO_A_VEIN, dispenseRequest=supply(30, 2, validityPeriod={"start": "2025-01-01"})
    ),
    dispense(PREDNISONE, daysSupply={"value": 30, "unit": "d"}),
    statement(PREDNISONE, effectivePeriod={"start": "2025-01-01", "end": "2025-12-01"}),
    given(BELIMUMAB, "a", INTO_A_VEIN),
    listing("MedicationRequest/m"),
    condition((ICD, "M32.14"), abatementDateTime="2030-01-01"),
    egfr(41, component=[{"code": concept((ICD, "x")), "valueQuantity": {"value": 3, "code": "kPa"}}]),
    vaccine("121", "2025-05-01"),
    answers(item("live_vaccine", True), item("egfr", {"valueQuantity": {"value": 3, "code": "x"}})),
    answers(
        item("taking", {"valueCoding": {"code": "none"}}), item("service_date", {"valueDate": "2025-03-01"})
    ),
    claim((HCPCS, "J0490"), diagnosis=(ICD, "M32.14"), servicedDate="2025-03-01", extension=[CERTIFIED]),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths to every element, the type aside."""
    inner = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, one in inner:
        if key != "resourceType":
            yield (*path, key)
            yield from places(one, (*path, key))


EVERY = [(number, path) for number, resource in enumerate(RESOURCES) for path in places(resource)]


def spoilt(number: int, path: tuple[Any, ...], junk: Any) -> Resource:
    """The chart with one element of one resource replaced."""
    resources = copy.deepcopy(list(RESOURCES))
    at: Any = resources[number]
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = junk
    return bundle(*resources)


def outcome(reads: Read, source: Any) -> str:
    try:
        return json.dumps(reads(source).to_dict())
    except CaseError as refused:
        return str(refused)


def test_one_spoilt_element_ends_in_a_reading_or_in_words(reads: Read) -> None:
    r = random.Random(7)
    for number, path in r.sample(EVERY, 30):
        assert outcome(reads, spoilt(number, path, r.choice(JUNK)))


@pytest.mark.mass
@pytest.mark.parametrize("number", range(len(RESOURCES)))
def test_each_element_holds_each_kind_of_junk(reads: Read, number: int) -> None:
    for _, path in (each for each in EVERY if each[0] == number):
        for junk in JUNK:
            assert outcome(reads, spoilt(number, path, junk))


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: repr(junk)[:20])
def test_a_hook_of_junk_ends_in_words(reads: Read, junk: Any) -> None:
    for hook in (
        {"hook": junk, "context": junk, "prefetch": junk},
        {"hook": "order-sign", "context": {"patientId": junk, "draftOrders": junk, "selections": junk}},
        {"hook": "order-sign", "prefetch": {"a": junk}},
        {"resourceType": "Bundle", "entry": junk},
        {"resourceType": "Parameters", "parameter": junk},
        {"resourceType": junk},
    ):
        assert outcome(reads, [patient(), hook])
