"""The statements of rule files with what each derives and reads, by predicate."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from clingo import ast
from clingo.ast import ASTType

from lupa.authors.lint.files import RuleFile, sound
from lupa.authors.lint.terms import Term, names, terms
from lupa.authors.reports.finding import Finding, Place
from lupa.authors.syntax import declared, nodes
from lupa.rules.bounds import Arguments, arguments_of
from lupa.rules.trees import Signature, atoms, functions, head_conditions, heads


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement with the atoms that it derives (`heads`) and reads, and the names it compares with."""

    file: RuleFile
    node: ast.AST
    heads: tuple[Term, ...]
    reads: tuple[Term, ...]
    compared: tuple[Term, ...]
    declares: frozenset[Signature]
    places: Arguments
    is_row: bool
    """Whether it holds without a condition."""

    @property
    def positive(self) -> Iterator[Term]:
        """The atoms that it reads and that have to hold, from which its variables take their values."""
        for part in getattr(self.node, "body", ()):
            if _is_atom(part) and part.sign == ast.Sign.NoSign:
                yield from _atoms(part)

    @property
    def comparisons(self) -> Iterator[tuple[str, Term]]:
        """Each variable that it compares with a name, and the name."""
        for part in getattr(self.node, "body", ()):
            if part.ast_type == ASTType.Literal and part.atom.ast_type == ASTType.Comparison:
                sides = [part.atom.term, *(guard.term for guard in part.atom.guards)]
                variables = [str(side) for side in sides if side.ast_type == ASTType.Variable]
                constants = [term for side in sides for term in terms(side) if term.name]
                constants = [term for term in constants if not term.arguments and not term.anything]
                yield from ((variable, constant) for variable in variables for constant in constants)

    @property
    def place(self) -> Place:
        """Where it begins."""
        begin = self.node.location.begin
        return self.file.at(begin.line, begin.column)

    def finding(self, rule: str, at: Term | None, subject: str, text: str) -> Finding:
        """A breach of a rule in this statement, at a term of it or at its beginning."""
        place = self.place if at is None else self.file.at(at.line, at.column)
        return self.file.finding(rule, place, subject, text)


Parts = tuple[tuple[Term, ...], tuple[Term, ...], tuple[Term, ...], frozenset[Signature], Arguments, bool]
"""What a statement derives, reads and compares, the predicates that it declares, what stands where, and
whether it is a row.
"""


def statements_of(file: RuleFile) -> Iterator[Statement]:
    """The statements of a file, with their parts."""
    every = _parts_of("\n".join(file.lines)) if file.whole else tuple(map(_parts, file.statements))
    for node, parts in zip(file.statements, every, strict=True):
        yield Statement(file, node, *parts)


def statement(file: RuleFile, node: ast.AST) -> Statement:
    """A syntax tree as a statement."""
    return Statement(file, node, *_parts(node))


@lru_cache(256)
def _parts_of(text: str) -> tuple[Parts, ...]:
    """The parts of the statements of a text in which nothing is wrong; not by the trees, which are equal
    wherever they stand.
    """
    statements, _ = sound(text) or ((), ())
    return tuple(map(_parts, statements))


def _parts(node: ast.AST) -> Parts:
    if node.ast_type != ASTType.Rule:
        return (), (), (), frozenset(declared(node)), arguments_of(node), False
    body = [*node.body]
    conditions = [*body, *head_conditions(node)]
    given = tuple(term for head in heads(node) for term in _atoms(head))
    needed = tuple(term for part in conditions for term in _atoms(part))
    compared = tuple(name for part in conditions for name in _compared(part))
    return given, needed, compared, frozenset(), arguments_of(node), bool(given) and not body


def _is_atom(part: ast.AST) -> bool:
    return bool(part.ast_type == ASTType.Literal and part.atom.ast_type == ASTType.SymbolicAtom)


def _atoms(part: ast.AST) -> Iterator[Term]:
    for atom in functions(part.atom.symbol) if _is_atom(part) else atoms(part):
        if atom.ast_type == ASTType.UnaryOperation:  # what is denied outright is a predicate of its own
            yield from (replace(term, name=f"-{term.name}") for term in terms(atom.argument))
        else:
            yield from terms(atom)


def _compared(part: ast.AST) -> Iterator[Term]:
    if _is_atom(part):
        return
    for node in (node for _, node in nodes(part) if node.ast_type == ASTType.Comparison):
        for side in (node.term, *(guard.term for guard in node.guards)):
            for term in terms(side):
                yield from names(Term(term.line, term.column, "", (term,)))


class Program:
    """The statements of some files, by what they derive, read and declare."""

    def __init__(self, files: Iterable[RuleFile]) -> None:
        self.files = tuple(files)
        self.statements = tuple(one for file in self.files for one in statements_of(file))
        self.words = frozenset(word for file in self.files for word in file.words)
        self.derived: dict[Signature, list[tuple[Statement, Term]]] = {}
        self.read: dict[Signature, list[tuple[Statement, Term]]] = {}
        self.declared: dict[Signature, Statement] = {}
        for one in self.statements:
            for term in one.heads:
                self.derived.setdefault(term.signature, []).append((one, term))
            for term in one.reads:
                self.read.setdefault(term.signature, []).append((one, term))
            for signature in one.declares:
                self.declared[signature] = one

    @property
    def whole(self) -> bool:
        """Whether every file can be read and grounded."""
        return all(file.whole for file in self.files)

    @cached_property
    def given(self) -> frozenset[Signature]:
        """The predicates that are derived or declared."""
        return frozenset(self.derived) | frozenset(self.declared)

    def gives(self, signature: Signature) -> bool:
        """Whether a predicate is derived or declared, or may be where nobody sees it."""
        return signature in self.given or signature[0] in self.words

    def reads(self, signature: Signature) -> bool:
        """Whether a predicate is read, or may be where nobody sees it."""
        return signature in self.read or signature[0] in self.words

    @cached_property
    def sound(self) -> list[ast.AST]:
        """The statements that can be grounded."""
        return [node for file in self.files for node in file.sound]

    @cached_property
    def editions(self) -> tuple[str, ...]:
        """The names of the editions that the files speak of."""
        rows = [term.arguments[1].value for _, term in self.derived.get(("edition", 3), ())]
        return tuple(dict.fromkeys(re.sub(r'^"|"$', "", str(value)) for value in rows if value is not None))
