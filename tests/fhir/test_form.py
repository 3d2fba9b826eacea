"""Questions as a form, and its answers back as a case."""

from __future__ import annotations

import importlib
import json
import re
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lupa import CaseError, KnowledgeBase
from lupa.fhir import form, read
from tests.command import command
from tests.fhir.charts import SERVICE, Resource, answers, chart, egfr
from tests.fhir.charts import item as answer_to
from tests.fhir.filling import (
    FEW,
    agree,
    back,
    blank_form,
    certain,
    coding,
    drawn,
    enabled,
    exclusive,
    items,
    options,
    response,
)
from tests.measuring import a_case, measuring_kb
from tests.tiny import RULES, write_policy
from tests.tried import steps_kb

FEP, UHC = "fep_lupkynis", "uhc_benlysta"
SAY = "say which holds: --request phase=…"


def by_link(made: Resource) -> dict[str, Resource]:
    return {item["linkId"]: item for item in items(made)}


# ---- what it asks ------------------------------------------------------------------------------


def test_a_form_has_an_address_and_an_edition(kb: KnowledgeBase) -> None:
    made = blank_form(kb, FEP)
    assert (made["url"], made["version"]) == (
        "https://lupa.example/Questionnaire/fep_lupkynis",
        "2024-10-01",
    )
    assert form("uhc_benlysta@2022E0046O", kb=kb)["version"] == "2022E0046O"


@pytest.mark.parametrize("policy", [FEP, UHC])
def test_each_question_is_asked_once_and_none_by_yes_or_no_alone(kb: KnowledgeBase, policy: str) -> None:
    made = blank_form(kb, policy)
    links = [item["linkId"] for item in items(made)]
    assert len(links) == len(set(links))
    assert {item["type"] for item in items(made)} <= {"group", "choice", "quantity", "date", "attachment"}
    for item in items(made):
        if item["type"] == "choice":
            assert "unknown" in options(item)
    asked = {link for item in items(made) for link in (item["linkId"], *options_of(item))}
    edition = kb.edition(policy)
    missing = {fact.fact for fact in kb.decide({"request": {"policy": policy}}).missing}
    missing = {edition.vocabulary.number_of.get(fact, fact) for fact in missing}
    assert missing <= asked


def options_of(item: Resource) -> list[str]:
    return options(item) if "answerOption" in item else []


def test_drugs_are_one_question_that_none_of_these_closes(kb: KnowledgeBase) -> None:
    taking = by_link(blank_form(kb, UHC))["taking"]
    assert taking["repeats"] is True
    assert "taking(voclosporin)" in options(taking)
    assert exclusive(taking) == ["none", "unknown"]
    assert taking["answerOption"][-2]["valueCoding"]["display"] == "None of these"


def test_a_number_has_its_unit(kb: KnowledgeBase) -> None:
    (unit,) = by_link(blank_form(kb, FEP))["egfr"]["extension"]
    assert unit["valueCoding"] == {
        "system": "http://unitsofmeasure.org",
        "code": "mL/min/{1.73_m2}",
        "display": "mL/min/1.73 m2",
    }


def test_a_number_without_a_unit_is_a_plain_one(tmp_path: Path) -> None:
    more = """
quantity(flares, "", 0, 100). label(flares, "the number of flares"). whole(flares).
cut_point(at_least(flares, 3)). met(measuring, bone) :- at_least(flares, 3).
"""
    case = a_case(t_score=Decimal("-2.5"), flares=2)
    made = by_link(form(case, kb=measuring_kb(tmp_path, more)))
    assert [(made[name]["type"], made[name]["initial"]) for name in ("t_score", "flares")] == [
        ("decimal", [{"valueDecimal": -2.5}]),
        ("integer", [{"valueInteger": 2}]),
    ]


def test_a_decimal_that_json_cannot_say_is_not_filled_in(tmp_path: Path) -> None:
    case = a_case(t_score=Decimal("-2.50000000000000000001"))
    assert "initial" not in by_link(form(case, kb=measuring_kb(tmp_path)))["t_score"]


