"""Numbers of a chart, exact, and the day of birth."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import clingo

from lupa.fhir.chart import Json
from lupa.fhir.evidence import Evidence, Said, evidence_for
from lupa.fhir.flat import Flat
from lupa.fhir.tables import Tables
from lupa.fhir.values import RANGE, SIGNS
from lupa.fhir.versions import moment

Bounds = tuple[Fraction | None, Fraction | None, bool, bool]
"""Lowest and highest, None for none, and whether each is itself left out."""
_MANY = 100
"""So many measurements of one number are told, the newest."""


def put(tree: dict[str, Any], path: Sequence[str], value: object) -> None:
    """Puts a value at a path of keys, and makes the way there."""
    *way, last = path
    for step in way:
        tree = tree.setdefault(step, {})
    tree[last] = value


def number(value: Fraction) -> int | float:
    """A number as JSON writes it, to nine decimals where it has more."""
    return int(value) if value.denominator == 1 else round(float(value), 9)


class Measured:
    """The numbers that a chart gives: as a case states them, and with their evidence."""

    def __init__(self, told: Evidence, flat: Flat, tables: Tables) -> None:
        self._flat, self._limits = flat, tables.declared.limits
        self.notes: list[str] = []
        self.stated: dict[str, Any] = {}
        self.facts: dict[str, dict[str, Any]] = {}
        self._tables = tables
        found: dict[str, list[tuple[Said, Bounds]]] = {}
        self._dated(told, tables)
        self._lasting(told)
        for element, name, many, each in told.rows("counts", 4):
            if tables.is_dated(name.name) or not tables.declared.measures(name):
                continue
            reading = self._reading(element.number, str(name), Fraction(many.number, each.number))
            if reading is not None:
                found.setdefault(str(name), []).append(reading)
        for number_of, readings in found.items():
            self._state(number_of, hull([bounds for _, bounds in readings]), [said for said, _ in readings])
        for (patient,) in told.rows("birth", 1):
            self.stated["birth_date"] = flat.elements[patient.number].dates["born"][:10]  # with no hour
        for one, other in told.rows("two_births", 2):
            lines = [Said(patient.number, "yes", "day_of_birth") for patient in (one, other)]
            self.facts["age"] = {"state": "conflict", "evidence": evidence_for(flat, lines)}
        for patient, youngest, oldest in told.rows("years", 3):
            limits: Bounds = Fraction(youngest.number), Fraction(oldest.number + 1), False, True
            self._state("age", limits, [Said(patient.number, "yes", "year_of_birth")])

    def _dated(self, told: Evidence, tables: Tables) -> None:
        """The measurements of what goes with its day, each once.

        Two that say the same of one day are one, unless each is of a moment of its own.
        """
        found: dict[str, dict[str, tuple[Any, dict[float | None, Said]]]] = {}
        for element, name, many, each in told.rows("measured", 4):
            day = self._flat.day_of(element.number)
            if day is None or not tables.is_dated(name.name) or not tables.declared.measures(name):
                continue
            reading = self._reading(element.number, str(name), Fraction(many.number, each.number))
            if reading is None:
                continue
            said, bounds = reading
            value = range_of(bounds)
            one = {**(value if isinstance(value, dict) else {"value": value}), "on": day}
            _, alike = found.setdefault(str(name), {}).setdefault(str(one), (one, {}))
            alike[moment(self._flat.elements[element.number].dates.get("effective"))] = said
        for number_of, readings in found.items():
            several = (readings[key] for key in sorted(readings))
            every = [one for one, alike in several for _ in range(max(len(alike.keys() - {None}), 1))]
            every.sort(key=lambda one: str(one["on"]), reverse=True)
            stated = every[0] if len(every) == 1 else every[:_MANY]
            self.stated[number_of] = stated
            evidence = evidence_for(
                self._flat, [said for _, alike in readings.values() for said in alike.values()]
            )
            self.facts[number_of] = {"state": "yes", "value": stated, "evidence": evidence}

    def _lasting(self, told: Evidence) -> None:
        """How long something was so at the least, by the longest of what stands in the chart."""
        found: dict[clingo.Symbol, list[tuple[int, Said]]] = {}
        for element, name, many in told.rows("lasted", 3):
            if self._tables.declared.measures(name):
                said = Said(element.number, "yes", "course")
                found.setdefault(name, []).append((many.number, said))
        for name, courses in sorted(found.items()):
            longest = max(many for many, _ in courses)
            value = {"at_least": longest}
            put(self.stated, [name.name, *map(str, name.arguments)], value)
            evidence = evidence_for(self._flat, [said for many, said in courses if many == longest])
            self.facts[str(name)] = {"state": "yes", "value": value, "evidence": evidence}

    def _reading(self, element: int, name: str, factor: Fraction) -> tuple[Said, Bounds] | None:
        """What an element says of a number; None, and a note, for what cannot be."""
        said = Said(element, "yes", "measured")
        told = bounds_of(self._flat.elements[element].amounts["value"], factor)
        bounds = within(told, *self._limits[name]) if name in self._limits else told
        if bounds is None:
            (line,) = evidence_for(self._flat, [said])
            where = f"{line['resource']} of {line['date']}"
            self.notes.append(f"{name}: what {where} says cannot be; it is left out")
            return None
        return said, bounds

    def _state(self, name: str, bounds: Bounds, readings: list[Said]) -> None:
        value, evidence = range_of(bounds), evidence_for(self._flat, readings)
        if value == {}:  # above the one and below the other: all that they have in common is nothing
            self.facts[name] = {"state": "ask", "evidence": evidence}
            return
        self.stated[name] = value
        self.facts[name] = {"state": "yes", "value": value, "evidence": evidence}


def bounds_of(value: Json, factor: Fraction | int = 1) -> Bounds:
    """What a quantity, or a range, says of a number."""
    if isinstance(value, dict) and "value" not in value:
        low, high = (bounds_of(value[end], factor)[0] if end in value else None for end in RANGE)
        return low, high, False, False
    plain = value.get("value") if isinstance(value, dict) else value
    exact = Fraction(Decimal(str(plain))) * factor
    sign = value.get("comparator") if isinstance(value, dict) else None
    if sign is None:
        return exact, exact, False, False
    below, without = SIGNS[sign]
    return (None, exact, False, without) if below else (exact, None, without, False)


def within(bounds: Bounds, least: Fraction, most: Fraction) -> Bounds | None:
    """The same, without what is so of every number from the least to the most; None where none is so."""
    low, high, without_low, without_high = bounds
    if high is not None and (high < least or (high == least and without_high)):
        return None
    if low is not None and (low > most or (low == most and without_low)):
        return None
    low = None if low is not None and low < least else low
    high = None if high is not None and high > most else high
    return low, high, without_low, without_high


def hull(readings: list[Bounds]) -> Bounds:
    """From the lowest that one of them allows to the highest."""
    lows = [(low, without) for low, _, without, _ in readings if low is not None]
    highs = [(high, not without) for _, high, _, without in readings if high is not None]
    low, without_low = min(lows) if len(lows) == len(readings) else (None, False)
    high, with_high = max(highs) if len(highs) == len(readings) else (None, True)
    return low, high, without_low, not with_high


def range_of(bounds: Bounds) -> Any:
    """A number or a range as a case writes it."""
    low, high, without_low, without_high = bounds
    if low is not None and low == high:
        return number(low)
    found: dict[str, int | float] = {}
    if low is not None:
        found["more_than" if without_low else "at_least"] = number(low)
    if high is not None:
        found["less_than" if without_high else "at_most"] = number(high)
    return found
