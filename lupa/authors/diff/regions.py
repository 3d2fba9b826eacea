"""General conditions: a few prime terms that, of some worlds, hold in just those that are looked for.

A term is a set of literals over facts; among the worlds in question (the care) it holds only in those
looked for (the target), and without any one of its literals it would not. What is found follows from
the meaning of the program and the order of the facts, never from what the solver learnt before.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import clingo

from lupa.rules.solver import Literal, Solver

Term = tuple[Literal, ...]


class Terms(NamedTuple):
    """Prime terms, none of which the others cover; `complete` unless there would have been too many."""

    terms: tuple[Term, ...]
    complete: bool


class Regions:
    """Describes sets of the worlds that a control has.

    Each world gives every one of `facts` a truth value. A term rather does without the literals that
    are `usual`, which a record need not state.
    """

    def __init__(
        self,
        control: clingo.Control,
        solver: Solver,
        facts: Sequence[Literal],
        usual: Collection[Literal] = (),
    ) -> None:
        self._control = control
        self._solver = solver
        self._facts = facts
        self._usual = frozenset(usual)
        self._holds: dict[tuple[Term, ...], Literal] = {}

    def cover(self, care: Sequence[Literal], target: Literal, most: int) -> Terms:
        """Terms that among the worlds of `care` hold in just those of `target`, `most` of them at most."""
        found: list[Term] = []
        left = [*care, target]
        while (true := self._solver.least(left, self._facts)) is not None:
            if len(found) == most:
                return Terms(tuple(found), complete=False)
            found.append(self._prime(care, target, true))
            left.append(-self.holds([found[-1]]))
        return Terms(self._irredundant(care, found), complete=True)

    def holds(self, terms: Sequence[Term]) -> Literal:
        """An atom that is true where one of the terms holds."""
        key = tuple(terms)
        if key not in self._holds:
            with self._control.backend() as backend:
                self._holds[key] = backend.add_atom()
                for term in key:
                    backend.add_rule([self._holds[key]], term)
        return self._holds[key]

    def _prime(self, care: Sequence[Literal], target: Literal, true: Collection[Literal]) -> Term:
        """A prime term that holds in a world of the target: of two, the shorter one."""
        held = [fact if fact in true else -fact for fact in self._facts]
        usual = [literal for literal in held if literal in self._usual]
        so = [literal for literal in held if literal > 0 and literal not in self._usual]
        not_so = [literal for literal in held if literal < 0 and literal not in self._usual]
        first = self._solver.minimal([*care, -target], [*so, *not_so, *usual]) or []
        if len(first) < 2:
            return self._ordered(first)
        second = self._solver.minimal([*care, -target], [*not_so, *so, *usual]) or []
        return min(self._ordered(first), self._ordered(second), key=lambda t: (len(t), _negative(t)))

    def _ordered(self, literals: Collection[Literal]) -> Term:
        return tuple(x for fact in self._facts for x in (fact, -fact) if x in literals)

    def _irredundant(self, care: Sequence[Literal], terms: Sequence[Term]) -> tuple[Term, ...]:
        """The terms without those, the longest first, that the others cover."""
        kept = list(terms)
        for term in sorted(terms, key=len, reverse=True):
            others = [other for other in kept if other != term]
            if not self._solver.satisfiable([*care, *term, *(-self.holds([t]) for t in others)]):
                kept = others
        return tuple(kept)


def _negative(term: Term) -> int:
    """How many facts a term wants to be false."""
    return sum(literal < 0 for literal in term)
