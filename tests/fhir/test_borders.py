"""Each rule of evidence at its border: the last day that counts, and the first that does not."""

from __future__ import annotations

from typing import Any

import pytest

from lupa import CaseError, KnowledgeBase
from lupa.fhir import read
from tests.fhir.charts import (
    BELIMUMAB,
    CVX,
    CYCLOPHOSPHAMIDE,
    HCPCS,
    HYDROCORTISONE,
    ICD,
    INTO_A_JOINT,
    INTO_A_VEIN,
    LOINC,
    METHYLPREDNISOLONE,
    NDC,
    ORAL,
    PREDNISONE,
    RXNORM,
    SERVICE,
    SNOMED,
    UNDER_THE_SKIN,
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
    empty,
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
from tests.fhir.test_evidence import CYC, IV, LN, SLE, TAKES, VOC, states_in

ANTIBODIES, EGFR, LIVE = "documented(autoantibodies)", "attests(monitor_egfr)", "live_vaccine"
CPT = "http://www.ama-assn.org/go/cpt"
BY_MOUTH = ("http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration", "PO")
ON_THE_SKIN = (SNOMED, "6064005")
NONE_KNOWN = ("http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips", "no-known-medications")
METHYL, TACROLIMUS = "taking(methylprednisolone)", "taking(tacrolimus)"
Said = tuple[str, list[Resource], dict[str, Any]]


def until(**period: str) -> Resource:
    return {"dosageInstruction": [{"timing": {"repeat": {"boundsPeriod": period}}}]}


def by(*routes: str) -> Resource:
    return {"dosageInstruction": [{"route": concept((SNOMED, route))} for route in routes]}


def coded(*routes: tuple[str, str]) -> Resource:
    """One dosage, of which the route has these codes."""
    return {"route": concept(*routes)}


def not_taken(**more: Any) -> Resource:
    return statement(CYCLOPHOSPHAMIDE, status="not-taken", **more)


def asked_twice(first: str, second: str) -> list[Resource]:
    """Two answers of one day, yes and then no, each at its hour."""
    hours = enumerate(((first, True), (second, False)))
    return [answers(item(LIVE, truth), on=f"2025-02-20{at}", name=f"q{n}") for n, (at, truth) in hours]


def measured_twice(first: str, second: str) -> list[Resource]:
    """Two numbers that are answered on one day, each at its hour."""
    hours = enumerate(((first, 41), (second, 60)))
    told = [(f"q{n}", at, {"value": value, "code": "mL/min/{1.73_m2}"}) for n, (at, value) in hours]
    return [answers(item("egfr", {"valueQuantity": q}), on=f"2025-02-20{at}", name=n) for n, at, q in told]


def not_given(status: str) -> Resource:
    return order(CYCLOPHOSPHAMIDE, status=status, doNotPerform=True)


def paid(**more: Any) -> Resource:
    """What a payer says of a claim for lupus nephritis."""
    return {
        "resourceType": "ExplanationOfBenefit",
        "id": "e",
        "patient": {"reference": "Patient/p"},
        "status": "active",
        "created": "2025-02-01",
        "diagnosis": [{"sequence": 1, "diagnosisCodeableConcept": concept((ICD, "M32.14"))}],
        **more,
    }


ORDERS: list[Said] = [
    ("an original order counts", [order(PREDNISONE, intent="original-order")], {TAKES: "yes"}),
    (
        "a plan that is said not to be reported is asked",
        [order(PREDNISONE, intent="plan", reportedBoolean=False)],
        {TAKES: "ask"},
    ),
    ("an order without a status says nothing", [order(PREDNISONE, status=None)], {TAKES: "open"}),
    ("an order without an intent says nothing", [order(PREDNISONE, intent=None)], {TAKES: "open"}),
    (
        "an order that is completed while its supply lasts is asked",
        [order(PREDNISONE, status="completed", dispenseRequest=supply(90))],
        {TAKES: "ask"},
    ),
    *(
        (f"an order not to give it says nothing once it is {status}", [not_given(status)], {CYC: "open"})
        for status in ("stopped", "completed", "on-hold", "draft", "unknown")
    ),
    (
        "not to give it says nothing against another order",
        [order(CYCLOPHOSPHAMIDE, doNotPerform=True), order(CYCLOPHOSPHAMIDE, "m2")],
        {CYC: "yes"},
    ),
    (
        "an order of 180 days by the clock where it was written",
        [order(PREDNISONE, authoredOn="2024-09-02T23:59:59-11:00")],
        {TAKES: "yes"},
    ),
    (
        "an order of 181 days by the clock where it was written",
        [order(PREDNISONE, authoredOn="2024-09-01T00:00:00+14:00")],
        {TAKES: "ask"},
    ),
    ("an order of the day counts", [order(PREDNISONE, authoredOn=SERVICE)], {TAKES: "yes"}),
    ("an order of the day after is asked", [order(PREDNISONE, authoredOn="2025-03-02")], {TAKES: "ask"}),
    (
        "a period without an end is an open order",
        [order(PREDNISONE, **until(start="2025-01-10"))],
        {TAKES: "yes"},
    ),
    (
        "an old one of these is asked",
        [order(PREDNISONE, authoredOn="2022-01-10", **until(start="2022-01-10"))],
        {TAKES: "ask"},
    ),
    ("a therapy up to the day goes on", [order(PREDNISONE, **until(end=SERVICE))], {TAKES: "yes"}),
    (
        "a therapy up to the day before is asked",
        [order(PREDNISONE, **until(end="2025-02-28"))],
        {TAKES: "ask"},
    ),
    (
        "a therapy that ended thirty days before is asked",
        [order(PREDNISONE, **until(end="2025-01-30"))],
        {TAKES: "ask"},
    ),
    (
        "a therapy that ended thirty-one days before is over",
        [order(PREDNISONE, **until(end="2025-01-29"))],
        {TAKES: "open"},
    ),
    (
        "an order that lately expired is asked",
        [order(PREDNISONE, dispenseRequest={"validityPeriod": {"end": "2025-02-20"}})],
        {TAKES: "ask"},
    ),
    (
        "an order that expired thirty-one days before is over",
        [order(PREDNISONE, dispenseRequest={"validityPeriod": {"end": "2025-01-29"}})],
        {TAKES: "open"},
    ),
    (
        "a supply with two refills lasts three times as long",
        [order(PREDNISONE, authoredOn="2024-12-01", dispenseRequest=supply(30, 2))],
        {TAKES: "yes"},
    ),
    (
        "and not a day longer",
        [order(PREDNISONE, authoredOn="2024-11-30", dispenseRequest=supply(30, 2))],
        {TAKES: "ask"},
    ),
]

SUPPLIES: list[Said] = [
    (
        "a supply handed over counts up to its last day",
        [dispense(PREDNISONE, whenHandedOver="2025-01-30", daysSupply={"value": 30})],
        {TAKES: "yes"},
    ),
    (
        "on the day after it is asked",
        [dispense(PREDNISONE, whenHandedOver="2025-01-29", daysSupply={"value": 30})],
        {TAKES: "ask"},
    ),
    (
        "thirty days after it is asked",
        [dispense(PREDNISONE, whenHandedOver="2024-12-31", daysSupply={"value": 30})],
        {TAKES: "ask"},
    ),
    (
        "thirty-one days after it is over",
        [dispense(PREDNISONE, whenHandedOver="2024-12-30", daysSupply={"value": 30})],
        {TAKES: "open"},
    ),
    (
        "a supply of the day after says nothing",
        [dispense(PREDNISONE, whenHandedOver="2025-03-02", daysSupply={"value": 30})],
        {TAKES: "open"},
    ),
    ("a statement of 180 days counts", [statement(PREDNISONE, dateAsserted="2024-09-02")], {TAKES: "yes"}),
    (
        "a statement of 181 days is asked",
        [statement(PREDNISONE, dateAsserted="2024-09-01")],
        {TAKES: "ask"},
    ),
    (
        "a statement up to the day counts",
        [statement(PREDNISONE, effectivePeriod={"start": "2024-01-01", "end": SERVICE})],
        {TAKES: "yes"},
    ),
    (
        "a statement up to the day before is asked",
        [statement(PREDNISONE, effectivePeriod={"start": "2024-01-01", "end": "2025-02-28"})],
        {TAKES: "ask"},
    ),
    (
        "not taken, of 90 days, is a no",
        [statement(CYCLOPHOSPHAMIDE, status="not-taken", dateAsserted="2024-12-01")],
        {CYC: "no"},
    ),
    (
        "not taken, of 91 days, says nothing",
        [statement(CYCLOPHOSPHAMIDE, status="not-taken", dateAsserted="2024-11-30")],
        {CYC: "open"},
    ),
    (
        "not taken, of no day, says nothing",
        [statement(CYCLOPHOSPHAMIDE, status="not-taken", dateAsserted=None)],
        {CYC: "open"},
    ),
    (
        "not taken since a day of the last 90, said on no day, is a no",
        [not_taken(dateAsserted=None, effectivePeriod={"start": "2024-12-01"})],
        {CYC: "no"},
    ),
    (
        "not taken since a day before these, said on no day, says nothing",
        [not_taken(dateAsserted=None, effectivePeriod={"start": "2024-11-30"})],
        {CYC: "open"},
    ),
    (
        "not taken since a day of long ago, and said so lately, is a no",
        [not_taken(effectivePeriod={"start": "2022-11-30"})],
        {CYC: "no"},
    ),
    (
        "not taken on a day of long ago says nothing, though it is said lately",
        [not_taken(effectiveDateTime="2024-11-30")],
        {CYC: "open"},
    ),
    ("on one of the last 90 it is a no", [not_taken(effectiveDateTime="2024-12-01")], {CYC: "no"}),
    (
        "a name in words, not taken, says nothing",
        [statement(words("cyclophosphamide"), status="not-taken")],
        {CYC: "open"},
    ),
    (
        "taken by a later statement contradicts not taken",
        [
            statement(CYCLOPHOSPHAMIDE, status="not-taken", dateAsserted="2025-01-20"),
            statement(CYCLOPHOSPHAMIDE, "s2"),
        ],
        {CYC: "conflict"},
    ),
    (
        "a dose of thirty days before is asked",
        [given((RXNORM, "1657862"), effectiveDateTime="2025-01-30")],
        {"taking(rituximab)": "ask"},
    ),
    (
        "a dose of thirty-one days before is over",
        [given((RXNORM, "1657862"), effectiveDateTime="2025-01-29")],
        {"taking(rituximab)": "open"},
    ),
]

PRODUCTS: list[Said] = [
    (
        "an infusion of the day was given",
        [given(BELIMUMAB, route=INTO_A_VEIN, effectiveDateTime="2025-03-01T09:00:00Z")],
        {IV: "yes"},
    ),
    (
        "an infusion that began was given",
        [
            given(
                BELIMUMAB,
                route=INTO_A_VEIN,
                effectiveDateTime=None,
                effectivePeriod={"start": "2024-05-08T08:00:00Z"},
            )
        ],
        {IV: "yes"},
    ),
    (
        "an infusion that was broken off was given",
        [given(BELIMUMAB, route=INTO_A_VEIN, status="stopped")],
        {IV: "yes"},
    ),
    (
        "an infusion on hold was not",
        [given(BELIMUMAB, route=INTO_A_VEIN, status="on-hold")],
        {IV: "open"},
    ),
    (
        "an infusion in error was not",
        [given(BELIMUMAB, route=INTO_A_VEIN, status="entered-in-error")],
        {IV: "open"},
    ),
    (
        "an infusion that is stated is asked",
        [statement(BELIMUMAB, status="completed", dosage=[{"route": concept((SNOMED, INTO_A_VEIN))}])],
        {IV: "ask"},
    ),
    (
        "the product for a vein, given under the skin, is asked",
        [given((HCPCS, "J0490"), route=UNDER_THE_SKIN)],
        {IV: "ask"},
    ),
    (
        "the product for under the skin, given in a vein, is asked",
        [given((NDC, "49401-088-42"), route=INTO_A_VEIN)],
        {IV: "ask"},
    ),
    (
        "codes of both products on one infusion are asked",
        [given(concept((HCPCS, "J0490"), (NDC, "49401-088-42")))],
        {IV: "ask"},
    ),
    ("a code of CPT says nothing", [given((CPT, "96365"))], {IV: "open"}),
    ("a diagnosis that was billed is asked", [paid()], {LN: "ask"}),
    ("one on a bill that was cancelled says nothing", [paid(status="cancelled")], {LN: "open"}),
    (
        "a route by its other address",
        [
            order(
                METHYLPREDNISOLONE,
                dosageInstruction=[{"route": concept(("urn:oid:2.16.840.1.113883.5.112", "PO"))}],
            )
        ],
        {METHYL: "yes"},
    ),
    (
        "a route in words alone is none",
        [order(METHYLPREDNISOLONE, dosageInstruction=[{"route": words("by mouth")}])],
        {METHYL: "ask"},
    ),
    (
        "into a joint and into a vein is taken",
        [order(METHYLPREDNISOLONE, **by(INTO_A_JOINT, INTO_A_VEIN))],
        {METHYL: "yes"},
    ),
    (
        "codes of one route that mean two are asked",
        [order(HYDROCORTISONE, dosageInstruction=[coded((SNOMED, ORAL), ON_THE_SKIN)])],
        {"taking(hydrocortisone)": "ask"},
    ),
    (
        "so is an infusion of which the route has codes of two",
        [given(BELIMUMAB, dosage=coded((SNOMED, INTO_A_VEIN), (SNOMED, UNDER_THE_SKIN)))],
        {IV: "ask"},
    ),
    (
        "two codes of one route are one",
        [order(HYDROCORTISONE, dosageInstruction=[coded((SNOMED, ORAL), BY_MOUTH)])],
        {"taking(hydrocortisone)": "yes"},
    ),
    (
        "of two dosages each may have its own",
        [order(HYDROCORTISONE, dosageInstruction=[coded((SNOMED, ORAL), BY_MOUTH), coded(ON_THE_SKIN)])],
        {"taking(hydrocortisone)": "yes"},
    ),
    (
        "into a muscle is taken",
        [order(HYDROCORTISONE, route="78421000")],
        {"taking(hydrocortisone)": "yes"},
    ),
    (
        "into the rectum says nothing",
        [order(HYDROCORTISONE, route="37161004")],
        {"taking(hydrocortisone)": "open"},
    ),
    ("an ingredient that is an ointment too is asked", [order((RXNORM, "42316"))], {TACROLIMUS: "ask"}),
    ("and by mouth taken", [order((RXNORM, "42316"), route=ORAL)], {TACROLIMUS: "yes"}),
]
PRODUCTS += [
    (f"the product for a vein by {address}", [given((address, "J0490"))], {IV: "yes"})
    for address in (
        "urn:oid:2.16.840.1.113883.6.285",
        "http://terminology.hl7.org/CodeSystem/HCPCS-all-codes",
        "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets|2025",
    )
]
PRODUCTS += [
    (f"the package {code}", [given((NDC, code))], {IV: state})
    for state, codes in {
        "yes": ("49401-102-01", "49401-0102-01", "49401010201", "4940110201"),
        "open": ("49401-088-42", "49401-0088-42", "49401008842", "4940108842"),
    }.items()
    for code in codes
]

LISTS: list[Said] = [
    (
        "a list of changes is not complete",
        [order(PREDNISONE), listing("MedicationRequest/m1", mode="changes")],
        {CYC: "open", TAKES: "yes"},
    ),
    (
        "an order that was stopped is on its list and asked",
        [order(PREDNISONE, status="stopped"), listing("MedicationRequest/m1")],
        {TAKES: "ask", CYC: "no"},
    ),
    (
        "a list of none contradicts an order",
        [order(PREDNISONE), listing(**empty("nilknown"))],
        {TAKES: "conflict", CYC: "no"},
    ),
    (
        "so does a statement of none",
        [order(PREDNISONE), statement(NONE_KNOWN)],
        {TAKES: "conflict", CYC: "no"},
    ),
    (
        "a statement of none counts for thirty days",
        [statement(NONE_KNOWN, dateAsserted="2025-01-30")],
        {CYC: "no"},
    ),
    ("and no longer", [statement(NONE_KNOWN, dateAsserted="2025-01-29")], {CYC: "open"}),
    (
        "a statement of none that is over says nothing",
        [statement(NONE_KNOWN, status="completed")],
        {CYC: "open"},
    ),
    (
        "a list by the other address of its code",
        [
            order(PREDNISONE),
            listing("MedicationRequest/m1", code=concept(("urn:oid:2.16.840.1.113883.6.1", "10160-0"))),
        ],
        {CYC: "no"},
    ),
    (
        "a list of nobody knows what is none",
        [order(PREDNISONE), listing("MedicationRequest/m1", code=None)],
        {CYC: "open"},
    ),
    (
        "a newer list contradicts an older one, and does not overrule it",
        [
            order(PREDNISONE),
            order(CYCLOPHOSPHAMIDE, "m2"),
            listing("MedicationRequest/m1", date="2025-02-10"),
            listing("MedicationRequest/m1", "MedicationRequest/m2", name="l2", date="2025-02-25"),
        ],
        {CYC: "conflict", VOC: "no"},
    ),
    (
        "a medication inside of a list is on it",
        [listing("#x", contained=[{"resourceType": "Medication", "id": "x", "code": concept(PREDNISONE)}])],
        {TAKES: "ask", CYC: "no"},
    ),
    (
        "an entry that is another patient's order cannot be read",
        [
            {**order(PREDNISONE), "subject": {"reference": "Patient/q"}},
            listing("MedicationRequest/m1"),
        ],
        {TAKES: "open", CYC: "open"},
    ),
]

DIAGNOSES: list[Said] = [
    (
        "a diagnosis of a visit is one",
        [condition((ICD, "M32.14"), category=[{"coding": [{"code": "encounter-diagnosis"}]}])],
        {LN: "yes"},
    ),
    (
        "a diagnosis recorded on the day, by the clock where it was",
        [condition((ICD, "M32.14"), recordedDate="2025-03-01T23:30:00-08:00")],
        {LN: "yes"},
    ),
    (
        "a diagnosis recorded on the day after says nothing",
        [condition((ICD, "M32.14"), recordedDate="2025-03-02")],
        {LN: "open"},
    ),
    ("a diagnosis of no day is one", [condition((ICD, "M32.14"), recordedDate=None)], {LN: "yes"}),
    (
        "an unconfirmed diagnosis is asked",
        [condition((ICD, "M32.14"), **verified("unconfirmed"))],
        {LN: "ask"},
    ),
    (
        "what is to abate is there, whatever its status is not",
        [condition((ICD, "M32.14"), clinicalStatus=None, abatementDateTime="2025-09-01")],
        {LN: "yes"},
    ),
    (
        "what abated on the day before is asked",
        [condition((ICD, "M32.14"), abatementDateTime="2025-02-28")],
        {LN: "ask"},
    ),
    (
        "what has begun to abate is asked, though no end is told",
        [condition((ICD, "M32.14"), clinicalStatus=None, abatementPeriod={"start": "2024"})],
        {LN: "ask"},
    ),
    (
        "a refuted diagnosis that is resolved is refuted",
        [condition((ICD, "M32.14"), **{**verified("refuted"), **clinical("resolved")})],
        {LN: "no"},
    ),
    (
        "codes of two systems for one disease are one diagnosis",
        [condition(concept((ICD, "M32.14"), (SNOMED, "68815009")))],
        {LN: "yes", SLE: "yes"},
    ),
    (
        "lupus refuted refutes what is lupus",
        [condition((SNOMED, "55464009"), **verified("refuted"))],
        {SLE: "no", LN: "no", "active(sle)": "no"},
    ),
    (
        "what is only related, refuted, says nothing",
        [condition((ICD, "M06.1"), **verified("refuted"))],
        {"diagnosis(rheumatoid_arthritis)": "open"},
    ),
]

RESULTS: list[Said] = [
    (
        "two numbers of one day are a range, whatever their hours",
        [
            egfr(41, effectiveDateTime="2025-02-01T08:00:00Z"),
            egfr(60, "o2", effectiveDateTime="2025-02-01T17:00:00Z"),
        ],
        {"#egfr": {"at_least": 41, "at_most": 60}},
    ),
    (
        "a number of the day counts",
        [egfr(41, effectiveDateTime="2025-03-01T23:00:00-05:00")],
        {"#egfr": 41},
    ),
    ("a number of the day after does not", [egfr(41, effectiveDateTime="2025-03-02")], {"#egfr": None}),
    ("a number that is only registered is none", [egfr(41, status="registered")], {"#egfr": None}),
    (
        "the newest number in a unit that cannot be converted leaves the one before",
        [egfr(41), observation("33914-3", 30, "mL/min", "o2", effectiveDateTime="2025-02-20")],
        {"#egfr": 41},
    ),
    (
        "the newest number in error leaves the one before",
        [egfr(41), egfr(30, "o2", status="entered-in-error", effectiveDateTime="2025-02-20")],
        {"#egfr": 41},
    ),
    (
        "detected is positive",
        [observation("8061-4", valueCodeableConcept=concept((SNOMED, "260373001")))],
        {ANTIBODIES: "yes"},
    ),
    (
        "reactive is asked",
        [observation("8061-4", valueCodeableConcept=concept((SNOMED, "11214006")))],
        {ANTIBODIES: "ask"},
    ),
    (
        "positive and preliminary documents nothing",
        [observation("8061-4", valueCodeableConcept=concept((SNOMED, "10828004")), status="preliminary")],
        {ANTIBODIES: "open"},
    ),
    (
        "positive long ago is documented",
        [
            observation(
                "31627-3",
                valueCodeableConcept=concept((LOINC, "LA6576-8")),
                effectiveDateTime="2012-03-02",
            )
        ],
        {ANTIBODIES: "yes"},
    ),
    ("a titer says nothing by its number", [observation("5048-4", 320, "{titer}")], {ANTIBODIES: "open"}),
    ("a live vaccine of the day before says nothing", [vaccine("03", "2025-02-28")], {LIVE: "open"}),
    (
        "a live vaccine of ten days after the last day says nothing",
        [vaccine("03", "2026-03-10")],
        {LIVE: "open"},
    ),
    ("a live vaccine of the last month counts", [vaccine("03", "2026-02")], {LIVE: "yes"}),
    (
        "a vaccine in words says nothing",
        [vaccine("03", "2025-06-01", vaccineCode=words("MMR"))],
        {LIVE: "open"},
    ),
    (
        "a vaccine by CPT says nothing",
        [vaccine("03", "2025-06-01", vaccineCode=concept((CPT, "90707")))],
        {LIVE: "open"},
    ),
    (
        "a vaccine by another address",
        [vaccine("03", "2025-06-01", vaccineCode=concept((f"{CVX}/", "03")))],
        {LIVE: "yes"},
    ),
]

ANSWERS: list[Said] = [
    ("an answer of 180 days counts", [answers(item(EGFR, True), on="2024-09-02")], {EGFR: "yes"}),
    ("an answer of 181 days does not", [answers(item(EGFR, True), on="2024-09-01")], {EGFR: "open"}),
    ("an answer of the day counts", [answers(item(EGFR, True), on="2025-03-01T08:00:00Z")], {EGFR: "yes"}),
    (
        "answers that were broken off are none",
        [answers(item(EGFR, True), status="stopped")],
        {EGFR: "open"},
    ),
    (
        "an answer of the day of an order overrules it",
        [order(CYCLOPHOSPHAMIDE, authoredOn="2025-02-25"), answers(item(CYC, False))],
        {CYC: "no"},
    ),
    (
        "an answer of the day before does not",
        [order(CYCLOPHOSPHAMIDE, authoredOn="2025-02-26"), answers(item(CYC, False))],
        {CYC: "conflict"},
    ),
    (
        "that it is not known overrules nothing",
        [order(CYCLOPHOSPHAMIDE), answers(item(CYC, {"valueCoding": {"code": "unknown"}}))],
        {CYC: "yes"},
    ),
    ("of two answers of one day the later counts", asked_twice("T09:00:00Z", "T15:00:00Z"), {LIVE: "no"}),
    (
        "which is later is told by the clocks where they were given",
        asked_twice("T09:00:00Z", "T10:30:00+02:00"),
        {LIVE: "yes"},
    ),
    (
        "two of one moment contradict each other",
        asked_twice("T09:00:00Z", "T09:00:00Z"),
        {LIVE: "conflict"},
    ),
    ("so do two of which one has no hour", asked_twice("", "T15:00:00Z"), {LIVE: "conflict"}),
    (
        "of two numbers of one day the later counts",
        measured_twice("T09:00:00Z", "T15:00:00Z"),
        {"#egfr": 60},
    ),
    (
        "two of which one has no hour are a range",
        measured_twice("T09:00:00Z", ""),
        {"#egfr": {"at_least": 41, "at_most": 60}},
    ),
]


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        pytest.param(r, e, id=n)
        for n, r, e in [*ORDERS, *SUPPLIES, *PRODUCTS, *LISTS, *DIAGNOSES, *RESULTS, *ANSWERS]
    ],
)
def test_a_chart_says_no_more_than_it_says_at_the_border(
    reads: Read, resources: list[Resource], expected: dict[str, Any]
) -> None:
    assert expected == states_in(reads(chart(*resources)), expected)


