"""The numbers that a quantity can be, exactly, and what each says of a cut point."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from lupa.rules.quantities import Cut, Derived, Quantity


class Interval(NamedTuple):
    """The numbers that a quantity can be; an open end does not belong to it."""

    low: Fraction
    high: Fraction
    low_open: bool = False
    high_open: bool = False

    def truth(self, cut: Cut) -> bool | None:
        """The cut's truth for every number in the interval; None where they differ."""
        if cut.kind == "at_least":
            above = self.low >= cut.bound
            below = self.high < cut.bound or (self.high == cut.bound and self.high_open)
        else:
            above = self.low > cut.bound or (self.low == cut.bound and self.low_open)
            below = self.high <= cut.bound
        return True if above else False if below else None

    @property
    def empty(self) -> bool:
        """No number is in it."""
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    def both(self, other: "Interval") -> "Interval":
        """The numbers that are also in the other."""
        low, low_open = max((self.low, self.low_open), (other.low, other.low_open))
        high, closed = min((self.high, not self.high_open), (other.high, not other.high_open))
        return Interval(low, high, low_open, not closed)

    def rounded_inward(self) -> "Interval":
        """The interval from its least to its greatest whole number."""
        low, high = -(-self.low // 1), self.high // 1
        low += self.low_open and low == self.low
        high -= self.high_open and high == self.high
        return Interval(Fraction(low), Fraction(high))


def anything(quantity: Quantity) -> Interval:
    """All numbers that a quantity can be."""
    return Interval(Fraction(quantity.least), Fraction(quantity.most))


def made(derived: Derived, first: Interval, second: Interval, limit: Interval) -> Interval:
    """All numbers that a quantity which follows from two others can be, as far as it can be anything."""
    if derived.kind == "difference":
        return Interval(
            second.low - first.high,
            second.high - first.low,
            second.low_open or first.high_open,
            second.high_open or first.low_open,
        )
    if derived.kind == "rate":
        return _times(quotient(first, second), derived.times, 0, limit)
    return _times(quotient(second, first), 100, -100, limit)


def _times(share: Interval | None, times: int, more: int, limit: Interval) -> Interval:
    """A share of so much, and so much more; where it has no end, up to the limit."""
    if share is None:
        return limit
    found = _plus(scaled(share, Fraction(times)), Fraction(more))
    return found._replace(high=limit.high) if share.high < share.low else found


def quotient(first: Interval, second: Interval) -> Interval | None:
    """All numbers that one of the first, divided by one of the second, can be; None where it is any.

    Where the second can be 0, and the first is not less, the high end is below the low one: there is none.
    """
    if second.high <= 0 or (second.low <= 0 and first.low < 0):
        return None
    low = (first.low / second.high, first.low_open or second.high_open)
    if second.low <= 0:
        return Interval(low[0], low[0] - 1, low[1])
    high = (first.high / second.low, first.high_open or second.low_open)
    if first.low < 0:
        low = first.low / second.low, first.low_open or second.low_open
    if first.high < 0:
        high = first.high / second.high, first.high_open or second.high_open
    return Interval(low[0], high[0], low[1], high[1])


def scaled(interval: Interval, times: Fraction) -> Interval:
    """So many times each number; `times` is above 0."""
    return interval._replace(low=times * interval.low, high=times * interval.high)


def other_part(
    derived: Derived, known: Fraction, wanted: Interval, part: Interval, *, first: bool
) -> Interval:
    """Of what a `part` of a derived quantity can be, that which makes what is wanted with the other, known.

    The part is the `first` or the second; what comes back may be empty.
    """
    if derived.kind == "difference":
        return _plus(_negative(wanted) if first else wanted, known).both(part)
    times, more, divides = (derived.times, 0, not first) if derived.kind == "rate" else (100, 100, first)
    share = scaled(_plus(wanted, Fraction(more)), Fraction(1, times))
    if not divides:
        return scaled(share, known).both(part) if known > 0 else _NONE
    if known == 0:  # divided by anything it is nothing
        return _NONE if share.both(_NOTHING).empty else part.both(_above(part.high))
    if known < 0:
        known, share = -known, _negative(share)
    if share.high <= 0:
        return _NONE
    least = Interval(known / share.high, part.high, share.high_open, part.high_open)
    if share.low > 0:
        least = least.both(Interval(least.low, known / share.low, least.low_open, share.low_open))
    return least.both(part)


_NONE = Interval(Fraction(1), Fraction(0))
_NOTHING = Interval(Fraction(0), Fraction(0))


def _above(high: Fraction) -> Interval:
    """What is more than 0, up to an end."""
    return Interval(Fraction(0), high, low_open=True)


def _plus(interval: Interval, number: Fraction) -> Interval:
    return interval._replace(low=interval.low + number, high=interval.high + number)


def _negative(interval: Interval) -> Interval:
    return Interval(-interval.high, -interval.low, interval.high_open, interval.low_open)


def hull(intervals: Sequence[Interval]) -> Interval:
    """The least interval that holds all of these."""
    low, low_open = min((each.low, each.low_open) for each in intervals)
    high, closed = max((each.high, not each.high_open) for each in intervals)
    return Interval(low, high, low_open, not closed)


def in_parts(interval: Interval) -> Interval:
    """What a number can be whose last part may have begun: who is 17 years old is not yet 18."""
    high = interval.high if interval.high_open and interval.high % 1 == 0 else interval.high // 1 + 1
    return Interval(interval.low, Fraction(high), interval.low_open, high_open=True)
