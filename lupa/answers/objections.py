"""What speaks against sets of statements: the worlds of a record with them that have another outcome."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from lupa.answers.orbits import Orbits
from lupa.answers.question import Question
from lupa.answers.reach import Reach
from lupa.answers.search import Cheapest
from lupa.rules.alike import Member
from lupa.rules.solver import Literal

_MANY = 200
"""Of so many members that are alike is said what is said of one."""


class Objections:
    """What speaks against statements about a record, if the outcome `wanted` is to be certain with them."""

    def __init__(self, question: Question, wanted: Literal, reach: Reach, cheapest: Cheapest) -> None:
        self._edition = question.edition
        self._solver = question.edition.answering
        self._wanted = wanted
        self._reach = reach
        self._within, self._subject = reach.within, reach.subject
        self._cone, self._record = reach.cone, reach.record
        self._cheapest = cheapest
        self._stated = dict(zip(reach.within, cheapest.stated, strict=True))
        self._kept = {atom: subject for subject, atom in cheapest.kept.items()}
        self._states = {atom: literal for literal, atom in self._stated.items()}
        self._orbits = Orbits(
            [
                [sign * n if n else None for n in self._about(member) for sign in (1, -1)]
                for member in members
            ]
            for members in reach.members
        )
        self._rank = {x: self._dear(x) for fact in reach.cone for x in (fact, -fact)}
        self._fixed = {x for x in reach.record.values() if reach.subject[abs(x)] not in cheapest.kept}
        """What the record says whatever is stated."""

    def _about(self, member: Member) -> Iterator[Literal | None]:
        """What is true of sets that say something about a member, or leave what is said of it as it is."""
        for fact in member:
            yield self._stated.get(fact)
            yield self._stated.get(-fact)
            yield self._cheapest.kept.get(fact)

    def _dear(self, literal: Literal) -> tuple[bool, int]:
        """The dearer it is to contradict this, the less."""
        statement = self._within.get(-literal)
        return self._against(literal) is not None, -statement.cost if statement else 0

    def to(self, stated: Sequence[Literal]) -> list[list[Literal]]:
        """What speaks against these statements; and then against them with the cheapest way to meet that.

        So, where each of many facts does harm, one proposal tells of them all. What is said of a member is
        said of each that is alike.
        """
        found: list[list[Literal]] = []
        meeting = list(stated)
        while (objection := self._objection(meeting)) is not None:
            alike = list(islice(self._orbits.of(objection), _MANY))
            for each in [objection, *(other for other in alike if other != objection)]:
                found.append(each)
                is_met = each is not objection and self._is_met(each, meeting)
                if not is_met and not self._meet(each, meeting):
                    return found
        return found

    def _is_met(self, objection: Sequence[Literal], stated: Sequence[Literal]) -> bool:
        """Whether a set of statements has one of what every set must have."""
        changed = {self._subject[abs(literal)] for literal in stated}
        return any(
            self._states[atom] in stated
            if atom in self._states
            else self._kept.get(atom, -1) not in (-1, *changed)
            for atom in objection
        )

    def _meet(self, objection: Sequence[Literal], meeting: list[Literal]) -> bool:
        """States the cheapest that meets an objection beside what is stated; whether there is such."""
        subjects = {self._subject[abs(literal)] for literal in meeting}
        ways = [self._states[atom] for atom in objection if atom in self._states]
        free = [way for way in ways if self._subject[abs(way)] not in subjects]
        if free:
            meeting.append(min(free, key=lambda way: (self._within[way].cost, self._stated[way])))
        return bool(free)

    def _objection(self, stated: Sequence[Literal]) -> list[Literal] | None:
        """What every set must have one of, if these statements do not make the outcome certain."""
        said = self._reach.said(stated)
        held = self._world(list(said.values()))
        if held is not None:
            return self._ways_to_contradict(self._harm(held), held)
        if self._solver.satisfiable(list(said.values())):
            return None
        clash = self._solver.minimal([], list(said.values()))
        return None if clash is None else self._ways_out(clash)

    def _world(self, said: Sequence[Literal]) -> list[Literal] | None:
        """The first world of what is said that has another outcome; None if there is none.

        It hangs on nothing that was asked before; so where a search is ended hangs on nothing else either.
        """
        assumed = [*said, -self._wanted]
        if not self._solver.satisfiable(assumed):
            return None
        known = {abs(literal): literal for literal in said}
        true = set(self._solver.least(assumed, [fact for fact in self._cone if fact not in known]) or ())
        return [known.get(fact, fact if fact in true else -fact) for fact in self._cone]

    def _ways_to_contradict(self, harm: Iterable[Literal], world: Sequence[Literal]) -> list[Literal]:
        """The ways to contradict the part of a world that keeps the outcome from what is wanted.

        That part is closed under the laws: what a statement contradicts through a law, it contradicts
        in so many words.
        """
        tied = frozenset().union(*(self._edition.relevance.component(abs(literal)) for literal in harm))
        return [way for x in world if abs(x) in tied and (way := self._against(x)) is not None]

    def _harm(self, world: Sequence[Literal]) -> frozenset[Literal]:
        """A minimal part of a world with which, and what is fixed, the outcome is not what is wanted.

        What is dear to contradict is preferred.
        """
        fixed = [literal for literal in world if literal in self._fixed]
        rest = [literal for literal in world if literal not in self._fixed]
        harm = self._solver.minimal([self._wanted, *fixed], sorted(rest, key=self._rank.__getitem__))
        assert harm is not None  # noqa: S101 - the world itself has another outcome
        return frozenset(harm)

    def _against(self, literal: Literal) -> Literal | None:
        """What is true of the sets with which the record says the opposite; None if it never does."""
        if -literal in self._stated:
            return self._stated[-literal]
        if self._record.get(abs(literal)) == -literal:
            return self._cheapest.kept.get(self._subject[abs(literal)])
        return None

    def _ways_out(self, clash: Sequence[Literal]) -> list[Literal]:
        """The ways not to say all that clashes."""
        ways = []
        for literal in clash:
            if self._record.get(abs(literal)) != literal:
                ways.append(-self._stated[literal])
            elif (kept := self._cheapest.kept.get(self._subject[abs(literal)])) is not None:
                ways.append(-kept)
        return ways
