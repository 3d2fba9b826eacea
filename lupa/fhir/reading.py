"""From a chart to a case: what is so, what is not, what is to be asked, each with its evidence."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

import clingo

from lupa.errors import CaseError, Problem, shown
from lupa.fhir.chart import Chart
from lupa.fhir.evidence import Evidence, Said, evidence_for
from lupa.fhir.flat import Flat
from lupa.fhir.loading import loaded
from lupa.fhir.measures import Measured, put
from lupa.fhir.names import DrugNames
from lupa.fhir.offered import Forms
from lupa.fhir.replies import REQUESTED, Replies
from lupa.fhir.tables import Tables
from lupa.record.case import said_at
from lupa.record.measurement import ENDS
from lupa.record.record import ABOUT
from lupa.rules.days import day
from lupa.rules.store import Store
from lupa.rules.vocabulary import ONLY

TRUE, FALSE, _CONFLICT = "yes", "no", "conflict"
_TRUTH = {TRUE: True, FALSE: False}
_NUMBER = frozenset({*ENDS, "value"})
"""The parts of a number, which belong together."""
_FORM = "QuestionnaireResponse"
_DEAD = "the patient is dead, and the chart does not say since when; make sure that {} is before that"
_WHAT = frozenset(ABOUT)
"""The parts of a request of which one says what it is about."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A chart as a case: `case` can be decided; `facts` says of each fact what the chart says, and by what.

    Each of `facts` has `state` (`yes`, `no`, `ask` or `conflict`) and `evidence`, a list of `says`, `rule`,
    `resource`, `date`, `code` and `text`; numbers have their `value`. Those that are not listed are open.
    """

    case: dict[str, Any]
    facts: dict[str, dict[str, Any]]
    notes: list[str]

    def __getitem__(self, name: str) -> Any:
        """A part of it by its name, as in its JSON."""
        return self.to_dict()[name]

    def to_dict(self) -> dict[str, Any]:
        """The reading as plain data."""
        return {"case": self.case, "facts": self.facts, "notes": self.notes}

    def to_json(self) -> str:
        """The reading as JSON on one line."""
        return json.dumps(self.to_dict(), ensure_ascii=False)


_READERS: WeakKeyDictionary[Store, tuple[Tables, DrugNames]] = WeakKeyDictionary()
"""What is kept of each knowledge base."""


def reader_of(store: Store) -> tuple[Tables, DrugNames]:
    """The tables and the names by which the charts of a knowledge base are read."""
    found = _READERS.get(store)
    if found is None:
        found = _READERS[store] = Tables(store), DrugNames(store)
    return found


def read(
    source: Any,
    *,
    kb: Store | None = None,
    patient: str | None = None,
    request: Mapping[str, Any] | None = None,
) -> Reading:
    """The case that a chart makes.

    `source` is a path, bytes, a resource as plain data, or several of these: a Bundle, bulk NDJSON, single
    resources, Parameters, a request of CDS Hooks, a QuestionnaireResponse, perhaps with a case that they
    are added to. `patient` names one of several patients, `request` says what a case's `request` says, such
    as `service_date`; without one the claim's first day counts, or today.

    Raises `CaseError` for what is no chart, for several patients of whom none is named, for a service after
    death, and where two lines of the chart cannot both be so.
    """
    return reading_of(Chart.of(loaded(source)), kb or Store.load(), patient, request or {})


def reading_of(chart: Chart, kb: Store, patient: str | None, request: Mapping[str, Any]) -> Reading:
    """The case that a chart makes; raises `CaseError`."""
    tables, names = reader_of(kb)
    asked = {**((chart.case or {}).get("request") or {}), **request}
    served = asked.get("service_date")
    service = None if served is None else day(served, "request.service_date")
    months = asked.get("months")
    notes = list(chart.notes)
    chosen = _patient(chart, patient)
    flat = Flat(tables, names, chart, chosen)
    forms = Forms(kb)
    told = Evidence(tables, names, forms, flat, service, _whole(months))
    on, by = next((day_.number, how.name) for day_, how in told.rows("taken", 2))
    service_date = date.fromordinal(on).isoformat()
    if by == "today":
        notes.append(f"no service date is given; today, {service_date}, is taken for it")
    for (item,) in told.rows("begins_vaguely", 1):
        begins = flat.elements[item.number].dates["serviced"]
        notes.append(f"the claim begins in {begins}; its first day, {service_date}, is taken for it")
    _refuse(told, flat, service_date)
    notes += [_DEAD.format(service_date) for _ in told.rows("dead", 1)]
    said, unknown = _facts(told, flat, tables)
    notes += unknown
    measured = Measured(told, flat, tables)
    replies = Replies(told, flat, tables, forms)
    notes += [*sorted(measured.notes), *replies.notes]
    case = dict(chart.case or {})
    wanted = _wanted(told, said, replies, names, notes)
    case["request"] = {**wanted, "service_date": service_date, **asked}
    if _WHAT.isdisjoint(case["request"]):
        case["request"] = {**replies.policy, **case["request"]}
    over = replies.in_place_of(chart.case or {}, request, said)
    instead = {name for _, edits in over for name, _ in edits}
    plain = {fact: one for fact, one in said.items() if str(fact) not in instead}
    stated = _stated(plain, [family.name for (family,) in told.rows("all_told", 1)], replies)
    own = (chart.case or {}).get("facts") or {}
    case["facts"] = _merged(_merged({**measured.stated, **stated}, replies.stated), own)
    if instead:
        from lupa.record.edits import edited

        for edition, edits in over:
            case |= edited({part: case[part] for part in ("request", "facts")}, edits, (), edition)
    facts = {str(fact): found for fact, found in said.items()} | measured.facts | replies.facts
    all_told = set(case["facts"]) & {family.name for (family,) in told.rows("all_told", 1)}
    stated = case["facts"]
    case["evidence"] = {
        fact: one["evidence"]
        for fact, one in sorted(facts.items())
        if not (one["state"] == FALSE and fact.partition("(")[0] in all_told)  # its list says it
        # nor does a line say what the case says itself of a number
        if not ("value" in one and said_at(own, fact) is not None and one["value"] != said_at(stated, fact))
    } | (case.get("evidence") or {})
    return Reading(case, dict(sorted(facts.items())), notes)


def _whole(months: Any) -> int:
    return months if isinstance(months, int) and not isinstance(months, bool) and 0 < months <= 600 else 0


def _patient(chart: Chart, named: str | None) -> str | None:
    """The id of the patient whose chart it is; raises `CaseError` where it is not clear."""
    known = chart.patients()
    if named is not None:
        wanted = named.removeprefix("Patient/")
        if known and wanted not in known:
            raise CaseError(f"no patient {shown(wanted)} is in the chart; it has {', '.join(known)}")
        return wanted
    if chart.patient is not None:
        return chart.patient
    asking = {chart.whose(claim.get("patient"), claim) for claim in chart.claims} - {None}
    if len(asking) == 1:
        return asking.pop()
    if len(known) == 1:
        return known[0]
    if not known:
        owners = {
            owner
            for resource in chart.resources
            for key in ("subject", "patient")
            if (owner := chart.whose(resource.get(key), resource)) is not None
        }
        if len(owners) <= 1:
            return next(iter(owners), None)
        known = sorted(owners)
    raise CaseError(
        f"the chart is of {len(known)} patients ({', '.join(known[:5])}{', …' if len(known) > 5 else ''}); "
        "name one with --patient"
    )


def _refuse(told: Evidence, flat: Flat, service_date: str) -> None:
    """Raises `CaseError` for what cannot be so."""
    for (patient,) in told.rows("died_before", 1):
        died = flat.elements[patient.number].dates["died"]
        message = f"{service_date} is after the patient's death ({died})"
        raise CaseError([Problem("request.service_date", message)])
    for (patient,) in told.rows("born_after", 1):
        born = flat.elements[patient.number].dates["born"]
        message = f"{service_date} is before the patient's birth ({born})"
        raise CaseError([Problem("request.service_date", message)])
    supports = told.supports()
    clashes = [
        [(fact, _lines(flat, supports[fact])) for fact in clash]
        for clash in sorted(told.rows("clash", 2), key=str)
    ]
    if clashes:
        raise CaseError(
            [
                Problem(
                    "", f"{one} ({lines}) cannot be so where {two} is not ({others}); mend one in the chart"
                )
                for (one, lines), (two, others) in clashes
            ]
        )


def _lines(flat: Flat, supports: Iterable[Said]) -> str:
    """The lines of a chart that say something."""
    found = evidence_for(flat, supports)
    return ", ".join(
        " of ".join(str(one[key]) for key in ("resource", "date") if one[key]) for one in found
    )


def _facts(
    told: Evidence, flat: Flat, tables: Tables
) -> tuple[dict[clingo.Symbol, dict[str, Any]], list[str]]:
    """What the chart says of the facts that policies here know, and notes of what is answered of others."""
    supports = told.supports()
    found, unknown = {}, []
    for fact, state in sorted(told.states().items()):
        evidence = evidence_for(flat, supports.get(fact, ()))
        if tables.declared.knows(fact):
            found[fact] = {"state": state, "evidence": evidence}
        elif any(line["resource"].startswith(_FORM) for line in evidence):
            unknown.append(f"{fact}: no policy here asks whether that is so; the answer is left out")
    return found, unknown


def _stated(
    facts: Mapping[clingo.Symbol, Mapping[str, Any]], all_told: Collection[str], replies: Replies
) -> dict[str, Any]:
    """The facts of a case; of a relation of which all is told, what is so is said to be all."""
    found: dict[str, Any] = {family: {"only": []} for family in all_told}
    for fact, one in facts.items():
        state, path = one["state"], [*map(str, fact.arguments)]
        if fact.name == REQUESTED:
            continue
        if replies.is_choice(fact.name):  # of which only the value that it has can be stated
            if state == TRUE:
                put(found, [fact.name, *path[:-1]], path[-1])
        elif fact.name not in all_told:
            if state in _TRUTH:
                put(found, [fact.name, *path], _TRUTH[state])
        elif state == TRUE:
            found[fact.name]["only"] += path
        elif state != FALSE:
            put(found, [fact.name, *path], None)
    return found


def _merged(found: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What the chart says, with what a case says itself in the place of it."""
    merged = dict(found)
    if isinstance(merged.get(ONLY), list):
        merged[ONLY] = [name for name in merged[ONLY] if name not in given]
    for key, value in given.items():
        own = merged.get(key)
        both = isinstance(own, dict) and isinstance(value, dict) and ONLY not in value
        whole = not both or not _NUMBER.isdisjoint(own or {}) or not _NUMBER.isdisjoint(value)
        merged[key] = value if whole else _merged(own or {}, value)
    return merged


