"""What the verbs of the command line share: how they are made, what they load, how they speak."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from lupa import KnowledgeBase
from lupa.errors import FolderError, LupaError, RuleError, printable, shown
from lupa.rules.names import nearest
from lupa.rules.vocabulary import leaves
from lupa.version import __version__

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

DONE, FOUND, WRONG_INPUT, OUR_FAULT, STOPPED = 0, 1, 2, 3, 130
"""The exit statuses: `FOUND` where a check found something."""


class Help(click.Command):
    """A command whose help keeps the lines of its examples."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        formatter.write_paragraph()
        formatter.write("".join(f"  {line}\n" for line in str(self.epilog).splitlines()))


LINT = "`lupa lint`"

GROUPS = {
    "For reviewers": "decide letter why whatif flip ask explore read form cohort",
    "What is on file, for programs and people": "policies facts show page examples schema serve",
    "For those who write policies": "new lint test verify diff",
}
"""The verbs by who uses them."""
HOMES = {
    "authors": "new test lint",
    "charts": "read form",
    "cohort": "cohort",
    "contents": "policies facts show page examples schema",
    "deciding": "decide",
    "letters": "letter",
    "proofs": "verify diff",
    "reviewers": "why whatif flip ask explore",
    "serve": "serve",
}
"""The modules of the verbs, each loaded once a verb of it is used: who decides need not wait for others."""
_HOME_OF = {name: home for home, names in HOMES.items() for name in names.split()}


class Verbs(click.Group):
    """The verbs, in groups; what each does stands in one line that is not cut."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        return sorted(_HOME_OF)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _HOME_OF:
            import_module(f"lupa.cli.{_HOME_OF[cmd_name]}")
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        said = args[0]
        near = None if said in _HOME_OF else nearest(said, {name: name for name in _HOME_OF})
        if near and not ctx.resilient_parsing:
            raise click.UsageError(f"No such command {shown(said)}; did you mean {near}?", ctx)
        return super().resolve_command(ctx, args)

    def every(self) -> dict[str, click.Command]:
        """All verbs by name, loaded."""
        context = click.Context(self)
        found = {name: self.get_command(context, name) for name in self.list_commands(context)}
        return {name: command for name, command in found.items() if command is not None}

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        verbs = self.every()
        for title, names in GROUPS.items():
            rows = [(name, _summary(verbs[name].help or "")) for name in names.split()]
            with formatter.section(title):
                formatter.write_dl(rows)


def _summary(words: str) -> str:
    """What a verb does: the first paragraph of its help."""
    return " ".join(words.partition("\n\n")[0].split())


def completing(names: Callable[[KnowledgeBase], Iterable[str]]) -> dict[str, Any]:
    """Completes an argument or an option in the shell by names of the knowledge base in use."""

    def complete(ctx: click.Context, _: click.Parameter, begun: str) -> list[str]:
        try:
            kb = KnowledgeBase.load(ctx.params.get("kb") or os.environ.get("LUPA_KB") or None)
            return [name for name in names(kb) if name.startswith(begun)]
        except LupaError:  # what is wrong is told once the command runs
            return []

    return {"shell_complete": complete}


def policies_of(kb: KnowledgeBase) -> Iterable[str]:
    """Every policy, and every edition of it."""
    for policy in kb.policies:
        yield policy
        yield from (f"{policy}@{edition}" for edition, _ in kb.about(policy).editions)


def facts_of(kb: KnowledgeBase) -> Iterable[str]:
    """Every fact that a case of some policy can state, by the path to it."""
    found: dict[str, None] = {}
    for policy in kb.policies:
        v = kb.edition(policy).vocabulary
        found |= dict.fromkeys((*v.flags, *v.kinds("requested")))
        found |= dict.fromkeys(".".join(v.where(quantity)) for quantity in v.quantities)
        for family, tree in v.families.items():
            found |= dict.fromkeys(".".join((family, *path)) for path, _ in leaves(tree))
    return found


def verb(*examples: str) -> Callable[[F], click.Command]:
    """Makes a function a verb of the command line, with examples in its help."""

    def made(function: F) -> click.Command:
        epilog = "\n".join(["Examples:", *(f"  {example}" for example in examples)])
        return lupa.command(cls=Help, epilog=epilog)(function)

    return made


kb_option = click.option(
    "--kb", "kb", metavar="DIR", help="Use the knowledge base in DIR (or set LUPA_KB)."
)


def print_utf8() -> None:
    """Makes standard output UTF-8 whatever the locale, as JSON is and as a page says of itself."""
    stdout: Any = sys.stdout
    stdout.reconfigure(encoding="utf-8", errors=stdout.errors)


def _printed(_context: click.Context, _option: click.Parameter, form: T) -> T:
    """Text is in the encoding of the terminal, any other form in UTF-8."""
    if form and form != "text":
        print_utf8()
    return form


def timeout_option(default: float | None, explained: str) -> Callable[[F], F]:
    """The option that says how long something may take; None for as long as it needs."""
    return click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        default=default,
        show_default=True,
        metavar="SECONDS",
        help=explained,
    )


run_timeout_option = timeout_option(
    None, "Give up after so long, and say how far it came; no limit without."
)


json_option = click.option("--json", "as_json", is_flag=True, callback=_printed, help="Print JSON.")


def format_option(*forms: str, explained: str) -> Callable[[F], F]:
    """The option that chooses what is printed: text, or one of some other forms."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(["text", *forms]),
        default="text",
        show_default=True,
        callback=_printed,
        help=explained,
    )


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
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


def warn_of_another(kb: Path, named: str | None) -> None:
    """Says where no knowledge base was named, and the working directory holds another than that in use."""
    here = Path("kb")
    named = click.get_current_context().find_object(str) if named is None else named
    if named is None and (here / "vocabulary.lp").is_file() and here.resolve() != kb.resolve():
        say(
            f"warning: the knowledge base in use is {printable(str(kb))}, not the one in kb/ here; "
            "give --kb kb for that"
        )


def complain(error: LupaError, where: str = "") -> None:
    """Says on standard error what is wrong, and where."""
    first, *rest = map(printable, str(error).splitlines())
    place = f"{printable(where)}: " if where else ""
    say(f"{click.style('error', fg='red', bold=True)}: {place}{first}")
    for line in rest:
        say(f"  {line}")
    if isinstance(error, RuleError) and not isinstance(error, FolderError) and LINT not in str(error):
        say(f"  {LINT} tells all that is wrong with the rules")


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


def width() -> int:
    """Columns of the terminal; 80 where there is none."""
    if not sys.stdout.isatty():
        return 80
    import shutil  # who reads from a file need not wait for it

    return shutil.get_terminal_size((80, 24)).columns


def finish(status: int) -> NoReturn:
    """Ends the verb with an exit status."""
    raise click.exceptions.Exit(status)
