"""Days as rules and cases write them."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from lupa.errors import CaseError, Problem, shown

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})([/.-])(\d{1,2})\2(\d{1,2})", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", re.ASCII)
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.?[ -](\d{1,2})(?:st|nd|rd|th)?,?[ -](\d{4})", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ -]?([A-Za-z]{3,9})\.?,?[ -]?(\d{4})", re.ASCII)
_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_TWO_DIGITS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{2})", re.ASCII)
"""With a year that may be of any century."""
_TIMED = re.compile(
    r"(.*\d)(?:T|,? +)([01]?\d|2[0-3]):([0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?)(?: ?[ap]m)?"
    r"(Z|[+-]00:?00)?(?:[+-]\d\d:?\d\d)?",
    re.ASCII | re.IGNORECASE,
)
"""A day with a time, which may be that of Greenwich."""
_LONGEST = 60
"""No day has more characters."""
_DASHES = dict.fromkeys(range(0x2010, 0x2016), "-")
_PLAINLY = "a date is written year-month-day, such as 2025-03-01, not"
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)


def day(value: Any, path: str) -> date:
    """A date as a case writes it: 2025-03-01, or in another usual way that means but one day.

    Raises `CaseError`; where a text can mean two days, it names both.
    """
    if isinstance(value, date) and type(value) is date:
        return value
    text = _text(value)
    found = sorted(set(_meant(text)))
    is_of_a_century = _TWO_DIGITS.fullmatch(_untimed(text)) is None
    if len(found) == 1 and is_of_a_century:
        return found[0]
    if found:
        both = " or ".join(f"{each} ({each.day} {_MONTHS[each.month - 1].capitalize()})" for each in found)
        both += "" if is_of_a_century else ", or a day of another century"
        problem = f"{shown(value)} can mean {both}; write the one that is meant, year-month-day"
    elif is_written(text):
        problem = f"there is no such day as {shown(value)}"
    else:
        problem = f"{_PLAINLY} {shown(value)}"
    raise CaseError([Problem(path, problem)])


def plain_day(value: str, path: str = "") -> date:
    """A date as rules write it, year-month-day and no other way; raises `CaseError`."""
    if not is_plain(value):
        raise CaseError([Problem(path, f"{_PLAINLY} {shown(value)}")])
    return day(value, path)


def last_day(start: date, months: int) -> date:
    """The last of so many calendar months that begin on a day: of twelve from 1 March, the end of February.

    Where a month has no such day, the next one begins on its first.
    """
    from calendar import monthrange  # only a term needs it

    years, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    month += 1
    last = monthrange(years, month)[1]
    if start.day <= last:
        return date(years, month, start.day) - timedelta(1)
    return date(years, month, last)


def is_plain(value: Any) -> bool:
    """Whether a date is written as it is shown, year-month-day."""
    return isinstance(value, date) or (isinstance(value, str) and _ISO.fullmatch(value) is not None)


def is_written(text: str) -> bool:
    """Whether a text is a date in one of the ways in which people write one, be there such a day or not."""
    return any(form.fullmatch(_untimed(text.strip())) for form in _FORMS)


_FORMS = (_YEAR_FIRST, _YEAR_LAST, _MONTH_FIRST, _DAY_FIRST, _DIGITS, _TWO_DIGITS)


def _text(value: Any) -> str:
    """What is written of a day; of a number its eight digits, and nothing of what is neither."""
    if isinstance(value, int) and not isinstance(value, bool) and _DIGITS.fullmatch(str(value)):
        return str(value)
    said = value.strip() if isinstance(value, str) else ""
    return said.translate(_DASHES) if len(said) <= _LONGEST else ""


def _untimed(text: str) -> str:
    """A day as it is written, without a time that may stand behind it."""
    timed = _TIMED.fullmatch(text)
    return timed[1] if timed else text


def _meant(text: str) -> Iterator[date]:
    """The days that a text can mean: of two numbers before a year either may be the month.

    At a time of Greenwich, but for midnight as which programs write a day, it is another day elsewhere.
    """
    if timed := _TIMED.fullmatch(text):
        for found in _meant(timed[1]):
            yield found
            if timed[4] and timed[2].strip("0") + timed[3].strip("0:.,"):
                yield from (found + timedelta(days) for days in ((-1,) if int(timed[2]) < 12 else (1,)))
    elif match := _YEAR_FIRST.fullmatch(text) or _DIGITS.fullmatch(text):
        yield from _days(match[1], *match.groups()[-2:])
    elif match := _YEAR_LAST.fullmatch(text):
        yield from _days(match[4], match[1], match[3])
        yield from _days(match[4], match[3], match[1])
    elif match := _MONTH_FIRST.fullmatch(text):
        yield from _days(match[3], _month(match[1]), match[2])
    elif match := _DAY_FIRST.fullmatch(text):
        yield from _days(match[3], _month(match[2]), match[1])
    elif match := _TWO_DIGITS.fullmatch(text):
        yield from _days(f"20{match[4]}", match[1], match[3])
        yield from _days(f"20{match[4]}", match[3], match[1])
        yield from _days(f"20{match[1]:0>2}", match[3], match[4])


def _month(name: str) -> int:
    """The month of an English name, in full or its first three letters; 0 for no month."""
    said = {form: number for number, full in enumerate(_MONTHS, 1) for form in (full, full[:3])}
    return said.get("sep" if name.lower() == "sept" else name.lower(), 0)


def _days(year: str, month: str | int, on: str) -> Iterator[date]:
    """The day of these numbers; none where there is no such day."""
    try:
        yield date(int(year), int(month), int(on))
    except ValueError:
        return
