"""Efforts: what it takes to state a fact, by the rows of a knowledge base."""

from collections.abc import Callable, Collection

import clingo

from lupa.errors import RuleError
from lupa.rules.ground import Ground, counted
from lupa.rules.kept import cached_property
from lupa.rules.names import beginnings

KINDS = ("find_out", "ask_for_less", "change")
"""How a statement can come about, in the words of the knowledge base."""


class Efforts:
    """The rows of effort/4 and usual_effort/2; `known` is what facts are, and begin with.

    What facts that no rule reads are, or begin with, `is_unread` tells.
    """

    def __init__(
        self, program: Ground, known: Collection[str], is_unread: Callable[[clingo.Symbol], bool]
    ) -> None:
        self._program = program
        self._beginnings = known
        self._is_unread = is_unread

    @cached_property
    def _rows(self) -> dict[str, dict[tuple[str, bool], int]]:
        found: dict[str, dict[tuple[str, bool], int]] = {}
        for fact, value, kind, cost in self._program.facts("effort", 4):
            row = f"effort({fact}, {value}, {kind}, {cost})"
            if str(value) not in ("yes", "no") or str(kind) not in KINDS:
                raise RuleError(f"{row}: yes or no, and one of {', '.join(KINDS)}, is expected")
            if str(fact) not in self._beginnings and not self._is_unread(fact):
                raise RuleError(f"{row}: no fact is {fact}, or begins so")
            key = str(kind), str(value) == "yes"
            found.setdefault(str(fact), {})[key] = _cost(cost, "effort/4")
        return found

    @cached_property
    def usual(self) -> dict[str, int]:
        rows = self._program.facts("usual_effort", 2)
        found: dict[str, int] = {}
        for kind, cost in rows:
            if str(kind) not in KINDS:
                raise RuleError(f"usual_effort({kind}, {cost}): one of {', '.join(KINDS)} is expected")
            found[str(kind)] = _cost(cost, "usual_effort/2")
        return found

    def of(self, fact: str, kind: str, *, value: bool, usual: bool = True) -> int | None:
        """What it costs to state the fact so, by one of `KINDS`; None where that cannot be.

        What is `usual` for the kind holds for a fact that has no row of its own.
        """
        for beginning in beginnings(fact):
            cost = self._rows.get(beginning, {}).get((kind, value))
            if cost is not None:
                return cost
        return self.usual.get(kind) if usual else None


def _cost(symbol: clingo.Symbol, where: str) -> int:
    cost = counted(symbol, where)
    if cost < 1:
        raise RuleError(f"{where}: a cost is 1 or more, not {cost}")
    return cost
