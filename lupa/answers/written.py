"""Answers as JSON: frozen dataclasses within each other, written without a copy of them."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any


def as_json(answer: Any) -> str:
    """An answer as one line of JSON."""
    return _ENCODER.encode(answer)


def _plain(part: Any) -> Any:
    """What `json` does not know: a part by its fields, a mapping, or a number of another kind."""
    kind: Any = type(part)
    fields = _fields(kind)
    if fields is not None:
        return fields(part)
    return dict(part) if isinstance(part, Mapping) else float(part)


_ENCODER = json.JSONEncoder(ensure_ascii=False, default=_plain)


@cache
def _fields(kind: Any) -> Callable[[Any], dict[str, Any]] | None:
    """What gives the fields of a kind of part by name; None for what is no part of an answer."""
    if not dataclasses.is_dataclass(kind):
        return None
    items = ", ".join(f"{field.name!r}: part.{field.name}" for field in dataclasses.fields(kind))
    # written out, as `dataclasses` writes its methods, since most of the time goes into this
    made: Callable[[Any], dict[str, Any]] = eval(f"lambda part: {{{items}}}")  # noqa: S307 - of our classes
    return made
