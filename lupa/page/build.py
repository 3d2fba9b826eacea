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
from string import ascii_letters
from typing import Any

from lupa.authors.diff.bases import edition_of
from lupa.authors.diff.operands import operand_of
from lupa.authors.reports.html import STYLE
from lupa.errors import CaseError, printable
from lupa.page.data import Beside, page_data
from lupa.page.packed import in_signs
from lupa.rules.store import Store

HERE = Path(__file__).parent
FIRST = "start"
"""The module that starts the page."""
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)
_COMMENT = re.compile(r"^\s*(?://|/\*\*|\* |\*/).*\n|^[ \t]+|(?<=[\])};,{]) // .*$", re.MULTILINE)
"""What is a comment, and what a line is indented by: a reader of the modules has both."""
_MARK = re.compile(
    r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[`{}]"""
    r"|(?:(?<=[(,=:\[!&|?{};])|(?<=[(,=:\[!&|?{};>] )|(?<=return ))"
    r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\]|\\.)*\])+/"
)
"""In code what may hold other signs than code does: a text, a template, a bracket, a pattern."""
_TEMPLATE = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*(`|\$\{)", re.DOTALL)
"""Of a template what stands before its end, or before code in it."""
_OFTEN = ("entries", "fromEntries", "hasOwn", "keys", "values")
"""Functions of `Object` that are called so often that all modules know them by a short name."""
_OWN = (
    "canonical", "CaseError", "choiceOf", "chosen", "clause", "context", "element", "fraction",
    "given", "highOpen", "interval", "intervals", "isPlain", "kept", "listed", "literal", "lowOpen",
    "made", "meant", "measuring", "normal", "numberOf", "otherwise", "path", "picked", "plain",
    "plainly", "problem", "quantity", "reached", "reaches", "relation", "sentence", "serviceDate",
    "sets", "several", "shown", "statement", "statements", "told", "variable", "variables",
    "waiting", "within",
)  # fmt: skip
"""Names that no data, text or decision has, and that stand in the code often."""
_SHORT = {name: f"{sign}$" for name, sign in zip((*_OFTEN, *_OWN), ascii_letters, strict=False)}
_SHORTER: list[tuple[re.Pattern[str], str]] = [
    (re.compile(r"(?<![\w$.])true\b(?!\s*:)"), "!0"),
    (re.compile(r"(?<![\w$.])false\b(?!\s*:)"), "!1"),
    (re.compile(r"\s*([=,;:?&|<>(){}\[\]*/!%]|(?<![-+] )(?<![-+])[-+](?!=| ?[-+]))\s*"), r"\1"),
    (re.compile(r"(?<![\w$.])\((\w+)\)=>"), r"\1=>"),
    (re.compile(r"[;,](?=\})|,(?=[\])])"), ""),
    (re.compile(r"\bconst\b"), "let"),
    (re.compile(r"\bundefined\b"), "void 0"),
    *((re.compile(rf"\bObject\.{name}\b"), _SHORT[name]) for name in _OFTEN),
    *((re.compile(rf"(?<![\w$]){name}(?![\w$])"), _SHORT[name]) for name in _OWN),
]
"""Code in fewer signs: without blanks, brackets and ends that mean nothing; each statement has its end.

What stands there most often, and in no data or text, has a short name.
"""
_STYLED = re.compile(r";?\s*(\})\s*|\s*([{;,])\s*|(?<=[\w-]:) (?=[^{}]*;)")
"""What of a style is blank for a reader alone; nothing in quotes there holds such a mark."""
_END = re.compile(r"<(?=/script|!--)", re.IGNORECASE)
"""What would end a script, or hide the end of one."""


def held(told: Mapping[str, Any]) -> str:
    """Data as a page holds it: packed, in signs none of which begins markup."""
    data = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    packing = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS, 5)  # kinds differ: small blocks pack best
    return in_signs(packing.compress(data) + packing.flush())


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
    script, style = in_one(FIRST), _STYLED.sub(r"\1\2", STYLE + text_of("page.css"))
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
    """A module and all that it imports as one script, each in a scope of its own.

    What modules export is known in the whole script: raises `ValueError` where two export the same name.
    """
    done: dict[str, str] = {}
    exporting: dict[str, str] = {}

    def add(name: str) -> None:
        text = text_of(f"{name}.js")
        for needed in _IMPORT.findall(text):
            if needed not in done:
                add(needed)
        exported = [export for _, export in _EXPORT.findall(text)]
        for each in exported:
            if exporting.setdefault(each, name) != name:
                raise ValueError(f"{each} is exported by {exporting[each]}.js and by {name}.js")
        plain = _one_after_another(_IMPORT.sub("", text))
        body, given = _EXPORT.sub(r"\1", _COMMENT.sub("", plain)), ",".join(exported)
        scope = f"const [{given}] = (() => {{{body}return [{given}];\n}})();"
        done[name] = _tight(body if name == first else scope).strip()

    add(first)
    often = f"let{{{','.join(f'{name}:{_SHORT[name]}' for name in _OFTEN)}}}=Object;"
    return _END.sub(r"\\x3c", "".join([often, *done.values()]))


def _one_after_another(text: str) -> str:
    """Constants that are declared on lines which follow each other, declared by one word."""
    lines: list[str] = []
    goes_on = None  # how the next line begins if it declares one too: what a block holds is set in further
    for line in text.split("\n"):
        begin = line[: len(line) - len(line.lstrip())] + "const "
        is_one = line.startswith(begin)
        if is_one and begin == goes_on:
            lines[-1] = f"{lines[-1][:-1]},"
            lines.append(line.removeprefix(begin))
        else:
            lines.append(line)
        goes_on = begin if is_one and line.endswith(";") else None
    return "\n".join(lines)


def _tight(code: str) -> str:
    """Code without what means nothing in it; its texts and patterns as they are."""
    found: list[str] = []
    _add_code(found, code, 0)
    return "".join(found)


def _add_code(found: list[str], code: str, at: int) -> int:
    """Adds the code from a place on, up to a bracket that nothing opens; the place after that."""
    depth, begin = 0, at
    while mark := _MARK.search(code, at):
        at = mark.end()
        depth += {"{": 1, "}": -1}.get(mark[0], 0)
        if mark[0] in "{}" and depth >= 0:
            continue
        found.append(_shorter(code[begin : mark.start()]))
        if depth < 0:
            return at
        found.append(mark[0])
        if mark[0] == "`":
            at = _add_template(found, code, at)
        begin = at
    found.append(_shorter(code[begin:]))
    return len(code)


def _add_template(found: list[str], code: str, at: int) -> int:
    """Adds a template from after where it begins, with the code in it; the place after its end."""
    while part := _TEMPLATE.match(code, at):
        found.append(part[0])
        at = part.end()
        if part[1] == "`":
            return at
        at = _add_code(found, code, at)
        found.append("}")
    raise ValueError("a template without an end")


def _shorter(code: str) -> str:
    for pattern, fewer in _SHORTER:
        code = pattern.sub(fewer, code)
    return code


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
