"""A made-up policy on an antibody against cholesterol: steps are counted, numbers have days."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from lupa import CaseError, KnowledgeBase
from tests.command import command
from tests.foreign import alike
from tests.foreign import lipid as oracle
from tests.foreign.lipid import POLICY, STATINS
from tests.times import times

pytestmark = pytest.mark.slow

REQUEST = {"drug": "Lipolex", "indication": "FH", "phase": "initial", "service_date": "2026-06-30"}
APPROVED: dict[str, Any] = {
    "request": REQUEST,
    "facts": {
        "diagnosis": ["FH"],
        "tried": {"Lipitor": ["intolerance"], "Crestor": ["contraindicated"]},
        "ldl": {"value": 3.1, "unit": "mmol/L", "on": "2026-06-01"},
        "prescribed_with": ["cardiologist"],
    },
}
OPEN: dict[str, Any] = {
    "request": REQUEST | {"milligrams": 420, "days_supply": 28},
    "facts": APPROVED["facts"]
    | {
        "tried": {"Crestor": ["intolerance"]},
        "weeks_on": {"atorvastatin": 4},
        "ldl": {"value": 3.1, "unit": "mmol/L"},
    },
}
DENIED: dict[str, Any] = {
    "request": REQUEST,
    "facts": APPROVED["facts"]
    | {
        "tried": {"only": {"Crestor": ["intolerance"]}},
        "weeks_on": {"atorvastatin": {"value": 55, "unit": "days"}, "simvastatin": 0},
        "ldl": [
            {"value": 2.5, "unit": "mmol/L", "on": "2026-06-01"},
            {"value": 140, "on": "2026-05-10"},
        ],
    },
}


# ---- against the document ------------------------------------------------------------------------


def test_it_decides_as_the_document_does(lipid_kb: KnowledgeBase) -> None:
    found = alike.agrees(lipid_kb, oracle, random.Random("Lipolex"), 300)
    assert min(found[name] for name in ("approve", "deny", "modify")) >= 20, found


@pytest.mark.mass
def test_it_decides_many_as_the_document_does(lipid_kb: KnowledgeBase) -> None:
    found = alike.agrees(lipid_kb, oracle, random.Random("many"), 3000)
    assert min(found[name] for name in ("approve", "deny", "modify")) >= 200, found


def test_a_statin_that_is_not_told_of_leaves_open_what_its_completions_leave(
    lipid_kb: KnowledgeBase,
) -> None:
    dice = random.Random("gaps")
    found: Counter[str] = Counter()
    for _ in range(times(200)):
        patient = oracle.random_patient(dice)
        place = dice.randrange(len(STATINS))
        case = oracle.case_of(patient)
        case["facts"]["tried"]["only"].pop(STATINS[place], None)
        case["facts"]["tried"][STATINS[place]] = None
        del case["facts"]["weeks_on"][STATINS[place]]
        others = frozenset(pair for pair in patient.tried if pair[0] != STATINS[place])
        worlds = {
            oracle.outcome(oracle.filled(patient, place, others.union(more), weeks))[0]
            for more in ([], [(STATINS[place], "intolerance")])
            for weeks in (0, 8)
        }
        decision = lipid_kb.decide(case)
        assert set(decision.possible) == worlds, case
        found[decision.outcome] += 1
    assert found["pend"] >= times(5), found


# ---- what is told --------------------------------------------------------------------------------


def test_a_denial_counts_the_statins_and_names_the_measurement(lipid_kb: KnowledgeBase) -> None:
    told = alike.page(lipid_kb, DENIED)
    for words in (
        "Fewer than 2 statins were taken long enough, not tolerated or contraindicated.",
        "2 of these are needed; 1 of 2 found: rosuvastatin.",
        "What is marked * is not on the list, which is said to be complete.",
        "The time on atorvastatin is less than 8 weeks (55 days).",
        "The LDL cholesterol is not more than 100 mg/dL (2.5 mmol/L on 2026-06-01).",
        "Example Policy LP-3, Lipolex, Coverage, initial therapy, item 3b",
    ):
        assert words in told
    assert "140" not in told  # it is not the newest, though it would do


def test_a_pend_says_what_was_found_and_what_is_open(lipid_kb: KnowledgeBase) -> None:
    told = alike.page(lipid_kb, OPEN)
    for words in (
        "When was the LDL cholesterol measured (the day, or how many days ago)?",
        "Which of these is on record of earlier treatment? not tolerated: atorvastatin, simvastatin",
        "2 of these are needed; 1 of 2 found: rosuvastatin; open: atorvastatin, simvastatin.",
    ):
        assert words in told
    assert "without an adequate response" not in told  # the policy does not ask how a trial ended


def test_a_number_with_another_unit_behind_it_is_read_in_that_unit(lipid_kb: KnowledgeBase) -> None:
    said = {"ldl": "3.1 mmol/l", "weeks_on": {"atorvastatin": "55 Days"}}
    meant = {
        "ldl": {"value": 3.1, "unit": "mmol/L"},
        "weeks_on": {"atorvastatin": {"value": 55, "unit": "days"}},
    }
    read, written = (
        lipid_kb.decide({**OPEN, "facts": OPEN["facts"] | facts}).to_dict() for facts in (said, meant)
    )
    told = [remark["text"] for remark in read["remarks"] if remark not in written["remarks"]]
    assert told == ["'3.1 mmol/l' was read as 3.1 mmol/L.", "'55 Days' was read as 55 days."]
    as_written = {"remarks", "witnesses", "fingerprint"}
    assert [read[key] for key in read.keys() - as_written] == [
        written[key] for key in read.keys() - as_written
    ]


def test_another_unit_than_those_that_are_known_is_refused(lipid_kb: KnowledgeBase) -> None:
    with pytest.raises(CaseError, match=r"facts\.ldl: a number of mg/dL is expected, not '3\.1 g/L'"):
        lipid_kb.decide({**OPEN, "facts": OPEN["facts"] | {"ldl": "3.1 g/L"}})


def test_a_fall_is_told_as_a_fall(lipid_kb: KnowledgeBase) -> None:
    renewal = {"request": REQUEST | {"phase": "renewal"}, "facts": APPROVED["facts"]}
    open_ = alike.page(lipid_kb, renewal)
    assert "What is the LDL cholesterol before treatment, in mg/dL?" in open_
    renewal["facts"] = renewal["facts"] | {"ldl_before": {"value": 4.4, "unit": "mmol/L"}}
    told = alike.page(lipid_kb, renewal)
    assert "The LDL cholesterol has not fallen by 30 percent since before treatment (" in told


@pytest.mark.parametrize("case", [APPROVED, OPEN, DENIED], ids=["approved", "open", "denied"])
@pytest.mark.parametrize(
    "words",
    [
        ("decide",), ("decide", "--json"), ("decide", "--witness"), ("decide", "--format", "markdown"),
        ("why",), ("why", "--tree"), ("why", "--all"), ("whatif", "--set", "tried.Zocor.intolerance=yes"),
        ("whatif", "--all-readings"), ("flip",), ("flip", "--to", "deny"),
        ("ask",), ("ask", "--plan"), ("ask", "--json"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_every_verb_answers(lipid: Path, words: tuple[str, ...], case: dict[str, Any]) -> None:
    alike.answers(lipid, POLICY, words, case)


@pytest.mark.parametrize(
    "words",
    [("facts", POLICY), ("show", POLICY), ("show", POLICY, "--clauses"), ("policies",)],
    ids=" ".join,
)
def test_what_it_holds_is_shown(lipid: Path, words: tuple[str, ...]) -> None:
    ended = command(*words, "--kb", str(lipid))
    assert (ended.status, ended.err) == (0, "")
    assert ended.out


def test_what_would_approve_it_does(lipid_kb: KnowledgeBase) -> None:
    denied = {"request": REQUEST, "facts": DENIED["facts"] | {"ldl": APPROVED["facts"]["ldl"]}}
    flips = lipid_kb.flip(denied, "approve").flips
    assert flips
    for flip in flips:
        stated = {statement.fact: statement.value for statement in flip.statements}
        assert lipid_kb.whatif(denied, stated).after.outcome == "approve"
        assert not [fact for fact in stated if "contraindicated" in fact or "rosuvastatin" in fact]


def test_from_nothing_a_plan_asks_few_questions(lipid_kb: KnowledgeBase) -> None:
    plan = lipid_kb.plan({"request": {"policy": POLICY}})
    assert plan.questions <= 12
    asked = {step.question for step in plan.steps}
    assert {
        "Which of these is on record of earlier treatment?",
        "How many weeks was each of these taken?",
        (
            "What is the LDL cholesterol, in mg/dL? On which day was it measured, or how many days before "
            "the service date?"
        ),
        "Which of these prescribes it or was consulted?",
    } <= asked


def test_the_interview_takes_what_was_tried_and_for_how_long(lipid: Path, tmp_path: Path) -> None:
    saved = tmp_path / "case.yaml"
    answers = (
        "initial",
        "FH",
        "yes",
        "rosuvastatin: not tolerated",
        "atorvastatin 9",
        "130",
        "30",
        "lipidologist",
    )
    ended = command(
        "ask", "--policy", POLICY, "--interactive", "--save", str(saved), "--kb", str(lipid),
        stdin="\n".join(answers).encode(),
    )  # fmt: skip
    assert (ended.status, ended.err) == (0, "")
    assert "a bound of it, such as `more than 70`" in ended.out
    assert "APPROVE" in ended.out
    assert command("decide", str(saved), "--kb", str(lipid)).out.startswith("APPROVE")


# ---- for authors ---------------------------------------------------------------------------------


def test_it_is_free_of_findings(lipid_kb: KnowledgeBase) -> None:
    alike.is_free_of_findings(lipid_kb, POLICY)


def test_its_cases_show_all_of_it(lipid_kb: KnowledgeBase) -> None:
    alike.cases_show_all(lipid_kb)


@pytest.mark.mass
def test_no_small_change_of_its_rules_goes_unnoticed(lipid_kb: KnowledgeBase) -> None:
    alike.notices_every_change(lipid_kb, POLICY)
