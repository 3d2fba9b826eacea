"""The cases of a chart that may be of several patients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lupa.errors import CaseError
from lupa.fhir.chart import Chart, from_bytes
from lupa.fhir.reading import reading_of
from lupa.rules.store import Store


class ChartCase(dict[str, Any]):
    """A case that a chart makes, with the claim or the order that it is about, and the coverage."""

    claim: Mapping[str, Any] | None = None
    order: Mapping[str, Any] | None = None
    coverage: Mapping[str, Any] | None = None


def cases_of(
    data: bytes, name: str, kb: Store, patient: str | None, request: Mapping[str, Any]
) -> Iterator[tuple[str, ChartCase | CaseError]]:
    """The case of each patient in a chart, or of the one that is named, with its place or what is wrong.

    Where it holds claims for prior authorization, there is a case for each of these, and no other.
    """
    try:
        chart = Chart.of(from_bytes(data, name))
    except CaseError as error:
        yield error.where or name, error.at(error.where or name)
        return
    yield from cases_in(chart, name, kb, patient, request)


def cases_in(
    chart: Chart, name: str, kb: Store, patient: str | None, request: Mapping[str, Any]
) -> Iterator[tuple[str, ChartCase | CaseError]]:
    """The cases of a chart, as `cases_of` gives those of a file."""
    for where, view, each in _asked(chart, name, patient):
        try:
            found = ChartCase(reading_of(view, kb, each, request).case)
            found.claim = next(iter(view.claims), None)
            found.order = view.order
            found.coverage = view.coverage
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
