"""Reads the numbers of a case: exact ones, ranges, days of birth and rates, and the cut points passed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lupa.errors import shown, within
from lupa.record.interval import Interval, anything, quotient
from lupa.record.plain import exact_number
from lupa.record.reader import Reader, example
from lupa.rules.vocabulary import Path, Quantity, Rate, Tree, leaves


def age_on(birth: date, today: date) -> int:
    """Whole years; who is born on 29 February turns a year older on 1 March of a common year."""
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


class Numbers(Reader):
    """Reads what a case says of numbers."""

    def measure(self, tree: Tree | str, value: Any, path: str, about: Path) -> None:
        """What is said of a number, or of each that it names of those with arguments."""
        family, *arguments = about
        if isinstance(tree, str):
            self.number(tree, self.vocabulary.quantities[tree], value, path)
        elif not tree and len(arguments) == self.known.arity(family):
            self.unread_number(value, path, about)
        elif value is None:
            for _, name in leaves(tree):
                self.intervals[name] = None
        elif isinstance(value, Mapping):
            for key, number in value.items():
                where = within(path, key)
                found = self.argument(key, tree, where, about)
                if found is not None:
                    self.measure(tree.get(found, {}), number, where, (*about, found))
        else:
            self.problem(path, f"a mapping such as {example(tree, '3')} is expected, not {shown(value)}")

    def unread_number(self, value: Any, path: str, about: Path) -> None:
        """A number of which no rule reads anything."""
        family, *arguments = about
        unit, least, most = self.known.quantity(family) or ("", 0, 0)
        name = f"{family}({','.join(arguments)})"
        self.number(name, Quantity(unit, least, most, whole=False, in_request=False), value, path)
        self.record.unmeasured.append(name)

    def number(self, name: str, quantity: Quantity, value: Any, path: str) -> None:
        self.intervals[name] = None
        if value is None:
            return
        if isinstance(value, Mapping):
            interval = self.range(quantity, value, path)
        else:
            number = self.exact(quantity, value, path)
            interval = None if number is None else Interval(number, number)
        self.intervals[name] = interval
        if interval is not None:
            self.shown[name] = _range_words(value) if isinstance(value, Mapping) else str(value)

    def exact(self, quantity: Quantity, value: Any, path: str) -> Fraction | None:
        """The number itself; None, with a problem, for what is none or cannot be one."""
        number = exact_number(value)
        if number is None:
            self.problem(path, f"a number of {quantity.unit} is expected, not {shown(value)}")
            return None
        finite = not isinstance(number, Decimal) or number.is_finite()
        if not finite or not quantity.least <= number <= quantity.most:
            self.problem(
                path,
                f"{shown(value)} cannot be; from {quantity.least} to {quantity.most} "
                f"{quantity.unit} is expected",
            )
            return None
        if quantity.whole and number != int(number):
            self.problem(path, f"{shown(value)} is not whole; {quantity.unit} are counted")
            return None
        return Fraction(number)

    def range(self, quantity: Quantity, value: Mapping[str, Any], path: str) -> Interval | None:
        ends: dict[str, object] = dict.fromkeys(("at_least", "more_than", "at_most", "less_than"))
        bounds: dict[str, Fraction] = {}
        for key, end in value.items():
            if key not in ends:
                self.unknown(key, ends, within(path, key), {}, "")
                return None
            number = self.exact(quantity, end, f"{path}.{key}")
            if number is None:
                return None
            bounds[key] = number
        if not bounds:
            self.problem(path, f"a range names one of {', '.join(ends)}")
            return None
        low, low_open = max(
            (bounds.get("at_least", Fraction(quantity.least)), False),
            (bounds.get("more_than", Fraction(quantity.least - 1)), True),
        )
        high, high_closed = min(
            (bounds.get("at_most", Fraction(quantity.most)), True),
            (bounds.get("less_than", Fraction(quantity.most + 1)), False),
        )
        interval = Interval(low, high, low_open, not high_closed)
        if quantity.whole:
            interval = interval.rounded_inward()
        if interval.empty:
            self.problem(path, f"no number of {quantity.unit} is {_range_words(value)}")
            return None
        return interval

    def birth_date(self, value: Any, path: str) -> None:
        birth = self.day(value, path)
        if birth is None:
            return
        if self.service_date is None:
            self.problem(path, "needs request.service_date to give an age; or state facts.age")
            return
        if birth > self.service_date:
            self.problem(path, f"{birth} is after request.service_date, {self.service_date}; check both")
            return
        age = age_on(birth, self.service_date)
        quantity = self.vocabulary.quantities["age"]
        if not quantity.least <= age <= quantity.most:
            self.problem(path, f"gives an age of {age} on {self.service_date}, which cannot be")
            return
        stated = self.intervals.get("age")
        # who is 17 has any age from 17 up to, not including, 18
        born = Interval(Fraction(age), Fraction(age + 1), high_open=True)
        interval = born if stated is None else born.both(stated)
        if interval.empty:
            self.problem(
                path,
                f"gives an age of {age} on {self.service_date}, but facts.age says otherwise; keep one",
            )
            return
        self.intervals["age"] = interval
        if interval.low != interval.high:
            self.shown["age"] = f"{age}, born {birth} and {age} on {self.service_date}"

    def numbers(self) -> None:
        """States the cut points of every number that the case gives."""
        self.record.numbers = sorted(name for name, known in self.intervals.items() if known)
        for name, rate in self.vocabulary.rates.items():
            if rate.first in self.intervals:  # of what is not asked for, no rate is asked for
                self.rate(name, rate)
        for name, interval in self.intervals.items():
            if interval is not None:
                self.record.intervals[name] = interval
            for cut in self.vocabulary.cuts.get(name, ()):
                self.state(cut.fact, interval.truth(cut) if interval else None, self.place(name))
                if name in self.shown:
                    self.record.given[cut.fact] = self.shown[name]

    def rate(self, name: str, rate: Rate) -> None:
        """What the parts of a rate make of it, and what is stated of it besides."""
        parts = (rate.first, rate.second)
        quantities = self.vocabulary.quantities
        first, second = (self.intervals.get(part) or anything(quantities[part]) for part in parts)
        made = quotient(rate.times, first, second)
        stated = self.intervals.get(name)
        interval = made if stated is None else made.both(stated)
        words = " for ".join(self.shown[part] for part in parts if part in self.shown)
        if interval.empty:
            self.problem(
                self.place(name),
                f"is stated as {self.shown[name]}, but {' and '.join(map(self.place, parts))} "
                f"({words}) say otherwise; keep one",
            )
            return
        if name not in self.intervals:
            self.made.add(name)
        self.intervals[name] = interval
        self.shown[name] = "; ".join(filter(None, (self.shown.get(name), words)))

    def place(self, name: str) -> str:
        """Where a number stands in the case; of a rate that only its parts give, the first of them."""
        if name in self.made:
            return self.place(self.vocabulary.rates[name].first)
        v = self.vocabulary
        return ".".join((v.quantities[name].section, *v.where(name)))


def _range_words(value: Mapping[str, Any]) -> str:
    return " and ".join(f"{str(key).replace('_', ' ')} {end}" for key, end in value.items())
