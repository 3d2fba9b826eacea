"""Where numbers stand in rules, so that a text in the place of one is named where it is written.

A bound is compared, and what it is compared with is a number: a place of a predicate is one for numbers
where a cut point, a limit or a quantity has it, or where a variable leads there.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lupa.errors import RuleError
from lupa.rules.numbers import DECIMAL, mend
from lupa.rules.onfile import text_of

if TYPE_CHECKING:
    from clingo import ast

Spot = tuple[str, int, int]
"""A predicate or a function, the number of its arguments, and one of them, counted from 0."""

_OF_WHOLE_NUMBERS: frozenset[Spot] = frozenset(
    {
        ("quantity", 4, 2),
        ("quantity", 4, 3),
        ("rate", 4, 1),
        ("conversion", 4, 2),
        ("conversion", 4, 3),
        ("subdivides", 3, 2),
        ("measured", 2, 1),
        ("asks_whether_measured", 2, 1),
        ("measured_often", 3, 1),
        ("measured_often", 3, 2),
        ("asks_how_often_measured", 3, 1),
        ("asks_how_often_measured", 3, 2),
        ("effort", 4, 3),
        ("usual_effort", 2, 1),
        ("longest_wait", 1, 0),
    }
)
_OF_NUMBERS: frozenset[Spot] = _OF_WHOLE_NUMBERS | {
    ("at_least", 2, 1),
    ("more_than", 2, 1),
    ("at_most", 2, 1),
    ("less_than", 2, 1),
    ("limit", 4, 3),
}
_OF_WORDS: frozenset[Spot] = frozenset({("number", 3, 2)})
"""What stands in a sentence may be a text."""


_CALLED = re.compile(r"(\w*)\(")
"""What is called: a predicate, a function, or by no name a tuple."""


class Arguments(NamedTuple):
    """What stands where in a rule: its `variables`, if it has conditions, and its `texts`."""

    variables: tuple[tuple[Spot, str], ...]
    texts: tuple[tuple[Spot, ast.AST], ...]


def arguments_of(rule: ast.AST) -> Arguments:
    """The variables and the texts of a rule, each with its place."""
    from clingo import SymbolType
    from clingo.ast import ASTType

    leads = rule.ast_type == ASTType.Rule and bool(rule.body)
    variables, texts = [], []
    for spot, node in _arguments(rule):
        kind = node.ast_type
        if kind == ASTType.Variable and leads:
            variables.append((spot, str(node)))
        elif kind == ASTType.SymbolicTerm and node.symbol.type == SymbolType.String:
            texts.append((spot, node))
    return Arguments(tuple(variables), tuple(texts))


def spots_of_numbers(rules: Iterable[Arguments]) -> frozenset[Spot]:
    """The places of numbers, and those from which or to which a variable of a rule takes one."""
    variables = [rule.variables for rule in rules if rule.variables]
    found, before = set(_OF_NUMBERS), 0
    while len(found) > before:
        before = len(found)
        for places in variables:
            numbers = {name for spot, name in places if spot in found and name != "_"}
            found.update(spot for spot, name in places if name in numbers and spot not in _OF_WORDS)
    return frozenset(found)


def quoted_numbers(rule: Arguments, spots: Container[Spot]) -> Iterator[ast.AST]:
    """The texts of a rule that stand in the place of a number, and are no decimals."""
    for spot, node in rule.texts:
        if spot in spots and (spot in _OF_WHOLE_NUMBERS or not DECIMAL.fullmatch(node.symbol.string)):
            yield node


def misquoted(files: Sequence[Path]) -> list[str]:
    """Each text in the place of a number, with its place; none where the files cannot be read."""
    try:
        read = [(path, each) for path in files for each in _read(text_of(path))]
    except (RuleError, RuntimeError):
        return []
    # Facts are most of all there is, and lead from no place to another: few of them are looked into.
    spots = spots_of_numbers(each.leading for _, each in read if each.leading)
    names = {name for name, *_ in spots}
    found = (
        (path, node.location.begin, node)
        for path, each in read
        if each.leading or not names.isdisjoint(each.names)
        for node in quoted_numbers(each.leading or arguments_of(each.rule), spots)
    )
    return [f"{path}:{at.line}:{at.column}: {not_a_number(node)}" for path, at, node in found]


class _Read(NamedTuple):
    """A statement: what stands where, if it has conditions, else what it calls, if it holds a text."""

    rule: ast.AST
    leading: Arguments | None
    names: frozenset[str]


@lru_cache(256)
def _read(text: str) -> tuple[_Read, ...]:
    """The statements of a text in which a text can stand, or by which a number is led to one.

    They are read once; the bound keeps memory flat.
    """
    from clingo import ast
    from clingo.ast import ASTType

    rules: list[ast.AST] = []
    ast.parse_string(text.replace("\0", "\1"), rules.append, logger=lambda *_: None)
    found = []
    for rule in rules:
        leading = arguments_of(rule) if rule.ast_type == ASTType.Rule and rule.body else None
        said = "" if leading else str(rule)
        names = frozenset(_CALLED.findall(said) if '"' in said else ())
        if leading or names:
            found.append(_Read(rule, leading, names))
    return tuple(found)


def not_a_number(node: ast.AST) -> str:
    """What is wrong with a text in the place of a number."""
    return mend(node.symbol.string)


def _arguments(tree: ast.AST) -> Iterator[tuple[Spot, ast.AST]]:
    """Every argument of every predicate and function in a tree, with its place."""
    from clingo.ast import ASTType

    from lupa.rules.trees import children

    if tree.ast_type != ASTType.Function:
        for child in children(tree):
            yield from _arguments(child)
        return
    name, arguments = tree.name, [(argument.ast_type, argument) for argument in tree.arguments]
    for place, (kind, argument) in enumerate(arguments):
        for member in argument.arguments if kind == ASTType.Pool else (argument,):
            yield (name, len(arguments), place), member
    for kind, argument in arguments:
        if kind not in (ASTType.Variable, ASTType.SymbolicTerm):  # there is nothing in these
            yield from _arguments(argument)
