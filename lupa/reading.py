"""From bytes to plain data: strict JSON, YAML and JSON Lines, with nothing dropped in silence.

Strict means: a key given twice, a number that is not finite, an anchor or a tag, bytes that are not
UTF-8 or a file larger than a case can be is refused with the place where it stands.
"""

import itertools
import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, BinaryIO

from lupa.errors import CaseError, shown

Plain = Any
"""What JSON can say: None, bool, int, Decimal, str, list or dict."""

LARGEST_CASE = 64 * 1024
"""Bytes; a case that states every fact of the vocabulary takes less than a tenth of it."""


def read_cases(stream: BinaryIO, name: str) -> Iterator[tuple[str, Plain | CaseError]]:
    """Each case of a file with its place: one for JSON or YAML, one a line for JSON Lines.

    `name` is the file's, or `-` for standard input; its ending tells the format, and where it does
    not, the text does. A line that cannot be read is given as a `CaseError` in its turn.
    """
    if name.endswith((".jsonl", ".ndjson")):
        yield from _each(_lines(stream), name)
        return
    lines = _lines(stream)
    first = next(lines, b"")
    known = name.endswith((".json", ".yaml", ".yml"))
    second = next((line for line in lines if line.strip()), b"") if _is_object(first) else b""
    if second and not known:
        yield from _each(itertools.chain([first, second], lines), name)
        return
    try:
        yield name, _one(first + second + stream.read(LARGEST_CASE + 1), name)
    except CaseError as error:
        yield name, error.at(name)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a file; of one that is too long, no more than shows that it is."""
    while line := stream.readline(LARGEST_CASE + 1):
        yield line
        while len(line) > LARGEST_CASE and not line.endswith(b"\n"):
            line = stream.readline(LARGEST_CASE + 1)


def _is_object(line: bytes) -> bool:
    """The line by itself is a JSON object, so it is either the whole case or one of many."""
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _each(lines: Iterable[bytes], name: str) -> Iterator[tuple[str, Plain | CaseError]]:
    empty = True
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        empty = False
        where = f"{name}:{number}"
        try:
            yield where, parse_json(_text(line))
        except CaseError as error:
            yield where, error.at(where)
    if empty:
        yield name, CaseError("the file is empty; give one case a line", where=name)


def _one(data: bytes, name: str) -> Plain:
    text = _text(data)
    if not text.strip():
        raise CaseError("the file is empty; give a case with `request` and `facts`")
    if name.endswith(".json") or (not name.endswith((".yaml", ".yml")) and text.lstrip()[0] in "{["):
        return parse_json(text)
    return parse_yaml(text)


def _text(data: bytes) -> str:
    if len(data) > LARGEST_CASE:
        raise CaseError(
            f"the case is larger than {LARGEST_CASE // 1024} KiB, which no case needs; "
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
    """The data of a JSON text; raises `CaseError` with line and column."""
    try:
        return json.loads(
            text,
            object_pairs_hook=_without_duplicates,
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_not_finite,
        )
    except json.JSONDecodeError as error:
        raise CaseError(
            f"not valid JSON: {error.msg} (line {error.lineno}, column {error.colno})"
        ) from error
    except RecursionError as error:
        raise CaseError("nested too deeply for a case") from error


def _without_duplicates(pairs: list[tuple[str, Plain]]) -> dict[str, Plain]:
    found: dict[str, Plain] = {}
    for key, value in pairs:
        if key in found:
            raise CaseError(f"the key {shown(key)} is given twice; keep one")
        found[key] = value
    return found


def _decimal(text: str) -> Decimal:
    return _bounded(text, Decimal(text))


def _integer(text: str) -> int:
    return int(_bounded(text, Decimal(text)))


def _bounded(text: str, number: Decimal) -> Decimal:
    """The number itself; an absurdly long or large one is refused before anything computes with it."""
    if len(text) > 40 or not number.is_finite() or abs(number.adjusted()) > 40:
        raise CaseError(f"the number {shown(text)} is beyond anything a case can state")
    return number


def _not_finite(text: str) -> Plain:
    raise CaseError(f"{shown(text)} is not a number; leave the fact out where it is not known")


def parse_yaml(text: str) -> Plain:
    """The data of a YAML text; raises `CaseError` with line and column."""
    from lupa.strict_yaml import load  # a JSON case need not wait for the YAML library

    return load(text)
