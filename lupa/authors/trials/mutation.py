"""Small changes of the rules, one at a time: what a case should notice.

A mutant is the rules with one change: a rule or a row dropped, a condition dropped or turned into its
opposite, a name dropped from a list, a number one up or one down, one phase for the other, all
parts of a criterion for any of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import clingo
from clingo import ast
from clingo.ast import ASTType, Sign

from lupa.authors.syntax import Route, has_body, line, nodes, replaced, statements, text_with_heads
from lupa.authors.trials.deciding import Statement, deciding, is_safe, names
from lupa.rules.files import RuleFiles
from lupa.rules.numbers import DECIMAL, written
from lupa.rules.trees import atoms, heads

PHASED = {"requires", "limited"}
"""Predicates whose rows hold for one phase."""
SWAPPED = {"all_of": "any_of", "any_of": "all_of"}
"""What says that a criterion needs all of its parts, or any."""
SAMPLE = 3
"""How many rows of each class of drugs are dropped: the first, the last and those evenly between."""


class Mutant(NamedTuple):
    """One change of the rules: what a statement becomes, which is nothing where it is dropped."""

    statement: Statement
    change: str
    new: ast.AST | None

    @property
    def path(self) -> Path:
        """The file that is changed."""
        return self.statement.path

    @property
    def rule(self) -> ast.AST:
        """The statement as it is."""
        return self.statement.rule

    @property
    def policy(self) -> str:
        """The policy whose own rule it is; nothing for a rule that all policies share."""
        folder = self.path.parent
        return folder.name if folder.parent.name == "policies" else ""

    def load(self, control: clingo.Control, text: str) -> None:
        """Loads the changed file, of which this text is read; perhaps it has not what is changed."""
        before, at = str(self.rule), line(self.rule)
        changed = False
        with ast.ProgramBuilder(control) as builder:
            for statement, _ in text_with_heads(text):
                if changed or line(statement) != at or str(statement) != before:
                    builder.add(statement)
                    continue
                changed = True
                if self.new is not None:
                    builder.add(self.new)


def mutants(files: RuleFiles, policies: Sequence[str], *, shared: bool = False) -> Iterator[Mutant]:
    """The mutants of these policies' own rules that decide, after those of the shared ones."""
    phases = _phases(files)
    for path in files.core if shared else ():
        yield from _sample(path) if path.name == "drugs.lp" else _mutants(path, phases)
    for path in (path for policy in policies for path in files.own(policy)):
        if path.name != "about.lp":
            yield from _mutants(path, phases)


def _mutants(path: Path, phases: Sequence[str]) -> Iterator[Mutant]:
    for statement in deciding(path):
        for change, new in changes(statement.rule, phases):
            if new is None or is_safe(new):
                yield Mutant(statement, change, new)


def _sample(path: Path) -> Iterator[Mutant]:
    """Some rows of each class of drugs, dropped."""
    classes: dict[str, list[Statement]] = {}
    for statement in deciding(path):
        if names(statement.rule) == {"class"}:
            classes.setdefault(str(statement.rule.head.atom.symbol.arguments[1]), []).append(statement)
    for rows in classes.values():
        last = len(rows) - 1
        for place in sorted({number * last // (SAMPLE - 1) for number in range(SAMPLE)}):
            yield Mutant(rows[place], "row dropped", None)


def _phases(files: RuleFiles) -> list[str]:
    """The phases that a request can be in."""
    rows = [
        atom for path in files.core for s in statements(path) for head in heads(s) for atom in atoms(head)
    ]
    return [str(atom.arguments[0]) for atom in rows if atom.name == "phase"]


def changes(statement: ast.AST, phases: Sequence[str] = ()) -> Iterator[tuple[str, ast.AST | None]]:
    """Every small change of a rule or a row: in words, and what it becomes."""
    lists = [(route, node) for route, node in nodes(statement) if node.ast_type == ASTType.Pool]
    if has_body(statement):
        yield "rule dropped", None
    elif not lists:
        yield "row dropped", None
    yield from _in_the_body(statement)
    yield from _of_others(statement)
    for route, pool in lists:
        yield from _shorter(statement, route, pool)
    for route, term in nodes(statement):
        if term.ast_type == ASTType.SymbolicTerm:
            for symbol in _others(term.symbol, phases if names(statement) & PHASED else ()):
                changed = replaced(statement, route, term.update(symbol=symbol))
                yield f"`{term}` became `{symbol}`", changed


def _in_the_body(rule: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Each literal dropped, or turned into its opposite."""
    for place, literal in enumerate(rule.body):
        route: Route = (("body", place),)
        yield f"`{literal}` dropped", replaced(rule, route, None)
        if literal.ast_type == ASTType.Literal:  # a condition for each of several has no opposite
            opposite = literal.update(sign=Sign.NoSign if literal.sign else Sign.Negation)
            yield f"`{literal}` became `{opposite}`", replaced(rule, route, opposite)


def _of_others(statement: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """All of the parts of a criterion where it was any of them, or any where it was all."""
    for route, node in nodes(statement):
        if node.ast_type == ASTType.Function and node.name in SWAPPED and route[:1] == (("head", None),):
            other = node.update(name=SWAPPED[node.name])
            yield f"`{node}` became `{other}`", replaced(statement, route, other)


def _shorter(statement: ast.AST, route: Route, pool: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """A list without each of its members."""
    for place, member in enumerate(pool.arguments):
        rest = [*pool.arguments[:place], *pool.arguments[place + 1 :]]
        fewer = rest[0] if len(rest) == 1 else pool.update(arguments=rest)
        yield f"`{member}` dropped from a list", replaced(statement, route, fewer)


def _others(symbol: clingo.Symbol, phases: Sequence[str]) -> list[clingo.Symbol]:
    """What a number or a phase is changed to."""
    if symbol.type == clingo.SymbolType.Number:
        return [clingo.Number(symbol.number + step) for step in (1, -1)]
    if symbol.type == clingo.SymbolType.String and DECIMAL.fullmatch(symbol.string):
        step = Fraction(1, 10 ** len(symbol.string.partition(".")[2]))
        return [_term(Fraction(symbol.string) + each) for each in (step, -step)]
    if str(symbol) in phases:
        return [clingo.Function(phase) for phase in phases if phase != str(symbol)]
    return []


def _term(number: Fraction) -> clingo.Symbol:
    """A number as rules write it."""
    return clingo.Number(int(number)) if number.denominator == 1 else clingo.String(written(number))
