"""Many records at once: what a compiled policy says of 64 records is a word, and a node a few words' work.

As `Compiled.values` has it for one record: whether a function can be no, and whether it can be yes, from
the last node to the first; and from the outcome down, which records reach which of its values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lupa.compiled.compiled import Compiled
from lupa.compiled.diagram import NO, NOWHERE, YES, Node

Words = NDArray[np.uint64]
Bools = NDArray[np.bool_]
Said = Mapping[int, tuple[Bools, Bools]]
"""By variable, whether it can be not so, and whether it can be so, for each record."""

_BYTES = 1 << 24
"""What is held of functions at a time, to stay near the processor."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a policy says of so many records: `possible` a row for each outcome; for each output, whether it
    can be `no` and whether it can be `yes`; `lawful` where a record does not contradict itself.
    """

    possible: Bools
    no: Bools
    yes: Bools
    lawful: Bools


class Kernel:
    """A compiled policy for records that come in columns; only these `outputs` of it, by their places.

    Each call is a function of what it is given.
    """

    def __init__(self, compiled: Compiled, outputs: Sequence[int]) -> None:
        self._compiled = compiled
        self._functions = [compiled.outputs[place].node for place in outputs]
        self._laws = [law.node for law in compiled.laws]

    def answers(self, said: Said, count: int) -> Answers:
        """What it says of `count` records; what is said of no variable is what is assumed of it."""
        names = len(self._compiled.outcomes)
        plan = _Plan(self._compiled, said, [*self._functions, *self._laws])
        found = np.empty((names, count), dtype=bool)
        no = np.empty((len(self._functions), count), dtype=bool)
        yes = np.empty((len(self._functions), count), dtype=bool)
        lawful = np.ones(count, dtype=bool)
        block = max(64, _BYTES // (16 * (len(plan.order) + len(said) + 1)) // 8 * 8) * 64
        for first in range(0, count, block):
            here = slice(first, min(first + block, count))
            told = {
                v: (_packed(can_no[here]), _packed(can_yes[here])) for v, (can_no, can_yes) in said.items()
            }
            size = here.stop - first
            plan.run(told, -(-size // 64))
            found[:, here] = _unpacked(plan.possible, size)
            no[:, here] = _unpacked(plan.no[: len(self._functions)], size)
            yes[:, here] = _unpacked(plan.yes[: len(self._functions)], size)
            if self._laws:
                lawful[here] = _unpacked(plan.yes[len(self._functions) :], size).all(axis=0)
        return Answers(found, no, yes, lawful)


class _Plan:
    """The nodes that matter where so much is the same for every record, and the work at each."""

    def __init__(self, compiled: Compiled, said: Said, functions: Sequence[Node]) -> None:
        self._nodes = compiled.nodes
        self._names = len(compiled.outcomes)
        self._fixed = [
            None if v in said else 3 if variable.default is None else 1 + variable.default
            for v, variable in enumerate(compiled.variables)
        ]
        self.outcome = self._after(compiled.outcome)
        self.functions = list(map(self._after, functions))
        self.order = self._below(self.functions)
        self._down = self._below([self.outcome])[::-1]
        self._steps = {
            node: (variable, self._after(no), self._after(yes))
            for node in {*self.order, *self._down}
            for variable, no, yes in (self._nodes[node],)
        }

    def _after(self, node: Node) -> Node:
        """The first node from here on at which records differ or both ways are open."""
        while node >= 0:
            variable, no, yes = self._nodes[node]
            fixed = self._fixed[variable]
            if fixed is None or fixed == 3:
                return node
            node = no if fixed == 1 else yes
        return node

    def _below(self, roots: Sequence[Node]) -> list[Node]:
        found = {root for root in roots if root >= 0}
        waiting = list(found)
        while waiting:
            for child in map(self._after, self._nodes[waiting.pop()][1:]):
                if child >= 0 and child not in found:
                    found.add(child)
                    waiting.append(child)
        return sorted(found)

    def run(self, told: Mapping[int, tuple[Words, Words]], words: int) -> None:
        """Finds `possible`, `no` and `yes` for records of which this is told, in so many words."""
        ones, zeros = np.full(words, ~np.uint64(0)), np.zeros(words, dtype=np.uint64)
        everywhere = ones, ones
        values = {NO: (ones, zeros), YES: (zeros, ones), NOWHERE: (zeros, zeros)}
        work = np.empty((len(self.order), 2, words), dtype=np.uint64)
        spare = np.empty(words, dtype=np.uint64)
        for place, node in enumerate(self.order):
            variable, no, yes = self._steps[node]
            can_no, can_yes = told.get(variable, everywhere)
            low, high = values[no], values[yes]
            for side in (0, 1):
                out = work[place, side]
                np.bitwise_and(can_no, low[side], out=out)
                np.bitwise_and(can_yes, high[side], out=spare)
                np.bitwise_or(out, spare, out=out)
            values[node] = work[place, 0], work[place, 1]
        self.no = np.array([values[function][0] for function in self.functions]).reshape(-1, words)
        self.yes = np.array([values[function][1] for function in self.functions]).reshape(-1, words)
        self.possible = self._reached(told, words, ones, spare)

    def _reached(
        self, told: Mapping[int, tuple[Words, Words]], words: int, ones: Words, spare: Words
    ) -> Words:
        """Which records reach each value of the outcome."""
        possible = np.zeros((self._names, words), dtype=np.uint64)
        reach: dict[Node, Words] = {self.outcome: ones.copy()}
        for node in self._down:
            variable, *children = self._steps[node]
            here = reach.pop(node)
            for can, below in zip(told.get(variable, (ones, ones)), children, strict=True):
                np.bitwise_and(here, can, out=spare)
                if below not in reach:
                    reach[below] = spare.copy()
                else:
                    np.bitwise_or(reach[below], spare, out=reach[below])
        reach.pop(NOWHERE, None)
        for node, here in reach.items():
            possible[NOWHERE - 1 - node] = here
        return possible


def _packed(bools: Bools) -> Words:
    """Truth values as words, the first in the lowest bit; what is over is 0."""
    packed = np.packbits(bools, bitorder="little")
    return np.pad(packed, (0, -len(packed) % 8)).view(np.uint64)


def _unpacked(words: Words, count: int) -> Bools:
    """So many truth values of each row of words."""
    if not len(words):
        return np.empty((0, count), dtype=bool)
    return np.unpackbits(words.view(np.uint8), axis=1, count=count, bitorder="little").astype(bool)
