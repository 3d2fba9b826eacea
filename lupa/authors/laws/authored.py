"""A policy grounded with its authors in mind: where each atom's rules stand, and how it is without one.

Rules are grounded through their syntax trees, each once more with a head that names its place; and what
some law leaves out of the policy holds only as long as it is not `dropped`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

import clingo
from clingo import ast
from clingo.ast import Sign

from lupa.authors.reports.finding import Place
from lupa.authors.syntax import text_with_heads
from lupa.rules.ground import Ground, Load
from lupa.rules.trees import Signature

_PLACE, _DROPPED = "lupa_place", "lupa_dropped"


def authored(
    texts: Mapping[str, str], placed: frozenset[Signature], droppable: frozenset[Signature]
) -> Load:
    """Loads the texts of files, with the place of each rule for some predicates, and with atoms to drop."""
    wanted = placed | droppable

    def load(control: clingo.Control) -> None:
        for file, text in texts.items():
            rules = text_with_heads(text)
            if all(wanted.isdisjoint(given) for _, given in rules):
                control.add("base", [], text)
                continue
            with ast.ProgramBuilder(control) as builder:
                for statement, given in rules:
                    if not given.isdisjoint(placed):
                        builder.add(_placed(statement, file))
                    for rule in _kept(statement, given, droppable):
                        builder.add(rule)

    return load


def _kept(
    statement: ast.AST, given: Collection[Signature], droppable: frozenset[Signature]
) -> Iterator[ast.AST]:
    """The statement, or its rules with what drops their atoms."""
    if droppable.isdisjoint(given):
        yield statement
    else:
        for rule in statement.unpool():
            yield from _droppable(rule)


def _placed(rule: ast.AST, file: str) -> ast.AST:
    """The rule with a head that says of the atom where it stands."""
    begin = rule.location.begin
    where = clingo.Function("", [clingo.String(file), *map(clingo.Number, (begin.line, begin.column))])
    return _with_head(rule, _PLACE, rule.head.atom.symbol, ast.SymbolicTerm(rule.location, where))


def _with_head(rule: ast.AST, name: str, *arguments: ast.AST) -> ast.AST:
    function = ast.Function(rule.location, name, list(arguments), 0)
    head = ast.Literal(rule.location, Sign.NoSign, ast.SymbolicAtom(function))
    return ast.Rule(rule.location, head, rule.body)


def _droppable(rule: ast.AST) -> Iterator[ast.AST]:
    """The rule, as long as its atom is not dropped, and the choice to drop it."""
    at = rule.location
    dropped = ast.SymbolicAtom(ast.Function(at, _DROPPED, [rule.head.atom.symbol], 0))
    yield ast.External(at, dropped, rule.body, ast.SymbolicTerm(at, clingo.Function("false")))
    kept = ast.Literal(at, Sign.Negation, dropped)
    yield ast.Rule(at, rule.head, [*rule.body, kept])


def places(program: Ground) -> dict[clingo.Symbol, tuple[Place, ...]]:
    """Where the rules of each atom stand, in the order of files and lines."""
    found: dict[clingo.Symbol, set[Place]] = {}
    for symbol in program.symbols(_PLACE, 2):
        atom, where = symbol.arguments
        file, line, column = where.arguments
        found.setdefault(atom, set()).add(Place(file.string, line.number, column.number))
    return {atom: sorted_places(where) for atom, where in found.items()}


def sorted_places(found: Iterable[Place]) -> tuple[Place, ...]:
    """Places, each once, in the order of files and lines."""
    return tuple(sorted(set(found), key=lambda place: (place.file, place.line, place.column)))


def dropped(program: Ground) -> Mapping[clingo.Symbol, int]:
    """The literals that drop an atom, by the atom."""
    symbols = program.symbols(_DROPPED, 1)
    literals = {symbol.arguments[0]: program.literal(symbol) for symbol in symbols}
    return {atom: literal for atom, literal in literals.items() if literal is not None}
