"""Standard answers under policies foreign to the shipped files: by the models of FHIR and by the guides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lupa import KnowledgeBase
from lupa.fhir import cards, claim_response, form, read
from lupa.fhir.tasks import asked_of_them, task
from lupa.fhir.validating import of_answer
from tests.fhir.charts import (
    BELIMUMAB,
    HCPCS,
    ICD,
    RXNORM,
    SERVICE,
    Resource,
    chart,
    claim,
    condition,
    observation,
    order,
)
from tests.fhir.filling import coding, items, response

FOREIGN = ("foreign_kb", "monitors_kb", "lipid_kb", "atopic_kb", "step_kb", "twelve_kb")
CLAIM = {
    **claim((HCPCS, "J9999")),
    "identifier": [{"system": "urn:example:claims", "value": "1"}],
    "insurer": {"identifier": {"value": "insurer"}},
    "provider": {"identifier": {"value": "provider"}},
}


@pytest.fixture(params=FOREIGN)
def each_kb(request: pytest.FixtureRequest) -> KnowledgeBase:
    found: KnowledgeBase = request.getfixturevalue(request.param)
    return found


def one_of_each(kb: KnowledgeBase) -> Iterator[dict[str, Any]]:
    """An example of each outcome that the examples come to."""
    every = [kb.case(name) for name in kb.examples()]
    yield from {case["expect"]["outcome"]: case for case in every}.values()


@pytest.mark.slow
def test_what_leaves_under_a_foreign_policy_is_accepted(each_kb: KnowledgeBase) -> None:
    for case in one_of_each(each_kb):
        decision = each_kb.decide(case)
        for about in (CLAIM, None):
            assert list(of_answer(claim_response(decision, about))) == []
            if asked_of_them(decision):
                asked = task(decision, about, payer_url="https://payer.example/answers")
                assert list(of_answer(asked)) == []
        assert list(of_answer(claim_response(decision, CLAIM, reviewed_by="1234567893"))) == []
        assert list(of_answer(cards(decision, order(BELIMUMAB)))) == []


@pytest.mark.slow
def test_the_form_of_a_foreign_policy_is_accepted(each_kb: KnowledgeBase) -> None:
    for policy in each_kb.policies:
        made = form(policy, kb=each_kb)
        assert list(of_answer(made)) == []
        asked = {item["linkId"]: item for item in items(made)}
        for item in asked.values():
            for condition_ in item.get("enableWhen", ()):
                codes = {
                    option["valueCoding"]["code"]
                    for option in asked[condition_["question"]]["answerOption"]
                }
                assert condition_["answerCoding"]["code"] in codes


def test_what_is_measured_on_days_has_its_name_and_a_day_alone_asks_for_the_day(
    monitors_kb: KnowledgeBase,
) -> None:
    asked = {item["linkId"]: item for item in items(form("example_glucose_monitor", kb=monitors_kb))}
    assert asked["glucose"]["text"] == "The glucose"
    assert asked["glucose.measured"]["text"].startswith("Are there 2 measurements or more")
    assert asked["visit"]["text"] == (
        "How many days ago did the treating clinician last see the patient? Give the day."
    )


KNOWN: list[Resource] = [
    observation("2089-1", 105, "mg/dL", effectiveDateTime="2025-02-10"),
    condition((ICD, "E78.01")),
    order((RXNORM, "83367")),
]
ANSWERS: dict[str, list[Any]] = {
    "requested(indication)": [coding("requested(indication,familial_hypercholesterolaemia)")],
    "requested(phase)": [coding("requested(phase,initial)")],
    "tried": [coding("none")],
    "weeks_on(atorvastatin)": [{"valueQuantity": {"value": 9, "unit": "weeks", "code": "wk"}}],
    "weeks_on(simvastatin)": [{"valueQuantity": {"value": 8, "unit": "weeks", "code": "wk"}}],
    "prescribed_with": [coding("prescribed_with(cardiologist)")],
}


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({}, "approve"),
        ({"weeks_on(simvastatin)": [{"valueQuantity": {"value": 7, "unit": "weeks"}}]}, "pend"),
        ({"prescribed_with": [coding("none")]}, "deny"),
        ({"diagnosis": [coding("none")]}, "deny"),
    ],
)
def test_a_case_of_a_chart_is_decided_with_what_its_form_is_answered(
    lipid_kb: KnowledgeBase, changed: dict[str, list[Any]], outcome: str
) -> None:
    asked = {"policy": "example_lipid_antibody@2026-01-01", "service_date": SERVICE}
    of_chart = read(chart(*KNOWN), kb=lipid_kb, request=asked).case
    assert lipid_kb.decide(of_chart).outcome == "pend"
    made = form(of_chart, kb=lipid_kb)
    filled = response(made, {**ANSWERS, **changed})
    found = read([of_chart, filled], kb=lipid_kb, request={"service_date": SERVICE}).case
    assert lipid_kb.decide(found).outcome == outcome
