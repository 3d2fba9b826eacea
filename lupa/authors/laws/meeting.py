"""Two policies on one member: whether it is plain that some patient is approved by both."""

from __future__ import annotations

import sys
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, Self, TypeVar

from lupa.rules.about import About
from lupa.rules.clashes import in_order
from lupa.rules.edition import Edition
from lupa.rules.few import Groups
from lupa.rules.quantities import Cut
from lupa.rules.solver import Literal
from lupa.rules.vocabulary import Fact

T = TypeVar("T")
_MOST = 16
"""So many patients of an edition are kept at the most."""


class Seen(NamedTuple):
    """A patient: which facts are so, and which are not."""

    true: frozenset[Fact]
    false: frozenset[Fact]


class Once:
    """Keeps once what is equal of many editions, as much of a patient and of the numbers is."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, Any] = {}

    def __call__(self, made: T) -> T:
        """What is equal and was made before; or else this."""
        found: T = self._kept.setdefault(made, made)
        return found


class Approvals(NamedTuple):
    """Patients whom an edition approves, at first one for each pathway, and what tells them apart.

    They are kept when the edition is not. `free` is what another request may state otherwise, `cuts` are
    the facts about each number.
    """

    patients: list[Seen]
    free: frozenset[Fact]
    readings: frozenset[Fact]
    cuts: Mapping[str, tuple[Cut, ...]]
    groups: Groups

    @classmethod
    def of(cls, edition: Edition, drugs: Collection[str], once: Once) -> Self:
        """Of an edition on these drugs; they may be taken when another request is made, or not."""
        worlds = (
            edition.solver.world(_approved(edition, pathway), list(edition.literals.values()))
            for pathway in edition.pathways.values()
        )
        taken = (f"taking({drug})" for drug in drugs)
        free = _facts((*taken, *(str(fact) for (fact,) in edition.program.facts("of_request", 1))))
        return cls(
            [_seen(edition, world, free) for world in worlds if world is not None],
            free,
            _facts(edition.reading_facts),
            {name: tuple(cuts) for name, cuts in edition.vocabulary.cuts.items()},
            edition.known.few.groups,
        ).kept(once)

    def kept(self, once: Once) -> Self:
        """The same, also where it comes from another process, with what is equal of many kept once."""
        return self._replace(
            patients=[once(Seen(_facts(true), _facts(false))) for true, false in self.patients],
            free=_facts(self.free),
            readings=once(_facts(self.readings)),
            cuts={name: once(cuts) for name, cuts in self.cuts.items()},
        )

    def said_to(self, other: Approvals) -> Iterator[Seen]:
        """What another edition sees of each patient, but for the request and how a text is read."""
        free = self.free | other.free | other.readings
        numbers = self._cut_otherwise(other)
        for patient in self.patients:
            true, false = _with_cuts(numbers, patient) if numbers else patient
            yield Seen(true - free, false - free)

    def meet(self, other: Approvals) -> bool:
        """Whether a patient of the one may be a patient of the other too, on a request of its own.

        Where few names stand for many, both know the same names, or nothing is told.
        """
        return self.groups == other.groups and any(
            said.true.isdisjoint(patient.false) and said.false.isdisjoint(patient.true)
            for said in self.said_to(other)
            for patient in other.patients
        )

    def _cut_otherwise(self, other: Approvals) -> list[Sequence[Cut]]:
        """The facts about each number of which each edition has some of its own, in order."""
        names = [
            name for name in self.cuts.keys() & other.cuts.keys() if self.cuts[name] != other.cuts[name]
        ]
        sides = [{name: side.cuts[name] for name in names} for side in (self, other)]
        return list(in_order(sides).values())


def on_a_day(*editions: tuple[About, str]) -> bool:
    """Whether there is a day on which all of these editions, each of its policy, are in force."""
    spans = [_in_force(about, name) for about, name in editions]
    return max(begin for begin, _ in spans) < min(end for _, end in spans)


def _in_force(about: About, edition: str) -> tuple[date, date]:
    """From which day on an edition is in force, and from which on it no longer is."""
    begins = [first or date.min for _, first in about.editions]
    place = [name for name, _ in about.editions].index(edition)
    return begins[place], [*begins[1:], date.max][place]


def plainly_both(one: Approvals, other: Approvals, edition: Edition) -> bool:
    """Whether a patient whom the one approves is approved by the other edition, on a request of its own.

    The patients that are known are tried: where none of them will do, another may. One that is found is
    known from then on.
    """
    literals = edition.literals
    for said in one.said_to(other):
        held = [literals[fact] for fact in said.true if fact in literals]
        held += [-literals[fact] for fact in said.false if fact in literals]
        world = edition.solver.world([*_approved(edition), *held], list(literals.values()))
        if world is not None:
            if len(other.patients) < _MOST:
                other.patients.append(_seen(edition, world, other.free))
            return True
    return False


def _approved(edition: Edition, *given: Literal) -> list[Literal]:
    """What makes a request come to an approval, with the text read as it usually is."""
    usual = [edition.literals[f] for f in edition.reading_facts if edition.vocabulary.defaults.get(f)]
    return [edition.outcomes["approve"], *usual, *given]


def _seen(edition: Edition, world: Sequence[bool], free: frozenset[Fact]) -> Seen:
    """The patient of a world, but for what another request may state otherwise."""
    facts = [each for each in zip(edition.literals, world, strict=True) if each[0] not in free]
    return Seen(*(_facts(fact for fact, so in facts if so is side) for side in (True, False)))


def _facts(names: Iterable[Fact]) -> frozenset[Fact]:
    """Facts, whose names are kept once, whatever edition they are of."""
    return frozenset(map(sys.intern, names))


def _with_cuts(numbers: Collection[Sequence[Cut]], patient: Seen) -> Seen:
    """A patient with the facts on numbers that follow from what another edition says of them."""
    true, false = set(patient.true), set(patient.false)
    for cuts in numbers:
        reached = [place for place, cut in enumerate(cuts) if cut.fact in patient.true]
        missed = [place for place, cut in enumerate(cuts) if cut.fact in patient.false]
        true |= {cut.fact for cut in cuts[: max(reached, default=-1) + 1]}
        false |= {cut.fact for cut in cuts[min(missed, default=len(cuts)) :]}
    return Seen(frozenset(true), frozenset(false))
