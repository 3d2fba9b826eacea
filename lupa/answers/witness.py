"""For each outcome that a record leaves possible, a patient who has it, as a case with nothing open.

Of all patients the record could be, it is the first in which what is silent is not so wherever it
can be, going through the facts in the order of the vocabulary: the same one whatever was asked before.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from lupa.answers.decision import Witness
from lupa.answers.question import Question
from lupa.record.interval import Interval, anything, quotient
from lupa.record.members import as_mapping, nested
from lupa.record.plain import on_sides, plain_data, plain_member
from lupa.record.record import ROUTING
from lupa.rules.vocabulary import ONLY, Cut, Fact, Path, Quantity, Rate, Tree


def witnesses(question: Question) -> tuple[Witness, ...]:
    """One patient for each outcome that a record leaves possible."""
    edition, record = question.edition, question.record
    known = set(map(abs, question.statements))
    cone = edition.relevance.outcome_cone
    silent = [literal for literal in edition.literals.values() if literal not in known]
    said = {fact for fact, value in (*record.stated.items(), *record.assumed.items()) if value}
    # what cannot bear on the outcome is the same for each, and without a law nothing makes it so
    lawful = edition.relevance.in_a_law
    aside = tuple(s for s in question.statements if abs(s) not in cone and lawful(abs(s)))
    said.update(edition.least(aside, tuple(f for f in silent if f not in cone and lawful(f))))
    stated = tuple(s for s in question.statements if abs(s) in cone)
    asked = tuple(fact for fact in silent if fact in cone)
    found = []
    for outcome, held in question.outcomes.items():
        patient = _Patient(question, said.union(edition.least((held, *stated), asked)))
        found.append(Witness(outcome, patient.case()))
    return tuple(found)


class _Patient:
    """One world of a record, and the case that states it."""

    def __init__(self, question: Question, true: set[Fact]) -> None:
        self._true = true
        self._record = question.record
        self._vocabulary = question.edition.vocabulary
        self._given = {part: question.record.case.get(part) or {} for part in ("request", "facts")}
        self._case: dict[str, dict[str, Any]] = {"request": {}, "facts": {}}

    def case(self) -> dict[str, Any]:
        """The case: what the record's case says of numbers and routing, and a value for all else."""
        v = self._vocabulary
        for key in ROUTING:
            self._keep(("request", key))
        for path, values in v.choices.get("requested", {}).items():
            self._choose(("request", *path), values)
        self._keep(("facts", "birth_date"))
        for name, quantity in v.quantities.items():
            if name not in v.rates:
                self._number(name, quantity)
        for name, rate in v.rates.items():
            self._rate(name, rate)
        self._facts(self._case["facts"])
        for part, stated in self._given.items():  # what only another policy on the drug knows
            for key in stated:
                if key not in self._case[part] and key not in v.measures:
                    self._keep((part, key))
        return self._case

    def _facts(self, facts: dict[str, Any]) -> None:
        v, given = self._vocabulary, self._given["facts"]
        for name, tree in v.families.items():
            facts[name] = {ONLY: nested(tree, self._true), **self._strange(given.get(name, {}), tree)}
        for name, fact in v.flags.items():
            facts[name] = fact in self._true
        for name, groups in v.choices.items():
            if name != "requested":
                for path, values in groups.items():
                    self._choose(("facts", name, *path), values)
                strange = self._strange(given.get(name, {}), v.tree_of(name))
                facts[name] = {**facts.get(name, {}), **strange} if strange else facts.get(name)

    def _strange(self, given: Any, known: Tree) -> dict[str, Any]:
        """What is said of names that are not known here, but to another policy on the drug."""
        said = as_mapping(given, {})
        only = said.pop(ONLY, ())
        names = {**(only if isinstance(only, Mapping) else dict.fromkeys(only, True)), **said}
        return {
            name: plain_data(names[name])
            for name in sorted(names)
            if names[name] not in (None, False, "no") and self._vocabulary.canonical(name, known) is None
        }

    def _choose(self, path: Path, values: Mapping[str, Fact]) -> None:
        """Says which of several values it is."""
        for value, fact in values.items():
            if fact in self._true:
                self._put(path, value)

    def _put(self, path: Path, value: Any) -> None:
        *way, last = path
        part: dict[str, Any] = self._case
        for step in way:
            part = part.setdefault(step, {})
        part[last] = value

    def _keep(self, path: Path) -> None:
        """Says what the record's case says, unless that is that the thing is open."""
        value: Any = self._given
        for step in path:
            value = value.get(step) if isinstance(value, Mapping) else None
        if value is not None:
            self._put(path, plain_data(value))

    # ---- numbers -------------------------------------------------------------------------------

    def _place(self, name: str) -> Path:
        """Where a case states a number."""
        v = self._vocabulary
        return v.quantities[name].section, *v.where(name)

    def _sides(self, name: str) -> tuple[tuple[Cut, bool], ...]:
        """On which side of each cut point this patient is."""
        return tuple((cut, cut.fact in self._true) for cut in self._vocabulary.cuts.get(name, ()))

    def _left(self, name: str) -> Interval:
        """The numbers that the record leaves and that are on this patient's side of each cut point."""
        quantity = self._vocabulary.quantities[name]
        return _left(self._record.intervals.get(name), quantity, self._sides(name))

    def _is_settled(self, name: str) -> bool:
        """Whether the record's case says all of a number that matters."""
        cuts = self._vocabulary.cuts.get(name, ())
        interval = self._record.intervals.get(name)
        return not cuts or (interval is not None and None not in map(interval.truth, cuts))

    def _number(self, name: str, quantity: Quantity) -> None:
        if self._is_settled(name):
            self._keep(self._place(name))
        elif not self._left(name).empty:  # else there is no number on record, and none is said
            given = self._record.intervals.get(name)
            self._put(self._place(name), _on_sides(given, quantity, self._sides(name)))

    def _rate(self, name: str, rate: Rate) -> None:
        """States a rate by its second part where the first is known and that will do, else directly."""
        first = self._record.intervals.get(rate.first)
        self._keep(self._place(name))
        if self._is_settled(name):
            return
        left = self._left(name)
        is_above = any(so for _, so in self._sides(name))
        if first is not None and first.low == first.high and left.low > 0:
            second = quotient(rate.times, first, left).both(self._left(rate.second)).rounded_inward()
            if not second.empty:
                self._put(self._place(rate.second), plain_member(second, lowest=not is_above))
                return
        self._put(self._place(name), plain_member(left, lowest=is_above))


def _left(given: Interval | None, quantity: Quantity, sides: tuple[tuple[Cut, bool], ...]) -> Interval:
    return (given or anything(quantity)).both(on_sides(quantity, dict(sides)))


@lru_cache(256)
def _on_sides(
    given: Interval | None, quantity: Quantity, sides: tuple[tuple[Cut, bool], ...]
) -> int | float:
    """A plain number of what is given, on these sides of the cut points and beside one of them."""
    return plain_member(_left(given, quantity, sides), lowest=any(so for _, so in sides))
