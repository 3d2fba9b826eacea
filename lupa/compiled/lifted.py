"""Functions seen from some of their variables: what each assignment of these leaves of the rest."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from lupa.compiled.diagram import NOWHERE, Diagrams, Node

_FIRST = NOWHERE - 1


class Lifted:
    """Functions with these variables moved before all others.

    A lifted function is one of `top`, of these variables alone; its values stand for the functions of
    the others that an assignment leaves, NOWHERE for none. It is one and the same for equal functions.
    """

    def __init__(self, diagrams: Diagrams, variables: Collection[int]) -> None:
        self.top = Diagrams(diagrams.budget)
        self._diagrams = diagrams
        self._variables = frozenset(variables)
        self._left: list[Node] = []
        self._value_of: dict[Node, Node] = {}
        self._known: dict[Node, Node] = {}
        self._remainders: dict[Node, tuple[Node, ...]] = {}

    def lifted(self, node: Node) -> Node:
        """The function with these variables first."""
        if node < 0:
            return self._value(node)
        if node not in self._known:
            self._diagrams.budget.spend()
            if self._variables.isdisjoint(self._diagrams.support(node)):
                self._known[node] = self._value(node)
                return self._known[node]
            variable = self._diagrams.top(node)
            no, yes = map(self.lifted, self._diagrams.split(node, variable))
            if variable in self._variables:
                self._known[node] = self.top.node(variable, no, yes)
            else:

                def below(parts: tuple[Node, ...]) -> Node:
                    return self._value(self._diagrams.node(variable, *map(self.left, parts)))

                self._known[node] = self.top.together((no, yes), below)
        return self._known[node]

    def _value(self, node: Node) -> Node:
        if node == NOWHERE:
            return NOWHERE
        if node not in self._value_of:
            self._value_of[node] = _FIRST - len(self._left)
            self._left.append(node)
        return self._value_of[node]

    def left(self, value: Node) -> Node:
        """The function that a value stands for."""
        return NOWHERE if value == NOWHERE else self._left[_FIRST - value]

    def remainders(self, node: Node) -> Sequence[Node]:
        """The functions that some assignment leaves, each once, but for those without a value."""
        if node not in self._remainders:
            found = map(self.left, sorted(self.top.values(self.lifted(node)), reverse=True))
            self._remainders[node] = tuple(n for n in found if self._diagrams.values(n))
        return self._remainders[node]
