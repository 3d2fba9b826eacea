"""Exploring a case: what if, what would change the verdict, what to ask, and in which order."""

from __future__ import annotations

import itertools
import json
import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
import pytest

from lupa import CaseError, KnowledgeBase, RuleError
from lupa.answers import question
from lupa.answers.exploration import Flips, Plan, Step
from lupa.answers.planner import Planner
from lupa.compiled import circuit, grouped
from lupa.pages.exploring import whatif_text
from lupa.rules.files import shipped
from tests import brute, explored, oracle
from tests.explored import Examined, examine
from tests.rules.test_knowledge import DENIED
from tests.small import otherwise, small_kb, vocabulary

pytestmark = pytest.mark.slow

SMALL = {"request": {"policy": "small"}}
LUPUS: dict[str, Any] = {
    "request": {"policy": "uhc_benlysta", "route": "IV", "indication": "sle"},
    "facts": {
        "age": 40,
        "diagnosis": {"sle": True},
        "active": {"sle": True},
        "taking": {"only": ["prednisone"]},
        "dosed_per_label": True,
        "received": {"only": ["belimumab_intravenous"]},
        "documented": {"clinical_response": True},
    },
}
NEPHRITIS: dict[str, Any] = {
    "request": {"policy": "fep_lupkynis", "indication": "lupus_nephritis", "phase": "initial"},
    "facts": {
        "age": 40,
        "diagnosis": {"only": ["sle", "lupus_nephritis"]},
        "active": {"only": ["sle", "lupus_nephritis"]},
        "taking": {"only": ["prednisone"]},
        "attests": {
            "only": [
                "monitor_egfr",
                "monitor_blood_pressure",
                "monitor_serious_infections",
                "monitor_malignancies",
            ]
        },
        "live_vaccine": False,
    },
}


