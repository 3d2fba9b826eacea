"""Odd charts: steps of a therapy, what may be of another or of after, codes and signs of many kinds."""

from __future__ import annotations

import math
from typing import Any

import pytest

from lupa import CaseError, RuleError
from lupa.fhir import read
from lupa.fhir.tables import ROWS, Tables
from lupa.rules.files import shipped
from lupa.rules.store import Store
from tests.fhir.charts import (
    BELIMUMAB,
    CVX,
    CYCLOPHOSPHAMIDE,
    HCPCS,
    HYDROCORTISONE,
    ICD,
    INTO_A_VEIN,
    LOINC,
    NDC,
    PREDNISONE,
    SERVICE,
    SNOMED,
    Resource,
    answers,
    chart,
    claim,
    clinical,
    concept,
    condition,
    dispense,
    egfr,
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
from tests.fhir.test_evidence import CNS, CYC, IV, LN, SLE, TAKES, VOC, pressure, states_in

SYSTOLIC = pressure(170, 90)[0]
ANTIBODIES = "documented(autoantibodies)"
EGFR = "attests(monitor_egfr)"
POSITIVE = concept((SNOMED, "10828004"))
FORMER = "http://hl7.org/fhir/v3/ObservationInterpretation"


def steps(*repeats: Resource, **more: Any) -> Resource:
    """An order of several steps, each by its bounds; {} for one without an end."""
    return order(PREDNISONE, dosageInstruction=[{"timing": {"repeat": each}} for each in repeats], **more)


def period(start: str | None = None, end: str | None = None) -> Resource:
    return {"boundsPeriod": {key: day for key, day in (("start", start), ("end", end)) if day}}


def days(many: int) -> Resource:
    return {"boundsDuration": {"value": many, "code": "d"}}


def signed(sign: Any, value: int = 60) -> Resource:
    unit = "mL/min/{1.73_m2}"
    return observation("33914-3", valueQuantity={"value": value, "comparator": sign, "code": unit})


def panel(code: Resource, *parts: Resource, **more: Any) -> Resource:
    return {**observation("", component=list(parts), **more), "code": code}


THERAPIES: list[tuple[str, list[Resource], dict[str, Any]]] = [
    (
        "a step without an end goes on when those before it are over",
        [steps(period("2025-01-10", "2025-01-20"), {})],
        {TAKES: "yes"},
    ),
    (
        "steps that are all over are over",
        [steps(period("2025-01-01", "2025-01-10"), period("2025-01-11", "2025-01-20"))],
        {TAKES: "open"},
    ),
    (
        "a step to come does not stop the one that runs",
        [steps(period("2025-02-15", "2025-03-05"), period("2025-03-06", "2025-06-01"))],
        {TAKES: "yes"},
    ),
    (
        "between two steps it is asked",
        [steps(period("2025-01-15", "2025-02-05"), period("2025-03-06", "2025-06-01"))],
        {TAKES: "ask"},
    ),
    ("steps of some days may follow one another", [steps(days(40), days(40))], {TAKES: "ask"}),
    ("and are over after all of them", [steps(days(10), days(8))], {TAKES: "open"}),
    ("the longest has not ended", [steps(days(60), days(8))], {TAKES: "yes"}),
    (
        "a supply that lasts less than so long is asked",
        [
            order(
                PREDNISONE,
                dispenseRequest={"expectedSupplyDuration": {"value": 90, "comparator": "<", "code": "d"}},
            )
        ],
        {TAKES: "ask"},
    ),
    (
        "days in capital letters are days",
        [
            order(
                PREDNISONE,
                authoredOn="2025-02-20",
                dispenseRequest={"expectedSupplyDuration": {"value": 30, "unit": "Days"}},
            )
        ],
        {TAKES: "yes"},
    ),
    (
        "what is stated to be taken since a day was stated after it",
        [statement(PREDNISONE, dateAsserted=None, effectivePeriod={"start": "2025-01-10"})],
        {TAKES: "yes"},
    ),
    (
        "what is stated to be taken for years is asked where nobody says when that was stated",
        [statement(PREDNISONE, dateAsserted=None, effectivePeriod={"start": "2019-01-10"})],
        {TAKES: "ask"},
    ),
    (
        "a supply of this year may be of after",
        [dispense(PREDNISONE, whenHandedOver="2025", daysSupply={"value": 90})],
        {TAKES: "ask"},
    ),
    (
        "an infusion of this year may be of after",
        [given(BELIMUMAB, route=INTO_A_VEIN, effectiveDateTime="2025")],
        {IV: "ask"},
    ),
    (
        "an infusion of the year before was given",
        [given(BELIMUMAB, route=INTO_A_VEIN, effectiveDateTime="2024")],
        {IV: "yes"},
    ),
    (
        "an infusion that is billed on a claim is asked",
        [{**claim((HCPCS, "J0490")), "use": "claim"}],
        {IV: "ask"},
    ),
    ("a vial by its product's code was given", [given((NDC, "49401-101"))], {IV: "yes"}),
    ("a pen by its product's code was not", [given((NDC, "49401-0088"))], {IV: "open"}),
    *(
        (
            f"a way of giving it is known by {system}",
            [order(HYDROCORTISONE, dosageInstruction=[{"route": concept((system, "PO"))}])],
            {"taking(hydrocortisone)": "yes"},
        )
        for system in ("urn:oid:2.16.840.1.113883.12.162", "http://hl7.org/fhir/v3/RouteOfAdministration")
    ),
    (
        "an entry that is there by its words alone is read",
        [listing(entry=[{"item": {"display": "Lupkynis 7.9 mg"}}])],
        {VOC: "ask", CYC: "no"},
    ),
    (
        "an entry by words that nobody knows leaves the list open",
        [listing(entry=[{"item": {"display": "the white pill"}}])],
        {VOC: "open", CYC: "open"},
    ),
    (
        "an entry that names the medication itself is read",
        [
            {"resourceType": "Medication", "id": "med", "code": concept(PREDNISONE)},
            listing("Medication/med"),
        ],
        {TAKES: "ask", CYC: "no"},
    ),
    (
        "a name on a list that is not complete is nothing",
        [listing(mode="working", entry=[{"item": {"display": "Lupkynis 7.9 mg"}}])],
        {VOC: "open", CYC: "open"},
    ),
]

OTHERS: list[tuple[str, list[Resource], dict[str, Any]]] = [
    (
        "a clinical status that nobody knows is asked",
        [condition((ICD, "M32.14"), **clinical("chronic"))],
        {LN: "ask"},
    ),
    (
        "a status of one's own beside one that is known does not matter",
        [
            condition(
                (ICD, "M32.14"),
                clinicalStatus={"coding": [{"code": "active"}, {"code": "A"}]},
                verificationStatus={"coding": [{"code": "confirmed"}, {"code": "C"}]},
            )
        ],
        {LN: "yes"},
    ),
    ("in remission it is a diagnosis", [condition((ICD, "M32.14"), **clinical("remission"))], {LN: "yes"}),
    (
        "a diagnosis recorded in this year may be of after",
        [condition((ICD, "M32.14"), recordedDate="2025")],
        {LN: "ask"},
    ),
    (
        "one that began in this year was there when it was recorded",
        [condition((ICD, "M32.14"), recordedDate="2025-02-10", onsetDateTime="2025")],
        {LN: "yes"},
    ),
    (
        "a system by the address of one version is the same",
        [condition(("http://snomed.info/sct/731000124108/version/20240301", "68815009"))],
        {LN: "yes"},
    ),
    (
        "severe lupus of the brain is active lupus",
        [answers(item(CNS, True))],
        {CNS: "yes", SLE: "yes", "active(sle)": "yes"},
    ),
    (
        "where lupus is not active, it is not of the brain and severe",
        [answers(item("active(sle)", False))],
        {CNS: "no"},
    ),
    *(
        (f"what is filled in by {origin} is asked", [answers(item(EGFR, True, origin))], {EGFR: "ask"})
        for origin in ("auto-client", "auto-server", "robot")
    ),
    (
        "an answer of a device inside of it is asked",
        [
            answers(
                item(EGFR, True, None),
                author={"reference": "#d"},
                contained=[{"resourceType": "Device", "id": "d"}],
            )
        ],
        {EGFR: "ask"},
    ),
    (
        "a vaccine of no status is asked",
        [vaccine("121", "2025-06-01", status=None)],
        {"live_vaccine": "ask"},
    ),
    (
        "a vaccine of a status that nobody knows is asked",
        [vaccine("121", "2025-06-01", status="in-progress")],
        {"live_vaccine": "ask"},
    ),
    (
        "vaccines have more addresses than one",
        [
            vaccine(
                "",
                "2025-06-01",
                vaccineCode=concept(("http://terminology.hl7.org/CodeSystem/v2-0292", "121")),
            )
        ],
        {"live_vaccine": "yes"},
    ),
    (
        "a vaccine of a code beside one that does not live lives",
        [vaccine("", "2025-06-01", vaccineCode=concept((CVX, "121"), (CVX, "187")))],
        {"live_vaccine": "yes"},
    ),
]

MEASURED: list[tuple[str, list[Resource], dict[str, Any]]] = [
    ("at least sixty is a range", [signed(">=")], {"#egfr": {"at_least": 60}}),
    ("at most fifteen is a range", [signed("<=", 15)], {"#egfr": {"at_most": 15}}),
    *(
        (f"a number with the sign {sign!r} is none", [signed(sign)], {"#egfr": None})
        for sign in ("~", "ad", "", 7, ["<"])
    ),
    *(
        (f"{number} is no number", [egfr(number)], {"#egfr": None})
        for number in (math.inf, -math.inf, math.nan, 10**4000, -5, 301)
    ),
    ("above the most that it can be is none", [signed(">", 300)], {"#egfr": None}),
    ("below the least that it can be is none", [signed("<", 0)], {"#egfr": None}),
    ("the most that it can be is one", [signed(">=", 300)], {"#egfr": {"at_least": 300}}),
    ("below more than it can be says nothing", [signed("<", 500)], {"#egfr": None, "egfr": "ask"}),
    ("above less than it can be says nothing", [signed(">", -1)], {"#egfr": None, "egfr": "ask"}),
    (
        "above the one and below the other on one day leaves it open",
        [signed(">"), {**signed("<", 15), "id": "o2"}],
        {"#egfr": None, "egfr": "ask"},
    ),
    (
        "of two numbers of a day of which one cannot be the other counts",
        [egfr(41), egfr(9999, "o2")],
        {"#egfr": 41},
    ),
    (
        "a number of somebody else in the patient's chart is none",
        [egfr(41, focus=[{"reference": "RelatedPerson/donor"}])],
        {"#egfr": None},
    ),
    (
        "a number that is of the patient, and says so, counts",
        [egfr(41, focus=[{"reference": "Patient/p"}])],
        {"#egfr": 41},
    ),
    (
        "a part of a panel that nobody knows counts",
        [panel(concept((LOINC, "35094-2")), SYSTOLIC), panel(words("blood pressure"), name="o2")],
        {"#systolic": 170},
    ),
    (
        "an antibody in a panel is documented by how it is read",
        [
            panel(
                words("antibodies"),
                {"code": concept((LOINC, "47299-3")), "interpretation": [concept((FORMER, "POS"))]},
            )
        ],
        {ANTIBODIES: "yes"},
    ),
    (
        "an antibody in a panel is documented by its value",
        [
            panel(
                words("antibodies"), {"code": concept((LOINC, "5130-0")), "valueCodeableConcept": POSITIVE}
            )
        ],
        {ANTIBODIES: "yes"},
    ),
    (
        "a value beside the reason why there is none is none",
        [observation("8061-4", valueCodeableConcept=POSITIVE, dataAbsentReason=words("error"))],
        {ANTIBODIES: "open"},
    ),
    (
        "an antibody of somebody else documents none",
        [observation("8061-4", valueCodeableConcept=POSITIVE, focus=[{"reference": "RelatedPerson/r"}])],
        {ANTIBODIES: "open"},
    ),
    (
        "an antibody of this year may be of after",
        [observation("8061-4", valueCodeableConcept=POSITIVE, effectiveDateTime="2025")],
        {ANTIBODIES: "ask"},
    ),
    (
        "a unit in another spelling is the same",
        [observation("33914-3", valueQuantity={"value": 41, "unit": "mL/min/1.73 sq M"})],
        {"#egfr": 41},
    ),
]


@pytest.mark.parametrize(
    ("resources", "expected"),
    [pytest.param(r, e, id=n) for n, r, e in [*THERAPIES, *OTHERS, *MEASURED]],
)
def test_a_chart_says_no_more_than_it_says_in_odd_things(
    reads: Read, resources: list[Resource], expected: dict[str, Any]
) -> None:
    assert expected == states_in(reads(chart(*resources)), expected)


ANSWER, DIAGNOSIS = "QuestionnaireResponse/q1 of 2025-02-25", "Condition/c1 of 2024-06-01"
ACTIVE, REFUTED = "active(lupus_nephritis)", condition((ICD, "M32.14"), **verified("refuted"))


@pytest.mark.parametrize(
    ("resources", "so", "other", "line"),
    [
        ([answers(item(CNS, True), item("active(sle)", False))], CNS, "active(sle)", ANSWER),
        ([answers(item(ACTIVE, True)), REFUTED], ACTIVE, LN, DIAGNOSIS),
    ],
)
def test_what_a_law_forbids_is_refused_with_its_lines(
    reads: Read, resources: list[Resource], so: str, other: str, line: str
) -> None:
    with pytest.raises(CaseError) as refused:
        reads(chart(*resources))
    expected = f"{so} ({ANSWER}) cannot be so where {other} is not ({line}); mend one in the chart"
    assert str(refused.value) == expected


def test_a_number_that_cannot_be_is_told(reads: Read) -> None:
    found = reads(chart(egfr(9999)))
    assert found.notes == ["egfr: what Observation/o1 of 2025-02-01 says cannot be; it is left out"]


def test_a_day_of_birth_with_an_hour_is_the_day(reads: Read) -> None:
    assert reads(patient(birthDate="1990-05-02T08:00:00Z")).case["facts"] == {"birth_date": "1990-05-02"}


def test_rules_of_evidence_that_hang_on_their_own_opposite_are_refused(
    kb: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Tables.rules
    loop = """
        says(Order, live_vaccine, yes, order) :- resource(Order, medication_request), not void(Order).
        void(Order) :- value(live_vaccine, yes), resource(Order, medication_request).
    """
    monkeypatch.setattr(Tables, "rules", lambda *given: [*whole(*given), loop])
    with pytest.raises(RuleError) as refused:
        read(chart(order(CYCLOPHOSPHAMIDE)), kb=kb, request={"service_date": SERVICE})
    assert str(refused.value) == (
        f"{shipped('kb') / ROWS}: supports/4 hangs on its own opposite: "
        "what a rule needs not to be follows from it"
    )


@pytest.mark.parametrize(
    "line",
    [
        'code( hcpcs, "J0491", drug(belimumab), equivalent, "A blank.").',
        'code(hcpcs, J0491, drug(belimumab), equivalent, "No quotes.").',
        'code(hcpcs, "J0491", drug(belimumab), equivalent, "A remark."). % beside it',
        'code(hcpcs, "J0491", drug(belimumab), alike, "No relation.").',
    ],
)
def test_a_row_of_codes_that_would_not_be_found_is_refused_with_its_place(kb: Store, line: str) -> None:
    tables = Tables(kb)
    path = tables.folder / "products.lp"
    tables._texts[path] = f"% Products.\n{line}\n"
    with pytest.raises(RuleError) as refused:
        [*tables.every()]
    assert str(refused.value).startswith(f"{path}:2: {line}: a row of codes is code(System, ")
