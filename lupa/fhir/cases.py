"""The cases of a chart that may be of several patients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lupa.errors import CaseError
from lupa.fhir.chart import Chart, from_bytes
from lupa.fhir.reading import asks, reading_of
from lupa.rules.store import Store


class ChartCase(dict[str, Any]):
    """A case that a chart makes, with the claim or the order that it is about, and the coverage."""

    claim: Mapping[str, Any] | None = None
    order: Mapping[str, Any] | None = None
    coverage: Mapping[str, Any] | None = None


def cases_of(
    data: bytes, name: str, kb: Store, patient: str | None, request: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any] | CaseError]]:
    """The case of each patient in a chart, or of the one that is named, with its place or what is wrong."""
    try:
        chart = Chart.of(from_bytes(data, name))
        several = chart.patients() if patient is None and chart.patient is None else ()
        one = len(several) < 2 or any(map(asks, chart.resources))
    except CaseError as error:
        yield error.where or name, error.at(error.where or name)
        return
    for each in (patient,) if one else several:
        where = name if one else f"{name}:Patient/{each}"
        try:
            found = ChartCase(reading_of(chart, kb, each, request).case)
            found.claim = next(filter(asks, chart.resources), None)
            found.order = chart.order
            found.coverage = chart.coverage
            yield where, found
        except CaseError as error:
            yield where, error.at(where)
