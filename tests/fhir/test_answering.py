"""Decisions as standard answers: what leaves the house, and that a machine alone denies nobody."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from lupa import CaseError, KnowledgeBase
from lupa.fhir import cards, claim_response, form, read, task
from lupa.fhir.guides import faults
from lupa.fhir.hooks import COVERAGE_INFORMATION
from lupa.fhir.items import response_to
from lupa.fhir.tasks import asked_of_them
from lupa.fhir.validating import of_answer, of_chart
from tests.command import command
from tests.fhir.charts import (
    BELIMUMAB,
    CYCLOPHOSPHAMIDE,
    HCPCS,
    ICD,
    INTO_A_VEIN,
    NDC,
    answers,
    bundle,
    chart,
    claim,
    egfr,
    item,
    order,
    patient,
)

DENIED = "lupkynis_alongside_bars_benlysta"
PENDED = "lupkynis_with_age_unstated"
CLAIM = {
    **claim((HCPCS, "J0490"), diagnosis=(ICD, "M32.14"), servicedDate="2025-03-01"),
    "identifier": [{"system": "http://example.org/trace", "value": "111099"}],
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


def test_what_is_decided_of_one_item_certifies_no_other(kb: KnowledgeBase) -> None:
    visit = {"sequence": 2, "productOrService": {"text": "An office visit"}}
    of_two = {**CLAIM, "item": [*CLAIM["item"], visit]}
    for outcome in ("approve", "modify", "deny"):
        response = claim_response(outcomes(kb)[outcome], of_two, reviewed_by="1234567893")
        assert codes(response) == ["A4", "A4"]
        assert response["processNote"][0]["text"].startswith("The claim has several items")
        assert all(1 in line["noteNumber"] for line in response["item"])


@cache
def outcomes(kb: KnowledgeBase) -> dict[str, Any]:
    """A decision of each outcome: that of the first case which expects it."""
    found: dict[str, Any] = {}
    for name in kb.examples():
        case = kb.case(name)
        if case["expect"].get("outcome") not in found:
            for decision in kb.decide_all(case):
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


def test_what_is_modified_says_how_much_can_be_authorized(kb: KnowledgeBase) -> None:
    decision = kb.decide(kb.case("lupkynis_601_capsules_for_100_days"))
    response = claim_response(decision, CLAIM)
    texts = {note["number"]: note["text"] for note in response["processNote"]}
    ((number,),) = (line["noteNumber"] for line in response["addItem"])
    assert texts[number] == "Can be authorized: 12 months; 600 capsules for 100 days."
    assert number not in response["item"][0]["noteNumber"]


def test_an_approval_has_no_reason_to_give(kb: KnowledgeBase) -> None:
    response = claim_response(outcomes(kb)["approve"])
    assert "processNote" not in response
    assert "noteNumber" not in response["item"][0]


def test_items_that_are_all_approved_have_no_notes(kb: KnowledgeBase) -> None:
    approved = outcomes(kb)["approve"]
    asked = of_two_drugs()
    response = response_to(asked, [approved for _ in asked["item"]])
    assert ({*codes(response)}, "processNote" in response) == ({"A1"}, False)


def test_a_card_is_short_and_never_says_not_covered(kb: KnowledgeBase) -> None:
    for outcome, decision in outcomes(kb).items():
        (card,) = cards(decision)["cards"]
        assert len(card["summary"]) < 140
        assert "not-covered" not in json.dumps(card)
        assert "a person decides" in card["detail"]
        assert card["indicator"] == ("info" if outcome == "approve" else "warning")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("benlysta_for_rheumatoid_arthritis", "rheumatoid arthritis"),
        ("lupkynis_for_thirteen_months", "12 months can be authorized"),
        ("benlysta_for_an_indication_not_named", "speaks of the requested indication"),
    ],
)
def test_a_card_says_what_the_decision_comes_of(kb: KnowledgeBase, name: str, told: str) -> None:
    (card,) = cards(kb.decide(kb.case(name)))["cards"]
    assert told in card["detail"]


def test_a_task_asks_for_what_is_missing(kb: KnowledgeBase) -> None:
    decision = outcomes(kb)["pend"]
    found = task(decision, CLAIM)
    form_, *asked = found["input"]
    assert (
        form_["valueString"] == f"https://lupa.example/Questionnaire/{decision.policy}|{decision.edition}"
    )
    assert [one["valueString"] for one in asked] == [one.question for one in decision.missing]
    assert found["reasonReference"] == {"reference": "Claim/claim"}


@pytest.mark.parametrize("outcome", ["approve", "deny", "modify"])
def test_where_nothing_is_missing_there_is_no_task(kb: KnowledgeBase, outcome: str) -> None:
    with pytest.raises(CaseError, match="nothing is missing that a Task could ask for"):
        task(outcomes(kb)[outcome])


def test_the_command_says_why_there_is_no_task() -> None:
    ended = command("decide", "--example", DENIED, "--example", PENDED, "--format", "task")
    (line,) = ended.out.splitlines()
    assert (ended.status, json.loads(line)["status"]) == (0, "requested")
    said = "uhc_benlysta: deny; nothing is missing that a Task could ask for, so there is none"
    assert ended.err == f"warning: {DENIED}.yaml: {said}\n"


def test_nobody_who_asks_is_asked_how_a_text_is_meant(kb: KnowledgeBase) -> None:
    decision = kb.decide(kb.case("lupkynis_with_the_antimalarial_reading_open"))
    (note,) = claim_response(decision)["processNote"]
    assert note["text"].startswith("How the text is meant is for the plan to settle. Nobody else is asked")
    with pytest.raises(CaseError, match="nothing is missing"):
        task(decision)
    (card,) = cards(decision)["cards"]
    assert "Does an antimalarial count" not in card["detail"]
    assert "doc-needed" not in information(cards(decision, order(BELIMUMAB)))


def test_the_command_answers_a_chart_with_its_claim(tmp_path: Path) -> None:
    path = tmp_path / "chart.json"
    path.write_text(json.dumps(chart(CLAIM, order(CYCLOPHOSPHAMIDE), answers(item("active(sle)", True)))))
    ended = command("decide", str(path), "--format", "claimresponse")
    assert (ended.status, ended.err) == (0, "")
    assert json.loads(ended.out)["request"] == {"reference": "Claim/claim"}
    for wanted, key in (("cards", "cards"), ("task", "status")):
        assert key in json.loads(command("decide", "--example", PENDED, "--format", wanted).out)


LEFT_OUT = "the chart: egfr: what Observation/o1 of 2025-02-01 says cannot be; it is left out"


@pytest.mark.parametrize("form", ["claimresponse", "cards", "task"])
def test_what_is_left_out_of_a_chart_is_told_in_every_answer(tmp_path: Path, form: str) -> None:
    path = tmp_path / "chart.json"
    path.write_text(json.dumps(chart(CLAIM, egfr(9999))))
    answer = json.loads(command("decide", str(path), "--format", form).out)
    told = {
        "claimresponse": lambda: answer["processNote"][-1]["text"],
        "cards": lambda: answer["cards"][0]["detail"].splitlines()[-3].removeprefix("- "),
        "task": lambda: answer["note"][-1]["text"],
    }
    assert told[form]() == LEFT_OUT
    assert list(of_answer(answer)) == (["input: one payer-url is wanted"] if form == "task" else [])


def test_what_is_left_out_is_told_once_of_several_items(tmp_path: Path) -> None:
    path = tmp_path / "chart.json"
    path.write_text(json.dumps(chart(of_two_drugs(), egfr(9999))))
    ended = command("decide", str(path), "--format", "claimresponse")
    found = json.loads(ended.out)
    (number,) = (note["number"] for note in found["processNote"] if note["text"] == LEFT_OUT)
    assert [number in line["noteNumber"] for line in found["item"]] == [True, False, True]
    assert ended.err == f"note: {path}: {LEFT_OUT.removeprefix('the chart: ')}\n"


def of_two_drugs(months: tuple[str, str] = ("2025-02-28", "2025-08-31")) -> dict[str, Any]:
    """A claim for belimumab for a year, a visit, and voclosporin for some months."""
    first = {**CLAIM["item"][0], "servicedPeriod": {"start": "2025-03-01", "end": "2026-02-28"}}
    del first["servicedDate"]
    visit = {
        "sequence": 2,
        "productOrService": {"text": "An office visit"},
        "servicedPeriod": {"start": "2020-01-01", "end": "2025-01-01"},
    }
    other = {
        "sequence": 3,
        "productOrService": {"coding": [{"system": NDC, "code": "75626-001-01"}]},
        "servicedPeriod": dict(zip(("start", "end"), months, strict=True)),
    }
    return {**CLAIM, "item": [first, visit, other]}


def test_the_command_answers_each_item_of_a_claim_for_itself(tmp_path: Path) -> None:
    path = tmp_path / "chart.json"
    path.write_text(json.dumps(chart(of_two_drugs(), order(CYCLOPHOSPHAMIDE))))
    ended = command("decide", str(path), "--format", "claimresponse", "--reviewed-by", "1234567893")
    assert (ended.status, ended.err) == (0, "")
    found = json.loads(ended.out)
    assert [line["itemSequence"] for line in found["item"]] == [1, 2, 3]
    assert codes(found) == ["A4", "A4", "A3"]
    texts = {note["number"]: note["text"] for note in found["processNote"]}
    told = [" ".join(texts[number] for number in line["noteNumber"]) for line in found["item"]]
    assert "cyclophosphamide" not in told[0]
    assert told[1] == "No policy on file here speaks of this item; a person decides."
    assert "cyclophosphamide" in told[2]
    assert list(of_answer(found)) == []


def test_items_of_which_no_policy_speaks_are_all_pended_where_one_is_asked(tmp_path: Path) -> None:
    visits = [{"sequence": n, "productOrService": {"text": "An office visit"}} for n in (1, 2)]
    path = tmp_path / "chart.json"
    path.write_text(json.dumps(chart({**CLAIM, "item": visits})))
    asked = ("decide", str(path), "--format", "claimresponse")
    ended = command(*asked)
    assert (ended.status, ended.out) == (2, "")
    assert "say which `policy`" in ended.err
    ended = command(*asked, "--request", "policy=uhc_benlysta")
    assert codes(json.loads(ended.out)) == ["A4", "A4"]


def test_what_another_item_asks_for_is_not_asked_for_of_the_drug(kb: KnowledgeBase) -> None:
    both = of_two_drugs()
    alone = {**both, "item": both["item"][:2]}
    asked = read(chart(alone), kb=kb)["case"]["request"]
    assert (asked["drug"], asked["months"], asked["service_date"]) == ("belimumab", 12, "2025-03-01")
    of_both = read(chart(both), kb=kb)
    assert of_both["case"]["request"] == {"service_date": "2025-02-28"}
    assert any("more than one drug (belimumab and voclosporin)" in note for note in of_both["notes"])


def test_a_reviewer_goes_with_a_response_alone() -> None:
    ended = command("decide", "--example", DENIED, "--reviewed-by", "1234567893")
    assert ended.status == 2
    assert "--reviewed-by goes with --format claimresponse" in ended.err


def test_a_task_says_where_its_answers_go() -> None:
    to = ("--payer-url", "https://payer.example/answers")
    ended = command("decide", "--example", PENDED, "--format", "task", *to)
    assert json.loads(ended.out)["input"][0]["valueUrl"] == "https://payer.example/answers"
    ended = command("decide", "--example", PENDED, "--format", "task", "--payer-url", "payer")
    assert (ended.status, "answers go to an address" in ended.err) == (2, True)
    ended = command("decide", "--example", DENIED, *to)
    assert (ended.status, "--payer-url goes with --format task" in ended.err) == (2, True)


# ---- the coverage information of CRD -----------------------------------------------------------

OTHER = {"url": "http://example.org/x", "valueBoolean": True}
ORDER = {
    **order(
        BELIMUMAB, "draft", INTO_A_VEIN, status="draft", requester={"reference": "Practitioner/doctor"}
    ),
    "insurance": [{"reference": "Coverage/plan"}],
    "extension": [{"url": COVERAGE_INFORMATION, "extension": []}, OTHER],
}


def information(answer: dict[str, Any]) -> dict[str, Any]:
    """What the coverage information on the order says, by its parts."""
    (action,) = answer["systemActions"]
    (told,) = (one for one in action["resource"]["extension"] if one["url"] == COVERAGE_INFORMATION)
    return {
        part["url"]: next(value for key, value in part.items() if key != "url")
        for part in told["extension"]
    }


def test_an_order_is_told_what_it_needs_and_never_that_it_is_not_covered(kb: KnowledgeBase) -> None:
    for outcome, decision in outcomes(kb).items():
        if outcome == "out_of_scope":
            assert "systemActions" not in cards(decision, ORDER)
            continue
        told = information(cards(decision, ORDER))
        assert told["coverage"] == {"reference": "Coverage/plan"}
        assert (told["covered"], told["pa-needed"]) == ("conditional", "auth-needed")
        needs_answers = outcome == "pend"
        assert ("info-needed" in told) == needs_answers
        address = f"https://lupa.example/Questionnaire/{decision.policy}|{decision.edition}"
        assert told.get("questionnaire") == (address if needs_answers else None)


def test_the_order_is_else_as_it_was(kb: KnowledgeBase) -> None:
    (action,) = cards(outcomes(kb)["pend"], ORDER)["systemActions"]
    changed = action["resource"]
    assert {**changed, "extension": ()} == {**ORDER, "extension": ()}
    assert changed["extension"][0] == OTHER


def test_a_hook_is_answered_with_its_order(tmp_path: Path) -> None:
    hook = {
        "hook": "order-sign",
        "hookInstance": "1",
        "context": {"patientId": "p", "draftOrders": bundle(order(BELIMUMAB, "draft", INTO_A_VEIN))},
        "prefetch": {"patient": patient(), "coverage": {"resourceType": "Coverage", "id": "plan"}},
    }
    path = tmp_path / "hook.json"
    path.write_text(json.dumps(hook))
    ended = command("decide", str(path), "--format", "cards", "--request", "service_date=2025-03-01")
    assert information(json.loads(ended.out))["coverage"] == {"reference": "Coverage/plan"}


# ---- what FHIR's models and the guides make of it -----------------------------------------------


def test_what_leaves_is_accepted_by_the_models_and_the_guides(kb: KnowledgeBase) -> None:
    for decision in outcomes(kb).values():
        for claim_ in (CLAIM, None):
            assert list(of_answer(claim_response(decision, claim_))) == []
            if asked_of_them(decision):
                asked = task(decision, claim_, payer_url="https://payer.example/answers")
                assert list(of_answer(asked)) == []
        assert list(of_answer(claim_response(decision, CLAIM, reviewed_by="1234567893"))) == []
        assert list(of_answer(cards(decision, ORDER))) == []
    for policy in kb.policies:
        assert list(of_answer(form(policy, kb=kb))) == []


@cache
def planted(kb: KnowledgeBase) -> dict[str, Any]:
    found = outcomes(kb)
    return {
        "response": claim_response(found["deny"], CLAIM, reviewed_by="1234567893"),
        "modified": claim_response(found["modify"], CLAIM),
        "task": task(found["pend"], CLAIM, payer_url="https://payer.example/answers"),
        "cards": cards(found["pend"], ORDER),
        "form": form("fep_lupkynis", kb=kb),
    }


def _drop(path: str) -> Any:
    """What takes the element at a path out."""
    return lambda found: _at(found, path.split(".")[:-1]).pop(_step(path.rsplit(".", maxsplit=1)[-1]))


def _put(path: str, value: Any) -> Any:
    """What puts a value in its place."""
    *way, last = path.split(".")
    return lambda found: _at(found, way).__setitem__(_step(last), value)


def _step(text: str) -> Any:
    return int(text) if text.lstrip("-").isdecimal() else text


def _at(found: Any, steps: list[str]) -> Any:
    for step in steps:
        found = found[_step(step)]
    return found


def _twice(path: str) -> Any:
    """What adds the last of several parts once more."""
    return lambda found: _at(found, path.split(".")).append(_at(found, path.split("."))[-1])


def _choose_all(form: Any) -> None:
    """Has a question of which one option is chosen begin with each of them."""
    questions = [item for group in form["item"] for item in group.get("item", ()) if "answerOption" in item]
    one = next(item for item in questions if not item.get("repeats"))
    for option in one["answerOption"]:
        option["initialSelected"] = True


_REVIEW = "item.0.adjudication.0.extension.0.extension.0.valueCodeableConcept"
_PARTS = "systemActions.0.resource.extension.1.extension"


@pytest.mark.parametrize(
    ("what", "fault", "told"),
    [
        ("response", _drop("patient"), "patient: "),
        ("response", _drop("request"), "request: 0 of it"),
        ("response", _put("status", "draft"), "status: the guide wants 'active'"),
        ("response", _put("use", "claim"), "use: the guide wants 'preauthorization'"),
        ("response", _put("created", "yesterday"), "created: "),
        ("response", _put("outcome", 7), "outcome: "),
        ("response", _drop("item.0.adjudication"), "item.adjudication: 0 of it"),
        ("response", _drop("item.0.adjudication.0.category"), "item.0.adjudication.0.category: missing"),
        ("response", _drop("item.0.adjudication.0.extension"), "adjudication: one review action"),
        ("response", _drop("item.0.noteNumber"), "processNote: a note is named by no line"),
        ("response", _put("item.0.noteNumber", [99]), "noteNumber: no note has the number 99"),
        ("response", _drop("processNote.0.text"), "processNote.0.text: missing"),
        ("response", _drop("extension"), "a denial (A3) was reviewed by nobody"),
        ("response", _put("extension.0.extension.0.valueBoolean", False), "was reviewed by nobody"),
        ("response", _twice("extension"), "one reviewer is wanted"),
        ("response", _twice("processNote"), "two notes have one number"),
        ("response", _put("unknown", 1), "unknown: extra forbidden"),
        ("response", _put("outcome", "done"), "outcome: one of queued, complete, error, partial"),
        ("response", _put("processNote.0.type", "paper"), "processNote.type: one of"),
        ("response", _put("patient", {}), "patient: ele-1"),
        ("response", _twice("item"), "one item is answered twice"),
        ("response", _drop("item.0.adjudication.0.category.coding"), "category: ele-1"),
        ("response", _put(f"{_REVIEW}.coding.0.code", "A9"), "one code of A1, A3, A4, A6"),
        ("response", _put(f"{_REVIEW}.coding.0.system", "urn:x"), "one code of A1, A3, A4, A6"),
        ("response", _put(_REVIEW, {}), "valueCodeableConcept: ele-1"),
        ("response", _drop("extension.0.url"), "ext-1"),
        ("response", _drop("resourceType"), "neither a resource"),
        ("modified", _drop("addItem"), "addItem: what is modified"),
        ("modified", _put("addItem.0.itemSequence", [1, 2]), "addItem.itemSequence: 2 of it"),
        ("task", _drop("input.0"), "one payer-url is wanted"),
        ("task", _drop("input.1"), "attachment-request-questionnaire wants questionnaire-context"),
        ("task", _drop("input.1.extension"), "questionnaire-context wants one line number"),
        ("task", _drop("identifier"), "identifier: 0 of it"),
        ("task", _drop("owner.identifier"), "owner.identifier: 0 of it"),
        ("task", _drop("reasonCode"), "reasonCode: 0 of it"),
        ("task", _drop("owner"), "owner: 0 of it"),
        ("task", _put("status", "begun"), "status: one of"),
        ("task", _put("code.coding.0.code", "more"), "code.coding.code: one of"),
        ("task", _put("intent", "plan"), "intent: the guide wants 'order'"),
        ("cards", _drop("cards"), "neither a resource"),
        ("cards", _put(f"{_PARTS}.3.url", "doc-neeeded"), "doc-neeeded: no part of coverage information"),
        ("cards", _drop(f"{_PARTS}.0.valueReference"), "ext-1"),
        ("cards", _put("cards.0.summary", "x" * 140), "fewer than 140"),
        ("cards", _put("cards.0.indicator", "stop"), "cards.indicator"),
        ("cards", _drop("cards.0.source.label"), "cards.source.label"),
        ("cards", _drop(f"{_PARTS}.0"), "coverage: one is wanted"),
        ("cards", _put(f"{_PARTS}.1.valueCode", "maybe"), "covered: one of"),
        ("cards", _put(f"{_PARTS}.1.valueCode", "covered"), "crd-ci-q3"),
        ("cards", _drop(f"{_PARTS}.2"), "crd-ci-q2"),
        ("cards", _put(f"{_PARTS}.2.valueCode", "satisfied"), "crd-ci-q5"),
        ("cards", _drop(f"{_PARTS}.3"), "crd-ci-q1"),
        ("cards", _drop(f"{_PARTS}.-1"), "coverage-assertion-id: one is wanted"),
        ("cards", _drop("systemActions.0.resource.intent"), "intent: missing"),
        ("cards", _put("systemActions.0.type", "create"), "an update with a description is wanted"),
        ("cards", _put("systemActions.0.resource.extension", []), "coverage information is wanted"),
        ("form", _drop("url"), "url: 0 of it"),
        ("form", _drop("item"), "item: 0 of it"),
        ("form", _put("item.0.item.1.type", "question"), "type: one of FHIR"),
        ("form", _drop("item.0.item.1.text"), "text: a question is asked in words"),
        ("form", _drop("item.0.item.1.answerOption"), "a choice has options"),
        ("form", _twice("item.0.item.1.answerOption"), "two options have one code"),
        ("form", _put("item.1.item.1.enableBehavior", "some"), "enableBehavior"),
        ("form", _put("item.1.item.1.enableWhen.0.operator", "=="), "one of FHIR's operators"),
        ("form", _put("name", "a b"), "que-0"),
        ("form", _put("item.0.item.1.linkId", "service_date"), "que-2"),
        ("form", _put("item.0.item", []), "que-1"),
        ("form", _put("item.0.item.0.answerOption", [{"valueString": "x"}]), "que-5"),
        ("form", _put("item.0.item.1.initial", [{"valueString": "x"}]), "que-11"),
        ("form", _put("item.0.initial", [{"valueString": "x"}]), "que-8"),
        ("form", _drop("item.1.item.1.enableBehavior"), "que-12"),
        ("form", _put("item.1.item.1.enableWhen.0.question", "nobody"), "no item is the question"),
        ("form", _put("item.1.item.1.enableWhen.0.answerCoding.code", "nobody"), "no such answer"),
        ("form", _put("item.0.item.0.initial", [{"valueDate": "2025-01-01"}] * 2), "que-13"),
        ("form", _put("item.1.item.1.enableWhen.0.operator", "exists"), "que-7"),
        ("form", _choose_all, "que-13"),
        ("form", _put("status", "wrong"), "status: "),
    ],
)  # fmt: skip
def test_a_planted_fault_is_found(kb: KnowledgeBase, what: str, fault: Any, told: str) -> None:
    found = json.loads(json.dumps(planted(kb)[what]))
    fault(found)
    assert any(told in one for one in of_answer(found)), list(of_answer(found))


def test_of_what_no_guide_speaks_none_complains() -> None:
    assert list(faults({"resourceType": "Patient"})) == []


def test_the_summary_of_a_card_ends_before_it_is_too_long(kb: KnowledgeBase) -> None:
    decision = replace(outcomes(kb)["deny"], text="x" * 200)
    (card,) = cards(decision, ORDER)["cards"]
    assert card["summary"] == f"{decision.policy}: {'x' * 200}"[:138] + "…"


def test_what_is_wrong_with_a_chart_is_told_without_a_value() -> None:
    faults = list(of_chart([patient(birthDate="never told"), {"resourceType": "Nothing"}]))
    assert len(faults) == 2
    assert "birthDate" in faults[0]
    assert faults[1] == "Nothing/?: resourceType: no type of resource in FHIR R4B"
    assert "never told" not in "".join(faults)


def test_the_command_warns_of_what_is_wrong_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "chart.json"
    path.write_text(json.dumps(chart(CLAIM, {**order(CYCLOPHOSPHAMIDE), "authoredOn": "long ago"})))
    ended = command("read", str(path), "--validate", "--json")
    assert (ended.status, json.loads(ended.out)["facts"]) != (0, {})
    assert f"warning: {path}: MedicationRequest/m1: authoredOn:" in ended.err
    ended = command("decide", "--example", PENDED, "--format", "task", "--validate")
    assert ended.status == 0
    assert "input: one payer-url is wanted" in ended.err
    assert command("form", "fep_lupkynis", "--validate").err == ""
    assert "--validate goes with" in command("decide", "--example", DENIED, "--validate").err


def test_without_the_models_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fhir.resources.R4B", None)
    with pytest.raises(CaseError, match=r"pip install 'lupa-kb\[fhir\]'"):
        list(of_chart([patient()]))
