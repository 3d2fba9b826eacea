"""Sets of which one will do, told as several things that are all needed, each in one of several ways."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from math import prod
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def factors(sets: Sequence[tuple[T, ...]], *, more: bool = False) -> list[list[tuple[T, ...]]]:
    """Lists of sets such that one of each list, taken together, are just the given sets.

    So ac, ad, bc and bd are one of a, b with one of c, d. What is never in one set is another way of the
    same, and so in one list; where the sets are not all that can be taken together so, or where there are
    `more` than these, they are one list as they are. No set holds another, and none stands twice. The order
    is theirs, after what all have.
    """
    if more:
        return [list(sets)]
    within = {x: 0 for each in sets for x in each}  # the places of the sets that have it, as bits
    for place, each in enumerate(sets):
        for x in each:
            within[x] |= 1 << place
    found = []
    rest = list(within)
    while rest:
        alike = [rest.pop(0)]
        for x in alike:
            apart = [y for y in rest if not within[x] & within[y]]
            rest = [y for y in rest if y not in apart]
            alike += apart
        found.append(list(dict.fromkeys(tuple(x for x in each if x in alike) for each in sets)))
    if prod(map(len, found)) != len(sets):
        return [list(sets)]
    return sorted(found, key=lambda ways: len(ways) > 1)
