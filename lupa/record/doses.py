"""What stands behind the name of a drug on a list: how much is taken, how often and by which route."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

_NUMBER = r"\d+(?:[.,]\d+)*"
_UNIT = r"(?:mg|mcg|ug|µg|g|ml|units?|iu|meq|mmol)(?:/(?:kg|m2|m²|ml|day|d|wk|week|dose))*"
_FORM = r"(?:oral|tab(?:let)?s?|cap(?:sule)?s?|pills?|vials?|pens?|syringes?|infusions?|er|xr|sr|dr|ec)"
_ROUTE = r"(?:po|by mouth|orally|iv|intravenous(?:ly)?|sc|sq|subq|sub-q|subcut(?:aneous(?:ly)?)?|im)"
_TIME = r"(?:h|hrs?|hours?|d|days?|w|wks?|weeks?|m|mo|months?|morning|evening|night)"
_EVERY = rf"(?:q|every|each|per|a) ?(?:other )?(?:\d+(?:-\d+)? ?)?{_TIME}"
_OFTEN = (
    r"(?:daily|weekly|biweekly|monthly|nightly|once|twice|hs|am|pm|qd|qod|qhs|qam|qpm|qw|bid|tid|qid|"
    r"[btq]\.i\.d\.|q\.d\.|(?:\d+|one|two|three|four) times|x ?\d+|"
    rf"on (?:mon|tues|wednes|thurs|fri|satur|sun)day|{_EVERY})"
)
_PART = re.compile(
    rf"(?:{_NUMBER}(?:-{_NUMBER})?(?: ?{_UNIT})?|{_UNIT}|{_FORM}|{_ROUTE}|{_OFTEN}|at|in the|with food)"
    r"(?=[\s,;.()]|$)[\s,;.()]*",
    re.IGNORECASE,
)
_MOST_WORDS = 5
"""No name has more words."""


def name_before_dose(text: str) -> Iterator[str]:
    """What may be the name of a drug where all that stands behind it says how it is taken.

    The longest first; nothing of a cream or drops, of what is stopped or taken only as needed.
    """
    for place in reversed([match.start() for match in re.finditer(r"(?<=[\s,;(])\S", text)]):
        name = text[:place].rstrip(" ,;(")
        if name and says_how(text[place:]):
            yield name


def with_doses(canonical: Callable[[str, Mapping[str, object]], str | None]) -> Callable[..., str | None]:
    """Finds the one of some names that a name means, whatever dose stands behind it."""

    def meant(name: str, known: Mapping[str, object]) -> str | None:
        each = (canonical(before, known) for before in name_before_dose(name))
        return canonical(name, known) or next(filter(None, each), None)

    return meant


def phrases(text: str) -> Iterator[str]:
    """Every few words of a text that stand together, any of which may be a name."""
    words = list(re.finditer(r"[^\s,;()/+]+", text))
    for begin in range(len(words)):
        for end in range(begin, min(len(words), begin + _MOST_WORDS)):
            yield text[words[begin].start() : words[end].end()].rstrip(".:")


def says_how(rest: str) -> bool:
    """Whether a text says how a drug is taken, and nothing else."""
    place = 0
    while place < len(rest):
        match = _PART.match(rest, place)
        if match is None:
            return False
        place = match.end()
    return True
