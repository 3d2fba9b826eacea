"""Which of the sets of statements that were found another one holds, while it is put together.

It is put together in the order of variables. Sets found that hold the same from somewhere on are all the
same there: one stands for them, so that little is told apart.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Hashable, Mapping, Sequence
from functools import reduce
from operator import or_

from lupa.compiled.stating import LAST
from lupa.rules.solver import Literal

_ALL = -1
"""That one of the sets found is held, whatever else is stated."""


class Held:
    """The sets found, as bits: those of which another one holds all that it could so far.

    What they are about is `subjects`; of each the `last` variable is known.
    """

    def __init__(self, subjects: Mapping[Literal, Literal], last: Mapping[Literal, int]) -> None:
        self._subjects = subjects
        self._last = last
        self._found: list[Sequence[Literal]] = []
        self._holding: dict[Literal, int] = {}
        self._holding_of: dict[Literal, int] = {}
        self._ends: list[tuple[int, Literal]] = []
        self._alike: list[list[tuple[int, int]]] = []
        """From each of these ends on, sets that hold the same, with the one that stands for them."""

    @property
    def all(self) -> int:
        """All of them: of nothing that they hold anything else is stated yet."""
        return (1 << len(self._found)) - 1

    def add(self, sets: Sequence[Sequence[Literal]]) -> None:
        """Further ones are found."""
        for number, each in enumerate(sets, start=len(self._found)):
            bit = 1 << number
            for x in each:
                self._holding[x] = self._holding.get(x, 0) | bit
        self._found += sets
        by_end: dict[tuple[int, Literal], list[Literal]] = {}
        for x in self._holding:
            subject = self._subjects[abs(x)]
            by_end.setdefault((self._last[subject], subject), []).append(x)
        self._ends = sorted(by_end)
        self._holding_of = {
            subject: reduce(or_, map(self._holding.__getitem__, several))
            for (_, subject), several in by_end.items()
        }
        numbers: dict[tuple[Literal, int], int] = {}  # of what sets hold from an end on; of nothing, 0
        alike = {0: self.all}
        self._alike = [_first_of(alike)]
        for end in reversed(self._ends):
            further: dict[int, int] = {}
            for what, held in alike.items():
                for x in by_end[end]:
                    holding = held & self._holding[x]
                    if holding:
                        further[numbers.setdefault((x, what), 1 + len(numbers))] = holding
                left = held & ~self._holding_of[end[1]]
                if left:
                    further[what] = left
            alike = further
            self._alike.append(_first_of(alike))
        self._alike.reverse()

    def stating(self, held: int, subject: Literal, stated: Literal) -> int:
        """Those held once this is stated of a subject, or 0 if nothing ever is."""
        return held & (~self._holding_of.get(subject, 0) | self._holding.get(stated, 0))

    def beyond(self, held: int, variable: int, end: int, said: Collection[Hashable]) -> int:
        """Those held if nothing is stated of what lies between two variables, but of what is `said`.

        It is less than 0 where one of them is held whatever else is stated.
        """
        if not held:
            return 0
        for last, subject in self._ends[bisect_left(self._ends, (variable, -LAST)) :]:
            if last >= end:
                break
            if subject not in said:
                held &= ~self._holding_of[subject]
        alike = self._alike[bisect_left(self._ends, (end, -LAST))]
        return reduce(or_, [first for each, first in alike if held & each], 0)


def _first_of(alike: Mapping[int, int]) -> list[tuple[int, int]]:
    return [(each, each & -each if what else _ALL) for what, each in alike.items()]
