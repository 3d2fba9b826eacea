"""Terms of rules, without pools, and whether a ground term is an instance of one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import clingo
from clingo import SymbolType, ast
from clingo.ast import ASTType

from lupa.rules.trees import Signature


@dataclass(frozen=True, slots=True)
class Term:
    """A term as it is written at a line and a column (in bytes, as clingo counts).

    It is a function or a constant with a `name` and `arguments`; or a `value`, which is a number or a
    text; or anything: a variable, which has a name too, or the result of some arithmetic.
    """

    line: int
    column: int
    name: str = ""
    arguments: tuple[Term, ...] = ()
    value: clingo.Symbol | None = None
    anything: bool = False

    @property
    def signature(self) -> Signature:
        return self.name, len(self.arguments)

    def __str__(self) -> str:
        if self.value is not None:
            return str(self.value)
        if self.anything:
            return self.name or "_"
        inner = ",".join(map(str, self.arguments))
        return f"{self.name}({inner})" if self.arguments or not self.name else self.name


def terms(node: ast.AST) -> list[Term]:
    """A node as terms: one, or several where it holds pools."""
    begin = node.location.begin
    here = Term(begin.line, begin.column)
    kind = node.ast_type
    if kind == ASTType.Pool:
        return [term for member in node.arguments for term in terms(member)]
    if kind == ASTType.Function:
        inner = itertools.product(*map(terms, node.arguments))
        return [replace(here, name=node.name, arguments=arguments) for arguments in inner]
    if kind == ASTType.SymbolicTerm:
        return [_constant(node.symbol, here)]
    return [replace(here, name=node.name if kind == ASTType.Variable else "", anything=True)]


def _constant(symbol: clingo.Symbol, here: Term) -> Term:
    if symbol.type == SymbolType.Function:
        return replace(here, name=symbol.name)
    return replace(here, value=symbol)


def term_of(symbol: clingo.Symbol) -> Term:
    """A ground term, written nowhere."""
    if symbol.type != SymbolType.Function:
        return Term(0, 0, value=symbol)
    return Term(0, 0, symbol.name, tuple(map(term_of, symbol.arguments)))


ANYTHING = Term(0, 0, anything=True)


def ground(term: Term) -> clingo.Symbol | None:
    """The symbol that a term without variables stands for; None for any other."""
    if term.value is not None or term.anything:
        return term.value
    arguments = [ground(argument) for argument in term.arguments]
    known = [argument for argument in arguments if argument is not None]
    return clingo.Function(term.name, known) if len(known) == len(arguments) else None


def matches(term: Term, symbol: clingo.Symbol, free: Term | None = None) -> bool:
    """Whether a symbol can be an instance of the term; of a part that is `free` the name is free."""
    if term.anything or (term is free and not term.arguments):
        return True
    if term.value is not None:
        return term.value == symbol
    if symbol.type != SymbolType.Function or (symbol.name != term.name and term is not free):
        return False
    inner = symbol.arguments
    return len(inner) == len(term.arguments) and all(
        matches(argument, other, free) for argument, other in zip(term.arguments, inner, strict=True)
    )


def meets(term: Term, other: Term) -> bool:
    """Whether two terms can have an instance in common, as far as their names tell."""
    if term.anything or other.anything:
        return True
    if term.value is not None or other.value is not None:
        return term.value == other.value
    return term.signature == other.signature and all(map(meets, term.arguments, other.arguments))


def names(term: Term) -> Iterator[Term]:
    """The names within the arguments of a term: of constants and of functions, the innermost first."""
    for argument in term.arguments:
        yield from names(argument)
        if argument.name and not argument.anything:
            yield argument


def name_at(term: Term, part: Term, symbol: clingo.Symbol) -> str | None:
    """What an instance of the term is called at the place of one of its parts."""
    if term is part:
        return symbol.name if symbol.type == SymbolType.Function else str(symbol)
    for argument, inner in zip(term.arguments, _inner(symbol), strict=False):
        found = name_at(argument, part, inner)
        if found is not None:
            return found
    return None


def _inner(symbol: clingo.Symbol) -> Sequence[clingo.Symbol]:
    return symbol.arguments if symbol.type == SymbolType.Function else ()


def bound(pattern: Term, term: Term, values: dict[str, Term]) -> bool:
    """Whether a term has the pattern's form; `values` then holds what stands for its variables."""
    if pattern.anything:
        values[pattern.name] = term
        return True
    if term.anything or pattern.signature != term.signature:
        return False
    return all(
        bound(inner, other, values) for inner, other in zip(pattern.arguments, term.arguments, strict=True)
    )


def filled(pattern: Term, values: Mapping[str, Term], here: Term) -> Term:
    """The pattern with values in place of its variables; what has none may be anything."""
    if pattern.anything:
        return values.get(pattern.name, pattern) if pattern.name != "_" else pattern
    arguments = tuple(filled(argument, values, here) for argument in pattern.arguments)
    return replace(pattern, arguments=arguments, line=here.line, column=here.column)
