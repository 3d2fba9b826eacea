"""What one fact about a number says of another, where arithmetic on whole numbers cannot tell.

Each law is grounded from `queries/worlds.lp`. The cut points of one number that are whole have their
order from the vocabulary itself; here are those of decimals and of numbers that count in parts what
another counts, and what is said of measurements.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

import clingo

from lupa.rules.ground import Parts
from lupa.rules.numbers import exact
from lupa.rules.quantities import ASKS, CUTS, days_since

_Place = tuple[Fraction, bool]
"""A number, and whether what is meant is more than that."""


def laws_of_numbers(atoms: clingo.SymbolicAtoms, facts: Mapping[str, clingo.Symbol]) -> Parts:
    """What one cut point, or one measurement, says of others.

    `facts` are the atoms that declare facts, by how each is written.
    """
    begun = tuple(f"fact({name}(" for name in CUTS)
    declared = (symbol.arguments[0] for fact, symbol in facts.items() if fact.startswith(begun))
    cuts = [fact for fact in declared if _is_about_number(fact)]
    measured = [
        clingo.Function(name, atom.symbol.arguments)
        for asks, name in ASKS.items()
        for atom in atoms.by_signature(*asks)
        if _is_about_number(atom.symbol.arguments[0])
    ]
    return [*_ordered(cuts, atoms), *_measurements(measured, cuts)]


def _is_about_number(term: clingo.Symbol) -> bool:
    is_function = term.type == clingo.SymbolType.Function and len(term.arguments) == 2
    return is_function and term.arguments[1].type in (clingo.SymbolType.Number, clingo.SymbolType.String)


# ---- the order of cut points -------------------------------------------------------------------


def _ordered(
    cuts: Iterable[clingo.Symbol], atoms: clingo.SymbolicAtoms
) -> Iterator[tuple[str, list[clingo.Symbol]]]:
    """That who has reached a cut point has reached those before it, for each scale with such ones."""
    rows = (atom.symbol.arguments for atom in atoms.by_signature("subdivides", 3) if atom.is_fact)
    parts = {fine: (coarse, many.number) for fine, coarse, many in rows}
    scales: dict[clingo.Symbol, list[tuple[_Place, clingo.Symbol]]] = {}
    for cut in cuts:
        quantity, bound = cut.arguments
        scale, many = parts.get(quantity, (quantity, 1))
        place = exact(bound, str(cut)) / many, cut.name == "more_than"
        scales.setdefault(scale, []).append((place, cut))
    for found in scales.values():
        found.sort()
        is_plain = len({cut.arguments[0] for _, cut in found}) == 1 and all(
            cut.arguments[1].type == clingo.SymbolType.Number for _, cut in found
        )
        for (below, lower), (above, higher) in itertools.pairwise(found):
            if not is_plain:
                yield "implied", [higher, lower]
                if below == above:
                    yield "implied", [lower, higher]


# ---- measurements ------------------------------------------------------------------------------


def _measurements(
    measured: Iterable[clingo.Symbol], cuts: Iterable[clingo.Symbol]
) -> Iterator[tuple[str, list[clingo.Symbol]]]:
    """That what is measured so is measured less narrowly too, and what the newest one says."""
    number = clingo.SymbolType.Number
    facts = [fact for fact in measured if all(count.type == number for count in fact.arguments[1:])]
    by_quantity: dict[clingo.Symbol, list[tuple[_Place, clingo.Symbol]]] = {}
    for cut in cuts if facts else ():
        place = exact(cut.arguments[1], str(cut)), cut.name == "more_than"
        by_quantity.setdefault(cut.arguments[0], []).append((place, cut))
    for fact in facts:
        for other in facts:
            if fact != other and _narrower(fact, other):
                yield "implied", [fact, other]
        yield from _newest(fact, by_quantity)


def _narrower(fact: clingo.Symbol, other: clingo.Symbol) -> bool:
    """Whether a measurement of which the one is so makes the other so too."""
    (bound, days, times), (wider, longer, fewer) = _counts(fact), _counts(other)
    if bound.arguments[0] != wider.arguments[0] or (bound.name in CUTS) != (wider.name in CUTS):
        return False
    place, reached = _place(bound), _place(wider)
    if days > longer or times < fewer:
        return False
    return reached <= place if bound.name in CUTS else place <= reached


def _counts(fact: clingo.Symbol) -> tuple[clingo.Symbol, int, int]:
    """The bound of a fact about measurements, of how many days they are, and how many at the least."""
    bound, days, *times = fact.arguments
    return bound, days.number, times[0].number if times else 1


def _place(bound: clingo.Symbol) -> _Place:
    return exact(bound.arguments[1], str(bound)), bound.name in ("more_than", "at_most")


def _newest(
    fact: clingo.Symbol, cuts: Mapping[clingo.Symbol, list[tuple[_Place, clingo.Symbol]]]
) -> Iterator[tuple[str, list[clingo.Symbol]]]:
    """That the newest measurement is one: where it is so, and not too old, one is."""
    bound, days, times = _counts(fact)
    if times > 1:
        return
    quantity, place = bound.arguments[0], _place(bound)
    limit = Fraction(days)
    ages = sorted(cuts.get(days_since(quantity), ()))
    old = [cut for at, cut in ages if at <= (limit + 1, False)][
        -1:
    ]  # who has not reached it is not too old
    numbers = sorted(cuts.get(quantity, ()))
    if bound.name in CUTS:
        said = [cut for at, cut in numbers if at >= place][:1]
        yield from (("implied_by_newest", [value, age, fact]) for value in said for age in old)
    else:
        said = [cut for at, cut in numbers if at <= place][-1:]
        yield from (("implied_by_newest_below", [value, age, fact]) for value in said for age in old)
