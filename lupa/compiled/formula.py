"""A condition as people would say it: all of these, any of those, to any depth.

What depends on variables apart from each other is told apart. So a condition of a hundred facts, of which
each does its own, is a hundred short ones and not as many as there are combinations. What cannot be told
apart is told as a sum of prime products. Multiplied out, the whole is such a sum too: each product
suffices, no part of it does, and none can be spared, as long as the laws are kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain, combinations, pairwise
from typing import NamedTuple

from lupa.compiled.conditions import enough
from lupa.compiled.diagram import NO, YES, Node
from lupa.compiled.primes import Product, cover, product
from lupa.compiled.space import Component, Space


class Said(NamedTuple):
    """A variable that is so, or not."""

    variable: int
    so: bool


class Of(NamedTuple):
    """`every` one of the parts, or any of them; of no parts, always or never."""

    every: bool
    parts: tuple[Formula, ...]


class Some(NamedTuple):
    """So many of the parts or more; no part depends on what another does.

    Of some facts just so many are so where two of these stand side by side in what is `every`: so many of
    them are so, and all others are not.
    """

    least: int
    parts: tuple[Formula, ...]


Formula = Said | Of | Some
Counted = tuple[int, Sequence[Node]]
"""How many of some conditions are needed, as a text counts them."""


class _Block(NamedTuple):
    """Some components, and a function of them alone."""

    within: Sequence[Component]
    holds: Node


_SMALL = 4
"""What ties so many parts is looked at for what else it ties."""


class Telling:
    """Tells conditions in assignments that keep the laws of a space.

    What is `counted`, so many of several conditions that are apart, is told so.
    """

    def __init__(self, space: Space, counted: Iterable[Counted] = ()) -> None:
        self._space = space
        self._diagrams = space.diagrams
        self._known: dict[Node, Formula] = {}
        self._seen_of: dict[tuple[Node, tuple[int, ...]], Node] = {}
        self._settled_of: dict[Node, set[int]] = {}
        self._counted = dict(self._counts(counted))

    def _counts(self, counted: Iterable[Counted]) -> Iterator[tuple[Node, Counted]]:
        """Where so many of some hold, or too few, by the function of that: how many, and of what."""
        for least, parts in counted:
            touched = [each for part in parts for each in self._space.touched(part)]
            if not 1 < least < len(parts) or len(set(touched)) < len(touched):
                continue
            others = [self._diagrams.opposite(part) for part in parts]
            for many, each in ((least, parts), (len(parts) - least + 1, others)):
                yield (
                    self._space.cut(enough(self._diagrams, [(part, 1) for part in each], many)),
                    (many, each),
                )

    def formula(self, condition: Node) -> Formula:
        """A condition told; raises `SpaceLimitError` for one that there is too much to tell of."""
        within = self._space.touched(condition)
        return self._of(self._space.cut(condition), within, ())

    def _of(self, holds: Node, within: Sequence[Component], tried: Collection[bool]) -> Formula:
        """The formula of a condition on these components, not apart in the ways that were tried."""
        lawful = self._space.lawful(within)
        if holds in (NO, lawful):
            return Of(holds != NO, ())
        if holds not in self._known:
            self._known[holds] = self._made(holds, lawful, within, tried)
        return self._known[holds]

    def _made(
        self, holds: Node, lawful: Node, within: Sequence[Component], tried: Collection[bool]
    ) -> Formula:
        if holds in self._counted:
            least, parts = self._counted[holds]
            return Some(least, tuple(map(self.formula, parts)))
        sides = {True: holds, False: self._other(holds, lawful)}
        ways = {every: self._halves(side, within) for every, side in sides.items() if every not in tried}
        while ways:  # in turns: it is apart in one way at most, and that is mostly seen at once
            for every in list(ways):
                halves = next(ways[every], ())
                if halves == ():
                    del ways[every]
                elif halves is not None:
                    return self._together(every, halves, tried)
        by_count = self._by_count(holds) if lawful == YES else None
        return by_count or _shared(cover(self._diagrams, holds, lawful))

    def _by_count(self, holds: Node) -> Formula | None:
        """A condition that asks but for how many of some facts are so, which no law ties: that many.

        That is so many or more, so many or fewer, or just so many; None for what asks for anything else.
        """
        diagrams, variables = self._diagrams, sorted(self._diagrams.support(holds))

        def left(first: int, second: int, *, so: bool) -> Node:
            return diagrams.restrict(diagrams.restrict(holds, first, value=so), second, value=not so)

        if any(left(*pair, so=True) != left(*pair, so=False) for pair in pairwise(variables)):
            return None
        so, not_so = (tuple(Said(variable, value) for variable in variables) for value in (True, False))
        every = range(len(variables) + 1)
        wanted = [many for many in every if diagrams.at(holds, set(variables[:many])) == YES]
        lows = [many for many in wanted if many - 1 not in wanted]
        highs = [many for many in wanted if many + 1 not in wanted]
        parts = []
        for low, high in zip(lows, highs, strict=True):
            if 0 < low < high < every[-1]:
                return None
            ends = [(low, so), (every[-1] - high, not_so)]
            parts.append(_flat(True, [_so_many(least, each) for least, each in ends if least]))
        return _flat(False, parts)

    def _together(self, every: bool, halves: Iterable[_Block], tried: Collection[bool]) -> Formula:
        """The formula of what is apart, so that all are needed, or that any will do."""
        blocks = [block for half in halves for block in self._blocks(half)]
        asked = [block for block in blocks if block.holds != self._space.lawful(block.within)]
        tried = (every,) if len(asked) > 1 else tried  # of the others nothing is asked
        parts = []
        for within, holds in asked:
            side = holds if every else self._other(holds, self._space.lawful(within))
            parts.append(self._of(side, within, tried))
        return _flat(every, parts)

    def _other(self, holds: Node, lawful: Node) -> Node:
        """Where a condition does not hold, though laws are kept."""
        return self._diagrams.both(lawful, self._diagrams.opposite(holds))

    # ---- what can be told apart ----------------------------------------------------------------

    def _blocks(self, block: _Block) -> list[_Block]:
        """A function as several, all of which hold just where it does, on as few components as can be."""
        halves = next((found for found in self._halves(block.holds, block.within) if found is not None), ())
        return [each for half in halves for each in self._blocks(half)] or [block]

    def _halves(self, holds: Node, within: Sequence[Component]) -> Iterator[tuple[_Block, ...] | None]:
        """Two functions that both hold just where this one does; before that None, as often as need be.

        What a prime implicate speaks of belongs together, and what no such implicate ties is apart.
        """
        units = [[each] for each in within]
        while len(units) > 1:
            half = len(units) // 2
            sides = [sorted(chain.from_iterable(side)) for side in (units[:half], units[half:])]
            first, second = (self._seen(holds, side) for side in sides)
            wrong = self._diagrams.both(self._diagrams.both(first, second), self._diagrams.opposite(holds))
            if wrong == NO:
                units = []  # nothing is left to look for
                yield _Block(sides[0], first), _Block(sides[1], second)
            else:
                tied = self._tied(holds, units, self._diagrams.where(wrong, YES))
                joined = list(chain.from_iterable(units[place] for place in tied))
                units = [
                    joined if at == tied[0] else unit for at, unit in enumerate(units) if at not in tied[1:]
                ]
                yield None

    def _seen(self, holds: Node, within: Iterable[Component]) -> Node:
        """What a function leaves possible for these components."""
        kept = {variable for each in within for variable in each.variables}
        first, last = min(kept), max(kept)
        diagrams, made = self._diagrams, dict[Node, Node]()

        def of(node: Node) -> Node:
            if node < 0 or diagrams.top(node) > last:  # whatever follows, it is possible
                return node if node == NO else YES
            if node not in made:
                variable = diagrams.top(node)
                no, yes = map(of, diagrams.split(node, variable))
                made[node] = (
                    diagrams.node(variable, no, yes) if variable in kept else diagrams.either(no, yes)
                )
            return made[node]

        found = NO
        for node in diagrams.from_on(holds, first):
            found = diagrams.either(of(node), found)
        return found

    def _tied(self, holds: Node, units: Sequence[Sequence[Component]], so: set[int]) -> list[int]:
        """The places of units that belong together, by an assignment that rules out that a function holds.

        Those are as few as can be of which it does, and whatever else is settled by all of them but one.
        """
        place_of = {
            variable: place
            for place, unit in enumerate(units)
            for each in unit
            for variable in each.variables
        }
        said: dict[int, dict[int, bool]] = {}
        node = holds
        while node >= 0:
            variable = self._diagrams.top(node)
            said.setdefault(place_of[variable], {})[variable] = variable in so
            node = self._diagrams.split(node, variable)[variable in so]
        alone = {v for each in said.values() for v in each if self._diagrams.at(holds, so ^ {v}) == YES}
        without = [place for place, each in said.items() if not alone.isdisjoint(each)]
        rest = [place for place in said if place not in without]
        clash = [*without, *self._needed(holds, _with({}, without, said), rest, said)]
        found = set(clash)
        for others in (clash[1:], clash[:-1]) if len(clash) <= _SMALL else ():
            kept = _with({}, others, said)
            left = self._diagrams.both(product(self._diagrams, kept.items()), holds)
            found.update(self._narrowed(holds, left, units))
        return sorted(found)

    def _narrowed(self, holds: Node, left: Node, units: Sequence[Sequence[Component]]) -> Iterator[int]:
        """The places of units for which less is possible where the second function holds, not the first."""
        if holds not in self._settled_of:
            self._settled_of[holds] = self._settled(holds)
        settled = self._settled(left) - self._settled_of[holds]
        for place, unit in enumerate(units):
            alone = tuple(variable for each in unit for variable in each.variables)
            if len(alone) > 1 and settled.isdisjoint(alone):
                if (holds, alone) not in self._seen_of:
                    self._seen_of[holds, alone] = self._seen(holds, unit)
                narrowed = self._seen(left, unit) != self._seen_of[holds, alone]
            else:
                narrowed = not settled.isdisjoint(alone)
            if narrowed:
                yield place

    def _settled(self, holds: Node) -> set[int]:
        """The variables that are so, or are not so, wherever a condition holds."""
        diagrams = self._diagrams
        order = sorted(diagrams.support(holds))
        level = {variable: place for place, variable in enumerate(order)}
        values = [0] * len(order)  # of each variable: 1 for no, 2 for yes
        passed = [0] * (len(order) + 1)  # by how many ways more than before it a variable is passed
        waiting, seen = [holds], {holds}
        while waiting:
            node = waiting.pop()
            here = level[diagrams.top(node)]
            for so, child in enumerate(diagrams.split(node, order[here])):
                if child == NO:
                    continue
                values[here] |= 1 << so
                passed[here + 1] += 1
                passed[level[diagrams.top(child)] if child >= 0 else len(order)] -= 1
                if child >= 0 and child not in seen:
                    seen.add(child)
                    waiting.append(child)
        ways = accumulate(passed)
        return {v for v, value, free in zip(order, values, ways, strict=False) if value < 3 and not free}

    def _needed(
        self,
        holds: Node,
        kept: Mapping[int, bool],
        places: Sequence[int],
        said: Mapping[int, Mapping[int, bool]],
    ) -> list[int]:
        """Those of the places without which a condition could hold, beside what is kept (Junker 2004)."""
        if not self._diagrams.takes(holds, YES, kept):
            return []
        if len(places) == 1:
            return list(places)
        first, second = places[: len(places) // 2], places[len(places) // 2 :]
        needed = self._needed(holds, _with(kept, first, said), second, said)
        return [*self._needed(holds, _with(kept, needed, said), first, said), *needed]


def _so_many(least: int, parts: tuple[Said, ...]) -> Formula:
    if least == len(parts):
        return Of(True, parts)
    return Some(least, parts)


def _with(
    kept: Mapping[int, bool], places: Iterable[int], said: Mapping[int, Mapping[int, bool]]
) -> dict[int, bool]:
    found = dict(kept)
    for place in places:
        found |= said[place]
    return found


def _shared(products: Sequence[Product]) -> Formula:
    """A sum of products in which what several have in common stands once; none of them implies another."""
    counts = Counter(literal for each in products for literal in each)
    common = [literal for literal, count in counts.items() if count == len(products)]
    if common:
        rest = [each.difference(common) for each in products]
        parts: list[Formula] = [Said(*literal) for literal in sorted(common)]
        if any(rest):
            parts.append(_shared(rest))
        return _flat(True, parts)
    literal, count = min(counts.items(), key=lambda each: (-each[1], each[0]))
    if count == 1:
        return _flat(False, [_shared([each]) for each in sorted(products, key=sorted)])
    sides = [[each for each in products if (literal in each) is so] for so in (True, False)]
    return _flat(False, list(map(_shared, sides)))


def _flat(every: bool, parts: Sequence[Formula]) -> Formula:
    """All of these parts, or any: the parts of one that is alike are its own."""
    found: list[Formula] = []
    for part in parts:
        found += part.parts if isinstance(part, Of) and part.every == every else (part,)
    return found[0] if len(found) == 1 else Of(every, tuple(found))


def products(told: Formula) -> list[Product]:
    """A formula multiplied out."""
    if isinstance(told, Said):
        return [frozenset({(told.variable, told.so)})]
    if isinstance(told, Some):
        every = (products(Of(True, parts)) for parts in combinations(told.parts, told.least))
        return list(chain.from_iterable(every))
    if not told.every:
        return [each for part in told.parts for each in products(part)]
    found: list[Product] = [frozenset()]
    for part in told.parts:
        found = [one | other for one in found for other in products(part)]
    # of those of which just so many are so, none is both so and not so
    return [each for each in found if len({variable for variable, _ in each}) == len(each)]
