"""Two numbers that are written as one: a blood pressure of 150/90."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lupa.errors import Problem, shown
from lupa.record.measurement import VALUE
from lupa.record.plain import plain_unit
from lupa.rules.vocabulary import Vocabulary

_TWO = re.compile(r"(\d{1,4}) ?/ ?(\d{1,4})(?: ?(\D.*))?", re.ASCII)


def taken_apart(value: Any, unit: str) -> tuple[Any, Any] | None:
    """What is said of the first number and of the second; None where that is no pair."""
    if value is None:
        return None, None
    if isinstance(value, Mapping):
        both = taken_apart(value[VALUE], unit) if value.get(VALUE) is not None else None
        return both and ({**value, VALUE: both[0]}, {**value, VALUE: both[1]})
    match = _TWO.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or plain_unit(match[3] or unit) != plain_unit(unit):
        return None
    return int(match[1]), int(match[2])


def not_two(path: str, value: Any) -> Problem:
    """What is wrong with a value that is no two numbers, where a pair stands."""
    return Problem(path, f"two numbers are expected, such as 150/90, not {shown(value)}")


def without_pairs(facts: Mapping[str, Any], vocabulary: Vocabulary) -> dict[str, Any]:
    """What a case states, with each pair as the two numbers that it is; what cannot be read stays."""
    found: dict[str, Any] = {}
    for key, value in facts.items():
        name = vocabulary.canonical(key, vocabulary.pairs) if isinstance(key, str) else None
        parts = vocabulary.pairs[name] if name else ()
        both = taken_apart(value, vocabulary.quantities[parts[0]].unit) if parts else None
        said = {key: value} if both is None else dict(zip(parts, both, strict=True))
        found |= {part: one for part, one in said.items() if part == key or part not in facts}
    return found
