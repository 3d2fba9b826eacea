"""What is asked of a server: cases, hooks and claims, built of few words."""

from __future__ import annotations

from typing import Any

from lupa.serve.hooks import PREFETCH
from tests.fhir.charts import (
    BELIMUMAB,
    HCPCS,
    ICD,
    INTO_A_VEIN,
    Resource,
    claim,
    condition,
    order,
    patient,
)

DENIED = "lupkynis_alongside_bars_benlysta"
CASE = {"request": {"policy": "uhc_benlysta"}, "facts": {"age": 34}}
BASE = "https://ehr.example/fhir"


def chart_of(*more: Resource) -> list[Resource]:
    return [patient(), condition((ICD, "M32.14")), *more]


def submitted(*more: Resource, base: str = BASE, **changed: Any) -> Resource:
    """A PAS request for belimumab."""
    asked = {
        **claim((HCPCS, "J0490"), diagnosis=(ICD, "M32.14"), servicedDate="2025-03-01"),
        "identifier": [{"system": "https://clinic.example/trace", "value": "111099"}],
        "type": {"coding": [{"code": "professional"}]},
        "insurer": {"reference": "Organization/plan"},
        "provider": {"reference": "PractitionerRole/doctor"},
        **changed,
    }
    others: list[Resource] = [
        {"resourceType": "Organization", "id": "plan", "name": "A plan"},
        {
            "resourceType": "PractitionerRole",
            "id": "doctor",
            "practitioner": {"reference": "Practitioner/one"},
        },
        {"resourceType": "Practitioner", "id": "one", "name": [{"family": "Watson"}]},
    ]
    entries = [
        {"fullUrl": f"{base}/{one['resourceType']}/{one['id']}", "resource": one}
        for one in (asked, *others, *chart_of(*more))
    ]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "identifier": {"value": "A12345"},
        "entry": entries,
    }


def hook(name: str, *more: Resource, drafts: list[Resource] | None = None, **context: Any) -> Resource:
    """A request of CDS Hooks while belimumab is ordered."""
    draft = order(BELIMUMAB, "draft", INTO_A_VEIN, status="draft", authoredOn="2025-03-01")
    found: dict[str, list[Resource]] = {}
    keys = {template.partition("?")[0]: key for key, template in PREFETCH.items()}
    for one in chart_of(*more)[1:]:
        found.setdefault(keys[one["resourceType"]], []).append(one)
    prefetch = {key: found.get(key) and bundle(*found[key]) for key in PREFETCH}
    return {
        "hook": name,
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {
            "userId": "Practitioner/one",
            "patientId": "p",
            "draftOrders": bundle(*(drafts if drafts is not None else [draft])),
            **context,
        },
        "prefetch": {**prefetch, "patient": patient()},
    }


def bundle(*resources: Resource) -> Resource:
    entries = [{"resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def deep(levels: int) -> bytes:
    return b'{"request":' + b"[" * levels + b"]" * levels + b"}"
