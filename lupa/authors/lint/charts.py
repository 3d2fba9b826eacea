"""What is wrong with the rules of evidence and the rows of codes by which charts are read (`kb/fhir`).

They are ground with a chart, without the rest of the knowledge base, so they are looked at alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import clingo
from clingo import ast
from clingo.ast import AST, ASTType

from lupa.authors.lint.chart_codes import Row, against_laws, rows_of, without_units
from lupa.authors.lint.files import RuleFile, read_file
from lupa.authors.lint.statements import shown
from lupa.authors.reports.finding import Finding
from lupa.authors.syntax import declared, has_body, line, nodes, read
from lupa.errors import RuleError
from lupa.rules.files import NOT_ALLOWED, RuleFiles, misplaced, shipped
from lupa.rules.kept import cached_property
from lupa.rules.names import nearest, normal
from lupa.rules.onfile import text_of
from lupa.rules.texts import CODE_LINE
from lupa.rules.trees import Signature, atoms, derived

ROWS = "fhir"
"""The folder of a knowledge base that holds them."""
TABLES = frozenset(
    {
        "reads", "part", "keyed", "about", "of_the_one", "named_by", "made_of", "shaped_by",
        "extension", "system", "ucum", "questionnaires", "shown_by_document", "code",
    }
)  # fmt: skip
"""Rows that are looked up in the text, each on a line of its own."""
KINDS = frozenset((
    "word", "coding", "drug", "type_of", "questionnaire", "day", "reference", "form",
    "amount", "flag", "present", "range", "term", "moment",
))  # fmt: skip
"""What the value of an element may be read as."""
_LOOKED_UP = (
    "all_told/1", "begins_vaguely/1", "birth/1", "born_after/1", "clash/2", "counts/4", "dead/1",
    "declared_by/2", "died_before/1", "from_form/2", "ignored/2", "lasted/3", "lost/2", "measured/4",
    "on_day/2", "replies/2", "rule_text/2", "supports/4", "taken/2", "tells/2", "value/2", "wanted/3",
    "word/2", "years/3",
)  # fmt: skip
READ_BY_READER = frozenset((name, int(arity)) for name, arity in (each.split("/") for each in _LOOKED_UP))
"""What the reader of charts looks up among what is ground, or in the texts."""
_GIVEN = frozenset({"drafted", "modified", "several"})
"""The names of elements that the reader gives by itself."""
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


class _Statement(NamedTuple):
    file: RuleFile
    node: AST

    def finding(self, rule: str, subject: str, text: str, at: AST | None = None) -> Finding:
        begin = (at or self.node).location.begin
        return self.file.finding(rule, self.file.at(begin.line, begin.column), subject, text)


Declares = Callable[[str, str], bool]
"""Whether a name is declared by a predicate, in the shared files or in those of a policy."""


def charts(files: RuleFiles, declares: Declares) -> tuple[list[RuleFile], list[Finding]]:
    """The files of `kb/fhir`, and of a policy's own folder `fhir`, and what is wrong with them."""
    looked = _Charts(files, declares)
    return looked.files, list(looked.findings())


