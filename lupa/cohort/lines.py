"""JSON Lines as tables, so many lines at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.json as pjson

from lupa.errors import shown

EACH = "each line is one patient, {column: value, ...}"
"""What a file holds."""
SILENT = f"no line says anything; {EACH}"
"""What is wrong with one that holds none."""
_BLOCK = 1 << 24
_TOLD = {bool: "a truth value", str: "a text", list: "a list", dict: "an object"}
_NULL = re.compile(rb"\n[ \t\r\n]*null")


def lines(path: Path) -> Iterator[pa.Table]:
    """The lines of JSON, so many at a time, each time of the types that are there.

    For what the first lines leave open, or say in whole numbers, later ones may say. A text that looks like
    a day is the text that it is.
    """
    texts = pa.schema([])
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK) + stream.readline():
            block = block.removeprefix(b"\xef\xbb\xbf")
            if block.isspace() or not block:
                continue
            if not block.isascii():
                block.decode()  # what is no UTF-8 is told at once
            if _NULL.match(b"\n" + block[:64]) or _NULL.search(block):
                raise pa.ArrowInvalid("a line is null")  # which Arrow takes for a patient, or ends by
            table = _of_lines(block, texts)
            days = [f.with_type(_written(f.type)) for f in table.schema if _written(f.type) != f.type]
            if days:
                texts = pa.unify_schemas([pa.schema(days), texts], promote_options="permissive")
                table = _of_lines(block, texts).select(table.column_names)
            yield table


def _of_lines(block: bytes, texts: pa.Schema) -> pa.Table:
    reading = pjson.ReadOptions(block_size=len(block), use_threads=False)
    return pjson.read_json(pa.BufferReader(block), reading, pjson.ParseOptions(explicit_schema=texts))


def _written(kind: pa.DataType) -> pa.DataType:
    """The type that holds what is written in JSON, which knows no days."""
    if pa.types.is_timestamp(kind):
        return pa.string()
    if pa.types.is_list(kind):
        return pa.list_(_written(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([f.with_type(_written(f.type)) for f in kind])
    return kind


def odd_line(path: Path) -> str:
    """What is wrong with the first line that is none, or has a value of another kind than lines before."""
    kinds: dict[str, tuple[str, int]] = {}
    with path.open("rb") as stream:
        for place, line in enumerate(stream, start=1):
            try:
                row = _object(line.decode("utf-8-sig")) if line.strip() else {}
            except UnicodeDecodeError:
                return not_utf8(path)
            except ValueError as error:
                return f"line {place:,} is not JSON ({error})"
            if not isinstance(row, dict):
                return f"line {place:,} is no object; {EACH}"
            for name, value in _within("", row):
                kind = _TOLD.get(type(value), "a number")
                before, at = kinds.setdefault(name, (kind, place))
                if kind != before:
                    words = f"line {place:,}, column {shown(name)}: is {kind}, and {before} in line {at:,}"
                    return f"{words}; write it alike, or null where it is not known"
    return "" if kinds else SILENT


def not_utf8(path: Path) -> str:
    """Where the bytes of a file are no text in UTF-8; empty if they are."""
    with path.open("rb") as stream:
        for place, line in enumerate(stream, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return f"line {place:,} is not UTF-8; save the file in UTF-8"
    return ""


def _within(where: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The values that are not null in an object, each with where it stands, a list's at one place."""
    inner = value.items() if isinstance(value, dict) else [("[]", each) for each in value]
    for name, each in inner:
        if each is not None:
            place = f"{where}{name}" if name == "[]" or not where else f"{where}.{name}"
            yield place, each
            if isinstance(each, dict | list):
                yield from _within(place, each)


def _object(line: str) -> Any:
    """What a line says; raises `ValueError` for what is no JSON, though some read it."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        twice = [name for name, _ in pairs if sum(name == each for each, _ in pairs) > 1]
        if twice:
            raise ValueError(f"{shown(twice[0])} is said twice")
        return found

    def no_number(name: str) -> Any:
        raise ValueError(f"{name} is no number")

    return json.loads(line, object_pairs_hook=once, parse_constant=no_number)
