"""A dialogue at a terminal or over a pipe: lines are read, replies printed, and no case is lost."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import click

from lupa.answers.desk import Desk
from lupa.dialogue.commands import counted
from lupa.dialogue.common import Dialogue
from lupa.dialogue.interview import Interview
from lupa.dialogue.session import Session
from lupa.dialogue.standing import as_yaml, check_file, save
from lupa.errors import CaseError, printable
from lupa.record.case import Case

if TYPE_CHECKING:
    from prompt_toolkit.completion import Completer

Width = Callable[[], int]
"""How many columns there are now."""


def explore(kb: Desk, case: Case, name: str, width: Width, timeout: float) -> None:
    """A session over the case on standard input and output.

    Raises `CaseError` at the end of a script of commands of which some were refused.
    """
    session = Session(kb, case, name=name, width=width(), timeout=timeout)
    _, refused = _talk(session, width)
    click.echo(session.closing())
    if refused and not at_terminal():
        raise CaseError(f"{counted(refused, 'command')} refused; the others were carried out")


def interview(kb: Desk, case: Case, name: str, width: Width, timeout: float, file: str | None) -> None:
    """Asks what can change the verdict on the case; then prints the verdict and the completed case.

    With a `file` the case is saved there instead. Raises `CaseError` for a file that is taken, and
    where the answers end before the verdict is certain.
    """
    if file is not None:
        check_file(file)
    asked = Interview(kb, case, name=name, width=width(), timeout=timeout)
    settled = asked.over
    ended, _ = _talk(asked, width)
    if not ended:
        _rescue(asked)
        left = ", ".join(asked.open)
        raise CaseError(f"the answers ended before the verdict was certain; still open: {left}")
    between = "" if settled else "\n"
    click.echo(f"{between}{asked.closing()}\n")
    if file is None:
        click.secho("The case with these answers", bold=True)
        click.echo(as_yaml(asked.case), nl=False)
        return
    try:
        save(asked.case, file)
    except CaseError:
        _rescue(asked)
        raise
    click.echo(f"The case with these answers is saved in {printable(file)}.")


def at_terminal() -> bool:
    """Whether a person types and reads."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


# ---- the way through ---------------------------------------------------------------------------


def _talk(dialogue: Dialogue, width: Width) -> tuple[bool, int]:
    """Goes through the lines: whether the dialogue came to its end, and how many were refused."""
    refused = 0
    gc.enable()  # which the command did without; a dialogue may go on for hours
    with _keeping(dialogue):
        _say(dialogue.opening())
        for line in _lines(dialogue):
            dialogue.width = width()
            reply = dialogue.answer(line)
            refused += reply.refused
            _say(reply.text)
            if dialogue.over:
                break
    return dialogue.over, refused


def _lines(dialogue: Dialogue) -> Iterable[str]:
    if dialogue.over:
        return ()
    return _typed(dialogue) if at_terminal() else _piped()


def _say(text: str) -> None:
    if text:
        click.echo(text)


def _piped() -> Iterator[str]:
    """The lines of standard input, each printed as if it were typed."""
    for line in sys.stdin.buffer if sys.stdin is not None else ():
        text = line.decode("utf-8-sig", errors="replace").strip()
        if text:
            click.echo(f"> {printable(text)}")
            yield text


def _typed(dialogue: Dialogue) -> Iterator[str]:
    """The lines that a person types; those typed before are at hand, and in memory only."""
    from prompt_toolkit import PromptSession  # who is not at a terminal need not wait for it

    prompt: PromptSession[str] = PromptSession(
        "> ",
        completer=_completer(dialogue),
        complete_while_typing=False,
        bottom_toolbar=lambda: f" {dialogue.status}",
    )
    while True:
        try:
            text = prompt.prompt()
        except EOFError:
            return
        yield from filter(None, map(str.strip, text.splitlines()))  # several lines may have been pasted


def _completer(dialogue: Dialogue) -> Completer:
    from prompt_toolkit.completion import Completer, Completion
    from prompt_toolkit.document import Document

    class _Suggestions(Completer):
        def get_completions(self, document: Document, complete_event: Any) -> Iterator[Completion]:  # noqa: ARG002
            line = document.text_before_cursor
            for found in dialogue.suggestions(line):
                yield Completion(found.text, found.start - len(line), display_meta=found.about)

    return _Suggestions()


# ---- the ways out ------------------------------------------------------------------------------


@contextmanager
def _keeping(dialogue: Dialogue) -> Iterator[None]:
    """However it is left, the case is not lost: whoever breaks off gets it on standard error."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.SIG_IGN:

        def stop(*_: object) -> None:  # an exception raised inside a callback of clingo would be lost
            _rescue(dialogue)
            with suppress(OSError):
                os.write(2, b"stopped\n")
            os._exit(128 + signal.SIGINT)

        signal.signal(signal.SIGINT, stop)
    try:
        yield
    except BaseException:
        _rescue(dialogue)
        raise
    finally:
        signal.signal(signal.SIGINT, before)


def _rescue(dialogue: Dialogue) -> None:
    """Prints a case that is saved nowhere."""
    if dialogue.unsaved:
        with suppress(OSError):
            click.echo("The case so far, which is saved nowhere:", err=True)
            click.echo(as_yaml(dialogue.case), err=True, nl=False)
