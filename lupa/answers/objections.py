"""What speaks against sets of statements: the worlds of a record with them that have another outcome."""

from collections.abc import Iterable, Iterator, Sequence

from lupa.answers.question import Question
from lupa.answers.reach import Reach
from lupa.answers.search import Cheapest
from lupa.rules.alike import alike
from lupa.rules.edition import Edition
from lupa.rules.solver import Literal


def _blocks(edition: Edition, facts: Iterable[Literal]) -> list[list[list[Literal]]]:
    """Members that may be alike, as the facts about each."""
    literals = edition.literals
    groups = edition.asking.groups([edition.facts[fact] for fact in facts])
    found = alike(edition.vocabulary, groups)
    return [[[literals[fact] for fact in member] for member in members] for members in found]


class Objections:
    """What speaks against statements about a record, if the outcome `wanted` is to be certain with them."""

    def __init__(self, question: Question, wanted: Literal, reach: Reach, cheapest: Cheapest) -> None:
        self._edition = question.edition
        self._solver = question.edition.solver
        self._wanted = wanted
        self._within, self._subject = reach.within, reach.subject
        self._cone, self._record = reach.cone, reach.record
        self._cheapest = cheapest
        self._stated = dict(zip(reach.within, cheapest.stated, strict=True))
        self._states = {atom: literal for literal, atom in self._stated.items()}
        self._did_harm = frozenset[Literal]()
        self._blocks = self._edition.kept(_blocks, tuple(reach.cone))
        self._member = {
            fact: (number, place)
            for number, members in enumerate(self._blocks)
            for place, member in enumerate(members)
            for fact in member
        }

    def none_to(self, stated: Sequence[Literal]) -> bool:
        """Whether the outcome is certain once these are stated in the place of what the record says."""
        said = [*self._said(stated).values()]
        return not self._solver.satisfiable([*said, -self._wanted]) and self._solver.satisfiable(said)

    def _said(self, stated: Sequence[Literal]) -> dict[Literal, Literal]:
        """What the record says of each fact once these are stated."""
        changed = {self._subject[abs(literal)] for literal in stated}
        said = {fact: x for fact, x in self._record.items() if self._subject[fact] not in changed}
        return said | {abs(literal): literal for literal in stated}

    def to(self, stated: Sequence[Literal]) -> list[list[Literal]]:
        """What speaks against these statements; and then against them with the cheapest way to meet that.

        So, where each of many facts does harm, one proposal tells of them all. Where it tells of two
        members that may be alike, all such members are looked at.
        """
        found: list[list[Literal]] = []
        meeting = list(stated)
        looked_at: set[int] = set()
        while (objection := self._objection(meeting)) is not None:
            more = [objection]
            block = self._block_of(self._did_harm)
            if block >= 0 and block in looked_at:
                more += self._of_others(self._did_harm, self._blocks[block], meeting)
            looked_at.add(block)
            found += more
            for each in more:
                if not self._meet(each, meeting):
                    return found
        return found

    def _meet(self, objection: Sequence[Literal], meeting: list[Literal]) -> bool:
        """States the cheapest that meets an objection beside what is stated; whether there is such."""
        subjects = {self._subject[abs(literal)] for literal in meeting}
        ways = [self._states[atom] for atom in objection if atom in self._states]
        free = [way for way in ways if self._subject[abs(way)] not in subjects]
        if free:
            meeting.append(min(free, key=lambda way: (self._within[way].cost, self._stated[way])))
        return bool(free)

    def _block_of(self, harm: Iterable[Literal]) -> int:
        """The place of the members of which the facts are about one; -1 if they are about none."""
        found = {self._member.get(abs(literal), (-1, -1)) for literal in harm}
        return next(iter(found))[0] if len(found) == 1 else -1

    def _of_others(
        self, harm: Iterable[Literal], members: Sequence[Sequence[Literal]], stated: Sequence[Literal]
    ) -> Iterator[list[Literal]]:
        """The same objection for each other member of whom the same does harm, in one world with all that.

        That they are alike is but a guess, which the rules have to bear out.
        """
        said = self._said(stated)
        (mine,) = {self._member[abs(literal)][1] for literal in harm}
        signs = {members[mine].index(abs(literal)): literal > 0 for literal in harm}
        others = [
            [each[place] if true else -each[place] for place, true in signs.items()]
            for number, each in enumerate(members)
            if number != mine
        ]
        others = [each for each in others if all(said.get(abs(x), x) == x for x in each)]
        every = [x for each in others for x in each]
        held = self._world([*said.values(), *every])
        if held is not None:
            fixed = [literal for literal in held if self._is_fixed(literal)]
            for each in others:
                if not self._solver.satisfiable([self._wanted, *fixed, *each]):
                    yield self._ways_to_contradict(each, held)

    def _objection(self, stated: Sequence[Literal]) -> list[Literal] | None:
        """What every set must have one of, if these statements do not make the outcome certain."""
        said = self._said(stated)
        self._did_harm = frozenset[Literal]()
        held = self._world(list(said.values()))
        if held is not None:
            self._did_harm = self._harm(held)
            return self._ways_to_contradict(self._did_harm, held)
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

        def dear(literal: Literal) -> tuple[bool, int]:
            statement = self._within.get(-literal)
            return self._against(literal) is not None, -statement.cost if statement else 0

        fixed = [literal for literal in world if self._is_fixed(literal)]
        rest = [literal for literal in world if not self._is_fixed(literal)]
        harm = self._solver.minimal([self._wanted, *fixed], sorted(rest, key=dear))
        assert harm is not None  # noqa: S101 - the world itself has another outcome
        return frozenset(harm)

    def _is_fixed(self, literal: Literal) -> bool:
        """Whether the record says so whatever is stated."""
        fact = abs(literal)
        return self._record.get(fact) == literal and self._subject[fact] not in self._cheapest.kept

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
