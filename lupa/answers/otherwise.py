"""What a request comes to when it is filed otherwise, or on another day."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import chain, combinations, product
from typing import Any, NamedTuple

from lupa.answers.exploration import Statement
from lupa.answers.question import Question
from lupa.answers.sets import Priced, Search
from lupa.errors import CaseError
from lupa.record.case import Case
from lupa.record.record import record_of
from lupa.rules.days import day
from lupa.rules.solver import Literal
from lupa.rules.vocabulary import Fact

Again = Callable[[Case], Question]
"""Another case as a question to the edition that it is about; raises `CaseError`."""


# ---- filed otherwise ---------------------------------------------------------------------------


def filed_otherwise(
    question: Question, search: Search, fixed: Collection[Fact], costs: Mapping[Fact, int]
) -> list[Priced]:
    """The least that could be requested otherwise for the outcome to be certain by what is stated.

    What has a cost to `file_otherwise` can be, where the record supports it; nothing else changes.
    """
    literals = question.edition.literals
    by_subject: dict[str, list[Statement]] = {}
    for subject, statement in _requests(question, costs):
        if statement.fact not in fixed:
            by_subject.setdefault(subject, []).append(statement)
    found: list[Priced] = []
    for count in range(1, len(by_subject) + 1):
        for chosen in chain.from_iterable(
            product(*several) for several in combinations(by_subject.values(), count)
        ):
            holds_one = any(set(known) <= set(chosen) for _, known in found)
            made = [literals[each.fact] for each in chosen]
            if not holds_one and search.makes_certain(made) and not _is_unsupported(question, made):
                found.append((sum(each.cost for each in chosen), chosen))
    return found


def _is_unsupported(question: Question, made: Sequence[Literal]) -> bool:
    """Whether something on record, or an advisory that would hold, is against requesting this instead."""
    edition = question.edition
    unsupported_by = edition.vocabulary.efforts.unsupported_by
    return question.is_spoken_against(
        {other for x in made for other in unsupported_by(edition.facts[abs(x)])}, *made
    )


def _requests(question: Question, costs: Mapping[Fact, int]) -> Iterator[tuple[str, Statement]]:
    """What could be requested in the place of what is, each with what it is a value of."""
    edition, stated = question.edition, question.record.stated
    v = edition.vocabulary
    for fact, literal in edition.literals.items():
        cost = v.efforts.of(fact, "file_otherwise", value=True)
        if cost is None or literal not in edition.relevance.outcome_cone or stated.get(fact):
            continue
        is_said = any(stated.get(other) for other in v.choice_of.get(fact, {}).values())
        support = v.efforts.supported_by(fact)
        if is_said and (not support or any(stated.get(other) for other in support)):
            words, cost = v.words(fact, True), costs.get(fact, cost)
            yield (
                v.group_of[fact],
                Statement(
                    fact, True, words, edition.asking.about(fact), "file_otherwise", cost, stated.get(fact)
                ),
            )


# ---- on another day ----------------------------------------------------------------------------


class Day(NamedTuple):
    """A day on which something is reached: what, and the same request on that day."""

    statement: Statement
    case: dict[str, Any]


class Waiting:
    """The sets that make an outcome certain once something is reached that time alone brings.

    Such a day is worth waiting for only where the same statements, or some of them, would not do on an
    earlier one.
    """

    def __init__(self, question: Question, case: Case, costs: Mapping[Fact, int], again: Again) -> None:
        self._question = question
        self._edition = question.edition
        self._case = case
        self._costs = costs
        self._again = again

    def days(self, fixed: Collection[Fact]) -> list[Day]:
        """The days on which a number that is too low now is reached, the first one first.

        That is a cut point that the case rules out today, and that it states on that day and the days
        after it, as far as it is worth waiting. A day under another edition is none.
        """
        said = self._case["request"].get("service_date")
        longest = self._edition.vocabulary.efforts.longest_wait
        if said is None or not longest:
            return []
        today = day(said, "request.service_date")
        reached: dict[int, Statement] = {}
        last = self._stated_on(today, longest)
        stated, cone = self._question.record.stated, self._edition.relevance.outcome_cone
        for fact, literal in self._edition.literals.items():
            is_reached = stated.get(fact) is False and last.get(fact) is True
            cost = self._edition.vocabulary.efforts.of(fact, "wait", value=True) if is_reached else None
            if cost is not None and literal in cone and fact not in fixed:
                after = self._first(fact, today, longest)
                statement = self._statement(fact, today + timedelta(after), cost)
                reached.setdefault(after, statement)
        return [Day(reached[after], self._on(today, after)) for after in sorted(reached)]

    def _statement(self, fact: Fact, on: date, cost: int) -> Statement:
        v = self._edition.vocabulary
        words = v.efforts.reached(fact)
        text = f"{v.words(fact, True)[:-1]} from {on} on."
        if words is not None:
            text = v.phrase(words, v.facts[fact]).replace("{day}", on.isoformat())
        about, cost = self._edition.asking.about(fact), self._costs.get(fact, cost)
        return Statement(fact, True, text, about, "wait", cost, False, on.isoformat())

    def _on(self, today: date, after: int) -> dict[str, Any]:
        """The same request, made for a later day."""
        request = {**self._case["request"], "service_date": (today + timedelta(after)).isoformat()}
        return {**self._case, "request": request}

    def _stated_on(self, today: date, after: int) -> Mapping[Fact, bool]:
        """What the case states so many days later; nothing where it cannot be read then."""
        record, problems = record_of(self._on(today, after), self._edition)
        return {} if problems else record.stated

    def _first(self, fact: Fact, today: date, longest: int) -> int:
        """After how many days a cut point is reached: not yet after one less."""
        low, high = 0, longest
        while high - low > 1:
            middle = (low + high) // 2
            if self._stated_on(today, middle).get(fact) is True:
                high = middle
            else:
                low = middle
        return high

    def sets(
        self, search: Search, to: str, most: int, fixed: frozenset[Fact]
    ) -> tuple[list[tuple[Priced, dict[str, Any]]], bool]:
        """The cheapest sets with a day to wait for, each with the case of that day; whether there are more.

        `search` is that of today.
        """
        found: list[tuple[Priced, dict[str, Any]]] = []
        earlier: list[Search] = [search]
        more = False
        for statement, case in self.days(fixed):
            try:
                later = self._again(case)
                if later.edition is not self._edition:
                    continue
                with later:
                    there = Search(later, self._edition.wanted(to), fixed, self._costs)
                    sets, others = there.cheapest(
                        most, lambda chosen: not any(each.some_make_certain(chosen) for each in earlier)
                    )
            except CaseError:  # a record that cannot be, on that day
                continue
            earlier.append(there)
            more = more or others
            found += [((cost + statement.cost, (statement, *chosen)), case) for cost, chosen in sets]
        return found, more
