"""What stands behind the name of what is asked for, and says something of the request: `Benlysta IV`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from lupa.errors import CaseError, Problem, shown
from lupa.record.case import Case
from lupa.record.said import Remark
from lupa.rules.catalogue import KINDS
from lupa.rules.store import Store

BEHIND = "written_behind"
"""What declares a part of a request that is written behind names; it is looked up in texts."""
_MARKS = " ,;()"
_LONG = 100
"""What has more characters is no name with something behind it."""


class Apart(NamedTuple):
    """A case with what stood behind a name in its own place, what to tell of that, and what is wrong."""

    case: Case
    remarks: tuple[Remark, ...] = ()
    problems: tuple[Problem, ...] = ()


def apart(store: Store, case: Case) -> Apart:
    """The case with what stands behind names in its own place, where the names are known without it."""
    request: dict[str, Any] = dict(case["request"])
    remarks, problems = [], []
    for key in KINDS:
        given, path = request.get(key), f"request.{key}"
        found = _parts(store, key, given) if isinstance(given, str) else None
        if found is None:
            continue
        request[key], kind, value = found
        remarks.append(Remark(path, f"{shown(given)} was read as {request[key]}, with the {kind} {value}."))
        said = request.get(kind)
        if said is None:
            request[kind] = value
        elif not isinstance(said, str) or _named(store, kind, said) != value:
            words = f"{shown(given)} says that the {kind} is {value}, but request.{kind} is {shown(said)}"
            problems.append(Problem(path, f"{words}; keep one"))
    if not remarks:
        return Apart(case)
    return Apart({**case, "request": request}, tuple(remarks), tuple(problems))


def _parts(store: Store, key: str, given: str) -> tuple[str, str, str] | None:
    """The name, and the part of the request that stands behind it with its value; None where none does."""
    splits = list(_splits(given))
    if not splits or _is_covered(store, key, given):
        return None
    kinds = written_behind(store)
    for name, behind in splits:
        for kind in kinds:
            value = _named(store, kind, behind)
            if value is not None and _is_covered(store, key, name):
                return name, kind, value
    return None


def written_behind(store: Store) -> list[str]:
    """The parts of a request that are written behind names too, by the knowledge base."""
    return store.catalogue.shared.declared_by((BEHIND,))


def _splits(given: str) -> Iterator[tuple[str, str]]:
    """A text at each of its blanks, the last first, without marks about its parts; none of a long one."""
    text = given.strip() if len(given) <= _LONG else ""
    for blank in reversed(list(re.finditer(r"\s+", text))):
        yield text[: blank.start()].rstrip(_MARKS), text[blank.end() :].strip(_MARKS)


def _named(store: Store, kind: str, said: str) -> str | None:
    """The value of a part of a request that a name means, as the shared files declare them."""
    return store.catalogue.shared.declared_as((kind,), said)


def _is_covered(store: Store, key: str, name: str) -> bool:
    """Whether a policy may cover what is called so."""
    try:
        return bool(store.catalogue.covering(key, name))
    except CaseError:
        return False
