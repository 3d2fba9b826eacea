"""A world as a case: the patient and the request that a proof or a difference is shown by."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any

from lupa.record.members import nested
from lupa.record.together import agreeing
from lupa.rules.clashes import cut_points
from lupa.rules.edition import Edition
from lupa.rules.quantities import Cut
from lupa.rules.vocabulary import ONLY, Fact, Path, Vocabulary, leaves

Case = dict[str, Any]


def as_case(editions: Sequence[Edition], facts: Mapping[Fact, bool]) -> Case:
    """A case that states a world, but for what it leaves as it is assumed to be.

    A list is said to be complete, so that all that it does not name is false, unless a law implies it;
    where a law speaks of the facts, each is stated by itself.
    """
    edition, vocabulary = editions[0], editions[0].vocabulary
    request: Case = {"policy": f"{edition.policy}@{edition.name}"}
    record: Case = {}
    for name, groups in vocabulary.choices.items():
        for path, choices in groups.items():
            chosen = [value for value, fact in choices.items() if facts[fact]]
            if len(chosen) != 1 or not vocabulary.defaults.get(choices[chosen[0]]):
                place, where = (request, path) if name == "requested" else (record, (name, *path))
                put(place, where, chosen[0] if len(chosen) == 1 else None)
    points = cut_points(editions)
    ordered = {name: cuts for name, cuts in points.items() if _in_order(cuts, facts)}
    numbers: dict[str, Any] = dict.fromkeys(points) | _beside(vocabulary, ordered, facts)
    for name, number in numbers.items():
        section = request if vocabulary.quantities[name].in_request else record
        put(section, vocabulary.where(name), number)
    for name, fact in vocabulary.flags.items():
        record[name] = facts[fact]
    for name, tree in vocabulary.families.items():
        if any(edition.relevance.in_a_law(edition.literals[fact]) for _, fact in leaves(tree)):
            for path, fact in leaves(tree):
                put(record, (name, *path), facts[fact])
        else:
            record[name] = {ONLY: nested(tree, {fact for _, fact in leaves(tree) if facts[fact]})}
    return {"request": request, "facts": record}


def brief_case(edition: Edition, facts: Mapping[Fact, bool], relevant: Container[Fact]) -> Case:
    """A short case of a lawful world: it says what is relevant, unless that is assumed anyway.

    Whatever it leaves out may be so or not. `relevant` holds, with a fact, those that a law ties to it.
    """
    v = edition.vocabulary
    request: Case = {"policy": f"{edition.policy}@{edition.name}"}
    record: Case = {}
    stated = {fact for fact in v.facts if fact in relevant and facts[fact] != v.defaults.get(fact)}
    for (name, path), value in _chosen(v, facts, stated).items():
        place, where = (request, path) if name == "requested" else (record, (name, *path))
        put(place, where, value)
    said = {name: cuts for name, cuts in v.cuts.items() if not stated.isdisjoint(c.fact for c in cuts)}
    for name, number in _beside(v, said, facts).items():
        section = request if v.quantities[name].in_request else record
        put(section, v.where(name), number)
    record |= {name: facts[flag] for name, flag in v.flags.items() if flag in stated}
    for name, tree in v.families.items():
        if not stated.isdisjoint(fact for _, fact in leaves(tree)):
            true = {fact for _, fact in leaves(tree) if fact in relevant and facts[fact]}
            record[name] = {ONLY: nested(tree, true)}
    return {"request": request, "facts": record}


def _chosen(
    vocabulary: Vocabulary, facts: Mapping[Fact, bool], stated: Container[Fact]
) -> dict[tuple[str, Path], str]:
    """The value of each choice that is stated, by its name and the arguments before the value."""
    return {
        (name, path): value
        for name, groups in vocabulary.choices.items()
        for path, choices in groups.items()
        for value, fact in choices.items()
        if fact in stated and facts[fact]
    }


def put(part: Case, path: Path, value: Any) -> None:
    """Puts a value where a path leads in a part of a case."""
    *way, last = path
    for step in way:
        part = part.setdefault(step, {})
    part[last] = value


def _beside(
    vocabulary: Vocabulary, cuts: Mapping[str, Sequence[Cut]], facts: Mapping[Fact, bool]
) -> dict[str, int | float]:
    """Plain numbers on these sides of their cut points, each beside the last that it has reached."""
    sides = {name: tuple((cut, facts[cut.fact]) for cut in points) for name, points in cuts.items()}
    return agreeing(vocabulary, cuts, sides, {})


def _in_order(cuts: Sequence[Cut], facts: Mapping[Fact, bool]) -> bool:
    """Whether a number has reached the first of its cut points, and no other."""
    reached = [facts[cut.fact] for cut in cuts]
    return reached == sorted(reached, reverse=True)
