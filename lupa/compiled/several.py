"""Which of several goals are met at once, as little is said to be so."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from lupa.compiled.ways import Said
from lupa.rules.solver import Literal


def so_in(said: Said) -> list[Literal]:
    """The facts that are said to be so."""
    return [fact for fact, so in said.items() if so]


class Several:
    """Several goals, of which few need be looked at where little is said to be so.

    `at_rest` are facts, for each goal, that bring it about if none of them is so; None where none do.
    """

    def __init__(self, at_rest: Iterable[Collection[Literal] | None]) -> None:
        self._always = set[int]()
        self._if_so: dict[Literal, list[int]] = {}
        for place, facts in enumerate(at_rest):
            if facts is None:
                self._always.add(place)
            for fact in facts or ():
                self._if_so.setdefault(fact, []).append(place)

    def in_doubt(self, so: Iterable[Literal]) -> set[int]:
        """The places of those that may not be met, in a world of a record that says just these to be so."""
        return self._always.union(*[self._if_so[fact] for fact in so if fact in self._if_so])


def stated(said: Said) -> list[Literal]:
    """What is said of facts as a solver is told it."""
    return [fact if so else -fact for fact, so in said.items()]
