"""Terms that differ in one member of a family, as one row: one of these drugs is taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lupa.authors.diff.regions import Term
from lupa.rules.quantities import CUTS
from lupa.rules.vocabulary import Fact

Part = tuple[tuple[Fact, ...], bool]
"""One of these facts, at least, has this value."""

Row = tuple[Part, ...]
"""All of these hold."""

Rows = list[tuple[Row, tuple[Term, ...]]]
"""Rows, each with the terms that are in it."""


def alike(terms: Mapping[Term, Sequence[tuple[Fact, bool]]]) -> Rows:
    """The terms, given with what they say of facts, as rows that together say the same.

    Each row comes with the terms that are in it.
    """
    rows: Rows = [
        (tuple(((fact,), value) for fact, value in said), (term,)) for term, said in terms.items()
    ]
    while len(same := _differing_in_one(rows)) > 1:
        _merge(rows, same)
    return rows


def _differing_in_one(rows: Rows) -> list[tuple[int, Part]]:
    """As many rows as can be, by number, that are the same but for one part each, of one family."""
    groups: dict[object, list[tuple[int, Part]]] = {}
    for number, (row, _) in enumerate(rows):
        for part, family in _members(row):
            groups.setdefault((frozenset(row) - {part}, family), []).append((number, part))
    return max(groups.values(), key=len, default=[])


def _members(row: Row) -> Iterator[tuple[Part, tuple[str, bool]]]:
    """The parts that speak of a member of a family, with the family and what is said of it."""
    for part in row:
        (first, *_), value = part
        name = family(first)
        if name is not None:
            yield part, (name, value)


def family(fact: Fact) -> str | None:
    """What a fact shares with those that say the same of other members; None where there are none."""
    name, _, rest = fact.partition("(")
    return (fact.rpartition(",")[0] or name) if rest and name not in CUTS else None


def _merge(rows: Rows, same: Sequence[tuple[int, Part]]) -> None:
    """Puts one row in the place of those that are the same but for one part."""
    number, part = same[0]
    facts = tuple(dict.fromkeys(fact for _, (facts, _) in same for fact in facts))
    row = tuple((facts, part[1]) if each == part else each for each in rows[number][0])
    rows[number] = row, tuple(term for place, _ in same for term in rows[place][1])
    for place, _ in reversed(same[1:]):
        del rows[place]
