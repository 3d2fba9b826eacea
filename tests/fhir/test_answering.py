"""Decisions as standard answers: what leaves the house, and that a machine alone denies nobody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lupa import CaseError, KnowledgeBase
from lupa.fhir import cards, claim_response, task
from tests.command import command
from tests.fhir.charts import CYCLOPHOSPHAMIDE, HCPCS, ICD, answers, chart, claim, item, order

DENIED = "lupkynis_alongside_bars_benlysta"
CLAIM = {
    **claim((HCPCS, "J0490"), diagnosis=(ICD, "M32.14"), servicedDate="2025-03-01"),
    "identifier": [{"value": "111099"}],
    "insurer": {"reference": "Organization/plan"},
    "provider": {"reference": "Organization/clinic"},
}


def codes(response: dict[str, Any]) -> list[str]:
    return [
        inner["valueCodeableConcept"]["coding"][0]["code"]
        for line in (*response["item"], *response.get("addItem", ()))
        for adjudication in line["adjudication"]
        for action in adjudication["extension"]
        for inner in action["extension"]
    ]


def outcomes(kb: KnowledgeBase) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in kb.examples():
        for decision in kb.decide_all(kb.case(name)):
            found.setdefault(decision.outcome, decision)
    return found


def test_each_outcome_has_its_code_and_a_machine_denies_nobody(kb: KnowledgeBase) -> None:
    found = {outcome: codes(claim_response(decision, CLAIM)) for outcome, decision in outcomes(kb).items()}
    assert found == {
        "approve": ["A1"],
        "deny": ["A4"],
        "modify": ["A6", "A1"],
        "out_of_scope": ["A4"],
        "pend": ["A4"],
        "refer": ["A4"],
    }


def test_a_person_denies_and_is_named(kb: KnowledgeBase) -> None:
    response = claim_response(kb.decide(kb.case(DENIED)), CLAIM, reviewed_by="1234567893")
    assert codes(response) == ["A3"]
    flag, who = response["extension"][0]["extension"]
    assert flag == {"url": "wasHumanReviewedFlag", "valueBoolean": True}
    assert who["valueIdentifier"]["value"] == "1234567893"


@pytest.mark.parametrize("npi", ["", "123", "12345678901", "a234567893"])
def test_what_is_no_identifier_of_a_person_is_refused(kb: KnowledgeBase, npi: str) -> None:
    with pytest.raises(CaseError, match="ten digits"):
        claim_response(kb.decide(kb.case(DENIED)), reviewed_by=npi)


def test_a_response_repeats_the_claim_and_its_notes_are_linked(kb: KnowledgeBase) -> None:
    response = claim_response(kb.decide(kb.case(DENIED)), CLAIM)
    assert response["patient"] == CLAIM["patient"]
    assert response["insurer"] == CLAIM["insurer"]
    assert response["requestor"] == CLAIM["provider"]
    assert response["identifier"] == CLAIM["identifier"]
    assert response["request"] == {"reference": "Claim/claim"}
    numbers = [note["number"] for note in response["processNote"]]
    assert [line["noteNumber"] for line in response["item"]] == [numbers]
    assert any(
        "Because: The patient takes voclosporin. [UnitedHealthcare Benlysta" in note["text"]
        for note in response["processNote"]
    )


def test_an_approval_has_no_reason_to_give(kb: KnowledgeBase) -> None:
    response = claim_response(outcomes(kb)["approve"])
    assert "processNote" not in response
    assert "noteNumber" not in response["item"][0]


def test_a_card_is_short_and_never_says_not_covered(kb: KnowledgeBase) -> None:
    for outcome, decision in outcomes(kb).items():
        (card,) = cards(decision)["cards"]
        assert len(card["summary"]) < 140
        assert "not-covered" not in json.dumps(card)
        assert "a person decides" in card["detail"]
        assert card["indicator"] == ("info" if outcome == "approve" else "warning")


def test_a_task_asks_for_what_is_missing(kb: KnowledgeBase) -> None:
    decision = outcomes(kb)["pend"]
    found = task(decision, CLAIM)
    assert [one["valueString"] for one in found["input"]] == [one.question for one in decision.missing]
    assert found["reasonReference"] == {"reference": "Claim/claim"}
    assert "input" not in task(outcomes(kb)["approve"])


def test_the_command_answers_a_chart_with_its_claim(tmp_path: Path) -> None:
    path = tmp_path / "chart.json"
    path.write_text(json.dumps(chart(CLAIM, order(CYCLOPHOSPHAMIDE), answers(item("active(sle)", True)))))
    ended = command("decide", str(path), "--format", "claimresponse")
    assert (ended.status, ended.err) == (0, "")
    assert json.loads(ended.out)["request"] == {"reference": "Claim/claim"}
    for form, key in (("cards", "cards"), ("task", "status")):
        assert key in json.loads(command("decide", "--example", DENIED, "--format", form).out)


def test_a_reviewer_goes_with_a_response_alone() -> None:
    ended = command("decide", "--example", DENIED, "--reviewed-by", "1234567893")
    assert ended.status == 2
    assert "--reviewed-by goes with --format claimresponse" in ended.err
