"""Decisions for CDS Hooks: one card, and the coverage information of Da Vinci CRD on the order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from lupa.answers.decision import Decision
from lupa.fhir.tasks import NOT_GIVEN, asked_of_them, form_of

Json = dict[str, Any]

COVERAGE_INFORMATION = "http://hl7.org/fhir/us/davinci-crd/StructureDefinition/ext-coverage-information"
_SOURCE = {"label": "lupa"}
_PROPOSED = "lupa proposes this; a person decides."
_LONGEST_SUMMARY = 139


def cards(
    decision: Decision,
    order: Mapping[str, Any] | None = None,
    *,
    coverage: Mapping[str, Any] | None = None,
    created: date | None = None,
) -> Json:
    """The decision as a response of CDS Hooks: one card, which says what it comes of and what is needed.

    Then it says what was read otherwise than it is written.

    With the `order` that it is about, an action adds the coverage information of CRD to it: covered under
    conditions, to be authorized, and what is needed first. It never says "not covered", since what fails a
    criterion may be mended and a person decides. `coverage` is a reference to the coverage where the order
    names none; `created` is today where it is not given.
    """
    needed = list(dict.fromkeys(missing.question for missing in asked_of_them(decision)))
    unmet = [criterion.text for criterion in decision.criteria if criterion.status == "unmet"]
    found = [one.text for one in (*decision.bases, *decision.scope, *decision.limits)]
    summary = f"{decision.policy}: {decision.text}"
    if len(summary) > _LONGEST_SUMMARY:
        summary = f"{summary[: _LONGEST_SUMMARY - 1]}…"
    read = map(str, decision.remarks)
    lines = dict.fromkeys((*found, *unmet, *needed, *read, decision.next, _PROPOSED))
    card = {
        "summary": summary,
        "indicator": "info" if decision.outcome == "approve" else "warning",
        "source": _SOURCE,
        "detail": "\n".join(f"- {line}" for line in lines),
    }
    if order is None or decision.outcome == "out_of_scope":  # of which the policy does not speak
        return {"cards": [card]}
    return {"cards": [card], "systemActions": [_action(decision, order, coverage, created)]}


def _action(
    decision: Decision, order: Mapping[str, Any], coverage: Mapping[str, Any] | None, created: date | None
) -> Json:
    insured = order.get("insurance")
    named = insured[0] if isinstance(insured, list) and insured and isinstance(insured[0], dict) else None
    on = created or date.today()  # noqa: DTZ011 - the day of whoever answers
    parts = list(_information(decision, named or coverage or NOT_GIVEN, on))
    before = order.get("extension")
    others = [
        one
        for one in (before if isinstance(before, list) else ())
        if not (isinstance(one, Mapping) and one.get("url") == COVERAGE_INFORMATION)
    ]
    told = {"url": COVERAGE_INFORMATION, "extension": parts}
    return {
        "type": "update",
        "description": f"Coverage information by {decision.policy}, edition {decision.edition}.",
        "resource": {**order, "extension": [*others, told]},
    }


def _information(decision: Decision, coverage: Mapping[str, Any], on: date) -> Iterator[Json]:
    yield {"url": "coverage", "valueReference": dict(coverage)}
    yield {"url": "covered", "valueCode": "conditional"}
    yield {"url": "pa-needed", "valueCode": "auth-needed"}
    if asked_of_them(decision):
        yield {"url": "doc-needed", "valueCode": "clinical"}
        yield {"url": "doc-purpose", "valueCode": "withpa"}
        yield {"url": "info-needed", "valueCode": "OTH"}
        yield {"url": "questionnaire", "valueCanonical": form_of(decision)}
    yield {"url": "date", "valueDate": on.isoformat()}
    yield {"url": "coverage-assertion-id", "valueString": decision.fingerprint.case.removeprefix("sha256 ")}
