"""Functions of parts, each of which is in one of a few classes: where records reach which of their values.

What is possible of one part says nothing of another. So two that follow each other are one where both
together tell no more apart than one of them alone, and each may stand where it is asked for the least.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lupa.compiled.diagram import Node
from lupa.compiled.words import ALL, NONE, Program, Word

_MOST = 20_000
"""Levels are moved where nodes, as often as two levels can change places, are not more than so many."""


class Step(NamedTuple):
    """A node: its level, and what is left in each class of that; the levels below have higher numbers."""

    level: int
    left: tuple[Node, ...]


class Levels:
    """Levels, each with `words` that say where it can be in which of its classes, and nodes on them.

    They are written from the last level up. A number below 0 is a value.
    """

    def __init__(self) -> None:
        self.words: dict[int, Sequence[Word]] = {}
        self._steps: list[Step] = []
        self._places: dict[Step, Node] = {}

    def node(self, level: int, left: Sequence[Node]) -> Node:
        """The node with this left in each class; where the same is left in all, that."""
        if len({*left}) == 1:
            return left[0]
        step = Step(level, tuple(left))
        if step not in self._places:
            self._places[step] = len(self._steps)
            self._steps.append(step)
        return self._places[step]

    def step(self, node: Node) -> Step:
        """What a node is."""
        return self._steps[node]

    def on(self, level: int, place: int, node: Node) -> Node:
        """What is left of a node in a class of a level; it is not of one above."""
        return self._steps[node].left[place] if node >= 0 and self._steps[node].level == level else node

    def below(self, root: Node) -> list[Node]:
        """The nodes of a function, each before those below it."""
        found = {root} if root >= 0 else set[Node]()
        waiting = [*found]
        while waiting:
            new = {each for each in self._steps[waiting.pop()].left if each >= 0} - found
            found |= new
            waiting += new
        return sorted(found, key=lambda node: self._steps[node].level)


class Function(NamedTuple):
    """A node, and the levels that it is of."""

    levels: Levels
    root: Node

    @property
    def nodes(self) -> list[Node]:
        """Its nodes, each before those below it."""
        return self.levels.below(self.root)

    @property
    def order(self) -> list[int]:
        """Its levels, from the first down."""
        return sorted({self.levels.step(node).level for node in self.nodes})


def reached(program: Program, function: Function) -> dict[Node, Word]:
    """Where each value of a function is reached, by as little work as is found to do."""
    before = len(function.nodes) + 1
    while len(function.nodes) < before:
        before = len(function.nodes)
        function = _sifted(_merged(program, function))
    found = {function.root: ALL}
    for node in function.nodes:
        here, (level, left) = found.pop(node), function.levels.step(node)
        ways: dict[Node, Word] = {}
        for word, below in zip(function.levels.words[level], left, strict=True):
            ways[below] = program.either(ways.get(below, NONE), word)
        for below, word in ways.items():
            found[below] = program.either(found.get(below, NONE), program.both(here, word))
    return found


# ---- what is looked at together --------------------------------------------------------------------


def _merged(program: Program, function: Function) -> Function:
    """A function with levels that can be one put together, until none can."""
    while True:
        before, function = function, _once(program, function)
        if len(before.nodes) == len(function.nodes):
            return function


def _once(program: Program, function: Function) -> Function:
    """A function with what can be one at a glance put together, from the last level up."""
    levels, found, made = function.levels, Levels(), dict[Node, Node]()
    by_level: dict[int, list[Node]] = {}
    since = {function.root: -1}  # the first level from which a node is reached
    for node in function.nodes:
        level, left = levels.step(node)
        by_level.setdefault(level, []).append(node)
        for below in left:
            since.setdefault(below, level)
    last = after = -1  # the level below, and the first level from which it is reached
    for level in sorted(by_level, reverse=True):
        nodes = by_level[level]
        lefts = [[made.get(each, each) for each in levels.step(node).left] for node in nodes]
        classes = _together(levels.words[level], lefts, found, last) if after == level else None
        if classes is None:
            last, found.words[level] = level, levels.words[level]
        else:
            words = levels.words[level], found.words[last]
            lefts = [[*left] for left in zip(*classes, strict=True)]
            found.words[last] = [_where(program, pairs, *words) for pairs in classes.values()]
        made.update((node, found.node(last, left)) for node, left in zip(nodes, lefts, strict=True))
        after = min(since[node] for node in nodes)
    return Function(found, made.get(function.root, function.root))


_Pairs = set[tuple[int, int]]
"""Classes of one level, each with one of another."""


def _together(
    words: Sequence[Word], lefts: Sequence[Sequence[Node]], levels: Levels, last: int
) -> dict[tuple[Node, ...], _Pairs] | None:
    """The classes of a level put together with the one below, by what they leave; None if they are more."""
    others = levels.words[last]
    classes: dict[tuple[Node, ...], _Pairs] = {}
    for one in range(len(words)):
        for other in range(len(others)):
            key = tuple(levels.on(last, other, left[one]) for left in lefts)
            classes.setdefault(key, set()).add((one, other))
    return classes if len(classes) <= max(len(words), len(others)) else None


def _where(program: Program, pairs: _Pairs, ones: Sequence[Word], others: Sequence[Word]) -> Word:
    """Where two levels can be in one of these pairs of classes.

    As each can be in some class, a class that goes with all of the other level is there where it can be.
    """
    firsts = [one for one in range(len(ones)) if all((one, x) in pairs for x in range(len(others)))]
    seconds = [x for x in range(len(others)) if all((one, x) in pairs for one in range(len(ones)))]
    rest: dict[tuple[int, ...], list[int]] = {}
    for one in sorted({one for one, _ in pairs}.difference(firsts)):
        beside = tuple(sorted(x for first, x in pairs if first == one))
        if not {*beside} <= {*seconds}:
            rest.setdefault(beside, []).append(one)
    found = program.any_of([*(ones[one] for one in firsts), *(others[x] for x in seconds)])
    for beside, these in rest.items():
        both = program.any_of(ones[one] for one in these), program.any_of(others[x] for x in beside)
        found = program.either(found, program.both(*both))
    return found


# ---- the order of levels ---------------------------------------------------------------------------


def _sifted(function: Function) -> Function:
    """A function with each level in its turn where there are the fewest nodes."""
    order, best = function.order, function
    if len(function.nodes) * len(order) ** 2 > _MOST:
        return function
    for words in [function.levels.words[level] for level in order]:
        moved = best
        at = next(place for place, level in enumerate(order) if moved.levels.words[level] is words)
        down, up = range(at, len(order) - 1), range(len(order) - 2, -1, -1)
        for upper in (*down, *up):
            moved = _swapped(moved, order[upper], order[upper + 1])
            if len(moved.nodes) < len(best.nodes):
                best = moved
    return best


def _swapped(function: Function, upper: int, lower: int) -> Function:
    """A function with two levels, one right below the other, in each other's place."""
    levels, found, made = function.levels, Levels(), dict[Node, Node]()
    found.words = {**levels.words, upper: levels.words[lower], lower: levels.words[upper]}
    for node in reversed(function.nodes):
        level, left = levels.step(node)
        if level == upper:
            sides = []
            for place in range(len(levels.words[lower])):
                side = [levels.on(lower, place, below) for below in left]
                sides.append(found.node(lower, [made.get(each, each) for each in side]))
            made[node] = found.node(upper, sides)
        else:
            left = tuple(made.get(each, each) for each in left)
            made[node] = found.node(upper if level == lower else level, left)
    return Function(found, made.get(function.root, function.root))
