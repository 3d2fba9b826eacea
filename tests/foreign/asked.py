"""Patients of made-up policies as cases: the parts that are alike in all of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Protocol


class Requested(Protocol):
    """What a patient's request says."""

    @property
    def indication(self) -> str: ...
    @property
    def phase(self) -> str: ...
    @property
    def months(self) -> int | None: ...
    @property
    def milligrams(self) -> int | None: ...


def request_of(policy: str, on: date, patient: Requested) -> dict[str, Any]:
    """The request, with a term and an amount where they are asked for."""
    request: dict[str, Any] = {
        "policy": policy,
        "indication": patient.indication,
        "phase": patient.phase,
        "service_date": on.isoformat(),
    }
    if patient.months is not None:
        request["months"] = patient.months
    if patient.milligrams is not None:
        request |= {"milligrams": patient.milligrams, "days_supply": 28}
    return request


def ends_by_drug(tried: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """How each drug that was tried ended, by the drug."""
    found: dict[str, list[str]] = {}
    for drug, end in sorted(tried):
        found.setdefault(drug, []).append(end)
    return found
