"""A function seen from some of its variables: which values each assignment of these leaves to be taken."""

from __future__ import annotations

from collections.abc import Callable, Collection

from lupa.compiled.diagram import NOWHERE, Diagrams, Node


class Seen:
    """Functions of these variables alone, whose values stand for sets of values, each for another."""

    def __init__(
        self, diagrams: Diagrams, variables: Collection[int], value: Callable[[frozenset[Node]], Node]
    ) -> None:
        self._diagrams = diagrams
        self._variables = variables
        self._last = max(variables)
        self._value = value
        self._codes: dict[frozenset[Node], Node] = {frozenset(): NOWHERE}
        self._sets: dict[Node, frozenset[Node]] = {NOWHERE: frozenset()}
        self._seen: dict[Node, Node] = {}
        self._known: dict[tuple[Node, Node], Node] = {}

    def of(self, node: Node) -> Node:
        """What is left of a function."""
        if node < 0 or self._diagrams.top(node) > self._last:
            return self._told(self._diagrams.values(node))
        if node not in self._seen:
            self._diagrams.budget.spend()
            variable = self._diagrams.top(node)
            no, yes = map(self.of, self._diagrams.split(node, variable))
            if variable in self._variables:
                self._seen[node] = self._diagrams.node(variable, no, yes)
            else:
                self._seen[node] = self._either(no, yes)
        return self._seen[node]

    def _told(self, left: frozenset[Node]) -> Node:
        if left not in self._codes:
            self._codes[left] = self._value(left)
            self._sets[self._codes[left]] = left
        return self._codes[left]

    def _either(self, one: Node, other: Node) -> Node:
        """What one of two leaves, or the other."""
        if one == other:
            return one
        if one < 0 and other < 0:
            return self._told(self._sets[one] | self._sets[other])
        key = (one, other) if one < other else (other, one)
        if key not in self._known:
            self._diagrams.budget.spend()
            first = self._diagrams.first(key)
            low, high = zip(*(self._diagrams.split(part, first) for part in key), strict=True)
            self._known[key] = self._diagrams.node(first, self._either(*low), self._either(*high))
        return self._known[key]
