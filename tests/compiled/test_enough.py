"""Which statements are enough for a function to have a value, by brute force over all of them."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from operator import and_

import pytest

from lupa.compiled.diagram import NO, NOWHERE, YES, Budget, Diagrams, Node
from lupa.compiled.enough import Enough
from lupa.compiled.stating import Row, Stating
from lupa.compiled.ways import Goal, Ways
from lupa.errors import SpaceLimitError
from tests.times import times

FACTS = (11, 12, 13, 14, 15, 16)
CHOICE = (12, 14, 15)
"""Of these just one is so."""
SUBJECTS = {fact: 12 if fact in CHOICE else fact for fact in FACTS}
WORLDS = tuple(itertools.product((False, True), repeat=len(FACTS)))
Found = dict[frozenset[int], int]


def is_lawful(world: Sequence[bool]) -> bool:
    so = dict(zip(FACTS, world, strict=True))
    return sum(so[fact] for fact in CHOICE) == 1 and not (so[16] and not so[11])


def table(dice: random.Random) -> list[Node]:
    """A value for each world, that of few facts in most, and none where a law is broken."""
    chosen = [dice.sample(FACTS, 3) for _ in range(2)]
    likely = {key: YES if dice.random() < 0.8 else NO for key in itertools.product((False, True), repeat=3)}
    values = []
    for world in WORLDS:
        so = dict(zip(FACTS, world, strict=True))
        each = [likely[so[a], so[b], so[c]] for a, b, c in chosen]
        values.append((NO if NO in each else YES) if is_lawful(world) else NOWHERE)
    return values


def function(diagrams: Diagrams, values: Sequence[Node], variable: int = 0) -> Node:
    if len(values) == 1:
        return values[0]
    half = len(values) // 2
    sides = (function(diagrams, part, variable + 1) for part in (values[:half], values[half:]))
    return diagrams.node(variable, *sides)


def random_record(dice: random.Random) -> dict[int, bool]:
    """What some world has of some facts, of a choice no more than which it is."""
    world = dice.choice([world for world in WORLDS if is_lawful(world)])
    said = {fact: so for fact, so in zip(FACTS, world, strict=True) if dice.random() < 0.5}
    return {fact: so for fact, so in said.items() if so or fact not in CHOICE}


def random_statements(dice: random.Random, record: Mapping[int, bool]) -> dict[int, Row]:
    """What says something else than the record; two facts take one effort, which may cost the same."""
    effort = {**SUBJECTS, 16: 11}
    found = {}
    for fact, sign in itertools.product(FACTS, (1, -1)):
        is_named = sign > 0 or fact not in CHOICE
        if is_named and record.get(fact) is not (sign > 0) and dice.random() < 0.8:
            found[sign * fact] = Row(SUBJECTS[fact], effort[fact], dice.choice((1, 2, 2, 5)))
    return found


def sets_of(statements: Mapping[int, Row]) -> Iterator[tuple[int, ...]]:
    """Every set of statements, of each subject one at the most."""
    several = [[0, *(x for x in statements if statements[x].subject == s)] for s in set(SUBJECTS.values())]
    for chosen in itertools.product(*several):
        yield tuple(x for x in chosen if x)


def brute(values: Sequence[Node], record: Mapping[int, bool], statements: Mapping[int, Row]) -> Found:
    """The minimal sets with which the value is had in each world, of which there is one, and their cost."""
    so = {x: 0 for fact in FACTS for x in (fact, -fact)}
    for place, world in enumerate(WORLDS):
        for fact, value in zip(FACTS, world, strict=True):
            so[fact if value else -fact] |= 1 << place
    had, barred = (sum(1 << place for place, v in enumerate(values) if v == value) for value in (YES, NO))
    enough = []
    for chosen in sets_of(statements):
        changed = {statements[x].subject for x in chosen}
        kept = [f if v else -f for f, v in record.items() if SUBJECTS[f] not in changed]
        worlds = reduce(and_, (so[x] for x in (*kept, *chosen)), (1 << len(WORLDS)) - 1)
        if worlds & had and not worlds & barred:
            enough.append(frozenset(chosen))
    minimal = [each for each in enough if not any(other < each for other in enough)]
    return {each: sum(cost for _, cost in {statements[x][1:] for x in each}) for each in minimal}


def read_off(
    values: Sequence[Node],
    record: Mapping[int, bool],
    statements: Mapping[int, Row],
    budget: int = 100_000,
) -> Enough:
    diagrams, ways = Diagrams(), Ways(FACTS)
    goal = Goal(ways.part(diagrams, function(diagrams, values)), YES)
    return Enough(Stating(ways.parts, goal, FACTS, record, SUBJECTS, statements, Budget(most=budget)))


def test_each_minimal_set_is_found_once_the_cheapest_first_and_the_shortest_of_these() -> None:
    dice = random.Random("enough")
    levels = changes = shared = 0
    for _ in range(times(400)):
        values, record = table(dice), random_record(dice)
        statements = random_statements(dice, record)
        expected = brute(values, record, statements)
        enough = read_off(values, record, statements)
        left = dict(expected)
        while left:
            assert enough.another()
            cost, sets = enough.next_sets(1000)
            assert cost == min(left.values())
            assert [len(each) for each in sets] == sorted(map(len, sets))
            assert sorted(map(sorted, sets)) == sorted(sorted(s) for s, c in left.items() if c == cost)
            left = {each: c for each, c in left.items() if c > cost}
            levels += 1
        assert not enough.another()
        assert enough.next_sets(1000) == (0, [])
        changes += any(SUBJECTS[abs(x)] in {SUBJECTS[f] for f in record} for s in expected for x in s)
        shared += any({SUBJECTS[abs(x)] for x in each} >= {11, 16} for each in expected)
    assert levels > times(400)
    assert changes >= times(25)
    assert shared


def test_no_more_sets_than_are_wanted_are_given_and_the_others_are_still_there() -> None:
    dice = random.Random("some of them")
    several = 0
    for _ in range(times(100)):
        values, record = table(dice), random_record(dice)
        statements = random_statements(dice, record)
        expected = brute(values, record, statements)
        enough, found = read_off(values, record, statements), set[frozenset[int]]()
        while sets := enough.next_sets(2)[1]:
            assert len(sets) <= 2
            found.update(map(frozenset, sets))
        assert found == expected.keys()
        several += len(expected) > 2
    assert several >= times(10)


def test_what_is_so_already_takes_nothing_and_what_cannot_be_has_no_set() -> None:
    always, never = ([v if is_lawful(w) else NOWHERE for w in WORLDS] for v in (YES, NO))
    statements = {11: Row(11, 11, 1), -11: Row(11, 11, 1)}
    so, not_so = (read_off(values, {}, statements) for values in (always, never))
    assert (so.next_sets(5), so.another()) == ((0, [[]]), False)
    assert (not_so.another(), not_so.next_sets(5)) == (False, (0, []))


def test_what_would_grow_too_large_is_refused() -> None:
    dice = random.Random("too large")
    values = table(dice)
    with pytest.raises(SpaceLimitError):
        read_off(values, {}, {}, budget=3)
