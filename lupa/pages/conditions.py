"""When something of a policy is there: the conditions under which an atom holds, in words."""

from __future__ import annotations

from collections.abc import Sequence

from lupa.rules.edition import Edition
from lupa.rules.solver import Literal

_MOST = 4
"""So many ways are told."""


def when(edition: Edition, atoms: Sequence[Literal]) -> str:
    """Under which facts one of these atoms holds, each way as few as will do; empty if there are many."""
    v, solver = edition.vocabulary, edition.solver
    held = solver.enough(list(atoms), 1)
    facts = sorted(edition.program.below(list(atoms)).intersection(edition.literals.values()))
    ways: list[str] = []
    beyond: list[Literal] = []
    while (world := solver.world([held, *beyond], facts)) is not None:
        if len(ways) == _MOST:
            return ""
        stated = [fact if so else -fact for fact, so in zip(facts, world, strict=True)]
        reason = solver.minimal([-held], stated) or []
        ways.append(" ".join(v.words(edition.facts[abs(x)], x > 0) for x in reason))
        beyond.append(solver.enough([-x for x in reason], 1))
    return " Or: ".join(ways)
