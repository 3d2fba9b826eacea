"""What the exploring verbs claim holds on a thousand records, by brute force; see `tests/brute.py`."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from pathlib import Path

import pytest

from lupa import KnowledgeBase
from tests import brute, explored, oracle
from tests.explored import Examined, examine
from tests.small import random_kb
from tests.times import times

pytestmark = pytest.mark.mass
EDITIONS = pytest.mark.parametrize(("policy", "edition"), oracle.EDITIONS)
RECORDS = times(500)
WANTED = ("approve", "deny", "approve", "modify", "approve", "refer", "out_of_scope")


def records(
    kb: KnowledgeBase, name: str, policy: str, edition: str, count: int = RECORDS
) -> list[Examined]:
    dice = random.Random(f"{name} {policy} {edition}")
    return [examine(kb, explored.random_case(dice, n, policy, edition)) for n in range(count)]


def can_be(plain: brute.Plain, outcome: str) -> bool:
    """Whether the policy ever comes to this outcome."""
    return outcome in plain.outcomes and plain.has_world({}, outcome)


@EDITIONS
def test_a_flip_makes_the_outcome_certain_and_no_part_of_it_does(
    kb: KnowledgeBase, policy: str, edition: str
) -> None:
    found: Counter[str] = Counter()
    for examined, to in zip(records(kb, "flip", policy, edition), itertools.cycle(WANTED), strict=False):
        if can_be(examined.plain, to):
            answer = explored.check_flips(kb, examined, to)
            found[to if answer.flips else "none"] += 1
            found.update(s.kind for flip in answer.flips for s in flip.statements)
    wanted = [to for to in (*WANTED[:3], "refer") if can_be(brute.plain(policy, edition), to)]
    assert min(found[to] for to in (*wanted, "none")) >= times(5), found
    assert found["file_otherwise"] >= times(5), found


@EDITIONS
def test_no_cheaper_flip_exists_and_every_tie_is_found(
    kb: KnowledgeBase, policy: str, edition: str
) -> None:
    dice = random.Random(f"reach {policy} {edition}")
    found: Counter[str] = Counter()
    for number, examined in enumerate(records(kb, "cheapest", policy, edition, times(350))):
        possible = [to for to in examined.plain.outcomes if can_be(examined.plain, to)]
        to = dice.choice(("approve", "approve", *possible))
        fixed, costs = explored.random_reach(dice, examined, 8 if number % 12 == 0 else 5)
        answer = explored.check_all_flips(kb, examined, to, fixed, costs, dice.choice((1, 3, 50)))
        if answer is not None:
            found["flips" if answer.flips else "blocked" if answer.blocked else "undecided"] += 1
            found["ties"] += answer.ties > 1
            found.update({s.kind for flip in answer.flips for s in flip.statements})
    assert min(found[what] for what in ("flips", "blocked", "undecided", "ties")) >= 1, found


@EDITIONS
def test_just_the_facts_that_can_change_the_verdict_are_asked_for(
    kb: KnowledgeBase, policy: str, edition: str
) -> None:
    asked = 0
    for examined in records(kb, "ask", policy, edition):
        told = examined.worlds()
        if told is not None and told.rows:
            explored.check_ask(kb, examined, told)
            asked += len(set(told.rows.values())) > 1
    assert asked >= times(50)


@EDITIONS
def test_a_plan_keeps_its_promise_and_no_tree_promises_less(
    kb: KnowledgeBase, policy: str, edition: str
) -> None:
    questions: Counter[int] = Counter()
    for examined in records(kb, "plan", policy, edition):
        told = examined.worlds()
        if told is None or not told.rows:  # too many worlds, or a record that contradicts itself
            continue
        plan = explored.check_plan(kb, examined, told)
        if len(brute.asks(told.open())) <= 9 and len(told.rows) <= 400:
            explored.check_smallest(plan, examined, told)
            questions[plan.questions] += 1
    assert sum(count for number, count in questions.items() if number > 1) >= times(20), questions


def test_a_plan_is_the_smallest_whatever_a_policy_says(tmp_path: Path) -> None:
    dice = random.Random("small policies 2")
    questions: Counter[int] = Counter()
    for number in range(times(250)):
        folder = tmp_path / str(number)
        small = random_kb(dice, folder)
        examined = examine(small, {"request": {"policy": "small"}}, folder)
        told = examined.worlds()
        assert told is not None
        explored.check_ask(small, examined, told)
        plan = explored.check_plan(small, examined, told)
        explored.check_smallest(plan, examined, told)
        questions[plan.questions] += 1
    assert sum(count for number, count in questions.items() if number > 2) >= times(50), questions


def test_the_cheapest_flips_are_found_whatever_a_policy_says(tmp_path: Path) -> None:
    dice = random.Random("small flips")
    found: Counter[str] = Counter()
    for number in range(times(150)):
        folder = tmp_path / str(number)
        small = random_kb(dice, folder)
        examined = examine(small, {"request": {"policy": "small"}}, folder)
        costs = {fact: dice.randint(1, 5) for fact in examined.plain.literals}
        fixed = dice.sample(sorted(costs), dice.choice((0, 0, 1, 2)))
        to = dice.choice(sorted(o for o in examined.plain.outcomes if examined.plain.has_world({}, o)))
        answer = explored.check_all_flips(small, examined, to, fixed, costs, dice.choice((1, 50)))
        assert answer is not None
        found["flips" if answer.flips else "none"] += 1
    assert min(found["flips"], found["none"]) >= times(5), found


@EDITIONS
def test_before_and_after_are_the_decisions_and_what_is_told_of_them_differs(
    kb: KnowledgeBase, policy: str, edition: str
) -> None:
    dice = random.Random(f"changes {policy} {edition}")
    other = 0
    for examined in records(kb, "what if", policy, edition):
        changes, unset = explored.random_changes(dice, examined.case, policy)
        found = explored.check_what_if(kb, examined, changes, unset)
        other += found is not None and bool(found.responsible)
    assert other >= times(20)


@EDITIONS
def test_each_row_of_readings_replays_and_each_reading_named_is_needed(
    kb: KnowledgeBase, policy: str, edition: str
) -> None:
    for examined in records(kb, "readings", policy, edition, times(20)):
        explored.check_readings(kb, examined)


@EDITIONS
def test_a_number_moves_as_far_as_its_margin_says_and_no_farther(
    kb: KnowledgeBase, policy: str, edition: str
) -> None:
    margins = [
        explored.check_margins(kb, examined)
        for examined in records(kb, "margins", policy, edition, times(120))
    ]
    assert sum(margins) >= times(10)
