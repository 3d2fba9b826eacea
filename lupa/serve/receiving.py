"""What comes in: bytes of a known type, in time and of a bearable size, and the JSON that they are."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Collection
from contextlib import suppress
from typing import Any, NoReturn

from starlette.requests import Request

from lupa.errors import Problem
from lupa.serve.limits import Limits
from lupa.serve.refused import RefusedError

_DEEPEST = 100
"""Levels of a JSON text; a chart has some twenty."""
_SPILLED = 16
"""Times the size of a body that are let go by of one that is too large."""
_STILL = 0.5
"""Seconds after which somebody who sends nothing is taken to wait for the answer."""
_CLOSE = {"Connection": "close"}
"""What is left of a request is not waited for."""


async def received(request: Request, accepted: Collection[str], limits: Limits) -> tuple[str, bytes]:
    """The media type and the body of a request. Raises `RefusedError` (408, 413, 415)."""
    media = _media_type(request, accepted)
    length = request.headers.get("content-length", "")
    is_large = length.isdecimal() and int(length[:20]) > limits.size
    parts, size, coming = [], 0, request.stream()
    try:
        async with asyncio.timeout(limits.arriving):
            while not is_large and (part := await anext(coming, b"")):
                size += len(part)
                is_large = size > limits.size
                parts.append(part)
            if is_large:
                parts.clear()
                await _spilled(coming, limits.size)
    except TimeoutError as error:
        if not is_large:
            late = f"within {limits.arriving:g} s it has to be here whole"
            raise RefusedError(408, late, _CLOSE) from error
    if is_large:
        raise RefusedError(
            413, f"at most {limits.size} bytes are taken; send one patient at a time", _CLOSE
        )
    return media, b"".join(parts)


async def _spilled(coming: AsyncIterator[bytes], size: int) -> None:
    """Lets go of what still comes, within bounds: who is sending would not hear an answer meanwhile."""
    left = _SPILLED * size
    with suppress(TimeoutError):
        while left > 0:
            async with asyncio.timeout(_STILL):
                part = await anext(coming, b"")
            left = left - len(part) if part else 0


def _media_type(request: Request, accepted: Collection[str]) -> str:
    media, *parameters = request.headers.get("content-type", "").lower().split(";")
    charsets = [p.partition("=")[2].strip(' "') for p in parameters if p.strip().startswith("charset")]
    if media.strip() not in accepted:
        raise RefusedError(415, f"a Content-Type is expected that is one of {', '.join(accepted)}", _CLOSE)
    if set(charsets) - {"utf-8", "utf8"}:
        raise RefusedError(415, "UTF-8 is expected, as JSON is", _CLOSE)
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise RefusedError(415, "a body without Content-Encoding is expected", _CLOSE)
    return media.strip()


def parsed(data: bytes) -> Any:
    """The data of a JSON text. Raises `RefusedError` (400)."""
    try:
        text = data.decode("utf-8-sig")
        found = json.loads(text, parse_constant=_not_finite, parse_float=_finite)
    except UnicodeDecodeError as error:
        raise RefusedError(400, f"not a text in UTF-8: byte {error.start + 1} cannot be read") from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise RefusedError(400, f"not valid JSON: {error.msg.removesuffix(' at')} ({place})") from error
    except RecursionError as error:
        raise RefusedError(400, "nested too deeply") from error
    except ValueError as error:  # a number that nobody could mean
        raise RefusedError(400, "a number is beyond anything that can be meant") from error
    _check_depth(found)
    return found


def parsed_object(data: bytes) -> dict[str, Any]:
    """As `parsed`, of a text that is an object."""
    found = parsed(data)
    if not isinstance(found, dict):
        raise RefusedError(400, [Problem("", "an object is expected")])
    return found


def _not_finite(_: str) -> NoReturn:
    raise ValueError


def _finite(text: str) -> float:
    number = float(text)
    if number - number != 0:
        raise ValueError
    return number


def _check_depth(found: Any) -> None:
    """Raises `RefusedError` (400) for what is nested more deeply than anything that is meant."""
    level = [found]
    for _ in range(_DEEPEST):
        level = [inner for value in level for inner in _inside(value)]
        if not level:
            return
    raise RefusedError(400, "nested too deeply")


def _inside(value: Any) -> Collection[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
