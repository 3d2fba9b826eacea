"""Flips that differ in one member of a group, or in what they say the same of, as one way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from lupa.answers.exploration import Flip, Statement, Way
from lupa.answers.question import Question
from lupa.rules.asking import Asking, under
from lupa.rules.spoken import said_of

_Parts = tuple[tuple[Statement, ...], ...]
"""Sets of statements in one: of each part, any one statement."""
_Sets = tuple[tuple[tuple[Statement, ...], ...], ...]
"""Of each, all statements of any one set."""


def ways(question: Question, flips: Sequence[Flip]) -> tuple[Way, ...]:
    """The flips, those of one cost as one that differ in one statement about a group, or that say several
    things each of something else.

    What any member of a group brings about is told as that, and then by which; of a number at several
    cut points it is told at the one that asks for the least.
    """
    asking = question.edition.asking
    found = []
    for cost, alike in groupby(flips, key=lambda flip: flip.cost):
        for parts, sets in _of_others(_merged(asking, [flip.statements for flip in alike])):
            several = tuple(part for part in parts if len(part) > 1)
            stated = tuple(part[0] for part in parts if len(part) == 1)
            found.append(Way(cost, stated, several, tuple(_words(question, p) for p in several), sets))
    return tuple(found)


def _words(question: Question, part: Sequence[Statement]) -> str:
    """What any one of these brings about, and which they are."""
    v, asking = question.edition.vocabulary, question.edition.asking
    first = part[0]
    if all(each.fact in v.number_of for each in part):
        weakest = _weakest(question, part)
        return "; or: ".join(each.text.rstrip(".") for each in weakest) + "."
    classes = asking.classes([each.fact for each in part])
    listed = [
        f"{name}: {', '.join(under(name, asking.member(fact)) for fact in facts)}"
        for name, facts in classes.items()
    ]
    others = [asking.member(each.fact) for each in part[1:]]
    met = _met_by_each(question, part)
    if met is None or "" in classes:
        return f"{met or ''} {first.text[:-1]} (or, in its place: {', '.join(others)}).".lstrip()
    return f"{met} One of these will do: {'; '.join(listed)}."


def _weakest(question: Question, part: Iterable[Statement]) -> list[Statement]:
    """Of statements about the same number, all to one side, the one that asks for the least."""
    v = question.edition.vocabulary
    rank = {fact: place for cuts in v.rising for place, fact in cuts}
    found: dict[tuple[str, bool], Statement] = {}
    for each in part:
        key = v.number_of[each.fact], each.value
        known = found.setdefault(key, each)
        if (rank[each.fact] < rank[known.fact]) is each.value:
            found[key] = each
    return list(found.values())


def _met_by_each(question: Question, part: Sequence[Statement]) -> str | None:
    """The sentence of the narrowest criterion, not met yet, that each of these alone would meet."""
    edition = question.edition
    literals = [edition.literals[each.fact] * (1 if each.value else -1) for each in part]
    cones = {
        atom.literal: edition.relevance.cone(atom.literal)
        for atom in (*edition.parts.values(), *edition.criteria)
    }
    for atom in sorted(
        (*edition.parts.values(), *edition.criteria), key=lambda atom: len(cones[atom.literal])
    ):
        bears = all(abs(literal) in cones[atom.literal] for literal in literals)
        is_open = bears and not question.certain(atom.literal)
        if is_open and all(question.would_hold(atom.literal, literal) for literal in literals):
            return edition.phrase(atom, True)
    return None


def _merged(asking: Asking, sets: Sequence[Sequence[Statement]]) -> list[_Parts]:
    """Sets that differ in one statement, of one kind, as one."""
    # numbers in the place of statements, as these are compared and looked up again and again
    each_once = {id(statement): statement for each in sets for statement in each}
    statements = list(dict.fromkeys(each_once.values()))
    number_of = {statement: number for number, statement in enumerate(statements)}
    alone = {key: (number_of[statement],) for key, statement in each_once.items()}
    of_kind = [
        (asking.group_of(each.fact), each.fact.partition("(")[0], each.value, each.kind)
        for each in statements
    ]
    found: list[tuple[tuple[int, ...], ...]] = [
        tuple([alone[key] for key in map(id, each)]) for each in sets
    ]
    # what all have in common, no two of them differ in
    common = frozenset.intersection(*map(frozenset, found)) if found else frozenset()
    own = [frozenset(parts) - common for parts in found]
    merged = True
    while merged:
        merged = False
        by_rest: dict[tuple[object, ...], int] = {}
        gone = set()
        for number, mine in enumerate(own):
            for part in sorted(mine, key=found[number].index):
                rest = mine - {part}
                key = rest, of_kind[part[0]]
                before = by_rest.setdefault(key, number)
                if before == number:
                    continue
                if not rest < own[before]:  # it is another one by now
                    by_rest[key] = number
                    continue
                (its,) = own[before] - rest
                found[before] = tuple(p + part if p == its else p for p in found[before])
                own[before] = rest | {its + part}
                own[number], merged = frozenset(), True
                gone.add(number)
                break
        own = [parts for number, parts in enumerate(own) if number not in gone]
        found = [parts for number, parts in enumerate(found) if number not in gone]
    return [tuple(tuple(map(statements.__getitem__, part)) for part in parts) for parts in found]


def _of_others(ways: Iterable[_Parts]) -> list[tuple[_Parts, _Sets]]:
    """Ways that say several things of one, and the same of something else, as one."""
    found: list[tuple[_Parts, _Sets]] = [(parts, ()) for parts in ways]
    while True:
        alike: dict[object, dict[int, tuple[Statement, ...]]] = {}
        for number, (parts, sets) in enumerate(found):
            for statements in _by_what_they_are_of(parts):
                rest = frozenset(parts).difference((each,) for each in statements)
                said = frozenset((said_of(each.fact)[0], each.value, each.kind) for each in statements)
                alike.setdefault((rest, said, sets), {})[number] = statements
        several = next((these for these in alike.values() if len(these) > 1), None)
        if several is None:
            return found
        first, *others = several
        parts, sets = found[first]
        left = tuple(part for part in parts if part[0] not in several[first] or len(part) > 1)
        found[first] = left, (*sets, tuple(several.values()))
        found = [way for number, way in enumerate(found) if number not in others]


def _by_what_they_are_of(parts: _Parts) -> Iterator[tuple[Statement, ...]]:
    """Of what is stated whatever is chosen, what speaks of one thing, where that is several statements."""
    found: dict[str, list[Statement]] = {}
    for part in parts:
        of = said_of(part[0].fact)[1]
        if len(part) == 1 and of:
            found.setdefault(of, []).append(part[0])
    return (tuple(statements) for statements in found.values() if len(statements) > 1)
