"""The smallest tree of questions, on policies of a few lines."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests import brute, explored
from tests.explored import examine
from tests.small import otherwise, random_kb, small_kb, vocabulary

SMALL = {"request": {"policy": "small"}}


@pytest.mark.parametrize("last", ["deny", "approve"])
def test_of_either_of_two_and_a_third_that_all_stand_apart_each_is_asked(tmp_path: Path, last: str) -> None:
    """What the two settle is itself weighed in two, and the one that is left open stays told apart."""
    facts = vocabulary(["better", "worse", "treated", "cured", "barred", "excused"])
    facts += "impossible(cured) :- cured, not treated.\n"
    first = "approve" if last == "deny" else "deny"
    rules = f"""
    either :- worse, not better.
    either :- treated.
    bar    :- barred, not excused.
    outcome(small, {first}) :- policy(small), either, not bar.
    """ + otherwise(first, last=last)
    small = small_kb(tmp_path, facts, rules)
    examined = examine(small, SMALL, tmp_path)
    told = examined.worlds()
    assert told is not None
    plan = explored.check_plan(small, examined, told)
    explored.check_smallest(plan, examined, told)
    assert plan.questions == 5


def test_brute_force_asks_together_what_the_vocabulary_of_a_random_policy_does(tmp_path: Path) -> None:
    dice = random.Random("asked together")
    for number in range(12):
        folder = tmp_path / str(number)
        examined = examine(random_kb(dice, folder), SMALL, folder)
        facts = list(examined.edition.literals)
        asked = {group.id: sorted(group.facts) for group in examined.edition.asking.groups(facts)}
        by_hand = {tuple(sorted(group)) for group in brute.asks(facts).values()}
        assert {tuple(group) for group in asked.values()} == by_hand
