"""Numbers for one patient that agree: on their sides of the cut points, and with what follows from them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from lupa.record.interval import Interval, anything, in_parts, other_part, scaled
from lupa.record.plain import on_sides, plain_member
from lupa.rules.quantities import Cut, Derived, Quantity
from lupa.rules.vocabulary import Vocabulary

Sides = tuple[tuple[Cut, bool], ...]
"""Cut points of a number, and whether it has reached each."""


class _Left(NamedTuple):
    """The numbers that one can be, and whether it has reached a cut point: then it is a low one of them."""

    interval: Interval
    lowest: bool
    whole: bool

    @property
    def member(self) -> int | float:
        return _member(self.interval, lowest=self.lowest)


@lru_cache(1024)
def left(given: Interval | None, quantity: Quantity, sides: Sides) -> Interval:
    """The numbers that are given and lie on these sides."""
    return (given or anything(quantity)).both(on_sides(quantity, dict(sides)))


@lru_cache(1024)
def _member(interval: Interval, *, lowest: bool) -> int | float:
    return plain_member(interval, lowest=lowest)


def agreeing(
    vocabulary: Vocabulary,
    names: Collection[str],
    sides: Mapping[str, Sides],
    given: Mapping[str, Interval],
) -> dict[str, int | float]:
    """A number for each name, on its `sides` and as it is `given`, that agrees with the others.

    A derived one is left out where its parts are said, which may be some that are not among the names; and
    so is one that no number can be.
    """
    v = vocabulary

    def of(name: str) -> _Left:
        quantity = v.quantities[name]
        here = sides.get(name, ())
        return _Left(left(given.get(name), quantity, here), any(so for _, so in here), quantity.whole)

    found: dict[str, int | float] = {}
    for fine, (coarse, parts) in v.scales.items():
        if fine in names:
            found |= _on_one_scale(fine, of(fine), coarse, of(coarse), parts, also=coarse in names)
    said_by_parts = set()
    for name in [name for name in v.derived if name in names]:
        parted = v.derived[name].first, v.derived[name].second
        by_parts = _said_by(v.derived[name], of(name), of, names, given)
        found |= by_parts
        if by_parts or not {*names, *found}.isdisjoint(parted):  # else it would contradict them
            said_by_parts.add(name)
    rest = [name for name in names if name not in {*found, *said_by_parts}]
    return found | {name: of(name).member for name in rest if not of(name).interval.empty}


def _said_by(
    derived: Derived,
    wanted: _Left,
    of: Callable[[str], _Left],
    names: Collection[str],
    given: Mapping[str, Interval],
) -> dict[str, int | float]:
    """The parts that say a derived number: the second where the first is given, or else both."""
    first, second = of(derived.first), of(derived.second)
    one = given.get(derived.first)
    if one is not None and one.low == one.high:
        # what divides is the larger the less comes of it
        lowest = wanted.lowest is not (derived.kind == "rate")
        rest = other_part(derived, one.low, wanted.interval, second.interval, first=False)
        other = _one_of(rest, second, lowest=lowest)
        return {} if other is None else {derived.second: other}
    if {derived.first, derived.second}.isdisjoint(names):
        return {}
    pair = _parts(derived, wanted.interval, first, second)
    return {} if pair is None else dict(zip((derived.first, derived.second), pair, strict=True))


def _on_one_scale(
    fine: str, small: _Left, coarse: str, large: _Left, parts: int, *, also: bool
) -> dict[str, int | float]:
    """A number in parts, and the whole number of these that it makes: 34 years are 408 to 419 months."""
    both = in_parts(small.interval).both(scaled(_begun(large.interval), Fraction(parts)))
    if both.empty:
        return {}
    number = _member(both, lowest=small.lowest or large.lowest)
    found: dict[str, int | float] = {fine: number}
    if also:
        within = scaled(in_parts(Interval(_exact(number), _exact(number))), Fraction(1, parts))
        whole = Fraction(_exact(number) // parts)
        rest = within.both(large.interval)
        if large.interval.both(Interval(whole, whole)).empty:
            found |= {} if rest.empty else {coarse: _member(rest, lowest=True)}
        else:
            found[coarse] = int(whole)
    return found


def _begun(interval: Interval) -> Interval:
    return in_parts(interval) if not interval.high_open and interval.high % 1 == 0 else interval


def _parts(
    derived: Derived, wanted: Interval, first: _Left, second: _Left
) -> tuple[int | float, int | float] | None:
    """The parts of a derived number, where some of those looked at make what is wanted."""
    for one in _some(first.interval):
        rest = other_part(derived, _exact(one), wanted, second.interval, first=False)
        found = _one_of(rest, second, lowest=second.lowest)
        if found is not None:
            return one, found
    for other in _some(second.interval):
        rest = other_part(derived, _exact(other), wanted, first.interval, first=True)
        found = _one_of(rest, first, lowest=first.lowest)
        if found is not None:
            return found, other
    return None


def _one_of(interval: Interval, part: _Left, *, lowest: bool) -> int | float | None:
    """A number of an interval of a part, a whole one where it is counted; None where there is none."""
    found = interval.rounded_inward() if part.whole else interval
    return None if found.empty else _member(found, lowest=lowest)


def _some(interval: Interval) -> Iterator[int | float]:
    """A few numbers of an interval: at its ends, and between."""
    if interval.empty:
        return
    middle = (interval.low + interval.high) / 2
    yield _member(interval, lowest=True)
    yield _member(interval, lowest=False)
    yield _member(Interval(middle, interval.high, high_open=interval.high_open), lowest=True)


def _exact(number: float) -> Fraction:
    """A plain number as it is written."""
    return Fraction(str(number))
