"""The commands of a session: how they are written, and what is wrong with what comes after them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import click

from lupa.dialogue.words import unquoted
from lupa.errors import CaseError, Problem, shown
from lupa.pages.page import Page
from lupa.record.edits import value_of


class Command(NamedTuple):
    """How a command is written, what it does, and what else there is to know of it."""

    usage: str
    does: str
    more: str = ""


_NAMES = (
    "A FACT is a path in the case (taking.prednisone, age, months, phase) or a fact as lupa prints it "
    "(taking(prednisone), at_least(age,18)). "
)
_VALUES = (
    "A VALUE is yes, no, null (open), a number, a name, a range ({at_least: 18}), a list of what "
    "is so ([prednisone, voclosporin]), or of all that is ({only: [prednisone]}). Quote what holds a blank."
)
COMMANDS = {
    "set": Command("set FACT=VALUE ...", "state this, and keep it", _NAMES + _VALUES),
    "unset": Command("unset FACT ...", "be silent on this", _NAMES),
    "reading": Command(
        "reading [NAME=CHOICE]",
        "read the text so; `reading all` tells every way apart",
        "Without a name it lists the readings. CHOICE may be null, which leaves the reading open. "
        "`reading all` shows the outcome under every choice, and keeps the case as it is.",
    ),
    "policy": Command(
        "policy [NAME[@EDITION]]",
        "ask another policy, or another edition",
        "Without a name it lists the policies on file. Without an edition the service date chooses it, "
        "or it is the newest. A drug that the policy does not cover is left out of the request.",
    ),
    "show": Command("show", "the verdict with all that it rests on"),
    "why": Command(
        "why [tree] [all]",
        "every criterion, and a minimal reason for the outcome",
        "`why all` gives every minimal reason, `why tree` each rule that fired or failed, and on what.",
    ),
    "flip": Command(
        "flip [OUTCOME] [N]",
        "the least that makes the outcome certain (approve)",
        "It shows the cheapest ways, and further ones until there are N (5). What stands in brackets can "
        "be given to `set`.",
    ),
    "ask": Command("ask", "what to find out next, and what each answer leaves"),
    "plan": Command("plan", "the smallest tree of questions to a verdict"),
    "whatif": Command("whatif FACT=VALUE ...", "as `set`, but without keeping it", _NAMES + _VALUES),
    "diff": Command("diff", "the case at the start beside the case now"),
    "undo": Command("undo", "take the last change back"),
    "redo": Command("redo", "make it again"),
    "save": Command(
        "save [FILE]",
        "write the case as YAML; `save! FILE` over a file that is there",
        "Without a name it goes over the file to which it was saved last, or else from which it was read. "
        "`lupa decide FILE` then comes to the same verdict.",
    ),
    "help": Command("help [COMMAND]", "this list, or more about one of them"),
    "quit": Command(
        "quit",
        "leave; what is not saved is lost",
        "At a terminal it asks once where that would lose changes. Ctrl-D leaves as well, and so does "
        "Ctrl-C twice; on half a line Ctrl-C drops the line.",
    ),
}


def unknown_command(name: str) -> CaseError:
    """The error for a word that begins a line and is no command."""
    from difflib import get_close_matches  # only a mistake needs it

    near = [f"set {name}"] if "=" in name else get_close_matches(name[:20], COMMANDS, n=1)
    hint = f"did you mean `{near[0]}`?" if near else "`help` lists the commands"
    return CaseError(f"no command is called {shown(name)}; {hint}")


def help_text(width: int) -> str:
    """Every command with what it does."""
    page = Page(width)
    column = max(len(command.usage) for command in COMMANDS.values()) + 2
    lines = []
    for command in COMMANDS.values():
        lines += page.wrap(f"{command.usage:<{column}}".replace(" ", "\0") + command.does, 0, column)
    return "\n".join(lines).replace("\0", " ")


def help_on(name: str, width: int) -> str:
    """More about one command; raises `CaseError` for what is none."""
    if name not in COMMANDS:
        raise unknown_command(name)
    command = COMMANDS[name]
    words = f"{command.does[0].upper()}{command.does[1:]}. {command.more}"
    return "\n".join([click.style(command.usage, bold=True), *Page(width).wrap(words, 2)])


def plain_name(word: str) -> str:
    return unquoted(word).replace('"', "")


def only(command: str, said: Sequence[str]) -> str:
    """The one word that a command takes."""
    if len(said) != 1:
        raise CaseError(f"one name is expected: `{COMMANDS[command].usage}`; quote one with blanks in it")
    return unquoted(said[0])


def nothing_after(command: str, said: Sequence[str]) -> None:
    if said:
        raise CaseError(f"`{command}` takes nothing after it, not {shown(said[0])}")


def statements(command: str, said: Iterable[str]) -> dict[str, Any]:
    """Statements by name with their values."""
    found: dict[str, Any] = {}
    problems = []
    for word in said:
        name, equals, value = unquoted(word).partition("=")
        name = plain_name(name.strip())
        if not name or not equals:
            problems.append(Problem("", f"{shown(word)} needs a value: `{COMMANDS[command].usage}`"))
        elif name in found:
            problems.append(Problem(name, "is given twice; keep one"))
        else:
            try:
                found[name] = value_of(value)
            except CaseError as error:
                problems += [Problem(name, p.message) for p in error.problems]
    if not problems and not found:
        problems.append(Problem("", f"say what: `{COMMANDS[command].usage}`"))
    if problems:
        raise CaseError(problems)
    return found
