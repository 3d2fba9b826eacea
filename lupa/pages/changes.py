"""What differs between two compiled policies, in words: in how many worlds, and just when."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import click

from lupa.answers.senses import Sense, Senses
from lupa.compiled.changes import Changes, Move, Region, Shift
from lupa.pages.meaning import part_lines
from lupa.pages.page import Page
from lupa.rules.edition import Edition

_WHOLE = 10**12
"""Numbers from this on are told by their order of magnitude; as JSON they are whole."""
COUNTED = (
    "A world says of each fact that either policy reads whether it is so. How many there are says nothing "
    "of how frequent patients are: give a table of members for that."
)
"""What a reader has to know of worlds."""


def plain(found: Changes, editions: Sequence[Edition]) -> dict[str, Any]:
    """The changes as JSON can say them: `when` a condition as `lupa show --meaning` has it."""
    words = Senses(editions, found.facts)

    def region(of: Region) -> dict[str, Any]:
        ways = [
            {"indication": indication, "phase": phase, "worlds": count}
            for (indication, phase), count in of.pathways.items()
        ]
        when = None if of.when is None else as_data(words.sense(of.when))
        return {"worlds": of.worlds, "pathways": ways, "when": when, "witness": dict(of.witness)}

    return {
        "before": found.before,
        "after": found.after,
        "worlds": found.worlds,
        "differ": found.differ,
        "moves": [{"before": m.before, "after": m.after, **region(m.region)} for m in found.moves],
        "criteria": [
            {"criterion": s.criterion, "change": _change(s), **region(s.region)} for s in found.shifts
        ],
    }


def as_data(sense: Sense) -> dict[str, Any]:
    """A condition as JSON can say it."""
    parts = [as_data(part) for part in sense.parts]
    return {"of": sense.of, "text": sense.text, "fact": sense.fact, "value": sense.value, "parts": parts}


def changes_text(found: Changes, editions: Sequence[Edition], width: int) -> str:
    """The changes on a page."""
    page, words = Page(width), Senses(editions, found.facts)
    lines = [click.style(f"{found.before} -> {found.after}", bold=True)]
    if not found.moves and not found.shifts:
        return "\n".join([*lines, "  Nobody comes to another outcome, or to another criterion unmet."])
    differ, worlds = number(found.differ), number(found.worlds)
    lines += page.wrap(f"{differ} of {worlds} worlds come to another outcome.", 0)
    for move in found.moves:
        lines += _region(f"{_name(move.before)} -> {_name(move.after)}", move, words, page)
    for shift in found.shifts:
        lines += _region(f"{shift.criterion} {_change(shift)}", shift, words, page)
    return "\n".join([*lines, "", *page.wrap(COUNTED, 0)])


def number(worlds: int) -> str:
    """A number of worlds."""
    return f"{worlds:,}" if worlds < _WHOLE else f"{Decimal(worlds):.3e}"


def _name(outcome: str) -> str:
    return outcome.replace("_", " ")


def _change(shift: Shift) -> str:
    return "now unmet" if shift.now_unmet else "no longer unmet"


def _region(what: str, of: Move | Shift, words: Senses, page: Page) -> list[str]:
    region = of.region
    each = [f"{', '.join(way)}: {number(count)}" for way, count in region.pathways.items()]
    ways = f" ({'; '.join(each)})" if each else ""
    lines = ["", *page.wrap(f"{what}: {number(region.worlds)} worlds{ways}", 0, 2)]
    if region.when is None:
        return lines + page.wrap("There are too many conditions to tell just when.", 2)
    return lines + part_lines(words.sense(region.when), page, 2)
