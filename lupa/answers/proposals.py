"""Sets of statements as they are proposed, the cheapest that nothing speaks against yet, and tried.

Where the record with a set leaves a world with another outcome, the part of that world which does the
harm is singled out, and every further proposal must contradict it. So proposals are hitting sets of the
counterexamples, and the first that stands is a cheapest one (implicit hitting sets, as in
Chandrasekaran and others 2011).
"""

from contextlib import closing
from itertools import islice

from lupa.answers.objections import Objections
from lupa.answers.orbits import Orbits
from lupa.answers.question import Question
from lupa.answers.reach import Reach
from lupa.answers.search import Cheapest
from lupa.rules.solver import Literal

Level = list[tuple[int, list[Literal]]]
"""Sets that cost the same, with what they cost."""


def _by_length(priced: tuple[int, list[int]]) -> tuple[int, list[int]]:
    """The order of sets that cost the same: the shortest first."""
    return len(priced[1]), priced[1]


class Proposals:
    """The sets of statements in `reach` that make the outcome `wanted` certain, by proposals.

    `ended` says whether a search was ended before all was known that was asked.
    """

    def __init__(self, question: Question, wanted: Literal, reach: Reach) -> None:
        self.ended = False
        self._question = question
        self._reach = list(reach.within)
        rows = [
            (reach.subject[abs(literal)], reach.effort[abs(literal)], statement.cost)
            for literal, statement in reach.within.items()
        ]
        self._cheapest = Cheapest(rows, question.edition.program.watch)
        places = {literal: place for place, literal in enumerate(self._reach)}
        self._orbits = Orbits(
            [[places.get(said) for fact in member for said in (fact, -fact)] for member in members]
            for members in reach.members
        )
        self._objections = Objections(question, wanted, reach, self._cheapest)

    def may_be_another(self, tries: int) -> bool:
        """Whether some set that is left makes the outcome certain, whatever it costs; or after so many
        tries, whether it is not known that none does.
        """
        while tries and (places := self._cheapest.any_set()) is not None:
            self._question.check()
            tries -= 1
            objections = self._objections.to([self._reach[place] for place in places])
            if not objections:
                return True
            self._cheapest.require(*objections)
        self.ended = self.ended or not tries
        return not tries

    def next_level(self, tries: int | None, most: int) -> tuple[Level, bool]:
        """See `_next_level`; the sets as what they state."""
        level, ended = self._next_level(tries, most)
        self.ended = self.ended or ended
        return [(cost, [self._reach[place] for place in places]) for cost, places in level], ended

    def _next_level(self, tries: int | None, most: int) -> tuple[list[tuple[int, list[int]]], bool]:
        """All sets that make the outcome certain at the least cost that is left.

        Of those that differ only in which of several members that are alike they name, one is tried.
        It is ended, and then says so, once there are as many as `most`, or so many `tries` failed.
        """
        level: list[tuple[int, list[int]]] = []
        known: set[tuple[int, ...]] = set()
        failed = 0
        while True:
            if len(level) >= most or failed == tries:
                return sorted(level, key=_by_length), True
            again, new = False, []
            objections: list[list[Literal]] = []
            with closing(self._cheapest.sets(level[0][0] if level else None)) as proposals:
                for cost, places in proposals:
                    self._question.check()
                    again = True  # sets with more statements can cost as little
                    if tuple(places) in known:
                        continue
                    objections = self._objections.to([self._reach[place] for place in places])
                    if objections:
                        failed += 1
                        break
                    others = map(sorted, islice(self._orbits.of(places), most - len(level)))
                    for each in others:
                        known.add(tuple(each))
                        new.append(each)
                        level.append((cost, each))
                    if len(level) >= most:
                        break
            self._cheapest.without_supersets(new)
            self._cheapest.require(*objections)
            if not again:
                return sorted(level, key=_by_length), False
