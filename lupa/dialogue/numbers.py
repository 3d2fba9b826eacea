"""Numbers as a person says them: in which unit, as a bound, as a day, each of several by its name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any

from lupa.errors import CaseError, shown
from lupa.record.doses import names_listed
from lupa.record.edits import value_of
from lupa.record.measurement import NEVER
from lupa.record.numbers import AGES
from lupa.record.plain import bound_in, number_in
from lupa.record.relations import NOT_KNOWN
from lupa.rules.days import day, is_written
from lupa.rules.names import normal
from lupa.rules.numbers import written
from lupa.rules.quantities import SINCE
from lupa.rules.vocabulary import Vocabulary

UNKNOWN = (
    *NOT_KNOWN,
    *("dont_know", "do_not_know", "i_don't_know", "i_dont_know", "i_do_not_know"),
    *("i_am_not_sure", "i'm_not_sure", "no_idea", "idk", "skip", "d", "?"),
)
"""What people say where they do not know."""
_BOUND = re.compile(r"(at least|more than|less than|at most|over|above|under|below) (\S.*)")
_OR_MORE = re.compile(r"(\S.*) or (more|less)|(\S.*)(\+)")
_ENDS = {
    **dict.fromkeys(("at least", "more", "+"), "at_least"),
    **dict.fromkeys(("more than", "over", "above"), "more_than"),
    **dict.fromkeys(("less than", "under", "below"), "less_than"),
    **dict.fromkeys(("at most", "less"), "at_most"),
}
"""The bound that words say."""
_AND = re.compile(r"(?:^|\s+)(?:and|&|\+)\s+", re.IGNORECASE)
_ON = re.compile(r",\s*(?:on\s+)?|\s+on\s+", re.IGNORECASE)
"""What stands between a number and its day."""
_NUMBER = re.compile(r"[-+]?[0-9][0-9.]*(\s*\D[^,]*)?")


def parted(line: str, *, pasted: bool = False) -> tuple[list[str], bool]:
    """The parts of a reply, between commas or on lines, and whether its end says that more is not known.

    Those that are `pasted` from a list of drugs are read as one.
    """
    if pasted:
        pieces = names_listed(line) if line.strip() else []
    else:
        parts = filter(None, (part.strip() for part in re.split(r"[,;\n]", line)))
        pieces = [part for part in parts if not (part.endswith(":") and "\n" in line)]
    open_ended = bool(pieces) and normal(pieces[-1]) in UNKNOWN
    if open_ended:
        pieces.pop()
    elif pieces and pieces[-1].endswith("?"):
        pieces[-1], open_ended = pieces[-1][:-1].strip(), True
    return pieces, open_ended


def apart(piece: str) -> list[str]:
    """A part of a reply as several: `OSA and T2DM`, or of each of these the same: `OSA and T2DM: yes`."""
    head, colon, tail = piece.partition(":")
    if not colon or ":" in tail:
        return [part for part in _AND.split(piece) if part]
    of, said = (list(filter(None, _AND.split(side.strip()))) for side in (head, tail))
    return [f"{one}: {other}" for one in of for other in said]


def called(fact: str) -> str:
    """What a fact is about, by its names: `prednisone`, `methotrexate.intolerance`."""
    return fact.partition("(")[2].removesuffix(")").replace(",", ".") or fact


def in_order(
    derived: str, numbers: Iterable[str], line: str, vocabulary: Vocabulary
) -> tuple[dict[str, Any], bool] | None:
    """Two numbers in order, of which one may not be known, or what follows from both; else None."""
    pieces = [piece.strip() for piece in line.split(",")]
    said = [(piece, None if normal(piece) in UNKNOWN else _NUMBER.fullmatch(piece)) for piece in pieces]
    if not all(match or normal(piece) in UNKNOWN for piece, match in said):
        return None
    names = (derived,) if len(pieces) == 1 else tuple(numbers)
    if len(names) != len(pieces):
        return None
    known = [(name, piece) for name, (piece, match) in zip(names, said, strict=True) if match]
    return dict(number_said(name, piece, vocabulary) for name, piece in known), len(known) < len(pieces)


def can_be_none(numbers: Iterable[str], vocabulary: Vocabulary) -> bool:
    """Whether each of these numbers can be 0 and none can be less, as what was not taken at all."""
    return all(vocabulary.quantities[name].least == 0 for name in numbers)


def named(numbers: Mapping[str, str]) -> dict[str, str]:
    found = {normal(label): name for name, label in numbers.items()}
    return found | {normal(called(name)): name for name in numbers}


def split(piece: str, called: Mapping[str, str], vocabulary: Vocabulary) -> tuple[str, str]:
    """The quantity and the value that a part of a reply gives: `methotrexate 14`, `Trexall: 14`."""
    for name in sorted(called, key=len, reverse=True):
        words = name.replace("_", "[ _-]+")
        match = re.fullmatch(rf"{words}\s*[:= ]\s*(.+)", piece, re.IGNORECASE)
        if match:
            return called[name], match[1]
    for between in re.finditer(r"[:= ]+", piece):
        brand = vocabulary.canonical(piece[: between.start()], called)
        if brand is not None:
            return called[brand], piece[between.end() :]
    raise CaseError(f"a name and its number are expected, not {shown(piece)}; `help` says more")


def units_of(name: str, vocabulary: Vocabulary) -> dict[str, str]:
    """The units in which a number can be said, each with the quantity that is then stated."""
    quantity = vocabulary.quantities[name]
    found = dict.fromkeys((quantity.unit, *(unit for unit, _ in quantity.units)), name)
    scales = vocabulary.scales.items()
    same = [other for fine, scale in scales for other in (fine, scale.of) if name in (fine, scale.of)]
    return {vocabulary.quantities[other].unit: other for other in same} | found


def in_units(name: str, vocabulary: Vocabulary) -> str:
    """That a number is expected, and in which units."""
    unit = vocabulary.quantities[name].unit
    others = [other for other in units_of(name, vocabulary) if other != unit]
    return (f"a number ({unit})" if unit else "a number") + (
        f", also one in {' or '.join(others)}" if others else ""
    )


def in_any_way(name: str, vocabulary: Vocabulary) -> str:
    """How the reply to a question for a number may be written."""
    said, cuts = in_units(name, vocabulary), vocabulary.cuts.get(name)
    said += ", or a day" if name.startswith(f"{SINCE}(") else ""
    said += ", or never" if is_day(name, vocabulary) else ""
    said += ", or the day of birth" if name in AGES else ""
    bound = f", such as `{cuts[0].kind.replace('_', ' ')} {written(cuts[0].bound)}`" if cuts else ""
    return f"{said}, or a bound of it{bound}"


def is_day(name: str, vocabulary: Vocabulary) -> bool:
    """Whether a number says how long ago something was of which a case states the day."""
    return name.startswith(f"{SINCE}(") and vocabulary.day_of(name)[0] in vocabulary.days


def goes_with_its_day(numbers: Collection[str]) -> bool:
    """Whether what is asked for is a number, and how long before the service date that was measured."""
    first, *others = numbers or ("",)
    return others == [f"{SINCE}({first})"]


def on_a_day(
    numbers: Collection[str], line: str, vocabulary: Vocabulary
) -> tuple[dict[str, Any], bool] | None:
    """A number and how long ago that was, of which one may not be known, or the number alone.

    None where they are given by their names.
    """
    said = list(zip(numbers, _ON.split(line.strip(), 1), strict=False))
    known = [(name, piece) for name, piece in said if normal(piece) not in UNKNOWN]
    try:
        return dict(number_said(name, piece, vocabulary) for name, piece in known), len(known) < len(said)
    except CaseError:
        if ":" in line or "=" in line:
            return None
        raise


def with_days(
    numbers: Collection[str], line: str, vocabulary: Vocabulary | None, case: Mapping[str, Any]
) -> str:
    """A reply in which a day stands for how long before the service date it was, as a case has that."""
    if goes_with_its_day(numbers):
        number, *of_day = _ON.split(line.strip(), 1)
        return ", ".join([number, *(with_days([*numbers][1:], said, vocabulary, case) for said in of_day)])
    name = next(iter(numbers)) if len(numbers) == 1 else ""
    if vocabulary is None or not name.startswith(f"{SINCE}("):
        return line
    try:
        said = day(line, "")
    except CaseError:  # no day, or not one alone
        return line
    if is_day(name, vocabulary):
        return said.isoformat()
    given = case["request"].get("service_date")
    if given is None:
        raise CaseError("a day needs request.service_date; say how many days before the request it was")
    today = day(given, "request.service_date")
    if said > today:
        raise CaseError(f"{said} is after the service date, {today}")
    return str((today - said).days)


def number_said(name: str, line: str, vocabulary: Vocabulary) -> tuple[str, Any]:
    """What a number, its bound or its day, with or without a unit, states, by name."""
    said = line.strip()
    if is_day(name, vocabulary) and (normal(said) == NEVER or is_written(said)):
        known = said.lower() if normal(said) == NEVER else day(said, "").isoformat()
        return ".".join(vocabulary.day_of(name)), known
    if name in AGES and is_written(said):
        return "birth_date", day(said, "").isoformat()
    if name.startswith(f"{SINCE}("):
        said = said.removesuffix(" ago")
    quantity, units = vocabulary.quantities[name], units_of(name, vocabulary)
    for unit in dict.fromkeys((quantity.unit, *units)):  # without one it is in its own
        found = _in_unit(said, unit)
        if found is not None:
            number, end = found
            value = {end or "value": number, "unit": unit}
            return units[unit], value if unit in dict(quantity.units) else {end: number} if end else number
    return name, _value(line)


def _in_unit(said: str, unit: str) -> tuple[int | Decimal, str] | None:
    """The number that is said in this unit, or in none, and what bound it is, if it is one; else None."""
    signed = bound_in(said, [unit])
    if signed is not None:
        end, number, _ = signed
        return _plainly(number), end
    words, behind = _BOUND.fullmatch(said.lower()), _OR_MORE.fullmatch(said.lower())
    end, rest = "", said
    if words:
        end, rest = _ENDS[words[1]], words[2]
    elif behind:
        end, rest = _ENDS[behind[2] or behind[4]], behind[1] or behind[3]
    found = number_in(rest, unit)
    return None if found is None else (_plainly(found), end)


def _plainly(number: Decimal) -> int | Decimal:
    return int(number) if number == int(number) else number


def _value(line: str) -> Any:
    """A number, or the bounds of one, as a case has it."""
    with suppress(CaseError):
        value = value_of(line)
        if isinstance(value, int | Decimal | Mapping) and not isinstance(value, bool):
            return value
    raise CaseError(f"a number, a bound or don't know is expected, not {shown(line)}; `help` says more")
