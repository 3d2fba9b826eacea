"""Which criterion, basis, limit or law makes an outcome another one, for all patients of a region."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from lupa.authors.diff.pair import BOTH, Pair
from lupa.authors.diff.results import SIDES, Decider, Pathway
from lupa.rules.atom import Atom
from lupa.rules.edition import Edition
from lupa.rules.solver import Literal
from lupa.rules.vocabulary import Fact

ALL_CRITERIA = "criteria_not_met"
"""The basis of which each criterion that is not met is an instance."""


_MET = ("criterion", "part")
"""What speaks against a patient where it is not met."""


class _Item(NamedTuple):
    """Something that speaks against a patient on one side, and what is true where it does."""

    kind: str
    id: str
    atom: Atom | None
    holds: Literal


class Deciders:
    """What speaks against patients on one side and not on the other."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._items = [
            [_Item(kind, name, atom, self._holds(side, literals)) for kind, name, atom, literals in rows]
            for side, rows in zip(BOTH, map(_items, pair.editions), strict=True)
        ]
        self._laws = [
            [_Item("law", name, None, side.of(literal)) for name, literal in _laws(edition)]
            for side, edition in zip(pair.sides, pair.editions, strict=True)
        ]

    def _holds(self, side: int, literals: Sequence[Literal]) -> Literal:
        return self._pair.both([self._pair.sides[side].of(literal) for literal in literals])

    def against(
        self, pathway: Pathway, side: int, worlds: Iterable[Sequence[Literal]], *, lawful: bool
    ) -> tuple[Decider, ...]:
        """What speaks against all patients of each of these sets of worlds, on one side only.

        Where a set has nothing in common, it is what speaks against the first patient in it, and then
        what speaks against the first of those of whom that does not hold, until none is left. On a side
        that is not `lawful`, it is the laws that forbid them.
        """
        found: dict[Decider, None] = {}
        for held in worlds:
            if self._pair.possible(held):
                items = self._items[side] if lawful else self._laws[side]
                found |= {self._decider(pathway, side, i): None for i in self._in_common(items, side, held)}
        return tuple(_plainest(found))

    def _in_common(self, items: Sequence[_Item], side: int, held: Sequence[Literal]) -> list[_Item]:
        found: list[_Item] = []
        left = list(held)
        while self._pair.possible(left):
            here = self._here(items, side, left)
            certain = [item for item in here if not self._pair.possible([*left, -item.holds])]
            found += certain or here
            if certain or not here:
                break
            left += [-item.holds for item in here]
        return found

    def _here(self, items: Sequence[_Item], side: int, held: Sequence[Literal]) -> list[_Item]:
        """What speaks against the first patient, on this side only."""
        world = self._pair.first(held)
        others = {(item.kind, item.id) for item in self._so(self._items[1 - side], world)}
        return [item for item in self._so(items, world) if (item.kind, item.id) not in others]

    def _so(self, items: Sequence[_Item], world: Mapping[Fact, bool]) -> list[_Item]:
        truths = self._pair.truths(world, [item.holds for item in items])
        return [item for item, so in zip(items, truths, strict=True) if so]

    def _decider(self, pathway: Pathway, side: int, item: _Item) -> Decider:
        edition, atom = self._pair.editions[side], item.atom
        if atom is None:
            return Decider(SIDES[side], item.kind, item.id, "No patient is so.", "", ())
        ids = (str(pathway.indication), str(pathway.phase))
        clauses = dict.fromkeys(clause for where, clause in atom.sources if where in (None, ids))
        text = edition.phrase(atom, item.kind not in _MET)
        return Decider(SIDES[side], item.kind, item.id, text, edition.source(atom, [ids]), tuple(clauses))


def _plainest(deciders: Collection[Decider]) -> list[Decider]:
    """The deciders without those that say no more than others of them, or come to nothing beside them."""
    scope = [decider for decider in deciders if decider.kind == "scope"]
    unmet = any(decider.kind == "criterion" for decider in deciders)
    return scope or [decider for decider in deciders if not (unmet and decider.id == ALL_CRITERIA)]


def _items(edition: Edition) -> Iterator[tuple[str, str, Atom, tuple[Literal, ...]]]:
    """What can speak against a patient, each with the literals that hold where it does."""
    for atom in edition.criteria:
        yield "criterion", atom.id, atom, (edition.applies[atom.id], -atom.literal)
    for name, atom in edition.parts.items():
        yield "part", name, atom, (edition.considered[name], -atom.literal)
    groups = {
        "basis": edition.bases,
        "referral": edition.referrals,
        "limit": edition.limits,
        "scope": edition.scope,
    }
    for kind, atoms in groups.items():
        yield from ((kind, atom.id, atom, (atom.literal,)) for atom in atoms)


def _laws(edition: Edition) -> Iterator[tuple[str, Literal]]:
    """The laws of the domain, by what they say cannot be."""
    symbols = edition.program.symbols("impossible", 1)
    literals = map(edition.program.literal, symbols)
    yield from ((str(s.arguments[0]), x) for s, x in zip(symbols, literals, strict=True) if x is not None)
