"""From resources to symbols: the elements that the rules of evidence read, and nothing else.

What a chart holds becomes symbols, never the text of a rule. Resources are numbered; nothing depends on
which number one has.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

import clingo

from lupa.fhir.chart import Chart, Json, Resource
from lupa.fhir.names import DrugNames, words_of
from lupa.fhir.slices import Token, tokens_of
from lupa.fhir.tables import Coded, Tables
from lupa.fhir.values import (
    LONGEST_DAY,
    PLAIN,
    PRESENT,
    TRUTH,
    amount,
    at,
    between,
    coded_as,
    codings_of,
    days,
    is_modified,
    name_for,
    number_of,
    row,
    span_of,
    term,
    texts_of,
    type_of,
)

_OURS = clingo.Function("ours")
_OTHER = clingo.Function("other")
_SEVERAL = "several"
_MODIFIED = "modified"
_IN_ERROR = "entered-in-error"
_MOST_NAMED = 100
"""So many resources name a medication; nothing that is meant is made of more."""


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
    is_of_several: bool = False
    """Whether several codes name the one thing that was read last, and not each a part of it."""
    is_of_modified: bool = False
    """Whether the medication that it refers to holds what must not be read over."""


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
        self.has: set[Token] = set()
        """The elements, each alone and with what its values are called."""
        self._numbers: dict[int, int] = {}
        for resource in chart.of_patient(patient, self._owners):
            if self._is_ours(resource) and not chart.is_left_out(resource) and self._matters(resource):
                self._resource(resource)

    @property
    def types(self) -> set[str]:
        """The types of the resources that matter, and `draft` where a hook is about to order one."""
        return {element.kind for element in self.elements} | ({"draft"} if self._chart.drafts else set())

    def day_of(self, number: int) -> str | None:
        """The one day that an element, or its resource, is of, as a case writes it; None for none."""
        element = self.elements[number]
        dates = {**self.elements[element.root].dates, **element.dates}
        text = next((dates[name] for name in ("effective", "recorded", "dated") if name in dates), "")
        span = span_of(text)
        return span[0].isoformat() if span is not None and span[0] == span[1] else None

    # ---- which resources matter ----------------------------------------------------------------

    def _is_ours(self, resource: Resource) -> bool:
        """Of a kind that rules read, and the patient's."""
        kind = resource["resourceType"]
        if kind not in self._tables.reads:
            return False
        if kind == "Patient":
            return self._patient is None or self._chart.name_of(resource) == self._patient
        return self._patient in self._owners(resource) or self._is_of_the_one(resource)

    def _owners(self, resource: Resource) -> list[str | None]:
        """The patients whose it is, by what it says."""
        kind = resource["resourceType"]
        if kind == "Patient":
            return [self._chart.name_of(resource)]
        return [
            self._chart.whose(value, resource)
            for path in self._tables.paths["about"].get(kind, ())
            for value in at(resource, path)
        ]

    def _is_of_the_one(self, resource: Resource) -> bool:
        """Whether it need not say whose it is, does not, and there is no other whose it could be."""
        paths = self._tables.paths["of_the_one"].get(resource["resourceType"], ())
        silent = bool(paths) and not any(value for path in paths for value in at(resource, path))
        return silent and len(self._chart.patients()) < 2

    def _matters(self, resource: Resource) -> bool:
        """Whether it holds a code or a name that is known where that decides."""
        paths = self._tables.paths["keyed"].get(resource["resourceType"])
        if paths is None or id(resource) in self._chart.drafts:
            return True
        by_words = resource["resourceType"] in self._tables.by_words
        return any(self._is_known(v, resource, by_words) for path in paths for v in at(resource, path))

    def _is_known(self, concept: Json, holder: Resource, by_words: bool) -> bool:
        known = self._tables.known
        for one, _, _ in self._named(concept, holder):
            if one.get("resourceType") is not None or any(known(*coding) for coding in codings_of(one)):
                return True
            if by_words and self._names.in_texts(texts_of(one)):
                return True
        return False

    def _named(self, concept: Json, holder: Resource) -> Iterable[tuple[Resource, bool, int]]:
        """A concept, or those by which what it refers to is named, and what that is made of.

        Where a resource of that type is named by nothing it is the resource. With each, whether it stands
        in one that holds what must not be read over, and of which part it is, 0 for the whole.
        """
        if isinstance(concept, dict) and ("reference" not in concept or "coding" in concept):
            return ((concept, False, 0),)  # as most are
        return self._referred_to(concept, holder)

    def _referred_to(self, concept: Json, holder: Resource) -> Iterator[tuple[Resource, bool, int]]:
        waiting, seen = [(concept, holder, False, 0)], set[int]()
        for one, beside, is_changed, part in waiting:  # which grows meanwhile
            if not isinstance(one, dict):
                continue
            found = None
            if "reference" in one and "coding" not in one:
                found = self._chart.target(one["reference"], beside)
            if found is None or found.get("status") == _IN_ERROR:
                yield one, is_changed, part
                continue
            kind = str(found.get("resourceType"))
            paths = self._tables.paths["named_by"].get(kind)
            if paths is None:
                yield found, is_changed, part
            elif id(found) not in seen and len(seen) < _MOST_NAMED:
                seen.add(id(found))
                is_inside = any(inner is found for inner in at(beside, ("contained",)))
                inside = beside if is_inside else found
                changed = is_changed or self._is_modified(found, ("contained",))
                waiting += [(value, inside, changed, part) for path in paths for value in at(found, path)]
                inner = [v for path in self._tables.paths["made_of"].get(kind, ()) for v in at(found, path)]
                first = len(waiting)
                waiting += [(v, inside, changed, part or n) for n, v in enumerate(inner, start=first)]

    # ---- one resource --------------------------------------------------------------------------

    def _resource(self, resource: Resource) -> None:
        if id(resource) in self._numbers:
            return
        number = len(self.elements)
        self._numbers[id(resource)] = number
        self._element(resource, resource["resourceType"], resource, number)
        if id(resource) in self._chart.drafts:
            self._value(number, "drafted", TRUTH[True])
        if f"{resource['resourceType']}/{resource.get('id')}" in self._chart.selected:
            self.selected.append(number_of(number))

    def _element(
        self, data: Resource, kind: str, holder: Resource, root: int, *, modified: bool = False
    ) -> int:
        number = len(self.elements)
        element = Element(kind, data, root)
        self.elements.append(element)
        self.resources.append(row(number, kind))
        for path, value_kind, name in self._tables.reads.get(kind, ()):
            if path[0] not in data and path[0] != "@":
                continue
            element.is_of_several = False
            for value in at(data, path):
                for symbol in self._symbols(value, value_kind, name, element, holder):
                    self._value(number, name, symbol)
            if element.is_of_several:
                self._value(number, _SEVERAL, name_for(name))
        parts = self._tables.parts.get(kind, ())
        modified = modified or self._is_modified(data, {"contained", *(path[0] for path, _ in parts)})
        if modified or element.is_of_modified:
            self._value(number, _MODIFIED, PRESENT)
        for path, part_kind in parts:
            for value in at(data, path):
                if isinstance(value, dict):
                    part = self._element(value, part_kind, holder, root, modified=modified)
                    self.parts.append(row(part, number))
        return number

    def _is_modified(self, data: Resource, apart: Collection[str]) -> bool:
        return id(data) in self._chart.modified or is_modified(data, apart)

    def _value(self, number: int, name: str, value: clingo.Symbol) -> None:
        self.values.append(row(number, name, value))
        self.has.update(tokens_of(name, value))

    def _symbols(
        self, value: Json, kind: str, name: str, element: Element, holder: Resource
    ) -> Iterable[clingo.Symbol]:
        """The symbols that an element's value becomes."""
        if kind in ("coding", "drug"):
            return self._concept(value, kind == "drug", element, holder)
        if kind == "reference":
            return self._reference(value, holder)
        if kind == "form":
            return self._shape(value, holder)
        if kind == "type_of":
            return type_of(value, lambda reference: self._chart.target(reference, holder))
        if kind == "range":
            return between(value, name, element.amounts)
        if kind == "amount":
            return amount(value, name, element.amounts)
        if kind == "day":
            span = days(value[:LONGEST_DAY]) if isinstance(value, str) else None
            if span is not None:
                element.dates[name] = value
            return () if span is None else [span]
        if kind == "questionnaire":
            return self._form(value)
        return PLAIN[kind](value)

    def _form(self, value: Json) -> Iterator[clingo.Symbol]:
        """That a questionnaire is ours, and which form of ours it is."""
        for ours in self._tables.ours if isinstance(value, str) else ():
            if value.startswith(ours):
                yield _OURS
                yield term("form", clingo.String(value.removeprefix(ours)))

    def _reference(self, value: Json, holder: Resource) -> Iterator[clingo.Symbol]:
        """What a reference means: `to` a resource, or `either` of several."""
        meant = self._chart.targets(value.get("reference"), holder) if isinstance(value, dict) else []
        for found in meant:
            if found.get("resourceType") in self._tables.reads and self._is_ours(found):
                self._resource(found)  # though it may not matter by itself
                yield term("to" if len(meant) == 1 else "either", number_of(self._numbers[id(found)]))

    def _shape(self, value: Json, holder: Resource) -> Iterator[clingo.Symbol]:
        """The forms, by their known codes, of what a reference means."""
        found = self._chart.target(value.get("reference"), holder) if isinstance(value, dict) else None
        paths = self._tables.paths["shaped_by"].get(str(found.get("resourceType")), ()) if found else ()
        concepts = (one for path in paths for one in at(found, path) if isinstance(one, dict))
        codings = (coding for one in concepts for coding in codings_of(one))
        for one in dict.fromkeys(known for coding in codings for known in self._tables.known(*coding)):
            self.coded[one] = None
            yield coded_as(one)

    def _concept(
        self, concept: Json, by_name: bool, element: Element, holder: Resource
    ) -> Iterator[clingo.Symbol]:
        """What a concept, or the one of a resource that is referred to, means: known codes, else names."""
        named_by = [each for each in self._named(concept, holder) if "resourceType" not in each[0]]
        element.is_of_modified |= by_name and any(is_changed for _, is_changed, _ in named_by)
        texts = [text for one, _, _ in named_by for text in texts_of(one)]
        codings = [(coding, part) for one, _, part in named_by for coding in codings_of(one)]
        by_part = {(one, part): None for coding, part in codings for one in self._tables.known(*coding)}
        known = dict.fromkeys(one for one, _ in by_part)
        parts = [part for _, part in by_part]
        element.is_of_several |= len(known) > 1 and (0 in parts or len(parts) > len(set(parts)))
        element.codes += [f"{system} {code}" for system, code in known]
        element.texts += texts[:1]
        for one in known:
            self.coded[one] = None
            yield coded_as(one)
        if by_name and not known:
            named = self._names.in_texts(texts)
            yield from (term("named", clingo.Function(drug)) for drug in named)
            if codings and texts and not named:
                yield _OTHER
        if by_name:
            words = self._tables.words.intersection(word for text in texts for word in words_of(text))
            yield from (term("word", clingo.String(word)) for word in sorted(words))
