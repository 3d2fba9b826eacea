"""The verbs that tell what the knowledge base holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lupa.cli.command import (
    completing,
    format_option,
    json_option,
    kb_option,
    loaded,
    policies_of,
    print_utf8,
    verb,
    width,
)
from lupa.errors import CaseError, escaped, printable

if TYPE_CHECKING:
    from lupa import KnowledgeBase
    from lupa.answers.meaning import Meaning
    from lupa.record.case import Case


@verb("lupa policies", "lupa policies --json")
@kb_option
@json_option
def policies(kb: str | None, *, as_json: bool) -> None:
    """The policies on file: the drugs and services they cover, and their editions."""
    knowledge = loaded(kb)
    from lupa.pages.onfile import policy_rows, policy_text

    rows = policy_rows(knowledge)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    root, here = knowledge.files.root.resolve(), Path.cwd()
    place = root.relative_to(here) if root.is_relative_to(here) else root
    click.echo(
        "\n".join(filter(None, [policy_text(rows, width()), f"knowledge base: {printable(str(place))}"]))
    )


@verb("lupa facts", "lupa facts uhc_benlysta", "lupa facts uhc_benlysta --all", "lupa facts --json")
@kb_option
@json_option
@click.option("--all", "every", is_flag=True, help="List what is declared and no policy reads, too.")
@click.argument("policy", required=False, **completing(policies_of))
def facts(policy: str | None, kb: str | None, *, every: bool, as_json: bool) -> None:
    """The vocabulary: what a case can state, with its names, values and questions.

    It is what the rules of POLICY read, or those of any policy on file. What else is declared, a case
    can state too; --all lists it.
    """
    knowledge = loaded(kb)
    from lupa.pages.vocabulary import fact_rows, fact_text

    rows = fact_rows(knowledge, policy, every=every)
    out = json.dumps(rows, ensure_ascii=False, indent=2) if as_json else fact_text(rows, width())
    click.echo(out)


@verb(
    "lupa show uhc_benlysta",
    "lupa show uhc_benlysta@2022E0046O",
    "lupa show fep_lupkynis --clauses",
    "lupa show fep_lupkynis --meaning",
    "lupa show fep_lupkynis --format html > review.html",
)
@kb_option
@json_option
@format_option(
    "html", explained="html is the page on which a reviewer ticks the document off, to print and sign."
)
@click.option("--clauses", is_flag=True, help="Show the ledger: every clause, and what encodes it.")
@click.option(
    "--meaning",
    "meant",
    is_flag=True,
    help="Tell of each item, and each outcome of each pathway, just when it is so.",
)
@click.argument("policy", **completing(policies_of))
def show(policy: str, form: str, kb: str | None, *, clauses: bool, meant: bool, as_json: bool) -> None:
    """A POLICY in the order of its document: each clause, our sentence for it, and the line of its rule.

    With --meaning it is told in words what these rules say, exactly and in as few conditions as can be.
    """
    if clauses and form == "html":
        raise click.UsageError("--clauses goes with text and --json; the page in html has every clause")
    if clauses and meant:
        raise click.UsageError("--clauses and --meaning are two views; ask for one")
    knowledge = loaded(kb)
    if meant and form != "html":
        from lupa.pages.meaning import meaning_text

        told = _meaning(knowledge, policy)
        click.echo(escaped(told.to_json()) if as_json else meaning_text(told, width()))
        return
    from lupa.authors.document.clauses import document
    from lupa.authors.document.text import with_rules
    from lupa.pages.table import ledger, ledger_text, table, table_text

    name, at, edition = policy.partition("@")
    asked = knowledge.edition(name, edition if at else None)
    if clauses:
        rows, text_of = ledger(asked), ledger_text
    else:
        read = document(knowledge, asked.policy, asked.name)
        if form == "html":
            from lupa.authors.document.page import document_html

            click.echo(document_html(read, _meaning(knowledge, policy) if meant else None), nl=False)
            return
        rows, text_of = with_rules(table(asked), read), table_text
    click.echo(json.dumps(rows, ensure_ascii=False, indent=2) if as_json else text_of(rows, width()))


def _meaning(kb: KnowledgeBase, policy: str) -> Meaning:
    """What a policy says in words; how far that has come is told to who looks on."""
    from lupa.authors.progress import progress

    with progress("conditions") as tick:
        return kb.meaning(policy, tick=tick)


@verb(
    "lupa page uhc_benlysta fep_lupkynis -o policies.html",
    "lupa page uhc_benlysta --case case.yaml -o case.html",
    "lupa page uhc_benlysta --against HEAD~3 -o changed.html",
)
@kb_option
@click.option("-o", "--output", metavar="FILE", required=True, help="The file to write; - for the output.")
@click.option("--case", "source", metavar="CASE", help="Open with this case, a file or a shipped one.")
@click.option("--against", metavar="OTHER", help="Decide also by an edition, a folder or a git revision.")
@click.argument("policies", nargs=-1, metavar="[POLICY]...", **completing(lambda kb: kb.policies))
def page(
    policies: tuple[str, ...], output: str, source: str | None, against: str | None, *, kb: str | None
) -> None:
    """One file that decides, explains and explores in a browser, by each POLICY or by all on file.

    It needs no server and no network, and nothing that is entered leaves it: mail it, or put it on any
    web server.
    """
    knowledge = loaded(kb)
    write_page(
        knowledge,
        policies or knowledge.policies,
        None if source is None else knowledge.case(source),
        output,
        against,
    )


def write_page(
    kb: KnowledgeBase, policies: Sequence[str], case: Case | None, output: str, against: str | None = None
) -> None:
    """Writes a page that decides by these policies, and says so; prints it where the output is `-`."""
    made = kb.page(policies, case, against)
    if output == "-":
        print_utf8()
        click.echo(made, nl=False)
        return
    try:
        Path(output).write_text(made, encoding="utf-8")
    except OSError as error:
        raise CaseError(f"{printable(output)}: cannot be written: {error.strerror}") from error
    click.echo(f"{printable(output)}: {len(made.encode()) / 1000:.0f} kB, by {', '.join(policies)}")


@verb("lupa examples", "lupa examples --json")
@kb_option
@json_option
def examples(kb: str | None, *, as_json: bool) -> None:
    """The cases that ship with each policy, for `--example NAME`."""
    knowledge = loaded(kb)
    from lupa.pages.onfile import example_rows, example_text

    rows = example_rows(knowledge)
    out = json.dumps(rows, ensure_ascii=False, indent=2) if as_json else example_text(rows, width())
    click.echo(out)


SCHEMAS = (
    *("case", "decision", "undecided", "whatif", "flip", "ask", "plan", "report", "test", "diff"),
    *("compiled", "meaning", "letter"),
)
"""What there are schemas of."""


@verb("lupa schema case > case.schema.json", "lupa schema decision")
@kb_option
@json_option
@click.argument(
    "which",
    type=click.Choice(SCHEMAS),
    metavar=f"[{'|'.join(SCHEMAS)}]",
    required=False,
)
def schema(which: str | None, kb: str | None, *, as_json: bool) -> None:  # noqa: ARG001 - always JSON
    """The JSON Schema of a case (what is accepted) and of what each verb answers."""
    knowledge = loaded(kb)
    from lupa.schema import schemas

    print_utf8()
    found = schemas(knowledge)
    click.echo(json.dumps(found[which] if which else found, ensure_ascii=False, indent=2))
