"""Versions of one resource, as a history holds them: which of two is the newer, and which was deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

Resource = Mapping[str, Any]


def kept_of(bundle: Resource) -> Iterator[dict[str, Any]]:
    """The entries of a Bundle that hold a resource, without the versions that a history tells are deleted.

    Where the moments of a deletion and of a version are both told, these say which came first; else that
    a history begins with what is newest.
    """
    entries = bundle.get("entry")
    every = [one for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []
    is_history = bundle.get("type") == "history"
    deleted: dict[str, list[tuple[float | None, int]]] = {}
    for place, entry in enumerate(every if is_history else ()):
        if "resource" not in entry and _part(entry, "request").get("method") == "DELETE":
            for name in _names_of(entry):
                deleted.setdefault(name, []).append((_answered(entry), place))
    for place, entry in enumerate(every):
        if isinstance(entry.get("resource"), dict):
            ends = [end for name in _names_of(entry) for end in deleted.get(name, ())] if deleted else ()
            if not any(_is_before(entry, place, *end) for end in ends):
                yield entry


def _names_of(entry: Resource) -> Iterator[str]:
    """What an entry is called: by its address, its request, its resource."""
    resource = _part(entry, "resource")
    told = (entry.get("fullUrl"), _part(entry, "request").get("url"))
    for name in (*told, f"{resource.get('resourceType')}/{resource.get('id')}"):
        if isinstance(name, str) and "/" in name:
            yield name.partition("/_history")[0]


def _is_before(entry: Resource, place: int, moment: float | None, other: int) -> bool:
    """Whether a version is of before a deletion at some moment and place."""
    own = _updated(_part(entry, "resource"))
    own = _answered(entry) if own is None else own
    return place > other if own is None or moment is None else own <= moment


def _answered(entry: Resource) -> float | None:
    return moment(_part(entry, "response").get("lastModified"))


def newer(one: Resource, other: Resource) -> bool | None:
    """Whether one of two versions of a resource is the newer; None where they do not tell."""
    for told in (_updated, _version):
        own, others = told(one), told(other)
        if own is not None and others is not None and own != others:
            return own > others
    return None


def _updated(resource: Resource) -> float | None:
    return moment(_part(resource, "meta").get("lastUpdated"))


def moment(told: Any) -> float | None:
    """The moment that a text of FHIR tells, by its seconds since 1970; None where it tells none."""
    try:
        found = datetime.fromisoformat(told) if isinstance(told, str) else None
        return None if found is None or found.tzinfo is None else found.timestamp()
    except ValueError:
        return None


def _version(resource: Resource) -> float | None:
    told = _part(resource, "meta").get("versionId")
    return int(told) if isinstance(told, str) and told.isdecimal() and len(told) < 16 else None


def _part(whole: Resource, name: str) -> Resource:
    found = whole.get(name)
    return found if isinstance(found, dict) else {}
