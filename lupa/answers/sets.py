"""The cheapest sets of statements that make an outcome certain, of those within reach.

Where the outcome is told by functions they are read off these, else they are proposed and tried until
nothing is cheaper; see `lupa.compiled.enough` and `lupa.answers.proposals`. Sets that hold one found
before are not looked at: in what is found, nothing can be spared.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, combinations, product
from typing import Protocol

from lupa.answers.causes import causes
from lupa.answers.decision import Cause
from lupa.answers.exploration import Statement
from lupa.answers.proposals import Level, Proposals
from lupa.answers.question import Question
from lupa.answers.reach import BEYOND, Reach
from lupa.errors import SpaceLimitError
from lupa.rules.edition import Edition
from lupa.rules.solver import Literal
from lupa.rules.vocabulary import Fact

Priced = tuple[int, tuple[Statement, ...]]
"""What statements cost together, and these."""


_TIES = 200
"""So many sets that cost the same are told."""
_TRIES = 20
"""For each further set that is wanted so many are tried in vain before the search for others is ended."""


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
        self._wanted = wanted
        self._fixed = fixed
        self._costs = costs
        reach = Reach(question, fixed, costs, stays)
        self._all = reach
        self._subject = reach.subject
        self._within = reach.within

    # ---- what is certain -----------------------------------------------------------------------

    def makes_certain(self, stated: Sequence[Literal]) -> bool:
        """Whether the outcome is certain once these are stated in the place of what the record says."""
        answering, said = self._question.edition.answering, [*self._all.said(stated).values()]
        return not answering.satisfiable([*said, -self._wanted]) and answering.satisfiable(said)

    def some_make_certain(self, stated: Sequence[Literal]) -> bool:
        """Whether the outcome is certain once these are stated, or some of them.

        What is stated of what the record leaves open only adds to it: where all of that does not settle the
        outcome, no part of it does.
        """
        answering = self._question.edition.answering
        known = {self._subject[fact] for fact in self._all.record}
        added = [x for x in stated if self._subject[abs(x)] not in known]
        for changed in _parts([x for x in stated if self._subject[abs(x)] in known]):
            said = [*self._all.said([*changed, *added]).values()]
            if answering.satisfiable([*said, -self._wanted]):
                continue
            if answering.satisfiable(said):
                return True
            if any(self.makes_certain([*changed, *some]) for some in _parts(added)):
                return True
        return False

    # ---- the cheapest sets ---------------------------------------------------------------------

    def cheapest(
        self, most: int, keep: Callable[[Sequence[Literal]], bool] = every_set
    ) -> tuple[list[Priced], bool]:
        """The cheapest sets, of which `keep` says so, and whether there may be more.

        All that cost the least are given, and further ones until there are `most`. Where these are many, or
        further ones are looked for long, the search is ended: but not before functions were asked, so that
        what is told does not hang on whether they were there.
        """
        edition = self._question.edition
        was_told = edition.answering is not edition.solver
        if was_told:
            with suppress(SpaceLimitError):
                return self._from(self._functions(), most, keep)
        proposals = Proposals(self._question, self._wanted, self._all)
        found = self._from(proposals, most, keep)
        if proposals.ended and not was_told:
            edition.kept(_warm, None)
            if edition.answering is not edition.solver:
                with suppress(SpaceLimitError):
                    return self._from(self._functions(), most, keep)
        return found

    def _functions(self) -> "_ByFunctions":
        return _ByFunctions(self._question, self._wanted, self._all)

    def _from(
        self, levels: "_Levels", most: int, keep: Callable[[Sequence[Literal]], bool]
    ) -> tuple[list[Priced], bool]:
        sets: list[tuple[int, list[Literal]]] = []
        ties, more = 0, False
        while not (more or len(sets) > max(most, ties)):
            enough = bool(sets) and len(sets) >= most
            if enough and keep is every_set:
                more = levels.may_be_another(_TRIES * most)
                break
            found, ended = levels.next_level(_TRIES * most if sets else None, max(most, _TIES))
            level = self._with_alike(found)
            if len(level) > max(most, _TIES):
                level, ended = level[: max(most, _TIES)], True
            kept = [each for each in level if keep(each[1])]
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
            (cost, tuple(self._all.stating(literal) for literal in literals))
            for cost, literals in sets[:count]
        ]
        return chosen, more or len(sets) > count

    def _with_alike(self, level: Level) -> Level:
        """Sets that cost the same, as statements, with those that differ in values which are alike."""
        alike = self._all.alike
        order = {x: 2 * place + (x < 0) for place, fact in enumerate(self._all.cone) for x in (fact, -fact)}
        found = [
            (cost, list(literals))
            for cost, stated in level
            for literals in product(*((x, *alike.get(x, ())) for x in stated))
        ]
        return sorted(found, key=lambda each: (len(each[1]), [order[x] for x in each[1]]))

    # ---- where there is none -------------------------------------------------------------------

    def why_none(self) -> tuple[tuple[Cause, ...], tuple[Fact, ...]]:
        """The facts on record that prevent it; or else the least that is out of reach and needed."""
        within = {self._subject[abs(x)] for x in self._within}
        stays = [x for x in self._question.statements if self._subject[abs(x)] not in within]
        reason = self._question.edition.solver.minimal([self._wanted], stays)
        if reason is not None:
            return causes(self._question, reason), ()
        subjects = {self._subject[abs(x)] for x in stays}
        wide = Search(self._question, self._wanted, self._fixed, self._costs, subjects)
        ((_, needed), *_), _ = wide.cheapest(1)
        return (), tuple(statement.fact for statement in needed if statement.cost == BEYOND)


class _Levels(Protocol):
    """Gives sets of statements, by what they cost."""

    def next_level(self, tries: int | None, most: int) -> tuple[Level, bool]:
        """All sets that make the outcome certain at the least cost that is left, and whether it was ended.

        None holds one that was given before. It is ended once there are as many as `most`; where they have
        to be tried, also after so many `tries` in vain.
        """

    def may_be_another(self, tries: int) -> bool:
        """Whether there is a set that holds none of those given; or it is not known after so many tries."""


class _ByFunctions:
    """The sets of statements in `reach` that make an outcome certain, of an edition that functions tell."""

    def __init__(self, question: Question, wanted: Literal, reach: Reach) -> None:
        from lupa.compiled.enough import enough  # who asks about one record need not wait for it

        self._places = {literal: place for place, literal in enumerate(reach.within)}
        statements = {
            x: (reach.subject[abs(x)], reach.effort[abs(x)], statement.cost)
            for x, statement in reach.within.items()
        }
        self._enough = enough(
            question.edition, wanted, reach.record.values(), reach.subject, statements, question.check
        )

    def next_level(self, _: int | None, most: int) -> tuple[Level, bool]:
        """See `_Levels`."""
        cost, sets = self._enough.next_sets(most)
        return [(cost, sorted(each, key=self._places.__getitem__)) for each in sets], len(sets) >= most

    def may_be_another(self, _: int) -> bool:
        """See `_Levels`; it is always known."""
        return self._enough.another()


def _warm(edition: Edition, _: None) -> None:
    """Has an edition answered by its functions, if they can be made; this is tried once."""
    from lupa.compiled.warm import warm

    warm(edition)


def _parts(literals: Sequence[Literal]) -> Iterator[tuple[Literal, ...]]:
    """Each part of them, the smaller first."""
    return chain.from_iterable(combinations(literals, size) for size in range(len(literals) + 1))
