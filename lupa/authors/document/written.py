"""The rules in a policy's folder as they are written, and which of them give what others read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from clingo import ast
from clingo.ast import ASTType

from lupa.authors.reports.finding import Place
from lupa.authors.syntax import nodes, text_with_heads
from lupa.rules.texts import WORD
from lupa.rules.trees import Signature, atoms, functions, heads

Arguments = tuple[frozenset[str], ...]
"""The names that each argument of an atom can be."""


class Written(NamedTuple):
    """A rule in the folder of the policy."""

    place: Place
    statement: ast.AST
    given: frozenset[Signature]
    text: str


def rules_in(file: str, text: str) -> Iterator[Written]:
    """The rules of a file, with their text."""
    lines = text.encode().split(b"\n")  # clingo counts bytes
    for statement, given in text_with_heads(text):
        if statement.ast_type == ASTType.Rule:
            begin, end = statement.location.begin, statement.location.end
            part = lines[begin.line - 1 : end.line]
            part[-1] = part[-1][: end.column - 1]
            part[0] = part[0][begin.column - 1 :]
            place = Place(file, begin.line, begin.column)
            yield Written(place, statement, given, b"\n".join(part).decode())


def helpers(
    rules: Iterable[Written], public: Collection[Signature]
) -> dict[Signature, list[tuple[Place, Arguments]]]:
    """Where the policy gives what its rules read in turn, by predicate; but not what a case states."""
    found: dict[Signature, list[tuple[Place, Arguments]]] = {}
    stated: set[Signature] = set()
    for rule in rules:
        if any(atom.name == "true" for atom in read(rule.statement)):
            stated |= rule.given
        for atom in (atom for head in heads(rule.statement) for atom in atoms(head)):
            names = names_in(atom)
            found.setdefault((atom.name, len(names)), []).append((rule.place, names))
    return {signature: at for signature, at in found.items() if signature not in {*public, *stated}}


def read(statement: ast.AST) -> list[ast.AST]:
    """The atoms that the conditions of a rule read."""
    return [atom for literal in statement.body for atom in atoms(literal)]


def is_of_another(rule: Written, clause: str, clauses: Collection[str]) -> bool:
    """Whether a row names others of the clauses, and not this one: it stands there."""
    named = set(clauses).intersection(WORD.findall(rule.text))
    return not rule.statement.body and bool(named) and clause not in named


def names_in(atom: ast.AST) -> Arguments:
    """The names that each argument of an atom can be; none where it can be any."""
    return tuple(
        frozenset(map(str, functions(argument))) if not list(_variables(argument)) else frozenset()
        for argument in atom.arguments
    )


def _variables(term: ast.AST) -> Iterator[ast.AST]:
    return (node for _, node in nodes(term) if node.ast_type == ASTType.Variable)


def order(place: Place) -> tuple[str, int, int]:
    """What places are sorted by."""
    return place.file, place.line, place.column
