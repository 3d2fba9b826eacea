"""The smallest sets of statements with which, and the rest of a record, a conclusion is certain.

A set is tried; where a world of the record with it denies the conclusion, a minimal part of that world
does so, and whatever larger set is of use contradicts it; where the record with it has no world, it
takes back something that clashes. So each set grows by one statement for each way out, the smaller
first, and no minimal set is passed over (the tree of hitting sets, Reiter 1987).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from lupa.rules.solver import Literal

if TYPE_CHECKING:
    from lupa.rules.edition import Edition

_MOST = 100
"""So many sets are looked for."""
_TRIES = 500
"""So many are tried, at most; sets of one size are tried all or not at all."""

_Set = tuple[Literal, ...]


class Needed(NamedTuple):
    """Sets of statements, the smallest first; `more` where the search for others was ended."""

    sets: tuple[_Set, ...]
    more: bool


def needed(edition: Edition, asked: tuple[Literal, _Set]) -> Needed:
    """The minimal sets of statements after which what is wanted (first) holds in every world of a record.

    A statement takes the place of what the record says of the same fact, of another value of what has
    one, and of a number that cannot be with it. How the text is read and what is requested stay. Of sets
    of which one says more than another, by the laws alone, the one that says less is given.
    """
    search = _Search(edition, *asked)
    sets, more = search.sets()
    least = [s for s in sets if not any(search.says_more(s, other) for other in sets)]
    least.sort(key=lambda each: (len(each), [edition.places[abs(x)] for x in each]))
    return Needed(tuple(least[:_MOST]), more or len(least) > _MOST)


class _Search:
    def __init__(self, edition: Edition, wanted: Literal, record: Collection[Literal]) -> None:
        self._edition = edition
        self._solver = edition.answering
        self._wanted = wanted
        self._record = {abs(literal): literal for literal in record}
        cone = edition.relevance.cone(wanted)
        self._cone = [fact for fact in edition.literals.values() if fact in cone]
        vocabulary, literals = edition.vocabulary, edition.literals
        stays = vocabulary.requested.union(edition.reading_facts)
        self._may = {fact for fact in self._cone if edition.facts[fact] not in stays}
        self._one_of = {literals[fact] for fact in vocabulary.choice_of}

    def sets(self) -> tuple[list[_Set], bool]:
        """The sets, the smallest first, and whether the search was ended before there were no more."""
        found: list[_Set] = []
        waiting: dict[frozenset[Literal], None] = {frozenset(): None}
        tried = 0
        while waiting:
            if tried + len(waiting) > _TRIES or len(found) >= _MOST:
                return found, True
            larger: dict[frozenset[Literal], None] = {}
            for chosen in waiting:
                if any(chosen.issuperset(known) for known in found):
                    continue
                tried += 1
                ways = self._ways_on(chosen)
                if ways is None:
                    found.append(tuple(sorted(chosen, key=lambda x: self._edition.places[abs(x)])))
                else:
                    larger |= dict.fromkeys(chosen | {way} for way in ways)
            waiting = larger
        return found, False

    def _ways_on(self, chosen: Collection[Literal]) -> list[Literal] | None:
        """The statements of which each larger set of use has one; None where this one suffices."""
        said = self._said(chosen)
        # the first of all such worlds: where the search is ended hangs on nothing that was asked before
        still_open = [fact for fact in self._cone if fact not in said]
        true = self._solver.least([*said.values(), -self._wanted], still_open)
        if true is None:
            clash = self._solver.minimal([], list(said.values()))
            if clash is None:
                return None
            return self._free(chosen, (way for literal in clash for way in self._taking_back(literal)))
        held = [said.get(fact, fact if fact in true else -fact) for fact in self._cone]
        stays = [x for x in held if said.get(abs(x)) == x and (x in chosen or abs(x) not in self._may)]
        harm = self._solver.minimal([self._wanted, *stays], [x for x in held if x not in stays])
        assert harm is not None  # noqa: S101 - the world itself denies it
        tied = frozenset().union(*(self._edition.relevance.component(abs(literal)) for literal in harm))
        return self._free(chosen, (-literal for literal in held if abs(literal) in tied))

    def _free(self, chosen: Collection[Literal], ways: Iterator[Literal]) -> list[Literal]:
        """Those that may be stated, and are not about what is stated already."""
        about = set(map(abs, chosen))
        may = (way for way in ways if abs(way) in self._may and abs(way) not in about)
        return [way for way in dict.fromkeys(may) if way > 0 or -way not in self._one_of]

    def _said(self, chosen: Collection[Literal]) -> Mapping[Literal, Literal]:
        """What the record says of each fact once these are stated."""
        gone = {rival for literal in chosen for rival in self._rivals(literal)}
        said = {fact: literal for fact, literal in self._record.items() if literal not in gone}
        return said | {abs(literal): literal for literal in chosen}

    def _taking_back(self, literal: Literal) -> Iterator[Literal]:
        """The statements in whose presence the record does not say this."""
        if self._record.get(abs(literal)) == literal:
            yield -literal
            # what is a rival of its opposite stands on the other side of it
            for other in self._siblings(literal):
                yield from (way for way in (other, -other) if literal in self._rivals(way))

    def _siblings(self, literal: Literal) -> Sequence[Literal]:
        """The facts about the same number, or the values of the same thing, itself included."""
        vocabulary, literals = self._edition.vocabulary, self._edition.literals
        fact = self._edition.facts[abs(literal)]
        if fact in vocabulary.choice_of:
            return [literals[value] for value in vocabulary.choice_of[fact].values()]
        number = vocabulary.number_of.get(fact)
        cuts = sorted(vocabulary.cuts[number], key=lambda cut: cut.rank) if number else ()
        return [literals[cut.fact] for cut in cuts]

    def _rivals(self, literal: Literal) -> Sequence[Literal]:
        """What cannot be said beside a statement of the same thing or number."""
        siblings = self._siblings(literal)
        if abs(literal) not in siblings:
            return ()
        if abs(literal) in self._one_of:
            return [other for other in siblings if other != literal]
        place = siblings.index(abs(literal))
        return [-low for low in siblings[:place]] if literal > 0 else siblings[place + 1 :]

    def says_more(self, one: _Set, other: _Set) -> bool:
        """Whether a set implies another by the laws, and is not implied by it."""
        return one != other and self._implies(one, other) and not self._implies(other, one)

    def _implies(self, one: _Set, other: _Set) -> bool:
        component = self._edition.relevance.component
        tied = frozenset().union(*(component(abs(literal)) for literal in one))
        if any(abs(literal) not in tied for literal in other):
            return False
        return all(x in one or not self._edition.satisfiable((*one, -x)) for x in other)
