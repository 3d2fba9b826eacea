"""What a case says it must come to, and whether a decision comes to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from lupa.answers.decision import Decision, with_parts
from lupa.errors import CaseError, Problem, shown, within
from lupa.rules.edition import Edition
from lupa.rules.names import nearest, normal

FOUND: dict[str, Callable[[Decision], object]] = {
    "outcome": lambda decision: decision.outcome,
    "possible": lambda decision: sorted(decision.possible),
    "bases": lambda decision: sorted(item.id for item in decision.bases),
    "unmet": lambda decision: sorted(c.id for c in decision.criteria if c.status == "unmet"),
    "open": lambda decision: sorted(c.id for c in decision.criteria if c.status == "open"),
    "met": lambda decision: sorted(c.id for c in decision.criteria if c.status == "met"),
    "unmet_parts": lambda decision: _parts(decision, "unmet"),
    "open_parts": lambda decision: _parts(decision, "open"),
    "met_parts": lambda decision: _parts(decision, "met"),
    "limits": lambda decision: sorted(item.id for item in decision.limits),
    "scope": lambda decision: sorted(item.id for item in decision.scope),
    "superseded": lambda decision: sorted(item.id for item in decision.superseded),
    "advisories": lambda decision: sorted(item.id for item in decision.advisories),
    "notes": lambda decision: sorted(item.id for item in decision.notes),
    "missing": lambda decision: sorted(item.fact for item in decision.missing),
}
"""What a case can expect, each with how a decision shows it."""


def _parts(decision: Decision, status: str) -> list[str]:
    """The parts of criteria that have a status, each once."""
    every = with_parts(decision.criteria)
    return sorted({criterion.id for above, criterion in every if above and criterion.status == status})


def expected(case: Mapping[str, Any]) -> dict[str, object]:
    """What a case expects; the order of a list does not matter."""
    return {
        key: sorted(value) if isinstance(value, list) else value for key, value in case["expect"].items()
    }


def found(case: Mapping[str, Any], decision: Decision) -> dict[str, object]:
    """What the decision shows of that which the case expects."""
    return {key: FOUND[key](decision) for key in case["expect"]}


# ---- what cannot be expected -------------------------------------------------------------------


def check_expectation(case: Mapping[str, Any], edition: Edition) -> None:
    """Raises `CaseError` for a case without expectation, or with one that no decision can come to."""
    if not case.get("expect"):
        raise CaseError([Problem("expect", "missing; say what it must come to, such as outcome: deny")])
    known = _names(edition)
    problems = [p for key, value in case["expect"].items() for p in _refused(key, value, known)]
    if problems:
        raise CaseError(problems)


def _names(edition: Edition) -> dict[str, list[str]]:
    """For each thing that can be expected, the names that an edition has for it."""
    criteria = [atom.id for atom in edition.criteria]
    parts = list(edition.parts)
    denials = [atom.id for atom in edition.bases]
    return {
        "outcome": list(edition.outcome_words),
        "possible": list(edition.outcomes),
        "bases": [*denials, *(atom.id for atom in edition.referrals)],
        "unmet": criteria,
        "open": criteria,
        "met": criteria,
        "unmet_parts": parts,
        "open_parts": parts,
        "met_parts": parts,
        "limits": [atom.id for atom in edition.limits],
        "scope": [atom.id for atom in edition.scope],
        "superseded": denials,
        "advisories": [atom.id for atom in edition.advisories],
        "notes": [atom.id for atom in edition.notes],
        "missing": list(edition.literals),
    }


def _refused(key: str, value: object, known: Mapping[str, list[str]]) -> Iterator[Problem]:
    """What is wrong with one thing that is expected."""
    path = within("expect", key)
    if key not in known:
        yield Problem(path, f"{shown(key)} cannot be expected; {_hint(key, known)}")
    elif key == "outcome":
        yield from _unknown(path, value, known[key])
    elif not isinstance(value, list):
        yield Problem(path, f"a list is expected, such as [{', '.join(known[key][:1])}]")
    else:
        for place, name in enumerate(value):
            yield from _unknown(f"{path}[{place}]", name, known[key])


def _unknown(path: str, name: object, known: list[str]) -> Iterator[Problem]:
    if name not in known:
        yield Problem(path, f"{shown(name)} is nothing that it can come to; {_hint(name, known)}")


def _hint(name: object, known: Iterable[str]) -> str:
    """The known name that was probably meant, or all of them."""
    near = nearest(str(name), {normal(one): one for one in known})
    return f"did you mean {near}?" if near else f"known are {', '.join(known) or 'none'}"
