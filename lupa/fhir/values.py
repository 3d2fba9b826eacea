"""What the values of elements become: symbols, dates, numbers and words of FHIR."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from math import inf
from typing import Any

import clingo

from lupa.fhir.chart import Json, Resource
from lupa.fhir.tables import KEPT, Coded, Path_
from lupa.fhir.versions import moment

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T.{0,40})?)?)?")
LONGEST_DAY = 52
"""A letter more than a date of FHIR has; what is longer is none, wherever it ends."""
_TERM = re.compile(
    r"\s*(?:(?P<name>[a-z]\w*)|(?P<number>-?\d{1,9})|\"(?P<text>[^\"\\]{0,80})\")\s*(?P<after>[(,)]?)",
    re.ASCII,
)
_AFTER = re.compile(r"\s*(?P<after>[,)])")
_CODE = re.compile(r"[A-Za-z][\w.-]{0,60}", re.ASCII)
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LARGEST = 2**31 - 1
_DAY = 86_400  # seconds
_LONGEST = 200
"""Letters of a word that a rule can read, and of a code with the address of its system."""
SIGNS = {"<": (True, True), "<=": (True, False), ">": (False, True), ">=": (False, False)}
"""The signs before a number: whether it is below, and whether the number itself is left out."""
RANGE = ("low", "high")
"""The ends of a range."""
PRESENT = clingo.Function("present")
TRUTH = {True: clingo.Function("true"), False: clingo.Function("false")}

number_of = lru_cache(maxsize=4096)(clingo.Number)
text_of = lru_cache(maxsize=4096)(clingo.String)


@lru_cache(maxsize=4096)
def coded_as(coded: Coded) -> clingo.Symbol:
    return term("coded", clingo.Function(coded[0]), clingo.String(coded[1]))


def term(name: str, *arguments: clingo.Symbol) -> clingo.Symbol:
    """A symbol with arguments."""
    return clingo.Function(name, arguments)


@lru_cache(maxsize=4096)
def row(*parts: int | str | clingo.Symbol) -> clingo.Symbol:
    """A tuple of numbers, words and symbols; those of the first elements are the same in most charts."""
    return clingo.Function("", [_PARTS[type(part)](part) for part in parts])


def at(data: Json, path: Path_) -> Iterable[Json]:
    """The values at a path, through whatever lists stand on the way."""
    if len(path) == 1 and isinstance(data, dict):  # as most are
        value = data.get(path[0])
        return value if isinstance(value, list) else () if value is None else (value,)
    found = [data]
    steps = iter(path)
    for step in steps:
        if step == "!":
            without = next(steps)
            found = [one for one in found if not (isinstance(one, dict) and one.get(without) is False)]
            continue
        if step == "@":
            url = next(steps)
            found = [
                one
                for value in found
                if isinstance(value, dict) and isinstance(value.get("extension"), list)
                for one in value["extension"]
                if isinstance(one, dict) and one.get("url") == url
            ]
            continue
        further: list[Json] = []
        for value in found:
            inner = value.get(step) if isinstance(value, dict) else None
            if isinstance(inner, list):
                further += inner
            elif inner is not None:
                further.append(inner)
        found = further
        if not found:
            break
    return found


def is_modified(data: Resource, apart: Collection[str] = ()) -> bool:
    """Whether it holds what FHIR forbids to read over where it is not known; `apart` is not looked into."""
    if data.get("implicitRules") or data.get("modifierExtension"):
        return True
    waiting: list[Json] = [
        one for key, one in data.items() if (type(one) is dict or type(one) is list) and key not in apart
    ]
    for value in waiting:  # which grows meanwhile
        inner = value
        if type(value) is dict:
            if value.get("modifierExtension"):
                return True
            inner = value.values()
        waiting += [one for one in inner if type(one) is dict or type(one) is list]
    return False


def codings_of(concept: Resource) -> list[tuple[str, str]]:
    """The codings of a concept, each its system and code; a bare coding is one too."""
    codings = concept.get("coding")
    found = codings if isinstance(codings, list) else [concept]
    return [
        (system, code)
        for one in found
        if isinstance(one, dict)
        and isinstance(system := one.get("system"), str)
        and isinstance(code := one.get("code"), str)
        and len(system) + len(code) <= _LONGEST
    ]


def texts_of(concept: Resource) -> list[str]:
    """What a concept, or a reference, says in words."""
    codings = concept.get("coding")
    found = [concept, *(codings if isinstance(codings, list) else ())]
    texts = [one.get(key) for one in found if isinstance(one, dict) for key in ("text", "display")]
    return list(dict.fromkeys(text for text in texts if isinstance(text, str)))


def _is_word(text: str) -> bool:
    return len(text) <= _LONGEST and text.isprintable()


def amount(value: Json, name: str, amounts: dict[str, Json]) -> Iterator[clingo.Symbol]:
    """A number with each way in which its unit is written; the value itself stays with its element.

    Where it is said to be less or more than that, it has only its unit; where that is said in no way that
    is known, it is none.
    """
    plain = value.get("value") if isinstance(value, dict) else value
    if isinstance(plain, bool) or not isinstance(plain, int | float | Decimal):
        return
    if plain != plain or abs(plain) == inf:  # noqa: PLR0124 - that is no number, though JSON may hold it
        return
    sign = value.get("comparator") if isinstance(value, dict) else None
    if sign is not None and not (isinstance(sign, str) and sign in SIGNS):
        return
    amounts[name] = value
    unit = ""
    if isinstance(value, dict):
        unit = next((value[key] for key in ("code", "unit") if isinstance(value.get(key), str)), "")
    if not _is_word(unit):
        return
    yield term("unit", text_of(unit))
    if sign is None and -_LARGEST <= plain <= _LARGEST and plain == int(plain):
        yield term("amount", clingo.Number(int(plain)), text_of(unit))


def between(value: Json, name: str, amounts: dict[str, Json]) -> Iterator[clingo.Symbol]:
    """The unit of a range, of which one end may be open; the value itself stays with its element.

    None where an end is no plain number, or they have two units, or are the wrong way round.
    """
    ends = [value[end] for end in RANGE if end in value] if isinstance(value, dict) else []
    plain = all(isinstance(end, dict) and "comparator" not in end for end in ends)
    units = [[*amount(end, name, {})][:1] for end in ends] if plain else []
    if units and units[0] and units[0] == units[-1] and ends[0]["value"] <= ends[-1]["value"]:
        amounts[name] = value
        yield from units[0]


def type_of(value: Json, target: Callable[[Json], Resource | None]) -> Iterator[clingo.Symbol]:
    """The type of the resource that a reference means: as it says itself, else of its `target`."""
    if not isinstance(value, dict):
        return
    said = value.get("type")
    if not isinstance(said, str):
        reference = value.get("reference")
        found = target(reference)
        if found is not None:
            said = found.get("resourceType")
        else:
            said = reference.rsplit("/", 2)[-2] if isinstance(reference, str) and "/" in reference else ""
    yield from _word(said)


def _word(value: Json) -> Iterator[clingo.Symbol]:
    if isinstance(value, str) and _CODE.fullmatch(value):
        yield name_for(value)


@lru_cache(maxsize=4096)
def name_for(word: str) -> clingo.Symbol:
    """The name in rules of a type or a code of FHIR: `list_entry` of List.entry, `on_hold` of on-hold."""
    return clingo.Function(_HUMP.sub("_", word).replace(".", "_").replace("-", "_").lower())


_PARTS: dict[type, Callable[[Any], clingo.Symbol]] = {
    int: number_of,
    str: name_for,
    clingo.Symbol: lambda symbol: symbol,
}


def _flag(value: Json) -> Iterator[clingo.Symbol]:
    if isinstance(value, bool):
        yield TRUTH[value]


def _present(value: Json) -> Iterator[clingo.Symbol]:
    if value not in (None, "", [], {}):
        yield PRESENT


def _term(value: Json) -> Iterator[clingo.Symbol]:
    found = as_term(value)
    if found is not None:
        yield found


def _moment(value: Json) -> Iterator[clingo.Symbol]:
    """A moment by its day and the seconds since that began, both in UTC."""
    found = moment(value)
    if found is not None:
        yield term("moment", *map(clingo.Number, divmod(int(found), _DAY)))


PLAIN: dict[str, Callable[[Json], Iterable[clingo.Symbol]]] = {
    "word": _word,
    "flag": _flag,
    "present": _present,
    "term": _term,
    "moment": _moment,
}
"""What a value becomes that is by itself, by its kind."""


@lru_cache(KEPT)
def days(text: str) -> clingo.Symbol | None:
    """The first and the last day that a date may mean, by their numbers; None for no date."""
    found = span_of(text)
    return None if found is None else term("day", *(clingo.Number(one.toordinal()) for one in found))


def span_of(text: str) -> tuple[date, date] | None:
    """The first and the last day that a date of FHIR may mean, which may be only a year or a month."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = match.groups()
    try:
        first = date(int(year), int(month or 1), int(day or 1))
        if day:
            return first, first
        turn = not month or first.month == 12
        after = date(first.year + turn, 1 if turn else first.month + 1, 1)
    except ValueError:
        return None
    return first, after - timedelta(days=1)


def as_term(value: Any) -> clingo.Symbol | None:
    """A fact as a linkId writes it, `taking(prednisone)`; None for anything else. Nothing is evaluated."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    waiting: list[tuple[str, list[clingo.Symbol]]] = []
    arguments: list[clingo.Symbol] = []
    place, closed = 0, False
    while place < len(value):
        match = (_AFTER if closed else _TERM).match(value, place)
        if match is None or (match["after"] == "(" and match["name"] is None):
            return None
        place = match.end()
        if match["after"] == "(":
            waiting.append((match["name"], arguments))
            arguments = []
            continue
        if not closed:
            arguments.append(_leaf(match))
        if match["after"] == ")":
            if not waiting:
                return None
            name, outer = waiting.pop()
            arguments = [*outer, clingo.Function(name, arguments)]
        closed = match["after"] != ","
    whole = closed and not waiting and len(arguments) == 1
    return arguments[0] if whole and arguments[0].type == clingo.SymbolType.Function else None


def _leaf(match: re.Match[str]) -> clingo.Symbol:
    """The name, number or text that a part of a term is."""
    if match["name"] is not None:
        return clingo.Function(match["name"])
    if match["number"] is not None:
        return clingo.Number(int(match["number"]))
    return clingo.String(match["text"])
