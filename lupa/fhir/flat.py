"""From resources to symbols: the elements that the rules of evidence read, and nothing else.

What a chart holds becomes symbols, never the text of a rule. Resources are numbered; nothing depends on
which number one has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

import clingo

from lupa.fhir.chart import Chart, Json, Resource, name_of
from lupa.fhir.names import DrugNames, words_of
from lupa.fhir.tables import Coded, Path_, Tables

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T.{0,40})?)?)?")
_TERM = re.compile(
    r"\s*(?:(?P<name>[a-z]\w*)|(?P<number>-?\d{1,9})|\"(?P<text>[^\"\\]{0,80})\")\s*(?P<after>[(,)]?)",
    re.ASCII,
)
_AFTER = re.compile(r"\s*(?P<after>[,)])")
_LARGEST = 2**31 - 1
_LONGEST = 200
"""Letters of a word that a rule can read."""
_OURS, _PRESENT = clingo.Function("ours"), clingo.Function("present")
_TRUTH = {True: clingo.Function("true"), False: clingo.Function("false")}
_OTHER = clingo.Function("other")


@dataclass(slots=True)
class Element:
    """A resource, or a part of one that is looked at by itself."""

    kind: str
    data: Resource
    root: int
    """The number of the resource that it stands in."""
    dates: dict[str, str] = field(default_factory=dict)
    """The days of it, as they are written, by their names in rules."""
    codes: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    amounts: dict[str, Json] = field(default_factory=dict)


class Flat:
    """The elements of a chart as symbols."""

    def __init__(self, tables: Tables, names: DrugNames, chart: Chart, patient: str | None) -> None:
        self._tables, self._names, self._chart, self._patient = tables, names, chart, patient
        self.elements: list[Element] = []
        self.resources: list[clingo.Symbol] = []
        self.parts: list[clingo.Symbol] = []
        self.values: list[clingo.Symbol] = []
        self.selected: list[clingo.Symbol] = []
        self.coded: dict[Coded, None] = {}
        self._numbers: dict[int, int] = {}
        for resource in chart.resources:
            if self._is_ours(resource) and self._matters(resource):
                self._resource(resource)

    @property
    def types(self) -> set[str]:
        """The types of the resources that matter, and `draft` where a hook is about to order one."""
        return {element.kind for element in self.elements} | ({"draft"} if self._chart.drafts else set())

    # ---- which resources matter ----------------------------------------------------------------

    def _is_ours(self, resource: Resource) -> bool:
        """Of a kind that rules read, and the patient's."""
        kind = resource["resourceType"]
        if kind not in self._tables.reads:
            return False
        if kind == "Patient":
            return self._patient is None or name_of(resource) == self._patient
        owners = [
            self._chart.whose(value, resource)
            for path in self._tables.paths["about"].get(kind, ())
            for value in _at(resource, path)
        ]
        return self._patient in owners

    def _matters(self, resource: Resource) -> bool:
        """Whether it holds a code or a name that is known where that decides."""
        paths = self._tables.paths["keyed"].get(resource["resourceType"])
        if paths is None or id(resource) in self._chart.drafts:
            return True
        return any(self._is_known(value, resource) for path in paths for value in _at(resource, path))

    def _is_known(self, concept: Json, holder: Resource) -> bool:
        if not isinstance(concept, dict):
            return False
        if "reference" in concept and "coding" not in concept:
            found = self._chart.target(concept["reference"], holder)
            if found is not None:
                paths = self._tables.paths["named_by"].get(str(found.get("resourceType")))
                if paths is None:
                    return True
                return any(self._is_known(value, found) for path in paths for value in _at(found, path))
        known = self._tables.known
        if any(known(system, code) for system, code in _codings(concept)):
            return True
        return bool(self._names.in_texts(_words(concept)))

    # ---- one resource --------------------------------------------------------------------------

    def _resource(self, resource: Resource) -> None:
        if id(resource) in self._numbers:
            return
        number = len(self.elements)
        self._numbers[id(resource)] = number
        self._element(resource, resource["resourceType"], resource, number)
        if id(resource) in self._chart.drafts:
            self._value(number, clingo.Function("drafted"), _TRUTH[True])
        if f"{resource['resourceType']}/{resource.get('id')}" in self._chart.selected:
            self.selected.append(_number(number))

    def _element(self, data: Resource, kind: str, holder: Resource, root: int) -> int:
        number = len(self.elements)
        element = Element(kind, data, root)
        self.elements.append(element)
        self.resources.append(_tuple(_number(number), _string(kind)))
        for path, value_kind, name in self._tables.reads.get(kind, ()):
            for value in _at(data, path):
                for symbol in self._symbols(value, value_kind, name.name, element, holder):
                    self._value(number, name, symbol)
        for path, part_kind in self._tables.parts.get(kind, ()):
            for value in _at(data, path):
                if isinstance(value, dict):
                    part = self._element(value, part_kind, holder, root)
                    self.parts.append(_tuple(_number(part), _number(number)))
        return number

    def _value(self, number: int, name: clingo.Symbol, value: clingo.Symbol) -> None:
        self.values.append(_tuple(_number(number), name, value))

    def _symbols(
        self, value: Json, kind: str, name: str, element: Element, holder: Resource
    ) -> Iterable[clingo.Symbol]:
        """The symbols that an element's value becomes."""
        if kind in ("coding", "drug"):
            return self._concept(value, kind == "drug", element, holder)
        if kind == "reference":
            return self._reference(value, holder)
        if kind == "amount":
            return _amount(value, name, element)
        if kind == "day":
            span = days(value) if isinstance(value, str) else None
            if span is not None:
                element.dates[name] = value
            return span or ()
        if kind == "questionnaire":
            return [_OURS] if isinstance(value, str) and value.startswith(self._tables.ours) else ()
        return _PLAIN[kind](value)

    def _reference(self, value: Json, holder: Resource) -> Iterator[clingo.Symbol]:
        found = self._chart.target(value.get("reference"), holder) if isinstance(value, dict) else None
        if found is None or found.get("resourceType") not in self._tables.reads or not self._is_ours(found):
            return
        self._resource(found)  # though it may not matter by itself
        yield clingo.Function("to", [clingo.Number(self._numbers[id(found)])])

    def _concept(
        self, concept: Json, by_name: bool, element: Element, holder: Resource
    ) -> Iterator[clingo.Symbol]:
        """What a concept, or the one of a resource that is referred to, means: known codes, else names."""
        if not isinstance(concept, dict):
            return
        concepts = [concept]
        if "reference" in concept and "coding" not in concept:
            found = self._chart.target(concept["reference"], holder)
            if found is not None:
                paths = self._tables.paths["named_by"].get(str(found.get("resourceType")), ())
                concepts = [one for path in paths for one in _at(found, path) if isinstance(one, dict)]
        texts = [text for one in concepts for text in _words(one)]
        codings = [coding for one in concepts for coding in _codings(one)]
        known = dict.fromkeys(coded for coding in codings for coded in self._tables.known(*coding))
        element.codes += [f"{system} {code}" for system, code in known]
        element.texts += texts[:1]
        for coded in known:
            self.coded[coded] = None
            yield _coded(coded)
        if by_name and not known:
            named = self._names.in_texts(texts)
            yield from (clingo.Function("named", [clingo.Function(drug)]) for drug in named)
            if codings and texts and not named:
                yield _OTHER
        if by_name:
            words = self._tables.words.intersection(word for text in texts for word in words_of(text))
            yield from (clingo.Function("word", [clingo.String(word)]) for word in sorted(words))


