"""What the guides ask of what leaves, as far as it can be checked without a server or a list of codes.

Cardinalities, fixed values and slices of Da Vinci PAS 2.2.1 (ClaimResponse, Task) and CRD 2.0.1 (coverage
information), the invariants of a Questionnaire in FHIR R4 (que-0 to que-13), the shape of CDS Hooks 2.0.
What FHIR itself asks of every resource, its own models check; see `lupa.fhir.validating`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from lupa.fhir.invariants import Json, each_of, of_any, parts_of, questionnaire

_MANY = 10**9
_PAS = "http://hl7.org/fhir/us/davinci-pas"
_TEMP = f"{_PAS}/CodeSystem/PASTempCodes"
_EXTENSION = f"{_PAS}/StructureDefinition/extension"
_COVERAGE = "http://hl7.org/fhir/us/davinci-crd/StructureDefinition/ext-coverage-information"


class Wanted(NamedTuple):
    """How often an element stands where its parent does, and the values that it has if they are fixed."""

    path: str
    least: int = 1
    most: int = 1
    value: Any = None
    among: tuple[str, ...] = ()


_ADJUDICATION = (
    Wanted("adjudication", 1, _MANY),
    Wanted("adjudication.category.coding"),
    Wanted(
        "adjudication.category.coding.system", value="http://terminology.hl7.org/CodeSystem/adjudication"
    ),
    Wanted("adjudication.category.coding.code", value="submitted"),
)
_TASKS = (
    *("draft", "requested", "received", "accepted", "rejected", "ready", "cancelled", "in-progress"),
    *("on-hold", "failed", "completed", "entered-in-error"),
)
PROFILES: dict[str, tuple[Wanted, ...]] = {
    "ClaimResponse": (
        Wanted("status", value="active"),
        Wanted("type"),
        Wanted("use", value="preauthorization"),
        Wanted("patient"),
        Wanted("created"),
        Wanted("insurer"),
        Wanted("requestor", 0),
        Wanted("request"),
        Wanted("outcome", among=("queued", "complete", "error", "partial")),
        Wanted("identifier.system"),
        Wanted("identifier.value"),
        Wanted("item.itemSequence"),
        *(wanted._replace(path=f"item.{wanted.path}") for wanted in _ADJUDICATION),
        Wanted("addItem.itemSequence"),
        Wanted("addItem.productOrService"),
        *(wanted._replace(path=f"addItem.{wanted.path}") for wanted in _ADJUDICATION),
        Wanted("processNote.number"),
        Wanted("processNote.text"),
        Wanted("processNote.type", 0, among=("display", "print", "printoper")),
    ),
    "Task": (
        Wanted("identifier", 1, _MANY),
        Wanted("status", among=_TASKS),
        Wanted("intent", value="order"),
        Wanted("code"),
        Wanted("code.coding.system", value=_TEMP),
        Wanted("code.coding.code", among=("attachment-request-code", "attachment-request-questionnaire")),
        Wanted("for"),
        Wanted("requester"),
        Wanted("requester.identifier"),
        Wanted("owner"),
        Wanted("owner.identifier"),
        Wanted("reasonCode"),
        Wanted("reasonCode.coding"),
        Wanted("reasonCode.coding.system", value=_TEMP),
        Wanted("reasonCode.coding.code", value="priorAuthorization"),
        Wanted("reasonReference"),
        Wanted("input", 2, _MANY),
    ),
    "Questionnaire": (Wanted("url"), Wanted("version"), Wanted("title"), Wanted("item", 1, _MANY)),
}
"""What a profile asks beyond FHIR, by the type of the resource."""


def faults(found: Json) -> Iterator[str]:
    """What a guide finds wrong with a resource, or with an answer to a hook: each a path and a sentence."""
    kind = found.get("resourceType")
    yield from of_any(found)
    for wanted in PROFILES.get(str(kind), ()):
        yield from _counted(found, wanted)
    check = _CHECKS.get("cards" if "cards" in found else str(kind))
    if check is not None:
        yield from check(found)


def _counted(found: Json, wanted: Wanted) -> Iterator[str]:
    *way, last = wanted.path.split(".")
    parents: list[Json] = [found]
    for step in way:
        parents = [one for parent in parents for one in parts_of(parent, step)]
    for parent in parents:
        values = [*each_of(parent.get(last)), *([] if last in parent else each_of(parent.get(f"_{last}")))]
        if not wanted.least <= len(values) <= wanted.most:
            most = "any number" if wanted.most == _MANY else wanted.most
            yield f"{wanted.path}: {len(values)} of it, where the guide wants {wanted.least} to {most}"
        elif wanted.value is not None and any(value != wanted.value for value in values):
            yield f"{wanted.path}: the guide wants {wanted.value!r}"
        elif wanted.among and not set(map(str, values)) <= set(wanted.among):
            yield f"{wanted.path}: one of {', '.join(wanted.among)} is wanted"


def _within(holder: Any, url: str) -> list[Json]:
    return [one for one in parts_of(holder, "extension") if one.get("url") == url]


_ACTION = f"{_EXTENSION}-reviewAction"
_X12 = "https://codesystem.x12.org/005010/306"
_REVIEW_CODES = {"A1", "A3", "A4", "A6"}  # those that the guide prints


# ---- ClaimResponse -----------------------------------------------------------------------------


def _claim_response(found: Json) -> Iterator[str]:
    notes = [note.get("number") for note in parts_of(found, "processNote")]
    lines = [*parts_of(found, "item"), *parts_of(found, "addItem")]
    named = [number for line in lines for number in each_of(line.get("noteNumber"))]
    if len(notes) != len(set(notes)):
        yield "processNote.number: two notes have one number"
    yield from (
        f"noteNumber: no note has the number {number}" for number in sorted(set(named) - set(notes))
    )
    if set(notes) - set(named):
        yield "processNote: a note is named by no line"
    answered = [str(item.get("itemSequence")) for item in parts_of(found, "item")]
    if len(answered) != len(set(answered)):
        yield "item.itemSequence: one item is answered twice"
    codes = [code for line in lines for code in _reviewed(line)]
    if not set(map(str, codes)) <= _REVIEW_CODES:
        yield f"adjudication: one code of {', '.join(sorted(_REVIEW_CODES))} is wanted"
    if any(len(_within(one, _ACTION)) != 1 for line in lines for one in parts_of(line, "adjudication")):
        yield "adjudication: one review action is wanted"
    if "A6" in codes and not found.get("addItem"):
        yield "addItem: what is modified names what can be authorized in its place"
    reviewers = _within(found, f"{_EXTENSION}-claimResponseReviewer")
    flags = [flag for one in reviewers for flag in _within(one, "wasHumanReviewedFlag")]
    if len(reviewers) > 1 or len(flags) != len(reviewers):
        yield "extension: one reviewer is wanted, with one wasHumanReviewedFlag"
    if "A3" in codes and not any(flag.get("valueBoolean") is True for flag in flags):
        yield "extension: a denial (A3) was reviewed by nobody"


def _reviewed(line: Json) -> Iterator[Any]:
    """The code of each review action of a line; None where it has not one, of the list of the guide."""
    for adjudication in parts_of(line, "adjudication"):
        for action in _within(adjudication, _ACTION):
            concepts = [one.get("valueCodeableConcept") for one in _within(action, f"{_ACTION}Code")]
            codings = [coding for concept in concepts for coding in parts_of(concept, "coding")]
            known = [coding.get("code") for coding in codings if coding.get("system") == _X12]
            yield known[0] if len(known) == len(codings) == 1 else None


# ---- Task --------------------------------------------------------------------------------------


def _task(found: Json) -> Iterator[str]:
    kinds: dict[Any, list[Json]] = {}
    for one in parts_of(found, "input"):
        for coding in parts_of(one.get("type"), "coding"):
            kinds.setdefault(coding.get("code"), []).append(one)
    if len(kinds.get("payer-url", ())) != 1:
        yield "input: one payer-url is wanted"
    codes = {coding.get("code") for coding in parts_of(found.get("code"), "coding")}
    pairs = (
        ("attachment-request-code", "attachments-needed"),
        ("attachment-request-questionnaire", "questionnaire-context"),
    )
    for code, kind in pairs:
        if code in codes and kind not in kinds:
            yield f"input: {code} wants {kind}"
        for one in kinds.get(kind, ()):
            if len(_within(one, f"{_EXTENSION}-serviceLineNumber")) != 1:
                yield f"input: {kind} wants one line number"


# ---- CDS Hooks ---------------------------------------------------------------------------------

_COVERAGE_CODES = {
    "covered": {"not-covered", "covered", "conditional"},
    "pa-needed": {"no-auth", "auth-needed", "satisfied", "performpa", "conditional"},
    "doc-needed": {"clinical", "admin", "both", "conditional"},
    "doc-purpose": {"withpa", "withclaim", "withorder", "retain-doc", "OTH"},
    "info-needed": {"performer", "location", "timeframe", "contract-window", "OTH"},
}
_COVERAGE_PARTS = _COVERAGE_CODES.keys() | {"billingCode", "reason", "detail", "dependency", "contact"}
_COVERAGE_PARTS |= {"coverage", "date", "expiry-date", "coverage-assertion-id", "satisfied-pa-id"}
_COVERAGE_PARTS |= {"questionnaire", "response"}
_ONCE = ("coverage", "covered", "date", "coverage-assertion-id")
_AT_MOST_ONCE = ("pa-needed", "doc-needed", "satisfied-pa-id")


def _cards(found: Json) -> Iterator[str]:
    for card in parts_of(found, "cards"):
        summary, source = card.get("summary"), card.get("source")
        if not (isinstance(summary, str) and 0 < len(summary) < 140):
            yield "cards.summary: fewer than 140 characters are wanted"
        if card.get("indicator") not in ("info", "warning", "critical"):
            yield "cards.indicator: info, warning or critical is wanted"
        if not (isinstance(source, Mapping) and source.get("label")):
            yield "cards.source.label: is wanted"
    for action in parts_of(found, "systemActions"):
        if action.get("type") != "update" or not action.get("description"):
            yield "systemActions: an update with a description is wanted"
        told = _within(action.get("resource"), _COVERAGE)
        if not told:
            yield "systemActions.resource: coverage information is wanted"
        for one in told:
            yield from _coverage(one)


def _coverage(told: Json) -> Iterator[str]:
    by_name: dict[Any, list[Json]] = {}
    for one in parts_of(told, "extension"):
        by_name.setdefault(one.get("url"), []).append(one)
    codes = {name: [one.get("valueCode") for one in by_name.get(name, ())] for name in _COVERAGE_CODES}
    yield from (f"{name}: one is wanted" for name in _ONCE if len(by_name.get(name, ())) != 1)
    yield from (
        f"{name}: at most one is wanted" for name in _AT_MOST_ONCE if len(by_name.get(name, ())) > 1
    )
    for name in sorted(map(str, by_name.keys() - _COVERAGE_PARTS)):
        yield f"{name}: no part of coverage information"
    for name, known in _COVERAGE_CODES.items():
        if not set(codes[name]) <= known:
            yield f"{name}: one of {', '.join(sorted(known))} is wanted"
    if {"questionnaire", "response"} & by_name.keys() and not codes["doc-needed"]:
        yield "crd-ci-q1: a questionnaire goes with doc-needed"
    if codes["covered"] != ["not-covered"] and not codes["pa-needed"]:
        yield "crd-ci-q2: what is not ruled out says whether it needs authorization"
    conditional = any("conditional" in codes[name] for name in ("covered", "pa-needed", "doc-needed"))
    if codes["info-needed"] and not conditional:
        yield "crd-ci-q3: what needs information is conditional"
    if ("satisfied" in codes["pa-needed"]) != ("satisfied-pa-id" in by_name):
        yield "crd-ci-q5: satisfied-pa-id goes with satisfied"


_CHECKS: dict[str, Callable[[Json], Iterator[str]]] = {
    "ClaimResponse": _claim_response,
    "Task": _task,
    "cards": _cards,
    "Questionnaire": questionnaire,
}
