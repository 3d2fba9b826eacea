"""Answers to forms of ours that are no plain facts: numbers in their units, days, values of a choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import clingo

from lupa.errors import shown
from lupa.fhir.evidence import Evidence, Said, evidence_for
from lupa.fhir.flat import Flat
from lupa.fhir.measures import Bounds, bounds_of, hull, put, range_of
from lupa.fhir.offered import Forms, Number
from lupa.fhir.tables import Tables
from lupa.rules.edition import Edition

if TYPE_CHECKING:
    from lupa.record.edits import Edit

REQUESTED = "requested"
_IGNORED = {
    "unfinished": "is not finished: its status is neither completed nor amended",
    "out_of_time": "is of no day that is near enough before the service date",
}
"""Why the answers of a form do not count, by the name that rules give it."""
_LOST = {
    "no_question": "is no question of a form of ours; what is answered to it is left out",
    "no_answer": "is answered in a way in which no question of ours can be; it is left open",
}
"""Why one answer comes to nothing, by the name that rules give it."""


class Replies:
    """What the forms in a chart are answered: `request` and `facts` as a case states them."""

    def __init__(self, told: Evidence, flat: Flat, tables: Tables, forms: Forms) -> None:
        self._flat, self._tables, self._forms = flat, tables, forms
        self._form = {answer.number: form.string for answer, form in told.rows("from_form", 2)}
        self._day = {answer.number: other.number for answer, other in told.rows("on_day", 2)}
        self.request: dict[str, Any] = {}
        self.stated: dict[str, Any] = {}
        self.facts: dict[str, dict[str, Any]] = {}
        self.notes: list[str] = []
        self._edits: dict[str, list[Edit]] = {}
        self._read_numbers(told)
        self._read_days(told)
        self._notice(told)

    @property
    def forms(self) -> dict[str, None]:
        """The forms that are answered here, each once."""
        return dict.fromkeys(sorted(set(self._form.values())))

    @property
    def policy(self) -> dict[str, str]:
        """The policy, in its edition, that asks by the one form that is answered; nothing of several."""
        known = [form for form in self.forms if self._forms.edition(form) is not None]
        return {"policy": known[0].replace("|", "@")} if len(known) == 1 else {}

    def _put(self, path: Sequence[str], value: Any, said: list[Said], name: str) -> None:
        section, *way = path
        put(self.request if section == "request" else self.stated, way, value)
        evidence = evidence_for(self._flat, said)
        self.facts[name] = {"state": "yes", "value": value, "evidence": evidence}
        self._edits.setdefault(self._form[said[0].element], []).append((".".join(path), value))

    def _ask(self, name: str, said: list[Said], note: str) -> None:
        self.facts[name] = {"state": "ask", "evidence": evidence_for(self._flat, said)}
        self.notes.append(f"{name}: {note}")

    # ---- numbers -------------------------------------------------------------------------------

    def _read_numbers(self, told: Evidence) -> None:
        found: dict[str, list[int]] = {}
        for answer, asked_for in told.rows("replies", 2):
            found.setdefault(str(asked_for), []).append(answer.number)
        for name, answers in sorted(found.items()):
            asked = next(filter(None, (self._number(each, name) for each in answers)), None)
            self._read_number(name, asked, sorted(answers))

    def _number(self, answer: int, name: str) -> Number | None:
        return self._forms.number(self._form[answer], name) if answer in self._form else None

    def _read_number(self, name: str, asked: Number | None, answers: list[int]) -> None:
        said = [Said(answer, "yes", "answer") for answer in answers]
        if asked is None or asked.quantity is None:
            self._ask(name, said, "no form of ours on file asks for this number; it is left open")
            return
        own = []
        for answer in answers:
            value = self._flat.elements[answer].amounts["value"]
            unit = self._unit(asked, value)
            if unit is None:
                self._ask(name, said, f"it is answered in another unit than {asked.quantity.unit}")
                return
            own.append((value, unit, self._day.get(answer)))
        if asked.dated:
            every = sorted((self._measurement(*each) for each in own), key=str)
            self._put(asked.path, every[0] if len(every) == 1 else every, said, name)
            return
        if len(own) == 1 and own[0][1] and not _sign(own[0][0]):
            self._put(asked.path, self._measurement(*own[0]), said, name)
            return
        factors = dict(asked.quantity.units)
        limits: list[Bounds] = [bounds_of(value, factors.get(unit, 1)) for value, unit, _ in own]
        value = range_of(hull(limits))
        if value == {}:
            self._ask(name, said, "one answer is above, another below; that leaves it open")
        else:
            self._put(asked.path, value, said, name)

    def _unit(self, asked: Number, value: Any) -> str | None:
        """In which of its units a number is answered, "" for its own; None for one that it has not."""
        assert asked.quantity is not None  # noqa: S101 - whoever asks has looked
        told = [value.get(key) for key in ("code", "unit")] if isinstance(value, Mapping) else []
        written = {unit for unit in told if isinstance(unit, str) and unit}
        own = asked.quantity.unit
        if not written or written & {own, self._tables.ucum.get(own)}:
            return ""
        others = (unit for unit, _ in asked.quantity.units)
        return next((unit for unit in others if written & {unit, self._tables.ucum.get(unit)}), None)

    def _measurement(self, value: Any, unit: str, day: int | None) -> Any:
        """One measurement as a case states it."""
        plain = range_of(bounds_of(value))
        if not unit and day is None:
            return plain
        found = dict(plain) if isinstance(plain, dict) else {"value": plain}
        found |= {"unit": unit} if unit else {}
        return found if day is None else {**found, "on": self._flat.elements[day].dates["told_day"]}

    # ---- days ----------------------------------------------------------------------------------

    def _read_days(self, told: Evidence) -> None:
        found: dict[str, list[int]] = {}
        for answer, asked_for in told.rows("tells", 2):
            found.setdefault(str(asked_for), []).append(answer.number)
        for name, answers in sorted(found.items()):
            said = [Said(answer, "yes", "answer") for answer in answers]
            days = sorted({self._flat.elements[answer].dates["told_day"] for answer in answers})
            asked = self._number(answers[0], name)
            if asked is None or asked.quantity is not None:
                self._ask(name, said, "no form of ours on file asks for this day; it is left open")
            elif len(days) > 1:
                self._ask(name, said, f"it is answered by {len(days)} days; it is left open")
            else:
                self._put(asked.path, days[0], said, name)

    # ---- choices, and forms that are not on file ------------------------------------------------

    def _notice(self, told: Evidence) -> None:
        elements = self._flat.elements
        for response, why in told.rows("ignored", 2):
            name = elements[response.number].data.get("id")
            self.notes.append(
                f"QuestionnaireResponse/{name} {_IGNORED[why.name]}; its answers are not read"
            )
        for item, why in told.rows("lost", 2):
            link = shown(elements[item.number].data.get("linkId"))
            self.notes.append(f"{link} {_LOST[why.name]}")
        self.notes = sorted(set(self.notes))
        unknown = [form for form in self.forms if self._forms.edition(form) is None]
        self.notes += [
            f"no policy on file has the form {form!r}; what its questions offer, nobody here knows"
            for form in unknown
        ]

    def is_choice(self, name: str) -> bool:
        """Whether facts of this name are values of a choice, by the forms that are answered here."""
        editions = (self._forms.edition(form) for form in self.forms)
        return any(edition is not None and name in edition.vocabulary.choices for edition in editions)

    # ---- beside a case -------------------------------------------------------------------------

    def in_place_of(
        self, given: Mapping[str, Any], asked: Mapping[str, Any], said: Mapping[clingo.Symbol, Any]
    ) -> list[tuple[Edition, list[Edit]]]:
        """What is answered of that of which a given case says something itself, by the edition that asks.

        What whoever calls has `asked` for goes before it.
        """
        names = {*(given.get("facts") or {}), *(given.get("request") or {})} - asked.keys()
        found = []
        for form in self.forms:
            edition = self._forms.edition(form)
            if edition is not None:
                choices = edition.vocabulary.choices  # of which only the value that one has is stated
                facts = (
                    (str(fact), one["state"] == "yes")
                    for fact, one in said.items()
                    if is_answer(one) and (one["state"] == "yes" or fact.name not in choices)
                )
                answered = [*self._edits.get(form, ()), *(f for f in facts if f[0] in edition.literals)]
                also = [(name, value) for name, value in answered if not names.isdisjoint(_words(name))]
                found.append((edition, also))
        return found


def is_answer(one: Mapping[str, Any]) -> bool:
    """Whether a fact is settled by a person's answer."""
    return one["state"] in ("yes", "no") and any(line["rule"] == "answer" for line in one["evidence"])


def _sign(value: Any) -> bool:
    return isinstance(value, Mapping) and value.get("comparator") is not None


def _words(name: str) -> set[str]:
    """What a statement may be called at the top of a part of a case."""
    head, _, rest = name.partition("(")
    parts = head.split(".")
    return {parts[0], *parts[1:2], rest.partition(",")[0]}
