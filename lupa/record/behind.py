"""What stands behind the name of what is asked for, and says something of the request: `Benlysta IV`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from lupa.errors import CaseError, Problem, shown
from lupa.record.case import Case
from lupa.record.doses import named_twice, says_how
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
        request[key], kind, value, is_read = found
        words = f"{shown(given)} was read as {request[key]}"
        words += f", with the {kind} {value}" if value else ""
        rest = "" if is_read else f"; what {'else ' if value else ''}stands behind the name is not read"
        remarks.append(Remark(path, f"{words}{rest}."))
        if not value:
            continue
        said = request.get(kind)
        if said is None:
            request[kind] = value
        elif not isinstance(said, str) or _named(store, kind, said) != value:
            words = f"{shown(given)} says that the {kind} is {value}, but request.{kind} is {shown(said)}"
            problems.append(Problem(path, f"{words}; keep one"))
    if not remarks:
        return Apart(case)
    return Apart({**case, "request": request}, tuple(remarks), tuple(problems))


class _Parts(NamedTuple):
    """A name, the part of the request that stands behind it with its value, if any, and if that is all."""

    name: str
    kind: str = ""
    value: str = ""
    is_all: bool = False


def _parts(store: Store, key: str, given: str) -> _Parts | None:
    """What a text says beside the name; None where it is a name by itself, or says what cannot be read."""
    splits = list(_splits(given))
    if not splits or _is_covered(store, key, given):
        return None
    twice = _covered(store, key, given)
    if twice is not None:
        return _Parts(twice, is_all=True)
    kinds = written_behind(store)
    for text, behind in splits:
        found = _Parts("") if says_how(behind) else None
        for kind in kinds:
            for value, rest in _valued(store, kind, behind):
                if not rest or says_how(rest):
                    found = _Parts("", kind, value, not rest)
                    break
        name = _covered(store, key, text) if found is not None else None
        if found is not None and name is not None:
            return found._replace(name=name)
    return None


def _valued(store: Store, kind: str, behind: str) -> Iterator[tuple[str, str]]:
    """The values of a part of the request that words of a text name, the longest first, and the rest."""
    words = behind.split()
    for count in range(len(words), 0, -1):
        for begin in range(len(words) - count + 1):
            value = _named(store, kind, " ".join(words[begin : begin + count]).strip(_MARKS))
            if value is not None:
                yield value, " ".join((*words[:begin], *words[begin + count :])).strip(_MARKS)


def _covered(store: Store, key: str, text: str) -> str | None:
    """A text that a policy may cover, or the first of two names of which it may cover both alike."""
    if _is_covered(store, key, text):
        return text
    both = named_twice(text)
    if both is None:
        return None
    one, other = (_covering(store, key, name) for name in both)
    return both[0] if one and one == other else None


def written_behind(store: Store) -> list[str]:
    """The parts of a request that are written behind names too, by the knowledge base."""
    return store.catalogue.shared.declared_by((BEHIND,))


def _splits(given: str) -> Iterator[tuple[str, str]]:
    """A text at each of its blanks, the last first, without marks about its parts; none of a long one."""
    text = given.strip() if len(given) <= _LONG else ""
    for blank in reversed(list(re.finditer(r"\s+", text))):
        yield text[: blank.start()].rstrip(" ,;("), text[blank.end() :].strip(_MARKS)


def _named(store: Store, kind: str, said: str) -> str | None:
    """The value of a part of a request that a name means, as the shared files declare them."""
    return store.catalogue.shared.declared_as((kind,), said)


def _is_covered(store: Store, key: str, name: str) -> bool:
    """Whether a policy may cover what is called so."""
    return bool(_covering(store, key, name))


def _covering(store: Store, key: str, name: str) -> list[tuple[str, str]]:
    """The policies that may cover what is called so, each with its own name of it."""
    try:
        return store.catalogue.covering(key, name)
    except CaseError:
        return []
