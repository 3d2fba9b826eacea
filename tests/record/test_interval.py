"""What follows from two ranges, and what one has to be, against all pairs of a grid."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import pytest

from lupa.record.interval import Interval, made, other_part, quotient
from lupa.rules.numbers import written
from lupa.rules.quantities import Derived, Made
from tests.times import times

KINDS: tuple[Made, ...] = ("rate", "difference", "percent_change")
LIMIT = Interval(Fraction(-100_000), Fraction(100_000))


def derived(kind: Made) -> Derived:
    return Derived(kind, 3, "first", "second")


def value(kind: Made, first: Fraction, second: Fraction) -> Fraction | None:
    """What the two make, in plain arithmetic."""
    if kind == "difference":
        return second - first
    if kind == "rate":
        return 3 * first / second if second else None
    return 100 * (second - first) / first if first else None


def holds(interval: Interval, number: Fraction) -> bool:
    return not interval.both(Interval(number, number)).empty


def grid(low: int, high: int) -> list[Fraction]:
    return [Fraction(n, 4) for n in range(4 * low, 4 * high + 1)]


@pytest.mark.parametrize("kind", KINDS)
def test_what_two_ranges_make_is_what_their_members_make(kind: Made) -> None:
    dice = random.Random(f"made {kind}")
    for _ in range(times(60)):
        a, b = sorted(dice.sample(range(6), 2))
        c, d = sorted(dice.sample(range(-3, 6) if kind == "difference" else range(6), 2))
        found = made(
            derived(kind), Interval(Fraction(a), Fraction(b)), Interval(Fraction(c), Fraction(d)), LIMIT
        )
        values = [
            v for x, y in itertools.product(grid(a, b), grid(c, d)) if (v := value(kind, x, y)) is not None
        ]
        assert all(holds(found, v) for v in values)
        divisor = {"rate": c, "percent_change": a}.get(kind, 1)
        if divisor > 0:
            assert (found.low, found.high) == (min(values), max(values))
        else:
            assert found.high == LIMIT.high


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [((-4, 8), (2, 4), -2, 4), ((-8, -4), (2, 4), -4, -1), ((4, 8), (2, 4), 1, 4)],
)
def test_a_quotient_of_what_is_below_zero_is_turned_round(
    first: tuple[int, int], second: tuple[int, int], low: int, high: int
) -> None:
    found = quotient(*(Interval(Fraction(a), Fraction(b)) for a, b in (first, second)))
    assert found is not None
    assert found[:2] == (Fraction(low), Fraction(high))


def test_what_is_divided_by_zero_can_be_anything() -> None:
    nothing, some = Interval(Fraction(0), Fraction(0)), Interval(Fraction(-1), Fraction(1))
    assert quotient(some, nothing) is None
    assert quotient(some, Interval(Fraction(0), Fraction(1))) is None
    assert made(derived("rate"), some, nothing, LIMIT) == LIMIT


@pytest.mark.parametrize(("kind", "first"), list(itertools.product(KINDS, (True, False))))
def test_the_other_part_is_what_makes_what_is_wanted(kind: Made, first: bool) -> None:
    dice = random.Random(f"other {kind} {first}")
    for _ in range(times(60)):
        divides = kind != "difference" and first is (kind == "percent_change")
        known = Fraction(dice.randint(-5 if divides else 0, 5))
        low, high = (
            sorted(dice.sample(range(-120, 120), 2))
            if kind != "rate"
            else sorted(dice.sample(range(-12, 12), 2))
        )
        wanted = Interval(Fraction(low), Fraction(high), dice.random() < 0.5, dice.random() < 0.5)
        part = Interval(Fraction(0), Fraction(6))
        found = other_part(derived(kind), known, wanted, part, first=first)
        for one in grid(0, 6):
            got = value(kind, *((one, known) if first else (known, one)))
            if got is not None:
                assert holds(found, one) is holds(wanted, got)


@pytest.mark.parametrize(
    ("number", "text"),
    [(Fraction(30), "30"), (Fraction(55, 2), "27.5"), (Fraction(-5, 2), "-2.5"), (Fraction(1, 3), "1/3")],
)
def test_a_number_is_written_with_its_decimals(number: Fraction, text: str) -> None:
    assert written(number) == text
