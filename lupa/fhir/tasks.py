"""What is missing as a Task of Da Vinci PAS 2.2.1, which asks for it by a form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lupa.answers.decision import Decision, Missing
from lupa.errors import CaseError, shown
from lupa.fhir.tables import FORMS

Json = dict[str, Any]

PAS = "http://hl7.org/fhir/us/davinci-pas"
PAS_CODES = f"{PAS}/CodeSystem/PASTempCodes"
NOT_GIVEN = {"display": "not given"}
_ABSENT = {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}
_ADDRESS = re.compile(r"https?://[^\s/]\S*")
_LINE = f"{PAS}/StructureDefinition/extension-serviceLineNumber"


def concept(system: str, code: str, display: str | None = None) -> Json:
    """A concept of one code."""
    coding = {"system": system, "code": code}
    return {"coding": [coding if display is None else {**coding, "display": display}]}


def claim_reference(claim: Mapping[str, Any]) -> Json:
    """The reference to a claim; that it is not known where there is none."""
    if isinstance(claim.get("id"), str):
        return {"reference": f"Claim/{claim['id']}"}
    return {"extension": [_ABSENT]}


def form_of(decision: Decision) -> str:
    """The address of the form that asks what its policy asks, with its edition."""
    return f"{FORMS}{decision.policy}|{decision.edition}"


def asked_of_them(decision: Decision) -> list[Missing]:
    """What is missing that whoever asks for the drug can say; how a text is meant, the plan says."""
    return [one for one in decision.missing if one.settled_by == "record"]


def task(
    decision: Decision, claim: Mapping[str, Any] | None = None, *, payer_url: str | None = None
) -> Json:
    """What is missing, as the Task by which PAS asks for further information: by a form, and in words.

    Its notes say what was read otherwise than it is written. `payer_url` is where the answers go, which
    the guide wants told; who sends the Task may add it. Raises `CaseError` for one that is no address, and
    where nothing is missing, as a Task would ask for nothing.
    """
    missing = asked_of_them(decision)
    if not missing:
        raise CaseError(f"{decision.policy}: nothing is missing that a Task could ask for")
    if payer_url is not None and not _ADDRESS.fullmatch(payer_url):
        raise CaseError(f"answers go to an address such as https://payer.example/, not {shown(payer_url)}")
    asked = claim or {}
    notes = [{"text": str(remark)} for remark in decision.remarks]
    lines = [item for item in asked.get("item") or () if isinstance(item, Mapping)]
    line = next((one["sequence"] for one in lines if isinstance(one.get("sequence"), int)), 1)
    to = [{"type": concept(PAS_CODES, "payer-url"), "valueUrl": payer_url}] if payer_url else []
    context: Json = {"extension": [{"url": _LINE, "valuePositiveInt": line}]}
    context |= {"type": concept(PAS_CODES, "questionnaire-context"), "valueString": form_of(decision)}
    return {
        "resourceType": "Task",
        "meta": {"profile": [f"{PAS}/StructureDefinition/profile-task"]},
        "identifier": [{"value": f"{decision.policy}|{decision.edition}|{decision.fingerprint.case}"}],
        "status": "requested",
        "intent": "order",
        "code": concept(PAS_CODES, "attachment-request-questionnaire"),
        "for": asked.get("patient") or NOT_GIVEN,
        "requester": _identified(asked.get("insurer")),
        "owner": _identified(asked.get("provider")),
        "reasonCode": concept(PAS_CODES, "priorAuthorization"),
        "reasonReference": claim_reference(asked),
        **({"note": notes} if notes else {}),
        "input": [
            *to,
            context,
            *({"type": {"text": one.fact}, "valueString": one.question} for one in missing),
        ],
    }


def _identified(party: Any) -> Json:
    """A party of the claim, with its identifier as the guide wants it, or that this is not known."""
    known = dict(party) if isinstance(party, Mapping) else dict(NOT_GIVEN)
    return {"identifier": {"extension": [_ABSENT]}, **known}
