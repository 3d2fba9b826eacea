"""What the cases of a policy should show of its rules, as atoms of a marked program.

A rule should fire: its body holds (of a law no body ever does). And each literal of its body should
once be the one that fails: for some values the others hold and it does not. Others to which only this
literal gives values cannot be asked without it and are left aside, unless it needs them in its turn. A
row (a rule without a body) should be used: some rule holds by it or, where it stands under a `not`,
fails by it. A row of which `queries/coverage.lp` gives sides should show each of them instead; so should a
part of a criterion, whether it stands in a row or under a condition.

Whether a goal is reached in a world is an atom, true or false as any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import clingo
from clingo import ast
from clingo.ast import ASTType, ComparisonOperator, Sign

from lupa.authors.syntax import nodes, statements
from lupa.authors.trials.deciding import Statement, deciding, is_safe
from lupa.rules.ground import Load
from lupa.rules.trees import Signature, derived, functions, signatures

FIRED, FAILED, ROW, USED, SIDE = "lupa_fired", "lupa_failed", "lupa_row", "lupa_used", "lupa_side"
"""The marks: of a statement, of it and a place in its body, of it and its row, of it and a row, of a
row and its side."""
BEARS = "lupa_bears"
"""And of a row that has sides: the request is one on which it bears."""
PARTS = {("part", 4)}
"""What has sides also where it stands under a condition."""
_HELD = "lupa_held"
_INNER = {"elements", "literal", "condition"}
"""What holds the parts of a set, or of a literal with a condition: variables there are its own."""


def mark(statement: Statement) -> clingo.Symbol:
    """What a statement is called in the marked program."""
    return clingo.Tuple_([clingo.String(str(statement.path)), clingo.Number(statement.place)])


def with_goals(core: Sequence[Path], own: Sequence[Path]) -> Load:
    """Loads these files with marks: for the rules of all, for the rows of a policy's own."""
    found = [statement for path in own for statement in deciding(path)]
    rows = [statement for statement in found if not statement.rule.body]
    tables = {signature for row in rows for signature in derived(row.rule)}
    rules = [s for path in (*core, *own) for s in deciding(path) if s.rule.body]

    def load(control: clingo.Control) -> None:
        with ast.ProgramBuilder(control) as builder:
            for path in (*core, *own):
                for statement in statements(path):
                    builder.add(statement)
            for row in rows:
                builder.add(_Marked(row).row())
            for rule in rules:
                for marked in _Marked(rule).all(tables):
                    builder.add(marked)

    return load


class _Marked:
    """The marks of one statement."""

    def __init__(self, statement: Statement) -> None:
        self._rule = statement.rule
        self._location = self._rule.location
        self._mark = self._term(mark(statement))
        self._shared = {node.name for node in _outer_variables(self._rule)}

    def row(self) -> ast.AST:
        """That the atoms of a row, or of a rule, are of this statement."""
        return self._made(ROW, [self._mark, self._rule.head.atom.symbol], list(self._rule.body))

    def all(self, tables: set[Signature]) -> Iterator[ast.AST]:
        """That a rule fires, that each of its literals fails, and each row of these tables by which."""
        yield self._made(FIRED, [self._mark], list(self._rule.body))
        if derived(self._rule) & PARTS:
            yield self.row()
        for place, literal in enumerate(self._rule.body):
            rest = self._asked_without(place)
            yield from self._fails(place, literal, rest)
            if literal.ast_type == ASTType.Literal and signatures(literal.atom) & tables:
                yield from self._uses(literal, rest)

    def _fails(self, place: int, literal: ast.AST, rest: list[ast.AST]) -> Iterator[ast.AST]:
        """The rest holds for values for which the literal does not."""
        about = [self._mark, self._term(clingo.Number(place))]
        values = [*about, *self._values(rest)]
        held = self._made(_HELD, values, [*rest, literal])
        yield held if is_safe(held) else self._made(_HELD, values, list(self._rule.body))
        yield self._made(FAILED, about, [*rest, self._literal(_HELD, values, Sign.Negation)])

    def _uses(self, literal: ast.AST, rest: list[ast.AST]) -> Iterator[ast.AST]:
        """The rest holds, and the literal, or else what it negates, by this row."""
        for function in functions(literal.atom.symbol):
            values = [ast.Variable(self._location, f"Lupa_{n}") for n in range(len(function.arguments))]
            row = ast.Function(self._location, function.name, values, 0)
            found = ast.Literal(self._location, Sign.NoSign, ast.SymbolicAtom(row))
            equal = [self._equal(*pair) for pair in zip(values, function.arguments, strict=True)]
            used = self._made(USED, [self._mark, row], [*rest, found, *equal])
            if is_safe(used):
                yield used

    def _asked_without(self, place: int) -> list[ast.AST]:
        """The other literals of the body, but for those to which only this one gives values."""
        others = [*self._rule.body[:place], *self._rule.body[place + 1 :]]
        kept: list[ast.AST] = []
        for literal in sorted(others, key=_binds, reverse=True):
            more = [*kept, literal]
            if is_safe(self._made(_HELD, self._values(more), more)):
                kept = more
        return kept

    def _values(self, literals: Sequence[ast.AST]) -> list[ast.AST]:
        """The variables in literals, each once, that the whole rule shares."""
        found = {
            node.name: node
            for literal in literals
            for _, node in nodes(literal)
            if node.ast_type == ASTType.Variable and node.name in self._shared
        }
        return list(found.values())

    def _equal(self, value: ast.AST, term: ast.AST) -> ast.AST:
        comparison = ast.Comparison(value, [ast.Guard(ComparisonOperator.Equal, term)])
        return ast.Literal(self._location, Sign.NoSign, comparison)

    def _made(self, name: str, arguments: Sequence[ast.AST], body: Sequence[ast.AST]) -> ast.AST:
        return ast.Rule(self._location, self._literal(name, arguments, Sign.NoSign), list(body))

    def _literal(self, name: str, arguments: Sequence[ast.AST], sign: Sign) -> ast.AST:
        function = ast.Function(self._location, name, list(arguments), 0)
        return ast.Literal(self._location, sign, ast.SymbolicAtom(function))

    def _term(self, symbol: clingo.Symbol) -> ast.AST:
        return ast.SymbolicTerm(self._location, symbol)


def _outer_variables(rule: ast.AST) -> Iterator[ast.AST]:
    """The variables that mean the same in all of a rule."""
    for route, node in nodes(rule):
        if (
            node.ast_type == ASTType.Variable
            and node.name != "_"
            and _INNER.isdisjoint(k for k, _ in route)
        ):
            yield node


def _binds(literal: ast.AST) -> bool:
    """Whether this is an atom without a sign, which gives its variables values."""
    return (
        literal.ast_type == ASTType.Literal
        and literal.sign == Sign.NoSign
        and literal.atom.ast_type == ASTType.SymbolicAtom
    )
