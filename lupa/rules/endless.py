"""Rules that ground for ever, or far too long: which one it is is looked for once that is known.

The rules are grounded again, each with a condition that counts its instances and that fails from some
number on, so that the grounding ends; the rule that got there first is the one that grows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import clingo
from clingo import ast
from clingo.ast import ASTType

from lupa.rules.ground import Parts
from lupa.rules.trees import parsed

_COUNT, _MANY = "lupa_count", 20_000


def growing_rule(files: Sequence[Path], parts: Parts) -> str | None:
    """Where the rule stands that grows, as file, line and column; None if none does by itself."""
    places: list[str] = []
    control = clingo.Control(logger=lambda *_: None)
    with ast.ProgramBuilder(control) as builder:

        def add(statement: ast.AST) -> None:
            if statement.ast_type == ASTType.Rule and statement.body:
                begin = statement.location.begin
                places.append(f"{begin.filename}:{begin.line}:{begin.column}")
                statement = _counted(statement, len(places) - 1)
            builder.add(statement)

        for path in files:
            for statement in parsed(path):
                add(statement)
    counter = _Counter()
    control.ground(list(parts), counter)
    return None if counter.first is None else places[counter.first]


def _counted(rule: ast.AST, number: int) -> ast.AST:
    """The rule with one more condition, that its instance is not one too many."""
    names = _Variables()
    names(rule.head)
    if not names.found:
        return rule
    at = rule.location
    instance = ast.Function(at, "", list(names.found.values()), 0)
    count = ast.Function(at, _COUNT, [ast.SymbolicTerm(at, clingo.Number(number)), instance], 1)
    few = ast.Guard(ast.ComparisonOperator.Equal, ast.SymbolicTerm(at, clingo.Number(1)))
    condition = ast.Literal(at, ast.Sign.NoSign, ast.Comparison(count, [few]))
    return rule.update(body=[*rule.body, condition])


class _Variables(ast.Transformer):
    """The variables of a term or literal, each once."""

    def __init__(self) -> None:
        self.found: dict[str, ast.AST] = {}

    def visit_Variable(self, node: ast.AST) -> ast.AST:  # noqa: N802 - clingo's name
        self.found[node.name] = node
        return node


class _Counter:
    """Counts instances for clingo, by rule."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()
        self.first: int | None = None

    def lupa_count(self, rule: clingo.Symbol, _: clingo.Symbol) -> list[clingo.Symbol]:
        """1 for an instance that is not one too many, nothing for others."""
        self._counts[rule.number] += 1
        if self._counts[rule.number] <= _MANY:
            return [clingo.Number(1)]
        if self.first is None:
            self.first = rule.number
        return []
