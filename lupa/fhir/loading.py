"""What a chart comes in: files, bytes, plain data."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from lupa.errors import CaseError, shown
from lupa.fhir.chart import Json

LARGEST_CHART = 256 * 1024 * 1024
"""Bytes that a chart may have."""


def loaded(source: Any) -> Iterator[Json]:
    """What a source of a chart holds: a path, bytes, a resource as plain data, or several of these."""
    if isinstance(source, bytes | bytearray):
        yield from from_bytes(bytes(source), "the chart")
    elif isinstance(source, str | PathLike):
        yield from loaded_file(Path(source))
    elif isinstance(source, Mapping):
        yield source if isinstance(source, dict) else dict(source)
    elif isinstance(source, Iterable):
        for one in source:
            yield from loaded(one)
    else:
        raise CaseError(f"a chart is a file, bytes or a resource as plain data, not {shown(source)}")


def loaded_file(path: Path) -> Iterable[Json]:
    """What a file of a chart holds, or a case beside it. Raises `CaseError` with its place."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CaseError(f"cannot be read: {error.strerror}", where=str(path)) from error
    if path.suffix.lower() in (".yaml", ".yml"):
        from lupa.record.reading import read_cases

        found = [case for _, case in read_cases(io.BytesIO(data), str(path))]
        for one in found:
            if isinstance(one, CaseError):
                raise one
        return found
    return from_bytes(data, str(path))


def from_bytes(data: bytes, name: str) -> Iterable[Json]:
    """The JSON values of a file: one, or one a line (bulk NDJSON). Raises `CaseError` with its place."""
    if len(data) > LARGEST_CHART:
        raise CaseError(f"larger than {LARGEST_CHART >> 20} MiB; give one patient at a time", where=name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"not a text in UTF-8 (byte {error.start + 1} cannot be read); save it as UTF-8"
        raise CaseError(message, where=name) from error
    if not text or text.isspace():
        raise CaseError("the file is empty; give a chart in JSON", where=name)
    try:
        return [_loaded(text)]
    except json.JSONDecodeError as error:
        lines = text.splitlines()
        if error.msg != "Extra data" and not name.lower().endswith((".ndjson", ".jsonl")):
            message = f"not valid JSON: {error.msg} (line {error.lineno}, column {error.colno})"
            raise CaseError(message, where=name) from error
    found = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                found.append(_loaded(line))
            except json.JSONDecodeError as error:
                message = f"not valid JSON: {error.msg} (column {error.colno})"
                raise CaseError(message, where=f"{name}:{number}") from error
    return found


def _loaded(text: str) -> Json:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise CaseError("nested too deeply for a chart") from error
