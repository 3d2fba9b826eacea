"""One patient for two editions: a short case for each that it decides, and the patient in words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from lupa.authors.diff.pair import BOTH, Pair
from lupa.authors.patients import Case, brief_case, put
from lupa.authors.reports.finding import Patient
from lupa.pages.sentences import FEW
from lupa.record.together import agreeing
from lupa.rules.clashes import cut_points
from lupa.rules.edition import Edition
from lupa.rules.vocabulary import Fact


def same_patient(
    pair: Pair,
    world: Mapping[Fact, bool],
    outcomes: Sequence[str | None],
    stated: Collection[Fact],
    title: str,
) -> tuple[Patient, ...]:
    """The patient of a world for each side that has an outcome.

    The cases say what the outcomes come from and what is to be `stated`, unless it is assumed anyway.
    """
    sides = [(side, outcome) for side, outcome in zip(BOTH, outcomes, strict=True) if outcome is not None]
    reasons = set(stated)
    for side, outcome in sides:
        reasons |= pair.reason(world, side, pair.outcomes[side][outcome])
    relevant = reasons | {fact for edition in pair.editions for fact in _tied(edition, reasons)}
    text = " ".join(_sentences(pair, world, reasons, relevant))
    editions = [pair.editions[side] for side, _ in sides]
    cases = [
        brief_case(e, {**world, **pair.read[side]}, relevant)
        for e, (side, _) in zip(editions, sides, strict=True)
    ]
    _same_numbers(editions, cases, world)
    return tuple(
        Patient(e.policy, e.name, outcome, text, {"case": title, **case, "expect": {"outcome": outcome}})
        for e, case, (_, outcome) in zip(editions, cases, sides, strict=True)
    )


def _same_numbers(editions: Sequence[Edition], cases: Sequence[Case], world: Mapping[Fact, bool]) -> None:
    """Has every case state a number that one of them states, on its side of the cut points of all."""
    points = cut_points(editions)
    sides = {name: tuple((cut, world[cut.fact]) for cut in cuts) for name, cuts in points.items()}
    stated = {
        name for e in editions for name in e.vocabulary.quantities if any(map(_states(e, name), cases))
    }
    for edition, case in zip(editions, cases, strict=True):
        v = edition.vocabulary
        said = {
            *stated,
            *(name for name, made in v.derived.items() if made.first in stated),
        } & points.keys()
        for name, number in agreeing(v, said & v.quantities.keys(), sides, {}).items():
            put(case[v.quantities[name].section], v.where(name), number)


def _states(edition: Edition, name: str) -> Callable[[Case], bool]:
    """Tells whether a case states a number."""
    section, path = edition.vocabulary.quantities[name].section, edition.vocabulary.where(name)

    def states(case: Case) -> bool:
        part: Any = case[section]
        for step in path:
            part = part.get(step) if isinstance(part, Mapping) else None
        return part is not None

    return states


def _tied(edition: Edition, facts: Collection[Fact]) -> Iterator[Fact]:
    """The facts that the laws of an edition tie to these."""
    for fact in facts:
        if fact in edition.literals:
            tied = edition.relevance.component(edition.literals[fact])
            yield from (edition.facts[literal] for literal in tied)


def _sentences(
    pair: Pair, world: Mapping[Fact, bool], reasons: Collection[Fact], relevant: Collection[Fact]
) -> Iterator[str]:
    """What is requested, what the patient has and what not, unless it is assumed anyway."""
    chosen = [fact for edition in pair.editions for fact in edition.vocabulary.choice_of]
    known = dict.fromkeys(fact for edition in pair.editions for fact in edition.literals)
    said = [f for f in known if f in relevant and f in world and pair.defaults.get(f) is not world[f]]
    told = {fact: world[fact] for fact in said if world[fact] or fact in reasons}
    weaker = set[Fact]().union(*(edition.vocabulary.weaker(told) for edition in pair.editions))
    said = [fact for fact in said if fact not in weaker]
    so = [fact for fact in said if world[fact]]
    yield from (pair.words(fact, True) for fact in sorted(so, key=lambda fact: fact not in chosen))
    absent: dict[str, list[Fact]] = {}
    for fact in said:
        if not world[fact] and fact in reasons and fact not in chosen:
            absent.setdefault(fact.partition("(")[0], []).append(fact)
    for name, facts in absent.items():
        if len(facts) > FEW:
            yield f"{name}: nothing else."
        else:
            yield from (pair.words(fact, False) for fact in facts)
