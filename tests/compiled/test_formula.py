"""A condition told as all of these and any of those: the same condition, in parts of which none is idle."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Collection, Sequence
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lupa import SpaceLimitError
from lupa.compiled import primes
from lupa.compiled.diagram import NO, YES, Diagrams, Node
from lupa.compiled.formula import Formula, Of, Said, Some, Telling, products
from lupa.compiled.space import Space

VARIABLES = 6
EVERYBODY = [frozenset(v for v in range(VARIABLES) if so >> v & 1) for so in range(1 << VARIABLES)]
World = frozenset[int]


def function(
    diagrams: Diagrams, wanted: Collection[World], first: int = 0, so: World = frozenset()
) -> Node:
    """The function that holds in just these worlds."""
    if first == VARIABLES:
        return YES if so in wanted else NO
    sides = (function(diagrams, wanted, first + 1, with_it) for with_it in (so, so | {first}))
    return diagrams.node(first, *sides)


def told(wanted: Collection[World], laws: Sequence[Collection[World]] = ()) -> Formula:
    diagrams = Diagrams()
    space = Space(diagrams, [function(diagrams, law) for law in laws])
    return Telling(space).formula(function(diagrams, wanted))


def keeps(world: World, product: Collection[tuple[int, bool]]) -> bool:
    return all((variable in world) is so for variable, so in product)


def faults(wanted: set[World], laws: Sequence[Collection[World]]) -> list[str]:
    """What is wrong with how a condition is told, found by looking at every world."""
    lawful = [world for world in EVERYBODY if all(world in law for law in laws)]
    found = products(told(wanted, laws))
    wrong = []
    for product in found:
        here = [world for world in lawful if keeps(world, product)]
        if not here or not wanted.issuperset(here):
            wrong.append(f"{sorted(product)} does not suffice")
        for literal in product:
            wider = [world for world in lawful if keeps(world, product - {literal})]
            if all(world in wanted for world in wider):
                wrong.append(f"{literal} of {sorted(product)} can be spared")
        others = [other for other in found if other != product]
        if all(any(keeps(world, other) for other in others) for world in here):
            wrong.append(f"{sorted(product)} can be spared")
    wrong += [
        f"{sorted(world)} is told otherwise"
        for world in lawful
        if (world in wanted) is not any(keeps(world, product) for product in found)
    ]
    return wrong


def made(dice: random.Random, variables: Sequence[int]) -> Callable[[World], bool]:
    """A condition of some of these, each once, so that much of it is apart; or one thrown by dice."""
    if len(variables) == 1:
        so = dice.random() < 0.6
        return lambda world: (variables[0] in world) is so
    if len(variables) <= 3 and dice.random() < 0.4:
        table = {so: dice.random() < 0.5 for so in itertools.product((False, True), repeat=len(variables))}
        return lambda world: table[tuple(v in world for v in variables)]
    cut = dice.randrange(1, len(variables))
    one, other = made(dice, variables[:cut]), made(dice, variables[cut:])
    if dice.random() < 0.5:
        return lambda world: one(world) and other(world)
    return lambda world: one(world) or other(world)


def thrown(seed: int) -> tuple[set[World], list[set[World]]]:
    """A condition and some laws that some world keeps."""
    dice = random.Random(seed)
    order = dice.sample(range(VARIABLES), dice.randint(1, VARIABLES))
    condition = made(dice, order)
    laws = []
    for _ in range(dice.randrange(3)):
        law = made(dice, dice.sample(range(VARIABLES), 2))
        laws.append({world for world in EVERYBODY if law(world) or world == EVERYBODY[seed % 64]})
    return {world for world in EVERYBODY if condition(world)}, laws


@given(st.integers(min_value=0, max_value=10**6))
def test_each_part_suffices_and_nothing_in_it_can_be_spared(seed: int) -> None:
    assert faults(*thrown(seed)) == []


@given(st.sets(st.sampled_from(EVERYBODY)), st.sets(st.sampled_from(EVERYBODY), min_size=1))
def test_so_it_is_of_any_condition_under_any_law(wanted: set[World], law: set[World]) -> None:
    assert faults(wanted, [law]) == []


@pytest.mark.mass
def test_thousands_of_conditions_are_told_as_they_are() -> None:
    assert [found for seed in range(5000) if (found := faults(*thrown(seed)))] == []


def test_what_is_apart_is_told_apart() -> None:
    """Each of three pairs is its own affair; multiplied out there would be eight conditions."""
    pairs = [(0, 1), (2, 3), (4, 5)]
    wanted = {w for w in EVERYBODY if all(one in w or other in w for one, other in pairs)}
    assert told(wanted) == Of(
        True, tuple(Of(False, (Said(one, True), Said(other, True))) for one, other in pairs)
    )


def test_what_is_always_so_and_what_never_is() -> None:
    law = {world for world in EVERYBODY if 0 in world}
    assert told(law, [law]) == Of(True, ())
    assert told(set(EVERYBODY) - law, [law]) == Of(False, ())


def test_of_values_of_which_one_holds_the_shortest_is_told() -> None:
    """Not the first of three is one condition; the second, or the third, would be two."""
    one = {world for world in EVERYBODY if len(world & {0, 1, 2}) == 1}
    assert told({world for world in EVERYBODY if 0 not in world}, [one]) == Said(0, False)


def test_too_many_conditions_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(primes, "MOST", 5)
    uneven = {world for world in EVERYBODY if sum(v % 2 + 1 for v in world) % 3}
    with pytest.raises(SpaceLimitError, match="it holds under more than 5 conditions, too many to tell"):
        told(uneven)


def counted(variables: Collection[int], wanted: Collection[int]) -> Formula:
    """How it is told that just so many of these are so, or one of several such numbers."""
    return told({world for world in EVERYBODY if len(world.intersection(variables)) in wanted})


def test_how_many_are_so_is_told_where_it_is_asked_for_no_more() -> None:
    so, not_so = (tuple(Said(v, value) for v in (1, 3, 4)) for value in (True, False))
    exactly = [Of(True, (Some(many, so), Some(3 - many, not_so))) for many in range(4)]
    assert counted((1, 3, 4), {2, 3}) == Some(2, so)
    assert counted((1, 3, 4), {0, 1}) == Some(2, not_so)
    assert counted((1, 3, 4), {2}) == exactly[2]
    assert counted((1, 3, 4), {0, 2, 3}) == Of(False, (Of(True, not_so), Some(2, so)))
    assert counted((1, 3, 4), {1, 3}) == Of(False, (exactly[1], Of(True, so)))


def test_a_range_that_ends_on_both_sides_is_told_by_its_facts() -> None:
    found = counted((1, 3, 4, 5), {1, 2})
    assert "Some" not in repr(found)
    assert faults({world for world in EVERYBODY if len(world - {0, 2}) in (1, 2)}, []) == []


def test_a_condition_of_a_hundred_facts_is_a_hundred_short_ones() -> None:
    diagrams = Diagrams()
    pairs = [
        diagrams.either(diagrams.node(v, NO, YES), diagrams.node(v + 1, YES, NO)) for v in range(0, 100, 2)
    ]
    found = Telling(Space(diagrams, ())).formula(reduce(diagrams.both, reversed(pairs)))
    assert isinstance(found, Of)
    assert (found.every, len(found.parts)) == (True, 50)


def test_what_a_text_counts_is_told_as_it_counts_and_so_is_too_few_of_it() -> None:
    diagrams = Diagrams()
    pairs = [{v, v + 1} for v in (0, 2, 4)]
    parts = [function(diagrams, [w for w in EVERYBODY if w & pair]) for pair in pairs]
    wanted = [w for w in EVERYBODY if sum(bool(w & pair) for pair in pairs) >= 2]
    telling = Telling(Space(diagrams, []), [(2, parts)])
    so, not_so = (
        telling.formula(function(diagrams, worlds))
        for worlds in (wanted, [w for w in EVERYBODY if w not in wanted])
    )
    assert so == Some(2, tuple(Of(False, (Said(v, True), Said(v + 1, True))) for v in (0, 2, 4)))
    assert not_so == Some(2, tuple(Of(True, (Said(v, False), Said(v + 1, False))) for v in (0, 2, 4)))
    for told_, worlds in ((so, wanted), (not_so, [w for w in EVERYBODY if w not in wanted])):
        assert [w for w in EVERYBODY if any(keeps(w, product) for product in products(told_))] == worlds


def test_what_a_text_counts_of_parts_that_share_a_variable_is_told_as_any_condition_is() -> None:
    diagrams = Diagrams()
    parts = [function(diagrams, [w for w in EVERYBODY if w >= pair]) for pair in ({0, 1}, {1, 2}, {3, 4})]
    wanted = [w for w in EVERYBODY if sum(w >= pair for pair in ({0, 1}, {1, 2}, {3, 4})) >= 2]
    space = Space(diagrams, [])
    condition = function(diagrams, wanted)
    assert Telling(space, [(2, parts)]).formula(condition) == Telling(space).formula(condition)
