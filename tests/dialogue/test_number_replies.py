"""What a person may say where a number is asked for: other units, parts, and days."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lupa import CaseError, KnowledgeBase
from lupa.dialogue.interview import Interview
from lupa.dialogue.numbers import in_order, number_said, with_days
from lupa.dialogue.replies import following, stated
from lupa.dialogue.session import Session
from lupa.pages.page import text
from lupa.rules.names import normal
from tests.measuring import a_case, measuring_kb


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    folder: Path = tmp_path_factory.mktemp("kb")
    return measuring_kb(folder)


def test_more_numbers_than_were_asked_for_are_none_of_them(kb: KnowledgeBase) -> None:
    vocabulary = next(kb.questions(a_case())).edition.vocabulary
    said = [in_order("rate", ("ldl", "age"), line, vocabulary) for line in ("190, 17", "190, 17, 3")]
    assert said == [({"ldl": 190, "age": 17}, False), None]


@pytest.mark.parametrize(
    ("quantity", "line", "expected"),
    [
        ("ldl", "190", {"ldl": 190}),
        ("ldl", "190 mg/dL", {"ldl": 190}),
        ("ldl", "5 mmol/L", {"ldl": {"value": 5, "unit": "mmol/L"}}),
        ("ldl", "at least 5 mmol/L", {"ldl": {"at_least": 5, "unit": "mmol/L"}}),
        ("ldl", "190 or more", {"ldl": {"at_least": 190}}),
        ("ldl", ">= 190", {"ldl": {"at_least": 190}}),
        ("ldl", ">5 mmol/l", {"ldl": {"more_than": 5, "unit": "mmol/L"}}),
        ("ldl", "190 on 2025-02-01", {"ldl": 190, "days_since(ldl)": 28}),
        ("ldl", "5 mmol/L, Feb 1, 2025", {"ldl": {"value": 5, "unit": "mmol/L"}, "days_since(ldl)": 28}),
        ("ldl", "190, 28 days ago", {"ldl": 190, "days_since(ldl)": 28}),
        ("ldl", "190, ?", {"ldl": 190}),
        ("ldl", "?, 28", {"days_since(ldl)": 28}),
        ("ldl", "the LDL cholesterol: 190", {"ldl": 190}),
        ("t_score", "-2", {"t_score": -2}),
        ("t_score", "-2.5 or less", {"t_score": {"at_most": Decimal("-2.5")}}),
        ("age", "34 yo", {"age": 34}),
        ("age", "12 years or more", {"age": {"at_least": 12}}),
        ("age", "12+", {"age": {"at_least": 12}}),
        ("age", "under 12", {"age": {"less_than": 12}}),
        ("age", "over 65 years", {"age": {"more_than": 65}}),
        ("age", "not sure", {}),
        ("age", "I don\N{RIGHT SINGLE QUOTATION MARK}t know", {}),
        ("age", "17", {"age": 17}),
        ("age", "5 months", {"age_months": 5}),
        ("age", "less than 6 months", {"age_months": {"less_than": 6}}),
        ("age", "2008-03-02", {"birth_date": "2008-03-02"}),
        ("age", "3/25/2008", {"birth_date": "2008-03-25"}),
        ("age", "March 2, 2008", {"birth_date": "2008-03-02"}),
        ("days_since(last_taken(prednisone))", "2025-01-10", {"last_taken.prednisone": "2025-01-10"}),
        ("days_since(last_taken(prednisone))", "10 Jan 2025", {"last_taken.prednisone": "2025-01-10"}),
        ("days_since(last_taken(prednisone))", "never", {"last_taken.prednisone": "never"}),
        ("days_since(last_taken(prednisone))", "30 days ago", {"days_since(last_taken(prednisone))": 30}),
        ("days_since(last_taken(prednisone))", "30", {"days_since(last_taken(prednisone))": 30}),
    ],
)
def test_a_number_is_said_in_any_of_its_units(
    kb: KnowledgeBase, quantity: str, line: str, expected: dict[str, Any]
) -> None:
    case = a_case()
    ask = kb.ask(case)
    edition = next(kb.questions(case)).edition
    facts = next(asked.facts for asked in ask.questions if asked.id == quantity)
    others = {fact for asked in ask.questions for fact in asked.facts} - set(facts)
    question = following(ask, edition.vocabulary, others)
    assert question is not None
    line = with_days(question.numbers, line, edition.vocabulary, case)
    assert stated(question, edition, normal(line), line).states == expected


def test_a_number_that_goes_with_its_day_is_one_question(kb: KnowledgeBase) -> None:
    both = (
        "What is the LDL cholesterol, in mg/dL? On which day was it measured, or how many days before the"
    )
    asked = {one.id: one for one in kb.ask(a_case()).questions}
    assert asked["ldl"].text == f"{both} service date?"
    assert "days_since(ldl)" not in asked
    whole = "the LDL cholesterol: 100 mg/dL or more; and the time since the LDL cholesterol was measured"
    assert [answer.value for answer in asked["ldl"].answers] == [
        f"{whole}: 90 days or less",
        "anything else",
    ]


def test_of_a_number_on_record_only_the_day_is_asked_and_of_a_day_only_the_number(
    kb: KnowledgeBase,
) -> None:
    left = [
        next(one.text for one in kb.ask(a_case(**known)).questions if one.id == "ldl")
        for known in ({"ldl": 190}, {"days_since": {"ldl": 20}})
    ]
    assert left == [
        "The LDL cholesterol: on which day was it, or how many days before the service date?",
        "What is the LDL cholesterol, in mg/dL?",
    ]


def test_a_reply_that_is_no_number_with_its_day_is_refused(kb: KnowledgeBase) -> None:
    case = a_case()
    ask, edition = kb.ask(case), next(kb.questions(case)).edition
    (facts,) = (asked.facts for asked in ask.questions if asked.id == "ldl")
    others = {fact for asked in ask.questions for fact in asked.facts} - set(facts)
    question = following(ask, edition.vocabulary, others)
    assert question is not None
    with pytest.raises(CaseError, match="a number, a bound or don't know is expected"):
        stated(question, edition, "high", "high")


@pytest.mark.parametrize("line", ["34 mg", "about 34", ">> 34", "[34", "or more", "12 weeks"])
def test_what_is_no_number_of_years_is_refused_as_such(kb: KnowledgeBase, line: str) -> None:
    vocabulary = next(kb.questions(a_case())).edition.vocabulary
    with pytest.raises(CaseError) as error:
        number_said("age", line, vocabulary)
    expected = f"a number, a bound or don't know is expected, not '{line}'; `help` says more"
    assert str(error.value) == expected


@pytest.mark.parametrize(
    ("quantity", "line", "read"),
    [
        ("days_since(ldl)", "2025-02-01", "28"),
        ("days_since(ldl)", "Feb 1, 2025", "28"),
        ("days_since(ldl)", "28", "28"),
        ("days_since(ldl)", "at least 28", "at least 28"),
        ("days_since(last_taken(prednisone))", "10 January 2025", "2025-01-10"),
        ("days_since(last_taken(prednisone))", "never", "never"),
        ("ldl", "2025-02-01", "2025-02-01"),
    ],
)
def test_how_long_ago_something_was_may_be_said_by_its_day(
    kb: KnowledgeBase, quantity: str, line: str, read: str
) -> None:
    vocabulary = next(kb.questions(a_case())).edition.vocabulary
    assert with_days([quantity], line, vocabulary, a_case()) == read


@pytest.mark.parametrize(
    ("today", "problem"),
    [
        (None, "a day needs request.service_date; say how many days before the request it was"),
        ("2025-01-31", "2025-02-01 is after the service date, 2025-01-31"),
    ],
)
def test_a_day_from_which_no_days_can_be_counted_is_refused(
    kb: KnowledgeBase, today: str | None, problem: str
) -> None:
    vocabulary = next(kb.questions(a_case())).edition.vocabulary
    with pytest.raises(CaseError) as error:
        with_days(["days_since(ldl)"], "2025-02-01", vocabulary, {"request": {"service_date": today}})
    assert str(error.value) == problem


def test_an_interview_takes_the_day_of_a_measurement(kb: KnowledgeBase) -> None:
    known: dict[str, Any] = {
        "bmi": 31,
        "t_score": -3,
        "age": 40,
        "eosinophils": {"value": 500, "on": "2025-02-20"},
    }
    interview = Interview(
        kb,
        a_case(
            ldl=120,
            tried={"only": {"prednisone": ["intolerance"], "methotrexate": ["intolerance"]}},
            **known,
        ),
    )
    assert "a number (days), or a day, or a bound of it" in " ".join(
        "\n".join(interview.opening().splitlines()).split()
    )
    said = interview.answer("December 1, 2024")
    assert not said.refused
    assert interview.case["facts"]["days_since"] == {"ldl": 90}


def test_an_age_is_one_question_in_years_whatever_rules_count_it_in(kb: KnowledgeBase) -> None:
    asked = {one.id: one for one in kb.ask(a_case()).questions}
    assert "age_months" not in asked
    assert asked["age"].text == "What is the age, in years?"
    assert [a.value for a in asked["age"].answers] == ["less than 6 months", "6 months or more"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("160, 100", {"ldl_before": 160, "ldl": 100}),
        ("4.1 mmol/L, 100", {"ldl_before": {"value": Decimal("4.1"), "unit": "mmol/L"}, "ldl": 100}),
        ("160, ?", {"ldl_before": 160}),
        ("?, 100", {"ldl": 100}),
        ("the LDL cholesterol: 100, ?", {"ldl": 100}),
        ("-35 percent", {"ldl_change": -35}),
        ("?", {}),
    ],
)  # fmt: skip
def test_what_follows_from_two_numbers_is_asked_by_these(
    kb: KnowledgeBase, line: str, expected: dict[str, Any]
) -> None:
    case = a_case("continuation")
    ask = kb.ask(case)
    edition = next(kb.questions(case)).edition
    (asked,) = (asked for asked in ask.questions if asked.id == "ldl_change")
    assert list(asked.numbers) == ["ldl_before", "ldl"]
    others = {fact for each in ask.questions for fact in each.facts} - set(asked.facts)
    question = following(ask, edition.vocabulary, others)
    assert question is not None
    assert stated(question, edition, normal(line), line).states == expected


@pytest.mark.parametrize(
    ("ldl", "asked"),
    [
        ({"value": 95, "on": "2025-02-01"}, "What is the LDL cholesterol before treatment, in mg/dL?"),
        (
            {"at_most": 95, "on": "2025-02-01"},
            (
                "What is the LDL cholesterol before treatment (mg/dL), "
                "and what is the LDL cholesterol (mg/dL)?"
            ),
        ),
    ],
)
def test_of_two_numbers_that_make_one_that_is_asked_which_is_not_on_record(
    kb: KnowledgeBase, ldl: dict[str, Any], asked: str
) -> None:
    case = a_case("continuation", bmi=31, ldl=ldl)
    questions = {each.id: each.text for each in kb.ask(case).questions}
    assert questions["ldl_change"] == asked
    assert [step.question for step in kb.plan(case).steps if step.id == "ldl_change"] == [asked]


def test_a_number_that_is_asked_by_itself_is_not_asked_again_with_another(kb: KnowledgeBase) -> None:
    case = a_case("continuation")
    questions = {each.id: each.text for each in kb.ask(case).questions}
    assert questions["bmi"] == "What is the BMI, in kg/m2?"
    assert questions["bmi_loss"] == "What is the BMI before treatment, in kg/m2?"
    plan = [step.question for step in kb.plan(case).steps if step.id in ("bmi", "bmi_loss")]
    assert sorted(set(plan)) == sorted({questions["bmi"], questions["bmi_loss"]})


def test_what_is_not_known_is_not_asked_again_with_another(kb: KnowledgeBase) -> None:
    case = a_case("continuation", bmi_before=31, ldl=95, ldl_before=100)
    edition, ask = next(kb.questions(case)).edition, kb.ask(case)
    (bmi,) = (asked.facts for asked in ask.questions if asked.id == "bmi")
    others = {fact for asked in ask.questions for fact in asked.facts if "bmi" not in fact}
    question = following(ask, edition.vocabulary, others)
    assert question is not None
    assert question.words == "What is the BMI, in kg/m2?"
    assert following(ask, edition.vocabulary, others | set(bmi)) is None


def test_what_is_missing_of_a_number_is_the_number(kb: KnowledgeBase) -> None:
    decision = kb.decide(a_case("continuation"))
    asked = {missing.fact: missing.question for missing in decision.missing}
    born = {missing.fact: missing.question for missing in kb.decide(a_case()).missing}
    assert born["at_least(age_months,6)"] == born["at_least(age,12)"] == "What is the age, in years?"
    change = (
        "What is the LDL cholesterol before treatment (mg/dL), and what is the LDL cholesterol (mg/dL)?"
    )
    assert asked["more_than(ldl_change,-30)"] == change
    assert asked["more_than(bmi,30)"] == asked.get("at_least(bmi,30)", "What is the BMI, in kg/m2?")
    told = " ".join(text(decision).split())
    assert [told.count(question) for question in set(asked.values())] == [1] * len(set(asked.values()))


def test_a_number_and_a_day_of_a_drug_are_found_without_their_beginning(kb: KnowledgeBase) -> None:
    found = {each.text: each.about for each in Session(kb, a_case()).suggestions("set predn")}
    assert found["last_taken.prednisone="] == "a day"
