"""Arithmetic in rules that goes beyond the numbers that clingo holds, which it wraps without a word.

Where rules calculate, they are grounded once more, and each operation is done by Python, whose whole
numbers have no end: the first that leaves what clingo holds is told.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import clingo
from clingo import ast
from clingo.ast import ASTType, BinaryOperator

from lupa.errors import RuleError
from lupa.rules.ground import Parts
from lupa.rules.numbers import LARGEST
from lupa.rules.texts import calculates, skeleton
from lupa.rules.trees import children

_CALL = "lupa_calculated"
_DONE: dict[int, tuple[str, Callable[[int, int], int]]] = {
    BinaryOperator.Plus: ("+", operator.add),
    BinaryOperator.Minus: ("-", operator.sub),
    BinaryOperator.Multiplication: ("*", operator.mul),
    BinaryOperator.Power: ("**", operator.pow),
}
"""The operations that can leave what clingo holds; no other does, but for one number."""
_MOST_POWER = 64
"""An exponent beyond which a power of anything but 0, 1 and -1 is surely too large."""


class _Place(NamedTuple):
    """An operation in a rule, and where it stands."""

    file: Path
    line: int
    column: int
    operator_type: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


def check_arithmetic(texts: Mapping[Path, str], parts: Parts) -> None:
    """Raises `RuleError`, with its place, for an operation of these rules that clingo would wrap.

    `texts` are all that is ground, by the file that they are from.
    """
    control, calculator = clingo.Control(logger=lambda *_: None), _Calculator()
    plain: list[str] = []
    with ast.ProgramBuilder(control) as builder:
        for path, text in texts.items():
            if calculates(skeleton(text)):
                _add(builder, text, _Calls(path, calculator.places))
            else:
                plain.append(text)
    control.add("base", [], "\n".join(plain))
    control.ground(parts, calculator)


def _add(builder: ast.ProgramBuilder, text: str, calls: _Calls) -> None:
    ast.parse_string(text, lambda statement: builder.add(calls.visit(statement)))


class _Calls(ast.Transformer):
    """Puts a call in the place of each operation that is not undone to match an atom."""

    def __init__(self, file: Path, places: list[_Place]) -> None:
        self._file = file
        self._places = places

    def visit_Literal(self, node: ast.AST) -> ast.AST:  # noqa: N802 - clingo's name
        """A condition; of one that an atom is to match, what is linear in one variable stays."""
        matches = node.sign == ast.Sign.NoSign and node.atom.ast_type == ASTType.SymbolicAtom
        return node if matches and _is_linear(node) else node.update(**self.visit_children(node))

    def visit_Rule(self, node: ast.AST) -> ast.AST:  # noqa: N802 - clingo's name
        """A rule: what is linear in its head is calculated all the same, for nothing matches it."""
        head = node.head.update(**self.visit_children(node.head))
        return node.update(head=head, body=self.visit_sequence(node.body))

    def visit_BinaryOperation(self, node: ast.AST) -> ast.AST:  # noqa: N802 - clingo's name
        """An operation, with those inside of it."""
        node = node.update(**self.visit_children(node))
        if node.operator_type not in _DONE:
            return node
        at = node.location
        self._places.append(_Place(self._file, at.begin.line, at.begin.column, node.operator_type))
        which = ast.SymbolicTerm(at, clingo.Number(len(self._places) - 1))
        return ast.Function(at, _CALL, [which, node.left, node.right], 1)


def _is_linear(tree: ast.AST) -> bool:
    """Whether each operation below is on at most one variable, which clingo finds from the result."""
    if tree.ast_type == ASTType.BinaryOperation:
        return len(list(_variables(tree))) < 2 and tree.operator_type != BinaryOperator.Power
    return all(map(_is_linear, children(tree)))


def _variables(tree: ast.AST) -> list[ast.AST]:
    if tree.ast_type == ASTType.Variable:
        return [tree]
    return [found for child in children(tree) for found in _variables(child)]


class _Calculator:
    """Does for clingo what rules calculate, and tells where a result is too large."""

    def __init__(self) -> None:
        self.places: list[_Place] = []

    def lupa_calculated(
        self, which: clingo.Symbol, left: clingo.Symbol, right: clingo.Symbol
    ) -> list[clingo.Symbol]:
        """The result; nothing where clingo has none."""
        if clingo.SymbolType.Number not in (left.type, right.type) or left.type != right.type:
            return []
        place = self.places[which.number]
        sign, calculate = _DONE[place.operator_type]
        a, b = left.number, right.number
        if sign == "**" and (b < 0 or (b > _MOST_POWER and abs(a) > 1)):
            found = LARGEST + 1 if b > 0 else 0
        else:
            found = calculate(a, b)
        if not -LARGEST - 1 <= found <= LARGEST:
            raise RuleError(
                f"{place}: {a} {sign} {b} is beyond the numbers that rules can hold, "
                f"from {-LARGEST - 1} to {LARGEST}; use a larger unit, or calculate with smaller numbers"
            )
        return [clingo.Number(found)]
