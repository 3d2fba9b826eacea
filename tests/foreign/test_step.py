"""What is printed of a policy on steps, doses and strengths, as its readers need it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import pytest

from lupa import Decision, KnowledgeBase
from lupa.authors.diff.pair import Pair
from lupa.pages.exploring import flips_text
from lupa.pages.meaning import meaning_text
from lupa.pages.page import text
from tests.explored import told_in_ways

POLICY = "example_upadacitinib"

SKIN: dict[str, Any] = {
    "request": {"drug": "Rinvoq", "indication": "AD", "phase": "initial", "service_date": "2025-06-01"},
    "facts": {
        "age": 30,
        "diagnosis": ["AD"],
        "body_surface": 25,
        "documented": ["negative_tb_test"],
        "taking": {"only": []},
        "serious_infection": "no",
    },
}


def skin(**facts: Any) -> dict[str, Any]:
    return {"request": SKIN["request"], "facts": {**SKIN["facts"], **facts}}


def letter(kb: KnowledgeBase, name: str) -> str:
    """A letter as one line, with a | before each entry of a list, indented as that is."""
    lines = kb.letter(kb.case(name)).text.splitlines()
    marked = (re.sub(r"^( *)- ", lambda found: f"|{found[1]}", line) for line in lines)
    return " ".join(line if line.startswith("|") else line.strip() for line in marked)


def one_line(decision: Decision) -> str:
    return " ".join(click.unstyle(text(decision)).split())


def page(kb: KnowledgeBase, name: str) -> str:
    """A decision on a page, as one line."""
    (decision,) = kb.decide_all(kb.case(name))
    return one_line(decision)


def test_a_choice_of_the_policys_own_that_a_case_states_is_kept_by_a_witness(
    step_kb: KnowledgeBase,
) -> None:
    (decision,) = step_kb.decide_all(step_kb.case("upadacitinib_with_nothing_known_of_the_past"))
    assert {witness.case["facts"]["strength"] for witness in decision.witnesses} == {"mg15"}


def test_less_is_asked_for_of_whatever_a_limit_bounds(step_kb: KnowledgeBase) -> None:
    """A dose above its limit, and more tablets than there may be, can both be had for less."""
    drugs = ("methotrexate", "tacrolimus_topical", "clobetasol")
    case = skin(tried={drug: ["intolerance"] for drug in drugs})
    case = {**case, "request": {**case["request"], "daily_dose": 45, "tablets": 60, "days_supply": 30}}
    flips = step_kb.flip(case, "approve")
    less = {s.fact: s.value for flip in flips.flips for s in flip.statements if s.kind == "ask_for_less"}
    assert less == {"more_than(daily_dose,30)": False, "more_than(tablets_30,30)": False}


def test_a_step_that_any_of_several_drugs_would_be_is_one_way(step_kb: KnowledgeBase) -> None:
    """What would have to be so of one TNF inhibitor is told once, and then of which others it would do."""
    flips = step_kb.flip(step_kb.case("upadacitinib_after_ten_weeks_of_adalimumab"))
    longer, another = flips.ways
    assert [statement.about for statement in longer.statements] == ["tofacitinib", "adalimumab"]
    assert [statement.fact for statement in another.statements] == ["stops(tofacitinib)"]
    ((first, *further),) = another.sets
    assert [statement.fact for statement in first] == [
        "tried(etanercept,inadequate_response)",
        "at_least(weeks_on(etanercept),12)",
    ]
    others = ["infliximab", "certolizumab pegol", "golimumab"]
    assert [{statement.about for statement in each} for each in further] == [{name} for name in others]
    single = [(flip.cost, frozenset((s.fact, s.value) for s in flip.statements)) for flip in flips.flips]
    assert len(told_in_ways(flips)) == len(single)
    assert set(told_in_ways(flips)) == set(single)
    assert f"or the same of {', '.join(others)}" in " ".join(click.unstyle(flips_text(flips)).split())


def test_what_is_asked_for_together_is_one_question_and_names_all_of_it(step_kb: KnowledgeBase) -> None:
    told = page(step_kb, "upadacitinib_with_almost_nothing_known")
    drugs = "adalimumab, etanercept, infliximab, certolizumab pegol, golimumab"
    assert (
        "- Which of these is on record of earlier treatment? "
        f"no adequate response: {drugs} not tolerated: {drugs} contraindicated: {drugs} tried, for tnf_step"
    ) in told
    assert f"- How many weeks was each of these taken? {drugs} weeks_on, for tnf_step" in told
    assert "- Which strength is asked for? mg15, mg30, mg45, for strength_ra" in told


def test_a_pend_letter_names_all_that_a_question_asks_for_and_why(step_kb: KnowledgeBase) -> None:
    told = letter(step_kb, "upadacitinib_with_nothing_known_of_the_past")
    drugs = "adalimumab, etanercept, infliximab, certolizumab pegol, golimumab"
    assert f"|Which of these is on record of earlier treatment? Not tolerated: {drugs}; " in told
    assert f"How many weeks was each of these taken? Adalimumab{drugs.removeprefix('adalimumab')}." in told
    told = letter(step_kb, "upadacitinib_with_almost_nothing_known")
    assert (
        "|Does the patient have a serious infection now? "
        "It must be known whether this is so: There is no serious infection."
    ) in told


def test_a_denial_letter_tells_of_each_part_that_failed_why(step_kb: KnowledgeBase) -> None:
    told = letter(step_kb, "upadacitinib_for_skin_after_one_topical")
    place = "(Example Policy 22, Upadacitinib, Atopic dermatitis, item 3b)"
    assert (
        "|Treatment on the skin and systemic treatment have not both been tried. All of its parts are "
        "needed. Not met: |  Fewer than two drugs on the skin failed. "
    ) in told
    assert (
        f"|  No systemic drug failed. {place} One of its parts is needed. None is met: "
        "|    Methotrexate has not failed. There was no intolerance of methotrexate. Methotrexate is not "
        "contraindicated (neither is on the list, which is said to be complete). The time on methotrexate "
        "is less than 8 weeks (6). |    Cyclosporine has not failed. "
    ) in told
    assert "Clobetasol" not in told.partition("What would meet this")[0]


def test_a_denial_letter_lists_what_would_do_and_says_once_what_goes_for_several(
    step_kb: KnowledgeBase,
) -> None:
    assert (
        "What would meet this: any one of these. "
        "|  Adalimumab was not tolerated. Or, in place of adalimumab: etanercept, infliximab, certolizumab "
        "pegol, golimumab. |  Adalimumab is contraindicated. Or, in place of adalimumab: etanercept, "
        "infliximab, certolizumab pegol, golimumab. |  The time on adalimumab is 12 weeks or more. "
        "|  Etanercept was tried without an adequate response. And: The time on etanercept is 12 weeks or "
        "more. Or, in place of etanercept: infliximab, certolizumab pegol, golimumab. Example Policy 22"
    ) in letter(step_kb, "upadacitinib_after_ten_weeks_of_adalimumab")


def test_a_letter_asks_for_the_treatment_history_once(step_kb: KnowledgeBase) -> None:
    told = letter(step_kb, "upadacitinib_after_ten_weeks_of_adalimumab")
    assert told.count("|The treatment history: what was given, from when to when, and how it ended.") == 1
    assert "record of the time on" not in told


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ("upadacitinib_for_skin_at_45_mg", "12 months; 30 mg (the daily dose); 30 tablets for 30 days"),
        (
            "upadacitinib_for_skin_at_70",
            "12 months; 15 mg (the daily dose); 30 tablets in 30 days",
        ),
    ],
)
def test_what_can_be_authorized_says_what_each_number_is(
    step_kb: KnowledgeBase, case: str, told: str
) -> None:
    (decision,) = step_kb.decide_all(step_kb.case(case))
    assert decision.authorized_text == told


def test_what_an_item_says_itself_is_not_said_again_as_its_cause(step_kb: KnowledgeBase) -> None:
    case = skin(tried={"only": {"clobetasol": ["inadequate_response"]}}, weeks_on={"clobetasol": 3})
    case["facts"]["diagnosis"] = {"only": []}
    case["request"] = {**SKIN["request"], "indication": "RA"}
    (decision,) = step_kb.decide_all(case)
    told = one_line(decision)
    assert (
        "has_arthritis: Rheumatoid arthritis is not diagnosed (not on the list, which is said to be "
        "complete). Example Policy 22"
    ) in told


def test_what_a_policy_says_of_each_of_several_drugs_is_said_once(step_kb: KnowledgeBase) -> None:
    told = " ".join(click.unstyle(meaning_text(step_kb.meaning(POLICY), 80)).split())
    of_each = (
        "it was tried without an adequate response); or it was not tolerated; or it is contraindicated"
    )
    assert (
        "tnf_step is met just when for one of adalimumab, etanercept, infliximab, certolizumab pegol, "
        f"golimumab: (the time on it is 12 weeks or more; and {of_each} (c13)"
    ) in told
    assert (
        "- For 2 or more of tacrolimus ointment, clobetasol, crisaborole: (the time on it is 4 weeks or "
        f"more; and {of_each}. - For one of cyclosporine, methotrexate: (the time on it is 8 weeks or more;"
    ) in told


def test_a_case_shows_what_can_be_said_of_one_of_several_drugs(step_kb: KnowledgeBase) -> None:
    (step,) = (meant for meant in step_kb.meaning(POLICY).items if meant.id == "tnf_step")
    assert step.sense is not None
    drugs = "For one of adalimumab, etanercept, infliximab, certolizumab pegol, golimumab"
    assert [way.text for way in step.sense.alternatives()] == [
        f"{drugs}: the time on it is 12 weeks or more; and it was tried without an adequate response.",
        f"{drugs}: it was not tolerated.",
        f"{drugs}: it is contraindicated.",
    ]


def test_the_weeks_of_many_drugs_that_differ_are_each_looked_at_alone(
    step_kb: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    longer = {"12) :- tnf": "16) :- tnf", "4)  :- for_skin": "6)  :- for_skin", ", 8).": ", 10)."}
    shutil.copytree(step_kb.files.root, tmp_path / "kb")
    rules = tmp_path / "kb" / "policies" / POLICY / "policy.lp"
    text = rules.read_text("utf-8")
    for old, new in longer.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    rules.write_text(text, "utf-8")
    ways: list[object] = []
    looked_at = Pair._barred_with

    def counted(pair: Pair, own: Mapping[str, bool], *rest: Any) -> int:
        ways.append(own)
        assert len(ways) < 50  # together they can be in thousands of ways
        return looked_at(pair, own, *rest)

    monkeypatch.setattr(Pair, "_barred_with", counted)
    (comparison,) = step_kb.diff(KnowledgeBase.load(tmp_path / "kb")).comparisons
    assert len(ways) == 32
    assert [(region.relation, *(p.text for p in region.pathways)) for region in comparison.regions] == [
        ("stricter", "rheumatoid arthritis, initial therapy"),
        ("stricter", "atopic dermatitis, initial therapy"),
    ]


# ---- the step that is still to be tried --------------------------------------------------------


def arthritis(**facts: Any) -> dict[str, Any]:
    request = {"drug": "Rinvoq", "indication": "RA", "phase": "initial", "service_date": "2025-06-01"}
    known = {"age": 50, "diagnosis": ["RA"], "documented": ["negative_tb_test"], "strength": "mg15"}
    return {"request": request, "facts": {**known, "serious_infection": "no", **facts}}


@pytest.mark.parametrize(
    ("facts", "kinds"),
    [
        ({"tried": {"only": {}}, "taking": {"only": []}}, ["change", "change"]),
        (
            {"tried": {"only": {}}, "taking": {"tofacitinib": "no", "baricitinib": "no"}},
            ["change", "change"],
        ),
        ({"tried": {"only": {}}, "taking": {"only": ["adalimumab"]}}, ["change", "find_out"]),
        ({"taking": {"only": []}}, ["find_out", "find_out"]),
    ],
)
def test_how_long_a_drug_was_taken_that_was_never_begun_is_not_to_be_found_out(
    step_kb: KnowledgeBase, facts: dict[str, Any], kinds: list[str]
) -> None:
    flips = step_kb.flip(arthritis(**facts), "approve", most=20).flips
    of_adalimumab = [
        {statement.fact: statement.kind for statement in flip.statements}
        for flip in flips
        if any("weeks_on(adalimumab)" in statement.fact for statement in flip.statements)
    ]
    names = ("tried(adalimumab,inadequate_response)", "at_least(weeks_on(adalimumab),12)")
    assert of_adalimumab == [dict(zip(names, kinds, strict=True))]
