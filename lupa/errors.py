"""What can go wrong, named by who must act.

LupaError
├── CaseError      mend the case (or the call): what is wrong, where, and the nearest known name
├── RuleError      mend the rules: file, line and column where they are known
│   └── FolderError    name another folder: this one holds no knowledge base
├── TimeLimitError allow more time, or ask less
└── SpaceLimitError ask less: leave fewer facts open
"""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


class LupaError(Exception):
    """Anything that lupa refuses or gives up on; its text is fit to show to a user."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a case: `path` says where (`facts.taking[2]`), `message` what and what to do."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class CaseError(LupaError):
    """A case or a call that cannot be answered; `problems` lists everything found wrong."""

    def __init__(self, problems: Sequence[Problem] | str, *, where: str = "") -> None:
        self.problems = (Problem("", problems),) if isinstance(problems, str) else tuple(problems)
        self.where = where
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Made again where another process hears of it, as every error here is."""
        return _case_error, (self.problems, self.where)

    def at(self, where: str) -> "CaseError":
        """The same error, said of a file or a line of it."""
        return CaseError(self.problems, where=where)


def _case_error(problems: Sequence[Problem], where: str) -> CaseError:
    return CaseError(problems, where=where)


class RuleError(LupaError):
    """Rules that cannot be used; the text begins with file, line and column where they are known."""


class FolderError(RuleError):
    """A folder that is no knowledge base."""


class TimeLimitError(LupaError):
    """A question that was not answered within its time limit of `seconds`.

    `so_far` says of a run over many things how far it came, such as "2 of 3 editions were verified".
    """

    def __init__(self, seconds: float, so_far: str = "") -> None:
        self.seconds, self.so_far = seconds, so_far
        end = "allow more time with --timeout, or name fewer policies"
        super().__init__(
            f"not done within the time limit of {seconds:g} s: {so_far}; {end}"
            if so_far
            else f"no answer within the time limit of {seconds:g} s; nothing was decided. "
            "Allow more time, or leave fewer facts open."
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.seconds, self.so_far)


class SpaceLimitError(LupaError):
    """A question whose answer would take more memory than any should."""

    def __init__(self, parts: int, words: str = "") -> None:
        super().__init__(
            words
            or f"more than {parts:,} parts would be needed to answer this, more than memory is given up "
            "for; nothing was decided. Leave fewer facts open: answer first what `lupa ask` names first, "
            "or say how the text is read where its readings are left open."
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (0, str(self))


def counted(number: int, what: str) -> str:
    """So many of them: `1 case`, `1,300 cases`."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def printable(words: str) -> str:
    """Text on one line, with whatever a terminal could take for a command escaped."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in words)


def escaped(line: str) -> str:
    """A line of JSON with whatever a terminal could take for a command written as JSON escapes."""
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line)


_UNSAID: ContextVar[bool] = ContextVar("unsaid", default=False)


def on_one_line(error: LupaError) -> str:
    """All that is wrong, on one line, as a row of a table has it."""
    return "; ".join(str(error).splitlines()).replace(":; ", ": ")


@contextmanager
def values_unsaid() -> Iterator[None]:
    """In this block a message says `(value)` where it would show a value that it was given."""
    token = _UNSAID.set(True)
    try:
        yield
    finally:
        _UNSAID.reset(token)


def shown(value: object, most: int = 60) -> str:
    """A value as it can be printed in a message: on one line, escaped, not too long; a text is quoted."""
    if _UNSAID.get():
        return "(value)"
    text = value if isinstance(value, str) else _as_json(value)
    if len(text) > most:
        text = text[: most - 1] + "…"
    return f"'{printable(text)}'" if isinstance(value, str) else printable(text)


def _as_json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=_plain)
    except (RecursionError, TypeError, ValueError):  # too deep, in a circle, or an endless number
        return f"a value of type {type(value).__name__}"


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else str(value)


_PLAIN_NAME = re.compile(r"\w[\w '()/-]{0,59}")


def within(path: str, key: object) -> str:
    """The path to a key of what stands at `path`; `path` itself for a key that is no plain name."""
    if not isinstance(key, str) or not _PLAIN_NAME.fullmatch(key):
        return path
    return f"{path}.{key}" if path else key
