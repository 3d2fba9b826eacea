"""Many records at once: what a compiled policy says of 64 records is a word, and a node a few words' work.

As `Compiled.values` has it for one record: whether a function can be no, and whether it can be yes, from
the last node to the first; and from the outcome down, which records reach which of its values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lupa.compiled.compiled import Compiled
from lupa.compiled.diagram import NO, NOWHERE, YES, Diagrams, Node, deep
from lupa.compiled.merged import Pair, Term, merged

Words = NDArray[np.uint64]
"""A truth value for each record, the first in the lowest bit; what is over says nothing."""
Bools = NDArray[np.bool_]
Said = Mapping[int, tuple[Words, Words]]
"""By variable, whether it can be not so, and whether it can be so, for each record."""

_BLOCK = 1 << 12
"""Words that are looked at together, so that what is made of them stays near the processor."""
_ALL = ~np.uint64(0)


@dataclass(frozen=True, slots=True)
class Answers:
    """What a policy says of so many records: `possible` a row for each outcome; for each output, whether it
    can be `no` and whether it can be `yes`; `lawful` where a record does not contradict itself.
    """

    possible: Words
    no: Words
    yes: Words
    lawful: Words


class Kernel:
    """A compiled policy for records that come in columns; only these `outputs` of it, by their places.

    Each call is a function of what it is given.
    """

    def __init__(self, compiled: Compiled, outputs: Sequence[int]) -> None:
        self._compiled = compiled
        self._functions = [compiled.outputs[place].node for place in outputs]
        self._plans: dict[frozenset[int], _Plan] = {}

    def answers(self, said: Said, words: int) -> Answers:
        """What it says of the records in so many words; what is said of no variable is assumed of it."""
        about = frozenset(said)
        if about not in self._plans:
            with deep(len(self._compiled.variables)):
                self._plans[about] = _Plan(self._compiled, about, self._functions)
        plan = self._plans[about]
        possible = np.zeros((len(self._compiled.outcomes), words), dtype=np.uint64)
        no, yes = np.empty((2, len(self._functions), words), dtype=np.uint64)
        lawful = np.full(words, _ALL)
        for first in range(0, words, _BLOCK):
            here = slice(first, min(first + _BLOCK, words))
            told = {v: (can_no[here], can_yes[here]) for v, (can_no, can_yes) in said.items()}
            plan.run(told, possible[:, here], no[:, here], yes[:, here], lawful[here])
        return Answers(possible, no, yes, lawful)


Step = tuple[Node, int, Node, Node]
"""A node, the place of its term, and its children."""


class _Plan:
    """The work for records of which so much is told, and no more: what is the same for all is done here."""

    def __init__(self, compiled: Compiled, about: frozenset[int], functions: Sequence[Node]) -> None:
        self._terms: list[Term] = []
        self._places: dict[Term, int] = {}
        self._nodes: dict[tuple[int, Node, Node], Node] = {}
        diagrams, left = _left(compiled, about)
        self._functions = [self._written(diagrams, left(node)) for node in functions]
        laws = (left(law.node) for law in compiled.laws)
        asked = [law for law in laws if law == NO or not about.isdisjoint(diagrams.support(law))]
        self._laws = [self._written(diagrams, law) for law in asked]
        self._up = list(self._nodes)
        self._outcome = self._written(diagrams, left(compiled.outcome))
        self._down = self._below(self._outcome)

    def _written(self, diagrams: Diagrams, function: Node) -> Node:
        """A function in the nodes of the plan."""
        root, terms = merged(diagrams, function)
        places: dict[Node, Node] = {}

        def of(node: Node) -> Node:
            if node < 0:
                return node
            if node not in places:
                variable = diagrams.top(node)
                no, yes = map(of, diagrams.split(node, variable))
                key = self._place_of(terms[variable]), no, yes
                places[node] = self._nodes.setdefault(key, len(self._nodes))
            return places[node]

        return of(root)

    def _place_of(self, term: Term) -> int:
        """The place of a term, which comes after those of its parts."""
        if term not in self._places:
            if isinstance(term, Pair):
                self._place_of(term.left)
                self._place_of(term.right)
            self._places[term] = len(self._terms)
            self._terms.append(term)
        return self._places[term]

    def _below(self, root: Node) -> list[Step]:
        """The nodes that a function is made of, each before those below it."""
        nodes = list(self._nodes)
        found, waiting = {root}, [root]
        for node in waiting:
            new = {*nodes[node][1:]} - found if node >= 0 else set()
            found |= new
            waiting += new
        return [(node, *nodes[node]) for node in sorted(found, reverse=True) if node >= 0]

    def run(self, told: Said, possible: Words, no: Words, yes: Words, lawful: Words) -> None:
        """Fills in what is found of the records of which this is told."""
        words = len(lawful)
        ones, zeros = np.full(words, _ALL), np.zeros(words, dtype=np.uint64)
        spare = np.empty(words, dtype=np.uint64)
        can = self._can(told, ones)
        values: dict[Node, tuple[Words, Words]] = {
            NO: (ones, zeros), YES: (zeros, ones), NOWHERE: (zeros, zeros)
        }  # fmt: skip
        work = np.empty((len(self._up), 2, words), dtype=np.uint64)
        for node, (term, low, high) in enumerate(self._up):
            values[node] = work[node, 0], work[node, 1]
            for side in (0, 1):
                out, rest = values[node][side], None
                for can_be, child in zip(can[term], (low, high), strict=True):
                    seen = values[child][side]
                    if seen is zeros:
                        continue
                    into = out if rest is None else spare
                    part = can_be if seen is ones else np.bitwise_and(can_be, seen, out=into)
                    rest = part if rest is None else np.bitwise_or(rest, part, out=out)
                if rest is not out:
                    out[:] = zeros if rest is None else rest
        for place, function in enumerate(self._functions):
            no[place], yes[place] = values[function]
        for law in self._laws:
            np.bitwise_and(lawful, values[law][1], out=lawful)
        self._reach(can, possible, ones, spare)

    def _can(self, told: Said, ones: Words) -> list[tuple[Words, Words]]:
        """Whether each term can be not so, and whether it can be so."""
        found: list[tuple[Words, Words]] = []
        for term in self._terms:
            if isinstance(term, Pair):
                left, right = (found[self._places[each]] for each in (term.left, term.right))
                so = left[term.one] & right[term.other]
                found.append((left[not term.one] | right[not term.other], so))
            else:
                found.append(told.get(term, (ones, ones)))
        return found

    def _reach(
        self, can: Sequence[tuple[Words, Words]], possible: Words, ones: Words, spare: Words
    ) -> None:
        """Which records reach each value of the outcome."""
        reach: dict[Node, Words] = {self._outcome: ones}
        for node, term, *children in self._down:
            here = reach.pop(node)
            for can_be, below in zip(can[term], children, strict=True):
                if below == NOWHERE:
                    continue
                if below in reach:
                    np.bitwise_or(reach[below], np.bitwise_and(here, can_be, out=spare), out=reach[below])
                else:
                    reach[below] = here & can_be
        for node, here in reach.items():
            possible[NOWHERE - 1 - node] = here


def _left(compiled: Compiled, about: frozenset[int]) -> tuple[Diagrams, Callable[[Node], Node]]:
    """The functions of a policy, found by its nodes, where of what no record says it is as is assumed."""
    diagrams = Diagrams()
    found: list[Node] = []

    def left(node: Node) -> Node:
        return node if node < 0 else found[node]

    for variable, no, yes in compiled.nodes:
        default = None if variable in about else compiled.variables[variable].default
        if default is None:
            found.append(diagrams.node(variable, left(no), left(yes)))
        else:
            found.append(left(yes if default else no))
    return diagrams, left


def packed(bools: Bools) -> Words:
    """Truth values as words."""
    found = np.packbits(bools, bitorder="little")
    return np.pad(found, (0, -len(found) % 8)).view(np.uint64)


def unpacked(words: Words, count: int) -> Bools:
    """So many truth values of words."""
    return np.unpackbits(words.view(np.uint8), count=count, bitorder="little").view(bool)
