"""What the guides ask of what leaves, as far as it can be checked without a server or a list of codes.

Cardinalities, fixed values and slices of Da Vinci PAS 2.2.1 (ClaimResponse, Task) and CRD 2.0.1 (coverage
information), the invariants of a Questionnaire in FHIR R4 (que-0 to que-13), the shape of CDS Hooks 2.0.
What FHIR itself asks of every resource, its own models check; see `lupa.fhir.validating`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from lupa.fhir.invariants import Json, each_of, parts_of, questionnaire

_MANY = 10**9
_PAS = "http://hl7.org/fhir/us/davinci-pas"
_TEMP = f"{_PAS}/CodeSystem/PASTempCodes"
_EXTENSION = f"{_PAS}/StructureDefinition/extension"
_COVERAGE = "http://hl7.org/fhir/us/davinci-crd/StructureDefinition/ext-coverage-information"


class Wanted(NamedTuple):
    """How often an element stands where its parent does, and the value that it has if that is fixed."""

    path: str
    least: int = 1
    most: int = 1
    value: Any = None


_ADJUDICATION = (
    Wanted("adjudication", 1, _MANY),
    Wanted(
        "adjudication.category.coding.system", value="http://terminology.hl7.org/CodeSystem/adjudication"
    ),
    Wanted("adjudication.category.coding.code", value="submitted"),
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
        Wanted("outcome"),
        Wanted("identifier.system"),
        Wanted("identifier.value"),
        Wanted("item.itemSequence"),
        *(wanted._replace(path=f"item.{wanted.path}") for wanted in _ADJUDICATION),
        Wanted("addItem.itemSequence"),
        Wanted("addItem.productOrService"),
        *(wanted._replace(path=f"addItem.{wanted.path}") for wanted in _ADJUDICATION),
        Wanted("processNote.number"),
        Wanted("processNote.text"),
    ),
    "Task": (
        Wanted("identifier", 1, _MANY),
        Wanted("status"),
        Wanted("intent", value="order"),
        Wanted("code"),
        Wanted("for"),
        Wanted("requester.identifier"),
        Wanted("owner.identifier"),
        Wanted("reasonCode.coding.system", value=_TEMP),
        Wanted("reasonCode.coding.code", value="priorAuthorization"),
        Wanted("reasonReference"),
        Wanted("input", 2, _MANY),
    ),
}
"""What a profile asks beyond FHIR, by the type of the resource."""


def faults(found: Json) -> Iterator[str]:
    """What a guide finds wrong with a resource, or with an answer to a hook: each a path and a sentence."""
    kind = found.get("resourceType")
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


def _within(holder: Any, url: str) -> list[Json]:
    return [one for one in parts_of(holder, "extension") if one.get("url") == url]


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
    codes = []
    for line in lines:
        for adjudication in parts_of(line, "adjudication"):
            actions = _within(adjudication, f"{_EXTENSION}-reviewAction")
            if len(actions) != 1:
                yield "adjudication: one review action is wanted"
            codes += [code for action in actions for code in _review_codes(action)]
    if "A6" in codes and not found.get("addItem"):
        yield "addItem: what is modified names what can be authorized in its place"
    reviewers = _within(found, f"{_EXTENSION}-claimResponseReviewer")
    flags = [flag for one in reviewers for flag in _within(one, "wasHumanReviewedFlag")]
    if len(reviewers) > 1 or len(flags) != len(reviewers):
        yield "extension: one reviewer is wanted, with one wasHumanReviewedFlag"
    if "A3" in codes and not any(flag.get("valueBoolean") is True for flag in flags):
        yield "extension: a denial (A3) was reviewed by nobody"


def _review_codes(action: Json) -> list[Any]:
    coded = _within(action, f"{_EXTENSION}-reviewActionCode")
    concepts = (one.get("valueCodeableConcept") for one in coded)
    return [coding.get("code") for concept in concepts for coding in parts_of(concept, "coding")]


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
