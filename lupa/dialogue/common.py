"""What a dialogue about a case is: lines go in, replies come out, and the verdict is always in view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import click

from lupa.answers.decision import Decision
from lupa.errors import LupaError, printable
from lupa.pages.page import COLOURS, Page
from lupa.pages.sentences import verdict
from lupa.record.case import Case


class Reply(NamedTuple):
    """What a line is answered with; `refused` if it was wrong, and everything is as before."""

    text: str
    refused: bool = False


class Suggestion(NamedTuple):
    """How a line can go on: `text` in the place of what stands from `start`, and what it is `about`."""

    text: str
    start: int
    about: str = ""


class Dialogue(Protocol):
    """A dialogue about one case, apart from the terminal that it takes place at."""

    width: int

    @property
    def over(self) -> bool:
        """Whether it has come to its end."""

    @property
    def case(self) -> Case:
        """The case as it stands."""

    @property
    def unsaved(self) -> int:
        """How many changes of the case would be lost."""

    @property
    def status(self) -> str:
        """One line, without styles: the verdict and what it is the verdict on."""

    def opening(self) -> str:
        """What is said before the first line."""

    def answer(self, line: str) -> Reply:
        """The reply to a line."""

    def parted(self, text: str) -> Sequence[str]:
        """The lines in what was typed or pasted at once, each of which is to be answered."""

    def suggestions(self, line: str) -> Sequence[Suggestion]:
        """How the line can go on."""

    def closing(self) -> str:
        """What is said at the end."""


def refusal(error: LupaError, page: Page) -> str:
    """What is wrong with a line, as the command line says it of a case."""
    first, *rest = map(printable, str(error).splitlines())
    head, *lines = page.wrap(f"error: {first}", 0, 2)
    lines += [wrapped for line in rest for wrapped in page.wrap(line, 2, 4)]
    return "\n".join([head.replace("error", click.style("error", fg="red", bold=True), 1), *lines])


def styled_verdict(decision: Decision) -> str:
    """The outcome in capitals and in its colour."""
    return click.style(verdict(decision), fg=COLOURS[decision.outcome], bold=True)


def standing_line(decision: Decision, count: int, of_what: str) -> str:
    """The verdict, so many of something, and what it is the verdict on, in one line of a terminal."""
    outcome = verdict(decision).replace(" or ", ", ")
    return f"{outcome}  {count} {of_what}  {decision.policy}@{decision.edition}"


def fitted(pieces: Sequence[str], width: int) -> list[str]:
    """Pieces of text with styles beside each other, as many in a line as have room."""
    line, *others = pieces
    lines = []
    for piece in others:
        if len(click.unstyle(f"{line} {piece}")) <= width:
            line = f"{line} {piece}"
        else:
            lines.append(line)
            line = f"  {piece.lstrip()}"
    return [*lines, line]


def verdict_on(decision: Decision) -> str:
    """What it is the verdict on: policy and edition."""
    return f"{decision.policy}, edition {decision.edition}"
