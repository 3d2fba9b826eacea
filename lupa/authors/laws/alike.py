"""Subjects that are alike: they differ in a name of which no rule makes more than it makes of others.

Such are the indications of a large knowledge base that a policy does not speak of. As the rules stay the
same where two of these names change places, a law is broken for all such subjects or for none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import clingo

from lupa.authors.laws.words import NotGroundError
from lupa.rules.edition import Edition


class Alike:
    """Which subjects are alike in editions that are looked at together."""

    def __init__(self, editions: Sequence[Edition]) -> None:
        self._known = [edition.known for edition in editions]
        few = self._known[0].few.groups
        self._standing = {name: names for names in few for name in names}
        self._left = {names[0]: left for names, left in few.items()}

    def pattern(self, subject: clingo.Symbol) -> tuple[clingo.Symbol, object]:
        """The same for subjects that are alike, and for no others."""
        shapes = {name: shape for name in _constants(subject) if (shape := self._shape(name)) is not None}
        if len(shapes) != 1:
            return subject, None
        ((name, shape),) = shapes.items()
        return _renamed(subject, name, _ANY), shape

    def every(self, subjects: Iterable[clingo.Symbol]) -> Iterator[tuple[clingo.Symbol, clingo.Symbol]]:
        """The subjects, with those for which names of them stand, in order; each with the one to ask of.

        Raises `NotGroundError` for a subject with two such names.
        """
        found = [(subject, subject) for subject in subjects]
        by_pattern: dict[clingo.Symbol, dict[str, clingo.Symbol]] = {}
        for subject, _ in found if self._standing else ():
            names = _constants(subject) & self._standing.keys()
            if len(names) > 1:
                raise NotGroundError(str(subject))
            for name in names:
                by_pattern.setdefault(_renamed(subject, name, _ANY), {})[name] = subject
        for pattern, asked in by_pattern.items():
            for standing in {self._standing[name] for name in asked}:
                if not asked.keys() >= set(standing):
                    raise NotGroundError(str(pattern))
                first = standing[0]
                left = map(clingo.Function, self._left[first])
                found += ((_renamed(asked[first], first, name), asked[first]) for name in left)
        yield from sorted(found)

    def is_left(self, subject: clingo.Symbol) -> bool:
        """Whether a subject is about a name that is not ground."""
        return any(not _constants(subject).isdisjoint(left) for left in self._left.values())

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


_ANY = clingo.Function("")
"""A name that nothing has."""


def _renamed(symbol: clingo.Symbol, name: str, other: clingo.Symbol) -> clingo.Symbol:
    """A symbol with another name in the place of one."""
    if symbol.type != clingo.SymbolType.Function:
        return symbol
    if symbol.arguments:
        arguments = [_renamed(argument, name, other) for argument in symbol.arguments]
        return clingo.Function(symbol.name, arguments)
    return other if symbol.name == name else symbol
