"""What people look at of a cohort: outcomes, what is not met and what is open, by policy and edition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

LISTS = ("unmet", "open", "bases", "limits", "missing", "advisories")
_MOST = 10


@dataclass
class Counts:
    """How many rows there are of an edition, by outcome; and for each list, how many have each id in it."""

    outcomes: Counter[str] = field(default_factory=Counter)
    lists: dict[str, Counter[str]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)


Summary = dict[tuple[str, str], Counts]
"""Counts by policy and edition."""


def summary(tables: Iterable[pa.Table]) -> Summary:
    """The counts by policy and edition; what no edition answers is counted for the policy alone."""
    found: Summary = {}
    for table in tables:
        pairs = pc.binary_join_element_wise(
            table["policy"].fill_null(""), table["edition"].fill_null(""), "@"
        )
        for pair in pc.unique(pairs).to_pylist():
            policy, _, edition = pair.partition("@")
            counts = found.setdefault((policy, edition), Counts())
            _add(counts, table.filter(pc.equal(pairs, pair)))
    return dict(sorted(found.items()))


def _add(counts: Counts, rows: pa.Table) -> None:
    counts.outcomes.update(_counted(rows["outcome"]))
    counts.errors.update(_counted(rows["error"].drop_null()))
    for name in LISTS:
        if name in rows.column_names:
            counts.lists.setdefault(name, Counter()).update(_counted(pc.list_flatten(rows[name])))


def _counted(column: pa.ChunkedArray) -> dict[str, int]:
    return {each["values"]: each["counts"] for each in pc.value_counts(column).to_pylist()}


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


def text(found: Summary) -> str:
    """The counts as people read them."""
    blocks = []
    for (policy, edition), counts in found.items():
        total = counts.outcomes.total()
        lines = [f"{policy or 'no policy'}{f', edition {edition}' if edition else ''}: {total:,} rows"]
        lines += _rows("outcome", counts.outcomes, total)
        for name, counter in counts.lists.items():
            lines += _rows(name, counter, total)
        lines += _rows("error", counts.errors, total)
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _rows(name: str, counter: Counter[str], total: int) -> list[str]:
    """The most frequent of them, each with its share of all rows."""
    lines = [f"  {name}"] if counter else []
    for each, count in sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:_MOST]:
        lines.append(f"    {count:>12,}  {100 * count / total:5.1f} %  {each}")
    if len(counter) > _MOST:
        lines.append(f"    and {len(counter) - _MOST} more")
    return lines
