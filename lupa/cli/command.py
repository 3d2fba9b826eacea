"""What the verbs of the command line share: how they are made, what they load, how they speak."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn, TypeVar

import click

from lupa import KnowledgeBase
from lupa.errors import LupaError, printable
from lupa.version import __version__

F = TypeVar("F", bound=Callable[..., Any])

DONE, FOUND, WRONG_INPUT, OUR_FAULT, STOPPED = 0, 1, 2, 3, 130
"""The exit statuses: `FOUND` where a check found something."""


class Help(click.Command):
    """A command whose help keeps the lines of its examples."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        formatter.write_paragraph()
        formatter.write("".join(f"  {line}\n" for line in str(self.epilog).splitlines()))


def verb(*examples: str) -> Callable[[F], click.Command]:
    """Makes a function a verb of the command line, with examples in its help."""

    def made(function: F) -> click.Command:
        epilog = "\n".join(["Examples:", *(f"  {example}" for example in examples)])
        return lupa.command(cls=Help, epilog=epilog)(function)

    return made


kb_option = click.option(
    "--kb", "kb", metavar="DIR", help="Use the knowledge base in DIR (or set LUPA_KB)."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="lupa")
@kb_option
@click.pass_context
def lupa(context: click.Context, kb: str | None) -> None:
    """What a health plan's written policy says of a patient, and why.

    lupa proposes a determination under the text of a policy. A person decides.
    """
    context.obj = os.environ.get("LUPA_KB") or None if kb is None else kb
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        context.color = False


def loaded(kb: str | None) -> KnowledgeBase:
    """The knowledge base that the command line names, or the shipped one."""
    return KnowledgeBase.load(click.get_current_context().find_object(str) if kb is None else kb)


def complain(error: LupaError, where: str = "") -> None:
    """Says on standard error what is wrong, and where."""
    first, *rest = map(printable, str(error).splitlines())
    place = f"{printable(where)}: " if where else ""
    say(f"{click.style('error', fg='red', bold=True)}: {place}{first}")
    for line in rest:
        say(f"  {line}")


_progress: list[str] = [""]
"""How far a run has come, as it stands on the last line of standard error."""


def progress(words: str) -> None:
    """Shows on standard error how far a run has come, in the place of what it showed before."""
    with suppress(OSError):
        click.echo(f"\r{words:<{len(_progress[0])}}", nl=False, err=True)
    _progress[0] = words


def say(words: str) -> None:
    """Says something on standard error, on a line of its own, if anybody still listens."""
    no_progress()
    with suppress(OSError):
        click.echo(words, err=True)


def no_progress() -> None:
    """Takes away what shows how far a run has come."""
    if _progress[0]:
        progress(" " * len(_progress[0]))
        with suppress(OSError):
            click.echo("\r", nl=False, err=True)
        _progress[0] = ""


def escaped(line: str) -> str:
    """A line of JSON with whatever a terminal could take for a command written as JSON escapes."""
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line)


def width() -> int:
    """Columns of the terminal; 80 where there is none."""
    if not sys.stdout.isatty():
        return 80
    import shutil  # who reads from a file need not wait for it

    return shutil.get_terminal_size((80, 24)).columns


def finish(status: int) -> NoReturn:
    """Ends the verb with an exit status."""
    raise click.exceptions.Exit(status)
