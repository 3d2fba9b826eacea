"""What differs between two editions, as plain data: in how many worlds, and just when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lupa.answers.senses import Sense, Senses
from lupa.compiled.changes import Region, compared
from lupa.compiled.compiler import compiled
from lupa.pages.changes import COUNTED, number
from lupa.pages.meaning import shortened
from lupa.rules.edition import Edition


def changes(
    policy: str, here: Sequence[Edition], others: Mapping[str, Sequence[Edition]], named: str | None
) -> list[dict[str, Any]]:
    """How the newest edition here differs from the one `named`, or else from the newest of the `others`."""
    there = [each for each in here if f"{policy}@{each.name}" == named] if named else others.get(policy, [])
    return [_changed(here[-1], each) for each in there[-1:] if each is not here[-1]]


def _changed(here: Edition, there: Edition) -> dict[str, Any]:
    """The changes; a condition is a text, or 1 for any or 2 for all, a text, and the parts."""
    found = compared(compiled(here), compiled(there), (here, there))
    words = Senses([here, there], found.facts)

    def region(of: Region) -> list[Any]:
        ways = [[*way, number(count)] for way, count in of.pathways.items()]
        return [number(of.worlds), ways, None if of.when is None else _condition(words.sense(of.when))]

    return {
        "here": here.name,
        "there": there.name,
        "worlds": number(found.worlds),
        "differ": number(found.differ),
        "counted": COUNTED,
        "moves": [[move.before, move.after, *region(move.region)] for move in found.moves],
        "criteria": [
            [shift.criterion, int(shift.now_unmet), *region(shift.region)] for shift in found.shifts
        ],
    }


def _condition(sense: Sense) -> Any:
    if not sense.parts and sense.text:
        return sense.text
    return [2 if sense.of == "all" else 1, shortened(sense), *map(_condition, sense.parts)]
