"""A world as a case: the patient and the request that a proof or a difference is shown by."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from fractions import Fraction
from typing import Any

from lupa.edition import Edition
from lupa.plain import on_sides, plain_member
from lupa.vocabulary import Cut, Fact, Rate, Vocabulary

Case = dict[str, Any]


def as_case(editions: Sequence[Edition], facts: Mapping[Fact, bool]) -> Case:
    """A case that states a world, but for what it leaves as it is assumed to be.

    A list states all that it does not name as false, unless a law implies it; where a law speaks of
    the facts, each is stated by itself.
    """
    edition, vocabulary = editions[0], editions[0].vocabulary
    request: Case = {"policy": f"{edition.policy}@{edition.name}"}
    record: Case = {}
    for name, kinds in vocabulary.choices.items():
        for kind, choices in kinds.items():
            chosen = [value for value, fact in choices.items() if facts[fact]]
            if len(chosen) != 1 or not vocabulary.defaults.get(choices[chosen[0]]):
                place = request if name == "requested" else record.setdefault(name, {})
                place[kind] = chosen[0] if len(chosen) == 1 else None
    for name, cuts in cut_points(editions).items():
        rate = vocabulary.rates.get(name)
        number = _number(cuts, facts)
        if rate is not None:
            request |= _parts(rate, number)
        elif vocabulary.quantities[name].in_request:
            request[name] = _plain(number)
        else:
            record[name] = _plain(number)
    for name, fact in vocabulary.flags.items():
        record[name] = facts[fact]
    for name, members in vocabulary.families.items():
        values = {value: facts[fact] for value, fact in members.items()}
        tied = any(edition.relevance.in_a_law(edition.literals[fact]) for fact in members.values())
        record[name] = values if tied else [value for value, so in values.items() if so]
    return {"request": request, "facts": record}


def brief_case(edition: Edition, facts: Mapping[Fact, bool], relevant: Container[Fact]) -> Case:
    """A short case of a lawful world: it says what is relevant, unless that is assumed anyway.

    Whatever it leaves out may be so or not. `relevant` holds, with a fact, those that a law ties to it.
    """
    v = edition.vocabulary
    request: Case = {"policy": f"{edition.policy}@{edition.name}"}
    record: Case = {}
    stated = {fact for fact in v.facts if fact in relevant and facts[fact] != v.defaults.get(fact)}
    for (name, kind), value in _chosen(v, facts, stated).items():
        (request if name == "requested" else record.setdefault(name, {}))[kind] = value
    for name, cuts in v.cuts.items():
        if not stated.isdisjoint(cut.fact for cut in cuts):
            section = request if v.quantities[name].in_request else record
            section[name] = _beside(v, name, facts)
    record |= {name: facts[flag] for name, flag in v.flags.items() if flag in stated}
    for name, members in v.families.items():
        if not stated.isdisjoint(members.values()):
            record[name] = [value for value, fact in members.items() if fact in relevant and facts[fact]]
    return {"request": request, "facts": record}


def _chosen(
    vocabulary: Vocabulary, facts: Mapping[Fact, bool], stated: Container[Fact]
) -> dict[tuple[str, str], str]:
    """The value of each choice that is stated, by the name and the kind of the choice."""
    return {
        (name, kind): value
        for name, kinds in vocabulary.choices.items()
        for kind, choices in kinds.items()
        for value, fact in choices.items()
        if fact in stated and facts[fact]
    }


def _beside(vocabulary: Vocabulary, name: str, facts: Mapping[Fact, bool]) -> int | float:
    """A plain number on these sides of the cut points, beside the last one that it has reached."""
    sides = {cut: facts[cut.fact] for cut in vocabulary.cuts[name]}
    return plain_member(on_sides(vocabulary.quantities[name], sides), lowest=any(sides.values()))


def _number(cuts: Sequence[Cut], facts: Mapping[Fact, bool]) -> Fraction | None:
    """A number of which just these facts hold, whole if one is; None if they are out of order."""
    reached = [cut for cut in cuts if facts[cut.fact]]
    if reached != cuts[: len(reached)]:
        return None
    if not reached:
        return Fraction(cuts[0].bound) - (cuts[0].kind == "at_least")
    low, above = reached[-1], cuts[len(reached) :]
    if low.kind == "at_least":
        return Fraction(low.bound)
    beyond = Fraction(low.bound + 1)
    return beyond if not above or rank(above[0]) > 2 * beyond else beyond - Fraction(1, 2)


def _parts(rate: Rate, number: Fraction | None) -> Case:
    """Two whole numbers with this rate."""
    if number is None:
        return {rate.first: None}
    return {
        rate.first: int(number * number.denominator),
        rate.second: rate.times * number.denominator,
    }


def _plain(number: Fraction | None) -> int | float | None:
    if number is None:
        return None
    return int(number) if number.denominator == 1 else float(number)


def cut_points(editions: Sequence[Edition]) -> dict[str, list[Cut]]:
    """The facts about each number that one of these editions has, from the lowest to the highest."""
    found: dict[str, set[Cut]] = {}
    for edition in editions:
        for name, cuts in edition.vocabulary.cuts.items():
            found.setdefault(name, set()).update(cuts)
    return {name: sorted(cuts, key=rank) for name, cuts in found.items()}


def rank(cut: Cut) -> int:
    return 2 * cut.bound + (cut.kind == "more_than")
