"""Sets in which one of several that are alike stands in the place of another: all of them, from one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

_Roles = Sequence[tuple[tuple[int, ...], int]]
"""What is held of a member, by places, and of how many members that is."""


class Orbits:
    """Sets of numbers that stand for something about a member; `classes` are members that are alike.

    Of each member they are given in one order, None where there is none.
    """

    def __init__(self, classes: Iterable[Sequence[Sequence[int | None]]]) -> None:
        self._classes = list(classes)
        self._at = {
            number: (at, which, place)
            for at, members in enumerate(self._classes)
            for which, member in enumerate(members)
            for place, number in enumerate(member)
            if number is not None
        }

    def of(self, numbers: Iterable[int]) -> Iterator[list[int]]:
        """The sets that differ from this one in which members they hold something of; this one too."""
        alone: list[int] = []
        held: dict[int, dict[int, list[int]]] = {}
        for number in numbers:
            if number in self._at:
                at, which, place = self._at[number]
                held.setdefault(at, {}).setdefault(which, []).append(place)
            else:
                alone.append(number)
        roles = {at: Counter(tuple(sorted(r)) for r in members.values()) for at, members in held.items()}
        return self._spread(
            alone,
            [(self._classes[at], sorted(of.items(), key=lambda role: role[1])) for at, of in roles.items()],
        )

    def _spread(
        self, before: list[int], classes: Sequence[tuple[Sequence[Sequence[int | None]], _Roles]]
    ) -> Iterator[list[int]]:
        if not classes:
            yield before
            return
        (members, roles), *others = classes
        if not roles:
            yield from self._spread(before, others)
            return
        (places, count), *further = roles
        for chosen in combinations(range(len(members)), count):
            here = [n for which in chosen for p in places if (n := members[which][p]) is not None]
            taken = set(chosen)
            left = [member for which, member in enumerate(members) if which not in taken]
            yield from self._spread([*before, *here], [(left, further), *others])
