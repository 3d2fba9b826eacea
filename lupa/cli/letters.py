"""The verb that writes to the prescriber or the member."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lupa import KnowledgeBase
from lupa.cli.cases import answers, case_options
from lupa.cli.command import format_option, json_option, verb
from lupa.errors import CaseError, printable
from lupa.record.case import Case

if TYPE_CHECKING:
    from lupa.pages.letter import Letter, Reader
    from lupa.pages.templates import Form


@verb(
    "lupa letter case.yaml",
    "lupa letter case.yaml --to member --format html --fields fields.yaml",
    "lupa letter --example lupkynis_alongside_bars_benlysta --format markdown",
)
@case_options
@json_option
@format_option("markdown", "html", explained="html is fit for print.")
@click.option(
    "--to",
    type=click.Choice(["provider", "member"]),
    default="provider",
    show_default=True,
    help="Whom it is written to.",
)
@click.option("--fields", metavar="FILE", help="A YAML or JSON file with names, addresses and the like.")
def letter(
    cases: tuple[str, ...],
    examples: tuple[str, ...],
    form: Form,
    to: Reader,
    fields: str | None,
    *,
    as_json: bool,
    kb: str | None,
    timeout: float,
) -> None:
    """A letter about the outcome of each CASE: what was asked for, why, by which text, and what to send.

    What no case holds, such as names, is marked in the letter unless --fields gives it.
    """
    given = _fields(fields)

    def written(knowledge: KnowledgeBase, case: Case, where: str) -> Letter:
        return knowledge.letter(case, to=to, form=form, fields=given, name=where, timeout=timeout)

    answers(cases, examples, kb, written, None if as_json else lambda found, _: found.text)


def _fields(path: str | None) -> dict[str, Any]:
    """What a file of fields gives: one text for each name."""
    if path is None:
        return {}
    from lupa.record.reading import parse_yaml

    try:
        found = parse_yaml(Path(path).read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError(
            f"{printable(path)}: cannot be read: {getattr(error, 'strerror', error)}"
        ) from error
    if not isinstance(found, dict):
        raise CaseError(f"{printable(path)}: a file of fields gives a text for each name, as name: text")
    return found
