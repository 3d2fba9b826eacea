"""For each outcome that a record leaves possible, a patient who has it, as a case with nothing open.

Of all patients the record could be, it is the first in which what is silent is not so wherever it
can be, going through the facts in the order of the vocabulary: the same one whatever was asked before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lupa.answers.decision import Witness
from lupa.answers.question import Question
from lupa.record.members import as_mapping, nested
from lupa.record.plain import plain_data
from lupa.record.record import BESIDE
from lupa.record.together import Sides, agreeing
from lupa.rules.vocabulary import ONLY, Fact, Path, Tree, Vocabulary, leaves


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
        for key in BESIDE:
            self._keep(("request", key))
        for path, values in v.choices.get("requested", {}).items():
            self._choose(("request", *path), values)
        self._keep(("facts", "birth_date"))
        self._numbers()
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
            for (*way, last), fact in leaves(tree) if self._record.doubtful else ():
                if fact in self._record.doubtful - self._true:  # else what stands aside left it open
                    self._put(("facts", name, *way, last), value=False)
        for name, fact in v.flags.items():
            facts[name] = fact in self._true
        for name, groups in v.choices.items():
            if name != "requested":
                for path, values in groups.items():
                    self._choose(("facts", name, *path), values)
                # else it is the value itself, or open, or of a choice that has no name but its values
                if isinstance(given.get(name), Mapping) and () not in groups:
                    strange = self._strange(given[name], v.tree_of(name))
                    facts[name] = {**facts.get(name, {}), **strange}

    def _strange(self, given: Any, known: Tree) -> dict[str, Any]:
        """What is said of names that are not known here, but to another policy on the drug."""
        said = as_mapping(given, {})
        names = {**as_mapping(said.pop(ONLY, ()), {}), **said}
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
        for way, value in self._said(self._given, path):
            if value is not None:
                self._put(way, plain_data(value))

    def _said(self, given: Any, path: Path) -> list[tuple[Path, Any]]:
        """What is said at a place, by whichever names lead there, each with its own way."""
        if not path:
            return [((), given)]
        step, *rest = path
        below = given if isinstance(given, Mapping) else {}
        return [
            ((key, *way), value)
            for key in below
            if self._vocabulary.canonical(key, {step: None}) == step
            for way, value in self._said(below[key], tuple(rest))
        ]

    # ---- numbers -------------------------------------------------------------------------------

    def _place(self, name: str) -> Path:
        """Where a case states a number."""
        v = self._vocabulary
        return v.quantities[name].section, *v.where(name)

    def _sides(self, name: str) -> Sides:
        """On which side of each cut point this patient is."""
        return tuple((cut, cut.fact in self._true) for cut in self._vocabulary.cuts.get(name, ()))

    def _is_settled(self, name: str) -> bool:
        """Whether the record's case says all of a number that matters."""
        cuts = self._vocabulary.cuts.get(name, ())
        interval = self._record.intervals.get(name)
        return not cuts or (interval is not None and None not in map(interval.truth, cuts))

    def _numbers(self) -> None:
        """States what the case does of numbers, and of those that it leaves open what they are here."""
        v = self._vocabulary
        unsettled: dict[str, None] = {}
        for name in v.quantities:
            settled = all(map(self._is_settled, _in_one_breath(v, name)))
            if settled or name in v.derived:
                self._keep(self._place(name))
            if not settled and (not self._is_settled(name) or name in self._record.intervals):
                unsettled[name] = None
        for path in v.days.values():
            for _, since in leaves(path):
                if since not in unsettled:
                    self._keep(("facts", *v.day_of(since)))
        sides = {name: self._sides(name) for name in v.quantities}
        for name, number in agreeing(v, unsettled, sides, self._record.intervals).items():
            self._put(self._place(name), number)


def _in_one_breath(vocabulary: Vocabulary, name: str) -> tuple[str, ...]:
    """A number and how long ago it was measured: a case states both in one place."""
    if name.startswith("days_since("):
        about = name.removeprefix("days_since(")[:-1]
        return (about, name) if about in vocabulary.quantities else (name,)
    since = f"days_since({name})"
    return (name, since) if since in vocabulary.quantities else (name,)
