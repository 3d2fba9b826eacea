"""What is so of a member of those that are asked about, in words and as the fewest conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from lupa.compiled import cubes
from lupa.compiled.diagram import NO, NOWHERE, YES, Budget, Diagrams, Node
from lupa.compiled.exchange import NONE, Exchange, Member, Told
from lupa.rules.alike import members
from lupa.rules.asking import Asking, Group
from lupa.rules.vocabulary import Fact, Vocabulary

Said = tuple[tuple[int, ...], tuple[Told, ...]]
"""What was answered of a member: by the places that were asked, one of these."""


def exchange_of(
    diagrams: Diagrams, v: Vocabulary, groups: Sequence[Group], variable_of: Mapping[Fact, int]
) -> Exchange:
    """The members of these groups, by the variables of the facts."""
    said = members(v, groups)
    shapes = dict.fromkeys(shape for member in said for shape in member)
    return Exchange(
        diagrams,
        [tuple(variable_of[member[s]] if s in member else NONE for s in shapes) for member in said],
    )


class Membership:
    """Tells of members, whose `facts` are by their variables."""

    def __init__(self, asking: Asking, facts: Mapping[int, Fact], budget: Budget) -> None:
        self.asking = asking
        self.facts = facts
        self._budget = budget
        self._cubes: dict[tuple[Sequence[Told], ...], list[cubes.Cube]] = {}

    def cubes_of(
        self, told: Sequence[Told], apart: Iterable[Told] = (), every: Iterable[Told] = ()
    ) -> list[cubes.Cube]:
        """A class of answers as the fewest conditions; those `apart`, or not of `every`, may be as well."""
        key = tuple(told), tuple(apart), tuple(every)
        if key not in self._cubes:
            self._cubes[key] = self._made_of(*key)
        return self._cubes[key]

    def _made_of(
        self, told: Sequence[Told], apart: Sequence[Told], every: Sequence[Told]
    ) -> list[cubes.Cube]:
        diagrams = Diagrams(self._budget)

        def of(answer: Told, left: int) -> Node:
            if left:
                sides = (of((*answer, so), left - 1) for so in (False, True))
                return diagrams.node(len(answer), *sides)
            if answer in told:
                return YES
            return NOWHERE if answer in apart or (every and answer not in every) else NO

        return cubes.cubes(diagrams, of((), len(told[0])))[YES]

    def name(self, member: Member) -> str:
        return self.asking.of(next(self.facts[variable] for variable in member if variable != NONE))

    def names(self, members: Iterable[Member]) -> str:
        """The members by name; of many the first, and how many more there are."""
        return self.asking.shortened(list(map(self.name, members)))

    def told(self, member: Member, said: Said, apart: Iterable[Told] = ()) -> str:
        """What is so of a member, in words, where it is none of those that are told apart before."""
        at, told = said
        facts = [self.facts[member[place]] for place in at]
        ways = [
            self._cube(cube, facts)
            for cube in self.cubes_of(told, [each for each in apart if each not in told])
        ]
        return self.asking.joined("either", ways)

    def tells(self, said: Said) -> bool:
        """Whether there is another answer of a member than those that are said."""
        return any(self.cubes_of(said[1]))

    def _cube(self, cube: Sequence[cubes.Some], facts: Sequence[Fact]) -> str:
        asking, parts = self.asking, []
        said: Callable[..., str] = lambda v, so=True: asking.said(facts[v], so=so)  # noqa: E731
        absent = [v for some in cube if some.most == 0 for v in some.variables]
        for some in cube:
            names = [said(v) for v in some.variables]
            if some.least == len(names):
                parts += names
            elif (some.least, some.most) == (1, len(names)):
                parts.append(self.asking.joined("either", names))
            elif some.most:
                parts.append(self.number(some.least, some.most, len(names), ", ".join(names)))
        if len(absent) == len(facts) > 1:
            return asking.answer("nothing")
        if len(absent) > 1 and sum(len(some.variables) for some in cube) == len(facts):
            return asking.answer("alone", names=self.asking.joined("and", parts))
        parts += [said(v, so=False) for v in absent]
        return self.asking.joined("and", parts)

    def number(self, low: int, high: int, size: int, names: str) -> str:
        """From so many to so many of so many, in words."""
        answer = self.asking.answer
        if size == 1:
            return names if low else answer("without", names=names)
        if high == 0:
            return answer("none_of", names=names)
        if low == high:
            return answer("exactly", number=low, names=names)
        if high == size:
            return answer("some", number=low, names=names)
        if low == 0:
            return answer("few", number=high, names=names)
        return answer("between", number=low, most=high, names=names)
