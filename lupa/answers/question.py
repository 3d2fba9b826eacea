"""One record under one edition: what is certain of it, what is possible, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

from lupa.answers.standing import Standing, standing
from lupa.errors import CaseError, Problem, RuleError, SpaceLimitError
from lupa.record.case import lines_for
from lupa.record.record import Record
from lupa.rules.deadline import ENDLESS, Deadline
from lupa.rules.edition import Edition, not_one_outcome
from lupa.rules.kept import cached_property
from lupa.rules.solver import Literal
from lupa.rules.vocabulary import Fact

if TYPE_CHECKING:
    from lupa.compiled.circuit import Circuit
    from lupa.compiled.warm import Warm

_MANY = 24
"""Where so many facts are silent, the outcome as a function tells at once which are open, and matter."""

OFTEN = 16
"""An edition that was asked about so many records has spent on them about what its functions cost."""


def by_functions(edition: Edition) -> None:
    """Has an edition, which whoever asks holds, answered by its functions from now on."""
    from lupa.compiled.warm import warm  # who asks about one record need not wait for it

    edition.asked = max(edition.asked, OFTEN)
    warm(edition)


class Question:
    """Answers about one record, exact over all its worlds.

    A context manager: the edition is held meanwhile, and all answers, with the wait for it, end by the
    `limit`. It may be entered again later. Entering raises `CaseError`, with a minimal set of clashing
    facts, for a record that no world agrees with.
    """

    def __init__(self, edition: Edition, record: Record, limit: Deadline = ENDLESS) -> None:
        self.edition = edition
        self.record = record
        self.limit = limit
        # a reason prefers what is stated to what is assumed, and what is so to what is not; beyond
        # that the vocabulary decides, so that the order in which a case states its facts does not;
        # of a number it prefers the cut point that says the least
        self.stated = self._literals(record.stated)
        self.assumed = self._literals(record.assumed)
        self.statements = [*self.stated, *self.assumed]
        self._watched = edition.watched
        self._worlds: list[tuple[bool, ...]] = []

    def _literals(self, facts: Mapping[Fact, bool]) -> list[Literal]:
        literals, order = self.edition.literals, self.edition.order_of_statements
        found = [literals[fact] if value else -literals[fact] for fact, value in facts.items()]
        return sorted(found, key=order.__getitem__)

    def __enter__(self) -> Self:
        with ExitStack() as held:
            held.enter_context(self.limit.holding(self.edition.lock))
            held.enter_context(self.edition.program.watch.limit(self.limit))
            self._count()
            if not (self._warm.has_worlds(self._said) if self._warm else self._find([])):
                raise self._clash()
            self._held = held.pop_all()
        return self

    def _count(self) -> None:
        """Has the edition answered by its functions once it was asked about so many records as pays."""
        self.edition.asked += 1
        if self.edition.asked == OFTEN:
            by_functions(self.edition)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._held.__exit__(kind, error, trace)

    def check(self) -> None:
        """Raises `TimeLimitError` once the time is over; for what may take long without asking anything."""
        self.edition.program.watch.check()

    # ---- worlds --------------------------------------------------------------------------------

    @cached_property
    def _said(self) -> dict[Literal, bool]:
        """What the record says, by fact; where one value holds, that no other one does."""
        return dict.fromkeys(self._settled, False) | dict.fromkeys(self._so, True)

    @cached_property
    def _so(self) -> list[Literal]:
        """The facts that it says to be so."""
        return [literal for literal in self.statements if literal > 0]

    @cached_property
    def _may_be_so(self) -> frozenset[Literal]:
        """The facts that it says to be so, and those of which it says nothing."""
        return cast("Warm", self.edition.answering).may_be_so(self._said)

    @property
    def _warm(self) -> Warm | None:
        """What answers by functions, once that pays: then no world is kept to spare a look at another."""
        answering = self.edition.answering
        return None if answering is self.edition.solver else cast("Warm", answering)

    def _find(self, further: Sequence[Literal]) -> bool:
        """Looks for a world of the record that also holds `further`, and keeps it if there is one."""
        world = self.edition.solver.world([*self.statements, *further], self._watched)
        if world is not None:
            self._worlds.append(world)
        return world is not None

    def _seen(self, literal: Literal) -> set[bool]:
        """The truth values of a watched atom in the worlds found so far."""
        place, value = self.edition.places.get(abs(literal)), literal > 0
        return set() if place is None else {world[place] is value for world in self._worlds}

    def possible(self, *literals: Literal) -> bool:
        """Some world of the record holds all of these."""
        if self._warm is not None:
            return self._warm.leaves(self._said, literals)
        if len(literals) == 1:
            if True in self._seen(literals[0]):
                return True
            if self.function is not None and abs(literals[0]) in self.function.conditions:
                fact = self._standing_for(abs(literals[0]))
                with suppress(SpaceLimitError):  # where that grows too large, the solver says it
                    return self.function.can_be(fact if literals[0] > 0 else -fact)
        return self.edition.satisfiable((*literals, *self.bearing_on(*literals)))

    def which(self, literals: Sequence[Literal]) -> list[Literal]:
        """Those of these that are possible, each for itself."""
        if self._warm is not None:
            return self._warm.which(self._said, self._so, literals)
        return [literal for literal in literals if self.possible(literal)]

    def bearing_on(self, *literals: Literal) -> tuple[Literal, ...]:
        """The statements that can bear on these; as the record has worlds, the rest cannot."""
        cone = self.edition.relevance.cone(*literals)
        if len(cone) > len(self.statements):
            return tuple([s for s in self.statements if abs(s) in cone])
        places = sorted([self._places[fact] for fact in cone if fact in self._places])
        return tuple([self.statements[place] for place in places])

    @cached_property
    def _places(self) -> dict[Literal, int]:
        """Where each fact that is stated or assumed stands among the statements, the stated ones first."""
        return dict(zip(map(abs, self.statements), range(len(self.statements)), strict=True))

    def certain(self, literal: Literal) -> bool:
        """Every world of the record holds this."""
        return not self.possible(-literal)

    def would_hold(self, conclusion: Literal, *stated: Literal) -> bool:
        """Whether a conclusion holds in every world of the record with facts stated so; it has one."""
        facts = [self.edition.facts[abs(literal)] for literal in stated]
        choices = self.edition.vocabulary.choice_of
        siblings = (fact for each in facts for fact in choices.get(each, {}).values())
        about = {*map(abs, stated), *(self.edition.literals[fact] for fact in siblings)}
        others = self.bearing_on(conclusion)
        said = (*(x for x in others if abs(x) not in about), *stated)
        return not self.edition.satisfiable((*said, -conclusion)) and self.edition.satisfiable(said)

    def is_spoken_against(self, against: Collection[str], *stated: Literal) -> bool:
        """Whether one of these is on record, or would hold as an advisory with facts stated so."""
        if any(self.record.stated.get(fact) for fact in against):
            return True
        advised = [each.literal for each in self.edition.advisories if each.item in against]
        return any(self.would_hold(advisory, *stated) for advisory in advised)

    # ---- the verdict ---------------------------------------------------------------------------

    @cached_property
    def outcomes(self) -> dict[str, Literal]:
        """The outcomes that are possible, in the order of their names."""
        named = self.edition.outcomes
        found: dict[str, Literal] = {}
        if self._warm:  # that each world has just one was proven
            possible, _ = self._possible
            return {name: literal for name, literal in sorted(named.items()) if literal in possible}
        while True:
            world = self._worlds[-1]
            held = [name for name, literal in named.items() if world[self.edition.places[literal]]]
            if len(held) != 1:
                raise not_one_outcome(self.edition.policy, held)
            found[held[0]] = named[held[0]]
            if not self._find([-literal for literal in found.values()]):
                return dict(sorted(found.items()))

    @cached_property
    def _possible(self) -> tuple[Collection[Literal], Collection[Literal]]:
        """The outcomes that are possible, and the facts that they rest on, where functions tell."""
        return cast("Warm", self.edition.answering).outcomes(self._said, self._may_be_so)

    # ---- what is assumed -----------------------------------------------------------------------

    def could_be_otherwise(self, fact: Fact) -> bool:
        """Whether what is stated leaves open what is assumed of this fact."""
        literal = self.edition.literals[fact]
        otherwise = -literal if self.record.assumed[fact] else literal
        if self.edition.relevance.breaks_a_law(otherwise, self._stated):  # as a solver would say later
            return False
        bearing = [s for s in self.bearing_on(literal) if self._places[abs(s)] < len(self.stated)]
        return self.edition.satisfiable((otherwise, *bearing))

    @cached_property
    def _stated(self) -> frozenset[Literal]:
        return frozenset(self.stated)

    def bear(self, facts: Collection[Fact]) -> bool:
        """Whether the verdict could be another if these were neither stated nor assumed."""
        if not facts or len(self.outcomes) > 1:
            return bool(facts)
        left_out = {self.edition.literals[fact] for fact in facts}
        if self._warm is not None:
            left_out.update(self._other_values(left_out))
            if left_out.isdisjoint(self._possible[1]):
                return False
            said = dict(self._said)
            for fact in left_out.intersection(said):
                del said[fact]
            return len(self._warm.outcomes(said, self._may_be_so | left_out, 2)[0]) > 1
        rest = [s for s in self.statements if abs(s) not in left_out]
        return self.edition.answering.satisfiable([*rest, *self._another_outcome])

    def _other_values(self, left_out: Collection[Literal]) -> Iterator[Literal]:
        """The other values of what has one, of which the record says nothing if it does not say that."""
        choice_of, of = self.edition.vocabulary.choice_of, self.edition.literals
        for one in set(left_out).intersection(self._so):
            for value in choice_of.get(self.edition.facts[one], {}).values():
                if of[value] not in self._places:
                    yield of[value]

    @property
    def _another_outcome(self) -> list[Literal]:
        """What holds where the outcome is none of those that are possible: each world has just one."""
        return [-outcome for outcome in self.outcomes.values()]

    def weakest(self, facts: Sequence[Fact]) -> Fact | None:
        """Of assumed facts, each of which implies those before it, the first one that is needed.

        Without it, and with all before it, another outcome would be possible; None where none is needed.
        """
        left_out = {self.edition.literals[fact] for fact in facts}
        rest = [s for s in self.statements if abs(s) not in left_out]
        for fact in (None, *facts[:-1]):
            assumed = [
                s for s in self.assumed if fact is not None and abs(s) == self.edition.literals[fact]
            ]
            if not self.edition.answering.satisfiable([*rest, *assumed, *self._another_outcome]):
                return fact
        return facts[-1]  # which says as much as all of them

    # ---- reasons -------------------------------------------------------------------------------

    def not_denied(self, conclusions: Sequence[Literal]) -> set[Literal]:
        """Those of which no world is known where they do not hold; where functions tell, there is none."""
        if self._warm is None:
            return {each for each in conclusions if False not in self._seen(each)}
        return {-each for each in self._warm.barred(self._said, self._so, [-x for x in conclusions])}

    def reason(self, conclusion: Literal) -> Sequence[Literal] | None:
        """A minimal set of statements with which the conclusion holds in every world.

        None where the record does not settle it. Stated facts are preferred to assumed ones, true
        ones to false ones.
        """
        if self.possible(-conclusion) if self._warm else False in self._seen(conclusion):
            return None
        return self.edition.minimal(-conclusion, self.bearing_on(conclusion))

    def reasons(self, conclusion: Literal) -> Iterator[Sequence[Literal]]:
        """Every minimal reason of a conclusion, each once; none where the record does not settle it.

        They are read off functions where there are such. Otherwise each set that is looked at either
        suffices, and is shrunk to a reason whose supersets are never looked at again, or does not, and is
        grown until nothing can be added, so that its subsets are not (MARCO, Liffiton and others 2016).
        """
        from lupa.answers.search import Unexplored  # only who asks for every reason needs the search

        statements = self.bearing_on(conclusion)
        told = self._warm.every_minimal(-conclusion, statements) if self._warm else None
        if told is not None:
            yield from told
            return
        unexplored = Unexplored(len(statements), self.edition.program.watch)
        while (seed := unexplored.largest()) is not None:
            chosen = [statements[place] for place in seed]
            reason = self.edition.minimal(-conclusion, tuple(chosen))
            if reason is not None:
                unexplored.without_supersets([statements.index(literal) for literal in reason])
                yield reason
            else:
                unexplored.without_subsets(seed)

    def _clash(self) -> CaseError:
        """The error for a record without worlds: a minimal set of statements that cannot all be."""
        clash = self.edition.answering.minimal([], self.statements)
        if not clash:
            raise RuleError(f"policy {self.edition.policy}: its laws together leave no patient possible")
        problems = [self._stating(self.edition.facts[abs(literal)], literal > 0) for literal in clash]
        return CaseError([Problem("", "the record contradicts itself; these cannot all be so:"), *problems])

    def _stating(self, fact: Fact, value: bool) -> Problem:
        """What is stated of a fact, and where: in the case, and in the chart that it was made of."""
        v, case = self.edition.vocabulary, self.record.case
        lines = "; ".join(lines_for(case, fact, v.number_of.get(fact), value))
        said = f"{v.words(fact, value)[:-1]}{lines and f' ({lines})'}"
        return Problem(
            self.record.paths.get(fact, ""), f"{said} [{fact} is {'true' if value else 'false'}]"
        )

    # ---- what is silent ------------------------------------------------------------------------

    @cached_property
    def _settled(self) -> set[Literal]:
        """The facts that are stated or assumed, and the other values of what is single-valued."""
        literals, choice_of = self.edition.literals, self.edition.vocabulary.choice_of
        found = set(map(abs, self.statements))
        for statement in self._so:  # where one value holds, no other one does
            values = choice_of.get(self.edition.facts[statement], {}).values()
            found.update([literals[fact] for fact in values])
        return found

    def is_open(self, literal: Literal) -> bool:
        """Whether the record, with what a law settles because of it, leaves a fact, or an atom, open."""
        if literal in self._settled:
            return False
        return self.possible(literal) and self.possible(-literal)

    def left_open(self, literals: Sequence[Literal]) -> set[Literal]:
        """Those of these that are open."""
        if self._warm is None:
            return set(filter(self.is_open, literals))
        denied = self.which([-literal for literal in literals])
        return {x for x in self.which(literals) if -x in denied}.difference(self._settled)

    @cached_property
    def standing(self) -> Standing:
        """The silent values that stand for others that are alike."""
        return standing(self.edition, self.statements)

    @cached_property
    def narrowed(self) -> list[Literal]:
        """What the record says, and that none is so of the values for which others stand."""
        return [*self.statements, *self.standing.not_so]

    def _standing_for(self, literal: Literal) -> Literal:
        """The fact of which what is found is so of this one too."""
        return self.standing.first.get(literal, literal)

    @cached_property
    def function(self) -> Circuit | None:
        """The outcome, if it is open, as a function of what is silent and stands for itself or others too.

        None where that is little, or the function grows too large.
        """
        if len(self.outcomes) < 2:
            return None
        from lupa.compiled.circuit import SMALL, small_circuit  # few records need it
        from lupa.compiled.diagram import Budget

        silent = self.edition.relevance.outcome_cone.difference(self._settled, self.standing.first)
        alone = len(silent) >= _MANY
        make = partial(small_circuit, self.edition, self.narrowed, self.check, alone=alone)
        found = self.edition.remembered(("function", *self.statements), make)
        if found is not None:  # it may have been made for another question, whose time is over
            found.diagrams.budget = Budget(self.check, SMALL)
        return found

    @cached_property
    def silent(self) -> list[Fact]:
        """The facts that can bear on the outcome and that the record leaves open.

        What a law settles, because of what is stated, is not open.
        """
        cone = self.edition.relevance.outcome_cone
        if self.function is None:
            stand = map(self._standing_for, self.edition.facts)
            found = {literal for literal in stand if literal in cone and self.is_open(literal)}
        else:
            found = {literal for literal, left in self.function.outcomes_left.items() if all(left)}
        return [
            fact for literal, fact in self.edition.facts.items() if self._standing_for(literal) in found
        ]

    def missing(self) -> tuple[Fact, ...]:
        """The silent facts that can still change the verdict, the most decisive first.

        First come those whose either answer settles it, then those of which one does; among equals,
        those that leave fewer outcomes; then in the order of the vocabulary.
        """
        if len(self.outcomes) < 2:
            return ()
        return self.edition.remembered(("missing", *self.statements), self._missing)

    def _missing(self) -> tuple[Fact, ...]:
        relevance, function = self.edition.relevance, self.function
        stands = {fact: self._standing_for(self.edition.literals[fact]) for fact in self.silent}
        silent = frozenset(stands.values())
        known: dict[Literal, bool | None] = {}

        def matters(literal: Literal) -> bool:
            if literal not in known:
                tied = relevance.component(literal) & silent
                known.update(dict.fromkeys(tied) if function is None else function.changing(tied))
            found = known[literal]
            if found is None:
                return relevance.matters(self.edition.solver, literal, self.narrowed, silent)
            return found

        matter = {literal for literal in sorted(silent) if matters(literal)}
        left = function.outcomes_left if function else {}

        def decisiveness(literal: Literal) -> tuple[int, int]:
            """The less its answers leave, the less."""
            known = left.get(literal) or [self.outcomes_given(x * literal) for x in (1, -1)]
            possible = [len(outcomes) for outcomes in known if outcomes]
            return -possible.count(1), sum(possible)

        rank = {literal: decisiveness(literal) for literal in matter}
        return tuple(sorted((f for f, x in stands.items() if x in matter), key=lambda f: rank[stands[f]]))

    def outcomes_given(self, answer: Literal) -> list[str]:
        """The outcomes that stay possible if the record also said this; none if it cannot."""
        place, wanted = self.edition.places[abs(answer)], answer > 0
        found = []
        for name, literal in self.outcomes.items():
            at = self.edition.places[abs(literal)]
            seen = any(world[place] is wanted and world[at] for world in self._worlds)
            if seen or self.possible(answer, literal):
                found.append(name)
        return found