@pytest.mark.parametrize(
    ("on", "state"), [("2025-08-31", "yes"), ("2025-09-01", "open"), ("2025-08", "yes")]
)
def test_a_live_vaccine_counts_up_to_the_end_of_what_is_asked_for(reads: Read, on: str, state: str) -> None:
    assert states_in(reads(chart(vaccine("03", on)), months=6), [LIVE]) == {LIVE: state}


@pytest.mark.parametrize(
    ("born", "age"),
    [
        ("2007", {"at_least": 17, "less_than": 19}),
        ("2007-03", {"at_least": 17, "less_than": 19}),
        ("2007-02", {"at_least": 18, "less_than": 19}),
        ("2007-04", {"at_least": 17, "less_than": 18}),
    ],
)
def test_a_month_or_a_year_of_birth_is_a_range_of_ages(reads: Read, born: str, age: Resource) -> None:
    assert reads(patient(birthDate=born)).case["facts"] == {"age": age}


# ---- death ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("died", ["2025-03-01", "2025-03", "2025"])
def test_who_may_have_lived_on_the_day_is_served(reads: Read, died: str) -> None:
    assert states_in(reads(bundle(patient(deceasedDateTime=died), order(PREDNISONE))), [TAKES]) == {
        TAKES: "yes"
    }


