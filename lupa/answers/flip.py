"""The cheapest statements after which an outcome is certain; see `lupa.answers.sets` for the search."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
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
    written = _written(told, question)
    return Flips(decision, to, ties, written, ways(question, written), more, blocked, beyond, moves)


def _written(found: Sequence[Found], question: Question) -> tuple[Flip, ...]:
    """Each set of statements with the case that makes them."""
    edition = question.edition

    def facts(statements: Collection[Statement]) -> dict[Fact, bool]:
        question.check()
        said = {each.fact: each.value for each in statements if each.on is None}
        return {fact: said[fact] for fact in edition.literals if fact in said}

    # what all have in common is stated once: of a hundred sets, most differ in one statement
    every = [set(statements) for (_, statements), _ in found]
    common = set.intersection(*every) if every else set()
    making: dict[int, Callable[[Mapping[Fact, bool]], dict[str, Any]]] = {}
    written = []
    for (cost, statements), case in found:
        if id(case) not in making:
            making[id(case)] = stating(stated(case, facts(common), edition), edition)
        others = making[id(case)](facts(set(statements) - common))
        written.append(Flip(cost, statements, others))
    return tuple(written)
