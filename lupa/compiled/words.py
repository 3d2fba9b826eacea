"""Words made of words, one after the other: what many records come to, 64 of them at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
"""A truth value for each record, the first in the lowest bit; what is over says nothing."""
Said = Mapping[int, tuple[Words | None, Words]]
"""By variable, whether it can be not so, and whether it can be so, for each record.

Nothing in place of the first: it can be not so just where it cannot be so, as nothing of it is open.
"""
Word = int
"""A number for words that can be worked out; those that are made alike have one. Below 0 it is their
complement: `~word`.
"""

NONE, ALL = 0, ~0
"""What holds of no record, and what of every one."""
_BLOCK = 1 << 14
"""Words that are looked at together, so that what is made of them stays near the processor."""
_SPARE = 1 << 21
"""All words that are held meanwhile, about."""


class _Told(NamedTuple):
    """What is said of a variable: whether it can be so, or can be not so."""

    variable: int
    so: bool


class _Made(NamedTuple):
    """Words made of two others."""

    how: np.ufunc
    one: Word
    other: Word


class Program:
    """How words are made: where two others hold both, or one of them does."""

    def __init__(self) -> None:
        self._made: list[_Made | _Told | None] = [None]
        self._places: dict[_Made | _Told, Word] = {}

    def told(self, variable: int, *, so: bool) -> Word:
        """Where a variable can be so, or where it can be not so."""
        return self._place(_Told(variable, so))

    def both(self, one: Word, other: Word) -> Word:
        """Where both hold."""
        one, other = sorted((one, other))
        if ALL in (one, other):
            return other if one == ALL else one
        if NONE in (one, other) or one == ~other:
            return NONE
        if one == other:
            return one
        if other < 0:
            return ~self.either(~one, ~other)
        if one < 0:  # where one holds, but for where it does together with what must not
            return self._place(_Made(np.bitwise_xor, other, self.both(~one, other)))
        return self._place(_Made(np.bitwise_and, one, other))

    def either(self, one: Word, other: Word) -> Word:
        """Where one of them holds."""
        one, other = sorted((one, other))
        if one < 0:
            return ~self.both(~one, ~other)
        return other if one in (NONE, other) else self._place(_Made(np.bitwise_or, one, other))

    def any_of(self, words: Iterable[Word]) -> Word:
        """Where one of these holds."""
        found = NONE
        for each in words:
            found = self.either(found, each)
        return found

    def _place(self, made: _Made | _Told) -> Word:
        if made not in self._places:
            self._places[made] = len(self._made)
            self._made.append(made)
        return self._places[made]

    def needed(self, words: Iterable[Word]) -> set[Word]:
        """All that it takes to have these words, and they themselves."""
        needed = {*map(_plain, words)}
        waiting = [*needed]
        while waiting:
            new = {*self._parts(waiting.pop())} - needed
            needed |= new
            waiting += new
        return needed

    def _parts(self, word: Word) -> tuple[Word, ...]:
        made = self._made[word]
        return (made.one, made.other) if isinstance(made, _Made) else ()

    def line(self, wanted: Sequence[Word]) -> Line:
        """The work that it takes to have these words, and no other.

        What is made is used as soon as can be, so that little is held meanwhile.
        """
        held: dict[Word, int] = {}
        for word in sorted(self.needed(wanted)):
            parts = sorted(held[part] for part in self._parts(word))
            held[word] = max(parts[1], parts[0] + 1) if parts else 0
        done: dict[Word, None] = {}
        waiting = [*map(_plain, reversed(wanted))]
        while waiting:
            word = waiting[-1]
            first = sorted((part for part in self._parts(word) if part not in done), key=held.__getitem__)
            if first:
                waiting += first
            else:
                done[waiting.pop()] = None
        return Line([(word, made) for word in done if (made := self._made[word])], wanted)


def _plain(word: Word) -> Word:
    """A word, or that of which it is the complement."""
    return max(word, ~word)


class Line:
    """A straight line of work, each step of which puts words where they are wanted, or where others were
    that are no longer needed.
    """

    def __init__(self, made: Sequence[tuple[Word, _Made | _Told]], wanted: Sequence[Word]) -> None:
        self._inputs = [(word, each) for word, each in made if isinstance(each, _Told)]
        at = {word: place for place, (word, _) in enumerate(self._inputs)}
        places = [*enumerate(wanted, start=len(at))]
        first = {_plain(word): place for place, word in reversed(places)}
        here = [(word, each) for word, each in made if isinstance(each, _Made)]
        at |= {word: first[word] for word, _ in here if word in first}
        filled = [
            (place, at.get(_plain(word)), word < 0) for place, word in places if at.get(word) != place
        ]
        self._filled = sorted(filled, key=lambda each: each[0] == each[1])  # the last has no copy to give
        ends = {part: word for word, each in here for part in (each.one, each.other)}
        kept, free = {*at}, list[int]()
        self._before = count = len(self._inputs) + len(wanted)
        self._steps: list[tuple[np.ufunc, int, int, int]] = []
        for word, (how, one, other) in here:
            parts = at[one], at[other]
            free += [at[part] for part in (one, other) if ends[part] == word and part not in kept]
            if word not in at:
                if not free:
                    free.append(count)
                    count += 1
                at[word] = free.pop()
            self._steps.append((how, *parts, at[word]))
        self._spare = count - self._before

    def run(self, said: Said, wanted: Words) -> None:
        """Fills in the wanted words, each a row, block by block."""
        told = [said[each.variable][each.so] for _, each in self._inputs]
        count = wanted.shape[1]
        block = min(count, _BLOCK, max(_SPARE // max(self._spare, 1), 1))
        spare = np.empty((self._spare, block), dtype=np.uint64)
        for begin in range(0, count, block or 1):
            here = slice(begin, min(begin + block, count))
            places = [each[here] for each in (*told, *wanted)]
            places += [each[: here.stop - begin] for each in spare]
            for how, one, other, into in self._steps:
                how(places[one], places[other], places[into])
            for place, source, opposite in self._filled:
                if source != place:
                    places[place][:] = 0 if source is None else places[source]
                if opposite:
                    np.bitwise_not(places[place], places[place])
