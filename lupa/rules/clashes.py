"""What two editions together say of the facts of a world, though each declares some alone.

A number is one number, and a choice has one value, whichever of them knows of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, permutations

from lupa.rules.edition import Edition
from lupa.rules.quantities import Cut
from lupa.rules.vocabulary import Fact, Path

Clash = tuple[tuple[Fact, bool], tuple[Fact, bool]]
"""What cannot be so together, of a fact that only one side declares and one that only the other does."""


def clashes(editions: Sequence[Edition]) -> Iterator[Clash]:
    """A choice with two values, a number that has passed a cut point and not one below it."""
    one, other = (set(edition.literals) for edition in editions)

    def apart(*facts: Fact) -> bool:
        """Only one side declares the first fact, and only the other the second, or the other way round."""
        return {(fact in one, fact in other) for fact in facts} == {(True, False), (False, True)}

    for values in _choices(editions):
        for pair in combinations(values, 2):
            if apart(*pair):
                yield (pair[0], True), (pair[1], True)
    for name, cuts in cut_points(editions).items():
        whole = any(name in e.vocabulary.cuts and e.vocabulary.quantities[name].whole for e in editions)
        for low, high in permutations(cuts, 2):
            if apart(low.fact, high.fact) and _position(low, whole=whole) <= _position(high, whole=whole):
                yield (high.fact, True), (low.fact, False)


def _choices(editions: Sequence[Edition]) -> Iterator[list[Fact]]:
    """For each choice that one of the sides knows, the facts of its values."""
    found: dict[tuple[str, Path], dict[Fact, None]] = {}
    for edition in editions:
        for name, kinds in edition.vocabulary.choices.items():
            for kind, values in kinds.items():
                found.setdefault((name, kind), {}).update(dict.fromkeys(values.values()))
    return map(list, found.values())


def _position(cut: Cut, *, whole: bool) -> tuple[Fraction, bool]:
    """Where a cut point lies; of whole numbers, those above 5 are those from 6."""
    if not whole:
        return cut.rank
    return Fraction(cut.bound // 1 + 1 if cut.kind == "more_than" else -(-cut.bound // 1)), False


def cut_points(editions: Sequence[Edition]) -> dict[str, list[Cut]]:
    """The facts about each number that one of these editions has, from the lowest to the highest."""
    return in_order([edition.vocabulary.cuts for edition in editions])


def in_order(sides: Sequence[Mapping[str, Sequence[Cut]]]) -> dict[str, list[Cut]]:
    """The facts about each number that one of the sides has, from the lowest to the highest."""
    found: dict[str, set[Cut]] = {}
    for side in sides:
        for name, cuts in side.items():
            found.setdefault(name, set()).update(cuts)
    return {name: sorted(cuts, key=lambda cut: cut.rank) for name, cuts in found.items()}
