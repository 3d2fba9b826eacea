"""Rules that ground for ever, or far too long.

Ranges and pools that are plainly too large are refused before anything is grounded. Of all else, the
rule is looked for once it is known that there is one: the rules are grounded again, each with a
condition that counts its instances, until one of them has too many.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import clingo
from clingo import ast
from clingo.ast import ASTType

from lupa.errors import RuleError
from lupa.rules.ground import MOST_RULES, Parts
from lupa.rules.trees import children, parsed

_COUNT, _MANY = "lupa_count", 20_000
_APART = (ASTType.ConditionalLiteral, ASTType.BodyAggregateElement, ASTType.HeadAggregateElement)
"""Parts of a rule whose values do not multiply those of the parts beside them."""


# ---- before anything is grounded ---------------------------------------------------------------


def check_ranges(path: Path) -> None:
    """Raises `RuleError` for ranges and pools of a file that stand for far too many values."""
    for statement, words in too_wide(parsed(path)):
        begin = statement.location.begin
        raise RuleError(f"{path}:{begin.line}:{begin.column}: {words}")


def too_wide(statements: Iterable[ast.AST]) -> Iterator[tuple[ast.AST, str]]:
    """The statements whose ranges and pools stand for far too many values, and what is wrong with each."""
    statements = list(statements)
    constants = {s.name: s.value for s in statements if s.ast_type == ASTType.Definition}
    for statement in statements:
        size = _size(statement, constants)
        if size > MOST_RULES:
            yield (
                statement,
                f"the ranges and pools here stand for {size:,} values; {MOST_RULES:,} are the most",
            )


def _size(tree: ast.AST, constants: Mapping[str, ast.AST]) -> int:
    """How often the ranges and pools of a tree repeat it, as far as that can be read in it."""
    if tree.ast_type == ASTType.Interval:
        ends = [_number(end, constants) for end in (tree.left, tree.right)]
        return 1 if None in ends else max(1, 1 + (ends[1] or 0) - (ends[0] or 0))
    if tree.ast_type == ASTType.Pool:
        return sum(_size(part, constants) for part in tree.arguments)
    apart, sizes = [1], [1]
    for part in children(tree):
        (apart if part.ast_type in _APART else sizes).append(_size(part, constants))
    return math.prod(sizes) * max(apart)


def _number(term: ast.AST, constants: Mapping[str, ast.AST], deep: int = 9) -> int | None:
    """The number that a term stands for in every instance of a rule; None where that cannot be read."""
    if term.ast_type == ASTType.UnaryOperation and term.operator_type == ast.UnaryOperator.Minus:
        number = _number(term.argument, constants, deep)
        return None if number is None else -number
    if term.ast_type != ASTType.SymbolicTerm:
        return None
    symbol = term.symbol
    if symbol.type == clingo.SymbolType.Number:
        return int(symbol.number)
    named = constants.get(str(symbol)) if deep else None
    return None if named is None else _number(named, constants, deep - 1)


# ---- afterwards --------------------------------------------------------------------------------


def growing_rule(files: Sequence[Path], parts: Parts) -> str | None:
    """Where the rule stands that grows, as file, line and column; None if none does by itself."""
    every = ((path, rule) for path in files for rule in parsed(path))
    return growing_of(((path, rule, rule.ast_type == ASTType.Rule) for path, rule in every), parts)


def growing_of(rules: Iterable[tuple[Path, ast.AST, bool]], parts: Parts) -> str | None:
    """Where the first rule stands that grows, of rules with their files and whether each of them may."""
    places: list[str] = []
    control = clingo.Control(logger=lambda *_: None)
    with ast.ProgramBuilder(control) as builder:
        for path, rule, may_grow in rules:
            if may_grow:
                begin = rule.location.begin
                places.append(f"{path}:{begin.line}:{begin.column}")
                builder.add(_counted(rule, len(places) - 1))
            else:
                builder.add(rule)
    counter = _Counter()
    with suppress(_TooManyError):
        control.ground(list(parts), counter)
    return None if counter.first is None else places[counter.first]


def _counted(rule: ast.AST, number: int) -> ast.AST:
    """The rule with one more condition, that its instance is not one too many."""
    if not rule.body and rule.head.ast_type == ASTType.Literal and ".." not in str(rule.head):
        return rule  # a plain row: it has one instance, or as many as it writes down
    names = _Variables()
    head = names(rule.head)
    if not names.found:
        return rule
    at = rule.location
    instance = ast.Function(at, "", list(names.found.values()), 0)
    count = ast.Function(at, _COUNT, [ast.SymbolicTerm(at, clingo.Number(number)), instance], 1)
    few = ast.Guard(ast.ComparisonOperator.Equal, ast.SymbolicTerm(at, clingo.Number(1)))
    condition = ast.Literal(at, ast.Sign.NoSign, ast.Comparison(count, [few]))
    return rule.update(head=head, body=[*rule.body, *names.ranges, condition])


class _Variables(ast.Transformer):
    """The variables of a head, each once; a range in it becomes one that has its values."""

    def __init__(self) -> None:
        self.found: dict[str, ast.AST] = {}
        self.ranges: list[ast.AST] = []

    def visit_Variable(self, node: ast.AST) -> ast.AST:  # noqa: N802 - clingo's name
        self.found[node.name] = node
        return node

    def visit_Interval(self, node: ast.AST) -> ast.AST:  # noqa: N802 - clingo's name
        at = node.location
        variable = ast.Variable(at, f"LupaRange{len(self.ranges)}")
        values = ast.Comparison(variable, [ast.Guard(ast.ComparisonOperator.Equal, node)])
        self.ranges.append(ast.Literal(at, ast.Sign.NoSign, values))
        self.found[variable.name] = variable
        return variable


class _TooManyError(Exception):
    """Ends a grounding: a rule has too many instances."""


class _Counter:
    """Counts instances for clingo, by rule, until there are too many of one."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()
        self.first: int | None = None

    def lupa_count(self, rule: clingo.Symbol, _: clingo.Symbol) -> list[clingo.Symbol]:
        """1 for an instance that is not one too many."""
        self._counts[rule.number] += 1
        if self._counts[rule.number] > _MANY:
            self.first = rule.number
            raise _TooManyError
        return [clingo.Number(1)]
