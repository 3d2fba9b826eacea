"""A policy on a service, a glucose monitor: coded, without phases, with events counted in a window."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from lupa import CaseError, KnowledgeBase
from tests.command import as_bytes, command
from tests.foreign import alike
from tests.foreign import oracle_cgm as oracle
from tests.foreign.oracle_cgm import Patient, Reading
from tests.times import times

pytestmark = pytest.mark.slow

POLICY = "example_glucose_monitor"
PATIENT = Patient(
    indication="type_2_diabetes",
    diagnosed=frozenset({"type_2_diabetes"}),
    injections=0,
    pump=False,
    readings=(Reading("53", "mg/dL", 1), Reading("2.9", "mmol/L", 183)),
    severe=False,
    trained=True,
    visit=183,
    other_monitor=False,
)
CASE = oracle.case_of(PATIENT)


def with_facts(**facts: Any) -> dict[str, Any]:
    return {"request": CASE["request"], "facts": {**CASE["facts"], **facts}}


HIGH = {"value": 120, "on": "2025-06-29"}
ONCE = {"value": 53, "on": "2025-06-30"}
DENIED = with_facts(glucose={"only": [ONCE]})
OPEN = with_facts(glucose=[ONCE])


# ---- against the document ------------------------------------------------------------------------


def decides_as_the_document_does(kb: KnowledgeBase, count: int) -> Counter[str]:
    dice = random.Random("monitors")
    found: Counter[str] = Counter()
    for _ in range(count):
        patient = oracle.random_patient(dice)
        decision = kb.decide(oracle.case_of(patient))
        wanted, bases = oracle.outcome(patient)
        assert (decision.outcome, {basis.id for basis in decision.bases}) == (wanted, bases), patient
        if patient.indication in oracle.TYPES:
            missed = {c.id for c in decision.criteria if c.status == "unmet"}
            assert missed == oracle.unmet(patient), patient
        found[decision.outcome] += 1
    return found


def test_it_decides_as_the_document_does(monitors_kb: KnowledgeBase) -> None:
    found = decides_as_the_document_does(monitors_kb, 300)
    assert min(found[name] for name in ("approve", "deny", "modify")) >= 10, found


@pytest.mark.mass
def test_it_decides_many_as_the_document_does(monitors_kb: KnowledgeBase) -> None:
    found = decides_as_the_document_does(monitors_kb, 3000)
    assert min(found[name] for name in ("approve", "deny", "modify")) >= 100, found


def test_a_record_with_gaps_comes_to_what_its_completions_come_to(monitors_kb: KnowledgeBase) -> None:
    dice = random.Random("gaps")
    found: Counter[str] = Counter()
    for _ in range(times(500)):
        patient = oracle.random_patient(dice)
        gaps = dice.sample(oracle.GAPS, dice.randint(1, 2))
        worlds = {oracle.outcome(world)[0] for world in oracle.completions(patient, gaps)}
        decision = monitors_kb.decide(oracle.case_of(patient, gaps))
        assert set(decision.possible) == worlds, (patient, gaps)
        found[decision.outcome] += 1
    assert min(found[name] for name in ("approve", "deny", "pend")) >= times(10), found


# ---- a service, without phases -------------------------------------------------------------------


@pytest.mark.parametrize(
    "request_",
    [
        {"code": "E2103"},
        {"code": "hcpcs:E2102"},
        {"service": "CGM"},
        {"service": "continuous glucose monitor", "payer": "EHP"},
        {"code": "E2103", "phase": "initial"},
        {"code": "E2103", "phase": "continuation"},
    ],
    ids=str,
)
def test_it_is_asked_for_by_code_or_name_in_any_phase_or_none(
    monitors_kb: KnowledgeBase, request_: dict[str, str]
) -> None:
    case = {**CASE, "request": {"indication": "T2D", "service_date": "2025-07-01", **request_}}
    decision = monitors_kb.decide(case)
    assert (decision.policy, decision.outcome, decision.missing) == (POLICY, "approve", ())


def test_a_code_for_supplies_alone_asks_for_no_monitor(monitors_kb: KnowledgeBase) -> None:
    with pytest.raises(CaseError) as caught:
        monitors_kb.decide({"request": {"code": "A4239"}, "facts": {}})
    assert str(caught.value) == (
        "request.code: the code 'A4239' asks for nothing: it is related to service(glucose_monitor); "
        "name the drug or the service"
    )


@pytest.mark.parametrize("code", ["E08.9", "E09.9", "E13.9"])
def test_diabetes_of_another_cause_is_told_by_code(monitors_kb: KnowledgeBase, code: str) -> None:
    case = with_facts(diagnosis=[code])
    case["request"] = {**case["request"], "indication": "other_diabetes"}
    assert monitors_kb.decide(case).outcome == "approve"


# ---- what is asked -------------------------------------------------------------------------------


def test_from_nothing_a_plan_asks_few_questions_and_no_phase(monitors_kb: KnowledgeBase) -> None:
    plan = monitors_kb.plan({"request": {"policy": POLICY}})
    assert plan.questions <= 9
    asked = {step.id for step in plan.steps}
    assert "requested(indication)" in asked
    assert "requested(phase)" not in asked
    assert {"How many times a day is insulin injected?"} <= {step.question for step in plan.steps}


def test_a_change_that_is_offered_makes_it_so(monitors_kb: KnowledgeBase) -> None:
    case = with_facts(trained=False, keeps_another_monitor=True)
    (flip,) = monitors_kb.flip(case, "approve").flips
    stated = {statement.fact: statement.value for statement in flip.statements}
    assert stated == {"trained": True, "keeps_another_monitor": False}
    assert monitors_kb.whatif(case, stated).after.outcome == "approve"


def test_a_witness_of_each_outcome_is_a_case_that_comes_to_it(monitors_kb: KnowledgeBase) -> None:
    witnesses = monitors_kb.decide(OPEN).witnesses
    assert {witness.outcome for witness in witnesses} == {"approve", "deny"}
    for witness in witnesses:
        assert monitors_kb.decide(witness.case).outcome == witness.outcome


# ---- the pages that a provider's office reads ----------------------------------------------------


def page(monitors: Path, case: dict[str, Any], *words: str) -> str:
    ended = command(*(words or ("decide",)), "-", "--kb", str(monitors), stdin=as_bytes(case))
    assert (ended.status, ended.err) == (0, "")
    return ended.out


def test_a_denial_tells_of_every_alternative_what_it_lacks(monitors: Path) -> None:
    assert """
