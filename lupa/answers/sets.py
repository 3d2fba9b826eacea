"""The cheapest sets of statements that make an outcome certain, of those within reach.

A set of statements is proposed, the cheapest that nothing speaks against yet, and tried. Where the
record with them leaves a world with another outcome, the part of that world which does the harm is
singled out, and every further proposal must contradict it. So proposals are hitting sets of the
counterexamples, and the first that stands is a cheapest one (implicit hitting sets, as in
Chandrasekaran and others 2011). Sets that hold one found before are not looked at: in what is found,
nothing can be spared.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from itertools import islice, product

from lupa.answers.causes import causes
from lupa.answers.decision import Cause
from lupa.answers.exploration import Statement
from lupa.answers.objections import Objections
from lupa.answers.orbits import Orbits
from lupa.answers.question import Question
from lupa.answers.reach import BEYOND, Reach
from lupa.answers.search import Cheapest
from lupa.rules.solver import Literal
from lupa.rules.vocabulary import Fact

Priced = tuple[int, tuple[Statement, ...]]
"""What statements cost together, and these."""


_TIES = 200
"""So many sets that cost the same are told."""
_TRIES = 20
"""For each further set that is wanted so many are tried in vain before the search for others is ended."""


def _by_length(priced: tuple[int, list[int]]) -> tuple[int, list[int]]:
    """The order of sets that cost the same: the shortest first."""
    return len(priced[1]), priced[1]


def every_set(_: Sequence[Literal]) -> bool:
    """Keeps whatever is found."""
    return True


class Search:
    """The sets of statements about one record after which the outcome `wanted` is certain."""

    def __init__(
        self,
        question: Question,
        wanted: Literal,
        fixed: frozenset[Fact],
        costs: Mapping[Fact, int],
        stays: Collection[Literal] | None = None,
    ) -> None:
        """With the subjects that `stays` names, all others may be stated: beyond what is in reach."""
        self._question = question
        self._wanted = wanted
        self._fixed = fixed
        self._costs = costs
        reach = Reach(question, fixed, costs, stays)
        self._all = reach
        self._subject = reach.subject
        self._within = reach.within
        self._reach = list(self._within)
        rows = [
            (reach.subject[abs(literal)], reach.effort[abs(literal)], statement.cost)
            for literal, statement in self._within.items()
        ]
        self._cheapest = Cheapest(rows, question.edition.program.watch)
        places = {literal: place for place, literal in enumerate(self._reach)}
        self._orbits = Orbits(
            [[places.get(said) for fact in member for said in (fact, -fact)] for member in members]
            for members in reach.members
        )
        self._objections = Objections(question, wanted, reach, self._cheapest)
        self.makes_certain = self._objections.none_to
        self.some_make_certain = self._objections.none_to_some

    # ---- proposals -----------------------------------------------------------------------------

    def cheapest(
        self, most: int, keep: Callable[[Sequence[Literal]], bool] = every_set
    ) -> tuple[list[Priced], bool]:
        """The cheapest sets, of which `keep` says so, and whether there may be more.

        All that cost the least are given, and further ones until there are `most`. Where these are many, or
        further ones are looked for long, the search is ended.
        """
        sets: list[tuple[int, list[Literal]]] = []
        ties, more = 0, False
        while not (more or len(sets) > max(most, ties)):
            enough = bool(sets) and len(sets) >= most
            if enough and keep is every_set:
                more = self._may_be_another(_TRIES * most)
                break
            found, ended = self._next_level(_TRIES * most if sets else None, max(most, _TIES))
            level = self._with_alike(found)
            if len(level) > max(most, _TIES):
                level, ended = level[: max(most, _TIES)], True
            kept = [each for each in level if keep(each[1])]
            if ended:
                sets += [] if enough else kept
                ties, more = ties or len(kept), True
                break
            if not level:
                break
            if enough:
                more = bool(kept)
            else:
                sets += kept
                ties = ties or len(kept)
        count = max(most, ties)
        chosen = [
            (cost, tuple(self._all.stating(literal) for literal in literals))
            for cost, literals in sets[:count]
        ]
        return chosen, more or len(sets) > count

    def _with_alike(self, level: Sequence[tuple[int, list[int]]]) -> list[tuple[int, list[Literal]]]:
        """Sets that cost the same, as statements, with those that differ in values which are alike."""
        alike = self._all.alike
        order = {x: 2 * place + (x < 0) for place, fact in enumerate(self._all.cone) for x in (fact, -fact)}
        found = [
            (cost, list(literals))
            for cost, places in level
            for literals in product(*((x, *alike.get(x, ())) for x in map(self._reach.__getitem__, places)))
        ]
        return sorted(found, key=lambda each: (len(each[1]), [order[x] for x in each[1]]))

    def _may_be_another(self, tries: int) -> bool:
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
        return not tries

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

    # ---- where there is none -------------------------------------------------------------------

    def why_none(self) -> tuple[tuple[Cause, ...], tuple[Fact, ...]]:
        """The facts on record that prevent it; or else the least that is out of reach and needed."""
        stays = [x for x in self._question.statements if self._subject[abs(x)] not in self._cheapest.kept]
        reason = self._question.edition.solver.minimal([self._wanted], stays)
        if reason is not None:
            return causes(self._question, reason), ()
        subjects = {self._subject[abs(x)] for x in stays}
        wide = Search(self._question, self._wanted, self._fixed, self._costs, subjects)
        ((_, needed), *_), _ = wide.cheapest(1)
        return (), tuple(statement.fact for statement in needed if statement.cost == BEYOND)
