"""A dialogue at a terminal or over a pipe: lines are read, replies printed, and no case is lost."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, redirect_stdout, suppress
from typing import TYPE_CHECKING, Any

import click

from lupa.answers.desk import Desk
from lupa.dialogue.common import Dialogue
from lupa.dialogue.interview import Interview
from lupa.dialogue.session import Session
from lupa.dialogue.standing import as_yaml, check_file, is_same, save
from lupa.errors import CaseError, counted, printable
from lupa.record.case import Case

if TYPE_CHECKING:
    from prompt_toolkit.completion import Completer

Width = Callable[[], int]
"""How many columns there are now."""
Told = Callable[[Case], None]
"""What tells of the case at the end, in the place of the talk."""


def explore(
    kb: Desk,
    case: Case,
    name: str,
    width: Width,
    timeout: float,
    source: str | None = None,
    told: Told | None = None,
) -> None:
    """A session over the case, read from the file `source`, on standard input and output.

    What is not saved where the input ends is printed. Raises `CaseError` at the end of a script of commands
    of which some were refused. With `told` standard output is for that alone; the talk goes to standard
    error.
    """
    with _aside(told):
        asks = at_terminal()
        session = Session(kb, case, name=name, width=width(), timeout=timeout, asks=asks, file=source)
        left, refused = _talk(session, width, _rescue, twice=True)
        click.echo(session.closing())
        if not left:
            _rescue(session)
    if told is not None:
        told(session.case)
    if refused and not at_terminal():
        raise CaseError(f"{counted(refused, 'command')} refused; the others were carried out")


def interview(
    kb: Desk,
    case: Case,
    name: str,
    width: Width,
    timeout: float,
    file: str | None,
    source: str | None = None,
    told: Told | None = None,
) -> None:
    """Asks what can change the verdict on the case; then prints the verdict and the completed case.

    With a `file` the case is saved there instead, however the interview ends; over the `source` that it
    was read from, too, so that it can be gone on with. Raises `CaseError` for another file that is there,
    and where the answers end before the verdict is certain. With `told` standard output is for that, and
    the talk goes to standard error.
    """
    over = file is not None and is_same(file, source)
    if file is not None:
        check_file(file, over=over)
    asked = Interview(kb, case, name=name, width=width(), timeout=timeout)
    settled = asked.over

    def broken_off(dialogue: Dialogue) -> None:
        """Saves what was answered so far, or prints it where that cannot be done."""
        if file is None:
            _rescue(dialogue)
            return
        try:
            save(dialogue.case, file, over=over)
        except CaseError as error:
            _rescue(dialogue)
            click.echo(f"error: {error}", err=True)
            return
        with suppress(OSError):
            click.echo(f"The case with these answers is saved in {printable(file)}.", err=True)

    with _aside(told):
        ended, _ = _talk(asked, width, broken_off)
        if not ended:
            broken_off(asked)
        else:
            between = "" if settled else "\n"
            click.echo(f"{between}{asked.closing()}\n")
            _kept(asked, file, over=over)
    if told is not None:
        told(asked.case)
    if not ended:
        left = ", ".join(asked.open)
        raise CaseError(f"the answers ended before the verdict was certain; still open: {left}")


def _kept(asked: Interview, file: str | None, *, over: bool) -> None:
    """Prints the completed case, or saves it."""
    if file is None:
        click.secho("The case with these answers", bold=True)
        click.echo(as_yaml(asked.case), nl=False)
        return
    try:
        save(asked.case, file, over=over)
    except CaseError:
        _rescue(asked)
        raise
    click.echo(f"The case with these answers is saved in {printable(file)}.")


def _aside(told: Told | None) -> AbstractContextManager[object]:
    """Where standard output is for something else, what is said in this block goes to standard error."""
    return nullcontext() if told is None else redirect_stdout(sys.stderr)


def at_terminal() -> bool:
    """Whether a person types and reads."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


# ---- the way through ---------------------------------------------------------------------------


def _talk(
    dialogue: Dialogue, width: Width, broken_off: Callable[[Dialogue], None], *, twice: bool = False
) -> tuple[bool, int]:
    """Goes through the lines: whether the dialogue came to its end, and how many were refused.

    What is left by an interruption, or by a fault, is `broken_off`; where it takes one `twice`, the
    first only drops the line.
    """
    refused = 0
    gc.enable()  # which the command did without; a dialogue may go on for hours
    with _keeping(dialogue, broken_off):
        _say(dialogue.opening())
        for line in _lines(dialogue, twice=twice):
            dialogue.width = width()
            reply = dialogue.answer(line)
            refused += reply.refused
            _say(reply.text)
            if dialogue.over:
                break
    return dialogue.over, refused


def _lines(dialogue: Dialogue, *, twice: bool) -> Iterable[str]:
    if dialogue.over:
        return ()
    return _typed(dialogue, twice=twice) if at_terminal() else _piped()


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


def _typed(dialogue: Dialogue, *, twice: bool) -> Iterator[str]:
    """The lines that a person types; those typed before are at hand, and in memory only.

    An interruption drops what stands in the line. Where nothing does it is raised, or where it has to
    come `twice` the second one is.
    """
    from prompt_toolkit import PromptSession  # who is not at a terminal need not wait for it

    prompt: PromptSession[str] = PromptSession(
        "> ",
        completer=_completer(dialogue),
        complete_while_typing=False,
        bottom_toolbar=lambda: f" {dialogue.status}",
    )
    told = False
    while True:
        try:
            text = prompt.prompt()
        except EOFError:
            return
        except KeyboardInterrupt:
            begun = bool(prompt.default_buffer.text.strip())
            if not begun and (told or not twice):
                raise
            told = not begun
            _say("" if begun else "To leave: `quit`, Ctrl-D, or Ctrl-C once more.")
            continue
        told = False
        yield from dialogue.parted(text)  # several lines may have been pasted


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
def _keeping(dialogue: Dialogue, broken_off: Callable[[Dialogue], None] | None = None) -> Iterator[None]:
    """However it is left, the case is not lost: whoever breaks off gets it on standard error, or saved."""
    keep = broken_off or _rescue
    as_before = _terminal_as_it_is()

    def stop(number: int, _: object) -> None:  # an exception inside a callback of clingo would be lost
        as_before()
        keep(dialogue)
        with suppress(OSError):
            os.write(2, b"stopped\n")
        os._exit(128 + number)

    before = {number: signal.getsignal(number) for number in _ENDING}
    ours = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    for number in ours:
        signal.signal(number, stop)
    try:
        yield
    except BaseException:
        keep(dialogue)
        raise
    finally:
        for number in ours:
            signal.signal(number, before[number])


_ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""How a process is asked to end: by a person, by whoever runs it, and as the terminal goes away."""


def _terminal_as_it_is() -> Callable[[], None]:
    """Gives a terminal, which while a line is typed is in a mode of its own, back as it is now."""
    try:
        import termios

        mode = termios.tcgetattr(0)
    except (ImportError, OSError, termios.error):  # no terminal, or none that has modes
        return lambda: None

    def restore() -> None:
        with suppress(OSError, termios.error):
            termios.tcsetattr(0, termios.TCSANOW, mode)
            os.write(1, b"\n")

    return restore


def _rescue(dialogue: Dialogue) -> None:
    """Prints a case that is saved nowhere."""
    if dialogue.unsaved:
        with suppress(OSError):
            click.echo("The case so far, which is saved nowhere:", err=True)
            click.echo(as_yaml(dialogue.case), err=True, nl=False)
