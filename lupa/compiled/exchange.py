"""Members of a function that are alike: answers that differ only in which of them they name are one.

A *member* is several variables, one for each thing that can be so of it; members are alike in a function
that stays the same with any two of them in each other's place. Answers about all of them then differ only
in how many are answered which way, and of those that do not, one is looked at for all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from lupa.compiled.diagram import Diagrams, Node

Member = tuple[int, ...]
Told = tuple[bool, ...]
"""What is so of a member, of the variables that a question is about."""


class Run(NamedTuple):
    """Members that are alike in a function: what is asked of each, by place, and what there is to tell.

    Of the answers of one class it does not matter which of them is given.
    """

    members: tuple[Member, ...]
    places: tuple[int, ...]
    classes: tuple[tuple[Told, ...], ...]


class Cell(NamedTuple):
    """One way of answering: the class of each member of each run, by its place, and what is left then."""

    classes: tuple[tuple[int, ...], ...]
    left: Node


class Exchange:
    """The members of functions, in blocks of those that may be alike; their variables are in one order."""

    def __init__(self, diagrams: Diagrams, blocks: Sequence[Sequence[Member]]) -> None:
        self._diagrams = diagrams
        self._blocks = [tuple(block) for block in blocks]
        self.variables = frozenset(v for block in blocks for member in block for v in member)
        self._alike: dict[Node, list[list[Member]]] = {}
        self._runs: dict[tuple[Node, frozenset[int]], tuple[Run, ...]] = {}

    # ---- which are alike -----------------------------------------------------------------------

    def alike(self, node: Node) -> Sequence[Sequence[Member]]:
        """The members that a function depends on, those that are alike in it together."""
        if node not in self._alike:
            support = self._diagrams.support(node)
            found: list[list[Member]] = []
            for block in self._blocks:
                known: list[list[Member]] = []
                for member in block:
                    if support.isdisjoint(member):
                        continue
                    same = next((run for run in known if self._changes_nothing(node, run[0], member)), None)
                    if same is None:
                        known.append([member])
                    else:
                        same.append(member)
                found += known
            self._alike[node] = found
        return self._alike[node]

    def _changes_nothing(self, node: Node, one: Member, other: Member) -> bool:
        """Whether it is the same function with these two in each other's place."""
        support = self._diagrams.support(node)
        if any((x in support) != (y in support) for x, y in zip(one, other, strict=True)):
            return False
        exchanged = node
        for x, y in zip(one, other, strict=True):
            exchanged = self._exchanged(exchanged, x, y)
        return exchanged == node

    def _exchanged(self, node: Node, x: int, y: int) -> Node:
        """The function with two variables in each other's place."""
        diagrams = self._diagrams
        (low_low, low_high), (high_low, high_high) = (
            [
                diagrams.restrict(diagrams.restrict(node, x, value=one), y, value=two)
                for two in (False, True)
            ]
            for one in (False, True)
        )
        of_y = diagrams.variable(y)
        return diagrams.choose(
            diagrams.variable(x),
            diagrams.choose(of_y, high_high, low_high),
            diagrams.choose(of_y, high_low, low_low),
        )

    # ---- what answers leave --------------------------------------------------------------------

    def runs(self, node: Node, asked: Collection[int]) -> tuple[Run, ...]:
        """What a question about these variables asks of; a variable of no member stands for itself."""
        key = node, frozenset(asked)
        if key not in self._runs:
            support = self._diagrams.support(node)
            together = [
                (tuple(run), tuple(p for p, v in enumerate(run[0]) if v in key[1] and v in support))
                for run in self.alike(node)
            ]
            together = [(run, places) for run, places in together if places]
            alone = sorted((key[1] & support) - self.variables)
            together += [(((variable,),), (0,)) for variable in alone]
            self._runs[key] = tuple(Run(run, at, self._classes(node, run[0], at)) for run, at in together)
        return self._runs[key]

    def is_exchanged(self, node: Node, asked: Collection[int]) -> bool:
        """Whether some of those asked about are alike in a function."""
        return any(len(run) > 1 and not set(run[0]).isdisjoint(asked) for run in self.alike(node))

    def _classes(self, node: Node, member: Member, places: Sequence[int]) -> tuple[tuple[Told, ...], ...]:
        """The answers about a member by what they leave; those that leave it the most open first."""
        found: dict[Node, list[Told]] = {}
        for told in product((False, True), repeat=len(places)):
            left = self._answered(node, member, places, told)
            if self._diagrams.values(left):
                found.setdefault(left, []).append(told)
        order = sorted(found, key=lambda left: -len(self._diagrams.support(left).intersection(member)))
        return tuple(tuple(found[left]) for left in order)

    def _answered(self, node: Node, member: Member, places: Sequence[int], told: Told) -> Node:
        for place, value in zip(places, told, strict=True):
            node = self._diagrams.restrict(node, member[place], value=value)
        return node

    def remainders(self, node: Node, asked: Collection[int]) -> Sequence[Node]:
        """What the answers to a question leave, of those that differ only in which are named one."""
        left = {node}
        for run in self.runs(node, asked):
            parts = {(part, 0) for part in left}
            for member in run.members:
                self._diagrams.budget.spend()
                parts = {
                    (self._answered(part, member, run.places, run.classes[at][0]), at)
                    for part, first in parts
                    for at in range(first, len(run.classes))
                }
            left = {part for part, _ in parts if self._diagrams.values(part)}
        return sorted(left)

    def cells(self, node: Node, asked: Collection[int]) -> Iterator[Cell]:
        """The same, each with how it is answered; where an answer cannot be, nothing."""
        runs = self.runs(node, asked)

        def rest(part: Node, at: int) -> Iterator[Cell]:
            if at == len(runs):
                yield Cell((), part)
                return
            for here, left in self._told(part, runs[at], 0, 0):
                for cell in rest(left, at + 1):
                    yield Cell((here, *cell.classes), cell.left)

        return rest(node, 0)

    def _told(
        self, node: Node, run: Run, member: int, first: int
    ) -> Iterator[tuple[tuple[int, ...], Node]]:
        if member == len(run.members):
            yield (), node
            return
        for at in range(first, len(run.classes)):
            self._diagrams.budget.spend()
            left = self._answered(node, run.members[member], run.places, run.classes[at][0])
            if self._diagrams.values(left):
                for others, end in self._told(left, run, member + 1, at):
                    yield (at, *others), end


def members_of(
    blocks: Sequence[Sequence[Sequence[str]]], variable_of: Mapping[str, int]
) -> list[list[Member]]:
    """Blocks of facts as blocks of variables."""
    return [[tuple(variable_of[fact] for fact in member) for member in block] for block in blocks]
