"""What a chart comes in: files, bytes, plain data."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from lupa.errors import CaseError, shown
from lupa.fhir.chart import Json, from_bytes


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
