"""Odd charts: steps of a therapy, what may be of another or of after, codes and signs of many kinds."""

from __future__ import annotations

import math
from typing import Any

import pytest

from lupa import CaseError, KnowledgeBase, RuleError
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
    RXNORM,
    SERVICE,
    SNOMED,
    Resource,
    answers,
    bundle,
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
    supply,
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
    *(
        (
            f"{unit} is the same unit",
            [observation("33914-3", valueQuantity={"value": 41, "unit": unit})],
            {"#egfr": 41},
        )
        for unit in ("mL/min/1.73 sq M", "mL/min/1.73 sq.m", "mL/min/1.73 M2", "ml/min/1.73 m2")
    ),
    *(
        (
            f"{unit} is no unit of a GFR",
            [observation("33914-3", valueQuantity={"value": 41, "unit": unit})],
            {"#egfr": None},
        )
        for unit in ("mL/min/1.73", "mL/min/m2", "mL/min")
    ),
]


TO_GFR = {"unit": "mL/min/{1.73_m2}"}


def ranging(low: Any = None, high: Any = None, name: str = "o1", **more: Any) -> Resource:
    """A GFR from one number to another."""
    ends = {"low": low, "high": high}
    found = {
        end: value if isinstance(value, dict) else {"value": value, **TO_GFR}
        for end, value in ends.items()
        if value is not None
    }
    return observation("33914-3", name=name, valueRange=found, **more)


RANGES: list[tuple[str, list[Resource], dict[str, Any]]] = [
    (
        "a number written as a range is a range",
        [ranging(30, 59)],
        {"#egfr": {"at_least": 30, "at_most": 59}},
    ),
    (
        "the newest is a range, and the number before it does not count",
        [ranging(30, 59), egfr(80, "o2", effectiveDateTime="2025-01-01")],
        {"#egfr": {"at_least": 30, "at_most": 59}},
    ),
    (
        "a range and a number of one day are a range",
        [ranging(30, 59), egfr(80, "o2")],
        {"#egfr": {"at_least": 30, "at_most": 80}},
    ),
    ("a range without an upper end is above", [ranging(60)], {"#egfr": {"at_least": 60}}),
    ("a range of one number is that number", [ranging(41, 41)], {"#egfr": 41}),
    ("a range without ends is none", [ranging()], {"#egfr": None}),
    ("a range the wrong way round is none", [ranging(59, 30)], {"#egfr": None}),
    ("a range of two units is none", [ranging(30, {"value": 59, "unit": "mL/min"})], {"#egfr": None}),
    (
        "a range of which an end is itself below a number is none",
        [ranging(30, {"value": 59, "comparator": "<", **TO_GFR})],
        {"#egfr": None},
    ),
    (
        "a range with an end in words is none",
        [ranging({"value": "30", **TO_GFR}, 59)],
        {"#egfr": None},
    ),
    (
        "a part of a panel may be a range",
        [
            observation(
                "85354-9",
                component=[
                    {
                        "code": concept((LOINC, "8480-6")),
                        "valueRange": {"low": {"value": 130, "unit": "mmHg"}},
                    }
                ],
            )
        ],
        {"#systolic": {"at_least": 130}},
    ),
    (
        "a number without a unit is no GFR",
        [observation("33914-3", valueInteger=41)],
        {"#egfr": None},
    ),
]


def medication(*ingredients: Resource, name: str = "of", **more: Any) -> Resource:
    made = {"ingredient": list(ingredients)} if ingredients else {}
    return {"resourceType": "Medication", "id": name, **made, **more}


MADE = order(PREDNISONE, medicationCodeableConcept=None, medicationReference={"reference": "Medication/of"})
INGREDIENT = concept((RXNORM, "8640"))
SUBSTANCE = {"resourceType": "Substance", "id": "it", "code": INGREDIENT}
HERE = {"reference": "#of"}
INSIDE = {"itemReference": {"reference": "#it"}}
IT = {"itemReference": {"reference": "Medication/it"}}


def labelled(part: str, label: str) -> Resource:
    """The resource that a server gives with this label."""
    return {"meta": {part: [{"code": label}]}}


