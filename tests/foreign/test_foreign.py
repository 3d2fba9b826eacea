"""A policy that the engine was not written for: another drug, relations of two and three arguments."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from lupa import CaseError, KnowledgeBase
from lupa.authors.diff.pair import Pair
from lupa.authors.diff.results import together
from lupa.authors.diff.ways import Ways
from lupa.dialogue.interview import Interview
from lupa.pages.exploring import ask_text
from lupa.record.edits import edited
from lupa.rules import slicing
from lupa.rules.reads import Reads
from tests import explored
from tests.command import as_bytes, command
from tests.foreign import alike, oracle
from tests.foreign.oracle import EDITIONS, Patient
from tests.times import times

pytestmark = pytest.mark.slow

POLICY = "example_ra_antibody"
EVERY_EDITION = pytest.mark.parametrize("edition", EDITIONS)
PATIENT = Patient(
    indication="rheumatoid_arthritis",
    phase="initial",
    age=40,
    arthritis=True,
    severe=True,
    improved=False,
    specialist=True,
    tried=frozenset({("methotrexate", "inadequate_response")}),
    weeks=(14, 0, 0, 0),
    tested=frozenset({("tuberculosis", "skin", "negative"), ("hepatitis_b", "blood", "negative")}),
    taking=frozenset({"methotrexate"}),
    months=6,
    syringes=None,
    methotrexate_alone=False,
)
NEWEST = "2026-01-01"
CASE = oracle.case_of(PATIENT, NEWEST)


# ---- against the document ------------------------------------------------------------------------


@EVERY_EDITION
def test_it_decides_as_the_document_does(foreign_kb: KnowledgeBase, edition: str) -> None:
    dice = random.Random(f"Exoryx {edition}")
    found: Counter[str] = Counter()
    for _ in range(times(500)):
        patient = oracle.random_patient(dice)
        decision = foreign_kb.decide(oracle.case_of(patient, edition))
        wanted, bases = oracle.outcome(patient, edition)
        assert (decision.outcome, {basis.id for basis in decision.bases}) == (wanted, bases), patient
        if patient.indication == "rheumatoid_arthritis":
            missed = {c.id for c in decision.criteria if c.status == "unmet"}
            assert missed == oracle.unmet(patient, edition), patient
            assert {limit.id for limit in decision.limits} == (
                oracle.limits(patient) if wanted in ("modify", "deny") else set()
            ) or wanted == "deny", patient
        found[decision.outcome] += 1
    assert min(found[name] for name in ("approve", "deny", "modify")) >= times(8), found


@EVERY_EDITION
def test_a_record_with_gaps_comes_to_what_its_completions_come_to(
    foreign_kb: KnowledgeBase, edition: str
) -> None:
    dice = random.Random(f"gaps {edition}")
    found: Counter[str] = Counter()
    for _ in range(times(250)):
        patient = oracle.random_patient(dice)
        gaps = dice.sample(oracle.GAPS, dice.randint(1, 6))
        case = oracle.case_with_gaps(patient, gaps, edition)
        worlds = {oracle.outcome(world, edition)[0] for world in oracle.completions(patient, gaps)}
        decision = foreign_kb.decide(case)
        assert set(decision.possible) == worlds, case
        found[decision.outcome] += 1
    assert min(found[name] for name in ("approve", "deny", "pend")) >= times(5), found


@EVERY_EDITION
def test_nothing_that_is_left_out_bears_on_it(
    foreign: Path, foreign_kb: KnowledgeBase, edition: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = KnowledgeBase.load(foreign)
    with monkeypatch.context() as patched:
        patched.setattr(slicing, "read_by", lambda *_: Reads(everything=True))
        whole.edition(POLICY, edition)
    dice = random.Random(f"whole {edition}")
    for _ in range(times(100)):
        patient = oracle.random_patient(dice)
        case = oracle.case_with_gaps(patient, dice.sample(oracle.GAPS, dice.randint(0, 5)), edition)
        one, other = foreign_kb.decide(case), whole.decide(case)
        assert (one.possible, one.criteria, one.bases) == (other.possible, other.criteria, other.bases)


# ---- what a case can say -------------------------------------------------------------------------


def with_facts(**facts: Any) -> dict[str, Any]:
    return {"request": CASE["request"], "facts": {**CASE["facts"], **facts}}


@pytest.mark.parametrize(
    ("tried", "outcome"),
    [
        ({}, "pend"),
        ({"only": {}}, "deny"),
        (["methotrexate"], "error"),
        ({"methotrexate": ["intolerance"]}, "approve"),
        ({"methotrexate": {"intolerance": True}}, "approve"),
        ({"methotrexate": {"only": ["contraindicated"]}}, "pend"),
        ({"only": {"methotrexate": ["contraindicated"]}}, "deny"),
        ({"only": {"methotrexate": ["failure"]}}, "approve"),
        ({"only": {"methotrexate": ["failure", "intolerance"]}}, "approve"),
        ({"only": {"Azulfidine": ["intolerance"]}}, "approve"),
        ({"only": {}, "leflunomide": {"intolerance": None}}, "pend"),
        ({"only": {}, "leflunomide": None}, "pend"),
        ({drug: ["contraindicated"] for drug in oracle.CONVENTIONAL}, "approve"),
    ],
    ids=str,
)
def test_what_was_tried_is_told_in_any_form(foreign_kb: KnowledgeBase, tried: Any, outcome: str) -> None:
    case = with_facts(tried=tried, weeks_on={"methotrexate": 14})
    if outcome == "error":
        with pytest.raises(CaseError, match=r"^facts\.tried\[0\]: says of methotrexate no more; write"):
            foreign_kb.decide(case)
    else:
        assert foreign_kb.decide(case).outcome == outcome


@pytest.mark.parametrize(
    ("change", "value", "outcome"),
    [
        ("tried.methotrexate.intolerance", True, "approve"),
        ("tried.MTX.intolerance", True, "approve"),
        ("tried(methotrexate,intolerance)", True, "approve"),
        ("tried.methotrexate.inadequate_response", False, "deny"),
        ("tried", {"only": {}}, "deny"),
        ("tried", None, "pend"),
        ("weeks_on.methotrexate", 11, "deny"),
        ("weeks_on.methotrexate", None, "pend"),
        ("weeks_on.methotrexate", {"at_least": 11}, "pend"),
        ("tested.TB.blood.positive", True, "deny"),
        ("tested(tuberculosis,skin,negative)", False, "deny"),
        ("tested.hepatitis_b.blood.negative", None, "pend"),
        ("taking.abatacept", True, "deny"),
    ],
    ids=str,
)
def test_a_fact_of_several_arguments_is_changed_by_its_name(
    foreign_kb: KnowledgeBase, change: str, value: Any, outcome: str
) -> None:
    assert foreign_kb.decide(CASE).outcome == "approve"
    answer = foreign_kb.whatif(CASE, {change: value})
    assert answer.after.outcome == outcome
    assert (
        foreign_kb.decide(edited(CASE, [(change, value)], (), foreign_kb.edition(POLICY))).outcome
        == outcome
    )


def test_the_shortest_request_finds_it_by_name_code_and_payer(foreign_kb: KnowledgeBase) -> None:
    for request in ({"drug": "Exoryx"}, {"code": "J0000"}, {"drug": "exolimab-exmp", "payer": "EHP"}):
        decision = foreign_kb.decide({"request": {**request, "indication": "GCA"}, "facts": {}})
        assert (decision.policy, decision.outcome) == (POLICY, "deny")
    with pytest.raises(CaseError, match=r"^request\.payer: 'Another Plan' is the payer of no such policy"):
        foreign_kb.decide({"request": {"drug": "Exoryx", "payer": "Another Plan"}, "facts": {}})


# ---- a patient for whom no value holds -----------------------------------------------------------


def test_a_plan_has_a_place_for_the_patient_for_whom_no_value_of_a_relation_holds(
    foreign: Path, foreign_kb: KnowledgeBase
) -> None:
    drugs = ("methotrexate", "leflunomide")
    open_ = {drug: dict.fromkeys(oracle.ENDS[:2]) for drug in drugs}
    case = with_facts(tried={"only": {}, **open_}, weeks_on=dict.fromkeys(oracle.CONVENTIONAL, 20))
    case["request"] = {**case["request"], "route": "subcutaneous"}
    examined = explored.examine(foreign_kb, case, foreign)
    told = examined.plain.worlds(
        examined.said, [f"tried({drug},{end})" for drug in drugs for end in oracle.ENDS[:2]]
    )
    assert told is not None
    assert told.rows[0] == "deny"  # the world in which nothing was tried
    plan = explored.check_plan(foreign_kb, examined, told)
    explored.check_smallest(plan, examined, told)
    assert {f for asked in foreign_kb.ask(case).questions for f in asked.facts} == told.matter()


def test_from_nothing_a_plan_asks_few_questions(foreign_kb: KnowledgeBase) -> None:
    plan = foreign_kb.plan({"request": {"policy": "example_ra_antibody"}})
    assert plan.questions <= 12
    first, second, *_ = plan.steps
    assert [first.id, second.id] == ["requested(indication)", "requested(phase)"]
    assert "How many weeks was each of these taken?" in {step.question for step in plan.steps}
    tried = next(step for step in plan.steps if step.id == "tried")
    assert len(tried.branches) == 5  # and not one for each choice of drugs that did not do enough


def asked_for_weeks(kb: KnowledgeBase) -> Interview:
    drugs = {"methotrexate": ["failure"], "leflunomide": ["failure"]}
    return Interview(kb, with_facts(tried={"only": drugs}, weeks_on={}))


@pytest.mark.parametrize(
    ("reply", "weeks", "outcome"),
    [
        ("methotrexate 14", {"methotrexate": 14}, "approve"),
        (
            "methotrexate: 3, Leflunomide at least 12",
            {"methotrexate": 3, "leflunomide": {"at_least": 12}},
            "approve",
        ),
        ("methotrexate=3, leflunomide=3", {"methotrexate": 3, "leflunomide": 3}, "deny"),
        ("methotrexate 3, ?", {"methotrexate": 3}, "pend"),
    ],
)
def test_numbers_that_are_asked_for_together_are_said_by_name(
    foreign_kb: KnowledgeBase, reply: str, weeks: dict[str, Any], outcome: str
) -> None:
    asked = asked_for_weeks(foreign_kb)
    assert "How many weeks was each of these taken?" in asked.opening()
    assert "  methotrexate, leflunomide" in asked.opening()
    assert not asked.answer(reply).refused
    assert (asked.case["facts"]["weeks_on"], asked.over) == (weeks, True)
    assert foreign_kb.decide(asked.case).outcome == outcome


def test_what_was_not_said_of_several_numbers_is_asked_again(foreign_kb: KnowledgeBase) -> None:
    asked = asked_for_weeks(foreign_kb)
    assert "What is the time on leflunomide" in asked.answer("methotrexate 3").text or not asked.over
    for wrong in ("leflunomide", "methotrexate 3, methotrexate 4", "aspirin 3"):
        assert asked_for_weeks(foreign_kb).answer(wrong).refused


def test_a_page_of_questions_names_the_numbers_that_are_asked_for_together(
    foreign_kb: KnowledgeBase,
) -> None:
    page = ask_text(foreign_kb.ask({"request": {"policy": "example_ra_antibody"}}))
    assert "   methotrexate, leflunomide, hydroxychloroquine, sulfasalazine\n" in page
    every = ask_text(foreign_kb.ask({"request": {"policy": "example_ra_antibody"}}), every=True)
    assert ("ustekinumab" in every, "ustekinumab" in page) == (True, False)


# ---- every verb ----------------------------------------------------------------------------------

GAP = with_facts(
    tried={"methotrexate": ["failure"]},
    weeks_on={},
    tested={"TB": {"only": {"skin": ["negative"]}}},
)
DENIED = with_facts(tried={"only": {}})


def test_why_names_the_facts_of_several_arguments(foreign_kb: KnowledgeBase) -> None:
    (why,) = [c for c in foreign_kb.why(CASE).decision.criteria if c.id == "conventional_first"]
    assert [cause.fact for cause in why.because] == [
        "at_least(weeks_on(methotrexate),12)",
        "tried(methotrexate,inadequate_response)",
    ]


def test_the_cheapest_way_to_an_approval_is_found(foreign_kb: KnowledgeBase) -> None:
    flips = foreign_kb.flip(GAP, "approve")
    assert flips.flips
    for flip in flips.flips:
        stated = {statement.fact: statement.value for statement in flip.statements}
        assert foreign_kb.whatif(GAP, stated).after.outcome == "approve"


def test_what_is_asked_for_settles_it(foreign_kb: KnowledgeBase) -> None:
    asked = {fact.fact for fact in foreign_kb.decide(GAP).missing}
    assert "tested(hepatitis_b,blood,negative)" in asked
    assert "at_least(weeks_on(methotrexate),12)" in asked


def test_a_witness_of_each_outcome_is_a_case_that_comes_to_it(foreign_kb: KnowledgeBase) -> None:
    witnesses = foreign_kb.decide(GAP).witnesses
    assert {w.outcome for w in witnesses} == {"approve", "deny"}
    for witness in witnesses:
        assert foreign_kb.decide(witness.case).outcome == witness.outcome


VERBS = (
    ("decide",), ("decide", "--json"), ("decide", "--witness"), ("decide", "--format", "markdown"),
    ("why",), ("why", "--tree"), ("why", "--all"),
    ("whatif", "--set", "tried.methotrexate.intolerance=yes"),
    ("whatif", "--set", "weeks_on.methotrexate=14", "--unset", "tested"), ("whatif", "--all-readings"),
    ("flip",), ("flip", "--to", "deny"), ("ask",), ("ask", "--plan"), ("ask", "--json"),
)  # fmt: skip


@pytest.mark.parametrize("case", [CASE, GAP, DENIED], ids=["approved", "open", "denied"])
@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_every_verb_answers(foreign: Path, words: tuple[str, ...], case: dict[str, Any]) -> None:
    verb, *options = words
    ended = command(verb, "-", *options, "--kb", str(foreign), stdin=as_bytes(case))
    assert (ended.status, ended.err) == (0, "")
    assert ("## Proposed determination" if "markdown" in options else POLICY) in ended.out


def test_the_interview_and_the_session_take_such_facts(foreign: Path, tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    path.write_text(json.dumps(GAP), encoding="utf-8")
    kb = ("--kb", str(foreign))
    ended = command("ask", str(path), "--interactive", *kb, stdin=b"yes\n14\nyes\nno\nno\n" * 3)
    assert ended.status == 0
    assert "lupa proposes" in ended.out
    commands = ["set tried.methotrexate.intolerance=yes", "undo", "why", "flip", "plan", "quit"]
    script = "\n".join(commands).encode()
    ended = command("explore", str(path), *kb, stdin=script)
    assert (ended.status, ended.err) == (0, "")
    assert "tried(methotrexate,intolerance): silent -> yes" in ended.out


@pytest.mark.parametrize(
    "words",
    [("facts", POLICY), ("show", POLICY), ("show", POLICY, "--clauses"), ("schema", "case"), ("policies",)],
    ids=" ".join,
)
def test_what_it_holds_is_shown(foreign: Path, words: tuple[str, ...]) -> None:
    ended = command(*words, "--kb", str(foreign))
    assert (ended.status, ended.err) == (0, "")
    assert ended.out


# ---- for authors ---------------------------------------------------------------------------------


def test_it_is_free_of_findings(foreign_kb: KnowledgeBase) -> None:
    alike.is_free_of_findings(foreign_kb, POLICY)


def test_its_cases_pass(foreign_kb: KnowledgeBase) -> None:
    trials = foreign_kb.test(coverage=True)
    assert trials.passed
    assert len(trials.cases) >= 50


@pytest.mark.mass
def test_no_small_change_of_its_rules_goes_unnoticed(foreign_kb: KnowledgeBase) -> None:
    alike.notices_every_change(foreign_kb, POLICY)


def test_the_later_edition_is_stricter(foreign_kb: KnowledgeBase) -> None:
    before, after = (foreign_kb.edition(POLICY, edition) for edition in EDITIONS)
    found = Ways(Pair(before, after, all_readings=False)).on_pathways()
    assert together([here.pathway.relation for here in found]) == "stricter"


def test_a_number_that_stands_under_a_brand_is_stated_anew_there(foreign_kb: KnowledgeBase) -> None:
    edition = foreign_kb.edition("example_ra_antibody")
    case = {"request": {"policy": "example_ra_antibody"}, "facts": {"weeks_on": {"Trexall": 11}}}
    for said in (12, {"at_least": 12}):
        found = edited(case, [("weeks_on.methotrexate", said)], (), edition)
        assert found["facts"] == {"weeks_on": {"Trexall": said}}
    weeks = edited(case, [("at_least(weeks_on(methotrexate),12)", True)], (), edition)["facts"]["weeks_on"]
    assert list(weeks) == ["Trexall"]
    assert edited(case, (), ["weeks_on.methotrexate"], edition)["facts"] == {}