def test_who_died_on_the_day_before_is_not(reads: Read) -> None:
    with pytest.raises(
        CaseError, match=r"2025-03-01 is after the patient's death \(2025-02-28T23:00:00Z\)"
    ):
        reads(patient(deceasedDateTime="2025-02-28T23:00:00Z"))


def test_a_death_on_no_day_is_told(reads: Read) -> None:
    (note,) = reads(patient(deceasedBoolean=True)).notes
    assert note == (
        "the patient is dead, and the chart does not say since when; "
        "make sure that 2025-03-01 is before that"
    )
    assert reads(patient(deceasedBoolean=False)).notes == []


# ---- what is asked for ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2025-03-01", "2026-02-28", 12),
        ("2025-03-01", "2026-03-01", 12),
        ("2025-03-01", "2026-03-02", 13),
        ("2024-02-29", "2025-02-28", 12),
        ("2024-02-29", "2025-03-01", 13),
        ("2025-01-31", "2025-02-28", 1),
        ("2025-03-01", "2025-03-01", None),
        ("2025-03-01", None, None),
    ],
)
def test_a_period_is_of_whole_months_up_to_its_anniversary(
    kb: KnowledgeBase, start: str, end: str | None, months: int | None
) -> None:
    asked = claim((HCPCS, "J0490"), servicedPeriod={"start": start, "end": end})
    found = read(chart(asked), kb=kb)
    assert (found.case["request"].get("months"), found.notes) == (months, [])


