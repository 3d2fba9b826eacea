"""Functions seen by groups of their variables, against every assignment of random ones."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence

import pytest

from lupa.compiled import cubes, grouped
from lupa.compiled.diagram import NOWHERE, Diagrams, Node
from lupa.compiled.grouped import Grouped
from lupa.compiled.lifted import Lifted
from tests.times import times

VARIABLES = 7
GROUPS = (range(3), range(3, 4), range(4, 7))
SEEDS = pytest.mark.parametrize("seed", range(times(50)))


def random_function(dice: random.Random, diagrams: Diagrams, first: int = 0) -> Node:
    """A function of some of the variables, often one of how many are so."""
    if first == VARIABLES or dice.random() < 0.1:
        return dice.choice((NOWHERE, NOWHERE - 1, NOWHERE - 2, NOWHERE - 3))
    no = random_function(dice, diagrams, first + 1)
    yes = no if dice.random() < 0.3 else random_function(dice, diagrams, first + 1)
    return diagrams.node(first, no, yes)


def counting(diagrams: Diagrams, least: int) -> Node:
    """Whether so many of all variables are so."""
    left = [NOWHERE - 1] * least + [NOWHERE - 2]
    for variable in reversed(range(VARIABLES)):
        left = [
            diagrams.node(variable, here, left[min(count + 1, least)]) for count, here in enumerate(left)
        ]
    return left[0]


def assignments(variables: Sequence[int]) -> Iterator[frozenset[int]]:
    for so in itertools.product((False, True), repeat=len(variables)):
        yield frozenset(itertools.compress(variables, so))


def function(seed: int) -> tuple[Diagrams, Node]:
    dice, diagrams = random.Random(seed), Diagrams()
    return diagrams, counting(diagrams, 3) if seed == 0 else random_function(dice, diagrams)


@SEEDS
def test_a_lifted_function_leaves_what_its_assignment_leaves(seed: int) -> None:
    diagrams, node = function(seed)
    for group in GROUPS:
        lifted = Lifted(diagrams, group)
        left = set()
        for so in assignments(group):
            expected = node
            for variable in group:
                expected = diagrams.restrict(expected, variable, value=variable in so)
            assert lifted.left(lifted.top.at(lifted.lifted(node), so)) == expected
            left |= {expected} if diagrams.values(expected) else set()
        assert set(lifted.remainders(node)) == left


@SEEDS
def test_a_function_by_classes_is_the_same_function(seed: int) -> None:
    diagrams, node = function(seed)
    made = Grouped(diagrams, node, GROUPS)
    classes = [each for each in made.classes if each is not None]
    assert len(classes) == len(GROUPS)
    for so in assignments(range(VARIABLES)):
        code: set[int] = set()
        for each in classes:
            code |= each.codes[each.place(each.diagrams.at(each.partition, so))]
        assert made.diagrams.at(made.node, code) == diagrams.at(node, so)


@SEEDS
def test_a_group_of_too_many_classes_is_left_as_it_is(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouped, "_MOST", 2)
    diagrams, node = function(seed)
    made = Grouped(diagrams, node, GROUPS)
    for so in assignments(range(VARIABLES)):
        code: set[int] = set()
        for group, each in zip(GROUPS, made.classes, strict=True):
            if each is None:
                code |= so.intersection(group)
            else:
                code |= each.codes[each.place(each.diagrams.at(each.partition, so))]
        assert made.diagrams.at(made.node, code) == diagrams.at(node, so)


def check_cubes(diagrams: Diagrams, node: Node) -> None:
    """Each assignment is in the cubes of its value, and in no other's."""
    found = cubes.cubes(diagrams, node)
    for so in assignments(range(VARIABLES)):
        held = {
            value
            for value, each in found.items()
            if any(
                all(s.least <= len(so.intersection(s.variables)) <= s.most for s in cube) for cube in each
            )
        }
        value = diagrams.at(node, so)
        assert value in (*held, NOWHERE)
        assert value == NOWHERE or held == {value}


@SEEDS
def test_each_assignment_is_in_the_cubes_of_its_value(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    diagrams, node = function(seed)
    check_cubes(diagrams, node)
    monkeypatch.setattr(cubes, "_MOST_CELLS", 4)
    check_cubes(diagrams, node)


def test_variables_that_are_alike_are_counted() -> None:
    diagrams = Diagrams()
    node = counting(diagrams, 3)
    every = tuple(range(VARIABLES))
    assert cubes.alike(diagrams, node) == [every]
    assert cubes.cubes(diagrams, node) == {
        NOWHERE - 1: [(cubes.Some(every, 0, 2),)],
        NOWHERE - 2: [(cubes.Some(every, 3, VARIABLES),)],
    }


def test_a_function_without_variables_asks_nothing() -> None:
    assert cubes.cubes(Diagrams(), NOWHERE - 1) == {NOWHERE - 1: [()]}


def test_alike_are_found_beyond_those_between_them() -> None:
    """The first and the last are alike, the one between is not."""
    diagrams = Diagrams()
    last = diagrams.node(2, NOWHERE - 1, NOWHERE - 2)
    node = diagrams.node(0, diagrams.node(1, last, NOWHERE - 3), diagrams.node(1, NOWHERE - 2, NOWHERE - 3))
    assert cubes.alike(diagrams, node) == [(0, 2), (1,)]


@SEEDS
def test_what_each_side_of_a_variable_leaves_is_what_its_assignments_come_to(seed: int) -> None:
    diagrams, node = function(seed)
    every = [(so, diagrams.at(node, so)) for so in assignments(range(VARIABLES))]
    for variable, sides in enumerate(diagrams.values_left(node, VARIABLES)):
        for is_so, left in enumerate(sides):
            assert left == {value for so, value in every if (variable in so) is bool(is_so)} - {NOWHERE}
