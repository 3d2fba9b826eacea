"""Values of Arrow, and texts, as a case has them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def plain_value(value: Any) -> Any:
    """A value of Arrow as a case has it: midnight is a day."""
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value.isoformat()
    return value


def day_of(value: Any) -> date | None:
    """The day that a value is, or that it is written as year-month-day; else None."""
    value = plain_value(value)
    if isinstance(value, str) and _DAY.fullmatch(value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    return value if type(value) is date else None


def number_in(text: str) -> Decimal | str:
    """The number that a text is, or the text."""
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        return text


def without_nulls(value: Mapping[Any, Any]) -> dict[Any, Any]:
    """What a struct says: a field without a value, which every row has, says nothing."""
    return {
        key: without_nulls(inner) if isinstance(inner, Mapping) else inner
        for key, inner in value.items()
        if inner is not None
    }
