"""`/cds-services`: hooks of Da Vinci CRD (CDS Hooks 2.0), asked while a drug is ordered.

Each order that a hook is about is read as the one thing asked for, and each policy on it answers with a
card; where it is one, coverage information goes onto the order. What is to be fetched before is what the
rules of evidence read; without it nothing is answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lupa.errors import LupaError, Problem
from lupa.fhir import cards
from lupa.fhir.cases import case_of
from lupa.fhir.chart import Chart
from lupa.fhir.items import decide_all
from lupa.knowledge import KnowledgeBase
from lupa.record.routing import is_covered
from lupa.rules.deadline import Deadline
from lupa.serve.answer import Answer, as_line
from lupa.serve.receiving import parsed_object
from lupa.serve.refused import JSON, RefusedError, Words

ACCEPTED = (JSON,)
Json = dict[str, Any]
_SEARCHED = {
    "conditions": "Condition",
    "orders": "MedicationRequest",
    "dispenses": "MedicationDispense",
    "administrations": "MedicationAdministration",
    "statements": "MedicationStatement",
    "intolerances": "AllergyIntolerance",
    "lists": "List",
    "observations": "Observation",
    "immunizations": "Immunization",
    "recommendations": "ImmunizationRecommendation",
    "answers": "QuestionnaireResponse",
}
"""What is searched for the patient, by the names that the answers come under."""
PREFETCH = {
    "patient": "Patient/{{context.patientId}}",
    **{key: f"{kind}?patient={{{{context.patientId}}}}" for key, kind in _SEARCHED.items()},
    "coverage": "Coverage?patient={{context.patientId}}&status=active",
}
HOOKS = {
    "order-select": "Says what a policy makes of a drug as it is chosen",
    "order-sign": "Says what a policy makes of a drug before its order is signed",
    "order-dispatch": "Says what a policy makes of a drug when who supplies it is chosen",
    "appointment-book": "Says what a policy makes of a drug that an appointment names, such as an infusion",
}
"""The hooks that there are services for, of the same names."""
_FAILED = {"resourceType": "OperationOutcome"}
"""What stands in the place of what could not be fetched."""
_MOST = 50
"""Orders of one hook."""


def discovery() -> Json:
    """The services that there are."""
    return {
        "services": [
            {
                "id": hook,
                "hook": hook,
                "title": "lupa: coverage by the written policy",
                "description": f"{description}: whether it is covered, by which clause, what is missing.",
                "prefetch": PREFETCH,
            }
            for hook, description in HOOKS.items()
        ]
    }


def answer_to(
    hook: str, kb: KnowledgeBase, words: Words, data: bytes, limit: Deadline, asked: Mapping[str, Any]
) -> Answer:
    """The cards on each order that a hook is about. Raises `RefusedError`: 400, 412, 422."""
    request = parsed_object(data)
    context, prefetch = _checked(hook, request)
    drafts = list(_drafts(context, prefetch))
    selected = context.get("selections") if hook == "order-select" else None
    orders = [one for one in drafts if not isinstance(selected, list) or _local(one) in selected]
    if len(orders) > _MOST:
        raise RefusedError(413, f"at most {_MOST} orders are answered at once")
    found: dict[str, list[Any]] = {"cards": []}
    cases = []
    for order in orders:
        try:
            limit.check()
            chart = _chart(context, prefetch, drafts, order)
            case = case_of(chart, kb, None, asked)
            if not is_covered(kb, case["request"], limit):
                continue
            decided = decide_all(kb, case, limit)
        except LupaError as error:
            raise words.refused(error, request) from error
        cases.append(decided[0].fingerprint.case)
        # of several it is not known whose coverage it is about, and what has no name cannot be updated
        alone = order if len(decided) == 1 and isinstance(order.get("id"), str) else None
        for decision in decided:
            for key, values in cards(decision, alone, coverage=chart.coverage).items():
                found.setdefault(key, []).extend(values)
    return Answer(as_line(found), cases=tuple(cases))


def _checked(hook: str, request: Json) -> tuple[Json, Json]:
    """The context and what was fetched."""
    context, prefetch = request.get("context"), request.get("prefetch")
    patient = context.get("patientId") if isinstance(context, dict) else None
    fetched = prefetch if isinstance(prefetch, dict) else {}
    checks = [
        ("hook", request.get("hook") == hook, f"{hook} is expected, the hook of this service"),
        ("hookInstance", isinstance(request.get("hookInstance"), str), "a text is expected"),
        ("context", isinstance(context, dict), "an object is expected"),
        ("context.patientId", isinstance(patient, str), "the id of the patient is expected"),
        ("prefetch", prefetch is None or isinstance(prefetch, dict), "an object is expected"),
    ]
    expected = "a resource is expected, or null where nothing was found"
    checks += [
        (f"prefetch.{key}" if key in PREFETCH else "prefetch", isinstance(value, dict | None), expected)
        for key, value in fetched.items()
    ]
    wrong = [Problem(path, message) for path, is_right, message in checks if not is_right]
    if wrong:
        raise RefusedError(400, wrong)
    missing = [key for key in PREFETCH if _is_not_fetched(fetched.get(key, _FAILED))]
    if missing:
        needed = "is needed, as the service says; null where nothing was found"
        raise RefusedError(412, [Problem(f"prefetch.{key}", needed) for key in missing])
    return context or {}, fetched


def _is_not_fetched(value: Json | None) -> bool:
    """Whether what was fetched is word that it could not be; null where nothing was found."""
    return value is not None and value.get("resourceType") == _FAILED["resourceType"]


def _drafts(context: Json, prefetch: Json) -> Iterator[Json]:
    """The orders that a hook hands over, or else those fetched that it names."""
    yield from _resources(context.get("draftOrders"))
    named = _named(context)
    yield from (one for value in prefetch.values() for one in _resources(value) if _local(one) in named)


def _local(resource: Json) -> str:
    return f"{resource.get('resourceType')}/{resource.get('id')}"


def _named(context: Json) -> set[str]:
    """What is dispatched, or an appointment is about."""
    dispatched = context.get("dispatchedOrders")
    found = {one for one in dispatched if isinstance(one, str)} if isinstance(dispatched, list) else set()
    for appointment in _resources(context.get("appointments")):
        for key in ("basedOn", "supportingInformation", "reasonReference"):
            references = appointment.get(key)
            for one in references if isinstance(references, list) else ():
                if isinstance(one, dict) and isinstance(one.get("reference"), str):
                    found.add(one["reference"])
    return found


def _resources(value: Any) -> Iterator[Json]:
    """A resource, or those of a bundle."""
    if not isinstance(value, dict):
        return
    if value.get("resourceType") != "Bundle":
        yield value
        return
    entries = value.get("entry")
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("resource"), dict):
            yield entry["resource"]


def _chart(context: Json, prefetch: Json, drafts: list[Json], order: Json) -> Chart:
    """The chart of a hook, in which one of its drafts is asked for."""
    named = order if isinstance(order.get("id"), str) else {**order, "id": "draft"}
    others = [one for one in drafts if one is not order]
    entries = [{"resource": one} for one in (named, *others)]
    asked = {
        "patientId": context["patientId"],
        "draftOrders": {"resourceType": "Bundle", "entry": entries},
        "selections": [_local(named)],
    }
    return Chart.of([{"hook": "", "context": asked, "prefetch": prefetch}])
