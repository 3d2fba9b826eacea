"""What a chart tells by half, or in two ways, or beside what a reader may not read over."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fhir.charts import (
    BELIMUMAB,
    CREAM,
    CVX,
    CYCLOPHOSPHAMIDE,
    HYDROCORTISONE,
    ICD,
    INTO_A_VEIN,
    LOINC,
    ORAL,
    PREDNISONE,
    RXNORM,
    SNOMED,
    Resource,
    answers,
    bundle,
    chart,
    claim,
    concept,
    condition,
    dispense,
    egfr,
    empty,
    given,
    item,
    listing,
    observation,
    order,
    patient,
    statement,
    vaccine,
    verified,
    words,
)
from tests.fhir.conftest import Read
from tests.fhir.test_borders import ANTIBODIES, EGFR, LIVE, Said
from tests.fhir.test_evidence import CYC, IV, LN, SLE, TAKES, states_in

POSITIVE = concept(("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "POS"))
ABSENT = [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
CHANGED: Resource = {"modifierExtension": [{"url": "http://example.org/not", "valueBoolean": True}]}
RULED: Resource = {"implicitRules": "http://example.org/rules"}
MEDICATION: Resource = {"resourceType": "Medication", "id": "med", "code": concept(PREDNISONE)}
BACKWARDS = {"start": "2025-02-10", "end": "2024-02-01"}


def of(reference: str, **more: Any) -> Resource:
    """An order of a medication that is a resource of its own."""
    more = {**more, "medicationCodeableConcept": None, "medicationReference": {"reference": reference}}
    return order(PREDNISONE, **more)


def dosage(**more: Any) -> Resource:
    return {"dosageInstruction": [more]}


def recommended(*days: str, status: str | None = None) -> Resource:
    """A live vaccine that is recommended, by its days: perhaps the earliest and the latest."""
    one: Resource = {
        "vaccineCode": [concept(("http://hl7.org/fhir/sid/cvx", "121"))],
        "dateCriterion": [{"value": day} for day in days],
    }
    if status is not None:
        one["forecastStatus"] = {"coding": [{"code": status}]}
    owner = {"resourceType": "ImmunizationRecommendation", "id": "r", "patient": {"reference": "Patient/p"}}
    return {**owner, "date": "2025-02-01", "recommendation": [one]}


CHANGING: list[Said] = [
    (
        "a medication that something changes is asked",
        [{**MEDICATION, **CHANGED}, of("Medication/med")],
        {TAKES: "ask"},
    ),
    ("so is one by rules of its own", [{**MEDICATION, **RULED}, of("Medication/med")], {TAKES: "ask"}),
    (
        "so is one inside of the order",
        [of("#m", contained=[{**MEDICATION, "id": "m", **CHANGED}])],
        {TAKES: "ask"},
    ),
    (
        "what is made of something that is changed is asked",
        [
            {
                **MEDICATION,
                "code": None,
                "ingredient": [{"itemCodeableConcept": concept((RXNORM, "8640")), **CHANGED}],
            },
            of("Medication/med"),
        ],
        {TAKES: "ask"},
    ),
    (
        "a medication that is no longer sold is taken all the same",
        [{**MEDICATION, "status": "inactive"}, of("Medication/med")],
        {TAKES: "yes"},
    ),
    (
        "a list with something on it that is changed is not complete",
        [order(PREDNISONE, **CHANGED), listing("MedicationRequest/m1")],
        {TAKES: "ask", CYC: "open"},
    ),
    (
        "a list with something on it that never was is not complete",
        [order(PREDNISONE, status="entered-in-error"), listing("MedicationRequest/m1")],
        {TAKES: "open", CYC: "open"},
    ),
    (
        "a stage of a disease with something that changes it leaves the disease to be asked",
        [condition((ICD, "M32.14"), stage=[CHANGED])],
        {LN: "ask"},
    ),
    (
        "a vaccine with something that changes it is asked",
        [vaccine("121", "2025-06-01", **CHANGED)],
        {LIVE: "ask"},
    ),
    (
        "a part of a panel with something that changes it is no number",
        [
            observation(
                "85354-9",
                component=[
                    {
                        "code": concept((LOINC, code)),
                        "valueQuantity": {"value": value, "code": "mm[Hg]"},
                        **more,
                    }
                    for code, value, more in (("8480-6", 170, CHANGED), ("8462-4", 90, {}))
                ],
            )
        ],
        {"#systolic": None, "#diastolic": 90},
    ),
]
TWO_WAYS: list[Said] = [
    ("a cream by mouth is asked", [order(CREAM, route=ORAL)], {"taking(hydrocortisone)": "ask"}),
    (
        "a cream and the drug, by mouth, are asked",
        [order(concept(CREAM, HYDROCORTISONE), route=ORAL)],
        {"taking(hydrocortisone)": "ask"},
    ),
    (
        "the code of one drug with the name of another is of the first",
        [order(concept(PREDNISONE, text="cyclophosphamide 50 mg"))],
        {TAKES: "yes", CYC: "open"},
    ),
    (
        "positive with the answer that it is negative is asked",
        [
            observation(
                "8061-4", valueCodeableConcept=concept((LOINC, "LA6577-6")), interpretation=[POSITIVE]
            )
        ],
        {ANTIBODIES: "ask"},
    ),
    (
        "detected is positive by that answer too",
        [observation("8061-4", valueCodeableConcept=concept((LOINC, "LA11882-0")))],
        {ANTIBODIES: "yes"},
    ),
    (
        "not detected is nothing by that answer too",
        [observation("8061-4", valueCodeableConcept=concept((LOINC, "LA11883-8")))],
        {ANTIBODIES: "open"},
    ),
    (
        "a code that one confirms and another refutes contradicts itself, however narrow it is",
        [
            condition((ICD, "M32.9"), recordedDate="2020-01-01"),
            condition((ICD, "M32.9"), "c2", recordedDate="2024-12-01", **verified("refuted")),
        ],
        {SLE: "conflict"},
    ),
    (
        "another code states it all the same",
        [
            condition((ICD, "M32.13")),
            condition((ICD, "M32.9"), "c2"),
            condition((ICD, "M32.9"), "c3", **verified("refuted")),
        ],
        {SLE: "yes"},
    ),
    (
        "so does a narrower disease",
        [
            condition((ICD, "M32.14")),
            condition((ICD, "M32.9"), "c2"),
            condition((ICD, "M32.9"), "c3", **verified("refuted")),
        ],
        {SLE: "yes", LN: "yes"},
    ),
    (
        "a narrower code refuted says nothing of another that is confirmed",
        [condition((ICD, "M32.9")), condition((ICD, "M32.13"), "c2", **verified("refuted"))],
        {SLE: "yes"},
    ),
    (
        "a list that says why it is empty, and is not, is not complete",
        [order(PREDNISONE), listing("MedicationRequest/m1", **empty("unavailable"))],
        {TAKES: "yes", CYC: "open"},
    ),
    (
        "nor is one that says it in words",
        [order(PREDNISONE), listing("MedicationRequest/m1", emptyReason=words("partly known"))],
        {TAKES: "yes", CYC: "open"},
    ),
    (
        "yes and no to one question contradict each other",
        [answers({"linkId": EGFR, "answer": [{"valueBoolean": True}, {"valueBoolean": False}]})],
        {EGFR: "conflict"},
    ),
]
TIMES: list[Said] = [
    (
        "a dosage that ends before it begins is asked",
        [order(PREDNISONE, **dosage(timing={"repeat": {"boundsPeriod": BACKWARDS}}))],
        {TAKES: "ask"},
    ),
    ("so is a statement", [statement(PREDNISONE, effectivePeriod=BACKWARDS)], {TAKES: "ask"}),
    (
        "so is a statement of what is not taken",
        [statement(CYCLOPHOSPHAMIDE, status="not-taken", effectivePeriod=BACKWARDS)],
        {CYC: "ask"},
    ),
    (
        "so is an order that expires before it is valid",
        [order(PREDNISONE, dispenseRequest={"validityPeriod": BACKWARDS})],
        {TAKES: "ask"},
    ),
    (
        "a dosage that begins and ends in one month is no such thing",
        [
            order(
                PREDNISONE,
                **dosage(timing={"repeat": {"boundsPeriod": {"start": "2025-03-01", "end": "2025-03"}}}),
            )
        ],
        {TAKES: "yes"},
    ),
    (
        "whether it was given is asked where nobody knows",
        [given(BELIMUMAB, route=INTO_A_VEIN, status="unknown")],
        {IV: "ask"},
    ),
    (
        "so it is of a dose of this month",
        [given((RXNORM, "1657862"), effectiveDateTime="2025-02-20", status="unknown")],
        {"taking(rituximab)": "ask"},
    ),
    (
        "and of one before that it is nothing",
        [given((RXNORM, "1657862"), effectiveDateTime="2025-01-29", status="unknown")],
        {"taking(rituximab)": "open"},
    ),
    (
        "a vaccine that may be given from before up to after is asked",
        [recommended("2024-01-01", "2027-01-01")],
        {LIVE: "ask"},
    ),
    ("a vaccine that was due before is nothing", [recommended("2024-01-01")], {LIVE: "open"}),
    ("a vaccine that is overdue is asked", [recommended("2024-01-01", status="overdue")], {LIVE: "ask"}),
    ("a vaccine that is due on no day is asked", [recommended(status="due")], {LIVE: "ask"}),
    (
        "a vaccine that is due only after is nothing",
        [recommended("2026-03-01", status="due")],
        {LIVE: "open"},
    ),
    ("a vaccine up to the last day is asked", [recommended("2026-02-28")], {LIVE: "ask"}),
    ("a live vaccine that is ordered is asked", [order((CVX, "121"))], {LIVE: "ask"}),
    ("one that is about to be ordered too", [order((CVX, "121"), status="draft")], {LIVE: "ask"}),
    ("one that is ordered for later too", [order((CVX, "121"), authoredOn="2025-06-01")], {LIVE: "ask"}),
    (
        "one of which the order was cancelled is nothing",
        [order((CVX, "121"), status="cancelled")],
        {LIVE: "open"},
    ),
    ("nor is one not to be given", [order((CVX, "121"), doNotPerform=True)], {LIVE: "open"}),
    (
        "nor one that was ordered and is done",
        [order((CVX, "121"), status="completed")],
        {LIVE: "open"},
    ),
    ("nor one that does not live", [order((CVX, "187"))], {LIVE: "open"}),
    (
        "nor one of which the order has expired",
        [order((CVX, "121"), dispenseRequest={"validityPeriod": {"end": "2025-01-20"}})],
        {LIVE: "open"},
    ),
    (
        "nor one that is to be given after the period",
        [order((CVX, "121"), dispenseRequest={"validityPeriod": {"start": "2026-03-01"}})],
        {LIVE: "open"},
    ),
    (
        "a disease that begins after says nothing",
        [condition((ICD, "M32.14"), onsetDateTime="2025-03-02")],
        {LN: "open"},
    ),
    (
        "what abates in this month is there",
        [condition((ICD, "M32.14"), abatementDateTime="2025-03")],
        {LN: "yes"},
    ),
    (
        "what abated in the month before is asked",
        [condition((ICD, "M32.14"), abatementDateTime="2025-02")],
        {LN: "ask"},
    ),
    (
        "a number over some days is of the last",
        [egfr(41, effectiveDateTime=None, effectivePeriod={"start": "2025-01-31", "end": "2025-02-01"})],
        {"#egfr": 41},
    ),
    (
        "a number over days without an end is none",
        [egfr(41, effectiveDateTime=None, effectivePeriod={"start": "2025-01-31"})],
        {"#egfr": None},
    ),
]
ABSENCES: list[Said] = [
    (
        "a status that is said to be absent is asked",
        [condition((ICD, "M32.14"), clinicalStatus={"extension": ABSENT})],
        {LN: "ask"},
    ),
    (
        "a verification that is said to be absent is asked",
        [condition((ICD, "M32.14"), verificationStatus={"extension": ABSENT})],
        {LN: "ask"},
    ),
    ("a code that is said to be absent says nothing", [condition({"extension": ABSENT})], {LN: "open"}),
    (
        "an order whose status is said to be absent says nothing",
        [order(PREDNISONE, status=None, _status={"extension": ABSENT})],
        {TAKES: "open"},
    ),
    (
        "a number that is said to be absent is none",
        [
            observation(
                "33914-3", valueQuantity={"_value": {"extension": ABSENT}, "code": "mL/min/{1.73_m2}"}
            )
        ],
        {"#egfr": None},
    ),
    ("as needed is taken", [order(PREDNISONE, **dosage(asNeededBoolean=True))], {TAKES: "yes"}),
    (
        "a supply in tablets is of no days",
        [dispense(PREDNISONE, daysSupply={"value": 30, "unit": "tablets"})],
        {TAKES: "ask"},
    ),
    (
        "a patient by a number that only others know is not the patient",
        [condition((ICD, "M32.14"), subject={"identifier": {"value": "p"}})],
        {LN: "open"},
    ),
    (
        "a procedure that was not done says nothing",
        [
            {
                "resourceType": "Procedure",
                "id": "x",
                "subject": {"reference": "Patient/p"},
                "status": "not-done",
                "code": concept((SNOMED, "47625008")),
            }
        ],
        {IV: "open"},
    ),
]


@pytest.mark.parametrize(
    ("resources", "expected"),
    [pytest.param(r, e, id=n) for n, r, e in [*CHANGING, *TWO_WAYS, *TIMES, *ABSENCES]],
)
def test_what_is_told_by_half_or_in_two_ways_is_not_so(
    reads: Read, resources: list[Resource], expected: dict[str, Any]
) -> None:
    assert expected == states_in(reads(chart(*resources)), expected)


def inside(one: Resource, entry: Resource, whole: Resource) -> Resource:
    """The patient's chart with a resource in an entry that holds more, in a Bundle that does."""
    return {
        **bundle(patient(), one),
        "entry": [{"resource": patient()}, {"resource": one, **entry}],
        **whole,
    }


