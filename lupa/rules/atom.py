"""An atom of a policy, with the text and the clauses by which people know it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import clingo

from lupa.rules.solver import Literal


@dataclass(slots=True)
class Atom:
    """An atom of the policy that people read about: a criterion met, a basis, an advisory, ..."""

    symbol: clingo.Symbol
    item: str
    literal: Literal
    text: tuple[str, str]
    sources: list[tuple[tuple[str, str] | None, str]]
    """Clauses that say it, each with the indication and phase it holds for, if only for those."""
    id: str = field(init=False)
    """Its symbol as it is written."""

    def __post_init__(self) -> None:
        self.id = str(self.symbol)

    def by(self, clauses: Collection[str]) -> Atom:
        """The same, of those that say it by these clauses alone."""
        sources = [(where, clause) for where, clause in self.sources if clause in clauses]
        return Atom(self.symbol, self.item, self.literal, self.text, sources)