_number = lru_cache(maxsize=4096)(clingo.Number)
_string = lru_cache(maxsize=4096)(clingo.String)


@lru_cache(maxsize=4096)
def _coded(coded: Coded) -> clingo.Symbol:
    return clingo.Function("coded", [clingo.Function(coded[0]), clingo.String(coded[1])])


def _tuple(*arguments: clingo.Symbol) -> clingo.Symbol:
    return clingo.Function("", arguments)


def _at(data: Json, path: Path_) -> Iterable[Json]:
    """The values at a path, through whatever lists stand on the way."""
    found = [data]
    steps = iter(path)
    for step in steps:
        if step == "@":
            url = next(steps)
            found = [
                one
                for value in found
                if isinstance(value, dict) and isinstance(value.get("extension"), list)
                for one in value["extension"]
                if isinstance(one, dict) and one.get("url") == url
            ]
            continue
        further: list[Json] = []
        for value in found:
            inner = value.get(step) if isinstance(value, dict) else None
            if isinstance(inner, list):
                further += inner
            elif inner is not None:
                further.append(inner)
        found = further
        if not found:
            break
    return found


def _codings(concept: Resource) -> list[tuple[str, str]]:
    """The codings of a concept, each its system and code; a bare coding is one too."""
    codings = concept.get("coding")
    found = codings if isinstance(codings, list) else [concept]
    return [
        (one["system"], one["code"])
        for one in found
        if isinstance(one, dict) and isinstance(one.get("system"), str) and isinstance(one.get("code"), str)
    ]


