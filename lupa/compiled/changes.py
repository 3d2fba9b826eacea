"""Two policies compiled, or two editions of one: in how many worlds they differ, exactly, and in which.

Both are written over the facts that either reads. A world keeps the laws of both; a number is one number
and a choice has one value, whichever of them knows of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from math import prod

from lupa.compiled.diagram import NO, NOWHERE, YES, Budget, Diagrams, Node, deep
from lupa.compiled.formula import Formula, Telling
from lupa.compiled.primes import product
from lupa.compiled.space import Loaded, Space
from lupa.compiled.verdicts import Verdicts
from lupa.errors import CaseError, SpaceLimitError
from lupa.rules.clashes import clashes
from lupa.rules.edition import Edition
from lupa.rules.vocabulary import Fact


@dataclass(frozen=True, slots=True)
class Region:
    """Some worlds: how many, by pathway (indication, phase) too, just when, and one of them.

    `when` is a condition on variables of `Changes.facts`; None where there is too much to tell. `witness`
    is one such world. What is on no pathway of either is counted in `worlds` alone.
    """

    worlds: int
    pathways: Mapping[tuple[str, str], int]
    when: Formula | None
    witness: Mapping[Fact, bool]


@dataclass(frozen=True, slots=True)
class Move:
    """The worlds that go from one outcome to another."""

    before: str
    after: str
    region: Region


@dataclass(frozen=True, slots=True)
class Shift:
    """The worlds in which a criterion comes to be unmet (`now_unmet`), or no longer is.

    It is unmet where it applies and is not met; one that a side does not have is never unmet there.
    """

    criterion: str
    now_unmet: bool
    region: Region


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two compiled policies, `before` and `after` (`policy@edition`).

    `worlds` are all that keep the laws of both, over the `facts` that either reads. `moves` are between
    outcomes that differ, the most worlds first; `shifts` are of criteria, whatever the outcome.
    """

    before: str
    after: str
    worlds: int
    facts: tuple[Fact, ...]
    moves: tuple[Move, ...]
    shifts: tuple[Shift, ...]

    @property
    def differ(self) -> int:
        """How many worlds come to another outcome."""
        return sum(move.region.worlds for move in self.moves)


def changes(before: Verdicts, after: Verdicts, budget: Budget | None = None) -> Changes:
    """See `Compiled.changes`."""
    if before.rules is None or after.rules is None:
        raise CaseError("one was sent here without the rules; compile both where they are compared")
    return compared(before, after, (before.rules.edition, after.rules.edition), budget)


def compared(
    before: Verdicts, after: Verdicts, editions: tuple[Edition, Edition], budget: Budget | None = None
) -> Changes:
    """The same of policies that were compiled from these editions."""
    with deep(len(before.variables) + len(after.variables)):
        return _Pair(before, after, editions, budget or Budget()).changes()


