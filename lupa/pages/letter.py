"""A decision as a letter to the prescriber or the member, by the templates of a knowledge base.

It says what a notice has to say (29 CFR 2560.503-1(g)(1)): what was asked for, the specific reason, the
provision, what is missing and why it is needed, and how to go on. Of the patient it says what stands in a
minimal reason or in what is needed, and nothing else.
"""

from __future__ import annotations

import dataclasses
import json
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from lupa.answers.decision import Criterion, Decision, Item
from lupa.errors import CaseError, shown
from lupa.pages.reasons import because_of, missing_of, needs_of, parts_of
from lupa.pages.sentences import (
    PERSON,
    argument,
    by_plan,
    handling_sentences,
    has_unmet,
    questions,
)
from lupa.pages.templates import Form, rendered
from lupa.record.case import ASKED_FOR, Case
from lupa.record.interval import Interval
from lupa.record.measurement import range_words
from lupa.record.plain import plain_range
from lupa.record.record import Record
from lupa.rules.about import About
from lupa.rules.days import day, last_day
from lupa.rules.edition import Edition
from lupa.rules.names import normal
from lupa.rules.numbers import counted, written
from lupa.rules.quantities import Quantity
from lupa.rules.spoken import capital

Reader = Literal["provider", "member"]


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter about one decision: `text` in its format, `unfilled` the fields that are left to fill in."""

    case: str
    policy: str
    edition: str
    outcome: str
    to: str
    format: str
    text: str
    unfilled: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The letter as JSON-ready data."""
        return dataclasses.asdict(self)

    def to_json(self) -> str:
        """The letter as one line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False)


class _Fields:
    """What no case holds: given by name, or marked as left to fill in."""

    def __init__(self, given: Mapping[str, str], mark: Callable[[str], str]) -> None:
        self._given = given
        self._mark = mark
        self.known: dict[str, None] = {}
        self._asked: dict[str, None] = {}

    def __call__(self, name: str) -> str:
        self.known[name] = self._asked[name] = None
        return self._given.get(name) or self._mark(f"[{name.replace('_', ' ')}: to be filled in]")

    def has(self, name: str) -> bool:
        """Whether a field is given that the letter can do without."""
        self.known[name] = None
        return bool(self._given.get(name))

    def unfilled(self) -> tuple[str, ...]:
        return tuple(name for name in self._asked if not self._given.get(name))


def letter(
    decision: Decision,
    record: Record,
    edition: Edition,
    about: About,
    covered: Sequence[str],
    folders: Sequence[Path],
    *,
    to: Reader = "provider",
    form: Form = "text",
    fields: Mapping[str, Any] | None = None,
) -> Letter:
    """The letter, by the template in the first of the folders that holds one.

    `covered` are the drugs and services that were asked for. Raises `CaseError` for fields that the
    template does not have, `RuleError` for a template that cannot be used.
    """
    given = {name: str(value) for name, value in (fields or {}).items() if value is not None}
    field = _Fields(given, _marked_in_html if form == "html" else str)
    content = {**_content(decision, record, edition, about, covered), "to": to}
    content |= {"field": field, "has": field.has}
    text = rendered(folders, form, content)
    text = _wrapped(text) if form == "text" else text
    if unknown := sorted(given.keys() - field.known.keys()):
        known = ", ".join(field.known)
        raise CaseError(f"fields: the letter has no {shown(unknown[0])}; it has {known}")
    return Letter(
        decision.case, decision.policy, decision.edition, decision.outcome, to, form, text, field.unfilled()
    )


def _marked_in_html(words: str) -> str:
    from markupsafe import Markup  # it comes with the template library

    return Markup("<mark>{}</mark>").format(words)


def _wrapped(text: str) -> str:
    """Lines of no more than 80 columns; what is indented stays so."""
    lines = []
    for line in text.splitlines():
        hang = " " * (len(line) - len(line.lstrip().removeprefix("- ")))
        lines += textwrap.wrap(
            line, 80, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False
        ) or [""]
    return "\n".join(lines)


def _content(
    decision: Decision, record: Record, edition: Edition, about: About, covered: Sequence[str]
) -> dict[str, Any]:
    """What a template may speak of."""
    case = record.case
    d, v = decision, edition.vocabulary
    reasons: list[Item | Criterion] = [*d.scope]
    reasons += [basis for basis in d.bases if basis.id != "criteria_not_met" or not has_unmet(d)]
    if d.outcome == "deny":
        reasons += [criterion for criterion in d.criteria if criterion.status == "unmet"]
    reasons += d.limits
    asks = {atom.id: edition.phrase(atom, True) for atom in edition.criteria}
    against = {
        atom.id: (edition.phrase(atom, False), edition.name_of(atom.id))
        for atom in (*edition.bases, *edition.scope, *edition.limits)
    }
    record_settles, plan_settles = by_plan(d.missing)
    asked, how_read = questions(record_settles), questions(plan_settles)
    needed = [need.fact for reason in reasons for way in reason.needs for need in way if not need.against]
    proofs = map(v.proof, [*needed, *(m.fact for _, missing in asked for m in missing)])
    return {
        "outcome": d.outcome,
        "drugs": [_drug(name, case, edition, about.document) for name in covered],
        "asked": [*_asked(record, edition), *handling_sentences(d)],
        "authorized": d.authorized_text,
        "term": _term(decision, case, edition),
        "reasons": [
            {
                "text": reason.text,
                "source": reason.source,
                "asks": asks[reason.id] if isinstance(reason, Criterion) else "",
                **because_of(reason),
                "parts": parts_of(reason) if isinstance(reason, Criterion) else [],
                **needs_of(reason),
            }
            for reason in reasons
        ],
        "missing": missing_of(asked, asks, against),
        "how_read": [{"question": question, "source": each[0].source} for question, each in how_read],
        "send": list(dict.fromkeys(proof for proof in proofs if proof)),
        "document": about.document,
        "edition": d.edition,
        "caveats": d.caveats,
        "readings": [
            v.words(fact, True)
            for fact in edition.reading_facts
            if d.outcome == "approve" and _is_unusual(case, fact)
        ],
        "person": PERSON,
    }


def _drug(name: str, case: Case, edition: Edition, document: str) -> str:
    """What is covered by its ingredient, and beside it the brand that was asked for.

    Where none was, that in the name of the document, or the only one.
    """
    v, label = edition.vocabulary, edition.vocabulary.label(name)
    brands = v.aliases.get(name, [])
    named = [brand for brand in brands if normal(brand) == normal(str(case["request"].get("drug")))]
    named = named or [brand for brand in brands if brand in document.split()]
    shown = named or (brands if len(brands) == 1 else [])
    return f"{shown[0]} ({label})" if shown else label


def _term(decision: Decision, case: Case, edition: Edition) -> dict[str, str] | None:
    """From which day to which it can be authorized; the days are left out where the request has none."""
    months = next((n for name, n in decision.authorized.items() if name in edition.vocabulary.terms), None)
    if months is None or months != int(months):
        return None
    said = case["request"].get("service_date")
    if said is None:
        return {"start": "", "end": ""}
    start = day(said, "request.service_date")
    return {"start": start.isoformat(), "end": last_day(start, int(months)).isoformat()}


def _is_unusual(case: Case, fact: str) -> bool:
    """Whether the case itself says that the text is read so."""
    name, _, choice = argument(fact).partition("=")
    said = (case.get("facts") or {}).get("reading") or {}
    return isinstance(said, Mapping) and said.get(name) == choice


def _asked(record: Record, edition: Edition) -> Iterator[str]:
    """What was asked for, as sentences: what is requested, how much and from when."""
    v, request = edition.vocabulary, record.case["request"]
    told = v.said_by_item if any(request.get(key) is not None for key in ASKED_FOR) else ()
    for kind, values in v.kinds("requested").items():
        if kind not in told:
            yield from (v.words(fact, True) for fact in values.values() if record.stated.get(fact))
    for name, quantity in v.quantities.items():
        if quantity.in_request and name in record.numbers:
            amount = counted(_amount(record.intervals[name], quantity), quantity.unit)
            yield f"{capital(v.label(name))}: {amount}."
    if request.get("service_date") is not None:
        yield f"From {day(request['service_date'], 'request.service_date')}."


def _amount(interval: Interval, quantity: Quantity) -> str:
    """A number, or a range as a person reads it."""
    said = plain_range(interval, quantity)
    return range_words(said) if isinstance(said, Mapping) else written(interval.low)
