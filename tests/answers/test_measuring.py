"""What is answered where numbers have units, days, decimals and other numbers that follow from them."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from lupa import KnowledgeBase
from lupa.pages.exploring import flips_text
from lupa.pages.vocabulary import fact_rows
from lupa.record.edits import edited
from lupa.rules.edition import Edition
from tests.measuring import SERVICE, a_case, measuring_kb
from tests.times import times

TODAY = date.fromisoformat(SERVICE)


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    return measuring_kb(tmp_path_factory.mktemp("measuring"))


@pytest.fixture(scope="module")
def edition(kb: KnowledgeBase) -> Edition:
    return kb.edition("measuring")


def ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


# ---- witnesses ---------------------------------------------------------------------------------


def _some(dice: random.Random) -> dict[str, Any]:
    """A record with gaps: each number said in one of its ways, or not at all."""
    measured = [
        {"value": dice.choice([60, 95, 100, 140]), "on": ago(dice.choice([5, 90, 91, 400]))}
        for _ in range(2)
    ]
    ways: dict[str, list[Any]] = {
        "ldl": [
            95,
            {"at_least": 60, "at_most": 140},
            {"at_least": 60, "on": ago(50)},
            measured[0],
            measured,
        ],
        "bmi": [Decimal("27.5"), {"at_least": 27}, 31],
        "age": [0, 12, {"at_least": 11}],
        "age_months": [{"at_least": 3}],
        "t_score": [Decimal("-2.5"), {"less_than": -2}],
        "weight": [20, {"at_least": 10}],
        "last_taken": [{"prednisone": ago(400)}, {"methotrexate": "never"}],
        "weeks_on": [{"prednisone": {"value": 90, "unit": "days"}}],
        "tried": [{"prednisone": ["intolerance"]}, {"methotrexate": {"only": []}}],
        "eosinophils": [{"only": []}, {"only": [{"value": 200, "on": ago(30)}]}],
    }
    return {name: dice.choice(found) for name, found in ways.items() if dice.random() < 0.5}


def test_each_witness_is_decided_as_what_it_is_a_witness_of(kb: KnowledgeBase) -> None:
    dice = random.Random("witnesses")
    looked_at = 0
    for _ in range(times(60)):
        phase = dice.choice(["initial", "continuation"])
        request = {"dose": dice.choice([100, 200])} if dice.random() < 0.5 else {}
        for witness in kb.decide(a_case(phase, request, **_some(dice))).witnesses:
            looked_at += 1
            assert kb.decide(witness.case).outcome == witness.outcome
    assert looked_at > 10


def test_a_witness_never_contradicts_itself_in_what_follows_from_its_numbers(kb: KnowledgeBase) -> None:
    dice = random.Random("before and now")
    for _ in range(times(40)):
        before: dict[str, Any] = {"ldl_before": dice.choice([130, {"at_least": 90, "at_most": 200}])}
        before |= {"bmi_before": dice.choice([33, {"at_most": 31}])}
        for witness in kb.decide(a_case("continuation", **_some(dice), **before)).witnesses:
            assert kb.decide(witness.case).policy == "measuring"  # else it is refused


def test_nobody_is_thirty_four_years_and_five_months_old(kb: KnowledgeBase) -> None:
    for witness in kb.decide(a_case()).witnesses:
        facts = witness.case["facts"]
        assert facts["age"] == facts["age_months"] // 12


def test_the_patients_of_findings_have_numbers_that_agree(kb: KnowledgeBase) -> None:
    patients = [patient for finding in kb.verify("measuring").findings for patient in finding.patients]
    assert patients
    for patient in patients:
        expected = patient.case.pop("expect", {}).get("outcome")
        decided = kb.decide(patient.case)
        assert expected in (None, decided.outcome) or expected in decided.possible


def test_of_several_cut_points_of_one_number_the_strongest_is_said(edition: Edition) -> None:
    told = dict.fromkeys(
        ['at_least(bmi,"27.5")', "at_least(bmi,30)", "at_least(age,12)", "at_least(age_months,6)"], True
    )
    assert edition.vocabulary.weaker(told) == {'at_least(bmi,"27.5")', "at_least(age_months,6)"}
    told |= dict.fromkeys(['at_least(bmi,"27.5")', "at_least(bmi,30)", "more_than(bmi,30)"], False)
    assert edition.vocabulary.weaker(told) == {
        "at_least(bmi,30)",
        "more_than(bmi,30)",
        "at_least(age_months,6)",
    }


# ---- words -------------------------------------------------------------------------------------


def test_several_bounds_of_one_number_are_not_said_as_one(edition: Edition) -> None:
    assert edition.asking.table(['at_least(bmi,"27.5")', "at_least(bmi,30)"]) is None


def test_numbers_are_said_with_unit_and_day(kb: KnowledgeBase) -> None:
    ldl = [{"value": Decimal("2.6"), "unit": "mmol/L", "on": ago(50)}, {"value": 60, "on": ago(300)}]
    counts = {"only": [{"value": 140, "on": ago(9)}, {"value": 310, "on": ago(90)}]}
    case = a_case(ldl=ldl, eosinophils=counts, bmi=28, age=12, t_score=Decimal("-2.5"))
    said = {c.id: [cause.text for cause in c.because] for c in kb.decide(case).criteria if c.because}
    assert said == {
        "ldl_high": [
            "The LDL cholesterol is 100 mg/dL or more (2.6 mmol/L on 2025-01-10).",
            "The time since the LDL cholesterol was measured is not more than 90 days (2025-01-10).",
        ],
        "weight": [
            "The BMI is 27.5 kg/m2 or more (28).",
            "The age is 144 months or more (12 years).",
        ],
        "bone": ["The T-score is not more than -2.5 (-2.5)."],
        "old": ["The age is 6 months or more (12 years)."],
        "counted": [
            (
                "There is a measurement of the last 365 days in which the eosinophil count is 300 cells/uL "
                "or more (310 on 2024-12-01)."
            )
        ],
    }


def test_what_follows_from_two_numbers_names_both(kb: KnowledgeBase) -> None:
    case = a_case("continuation", ldl_before=130, ldl=91)
    (fall,) = (c for c in kb.decide(case).criteria if c.id == "fall")
    assert [cause.text for cause in fall.because] == [
        "The change of the LDL cholesterol is not more than -30 percent (130, then 91)."
    ]


def test_what_is_not_asked_of_is_told_once(kb: KnowledgeBase) -> None:
    case = a_case(weeks_on={"prednisone": 3}, tried={"azathioprine": ["intolerance"]})
    assert kb.decide(case).unread == ("tried(azathioprine,intolerance)",)


# ---- what if -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "sets", "after"),
    [
        (
            {"ldl": {"value": 3, "unit": "mmol/L", "on": ago(50)}},
            {"at_least(ldl,100)": False},
            {"ldl": {"less_than": 100, "on": ago(50)}},
        ),
        (
            {"ldl": [{"value": 130, "on": ago(50)}, {"value": 60, "on": ago(9)}]},
            {"at_least(ldl,100)": True},
            {"ldl": [{"value": 130, "on": ago(50)}, {"at_least": 100, "on": ago(9)}]},
        ),
        (
            {"ldl": {"only": [{"value": 130, "on": ago(50)}]}},
            {"at_least(ldl,100)": False},
            {"ldl": {"only": [{"less_than": 100, "on": ago(50)}]}},
        ),
        (
            {"ldl": {"value": 130, "on": ago(100)}},
            {"more_than(days_since(ldl),90)": False},
            {"ldl": {"value": 130}, "days_since": {"ldl": {"at_most": 90}}},
        ),
        (
            {"last_taken": {"prednisone": ago(400)}},
            {"more_than(days_since(last_taken(prednisone)),365)": False},
            {"days_since": {"last_taken(prednisone)": {"at_most": 365}}},
        ),
        (
            {"ldl": 95},
            {"more_than(days_since(ldl),90)": False},
            {"ldl": 95, "days_since": {"ldl": {"at_most": 90}}},
        ),
        ({"ldl": 95}, {"ldl": {"value": 3, "on": ago(1)}}, {"ldl": {"value": 3, "on": ago(1)}}),
        ({}, {"last_taken.prednisone": ago(3)}, {"last_taken": {"prednisone": ago(3)}}),
        ({"birth_date": "2012-01-01"}, {"age_months": 5}, {"age_months": 5}),
        ({"age": 3}, {"age_months": 5}, {"age_months": 5}),
        ({"age_months": 5}, {"age": 3}, {"age": 3}),
        ({"bmi": 28}, {"at_least(bmi,27.5)": False}, {"bmi": {"less_than": 27.5}}),
        ({"age": 12}, {"at_least(age_months,6)": False}, {"age_months": {"less_than": 6}}),
    ],
)
def test_a_number_with_its_day_is_edited(edition: Edition, facts: Any, sets: Any, after: Any) -> None:
    assert edited(a_case(**facts), sets.items(), (), edition)["facts"] == after


def test_what_a_measurement_says_is_unset_with_it(kb: KnowledgeBase) -> None:
    case = a_case("continuation", ldl={"only": [{"value": 60, "on": ago(5)}]})
    answer = kb.whatif(case, {"ldl": [{"value": 140, "on": ago(5)}]})
    assert [(c.name, c.before, c.after) for c in answer.stated if c.name == "ldl"] == [
        ("ldl", f"{{only: [{{value: 60, on: {ago(5)}}}]}}", f"[{{value: 140, on: {ago(5)}}}]")
    ]


# ---- earlier treatment -------------------------------------------------------------------------


def _almost(**tried: list[str]) -> dict[str, Any]:
    """Approved but for the steps that are not tried."""
    return a_case(
        ldl={"value": 130, "on": ago(5)},
        bmi=31,
        t_score=-3,
        age=40,
        eosinophils={"only": [{"value": 400, "on": ago(5)}]},
        tried={"only": tried},
        weeks_on={"prednisone": 20, "methotrexate": 8},
        last_taken={"prednisone": ago(30), "methotrexate": ago(30)},
    )


def test_a_step_that_is_still_to_be_tried_is_offered(kb: KnowledgeBase) -> None:
    (flip,) = kb.flip(_almost(prednisone=["inadequate_response"]), "approve").flips
    assert [(s.fact, s.value, s.kind) for s in flip.statements] == [
        ("tried(methotrexate,inadequate_response)", True, "change"),
        ("at_least(weeks_on(methotrexate),12)", True, "change"),
    ]
    assert kb.decide(flip.case).outcome == "approve"


@pytest.mark.parametrize("end", ["contraindicated", "intolerance"])
def test_what_is_contraindicated_is_not_offered(kb: KnowledgeBase, edition: Edition, end: str) -> None:
    case = _almost(prednisone=["declined"], methotrexate=[end])
    offered = [s.fact for flip in kb.flip(case, "approve").flips for s in flip.statements]
    assert offered == ["tried(prednisone,inadequate_response)"]
    barred = set(edition.vocabulary.efforts.speaks_against("taking(methotrexate)"))
    assert barred == {"tried(methotrexate,contraindicated)", "tried(methotrexate,intolerance)"}


def test_earlier_treatment_is_ground_only_for_what_a_policy_asks(edition: Edition) -> None:
    shipped = KnowledgeBase.load()
    for policy in shipped.policies:
        vocabulary = shipped.edition(policy).vocabulary
        assert "tried" not in vocabulary.families
        assert not [name for name in vocabulary.quantities if name.startswith(("weeks_on(", "days_since("))]
    assert set(edition.vocabulary.families["tried"]) == {"prednisone", "methotrexate"}


# ---- pages -------------------------------------------------------------------------------------


def test_how_far_a_decimal_may_move_is_told_exactly(kb: KnowledgeBase) -> None:
    case = _almost(prednisone=["intolerance"], methotrexate=["intolerance"])
    found = {m.quantity: (m.low, m.high) for m in kb.flip(case, "deny").margins}
    assert found["t_score"] == (None, -2.5)
    assert found["days_since(ldl)"] == (None, 90)
    text = flips_text(kb.flip(case, "deny"), 200)
    assert "the T-score, -3: approve up to -2.5 (above: deny)" in text


def test_what_a_case_can_state_is_listed_where_it_states_it(kb: KnowledgeBase) -> None:
    rows = {row["where"]: (row["value"], row["label"]) for row in fact_rows(kb, "measuring")}
    assert rows["facts.ldl"] == (
        "a number from 0 to 1000, or a range",
        "mg/dL; or mmol/L; with the day it was measured",
    )
    assert rows["facts.last_taken.prednisone"] == ("a day, or never", "")
    assert not [where for where in rows if where.startswith("facts.days_since")]
