"""Measurements as a case states them: with a unit, with the day, one or several."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from lupa.record.interval import Interval
from lupa.record.plain import as_told
from lupa.rules.days import day
from lupa.rules.quantities import Asked
from lupa.rules.vocabulary import ONLY

ENDS = ("at_least", "more_than", "at_most", "less_than")
"""How a range in a case names its ends."""
VALUE, UNIT, ON = "value", "unit", "on"
"""How a case says of a number what it is, in which unit, and on which day it was so."""
NEVER = "never"
"""What a case says of a day that never was."""


class Measurement(NamedTuple):
    """One measurement: the numbers that it can have been (None: not stated), and how many days ago."""

    interval: Interval | None
    days: int | None
    words: str

    def is_one(self, asked: Asked) -> bool | None:
        """Whether it is one of those asked for; None where that is not known."""
        reached = None if self.interval is None else self.interval.truth(asked.cut)
        if reached is (not asked.reached) or (self.days is not None and self.days > asked.days):
            return False
        return None if reached is None or self.days is None else True


class Measured(NamedTuple):
    """The measurements of a quantity that a case states; `all_of_them` if there are no others."""

    each: tuple[Measurement, ...]
    all_of_them: bool

    @property
    def newest(self) -> tuple[Measurement, ...]:
        """The last measurement, or those of the last day."""
        days = [one.days for one in self.each if one.days is not None]
        return tuple(one for one in self.each if not days or one.days == min(days))

    def has(self, asked: Asked) -> bool | None:
        """Whether there are as many of those asked for; None where that is not known."""
        found = [one.is_one(asked) for one in self.each]
        if found.count(True) >= asked.times:
            return True
        return False if self.all_of_them and len(found) - found.count(False) < asked.times else None

    def told(self, asked: Asked, so: bool) -> str:
        """The measurements that make it so; or else all, and of several asked for those that count."""
        if so:
            which = [one for one in self.each if one.is_one(asked)]
        else:
            which = [one for one in self.each if asked.times == 1 or one.is_one(asked) is not False]
        none = "none of those on record" if self.each else "none on record"
        return ", ".join(one.words for one in which) or none


def without_day(said: Any) -> Any:
    """What a case says of a number, without the day on which it was so; of several, of the newest."""
    said = _newest(said)
    if not isinstance(said, Mapping):
        return said
    left = {key: value for key, value in said.items() if key != ON}
    return left if left.keys() - {UNIT} else {**left, VALUE: None}


def with_number(said: Any, number: Any) -> Any:
    """What a case says of a number on the day that it has there, of several on the newest."""
    newest = _newest(said)
    if not isinstance(newest, Mapping) or ON not in newest:
        return number
    ranged = number if isinstance(number, Mapping) else {VALUE: number}
    found = {**ranged, ON: newest[ON]}
    if newest is said:
        return found
    if isinstance(said, Mapping):
        return {ONLY: with_number(said[ONLY], number)}
    return [found if one is newest else one for one in said]


def _newest(said: Any) -> Any:
    """Of several measurements that a case states, the one of the last day; else what it states."""
    each = said.get(ONLY) if isinstance(said, Mapping) and ONLY in said else said
    if not isinstance(each, list | tuple):
        return each
    return max(each, key=_on, default=None)


def _on(said: Any) -> date:
    """The day of a measurement that a case states; the first of all for one that has none."""
    on = said.get(ON) if isinstance(said, Mapping) else None
    return date.min if on is None else day(on, ON)


def range_words(value: Mapping[str, Any]) -> str:
    """A range as a person reads it."""
    return " and ".join(f"{str(key).replace('_', ' ')} {as_told(end)}" for key, end in value.items())
