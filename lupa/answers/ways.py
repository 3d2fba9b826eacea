"""Flips that differ in one member of a group as one way, with its alternatives."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from lupa.answers.exploration import Flip, Statement, Way
from lupa.rules.asking import Asking

_Parts = tuple[tuple[Statement, ...], ...]
"""Sets of statements in one: of each part, any one statement."""


def ways(asking: Asking, flips: Sequence[Flip]) -> tuple[Way, ...]:
    """The flips, those of one cost that differ in one statement about a group as one."""
    return tuple(
        Way(
            cost,
            tuple(part[0] for part in parts if len(part) == 1),
            tuple(part for part in parts if len(part) > 1),
        )
        for cost, alike in groupby(flips, key=lambda flip: flip.cost)
        for parts in _merged(asking, [flip.statements for flip in alike])
    )


def _merged(asking: Asking, sets: Sequence[Sequence[Statement]]) -> list[_Parts]:
    """Sets that differ in one statement, of one kind, as one."""
    found: list[_Parts] = [tuple((statement,) for statement in each) for each in sets]
    merged = True
    while merged:
        merged = False
        by_rest: dict[tuple[object, ...], tuple[int, _Parts]] = {}
        for number, parts in enumerate(found):
            for place, part in enumerate(parts):
                rest = frozenset(parts[:place] + parts[place + 1 :])
                fact = part[0].fact
                alike = asking.group_of(fact), fact.partition("(")[0]
                key = (rest, *alike, part[0].value, part[0].kind)
                before, other = by_rest.setdefault(key, (number, parts))
                if before != number:
                    mine = next(p for p in other if p not in rest)
                    found[before] = tuple(p + part if p == mine else p for p in other)
                    del found[number]
                    merged = True
                    break
            if merged:
                break
    return found
