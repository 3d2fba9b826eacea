"""From bytes to plain data: strict JSON, YAML and JSON Lines, with nothing dropped in silence.

Strict means: a key given twice, a number that is not finite, an anchor or a tag, bytes that are not
UTF-8 or a file larger than a case can be is refused with the place where it stands.
"""

import codecs
import itertools
import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, BinaryIO

from lupa.errors import CaseError, Problem, shown, within

Plain = Any
"""What JSON can say: None, bool, int, Decimal, str, list or dict."""

_JSON, _YAML, _JSON_LINES = (".json",), (".yaml", ".yml"), (".jsonl", ".ndjson")
_BATCH = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[\s*\{")
LARGEST_CASE = 64 * 1024
"""Bytes; a case that states every fact of the vocabulary takes less than a tenth of it."""
LARGEST_ARRAY = 64 * 1024 * 1024
"""Bytes of an array of cases, which is read as a whole."""


def read_cases(stream: BinaryIO, name: str) -> Iterator[tuple[str, Plain | CaseError]]:
    """Each case of a file with its place: one for JSON or YAML, one a line for JSON Lines.

    A JSON array that begins with a case holds one in each of its places. `name` is the file's, or `-` for
    standard input; its ending tells the format, and where it does not, the text does. A line, or a member
    of an array, that cannot be read is given as a `CaseError` in its turn.
    """
    ending = name.lower()
    lines = _lines(stream)
    opening = [] if ending.endswith((*_JSON_LINES, *_JSON, *_YAML)) else _opening(lines)
    if ending.endswith(_JSON_LINES) or _are_cases(opening):
        yield from _each(itertools.chain(opening, lines), name)
        return
    data = b"".join(opening) + stream.read(LARGEST_CASE + 1)
    if not ending.endswith(_YAML) and _BATCH.match(data):
        yield from _members(data + stream.read(LARGEST_ARRAY + 1 - len(data)), name)
        return
    try:
        yield name, _one(data, ending)
    except CaseError as error:
        yield name, error.at(name)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a file; of one that is too long, no more than shows that it is."""
    while line := stream.readline(LARGEST_CASE + 1):
        yield line
        while len(line) > LARGEST_CASE and not line.endswith(b"\n"):
            line = stream.readline(LARGEST_CASE + 1)


def _opening(lines: Iterator[bytes]) -> list[bytes]:
    """The lines up to the second that is not blank, or as many as one case can have."""
    read: list[bytes] = []
    size = filled = 0
    for line in lines:
        read.append(line)
        size += len(line)
        filled += bool(line.strip())
        if filled == 2 or size > LARGEST_CASE:
            break
    return read


def _are_cases(opening: Iterable[bytes]) -> bool:
    """The opening is of a file with one case a line, even if its first line is a broken one."""
    first, second, *_ = *filter(bytes.strip, opening), b"", b""
    if not second:
        return False
    broken = first.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{")
    return _object(first) is not None or (broken and "request" in (_object(second) or ()))


def _object(line: bytes) -> dict[str, Plain] | None:
    """The JSON object that the line is by itself; None where it is none."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _each(lines: Iterable[bytes], name: str) -> Iterator[tuple[str, Plain | CaseError]]:
    empty = True
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        empty = False
        where = f"{name}:{number}"
        try:
            yield where, parse_json(_text(line).rstrip())
        except CaseError as error:
            yield where, error.at(where)
    if empty:
        yield name, CaseError("the file is empty; give one case a line", where=name)


def _members(data: bytes, name: str) -> Iterator[tuple[str, Plain | CaseError]]:
    """The members of an array with their places; one error where it cannot be read as a whole."""
    try:
        found: list[Plain] = _json(_text(data, LARGEST_ARRAY, "the array"))
    except CaseError as error:
        yield name, error.at(name)
        return
    for place, member in enumerate(found):
        where = f"{name}[{place}]"
        refused = list(_refused(member))
        yield where, CaseError(refused, where=where) if refused else member


def _one(data: bytes, ending: str) -> Plain:
    text = _text(data)
    if not text.strip():
        raise CaseError("the file is empty; give a case with `request` and `facts`")
    if ending.endswith(_JSON) or (not ending.endswith(_YAML) and text.lstrip()[0] in "{["):
        return parse_json(text)
    return parse_yaml(text)


def _text(data: bytes, most: int = LARGEST_CASE, what: str = "the case") -> str:
    if len(data) > most:
        size = f"{most // 1024} KiB, which no case needs" if most == LARGEST_CASE else f"{most >> 20} MiB"
        raise CaseError(
            f"{what} is larger than {size}; "
            "several cases go one a line into a file whose name ends in .jsonl"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CaseError(
            f"not a text in UTF-8 (byte {error.start + 1} cannot be read); save it as UTF-8"
        ) from error
    if "\0" in text:
        raise CaseError("not a text: it holds NUL characters; give JSON or YAML")
    return text


def parse_json(text: str) -> Plain:
    """The data of a JSON text; raises `CaseError` with line and column, or with the path to a value."""
    data = _json(text)
    refused = list(_refused(data))
    if refused:
        raise CaseError(refused)
    return data


def _json(text: str) -> Plain:
    """The same, with what is refused still in its place."""
    try:
        data: Plain = json.loads(
            text,
            object_pairs_hook=_without_duplicates,
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_not_finite,
        )
    except json.JSONDecodeError as error:
        line = f"line {error.lineno}, " if error.lineno > 1 or "\n" in text.strip() else ""
        what = error.msg.removesuffix(" at")
        raise CaseError(f"not valid JSON: {what} ({line}column {error.colno})") from error
    except RecursionError as error:
        raise CaseError("nested too deeply for a case") from error
    return data


class _Refused(str):
    """What is wrong with a value, in the place of the value until the path to it is known."""

    __slots__ = ()


def _refused(data: Plain) -> Iterator[Problem]:
    waiting = [("", data)] if _holds_refused(data) else []
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, _Refused):
            yield Problem(path, value)
        elif isinstance(value, dict):
            waiting += [(within(path, key), inner) for key, inner in reversed(value.items())]
        elif isinstance(value, list):
            waiting += [(f"{path}[{i}]", value[i]) for i in reversed(range(len(value)))]


def _holds_refused(data: Plain) -> bool:
    """Whether a path is needed at all, as for hardly any case."""
    waiting = [data]
    for value in waiting:
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, _Refused):
            return True
    return False


def _without_duplicates(pairs: list[tuple[str, Plain]]) -> Plain:
    found: dict[str, Plain] = {}
    for key, value in pairs:
        if key in found:
            return _Refused(f"the key {shown(key)} is given twice; keep one")
        found[key] = value
    return found


def _decimal(text: str) -> Decimal | _Refused:
    """The number itself; an absurdly long or large one is refused before anything computes with it."""
    number = Decimal(text)
    if len(text) > 40 or not number.is_finite() or abs(number.adjusted()) > 40:
        return _Refused(f"the number {shown(text)} is beyond anything a case can state")
    return number


def _integer(text: str) -> int | _Refused:
    number = _decimal(text)
    return number if isinstance(number, _Refused) else int(number)


def _not_finite(text: str) -> _Refused:
    return _Refused(f"{shown(text)} is not a number; leave the fact out where it is not known")


def parse_yaml(text: str) -> Plain:
    """The data of a YAML text; raises `CaseError` with line and column."""
    from lupa.record.strict_yaml import load  # a JSON case need not wait for the YAML library

    return load(text)
