"""What follows from the numbers that a case states: ages, parts of others, and what is made of two."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

from lupa.record.interval import Interval, anything, in_parts, made, scaled
from lupa.record.plain import bound_in, number_in
from lupa.record.stated_numbers import StatedNumbers
from lupa.rules.numbers import counted
from lupa.rules.quantities import Derived, Quantity
from lupa.rules.vocabulary import Fact


class Measuring(StatedNumbers):
    """Reads what a case says of numbers, and finds what follows from it."""

    def read(self, name: str, quantity: Quantity, value: Any, path: str) -> None:
        """What is said of one number, or of the parts that one is counted in."""
        fine = self._counted_in_parts(name, quantity, value) or name
        super().read(fine, self._vocabulary.quantities.get(fine, quantity), value, path)

    def _counted_in_parts(self, name: str, quantity: Quantity, value: Any) -> str | None:
        """The number of which a text says the parts: an age of `4 months` is one in months."""
        for fine, (coarse, _) in self._vocabulary.scales.items():
            if coarse == name and isinstance(value, str):
                units = quantity.unit, self._vocabulary.quantities[fine].unit
                own, in_parts = (
                    number_in(value, unit) is not None or bound_in(value, (unit,)) is not None
                    for unit in units
                )
                if in_parts and not own:
                    return fine
        return None

    def birth_date(self, value: Any, path: str) -> None:
        """The age that a birth date gives, in years and where that is known in months."""
        birth = self.on(value, path)
        if birth is None:
            return
        if self.service_date is None:
            self._tell(path, "needs request.service_date to give an age; or state facts.age")
            return
        if birth > self.service_date:
            self._tell(path, f"{birth} is after request.service_date, {self.service_date}; check both")
            return
        months = months_on(birth, self.service_date)
        for name, number, unit in (("age", months // 12, "age"), ("age_months", months, "age in months")):
            quantity = self._vocabulary.quantities.get(name)
            if quantity is not None and not self._born(name, number, unit, birth, path):
                return

    def _born(self, name: str, number: int, what: str, birth: date, path: str) -> bool:
        """Takes an age that a birth date gives; False, with a problem, where it cannot be."""
        quantity, today = self._vocabulary.quantities[name], self.service_date
        if not quantity.least <= number <= quantity.most:
            self._tell(path, f"gives an {what} of {number} on {today}, which cannot be")
            return False
        stated = self.intervals.get(name)
        # who is 17 has any age from 17 up to, not including, 18
        born = Interval(Fraction(number), Fraction(number + 1), high_open=True)
        interval = born if stated is None else born.both(stated)
        if interval.empty:
            self._tell(
                path, f"gives an {what} of {number} on {today}, but facts.{name} says otherwise; keep one"
            )
            self.intervals.update(age=None, age_months=None)
            return False
        self.intervals[name] = interval
        if interval.low != interval.high:
            self.shown[name] = f"born {birth}, so {number} on {today}"
        return True

    # ---- what follows --------------------------------------------------------------------------

    @property
    def stated(self) -> list[str]:
        """The quantities that the case gives; how long ago one was measured is said with it."""
        since = {f"days_since({name})" for name in self._measured}
        return sorted(name for name, known in self.intervals.items() if known and name not in since)

    def settle(self) -> None:
        """Finds what follows from the numbers that are stated."""
        for name, (coarse, parts) in self._vocabulary.scales.items():
            self._one_scale(name, coarse, parts)
        for name, derived in self._vocabulary.derived.items():
            needed = (derived.first,) if derived.kind == "rate" else (derived.first, derived.second)
            if any(part in self.intervals for part in needed):  # of what is not said, nothing is made
                self._derive(name, derived)

    def _one_scale(self, fine: str, coarse: str, parts: int) -> None:
        """Has a number and its parts say the same: who is 17 is 204 to 215 months old."""
        small, large = self.intervals.get(fine), self.intervals.get(coarse)
        if small is None and large is None:
            return
        found = anything(self._vocabulary.quantities[fine])
        found = found._replace(high=found.high + 1, high_open=True)
        if large is not None:
            found = found.both(scaled(in_parts(_whole(large)), Fraction(parts)))
        if small is not None:
            found = found.both(in_parts(small))
        if found.empty:
            other = f"{self.place(coarse)} as {self.shown[coarse]}"
            self._tell(self.place(fine), f"is stated as {self.shown[fine]}, but {other}; keep one")
            return
        if small is None:
            self.intervals[fine] = found
            self._made[fine] = coarse
            self.shown[fine] = counted(self.shown[coarse], self._vocabulary.quantities[coarse].unit)
        else:
            self.intervals[fine] = small.both(found)
        cuts = self._vocabulary.cuts.get(coarse, ())
        if large is None:
            self._made[coarse] = fine
            self.shown[coarse] = counted(self.shown[fine], self._vocabulary.quantities[fine].unit)
        if large is None or (small is not None and None in map(large.truth, cuts)):
            self.intervals[coarse] = scaled(found, Fraction(1, parts))

    def _derive(self, name: str, derived: Derived) -> None:
        """What the parts of a derived number make of it, and what is stated of it besides."""
        parts = (derived.first, derived.second)
        quantities = self._vocabulary.quantities
        first, second = (self.intervals.get(part) or anything(quantities[part]) for part in parts)
        found = made(derived, first, second, anything(quantities[name]))
        stated = self.intervals.get(name)
        interval = found if stated is None else found.both(stated)
        shown = [self.shown[part] for part in parts if part in self.shown]
        between = " for " if derived.kind == "rate" else ", then "
        if all(part.startswith("days_since(") for part in parts):  # from the day that is longer ago, if so
            shown, between = shown[::-1], " to "
        words = between.join(shown)
        if interval.empty:
            self._tell(
                self.place(name),
                f"is stated as {self.shown[name]}, but {' and '.join(map(self.place, parts))} "
                f"({words}) say otherwise; keep one",
            )
            return
        if name not in self.intervals:
            self._made[name] = next(part for part in parts if part in self.intervals)
        self.intervals[name] = interval
        self.shown[name] = "; ".join(filter(None, (self.shown.get(name), words)))

    def measurements(self) -> Iterator[tuple[Fact, bool, str, str]]:
        """What the measurements say of facts about them, with where they stand and how they read."""
        for fact, asked in self._vocabulary.asked.items():
            stated = self._measured.get(asked.quantity)
            so = None if stated is None else stated.has(asked)
            if stated is not None and so is not None:
                yield fact, so, self.place(asked.quantity), stated.told(asked, so)


def months_on(birth: date, today: date) -> int:
    """Whole months; who is born on the 31st is a month older on the first where a month has none."""
    return 12 * (today.year - birth.year) + today.month - birth.month - (today.day < birth.day)


def _whole(interval: Interval) -> Interval:
    """What a number is at least, in whole ones: who is said to be 40.5 years old is 40."""
    return (
        interval
        if interval.low % 1 == 0
        else interval._replace(low=Fraction(interval.low // 1), low_open=False)
    )
