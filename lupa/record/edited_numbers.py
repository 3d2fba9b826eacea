"""Editing the numbers of a case: on which side of a cut point one is, and what is stated beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from lupa.errors import Problem, shown
from lupa.record.interval import Interval, anything
from lupa.record.measurement import ON, with_number, without_day
from lupa.record.naming import Names
from lupa.record.pairs import without_pairs
from lupa.record.plain import on_side, on_sides, plain_range
from lupa.record.record import AGES, Record, Unknown, record_of
from lupa.rules.edition import Edition
from lupa.rules.quantities import Cut
from lupa.rules.vocabulary import Path


class Before(NamedTuple):
    """A case that was looked at already: what is wrong with it, and its numbers."""

    problems: Sequence[Problem]
    numbers: Record


class EditedNumbers:
    """One case on its way to another, as far as its numbers go."""

    def __init__(self, case: Mapping[str, Any], edition: Edition, before: Before | None = None) -> None:
        """`before` is the case as it was, where no number is set but by cut points."""
        self._case = case
        self._edition = edition
        self._vocabulary = edition.vocabulary
        self._names = Names(edition.vocabulary, edition.known)
        facts = without_pairs(case.get("facts") or {}, edition.vocabulary)
        self._parts = {"request": dict(case.get("request") or {}), "facts": facts}
        self._numbers = None if before is None else before.numbers
        self.before = record_of(self._whole(), edition)[1] if before is None else before.problems
        self._problems = [p for p in self.before if not isinstance(p, Unknown)]
        self._unreadable = bool(self._problems)
        self._unset: dict[Path, None] = {}
        self._sets: dict[Path, Any] = {}
        self._unset_cuts: dict[str, dict[Cut, None]] = {}
        self._cuts: dict[str, dict[Cut, bool | None]] = {}

    @property
    def known(self) -> Before:
        """The case as it is now."""
        return Before(self.before, self._read())

    def _whole(self) -> dict[str, Any]:
        return {**self._case, **self._parts}

    def _read(self, *without: str) -> Record:
        """The numbers of the case as it stands, or without some of them; what else it says is left out."""
        parts = self._parts
        for name in without:
            parts = self._parts_without(parts, name)
        v = self._vocabulary
        others = v.families.keys() | v.flags.keys() | v.choices.keys()
        numbers = {key: said for key, said in parts["facts"].items() if key not in others}
        return record_of({**self._case, **parts, "facts": numbers}, self._edition)[0]

    def _place(self, name: str) -> Path:
        """Where a number, or what else stands by itself in a case, is stated."""
        if name.startswith(f"{ON} "):
            return "facts", *self._vocabulary.day_of(name.removeprefix(f"{ON} "))
        quantity = self._vocabulary.quantities.get(name)
        if quantity is None:
            return self._names.sections[name], name
        return quantity.section, *self._vocabulary.where(name)

    def _as_written(self, part: Mapping[str, Any], path: Sequence[str]) -> list[str]:
        """A path by the names that the case has there: of a number of Humira, though it is adalimumab's."""
        first, *inner = path
        v = self._vocabulary
        tree: Any = v.measures.get(first) or v.days.get(first)
        found, level = [first], part.get(first)
        for step in inner:
            names = [name for name in level if isinstance(name, str)] if isinstance(level, Mapping) else []
            known = tree if isinstance(tree, Mapping) else {}
            same = [name for name in names if step in (name, v.canonical(name, known))]
            found.append(same[0] if same and step not in same else step)
            level, tree = level.get(found[-1]) if isinstance(level, Mapping) else None, known.get(step)
        return found

    def _check(self) -> None:
        """Finds what is wrong with the case as it stands that was not before."""
        _, found = record_of(self._whole(), self._edition)
        strange = {problem.message for problem in self.before}  # in another place perhaps
        self._problems += [p for p in found if p not in self._problems and p.message not in strange]

    def _drop(self, *names: str) -> None:
        for name in names:
            self._parts = self._parts_without(self._parts, name)

    def _parts_without(self, parts: dict[str, dict[str, Any]], name: str) -> dict[str, dict[str, Any]]:
        """The parts of a case without a number, or without the day on which it was so."""
        section, *path = self._place(name)
        path = self._as_written(parts[section], path)
        if name.startswith(f"{ON} ") and path[0] not in self._vocabulary.days:
            left = with_at(parts[section], path, without_day(_at(parts[section], path)))
            return {**parts, section: left}
        return {**parts, section: without_at(parts[section], path)}

    def _beside(self, name: str) -> tuple[str, ...]:
        """What else in a case says how large a number is."""
        v = self._vocabulary
        derived = v.derived.get(name)
        if derived is not None:
            return derived.first, derived.second
        born = ("birth_date",) if name in AGES else ()
        other = [fine for fine, scale in v.scales.items() if scale.of == name]
        other += [v.scales[name].of] if name in v.scales else []
        day = (f"{ON} {name}",) if name.startswith("days_since(") else ()
        return *born, *other, *day

    def _put(self, path: Path, value: Any) -> None:
        section, *inner = path
        inner = self._as_written(self._parts[section], inner)
        self._parts[section] = with_at(self._parts[section], inner, value)
        name = inner[0]
        if name in (*AGES, "birth_date"):
            for other in ("birth_date",) if name != "birth_date" else sorted(AGES):
                if ("facts", other) not in self._sets:
                    self._drop(other)
        for rate in (*self._vocabulary.derived, *self._vocabulary.scales):
            if path in map(self._place, (rate, *self._beside(rate))):
                self._keep_agreeing(rate)

    def _keep_agreeing(self, rate: str) -> None:
        """Where a rate and its parts disagree and only one of them was set, drops the other."""
        parts = self._beside(rate)
        stated, made = self._stated_and_made(rate)
        if stated is not None and made is not None and stated.both(made).empty:
            if self._place(rate) not in self._sets:
                self._drop(rate)
            elif self._sets.keys().isdisjoint(map(self._place, parts)):
                self._drop(*parts)

    def _stated_and_made(self, name: str) -> tuple[Interval | None, Interval | None]:
        """What a number is by its own statement, and by what else says how large it is."""
        beside = self._beside(name)
        return self._read(*beside).intervals.get(name), self._read(name).intervals.get(name)

    def _cut(self, name: str) -> None:
        """States on which side of some cut points a number is, or no longer states it."""
        edits: dict[Cut, bool | None] = {**self._unset_cuts.get(name, {}), **self._cuts.get(name, {})}
        quantity, place = self._vocabulary.quantities[name], ".".join(self._place(name))
        is_set = any(self._place(each) in self._sets for each in (name, *self._beside(name)))
        record = self._as_it_was(name) or self._read()
        given = record.intervals.get(name)
        if name not in self._cuts and (is_set or given is None):  # set since, or nothing to take away
            if not is_set:
                self._drop(name)
            return
        if name in self._cuts and given is not None and all(given.truth(c) is v for c, v in edits.items()):
            return
        words = " and ".join(f"{cut.fact}={written(value)}" for cut, value in edits.items())
        wanted = on_sides(quantity, edits)
        if wanted.empty:
            self._problems.append(
                Problem(place, f"no number{f' of {quantity.unit}' if quantity.unit else ''} has {words}")
            )
            return
        others = {cut: value for cut, value in self._others(name, record).items() if cut not in edits}
        found = None
        if None not in edits.values():
            assumed = {cut: value for cut, value in others.items() if cut.fact in record.assumed}
            found = self._narrowed(name, wanted, assumed, is_silent=given is None)
        if found is None and is_set:
            self._problems.append(Problem(place, f"is set to a number that has not {words}; keep one"))
            return
        self._state(name, found or self._replaced(name, wanted, others), {**others, **edits})

    def _state(self, name: str, found: Interval, sides: Mapping[Cut, bool | None]) -> None:
        """States the numbers found where they say something; else leaves the number open, or silent."""
        section, *path = self._place(name)
        path = self._as_written(self._parts[section], path)
        if any(value is not None for value in sides.values()):
            quantity = self._vocabulary.quantities[name]
            said: Any = plain_range(found, quantity)
            if quantity.dated:
                said = with_number(_at(self._parts[section], path), said)
            self._parts[section] = with_at(self._parts[section], path, said)
        elif name in self._cuts:
            self._parts[section] = with_at(self._parts[section], path, None)
        else:
            self._drop(name)

    def _as_it_was(self, name: str) -> Record | None:
        """The numbers as they were, where that is known and no edit bears on what the case says of this."""
        beside = {name, *self._beside(name)}
        others = (other for other in {**self._unset_cuts, **self._cuts} if other != name)
        is_apart = self._numbers and all(beside.isdisjoint((o, *self._beside(o))) for o in others)
        return self._numbers if is_apart else None

    def _narrowed(
        self, name: str, wanted: Interval, assumed: dict[Cut, bool], *, is_silent: bool
    ) -> Interval | None:
        """The numbers that are left of those stated; None where that contradicts what else is stated."""
        quantity = self._vocabulary.quantities[name]
        stated, made = (None, None) if is_silent else self._stated_and_made(name)
        found = (stated or anything(quantity)).both(on_sides(quantity, assumed)).both(wanted)
        return None if found.empty or (made or found).both(found).empty else found

    def _replaced(self, name: str, wanted: Interval, others: dict[Cut, bool]) -> Interval:
        """The numbers wanted that are on the same side of the other cut points, as far as that goes.

        What is stated beside the number is dropped where it says otherwise.
        """
        quantity = self._vocabulary.quantities[name]
        found = wanted
        for cut, value in others.items():
            closer = found.both(on_side(quantity, cut, value))
            found = found if closer.empty else closer
        left = self._read(name).intervals.get(name)
        if left is not None:
            both = left.both(found)
            cuts = self._vocabulary.cuts[name]
            is_other = both.empty or any(both.truth(cut) is not found.truth(cut) for cut in cuts)
            if is_other or name not in self._cuts:
                self._drop(*self._beside(name))
        return found

    def _others(self, name: str, record: Record) -> dict[Cut, bool]:
        """On which side a number is of its cut points, stated or assumed."""
        known = {**record.assumed, **record.stated}
        cuts = self._vocabulary.cuts.get(name, ())
        return {cut: known[cut.fact] for cut in cuts if cut.fact in known}


def _at(part: Any, path: Sequence[str]) -> Any:
    """What stands at a place in a part of a case; None where nothing does."""
    for step in path:
        part = part.get(step) if isinstance(part, Mapping) else None
    return part


def with_at(part: Mapping[str, Any], path: Sequence[str], value: Any) -> dict[str, Any]:
    """A part of a case with a value at a place in it; without it where the value is an empty mapping."""
    first, *rest = path
    if rest:
        below = part.get(first)
        value = with_at(below if isinstance(below, Mapping) else {}, rest, value)
    if value == {}:
        return {key: said for key, said in part.items() if key != first}
    return {**part, first: value}


def without_at(part: Mapping[str, Any], path: Sequence[str]) -> dict[str, Any]:
    """A part of a case without what stands at a place in it."""
    first, *rest = path
    below = part.get(first)
    if rest:
        return with_at(part, [first], without_at(below, rest)) if isinstance(below, Mapping) else dict(part)
    return {key: said for key, said in part.items() if key != first}


def written(value: Any) -> str:
    """A value as a command line has it."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else shown(value)
