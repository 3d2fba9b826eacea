"""Finer traps of charts: references, partial days, ends that cannot be read, codes that contradict."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fhir.charts import (
    CREAM,
    CYCLOPHOSPHAMIDE,
    HCPCS,
    HYDROCORTISONE,
    ICD,
    METHYLPREDNISOLONE,
    PREDNISONE,
    RXNORM,
    SNOMED,
    Resource,
    answers,
    chart,
    clinical,
    concept,
    condition,
    dispense,
    egfr,
    empty,
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
from tests.fhir.test_evidence import CYC, IV, LN, SLE, TAKES, pressure, states_in

MEDICATION = {"resourceType": "Medication", "id": "med", "code": concept(PREDNISONE)}
EHR = "https://ehr.example/fhir"


def of(medication: Any, **more: Any) -> Resource:
    """An order of a medication that is referred to."""
    found = order(PREDNISONE, **more)
    del found["medicationCodeableConcept"]
    return {**found, "medicationReference": medication}


def at(url: str, resource: Resource) -> Resource:
    """A bundle within the chart, of one resource under a full URL."""
    entry = {"fullUrl": url, "resource": resource}
    return {"resourceType": "Bundle", "type": "collection", "entry": [entry]}


def for_times(**repeat: Any) -> list[Resource]:
    return [{"timing": {"repeat": repeat}}]


def version(number: int, **more: Any) -> Resource:
    meta = {"versionId": str(number), "lastUpdated": f"2025-01-1{number}T08:00:00Z"}
    return order(PREDNISONE, meta=meta, **more)


REFERENCES: list[tuple[str, list[Resource], dict[str, str]]] = [
    (
        "a medication inside of the order is read",
        [of({"reference": "#m"}, contained=[{**MEDICATION, "id": "m"}])],
        {TAKES: "yes"},
    ),
    (
        "another's inside is not",
        [of({"reference": "#m"}), of({"reference": "x"}, name="m2", contained=[{**MEDICATION, "id": "m"}])],
        {TAKES: "open"},
    ),
    (
        "a medication by its version is the same",
        [MEDICATION, of({"reference": "Medication/med/_history/3"})],
        {TAKES: "yes"},
    ),
    (
        "a medication by its full URL is read",
        [at("urn:uuid:0c1", MEDICATION), of({"reference": "urn:uuid:0c1"})],
        {TAKES: "yes"},
    ),
    (
        "a medication by its address is read",
        [at(f"{EHR}/Medication/med", MEDICATION), of({"reference": f"{EHR}/Medication/med"})],
        {TAKES: "yes"},
    ),
    (
        "a medication of that name on another server is another",
        [
            at(f"{EHR}/Medication/med", MEDICATION),
            of({"reference": "https://other.example/fhir/Medication/med"}),
        ],
        {TAKES: "open"},
    ),
    (
        "of two medications of one name it is not known which is meant",
        [
            MEDICATION,
            {**MEDICATION, "code": concept(CYCLOPHOSPHAMIDE)},
            of({"reference": "Medication/med"}),
        ],
        {TAKES: "open", CYC: "open"},
    ),
    (
        "a medication in error names nothing",
        [{**MEDICATION, "status": "entered-in-error"}, of({"reference": "Medication/med"})],
        {TAKES: "open"},
    ),
    (
        "an order for a group is not the patient's",
        [order(PREDNISONE, subject={"reference": "Group/p"})],
        {TAKES: "open"},
    ),
    ("an order for nobody is not the patient's", [order(PREDNISONE, subject=None)], {TAKES: "open"}),
    (
        "a patient of that name on another server is another",
        [
            at(f"{EHR}/Patient/p", patient()),
            order(PREDNISONE, subject={"reference": "https://other.example/fhir/Patient/p"}),
        ],
        {TAKES: "open"},
    ),
    (
        "of a history the newest version counts",
        [version(2, status="entered-in-error"), version(1), version(0)],
        {TAKES: "open"},
    ),
    (
        "of a history the oldest version does not",
        [version(1, status="entered-in-error"), version(2)],
        {TAKES: "yes"},
    ),
    (
        "the same order under two names is one more line",
        [order(PREDNISONE), order(PREDNISONE, "m2")],
        {TAKES: "yes"},
    ),
]

UNREAD: list[tuple[str, list[Resource], dict[str, Any]]] = [
    (
        "an order with an extension that changes it is asked",
        [order(PREDNISONE, modifierExtension=[{"url": "http://example.org/not", "valueBoolean": True}])],
        {TAKES: "ask"},
    ),
    (
        "a dosage with one is too",
        [order(PREDNISONE, dosageInstruction=[{"modifierExtension": [{"url": "http://example.org/not"}]}])],
        {TAKES: "ask"},
    ),
    (
        "an order by rules of its own is asked",
        [order(PREDNISONE, implicitRules="http://example.org/rules")],
        {TAKES: "ask"},
    ),
    (
        "a diagnosis with an extension that changes it is asked, and refutes nothing",
        [
            condition(
                (ICD, "M32.14"),
                modifierExtension=[{"url": "http://example.org/not"}],
                **verified("refuted"),
            )
        ],
        {LN: "ask"},
    ),
    (
        "a list with one is not complete",
        [
            order(PREDNISONE),
            listing("MedicationRequest/m1", modifierExtension=[{"url": "http://example.org/not"}]),
        ],
        {CYC: "open"},
    ),
    (
        "nor is a list of which an entry has one",
        [
            listing(
                entry=[{"modifierExtension": [{"url": "x"}], "item": {"reference": "MedicationRequest/m1"}}]
            ),
            order(PREDNISONE),
        ],
        {CYC: "open"},
    ),
    (
        "a number with one is none",
        [egfr(41, modifierExtension=[{"url": "http://example.org/not"}])],
        {"#egfr": None},
    ),
    (
        "an answer with one is asked, and overrules nothing",
        [
            order(CYCLOPHOSPHAMIDE),
            answers(item(CYC, False, modifierExtension=[{"url": "http://example.org/not"}])),
        ],
        {CYC: "yes"},
    ),
    (
        "an extension that changes nothing does not matter",
        [order(PREDNISONE, extension=[{"url": "http://example.org/x"}])],
        {TAKES: "yes"},
    ),
]

FINER_DRUGS: list[tuple[str, list[Resource], dict[str, str]]] = [
    ("not to give it, denied, is an order", [order(PREDNISONE, doNotPerform=False)], {TAKES: "yes"}),
    ("not to give it, in a word, is asked about", [order(PREDNISONE, doNotPerform="yes")], {TAKES: "ask"}),
    ("an option of a group is no order", [order(PREDNISONE, intent="option")], {TAKES: "open"}),
    ("a proposal is asked", [order(PREDNISONE, intent="proposal")], {TAKES: "ask"}),
    ("the order of whoever supplies it counts", [order(PREDNISONE, intent="filler-order")], {TAKES: "yes"}),
    ("an order of an unknown status is asked", [order(PREDNISONE, status="unknown")], {TAKES: "ask"}),
    (
        "a dosage in words alone is one",
        [order(PREDNISONE, dosageInstruction=[{"text": "5 mg each morning"}])],
        {TAKES: "yes"},
    ),
    (
        "why an order is as it is does not matter",
        [order(PREDNISONE, statusReason=words("renewed"))],
        {TAKES: "yes"},
    ),
    ("an order of no day is asked", [order(PREDNISONE, authoredOn=None)], {TAKES: "ask"}),
    (
        "an order of a day that is none is asked",
        [order(PREDNISONE, authoredOn="2025-02-30")],
        {TAKES: "ask"},
    ),
    (
        "an order of the year before is asked where only the year is told",
        [order(PREDNISONE, authoredOn="2024")],
        {TAKES: "ask"},
    ),
    ("an order of this year may be of after", [order(PREDNISONE, authoredOn="2025")], {TAKES: "ask"}),
    (
        "an order of a month counts within all of it",
        [order(PREDNISONE, authoredOn="2024-10")],
        {TAKES: "yes"},
    ),
    (
        "an order of the month in which 180 days end is asked",
        [order(PREDNISONE, authoredOn="2024-08")],
        {TAKES: "ask"},
    ),
    (
        "the day is the one where it is written",
        [order(PREDNISONE, authoredOn="2025-03-01T23:30:00-10:00")],
        {TAKES: "yes"},
    ),
    (
        "the first moment of the day after is after",
        [order(PREDNISONE, authoredOn="2025-03-02T00:00:00+14:00")],
        {TAKES: "ask"},
    ),
    (
        "a supply of a year that is all that is told is asked",
        [order(PREDNISONE, authoredOn="2024", dispenseRequest=supply(90))],
        {TAKES: "ask"},
    ),
    (
        "a supply of a year is over where all of it is",
        [order(PREDNISONE, authoredOn="2023", dispenseRequest=supply(90))],
        {TAKES: "open"},
    ),
    (
        "an end in this year is asked where only the year is told",
        [order(PREDNISONE, dosageInstruction=for_times(boundsPeriod={"end": "2025"}))],
        {TAKES: "ask"},
    ),
    (
        "an end in this month has not been before",
        [order(PREDNISONE, dosageInstruction=for_times(boundsPeriod={"end": "2025-03"}))],
        {TAKES: "yes"},
    ),
    (
        "a supply of hours is asked, as nobody can read its end",
        [
            order(
                PREDNISONE,
                authoredOn="2024-11-01",
                dispenseRequest={"expectedSupplyDuration": {"value": 720, "code": "h"}},
            )
        ],
        {TAKES: "ask"},
    ),
    (
        "half a day more is asked",
        [
            order(
                PREDNISONE,
                authoredOn="2024-11-01",
                dispenseRequest={"expectedSupplyDuration": {"value": 30.5, "code": "d"}},
            )
        ],
        {TAKES: "ask"},
    ),
    (
        "a supply of no days is asked",
        [order(PREDNISONE, dispenseRequest=supply(0))],
        {TAKES: "ask"},
    ),
    (
        "a supply in weeks is as long",
        [
            order(
                PREDNISONE,
                authoredOn="2025-01-31",
                dispenseRequest={"expectedSupplyDuration": {"value": 4, "unit": "weeks"}},
            )
        ],
        {TAKES: "ask"},
    ),
    (
        "a therapy that lasts up to some days is over after them",
        [order(PREDNISONE, dosageInstruction=for_times(boundsRange={"high": {"value": 10, "code": "d"}}))],
        {TAKES: "open"},
    ),
    (
        "doses on some days are over after the last",
        [order(PREDNISONE, dosageInstruction=[{"timing": {"event": ["2025-01-11", "2025-01-18"]}}])],
        {TAKES: "open"},
    ),
    (
        "a therapy that begins later is asked",
        [order(PREDNISONE, dosageInstruction=for_times(boundsPeriod={"start": "2025-03-02"}))],
        {TAKES: "ask"},
    ),
    (
        "an order that is valid from later is asked",
        [order(PREDNISONE, dispenseRequest=supply(30, validityPeriod={"start": "2025-04-01"}))],
        {TAKES: "ask"},
    ),
    (
        "of an order that another replaces the other tells",
        [
            order(PREDNISONE),
            order(
                PREDNISONE, "m2", status="stopped", priorPrescription={"reference": "MedicationRequest/m1"}
            ),
        ],
        {TAKES: "ask"},
    ),
    (
        "an order that replaces another counts",
        [
            order(PREDNISONE),
            order(PREDNISONE, "m2", priorPrescription={"reference": "MedicationRequest/m1"}),
        ],
        {TAKES: "yes"},
    ),
    (
        "an order that was cancelled replaces none",
        [
            order(PREDNISONE),
            order(
                PREDNISONE,
                "m2",
                status="cancelled",
                priorPrescription={"reference": "MedicationRequest/m1"},
            ),
        ],
        {TAKES: "yes"},
    ),
    (
        "an order based on a plan is one",
        [order(PREDNISONE, basedOn=[{"reference": "CarePlan/c"}])],
        {TAKES: "yes"},
    ),
    (
        "a supply of an order that was stopped is asked",
        [
            order(PREDNISONE, status="stopped"),
            dispense(
                PREDNISONE,
                daysSupply={"value": 60},
                authorizingPrescription=[{"reference": "MedicationRequest/m1"}],
            ),
        ],
        {TAKES: "ask"},
    ),
    (
        "a supply of an order that is completed lasts",
        [
            order(PREDNISONE, status="completed"),
            dispense(
                PREDNISONE,
                daysSupply={"value": 60},
                authorizingPrescription=[{"reference": "MedicationRequest/m1"}],
            ),
        ],
        {TAKES: "yes"},
    ),
    (
        "a supply of fewer than no days is asked",
        [dispense(PREDNISONE, daysSupply={"value": -30})],
        {TAKES: "ask"},
    ),
    (
        "a supply of some day of the year before is asked",
        [dispense(PREDNISONE, whenHandedOver="2024", daysSupply={"value": 90})],
        {TAKES: "ask"},
    ),
    (
        "a supply in preparation is asked",
        [dispense(PREDNISONE, status="preparation", daysSupply={"value": 30})],
        {TAKES: "ask"},
    ),
    (
        "a supply that was stopped says nothing",
        [dispense(PREDNISONE, status="stopped", daysSupply={"value": 30})],
        {TAKES: "open"},
    ),
    (
        "not taken in a time that is over says nothing of now",
        [
            statement(
                CYCLOPHOSPHAMIDE,
                status="not-taken",
                effectivePeriod={"start": "2025-01-01", "end": "2025-01-31"},
            )
        ],
        {CYC: "open"},
    ),
    (
        "not taken up to an end that is to come is a no",
        [statement(CYCLOPHOSPHAMIDE, status="not-taken", effectivePeriod={"end": "2025-03-31"})],
        {CYC: "no"},
    ),
    (
        "not to be taken from later on says nothing of now",
        [statement(CYCLOPHOSPHAMIDE, status="not-taken", effectivePeriod={"start": "2025-03-15"})],
        {CYC: "open"},
    ),
    (
        "a cream not taken says nothing of tablets",
        [statement(CREAM, status="not-taken")],
        {"taking(hydrocortisone)": "open"},
    ),
    ("a statement on hold is asked", [statement(PREDNISONE, status="on-hold")], {TAKES: "ask"}),
    ("a statement in error is void", [statement(PREDNISONE, status="entered-in-error")], {TAKES: "open"}),
    (
        "a statement of an end to come counts",
        [statement(PREDNISONE, effectivePeriod={"end": "2025-04-01"})],
        {TAKES: "yes"},
    ),
    (
        "codes of two drugs on one order are asked both",
        [order(concept(PREDNISONE, CYCLOPHOSPHAMIDE))],
        {TAKES: "ask", CYC: "ask"},
    ),
    (
        "a second code that nobody knows does not matter",
        [order(concept(PREDNISONE, ("http://example.org/own", "17")))],
        {TAKES: "yes"},
    ),
    (
        "an injection beside a joint says nothing",
        [order(METHYLPREDNISOLONE, route="372474001")],
        {"taking(methylprednisolone)": "open"},
    ),
    (
        "one through the nose into the gut is asked",
        [order(METHYLPREDNISOLONE, route="420218003")],
        {"taking(methylprednisolone)": "ask"},
    ),
    (
        "codes of a cream and of the drug alone are of a cream",
        [order(concept(CREAM, HYDROCORTISONE))],
        {"taking(hydrocortisone)": "open"},
    ),
    ("a code with blanks around it is the same", [order((RXNORM, " 312615 "))], {TAKES: "yes"}),
    (
        "a code of no system is asked by its words",
        [order({"coding": [{"code": "312615", "display": "Prednisone 20 MG"}]})],
        {TAKES: "ask"},
    ),
    (
        "what is asked for before is not billed",
        [
            {
                "resourceType": "ExplanationOfBenefit",
                "id": "e",
                "patient": {"reference": "Patient/p"},
                "status": "active",
                "use": use,
                "created": "2025-02-05",
                "item": [{"productOrService": concept((HCPCS, "J0490"))}],
            }
            for use in ("preauthorization", "predetermination")
        ],
        {IV: "open", "taking(belimumab)": "open"},
    ),
    ("an empty list that was withheld says nothing", [listing(**empty("withheld"))], {CYC: "open"}),
    ("an empty list that is not available says nothing", [listing(**empty("unavailable"))], {CYC: "open"}),
    (
        "an empty list of a reason in words says nothing",
        [listing(emptyReason=words("none known"))],
        {CYC: "open"},
    ),
    ("a list in error is none", [listing(status="entered-in-error", **empty("nilknown"))], {CYC: "open"}),
    (
        "a list of a year is not of the last thirty days",
        [listing(date="2025", **empty("nilknown"))],
        {CYC: "open"},
    ),
    (
        "a list of a month within thirty days is complete",
        [listing(date="2025-02", **empty("nilknown"))],
        {CYC: "no"},
    ),
    (
        "a list of another patient is none",
        [listing(subject={"reference": "Patient/x"}, **empty("nilknown"))],
        {CYC: "open"},
    ),
]

FINER_DIAGNOSES: list[tuple[str, list[Resource], dict[str, str]]] = [
    (
        "a differential diagnosis is asked",
        [condition((ICD, "M32.14"), **verified("differential"))],
        {LN: "ask"},
    ),
    (
        "a verification in words alone is asked",
        [condition((ICD, "M32.14"), verificationStatus=words("refuted"))],
        {LN: "ask"},
    ),
    (
        "two verifications contradict each other",
        [
            condition(
                (ICD, "M32.14"), verificationStatus={"coding": [{"code": "confirmed"}, {"code": "refuted"}]}
            )
        ],
        {LN: "ask"},
    ),
    (
        "a status in words alone is asked",
        [condition((ICD, "M32.14"), clinicalStatus=words("resolved"))],
        {LN: "ask"},
    ),
    ("a recurrence is there", [condition((ICD, "M32.14"), **clinical("recurrence"))], {LN: "yes"}),
    ("what is inactive is asked", [condition((ICD, "M32.14"), **clinical("inactive"))], {LN: "ask"}),
    (
        "what abated is asked in words too",
        [condition((ICD, "M32.14"), abatementString="in her twenties")],
        {LN: "ask"},
    ),
    (
        "what began to abate is asked",
        [condition((ICD, "M32.14"), abatementPeriod={"start": "2024-01-01"})],
        {LN: "ask"},
    ),
    (
        "what abates in this year is asked where only the year is told",
        [condition((ICD, "M32.14"), abatementDateTime="2025")],
        {LN: "ask"},
    ),
    (
        "what abates on the day is there",
        [condition((ICD, "M32.14"), abatementDateTime="2025-03-01")],
        {LN: "yes"},
    ),
    ("a code with a blank after it is the same", [condition((ICD, "M32.14 "))], {LN: "yes"}),
    ("a code in small letters without its point is the same", [condition((ICD, "m3214"))], {LN: "yes"}),
    ("a code of no system says nothing", [condition({"coding": [{"code": "M32.14"}]})], {LN: "open"}),
    (
        "a display alone says nothing",
        [condition({"coding": [{"system": ICD, "display": "Lupus nephritis"}]})],
        {LN: "open"},
    ),
    (
        "the codes of another edition of the ICD are others",
        [condition(("http://hl7.org/fhir/sid/icd-10", "M32.14"))],
        {LN: "open"},
    ),
    (
        "codes of two diseases on one diagnosis are asked both",
        [condition(concept((ICD, "M32.14"), (SNOMED, "69896004")))],
        {LN: "ask", "diagnosis(rheumatoid_arthritis)": "ask"},
    ),
    (
        "such a diagnosis refuted refutes neither",
        [condition(concept((ICD, "M32.14"), (SNOMED, "69896004")), **verified("refuted"))],
        {LN: "ask", "diagnosis(rheumatoid_arthritis)": "ask"},
    ),
    (
        "a wider code beside the narrower does not matter",
        [condition(concept((ICD, "M32.14"), (SNOMED, "200936003")))],
        {LN: "yes", SLE: "yes"},
    ),
    (
        "a diagnosis of a relative in one's own words is another's",
        [condition((ICD, "Z82.69"))],
        {SLE: "open"},
    ),
    ("a diagnosis of nobody says nothing", [condition((ICD, "M32.14"), subject=None)], {LN: "open"}),
]

FINER_RESULTS: list[tuple[str, list[Resource], dict[str, Any]]] = [
    (
        "the newest number that is final counts",
        [egfr(41), egfr(60, "o2", effectiveDateTime="2025-02-20", status="preliminary")],
        {"#egfr": 41},
    ),
    ("a corrected number counts", [egfr(41, status="corrected")], {"#egfr": 41}),
    ("a number of 180 days counts", [egfr(41, effectiveDateTime="2024-09-02")], {"#egfr": 41}),
    ("a number of 181 days does not", [egfr(41, effectiveDateTime="2024-09-01")], {"#egfr": None}),
    ("a number of a year may be too old", [egfr(41, effectiveDateTime="2024")], {"#egfr": None}),
    (
        "a number of a month within the window counts",
        [egfr(41, effectiveDateTime="2024-10")],
        {"#egfr": 41},
    ),
    (
        "which of a month and a day is newer is not known",
        [egfr(41, effectiveDateTime="2025-02"), egfr(60, "o2", effectiveDateTime="2025-02-20")],
        {"#egfr": {"at_least": 41, "at_most": 60}},
    ),
    ("a number of no day is none", [egfr(41, effectiveDateTime=None)], {"#egfr": None}),
    ("a number of no unit is none", [observation("33914-3", 41)], {"#egfr": None}),
    ("a number in words is none", [observation("33914-3", valueString="41")], {"#egfr": None}),
    ("a unit in small letters is the same", [observation("33914-3", 41, "ml/min/1.73m2")], {"#egfr": 41}),
    (
        "the code of a unit goes before its words",
        [observation("33914-3", valueQuantity={"value": 41, "code": "mL/min", "unit": "mL/min/1.73m2"})],
        {"#egfr": None},
    ),
    (
        "a panel in another spelling of its unit",
        [observation("55284-4", component=[*pressure(170, 90, "mmHg")])],
        {"#systolic": 170, "#diastolic": 90},
    ),
    (
        "a part that is said to be absent is none",
        [
            observation(
                "55284-4",
                component=[
                    {**pressure(170, 90)[0], "dataAbsentReason": words("error")},
                    pressure(170, 90)[1],
                ],
            )
        ],
        {"#systolic": None, "#diastolic": 90},
    ),
    (
        "a panel in error has no parts",
        [observation("55284-4", component=pressure(170, 90), status="entered-in-error")],
        {"#systolic": None},
    ),
    (
        "a panel that is not final has no parts",
        [observation("55284-4", component=pressure(170, 90), status="registered")],
        {"#systolic": None},
    ),
    (
        "positive and negative at once is asked",
        [
            observation(
                "8061-4",
                valueCodeableConcept=concept((SNOMED, "260385009")),
                interpretation=[
                    concept(("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "POS"))
                ],
            )
        ],
        {"documented(autoantibodies)": "ask"},
    ),
    (
        "a positive test of something else documents no antibody",
        [observation("11235-9", valueCodeableConcept=concept((SNOMED, "10828004")))],
        {"documented(autoantibodies)": "open"},
    ),
    ("a vaccine of Ebola lives", [vaccine("204", "2025-06-01")], {"live_vaccine": "yes"}),
    (
        "one of smallpox that cannot multiply is asked",
        [vaccine("206", "2025-06-01")],
        {"live_vaccine": "ask"},
    ),
    (
        "positive in words is nothing",
        [observation("8061-4", valueCodeableConcept=words("positive"))],
        {"documented(autoantibodies)": "open"},
    ),
    (
        "a vaccine on no day says nothing",
        [vaccine("121", "2025-06-01", occurrenceDateTime=None, occurrenceString="this summer")],
        {"live_vaccine": "open"},
    ),
    (
        "a vaccine in error is void",
        [vaccine("121", "2025-06-01", status="entered-in-error")],
        {"live_vaccine": "open"},
    ),
    *(
        (
            f"a vaccine of which it is said {said} is not asked",
            [
                {
                    "resourceType": "ImmunizationRecommendation",
                    "id": "r",
                    "patient": {"reference": "Patient/p"},
                    "date": "2025-02-01",
                    "recommendation": [
                        {
                            "vaccineCode": [concept(("http://hl7.org/fhir/sid/cvx", "121"))],
                            "forecastStatus": {"coding": [{"code": said}]},
                            "dateCriterion": [{"value": "2025-06-01"}],
                        }
                    ],
                }
            ],
            {"live_vaccine": "open"},
        )
        for said in ("contraindicated", "immune")
    ),
    (
        "a form without its edition is ours",
        [
            answers(
                item("attests(monitor_egfr)", True),
                questionnaire="https://lupa.example/Questionnaire/fep_lupkynis",
            )
        ],
        {"attests(monitor_egfr)": "yes"},
    ),
    (
        "an amended answer counts",
        [answers(item("attests(monitor_egfr)", True), status="amended")],
        {"attests(monitor_egfr)": "yes"},
    ),
    (
        "an answer in error is none",
        [answers(item("attests(monitor_egfr)", True), status="entered-in-error")],
        {"attests(monitor_egfr)": "open"},
    ),
    (
        "an answer of no day is none",
        [answers(item("attests(monitor_egfr)", True), authored=None)],
        {"attests(monitor_egfr)": "open"},
    ),
    (
        "an answer of another patient is none",
        [answers(item("attests(monitor_egfr)", True), subject={"reference": "Patient/x"})],
        {"attests(monitor_egfr)": "open"},
    ),
    (
        "an answer in words is none",
        [answers(item("attests(monitor_egfr)", {"valueString": "yes"}))],
        {"attests(monitor_egfr)": "open"},
    ),
    (
        "which of a month and a day is later is not known",
        [
            answers(item("live_vaccine", True), on="2025-02"),
            answers(item("live_vaccine", False), on="2025-02-20", name="q2"),
        ],
        {"live_vaccine": "conflict"},
    ),
]


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        pytest.param(r, e, id=n)
        for n, r, e in [*REFERENCES, *UNREAD, *FINER_DRUGS, *FINER_DIAGNOSES, *FINER_RESULTS]
    ],
)
def test_a_chart_says_no_more_than_it_says_in_finer_things(
    reads: Read, resources: list[Resource], expected: dict[str, Any]
) -> None:
    assert expected == states_in(reads(chart(*resources)), expected)
