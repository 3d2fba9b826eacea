"""Plain data: what a case states in numbers, ranges and dates, as JSON can say it."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from numbers import Rational, Real
from typing import Any

from lupa.record.interval import Interval, anything
from lupa.rules.quantities import Cut, Quantity


def exact_number(value: Any) -> Fraction | Decimal | None:
    """The number that a value is, of whatever library; None for what is none. A truth value is none."""
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        return None
    if isinstance(value, Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    return Decimal(str(value))  # in the shortest form in which it is written: 0.1 is a tenth


def as_told(value: Any) -> str:
    """A number as it is told, however a file writes it: 500.0 is 500."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


_WRITTEN = re.compile(r"([+-]?(?:0|[1-9]\d{0,11})(?:\.\d{1,12})?) ?(.*)", re.ASCII)


def number_in(text: str, unit: str) -> Decimal | None:
    """The number that a text says by itself, or before its unit; None where it says anything else."""
    match = _WRITTEN.fullmatch(text.strip())
    return Decimal(match[1]) if match and plain_unit(match[2]) in ("", plain_unit(unit)) else None


_SIGNS = {
    ">=": "at_least",
    "≥": "at_least",
    ">": "more_than",
    "<=": "at_most",
    "≤": "at_most",
    "<": "less_than",
}
_BOUND = re.compile(r"(>=|<=|[<>≥≤]) ?(.*)")
_OR_MORE = re.compile(r"^([\d.]+) ?\+(?!\d)")


def bound_in(text: str, units: Iterable[str]) -> tuple[str, Decimal, str] | None:
    """The bound that a text says by a sign, as a laboratory does, or 18+: which, the number, its unit."""
    match = _BOUND.fullmatch(_OR_MORE.sub(r">=\1", text.strip()))
    if match is None:
        return None
    for unit in units:
        number = number_in(match[2], unit)
        if number is not None:
            return _SIGNS[match[1]], number, unit
    return None


_UNITS = {
    **dict.fromkeys(
        ("y", "yr", "yrs", "year", "yo", "y/o", "y.o.", "yearsold", "yearold", "year-old"), "years"
    ),
    **dict.fromkeys(("mo", "mos", "month"), "months"),
    **dict.fromkeys(("wk", "wks", "week"), "weeks"),
    **dict.fromkeys(("d", "day"), "days"),
    **dict.fromkeys(("cap", "caps", "capsule"), "capsules"),
}
"""What people write for a unit."""


def plain_unit(unit: str) -> str:
    """A unit without what is written in one way or another: blanks, capitals, a raised number, a part."""
    found = "".join(unicodedata.normalize("NFKC", unit).split()).casefold()
    found = found.removeprefix("-") or found
    return _UNITS.get(found, found)


def plain_number(value: Fraction | Decimal) -> int | float:
    """The number as JSON can say it, on the same side of every whole number."""
    if value == int(value):
        return int(value)
    near = float(value)
    if near == int(near):
        near = math.nextafter(near, math.inf if value > int(near) else -math.inf)
    return near


def plain_data(value: Any) -> Any:
    """A copy made of what JSON can say: a date is a text, a set a list in order."""
    if isinstance(value, Mapping):
        return {key: plain_data(inner) for key, inner in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(map(plain_data, value), key=str)
    if isinstance(value, list | tuple):
        return [plain_data(inner) for inner in value]
    if isinstance(value, Real | Decimal) and not isinstance(value, int | float):
        number = exact_number(value)
        return value if number is None else plain_number(number)
    return value.isoformat() if isinstance(value, date) else value


def plain_range(interval: Interval, quantity: Quantity) -> dict[str, int | float] | int | float:
    """The interval as a case states it: a range, or a number where it is but one."""
    if interval.low == interval.high:
        return plain_number(interval.low)
    ends = {}
    if interval.low > quantity.least or interval.low_open:
        ends["more_than" if interval.low_open else "at_least"] = plain_number(interval.low)
    if interval.high < quantity.most or interval.high_open:
        ends["less_than" if interval.high_open else "at_most"] = plain_number(interval.high)
    return ends or {"at_least": quantity.least}


def on_side(quantity: Quantity, cut: Cut, value: bool) -> Interval:
    """The numbers on one side of a cut point."""
    bound, everything = cut.bound, anything(quantity)
    if value:
        side = Interval(bound, everything.high, low_open=cut.kind == "more_than")
    else:
        side = Interval(everything.low, bound, high_open=cut.kind == "at_least")
    return side.rounded_inward() if quantity.whole else side


def on_sides(quantity: Quantity, sides: Mapping[Cut, bool | None]) -> Interval:
    """The numbers on these sides of their cut points; None says nothing of one."""
    found = anything(quantity)
    for cut, value in sides.items():
        if value is not None:
            found = found.both(on_side(quantity, cut, value))
    return found


def plain_member(interval: Interval, *, lowest: bool) -> int | float:
    """The lowest whole number of the interval, or the highest; where it has none, its middle.

    Where that has no end as a decimal, it is one with as few decimals as can be.
    """
    whole = interval.rounded_inward()
    if not whole.empty:
        return plain_number(whole.low if lowest else whole.high)
    middle = (interval.low + interval.high) / 2
    for places in range(1, 13):
        finer = Interval(interval.low * 10**places, interval.high * 10**places, *interval[2:])
        if (middle * 10**6).denominator > 1 and not finer.rounded_inward().empty:
            return plain_number(finer.rounded_inward().low / 10**places)
    return plain_number(middle)
