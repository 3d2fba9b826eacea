"""Comparisons with numbers: each is a fact only where a cut point declares it, and else never so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import clingo

from lupa.authors.lint.grounded import Atoms
from lupa.authors.lint.program import Statement
from lupa.authors.lint.terms import Term, bound, filled, ground, term_of
from lupa.authors.reports.finding import Finding
from lupa.rules.numbers import DECIMAL
from lupa.rules.quantities import CUTS

_MANY = 10_000
"""More values than this no rule of a policy compares with."""

Values = dict[str, Term]


def undeclared(one: Statement, term: Term, atoms: Atoms) -> list[clingo.Symbol]:
    """The comparisons that a condition of a rule stands for and that no cut point declares."""
    if term.name not in CUTS or len(term.arguments) != 2:
        return []
    quantities = {row.arguments[0] for row in atoms.get(("quantity", 4), ())}
    facts = atoms.get(("fact", 1), {})
    others = [read for read in one.positive if read.name not in CUTS and atoms.get(read.signature)]
    wanted = (ground(filled(term, values, term)) for values in _joined(others, atoms))
    return [
        cut
        for cut in dict.fromkeys(symbol for symbol in wanted if symbol is not None)
        if cut.arguments[0] in quantities
        and _is_number(cut.arguments[1])
        and clingo.Function("fact", [cut]) not in facts
    ]


def _is_number(bound: clingo.Symbol) -> bool:
    """Whether this is a whole number, or a decimal, which stands in quotes."""
    if bound.type == clingo.SymbolType.String:
        return DECIMAL.fullmatch(bound.string) is not None
    return bool(bound.type == clingo.SymbolType.Number)


def _joined(reads: Sequence[Term], atoms: Atoms) -> list[Values]:
    """What the variables of these conditions stand for where all of them hold; none where it is much."""
    found: list[Values] = [{}]
    for read in reads:
        rows = [term_of(symbol) for symbol in atoms[read.signature]]
        found = [values for before in found for row in rows for values in _further(read, row, before)]
        if len(found) > _MANY:
            return []
    return found


def _further(read: Term, row: Term, before: Values) -> Iterator[Values]:
    """What the variables stand for where a condition is this row too."""
    values: Values = {}
    if bound(filled(read, before, read), row, values):
        yield before | {name: value for name, value in values.items() if name not in ("", "_")}


def finding(one: Statement, term: Term, missing: Sequence[clingo.Symbol]) -> Finding:
    """What is wrong with a comparison, and what declares it."""
    first = missing[0]
    more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
    rows = " ".join(f"cut_point({cut})." for cut in missing[:3])
    text = f"{first}{more} can never be so, for no cut point declares it; write {rows}"
    return one.finding("cut-point", term, str(first), text)