@pytest.mark.parametrize(
    ("entry", "whole", "state"),
    [
        ({}, {}, "yes"),
        (CHANGED, {}, "ask"),
        ({}, RULED, "ask"),
        ({"search": {"mode": "include"}}, {"type": "searchset"}, "yes"),
        ({"request": {"method": "PUT", "url": "MedicationRequest/m1"}}, {"type": "transaction"}, "yes"),
    ],
)
def test_what_a_bundle_says_of_an_entry_is_not_read_over(
    reads: Read, entry: Resource, whole: Resource, state: str
) -> None:
    found = reads(inside(order(PREDNISONE), entry, whole))
    assert states_in(found, [TAKES]) == {TAKES: state}
    deeper = reads(inside(bundle(order(PREDNISONE)), entry, whole))
    assert states_in(deeper, [TAKES]) == {TAKES: state}
    twice = {
        **bundle(),
        "entry": [*bundle(order(PREDNISONE))["entry"], *inside(order(PREDNISONE), entry, whole)["entry"]],
    }
    assert states_in(reads(twice), [TAKES])[TAKES] == ("ask" if entry == CHANGED else "yes")


def test_of_a_claim_in_an_entry_that_something_changes_no_item_is_read(reads: Read) -> None:
    line = {"sequence": 1, "productOrService": concept((RXNORM, "1092437"))}
    asked = {**claim(BELIMUMAB), "item": [line, {**line, "sequence": 2}]}
    assert reads(inside(asked, {}, {})).case["request"]["drug"] == "belimumab"
    assert "drug" not in reads(inside(asked, CHANGED, {})).case["request"]


