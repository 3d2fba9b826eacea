"""Which statements are enough for a function to have one value, whatever else is so: the cheapest first.

What can be stated along a function leads to functions (see `lupa.compiled.stating`): so implicants are read
off diagrams (Coudert and Madre 1992). What the sets cost at least that are enough is known of each part of
it then, and these sets are found without a try in vain.

Sets that hold one found before are passed over: which of those found are held so far goes along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import itemgetter
from typing import TYPE_CHECKING, cast

from lupa.compiled.diagram import NOWHERE, YES, Budget, Node, deep
from lupa.compiled.held import Held
from lupa.compiled.stating import ONE, Open, Row, Stating
from lupa.compiled.ways import Goal
from lupa.rules.edition import Edition
from lupa.rules.solver import Literal

if TYPE_CHECKING:
    from lupa.compiled.warm import Warm

_PARTS = 200_000
"""So many parts are looked at before it is left to a search."""
_NEVER = 1 << 200
_At = tuple[Node, Open, int]
"""A part, with what is open there, and which of the sets found are held so far, as bits."""
_Said = tuple[Literal, "_Said"] | None
"""What is stated first, and after that."""


class Enough:
    """The sets of statements with which a function has a value wherever what is said then can be.

    Raises `SpaceLimitError` where the budget of `stating` does not do.
    """

    def __init__(self, stating: Stating) -> None:
        self._stating = stating
        self._diagrams = stating.diagrams
        self._known: dict[_At, int] = {}
        self._known_beside: dict[_At, int] = {}
        self._known_ways: dict[_At, list[tuple[Literal, _At]]] = {}
        self._held = Held(stating.subjects, stating.last)

    # ---- sets ----------------------------------------------------------------------------------

    def another(self) -> bool:
        """Whether some set is enough that holds none of those found."""
        with deep(len(self._stating.facts)):
            return self._least(self._first()) < _NEVER

    def next_sets(self, most: int) -> tuple[int, list[list[Literal]]]:
        """All the sets that cost the least, of those left, or `most` of them; the shortest first."""
        sets: list[list[Literal]] = []
        cost = 0
        with deep(len(self._stating.facts)):
            while len(sets) < most:
                first = self._first()
                weight = self._least(first)
                if weight == _NEVER or (sets and weight // ONE > cost):
                    break
                cost = weight // ONE
                found = self._sets(first, most - len(sets))
                sets += found
                self._held.add(found)
                self._known_beside.clear()
                self._known_ways.clear()
        return cost, sets

    def _sets(self, first: _At, most: int) -> list[list[Literal]]:
        """The sets of the least weight, or `most` of them."""
        known: dict[_At, list[_Said]] = {}

        def of(here: _At) -> list[_Said]:
            if here[0] < 0:
                return [None]
            if here not in known:
                several: list[_Said] = []
                for x, at in self._ways(here):
                    further = of(at)[: most - len(several)]
                    several += [(x, said) for said in further] if x else further
                    if len(several) == most:
                        break
                known[here] = several
            return known[here]

        return [_listed(said) for said in of(first)]

    def _ways(self, here: _At) -> list[tuple[Literal, _At]]:
        """What is stated first in sets of the least weight, or is left, and where that leads."""
        passed: list[_At] = []
        while (ways := self._known_ways.get(here)) is None:
            passed.append(here)
            least = self._least(here)
            ways = [(x, at) for cost, x, at in self._steps_from(here) if cost + self._least(at) == least]
            (stated, there), *others = ways
            if others or stated or there[0] < 0:
                break
            here = there
        self._known_ways.update(dict.fromkeys(passed, ways))
        return ways

    # ---- what it takes -------------------------------------------------------------------------

    def _least(self, here: _At) -> int:
        """The least weight of what is to be stated from here on; `_NEVER` where nothing is enough."""
        node, _, held = here
        if node < 0 or held < 0:
            return 0 if node == YES and not held else _NEVER
        known = self._known_beside if held else self._known
        found = known.get(here)
        if found is None:
            self._diagrams.budget.spend()
            found = _NEVER
            if YES in self._diagrams.values(node):
                for least, cost, at in self._by_what_is_known(here) if held else self._in_order(here):
                    if least >= found:
                        break
                    found = min(found, cost + self._least(at))
            known[here] = found
        return found

    def _in_order(self, here: _At) -> Iterator[tuple[int, int, _At]]:
        return ((cost, cost, (node, open_, 0)) for cost, _, node, open_ in self._stating.steps(*here[:2]))

    def _by_what_is_known(self, here: _At) -> Iterator[tuple[int, int, _At]]:
        """The steps, those first after which the least is to be stated if no set is passed over."""
        steps = [
            (cost + self._least((at[0], at[1], 0)), cost, at) for cost, _, at in self._steps_from(here)
        ]
        return iter(sorted(steps, key=itemgetter(0)))

    def _first(self) -> _At:
        root = self._stating.root
        return root, (), self._held.beyond(self._held.all, -1, self._stating.behind(root), ())

    def _steps_from(self, here: _At) -> list[tuple[int, Literal, _At]]:
        """The steps, each with which of the sets found are held after it."""
        node, open_, held = here
        return [
            (cost, x, (there, after, self._after(here, x, there) if held else 0))
            for cost, x, there, after in self._stating.steps(node, open_)
        ]

    def _after(self, here: _At, stated: Literal, there: Node) -> int:
        """Which of the sets found are held once this is stated, or nothing of the first fact."""
        node, open_, held = here
        variable = self._diagrams.top(node)
        fact = self._stating.facts[variable]
        subject = self._stating.subjects[fact]
        said = [subject, *(what for _, what, _ in open_)]
        if subject not in said[1:]:  # of what has several facts it is said at the first of them
            held = self._held.stating(held, subject, stated)
        return self._held.beyond(held, variable, self._stating.behind(there), said)


def _listed(said: _Said) -> list[Literal]:
    found = []
    while said is not None:
        first, said = said
        found.append(first)
    return found


def enough(
    edition: Edition,
    wanted: Literal,
    record: Iterable[Literal],
    subjects: Mapping[Literal, Literal],
    statements: Mapping[Literal, tuple[Literal, Literal, int]],
    check: Callable[[], None],
) -> Enough:
    """The sets with which an outcome is certain, of an edition that is answered by its functions."""
    warm = cast("Warm", edition.answering)
    value = NOWHERE - 1 - list(edition.outcomes.values()).index(wanted)
    with deep(len(warm.literals)):
        stating = Stating(
            warm.ways.parts,
            Goal(warm.outcome, value),
            warm.literals,
            {abs(literal): literal > 0 for literal in record},
            subjects,
            {literal: Row(*row) for literal, row in statements.items()},
            Budget(check, _PARTS),
        )
    return Enough(stating)