Not met
  need: Neither intensive insulin treatment nor low glucose shows the need for a
    monitor.
    One of these is needed; none of 2 found.
    Example Policy DME-3, Continuous Glucose Monitors, Coverage, item 2
    - not met, insulin: Insulin is neither injected often enough nor given by a
      pump.
        One of these is needed; none of 2 found.
        Example Policy DME-3, Continuous Glucose Monitors, Coverage, item 2.1
        - not met, injections: Insulin is injected fewer than 3 times a day.
            because Insulin is injected fewer than 3 times a day (0).
        - not met, pump: Insulin is not given by a pump.
    - not met, low_glucose: The glucose was not too low often enough, nor once
      severely.
        One of these is needed; none of 2 found.
        Example Policy DME-3, Continuous Glucose Monitors, Coverage, item 2.2
        - not met, level_2: The glucose was not below 54 mg/dL at least twice in
          the last 6 months.
            because In the last 183 days there are fewer than 2 measurements in
                    which the glucose is less than 54 mg/dL (53 on 2025-06-30).
""" in page(monitors, DENIED)


@pytest.mark.parametrize(
    ("glucose", "told"),
    [
        ([], "less than 54 mg/dL (none on record)."),
        ([HIGH, HIGH], "less than 54 mg/dL (none of those on record)."),
        ([HIGH, ONCE], "less than 54 mg/dL (53 on 2025-06-30)."),
        ([ONCE, {"at_least": 50, "on": "2024-12-29"}], "less than 54 mg/dL (53 on 2025-06-30)."),
    ],
    ids=["none", "none low", "one low", "one too old"],
)
def test_of_readings_that_are_too_few_those_are_told_that_count(
    monitors: Path, glucose: list[Any], told: str
) -> None:
    assert told in " ".join(page(monitors, with_facts(glucose={"only": glucose})).split())


def test_a_pend_asks_for_the_second_reading_alone(monitors: Path) -> None:
    assert """
Missing, the most decisive first
  - Are there 2 measurements or more of the last 183 days in which the glucose
    is less than 54 mg/dL?
    measured_often(less_than(glucose,54),183,2), for need

Open
""" in page(monitors, OPEN)


def test_an_approval_shows_the_readings_as_they_were_stated(monitors: Path) -> None:
    told = " ".join(page(monitors, CASE).split())
    assert "less than 54 mg/dL (53 on 2025-06-30, 2.9 mmol/L on 2024-12-30)" in told
    assert "The treating clinician saw the patient in the last 183 days (2024-12-30)." in told


VERBS = (
    ("decide", "--json"), ("decide", "--witness"), ("decide", "--format", "markdown"),
    ("why",), ("why", "--tree"), ("why", "--all"),
    ("whatif", "--set", "insulin_injections=3"), ("whatif", "--set", "glucose=40", "--unset", "visit"),
    ("whatif", "--all-readings"), ("flip",), ("flip", "--to", "deny"),
    ("ask",), ("ask", "--plan"), ("ask", "--json"),
)  # fmt: skip


@pytest.mark.parametrize("case", [CASE, OPEN, DENIED], ids=["approved", "open", "denied"])
@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_every_verb_answers(monitors: Path, words: tuple[str, ...], case: dict[str, Any]) -> None:
    told = page(monitors, case, *words)
    assert ("## Proposed determination" if "markdown" in words else POLICY) in told


@pytest.mark.parametrize(
    "words",
    [("facts", POLICY), ("show", POLICY), ("show", POLICY, "--clauses"), ("schema", "case"), ("policies",)],
    ids=" ".join,
)
def test_what_it_holds_is_shown(monitors: Path, words: tuple[str, ...]) -> None:
    ended = command(*words, "--kb", str(monitors))
    assert (ended.status, ended.err) == (0, "")
    assert ended.out


def test_what_all_pathways_ask_for_alike_is_shown_once(monitors: Path) -> None:
    ended = command("show", POLICY, "--kb", str(monitors))
    assert (
        """
type 1 diabetes, type 2 diabetes, diabetes of another cause, initial
therapy and continuation: all of
  diabetes: The diabetes that the monitor is requested for is diagnosed.
"""
        in ended.out
    )
    assert ended.out.count("training: ") == 1


# ---- for authors ---------------------------------------------------------------------------------


def test_it_is_free_of_findings(monitors_kb: KnowledgeBase) -> None:
    alike.is_free_of_findings(monitors_kb, POLICY)


def test_its_cases_pass_and_show_all_that_its_rules_say(monitors_kb: KnowledgeBase) -> None:
    alike.cases_show_all(monitors_kb)


@pytest.mark.mass
def test_no_small_change_of_its_rules_goes_unnoticed(monitors_kb: KnowledgeBase) -> None:
    alike.notices_every_change(monitors_kb, POLICY)
