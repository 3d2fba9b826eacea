"""Whatever stands in an element of a chart, it is read or refused in words."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from lupa import CaseError, KnowledgeBase
from lupa.errors import LupaError
from lupa.fhir.cases import cases_of
from lupa.fhir.items import answers_to
from lupa.fhir.reading import reader_of
from lupa.fhir.tasks import asked_of_them
from lupa.rules.deadline import Deadline
from tests.fhir.charts import (
    BELIMUMAB,
    CERTIFICATION,
    CVX,
    HCPCS,
    ICD,
    INTO_A_VEIN,
    LOINC,
    PREDNISONE,
    SERVICE,
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
    None, True, 0, -7, 1e300, 10**40, "", "x", "7", "\0", '"). :- a.', "9999-99-99", "2025-02-30",
    "../../etc", [], {}, [[]], [None], [{}], {"coding": 3}, {"coding": [None]}, {"reference": 7},
    {"reference": "#"}, {"value": "many"}, {"value": True}, {"value": 5, "code": 7}, {"extension": 1},
    "A" * 5000,
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


# ---- every element that is read, of every type ---------------------------------------------------

USUAL: dict[str, Any] = {
    "word": "active",
    "coding": concept((ICD, "M32.14"), (CVX, "121"), (LOINC, "33914-3")),
    "drug": concept(PREDNISONE, text="prednisone"),
    "day": "2025-01-10",
    "moment": "2025-01-10T08:00:00Z",
    "amount": {"value": 30, "unit": "d", "code": "d"},
    "range": {"low": {"value": 30, "unit": "d"}, "high": {"value": 59, "unit": "d"}},
    "flag": True,
    "present": {"url": "http://example.org"},
    "reference": {"reference": "MedicationRequest/other", "type": "MedicationRequest"},
    "form": {"reference": "Medication/other"},
    "term": "taking(prednisone)",
    "type_of": {"reference": "Device/d"},
    "questionnaire": "https://lupa.example/Questionnaire/fep_lupkynis|2024-10-01",
}
"""What stands in an element, by the kind of its value."""


def _put(tree: Resource, path: tuple[str, ...], value: Any) -> None:
    """Puts a value where a path leads to, and makes the way there."""
    step, *rest = path
    if step == "!":
        tree[rest.pop(0)] = True
        _put(tree, tuple(rest), value)
    elif step == "@":
        url, *rest = rest
        inner = {"url": url}
        tree.setdefault("extension", []).append(inner)
        _put(inner, tuple(rest), value)
    elif not rest:
        tree.setdefault(step, copy.deepcopy(value))
    elif isinstance(inner := tree.setdefault(step, {}), dict):
        _put(inner, tuple(rest), value)


@cache
def whole(kb: KnowledgeBase) -> dict[str, Resource]:
    """Of each type that is read, a resource with every element that is."""
    tables, _ = reader_of(kb)

    def made(kind: str, deep: int = 0) -> Resource:
        found: Resource = {}
        for path, value, _ in tables.reads.get(kind, ()):
            _put(found, path, USUAL[value])
        for path, part in tables.parts.get(kind, ()) if deep < 2 else ():
            _put(found, path, made(part, deep + 1))
        for use in ("about", "of_the_one"):
            for path in tables.paths[use].get(kind, ()):
                _put(found, path, {"reference": "Patient/p"})
        return found

    kinds = sorted(kind for kind in tables.reads if "." not in kind)
    return {kind: {"resourceType": kind, "id": "p", **made(kind)} for kind in kinds}


def spoilt_charts(kb: KnowledgeBase, kind: str) -> Iterator[tuple[Resource, tuple[Any, ...], Any]]:
    """Each element of the whole resource of a type, with each junk that may come into its place."""
    for path in places(whole(kb)[kind]):
        for junk in JUNK:
            yield whole(kb)[kind], path, junk


def answered(kb: KnowledgeBase, resource: Resource, path: tuple[Any, ...], junk: Any) -> None:
    """Reads the chart with this junk in it, decides it and answers in one form or another."""
    mine = copy.deepcopy(resource)
    at: Any = mine
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = junk
    others = [] if mine["resourceType"] == "Patient" else [patient()]
    data = json.dumps(bundle(*others, order(PREDNISONE, "other"), mine)).encode()
    asked = {"service_date": SERVICE, "policy": "fep_lupkynis"}
    form = ("claimresponse", "cards", "task")[len(data) % 3]
    for where, case in cases_of(data, "x", kb, None, asked, items=True):
        try:
            if isinstance(case, CaseError):
                raise case
            found, told = answers_to(form, kb, case, Deadline(30), name=where)
            assert told or (form == "task" and not any(map(asked_of_them, found)))
        except LupaError as refused:
            assert str(refused)  # noqa: PT017 - that there is a message, whatever it is


def test_every_element_that_is_read_stands_in_a_whole_resource(kb: KnowledgeBase) -> None:
    tables, _ = reader_of(kb)
    assert whole(kb).keys() == {kind for kind in tables.reads if "." not in kind}
    assert sum(1 for one in whole(kb).values() for _ in places(one)) > 400


def test_one_spoilt_element_of_whole_resources_ends_in_an_answer_or_in_words(kb: KnowledgeBase) -> None:
    r = random.Random(11)
    for kind in r.sample(sorted(whole(kb)), 6):
        answered(kb, *r.choice(list(spoilt_charts(kb, kind))))


@pytest.mark.mass
def test_each_element_of_whole_resources_holds_each_kind_of_junk(kb: KnowledgeBase) -> None:
    for kind in whole(kb):
        for each in spoilt_charts(kb, kind):
            answered(kb, *each)


# ---- what charts usually hold ---------------------------------------------------------------------


@pytest.mark.slow
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
