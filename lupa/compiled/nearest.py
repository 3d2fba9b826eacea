"""Which of some facts that laws tie can change an outcome, by how it hangs on all of them together.

A fact changes it where two worlds differ in these facts alone, and in the outcome, and one is as near to
the other as the laws allow of all that are otherwise in that fact: none differs from it in a part of what
they differ in, this fact included. See `lupa.rules.relevance`, which asks a solver for the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import reduce
from itertools import islice
from operator import or_

from lupa.compiled.diagram import NO, Diagrams, Node
from lupa.compiled.exchange import given

_MOST = 32
"""Of so many ways in which they can be, together, each is compared with each other one."""


def changing(diagrams: Diagrams, outcome: Node, lawful: Node, tied: Collection[int]) -> set[int] | None:
    """Those of the variables, which laws tie to no others, that can change the outcome; see above.

    None where they can be in too many ways.
    """
    ways = dict(islice(_ways(diagrams, outcome, lawful, tied), _MOST + 1))
    if len(ways) > _MOST:
        return None
    found = 0
    for here, left in ways.items():
        changes = {here ^ there for there in ways if there != here}
        for change in changes:
            if change & ~found and ways[here ^ change] != left:
                parts = (part for part in changes if part & change == part != change)
                found |= change & ~reduce(or_, parts, 0)
    return {variable for variable in tied if found >> variable & 1}


def _ways(
    diagrams: Diagrams, outcome: Node, lawful: Node, tied: Collection[int]
) -> Iterator[tuple[int, Node]]:
    """Each way in which they can be, as a sum of powers of two, with what it leaves of the outcome."""
    waiting: list[tuple[Node, Mapping[int, bool]]] = [(lawful, {})]
    order = sorted(tied)
    while waiting:
        law, said = waiting.pop()
        if law == NO:
            continue
        if len(said) == len(order):
            yield sum(1 << variable for variable in order if said[variable]), given(diagrams, outcome, said)
            continue
        variable = order[len(said)]
        waiting += (
            (diagrams.restrict(law, variable, value=so), {**said, variable: so}) for so in (True, False)
        )
