"""Who fills in a form: what a questionnaire asks, and its response, by the rules of FHIR alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from lupa import CaseError, KnowledgeBase
from lupa.fhir import form, read
from lupa.fhir.offered import groups_of, numbers_of
from lupa.record.edits import edited
from tests.fhir.charts import SERVICE, Resource

FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))

Answers = Mapping[str, list[Any]]
"""By linkId the answers, each a value of FHIR; of a group that repeats, each the answers within it."""


def items(form: Resource) -> Iterator[Resource]:
    """The items of a form, whatever they stand in."""
    for item in form.get("item", ()):
        yield item
        yield from items(item)


def response(form: Resource, answers: Answers, *, all_of_it: bool = False, **more: Any) -> Resource:
    """The response that gives these answers: to what is enabled, or to all of it."""
    given: dict[str, list[Any]] = {}
    return {
        "resourceType": "QuestionnaireResponse",
        "id": "filled",
        "questionnaire": f"{form['url']}|{form['version']}",
        "status": "completed",
        "authored": "2025-02-25",
        "item": list(_filled(form["item"], answers, given, all_of_it)),
        **more,
    }


def _filled(
    asked: list[Resource], answers: Answers, given: dict[str, list[Any]], all_of_it: bool
) -> Iterator[Resource]:
    for item in asked:
        name = item["linkId"]
        if not (all_of_it or enabled(item, given)):
            continue
        if item["type"] == "group":
            for inner in answers.get(name, []) if item.get("repeats") else [answers]:
                below = list(_filled(item["item"], inner, given, all_of_it))
                if below:
                    yield {"linkId": name, "item": below}
        elif answers.get(name):
            given[name] = answers[name]
            below = list(_filled(item.get("item", []), answers, given, all_of_it))
            first, *rest = answers[name]
            yield {"linkId": name, "answer": [{**first, **({"item": below} if below else {})}, *rest]}


def enabled(item: Resource, given: Mapping[str, list[Any]]) -> bool:
    """Whether an item is enabled by the answers so far: `=` where one is equal, `!=` where none is."""
    found = []
    for when in item.get("enableWhen", ()):
        codes = [answer["valueCoding"]["code"] for answer in given.get(when["question"], ())]
        is_equal = when["answerCoding"]["code"] in codes
        found.append(is_equal if when["operator"] == "=" else not is_equal)
    return any(found) if item.get("enableBehavior") == "any" else all(found)


def coding(code: str) -> Resource:
    return {"valueCoding": {"code": code}}


def options(item: Resource) -> list[str]:
    return [option["valueCoding"]["code"] for option in item["answerOption"]]


def exclusive(item: Resource) -> list[str]:
    return [option["valueCoding"]["code"] for option in item["answerOption"] if option.get("extension")]


@cache
def blank_form(kb: KnowledgeBase, policy: str) -> Resource:
    return form(policy, kb=kb)


def certain(case: Any, kb: KnowledgeBase) -> set[tuple[str, bool]] | None:
    """What is certain by a case and the laws of the domain; None where it cannot be."""
    try:
        (question,) = kb.questions(case)
        with question:
            literals = question.edition.literals.items()
            signs = ((fact, literal, value) for fact, literal in literals for value in (True, False))
            return {(f, v) for f, x, v in signs if question.certain(x if v else -x)}
    except CaseError:
        return None


def back(made: Resource, answers: Any, kb: KnowledgeBase, *beside: Any, **more: Any) -> Any:
    """The case that the answers make."""
    found = response(made, answers, all_of_it=True, **more)
    return read([*beside, found], kb=kb, request={"service_date": SERVICE}).case


@st.composite
def drawn(draw: st.DrawFn, kb: KnowledgeBase, policy: str) -> tuple[Any, list[tuple[str, Any]]]:
    """Answers to a form, and the same as statements about a case."""
    edition = kb.edition(policy)
    answers: dict[str, list[Any]] = {}
    edits: list[tuple[str, Any]] = []
    for group in groups_of(edition):
        numbers = list(numbers_of(edition, group))
        if not draw(st.booleans()):
            continue
        if numbers:
            for number in numbers:
                if number.quantity is None or number.dated or number.name in answers:
                    continue
                low, high = max(number.quantity.least, 1), number.quantity.most
                value = draw(st.integers(low, min(high, low + 100)))
                unit = {"unit": number.quantity.unit} if draw(st.booleans()) else {}
                kind = "valueQuantity" if number.quantity.unit else "valueInteger"
                answers[number.name] = [{kind: {"value": value, **unit} if number.quantity.unit else value}]
                edits.append((".".join(number.path), value))
        elif group.kind == "yes_no":
            code = draw(st.sampled_from(("yes", "no", "unknown")))
            answers[group.id] = [coding(code)]
            edits += [(group.id, code == "yes")] if code != "unknown" else []
        elif group.kind == "choice":
            fact = draw(st.sampled_from(("unknown", *group.facts)))
            answers[group.id] = [coding(fact)]
            edits += [(fact, True)] if fact != "unknown" else []
        else:
            chosen = draw(st.lists(st.sampled_from(group.facts), unique=True, max_size=3))
            rest = (
                draw(st.sampled_from(("", "unknown", "only")))
                if chosen
                else draw(st.sampled_from(("none", "only", "unknown")))
            )
            answers[group.id] = [coding(code) for code in (*chosen, *([rest] if rest else []))]
            edits += [(fact, True) for fact in chosen]
            if rest in ("none", "only"):
                edits += [(fact, False) for fact in group.facts if fact not in chosen]
        if group.id.startswith("documented"):
            answers[f"{group.id}.document"] = [{"valueAttachment": {"title": "a letter"}}]
    return answers, edits


def agree(kb: KnowledgeBase, policy: str, data: st.DataObject) -> None:
    answers, edits = data.draw(drawn(kb, policy))
    blank = {"request": {"policy": policy, "service_date": SERVICE}, "facts": {}}
    direct = edited(blank, edits, (), kb.edition(policy))
    try:
        found = back(blank_form(kb, policy), answers, kb, blank)
    except CaseError:
        assert certain(direct, kb) is None
        return
    assert certain(found, kb) == certain(direct, kb)