@pytest.mark.parametrize(
    "answer",
    [
        {"valueCoding": {"system": LOINC, "code": "LA32-8"}},
        {"valueCoding": {"system": SNOMED, "code": "373067005"}},
        {"valueCoding": {"code": '"no"'}},
        {"valueString": "no"},
        {"_valueBoolean": {"extension": ABSENT}},
    ],
)
def test_an_answer_by_a_code_that_no_form_of_ours_offers_is_told(reads: Read, answer: Resource) -> None:
    found = reads(chart(answers({"linkId": EGFR, "answer": [answer]})))
    assert states_in(found, [EGFR]) == {EGFR: "open"}
    assert found.notes == [
        "'attests(monitor_egfr)' is answered in a way in which no question of ours can be; it is left open"
    ]


def test_a_question_that_is_numbered_is_no_question_of_ours(reads: Read) -> None:
    found = reads(chart(answers(item("1", True), item('"1"', True))))
    assert found.facts == {}


def born(*days: str) -> Resource:
    return bundle(*(patient(birthDate=day) for day in days))


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (("1984", "1984-05"), {"age": {"at_least": 40, "less_than": 41}}),
        (("1984-05", "1984", "1984-05"), {"age": {"at_least": 40, "less_than": 41}}),
        (("1984", "1984-05-09"), {"birth_date": "1984-05-09"}),
        (("1984", "1985-05-09"), {}),
        (("1984", "1984-05", "1984-06"), {}),
    ],
)
def test_of_days_of_birth_that_agree_the_narrowest_counts(
    reads: Read, days: tuple[str, ...], expected: dict[str, Any]
) -> None:
    found = reads(born(*days))
    assert found.case["facts"] == expected
    assert (found.facts.get("age", {}).get("state") == "conflict") == (expected == {})


def test_a_patient_whom_something_changes_is_of_no_age(reads: Read) -> None:
    assert reads(bundle(patient(**CHANGED))).case["facts"] == {}


def test_a_birth_that_is_said_to_be_absent_is_none(reads: Read) -> None:
    whole = patient(birthDate=None, _birthDate={"extension": ABSENT})
    assert reads(bundle(whole)).case["facts"] == {}
