"""Two policies on one member: whether it is plain that some patient is approved by both."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lupa.rules.clashes import in_order
from lupa.rules.edition import Edition
from lupa.rules.few import Groups
from lupa.rules.quantities import Cut
from lupa.rules.solver import Literal
from lupa.rules.vocabulary import Fact

_MOST = 16
"""So many patients of an edition are kept at the most."""


@dataclass(slots=True)
class Approvals:
    """Patients whom an edition approves, at first one for each pathway, and what tells them apart.

    They are kept when the edition is not. `free` is what another request may state otherwise.
    """

    patients: list[Mapping[Fact, bool]]
    free: frozenset[Fact]
    readings: frozenset[Fact]
    cuts: Mapping[str, Sequence[Cut]]
    groups: Groups

    @classmethod
    def of(cls, edition: Edition, drugs: Collection[str]) -> Approvals:
        """Of an edition on these drugs; they may be taken when another request is made, or not."""
        worlds = (
            edition.solver.world(_approved(edition, pathway), list(edition.literals.values()))
            for pathway in edition.pathways.values()
        )
        taken = (f"taking({drug})" for drug in drugs)
        return cls(
            [dict(zip(edition.literals, world, strict=True)) for world in worlds if world is not None],
            frozenset((*taken, *(str(fact) for (fact,) in edition.program.facts("of_request", 1)))),
            frozenset(edition.reading_facts),
            edition.vocabulary.cuts,
            edition.known.few.groups,
        )

    def said_to(self, other: Approvals) -> Iterator[dict[Fact, bool]]:
        """What another edition sees of each patient, but for the request and how a text is read."""
        free = self.free | other.free | other.readings
        for patient in self.patients:
            said = _with_cuts((self.cuts, other.cuts), patient)
            yield {fact: so for fact, so in said.items() if fact not in free}

    def meet(self, other: Approvals) -> bool:
        """Whether a patient of the one may be a patient of the other too, on a request of its own.

        Where few names stand for many, both know the same names, or nothing is told.
        """
        return self.groups == other.groups and any(
            all(said.get(fact, so) is so for fact, so in patient.items())
            for said in self.said_to(other)
            for patient in other.patients
        )


def plainly_both(one: Approvals, other: Approvals, edition: Edition) -> bool:
    """Whether a patient whom the one approves is approved by the other edition, on a request of its own.

    The patients that are known are tried: where none of them will do, another may. One that is found is
    known from then on.
    """
    literals = edition.literals
    for said in one.said_to(other):
        held = [literals[fact] if so else -literals[fact] for fact, so in said.items() if fact in literals]
        world = edition.solver.world([*_approved(edition), *held], list(literals.values()))
        if world is not None:
            if len(other.patients) < _MOST:
                other.patients.append(dict(zip(literals, world, strict=True)))
            return True
    return False


def _approved(edition: Edition, *given: Literal) -> list[Literal]:
    """What makes a request come to an approval, with the text read as it usually is."""
    usual = [edition.literals[f] for f in edition.reading_facts if edition.vocabulary.defaults.get(f)]
    return [edition.outcomes["approve"], *usual, *given]


def _with_cuts(
    sides: Sequence[Mapping[str, Sequence[Cut]]], patient: Mapping[Fact, bool]
) -> dict[Fact, bool]:
    """The facts of a patient, with those on a number that follow from what another edition says of it."""
    said = dict(patient)
    for cuts in in_order(sides).values():
        reached = [place for place, cut in enumerate(cuts) if patient.get(cut.fact)]
        missed = [place for place, cut in enumerate(cuts) if patient.get(cut.fact) is False]
        said |= {cut.fact: True for cut in cuts[: max(reached, default=-1) + 1]}
        said |= {cut.fact: False for cut in cuts[min(missed, default=len(cuts)) :]}
    return said
