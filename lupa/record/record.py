"""From a case to a record: which facts it states true, which false, and which it leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lupa.errors import Problem, within
from lupa.record.case import ABOUT, ASKED_FOR
from lupa.record.numbers import AGES, Numbers
from lupa.record.reader import Follows, hint_at_value
from lupa.record.relations import Relations
from lupa.record.said import Record, Suggested, Unknown
from lupa.rules.deadline import ENDLESS, Deadline
from lupa.rules.edition import Edition
from lupa.rules.known import Known
from lupa.rules.names import normal
from lupa.rules.vocabulary import Vocabulary

__all__ = [
    "ABOUT",
    "AGES",
    "BESIDE",
    "HANDLING",
    "ROUTING",
    "Record",
    "Suggested",
    "Unknown",
    "hint_at_value",
    "record_of",
    "translate",
]

ROUTING = (*ABOUT, "payer", "service_date")
"""Keys of `request` that choose a policy and an edition rather than state a fact."""
HANDLING = ("submitted", "received_on", "expedited")
"""Keys of `request` that say when it was sent and came in, and whether it is urgent; no rule reads them."""
BESIDE = (*ROUTING, *HANDLING)
"""Keys of `request` that state no fact."""


def record_of(
    case: Mapping[str, Any], edition: Edition, limit: Deadline = ENDLESS, *, lenient: bool = False
) -> tuple[Record, list[Problem]]:
    """The record of a case under an edition's vocabulary, and all that is wrong with the case.

    With `lenient` a name that may be a slip of the pen is no problem: it is set aside.
    """
    with limit.holding(edition.lock), edition.program.watch.limit(limit):
        return translate(case, edition.vocabulary, edition.follows, edition.known, lenient=lenient)


def translate(
    case: Mapping[str, Any],
    vocabulary: Vocabulary,
    follows: Follows,
    known: Known,
    *,
    lenient: bool = False,
) -> tuple[Record, list[Problem]]:
    """The record of a case, and all that is wrong with the case."""
    reader = _Reader(vocabulary, follows, known)
    reader.lenient = lenient
    reader.record.case = case
    reader.request(case.get("request") or {})
    reader.record_facts(case.get("facts") or {})
    reader.numbers()
    reader.check_undecided()
    for fact, path in reader.closing.items():
        if fact not in reader.open:
            reader.state(fact, False, path)
            reader.record.closed.add(fact)
    said = reader.open
    reader.record.assumed = {fact: so for fact, so in vocabulary.defaults.items() if fact not in said}
    return reader.record, reader.problems


class _Reader(Relations, Numbers):
    """Walks a case once, collecting statements and problems."""

    def request(self, request: Mapping[str, Any]) -> None:
        kinds = self.vocabulary.kinds("requested")
        numbers = self.vocabulary.measures_in["request"]
        known: dict[str, object] = {**dict.fromkeys(BESIDE), **kinds, **numbers}
        for key, value in request.items():
            path = within("request", key)
            if key in ROUTING:
                if key == "service_date" and value is not None:
                    self.measuring.service_date = self.day(value, path)
                if key in ASKED_FOR and value is not None:
                    whole = (
                        normal(str(value)) in self.vocabulary.covered
                    )  # that says of no part of it which
                    for kind in () if whole else self.vocabulary.said_by_item:
                        self.choice(kinds[kind], str(value), path)
            elif key in HANDLING:
                self.handling(key, value, path)
            elif key in kinds:
                self.choice(kinds[key], value, path)
            elif key in numbers:
                self.measure(numbers[key], value, path, (key,))
            else:
                self.unknown(key, known, path, self.fact_keys(), "facts")

    def handling(self, key: str, value: Any, path: str) -> None:
        """What a request says of itself: two days, and whether it is to be decided sooner."""
        if value is None:
            return
        said = self.truth(value, path) if key == "expedited" else self.day(value, path)
        if said is not None:
            self.record.handling[key] = said if isinstance(said, bool) else said.isoformat()

    def fact_keys(self) -> dict[str, object]:
        v = self.vocabulary
        numbers = self.vocabulary.measures_in["facts"]
        choices = {name: groups for name, groups in v.choices.items() if name != "requested"}
        born = {"birth_date": None} if not AGES.isdisjoint(numbers) else {}
        return {**v.flags, **v.families, **choices, **numbers, **v.days, **born}

    def record_facts(self, facts: Mapping[str, Any]) -> None:
        v = self.vocabulary
        known = self.fact_keys()
        request_keys: dict[str, object] = {
            **v.kinds("requested"),
            **self.vocabulary.measures_in["request"],
            **dict.fromkeys(BESIDE),
        }
        numbers = self.vocabulary.measures_in["facts"]
        for key, value in facts.items():
            path = within("facts", key)
            if key not in known:
                if not self.paired(key, value, path) and not self.unread(key, value, path, request_keys):
                    self.unknown(key, known, path, request_keys, "request")
            elif key == "birth_date":
                continue
            elif key in v.flags:
                self.state(v.flags[key], self.truth(value, path), path)
            elif key in v.families:
                self.family(v.families[key], value, path, (key,))
            elif key in v.choices:
                self.groups(v.tree_of(key), value, path, (key,))
            elif key in numbers:
                self.measure(numbers[key], value, path, (key,))
            else:
                self.measure(v.days[key], value, path, (key,), self.measuring.day)
        if facts.get("birth_date") is not None and "birth_date" in known:
            self.measuring.birth_date(facts["birth_date"], "facts.birth_date")

    def paired(self, key: Any, value: Any, path: str) -> bool:
        """Reads two numbers that are written as one; False where a key means no such pair."""
        pairs = self.vocabulary.pairs
        name = self.vocabulary.canonical(key, pairs) if isinstance(key, str) else None
        if name is not None:
            self.pair(name, value, path)
        return name is not None

    def unread(self, name: Any, value: Any, path: str, elsewhere: Mapping[str, object]) -> bool:
        """Reads what is said of facts, or numbers, that no rule reads; False where there are none such."""
        if not isinstance(name, str) or name in elsewhere or not self.known.arity(name):
            return False
        if self.known.is_day(name):
            self.measure({}, value, path, (name,), self.measuring.day)
        elif self.known.quantity(name) is not None:
            self.measure({}, value, path, (name,))
        elif self.known.single(name):
            self.groups({}, value, path, (name,))
        else:
            self.family({}, value, path, (name,))
        return True
