"""Subjects that are alike: they differ in a name of which no rule makes more than it makes of others.

Such are the indications of a large knowledge base that a policy does not speak of. As the rules stay the
same where two of these names change places, a law is broken for all such subjects or for none.
"""

from __future__ import annotations

from collections.abc import Sequence

import clingo

from lupa.rules.edition import Edition


class Alike:
    """Which subjects are alike in editions that are looked at together."""

    def __init__(self, editions: Sequence[Edition]) -> None:
        self._known = [edition.known for edition in editions]

    def pattern(self, subject: clingo.Symbol) -> tuple[clingo.Symbol, object]:
        """The same for subjects that are alike, and for no others."""
        shapes = {name: shape for name in _constants(subject) if (shape := self._shape(name)) is not None}
        if len(shapes) != 1:
            return subject, None
        ((name, shape),) = shapes.items()
        return _renamed(subject, name), shape

    def _shape(self, name: str) -> tuple[frozenset[str], ...] | None:
        shapes = [known.shape(name) for known in self._known]
        found = tuple(shape for shape in shapes if shape is not None)
        return found if len(found) == len(shapes) else None


def _constants(symbol: clingo.Symbol) -> set[str]:
    if symbol.type != clingo.SymbolType.Function:
        return set()
    if not symbol.arguments:
        return {symbol.name}
    return set().union(*map(_constants, symbol.arguments))


def _renamed(symbol: clingo.Symbol, name: str) -> clingo.Symbol:
    """A symbol with another name, which nothing has, in the place of one."""
    if symbol.type != clingo.SymbolType.Function:
        return symbol
    if symbol.arguments:
        return clingo.Function(symbol.name, [_renamed(argument, name) for argument in symbol.arguments])
    return clingo.Function("") if symbol.name == name else symbol
