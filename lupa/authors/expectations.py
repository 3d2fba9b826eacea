"""What a case says it must come to, and whether a decision comes to it."""

from collections.abc import Callable, Mapping
from typing import Any

from lupa import Decision

FOUND: dict[str, Callable[[Decision], object]] = {
    "outcome": lambda decision: decision.outcome,
    "possible": lambda decision: sorted(decision.possible),
    "bases": lambda decision: sorted(item.id for item in decision.bases),
    "unmet": lambda decision: sorted(c.id for c in decision.criteria if c.status == "unmet"),
    "open": lambda decision: sorted(c.id for c in decision.criteria if c.status == "open"),
    "met": lambda decision: sorted(c.id for c in decision.criteria if c.status == "met"),
    "limits": lambda decision: sorted(item.id for item in decision.limits),
    "advisories": lambda decision: sorted(item.id for item in decision.advisories),
    "notes": lambda decision: sorted(item.id for item in decision.notes),
    "missing": lambda decision: sorted(item.fact for item in decision.missing),
}
"""What a case can expect, each with how a decision shows it."""


def expected(case: Mapping[str, Any]) -> dict[str, object]:
    """What a case expects; the order of a list does not matter."""
    return {
        key: sorted(value) if isinstance(value, list) else value for key, value in case["expect"].items()
    }


def found(case: Mapping[str, Any], decision: Decision) -> dict[str, object]:
    """What the decision shows of that which the case expects."""
    return {key: FOUND[key](decision) for key in case["expect"]}
