"""Decisions as standard answers: the ClaimResponse of Da Vinci PAS 2.2.1, and whichever is asked for.

A machine alone denies nobody: without a reviewer a denial leaves as pended, with its reasons.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from lupa.answers.decision import Cause, Criterion, Decision, Item
from lupa.errors import CaseError, shown
from lupa.fhir.tasks import NOT_GIVEN, PAS, claim_reference, concept

_ACTION = f"{PAS}/StructureDefinition/extension-reviewAction"
_ACTION_CODE = f"{PAS}/StructureDefinition/extension-reviewActionCode"
_REVIEWER = f"{PAS}/StructureDefinition/extension-claimResponseReviewer"
_X12 = "https://codesystem.x12.org/005010/306"
_CLAIM_TYPE = "http://terminology.hl7.org/CodeSystem/claim-type"
_NPI = "http://hl7.org/fhir/sid/us-npi"
CERTIFIED, NOT_CERTIFIED, PENDED, MODIFIED = "A1", "A3", "A4", "A6"
_DISPLAY = {
    CERTIFIED: "Certified in total",
    NOT_CERTIFIED: "Not Certified",
    PENDED: "Pending",
    MODIFIED: "Modified",
}
_BY_OUTCOME = {"approve": CERTIFIED, "modify": MODIFIED}
"""The code of an outcome; all others are for a person to decide."""
_OF_SEVERAL = "The claim has several items and this is about one of them; a person decides on each."
Json = dict[str, Any]


def claim_response(
    decision: Decision,
    claim: Mapping[str, Any] | None = None,
    *,
    reviewed_by: str | None = None,
    created: date | None = None,
) -> Json:
    """The decision as a ClaimResponse to the claim, whose patient, insurer, provider and items it repeats.

    A denial leaves as A4, pended, unless `reviewed_by` names the person who decides, by a National
    Provider Identifier; then as A3. Every item of a claim of several is pended, and told so: which of them
    the decision is about, nobody said (`lupa.fhir.items` asks about each by itself). What was read
    otherwise than it is written is told last. `created` is today where it is not given. Raises `CaseError`
    for what is no such identifier.
    """
    asked = claim or {}
    code = _BY_OUTCOME.get(decision.outcome, PENDED)
    if decision.outcome == "deny" and reviewed_by is not None:
        code = NOT_CERTIFIED
    lines = [item for item in asked.get("item") or () if isinstance(item, Mapping)] or [{"sequence": 1}]
    texts = list(dict.fromkeys(_notes(decision)))
    if len(lines) > 1:
        code = PENDED
        texts.insert(0, _OF_SEVERAL)
    numbers = list(range(1, len(texts) + 1))
    found: Json = {
        "resourceType": "ClaimResponse",
        "meta": {"profile": [f"{PAS}/StructureDefinition/profile-claimresponse"]},
        "status": "active",
        "type": asked.get("type") or concept(_CLAIM_TYPE, "pharmacy"),
        "use": "preauthorization",
        "patient": asked.get("patient") or NOT_GIVEN,
        "created": (created or date.today()).isoformat(),  # noqa: DTZ011 - the day of whoever answers
        "insurer": asked.get("insurer") or NOT_GIVEN,
        "outcome": "complete",
        "item": [_item(line, code, numbers) for line in lines],
    }
    if asked.get("identifier"):
        found["identifier"] = asked["identifier"]
    if asked.get("provider"):
        found["requestor"] = asked["provider"]
    found["request"] = claim_reference(asked)
    if code == MODIFIED:
        texts.append(f"Can be authorized: {decision.authorized_text}.")
        found["addItem"] = [_added(line, len(texts)) for line in lines]
    if texts:
        notes = enumerate(texts, start=1)
        found["processNote"] = [{"number": n, "type": "print", "text": text} for n, text in notes]
    if reviewed_by is not None:
        found["extension"] = [_reviewer(reviewed_by)]
    return found


def adjudication(code: str) -> list[Json]:
    """What becomes of an item, by the code of its outcome."""
    action = {"url": _ACTION_CODE, "valueCodeableConcept": concept(_X12, code, _DISPLAY[code])}
    category = concept("http://terminology.hl7.org/CodeSystem/adjudication", "submitted")
    return [{"extension": [{"url": _ACTION, "extension": [action]}], "category": category}]


def _item(line: Mapping[str, Any], code: str, notes: Sequence[int]) -> Json:
    found: Json = {"itemSequence": line.get("sequence", 1), "adjudication": adjudication(code)}
    return {**found, "noteNumber": list(notes)} if notes else found


def _added(line: Mapping[str, Any], note: int) -> Json:
    """What can be authorized in the place of what was asked for; how much, the note says."""
    service = line.get("productOrService") or {"text": "as requested"}
    found = {"itemSequence": [line.get("sequence", 1)], "productOrService": service}
    return {**found, "noteNumber": [note], "adjudication": adjudication(CERTIFIED)}


def _reviewer(npi: str) -> Json:
    if not (npi.isascii() and npi.isdecimal() and len(npi) == 10):
        raise CaseError(f"a National Provider Identifier has ten digits, not {shown(npi)}")
    inside = [
        {"url": "wasHumanReviewedFlag", "valueBoolean": True},
        {"url": "reviewerNPI", "valueIdentifier": {"system": _NPI, "value": npi}},
    ]
    return {"url": _REVIEWER, "extension": inside}


def _notes(decision: Decision) -> Iterator[str]:
    """A sentence, its causes and its clause, for each basis, limit, unmet criterion and missing fact.

    Last comes what is told of how the case, or its chart, was read.
    """
    unmet = (criterion for criterion in decision.criteria if criterion.status == "unmet")
    told: Iterable[Item | Criterion] = (*decision.bases, *decision.scope, *decision.limits, *unmet)
    for one in told:
        yield _said(one.text, one.because, one.source)
    for missing in decision.missing:
        whose = f"{missing.help} " if missing.settled_by == "plan" else ""
        yield _said(f"{whose}{missing.question}", (), missing.source)
    yield from map(str, decision.remarks)


def _said(text: str, because: Sequence[Cause], source: str) -> str:
    causes = " ".join(dict.fromkeys(cause.text for cause in because if cause.origin != "assumed"))
    because_of = f" Because: {causes}" if causes and causes != text else ""
    return f"{text}{because_of}{f' [{source}]' if source else ''}"
