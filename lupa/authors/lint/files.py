"""Rule files as the linter reads them, and what keeps lupa from reading one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import clingo
from clingo import ast
from clingo.ast import ASTType

from lupa.authors.lint.rules import RULES
from lupa.authors.reports.finding import Finding, Place
from lupa.errors import RuleError
from lupa.rules.endless import too_wide
from lupa.rules.files import NOT_ALLOWED, may_be_wide, misplaced
from lupa.rules.onfile import text_of
from lupa.rules.strays import stray
from lupa.rules.trees import parse

_NAME = re.compile(r"[a-z_][A-Za-z0-9_']*")
_CODE = re.compile(r'(?:[^"%]|"(?:\\.|[^"\\])*")*')
_DECIMALS = re.compile(r"[0-9]+\.[0-9]+")
_IS_WHOLE = re.compile(r"""[\w)"']$""")
_MESSAGE = re.compile(r":(\d+):(\d+)(?:-[\d:]+)?: (error|info|note): (.*)", re.DOTALL)
_UNSAFE = re.compile(r":(\d+):(\d+)(?:-[\d:]+)?: note: '(\w+)' is unsafe")


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A rule file, or what of it can be read.

    `name` is its path in the knowledge base, `policy` the policy whose folder holds it, if one does.
    `sound` are those of its statements that define and can be grounded, `comments` what stands between.
    """

    path: Path
    name: str
    policy: str
    lines: tuple[str, ...] = ()
    statements: tuple[ast.AST, ...] = ()
    sound: tuple[ast.AST, ...] = ()
    comments: tuple[ast.AST, ...] = ()
    faults: tuple[Finding, ...] = ()
    words: frozenset[str] = frozenset()
    """All names in a file that cannot be read whole: each may be derived, or read, out of sight."""

    @property
    def whole(self) -> bool:
        """Whether all of it can be read and grounded."""
        return not self.faults

    def at(self, line: int, column: int) -> Place:
        """A place, from clingo's column, which counts bytes."""
        if line > len(self.lines):  # clingo counts the end as a line of its own
            return Place(self.name, max(len(self.lines), 1), len("".join(self.lines[-1:])) + 1)
        text = self.lines[line - 1]
        return Place(self.name, line, len(text.encode()[: column - 1].decode(errors="ignore")) + 1)

    def finding(self, rule: str, at: Place, subject: str, text: str) -> Finding:
        """A breach of one of the linter's rules in this file."""
        return Finding(rule, RULES[rule].severity, self.policy, "", subject, text, places=(at,))


def read_file(path: Path, root: Path, policy: str = "") -> RuleFile:
    """The file with what can be read of it; `faults` say what keeps lupa from reading the rest."""
    empty = RuleFile(path, path.relative_to(root).as_posix(), policy)
    try:
        text = text_of(path)
    except RuleError as error:
        what = str(error).removeprefix(f"{path}: ")
        return _with(empty, (empty.finding("syntax", empty.at(1, 1), path.name, what),), "")
    lines = tuple(text.split("\n"))
    file = RuleFile(path, empty.name, policy, lines)
    refused = tuple(_refused(file, text))
    return _with(file, refused, text) if refused else _parsed(file, text)


def _with(file: RuleFile, faults: Sequence[Finding], text: str) -> RuleFile:
    """The file unread, but for its words."""
    words = frozenset(_NAME.findall(text))
    return RuleFile(file.path, file.name, file.policy, file.lines, faults=tuple(faults), words=words)


def _refused(file: RuleFile, text: str) -> Iterator[Finding]:
    for line, column, message in misplaced(text):
        rule = "not-a-definition" if message.endswith(NOT_ALLOWED) else "syntax"
        yield file.finding(rule, Place(file.name, line, column), message.partition(" ")[0], message)


@lru_cache(256)
def sound(text: str) -> tuple[tuple[ast.AST, ...], tuple[ast.AST, ...]] | None:
    """The statements and the comments of a text in which nothing is wrong; else None.

    What is right in one file is right in any, so that a text is looked at once; the bound keeps
    memory flat.
    """
    found: list[ast.AST] = []
    messages: list[str] = []
    try:
        ast.parse_string(text, found.append, logger=lambda _, message: messages.append(message))
    except RuntimeError:
        return None
    statements = tuple(s for s in found if s.ast_type not in (ASTType.Comment, ASTType.Program))
    strays = any(s.ast_type == ASTType.Rule and stray(s) for s in statements)
    wide = may_be_wide(text) and any(too_wide(statements))
    if messages or strays or wide or not _can_be_grounded(statements, messages):
        return None
    return statements, tuple(s for s in found if s.ast_type == ASTType.Comment)


