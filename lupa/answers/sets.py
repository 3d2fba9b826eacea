"""The cheapest sets of statements that make an outcome certain, of those within reach.

A set of statements is proposed, the cheapest that nothing speaks against yet, and tried. Where the
record with them leaves a world with another outcome, the part of that world which does the harm is
singled out, and every further proposal must contradict it. So proposals are hitting sets of the
counterexamples, and the first that stands is a cheapest one (implicit hitting sets, as in
Chandrasekaran and others 2011). Sets that hold one found before are not looked at: in what is found,
nothing can be spared.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing

from lupa.answers.causes import causes
from lupa.answers.decision import Cause
from lupa.answers.exploration import Statement
from lupa.answers.question import Question
from lupa.answers.reach import BEYOND, Reach
from lupa.answers.search import Cheapest
from lupa.rules.alike import alike
from lupa.rules.edition import Edition
from lupa.rules.solver import Literal
from lupa.rules.vocabulary import Fact

Priced = tuple[int, tuple[Statement, ...]]
"""What statements cost together, and these."""


_TIES = 200
"""So many sets that cost the same are told."""
_TRIES = 20
"""For each further set that is wanted so many are tried in vain before the search for others is ended."""


def _by_length(priced: tuple[int, list[int]]) -> tuple[int, list[int]]:
    """The order of sets that cost the same: the shortest first."""
    return len(priced[1]), priced[1]


def _blocks(edition: Edition, facts: Iterable[Literal]) -> list[list[list[Literal]]]:
    """Members that may be alike, as the facts about each."""
    literals = edition.literals
    groups = edition.asking.groups([edition.facts[fact] for fact in facts])
    found = alike(edition.vocabulary, groups)
    return [[[literals[fact] for fact in member] for member in members] for members in found]


def every_set(_: Sequence[Literal]) -> bool:
    """Keeps whatever is found."""
    return True


class Search:
    """The sets of statements about one record after which the outcome `wanted` is certain."""

    def __init__(
        self,
        question: Question,
        wanted: Literal,
        fixed: frozenset[Fact],
        costs: Mapping[Fact, int],
        stays: Collection[Literal] | None = None,
    ) -> None:
        """With the subjects that `stays` names, all others may be stated: beyond what is in reach."""
        self._question = question
        self._edition = question.edition
        self._solver = question.edition.solver
        self._wanted = wanted
        self._fixed = fixed
        self._costs = costs
        self._did_harm = frozenset[Literal]()
        reach = Reach(question, fixed, costs, stays)
        self._cone, self._record, self._subject = reach.cone, reach.record, reach.subject
        self._blocks = self._edition.kept(_blocks, tuple(self._cone))
        self._member = {
            fact: (number, place)
            for number, members in enumerate(self._blocks)
            for place, member in enumerate(members)
            for fact in member
        }
        self._within = dict(reach.statements())
        self._reach = list(self._within)
        rows = [
            (reach.subject[abs(literal)], reach.effort[abs(literal)], statement.cost)
            for literal, statement in self._within.items()
        ]
        self._cheapest = Cheapest(rows, self._edition.program.watch)
        self._stated = dict(zip(self._reach, self._cheapest.stated, strict=True))
        self._states = {atom: literal for literal, atom in self._stated.items()}

    # ---- proposals -----------------------------------------------------------------------------

    def cheapest(
        self, most: int, keep: Callable[[Sequence[Literal]], bool] = every_set
    ) -> tuple[list[Priced], bool]:
        """The cheapest sets, of which `keep` says so, and whether there may be more.

        All that cost the least are given, and further ones until there are `most`. Where these are many, or
        further ones are looked for long, the search is ended.
        """
        sets: list[tuple[int, list[int]]] = []
        ties, more = 0, False
        while not (more or len(sets) > max(most, ties)):
            enough = bool(sets) and len(sets) >= most
            if enough and keep is every_set:
                more = self._may_be_another(_TRIES * most)
                break
            level, ended = self._next_level(_TRIES * most if sets else None, max(most, _TIES))
            kept = [each for each in level if keep([self._reach[place] for place in each[1]])]
            if ended:
                sets += [] if enough else kept
                ties, more = ties or len(kept), True
                break
            if not level:
                break
            if enough:
                more = bool(kept)
            else:
                sets += kept
                ties = ties or len(kept)
        count = max(most, ties)
        chosen = [
            (cost, tuple(self._within[self._reach[place]] for place in places))
            for cost, places in sets[:count]
        ]
        return chosen, more or len(sets) > count

    def makes_certain(self, stated: Sequence[Literal]) -> bool:
        """Whether the outcome is certain once these are stated in the place of what the record says."""
        said = [*self._said(stated).values()]
        return not self._solver.satisfiable([*said, -self._wanted]) and self._solver.satisfiable(said)

    def _may_be_another(self, tries: int) -> bool:
        """Whether some set that is left makes the outcome certain, whatever it costs; or after so many
        tries, whether it is not known that none does.
        """
        while tries and (places := self._cheapest.any_set()) is not None:
            self._question.check()
            tries -= 1
            objections = self._objections([self._reach[place] for place in places])
            if not objections:
                return True
            for objection in objections:
                self._cheapest.require(objection)
        return not tries

    def _next_level(self, tries: int | None, most: int) -> tuple[list[tuple[int, list[int]]], bool]:
        """All sets that make the outcome certain at the least cost that is left.

        It is ended, and then says so, once there are as many as `most`, or so many `tries` failed.
        """
        level: list[tuple[int, list[int]]] = []
        failed = 0
        while True:
            if len(level) >= most or failed == tries:
                return sorted(level, key=_by_length), True
            again, new = False, []
            objections: list[list[Literal]] = []
            with closing(self._cheapest.sets(level[0][0] if level else None)) as proposals:
                for cost, places in proposals:
                    self._question.check()
                    again = True  # sets with more statements can cost as little
                    objections = self._objections([self._reach[place] for place in places])
                    if objections:
                        failed += 1
                        break
                    new.append(places)
                    level.append((cost, places))
                    if len(level) >= most:
                        break
            self._cheapest.without_supersets(new)
            for objection in objections:
                self._cheapest.require(objection)
            if not again:
                return sorted(level, key=_by_length), False

    def _said(self, stated: Sequence[Literal]) -> dict[Literal, Literal]:
        """What the record says of each fact once these are stated."""
        changed = {self._subject[abs(literal)] for literal in stated}
        said = {fact: x for fact, x in self._record.items() if self._subject[fact] not in changed}
        return said | {abs(literal): literal for literal in stated}

    def _objections(self, stated: Sequence[Literal]) -> list[list[Literal]]:
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
        world = self._solver.world([*said.values(), *every, -self._wanted], self._cone)
        if world is not None:
            held = self._as_literals(world)
            fixed = [literal for literal in held if self._is_fixed(literal)]
            for each in others:
                if not self._solver.satisfiable([self._wanted, *fixed, *each]):
                    yield self._ways_to_contradict(each, held)

    def _objection(self, stated: Sequence[Literal]) -> list[Literal] | None:
        """What every set must have one of, if these statements do not make the outcome certain."""
        said = self._said(stated)
        self._did_harm = frozenset[Literal]()
        world = self._solver.world([*said.values(), -self._wanted], self._cone)
        if world is not None:
            held = self._as_literals(world)
            self._did_harm = self._harm(held)
            return self._ways_to_contradict(self._did_harm, held)
        clash = self._solver.minimal([], list(said.values()))
        return None if clash is None else self._ways_out(clash)

    def _as_literals(self, world: Sequence[bool]) -> list[Literal]:
        return [fact if true else -fact for fact, true in zip(self._cone, world, strict=True)]

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

    # ---- where there is none -------------------------------------------------------------------

    def why_none(self) -> tuple[tuple[Cause, ...], tuple[Fact, ...]]:
        """The facts on record that prevent it; or else the least that is out of reach and needed."""
        stays = [x for x in self._question.statements if self._subject[abs(x)] not in self._cheapest.kept]
        reason = self._solver.minimal([self._wanted], stays)
        if reason is not None:
            return causes(self._question, reason), ()
        subjects = {self._subject[abs(x)] for x in stays}
        wide = Search(self._question, self._wanted, self._fixed, self._costs, subjects)
        ((_, needed), *_), _ = wide.cheapest(1)
        return (), tuple(statement.fact for statement in needed if statement.cost == BEYOND)
