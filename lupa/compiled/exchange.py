"""Members of a function that are alike: answers that differ only in which of them they name are one.

A *member* is several variables, one for each thing that can be so of it; members are alike in a function
that stays the same with any two of them in each other's place. Answers about all of them then differ only
in how many are answered which way, and of those that do not, one is looked at for all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from lupa.compiled.diagram import Diagrams, Node

Member = tuple[int, ...]
"""The variables of a member, those that say the same of each at the same place; NONE where it has none."""
NONE = -1
Told = tuple[bool, ...]
"""What is so of a member, of the variables that a question is about."""


class Run(NamedTuple):
    """Members that are alike in a function: what is asked of each, by place, and what there is to tell.

    Of the answers of one class it does not matter which of them is given.
    """

    members: tuple[Member, ...]
    places: tuple[int, ...]
    classes: tuple[tuple[Told, ...], ...]


class Cell(NamedTuple):
    """One way of answering: the class of each member of each run, by its place, and what is left then."""

    classes: tuple[tuple[int, ...], ...]
    left: Node


class Exchange:
    """The members of functions, all as long."""

    def __init__(self, diagrams: Diagrams, members: Sequence[Member]) -> None:
        self._diagrams = diagrams
        self._members = members
        self._place = {member: place for place, member in enumerate(members)}
        self.variables = frozenset(v for member in members for v in member if v != NONE)
        self._alike: dict[Node, list[list[Member]]] = {}
        self._inherited: dict[Node, Sequence[Sequence[Member]]] = {}
        self._exchanged: dict[tuple[Node, Member, Member], bool] = {}
        self._runs: dict[tuple[Node, frozenset[int]], tuple[Run, ...]] = {}

    # ---- which are alike -----------------------------------------------------------------------

    def alike(self, node: Node) -> Sequence[Sequence[Member]]:
        """The members that a function depends on, those that are alike in it together."""
        if node not in self._alike:
            support = self._diagrams.support(node)
            blocks: dict[tuple[bool, ...], list[list[Member]]] = {}
            for first, *others in self._known_alike(node):
                if support.isdisjoint(first):
                    continue
                known = blocks.setdefault(tuple(v in support for v in first), [])
                same = next((run for run in known if self._are_alike(node, run[-1], first)), None)
                if same is None:
                    known.append([first, *others])
                else:
                    same += [first, *others]
            self._alike[node] = [
                sorted(run, key=self._place.__getitem__) for known in blocks.values() for run in known
            ]
        return self._alike[node]

    def _known_alike(self, node: Node) -> list[Sequence[Member]]:
        """The members, those together that were alike in the function of which this one was left."""
        inherited = self._inherited.get(node, ())
        others = set(self._members).difference(*inherited)
        return sorted([*inherited, *([member] for member in others)], key=lambda run: self._place[run[0]])

    def _are_alike(self, node: Node, one: Member, other: Member) -> bool:
        """Whether it is the same function with these two, of which it asks the same, in each other's place.

        It is if it is so of all that is left once the variables before theirs are settled.
        """
        first = min(v for v in (*one, *other) if v != NONE)
        return all(self._changes_nothing(part, one, other) for part in self._diagrams.from_on(node, first))

    def _changes_nothing(self, node: Node, one: Member, other: Member) -> bool:
        """The same of one of these."""
        key = node, one, other
        if key not in self._exchanged:
            self._diagrams.budget.spend()
            self._exchanged[key] = self._is_exchanged(node, one, other)
        return self._exchanged[key]

    def _is_exchanged(self, node: Node, one: Member, other: Member) -> bool:
        support = self._diagrams.support(node)
        places = [
            place for place, pair in enumerate(zip(one, other, strict=True)) if not support.isdisjoint(pair)
        ]
        every = list(product((False, True), repeat=len(places)))
        of_one = {told: self._answered(node, one, places, told) for told in every}
        both: dict[Node, dict[Told, Node]] = {}
        for before, (told, left) in enumerate(of_one.items()):
            if left not in both:
                both[left] = {so: self._answered(left, other, places, so) for so in every}
            for so in every[:before]:
                if both[left][so] != both[of_one[so]][told]:
                    return False
        return True

    # ---- what answers leave --------------------------------------------------------------------

    def runs(self, node: Node, asked: Collection[int]) -> tuple[Run, ...]:
        """What a question about these variables asks of; a variable of no member stands for itself."""
        key = node, frozenset(asked)
        if key not in self._runs:
            support = self._diagrams.support(node)
            together = [
                (tuple(run), tuple(p for p, v in enumerate(run[0]) if v in key[1] and v in support))
                for run in self.alike(node)
            ]
            together = [(run, places) for run, places in together if places]
            alone = sorted((key[1] & support) - self.variables)
            together += [(((variable,),), (0,)) for variable in alone]
            self._runs[key] = tuple(Run(run, at, self._classes(node, run[0], at)) for run, at in together)
        return self._runs[key]

    def is_exchanged(self, node: Node, asked: Collection[int]) -> bool:
        """Whether some of those asked about are alike in a function."""
        return not self.variables.isdisjoint(asked) and any(
            len(run) > 1 and not set(run[0]).isdisjoint(asked) for run in self.alike(node)
        )

    def _classes(self, node: Node, member: Member, places: Sequence[int]) -> tuple[tuple[Told, ...], ...]:
        """The answers about a member by what they leave; those that leave it the most open first."""
        found: dict[Node, list[Told]] = {}
        for told in product((False, True), repeat=len(places)):
            left = self._answered(node, member, places, told)
            if self._diagrams.values(left):
                found.setdefault(left, []).append(told)
        order = sorted(found, key=lambda left: -len(self._diagrams.support(left).intersection(member)))
        return tuple(tuple(found[left]) for left in order)

    def _answered(self, node: Node, member: Member, places: Sequence[int], told: Told) -> Node:
        return given(self._diagrams, node, {member[p]: so for p, so in zip(places, told, strict=True)})

    def remainders(self, node: Node, asked: Collection[int]) -> Sequence[Node]:
        """What the answers to a question leave, of those that differ only in which are named one."""
        left = {node}
        for run in self.runs(node, asked):
            left = {part for each in left for part in self._left(each, run)}
        found = sorted(part for part in left if self._diagrams.values(part))
        self.inherit(node, asked, found)
        return found

    def heaviest(self, node: Node, asked: Collection[int]) -> Sequence[Node]:
        """Of what the answers leave so much that all else is one of these with something more known.

        Of a member "not tolerated" leaves what "tried" does, once the weeks are known.
        """
        left = {node}
        for run in self.runs(node, asked):
            heavy = self._heavy(node, run)
            left = {part for each in left for part in self._left(each, heavy)}
        found = sorted(part for part in left if self._diagrams.values(part))
        self.inherit(node, asked, found)
        return found

    def _heavy(self, node: Node, run: Run) -> Run:
        """The same run without classes that leave less than another one."""
        member, places = run.members[0], run.places
        others = [v for place, v in enumerate(member) if v != NONE and place not in places]
        left = [self._answered(node, member, places, told) for told, *_ in run.classes]
        kept: list[int] = []
        for at, part in enumerate(left):  # what leaves the most comes first
            kept += [] if any(self._leaves_less(part, left[more], others) for more in kept) else [at]
        return run._replace(classes=tuple(run.classes[at] for at in kept))

    def _leaves_less(self, node: Node, heavy: Node, variables: Sequence[int]) -> bool:
        """Whether a function is the heavy one, once some of these variables are settled."""
        gone = self._diagrams.support(heavy).intersection(variables) - self._diagrams.support(node)
        return any(
            given(self._diagrams, heavy, dict(zip(gone, so, strict=True))) == node
            for so in product((False, True), repeat=len(gone))
        )

    def examples(self, node: Node, asked: Collection[int]) -> Sequence[Node]:
        """What is left where the same is answered of all members, as far as it can be."""
        runs = self.runs(node, asked)
        found = []
        for told in dict.fromkeys(told for run in runs for each in run.classes for told in each):
            left = node
            for run in runs:
                said = next((told for each in run.classes if told in each), run.classes[0][0])
                for member in run.members:
                    left = self._answered(left, member, run.places, said)
            found.append(left)
        return [left for left in dict.fromkeys(found) if self._diagrams.values(left)]

    def inherit(self, node: Node, asked: Collection[int], left: Iterable[Node]) -> None:
        """Keeps that members about whom nothing was asked are alike in what was left of a function."""
        runs = [run for run in self.alike(node) if len(run) > 1 and set(run[0]).isdisjoint(asked)]
        for part in left:
            self._inherited.setdefault(part, runs)

    def _left(self, node: Node, run: Run) -> Collection[Node]:
        """What the answers about the members of a run leave of a function."""
        if (one := self._with_one(node, run)) is not None:
            return self._with_none(node, run), one
        parts = {(node, 0)}
        for member in run.members:
            self._diagrams.budget.spend()
            parts = {
                (self._answered(part, member, run.places, run.classes[at][0]), at)
                for part, first in parts
                for at in range(first, len(run.classes))
            }
        return {part for part, _ in parts}

    def counts(self, node: Node, run: Run) -> bool:
        """Whether it matters of several members how many of them are how, beyond the first."""
        return len(run.members) > 1 and self._with_one(node, run) is None

    def _with_one(self, node: Node, run: Run) -> Node | None:
        """What is left once one member is of the second of two classes, whatever the others are.

        None where it is not whatever they are.
        """
        if len(run.classes) != 2:
            return None
        first, *others = run.members
        left = self._answered(node, first, run.places, run.classes[1][0])
        asked = (other[place] for other in others for place in run.places)
        return left if self._diagrams.support(left).isdisjoint(asked) else None

    def _with_none(self, node: Node, run: Run) -> Node:
        """What is left once all members are of the first class."""
        told = run.classes[0][0]
        said = {m[place]: so for m in run.members for place, so in zip(run.places, told, strict=True)}
        return given(self._diagrams, node, said)

    def cells(self, node: Node, asked: Collection[int]) -> Iterator[Cell]:
        """The same, each with how it is answered; where an answer cannot be, nothing."""
        runs = self.runs(node, asked)

        def rest(part: Node, at: int) -> Iterator[Cell]:
            if at == len(runs):
                yield Cell((), part)
                return
            for here, left in self._told(part, runs[at]):
                for cell in rest(left, at + 1):
                    yield Cell((here, *cell.classes), cell.left)

        return rest(node, 0)

    def _told(self, node: Node, run: Run) -> Iterator[tuple[tuple[int, ...], Node]]:
        """The classes of the members of a run, the first ones first, and what they leave."""
        one, number = self._with_one(node, run), len(run.members)
        if one is None:
            yield from self._told_from(node, run, 0, 0)
            return
        for several in range(number + 1):
            left = one if several else self._with_none(node, run)
            if self._diagrams.values(left):
                yield (0,) * (number - several) + (1,) * several, left

    def _told_from(
        self, node: Node, run: Run, member: int, first: int
    ) -> Iterator[tuple[tuple[int, ...], Node]]:
        if member == len(run.members):
            yield (), node
            return
        for at in range(first, len(run.classes)):
            self._diagrams.budget.spend()
            left = self._answered(node, run.members[member], run.places, run.classes[at][0])
            if self._diagrams.values(left):
                for others, end in self._told_from(left, run, member + 1, at):
                    yield (at, *others), end


def given(diagrams: Diagrams, node: Node, said: Mapping[int, bool]) -> Node:
    """The function once all of these variables have these values; on the way nothing else is kept."""
    last = max(said, default=-1)
    made: dict[Node, Node] = {}

    def of(part: Node) -> Node:
        variable = diagrams.top(part)
        if part < 0 or variable > last:
            return part
        if part not in made:
            no, yes = diagrams.split(part, variable)
            if variable in said:
                made[part] = of(yes if said[variable] else no)
            else:
                made[part] = diagrams.node(variable, of(no), of(yes))
        return made[part]

    return of(node)
