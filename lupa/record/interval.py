"""The numbers that a quantity can be, exactly, and what each says of a cut point."""

from fractions import Fraction
from typing import NamedTuple

from lupa.rules.vocabulary import Cut, Quantity


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


def quotient(times: int, first: Interval, second: Interval) -> Interval:
    """All numbers that `times` one of the first, divided by one of the second, can be."""
    return Interval(
        times * first.low / second.high,
        times * first.high / second.low,
        first.low_open or second.high_open,
        first.high_open or second.low_open,
    )
