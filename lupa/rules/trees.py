"""Rule files as syntax trees that know which file they are from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import clingo
from clingo import ast
from clingo.ast import AST, ASTSequence, ASTType, Location, Position

from lupa.errors import RuleError
from lupa.rules.onfile import begins_with_mark, text_of

Signature = tuple[str, int]
"""A predicate: its name and the number of its arguments."""
_NAMELESS = "<string>"
"""What clingo calls a text that it was not given as a file."""


def parsed(path: Path) -> list[AST]:
    """The statements of a rule file and the comments between them, each with its place in the file.

    Raises `RuleError` for what clingo cannot read.
    """
    found: list[AST] = []
    messages: list[str] = []
    try:
        parse(path, found.append, messages.append)
    except RuntimeError as error:
        raise RuleError("\n".join(" ".join(said.split()) for said in messages) or str(error)) from error
    return found


def parse(path: Path, add: Callable[[AST], None], say: Callable[[str], None]) -> None:
    """Adds each statement and comment of a rule file, and says what clingo has against it.

    What marks the encoding at the start is passed over. Raises `RuntimeError` for what clingo cannot read.
    """
    if not begins_with_mark(path):
        ast.parse_files([str(path)], add, logger=lambda _, said: say(said))
        return
    place = _Placed(path)
    text = text_of(path).replace("\0", "\1")  # either is refused, but where the one stands, a text ends
    ast.parse_string(
        text,
        lambda statement: add(place.visit(statement)),
        logger=lambda _, said: say(said.replace(_NAMELESS, str(path), 1)),
    )


def load_tree(control: clingo.Control, path: Path) -> None:
    """Puts the rules of a file into a control, as its own way to load them would."""
    with ast.ProgramBuilder(control) as builder:
        for statement in parsed(path):
            builder.add(statement)


_KEYS: dict[ASTType, tuple[str, ...]] = {}
"""Where nodes of a type have others below them: the same in all of them, so clingo is asked once."""


def keys_of(tree: AST) -> tuple[str, ...]:
    """Where a node has others below it."""
    kind = tree.ast_type
    if kind not in _KEYS:
        _KEYS[kind] = tuple(tree.child_keys)
    return _KEYS[kind]


def children(tree: AST) -> Iterator[AST]:
    """The nodes right below a node."""
    for key in keys_of(tree):
        child = getattr(tree, key)
        if isinstance(child, ASTSequence):
            yield from child
        elif isinstance(child, AST):
            yield child


def heads(statement: AST) -> list[AST]:
    """The literals that a rule derives or chooses from."""
    if statement.ast_type != ASTType.Rule or statement.head.ast_type == ASTType.TheoryAtom:
        return []
    head = statement.head
    return [head] if head.ast_type == ASTType.Literal else [_chosen(part).literal for part in head.elements]


def head_conditions(statement: AST) -> list[AST]:
    """The literals that a rule reads in its head, where it chooses."""
    head = statement.head
    parts = () if head.ast_type == ASTType.Literal else head.elements
    return [literal for part in parts for literal in _chosen(part).condition]


def _chosen(part: AST) -> AST:
    """What stands behind the weights in a head that counts; elsewhere the part itself."""
    return part.condition if part.ast_type == ASTType.HeadAggregateElement else part


def functions(symbol: AST) -> list[AST]:
    """The terms that stand for the atoms of a literal: one, or one for each member of a pool."""
    if symbol.ast_type == ASTType.Pool:
        return [function for part in symbol.arguments for function in functions(part)]
    return [symbol]


def atoms(tree: AST) -> list[AST]:
    """The terms of all atoms in a tree; within an atom there is no other."""
    if tree.ast_type == ASTType.SymbolicAtom:
        return functions(tree.symbol)
    return [atom for child in children(tree) for atom in atoms(child)]


def signatures(tree: AST) -> set[Signature]:
    """The predicates of all atoms in a tree."""
    return {_signature(atom) for atom in atoms(tree)}


def _signature(atom: AST) -> Signature:
    if atom.ast_type == ASTType.UnaryOperation:  # what is denied outright is a predicate of its own
        name, arity = _signature(atom.argument)
        return f"-{name}", arity
    return atom.name, len(atom.arguments)


def derived(statement: AST) -> set[Signature]:
    """The predicates that a statement gives."""
    return {found for head in heads(statement) for found in signatures(head)}


class _Placed(ast.Transformer):
    """Says of each part of a tree which file it is from."""

    def __init__(self, path: Path) -> None:
        self._file = str(path)

    def visit(self, ast: AST, *_: Any, **__: Any) -> AST:
        """The same tree, with its places in the file."""
        children = self.visit_children(ast)
        if "location" in ast.keys():  # noqa: SIM118 - a tree is no mapping
            children["location"] = self._place(ast.location)
        return ast.update(**children)

    def _place(self, old: Location) -> Location:
        begin, end = (Position(self._file, at.line, at.column) for at in (old.begin, old.end))
        return Location(begin, end)