def test_where_all_cannot_be_looked_through_only_documents_hang_on_answers(
    kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(importlib.import_module("lupa.fhir.forms"), "_MOST_PARTS", 1)
        made = form(FEP, kb=kb)
    assert [item["linkId"] for item in items(made)] == [item["linkId"] for item in items(form(FEP, kb=kb))]
    hanging = [item["linkId"] for item in items(made) if "enableWhen" in item]
    assert hanging == ["documented(clinical_benefit).document"]


def test_of_several_policies_one_is_named_for_a_form(tmp_path: Path) -> None:
    write_policy(tmp_path, RULES)
    other = tmp_path / "policies" / "other"
    shutil.copytree(tmp_path / "policies" / "tiny", other)
    for path in other.glob("*.lp"):
        path.write_text(re.sub(r"\btiny\b", "other", path.read_text()))
    with pytest.raises(CaseError) as error:
        form({"request": {"drug": "belimumab"}}, kb=KnowledgeBase.load(tmp_path))
    assert str(error.value) == "several policies cover the drug: other, tiny; name one as request.policy"


def test_what_a_document_shows_asks_for_the_document(kb: KnowledgeBase) -> None:
    asked = by_link(blank_form(kb, FEP))
    document = asked["documented(clinical_benefit).document"]
    assert document["type"] == "attachment"
    assert enabled(document, {"documented(clinical_benefit)": [coding("yes")]})
    assert not enabled(document, {"documented(clinical_benefit)": [coding("no")]})


@pytest.mark.parametrize("policy", [FEP, UHC])
def test_a_question_hangs_on_earlier_ones_by_answers_that_they_have(kb: KnowledgeBase, policy: str) -> None:
    before: dict[str, Resource] = {}
    for item in items(blank_form(kb, policy)):
        for when in item.get("enableWhen", ()):
            assert when["answerCoding"]["code"] in options(before[when["question"]])
        assert len(item.get("enableWhen", ())) < 2 or "enableBehavior" in item
        before[item["linkId"]] = item


def test_what_can_no_longer_matter_is_not_asked(kb: KnowledgeBase) -> None:
    asked = by_link(blank_form(kb, FEP))
    phase = {"requested(phase)": [coding("requested(phase,initial)")]}
    assert not enabled(asked["documented(clinical_benefit)"], phase)
    assert enabled(asked["documented(clinical_benefit)"], {"requested(phase)": [coding("unknown")]})
    other = {"requested(indication)": [coding("requested(indication,other)")]}
    assert not enabled(asked["taking"], other)


def test_a_case_fills_its_form_in(kb: KnowledgeBase) -> None:
    facts = {
        "age": 34,
        "taking": {"only": ["prednisone"]},
        "live_vaccine": False,
        "attests": {"monitor_egfr": True},
    }
    case = {"request": {"policy": FEP, "phase": "initial", "service_date": SERVICE}, "facts": facts}
    asked = by_link(form(case, kb=kb))

    def chosen(name: str) -> list[str]:
        return [
            option["valueCoding"]["code"]
            for option in asked[name]["answerOption"]
            if option.get("initialSelected")
        ]

    assert asked["service_date"]["initial"] == [{"valueDate": SERVICE}]
    assert asked["age"]["initial"][0]["valueQuantity"]["value"] == 34
    assert chosen("taking") == ["taking(prednisone)", "only"]
    assert chosen("live_vaccine") == ["no"]
    assert chosen("attests") == ["attests(monitor_egfr)"]
    assert chosen("requested(phase)") == ["requested(phase,initial)"]
    assert chosen("requested(indication)") == []


def test_a_policy_that_is_not_on_file_has_no_form(kb: KnowledgeBase) -> None:
    with pytest.raises(CaseError, match="no policy is called"):
        form("nobody", kb=kb)


# ---- its answers -------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", [FEP, UHC])
@FEW
@given(data=st.data())
def test_answers_say_what_a_case_says(kb: KnowledgeBase, policy: str, data: st.DataObject) -> None:
    agree(kb, policy, data)


@pytest.mark.parametrize("policy", [FEP, UHC])
@FEW
@given(data=st.data())
def test_what_is_not_enabled_does_not_matter(kb: KnowledgeBase, policy: str, data: st.DataObject) -> None:
    answers, _ = data.draw(drawn(kb, policy))
    made = blank_form(kb, policy)
    outcomes = []
    for all_of_it in (True, False):
        try:
            found = read(
                response(made, answers, all_of_it=all_of_it), kb=kb, request={"service_date": SERVICE}
            )
            outcomes.append(kb.decide(found.case).possible)
        except CaseError:
            return  # what cannot be in one may be left out of the other
    assert outcomes[0] == outcomes[1]


def test_answers_alone_are_put_to_the_policy_that_asks(kb: KnowledgeBase) -> None:
    answers = {
        "service_date": [{"valueDate": "2025-04-01"}],
        "requested(phase)": [coding("requested(phase,continuation)")],
        "months": [{"valueQuantity": {"value": 6, "unit": "months", "code": "mo"}}],
        "live_vaccine": [coding("no")],
    }
    found = read(response(blank_form(kb, FEP), answers), kb=kb)
    assert found.case["request"] == {
        "policy": "fep_lupkynis@2024-10-01",
        "service_date": "2025-04-01",
        "phase": "continuation",
        "months": 6,
    }
    assert found.case["facts"] == {"live_vaccine": False}
    assert found.notes == []
    assert kb.decide(found.case).edition == "2024-10-01"


@pytest.mark.parametrize(
    ("chosen", "stated"),
    [
        (["taking(prednisone)"], {"prednisone": True}),
        (["unknown"], None),
        (["taking(prednisone)", "unknown"], {"prednisone": True}),
        (["none", "unknown"], None),
        (["taking(prednisone)", "none"], None),
    ],
)
def test_what_is_not_known_stays_open(kb: KnowledgeBase, chosen: list[str], stated: Any) -> None:
    answers = {"taking": [coding(code) for code in chosen]}
    assert back(blank_form(kb, FEP), answers, kb)["facts"].get("taking") == stated


def test_none_of_these_says_no_more_than_was_asked(kb: KnowledgeBase) -> None:
    facts = back(blank_form(kb, FEP), {"taking": [coding("none")]}, kb)["facts"]
    assert facts["taking"]["cyclophosphamide"] is False
    assert facts["unlisted"] == dict.fromkeys(
        ("immunosuppressant", "corticosteroid", "antimalarial"), False
    )
    assert "anifrolumab" not in facts["taking"]  # which this form does not name, and another policy bars


def test_what_a_form_that_is_not_on_file_offers_is_not_known(kb: KnowledgeBase) -> None:
    made = {**blank_form(kb, FEP), "version": "1999"}
    found = response(made, {"taking": [coding("none")], "live_vaccine": [coding("no")]})
    reading = read(found, kb=kb, request={"service_date": SERVICE})
    assert reading.case["facts"] == {"live_vaccine": False}
    assert reading.notes == [
        "no policy on file has the form 'fep_lupkynis|1999'; what its questions offer, nobody here knows"
    ]


def test_an_answer_goes_before_the_case_that_its_form_was_made_of(kb: KnowledgeBase) -> None:
    case = {
        "request": {"policy": FEP, "phase": "initial"},
        "facts": {"taking": {"only": ["prednisone", "voclosporin"]}, "live_vaccine": None, "age": 17},
    }
    answers = {
        "requested(phase)": [coding("requested(phase,continuation)")],
        "taking": [coding("taking(methotrexate)"), coding("only")],
        "live_vaccine": [coding("no")],
        "age": [{"valueQuantity": {"value": 34, "unit": "years", "code": "a"}}],
    }
    found = back(form(case, kb=kb), answers, kb, case)
    assert found["request"]["phase"] == "continuation"
    assert found["facts"]["live_vaccine"] is False
    assert found["facts"]["age"] == 34
    stated = dict(certain(found, kb) or ())
    assert stated["taking(methotrexate)"] is True
    assert stated["taking(prednisone)"] is False


def test_a_later_number_goes_before_an_earlier_one(kb: KnowledgeBase) -> None:
    answers = {"egfr": [{"valueQuantity": {"value": 70, "code": "mL/min/{1.73_m2}"}}]}
    made = blank_form(kb, FEP)
    assert back(made, answers, kb, chart(egfr(41)))["facts"]["egfr"] == 70
    assert back(made, answers, kb, chart(egfr(41, effectiveDateTime="2025-02-26")))["facts"]["egfr"] == 41


def answered(link: Any, **value: Any) -> Resource:
    return {"linkId": link, "answer": [value]}


LATE = "is of no day that is near enough before the service date"
UNFINISHED = "is not finished: its status is neither completed nor amended"
NOT_ASKED = "no policy here asks whether that is so; the answer is left out"
NO_QUESTION = "is no question of a form of ours; what is answered to it is left out"
NO_ANSWER = "is answered in a way in which no question of ours can be; it is left open"


@pytest.mark.parametrize(
    ("back", "note"),
    [
        (answers(answered("1.2.3", valueBoolean=True)), f"'1.2.3' {NO_QUESTION}"),
        (answers(answered(None, valueBoolean=True)), f"null {NO_QUESTION}"),
        (
            answers(answered("attest(monitor_egfr)", valueBoolean=True)),
            f"attest(monitor_egfr): {NOT_ASKED}",
        ),
        (answers(answered("live_vaccine", valueString="no")), f"'live_vaccine' {NO_ANSWER}"),
        (answers(answered("live_vaccine", valueCoding={"display": "No"})), f"'live_vaccine' {NO_ANSWER}"),
        (answers(answered("live_vaccine", valueCoding={"code": "maybe"})), f"maybe: {NOT_ASKED}"),
        (
            answers(answered("live_vaccine", valueInteger=0)),
            "live_vaccine: no form of ours on file asks for this number; it is left open",
        ),
        (
            answers(answered("live_vaccine", valueDate="2025-02-01")),
            "live_vaccine: no form of ours on file asks for this day; it is left open",
        ),
        (answers(answered("egfr", valueBoolean=True)), f"egfr: {NOT_ASKED}"),
        (answers(answered("egfr", valueDecimal="41")), f"'egfr' {NO_ANSWER}"),
        (
            answers(answered("egfr", valueDate="2025-02-01")),
            "egfr: no form of ours on file asks for this day; it is left open",
        ),
        (answers(answered("service_date", valueDate="2025-02-30")), f"'service_date' {NO_ANSWER}"),
        (answers(status="in-progress"), f"QuestionnaireResponse/q1 {UNFINISHED}; its answers are not read"),
        (answers(on="2024-01-01"), f"QuestionnaireResponse/q1 {LATE}; its answers are not read"),
        (answers(on="2025-06-01"), f"QuestionnaireResponse/q1 {LATE}; its answers are not read"),
    ],
)
def test_an_answer_that_is_not_read_is_told(kb: KnowledgeBase, back: Resource, note: str) -> None:
    found = read(chart(back), kb=kb, request={"service_date": SERVICE})
    assert found.notes == [note]
    assert found.case["facts"] == {"birth_date": "1990-05-02"}


def test_of_forms_that_are_not_ours_nothing_is_told(kb: KnowledgeBase) -> None:
    other = answers(
        answered("1.2.3", valueString="x"), questionnaire="http://example.org/q", status="stopped"
    )
    void = answers(answered("1.2.3", valueString="x"), name="q2", status="entered-in-error")
    assert read(chart(other, void), kb=kb, request={"service_date": SERVICE}).notes == []


def test_a_number_above_and_below_is_left_open(kb: KnowledgeBase) -> None:
    signed = [{"valueQuantity": {"value": n, "comparator": sign}} for n, sign in ((60, ">"), (15, "<"))]
    found = read(
        chart(answers({"linkId": "egfr", "answer": signed})), kb=kb, request={"service_date": SERVICE}
    )
    assert found.facts["egfr"]["state"] == "ask"
    assert found.notes == ["egfr: one answer is above, another below; that leaves it open"]
    assert "egfr" not in found.case["facts"]


def test_a_number_in_another_unit_is_left_open(kb: KnowledgeBase) -> None:
    found = response(blank_form(kb, FEP), {"egfr": [{"valueQuantity": {"value": 1, "unit": "mL/s"}}]})
    reading = read(found, kb=kb, request={"service_date": SERVICE})
    assert "egfr" not in reading.case["facts"]
    assert reading.facts["egfr"]["state"] == "ask"
    assert reading.notes == ["egfr: it is answered in another unit than mL/min/1.73 m2"]


def test_a_number_that_no_form_on_file_asks_for_is_left_open(kb: KnowledgeBase) -> None:
    made = {**blank_form(kb, FEP), "version": "1999"}
    found = response(made, {"egfr": [{"valueQuantity": {"value": 70, "code": "mL/min/{1.73_m2}"}}]})
    reading = read(found, kb=kb, request={"service_date": SERVICE})
    assert "egfr" not in reading.case["facts"]
    assert "egfr: no form of ours on file asks for this number; it is left open" in reading.notes


@pytest.fixture(scope="module")
def measuring(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    return measuring_kb(tmp_path_factory.mktemp("measuring"))


def cholesterol(value: float, unit: str, **more: str) -> list[Any]:
    return [{"valueQuantity": {"value": value, "unit": unit, **more}}]


LAST = "last_taken(prednisone)"
UNKNOWN = "no policy on file has the form 'measuring|1999'; what its questions offer, nobody here knows"


@pytest.mark.parametrize(
    ("answers", "version", "facts", "notes"),
    [
        (
            {"ldl_before": cholesterol(5, "mmol/L")},
            "1",
            {"ldl_before": {"value": 5, "unit": "mmol/L"}},
            [],
        ),
        (
            {"ldl_before": cholesterol(5, "mmol/L", comparator=">")},
            "1",
            {"ldl_before": {"more_than": 193.35}},
            [],
        ),
        ({"ldl.measured": [{"ldl": cholesterol(150, "mg/dL")}]}, "1", {"ldl": 150}, []),
        ({LAST: [{"valueDate": "2025-01-10"}]}, "1", {"last_taken": {"prednisone": "2025-01-10"}}, []),
        (
            {LAST: [{"valueDate": "2025-01-10"}, {"valueDate": "2025-01-12"}]},
            "1",
            {},
            ["last_taken(prednisone): it is answered by 2 days; it is left open"],
        ),
        (
            {LAST: [{"valueDate": "2025-01-10"}]},
            "1999",
            {},
            [f"{LAST}: no form of ours on file asks for this day; it is left open", UNKNOWN],
        ),
    ],
)
def test_a_number_and_a_day_are_read_as_they_are_answered(
    measuring: KnowledgeBase, answers: dict[str, Any], version: str, facts: dict[str, Any], notes: list[str]
) -> None:
    made = {**form("measuring", kb=measuring), "version": version}
    reading = read(response(made, answers, all_of_it=True), kb=measuring, request={"service_date": SERVICE})
    assert (reading.case["facts"], reading.notes) == (facts, notes)


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("2025-02-01", "2025-02-20", {"prednisone": "2025-01-12"}),
        ("2025-02-20T09:00:00Z", "2025-02-20T15:00:00Z", {"prednisone": "2025-01-12"}),
        ("2025-02-20", "2025-02-01", {"prednisone": "2025-01-10"}),
        ("2025-02-20", "2025-02-20", None),
    ],
)
def test_of_two_answers_by_a_day_the_later_counts(
    measuring: KnowledgeBase, first: str, second: str, told: Any
) -> None:
    made = form("measuring", kb=measuring)
    days = zip(("2025-01-10", "2025-01-12"), (first, second), strict=True)
    found = [
        response(made, {LAST: [{"valueDate": day}]}, all_of_it=True, id=day, authored=at)
        for day, at in days
    ]
    reading = read(found, kb=measuring, request={"service_date": SERVICE})
    assert reading.case["facts"].get("last_taken") == told