PRESCRIBED: Resource = {
    "daysSupply": {"value": 60, "code": "d"},
    "authorizingPrescription": [{"reference": "MedicationRequest/m1"}],
}
OTHER_DRUGS: list[tuple[str, list[Resource], dict[str, Any]]] = [
    (
        "a medication made of another is of that drug",
        [MADE, medication(IT), medication(name="it", code=concept(PREDNISONE))],
        {TAKES: "yes"},
    ),
    (
        "a medication made of a substance inside of it is of that drug",
        [MADE, medication(INSIDE, contained=[SUBSTANCE])],
        {TAKES: "yes"},
    ),
    (
        "so is one that is inside of the order, beside the substance",
        [
            {
                **MADE,
                "contained": [medication(INSIDE), SUBSTANCE],
                "medicationReference": {"reference": "#of"},
            }
        ],
        {TAKES: "yes"},
    ),
    (
        "medications that are made of each other are of no drug",
        [MADE, medication(IT), medication({"itemReference": {"reference": "Medication/of"}}, name="it")],
        {TAKES: "open"},
    ),
    (
        "what is in a medication and does not act is not taken",
        [MADE, medication({"itemCodeableConcept": INGREDIENT, "isActive": False})],
        {TAKES: "open"},
    ),
    (
        "what is said to act is",
        [MADE, medication({"itemCodeableConcept": INGREDIENT, "isActive": True})],
        {TAKES: "yes"},
    ),
    (
        "an order of so many doses is asked",
        [steps({"count": 5})],
        {TAKES: "ask"},
    ),
    (
        "one of so many in so many days ends with these",
        [steps({"count": 5, **days(100)})],
        {TAKES: "yes"},
    ),
    (
        "one of so many doses and a supply lasts as long as that",
        [steps({"count": 5}, dispenseRequest=supply(60))],
        {TAKES: "yes"},
    ),
    ("an order as one of several options is none", [order(PREDNISONE, intent="option")], {TAKES: "open"}),
    (
        "a supply of an order that was cancelled since is asked",
        [dispense(PREDNISONE, **PRESCRIBED), order(PREDNISONE, status="cancelled")],
        {TAKES: "ask"},
    ),
    *(
        (
            f"a list that a server calls {label} is not complete",
            [order(PREDNISONE), listing("MedicationRequest/m1", **labelled(part, label))],
            {TAKES: "yes", CYC: "open"},
        )
        for part, label in (("tag", "SUBSETTED"), ("security", "MASKED"), ("security", "REDACTED"))
    ),
    (
        "a list with another label is complete",
        [order(PREDNISONE), listing("MedicationRequest/m1", **labelled("tag", "HTEST"))],
        {TAKES: "yes", CYC: "no"},
    ),
    (
        "an entry that is an order in error says nothing of its drug",
        [listing("MedicationRequest/m1"), order(CYCLOPHOSPHAMIDE, status="entered-in-error")],
        {CYC: "open"},
    ),
    (
        "an order of nobody who can be told is nobody's",
        [
            order(PREDNISONE, subject={"identifier": {"value": "7"}}),
            order(PREDNISONE, "m2", subject={"reference": "Patient?identifier=7"}),
        ],
        {TAKES: "open"},
    ),
    ("a code in small letters and between blanks", [condition((ICD, " m32.14 "))], {LN: "yes"}),
    ("a code that only begins like it is another", [condition((ICD, "M32.141"))], {LN: "open"}),
    (
        "an entry of a drug that nobody here knows is read",
        [listing("MedicationStatement/s1"), statement(concept((RXNORM, "999"), text="Frobnicol"))],
        {CYC: "no"},
    ),
    (
        "a dosage that is changed by what is not known is asked",
        [statement(PREDNISONE, dosage=[{"modifierExtension": [{"url": "http://x.example"}]}])],
        {TAKES: "ask"},
    ),
    ("the vials of belimumab are for a vein", [given((RXNORM, "1656402"))], {IV: "yes"}),
    ("its pens are not", [given((RXNORM, "1939299"))], {IV: "open"}),
    ("the capsules of voclosporin are taken", [order((RXNORM, "2475406"))], {VOC: "yes"}),
    (
        "two answers of one form contradict each other",
        [answers(item(CYC, True), item(CYC, False))],
        {CYC: "conflict"},
    ),
]


@pytest.mark.parametrize(
    ("resources", "expected"),
    [pytest.param(r, e, id=n) for n, r, e in [*THERAPIES, *OTHERS, *MEASURED, *RANGES, *OTHER_DRUGS]],
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


def born(*days: str) -> Resource:
    return bundle(*(patient(birthDate=day) for day in days))


@pytest.mark.parametrize(
    "days", [("1990-05-02", "1980-05-02"), ("1980-05-02", "1990-05-02"), ("1990", "1980")]
)
def test_of_two_days_of_birth_it_is_not_known_which(
    reads: Read, kb: KnowledgeBase, days: tuple[str, ...]
) -> None:
    found = reads(born(*days), policy="fep_lupkynis")
    assert (found.facts["age"]["state"], found.case["facts"]) == ("conflict", {})
    asked = {missing.fact: missing.question for missing in kb.decide(found.case).missing}
    assert asked["at_least(age,18)"].endswith("(See Patient/p.)")


@pytest.mark.parametrize("day", ["2025-03-02", "2026"])
def test_nobody_is_served_before_birth(reads: Read, day: str) -> None:
    with pytest.raises(CaseError, match=f"2025-03-01 is before the patient's birth .{day}."):
        reads(born(day))


def test_who_is_born_in_the_year_of_service_is_none_or_less_than_one(reads: Read) -> None:
    assert reads(born("2025")).case["facts"] == {"age": {"at_least": 0, "less_than": 1}}


def test_a_day_of_birth_with_an_hour_is_the_day(reads: Read) -> None:
    assert reads(patient(birthDate="1990-05-02T08:00:00Z")).case["facts"] == {"birth_date": "1990-05-02"}


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("drug_of(Resource, Drug :- void(Resource).", "syntax error"),
        ("drug_of(Resource, Drug) :- void(Resource).", "unsafe"),
    ],
)
def test_rules_of_evidence_that_cannot_be_used_are_refused(
    kb: Store, monkeypatch: pytest.MonkeyPatch, rule: str, told: str
) -> None:
    whole = Tables.rules
    monkeypatch.setattr(Tables, "rules", lambda *given: [*whole(*given), rule])
    with pytest.raises(RuleError, match=told):
        read(chart(order(CYCLOPHOSPHAMIDE)), kb=kb, request={"service_date": SERVICE})


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
