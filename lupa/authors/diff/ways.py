"""Where two editions differ and which way: on each pathway, the outcomes that become others."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import product
from typing import NamedTuple

from lupa.authors.diff.pair import BOTH, Pair
from lupa.authors.diff.results import ONLY, Pathway, Relation, together
from lupa.rules.edition import Edition
from lupa.rules.solver import Literal
from lupa.rules.vocabulary import Fact

Outcomes = tuple[str | None, str | None]
"""The outcome on each side; None where its laws allow no such patient."""

_Key = tuple[str | None, str | None]


class Way(NamedTuple):
    """The shifts on one pathway that go the same way.

    `care` are the worlds that they are described among, `target` those in which one of them happens.
    """

    relation: Relation
    shifts: tuple[Outcomes, ...]
    care: tuple[Literal, ...]
    target: Literal


class OnPathway(NamedTuple):
    """A pathway, what holds on it, and all ways in which the editions differ there."""

    pathway: Pathway
    held: tuple[Literal, ...]
    ways: tuple[Way, ...]


class Ways:
    """The ways in which two editions differ."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._barred = [pair.barred(side) for side in BOTH]
        self._better = _order(pair.editions)
        before, after = pair.outcomes
        self._unlike = [(one, other) for one, other in product(before, after) if one != other]
        self._differ = pair.either([self.outcomes(shift) for shift in self._unlike])

    def outcomes(self, shift: Outcomes) -> Literal:
        """An atom that is true where the outcomes are these."""
        return self._pair.both([self._of(shift, side) for side in BOTH if shift[side] is not None])

    def _of(self, shift: Outcomes, side: int) -> Literal:
        return self._pair.outcomes[side][str(shift[side])]

    # ---- pathways ------------------------------------------------------------------------------

    def on_pathways(self) -> Iterator[OnPathway]:
        """Each combination of indication and phase on which there is a patient.

        What only one side's laws forbid is told of the combinations that the other side knows.
        """
        own = [_combinations([edition]) for edition in self._pair.editions]
        joint = _combinations(self._pair.editions)
        for key, facts in (joint | own[0] | own[1]).items():
            held = tuple(self._pair.facts[fact] for fact in facts)
            shared = key in joint and self._pair.possible([*self._pair.shared, *held])
            ways = list(self._shared_ways(held)) if shared else []
            for side in BOTH:
                ways += self._ways_alone(side, held) if key in own[side] else []
            if shared or ways:
                relation = together([way.relation for way in ways])
                if len(ways) == 1 and not shared:
                    relation = ways[0].relation
                yield OnPathway(self._named(key, relation), held, tuple(ways))

    def _named(self, key: _Key, relation: Relation) -> Pathway:
        words = [self.label(value) for value in key if value is not None]
        return Pathway(*key, ", ".join(words) or "every request", relation)

    def label(self, name: str) -> str:
        """How a person reads a name, by the words of the side after if it has any."""
        labels = [edition.vocabulary.label(name) for edition in self._pair.editions]
        return labels[1] if labels[1] != name.replace("_", " ") else labels[0]

    # ---- ways ----------------------------------------------------------------------------------

    def _shared_ways(self, held: Sequence[Literal]) -> Iterator[Way]:
        """The ways in which the outcome differs for patients whom both sides allow."""
        pair, shared = self._pair, [*self._pair.shared, *held]
        found: dict[Relation, list[Outcomes]] = {}
        for shift in self._unlike if pair.possible([*shared, self._differ]) else ():
            if pair.possible([*shared, self.outcomes(shift)]):
                found.setdefault(self._relation(*shift), []).append(shift)
        for relation, shifts in sorted(found.items()):
            favourable = {self._of(shift, 0 if relation == "stricter" else 1) for shift in shifts}
            target = pair.either([self.outcomes(shift) for shift in shifts])
            yield Way(relation, tuple(shifts), (*shared, pair.either(sorted(favourable))), target)

    def _relation(self, one: str, other: str) -> Relation:
        """Whether it is looser or stricter where one outcome becomes the other."""
        if (other, one) in self._better:
            return "looser"
        return "stricter" if (one, other) in self._better else "incomparable"

    def _ways_alone(self, side: int, held: Sequence[Literal]) -> Iterator[Way]:
        """What becomes of the patients whom only this side allows, if there are any."""
        barred, care = self._barred[1 - side], (-self._pair.sides[side].unlawful, *held)
        every: list[Outcomes] = [
            (name, None) if side == 0 else (None, name) for name in self._pair.outcomes[side]
        ]
        shifts = [s for s in every if self._pair.possible([*care, barred, self.outcomes(s)])]
        if shifts:
            yield Way(ONLY[side], tuple(shifts), care, barred)


def _combinations(editions: Sequence[Edition]) -> dict[_Key, list[Fact]]:
    """The combinations of indication and phase that these know together, with their facts."""
    kinds = [_values(editions, kind) for kind in ("indication", "phase")]
    return {
        (indication, phase): [fact for fact in facts if fact is not None]
        for (indication, phase), facts in zip(
            product(*kinds), product(*(kind.values() for kind in kinds)), strict=True
        )
    }


def _values(editions: Sequence[Edition], kind: str) -> dict[str | None, Fact | None]:
    found: dict[str | None, Fact | None] = {}
    for edition in editions:
        found.update(edition.vocabulary.kinds("requested").get(kind, {}))
    return found or {None: None}


def _order(editions: Sequence[Edition]) -> Collection[tuple[str, str]]:
    """Which outcome is more favourable than which, by the side after or else by the one before."""
    rows = [edition.program.facts("more_favourable", 2) for edition in reversed(editions)]
    found = {(str(best), str(worst)) for best, worst in rows[0] or rows[1]}
    return {(best, worst) for best, worst in found if (worst, best) not in found}