def test_which_of_several_holds_is_read_as_its_value(tmp_path: Path) -> None:
    kb = steps_kb(tmp_path)
    answers = {"severity(skin)": [coding("severity(skin,severe)")]}
    answered = response(form("steps", kb=kb), answers, all_of_it=True)
    reading = read(answered, kb=kb, request={"service_date": SERVICE})
    assert reading.case["facts"] == {"severity": {"skin": "severe"}}


@pytest.mark.parametrize(
    ("first", "second", "stated", "states"),
    [
        ("2025-02-20", "2025-02-25", {"severity": {"skin": "mild"}}, ("no", "yes")),
        ("2025-02-25", "2025-02-20", {"severity": {"skin": "severe"}}, ("yes", "no")),
        ("2025-02-25T10:00:00Z", "2025-02-25T09:00:00Z", {"severity": {"skin": "severe"}}, ("yes", "no")),
        ("2025-02-25", "2025-02-25", {}, ("conflict", "conflict")),
    ],
)
def test_of_two_answers_to_a_choice_the_later_counts(
    tmp_path: Path, first: str, second: str, stated: Any, states: tuple[str, str]
) -> None:
    kb = steps_kb(tmp_path)
    made = form("steps", kb=kb)
    skin = {"severe": first, "mild": second}
    forms = [
        response(
            made, {"severity(skin)": [coding(f"severity(skin,{how})")]}, all_of_it=True, id=how, authored=on
        )
        for how, on in skin.items()
    ]
    reading = read(forms, kb=kb, request={"service_date": SERVICE})
    assert reading.case["facts"] == stated
    assert tuple(reading.facts[f"severity(skin,{how})"]["state"] for how in skin) == states


