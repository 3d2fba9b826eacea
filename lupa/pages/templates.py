"""The templates of letters: where they are, and how they are filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from lupa.errors import RuleError
from lupa.rules.files import shipped

if TYPE_CHECKING:
    from jinja2 import Environment

Form = Literal["text", "markdown", "html"]
FILES: Mapping[Form, str] = {"text": "letter.txt", "markdown": "letter.md", "html": "letter.html"}


def letter_folders(policy: Path, root: Path, payer: str) -> list[Path]:
    """Where templates are looked for: a policy's own, then those of its payer, then those of all.

    Those of a payer are in a folder that is called as it is, in small letters, with _ for all else.
    """
    called = re.sub(r"[^a-z0-9]+", "_", payer.casefold()).strip("_") or "_"
    bases = (root / "letters", shipped("kb") / "letters")
    return [policy / "letters", *(folder for base in bases for folder in (base / called, base))]


def templates(folders: Sequence[Path], *, escaping: bool = False) -> Environment:
    """The templates of these folders, of each name the first."""
    # who wants no letter need not wait for the template library
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader([str(folder) for folder in folders]),
        autoescape=escaping,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )


def rendered(folders: Sequence[Path], form: Form, content: Mapping[str, Any]) -> str:
    """The first template of a form, filled in; raises `RuleError` for one that cannot be used."""
    from jinja2 import TemplateError, TemplateSyntaxError

    name = FILES[form]
    try:
        made: str = templates(folders, escaping=form == "html").get_template(name).render(content)
    except TemplateError as error:
        line = f":{error.lineno}" if isinstance(error, TemplateSyntaxError) else ""
        raise RuleError(f"letters/{name}{line}: {error}; mend the template") from error
    return made
