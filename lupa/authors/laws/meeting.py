"""Two policies on one member: whether it is plain that some patient is approved by both."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from lupa.rules.clashes import cut_points
from lupa.rules.edition import Edition
from lupa.rules.solver import Literal
from lupa.rules.vocabulary import Fact


def plainly_both(one: Edition, other: Edition, drugs: Collection[str]) -> bool:
    """Whether a patient whom one approves is approved by the other, on a request of its own.

    One patient for each pathway is tried: where none of them will do, another may. Whether the `drugs` of
    the two are taken may be otherwise when the second request is made.
    """
    free = {f"taking({drug})" for drug in drugs} | {
        str(fact) for edition in (one, other) for (fact,) in edition.program.facts("of_request", 1)
    }
    for pathway in one.pathways.values():
        world = one.solver.world(_approved(one, pathway), list(one.literals.values()))
        if world is not None:
            patient = dict(zip(one.literals, world, strict=True))
            said = _seen_by(other, _with_cuts(one, other, patient), free)
            if other.solver.satisfiable([*_approved(other), *said]):
                return True
    return False


def _approved(edition: Edition, *given: Literal) -> list[Literal]:
    """What makes a request come to an approval, with the text read as it usually is."""
    usual = [edition.literals[f] for f in edition.reading_facts if edition.vocabulary.defaults.get(f)]
    return [edition.outcomes["approve"], *usual, *given]


def _seen_by(edition: Edition, patient: Mapping[Fact, bool], free: Collection[Fact]) -> list[Literal]:
    """What is so of a patient, as an edition sees it, but for the request and how a text is read."""
    readings = set(edition.reading_facts)
    return [
        literal if patient[fact] else -literal
        for fact, literal in edition.literals.items()
        if fact in patient and fact not in free and fact not in readings
    ]


def _with_cuts(one: Edition, other: Edition, patient: Mapping[Fact, bool]) -> dict[Fact, bool]:
    """The facts of a patient, with those on a number that follow from what another edition says of it."""
    said = dict(patient)
    for cuts in cut_points((one, other)).values():
        reached = [place for place, cut in enumerate(cuts) if patient.get(cut.fact)]
        missed = [place for place, cut in enumerate(cuts) if patient.get(cut.fact) is False]
        said |= {cut.fact: True for cut in cuts[: max(reached, default=-1) + 1]}
        said |= {cut.fact: False for cut in cuts[min(missed, default=len(cuts)) :]}
    return said