def test_that_a_choice_has_not_a_value_leaves_it_open(tmp_path: Path) -> None:
    kb = steps_kb(tmp_path)
    denied = response(form("steps", kb=kb), {}, item=[answer_to("severity(skin,severe)", False)])
    reading = read(denied, kb=kb, request={"service_date": SERVICE})
    assert reading.facts["severity(skin,severe)"]["state"] == "no"
    assert reading.case["facts"] == {}


@pytest.mark.parametrize(
    ("on", "phase", "notes"),
    [
        ("2025-02-26", "continuation", []),
        (
            "2025-02-25",
            None,
            [f"phase is answered in more than one way (continuation and initial); {SAY}"],
        ),
    ],
)
def test_a_later_answer_says_in_place_of_an_earlier_one_what_is_asked_for(
    kb: KnowledgeBase, on: str, phase: str | None, notes: list[str]
) -> None:
    begins = answers(answer_to("requested(phase,initial)", True), on="2025-02-25", name="begins")
    goes_on = answers(answer_to("requested(phase,continuation)", True), on=on, name="goes_on")
    reading = read(chart(begins, goes_on), kb=kb, request={"service_date": SERVICE})
    assert (reading.case["request"].get("phase"), reading.notes) == (phase, notes)


def test_a_later_answer_goes_before_the_choice_of_the_case_beside_it(kb: KnowledgeBase) -> None:
    case = {"request": {"policy": FEP, "phase": "initial"}, "facts": {}}
    begins = answers(answer_to("requested(phase,initial)", True), on="2025-02-24", name="begins")
    goes_on = answers(answer_to("requested(phase,continuation)", True), name="goes_on")
    reading = read([chart(begins, goes_on), case], kb=kb, request={"service_date": SERVICE})
    assert reading.case["request"]["phase"] == "continuation"


# ---- on the command line -----------------------------------------------------------------------


def test_the_command_makes_a_form_and_reads_its_answers(tmp_path: Path, kb: KnowledgeBase) -> None:
    made = json.loads(command("form", FEP).out)
    assert made == blank_form(kb, FEP)
    case = tmp_path / "case.json"
    case.write_text(json.dumps({"request": {"policy": FEP, "service_date": SERVICE}, "facts": {}}))
    made = json.loads(command("form", str(case)).out)
    (tmp_path / "answers.json").write_text(json.dumps(response(made, {"live_vaccine": [coding("yes")]})))
    ended = command("read", str(case), str(tmp_path / "answers.json"), "--json")
    assert json.loads(ended.out)["case"]["facts"] == {"live_vaccine": True}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "give one POLICY, one CASE file, or --example NAME"),
        (("fep_lupkyns",), "did you mean fep_lupkynis?"),
        (("--example", "nobody"), "no shipped case is called"),
    ],
)
def test_what_has_no_form_is_refused(words: tuple[str, ...], told: str) -> None:
    ended = command("form", *words)
    assert (ended.status, ended.out) == (2, "")
    assert told in ended.err
