"""One file of a page: its modules, styles and data put into its frame."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from html import escape
from pathlib import Path
from typing import Any

from lupa.authors.diff.bases import edition_of
from lupa.authors.diff.operands import operand_of
from lupa.authors.reports.html import STYLE
from lupa.errors import CaseError, printable
from lupa.page.data import Beside, page_data
from lupa.rules.store import Store

HERE = Path(__file__).parent
FIRST = "start"
"""The module that starts the page."""
_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)
_COMMENT = re.compile(r"^\s*(?://|/\*\*|\* |\*/).*\n|^[ \t]+|(?<=[\])};,{]) // .*$", re.MULTILINE)
"""What is a comment, and what a line is indented by: a reader of the modules has both."""
_TEXT = re.compile(r'("(?:[^"\\]|\\.)*"|`[^`]*`)')
"""A text in a line of which no other stands within one."""
_BLANK = re.compile(r" ?([=,;:?&|<>(){}\[\]]) ?")
"""Blanks that mean nothing beside a sign, unless they stand in a text or a pattern."""
_LINE = re.compile(r"(?<=[{(\[;,])\n|\n(?=[\])}])")
"""The end of a line where one means nothing."""
_STYLED = re.compile(r"\s*([{};,])\s*|(?<=[\w-]:) (?=[^{}]*;)")
"""What of a style is blank for a reader alone; nothing in quotes there holds such a mark."""
_CONST = re.compile(r"^const\b", re.MULTILINE)
"""A word for which a shorter one does where nothing is to be read any more."""
_END = re.compile(r"<(?=/script|!--)", re.IGNORECASE)
"""What would end a script, or hide the end of one."""


def held(told: Mapping[str, Any]) -> str:
    """Data as a page holds it: packed, in 85 signs none of which begins markup."""
    data = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    packing = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS, 5)  # kinds differ: small blocks pack best
    return base64.b85encode(packing.compress(data) + packing.flush()).decode().replace("<", ".")


def page(
    store: Store,
    policies: Sequence[str],
    case: Mapping[str, Any] | None = None,
    against: str | None = None,
) -> str:
    """The whole file, which decides by these policies, and opens with a case where one is given.

    Each case is decided `against` something else too, where that is named: an edition of one of the
    policies, a folder or a revision of the rules; see `operand_of`, which raises `CaseError`.

    Raises `CaseError` for a policy that is not on file, `SpaceLimitError` for one that grows too large.
    """
    with ExitStack() as stack:
        beside = None if against is None else _beside(store, policies, against, stack)
        told = page_data(store, policies, beside)
    script, style = in_one(FIRST), _STYLED.sub(r"\1", STYLE + text_of("page.css"))
    holes = {
        "policy": (
            f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; "
            "base-uri 'none'; form-action 'none'"
        ),
        "title": escape(" and ".join(store.about(policy).document for policy in policies)),
        "style": style,
        "data": held(told),
        "case": _END.sub(r"\\u003c", json.dumps(case, ensure_ascii=False, default=float)),
        "script": script,
    }
    return re.sub(r"\{(\w+)\}", lambda hole: holes[hole[1]], text_of("page.html"))


def _beside(store: Store, policies: Sequence[str], word: str, stack: ExitStack) -> Beside:
    operand = operand_of(word, store)
    if operand.kind != "policy":
        return Beside(word, stack.enter_context(operand.opened(store)))
    policy, edition = edition_of(store, word)
    if policy not in policies:
        raise CaseError(
            f"{printable(word)}: is no edition of {' or '.join(policies)}; name {policy} for the page too"
        )
    return Beside(word, store, f"{policy}@{edition}")


def text_of(name: str) -> str:
    """A file of the page."""
    return (HERE / name).read_text(encoding="utf-8")


def in_one(first: str) -> str:
    """A module and all that it imports as one script, each in a scope of its own."""
    done: dict[str, str] = {}

    def add(name: str) -> None:
        text = text_of(f"{name}.js")
        for _, needed in _IMPORT.findall(text):
            if needed not in done:
                add(needed)
        body = _EXPORT.sub(r"\1", _IMPORT.sub(r"const \1 = \2$;", _COMMENT.sub("", text)))
        body = _LINE.sub("", "\n".join(map(_tight, _CONST.sub("let", body).split("\n"))))
        given = ",".join(exported for _, exported in _EXPORT.findall(text))
        scope = f"const {name}$=(()=>{{{body}\nreturn{{{given}}};}})();"
        done[name] = body if name == first else scope

    add(first)
    return _END.sub(r"\\x3c", "\n".join(done.values()))


def _tight(line: str) -> str:
    """A line without blanks that mean nothing; as it is where a pattern or a text in a text may be."""
    parts = _TEXT.split(line)
    if line.count("`") > 2 or re.search("[\"'`/]", "".join(parts[::2])):
        return line
    return "".join(part if place % 2 else _BLANK.sub(r"\1", part) for place, part in enumerate(parts))


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
