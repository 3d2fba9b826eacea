"""The cheapest statements after which an outcome is certain.

A set of statements is proposed, the cheapest that nothing speaks against yet, and tried. Where the
record with them leaves a world with another outcome, the part of that world which does the harm is
singled out, and every further proposal must contradict it. So proposals are hitting sets of the
counterexamples, and the first that stands is a cheapest one (implicit hitting sets, as in
Chandrasekaran and others 2011). Sets that hold one found before are not looked at: in what is found,
nothing can be spared.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

from lupa.answers.causes import causes
from lupa.answers.decision import Cause, Decision
from lupa.answers.exploration import Flip, Flips, Kind, Margin, Statement
from lupa.answers.question import Question
from lupa.answers.search import Cheapest
from lupa.answers.ways import ways
from lupa.errors import CaseError, shown
from lupa.record.case import Case
from lupa.record.edits import facts_named, stated
from lupa.record.plain import plain_number
from lupa.rules.edition import Edition
from lupa.rules.quantities import Cut
from lupa.rules.solver import Literal
from lupa.rules.vocabulary import Fact

_DEAREST = 10_000
"""Costs are proportions; sums of larger ones would say no more."""
_BEYOND = 10**8
"""The cost of a statement that is out of reach."""

Priced = tuple[int, tuple[Statement, ...]]
"""What statements cost together, and these."""


def reach(
    edition: Edition, fixed: Iterable[str], costs: Mapping[str, int]
) -> tuple[frozenset[Fact], dict[Fact, int]]:
    """The facts that are fixed, and those with a cost of their own; raises `CaseError`."""
    names = [fixed] if isinstance(fixed, str) else fixed
    found: dict[Fact, int] = {}
    for name, cost in costs.items():
        if isinstance(cost, bool) or not isinstance(cost, int) or not 1 <= cost <= _DEAREST:
            raise CaseError(f"the cost of {name} is a whole number from 1 to {_DEAREST}, not {shown(cost)}")
        found |= dict.fromkeys(facts_named(edition, name), cost)
    return frozenset(fact for name in names for fact in facts_named(edition, name)), found


def flips(
    question: Question,
    decision: Decision,
    to: str,
    case: Case,
    most: int,
    fixed: frozenset[Fact],
    costs: Mapping[Fact, int],
) -> Flips:
    """The cheapest sets of statements after which the outcome `to` is certain: all ties, and on.

    Further ones are given until there are `most`. What is `fixed` is not stated, and `costs` stand in
    the place of those of the knowledge base. Raises `CaseError` for an outcome that cannot be.
    """
    search = _Search(question, question.edition.wanted(to), fixed, costs)
    sets, ties, more = search.cheapest(most)
    blocked, beyond = ((), ()) if sets else search.why_none()
    moves = margins(question) if len(question.outcomes) == 1 else ()
    found = _written(sets, case, question)
    together = ways(question.edition.asking, found)
    return Flips(decision, to, ties, found, together, more, blocked, beyond, moves)


def _written(sets: Sequence[Priced], case: Case, question: Question) -> tuple[Flip, ...]:
    """Each set of statements with the case that makes them."""

    def making(base: Case, statements: Collection[Statement]) -> dict[str, Any]:
        question.check()
        edition = question.edition
        facts = {statement.fact: statement.value for statement in statements}
        return stated(base, {fact: facts[fact] for fact in edition.literals if fact in facts}, edition)

    # what all have in common is stated once: of a hundred sets, most differ in one statement
    every = [set(statements) for _, statements in sets]
    common = set.intersection(*every) if every else set()
    base = making(case, common)
    return tuple(Flip(cost, each, making(base, set(each) - common)) for cost, each in sets)


class _Search:
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
        self._stays = stays
        self._costs = costs
        self._name_subjects()
        cone = self._edition.relevance.outcome_cone
        self._cone = [fact for fact in self._edition.literals.values() if fact in cone]
        self._record = {abs(x): x for x in question.statements if abs(x) in cone}
        self._stated_subjects = {self._subject[abs(x)] for x in question.stated}
        self._assumed_subjects = {self._subject[abs(x)] for x in question.assumed}
        self._within = dict(self._within_reach())
        self._reach = list(self._within)
        rows = [self._row(literal) for literal in self._reach]
        self._cheapest = Cheapest(rows, self._edition.program.watch)
        self._stated = dict(zip(self._reach, self._cheapest.stated, strict=True))
        self._states = {atom: literal for literal, atom in self._stated.items()}

    def _name_subjects(self) -> None:
        """What each fact is about, as a number: of one subject no more than one thing is stated.

        A fact is its own subject; which of several holds is one, and so is a number for its effort.
        """
        vocabulary, literals = self._edition.vocabulary, self._edition.literals
        self._subject, self._effort = {}, {}
        for fact, literal in literals.items():
            first = next(iter(vocabulary.choice_of.get(fact, {}).values()), fact)
            self._subject[literal] = literals[first]
            number = vocabulary.number_of.get(fact)
            self._effort[literal] = literals[vocabulary.cuts[number][0].fact if number else first]

    # ---- what is within reach ------------------------------------------------------------------

    def _within_reach(self) -> Iterator[tuple[Literal, Statement]]:
        """The statements that can come about and say something else than the record."""
        one_of = self._edition.vocabulary.choice_of
        for literal in self._cone:
            fact = self._edition.facts[literal]
            for said in (literal, -literal):
                named = said > 0 or fact not in one_of  # of several, the one that is so
                if self._record.get(literal) == said or not named:
                    continue
                ruled_out = fact in self._fixed or (said > 0 and self._is_ruled_out(fact))
                found = None if ruled_out else self._kind(literal, fact, value=said > 0)
                if found is None and self._stays is not None and self._subject[literal] not in self._stays:
                    found = "find_out", _BEYOND
                if found is not None:
                    kind, cost = found
                    text = self._edition.vocabulary.words(fact, said > 0)
                    was = self._question.record.stated.get(fact)
                    yield said, Statement(fact, said > 0, text, kind, cost, was)

    def _is_ruled_out(self, fact: Fact) -> bool:
        """Whether something on record speaks against bringing a fact about, such as a contraindication."""
        stated = self._question.record.stated
        return any(stated.get(other) for other in self._edition.vocabulary.speaks_against(fact))

    def _kind(self, literal: Literal, fact: Fact, *, value: bool) -> tuple[Kind, int] | None:
        """How a statement can come about and what that costs; None where it cannot."""
        subject = self._subject[literal]
        kinds: tuple[Kind, ...] = ("find_out",)
        usual = subject not in self._assumed_subjects
        if subject in self._stated_subjects:
            kinds = ("ask_for_less", "change")
        elif not usual:  # what nobody states may be found out, and may be planned otherwise
            kinds = ("find_out", "ask_for_less", "change")
        for kind in kinds:
            cost = self._edition.vocabulary.effort(fact, kind, value=value, usual=usual)
            if cost is not None:
                return kind, self._costs.get(fact, cost)
        return None

    def _row(self, literal: Literal) -> tuple[int, int, int]:
        fact = abs(literal)
        return self._subject[fact], self._effort[fact], self._within[literal].cost

    # ---- proposals -----------------------------------------------------------------------------

    def cheapest(self, most: int) -> tuple[list[Priced], int, bool]:
        """The cheapest sets, how many of them cost the least, and whether there are more."""
        sets: list[tuple[int, list[int]]] = []
        ties, more = 0, False
        while True:
            enough = bool(sets) and len(sets) >= most
            level = self._next_level(any_one=enough)
            more = enough and bool(level)
            if enough or not level:
                break
            sets += level
            ties = ties or len(level)
        count = max(most, ties)
        chosen = [
            (cost, tuple(self._within[self._reach[place]] for place in places))
            for cost, places in sets[:count]
        ]
        return chosen, ties, more or len(sets) > count

    def _next_level(self, *, any_one: bool) -> list[tuple[int, list[int]]]:
        """All sets that make the outcome certain at the least cost that is left, or just any one."""
        level: list[tuple[int, list[int]]] = []
        while True:
            again, new = False, []
            objections: list[list[Literal]] = []
            with closing(self._cheapest.sets()) as proposals:
                for cost, places in proposals:
                    self._question.check()
                    if level and cost > level[0][0]:
                        break
                    again = True  # sets with more statements can cost as little
                    objections = self._objections([self._reach[place] for place in places])
                    if objections:
                        break
                    new.append(places)
                    level.append((cost, places))
                    if any_one:
                        return level
            self._cheapest.without_supersets(new)
            for objection in objections:
                self._cheapest.require(objection)
            if not again:
                return sorted(level, key=lambda each: (len(each[1]), each[1]))

    def _said(self, stated: Sequence[Literal]) -> dict[Literal, Literal]:
        """What the record says of each fact once these are stated."""
        changed = {self._subject[abs(literal)] for literal in stated}
        said = {fact: x for fact, x in self._record.items() if self._subject[fact] not in changed}
        return said | {abs(literal): literal for literal in stated}

    def _objections(self, stated: Sequence[Literal]) -> list[list[Literal]]:
        """What speaks against these statements; and then against them with the cheapest way to meet that.

        So, where each of many facts does harm, one proposal tells of them all.
        """
        found: list[list[Literal]] = []
        meeting = list(stated)
        while (objection := self._objection(meeting)) is not None:
            found.append(objection)
            subjects = {self._subject[abs(literal)] for literal in meeting}
            ways = [self._states[atom] for atom in objection if atom in self._states]
            free = [way for way in ways if self._subject[abs(way)] not in subjects]
            if not free:
                break
            meeting.append(min(free, key=lambda way: (self._within[way].cost, self._stated[way])))
        return found

    def _objection(self, stated: Sequence[Literal]) -> list[Literal] | None:
        """What every set must have one of, if these statements do not make the outcome certain."""
        said = self._said(stated)
        world = self._solver.world([*said.values(), -self._wanted], self._cone)
        if world is not None:
            truths = zip(self._cone, world, strict=True)
            return self._contradictions([fact if true else -fact for fact, true in truths])
        clash = self._solver.minimal([], list(said.values()))
        return None if clash is None else self._ways_out(clash)

    def _contradictions(self, world: Sequence[Literal]) -> list[Literal]:
        """The ways to contradict the part of a world that keeps the outcome from what is wanted.

        That part is closed under the laws: what a statement contradicts through a law, it contradicts
        in so many words.
        """
        harm = self._harm(world)
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
        wide = _Search(self._question, self._wanted, self._fixed, self._costs, subjects)
        ((_, needed), *_), _, _ = wide.cheapest(1)
        return (), tuple(statement.fact for statement in needed if statement.cost == _BEYOND)


# ---- how far a number may move -----------------------------------------------------------------


def margins(question: Question) -> tuple[Margin, ...]:
    """How far each number of the case may move before the outcome, settled, is another."""
    found = []
    vocabulary = question.edition.vocabulary
    for quantity in vocabulary.quantities:
        cuts = vocabulary.cuts.get(quantity, ())
        given = next((question.record.given[c.fact] for c in cuts if c.fact in question.record.given), None)
        if given is not None and any(
            question.edition.literals[cut.fact] in question.edition.relevance.outcome_cone for cut in cuts
        ):
            margin = _margin(question, quantity, sorted(cuts, key=lambda cut: cut.rank), given)
            if margin.low is not None or margin.high is not None:
                found.append(margin)
    return tuple(found)


def _margin(question: Question, quantity: str, cuts: Sequence[Cut], given: str) -> Margin:
    vocabulary, record = question.edition.vocabulary, question.record
    literals = [question.edition.literals[cut.fact] for cut in cuts]
    others = [x for x in question.statements if abs(x) not in literals]

    def beyond(places: range) -> tuple[int | None, tuple[str, ...]]:
        """The first place at which other outcomes are possible, and these."""
        for place in places:  # so many cuts lie below the number
            moved = [x if at < place else -x for at, x in enumerate(literals)]
            outcomes = [
                name
                for name, outcome in question.edition.outcomes.items()
                if question.edition.solver.satisfiable([*others, *moved, outcome])
            ]
            if outcomes and set(outcomes) != set(question.outcomes):
                return place, tuple(sorted(outcomes))
        return None, ()

    lowest = sum(record.stated.get(cut.fact, False) for cut in cuts)
    highest = len(cuts) - sum(not record.stated.get(cut.fact, True) for cut in cuts)
    down, below = beyond(range(lowest - 1, -1, -1))
    up, above = beyond(range(highest + 1, len(cuts) + 1))
    low = None if down is None else cuts[down]
    high = None if up is None else cuts[up - 1]
    return Margin(
        quantity,
        vocabulary.label(quantity),
        vocabulary.quantities[quantity].unit,
        given,
        None if low is None else plain_number(low.bound),
        low is not None and low.kind == "more_than",
        None if high is None else plain_number(high.bound),
        high is not None and high.kind == "at_least",
        below,
        above,
    )
