"""The general conditions of something that a policy says: its prime implicants.

A prime implicant is a set of facts, each so or not so, with which it holds in every lawful world, and with
any fewer it does not. (Quine 1952; by decision diagrams, Coudert and Madre 1992.)
"""

from collections.abc import Collection, Sequence

from lupa.compiled.circuit import functions_of
from lupa.compiled.diagram import NO, YES, Budget, Diagrams, Node, deep
from lupa.rules.edition import Edition
from lupa.rules.solver import Literal

Cube = frozenset[Literal]
"""Facts of an edition by their literals, each so (above 0) or not so (below 0)."""


def prime_implicants(
    edition: Edition, conclusion: Literal, given: Collection[Literal], budget: Budget | None = None
) -> list[Cube]:
    """All prime implicants of a conclusion where what is `given` holds, the smallest first.

    Of facts that are given none is in them. Raises `SpaceLimitError` for more than the budget allows.
    """
    diagrams = Diagrams(budget)
    relevance, places = edition.relevance, edition.places
    cone = relevance.cone(conclusion)
    stated = {abs(literal): literal > 0 for literal in given}
    # those that a law ties stand together, so that functions stay small
    first = {fact: min(map(places.__getitem__, relevance.component(fact))) for fact in cone}
    facts = sorted(cone - stated.keys(), key=lambda fact: (first[fact], places[fact]))
    known = {fact: YES if stated[fact] else NO for fact in cone if fact in stated}
    known |= {fact: diagrams.node(variable, NO, YES) for variable, fact in enumerate(facts)}
    with deep(len(facts)):
        conditions, lawful = functions_of(edition, diagrams, known, cone, [abs(conclusion)])
        holds = conditions.get(abs(conclusion), NO)
        if conclusion < 0:
            holds = diagrams.opposite(holds)
        # where the laws are broken it does not matter
        found = _Primes(diagrams).of(diagrams.either(diagrams.opposite(lawful), holds))
    cubes = [
        frozenset(facts[abs(x) - 1] if x > 0 else -facts[abs(x) - 1] for x in cube)
        for cube in found
        if not _implies(diagrams, cube, diagrams.opposite(lawful))
    ]
    return sorted(cubes, key=lambda cube: (len(cube), sorted(places[abs(x)] for x in cube)))


def _implies(diagrams: Diagrams, cube: Collection[int], node: Node) -> bool:
    """Whether a condition holds wherever all of these do: variables counted from 1, below 0 not so."""
    said = {abs(x) - 1: x > 0 for x in cube}
    waiting, seen = [node], set()
    while waiting:
        part = waiting.pop()
        if part == NO:
            return False
        if part == YES or part in seen:
            continue
        seen.add(part)
        variable = diagrams.top(part)
        no, yes = diagrams.split(part, variable)
        value = said.get(variable)
        waiting += [no, yes] if value is None else [yes if value else no]
    return True


class _Primes:
    def __init__(self, diagrams: Diagrams) -> None:
        self._diagrams = diagrams
        self._found: dict[Node, Sequence[frozenset[int]]] = {NO: (), YES: (frozenset(),)}

    def of(self, node: Node) -> Sequence[frozenset[int]]:
        """Those of a function: without its first variable, and those that need it one way or the other."""
        if node not in self._found:
            diagrams = self._diagrams
            variable = diagrams.top(node)
            no, yes = diagrams.split(node, variable)
            whatever = diagrams.both(no, yes)
            found = list(self.of(whatever))
            for part, literal in ((no, -variable - 1), (yes, variable + 1)):
                for cube in self.of(part):
                    if not _implies(diagrams, cube, whatever):
                        diagrams.budget.spend()
                        found.append(cube | {literal})
            self._found[node] = found
        return self._found[node]
