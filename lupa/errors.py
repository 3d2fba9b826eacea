"""What can go wrong, named by who must act.

LupaError
├── CaseError      mend the case (or the call): what is wrong, where, and the nearest known name
├── RuleError      mend the rules: file, line and column where they are known
└── TimeLimitError allow more time, or ask less
"""

from collections.abc import Sequence
from dataclasses import dataclass


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

    def at(self, where: str) -> "CaseError":
        """The same error, said of a file or a line of it."""
        return CaseError(self.problems, where=where)


class RuleError(LupaError):
    """Rules that cannot be used; the text begins with file, line and column where they are known."""


class TimeLimitError(LupaError):
    """A question that was not answered within its time limit."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"no answer within the time limit of {seconds:g} s; nothing was decided. "
            "Allow more time, or leave fewer facts open."
        )


def shown(value: object, most: int = 60) -> str:
    """A value as it can be printed in a message: quoted, on one line, escaped, and not too long."""
    text = value if isinstance(value, str) else repr(value)
    if len(text) > most:
        text = text[: most - 1] + "…"
    return "'" + "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text) + "'"
