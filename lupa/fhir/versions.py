"""Versions of one resource, as a history holds them: which of two is the newer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

Resource = Mapping[str, Any]


def newer(one: Resource, other: Resource) -> bool | None:
    """Whether one of two versions of a resource is the newer; None where they do not tell."""
    for moment in (_updated, _version):
        own, others = moment(one), moment(other)
        if own is not None and others is not None and own != others:
            return own > others
    return None


def _updated(resource: Resource) -> float | None:
    told = _meta(resource).get("lastUpdated")
    try:
        found = datetime.fromisoformat(told) if isinstance(told, str) else None
        return None if found is None or found.tzinfo is None else found.timestamp()
    except ValueError:
        return None


def _version(resource: Resource) -> float | None:
    told = _meta(resource).get("versionId")
    return int(told) if isinstance(told, str) and told.isdecimal() and len(told) < 16 else None


def _meta(resource: Resource) -> Resource:
    found = resource.get("meta")
    return found if isinstance(found, dict) else {}
