"""Variables that need not be told: they change no value, and their own question says if they can be so."""

from __future__ import annotations

from collections.abc import Collection

from lupa.compiled.diagram import NOWHERE, YES, Diagrams, Node
from lupa.compiled.seen import Seen


class _TwoValuesError(Exception):
    """A function without a variable would have two values at once."""


def without_needless(
    diagrams: Diagrams, node: Node, variables: Collection[int], group: Collection[int]
) -> Node:
    """The function without those of the variables, asked about in this group, that change nothing.

    Such are the cut points of a number that nothing reads but the law that they rise. An answer about the
    group then leaves the same with them and without; where that is not so they stay.
    """
    support = diagrams.support(node)
    gone = {
        variable
        for variable in variables
        if variable in support
        and all(_agree(diagrams, part, variable) for part in diagrams.from_on(node, variable))
    }
    without = _without(diagrams, node, gone) if gone else None
    if without is None:
        return node
    can_be = Seen(diagrams, group, lambda _: YES).of(node)
    tied = diagrams.together((without, can_be), lambda parts: parts[0] if parts[1] == YES else NOWHERE)
    return without if tied == node else node


def _agree(diagrams: Diagrams, node: Node, variable: int) -> bool:
    """Whether a function of no earlier variable has no two values that differ in this variable alone."""
    waiting = [diagrams.split(node, variable)]
    seen = set(waiting)
    while waiting:
        one, other = waiting.pop()
        if one == other or NOWHERE in (one, other):
            continue
        if one < 0 and other < 0:
            return False
        first = diagrams.first((one, other))
        for pair in zip(diagrams.split(one, first), diagrams.split(other, first), strict=True):
            if pair not in seen:
                seen.add(pair)
                waiting.append(pair)
    return True


def _without(diagrams: Diagrams, node: Node, gone: Collection[int]) -> Node | None:
    """The function of the other variables; None where it would have two values."""
    made: dict[Node, Node] = {}
    joined: dict[tuple[Node, Node], Node] = {}

    def either(one: Node, other: Node) -> Node:
        if other in (one, NOWHERE):
            return one
        if one == NOWHERE:
            return other
        if one < 0 and other < 0:
            raise _TwoValuesError
        if (one, other) not in joined:
            first = diagrams.first((one, other))
            (no, yes), (other_no, other_yes) = diagrams.split(one, first), diagrams.split(other, first)
            joined[one, other] = diagrams.node(first, either(no, other_no), either(yes, other_yes))
        return joined[one, other]

    def of(part: Node) -> Node:
        if part < 0:
            return part
        if part not in made:
            variable = diagrams.top(part)
            no, yes = map(of, diagrams.split(part, variable))
            made[part] = either(no, yes) if variable in gone else diagrams.node(variable, no, yes)
        return made[part]

    try:
        return of(node)
    except _TwoValuesError:
        return None
