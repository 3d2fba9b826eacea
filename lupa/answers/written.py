"""Answers as JSON: frozen dataclasses within each other, written without a copy of them."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from functools import cache
from typing import Any


def as_json(answer: Any) -> str:
    """An answer as one line of JSON."""
    return json.dumps(answer, ensure_ascii=False, default=_plain)


def _plain(part: Any) -> Any:
    """What `json` does not know: a part by its fields, a mapping, or a number of another kind."""
    kind: Any = type(part)
    names = _fields(kind)
    if names is not None:
        return {name: getattr(part, name) for name in names}
    return dict(part) if isinstance(part, Mapping) else float(part)


@cache
def _fields(kind: Any) -> tuple[str, ...] | None:
    """The fields of a kind of part; None for what is no part of an answer."""
    if not dataclasses.is_dataclass(kind):
        return None
    return tuple(field.name for field in dataclasses.fields(kind))
