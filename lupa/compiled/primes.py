"""Conditions as sums of products: prime, and none of them to be spared, where some laws are kept.

A product names variables, each so or not. It is prime where it suffices and no part of it does. All that
there are of a function are found by the recursion of Coudert and Madre (1992).
"""

from __future__ import annotations

from collections.abc import Iterable

from lupa.compiled.diagram import NO, YES, Diagrams, Node
from lupa.errors import SpaceLimitError

MOST = 4000
"""So many products of one function are looked at."""

Product = frozenset[tuple[int, bool]]
"""Variables with their truth, all of which are needed."""


def cover(diagrams: Diagrams, holds: Node, lawful: Node) -> list[Product]:
    """Prime products that hold together just where the function does, if laws are kept.

    None can be spared, nor anything that one names. `holds` is within `lawful`. Those that hold in many
    worlds are taken before others. Raises `SpaceLimitError` where there are too many to choose from.
    """
    found = _primes(diagrams, diagrams.either(holds, diagrams.opposite(lawful)), {})
    worlds = {each: diagrams.both(product(diagrams, each), holds) for each in found}
    shares: dict[Node, float] = {}
    size = {each: _share(diagrams, world, shares) for each, world in worlds.items() if world != NO}
    chosen: list[Product] = []
    before = [NO]  # what those before each that is chosen hold in, and in the end what all do
    for each in sorted(size, key=lambda each: (-size[each], len(each), sorted(each))):
        if diagrams.choose(before[-1], NO, worlds[each]) != NO:
            chosen.append(each)
            before.append(diagrams.either(worlds[each], before[-1]))
    after = NO
    for place in reversed(range(len(chosen))):
        world = worlds[chosen[place]]
        others = diagrams.either(before[place], after)
        if diagrams.choose(others, NO, world) == NO:
            del chosen[place]
        else:
            after = diagrams.either(world, after)
    return chosen


def product(diagrams: Diagrams, literals: Iterable[tuple[int, bool]]) -> Node:
    """The function that holds just where these do."""
    holds = YES
    for variable, so in sorted(literals, reverse=True):
        holds = diagrams.node(variable, *((NO, holds) if so else (holds, NO)))
    return holds


def _primes(diagrams: Diagrams, function: Node, known: dict[Node, set[Product]]) -> set[Product]:
    """All prime products of a function."""
    if function < 0:
        return {frozenset()} if function == YES else set()
    if function not in known:
        variable = diagrams.top(function)
        no, yes = diagrams.split(function, variable)
        either = _primes(diagrams, diagrams.both(no, yes), known)
        found = set(either)
        for side, so in ((no, False), (yes, True)):
            more = (each for each in _primes(diagrams, side, known) if each not in either)
            found.update(each | {(variable, so)} for each in more)
        if len(found) > MOST:
            raise SpaceLimitError(MOST, f"it holds under more than {MOST:,} conditions, too many to tell")
        for _ in found:
            diagrams.budget.spend()
        known[function] = found
    return known[function]


def _share(diagrams: Diagrams, function: Node, known: dict[Node, float]) -> float:
    """What share of all assignments a function holds in; only to say which of two holds in more."""
    if function < 0:
        return float(function == YES)
    if function not in known:
        sides = diagrams.split(function, diagrams.top(function))
        known[function] = sum(_share(diagrams, side, known) for side in sides) / 2
    return known[function]
