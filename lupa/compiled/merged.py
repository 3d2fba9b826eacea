"""A function for many records: what of its variables does the same is one, and what is known is gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from lupa.compiled.diagram import Diagrams, Node


class Pair(NamedTuple):
    """That a variable, or a pair, is so (`one`), and another is (`other`)."""

    left: Term
    one: bool
    right: Term
    other: bool


Term = int | Pair
"""A variable, or what a function asks of two at once."""


class Merged(NamedTuple):
    """A function of terms: its node, and the term that stands for each variable of these diagrams."""

    node: Node
    terms: Mapping[int, Term]


def merged(diagrams: Diagrams, node: Node) -> Merged:
    """A function in which two variables that follow each other are one term where it can be so.

    That is where three of the four ways in which they can be leave the same, wherever they are asked for.
    As no two terms have a variable in common, what a record leaves possible of each is independent.
    """
    terms: dict[int, Term] = {variable: variable for variable in diagrams.support(node)}
    while True:
        again = _once(diagrams, node, terms)
        if again == node:
            return Merged(node, terms)
        node = again


def _once(diagrams: Diagrams, node: Node, terms: dict[int, Term]) -> Node:
    """The function with what can be merged at one glance, from the last variable up."""
    by_variable: dict[int, list[Node]] = {}
    first_asked: dict[Node, int] = {node: -1}  # the first variable from which a part is reached
    waiting = [node]
    for part in waiting:
        if part < 0:
            continue
        variable = diagrams.top(part)
        by_variable.setdefault(variable, []).append(part)
        for child in diagrams.split(part, variable):
            if child not in first_asked:
                waiting.append(child)
            first_asked[child] = min(first_asked.get(child, variable), variable)
    made: dict[Node, Node] = {}
    last, from_where = -1, 0  # the variable below, and the first from which it is reached

    def of(part: Node) -> Node:
        return made.get(part, part)

    for variable in sorted(by_variable, reverse=True):
        parts = by_variable[variable]
        sides = {part: tuple(map(of, diagrams.split(part, variable))) for part in parts}
        special = _special(diagrams, list(sides.values()), last) if from_where >= variable else None
        if special is None:
            made.update((part, diagrams.node(variable, *both)) for part, both in sides.items())
            last = variable
        else:
            for part, both in sides.items():
                ways = [diagrams.split(side, last) for side in both]
                rest = next(ways[a][b] for a in (0, 1) for b in (0, 1) if (bool(a), bool(b)) != special)
                made[part] = diagrams.node(last, rest, ways[special[0]][special[1]])
            terms[last] = Pair(terms[variable], special[0], terms[last], special[1])
        from_where = min(first_asked[part] for part in parts)
    return of(node)


def _special(diagrams: Diagrams, sides: list[tuple[Node, ...]], below: int) -> tuple[bool, bool] | None:
    """The one way for two variables to be that leaves something else than the three others, everywhere."""
    found: set[tuple[bool, bool]] = set()
    for both in sides:
        ways = {
            (bool(a), bool(b)): child
            for a, side in enumerate(both)
            for b, child in enumerate(diagrams.split(side, below))
        }
        apart = [way for way, child in ways.items() if list(ways.values()).count(child) == 1]
        if len(apart) != 1:
            return None
        found.add(apart[0])
    return found.pop() if len(found) == 1 else None
