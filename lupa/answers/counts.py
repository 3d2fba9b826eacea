"""What people look at of many: outcomes, what is not met and what is open, by policy and edition."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

_MOST = 10


@dataclass
class Counts:
    """How many there are of an edition, by outcome; and for each list, how many have each id in it."""

    outcomes: Counter[str] = field(default_factory=Counter)
    lists: dict[str, Counter[str]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)


Summary = dict[tuple[str, str], Counts]
"""Counts by policy and edition."""


def plain(found: Summary) -> list[dict[str, Any]]:
    """The counts as JSON can say them."""
    return [
        {
            "policy": policy or None,
            "edition": edition or None,
            "rows": counts.outcomes.total(),
            "outcomes": dict(counts.outcomes.most_common()),
            **{name: dict(counter.most_common()) for name, counter in counts.lists.items()},
            "errors": dict(counts.errors.most_common(_MOST)),
        }
        for (policy, edition), counts in found.items()
    ]


def text(found: Summary, of: str = "rows") -> str:
    """The counts as people read them: of so many rows, or of something else."""
    blocks = []
    for (policy, edition), counts in found.items():
        total = counts.outcomes.total()
        named = f"{policy or 'no policy'}{f', edition {edition}' if edition else ''}"
        lines = [f"{named}: {total:,} {of if total != 1 else of.removesuffix('s')}"]
        lines += _rows("outcome", counts.outcomes, total)
        for name, counter in counts.lists.items():
            lines += _rows(name, counter, total)
        lines += _rows("error", counts.errors, total)
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) or f"no {of}"


def _rows(name: str, counter: Counter[str], total: int) -> list[str]:
    """The most frequent of them, each with its share of all rows."""
    lines = [f"  {name}"] if counter else []
    for each, count in sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:_MOST]:
        lines.append(f"    {count:>12,}  {100 * count / total:5.1f} %  {each}")
    if len(counter) > _MOST:
        lines.append(f"    and {len(counter) - _MOST} more")
    return lines