def _wanted(
    told: Evidence,
    said: Mapping[clingo.Symbol, Mapping[str, Any]],
    replies: Replies,
    names: DrugNames,
    notes: list[str],
) -> dict[str, Any]:
    """What the chart's request, or a form, asks for, as far as it says one thing."""
    found: dict[str, set[Any]] = {key: {value} for key, value in replies.request.items()}
    doubted: dict[str, list[str]] = {}
    for fact, one in said.items():
        if fact.name == REQUESTED and len(fact.arguments) == 2:
            key, said_to_be = map(str, fact.arguments)
            if one["state"] == TRUE:
                found.setdefault(key, set()).add(said_to_be)
            elif one["state"] == _CONFLICT:
                doubted.setdefault(key, []).append(said_to_be)
    for key, ways in sorted(doubted.items()):
        told_so = f"{key} is answered in more than one way ({' and '.join(ways)})"
        notes.append(f"{told_so}; say which holds: --request {key}=…")
    for _, what, value in told.rows("wanted", 3):
        is_number = value.type == clingo.SymbolType.Number
        if what.name != "indication" or names.is_indication(str(value)):
            found.setdefault(what.name, set()).add(value.number if is_number else str(value))
    for key, values in sorted(found.items()):
        if len(values) > 1:
            several = " and ".join(map(str, sorted(values)))
            notes.append(f"the request names more than one {key} ({several}); say which: --request {key}=…")
    return {key: values.pop() for key, values in sorted(found.items()) if len(values) == 1}
