"""A number is told with its unit as a person says it: one night, two nights, and a score that has none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lupa import CaseError, KnowledgeBase
from lupa.pages.exploring import ask_text
from lupa.pages.vocabulary import fact_rows, fact_text
from lupa.rules.numbers import counted
from tests.measuring import a_case, measuring_kb
from tests.page.node import in_node, needs_node, written

STAY = """
quantity(nights, "nights", 0, 60). label(nights, "the stay asked for").
part_of_request(nights). whole(nights).
limit(measuring, stay, nights, 1).
limited(measuring, high_ldl, (initial; continuation), stay, c1).
text(measuring, limit(stay), "The stay is too long.", "The stay is not too long.").
quantity(grade, "", 0, 4). label(grade, "the grade asked for"). part_of_request(grade).
limit(measuring, highest, grade, 4).
limited(measuring, high_ldl, (initial; continuation), highest, c1).
text(measuring, limit(highest), "The grade is above the limit.", "The grade is within the limit.").
quantity(score, "", 0, 105). label(score, "the score"). whole(score).
quantity(score_before, "", 0, 105). label(score_before, "the score before treatment"). whole(score_before).
quantity(score_change, "", -105, 105). label(score_change, "the change of the score").
difference(score_change, score_before, score).
cut_point(more_than(score_change, -4)).
asks_how_often_measured(at_least(eosinophils, 500), 90, 1).
requires(measuring, high_ldl, initial, once, c1).
met(measuring, once) :- measured_often(at_least(eosinophils, 500), 90, 1).
requires(measuring, high_ldl, continuation, score_fell, c1).
met(measuring, score_fell) :- not more_than(score_change, -4).
"""


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    return measuring_kb(tmp_path_factory.mktemp("units"), STAY)


def going_on(request: dict[str, Any] | None = None, **facts: Any) -> dict[str, Any]:
    """A continuation for which nothing but what is given here is open."""
    met = {"ldl_before": 200, "ldl": 100, "bmi": 31, "measured": {"only": {}}}
    return a_case("continuation", request, **met, **facts)


@pytest.mark.parametrize(
    ("number", "unit", "words"),
    [
        ("1", "nights", "1 night"),
        ("2", "nights", "2 nights"),
        ("0", "nights", "0 nights"),
        ("1.5", "weeks", "1.5 weeks"),
        ("1", "doses a day", "1 dose a day"),
        ("1", "cells/uL", "1 cell/uL"),
        ("1", "inches", "1 inch"),
        ("1", "mg/dL", "1 mg/dL"),
        ("1", "mmHg", "1 mmHg"),
        ("1", "percent", "1 percent"),
        ("1", "Gauss", "1 Gauss"),
        ("1", "", "1"),
    ],
)
def test_one_of_a_unit_is_told_as_one(number: str, unit: str, words: str) -> None:
    assert counted(number, unit) == words


def test_one_night_is_asked_for_limited_and_authorized(kb: KnowledgeBase) -> None:
    case = going_on({"nights": 2, "grade": 3}, score_before=8, score=4)
    decision, letter = kb.decide(case), kb.letter(case).text
    assert [cause.text for cause in decision.limits[0].because][
        -1
    ] == "The stay asked for is more than 1 night (2)."
    assert "The stay asked for: 2 nights. The grade asked for: 3. From" in " ".join(letter.split())
    assert decision.authorized == {"dose_per_weight": 7.5, "nights": 1, "grade": 3}
    assert (
        "can be authorized: 7.5 mg/kg (the dose by weight); 1 night; 3 (the grade asked for)."
        in " ".join(letter.split())
    )


@needs_node
def test_a_page_says_one_night_too(kb: KnowledgeBase, tmp_path: Path) -> None:
    requests = ({"nights": 2, "grade": 3}, {"nights": 1, "grade": 1})
    cases = [going_on(request, score_before=8, score=4) for request in requests]
    asked = [{"given": case, "to": "member", "form": "text", "fields": {}} for case in cases]
    found = in_node(written(kb, tmp_path), asked, "letters.mjs")
    assert found == [[kb.letter(case, to="member").text] for case in cases]


def test_a_score_is_asked_for_without_a_unit(kb: KnowledgeBase) -> None:
    asked = " ".join(ask_text(kb.ask(going_on())).split())
    assert "What is the score before treatment, and what is the score?" in asked
    assert "the change of the score: -4 or less: approve" in asked


@pytest.mark.parametrize(
    ("score", "problem"),
    [
        (3.5, "3.5 is not whole"),
        ({"at_least": 4, "at_most": 3}, "no number is at least 4 and at most 3"),
    ],
)
def test_what_no_score_can_be_is_told_without_a_unit(kb: KnowledgeBase, score: Any, problem: str) -> None:
    with pytest.raises(CaseError) as error:
        kb.decide(going_on(score=score))
    assert str(error.value) == f"facts.score: {problem}"


def test_what_a_case_can_state_is_listed_by_what_there_is_to_say_of_it(kb: KnowledgeBase) -> None:
    listed = fact_text(fact_rows(kb, "measuring"), 80)
    assert "a number from 0 to 105, or a range\n" in listed
    assert "-105 to 105, or a range  what score_before with score come to\n" in listed
    assert "a day, or never\n" in listed


def test_a_number_that_a_plan_asks_for_alone_is_answered_by_a_number(kb: KnowledgeBase) -> None:
    starting: dict[str, Any] = {
        "ldl": {"value": 120, "on": "2025-02-01"},
        "bmi": 31,
        "t_score": -3,
        "age": 40,
    }
    measured: dict[str, Any] = {"eosinophils": {"value": 500, "on": "2025-02-20"}}
    days: dict[str, Any] = {"last_taken": {"methotrexate": "2025-01-01", "prednisone": "2025-01-01"}}
    plan = kb.plan(a_case(**starting, **measured, **days))
    (step,) = (step for step in plan.steps if step.question == "What is the time on prednisone, in weeks?")
    assert [branch.text for branch in step.branches] == ["less than 12", "12 or more"]


def test_many_silent_numbers_of_one_name_are_counted(kb: KnowledgeBase) -> None:
    weeks = tuple(f"at_least(weeks_on(drug_{number}),12)" for number in range(7))
    asked = replace(kb.ask(going_on()), immaterial=(*weeks, "at_least(age,12)", "more_than(age,12)"))
    assert "Silent, and unable to change it: weeks_on: 7, age." in " ".join(ask_text(asked).split())


def test_once_or_more_is_said_as_any_measurement_and_its_record_is_to_be_sent(kb: KnowledgeBase) -> None:
    case = a_case(ldl={"value": 120, "on": "2025-02-01"}, bmi=31, t_score=-3, age=40)
    missing = {missing.fact: missing.question for missing in kb.decide(case).missing}
    once = missing["measured_often(at_least(eosinophils,500),90,1)"]
    which = "the eosinophil count is 500 cells/uL or more"
    assert once == f"Is there a measurement of the last 90 days in which {which}?"
    assert "- The records of the eosinophil count of the last 90 days." in kb.letter(case).text
