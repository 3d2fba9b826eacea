"""What goes out, and what is logged of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from lupa.errors import escaped
from lupa.serve.refused import FHIR


@dataclass(frozen=True, slots=True)
class Answer:
    """A body with its status and type; `cases` are the fingerprints of those that were decided.

    `paths` are the places of what was wrong with others, as far as they are logged.
    """

    body: bytes
    status: int = 200
    media: str = "application/json"
    cases: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


def as_line(data: Any) -> bytes:
    """Data as JSON on one line."""
    return escaped(json.dumps(data, ensure_ascii=False, allow_nan=False)).encode() + b"\n"


def resource(found: dict[str, Any], cases: tuple[str, ...] = ()) -> Answer:
    """A resource of FHIR as an answer."""
    return Answer(as_line(found), media=FHIR, cases=cases)
