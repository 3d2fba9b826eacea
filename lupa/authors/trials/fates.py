"""What became of changed rules, one by one and counted."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal as Choice

from lupa.record.case import Case

Fate = Choice["killed_by_case", "killed_by_grounding", "equivalent", "survived"]
_NAMED = 10
FATES: tuple[Fate, ...] = ("killed_by_case", "killed_by_grounding", "equivalent", "survived")


@dataclass(frozen=True, slots=True)
class Judged:
    """A mutant and what became of it: `change` at `line` of `file` turns `rule` into another.

    `by` is the file of the case that killed it, or what lupa said of the rules. Of one that survived,
    `differences` say what only the rules before or after show, and `proposed` is a case that kills it;
    None if none was found. `policy` is empty for a rule that all policies share.
    """

    policy: str
    file: str
    line: int
    rule: str
    change: str
    fate: Fate
    by: str = ""
    differences: tuple[str, ...] = ()
    proposed: Case | None = None


@dataclass(frozen=True, slots=True)
class Fates:
    """How many mutants met each fate: in all, or of the rules of one `owner`."""

    owner: str
    mutants: int
    killed_by_case: int
    killed_by_grounding: int
    equivalent: int
    survived: int


@dataclass(frozen=True, slots=True)
class Mutation:
    """What became of all mutants; `score` is the share of killed ones among those not equivalent."""

    killed: int
    of: int
    score: float
    fates: tuple[Fates, ...]
    mutants: tuple[Judged, ...]

    @property
    def survivors(self) -> tuple[Judged, ...]:
        """The mutants that no case notices though one could."""
        return tuple(mutant for mutant in self.mutants if mutant.fate == "survived")


def counted(judged: Sequence[Judged]) -> Mutation:
    """The mutants with how many of each owner's rules met which fate."""
    owners = dict.fromkeys(mutant.policy for mutant in judged)
    fates = tuple(_fates(owner, [m for m in judged if m.policy == owner]) for owner in owners)
    counts = Counter(mutant.fate for mutant in judged)
    of = len(judged) - counts["equivalent"]
    killed = of - counts["survived"]
    score = math.floor(1000 * killed / of) / 10 if of else 100.0
    return Mutation(killed, of, score, fates, tuple(judged))


def _fates(owner: str, judged: Sequence[Judged]) -> Fates:
    counts = Counter(mutant.fate for mutant in judged)
    return Fates(owner, len(judged), *(counts[fate] for fate in FATES))


def unnoticed(judged: Sequence[Judged]) -> str:
    """Which mutants survived, behind how many were judged; empty where none did."""
    rows = [f"{one.file}, line {one.line}: {one.change}" for one in judged if one.fate == "survived"]
    more = f"; and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
    return f"; no case notices {'; '.join(rows[:_NAMED])}{more}" if rows else ""
