"""Efforts: what it takes to state a fact, and what speaks against it, by the rows of a knowledge base."""

from collections.abc import Callable, Collection, Iterator, Mapping

import clingo

from lupa.errors import RuleError
from lupa.rules.ground import Ground, counted, quoted
from lupa.rules.kept import cached_property
from lupa.rules.names import beginnings

KINDS = ("find_out", "ask_for_less", "change", "wait", "file_otherwise")
"""How a statement can come about, in the words of the knowledge base."""
USUAL = KINDS[:3]
"""Of these, what a fact without a row of its own can have: another day or request is said of some only."""


class Efforts:
    """The rows of effort/4 and of what goes with it; `known` is what facts are, and begin with.

    `several` are the facts that say that another is so, or one of several. What facts that no rule reads
    are, or begin with, `is_unread` tells.
    """

    def __init__(
        self,
        program: Ground,
        known: Collection[str],
        several: Collection[str],
        is_unread: Callable[[clingo.Symbol], bool],
    ) -> None:
        self._program = program
        self._beginnings = known
        self._several = several
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
            if str(kind) not in USUAL:
                raise RuleError(f"usual_effort({kind}, {cost}): one of {', '.join(USUAL)} is expected")
            found[str(kind)] = _cost(cost, "usual_effort/2")
        return found

    def of(self, fact: str, kind: str, *, value: bool, usual: bool = True) -> int | None:
        """What it costs to state the fact so, by one of `KINDS`; None where that cannot be.

        What is `usual` for the kind holds for a fact that has no row of its own.
        """
        if value and fact in self._several:
            return None  # one of these comes about, or is found out
        for beginning in beginnings(fact):
            cost = self._rows.get(beginning, {}).get((kind, value))
            if cost is not None:
                return cost
        return self.usual.get(kind) if usual else None

    def speaks_against(self, fact: str) -> Iterator[str]:
        """The facts and advisories of which any, where it holds, speaks against bringing this one about."""
        return self._about(self._against, fact)

    def supported_by(self, fact: str) -> list[str]:
        """The facts of which one has to be on record for this to be requested; none where it needs none."""
        return list(self._about(self._support, fact))

    def unsupported_by(self, fact: str) -> list[str]:
        """The facts and advisories of which none may hold where this is requested instead."""
        return list(self._about(self._unsupport, fact))

    def begins_with(self, fact: str) -> list[str]:
        """The facts with one of which this begins; none where it can be so whatever the record denies."""
        return list(self._about(self._begin, fact))

    def goes_on_with(self, fact: str) -> list[str]:
        """The facts with which, where one is on record, this may have begun already."""
        return list(self._about(self._go_on, fact))

    @cached_property
    def longest_wait(self) -> int:
        """The days that it may be worth waiting for; 0 where nothing says so."""
        return max(
            (counted(days, "longest_wait/1") for (days,) in self._program.facts("longest_wait", 1)),
            default=0,
        )

    def reached(self, fact: str) -> str | None:
        """The words for a number that is reached on a {day}; None where it has none of its own."""
        return next(self._about(self._waits, fact), None)

    def _about(self, rows: Mapping[str, list[str]], fact: str) -> Iterator[str]:
        """What rows say of a fact, or of its beginnings."""
        for beginning in beginnings(fact) if rows else ():
            yield from rows.get(beginning, ())

    @cached_property
    def _against(self) -> dict[str, list[str]]:
        return self._pairs("speaks_against", about=1)

    @cached_property
    def _support(self) -> dict[str, list[str]]:
        return self._pairs("supported_by", about=0)

    @cached_property
    def _unsupport(self) -> dict[str, list[str]]:
        return self._pairs("unsupported_by", about=0)

    @cached_property
    def _begin(self) -> dict[str, list[str]]:
        return self._pairs("begins_with", about=0)

    @cached_property
    def _go_on(self) -> dict[str, list[str]]:
        return self._pairs("goes_on_with", about=0)

    @cached_property
    def _waits(self) -> dict[str, list[str]]:
        return {
            str(fact): [quoted(words, "wait_text/2")] for fact, words in self._program.facts("wait_text", 2)
        }

    def _pairs(self, name: str, about: int) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for row in self._program.facts(name, 2):
            found.setdefault(str(row[about]), []).append(str(row[1 - about]))
        return found


def _cost(symbol: clingo.Symbol, where: str) -> int:
    cost = counted(symbol, where)
    if cost < 1:
        raise RuleError(f"{where}: a cost is 1 or more, not {cost}")
    return cost
