"""A case as plain data: the shape it must have, and its fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date
from numbers import Integral, Real
from typing import Any

from lupa.errors import CaseError, Problem, printable, shown, within
from lupa.rules.catalogue import KINDS
from lupa.rules.names import nearest

Case = Mapping[str, Any]
"""`request`, and optionally `facts`, `case` (its name), `expect` and `evidence`."""

ASKED_FOR = (*KINDS, "code")
"""The keys of a request that name what is asked for, whatever policies there are on it."""
ABOUT = ("policy", *ASKED_FOR)
"""The keys of a request of which one says what it is about."""
CASE_KEYS = ("case", "request", "facts", "expect", "evidence")


def check_shape(case: Any) -> None:
    """A case is a mapping with a request; raises `CaseError` for anything else."""
    if not isinstance(case, Mapping):
        raise CaseError(f"a case is a mapping with `request` and `facts`, not {shown(case)}")
    problems = [
        Problem(within("", key), f"{shown(key)} is no part of a case; {_where(key)}")
        for key in case
        if key not in CASE_KEYS
    ]
    if case.get("case") is not None and not isinstance(case["case"], str):
        problems.append(Problem("case", f"a name is expected, not {shown(case['case'])}"))
    problems += [
        Problem(part, f"a mapping is expected, not {shown(case[part])}")
        for part in ("request", "facts", "expect", "evidence")
        if case.get(part) is not None and not isinstance(case[part], Mapping)
    ]
    for fact, lines in (case.get("evidence") or {}).items() if not problems else ():
        problems += _odd_lines(f"evidence.{printable(str(fact))}", lines)
    if not problems and not case.get("request"):
        problems.append(Problem("request", "missing; it says which policy or drug it is about"))
    if problems:
        raise CaseError(problems)


def _odd_lines(path: str, lines: object) -> Iterator[Problem]:
    """What is wrong with the lines of a chart that say something of a fact."""
    if not isinstance(lines, list) or not all(isinstance(line, Mapping) for line in lines):
        yield Problem(path, "a list of lines of a chart is expected")
        return
    for place, line in enumerate(lines):
        for key, value in line.items():
            if not isinstance(value, str | date | None):  # a day may be one of YAML's
                yield Problem(
                    f"{path}[{place}]", f"{printable(str(key))}: a text is expected, not {shown(value)}"
                )


def _where(key: object) -> str:
    """What was meant by a part that no case has, or where it goes."""
    near = nearest(str(key), {known: known for known in CASE_KEYS})
    if near:
        return f"did you mean {near}?"
    if key in ABOUT:
        return f"what is asked for goes under request (request.{key})"
    place = within("facts", key)
    here = f" ({place})" if place != "facts" else ""
    parts = ", ".join(CASE_KEYS)
    return f"its parts are {parts}: what is known goes under facts{here}, what is asked for under request"


def case_fingerprint(case: Case) -> str:
    """A digest of what a case asks and states; its name, what it expects and its evidence do not count."""
    content = {"request": case.get("request") or {}, "facts": case.get("facts") or {}}
    text = json.dumps(content, sort_keys=True, default=_plain)
    return f"sha256 {hashlib.sha256(text.encode()).hexdigest()}"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, Integral):  # a whole number of another library
        return int(value)
    if isinstance(value, Real):
        return float(value)
    return str(value)


def lines_for(case: Case, fact: str, number: str | None, value: bool | None = None) -> tuple[str, ...]:
    """The lines of a chart that say something of a fact, or of the number that it is about.

    Each is told by its resource, its day and its words. Of a `value` of the fact only those lines are
    told that say so: what the case states otherwise than the chart does not come from there.
    """
    evidence = case.get("evidence") or {}
    own = [line for line in evidence.get(fact) or () if _says_so(line, value)]
    of_number = (number is not None and evidence.get(number)) or ()
    return tuple(dict.fromkeys(_line(line) for line in (*own, *of_number)))


def _says_so(line: Mapping[str, Any], value: bool | None) -> bool:
    said = line.get("says")
    return value is None or said is None or said == ("yes" if value else "no")


def said_at(facts: object, number: str) -> object:
    """What a case states of a number, such as `weeks_on(methotrexate)`; None where it states nothing."""
    for step in number.rstrip(")").replace("(", ",").split(","):
        facts = facts.get(step) if isinstance(facts, Mapping) else None
    return facts


def contradicts_itself(case: Case, fact: str) -> bool:
    """Whether the lines of a chart say both that a fact is so and that it is not."""
    said = [line.get("says") for line in (case.get("evidence") or {}).get(fact) or ()]
    return "yes" in said and "no" in said


def _line(line: Mapping[str, Any]) -> str:
    resource, day, text = (printable(str(line.get(key) or "")) for key in ("resource", "date", "text"))
    return f"{resource}{f' of {day}' if day else ''}{f', {text}' if text else ''}"
