"""The cheapest statements after which an outcome is certain; see `lupa.answers.sets` for the search."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

from lupa.answers.decision import Decision
from lupa.answers.exploration import Flip, Flips, Statement
from lupa.answers.margins import margins
from lupa.answers.otherwise import Again, Waiting, filed_otherwise
from lupa.answers.question import Question
from lupa.answers.sets import Priced, Search
from lupa.answers.ways import ways
from lupa.errors import CaseError, shown
from lupa.record.case import Case
from lupa.record.edits import stated, stating
from lupa.record.naming import facts_named
from lupa.rules.edition import Edition
from lupa.rules.vocabulary import Fact

_DEAREST = 10_000
"""Costs are proportions; sums of larger ones would say no more."""

Making = Callable[[Mapping[Fact, bool]], dict[str, Any]]
"""Makes a case of some facts, which states them and the rest as before."""

Found = tuple[Priced, Case]
"""A set of statements with what it costs, and the case, today's or that of another day, to state it in."""


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
    again: Again,
) -> Flips:
    """The cheapest sets of statements after which the outcome `to` is certain: all ties, and on.

    Further ones are given until there are `most`. What is `fixed` is not stated, and `costs` stand in
    the place of those of the knowledge base. `again` makes a question of the case on another day. Raises
    `CaseError` for an outcome that cannot be.
    """
    search = Search(question, question.edition.wanted(to), fixed, costs)
    sets, more = search.cheapest(most)
    found: list[Found] = [(priced, case) for priced in sets]
    if not (sets and not sets[0][1]):  # else it is so already
        found += [(priced, case) for priced in filed_otherwise(question, search, fixed, costs)]
        later, others = Waiting(question, case, costs, again).sets(search, to, most, fixed)
        found += later
        more = more or others
    found.sort(key=lambda each: (each[0][0], len(each[0][1])))
    ties = sum(priced[0] == found[0][0][0] for priced, _ in found)
    told = found[: max(most, ties)]
    more = more or len(told) < len(found)
    blocked, beyond = ((), ()) if told else search.why_none()
    moves = margins(question) if len(question.outcomes) == 1 else ()
    written = _written(told, question.edition)
    return Flips(decision, to, ties, written, ways(question, written), more, blocked, beyond, moves)


def _written(found: Sequence[Found], edition: Edition) -> tuple[Flip, ...]:
    """Each set of statements with the case that makes them."""
    cases = _Cases(found, edition)
    return tuple(
        Flip(cost, statements, _WhenRead(partial(cases.made, place)))
        for place, ((cost, statements), _) in enumerate(found)
    )


class _Cases:
    """The cases of which sets of statements were found, with these."""

    def __init__(self, found: Sequence[Found], edition: Edition) -> None:
        self._found = found
        self._edition = edition
        self._making: dict[int, Making] = {}

    def made(self, place: int) -> dict[str, Any]:
        """The case with the set at this place."""
        (_, statements), case = self._found[place]
        if id(case) not in self._making:
            self._making[id(case)] = stating(
                stated(case, self._facts(self._common), self._edition), self._edition
            )
        return self._making[id(case)](self._facts(set(statements) - self._common))

    @cached_property
    def _common(self) -> set[Statement]:
        """What all have in common is stated once: of a hundred sets, most differ in one statement."""
        return set.intersection(*(set(statements) for (_, statements), _ in self._found))

    def _facts(self, statements: Collection[Statement]) -> dict[Fact, bool]:
        said = {each.fact: each.value for each in statements if each.on is None}
        return {fact: said[fact] for fact in self._edition.literals if fact in said}


class _WhenRead(Mapping[str, Any]):
    """A case that is made once it is read: of a hundred that are told in words, few are."""

    def __init__(self, make: Callable[[], dict[str, Any]]) -> None:
        self._make = make

    @cached_property
    def _case(self) -> dict[str, Any]:
        return self._make()

    def __getitem__(self, key: str) -> Any:
        return self._case[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._case)

    def __len__(self) -> int:
        return len(self._case)

    def __repr__(self) -> str:
        return repr(self._case)

    def __reduce__(self) -> tuple[type, tuple[dict[str, Any]]]:
        return dict, (self._case,)
