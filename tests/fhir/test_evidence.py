"""What a chart says of facts: each a trap of real charts, with the state that a reader must come to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from lupa.fhir import Reading
from tests.fhir.charts import (
    BELIMUMAB,
    CREAM,
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
    SNOMED,
    UNDER_THE_SKIN,
    Resource,
    answers,
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
    statement,
    supply,
    vaccine,
    verified,
    words,
)
from tests.fhir.conftest import Read

LN, SLE, CNS = "diagnosis(lupus_nephritis)", "diagnosis(sle)", "diagnosis(severe_active_cns_lupus)"
TAKES, CYC, VOC = "taking(prednisone)", "taking(cyclophosphamide)", "taking(voclosporin)"
IV = "received(belimumab_intravenous)"


def states_in(found: Reading, names: Iterable[str]) -> dict[str, Any]:
    """The states that facts of these names have in a reading; of `#number`, what is stated of it."""
    return {
        name: found.case["facts"].get(name[1:])
        if name.startswith("#")
        else found.facts.get(name, {}).get("state", "open")
        for name in names
    }


def pressure(systolic: Any, diastolic: Any, unit: str = "mm[Hg]") -> list[Resource]:
    return [
        {"code": concept((LOINC, "8480-6")), "valueQuantity": {"value": systolic, "code": "mm[Hg]"}},
        {"code": concept((LOINC, "8462-4")), "valueQuantity": {"value": diastolic, "code": unit}},
    ]


DRUGS: list[tuple[str, list[Resource], dict[str, str]]] = [
    ("an active order of tablets is taken", [order(PREDNISONE)], {TAKES: "yes"}),
    ("a cream is not taken", [order(CREAM)], {"taking(hydrocortisone)": "open"}),
    (
        "a supply of long ago is over",
        [order(PREDNISONE, authoredOn="2024-11-01", dispenseRequest=supply(30))],
        {TAKES: "open"},
    ),
    (
        "a supply that has just ended is asked",
        [order(PREDNISONE, authoredOn="2025-01-20", dispenseRequest=supply(30))],
        {TAKES: "ask"},
    ),
    (
        "a supply lasts with its refills",
        [order(PREDNISONE, authoredOn="2024-11-01", dispenseRequest=supply(30, 3))],
        {TAKES: "yes"},
    ),
    (
        "a supply counts up to its last day",
        [order(PREDNISONE, authoredOn="2025-01-30", dispenseRequest=supply(30))],
        {TAKES: "yes"},
    ),
    (
        "a supply of a day less is asked",
        [order(PREDNISONE, authoredOn="2025-01-30", dispenseRequest=supply(29))],
        {TAKES: "ask"},
    ),
    (
        "what a patient reports counts",
        [order(PREDNISONE, intent="plan", reportedBoolean=True)],
        {TAKES: "yes"},
    ),
    (
        "what another reports counts",
        [order(PREDNISONE, intent="plan", reportedReference={"reference": "Patient/p"})],
        {TAKES: "yes"},
    ),
    ("a plan is asked", [order(PREDNISONE, intent="plan")], {TAKES: "ask"}),
    ("an order on hold is asked", [order(PREDNISONE, status="on-hold")], {TAKES: "ask"}),
    ("a draft is asked", [order(PREDNISONE, status="draft")], {TAKES: "ask"}),
    (
        "what was stopped long ago is over",
        [order(PREDNISONE, status="stopped", authoredOn="2017-07-06")],
        {TAKES: "open"},
    ),
    ("what was stopped lately is asked", [order(PREDNISONE, status="stopped")], {TAKES: "ask"}),
    ("a cancelled order is void", [order(CYCLOPHOSPHAMIDE, status="cancelled")], {CYC: "open"}),
    ("an order in error is void", [order(CYCLOPHOSPHAMIDE, status="entered-in-error")], {CYC: "open"}),
    ("an order not to give it is void", [order(CYCLOPHOSPHAMIDE, doNotPerform=True)], {CYC: "open"}),
    (
        "a medication that is not there says nothing",
        [
            order(
                PREDNISONE,
                medicationCodeableConcept=None,
                medicationReference={"reference": "Medication/none"},
            )
        ],
        {TAKES: "open"},
    ),
    (
        "a medication that is not there is asked by its words",
        [
            order(
                PREDNISONE,
                medicationCodeableConcept=None,
                medicationReference={"reference": "Medication/none", "display": "prednisone 5 mg"},
            )
        ],
        {TAKES: "ask"},
    ),
    (
        "a product of unknown code is asked by its words",
        [order(concept((RXNORM, "9999999"), text="predniSONE 7 MG Oral Tablet"))],
        {TAKES: "ask"},
    ),
    (
        "an unknown cream says nothing",
        [order(concept((RXNORM, "9999999"), text="Hydrocortisone 1 % Topical Ointment"))],
        {"taking(hydrocortisone)": "open"},
    ),
    (
        "a name in words alone is asked",
        [order(words("CellCept 500 mg"))],
        {"taking(mycophenolate_mofetil)": "ask"},
    ),
    (
        "a name within another is not it",
        [order(words("hydroxychloroquine"))],
        {"taking(chloroquine)": "open", "taking(hydroxychloroquine)": "ask"},
    ),
    (
        "an ingredient by mouth is taken",
        [order(HYDROCORTISONE, route=ORAL)],
        {"taking(hydrocortisone)": "yes"},
    ),
    (
        "an ingredient by no route is asked where there are creams",
        [order(HYDROCORTISONE)],
        {"taking(hydrocortisone)": "ask"},
    ),
    ("an ingredient by no route is taken where there are none", [order((RXNORM, "3002"))], {CYC: "yes"}),
    (
        "an injection into a joint says nothing",
        [order(METHYLPREDNISOLONE, route=INTO_A_JOINT)],
        {"taking(methylprednisolone)": "open"},
    ),
    (
        "of two routes one is enough",
        [
            order(
                METHYLPREDNISOLONE,
                dosageInstruction=[
                    {"route": concept((SNOMED, INTO_A_JOINT))},
                    {"route": concept((SNOMED, ORAL))},
                ],
            )
        ],
        {"taking(methylprednisolone)": "yes"},
    ),
    ("tablets put onto the skin are asked", [order(PREDNISONE, route="6064005")], {TAKES: "ask"}),
    ("a combination holds its drug", [order((RXNORM, "1927893"))], {"taking(rituximab)": "yes"}),
    (
        "the reason does not matter",
        [order((RXNORM, "105586"), reasonCode=[concept((ICD, "M05.79"))])],
        {"taking(methotrexate)": "yes"},
    ),
    ("an order of the future is asked", [order(PREDNISONE, authoredOn="2025-04-01")], {TAKES: "ask"}),
    ("an old order without an end is asked", [order(PREDNISONE, authoredOn="2022-01-10")], {TAKES: "ask"}),
    ("an open order counts for 180 days", [order(PREDNISONE, authoredOn="2024-09-02")], {TAKES: "yes"}),
    ("an open order of 181 days is asked", [order(PREDNISONE, authoredOn="2024-09-01")], {TAKES: "ask"}),
    (
        "a therapy with an end not reached goes on",
        [
            order(
                PREDNISONE,
                authoredOn="2023-01-10",
                dosageInstruction=[{"timing": {"repeat": {"boundsPeriod": {"end": "2025-06-01"}}}}],
            )
        ],
        {TAKES: "yes"},
    ),
    (
        "a therapy that has ended is over, whatever its supply",
        [
            order(
                PREDNISONE,
                dispenseRequest=supply(90),
                dosageInstruction=[{"timing": {"repeat": {"boundsPeriod": {"end": "2025-01-15"}}}}],
            )
        ],
        {TAKES: "open"},
    ),
    (
        "a therapy lasts as long as it is bounded",
        [
            order(
                PREDNISONE,
                dosageInstruction=[{"timing": {"repeat": {"boundsDuration": {"value": 2, "code": "wk"}}}}],
            )
        ],
        {TAKES: "open"},
    ),
    (
        "an expired order leaves what was handed over",
        [
            order(
                PREDNISONE,
                authoredOn="2024-01-10",
                dispenseRequest={"validityPeriod": {"end": "2024-06-01"}},
            ),
            dispense(PREDNISONE, daysSupply={"value": 30}),
        ],
        {TAKES: "yes"},
    ),
    (
        "a supply handed over runs out",
        [dispense(PREDNISONE, whenHandedOver="2024-11-01", daysSupply={"value": 30})],
        {TAKES: "open"},
    ),
    (
        "a supply that has just run out is asked",
        [dispense(PREDNISONE, daysSupply={"value": 14})],
        {TAKES: "ask"},
    ),
    ("a supply of unknown days is asked", [dispense(PREDNISONE)], {TAKES: "ask"}),
    (
        "a declined supply says nothing",
        [dispense(PREDNISONE, status="declined", daysSupply={"value": 30})],
        {TAKES: "open"},
    ),
    (
        "a supply that is only prepared is asked",
        [dispense(PREDNISONE, whenHandedOver=None, whenPrepared="2025-02-20", daysSupply={"value": 30})],
        {TAKES: "ask"},
    ),
    (
        "a statement of not taking it is a no",
        [statement(CYCLOPHOSPHAMIDE, status="not-taken")],
        {CYC: "no"},
    ),
    (
        "an old statement of not taking it says nothing",
        [statement(CYCLOPHOSPHAMIDE, status="not-taken", dateAsserted="2022-02-20")],
        {CYC: "open"},
    ),
    (
        "not taking and an order contradict each other",
        [statement(CYCLOPHOSPHAMIDE, status="not-taken"), order(CYCLOPHOSPHAMIDE)],
        {CYC: "conflict"},
    ),
    ("an intention is asked", [statement(PREDNISONE, status="intended")], {TAKES: "ask"}),
    ("a statement counts", [statement(PREDNISONE)], {TAKES: "yes"}),
    (
        "a statement of long ago is asked",
        [statement(PREDNISONE, dateAsserted="2019-02-20")],
        {TAKES: "ask"},
    ),
    (
        "a statement that has ended is over",
        [statement(PREDNISONE, effectivePeriod={"end": "2024-02-01"})],
        {TAKES: "open"},
    ),
    ("what was completed lately is asked", [statement(PREDNISONE, status="completed")], {TAKES: "ask"}),
    (
        "a dose of this month is asked",
        [given((RXNORM, "1657862"), effectiveDateTime="2025-02-20")],
        {"taking(rituximab)": "ask"},
    ),
    (
        "a dose not given says nothing",
        [given((RXNORM, "1657862"), effectiveDateTime="2025-02-20", status="not-done")],
        {"taking(rituximab)": "open"},
    ),
    ("belimumab in a vein was received", [given(BELIMUMAB, route=INTO_A_VEIN)], {IV: "yes"}),
    (
        "belimumab under the skin is another treatment",
        [given(BELIMUMAB, route=UNDER_THE_SKIN)],
        {IV: "open"},
    ),
    ("belimumab in words is asked", [given(words("Benlysta 400 mg"), route=INTO_A_VEIN)], {IV: "ask"}),
    ("belimumab in words by no route is asked", [given(words("belimumab infusion"))], {IV: "ask"}),
    (
        "belimumab in words under the skin is another treatment",
        [given(words("Benlysta"), route=UNDER_THE_SKIN)],
        {IV: "open"},
    ),
    (
        "belimumab in words, not given, is not received",
        [given(words("Benlysta"), route=INTO_A_VEIN, status="not-done")],
        {IV: "open"},
    ),
    ("belimumab by no route is asked", [given(BELIMUMAB)], {IV: "ask"}),
    (
        "belimumab not given is not received",
        [given(BELIMUMAB, route=INTO_A_VEIN, status="not-done")],
        {IV: "open"},
    ),
    (
        "belimumab after the service date was not received before",
        [given(BELIMUMAB, route=INTO_A_VEIN, effectiveDateTime="2025-05-08")],
        {IV: "open"},
    ),
    (
        "belimumab on no day is asked",
        [given(BELIMUMAB, route=INTO_A_VEIN, effectiveDateTime=None)],
        {IV: "ask"},
    ),
    ("an order of vials is asked", [order((NDC, "49401-102-01"), authoredOn="2024-01-01")], {IV: "ask"}),
    (
        "an old supply of syringes says nothing of a vein",
        [dispense((NDC, "49401-088-42"), whenHandedOver="2024-01-01")],
        {IV: "open"},
    ),
    ("a vial's code of eleven digits is the same", [given((NDC, "49401010101"))], {IV: "yes"}),
    ("a vial's code of ten digits is the same", [given((NDC, "4940110101"))], {IV: "yes"}),
    ("a pen's code is no vial's", [given((NDC, "49401008835"))], {IV: "open"}),
    (
        "a billed infusion is asked",
        [
            {
                "resourceType": "ExplanationOfBenefit",
                "id": "e",
                "patient": {"reference": "Patient/p"},
                "status": "active",
                "created": "2024-05-05",
                "item": [{"productOrService": concept((HCPCS, "J0490"))}],
            }
        ],
        {IV: "ask"},
    ),
]

LISTS: list[tuple[str, list[Resource], dict[str, str]]] = [
    (
        "a complete list leaves out what is not taken",
        [order(PREDNISONE), listing("MedicationRequest/m1")],
        {TAKES: "yes", CYC: "no", VOC: "no"},
    ),
    (
        "a working list is not complete",
        [order(PREDNISONE), listing("MedicationRequest/m1", mode="working")],
        {CYC: "open"},
    ),
    (
        "a retired list is none",
        [order(PREDNISONE), listing("MedicationRequest/m1", status="retired")],
        {CYC: "open"},
    ),
    (
        "a list of something else is none",
        [order(PREDNISONE), listing("MedicationRequest/m1", code=concept((LOINC, "11450-4")))],
        {CYC: "open"},
    ),
    (
        "a list of thirty days is complete",
        [order(PREDNISONE), listing("MedicationRequest/m1", date="2025-01-30")],
        {CYC: "no"},
    ),
    (
        "a list of thirty-one days is not",
        [order(PREDNISONE), listing("MedicationRequest/m1", date="2025-01-29")],
        {CYC: "open"},
    ),
    (
        "a list without a day is not",
        [order(PREDNISONE), listing("MedicationRequest/m1", date=None)],
        {CYC: "open"},
    ),
    (
        "a list of the future is not",
        [order(PREDNISONE), listing("MedicationRequest/m1", date="2025-03-02")],
        {CYC: "open"},
    ),
    ("an empty list says none where it says so", [listing(**empty("nilknown"))], {CYC: "no", TAKES: "no"}),
    ("an empty list says nothing where nobody asked", [listing(**empty("notasked"))], {CYC: "open"}),
    ("an empty list without a reason says nothing", [listing()], {CYC: "open"}),
    (
        "an order that is not on a complete list contradicts it",
        [order(PREDNISONE), order(CYCLOPHOSPHAMIDE, "m2"), listing("MedicationRequest/m1")],
        {CYC: "conflict"},
    ),
    ("orders without a list are never complete", [order(PREDNISONE)], {VOC: "open"}),
    (
        "the summary's statement of none says none",
        [
            statement(
                ("http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips", "no-known-medications")
            )
        ],
        {CYC: "no"},
    ),
    (
        "the summary's statement of no information says nothing",
        [statement(("http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips", "no-medication-info"))],
        {CYC: "open"},
    ),
    (
        "an entry in words is asked, and the rest is complete",
        [order(words("Lupkynis 7.9 mg")), listing("MedicationRequest/m1")],
        {VOC: "ask", CYC: "no"},
    ),
    (
        "an entry that nobody can read leaves the list open",
        [order(words("the white pill")), listing("MedicationRequest/m1")],
        {CYC: "open"},
    ),
    ("an entry that is not there leaves the list open", [listing("MedicationRequest/none")], {CYC: "open"}),
    (
        "an entry of another drug is read",
        [
            order(concept((RXNORM, "617310"), text="atorvastatin 20 MG Oral Tablet")),
            listing("MedicationRequest/m1"),
        ],
        {CYC: "no"},
    ),
    (
        "a cream on a complete list is not taken",
        [order(CREAM), listing("MedicationRequest/m1")],
        {"taking(hydrocortisone)": "no"},
    ),
    (
        "a deleted entry is none",
        [
            order(CYCLOPHOSPHAMIDE),
            listing(
                entry=[{"deleted": True, "item": {"reference": "MedicationRequest/m1"}}],
                **empty("nilknown"),
            ),
        ],
        {CYC: "conflict"},
    ),
]

DIAGNOSES: list[tuple[str, list[Resource], dict[str, str]]] = [
    (
        "a problem list tells a diagnosis, and not whether it is active",
        [condition((ICD, "M32.14"))],
        {LN: "yes", SLE: "yes", "active(lupus_nephritis)": "ask"},
    ),
    (
        "an entry in error is void",
        [condition((ICD, "M32.14"), clinicalStatus=None, **verified("entered-in-error"))],
        {LN: "open", SLE: "open"},
    ),
    (
        "a wider diagnosis refuted refutes the narrower",
        [condition((SNOMED, "200936003"), **verified("refuted"))],
        {SLE: "no", LN: "no"},
    ),
    (
        "a narrower diagnosis refuted says nothing of the wider",
        [condition((ICD, "M32.13"), **verified("refuted"))],
        {SLE: "open"},
    ),
    (
        "an equivalent diagnosis refuted is a no",
        [condition((ICD, "M32.14"), **verified("refuted"))],
        {LN: "no", SLE: "open"},
    ),
    ("no verification is one", [condition((ICD, "M32.14"), verificationStatus=None)], {LN: "yes"}),
    (
        "a provisional diagnosis is asked",
        [condition((ICD, "M32.14"), **verified("provisional"))],
        {LN: "ask", SLE: "open"},
    ),
    ("an unknown verification is asked", [condition((ICD, "M32.14"), **verified("perhaps"))], {LN: "ask"}),
    (
        "what is resolved is asked",
        [condition((ICD, "M32.14"), abatementDateTime="2019-01-01", **clinical("resolved"))],
        {LN: "ask"},
    ),
    (
        "what has abated is asked without a status",
        [condition((ICD, "M32.14"), abatementDateTime="2019-01-01", clinicalStatus=None)],
        {LN: "ask"},
    ),
    (
        "what is to abate is there",
        [condition((ICD, "M32.14"), abatementDateTime="2026-01-01")],
        {LN: "yes"},
    ),
    (
        "what abated at an age is asked",
        [condition((ICD, "M32.14"), abatementAge={"value": 20})],
        {LN: "ask"},
    ),
    ("a code without its point is the same", [condition((ICD, "m3214"))], {LN: "yes"}),
    (
        "a system's other addresses are the same",
        [condition(("urn:oid:2.16.840.1.113883.6.90", "M32.14"))],
        {LN: "yes"},
    ),
    (
        "a system's version does not matter",
        [condition(("https://hl7.org/fhir/sid/icd-10-cm|2025", "M32.14"))],
        {LN: "yes"},
    ),
    ("an unknown system says nothing", [condition(("http://example.org/icd", "M32.14"))], {LN: "open"}),
    ("lupus by a drug is asked", [condition((ICD, "M32.0"))], {SLE: "ask"}),
    (
        "another disease under the same category is asked",
        [condition((ICD, "M06.1"))],
        {"diagnosis(rheumatoid_arthritis)": "ask"},
    ),
    ("a wider code is asked", [condition((SNOMED, "200936003"))], {SLE: "ask"}),
    (
        "a code of the brain suggests lupus of it in lupus",
        [condition((ICD, "M32.19")), condition((ICD, "G05.3"), "c2")],
        {CNS: "ask", SLE: "yes"},
    ),
    ("a code of the brain alone suggests nothing", [condition((ICD, "G05.3"))], {CNS: "open"}),
    (
        "a family's disease is not the patient's",
        [
            {
                "resourceType": "FamilyMemberHistory",
                "id": "f",
                "patient": {"reference": "Patient/p"},
                "condition": [{"code": concept((ICD, "M32.9"))}],
            }
        ],
        {SLE: "open"},
    ),
    (
        "confirmed and refuted contradict each other",
        [condition((ICD, "M32.14")), condition((ICD, "M32.14"), "c2", **verified("refuted"))],
        {LN: "conflict"},
    ),
    ("a diagnosis in words alone says nothing", [condition(words("lupus nephritis"))], {LN: "open"}),
    (
        "what was recorded later says nothing",
        [condition((ICD, "M32.14"), recordedDate="2025-04-01")],
        {LN: "open"},
    ),
    (
        "a diagnosis on a claim is asked",
        [claim((HCPCS, "J0490"), diagnosis=(ICD, "M32.14"), servicedDate="2025-03-01")],
        {LN: "ask"},
    ),
    (
        "the old edition's code is known",
        [condition(("http://hl7.org/fhir/sid/icd-9-cm", "710.0"))],
        {SLE: "yes"},
    ),
]

ANSWERS: list[tuple[str, list[Resource], dict[str, str]]] = [
    (
        "an answer by hand attests",
        [answers(item("attests(monitor_egfr)", True))],
        {"attests(monitor_egfr)": "yes", "attests(monitor_malignancies)": "open"},
    ),
    (
        "an answer by a machine is asked",
        [answers(item("attests(monitor_egfr)", True, "auto"))],
        {"attests(monitor_egfr)": "ask"},
    ),
    (
        "an answer that a person changed counts",
        [answers(item("active(sle)", True, "override"))],
        {"active(sle)": "yes", SLE: "yes"},
    ),
    (
        "an answer of a device is asked",
        [answers(item("attests(monitor_egfr)", True, None), author={"reference": "Device/d"})],
        {"attests(monitor_egfr)": "ask"},
    ),
    (
        "an answer in progress is none",
        [answers(item("attests(monitor_egfr)", True), status="in-progress")],
        {"attests(monitor_egfr)": "open"},
    ),
    (
        "another's questionnaire is none",
        [answers(item("attests(monitor_egfr)", True), questionnaire="http://example.org/q")],
        {"attests(monitor_egfr)": "open"},
    ),
    (
        "an answer of last year is none",
        [answers(item("attests(monitor_egfr)", True), on="2024-02-25")],
        {"attests(monitor_egfr)": "open"},
    ),
    (
        "an answer of the future is none",
        [answers(item("attests(monitor_egfr)", True), on="2025-03-25")],
        {"attests(monitor_egfr)": "open"},
    ),
    (
        "what is documented needs its document",
        [answers(item("documented(clinical_response)", True))],
        {"documented(clinical_response)": "ask"},
    ),
    (
        "a document documents",
        [
            answers(
                item(
                    "documented(clinical_response)",
                    True,
                    item=[
                        {
                            "linkId": "document",
                            "answer": [{"valueAttachment": {"url": "http://example.org/a.pdf"}}],
                        }
                    ],
                )
            )
        ],
        {"documented(clinical_response)": "yes"},
    ),
    (
        "a later answer settles what the chart says",
        [order(CYCLOPHOSPHAMIDE), answers(item(CYC, False))],
        {CYC: "no"},
    ),
    (
        "an earlier answer does not",
        [order(CYCLOPHOSPHAMIDE), answers(item(CYC, False), on="2025-01-01")],
        {CYC: "conflict"},
    ),
    (
        "of two answers the later counts",
        [
            answers(item("live_vaccine", True), on="2025-02-01"),
            answers(item("live_vaccine", False), on="2025-02-20", name="q2"),
        ],
        {"live_vaccine": "no"},
    ),
    (
        "two answers of one day contradict each other",
        [answers(item("live_vaccine", True)), answers(item("live_vaccine", False), name="q2")],
        {"live_vaccine": "conflict"},
    ),
    (
        "an answer inside of a group counts",
        [answers({"linkId": "group", "item": [item("attests(monitor_egfr)", True)]})],
        {"attests(monitor_egfr)": "yes"},
    ),
    (
        "a coded answer counts",
        [answers(item("attests(monitor_egfr)", {"valueCoding": {"code": "no"}}))],
        {"attests(monitor_egfr)": "no"},
    ),
    (
        "not known is no answer",
        [answers(item("attests(monitor_egfr)", {"valueCoding": {"code": "unknown"}}))],
        {"attests(monitor_egfr)": "open"},
    ),
    (
        "what is chosen of several is so",
        [answers(item("taking", {"valueCoding": {"code": "taking(prednisone)"}}))],
        {TAKES: "yes", CYC: "open"},
    ),
    (
        "none of these is none",
        [answers(item("taking", {"valueCoding": {"code": "none"}}))],
        {TAKES: "no", CYC: "no"},
    ),
    (
        "a linkId is never evaluated",
        [
            answers(
                item("attests(1..9)", True),
                item("x)", True),
                item('taking("a")', True),
                item("-1(a)", True),
                item("a(b", True),
                item("a,b", True),
                item("", True),
            )
        ],
        {"attests(monitor_egfr)": "open"},
    ),
]

RESULTS: list[tuple[str, list[Resource], dict[str, Any]]] = [
    (
        "a positive antibody is documented",
        [
            observation(
                "47299-3",
                120,
                "[IU]/mL",
                interpretation=[
                    concept(("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "POS"))
                ],
            )
        ],
        {"documented(autoantibodies)": "yes"},
    ),
    (
        "a positive antibody by its value is documented",
        [observation("8061-4", valueCodeableConcept=concept((SNOMED, "10828004")))],
        {"documented(autoantibodies)": "yes"},
    ),
    (
        "a high antibody is asked",
        [
            observation(
                "47299-3",
                120,
                "[IU]/mL",
                interpretation=[
                    concept(("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "H"))
                ],
            )
        ],
        {"documented(autoantibodies)": "ask"},
    ),
    (
        "a negative antibody says nothing",
        [observation("8061-4", valueCodeableConcept=concept((SNOMED, "260385009")))],
        {"documented(autoantibodies)": "open"},
    ),
    ("a live vaccine of years ago says nothing", [vaccine("121", "2018-01-20")], {"live_vaccine": "open"}),
    ("a live vaccine on the first day counts", [vaccine("121", "2025-03-01")], {"live_vaccine": "yes"}),
    ("a live vaccine on the last day counts", [vaccine("121", "2026-02-28")], {"live_vaccine": "yes"}),
    (
        "a live vaccine on the day after says nothing",
        [vaccine("121", "2026-03-01")],
        {"live_vaccine": "open"},
    ),
    (
        "a live vaccine of ten days before says nothing",
        [vaccine("121", "2025-02-19")],
        {"live_vaccine": "open"},
    ),
    (
        "a live vaccine in a year that the period begins in is asked",
        [vaccine("121", "2025")],
        {"live_vaccine": "ask"},
    ),
    (
        "a live vaccine in a month of the period counts",
        [vaccine("121", "2025-12")],
        {"live_vaccine": "yes"},
    ),
    (
        "a vaccine not given says nothing",
        [vaccine("03", "2025-06-01", status="not-done")],
        {"live_vaccine": "open"},
    ),
    ("a vaccine that does not live says nothing", [vaccine("187", "2025-06-01")], {"live_vaccine": "open"}),
    ("a code without its zero is the same", [vaccine("3", "2025-06-01")], {"live_vaccine": "yes"}),
    ("an unspecified vaccine is asked", [vaccine("188", "2025-06-01")], {"live_vaccine": "ask"}),
    (
        "a recommended vaccine is asked",
        [
            {
                "resourceType": "ImmunizationRecommendation",
                "id": "r",
                "patient": {"reference": "Patient/p"},
                "date": "2025-02-01",
                "recommendation": [
                    {
                        "vaccineCode": [concept(("http://hl7.org/fhir/sid/cvx", "121"))],
                        "dateCriterion": [{"value": "2025-06-01"}],
                    }
                ],
            }
        ],
        {"live_vaccine": "ask"},
    ),
    ("a clearance is no eGFR", [observation("33914-3", 41, "mL/min")], {"#egfr": None}),
    ("a preliminary number is none", [egfr(41, status="preliminary")], {"#egfr": None}),
    ("the newest number counts", [egfr(41), egfr(60, "o2", effectiveDateTime="2025-02-20")], {"#egfr": 60}),
    ("an old number is none", [egfr(41, effectiveDateTime="2023-02-01")], {"#egfr": None}),
    (
        "two numbers of a day are a range",
        [egfr(41), egfr(60, "o2")],
        {"#egfr": {"at_least": 41, "at_most": 60}},
    ),
    (
        "above sixty is a range",
        [observation("33914-3", valueQuantity={"value": 60, "comparator": ">", "unit": "mL/min/1.73m2"})],
        {"#egfr": {"more_than": 60}},
    ),
    (
        "below fifteen is a range",
        [observation("33914-3", valueQuantity={"value": 15, "comparator": "<", "unit": "mL/min/1.73m2"})],
        {"#egfr": {"less_than": 15}},
    ),
    (
        "a number and a range of one day are a range",
        [
            egfr(41),
            observation(
                "33914-3",
                name="o2",
                valueQuantity={"value": 60, "comparator": ">=", "unit": "mL/min/1.73m2"},
            ),
        ],
        {"#egfr": {"at_least": 41}},
    ),
    ("a decimal stays one", [egfr(41.5)], {"#egfr": 41.5}),
    ("another unit is converted", [observation("33914-3", 1, "mL/s/{1.73_m2}")], {"#egfr": 60}),
    (
        "what is said to be absent is none",
        [egfr(41, dataAbsentReason={"text": "not done"})],
        {"#egfr": None},
    ),
    (
        "a panel is read by its parts",
        [observation("55284-4", component=pressure(170, 90))],
        {"#systolic": 170, "#diastolic": 90},
    ),
    (
        "one wrong unit leaves the other part",
        [observation("55284-4", component=pressure(170, 90, "cm"))],
        {"#systolic": 170, "#diastolic": None},
    ),
]


@pytest.mark.parametrize(
    ("resources", "expected"),
    [pytest.param(r, e, id=n) for n, r, e in [*DRUGS, *LISTS, *DIAGNOSES, *ANSWERS, *RESULTS]],
)
def test_a_chart_says_no_more_than_it_says(
    reads: Read, resources: list[Resource], expected: dict[str, Any]
) -> None:
    assert expected == states_in(reads(chart(*resources)), expected)


@pytest.mark.parametrize(
    ("author", "state"),
    [
        ({"reference": "Device/1"}, "ask"),
        ({"type": "Device"}, "ask"),
        ({"type": "Practitioner", "reference": "Device/1"}, "no"),
        ({"type": "Practitioner"}, "no"),
    ],
)
def test_who_answers_is_told_by_the_type_of_a_reference_or_else_by_the_reference(
    reads: Read, author: Resource, state: str
) -> None:
    found = reads(chart(answers(item("live_vaccine", False, origin=None), author=author)))
    assert found.facts["live_vaccine"]["state"] == state


CODED = condition((ICD, "M32.14"))


@pytest.mark.parametrize(
    ("strange", "plain"),
    [
        ([order(PREDNISONE, medicationCodeableConcept="prednisone")], []),
        ([{**CODED, "code": ["M32.14", 7]}], []),
        ([egfr("41")], [egfr(None)]),
        ([observation("33914-3", 41, "x" * 1_000)], [egfr(None)]),
        ([order(PREDNISONE, dosageInstruction=[{"route": "oral"}])], [order(PREDNISONE)]),
        ([order(PREDNISONE, reportedReference={})], [order(PREDNISONE)]),
        ([{**CODED, "abatementString": ""}], [CODED]),
        ([answers(author="Practitioner/1")], [answers()]),
        ([answers(author={"reference": "me"})], [answers()]),
    ],
)
def test_what_has_not_the_shape_that_fhir_gives_it_says_nothing(
    reads: Read, strange: list[Resource], plain: list[Resource]
) -> None:
    assert reads(chart(*strange)).case["facts"] == reads(chart(*plain)).case["facts"]
