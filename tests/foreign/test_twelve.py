"""A made-up policy on two of twelve preferred drugs: more answers than can be weighed all at once."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from lupa import KnowledgeBase
from lupa.pages import exploring
from lupa.pages.exploring import ask_text, flips_text, plan_text
from tests.brute import holds
from tests.command import command
from tests.terminal import at_terminal
from tests.times import times

pytestmark = pytest.mark.slow

POLICY = "example_two_of_twelve"
FAILED = "Soriatane: no adequate response"
ENDS = ("intolerance", "contraindicated", "declined")
ONE = {"etanercept": ["intolerance"]}


def test_from_nothing_it_is_asked_in_four_questions(twelve_kb: KnowledgeBase) -> None:
    ask = twelve_kb.ask({"request": {"policy": POLICY}})
    assert {question.text for question in ask.questions} == {
        "For which indication is it requested?",
        "Is plaque psoriasis diagnosed?",
        "Which of these is on record of earlier treatment?",
        "How many weeks was each of these taken?",
    }
    told = " ".join(ask_text(ask).split())
    assert "systemic lupus erythematosus, lupus nephritis, ANCA-associated vasculitis" in told
    assert "not tolerated: acitretin, calcipotriene, methoxsalen, methotrexate, cyclosporine" in told


def test_what_answers_about_twelve_drugs_leave_is_told_by_how_many_they_name(
    twelve_kb: KnowledgeBase,
) -> None:
    """Told drug by drug it would be seven thousand ways."""
    asked = {"policy": POLICY, "indication": "plaque_psoriasis"}
    ask = twelve_kb.ask({"request": asked, "facts": {"diagnosis": ["plaque_psoriasis"]}})
    first, *_ = ask.questions
    every = "acitretin, calcipotriene, methoxsalen and 9 more"
    ended = "not tolerated or contraindicated"
    open_ = (
        f"no more than 1 of {every}: {ended}; and 2 or more of the others: no adequate response; "
        f"or else 1 of {every}: {ended}; and 1 or more of the others: no adequate response"
    )
    assert [(answer.text, answer.possible) for answer in first.answers] == [
        (f"2 or more of {every}: {ended}", ("approve",)),
        (open_, ("approve", "deny")),
        ("anything else", ("deny",)),
    ]


@pytest.mark.parametrize("seed", range(times(50)))
def test_each_answer_about_twelve_drugs_leaves_what_is_told(twelve_kb: KnowledgeBase, seed: int) -> None:
    dice = random.Random(seed)
    request = {"policy": POLICY, "indication": "plaque_psoriasis", "phase": "initial"}
    facts = {"diagnosis": ["plaque_psoriasis"]}
    first, *_ = twelve_kb.ask({"request": request, "facts": facts}).questions
    drugs = [member.fact.removeprefix("tried(").partition(",")[0] for member in first.members]
    named = dice.sample(list(dict.fromkeys(drugs)), dice.randint(0, 3))
    tried = {drug: dice.sample(["inadequate_response", *ENDS], dice.randint(1, 3)) for drug in named}
    true = {f"tried({drug},{end})" for drug, ends in tried.items() for end in ends}
    (answer,) = (answer for answer in first.answers if holds(answer.when, true))
    decided = twelve_kb.decide({"request": request, "facts": {**facts, "tried": {"only": tried}}})
    assert answer.possible == decided.possible


def test_a_plan_counts_drugs_whichever_they_are(twelve_kb: KnowledgeBase) -> None:
    plan = twelve_kb.plan({"request": {"policy": POLICY}})
    assert (plan.questions, len(plan.steps)) == (4, 5)
    told = " ".join(plan_text(plan).split())
    every = "acitretin, calcipotriene, methoxsalen and 9 more: not tolerated or contraindicated"
    assert f"2 or more of {every}: APPROVE" in told
    assert f"1 of {every}; and 1 or more of the others: no adequate response: go to 5" in told
    assert "2 or more of those answered “no adequate response only”: 12 weeks or more: APPROVE" in told
    assert [step.question for step in plan.steps[3:]] == ["How many weeks was each of these taken?"] * 2


def test_of_a_plan_that_is_long_the_first_steps_are_told(
    twelve_kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = twelve_kb.plan({"request": {"policy": POLICY}})
    monkeypatch.setattr(exploring, "_MOST_LINES", 10)
    monkeypatch.setattr(exploring, "_FIRST", 3)
    monkeypatch.setattr(exploring, "_LONGEST", 60)
    told, whole = (" ".join(plan_text(plan, every=every).split()) for every in (False, True))
    assert "3. Which of these is on record of earlier treatment?" in told
    assert "4. How many weeks was each of these taken?" in whole
    assert "4. How many weeks" not in told
    assert "2 or more of acitretin, calcipotriene, methoxsalen and 9 [...]: APPROVE" in told
    assert "methoxsalen and 9 more: not [...]: go to 5 (then at most 1 question)" in told
    assert "2 further steps, and what is cut where [...] stands, are shown with --all." in told
    assert "[...]" not in whole


@pytest.mark.parametrize("seed", range(times(100)))
def test_the_plan_leads_to_what_is_decided(twelve_kb: KnowledgeBase, seed: int) -> None:
    dice = random.Random(seed)
    plan = twelve_kb.plan({"request": {"policy": POLICY}})
    twelve = [fact for fact in plan.steps[2].facts if "intolerance" in fact]
    drugs = [fact.removeprefix("tried(").partition(",")[0] for fact in twelve]
    assert len(drugs) == 12
    weeks = {drug: dice.randint(8, 16) for drug in drugs}
    tried = {drug: [end for end in ENDS if dice.random() < 0.06] for drug in drugs}
    for drug in dice.sample(drugs, dice.randint(0, 4)):
        tried[drug].append("inadequate_response")
    case = {
        "request": {"policy": POLICY, "indication": "plaque_psoriasis", "phase": "initial"},
        "facts": {"diagnosis": ["plaque_psoriasis"], "tried": {"only": tried}, "weeks_on": weeks},
    }
    true = {f"tried({drug},{end})" for drug, ends in tried.items() for end in ends}
    true |= {f"at_least(weeks_on({drug}),12)" for drug in drugs if weeks[drug] >= 12}
    true |= {"requested(indication,plaque_psoriasis)", "diagnosis(plaque_psoriasis)"}
    step: int | None = 1
    outcome = None
    while step is not None:
        (branch,) = (each for each in plan.steps[step - 1].branches if holds(each.when, true))
        step, outcome = branch.step, branch.outcome
    assert outcome == twelve_kb.decide(case).outcome


@pytest.mark.mass
@pytest.mark.parametrize(
    ("tried", "weeks", "outcome"),
    [
        (f"{FAILED}, MTX: no adequate response, Enbrel: not tolerated", "MTX 14, acitretin: 5", "APPROVE"),
        (f"{FAILED}, Enbrel: contraindicated", "none", "DENY"),
        ("Soriatane and MTX: no adequate response", "MTX 14 weeks and acitretin 12", "APPROVE"),
    ],
)  # fmt: skip
def test_the_interview_asks_how_long_of_those_alone_that_were_named(
    twelve: Path, tried: str, weeks: str, outcome: str
) -> None:
    answers = ("plaque psoriasis", "yes", tried, weeks)
    ended = command(
        "ask", "--policy", POLICY, "--interactive", "--kb", str(twelve), stdin="\n".join(answers).encode()
    )
    assert (ended.status, ended.err) == (0, "")
    assert f"{outcome}  {POLICY}" in ended.out
    asked = (
        "What is the time on acitretin, in weeks?" if weeks == "none" else "\n  acitretin, methotrexate\n"
    )
    assert asked in ended.out


@pytest.mark.parametrize(
    ("tried", "weeks", "outcome"),
    [
        ({"etanercept": ["intolerance"], "apremilast": ["contraindicated"]}, {}, "approve"),
        ({"etanercept": ["intolerance", "contraindicated"]}, {}, "deny"),
        (ONE | {"methotrexate": ["inadequate_response"]}, {"methotrexate": 12}, "approve"),
        (ONE | {"methotrexate": ["inadequate_response"]}, {"methotrexate": 11}, "deny"),
        (ONE, {"methotrexate": 20}, "deny"),
        (ONE | {"methotrexate": ["inadequate_response"]}, {}, "pend"),
    ],
    ids=str,
)  # fmt: skip
def test_two_of_twelve_are_counted(
    twelve_kb: KnowledgeBase, tried: dict[str, list[str]], weeks: dict[str, int], outcome: str
) -> None:
    case = {
        "request": {"policy": POLICY, "indication": "plaque_psoriasis", "phase": "initial"},
        "facts": {"diagnosis": ["plaque_psoriasis"], "tried": {"only": tried}, "weeks_on": weeks},
    }
    assert twelve_kb.decide(case).outcome == outcome


def test_what_will_do_is_named_beneath_what_it_was(twelve_kb: KnowledgeBase) -> None:
    case = {
        "request": {"policy": POLICY, "indication": "plaque_psoriasis", "phase": "initial"},
        "facts": {"diagnosis": ["plaque_psoriasis"], "tried": ONE},
    }
    told = " ".join(flips_text(twelve_kb.flip(case, most=1)).split())
    assert "One of these will do: not tolerated: acitretin, calcipotriene, methoxsalen," in told
    assert "; contraindicated: acitretin, calcipotriene, methoxsalen," in told


def test_it_is_free_of_findings(twelve_kb: KnowledgeBase) -> None:
    assert [finding.text for finding in twelve_kb.lint([POLICY]).findings] == []


@pytest.mark.slow
def test_at_a_terminal_several_are_told_at_once_taken_back_and_told_again(twelve: Path) -> None:
    with at_terminal("ask", "--policy", POLICY, "--interactive", "--kb", str(twelve)) as person:
        person.read("For which indication is it requested?")
        person.type("plaque psoriasis\r", "Is plaque psoriasis diagnosed?")
        person.type("yes\r", "Which of these is on record of earlier treatment?")
        asked = person.type("acitretin: no adequate response, ?\r", "secukinumab, ixekizumab, guselkumab")
        assert "1 of them not known" in " ".join(asked.split())
        person.type("back\r", "Which of these is on record of earlier treatment?")
        only = "acitretin: no adequate response, MTX: no adequate response"
        person.type(f"{only}\r", "\n  acitretin, methotrexate\n")
        ended = person.type("none\r", "A person decides.")
        assert f"DENY  {POLICY}" in ended
