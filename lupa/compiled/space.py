"""What a compiled policy is about: assignments that keep laws, in parts that no law ties to each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from lupa.compiled.diagram import NO, YES, Budget, Diagrams, Node
from lupa.compiled.verdicts import Verdicts


class Component(NamedTuple):
    """Variables that laws tie to each other, in their order, and the function that these are kept."""

    variables: tuple[int, ...]
    node: Node


def components(diagrams: Diagrams, laws: Iterable[Node]) -> list[Component]:
    """The laws, those together that speak of the same variables or are tied by others that do."""
    laws = list(laws)
    tied: dict[int, list[int]] = {}
    for law in laws:
        found = sorted(diagrams.support(law))
        groups = {id(group): group for group in (tied.get(variable, [variable]) for variable in found)}
        group = sorted(chain.from_iterable(groups.values()))
        tied.update(dict.fromkeys(group, group))
    made = {id(group): (group, YES) for group in tied.values()}
    for law in laws:
        if law >= 0:
            key = id(tied[diagrams.top(law)])
            group, lawful = made[key]
            made[key] = group, diagrams.both(lawful, law)
    return sorted(Component(tuple(group), lawful) for group, lawful in made.values())


class Space:
    """The assignments of variables that keep all of these laws, of which some assignment does."""

    def __init__(self, diagrams: Diagrams, laws: Iterable[Node]) -> None:
        self.diagrams = diagrams
        self.components = components(diagrams, laws)
        self._of = {variable: each for each in self.components for variable in each.variables}

    def touched(self, *functions: Node) -> list[Component]:
        """The components that functions depend on; a variable without a law is one of its own."""
        support = sorted(frozenset().union(*map(self.diagrams.support, functions)))
        found = (self._of.get(variable) or Component((variable,), YES) for variable in support)
        return list(dict.fromkeys(found))

    def lawful(self, within: Iterable[Component]) -> Node:
        """That the laws of these components are kept."""
        kept = YES
        for each in sorted(within, reverse=True):  # the last first: what follows stands below
            kept = self.diagrams.both(each.node, kept)
        return kept

    def cut(self, condition: Node) -> Node:
        """A condition, and that the laws on what it depends on are kept."""
        return self.diagrams.both(self.lawful(self.touched(condition)), condition)

    def possible(self, condition: Node) -> bool:
        """Whether some assignment that keeps the laws keeps a condition."""
        return self.cut(condition) != NO


class Loaded:
    """The functions of a compiled policy in diagrams that can be asked further.

    Its variables are numbered as the policy has them, or as `places` say.
    """

    def __init__(
        self,
        compiled: Verdicts,
        budget: Budget | None = None,
        *,
        diagrams: Diagrams | None = None,
        places: Sequence[int] | None = None,
    ) -> None:
        self.compiled = compiled
        self.diagrams = made = diagrams or Diagrams(budget)
        self._nodes: list[Node] = []
        for variable, no, yes in compiled.nodes:
            sides = self._at(no), self._at(yes)
            if places is None:
                self._nodes.append(made.node(variable, *sides))
            else:  # it may stand elsewhere in the order
                self._nodes.append(made.choose(made.node(places[variable], NO, YES), *reversed(sides)))
        self.laws = [self._at(law.node) for law in compiled.laws]
        self._outputs = {(output.kind, output.id): output.node for output in compiled.outputs}

    def _at(self, node: Node) -> Node:
        return node if node < 0 else self._nodes[node]

    def when(self, node: Node, value: Node = YES) -> Node:
        """That a function of the policy has a value; NO where no law is kept."""
        return self.diagrams.together((self._at(node),), lambda found: YES if found[0] == value else NO)

    def called(self, kind: str, name: str) -> Node:
        """That an output is so; never, where the policy has none of this kind and name."""
        return self.when(self._outputs.get((kind, name), NO))
