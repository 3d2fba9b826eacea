"""What stands behind the name of a drug on a list: how much is taken, how often and by which route."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

_NONE = r"0+(?:[.,]0+)*"
_NUMBER = rf"(?!{_NONE}(?![\d.,]))\d+(?:[.,]\d+)*"
_UNIT = r"(?:mg|mcg|ug|µg|g|ml|units?|iu|meq|mmol)(?:/(?:kg|m2|m²|ml|day|d|wk|week|dose))*"
_FORM = (
    r"(?:(?:tab|cap)\(s\)|oral|tab(?:let)?s?|cap(?:sule)?s?|pills?|vials?|pens?|syringes?|infusions?|"
    r"er|xr|sr|dr|ec)"
)
_ROUTE = (
    r"(?:po|by mouth|orally|iv|intravenous(?:ly)?|sc|sq|subq|sub-q|subcut(?:aneous(?:ly)?)?|under the skin|"
    r"im)"
)
_TIME = r"(?:h|hrs?|hours?|d|days?|w|wks?|weeks?|m|mo|months?|morning|evening|night)"
_EVERY = rf"(?:q|every|each|per|a) ?(?:other )?(?:\d+(?:-\d+)? ?)?{_TIME}"
_OFTEN = (
    r"(?:daily|weekly|biweekly|monthly|nightly|once|twice|hs|am|pm|qd|qod|qhs|qam|qpm|qw|bid|tid|qid|"
    r"[btq]\.i\.d\.|q\.d\.|one|two|three|four|times|(?:as )?directed|# ?\d+|"
    rf"on (?:mon|tues|wednes|thurs|fri|satur|sun)day|disp-\d+|r-\d+|qty|refill(?:s|\(s\))?|{_EVERY})"
)
_YEAR = r"(?:19|20)\d\d"
_SOME = rf"{_NUMBER}(?:-{_NUMBER})?"
_HOW = (
    rf"(?!{_YEAR}(?:-{_YEAR})?(?:[\s,;:.()]|$)){_SOME}|{_SOME}(?: ?{_UNIT}|/d(?:ay)?)|"
    rf"{_UNIT}|{_FORM}|{_ROUTE}|{_OFTEN}|=|at|in the|take|inject|total|with (?:food|meals?)"
)
"""How a drug is taken; of a number alone that may be a year that is not said."""
_DOUBT = (
    r"prn|(?:as|if|when) (?:needed|required)|discontinued|stopped|d/?c(?:'?d)?|held|on hold|ended|finished|"
    r"completed|taper(?:ed|ing)|last (?:dose|taken|given|infusion)|until|since|start(?:ed|s|ing)?|planned|"
    rf"filled?|{_NONE}(?: ?{_UNIT})?|in|on|-|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*|"
    rf"{_NUMBER}(?:[/-]{_NUMBER}){{1,2}}|{_YEAR}|x ?\d+"
)
"""What makes it doubtful whether a drug is taken now."""
_END = r"(?=[\s,;:.()]|$)[\s,;:.()]*"
_PART = rf"(?:{_HOW}){_END}"
_DOUBTFUL_PART = rf"(?:{_DOUBT}|{_HOW}){_END}"
_BETWEEN_NAMES = re.compile(r";|(?<!\d),|,(?!\d)")  # and not the comma of 1,000 mg
_HEADING = re.compile(
    r"^\s*(?:(?:current|active|home|my) )*"
    r"(?:med(?:ication|icine)?s?|drugs?|taking|diagnos[ei]s|problems?)(?: list)?:",
    re.IGNORECASE,
)
_BULLET = re.compile(r"[-*•·]\s+|\d+[.)]\s+(?=\D)")
"""What stands before each part of a list."""
_TWICE = re.compile(r"([^()\[\]]+?) ?[(\[]([^()\[\]]+)[)\]]")
_HOW_KEYS = frozenset(
    ("dose", "dosage", "strength", "unit", "units", "frequency", "freq", "schedule", "route", "form", "sig")
)
"""Under which people write how a drug is taken, part by part."""
_DOUBT_KEYS = frozenset(
    (
        *("start", "start_date", "started", "since", "end", "end_date", "stop", "stop_date", "stopped"),
        *("status", "prn", "as_needed", "indication", "note", "notes", "comment"),
    )
)
"""Under which they write whether it is taken now, which is for a person to tell."""
_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 8
"""No name has more words; what a hyphen or a point parts are several."""


def name_before_dose(text: str) -> Iterator[str]:
    """What may be the name of a drug where all that stands behind it says how it is taken.

    The longest first; nothing of a cream or drops.
    """
    return _names_before(text, _PART)


def name_in_doubt(text: str) -> Iterator[str]:
    """The same where what stands behind it also leaves open whether it is taken now: stopped, as needed."""
    return _names_before(text, _DOUBTFUL_PART)


def _names_before(text: str, part: str) -> Iterator[str]:
    for place in reversed([match.start() for match in re.finditer(r"(?<=[\s,;(])\S", text)]):
        name = text[:place].rstrip(" ,;:(")
        if name and _is_made_of(text[place:], part):
            yield name


def named_twice(text: str) -> tuple[str, str] | None:
    """The two names where one stands in brackets behind the other: `Plaquenil (hydroxychloroquine)`."""
    match = _TWICE.fullmatch(text.strip())
    return (match[1], match[2].strip()) if match else None


def with_doses(canonical: Callable[[str, Mapping[str, object]], str | None]) -> Callable[..., str | None]:
    """Finds the one of some names that a name means, whatever dose stands behind it."""

    def meant(name: str, known: Mapping[str, object]) -> str | None:
        each = (canonical(before, known) for before in name_before_dose(name))
        return canonical(name, known) or next(filter(None, each), None)

    return meant


def names_within(text: str, meant: Callable[[str], Sequence[str]]) -> list[str]:
    """What is meant by the names in a text, the longest at each place: by a few words together."""
    words = list(_WORD.finditer(text))
    found: list[str] = []
    last = -1
    for begin in range(len(words)):
        for end in range(min(len(words), begin + _MOST_WORDS) - 1, max(last, begin - 1), -1):
            names = meant(text[words[begin].start() : words[end].end()])
            if names:
                found.extend(names)
                last = end
                break
    return found


def names_listed(text: str) -> list[str]:
    """The parts of a list that is written as one text, with commas between or on lines.

    They may be numbered and have a heading; how a drug is taken, and whether now, belongs to the name
    before it.
    """
    found: list[str] = []
    for line in text.split("\n"):
        for part in _BETWEEN_NAMES.split(_HEADING.sub("", line)):
            piece = _BULLET.sub("", part.strip()).strip()
            if found and piece and _is_made_of(piece, _DOUBTFUL_PART) and not piece.isdecimal():
                found[-1] = f"{found[-1]} {piece}"
            elif piece:
                found.append(piece)
    return found or [text]


def says_how(rest: str) -> bool:
    """Whether a text says how a drug is taken, and nothing else."""
    return _is_made_of(rest, _PART)


def how_taken(said: Any) -> tuple[str, bool | None] | None:
    """How a drug is taken, where that is said in the place of yes, as text or part by part.

    With it whether it is taken then: yes, or None where that stays open, as of what was stopped. None for
    all that says anything else.
    """
    each = said.values() if isinstance(said, Mapping) else [said]
    parts = [part for part in each if part is not None]
    plain = (str, int, float, Decimal, date) if isinstance(said, Mapping) else str
    if not all(isinstance(part, plain) and not isinstance(part, bool) for part in parts):
        return None
    text = " ".join(str(part).strip() for part in parts)
    if isinstance(said, Mapping) and not _HOW_KEYS.issuperset(said):
        return (text, None) if text and (_HOW_KEYS | _DOUBT_KEYS).issuperset(said) else None
    if text and says_how(text):
        return text, True
    return (text, None) if text and _is_made_of(text, _DOUBTFUL_PART) else None


def named_with_dose(said: Mapping[Any, Any]) -> tuple[Any, Any] | None:
    """What a mapping on a list names, `{name: prednisone, dose: 10 mg}`, and how that is taken, if it says.

    The one key of a mapping, `{prednisone: 10 mg}`, is such a name too. None for any other.
    """
    names = [key for key in said if key in ("name", "drug", "medication")]
    rest = {key: value for key, value in said.items() if key not in names}
    is_one = len(names) == 1 and isinstance(said[names[0]], str)
    if is_one and (_HOW_KEYS | _DOUBT_KEYS).issuperset(rest):
        return said[names[0]], rest or True
    return next(iter(said.items())) if len(said) == 1 else None


def _is_made_of(rest: str, part: str) -> bool:
    place, compiled = 0, _compiled(part)
    while place < len(rest):
        match = compiled.match(rest, place)
        if match is None:
            return False
        place = match.end()
    return True


@cache
def _compiled(part: str) -> re.Pattern[str]:
    """The pattern, compiled once a dose is met: most lists hold names alone."""
    return re.compile(part, re.IGNORECASE)
