"""Earlier treatment, as far as a chart tells of it: how it ended, what was not tolerated, how long."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import clingo
import pytest

from lupa.fhir.tables import Tables
from lupa.rules.store import Store
from tests.fhir.charts import (
    CREAM,
    CYCLOPHOSPHAMIDE,
    RXNORM,
    SNOMED,
    Resource,
    answers,
    chart,
    concept,
    condition,
    item,
    order,
    statement,
    verified,
    words,
)
from tests.fhir.conftest import Read
from tests.fhir.test_evidence import states_in
from tests.tiny import write_policy

METHOTREXATE, INGREDIENT = (RXNORM, "105586"), (RXNORM, "6851")
FAILED, NOT_TOLERATED, RULED_OUT, DECLINED = "395007004", "407563006", "395008009", "105480006"
SUSPECTED = "http://terminology.hl7.org/CodeSystem/medicationrequest-status-reason"


def tried(outcome: str) -> str:
    return f"tried(methotrexate,{outcome})"


NO_RESPONSE, INTOLERANCE, CONTRAINDICATED = map(
    tried, ("inadequate_response", "intolerance", "contraindicated")
)


def stopped(why: str, system: str = SNOMED, **more: Any) -> Resource:
    usual = {"status": "stopped", "authoredOn": "2024-01-10", "statusReason": concept((system, why))}
    return order(METHOTREXATE, **{**usual, **more})


def course(start: str | None, end: str | None = None, status: str = "stopped", **more: Any) -> Resource:
    period = {key: day for key, day in (("start", start), ("end", end)) if day}
    return statement(METHOTREXATE, status=status, effectivePeriod=period, **more)


def allergy(code: tuple[str, str] | Resource = INGREDIENT, **more: Any) -> Resource:
    usual = {
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "verificationStatus": {"coding": [{"code": "confirmed"}]},
        "recordedDate": "2023-05-01",
        "code": code if isinstance(code, dict) else concept(code),
    }
    owner = {"patient": {"reference": "Patient/p"}}
    return {"resourceType": "AllergyIntolerance", "id": "y1", **owner, **usual, **more}


ENDS: list[tuple[str, list[Resource], dict[str, Any]]] = [
    ("what was stopped as it did not help failed", [stopped(FAILED)], {NO_RESPONSE: "yes"}),
    ("what was stopped as it was not tolerated", [stopped(NOT_TOLERATED)], {INTOLERANCE: "yes"}),
    ("what was stopped as it must not be given", [stopped(RULED_OUT)], {CONTRAINDICATED: "yes"}),
    ("what the patient refused was declined", [stopped(DECLINED)], {tried("declined"): "yes"}),
    (
        "a statement says why as well",
        [course("2024-01-01", "2024-06-01", statusReason=[concept((SNOMED, FAILED))])],
        {NO_RESPONSE: "yes"},
    ),
    (
        "what is not taken for its side effects was not tolerated",
        [statement(METHOTREXATE, status="not-taken", statusReason=[concept((SNOMED, "182864000"))])],
        {INTOLERANCE: "yes", "taking(methotrexate)": "no"},
    ),
    (
        "an adverse reaction alone is asked",
        [stopped("62014003")],
        {INTOLERANCE: "ask"},
    ),
    ("what is suspected is asked", [stopped("sintol", SUSPECTED)], {INTOLERANCE: "ask"}),
    (
        "an allergy that is suspected is asked in both ways",
        [stopped("salg", SUSPECTED)],
        {INTOLERANCE: "ask", CONTRAINDICATED: "ask"},
    ),
    (
        "a reason in words alone says nothing",
        [stopped("", statusReason=words("no effect"))],
        {NO_RESPONSE: "open"},
    ),
    (
        "what was stopped and nobody says why says nothing",
        [stopped("", statusReason=None)],
        {NO_RESPONSE: "open", INTOLERANCE: "open"},
    ),
    ("what goes on has not ended", [stopped(FAILED, status="active")], {NO_RESPONSE: "open"}),
    ("what is on hold is asked", [stopped(NOT_TOLERATED, status="on-hold")], {INTOLERANCE: "ask"}),
    ("what is in error is void", [stopped(FAILED, status="entered-in-error")], {NO_RESPONSE: "open"}),
    ("what was only planned was not tried", [stopped(FAILED, intent="plan")], {NO_RESPONSE: "open"}),
    (
        "a drug named in words is asked",
        [stopped(FAILED, medicationCodeableConcept=words("methotrexate"))],
        {NO_RESPONSE: "ask"},
    ),
    (
        "a cream that did not help says nothing of tablets",
        [order(CREAM, status="stopped", statusReason=concept((SNOMED, FAILED)))],
        {"tried(hydrocortisone,inadequate_response)": "open"},
    ),
]

INTOLERANCES: list[tuple[str, list[Resource], dict[str, Any]]] = [
    ("an intolerance is one", [allergy(type="intolerance")], {INTOLERANCE: "yes", CONTRAINDICATED: "open"}),
    (
        "an allergy is asked in both ways",
        [allergy(type="allergy")],
        {INTOLERANCE: "ask", CONTRAINDICATED: "ask"},
    ),
    ("so is one of which nobody says which", [allergy()], {INTOLERANCE: "ask", CONTRAINDICATED: "ask"}),
    (
        "an intolerance that is not confirmed is asked",
        [allergy(type="intolerance", **verified("unconfirmed"))],
        {INTOLERANCE: "ask"},
    ),
    (
        "one that is over is asked",
        [allergy(type="intolerance", clinicalStatus={"coding": [{"code": "resolved"}]})],
        {INTOLERANCE: "ask"},
    ),
    (
        "one that is refuted is a no",
        [allergy(type="intolerance", **verified("refuted"))],
        {INTOLERANCE: "no"},
    ),
    (
        "an allergy that is refuted says nothing",
        [allergy(type="allergy", **verified("refuted"))],
        {INTOLERANCE: "open", CONTRAINDICATED: "open"},
    ),
    (
        "one that is in error is void",
        [allergy(type="intolerance", **verified("entered-in-error"))],
        {INTOLERANCE: "open"},
    ),
    (
        "one of another patient is another's",
        [allergy(type="intolerance", patient={"reference": "Patient/x"})],
        {INTOLERANCE: "open"},
    ),
    ("one in words is asked", [allergy(words("methotrexate"), type="intolerance")], {INTOLERANCE: "ask"}),
    (
        "a diagnosis of an allergy says nothing",
        [condition((SNOMED, "416098002"))],
        {INTOLERANCE: "open"},
    ),
]

COURSES: list[tuple[str, list[Resource], Any]] = [
    ("a course is as long as from its first day to its last", [course("2024-01-01", "2024-02-26")], 8),
    ("a day less is a week less", [course("2024-01-01", "2024-02-25")], 7),
    ("a course of a few days is no week", [course("2024-01-01", "2024-01-07")], None),
    (
        "of two courses the longer counts",
        [course("2024-01-01", "2024-01-15"), course("2022-01-01", "2022-03-26", name="s2")],
        12,
    ),
    ("a course of months is as long as it is at the least", [course("2024-01", "2024-03")], 4),
    ("what goes on was taken until that was said", [course("2024-11-01", status="active")], 15),
    (
        "what goes on to an end to come was taken until that was said",
        [course("2024-11-01", "2025-12-01", status="active")],
        15,
    ),
    (
        "what is completed was not taken for longer than up to when that was said",
        [course("2024-11-01", "2025-12-01", status="completed")],
        15,
    ),
    (
        "what goes on, said on no day, is not known",
        [course("2024-11-01", status="active", dateAsserted=None)],
        None,
    ),
    ("what ended on no day is not known", [course("2024-01-01", status="completed")], None),
    ("what began on no day is not known", [course(None, "2024-06-01")], None),
    ("what is only intended was not taken", [course("2024-01-01", "2024-06-01", status="intended")], None),
    ("an order is no course", [order(METHOTREXATE, authoredOn="2024-01-01")], None),
    (
        "of an extension that changes it nothing is known",
        [course("2024-01-01", "2024-06-01", modifierExtension=[{"url": "http://example.org/not"}])],
        None,
    ),
]


@pytest.mark.parametrize(
    ("resources", "expected"), [pytest.param(r, e, id=n) for n, r, e in [*ENDS, *INTOLERANCES]]
)
def test_a_chart_says_how_a_treatment_ended_where_it_has_a_code_for_that(
    reads: Read, resources: list[Resource], expected: dict[str, Any]
) -> None:
    assert expected == states_in(reads(chart(*resources)), expected)


@pytest.mark.parametrize(("resources", "weeks"), [pytest.param(r, e, id=n) for n, r, e in COURSES])
def test_a_course_is_a_length_at_the_least(
    reads: Read, resources: list[Resource], weeks: int | None
) -> None:
    found = reads(chart(*resources))
    stated = None if weeks is None else {"methotrexate": {"at_least": weeks}}
    assert found.case["facts"].get("weeks_on") == stated


def test_a_length_names_its_line(reads: Read) -> None:
    (line,) = reads(chart(course("2024-01-01", "2024-06-01"))).facts["weeks_on(methotrexate)"]["evidence"]
    assert (line["resource"], line["rule"]) == ("MedicationStatement/s1", "course")


def test_what_a_case_says_of_a_number_goes_before_all_of_it(reads: Read) -> None:
    case = {"request": {}, "facts": {"weeks_on": {"methotrexate": {"value": 56, "unit": "days"}}}}
    found = reads([chart(course("2024-01-01", "2024-06-01")), case])
    assert found.case["facts"]["weeks_on"] == {"methotrexate": {"value": 56, "unit": "days"}}


def test_what_no_policy_knows_is_left_out_and_told_where_it_is_an_answer(reads: Read) -> None:
    found = reads(chart(answers(item("attests(nonsense)", True), item("nonsense", True))))
    assert found.facts == {}
    assert found.notes == [
        "nonsense: no policy here asks whether that is so; the answer is left out",
        "attests(nonsense): no policy here asks whether that is so; the answer is left out",
    ]


def test_drugs_that_no_policy_reads_are_stated_all_the_same(reads: Read) -> None:
    found = reads(chart(order(CYCLOPHOSPHAMIDE), stopped(FAILED, name="m2")))
    assert set(found.facts) == {"taking(cyclophosphamide)", NO_RESPONSE}


@pytest.mark.parametrize(
    "declared", ["fact(monitored).", "fact((seen; monitored)).", "fact(F) :- asked(F). asked(monitored)."]
)
def test_a_fact_is_known_however_a_policy_declares_it(tmp_path: Path, declared: str) -> None:
    write_policy(tmp_path, declared)
    tables = Tables(Store.load(tmp_path))
    known = {name: tables.declared.knows(clingo.Function(name)) for name in ("monitored", "unheard")}
    assert known == {"monitored": True, "unheard": False}
