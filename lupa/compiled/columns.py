"""Columns of a table as statements: each distinct value is read once, as a case that says it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from lupa.compiled.distinct import Coded, Codes, Rows, Spoken, Truths
from lupa.compiled.headings import PARTS, Column
from lupa.compiled.kernel import Bools
from lupa.compiled.values import day_of, number_in, plain_value, without_nulls
from lupa.compiled.verdicts import Rules, Verdicts
from lupa.compiled.words import Said, Words
from lupa.errors import CaseError, Problem, on_one_line, shown
from lupa.record.case import ASKED_FOR
from lupa.record.measured import months_on
from lupa.record.measurement import ENDS, VALUE
from lupa.record.members import as_mapping
from lupa.record.record import AGES, ROUTING, record_of
from lupa.rules.vocabulary import ONLY, Fact, Vocabulary, leaves

_KEPT = 100_000
_DATE = ("request", "service_date")
_OF_A_NUMBER = ("on", "unit")
"""The parts of a number that stand beside it: a column `ldl` says how much, `ldl.on` on which day."""


class Meaning(NamedTuple):
    """What some columns say in a row: bits by variable, and the names that no rule reads.

    `wrong` is why it cannot be read; where it is not `well` otherwise, only the rules can judge it.
    """

    bits: Mapping[int, int]
    unread: tuple[str, ...] = ()
    wrong: str = ""
    well: bool = True


@dataclass(slots=True)
class Group:
    """Columns that are read together, as what one says bears on how another is read."""

    columns: list[Column]
    meanings: dict[str, Meaning] = field(default_factory=dict)


class Told(NamedTuple):
    """What a table says: by variable, for each row; and which columns say it.

    And the rows that only the rules can judge, and those that cannot be read, with why.
    """

    said: Said
    spoken: list[Spoken]
    odd: Bools
    wrong: list[tuple[Codes, str]]


class Columns:
    """The columns of a table under an edition that is compiled."""

    def __init__(
        self, compiled: Verdicts, rules: Rules, columns: Sequence[Column], *, texts: bool = False
    ) -> None:
        self._compiled, self._edition = compiled, rules.edition
        self._wrong, self._texts = rules.wrong, texts
        self.columns = columns
        self._groups = [Group(group) for group in self._grouped(columns)]

    def _grouped(self, columns: Sequence[Column]) -> Iterator[list[Column]]:
        """Columns that bear on each other: of a relation, or of numbers that follow from each other."""
        v = self._edition.vocabulary
        tied = _tied_numbers(v)
        dated = {v.where(name)[0] for name, quantity in v.quantities.items() if quantity.dated}
        on_date = {tied.get(name, name) for name in ("birth_date", *v.days, *dated)}
        whole = {column.path[1] for column in columns if len(column.path) == 2 or ONLY in column.path}
        groups: dict[str, list[Column]] = {}
        for column in columns:
            name = column.path[1]
            if name in v.families and name not in whole:  # each says what it says of one member
                groups[column.name] = [column]
            elif self._says(name):
                name = min(v.said_by_item) if name in (*ASKED_FOR, *v.said_by_item) else name
                groups.setdefault(tied.get(name, name), []).append(column)
        today = groups.pop(_DATE[1], [])
        for name, group in groups.items():
            yield [*today, *group] if name in on_date else group
        yield from [today] if today else []

    def _says(self, name: str) -> bool:
        """Whether what stands there says something of the case, and not only which rules decide it."""
        chooses = name in ROUTING and name != _DATE[1]
        return not chooses or (name in ASKED_FOR and bool(self._edition.vocabulary.said_by_item))

    # ---- cases ---------------------------------------------------------------------------------

    def case(self, columns: Sequence[Column], values: Sequence[Any]) -> dict[str, Any]:
        """What the values say in these columns, as a case; raises `CaseError` for what none can say."""
        case: dict[str, Any] = {
            "request": {"policy": f"{self._compiled.policy}@{self._compiled.edition}"},
            "facts": {},
        }
        said = zip(columns, values, strict=True)
        for column, value in sorted(said, key=lambda each: len(each[0].path)):  # the whole before its parts
            if self._says(column.path[1]):
                self._put(case, column, self._plain(column, value))
        return case

    def _plain(self, column: Column, value: Any) -> Any:
        """A value as a case has it."""
        value = plain_value(value)
        if isinstance(value, str) and self._texts:
            value = _from_text(column, value)
        if isinstance(value, str) and column.form == "members":
            return [name for part in value.split(";") if (name := part.strip())]
        if isinstance(value, list) and value and all(isinstance(x, tuple) for x in value):
            value = dict(value)  # a map, as Arrow has it
        if not isinstance(value, Mapping):
            return value
        said = without_nulls(value)
        if column.form == "number" and len(said) < len(value) and said.keys().isdisjoint((VALUE, *ENDS)):
            return {VALUE: None, **said}  # how much it is, is one of the fields without a value
        return said

    def _put(self, case: dict[str, Any], column: Column, value: Any) -> None:
        """Says it at its place, beside what others say there."""
        is_part = value is None and column.path[-1] in PARTS  # where no part is known, all is open
        *way, last = column.path[:-1] if is_part else column.path
        level = case
        for depth, key in enumerate(way):
            below = level.setdefault(key, {})
            if last in _OF_A_NUMBER and depth == len(way) - 1 and not isinstance(below, dict | list):
                below = level[key] = {"value": below}
            if not isinstance(below, dict):
                tree = self._edition.vocabulary.families.get(key, {})
                flat = below is None and all(len(path) == 1 for path, _ in leaves(tree))
                if (below is None and not flat) or not isinstance(below, list | None):
                    where = ".".join(column.path[: depth + 1])
                    raise CaseError(
                        [Problem(where, f"is said beside column {shown(column.name)}; keep one")]
                    )
                below = level[key] = as_mapping(below, tree)
            level = below
        if last not in level or level[last] is None:
            level[last] = value
        elif is_part:
            return
        elif (
            isinstance(level[last], dict)
            and isinstance(value, dict)
            and all(level[last].get(name, one) == one for name, one in value.items())
        ):
            level[last].update(value)
        elif level[last] != value:
            where = ".".join(column.path)
            raise CaseError([Problem(where, "two columns say different things of it; keep one")])

    # ---- rows ----------------------------------------------------------------------------------

    def told(self, table: pa.Table) -> Told:
        """What the rows of a table say."""
        count = table.num_rows
        said: dict[int, tuple[Words | None, Words]] = {}
        spoken: list[Spoken] = []
        odd, failed = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
        wrong: list[tuple[Codes, str]] = []
        unread: list[tuple[Codes, list[Meaning]]] = []
        for group in self._groups:
            columns = [table.column(column.name) for column in group.columns]
            if len(columns) == 1 and pa.types.is_boolean(columns[0].type):
                rows: Rows = Truths(columns[0])
            else:
                rows = Coded(columns)
            meanings = [self._meaning(group, each) for each in rows.values]
            if not all(meaning.well for meaning in meanings):
                odd |= np.array([not meaning.well for meaning in meanings], dtype=bool)[rows.codes]
            errors = np.array([bool(meaning.wrong) for meaning in meanings], dtype=bool)
            if errors.any():
                codes = rows.codes
                odd |= failed & errors[codes]  # with two reasons, the rules say which comes first
                failed |= errors[codes]
                wrong += [
                    (np.flatnonzero(codes == code), meanings[code].wrong) for code in np.flatnonzero(errors)
                ]
            if any(meaning.unread for meaning in meanings):
                unread.append((rows.codes, meanings))
            about = dict.fromkeys(v for meaning in meanings for v in meaning.bits)
            spoken.append(Spoken(rows, frozenset(about)))
            for variable in about:
                default = self._compiled.variables[variable].default
                usual = 3 if default is None else 1 + default
                said[variable] = rows.bits([m.bits.get(variable, usual) for m in meanings])
        if len(unread) > 1:
            odd |= self._bound(unread, count)
        return Told(said, spoken, odd, wrong)

    def _meaning(self, group: Group, values: Sequence[Any]) -> Meaning:
        """What the values say; those are read once of which the same is so."""
        age = _age(group.columns, values)
        found = self._kept(group, repr(values if age is None else age), values)
        if found.wrong and age is not None:  # that names the day
            return self._kept(group, repr(values), values)
        return found

    def _kept(self, group: Group, key: str, values: Sequence[Any]) -> Meaning:
        if key not in group.meanings:
            if len(group.meanings) >= _KEPT:
                group.meanings.clear()
            group.meanings[key] = self._read(group.columns, values)
        return group.meanings[key]

    def _read(self, columns: Sequence[Column], values: Sequence[Any]) -> Meaning:
        """What a case says that says this."""
        place = self._compiled.place_of
        try:
            case = self.case(columns, values)
            record, problems = record_of(case, self._edition)
        except CaseError as error:
            return Meaning({}, wrong=on_one_line(error))
        if problems:  # others may know what is not known here
            wrong = self._wrong(case)
            return Meaning({}, wrong=wrong, well=bool(wrong))
        opened = self._edition.vocabulary.defaults.keys() - record.assumed.keys() - record.stated.keys()
        contrary = self._contrary(record.stated, opened)
        if contrary is not None:
            return Meaning({}, wrong=str(self._compiled.otherwise_read(contrary)))
        bits = {place[fact]: 3 for fact in opened if fact in place}
        bits |= {place[fact]: 1 + value for fact, value in record.stated.items() if fact in place}
        names = tuple(record.unread_names)
        known = self._edition.known
        well = not known.bound(names) and not known.meaning_several(record.unread_facts)
        return Meaning(bits, names, well=well)

    def _contrary(self, stated: Mapping[Fact, bool], opened: Iterable[Fact]) -> Fact | None:
        """What is stated of a reading, or left open of it, otherwise than it was compiled."""
        fixed, group_of = self._compiled.fixed, self._edition.vocabulary.group_of
        otherwise = (fact for fact, so in stated.items() if fixed.get(fact, so) != so)
        said = {group_of.get(fact) for fact, so in stated.items() if so}
        left = (fact for fact in opened if fact in fixed and group_of.get(fact) not in said)
        return next(chain(otherwise, left), None)

    def _bound(self, unread: Sequence[tuple[Codes, list[Meaning]]], count: int) -> Bools:
        """The rows that speak in several columns of names which no rule reads, and a law may."""
        odd = np.zeros(count, dtype=bool)
        several = sum(
            np.array([bool(m.unread) for m in meanings], dtype=np.int64)[codes]
            for codes, meanings in unread
        )
        known: dict[tuple[str, ...], bool] = {}
        for row in np.flatnonzero(np.asarray(several) > 1):
            names = tuple(name for codes, meanings in unread for name in meanings[codes[row]].unread)
            if names not in known:
                known[names] = bool(self._edition.known.bound(names))
            odd[row] = known[names]
        return odd


def _tied_numbers(v: Vocabulary) -> dict[str, str]:
    """The names of numbers by the first of those that something follows from together with them."""
    groups: dict[str, set[str]] = {}
    follow = [[v.where(each)[0] for each in (name, *v.following(name))] for name in v.quantities]
    follow += [[pair, *(v.where(each)[0] for each in both)] for pair, both in v.pairs.items()]
    ages = [name for name in sorted(AGES) if any(name in names for names in follow)]
    for names in (*follow, ["birth_date", *ages]):
        group = set(names).union(*(groups.get(name, ()) for name in names))
        groups.update(dict.fromkeys(group, group))
    return {name: min(group) for name, group in groups.items()}


def _age(columns: Sequence[Column], values: Sequence[Any]) -> int | None:
    """The age in months that a birth date gives; None where other columns bear on it, or it gives none."""
    said = {column.path[1]: day_of(value) for column, value in zip(columns, values, strict=True)}
    born, today = said.get("birth_date"), said.get("service_date")
    return None if len(said) != 2 or born is None or today is None else months_on(born, today)


_TRUTHS = {"true": True, "false": False}


def _from_text(column: Column, value: str) -> Any:
    """What a text says in a file that holds texts alone: a number, a truth value, or itself."""
    if column.form == "number":
        return number_in(value)
    return _TRUTHS.get(value.strip().lower(), value) if column.form == "truth" else value
