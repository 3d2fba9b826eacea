"""Questions as a form: a Questionnaire of HL7 FHIR R4, whose answers read back into a case.

One question a group of facts, as a person is asked (`lupa ask`), each with "Not known"; a question that
can no longer bear on the outcome, whatever else is answered, is not enabled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from lupa.answers.desk import Desk
from lupa.answers.question import Question
from lupa.compiled.circuit import circuit
from lupa.compiled.diagram import Budget, deep
from lupa.errors import CaseError, SpaceLimitError
from lupa.fhir.enabling import TRUTHS, Enabling, when
from lupa.fhir.offered import NONE, ONLY, UNKNOWN, Number, groups_of, numbers_of
from lupa.fhir.reading import reader_of
from lupa.fhir.tables import FORMS, Tables
from lupa.record.case import Case
from lupa.record.plain import plain_number
from lupa.rules.asking import Group
from lupa.rules.deadline import Deadline
from lupa.rules.edition import Edition

Json = dict[str, Any]

_EXTENSION = "http://hl7.org/fhir/StructureDefinition/"
_EXCLUSIVE = {"url": f"{_EXTENSION}questionnaire-optionExclusive", "valueBoolean": True}
_UNITS = f"{_EXTENSION}questionnaire-unitOption"
_UCUM = "http://unitsofmeasure.org"
_MOST_PARTS = 300_000
"""Parts of the outcome as a function; where it has more, every question is enabled."""
_PERSON = "What is answered here is put to the text of the policy, which proposes; a person decides."


def form(target: str | Case, *, kb: Desk | None = None, timeout: Deadline | float | None = None) -> Json:
    """The form for a policy (`policy` or `policy@edition`), or for a case, filled in as far as that says.

    Its address is `https://lupa.example/Questionnaire/POLICY` with the edition as its version; a linkId is
    a fact, a number or what several facts begin with. Raises `CaseError` for a policy that is not on file,
    for a case that cannot be read, and for one whose drug several policies cover; `TimeLimitError` where it
    is not made within `timeout` seconds.
    """
    desk = kb or Desk.load()
    limit = timeout if isinstance(timeout, Deadline) else Deadline(timeout)
    case: Case = {"request": {"policy": target}} if isinstance(target, str) else target
    found = tuple(desk.questions(case, timeout=limit))
    if len(found) > 1:
        named = ", ".join(question.edition.policy for question in found)
        raise CaseError(f"several policies cover the drug: {named}; name one as request.policy")
    (question,) = found
    with question:
        return _Form(desk, question, case, limit).made()


class _Form:
    def __init__(self, desk: Desk, question: Question, case: Case, limit: Deadline) -> None:
        self._tables: Tables = reader_of(desk)[0]
        self._about = desk.about(question.edition.policy)
        self._edition: Edition = question.edition
        self._case = case
        self._stated = question.record.stated
        self._groups = groups_of(self._edition)
        self._numbers: set[str] = set()
        outline = _outline(case, self._edition, self._groups)
        blank = desk.questions(outline, timeout=limit)
        (self._blank,) = (q for q in blank if q.edition.policy == self._edition.policy)

    def made(self) -> Json:
        """All of it."""
        edition = self._edition
        asked = list(self._date())
        known: list[Json] = []
        by_word: set[str] = set()  # those that are answered by a word, which others can hang on
        for group, answers in zip(self._groups, self._enabling(), strict=True):
            is_requested = edition.asked_first[group.facts[0]][0] < 0
            conditions = [answer for answer in answers if answer["question"] in by_word]
            enabled = {"enableWhen": conditions, "enableBehavior": "all"} if conditions else {}
            items = [{**item, **enabled} for item in self._items(group)]
            by_word |= {item["linkId"] for item in items if "answerOption" in item}
            (asked if is_requested else known).extend(items)
        parts = (
            ("asked-for", "What is asked for", asked),
            ("known", "What is known of the patient", known),
        )
        return {
            "resourceType": "Questionnaire",
            "url": f"{FORMS}{edition.policy}",
            "version": edition.name,
            "name": re.sub(r"\W", "_", f"{edition.policy}_{edition.name}").capitalize(),
            "title": self._about.document,
            "status": "active",
            "subjectType": ["Patient"],
            "description": _PERSON,
            "item": [
                {"linkId": name, "text": text, "type": "group", "item": items}
                for name, text, items in parts
                if items
            ],
        }

    # ---- questions -----------------------------------------------------------------------------

    def _date(self) -> Iterator[Json]:
        """The day on which the service begins."""
        said = self._case["request"].get("service_date")
        found: Json = {"linkId": "service_date", "text": "On which day does it begin?", "type": "date"}
        yield found if said is None else {**found, "initial": [{"valueDate": str(said)}]}

    def _items(self, group: Group) -> Iterator[Json]:
        numbers = [n for n in numbers_of(self._edition, group) if n.name not in self._numbers]
        if group.kind == "number" or numbers:
            if numbers:
                yield self._measured(group, numbers)
            self._numbers.update(number.name for number in numbers)
        elif group.kind == "yes_no":
            yield self._yes_or_no(group)
        else:
            yield self._choice(group)

    def _question(self, group: Group, kind: str) -> Json:
        return {"linkId": group.id, "text": self._edition.asking.question(group), "type": kind}

    def _yes_or_no(self, group: Group) -> Json:
        (fact,) = group.facts
        options = [
            _option(code, words, chosen=self._stated.get(fact) is truth) for code, truth, words in TRUTHS
        ]
        found = {
            **self._question(group, "choice"),
            "answerOption": [*options, _option(UNKNOWN, "Not known")],
        }
        if fact.partition("(")[0] in self._tables.shown_by_document:
            found["item"] = [_attachment(fact, [{**when(group.id, "yes"), "operator": "="}])]
        return found

    def _choice(self, group: Group) -> Json:
        """A question of one value, or of all that is so among several, which nothing or the rest closes."""
        asking, single = self._edition.asking, group.kind == "choice"
        options = [
            _option(
                fact,
                asking.value_label(fact) if single else asking.member(fact),
                chosen=self._stated.get(fact) is True,
            )
            for fact in group.facts
        ]
        found = self._question(group, "choice")
        if single:
            return {**found, "answerOption": [*options, _option(UNKNOWN, "Not known")]}
        none = all(self._stated.get(fact) is False for fact in group.facts)
        rest = [self._stated.get(fact) for fact in group.facts]
        options += [
            _option(ONLY, "And none of the others", chosen=None not in rest and not none),
            _option(NONE, "None of these", chosen=none, alone=True),
            _option(UNKNOWN, "Not known", alone=True),
        ]
        found |= {"repeats": True, "answerOption": options}
        shown = [fact for fact in group.facts if fact.partition("(")[0] in self._tables.shown_by_document]
        if shown:
            found["item"] = [
                _attachment(group.id, [{**when(group.id, fact), "operator": "="} for fact in shown])
            ]
        return found

    # ---- numbers -------------------------------------------------------------------------------

    def _measured(self, group: Group, numbers: Sequence[Number]) -> Json:
        """A number, or a group of several; one with its day may be told several times."""
        question = self._edition.asking.question(group, self._numbers)
        if len(numbers) == 1:
            (number,) = numbers
            if not number.dated:
                return self._number(number, question if number.quantity else f"{question} Give the day.")
            return self._with_days(number, question)
        items = [
            self._with_days(number, self._name(number))
            if number.dated
            else self._number(number, self._name(number))
            for number in numbers
        ]
        return {"linkId": f"{group.id}.numbers", "text": question, "type": "group", "item": items}

    def _name(self, number: Number) -> str:
        words = self._edition.asking.number(number.name) if number.quantity else number.path[-1]
        return words[:1].upper() + words[1:]

    def _with_days(self, number: Number, text: str) -> Json:
        measured = self._number(number, self._name(number))
        measured.pop("initial", None)  # which of several it would be, nobody said
        items = [measured, {"linkId": f"on({number.name})", "text": "On which day?", "type": "date"}]
        found = {"linkId": f"{number.name}.measured", "text": text, "type": "group", "repeats": True}
        return {**found, "item": items}

    def _number(self, number: Number, text: str) -> Json:
        found: Json = {"linkId": number.name, "text": text}
        if number.quantity is None:
            return {**found, "type": "date"}
        quantity, said = number.quantity, self._said(number)
        if not quantity.unit:
            kind, value = ("integer", "valueInteger") if quantity.whole else ("decimal", "valueDecimal")
            return {**found, "type": kind, **({} if said is None else {"initial": [{value: said}]})}
        units = [quantity.unit, *(unit for unit, _ in quantity.units)]
        found["extension"] = [{"url": _UNITS, "valueCoding": self._unit(unit)} for unit in units]
        found["type"] = "quantity"
        if said is not None:
            unit = self._unit(quantity.unit)
            measured = {"value": said, "unit": unit["display"], "system": unit.get("system")}
            measured["code"] = unit.get("code")
            found["initial"] = [{"valueQuantity": {k: v for k, v in measured.items() if v is not None}}]
        return found

    def _unit(self, unit: str) -> Json:
        code = self._tables.ucum.get(unit)
        return {"system": _UCUM, "code": code, "display": unit} if code else {"display": unit}

    def _said(self, number: Number) -> int | float | None:
        """The number that the case gives in its own unit, where it is one that JSON can say."""
        found: Any = self._case
        for step in number.path:
            found = found.get(step) if isinstance(found, Mapping) else None
        if isinstance(found, Decimal):  # as a file gives it
            near = plain_number(found)
            return near if Decimal(str(near)) == found else None
        plain = isinstance(found, int | float) and not isinstance(found, bool)
        return found if plain else None

    # ---- what is enabled -----------------------------------------------------------------------

    def _enabling(self) -> list[list[Json]]:
        """For each group the answers to those before it with which it cannot bear on the outcome."""
        try:
            with self._blank, deep(len(self._edition.literals)):
                budget = Budget(self._blank.check, _MOST_PARTS)
                return list(
                    Enabling(circuit(self._edition, self._blank.statements, budget), self._edition)(
                        self._groups
                    )
                )
        except SpaceLimitError:
            return [[] for _ in self._groups]


def _outline(case: Case, edition: Edition, groups: Iterable[Group]) -> Json:
    """The case without whatever the form asks for."""
    names = {group.id.partition("(")[0] for group in groups}
    names |= {number.path[1] for group in groups for number in numbers_of(edition, group)}
    request = {"policy": f"{edition.policy}@{edition.name}"}
    facts = {
        key: value for key, value in (case.get("facts") or {}).items() if key not in {*names, "birth_date"}
    }
    return {"request": request, "facts": facts}


def _option(code: str, display: str, *, chosen: bool = False, alone: bool = False) -> Json:
    found: Json = {"valueCoding": {"code": code, "display": display[:1].upper() + display[1:]}}
    if alone:
        found["extension"] = [_EXCLUSIVE]
    if chosen:
        found["initialSelected"] = True
    return found


def _attachment(about: str, conditions: list[Json]) -> Json:
    """The document that shows it."""
    found: Json = {
        "linkId": f"{about}.document",
        "text": "The document that shows it",
        "type": "attachment",
    }
    found |= {"repeats": True, "enableWhen": conditions}
    return found if len(conditions) == 1 else {**found, "enableBehavior": "any"}
