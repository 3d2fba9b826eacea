"""The cases of a chart that may be of several patients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lupa.errors import CaseError
from lupa.fhir.chart import Chart
from lupa.fhir.loading import from_bytes
from lupa.fhir.reading import reading_of
from lupa.rules.store import Store


class ChartCase(dict[str, Any]):
    """A case that a chart makes, with the claim or the order that it is about, and the coverage.

    `notes` are what a reader of the chart is to be told, such as what is left out of it; of a claim of
    several items, what is to be told of any of them.
    """

    claim: dict[str, Any] | None = None
    of_items: Sequence[ChartCase] = ()
    """The case of each item of a claim of several, where these were wanted."""
    order: Mapping[str, Any] | None = None
    coverage: Mapping[str, Any] | None = None
    notes: Sequence[str] = ()


def cases_of(
    data: bytes,
    name: str,
    kb: Store,
    patient: str | None,
    request: Mapping[str, Any],
    *,
    items: bool = False,
) -> Iterator[tuple[str, ChartCase | CaseError]]:
    """The case of each patient in a chart, or of the one that is named, with its place or what is wrong.

    Where it holds claims for prior authorization, there is a case for each of these, and no other; with
    `items` it has those of its items.
    """
    try:
        chart = Chart.of(from_bytes(data, name))
    except CaseError as error:
        yield error.where or name, error.at(error.where or name)
        return
    yield from cases_in(chart, name, kb, patient, request, items=items)


def cases_in(
    chart: Chart,
    name: str,
    kb: Store,
    patient: str | None,
    request: Mapping[str, Any],
    *,
    items: bool = False,
) -> Iterator[tuple[str, ChartCase | CaseError]]:
    """The cases of a chart, as `cases_of` gives those of a file."""
    for where, view, each in _asked(chart, name, patient):
        try:
            found = case_of(view, kb, each, request)
            found.claim = next(iter(view.claims), None)
            found.order = view.order
            found.coverage = view.coverage
            if items and found.claim is not None and len(lines_of(found.claim)) > 1:
                found.of_items = tuple(cases_of_items(view, found.claim, kb, each, request))
                found.notes = tuple(dict.fromkeys(note for one in found.of_items for note in one.notes))
            yield where, found
        except CaseError as error:
            yield where, error.at(where)


def _asked(chart: Chart, name: str, patient: str | None) -> Iterator[tuple[str, Chart, str | None]]:
    """The chart as each claim, or each patient, makes it, with its place."""
    claims = chart.claims
    if len(claims) > 1:
        for number, claim in enumerate(claims, start=1):
            owner = chart.whose(claim.get("patient"), claim)
            if patient in (None, owner):
                yield f"{name}:Claim/{claim.get('id') or number}", chart.about(claim), owner
    elif patient is not None or chart.patient is not None or claims or len(chart.patients()) < 2:
        yield name, chart, patient
    else:
        for each in chart.patients():
            yield f"{name}:Patient/{each}", chart, each


def lines_of(claim: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The items of a claim."""
    lines = claim.get("item")
    return [one for one in lines if isinstance(one, dict)] if isinstance(lines, list) else []


def one_by_one(claim: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The claim once for each of its items.

    A prescription of the whole claim does not say which of several items it is for, and is left out.
    """
    lines = lines_of(claim)
    shared = {key: claim[key] for key in claim if len(lines) == 1 or key != "prescription"}
    yield from ({**shared, "item": [line]} for line in lines)


def cases_of_items(
    chart: Chart, claim: dict[str, Any], kb: Store, patient: str | None, request: Mapping[str, Any]
) -> Iterator[ChartCase]:
    """The case that a chart makes of each item of a claim; raises `CaseError`."""
    for one in one_by_one(claim):
        yield case_of(chart.about(claim, one), kb, patient, request)


def case_of(chart: Chart, kb: Store, patient: str | None, request: Mapping[str, Any]) -> ChartCase:
    """The case that a chart makes, with its notes; raises `CaseError`."""
    reading = reading_of(chart, kb, patient, request)
    found = ChartCase(reading.case)
    found.notes = reading.notes
    return found
