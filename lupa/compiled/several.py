"""Which of several goals are met at once, as little is said to be so."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

from lupa.compiled.ways import Goal, Said, Ways
from lupa.rules.solver import Literal


def so_in(said: Said) -> list[Literal]:
    """The facts that are said to be so."""
    return [fact for fact, so in said.items() if so]


class Several:
    """Several goals, of which few need be looked at where little is said to be so.

    None stands for a goal that is not known; of `resting` facts no law is broken where none is so.
    """

    def __init__(self, ways: Ways, goals: Sequence[Goal | None], resting: Container[Literal]) -> None:
        self.goals = goals
        self._always = set[int]()
        self._if_so: dict[Literal, list[int]] = {}
        for place, goal in enumerate(goals):
            facts = None if goal is None else ways.at_rest(goal, resting)
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
