"""Days as rules and cases write them."""

import re
from datetime import date
from typing import Any

from lupa.errors import CaseError, Problem, shown


def day(value: Any, path: str) -> date:
    """A date as a case writes it: 2025-03-01. Raises `CaseError`."""
    if isinstance(value, date) and type(value) is date:
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        try:
            return date.fromisoformat(value)
        except ValueError:
            problem = f"there is no such day as {shown(value)}"
    else:
        problem = f"a date is written year-month-day, such as 2025-03-01, not {shown(value)}"
    raise CaseError([Problem(path, problem)])