def _parsed(file: RuleFile, text: str) -> RuleFile:
    right = None if "\0" in text else sound(text)  # where clingo takes a text to end
    if right is not None:
        statements, comments = right
        return replace(file, statements=statements, sound=statements, comments=comments)
    return _broken(file, text)


def _broken(file: RuleFile, text: str) -> RuleFile:
    messages: list[str] = []
    found: list[ast.AST] = []
    try:
        parse(file.path, found.append, messages.append)
    except RuntimeError as error:
        messages = messages or [str(error)]
    broken = [_said(file, message) for message in messages]
    statements = [s for s in found if s.ast_type not in (ASTType.Comment, ASTType.Program)]
    strays = [s for s in statements if s.ast_type == ASTType.Rule and stray(s)]
    wide = dict(too_wide(statements))
    defining = [s for s in statements if s not in strays and s not in wide]
    unsafe = _unsafe(file, defining)
    bad = {finding.places[0].line for finding in unsafe}
    return RuleFile(
        file.path,
        file.name,
        file.policy,
        file.lines,
        tuple(statements),
        tuple(s for s in defining if not bad & set(span(s))),
        tuple(s for s in found if s.ast_type == ASTType.Comment),
        (
            *broken,
            *(_stray(file, s) for s in strays),
            *(_wide(file, *found) for found in wide.items()),
            *unsafe,
        ),
        frozenset(_NAME.findall(text)) if broken else frozenset(),
    )


def span(statement: ast.AST) -> range:
    """The lines on which a statement stands."""
    return range(statement.location.begin.line, statement.location.end.line + 1)


def _said(file: RuleFile, message: str) -> Finding:
    """What clingo says of a file, at its place."""
    found = _MESSAGE.match(message.removeprefix(str(file.path)))
    if found is None:
        return file.finding("syntax", file.at(1, 1), file.path.name, " ".join(message.split()))
    line, column, _, text = found.groups()
    at, said = file.at(int(line), int(column)), " ".join(text.split())
    line_of = "".join(file.lines[at.line - 1 : at.line])
    numbers = (one for one in _DECIMALS.finditer(line_of) if one.start() < at.column <= one.end())
    number = next(numbers, None)
    if number is not None and said.startswith("syntax error, unexpected ."):
        words = f'a number with decimals stands in quotes, "{number[0]}": {said}'
        return file.finding("syntax", at, file.path.name, words)
    end = _end_before(file, at) if said.startswith("syntax error, unexpected") else None
    if end is not None:
        return file.finding(
            "syntax", end, file.path.name, f"a full stop is missing here, or a sign that goes on: {said}"
        )
    return file.finding("syntax", at, file.path.name, said)


def _end_before(file: RuleFile, at: Place) -> Place | None:
    """Where a line ends that is to be gone on with or stopped, if another begins amiss at this place."""
    if "".join(file.lines[at.line - 1 : at.line])[: at.column - 1].strip():
        return None
    for line in range(min(at.line, len(file.lines) + 1) - 1, 0, -1):
        code = _CODE.match(file.lines[line - 1])[0].rstrip()  # type: ignore[index]  # it matches nothing too
        if code:
            return Place(file.name, line, len(code) + 1) if _IS_WHOLE.search(code) else None
    return None


def _stray(file: RuleFile, statement: ast.AST) -> Finding:
    begin = statement.location.begin
    text = f"{stray(statement)} {NOT_ALLOWED}"
    return file.finding("not-a-definition", file.at(begin.line, begin.column), str(statement), text)


def _wide(file: RuleFile, statement: ast.AST, words: str) -> Finding:
    begin = statement.location.begin
    return file.finding("endless", file.at(begin.line, begin.column), str(statement), words)


def _unsafe(file: RuleFile, statements: Sequence[ast.AST]) -> list[Finding]:
    """What clingo has against statements before it grounds them."""
    messages: list[str] = []
    if _can_be_grounded(statements, messages):
        return []
    return [finding for message in messages for finding in _not_groundable(file, message)]


def _can_be_grounded(statements: Sequence[ast.AST], messages: list[str]) -> bool:
    """Whether clingo has nothing against statements before it grounds them; else it says what."""
    control = clingo.Control(["--warn=none"], logger=lambda _, message: messages.append(message))
    try:
        with ast.ProgramBuilder(control) as builder:
            for statement in statements:
                builder.add(statement)
        control.ground([("nothing of it", [])])
    except RuntimeError:
        return False
    return True


def _not_groundable(file: RuleFile, message: str) -> Iterator[Finding]:
    unsafe = _UNSAFE.findall(message)
    for line, column, name in unsafe:
        text = f"nothing in the rule gives {name} its values: it stands in no condition that is not negated"
        yield file.finding("unsafe", file.at(int(line), int(column)), name, text)
    if not unsafe and ": error: " in message:
        yield _said(file, message)