class _Charts:
    def __init__(self, files: RuleFiles, declares: Declares) -> None:
        self._declares = declares
        self._faults: list[Finding] = []
        self._statements: list[_Statement] = []
        self._rows: list[Row] = []
        self._given: list[str] = []
        """The files that are read with these and not looked at."""
        folders = [files.root / ROWS, *(files.folder(policy) / ROWS for policy in files.policies)]
        own = [self._read(path, files.root) for folder in folders for path in sorted(folder.glob("*.lp"))]
        self.files = own
        if own and not folders[0].is_dir():  # charts are read by what ships then
            given = shipped("kb")
            self._given = [self._read(path, given).name for path in sorted((given / ROWS).glob("*.lp"))]
        for path in (path for path in files.core if own and path.name == "codes.lp"):
            self._take(read_file(path, files.root))  # what cannot be read is told with the shared files

    def _read(self, path: Path, root: Path) -> RuleFile:
        name = path.relative_to(root).as_posix()
        try:
            text = text_of(path)
        except RuleError as error:
            file = RuleFile(path, name, "")
            self._faults.append(file.finding("syntax", file.at(1, 1), name, str(error)))
            return file
        file = RuleFile(path, name, "", tuple(text.split("\n")))
        wrong = list(misplaced(text, may_call=True))
        self._faults += [file.finding("syntax", file.at(row, at), name, why) for row, at, why in wrong]
        if not wrong:
            self._parse(file, CODE_LINE.sub("", text))
            self._take(file)
        return file

    def _parse(self, file: RuleFile, text: str) -> None:
        found: list[AST] = []
        messages: list[str] = []
        try:
            ast.parse_string(text, found.append, logger=lambda _, said: messages.append(said))
        except RuntimeError as error:
            said = " ".join(messages[:1]) or str(error)
            at = re.search(r":(\d+):(\d+)", said)
            place = file.at(*map(int, at.groups())) if at else file.at(1, 1)
            self._faults.append(file.finding("syntax", place, file.name, said.rpartition("error: ")[2]))
            return
        kept = (node for node in found if node.ast_type not in (ASTType.Comment, ASTType.Program))
        self._statements += [_Statement(file, node) for node in kept]

    def _take(self, file: RuleFile) -> None:
        rows, faults = rows_of(file)
        self._rows += rows
        self._faults += faults

    def findings(self) -> Iterator[Finding]:
        """All that is wrong."""
        return (one for one in self._found() if one.places[0].file not in self._given)

    def _found(self) -> Iterator[Finding]:
        yield from self._faults
        for one in self._statements:
            if not _defines(one.node):
                yield one.finding("not-a-definition", "rule", f"this {NOT_ALLOWED}")
        yield from self._predicates()
        yield from self._elements()
        yield from self._tables()
        yield from self._codes()

    # ---- rules ---------------------------------------------------------------------------------

    def _predicates(self) -> Iterator[Finding]:
        """What is read and never derived, or derived and never read."""
        derived_at: dict[Signature, _Statement] = {}
        read_at: dict[Signature, _Statement] = {}
        said: set[Signature] = set()
        for statement in self._statements:
            for signature in derived(statement.node):
                derived_at.setdefault(signature, statement)
            for signature in read(statement.node):
                read_at.setdefault(signature, statement)
            said |= declared(statement.node)
        tables = {signature for signature in derived_at if signature[0] in TABLES}
        for signature, statement in read_at.items():
            if signature not in derived_at and signature not in said:
                yield self._stray(statement, signature, derived_at, "is read here and nothing derives it")
        for signature, statement in derived_at.items():
            if signature not in {*read_at, *READ_BY_READER, *tables}:
                known = {*read_at, *READ_BY_READER}
                yield self._stray(statement, signature, known, "is derived here and nothing reads it")

    @staticmethod
    def _stray(
        statement: _Statement, signature: Signature, known: Iterable[Signature], why: str
    ) -> Finding:
        names: dict[str, list[Signature]] = {}
        for each in sorted(known):
            names.setdefault(each[0], []).append(each)
        if signature[0] in names:
            others = " and ".join(map(shown, names[signature[0]]))
            text = f"{shown(signature)} {why}; elsewhere it is {others}"
            return statement.finding("wrong-arity", shown(signature), text)
        near = nearest(signature[0], {normal(name): name for name in names})
        hint = f"; did you mean {' or '.join(map(shown, names[near]))}?" if near else ""
        rule = "undefined" if "is read" in why else "unused"
        return statement.finding(rule, shown(signature), f"{shown(signature)} {why}{hint}")

    # ---- elements ------------------------------------------------------------------------------

    @cached_property
    def _every_fact(self) -> dict[str, list[tuple[_Statement, list[str]]]]:
        found: dict[str, list[tuple[_Statement, list[str]]]] = {}
        for statement in self._statements:
            if statement.node.ast_type == ASTType.Rule and not has_body(statement.node):
                for atom in atoms(statement.node.head):
                    row = statement, [str(argument) for argument in atom.arguments]
                    found.setdefault(atom.name, []).append(row)
        return found

    def _facts(self, name: str) -> list[tuple[_Statement, list[str]]]:
        """The rows of a name, as they are written."""
        return self._every_fact.get(name, [])

    def _elements(self) -> Iterator[Finding]:
        """Names of elements, and of types, that nothing reads from a chart."""
        names = {row[3]: row[3] for _, row in self._facts("reads") if len(row) == 4}
        names |= {name: name for name in _GIVEN}
        every = [row[0] for name in ("reads", "about") for _, row in self._facts(name)]
        every += [row[2] for _, row in self._facts("part") if len(row) == 3]
        types = {_as_name(row): _as_name(row) for row in every}
        for statement in self._statements:
            for atom in atoms(statement.node) if has_body(statement.node) else ():
                if (atom.name, len(atom.arguments)) == ("at", 3):
                    yield from _unknown(statement, atom.arguments[1], names, "element")
                if (atom.name, len(atom.arguments)) == ("resource", 2):
                    yield from _unknown(statement, atom.arguments[1], types, "type of resource")
        for statement, row in self._facts("reads"):
            if len(row) == 4 and row[2] not in KINDS:
                words = f"{row[2]} is no kind of value; these are {', '.join(sorted(KINDS))}"
                yield statement.finding("unknown-name", row[2], words)

    def _tables(self) -> Iterator[Finding]:
        """Rows that are looked up in the text and would not be found there."""
        seen: set[tuple[str, int]] = set()
        for name in sorted(TABLES - {"code"}):
            for statement, _ in self._facts(name):
                place = statement.node.location
                key = statement.file.name, line(statement.node)
                if place.begin.column != 1 or place.begin.line != place.end.line or key in seen:
                    text = f"a row of {name} stands on a line of its own, or it is not found"
                    yield statement.finding("syntax", name, text)
                seen.add(key)

    # ---- codes ---------------------------------------------------------------------------------

    def _codes(self) -> Iterator[Finding]:
        first: dict[tuple[str, str, str], str] = {}
        by_code: dict[tuple[str, str], list[Row]] = {}
        laws = {(row[0], row[1]) for _, row in self._facts("entails") if len(row) == 2}
        for row in self._rows:
            by_code.setdefault(row.key, []).append(row)
            before = first.setdefault((*row.key, str(row.code.meaning)), row.place)
            if before != row.place:
                yield row.finding("duplicate", f"{row.code} means {row.code.meaning} at {before} already")
        yield from self._nowhere()
        yield from without_units(self._rows, [row[0] for _, row in self._facts("unit")])
        for rows in by_code.values():
            yield from against_laws(rows, laws)

    def _nowhere(self) -> Iterator[Finding]:
        """Codes of no system, of a meaning that nothing reads, or of a name that nothing declares."""
        systems = {row[0] for _, row in self._facts("system")}
        names = {row[0]: row[1] for _, row in self._facts("declared_by") if len(row) == 2}
        read_as = self._meanings()
        for row in self._rows:
            meaning = row.code.meaning
            if f"/{ROWS}/" not in f"/{row.place}":
                continue
            if row.code.system not in systems:
                yield row.finding("unknown-name", f"{row.code.system} is no system that charts name here")
            if meaning.name not in read_as:
                yield row.finding("unknown-name", f"{meaning}: no rule of evidence reads such a meaning")
            kind = names.get(meaning.name)
            about = str(meaning.arguments[0]) if meaning.arguments else ""
            if kind is not None and not self._declares(kind, about):
                yield row.finding("unknown-name", f"{meaning}: no file declares {kind}({about})")
        for name, kind in names.items():
            for statement, arguments in self._facts(name):
                if arguments and not self._declares(kind, arguments[0]):
                    text = f"{name}({arguments[0]}): no file declares {kind}({arguments[0]})"
                    yield statement.finding("unknown-name", arguments[0], text)

    def _meanings(self) -> set[str]:
        """The names of meanings that rules look for."""
        found = {"panel"}  # of parts that are read by themselves
        for rule in (statement.node for statement in self._statements):
            if rule.ast_type == ASTType.Rule and has_body(rule):
                every = [node for _, node in nodes(rule)]
                found |= {node.name for node in every if node.ast_type == ASTType.Function}
                symbols = (node.symbol for node in every if node.ast_type == ASTType.SymbolicTerm)
                found |= {s.name for s in symbols if s.type == clingo.SymbolType.Function}
        return found


def _defines(statement: AST) -> bool:
    """Whether a statement only defines: no choice, constraint or search."""
    if statement.ast_type != ASTType.Rule:
        return bool(statement.ast_type == ASTType.Defined)
    head = statement.head
    return bool(head.ast_type == ASTType.Literal and head.atom.ast_type == ASTType.SymbolicAtom)


def _unknown(statement: _Statement, term: AST, known: dict[str, str], what: str) -> Iterator[Finding]:
    """The names in a term that are none of those that are known."""
    for _, node in nodes(term):
        if node.ast_type == ASTType.SymbolicTerm and node.symbol.type == clingo.SymbolType.Function:
            name = node.symbol.name
            if name not in known:
                near = nearest(name, {normal(each): each for each in known})
                hint = f"; did you mean {near}?" if near else ""
                yield statement.finding(
                    "unknown-name", name, f"{name}: no {what} is read by this name{hint}", node
                )


def _as_name(written: str) -> str:
    """How rules name a type that a row writes in quotes."""
    return _HUMP.sub("_", written.strip('"')).replace(".", "_").lower()
