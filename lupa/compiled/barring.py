"""What keeps a function from a value: a minimal part of what is said of facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from lupa.compiled import ways
from lupa.compiled.diagram import Node
from lupa.compiled.ways import Goal, Part, Said, Ways
from lupa.rules.solver import Literal

_FREE = 1 << 32
"""The place of what nothing bars."""
_SAID = 2 * _FREE
"""The place of what is said anyway, and bars for good."""

Places = Mapping[Literal, int]
"""The place of each thing said, below 0 where a fact is not so."""


def places(said: Said, candidates: Sequence[Literal]) -> Places:
    """The places of what is said anyway, and of candidates, from 1."""
    found = {fact: _SAID if so else -_SAID for fact, so in said.items()}
    for place, literal in enumerate(candidates, start=1):
        found[abs(literal)] = place if literal > 0 else -place
    return found


def barring(functions: Ways, goal: Goal, said: Places, candidates: Sequence[Literal]) -> list[int] | None:
    """A minimal part of candidates that with what is said keeps a function from a value, by places from 1.

    It is what is left when each in turn, the last first, is dropped if the rest does; the last comes first.
    None where not even all of them do. Raises `TooFarError` where there is much to look at.

    In turn each candidate opens the ways that it, and what was dropped, bars (as the widest path is found,
    by Dijkstra's search). Where one leads to the value, it is kept, and its ways stay barred.
    """
    return _Barring(functions.parts, goal, said, candidates).kept()


class _Barring:
    def __init__(
        self, parts: Sequence[Part], goal: Goal, said: Places, candidates: Sequence[Literal]
    ) -> None:
        self._parts = parts
        self._value = goal.value
        self._candidates = candidates
        self._places = dict(said)
        self._behind: defaultdict[int, list[Node]] = defaultdict(list, {_FREE: [goal.part]})
        """The parts behind what has a place and is not dropped yet."""
        self._seen = set[Node]()

    def kept(self) -> list[int] | None:
        """The places of what is kept, the last first; None where something is not barred at all."""
        kept = []
        for here in (_FREE, *range(len(self._candidates), 0, -1)):
            if here not in self._behind:
                continue
            if not self._leads_on(here):
                if len(self._seen) > ways.FARTHER:
                    raise ways.TooFarError
            elif here == _FREE:
                return None
            else:
                kept.append(here)
                literal = self._candidates[here - 1]
                self._places[abs(literal)] = _SAID if literal > 0 else -_SAID
        return kept

    def _leads_on(self, here: int) -> bool:
        """Whether the ways that open at a place lead to the value; if so, they are left as they were."""
        parts, place_of, seen, behind = self._parts, self._places.get, self._seen, self._behind
        waiting, new, closed = behind.pop(here), list[Node](), list[int]()
        while waiting:
            part = waiting.pop()
            while part >= 0 and part not in seen:
                seen.add(part)
                new.append(part)
                fact, no, yes = parts[part]
                place = place_of(fact)
                if place is None:
                    waiting.append(yes)
                    part = no
                    continue
                if place > 0:
                    part, other = yes, no
                else:
                    part, other, place = no, yes, -place
                if place < here:
                    if other not in seen:
                        behind[place].append(other)
                        closed.append(place)
                elif place != _SAID:
                    waiting.append(other)
            if part == self._value:
                seen.difference_update(new)
                for place in closed:
                    behind[place].pop()
                return True
        return False