def _words(concept: Resource) -> list[str]:
    """What a concept, or a reference, says in words."""
    codings = concept.get("coding")
    found = [concept, *(codings if isinstance(codings, list) else ())]
    texts = [one.get(key) for one in found if isinstance(one, dict) for key in ("text", "display")]
    return list(dict.fromkeys(text for text in texts if isinstance(text, str)))


def _is_word(text: str) -> bool:
    return len(text) <= _LONGEST and text.isprintable()


def _amount(value: Json, name: str, element: Element) -> Iterator[clingo.Symbol]:
    """A number with each way in which its unit is written; the value itself stays with its element."""
    plain = value.get("value") if isinstance(value, dict) else value
    if isinstance(plain, bool) or not isinstance(plain, int | float | Decimal):
        return
    element.amounts[name] = value
    unit = ""
    if isinstance(value, dict):
        unit = next((value[key] for key in ("code", "unit") if isinstance(value.get(key), str)), "")
    if not _is_word(unit):
        return
    yield clingo.Function("unit", [_string(unit)])
    if -_LARGEST <= plain <= _LARGEST and plain == int(plain):
        yield clingo.Function("amount", [clingo.Number(int(plain)), _string(unit)])


def _type_of(value: Json) -> Iterator[clingo.Symbol]:
    """The type of the resource that a reference means, as it says itself."""
    if not isinstance(value, dict):
        return
    said = value.get("type")
    if not isinstance(said, str):
        reference = value.get("reference")
        said = reference.rsplit("/", 2)[-2] if isinstance(reference, str) and "/" in reference else ""
    yield from _word(said)


def _word(value: Json) -> Iterator[clingo.Symbol]:
    if isinstance(value, str) and value and _is_word(value):
        yield _string(value)


def _flag(value: Json) -> Iterator[clingo.Symbol]:
    if isinstance(value, bool):
        yield _TRUTH[value]


def _present(value: Json) -> Iterator[clingo.Symbol]:
    if value not in (None, "", [], {}):
        yield _PRESENT


def _term(value: Json) -> Iterator[clingo.Symbol]:
    found = as_term(value)
    if found is not None:
        yield found


_PLAIN: dict[str, Callable[[Json], Iterable[clingo.Symbol]]] = {
    "word": _word,
    "flag": _flag,
    "present": _present,
    "term": _term,
    "type_of": _type_of,
}
"""What a value becomes that is by itself, by its kind."""


@lru_cache(maxsize=20_000)
def days(text: str) -> tuple[clingo.Symbol, clingo.Symbol] | None:
    """The first and the last day that a date may mean, counted and as yyyymmdd; None for no date."""
    found = span_of(text)
    if found is None:
        return None
    counted = [clingo.Number(one.toordinal()) for one in found]
    written = [clingo.Number(ymd(one)) for one in found]
    return clingo.Function("day", counted), clingo.Function("ymd", written)


def span_of(text: str) -> tuple[date, date] | None:
    """The first and the last day that a date of FHIR may mean, which may be only a year or a month."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = match.groups()
    try:
        first = date(int(year), int(month or 1), int(day or 1))
        if day:
            return first, first
        turn = not month or first.month == 12
        after = date(first.year + turn, 1 if turn else first.month + 1, 1)
    except ValueError:
        return None
    return first, after - timedelta(days=1)


def ymd(day: date) -> int:
    """A day as a number that is read as it is written: 20250301."""
    return day.year * 10_000 + day.month * 100 + day.day


def as_term(value: Any) -> clingo.Symbol | None:
    """A fact as a linkId writes it, `taking(prednisone)`; None for anything else. Nothing is evaluated."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    waiting: list[tuple[str, list[clingo.Symbol]]] = []
    arguments: list[clingo.Symbol] = []
    place, closed = 0, False
    while place < len(value):
        match = (_AFTER if closed else _TERM).match(value, place)
        if match is None or (match["after"] == "(" and match["name"] is None):
            return None
        place = match.end()
        if match["after"] == "(":
            waiting.append((match["name"], arguments))
            arguments = []
            continue
        if not closed:
            arguments.append(_leaf(match))
        if match["after"] == ")":
            if not waiting:
                return None
            name, outer = waiting.pop()
            arguments = [*outer, clingo.Function(name, arguments)]
        closed = match["after"] != ","
    return arguments[0] if closed and not waiting and len(arguments) == 1 else None


def _leaf(match: re.Match[str]) -> clingo.Symbol:
    """The name, number or text that a part of a term is."""
    if match["name"] is not None:
        return clingo.Function(match["name"])
    if match["number"] is not None:
        return clingo.Number(int(match["number"]))
    return clingo.String(match["text"])
