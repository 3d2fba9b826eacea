"""Values that are alike and of which a record says nothing: two of them stand for all.

Where these two can change places with any other, so can they in every world of the record: what one of
them leaves possible, the other leaves too, and which of them is not so is all the same as long as one is
left. So the others are taken not to be so, and whatever is found of the first is so of each of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from lupa.rules.edition import Edition
from lupa.rules.solver import Literal
from lupa.rules.values import SEVERAL
from lupa.rules.vocabulary import Fact

_STANDING = 2


@dataclass(frozen=True, slots=True)
class Standing:
    """Of values that are alike the first that stands, and those that it stands for."""

    others: Mapping[Literal, Sequence[Literal]]
    first: Mapping[Literal, Literal] = field(init=False)
    """The one that stands for each of the others."""

    def __post_init__(self) -> None:
        of = {other: first for first, others in self.others.items() for other in others}
        object.__setattr__(self, "first", of)

    def facts(self, edition: Edition) -> dict[Fact, list[Fact]]:
        """The same as facts."""
        of = edition.facts
        return {of[first]: [of[other] for other in others] for first, others in self.others.items()}

    @property
    def not_so(self) -> list[Literal]:
        """What is said of the others."""
        return [-other for other in self.first]


def standing(edition: Edition, statements: Sequence[Literal], apart: Collection[Literal] = ()) -> Standing:
    """The values that stand for others in a record that makes these statements; those `apart` for none."""
    said, v = set(map(abs, statements)), edition.vocabulary
    stated = {edition.facts[literal] for literal in statements if literal > 0}
    open_ = [values for values in v.each_choice() if stated.isdisjoint(values.values())]
    if all(len(values) < SEVERAL for values in open_):
        return Standing({})
    left_open = {edition.literals[fact] for values in open_ for fact in values.values()} - said
    left_open.difference_update(apart)
    others: dict[Literal, Sequence[Literal]] = {}
    for block in edition.alike:
        left = [value for value in block if value in left_open]
        if len(left) > _STANDING:
            others[left[0]] = left[_STANDING:]
    return Standing(others)
