"""Small charts, built of few words: what most tests of reading need of FHIR."""

from __future__ import annotations

from typing import Any

Resource = dict[str, Any]

SERVICE = "2025-03-01"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
CVX = "http://hl7.org/fhir/sid/cvx"
NDC = "http://hl7.org/fhir/sid/ndc"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
ORIGIN = "http://hl7.org/fhir/us/davinci-dtr/StructureDefinition/information-origin"
CERTIFICATION = "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/extension-certificationType"

PREDNISONE = (RXNORM, "312615")
CYCLOPHOSPHAMIDE = (RXNORM, "1437969")
HYDROCORTISONE = (RXNORM, "5492")
METHYLPREDNISOLONE = (RXNORM, "6902")
CREAM = (RXNORM, "106258")
BELIMUMAB = (RXNORM, "1092437")
ORAL, UNDER_THE_SKIN, INTO_A_VEIN, INTO_A_JOINT = "26643006", "34206005", "47625008", "12130007"


def concept(*codings: tuple[str, str], text: str | None = None) -> Resource:
    found: Resource = {"coding": [{"system": system, "code": code} for system, code in codings]}
    return found if text is None else {**found, "text": text}


def words(text: str) -> Resource:
    return {"text": text}


def patient(name: str = "p", **more: Any) -> Resource:
    return {"resourceType": "Patient", "id": name, "birthDate": "1990-05-02", **more}


def _of(kind: str, name: str, owner: str = "subject", **more: Any) -> Resource:
    return {"resourceType": kind, "id": name, owner: {"reference": "Patient/p"}, **more}


def _medication(drug: Any) -> Resource:
    return drug if isinstance(drug, dict) else concept(drug)


def _by(route: str | None) -> list[Resource]:
    return [] if route is None else [{"route": concept((SNOMED, route))}]


def order(drug: Any, name: str = "m1", route: str | None = None, **more: Any) -> Resource:
    usual = {"status": "active", "intent": "order", "authoredOn": "2025-01-10"}
    taken = {} if route is None else {"dosageInstruction": _by(route)}
    medication = {"medicationCodeableConcept": _medication(drug), **taken}
    return _of("MedicationRequest", name, **{**usual, **medication, **more})


def supply(days: int, refills: int | None = None, **more: Any) -> Resource:
    found: Resource = {"expectedSupplyDuration": {"value": days, "code": "d"}, **more}
    return found if refills is None else {**found, "numberOfRepeatsAllowed": refills}


def dispense(drug: Any, name: str = "d1", **more: Any) -> Resource:
    usual = {"status": "completed", "whenHandedOver": "2025-02-10"}
    return _of(
        "MedicationDispense", name, **{**usual, "medicationCodeableConcept": _medication(drug), **more}
    )


def statement(drug: Any, name: str = "s1", **more: Any) -> Resource:
    usual = {"status": "active", "dateAsserted": "2025-02-20"}
    return _of(
        "MedicationStatement", name, **{**usual, "medicationCodeableConcept": _medication(drug), **more}
    )


def given(drug: Any, name: str = "a1", route: str | None = None, **more: Any) -> Resource:
    usual = {"status": "completed", "effectiveDateTime": "2024-05-08"}
    medication = {"medicationCodeableConcept": _medication(drug)}
    dosage = {} if route is None else {"dosage": _by(route)[0]}
    return _of("MedicationAdministration", name, **{**usual, **medication, **dosage, **more})


def listing(*entries: str, name: str = "l1", **more: Any) -> Resource:
    usual: Resource = {
        "status": "current",
        "mode": "snapshot",
        "code": concept((LOINC, "10160-0")),
        "date": "2025-02-20",
    }
    if entries:
        usual["entry"] = [{"item": {"reference": entry}} for entry in entries]
    return _of("List", name, **{**usual, **more})


def empty(reason: str) -> Resource:
    return {"emptyReason": {"coding": [{"code": reason}]}}


def condition(code: tuple[str, str] | Resource, name: str = "c1", **more: Any) -> Resource:
    usual = {
        "recordedDate": "2024-06-01",
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "verificationStatus": {"coding": [{"code": "confirmed"}]},
    }
    return _of("Condition", name, **{**usual, "code": _medication(code), **more})


def verified(status: str) -> Resource:
    return {"verificationStatus": {"coding": [{"code": status}]}}


def clinical(status: str) -> Resource:
    return {"clinicalStatus": {"coding": [{"code": status}]}}


def observation(code: str, value: Any = None, unit: str = "", name: str = "o1", **more: Any) -> Resource:
    usual: Resource = {"status": "final", "code": concept((LOINC, code)), "effectiveDateTime": "2025-02-01"}
    if value is not None:
        usual["valueQuantity"] = {"value": value, "code": unit}
    return _of("Observation", name, **{**usual, **more})


def egfr(value: Any, name: str = "o1", **more: Any) -> Resource:
    return observation("33914-3", value, "mL/min/{1.73_m2}", name, **more)


def vaccine(code: str, on: str, name: str = "i1", **more: Any) -> Resource:
    usual = {"status": "completed", "vaccineCode": concept((CVX, code)), "occurrenceDateTime": on}
    return _of("Immunization", name, "patient", **{**usual, **more})


def item(fact: str, answer: Any, origin: str | None = "manual", **more: Any) -> Resource:
    value: Resource = {"valueBoolean": answer} if isinstance(answer, bool) else answer
    if origin is not None:
        inner = [{"url": "source", "valueCode": origin}]
        value = {**value, "extension": [{"url": ORIGIN, "extension": inner}]}
    return {"linkId": fact, "answer": [value], **more}


def answers(*items: Resource, on: str = "2025-02-25", name: str = "q1", **more: Any) -> Resource:
    usual = {
        "status": "completed",
        "questionnaire": "https://lupa.example/Questionnaire/fep_lupkynis|2024-10-01",
        "authored": on,
        "item": list(items),
    }
    return _of("QuestionnaireResponse", name, **{**usual, **more})


def claim(
    *codings: tuple[str, str], diagnosis: tuple[str, str] | None = None, **item_more: Any
) -> Resource:
    line: Resource = {"sequence": 1, "productOrService": concept(*codings), **item_more}
    found = _of("Claim", "claim", "patient", status="active", use="preauthorization", created="2025-02-27")
    if diagnosis is not None:
        found["diagnosis"] = [{"sequence": 1, "diagnosisCodeableConcept": concept(diagnosis)}]
        line["diagnosisSequence"] = [1]
    return {**found, "item": [line]}


def bundle(*resources: Resource) -> Resource:
    entries = [{"resource": resource} for resource in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def chart(*resources: Resource) -> Resource:
    """The chart of the one patient whom these are about."""
    return bundle(patient(), *resources)
