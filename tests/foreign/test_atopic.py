"""A made-up policy on an antibody for asthma and atopic dermatitis: bands of ages, deep trees."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from lupa import KnowledgeBase
from lupa.pages.exploring import ask_text, plan_text
from tests.command import command
from tests.foreign import alike
from tests.foreign import atopic as oracle
from tests.foreign.atopic import POLICY
from tests.times import times

pytestmark = pytest.mark.slow

ECZEMA: dict[str, Any] = {
    "drug": "Atopyra",
    "indication": "eczema",
    "phase": "initial",
    "service_date": "2026-06-30",
}
ASTHMA = ECZEMA | {"indication": "asthma"}
GIRL: dict[str, Any] = {
    "request": ASTHMA | {"months": 7, "milligrams": 500, "days_supply": 28},
    "facts": {
        "birth_date": "2019-01-10",
        "weight": 28,
        "diagnosis": ["J45.50"],
        "eosinophils": [{"value": 0.2, "unit": "10*9/L", "on": "2026-01-10"}],
        "tried": {"Flovent": ["intolerance"]},
        "weeks_on": {"montelukast": 13},
        "fev1": 85,
        "prescribed_with": ["allergist"],
        "taking": {"only": ["montelukast"]},
    },
}
MAN: dict[str, Any] = {
    "request": ECZEMA,
    "facts": {
        "age": 40,
        "diagnosis": {"only": ["eczema"]},
        "body_surface": 8,
        "easi": 15,
        "affects": {"only": ["hands"]},
        "tried": {
            "only": {"hydrocortisone_cream": ["inadequate_response"], "Elidel": ["inadequate_response"]}
        },
        "weeks_on": {"Elidel": 5, "Elocon": 2},
        "prescribed_with": {"only": ["pulmonologist"]},
        "taking": {"only": ["dupilumab"]},
    },
}
CHILD: dict[str, Any] = {
    "request": ECZEMA | {"milligrams": 500, "days_supply": 28},
    "facts": {"diagnosis": {"only": ["eczema"]}, "body_surface": 8, "taking": {"only": []}},
}


# ---- against the document ------------------------------------------------------------------------


def as_the_document_calls_it(limit: str) -> str:
    """The document has one limit on the dose, in bands of age and weight."""
    return "dose" if limit.startswith("dose") else "term"


def test_it_decides_as_the_document_does(atopic_kb: KnowledgeBase) -> None:
    found = alike.agrees(atopic_kb, oracle, random.Random("Atopyra"), 100, as_the_document_calls_it)
    assert min(found[name] for name in ("approve", "deny", "modify")) >= 3, found


@pytest.mark.parametrize("name", ["Temovate", "clobetasol_cream"])
def test_a_number_that_is_stated_by_a_brand_is_so_in_each_patient_who_shows_an_outcome(
    atopic_kb: KnowledgeBase, name: str
) -> None:
    decision = atopic_kb.decide(CHILD | {"facts": CHILD["facts"] | {"age": 40, "weeks_on": {name: 4}}})
    assert {witness.case["facts"]["weeks_on"][name] for witness in decision.witnesses} == {4}
    outcomes = [atopic_kb.decide(witness.case).outcome for witness in decision.witnesses]
    assert outcomes == list(decision.possible)


@pytest.mark.mass
def test_it_decides_many_as_the_document_does(atopic_kb: KnowledgeBase) -> None:
    found = alike.agrees(atopic_kb, oracle, random.Random("many"), 3000, as_the_document_calls_it)
    assert min(found[name] for name in ("approve", "deny", "modify")) >= 80, found


def test_an_age_and_a_weight_that_are_not_told_leave_open_what_their_completions_leave(
    atopic_kb: KnowledgeBase,
) -> None:
    dice = random.Random("gaps")
    found: Counter[str] = Counter()
    for _ in range(times(60)):
        patient = oracle.random_patient(dice)
        case = oracle.case_of(patient)
        del case["facts"]["weight"], case["facts"]["age_months"]
        worlds = {
            oracle.outcome(oracle.of_size(patient, months, weight))[0]
            for months in (5, 6, 24, 72, 144, 216)
            for weight in (14, 15, 30, 60)
        }
        decision = atopic_kb.decide(case)
        assert set(decision.possible) == worlds, case
        found[decision.outcome] += 1
    assert found["pend"] >= times(3), found


# ---- what is told --------------------------------------------------------------------------------


def test_of_a_child_the_dose_is_judged_by_the_weight(atopic_kb: KnowledgeBase) -> None:
    told = alike.page(atopic_kb, GIRL)
    for words in (
        "dose_child: More than 300 mg per 28 days is asked for; 300 mg per 28 days can be authorized.",
        "The age is less than 12 years (born 2019-01-10, so 7 on 2026-06-30).",
        "The weight is less than 30 kg (28). The weight is 15 kg or more (28).",
        "The FEV1 before a bronchodilator is less than 90 percent of predicted (85).",
    ):
        assert words in told
    assert "adolescent" not in told


def test_an_adult_is_told_which_part_of_a_step_is_missing(atopic_kb: KnowledgeBase) -> None:
    told = alike.page(atopic_kb, MAN)
    for words in (
        "All of these are needed; 0 of 2 found; open: topical steroid, calcineurin inhibitor.",
        "thin_skin: Neither the face, nor the genitals, nor folds of the skin are affected.",
        "The time on pimecrolimus cream is less than 6 weeks (5).",
        "The drug is not covered together with dupilumab.",
    ):
        assert words in told


def test_a_reason_says_of_a_number_what_is_enough(atopic_kb: KnowledgeBase) -> None:
    assert "The age is 6 months or more (40 years)." in alike.page(atopic_kb, MAN)


def test_of_limits_by_weight_the_one_that_holds_is_assumed(atopic_kb: KnowledgeBase) -> None:
    facts = MAN["facts"] | {
        "tried": {"Elidel": ["intolerance"], "Elocon": ["contraindicated"]},
        "prescribed_with": ["dermatologist"],
        "taking": {"only": []},
    }
    adult = atopic_kb.decide({"request": ECZEMA, "facts": facts})
    child = atopic_kb.decide({"request": ECZEMA, "facts": facts | {"age": 17, "weight": 20}})
    numbers = [[a.fact for a in d.assumptions if a.fact.startswith("more_than")] for d in (adult, child)]
    assert numbers == [
        ["more_than(months,6)", "more_than(dose_per_28_days,600)"],
        ["more_than(months,6)", "more_than(dose_per_28_days,300)"],
    ]


def test_what_is_missing_is_asked_of_each_number_on_its_own(atopic_kb: KnowledgeBase) -> None:
    told = alike.page(atopic_kb, CHILD)
    assert "What is the weight, in kg? weight, for dose_big_child" in told
    assert "Which of these is on record of earlier treatment? " in told
    assert " not tolerated: mometasone cream, " in told


def test_what_is_asked_says_once_what_several_share(atopic_kb: KnowledgeBase) -> None:
    told = " ".join(ask_text(atopic_kb.ask(CHILD)).split())
    for words in (
        "6 months or more, less than 18 years: approve, deny or modify",
        "not tolerated: mometasone cream, triamcinolone cream, betamethasone cream, clobetasol cream,",
    ):
        assert words in told
    told = " ".join(plan_text(atopic_kb.plan(CHILD)).split())
    for words in (
        "2 years or more, less than 18 years: go to",
        "clobetasol cream: not tolerated or contraindicated; and none of tacrolimus ointment, pimecrolimus",
        "none of tacrolimus ointment, pimecrolimus cream: 6 weeks or more: DENY",
    ):
        assert words in told


def test_the_policys_own_indications_come_first(atopic_kb: KnowledgeBase) -> None:
    choice = next(
        group
        for group in atopic_kb.edition(POLICY).vocabulary.choice_of.values()
        if "requested(indication,asthma)" in group.values()
    )
    assert list(choice)[:3] == ["asthma", "atopic_dermatitis", "sle"]


def test_limits_under_a_condition_are_shown(atopic: Path) -> None:
    told = " ".join(command("show", POLICY, "--kb", str(atopic)).out.split())
    when = "The age is less than 12 years. The weight is 15 kg or more. The weight is less than 30 kg."
    assert f"dose_child: No more than 300 mg per 28 days is asked for. (if it applies: {when})" in told


@pytest.mark.parametrize("case", [GIRL, MAN, CHILD], ids=["girl", "man", "child"])
@pytest.mark.parametrize(
    "words",
    [
        ("decide", "--format", "markdown"), ("why", "--tree"), ("whatif", "--set", "weight=30"),
        ("flip",), ("ask",), ("ask", "--plan"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_every_verb_answers(atopic: Path, words: tuple[str, ...], case: dict[str, Any]) -> None:
    alike.answers(atopic, POLICY, words, case)


def test_what_would_approve_it_does(atopic_kb: KnowledgeBase) -> None:
    flips = atopic_kb.flip(MAN, "approve").flips
    assert flips
    for flip in flips:
        stated = {statement.fact: statement.value for statement in flip.statements}
        assert atopic_kb.whatif(MAN, stated).after.outcome == "approve"


def test_from_nothing_a_plan_asks_few_questions(atopic_kb: KnowledgeBase) -> None:
    plan = atopic_kb.plan({"request": {"policy": POLICY}})
    assert plan.questions == 12
    asked = {step.question for step in plan.steps}
    assert {
        "Which of these is on record of earlier treatment?",
        "How many weeks was each of these taken?",
        "What is the age, in years?",
        "Which of these does atopic dermatitis affect?",
    } <= asked


def test_the_interview_asks_nothing_twice_and_ends_in_a_case(atopic: Path, tmp_path: Path) -> None:
    saved = tmp_path / "case.yaml"
    answers = (
        "eczema",
        "initial",
        "yes",
        "26 months",
        "Elidel: contraindicated",
        "Elocon: 5",
        "allergist",
        "none",
        "12",
        "none",
    )
    ended = command(
        "ask", "--policy", POLICY, "--interactive", "--save", str(saved), "--kb", str(atopic),
        stdin="\n".join(answers).encode(),
    )  # fmt: skip
    assert (ended.status, ended.err) == (0, "")
    assert "APPROVE" in ended.out
    asked = [line for line in ended.out.splitlines() if line.endswith("?")]
    assert len(asked) == len(set(asked)) <= 12
    assert command("decide", str(saved), "--kb", str(atopic)).out.startswith("APPROVE")


# ---- for authors ---------------------------------------------------------------------------------


def test_it_is_free_of_findings(atopic_kb: KnowledgeBase) -> None:
    alike.is_free_of_findings(atopic_kb, POLICY)


@pytest.mark.mass
def test_its_cases_show_all_of_it(atopic_kb: KnowledgeBase) -> None:
    alike.cases_show_all(atopic_kb)


@pytest.mark.mass
def test_no_small_change_of_its_rules_goes_unnoticed(atopic_kb: KnowledgeBase) -> None:
    alike.notices_every_change(atopic_kb, POLICY)
