"""A function seen by groups of its variables: assignments of a group that leave the same are one.

A group of many variables has few such classes, and these are written with as few of its variables as
tell them apart. What is left of a function when a group is assigned is then found in small diagrams.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lupa.compiled.diagram import NOWHERE, Diagrams, Node

_MOST = 60_000
"""So many parts are looked at to tell the classes of a group; one with more is left as it is."""
_FIRST = NOWHERE - 1


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes of a group: for each the variables that are so where it is written for all of these.

    `partition` is a function of the variables as they were, in diagrams of its own; it gives the class by
    its place, see `value`.
    """

    diagrams: Diagrams
    partition: Node
    codes: tuple[frozenset[int], ...]

    @staticmethod
    def value(place: int) -> Node:
        """What stands for the class at a place in the partition."""
        return _FIRST - place

    def place(self, value: Node) -> int:
        """The place of a class."""
        return _FIRST - value


class Grouped:
    """A function whose groups of variables, each of which follow each other, are written by classes.

    `classes` has those of each group, None for one that has too many and is left as it is.
    """

    def __init__(self, diagrams: Diagrams, node: Node, groups: Sequence[Sequence[int]]) -> None:
        self._old = diagrams
        self.diagrams = Diagrams(diagrams.budget)
        self._group_of = {variable: at for at, group in enumerate(groups) for variable in group}
        self._groups = groups
        self._exits: dict[Node, Sequence[Node]] = {}
        """What each class leaves of a function that begins with a group."""
        self.classes: list[Classes | None] = [
            self._told_apart(at, entries) for at, entries in self._entries(node).items()
        ]
        self._made: dict[Node, Node] = {}
        self.node = self._written(node)

    def _entries(self, node: Node) -> Mapping[int, list[Node]]:
        """The functions that begin with each group, as they are left by those before it."""
        found: dict[int, dict[Node, None]] = {at: {} for at in range(len(self._groups))}
        if node >= 0:
            found[self._group_of[self._old.top(node)]][node] = None
        for at, entries in found.items():  # later groups are filled by earlier ones
            seen = set(entries)
            waiting = list(entries)
            while waiting:
                part = waiting.pop()
                for child in self._old.split(part, self._old.top(part)):
                    if child < 0 or child in seen:
                        continue
                    below = self._group_of[self._old.top(child)]
                    if below == at:
                        seen.add(child)
                        waiting.append(child)
                    else:
                        found[below][child] = None
        return {at: list(entries) for at, entries in found.items()}

    def _within(self, node: Node, at: int) -> bool:
        return node >= 0 and self._group_of[self._old.top(node)] == at

    def _told_apart(self, at: int, entries: Sequence[Node]) -> Classes | None:
        """The classes of a group: where all functions that begin with it leave the same."""
        own = Diagrams(self._old.budget)
        known: dict[tuple[Node, ...], Node] = {}
        found: dict[tuple[Node, ...], int] = {}

        def of(parts: tuple[Node, ...]) -> Node:
            inner = [self._old.top(part) for part in parts if self._within(part, at)]
            if not inner:
                return Classes.value(found.setdefault(parts, len(found)))
            if parts not in known:
                if len(known) * len(parts) > _MOST:
                    raise OverflowError
                self._old.budget.spend()
                variable = min(inner)
                low, high = zip(
                    *(
                        self._old.split(part, variable) if self._within(part, at) else (part, part)
                        for part in parts
                    ),
                    strict=True,
                )
                known[parts] = own.node(variable, of(low), of(high))
            return known[parts]

        try:
            partition = of(tuple(entries))
        except OverflowError:
            return None
        codes = _codes(list(self._groups[at]), len(found))
        for place, entry in enumerate(entries):
            self._exits[entry] = [left[place] for left in found]
        return Classes(own, partition, tuple(codes))

    def _written(self, node: Node) -> Node:
        """The function with classes for the assignments of groups."""
        if node < 0:
            return node
        if node not in self._made:
            self._old.budget.spend()
            if node in self._exits:
                group = self._groups[self._group_of[self._old.top(node)]]
                left = [self._written(child) for child in self._exits[node]]
                self._made[node] = self._chosen(left, group)
            else:
                variable = self._old.top(node)
                no, yes = map(self._written, self._old.split(node, variable))
                self._made[node] = self.diagrams.node(variable, no, yes)
        return self._made[node]

    def _chosen(self, left: Sequence[Node], variables: Sequence[int]) -> Node:
        """The function that is what each class leaves, in their order."""
        if len(set(left)) == 1:
            return left[0]
        half = (len(left) + 1) // 2
        no, yes = (self._chosen(part, variables[1:]) for part in (left[:half], left[half:]))
        return self.diagrams.node(variables[0], no, yes)


def _codes(variables: Sequence[int], count: int) -> list[frozenset[int]]:
    """For each of so many classes, in their order, the variables that are so; as `_chosen` has it."""
    if count <= 1:
        return [frozenset()] * count
    half = (count + 1) // 2
    return [
        *_codes(variables[1:], half),
        *(code | {variables[0]} for code in _codes(variables[1:], count - half)),
    ]