class _Pair:
    def __init__(
        self, before: Verdicts, after: Verdicts, editions: tuple[Edition, Edition], budget: Budget
    ) -> None:
        self._policies = (before, after)
        self.facts = _ordered(before, after)
        self._place = {fact: place for place, fact in enumerate(self.facts)}
        self._diagrams = diagrams = Diagrams(budget)
        self._loaded = tuple(
            Loaded(each, diagrams=diagrams, places=[self._place[v.fact] for v in each.variables])
            for each in self._policies
        )
        fixed = {**before.fixed, **after.fixed}
        apart = []
        for pair in clashes(editions):
            if all(fact in self._place or fixed.get(fact) == so for fact, so in pair):
                said = [(self._place[fact], so) for fact, so in pair if fact in self._place]
                apart.append(diagrams.opposite(product(diagrams, said)))
        self._space = Space(diagrams, [*(x for each in self._loaded for x in each.laws), *apart])
        self._telling = Telling(self._space)
        ways = dict.fromkeys(
            output.id for each in self._policies for output in each.outputs if output.kind == "pathway"
        )
        self._ways = {
            way: reduce(diagrams.either, (each.called("pathway", way) for each in self._loaded))
            for way in ways
        }
        self._counts = {
            each: _models(diagrams, each.node, each.variables) for each in self._space.components
        }

    def changes(self) -> Changes:
        before, after = self._policies
        return Changes(
            f"{before.policy}@{before.edition}",
            f"{after.policy}@{after.edition}",
            self._worlds(YES),
            self.facts,
            tuple(sorted(self._moves(), key=lambda move: (-move.region.worlds, move.before, move.after))),
            tuple(self._shifts()),
        )

    def _moves(self) -> Iterator[Move]:
        before, after = (
            {
                name: each.when(each.compiled.outcome, NOWHERE - 1 - at)
                for at, name in enumerate(each.compiled.outcomes)
            }
            for each in self._loaded
        )
        for name, was in before.items():
            for other, is_ in after.items():
                region = self._region(self._diagrams.both(was, is_)) if name != other else None
                if region:
                    yield Move(name, other, region)

    def _shifts(self) -> Iterator[Shift]:
        names = dict.fromkeys(
            output.id for each in self._policies for output in each.outputs if output.kind == "applies"
        )
        diagrams = self._diagrams
        for name in names:
            was, is_ = (
                diagrams.both(
                    each.called("applies", name), diagrams.opposite(each.called("criterion", name))
                )
                for each in self._loaded
            )
            for now_unmet, here, there in ((True, is_, was), (False, was, is_)):
                region = self._region(diagrams.both(here, diagrams.opposite(there)))
                if region:
                    yield Shift(name, now_unmet, region)

    # ---- worlds --------------------------------------------------------------------------------

    def _region(self, condition: Node) -> Region | None:
        worlds = self._worlds(condition)
        if not worlds:
            return None
        try:
            when: Formula | None = self._telling.formula(condition)
        except SpaceLimitError:
            when = None
        ways = {
            (indication, phase): count
            for way, on in self._ways.items()
            for indication, _, phase in (way.partition(","),)
            if (count := self._worlds(self._diagrams.both(condition, on)))
        }
        return Region(worlds, ways, when, self._witness(condition))

    def _worlds(self, condition: Node) -> int:
        """In how many worlds a condition holds."""
        touched = self._space.touched(condition)
        variables = [variable for each in touched for variable in each.variables]
        rest = [each for each in self._space.components if each not in touched]
        free = len(self.facts) - len(variables) - sum(len(each.variables) for each in rest)
        inside = _models(self._diagrams, self._space.cut(condition), variables)
        return inside * prod(self._counts[each] for each in rest) << free

    def _witness(self, condition: Node) -> dict[Fact, bool]:
        """A world in which a condition holds, with as little so as its diagram shows."""
        so = self._diagrams.where(self._space.cut(condition), YES)
        touched = self._space.touched(condition)
        for each in self._space.components:
            if each not in touched:
                so |= self._diagrams.where(each.node, YES)
        return {fact: place in so for place, fact in enumerate(self.facts)}


def _ordered(before: Verdicts, after: Verdicts) -> tuple[Fact, ...]:
    """The facts of both, those of the second alone behind what they follow there."""
    order = [variable.fact for variable in before.variables]
    known, last = set(order), -1
    for variable in after.variables:
        if variable.fact in known:
            last = order.index(variable.fact)
        else:
            last += 1
            order.insert(last, variable.fact)
    return tuple(order)


def _models(diagrams: Diagrams, condition: Node, variables: Collection[int]) -> int:
    """How many assignments of these variables, all that a condition depends on among them, keep it."""
    level = {variable: place for place, variable in enumerate(sorted(variables))}
    known: dict[Node, int] = {NO: 0, YES: 1}

    def place(node: Node) -> int:
        return level[diagrams.top(node)] if node >= 0 else len(level)

    def of(node: Node) -> int:
        if node not in known:
            sides = diagrams.split(node, diagrams.top(node))
            known[node] = sum(of(side) << place(side) - place(node) - 1 for side in sides)
        return known[node]

    return of(condition) << place(condition)
