"""The answers to a question about members that are alike: how many of them are how, whichever they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice, product
from math import prod
from typing import NamedTuple

from lupa.answers.membership import Membership, Said
from lupa.answers.when import Counted, Each, Some, When
from lupa.compiled import cubes, exchange
from lupa.compiled.diagram import NOWHERE, Budget, Node
from lupa.compiled.exchange import Cell, Exchange, Member, Run
from lupa.errors import SpaceLimitError
from lupa.rules.asking import Asking
from lupa.rules.vocabulary import Fact

_MOST_CELLS = 20_000
"""So many ways of counting are looked at."""

_FEW_WAYS = 4
"""So many ways of telling are looked at where there are too many ways of counting to look at all."""

History = tuple[int, tuple[Said, ...]]
"""Of whom one speaks, by the class in which they were alike at first, and what was said of them."""
Known = Mapping[Member, frozenset[History]]
"""What was said of the members: they stand for those of whom it was said, whichever these are."""


class Told(NamedTuple):
    """An answer: the value of what it leads to, its words (of a choice its name), and when it is given."""

    value: Node
    words: str
    when: When


class Answered(NamedTuple):
    """One way of answering: how many members of each run are in each of its classes, and what is left."""

    cell: Cell
    counts: tuple[int, ...]

    @property
    def left(self) -> Node:
        return self.cell.left


class Counting:
    """Puts answers about members into words, and into conditions on `facts`, by their variables."""

    def __init__(
        self, asking: Asking, exchange: Exchange, node: Node, facts: Mapping[int, Fact], budget: Budget
    ) -> None:
        self.of = Membership(asking, facts, budget)
        self._exchange = exchange
        self._roots = [tuple(run) for run in exchange.alike(node)]

    def nothing_known(self) -> Known:
        """What is known of the members before anything is asked."""
        return {m: frozenset({(at, ())}) for at, run in enumerate(self._roots) for m in run}

    def speaks(self, node: Node, asked: Collection[int], known: Known) -> bool:
        """Whether a question about these variables is about members that stand for others, or are alike."""
        about = (member for member in known if not set(asked).isdisjoint(member))
        return self._exchange.is_exchanged(node, asked) or any(
            said for member in about for _, said in known[member]
        )

    def answered(self, node: Node, asked: Collection[int]) -> Iterator[Answered]:
        """Every way of answering, by how many members of each run are in each of its classes."""
        runs = self._exchange.runs(node, asked)
        for cell in self._exchange.cells(node, asked):
            counts = (
                classes.count(at)
                for run, classes in zip(runs, cell.classes, strict=True)
                for at in range(len(run.classes))
            )
            yield Answered(cell, tuple(counts))

    def known_then(self, node: Node, asked: Collection[int], known: Known, cell: Cell) -> Known:
        """What is known of the members once it was answered so."""
        now = dict(known)
        for run, classes in zip(self._exchange.runs(node, asked), cell.classes, strict=True):
            histories = self._together(run, known)
            then = [
                frozenset((root, (*said, (run.places, told))) for root, said in histories)
                for told in run.classes
            ]
            now.update((m, then[at]) for m, at in zip(run.members, classes, strict=True) if m in known)
        return now

    def still_known(self, node: Node, known: Known) -> Known:
        """What of this is to be kept: nothing where all who may stand for each other are alike again."""
        kept: dict[Member, frozenset[History]] = {}
        for run in self._exchange.alike(node):
            said = {member: known[member] for member in run if member in known}
            roots = {root for histories in said.values() for root, _ in histories}
            of = {member: root for root in roots for member in self._roots[root]}
            if said.keys() >= of.keys() and len({_said(histories) for histories in said.values()}) > 1:
                said = {member: frozenset({(of[member], ())}) for member in said}
            kept |= said
        return kept

    @staticmethod
    def _together(run: Run, known: Known) -> frozenset[History]:
        return frozenset[History]().union(*(known.get(member, ()) for member in run.members))

    # ---- which answers lead to the same --------------------------------------------------------

    def branches(
        self, node: Node, asked: Collection[int], known: Known, leads: Mapping[tuple[int, ...], Node]
    ) -> list[Told]:
        """The answers by what they lead to, given that of each way of counting."""
        runs = self._exchange.runs(node, asked)
        ways = product(*map(self._counted, runs))
        coordinates, found, rest = self._told_by(runs, next(ways), known, leads)
        cells = prod(coordinate.size + 1 for coordinate in coordinates)
        for counted in islice(ways, _MOST_CELLS // cells or _FEW_WAYS):
            if all(len(boxes) == 1 for value, boxes in found.items() if value != rest):
                break  # in fewer words it cannot be said
            other = self._told_by(runs, counted, known, leads)
            coordinates, found, rest = min((coordinates, found, rest), other, key=_length)
        told = [
            Told(value, self._words(coordinates, boxes), self._when(coordinates, boxes))
            for value, boxes in sorted(found.items(), reverse=True)
        ]
        other_ways = [
            each._replace(words=self.of.asking.answer("otherwise")) for each in told if each.value == rest
        ]
        return [each for each in told if each.value != rest] + other_ways

    def _told_by(
        self,
        runs: Sequence[Run],
        counted: Sequence[Sequence[int]],
        known: Known,
        leads: Mapping[tuple[int, ...], Node],
    ) -> _Boxed:
        """How many members are in those classes that are counted, by what it leads to."""
        coordinates = [
            _Coordinate(self, run, at, self._together(run, known), alone=len(runs) == 1)
            for run, classes in zip(runs, counted, strict=True)
            for at in classes
        ]
        starts = [sum(len(run.classes) for run in runs[:place]) for place in range(len(runs))]
        place_of = [start + at for start, classes in zip(starts, counted, strict=True) for at in classes]
        values_at = {tuple(counts[place] for place in place_of): lead for counts, lead in leads.items()}
        spans = [[(n, n) for n in range(coordinate.size + 1)] for coordinate in coordinates]
        if prod(map(len, spans)) > _MOST_CELLS:
            spans = [_alike(values_at, at, len(each)) for at, each in enumerate(spans)]
            place = [
                [n for n, (low, high) in enumerate(each) for _ in range(low, high + 1)] for each in spans
            ]
            values_at = {
                tuple(at[n] for at, n in zip(place, cell, strict=True)): lead
                for cell, lead in values_at.items()
            }
        sizes = [len(each) for each in spans]
        if prod(sizes) > _MOST_CELLS:
            raise SpaceLimitError(_MOST_CELLS)
        values = dict.fromkeys(product(*map(range, sizes)), NOWHERE) | values_at
        cells: dict[Node, list[tuple[int, ...]]] = {}
        for cell, value in values.items():
            cells.setdefault(value, []).append(cell)
        cells.pop(NOWHERE, None)
        found = {
            value: [
                tuple((each[low][0], each[high][1]) for each, (low, high) in zip(spans, box, strict=True))
                for box in cubes.boxes(values, each_of, sizes, [(0,) * size for size in sizes])
            ]
            for value, each_of in cells.items()
        }
        rest = max(found, key=lambda value: len(found[value])) if len(found) > 1 else None
        if rest is not None and len(found[rest]) == 1:
            rest = None
        return coordinates, found, rest

    def _counted(self, run: Run) -> list[list[int]]:
        """The classes that are counted, the plainest first: all but one, as of that it follows from these.

        At first that is the one in which nothing is so.
        """
        known = [told for each in run.classes for told in each]

        def plain(at: int) -> tuple[bool, int]:
            cubes_of = self.of.cubes_of(run.classes[at], (), known)
            return not all(map(any, run.classes[at])), sum(s.most == 0 for cube in cubes_of for s in cube)

        every = sorted(range(len(run.classes)), key=plain)
        return [[at for at in every if at != out] for out in reversed(every)]

    def _when(self, coordinates: Sequence[_Coordinate], boxes: Iterable[_Box]) -> When:
        return tuple(
            tuple(
                coordinate.counted(low, high)
                for coordinate, (low, high) in zip(coordinates, box, strict=True)
                if (low, high) != (0, coordinate.size)
            )
            for box in boxes
        )

    def _words(self, coordinates: Sequence[_Coordinate], boxes: Iterable[_Box]) -> str:
        ways = []
        for box in boxes:
            parts: list[str] = []
            for _, each in groupby(zip(coordinates, box, strict=True), key=lambda pair: id(pair[0].run)):
                parts += self._words_of(list(each))
            ways.append(self.of.asking.joined("also", parts) if parts else self.of.asking.answer("any"))
        return self.of.asking.joined("or_else", ways)

    def _words_of(self, counts: Sequence[tuple[_Coordinate, tuple[int, int]]]) -> Iterator[str]:
        """How many members of one run are how; where none is of any class that is counted, how all are."""
        if len(counts) > 1 and all(count == (0, 0) for _, count in counts):
            yield counts[0][0].words_of_rest([coordinate.at for coordinate, _ in counts])
            return
        spoken: list[tuple[_Coordinate, int]] = []
        for coordinate, (low, high) in counts:
            if (low, high) != (0, coordinate.size):
                yield coordinate.words(low, high, spoken)
                spoken.append((coordinate, high))

    # ---- a member ------------------------------------------------------------------------------

    def members(
        self, run: Run, histories: Iterable[History]
    ) -> list[tuple[Member, list[tuple[Said, ...]]]]:
        """Those of whom a run speaks, each with what must have been said of it."""
        found: dict[Member, list[tuple[Said, ...]]] = {}
        for root, said in sorted(histories):
            for member in self._roots[root]:
                found.setdefault(member, []).append(said)
        return list(found.items()) or [(member, [()]) for member in run.members]

    def told(self, histories: Iterable[History]) -> list[str]:
        """What was said of members, in words; of what was asked last all that some of them was answered."""
        last: dict[tuple[int, tuple[Said, ...], tuple[int, ...]], set[exchange.Told]] = {}
        for root, said in sorted(histories):
            for at, told in said[-1:]:
                last.setdefault((root, said[:-1], at), set()).update(told)
        parts = [(root, (*before, (at, tuple(sorted(told))))) for (root, before, at), told in last.items()]
        answer, tells = self.of.asking.answer, self.of.tells
        each = ([self._answered(root, part) for part in said if tells(part)] for root, said in parts)
        return [self.of.asking.joined("and", answers or [answer("any")]) for answers in each]

    def _answered(self, root: int, part: Said) -> str:
        """What one question was answered of a member; of what is only so, or not, yes or no."""
        so = sorted({any(each) for each in part[1]}, reverse=True)
        plain = [self.of.asking.answer("yes" if each else "no") for each in so]
        return self.of.told(self._roots[root][0], part) or self.of.asking.joined("either", plain)

    def each(self, member: Member, ways: Iterable[Sequence[Said]]) -> Each:
        """When a member is as is said in one of these ways."""
        when = [
            tuple(
                Some(tuple(self.of.facts[member[at[v]]] for v in s.variables), s.least, s.most)
                for at, s in cube
            )
            for way in ways
            for cube in self._both(way)
        ]
        return Each(self.of.name(member), tuple(when))

    def _both(self, way: Sequence[Said]) -> Iterator[list[tuple[tuple[int, ...], cubes.Some]]]:
        parts = [[[(at, s) for s in cube] for cube in self.of.cubes_of(told)] for at, told in way]
        for chosen in product(*parts):
            yield [part for cube in chosen for part in cube]


_Box = tuple[tuple[int, int], ...]
_Boxed = tuple[list["_Coordinate"], dict[Node, list[_Box]], Node | None]
"""What is counted, from how many to how many by what they lead to, and what all else leads to."""


def _length(boxed: _Boxed) -> int:
    """How many ways there are to tell."""
    _, found, rest = boxed
    return sum(len(boxes) for value, boxes in found.items() if value != rest)


def _said(histories: Iterable[History]) -> frozenset[tuple[Said, ...]]:
    return frozenset(said for _, said in histories)


def _alike(values: Mapping[tuple[int, ...], Node], at: int, size: int) -> list[tuple[int, int]]:
    """From which number to which of what is counted here nothing changes, whatever else is counted."""
    spans = [(0, 0)]
    changes = {
        cell[at]
        for cell, value in values.items()
        if cell[at] and values.get((*cell[:at], cell[at] - 1, *cell[at + 1 :])) != value
    }
    for number in range(1, size):
        if number in changes:
            spans.append((number, number))
        else:
            spans[-1] = spans[-1][0], number
    return spans


class _Coordinate:
    """How many members of a run are in one of its classes."""

    def __init__(
        self, counting: Counting, run: Run, at: int, histories: frozenset[History], *, alone: bool
    ) -> None:
        """If it is `alone`, no other run is spoken of."""
        self._counting = counting
        self._of = counting.of
        self.run = run
        self.at = at
        self.size = len(run.members)
        self._alone = alone
        self._histories = histories
        self._every = counting.members(run, histories)

    def counted(self, low: int, high: int) -> Counted:
        """From so many to so many of those of whom the run speaks are of the class."""
        said = (self.run.places, self.run.classes[self.at])
        each = tuple(self._counting.each(m, [(*way, said) for way in ways]) for m, ways in self._every)
        return Counted(each, low, len(each) if high == self.size else high)

    def words_of_rest(self, counted: Sequence[int]) -> str:
        """In words that all members of the run are of the one class that is not counted."""
        of = self._of
        every = [member for member, _ in self._every]
        (at,) = set(range(len(self.run.classes))).difference(counted)
        told = of.told(self.run.members[0], (self.run.places, self.run.classes[at]))
        names = self._named(every)
        names = names if len(every) == 1 else of.asking.answer("all_of", names=names)
        return of.asking.answer("of_each", names=names, number=told)

    def words(self, low: int, high: int, before: Sequence[tuple[_Coordinate, int]]) -> str:
        """The same in words; those of whom a class was spoken of `before`, of so many, are left out."""
        answer = self._of.asking.answer
        (first, *_), every = self.run.members, [member for member, _ in self._every]
        apart = [told for other, _ in before for told in other.run.classes[other.at]]
        told = self._of.told(first, (self.run.places, self.run.classes[self.at]), apart)
        if before and len(every) > 1:
            names = answer("others" if any(most for _, most in before) else "them")
        else:
            names = self._named(every)
        what = answer("of_each", names=names, number=told) if told else names
        return self._of.number(low, len(every) if high == self.size else high, len(every), what)

    def _named(self, every: Sequence[Member]) -> str:
        """Those of whom the run speaks: by what was said of them, or by name."""
        answer, of = self._of.asking.answer, self._of.names(every)
        ways = dict.fromkeys(self._counting.told(self._histories))
        if any(said for _, said in self._histories) and ways.keys() != {answer("any")}:
            said = self._of.asking.joined("either", [answer("quoted", names=way) for way in ways])
            return answer("such", names=said) if self._alone else answer("such_of", first=of, second=said)
        return of
