"""Many records at once: what a compiled policy says of 64 records is a word.

As `Compiled.values` has it for one record: which values each function of it has in some world.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lupa.compiled.diagram import NO, NOWHERE, YES, deep
from lupa.compiled.parts import Parts
from lupa.compiled.verdicts import Verdicts
from lupa.compiled.words import NONE, Line, Program, Said, Words

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Answers:
    """What a policy says of so many records: `possible` a row for each outcome; for each output, whether it
    can be `no` and whether it can be `yes`; `lawful` where a record does not contradict itself. Of others
    the rest says nothing.
    """

    possible: Words
    no: Words
    yes: Words
    lawful: Words


class Kernel:
    """A compiled policy for records that come in columns; only these `outputs` of it, by their places.

    Each call is a function of what it is given.
    """

    def __init__(self, compiled: Verdicts, outputs: Sequence[int]) -> None:
        self._compiled = compiled
        self._functions = [compiled.outputs[place].node for place in outputs]
        self._lines: dict[frozenset[int], tuple[frozenset[int], Line]] = {}

    def answers(self, said: Said, words: int) -> Answers:
        """What it says of the records in so many words; what is said of no variable is assumed of it."""
        about = frozenset(said)
        known = frozenset(variable for variable, (can_no, _) in said.items() if can_no is None)
        if about not in self._lines or not self._lines[about][0] <= known:
            before = self._lines[about][0] if about in self._lines else known
            with deep(len(self._compiled.variables)):
                self._lines[about] = known & before, self._line(about, known & before)
        known, line = self._lines[about]
        complete = {
            v: (~yes if no is None and v not in known else no, yes) for v, (no, yes) in said.items()
        }
        outcomes, functions = len(self._compiled.outcomes), len(self._functions)
        found = np.empty((outcomes + 2 * functions + 1, words), dtype=np.uint64)
        line.run(complete, found)
        no = outcomes + functions
        return Answers(found[:outcomes], found[outcomes:no], found[no:-1], found[-1])

    def _line(self, about: frozenset[int], known: frozenset[int]) -> Line:
        """The work for records of which so much is told, and no more, and so much of it for certain."""
        program = Program()
        parts = Parts(self._compiled, about, known, program)
        outcome = parts.reached(self._compiled.outcome)
        wanted = [outcome.get(NOWHERE - 1 - place, NONE) for place, _ in enumerate(self._compiled.outcomes)]
        reached = [parts.reached(function) for function in self._functions]
        wanted += [found.get(value, NONE) for value in (NO, YES) for found in reached]
        return program.line([*wanted, parts.lawful()])


def packed(bools: Bools) -> Words:
    """Truth values as words."""
    found = np.packbits(bools, bitorder="little")
    return np.pad(found, (0, -len(found) % 8)).view(np.uint64)


def unpacked(words: Words, count: int) -> Bools:
    """So many truth values of words."""
    return np.unpackbits(words.view(np.uint8), count=count, bitorder="little").view(bool)
