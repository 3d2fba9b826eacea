"""What a case says of numbers: in which unit, on which day, in how many measurements."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lupa.errors import CaseError, shown, within
from lupa.record.interval import Interval, hull
from lupa.record.measurement import ENDS, NEVER, ON, UNIT, VALUE, Measured, Measurement, range_words
from lupa.record.plain import as_told, bound_in, exact_number, number_in, plain_unit
from lupa.record.said import Remark
from lupa.rules.days import day, is_plain
from lupa.rules.quantities import Quantity
from lupa.rules.vocabulary import ONLY, Vocabulary

Tell = Callable[[str, str], None]
"""Takes note of a problem: the path to it, and what is wrong."""
TellUnknown = Callable[[Any, Mapping[str, object], str], None]
"""Takes note of a name that is none of those that can stand at a place."""


def _of(unit: str) -> str:
    return f" of {unit}" if unit else ""


class StatedNumbers:
    """Reads what a case says of numbers; `tell` takes note of what is wrong with it.

    `remarks` tell what was read otherwise than it is written.

    `intervals` is what each can be (None: said to be open), `shown` how the case has it.
    """

    def __init__(self, vocabulary: Vocabulary, tell: Tell, unknown: TellUnknown) -> None:
        self._vocabulary = vocabulary
        self._tell = tell
        self._unknown = unknown
        self.remarks: list[Remark] = []
        self.intervals: dict[str, Interval | None] = {}
        self.shown: dict[str, str] = {}
        self.service_date: date | None = None
        self._measured: dict[str, Measured] = {}
        self._places: dict[str, str] = {}
        self._made: dict[str, str] = {}

    def read(self, name: str, quantity: Quantity, value: Any, path: str) -> None:
        """What is said of one number: itself, a range, either with unit and day, or several of these."""
        self.intervals.setdefault(name, None)
        if value is None:
            return
        if not quantity.dated:
            one = self._one(quantity, value, path)
            self._take(name, () if one is None else (one,), path)
            return
        found = self._several(quantity, value, path)
        if found is None:
            return
        self._measured[name] = found
        self._take(name, found.newest, path)
        since = f"days_since({name})"
        days = [one.days for one in found.newest if one.days is not None]
        if days:
            self._days(since, days[0], found.newest[0].words.rpartition(" ")[2], path)
        elif found.all_of_them and not found.each:
            self._days(since, None, "none on record", path)

    def _take(self, name: str, found: Sequence[Measurement], path: str) -> None:
        """Takes what one measurement says, or all that several of one day say."""
        intervals = [one.interval for one in found if one.interval is not None]
        if intervals and len(intervals) == len(found):
            self._state(name, hull(intervals), " and ".join(one.words for one in found), path)

    def _state(self, name: str, interval: Interval, words: str, path: str) -> None:
        """States a number, which another part of the case may have stated already."""
        stated = self.intervals.get(name)
        if stated is not None and stated.both(interval).empty:
            self._tell(path, f"says {words}, but {self.place(name)} says {self.shown[name]}; keep one")
            return
        self.intervals[name] = interval if stated is None else stated.both(interval)
        self.shown[name] = words
        self._places[name] = path

    def day(self, name: str, value: Any, path: str) -> None:
        """What is said of a day: itself, that it never was, or nothing."""
        self.intervals.setdefault(name, None)
        if isinstance(value, Mapping) and set(value) == {ON}:
            value, path = value[ON], f"{path}.{ON}"
        if value == NEVER:
            self._days(name, None, NEVER, path)
        elif value is not None:
            days = self._days_ago(value, path)
            if days is not None:
                self._days(name, days, str(value), path)

    def _days(self, name: str, days: int | None, words: str, path: str) -> None:
        """States how long ago it was; what never was is longer ago than anything."""
        quantity = self._vocabulary.quantities.get(name)
        most = quantity.most if quantity is not None else days or 0  # of one that no rule reads any will do
        ago = Fraction(most if days is None else days)
        if ago > most:
            self._tell(path, f"is {days} days ago, which cannot be; check the year")
            return
        self._state(name, Interval(ago, ago), words, path)

    def on(self, value: Any, path: str) -> date | None:
        """The day that is stated; None, with a problem, where it cannot be read."""
        try:
            found = day(value, path)
        except CaseError as error:
            for problem in error.problems:
                self._tell(problem.path, problem.message)
            return None
        if not is_plain(value):
            self.remarks.append(Remark(path, f"{shown(value)} was read as {found}."))
        return found

    def _days_ago(self, value: Any, path: str) -> int | None:
        """How many days before the service date a day is; None, with a problem, where that is not known."""
        on = self.on(value, path)
        if on is None:
            return None
        if self.service_date is None:
            self._tell(path, "needs request.service_date, from which days are counted")
            return None
        if on > self.service_date:
            self._tell(path, f"{on} is after request.service_date, {self.service_date}; check both")
            return None
        return (self.service_date - on).days

    def _several(self, quantity: Quantity, value: Any, path: str) -> Measured | None:
        """The measurements that are stated; None, with a problem, where one cannot be read."""
        is_all = isinstance(value, Mapping) and ONLY in value
        if is_all and len(value) > 1:
            self._tell(path, f"`{ONLY}` stands alone, as in {{{ONLY}: [95]}}")
            return None
        if is_all:
            value, path = value[ONLY], f"{path}.{ONLY}"
        if not isinstance(value, list | tuple):
            one = self._one(quantity, value, path)
            return None if one is None else Measured((one,), is_all)
        found = []
        for place, said in enumerate(value):
            one = self._one(quantity, said, f"{path}[{place}]")
            if one is None:
                return None
            if one.days is None and len(value) > 1:
                self._tell(f"{path}[{place}]", f"of several measurements each has its day; add `{ON}`")
                return None
            found.append(one)
        return Measured(tuple(found), is_all)

    def _one(self, quantity: Quantity, value: Any, path: str) -> Measurement | None:
        """One measurement, or one number; None, with a problem, where it cannot be read."""
        if isinstance(value, str):
            value = self._in_words(quantity, value, path)
        if isinstance(value, Mapping):
            return self._in_parts(quantity, value, path)
        number = self._exact(quantity, value, path)
        return None if number is None else Measurement(Interval(number, number), None, as_told(value))

    def _in_parts(self, quantity: Quantity, value: Mapping[Any, Any], path: str) -> Measurement | None:
        """The number that a mapping says, with its unit, its day or as a range."""
        keys: dict[str, object] = dict.fromkeys((*ENDS, VALUE, UNIT, *((ON,) if quantity.dated else ())))
        for key in value:
            if key is True:  # as YAML 1.1 reads it, and with it many a library
                self._tell(path, 'its key `on` was read as the truth value true; write it in quotes, "on"')
                return None
            if key == ON and not quantity.dated:
                self._tell(f"{path}.{ON}", "no day is kept of this number; leave `on` out")
                return None
            if key not in keys:
                self._unknown(key, keys, within(path, key))
                return None
        factor = self._factor(quantity, value, path)
        days = self._days_ago(value[ON], f"{path}.{ON}") if value.get(ON) is not None else None
        if factor is None or (days is None and value.get(ON) is not None):
            return None
        ends = {key: end for key, end in value.items() if key in ENDS}
        words = range_words(ends) if ends else as_told(value.get(VALUE))
        words += f" {value[UNIT]}" if value.get(UNIT, quantity.unit) != quantity.unit else ""
        words += f" on {value[ON]}" if days is not None else ""
        interval: Interval | None = None
        if ends and VALUE in value:
            self._tell(path, f"says a `{VALUE}` and a range; keep one")
            return None
        if value.get(VALUE) is not None:
            number = self._exact(quantity, value[VALUE], f"{path}.{VALUE}", factor, value.get(UNIT))
            interval = None if number is None else Interval(number, number)
        elif VALUE not in value and (ends or days is None):
            interval = self._range(quantity, ends, path, factor, value.get(UNIT))
        else:  # it is known when, and not how much
            return Measurement(None, days, words)
        return None if interval is None else Measurement(interval, days, words)

    def _in_words(self, quantity: Quantity, text: str, path: str) -> str | dict[str, object]:
        """A text that is a bound by its sign, `>60`, or names another unit, as the mapping that says so."""
        found = bound_in(text, (quantity.unit, *(unit for unit, _ in quantity.units)))
        if found is None:
            return self._in_its_unit(quantity, text, path)
        end, number, unit = found
        words = f"{end.replace('_', ' ')} {number} {unit}".rstrip()
        self.remarks.append(Remark(path, f"{shown(text)} was read as {words}."))
        return {end: number, UNIT: unit}

    def _in_its_unit(self, quantity: Quantity, text: str, path: str) -> str | dict[str, object]:
        """A text that names another unit, `201 lb`, as the mapping that says so; others as they are."""
        if number_in(text, quantity.unit) is None:
            for unit, _ in quantity.units:
                number = number_in(text, unit)
                if number is not None:
                    if text != (found := f"{number} {unit}"):
                        self.remarks.append(Remark(path, f"{shown(text)} was read as {found}."))
                    return {VALUE: number, UNIT: unit}
        return text

    def _factor(self, quantity: Quantity, value: Mapping[str, Any], path: str) -> Fraction | None:
        """What one of the unit that is named comes to; None, with a problem, for an unknown one."""
        units = {quantity.unit: Fraction(1), **dict(quantity.units)}
        unit = value.get(UNIT, quantity.unit)
        if isinstance(unit, str):
            for known, factor in units.items():
                if plain_unit(known) == plain_unit(unit):
                    return factor
        names = ", ".join(filter(None, units)) or "none"
        self._tell(f"{path}.{UNIT}", f"{shown(unit)} is no unit of this number; known are {names}")
        return None

    def _exact(
        self,
        quantity: Quantity,
        value: Any,
        path: str,
        factor: Fraction = Fraction(1),
        unit: str | None = None,
    ) -> Fraction | None:
        """The number itself; None, with a problem, for what is none or cannot be one."""
        number = exact_number(value)
        if number is None and isinstance(value, str):
            number = number_in(value, unit or quantity.unit)
            if number is not None:
                words = f"{number} {unit or quantity.unit}".rstrip()
                self.remarks.append(Remark(path, f"{shown(value)} was read as {words}."))
        if number is None:
            self._tell(path, f"a number{_of(unit or quantity.unit)} is expected, not {shown(value)}")
            return None
        finite = not isinstance(number, Decimal) or number.is_finite()
        if not finite or not quantity.least <= Fraction(number) * factor <= quantity.most:
            of = f" {unit}" if unit and unit != quantity.unit else ""
            span = f"{quantity.least} to {quantity.most} {quantity.unit}".rstrip()
            self._tell(path, f"{shown(value)}{of} cannot be; from {span} is expected")
            return None
        found = Fraction(number) * factor
        if quantity.whole and found != int(found):
            self._tell(
                path,
                f"{shown(value)} is not whole{f'; {quantity.unit} are counted' if quantity.unit else ''}",
            )
            return None
        return found

    def _range(
        self, quantity: Quantity, ends: Mapping[str, Any], path: str, factor: Fraction, unit: str | None
    ) -> Interval | None:
        bounds: dict[str, Fraction] = {}
        for key, end in ends.items():
            number = self._exact(quantity, end, f"{path}.{key}", factor, unit)
            if number is None:
                return None
            bounds[key] = number
        if not bounds:
            self._tell(path, f"a range names one of {', '.join(ENDS)}")
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
            self._tell(path, f"no number{_of(unit or quantity.unit)} is {range_words(ends)}")
            return None
        return interval

    def place(self, name: str) -> str:
        """Where a number stands in the case; of one that others make, the first of these."""
        if name in self._made:
            return self.place(self._made[name])
        v = self._vocabulary
        return self._places.get(name) or ".".join((v.quantities[name].section, *v.where(name)))