def test_how_long_a_period_is_of_which_only_months_are_told_is_not_known(kb: KnowledgeBase) -> None:
    found = read(
        chart(claim((HCPCS, "J0490"), servicedPeriod={"start": "2025-03", "end": "2026-03"})), kb=kb
    )
    assert ("months" in found.case["request"], found.notes) == (
        False,
        [
            "the claim begins in 2025-03; its first day, 2025-03-01, is taken for it",
            "the request names more than one months (12 and 13); say which: --request months=…",
        ],
    )


# ---- histories -----------------------------------------------------------------------------------

PLACE = "https://ehr.example/fhir/MedicationRequest/m1"


def version(updated: str | None, **more: Any) -> Resource:
    meta = {} if updated is None else {"meta": {"lastUpdated": updated}}
    return {"fullUrl": PLACE, "resource": {**order(PREDNISONE), **meta, **more}}


def deletion(at: str | None, **named: str) -> Resource:
    request = {"request": {"method": "DELETE", "url": "MedicationRequest/m1"}}
    return {**request, **named} if at is None else {**request, **named, "response": {"lastModified": at}}


@pytest.mark.parametrize(
    ("entries", "state"),
    [
        ([deletion("2025-02-20T00:00:00Z", fullUrl=PLACE), version("2025-01-10T00:00:00Z")], "open"),
        ([deletion("2025-02-20T00:00:00Z"), version("2025-01-10T00:00:00Z")], "open"),
        ([version("2025-01-10T00:00:00Z"), deletion("2025-02-20T00:00:00Z")], "open"),
        ([deletion("2025-02-20T00:00:00Z"), version("2025-02-20T01:00:00+02:00")], "open"),
        ([deletion("2025-02-20T00:00:00Z"), version("2025-02-20T01:00:00-02:00")], "yes"),
        ([deletion(None), version(None)], "open"),
        ([version(None), deletion(None)], "yes"),
    ],
)
def test_what_a_history_says_was_deleted_is_not_there(
    reads: Read, entries: list[Resource], state: str
) -> None:
    history = {"resourceType": "Bundle", "type": "history", "entry": [{"resource": patient()}, *entries]}
    assert states_in(reads(history), [TAKES]) == {TAKES: state}


def test_what_is_to_be_deleted_is_there(reads: Read) -> None:
    asked = {"resourceType": "Bundle", "type": "transaction", "entry": [deletion(None), version(None)]}
    assert states_in(reads(asked), [TAKES]) == {TAKES: "yes"}
