"""Answers in the form of a standard; each of several items of a claim is decided by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lupa.answers.decision import Decision, Remark
from lupa.answers.desk import Desk
from lupa.errors import CaseError, Problem
from lupa.fhir.answering import PENDED, adjudication, claim_response
from lupa.fhir.cases import ChartCase, lines_of, one_by_one
from lupa.fhir.hooks import cards
from lupa.fhir.tasks import asked_of_them, task
from lupa.record.routing import is_covered
from lupa.rules.deadline import Deadline

Json = dict[str, Any]
_NO_POLICY = "No policy on file here speaks of this item; a person decides."


def answers_to(
    form: str,
    desk: Desk,
    case: Mapping[str, Any],
    limit: Deadline,
    *,
    name: str = "",
    reviewed_by: str | None = None,
    payer_url: str | None = None,
) -> tuple[list[Decision], list[Json]]:
    """The decisions on a case, and these as `claimresponse`, `cards` or `task`.

    What a case that a chart made came with, its claim, order and coverage, is answered; a claim of several
    items by one response. A decision for which nothing is missing has no Task. Raises `CaseError`.
    """
    came = case if isinstance(case, ChartCase) else ChartCase()
    if came.claim is not None and came.of_items:
        several = decided(desk, came.of_items, limit, name)
        known = [decision for decision in several if decision is not None]
        if known:
            return known, [response_to(came.claim, several, reviewed_by=reviewed_by)]
    found = [*decide_all(desk, case, limit, name)]
    if form == "claimresponse":
        return found, [claim_response(decision, came.claim, reviewed_by=reviewed_by) for decision in found]
    if form == "cards":
        return found, [cards(decision, came.order, coverage=came.coverage) for decision in found]
    asking = filter(asked_of_them, found)
    return found, [task(decision, came.claim, payer_url=payer_url) for decision in asking]


def decide_all(
    desk: Desk, case: Mapping[str, Any], limit: Deadline, name: str = ""
) -> tuple[Decision, ...]:
    """The decision on a case under each policy that it is about, with the notes on its chart."""
    found = desk.decide_all(case, name=name, timeout=limit)
    notes = case.notes if isinstance(case, ChartCase) else ()
    told = [Remark("the chart", note) for note in notes]
    return tuple(replace(one, remarks=(*told, *one.remarks)) for one in found) if told else found


def decided(
    desk: Desk, cases: Sequence[Mapping[str, Any]], limit: Deadline, name: str = ""
) -> list[Decision | None]:
    """The decision on the case of each item; None for one of several of which no policy speaks.

    Raises `CaseError` where several policies speak of one: it has one answer.
    """
    found: list[Decision | None] = []
    for case in cases:
        limit.check()
        if len(cases) > 1 and not is_covered(desk, case["request"], limit):
            found.append(None)
            continue
        decisions = decide_all(desk, case, limit, name)
        if len(decisions) > 1:
            several = ", ".join(decision.policy for decision in decisions)
            needed = f"several policies cover it: {several}; say which payer is asked"
            raise CaseError([Problem("request.payer", needed)])
        found += decisions
    return found


def response_to(
    claim: Mapping[str, Any], decisions: Sequence[Decision | None], *, reviewed_by: str | None = None
) -> Json:
    """The ClaimResponse to the items of a claim, of which at least one has a decision.

    What several items are told is one note. An item without a decision is pended.
    """
    answers = [
        None if decision is None else claim_response(decision, one, reviewed_by=reviewed_by)
        for decision, one in zip(decisions, one_by_one(claim), strict=True)
    ]
    found = next(answer for answer in answers if answer is not None)
    numbers: dict[str, int] = {}
    items: dict[str, list[Json]] = {"item": [], "addItem": []}
    for line, answer in zip(lines_of(claim), answers, strict=True):
        if answer is None:
            note = [numbers.setdefault(_NO_POLICY, len(numbers) + 1)]
            pended = {"itemSequence": line.get("sequence", 1), "adjudication": adjudication(PENDED)}
            items["item"].append({**pended, "noteNumber": note})
            continue
        texts = {note["number"]: note["text"] for note in answer.get("processNote", ())}
        for text in texts.values():
            numbers.setdefault(text, len(numbers) + 1)
        for key, several in items.items():
            several += [
                one | {"noteNumber": [numbers[texts[n]] for n in one["noteNumber"]]}
                if "noteNumber" in one
                else one
                for one in answer.get(key, ())
            ]
    found |= {key: several for key, several in items.items() if several}
    if numbers:
        found["processNote"] = [{"number": n, "type": "print", "text": text} for text, n in numbers.items()]
    return found