def with_facts(case: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return {**case, "facts": {**case["facts"], **facts}}


def with_request(case: dict[str, Any], **request: Any) -> dict[str, Any]:
    return {**case, "request": {**case["request"], **request}}


def without(case: dict[str, Any], *names: str) -> dict[str, Any]:
    """The case, silent on these."""
    parts = {
        part: {key: value for key, value in case[part].items() if key not in names}
        for part in ("request", "facts")
    }
    return {**case, **parts}


Sets = list[tuple[int, dict[str, bool]]]


def sets(flips: Flips) -> Sets:
    """What each flip costs and states."""
    return [(flip.cost, {s.fact: s.value for s in flip.statements}) for flip in flips.flips]


# ---- in the terms of the policies --------------------------------------------------------------


def test_stopping_lupkynis_is_the_one_thing_that_gets_benlysta_approved(kb: KnowledgeBase) -> None:
    answer = kb.flip(DENIED)
    (flip,) = answer.flips
    (statement,) = flip.statements
    assert (statement.text, statement.kind, statement.was, flip.cost) == (
        "Voclosporin is stopped before the requested drug is given.",
        "change",
        None,
        4,
    )
    assert flip.case["facts"] == {**DENIED["facts"], "stops": {"voclosporin": True}}
    assert (answer.ties, answer.more, answer.blocked, answer.margins) == (1, False, (), ())


def test_a_minor_is_denied_lupkynis_whatever_else_is_changed(kb: KnowledgeBase) -> None:
    answer = kb.flip(with_facts(NEPHRITIS, age=16))
    assert (answer.flips, answer.ties, answer.more) == ((), 0, False)
    assert [cause.text for cause in answer.blocked] == ["The age is less than 18 years (16)."]


def test_less_than_two_years_may_be_asked_for(kb: KnowledgeBase) -> None:
    answer = kb.flip(with_request(NEPHRITIS, months=24))
    (flip,) = answer.flips
    assert [(s.kind, s.text) for s in flip.statements] == [
        ("ask_for_less", "The period asked for is not more than 12 months.")
    ]
    assert kb.decide(dict(flip.case)).outcome == "approve"


def test_what_is_approved_needs_nothing(kb: KnowledgeBase) -> None:
    assert sets(kb.flip(NEPHRITIS)) == [(0, {})]


def test_a_margin_says_how_young_and_how_long(kb: KnowledgeBase) -> None:
    margins = kb.flip(with_request(NEPHRITIS, months=6)).margins
    assert [
        (m.label, m.given, m.low, m.low_open, m.high, m.high_open, m.below, m.above) for m in margins
    ] == [
        ("the age", "40", 18, False, None, False, ("deny",), ()),
        ("the period asked for", "6", None, False, 12, False, (), ("modify",)),
    ]
    (age,) = kb.flip(with_facts(NEPHRITIS, age=16)).margins
    assert (age.high, age.high_open, age.above) == (18, True, ("approve",))


def test_one_question_is_left_before_benlysta(kb: KnowledgeBase) -> None:
    (asked,) = kb.ask(LUPUS).questions
    assert asked.text == "Is severe active central nervous system lupus diagnosed?"
    assert [(a.value, a.possible) for a in asked.answers] == [("yes", ("deny",)), ("no", ("approve",))]
    plan = kb.plan(LUPUS)
    (step,) = plan.steps
    assert (plan.questions, plan.cost) == (1, 1)
    assert [(b.answer, b.step, b.outcome) for b in step.branches] == [
        ("no", None, "approve"),
        ("yes", None, "deny"),
    ]


def test_what_cannot_matter_is_named(kb: KnowledgeBase) -> None:
    immaterial = kb.ask(LUPUS).immaterial
    assert "requested(phase,initial)" in immaterial
    assert "diagnosis(severe_active_cns_lupus)" not in immaterial


def test_a_plan_asks_for_the_phase_before_what_only_one_phase_needs(kb: KnowledgeBase) -> None:
    attests = dict.fromkeys(NEPHRITIS["facts"]["attests"]["only"], True)
    case = with_facts(without(NEPHRITIS, "phase"), active=None, documented=None, attests=attests)
    plan = kb.plan(case)
    assert (plan.questions, plan.cost) == (3, 4)  # a document costs 2 to get hold of
    assert [
        (step.facts[-1], [(b.answer, b.step, b.outcome) for b in step.branches]) for step in plan.steps
    ] == [
        ("requested(phase,continuation)", [("initial", 2, None), ("continuation", 3, None)]),
        ("active(lupus_nephritis)", [("no", None, "deny"), ("yes", None, "approve")]),
        ("documented(clinical_benefit)", [("no", None, "deny"), ("yes", 4, None)]),
        ("attests(benefits_outweigh_risks)", [("no", None, "deny"), ("yes", None, "approve")]),
    ]


def test_what_if_lupkynis_were_stopped(kb: KnowledgeBase) -> None:
    found = kb.whatif(DENIED, {"taking.Lupkynis": False})
    assert (found.before.outcome, found.after.outcome) == ("deny", "approve")
    assert [(c.fact, c.before, c.after) for c in found.changes] == [("taking(voclosporin)", True, False)]
    assert [(c.id, c.before, c.after) for c in found.criteria] == [("no_combination", "unmet", "met")]
    assert [c.text for c in found.responsible] == ["The patient does not take voclosporin."]


def test_a_pair_of_numbers_that_stays_is_no_change(kb: KnowledgeBase) -> None:
    case = {"request": {"policy": "fep_lupkynis"}, "facts": {"BP": "150/90", "age": 40}}
    assert [change.name for change in kb.whatif(case, {"age": 17}).stated] == ["age"]
    (found,) = kb.whatif(case, {"systolic": 170}).stated
    assert (found.name, found.before, found.after) == ("systolic", "150", "170")


def test_what_if_tells_what_is_advised_then_and_how_it_was_read(kb: KnowledgeBase) -> None:
    case = kb.case("lupkynis_initial_with_every_criterion_met")
    changed = {"bp": "180/118", "birth_date": "5/25/1990", "taking.Zyxafor": True}
    told = click.unstyle(whatif_text(kb.whatif(case, changed)))
    _, _, advised = told.partition("Advisories that were not there before")
    assert advised.lstrip().startswith("high_blood_pressure: The baseline blood pressure is above")
    assert re.search(r"Not known here, and set aside as it is written\n  facts\.taking\S*: Zyxafor\n", told)
    assert "facts.birth_date: '5/25/1990' was read as 1990-05-25." in told
    assert "boxed_warning" not in told  # it was there before
    assert "No longer advised: no_baseline_egfr" in click.unstyle(
        whatif_text(kb.whatif(case, {"egfr": 60}))
    )


def test_what_if_nothing_were_known_of_it(kb: KnowledgeBase) -> None:
    found = kb.whatif(NEPHRITIS, unset=["live_vaccine"])
    assert (found.before.outcome, found.after.outcome) == ("approve", "pend")
    assert [(c.fact, c.before, c.after) for c in found.changes] == [("live_vaccine", False, None)]
    assert [c.text for c in found.responsible] == [
        "No live vaccine is given or planned during the requested period."
    ]


def test_a_criterion_that_a_change_takes_away_is_told(kb: KnowledgeBase) -> None:
    found = kb.whatif(NEPHRITIS, {"phase": "continuation"})
    changed = {c.id: (c.before, c.after) for c in found.criteria}
    assert changed["active_lupus_nephritis"] == ("met", None)
    assert changed["clinical_benefit"] == (None, "open")


def test_another_policy_edition_or_day_may_be_tried(kb: KnowledgeBase) -> None:
    case = with_facts(with_request(LUPUS, phase="initial"), diagnosis={"only": ["sle"]})
    found = kb.whatif(case, {"request.policy": "uhc_benlysta@2022E0046O"})
    assert (found.after.edition, found.before.outcome, found.after.outcome) == (
        "2022E0046O",
        "approve",
        "pend",
    )
    assert kb.whatif(case, {"service_date": "2023-01-01"}).after.edition == "2022E0046O"


def test_a_number_that_two_policies_cut_at_other_places_is_no_change(kb: KnowledgeBase) -> None:
    case = without(NEPHRITIS, "attests", "live_vaccine")
    found = kb.whatif(case, {"request.policy": "uhc_benlysta"})
    assert found.changes == ()


def test_the_one_reading_that_matters_is_told_apart(kb: KnowledgeBase) -> None:
    case = with_facts(NEPHRITIS, taking={"only": ["hydroxychloroquine"]})
    rows = kb.whatif(case, all_readings=True).readings
    assert [(dict(row.readings), row.possible) for row in rows] == [
        ({"antimalarial_as_background": "does_not_count"}, ("deny",)),
        ({"antimalarial_as_background": "counts"}, ("approve",)),
    ]
    settled = with_facts(NEPHRITIS, taking={"only": ["azathioprine"]})
    (row,) = kb.whatif(settled, all_readings=True).readings
    assert (dict(row.readings), row.possible) == ({}, ("approve",))


def test_answers_are_json(kb: KnowledgeBase) -> None:
    for answer in (kb.flip(DENIED), kb.ask(LUPUS), kb.plan(LUPUS), kb.whatif(LUPUS)):
        assert json.loads(answer.to_json()) == json.loads(json.dumps(answer.to_dict()))


# ---- all the cheapest --------------------------------------------------------------------------


@pytest.mark.parametrize("most", [1, 5])
def test_ties_are_all_that_cost_as_little_however_many_statements_they_take(
    kb: KnowledgeBase, most: int
) -> None:
    case = without(
        with_facts(LUPUS, reading={"unproven_on_continuation": "criteria_only"}), "active", "documented"
    )
    answer = kb.flip(case, most=most)
    cheapest = [flip for cost, flip in sets(answer) if cost == 3]
    assert {"requested(phase,continuation)": True, "documented(clinical_response)": True} in cheapest
    assert {
        "requested(phase,initial)": True,
        "active(sle)": True,
        "diagnosis(severe_active_cns_lupus)": False,
    } in cheapest
    assert answer.ties == len(cheapest) == 3


def test_flips_beyond_those_wanted_are_announced(kb: KnowledgeBase) -> None:
    case = with_facts(NEPHRITIS, taking={"only": []})
    answer = kb.flip(case, most=5)
    assert (answer.ties, len(answer.flips), answer.more) == (10, 10, True)  # each that is begun for little
    assert {cost for cost, _ in sets(answer)} == {4}
    (way,) = answer.ways
    assert (way.statements, [len(each) for each in way.alternatives]) == ((), [10])
    dearer = kb.flip(case, most=5, costs={"taking": 9, "taking.prednisone": 2})
    assert (dearer.ties, len(dearer.flips), dearer.more) == (1, 5, True)


def test_a_fact_that_is_fixed_is_left_alone(kb: KnowledgeBase) -> None:
    answer = kb.flip(DENIED, fixed=["stops.Lupkynis"])
    assert answer.flips == ()
    assert "taking(voclosporin)" in [cause.fact for cause in answer.blocked]


def test_what_is_silent_and_fixed_is_named_where_it_decides(kb: KnowledgeBase) -> None:
    answer = kb.flip(LUPUS, fixed=["diagnosis"])
    assert (answer.flips, answer.blocked) == ((), ())
    assert answer.beyond == ("diagnosis(severe_active_cns_lupus)",)


def test_a_value_of_a_choice_that_is_fixed_is_named_where_only_it_would_do(kb: KnowledgeBase) -> None:
    case = with_facts(without(NEPHRITIS, "phase"), documented={"only": []})
    answer = kb.flip(case, fixed=["requested(phase,initial)"])
    assert (answer.flips, answer.blocked, answer.beyond) == ((), (), ("requested(phase,initial)",))


@pytest.mark.parametrize(
    ("wishes", "complaint"),
    [
        ({"costs": {"taking": 0}}, "the cost of taking is a whole number from 1 to 10000, not 0"),
        ({"costs": {"taking": True}}, "the cost of taking is a whole number from 1 to 10000, not true"),
        ({"costs": {"taking": 1.5}}, "the cost of taking is a whole number from 1 to 10000, not 1.5"),
        ({"costs": {"takin": 2}}, "takin: 'takin' is not known here; did you mean taking?"),
        ({"fixed": ["taking.prednison"]}, "did you mean prednisone?"),
        ({"most": 0}, "at least one set of statements is asked for, not 0"),
        ({"to": "approved"}, "uhc_benlysta never comes to 'approved'; it comes to one of "),
        ({"to": "pend"}, "uhc_benlysta never comes to 'pend'; it comes to one of "),
    ],
)
def test_wishes_that_cannot_be_met_are_refused(
    kb: KnowledgeBase, wishes: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(CaseError) as error:
        kb.flip(DENIED, **wishes)
    assert complaint in str(error.value)


# ---- the laws, on a few records ----------------------------------------------------------------

EDITIONS = pytest.mark.parametrize(("policy", "edition"), oracle.EDITIONS)


def some_records(kb: KnowledgeBase, policy: str, edition: str, count: int) -> list[Examined]:
    dice = random.Random(f"few {policy} {edition}")
    begin = count * oracle.EDITIONS.index((policy, edition))  # so that there are some of each kind
    kinds = range(begin, begin + count)
    return [examine(kb, explored.random_case(dice, n, policy, edition)) for n in kinds]


@EDITIONS
def test_flips_are_the_cheapest_that_work(kb: KnowledgeBase, policy: str, edition: str) -> None:
    dice = random.Random(f"reach {policy} {edition}")
    for examined in some_records(kb, policy, edition, 2):
        explored.check_flips(kb, examined, "approve")
        fixed, costs = explored.random_reach(dice, examined, 4)
        explored.check_all_flips(kb, examined, "deny", fixed, costs, 3)


@EDITIONS
def test_questions_and_plans_are_what_brute_force_finds(
    kb: KnowledgeBase, policy: str, edition: str
) -> None:
    for examined in some_records(kb, policy, edition, 5):
        told = examined.worlds(200)
        if told is not None:
            explored.check_ask(kb, examined, told)
            explored.check_smallest(explored.check_plan(kb, examined, told), examined, told)


@EDITIONS
def test_what_ifs_tell_what_differs(kb: KnowledgeBase, policy: str, edition: str) -> None:
    dice = random.Random(f"changes {policy} {edition}")
    for examined in some_records(kb, policy, edition, 3):
        nothing = explored.check_what_if(kb, examined, {}, ())
        assert nothing is not None
        assert nothing.before.to_dict() | {"fingerprint": None} == nothing.after.to_dict() | {
            "fingerprint": None
        }
        assert (nothing.changes, nothing.criteria, nothing.responsible) == ((), (), ())
        explored.check_what_if(kb, examined, *explored.random_changes(dice, examined.case, policy))
        explored.check_margins(kb, examined)
    for examined in some_records(kb, policy, edition, 2):
        explored.check_readings(kb, examined)


# ---- policies of a few lines -------------------------------------------------------------------


def examined_small(
    folder: Path, facts: str, rules: str, effort: str = "usual_effort(find_out, 1)."
) -> Examined:
    return examine(small_kb(folder / "kb", facts, rules, effort), SMALL, folder / "kb")


def planned(folder: Path, facts: str, rules: str, effort: str = "usual_effort(find_out, 1).") -> Plan:
    """The plan for the empty record, checked against brute force."""
    small = small_kb(folder / "kb", facts, rules, effort)
    examined = examine(small, SMALL, folder / "kb")
    told = examined.worlds()
    assert told is not None
    explored.check_ask(small, examined, told)
    plan = explored.check_plan(small, examined, told)
    explored.check_smallest(plan, examined, told)
    return plan


def flipped(
    folder: Path, facts: str, rules: str, effort: str = "usual_effort(find_out, 1).", **wishes: Any
) -> Flips:
    small = small_kb(folder / "kb", facts, rules, effort)
    return small.flip({**SMALL, **wishes.pop("case", {})}, wishes.pop("to", "approve"), **wishes)


def asked(steps: Sequence[Step]) -> list[str]:
    return [step.facts[0] for step in steps]


def test_rules_that_go_in_a_circle_are_followed_to_the_least_that_holds(tmp_path: Path) -> None:
    rules = """
    link(start, one) :- first.  link(one, two) :- second.
    link(two, one)   :- third.  link(two, end) :- fourth.
    reached(start).
    reached(To) :- reached(From), link(From, To).
    outcome(small, approve) :- reached(end).
    """ + otherwise("approve", last="deny")
    plan = planned(tmp_path, vocabulary(["first", "second", "third", "fourth"]), rules)
    assert (plan.questions, sorted(asked(plan.steps))) == (3, ["first", "fourth", "second"])


def worlds_of(facts: Sequence[str]) -> list[str]:
    """Every way in which some facts can be, as the body of a rule."""
    signs = itertools.product(("", "not "), repeat=len(facts))
    return [", ".join(map("".join, zip(each, facts, strict=True))) for each in signs]


def in_two_parts(dice: random.Random) -> tuple[str, str, str]:
    """A policy of which some facts say whether the outcome is settled, and the others what it is else.

    It has laws now and then, in one part or between the two, and some answers take more effort.
    """
    here, there = ["a", "b", "c"], ["d", "e", "f"]
    rules = [f"settled :- {world}." for world in worlds_of(here) if dice.random() < 0.5]
    outcomes = ["approve", "refer", "deny"][dice.choice((0, 1)) :]
    rules += [
        f"outcome(small, {dice.choice(outcomes)}) :- not settled, {world}." for world in worlds_of(there)
    ]
    rules += ["outcome(small, deny) :- settled.", "settled :- false.", "false :- false."]
    laws = ("", "", "impossible(here) :- a, b.", "impossible(there) :- d, e.", "impossible(both) :- a, d.")
    law = dice.choice(laws)
    dear = dice.sample([*here, *there], 3)
    effort = ["usual_effort(find_out, 1)."]
    effort += [f"effort({fact}, (yes; no), find_out, {dice.randint(2, 4)})." for fact in dear]
    return vocabulary([*here, *there]) + law, "\n".join(rules), "  ".join(effort)


def in_two_phases(dice: random.Random) -> tuple[str, str, str]:
    """A policy that asks for one thing to start and for another to go on, with a fact that both read."""
    rules = []
    for phase, facts in (("start", ["a", "b", "both"]), ("further", ["c", "d", "both"])):
        for world in worlds_of(facts):
            outcome = dice.choice(("approve", "deny"))
            rules.append(f"outcome(small, {outcome}) :- requested(phase, {phase}), {world}.")
    effort = f"usual_effort(find_out, 1).  effort(both, (yes; no), find_out, {dice.randint(1, 3)})."
    return (
        vocabulary(["a", "b", "c", "d", "both"], {"phase": ["start", "further"]}),
        "\n".join(rules),
        effort,
    )


@pytest.mark.parametrize(("make", "way"), [(in_two_parts, "_apart"), (in_two_phases, "_held_back")])
def test_a_plan_of_parts_that_are_weighed_apart_is_the_smallest(
    make: Callable[[random.Random], tuple[str, str, str]],
    way: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found: list[object] = []
    usual = getattr(Planner, way)

    def look(self: Planner, node: int) -> object:
        found.append(usual(self, node))
        return found[-1]

    monkeypatch.setattr(Planner, way, look)
    dice = random.Random(way)
    for number in range(12):
        planned(tmp_path / str(number), *make(dice))
    assert sum(each is not None for each in found) >= 5
    assert None in found


def test_two_of_four_signs_take_all_four_questions_at_worst(tmp_path: Path) -> None:
    signs = ["fever", "rash", "ulcer", "pain"]
    rules = "sign(fever) :- fever.  sign(rash) :- rash.  sign(ulcer) :- ulcer.  sign(pain) :- pain.\n"
    rules += "outcome(small, approve) :- #count { Sign : sign(Sign) } >= 2.\n" + otherwise(
        "approve", last="deny"
    )
    plan = planned(tmp_path, vocabulary(signs), rules)
    assert (plan.questions, plan.cost) == (4, 4)
    assert all(len(step.branches) == 2 for step in plan.steps)
    answer = flipped(tmp_path / "flip", vocabulary(signs), rules, most=1)
    assert (answer.ties, {cost for cost, _ in sets(answer)}) == (6, {2})


SIGNS = ["rash", "fever", "pain", "ulcer", "cough"]
WORDS = "\n".join(re.findall(r"(?m)^answer_text\(.*", (shipped("kb") / "asking.lp").read_text("utf-8")))
"""The words of answers."""


def counted(*outcomes: str) -> str:
    """The outcome by how many signs there are: none, one, two, ..."""
    return "".join(
        f"outcome(small, {outcome}) :- #count {{ Sign : sign(Sign) }} = {count}.\n"
        for count, outcome in enumerate(outcomes)
    )


@pytest.mark.parametrize(
    ("signs", "rules", "words"),
    [
        (
            SIGNS,
            counted("deny", "refer", "modify", "modify", "approve", "approve"),
            [
                "none of these",
                "1 of rash, fever, pain, ulcer, cough",
                "2 to 3 of rash, fever, pain, ulcer, cough",
                "4 or more of rash, fever, pain, ulcer, cough",
            ],
        ),
        (
            SIGNS[:4],
            counted("deny", "deny", "deny", "approve", "approve"),
            ["no more than 2 of rash, fever, pain, ulcer", "3 or more of rash, fever, pain, ulcer"],
        ),
        (SIGNS[:2], counted("deny", "deny", "approve"), ["not all of rash, fever", "rash and fever"]),
        (
            SIGNS[:3],
            counted("deny", "deny", "deny", "approve"),
            ["not all of rash, fever, pain", "all of rash, fever, pain"],
        ),
        (SIGNS[:2], counted("deny", "approve", "approve"), ["none of these", "one of rash, fever"]),
        (
            SIGNS[:2],
            "outcome(small, deny) :- sign(rash).\noutcome(small, modify) :- not sign(rash), sign(fever).\n"
            + otherwise("deny", "modify", last="approve"),
            ["none of these", "fever and not rash", "rash, whatever else"],
        ),
        (
            SIGNS[:2],
            counted("deny", "approve", "deny"),
            ["1 of rash, fever", "anything else"],
        ),
        (
            SIGNS[:2],
            "same :- sign(rash), sign(fever).\nsame :- not sign(rash), not sign(fever).\n"
            "outcome(small, approve) :- same.\n" + otherwise("approve", last="deny"),
            ["1 of rash, fever", "anything else"],
        ),
        (
            SIGNS[:3],
            "yes :- sign(rash), sign(fever).\nyes :- sign(pain), not sign(fever).\n"
            "outcome(small, approve) :- yes.\n" + otherwise("approve", last="deny"),
            ["pain and not fever, or rash and fever, whatever else", "anything else"],
        ),
    ],
)
def test_an_answer_says_in_few_words_what_is_so(
    tmp_path: Path, signs: list[str], rules: str, words: list[str]
) -> None:
    plan = planned(tmp_path, vocabulary(signs=signs) + WORDS, rules)
    (step,) = plan.steps
    assert (step.question, step.kind, step.id) == ("Which of these are there?", "members", "sign")
    assert sorted(branch.answer for branch in step.branches) == sorted(words)


def test_where_several_are_asked_for_and_one_decides_it_is_named(tmp_path: Path) -> None:
    rules = "outcome(small, approve) :- sign(rash), sign(fever), a.\n"
    rules += "outcome(small, approve) :- sign(rash), b.\n" + otherwise("approve", last="deny")
    facts = vocabulary(["a", "b"], signs=SIGNS[:2]) + WORDS
    ask = small_kb(tmp_path / "kb", facts, rules).ask({"request": {"policy": "small"}, "facts": {}})
    (asked,) = (asked for asked in ask.questions if asked.id == "sign")
    assert [(answer.text, answer.possible) for answer in asked.answers] == [
        ("not rash", ("deny",)),
        ("rash", ("approve", "deny")),
    ]


def test_a_long_list_is_told_by_classes_and_else_by_the_first_few(tmp_path: Path) -> None:
    signs = [f"sign_{number}" for number in range(8)]
    facts = vocabulary(signs=signs) + WORDS
    rules = counted("deny", *["approve"] * 8)
    (step,) = planned(tmp_path / "few", facts, rules).steps
    assert step.branches[1].answer == "one of sign 0, sign 1, sign 2 and 5 more"
    facts += "".join(
        f"asked_as(sign({sign}), {'skin' if sign < 'sign_5' else 'joint'}).\n" for sign in signs
    )
    (step,) = planned(tmp_path / "classes", facts, rules).steps
    assert step.branches[1].answer == "one of skin (5), joint (3)"


def test_a_group_of_too_many_classes_is_planned_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = vocabulary(["a"], {"route": ["vein", "skin"]}, {"age": [5, 18]}, SIGNS[:3]) + WORDS
    rules = "many :- #count { Sign : sign(Sign) } >= 2.\n"
    rules += "outcome(small, approve) :- many, a, requested(route, vein), at_least(age, 5).\n"
    rules += "outcome(small, refer) :- sign(rash), at_least(age, 18), not a.\n"
    rules += otherwise("approve", "refer", last="deny")
    usual = planned(tmp_path / "usual", facts, rules)
    monkeypatch.setattr(grouped, "_MOST", 1)
    assert planned(tmp_path / "left", facts, rules).steps == usual.steps


@pytest.mark.parametrize(("limit", "often"), [("SMALL", circuit._OFTEN), ("_WHOLE", 0)])
def test_what_matters_is_found_though_the_function_of_a_record_or_of_all_grows_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, often: int
) -> None:
    facts, rules = (
        vocabulary(["a", "b", "c"]),
        "outcome(small, approve) :- a, b.\n" + otherwise("approve", last="deny"),
    )
    found = []
    monkeypatch.setattr(question, "_MANY", 2)
    monkeypatch.setattr(circuit, "_OFTEN", often)
    for largest in (getattr(circuit, limit), 0):
        monkeypatch.setattr(circuit, limit, largest)
        small = small_kb(tmp_path / str(largest), facts, rules)
        found.append([missing.fact for missing in small.decide(SMALL).missing])
    assert found == [["a", "b"], ["a", "b"]]


@pytest.mark.parametrize(("forced", "missing"), [("", False), (", first", True)])
def test_of_many_facts_that_laws_tie_is_asked_what_a_law_can_make_decide(
    tmp_path: Path, forced: str, missing: bool
) -> None:
    """All cannot be so at once; what decides is tied to one of them, and forced only where it is one."""
    many = [f"fact_{number}" for number in range(4)]
    laws = f"impossible(all_of_them) :- a, {', '.join(many)}{forced}.\n"
    laws += "impossible(both) :- first, other.\nimpossible(other_alone) :- other, not fact_0.\n"
    rules = "outcome(small, approve) :- first.\n" + otherwise("approve", last="deny")
    small = small_kb(tmp_path / "kb", vocabulary(["a", "first", "other", *many]) + laws, rules)
    assert ("a" in [asked.fact for asked in small.decide(SMALL).missing]) is missing


def test_what_was_found_long_ago_is_found_again(tmp_path: Path) -> None:
    flags = ["a", "b", "c", "d", "e"]
    rules = "outcome(small, approve) :- a, b, c, d, e.\n" + otherwise("approve", last="deny")
    small = small_kb(tmp_path / "kb", vocabulary(flags), rules)
    cases = [
        {**SMALL, "facts": {flag: True for place, flag in enumerate(flags) if number >> place & 1}}
        for number in range(31)
    ]
    first, again = ([small.ask(case).questions for case in cases] for _ in range(2))
    assert first == again


def test_points_are_summed(tmp_path: Path) -> None:
    rules = "outcome(small, approve) :- #sum { 3,a : a; 2,b : b; 1,c : c; 1,d : not d } >= 4.\n"
    plan = planned(tmp_path, vocabulary(["a", "b", "c", "d"]), rules + otherwise("approve", last="deny"))
    assert plan.questions == 4


def test_points_that_are_sure_or_out_of_reach_ask_nothing(tmp_path: Path) -> None:
    rules = "sure :- #sum { 1,a : a; 1,b : not a; 1,c : c } >= 1.\n"
    rules += "outcome(small, approve) :- sure, d.\n" + otherwise("approve", last="deny")
    assert asked(planned(tmp_path, vocabulary(["a", "c", "d"]), rules).steps) == ["d"]


def test_which_of_three_holds_is_one_question(tmp_path: Path) -> None:
    rules = "outcome(small, approve) :- requested(route, vein).\n"
    rules += "outcome(small, deny) :- requested(route, skin).\n"
    rules += "outcome(small, refer) :- requested(route, mouth), urgent.\n"
    facts = vocabulary(["urgent"], {"route": ["vein", "skin", "mouth"]})
    plan = planned(tmp_path, facts, rules + otherwise("approve", "deny", "refer", last="modify"))
    (first, second) = plan.steps
    assert [(b.answer, b.outcome) for b in first.branches] == [
        ("vein", "approve"),
        ("skin", "deny"),
        ("mouth", None),
    ]
    assert (second.facts, plan.questions) == (("urgent",), 2)


def test_a_question_waits_until_the_outcome_depends_on_it(tmp_path: Path) -> None:
    rules = "granted :- one, other.  granted :- not one, third.\n"
    rules += "outcome(small, modify) :- granted, long.\noutcome(small, approve) :- granted, not long.\n"
    rules += otherwise("modify", "approve", last="deny")
    plan = planned(tmp_path, vocabulary(["long", "one", "other", "third"]), rules)
    (long,) = (step for step in plan.steps if step.facts == ("long",))
    assert (plan.questions, {b.outcome for b in long.branches}) == (3, {"approve", "modify"})


def test_the_cheaper_of_two_plans_of_the_same_length_is_taken(tmp_path: Path) -> None:
    rules = "outcome(small, approve) :- a, b.\noutcome(small, approve) :- not a, c.\n" + otherwise(
        "approve", last="deny"
    )
    effort = "usual_effort(find_out, 1).  effort(b, (yes; no), find_out, 5).  effort(c, yes, find_out, 3)."
    plan = planned(tmp_path, vocabulary(["a", "b", "c"]), rules, effort)
    assert (plan.questions, plan.cost) == (2, 6)


def test_waiting_pays_only_where_every_answer_leaves_as_much_to_ask(tmp_path: Path) -> None:
    rules = """
    outcome(small, out_of_scope) :- at_least(age, 18).
    outcome(small, modify)       :- not at_least(age, 18), urgent, at_least(age, 5).
    outcome(small, approve)      :- not at_least(age, 18), urgent, not at_least(age, 5).
    outcome(small, refer)        :- not at_least(age, 18), not urgent, rare.
    outcome(small, out_of_scope) :- not at_least(age, 18), not urgent, not rare.
    """
    plan = planned(tmp_path, vocabulary(["urgent", "rare"], numbers={"age": [5, 18]}), rules)
    assert plan.questions == 3


def test_waiting_pays_only_where_every_answer_leaves_as_much_effort(tmp_path: Path) -> None:
    rules = """
    outcome(small, out_of_scope) :- r, f0.
    outcome(small, approve)      :- r, not f0.
    outcome(small, modify)       :- not r, f0, f2.
    outcome(small, deny)         :- not r, f0, not f2.
    outcome(small, modify)       :- not r, not f0, f1.
    outcome(small, refer)        :- not r, not f0, not f1.
    """
    effort = "usual_effort(find_out, 1).  effort(f2, (yes; no), find_out, 3)."
    plan = planned(tmp_path, vocabulary(["f0", "f1", "f2", "r"]), rules, effort)
    assert (plan.questions, plan.cost) == (3, 5)


def test_a_value_that_a_law_bars_is_not_offered(tmp_path: Path) -> None:
    facts = vocabulary(["a", "b"], {"route": ["vein", "skin", "mouth"]})
    facts += "impossible(by_vein) :- requested(route, vein).\n"
    rules = """
    outcome(small, refer)   :- requested(route, skin), not a, not b.
    outcome(small, modify)  :- requested(route, skin), a.
    outcome(small, modify)  :- requested(route, skin), b.
    outcome(small, refer)   :- requested(route, mouth), not a, not b.
    outcome(small, approve) :- requested(route, mouth), a, not b.
    outcome(small, approve) :- requested(route, mouth), not a, b.
    outcome(small, modify)  :- requested(route, mouth), a, b.
    """
    plan = planned(tmp_path, facts, rules)
    assert {b.answer for step in plan.steps for b in step.branches} <= {"yes", "no", "skin", "mouth"}


def test_a_barred_value_that_is_asked_about_first_is_not_offered(tmp_path: Path) -> None:
    facts = vocabulary(["a"], {"route": ["vein", "skin", "mouth"]})
    facts += "impossible(by_vein) :- requested(route, vein).\n"
    rules = "outcome(small, approve) :- requested(route, skin).\n"
    rules += "outcome(small, refer) :- requested(route, mouth), a.\n"
    (first, second) = planned(tmp_path, facts, rules + otherwise("approve", "refer", last="deny")).steps
    assert [branch.answer for branch in first.branches] == ["skin", "mouth"]
    assert second.facts == ("a",)


def test_facts_that_laws_tie_may_say_more_than_yes_or_no(tmp_path: Path) -> None:
    """Each lawful combination of three tied facts leaves something else of the rest."""
    outcomes = ("approve", "modify", "deny", "refer", "out_of_scope")
    rules = ""
    for number, (a, b, c) in enumerate(itertools.product(("a", "not a"), ("b", "not b"), ("c", "not c"))):
        rules += f"outcome(small, {outcomes[number % 5]}) :- {a}, {b}, {c}, d.\n"
        rules += f"outcome(small, {outcomes[(number + 1 + number // 5) % 5]}) :- {a}, {b}, {c}, not d.\n"
    facts = vocabulary(["a", "b", "c", "d"]) + "impossible(all_three) :- a, b, c.\n"
    assert planned(tmp_path, facts, rules).questions == 4


def test_what_two_questions_say_together_is_weighed_once(tmp_path: Path) -> None:
    """Whether one of two is so matters by vein and, for another outcome, by skin; by mouth it is both."""
    rules = """
    either :- a.  either :- b.
    outcome(small, approve) :- requested(route, vein), either, c.
    outcome(small, refer)   :- requested(route, vein), not either, not c.
    outcome(small, modify)  :- requested(route, skin), either, c.
    outcome(small, refer)   :- requested(route, skin), not either, not c.
    outcome(small, approve) :- requested(route, mouth), a, b, c.
    outcome(small, modify)  :- requested(route, mouth), not c.
    """ + otherwise("approve", "refer", "modify", last="deny")
    facts = vocabulary(["a", "b", "c"], {"route": ["vein", "skin", "mouth"]})
    assert planned(tmp_path, facts, rules).questions == 4


def test_what_must_be_changed_together_is(tmp_path: Path) -> None:
    """A law lets the one be so only with the other, and the record says that neither is."""
    facts = vocabulary(["a", "b"]) + "impossible(alone) :- a, not b.\n"
    rules = "outcome(small, approve) :- a.\n" + otherwise("approve", last="deny")
    effort = "effort(a, (yes; no), change, 1).  effort(b, (yes; no), change, 2)."
    answer = flipped(tmp_path, facts, rules, effort, case={"facts": {"a": False, "b": False}})
    assert sets(answer) == [(3, {"a": True, "b": True})]


def test_what_a_law_bars_with_a_fact_that_is_fixed_is_not_offered(tmp_path: Path) -> None:
    laws = "impossible(alone) :- a, not b.\nimpossible(both) :- a, c.\n"
    rules = "outcome(small, approve) :- c.\n" + otherwise("approve", last="deny")
    effort = "effort((a; b), (yes; no), change, 1).  effort(c, (yes; no), change, 2)."
    said = {"facts": {"a": False, "b": False, "c": False}}
    facts = vocabulary(["a", "b", "c"]) + laws
    assert sets(flipped(tmp_path, facts, rules, effort, case=said, fixed=["b"])) == [(2, {"c": True})]


def test_what_has_one_outcome_is_asked_nothing(tmp_path: Path) -> None:
    plan = planned(tmp_path, vocabulary(["a"]), "outcome(small, approve) :- policy(small).\n")
    assert (plan.questions, plan.cost, plan.steps) == (0, 0, ())


AGES = vocabulary(numbers={"age": [5, 18]})
YOUTH = "outcome(small, approve) :- at_least(age, 5), not at_least(age, 18).\n" + otherwise(
    "approve", last="deny"
)


def test_a_number_is_learnt_once_however_many_cut_points_it_settles(tmp_path: Path) -> None:
    answer = flipped(tmp_path, AGES, YOUTH)
    assert sets(answer) == [(1, {"at_least(age,5)": True, "at_least(age,18)": False})]
    examined = examined_small(tmp_path / "laws", AGES, YOUTH)
    small = KnowledgeBase.load(tmp_path / "laws" / "kb")
    explored.check_all_flips(small, examined, "approve", (), {"at_least(age,5)": 3}, 5)


def test_a_margin_may_have_two_ends(tmp_path: Path) -> None:
    (margin,) = flipped(tmp_path, AGES, YOUTH, case={"facts": {"age": 7}}).margins
    assert (margin.low, margin.low_open, margin.high, margin.high_open) == (5, False, 18, True)
    assert (margin.below, margin.above) == (("deny",), ("deny",))


def test_an_outcome_that_no_rule_gives_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="small never comes to 'refer'; it comes to one of approve, deny"):
        flipped(tmp_path, AGES, YOUTH, to="refer")


# which sides an effort has: only finding out that it is so helps nobody here
ONE_WAY = "outcome(small, approve) :- not a.\n" + otherwise("approve", last="deny")


def test_what_can_only_be_found_out_to_be_so_is_named_where_it_would_have_to_be_otherwise(
    tmp_path: Path,
) -> None:
    answer = flipped(tmp_path, vocabulary(["a"]), ONE_WAY, "effort(a, yes, find_out, 1).")
    assert (answer.flips, answer.blocked, answer.beyond) == ((), (), ("a",))


@pytest.mark.parametrize(
    ("effort", "complaint"),
    [
        (
            "effort(a, maybe, find_out, 1).",
            "effort(a, maybe, find_out, 1): yes or no, and one of find_out, ",
        ),
        (
            "effort(a, yes, buy, 1).",
            "effort(a, yes, buy, 1): yes or no, and one of find_out, ask_for_less, ",
        ),
        ("effort(a, yes, find_out, 0).", "effort/4: a cost is 1 or more, not 0"),
        ("effort(a, yes, find_out, dear).", "effort/4: dear stands where a number belongs"),
        ("usual_effort(find_out, 0).", "usual_effort/2: a cost is 1 or more, not 0"),
        ('usual_effort(find_out, "1").', 'usual_effort/2: "1" stands where a number belongs'),
        ("usual_effort(found_out, 1).", "usual_effort"),
        ("usual_effort(find_out, 1).  effort(b, yes, find_out, 2).", "effort"),
        ("usual_effort(find_out, 1).  usual_effort(find_out, 4).", "usual_effort"),
        ("effort(a, no, find_out, 1).  effort(a, no, find_out, 3).", "effort"),
    ],
)
def test_efforts_that_mean_nothing_are_rule_errors(tmp_path: Path, effort: str, complaint: str) -> None:
    with pytest.raises(RuleError) as error:
        flipped(tmp_path, vocabulary(["a"]), ONE_WAY, effort)
    assert complaint in str(error.value)


def test_brute_force_sees_a_part_that_would_do(tmp_path: Path) -> None:
    """The checks themselves can fail: a set with one statement too many is no minimal one."""
    rules = "outcome(small, approve) :- a.\n" + otherwise("approve", last="deny")
    examined = examined_small(tmp_path, vocabulary(["a", "b"]), rules)
    told = examined.worlds()
    assert told is not None
    reach = list(brute.statements(examined.plain.literals, {}, {}, (), {}))
    assert brute.minimal_flips(told, {}, reach, "approve") == {frozenset({("a", True)}): 1}
    assert brute.smallest_tree(told, lambda _: 1) == (1, 1)
