"""What people look at of a cohort: outcomes, what is not met and what is open, by policy and edition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from lupa.answers.counts import Counts, Summary, plain, text
from lupa.errors import counted

__all__ = ["LISTS", "plain", "summary", "text", "told_of_invalid"]

LISTS = ("unmet", "open", "bases", "limits", "missing", "advisories")


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


def told_of_invalid(tables: Iterable[pa.Table], notice: Callable[[str], None]) -> Iterator[pa.Table]:
    """The tables; and once they were all looked at, notice of how many rows could not be decided."""
    count = 0
    for table in tables:
        count += pc.sum(pc.equal(table["outcome"], "invalid")).as_py() or 0
        yield table
    if count:
        notice(f"of {counted(count, 'row')} the outcome is invalid; the column error says why")


def _add(counts: Counts, rows: pa.Table) -> None:
    counts.outcomes.update(_counted(rows["outcome"]))
    counts.errors.update(_counted(rows["error"].drop_null()))
    for name in LISTS:
        if name in rows.column_names:
            counts.lists.setdefault(name, Counter()).update(_counted(pc.list_flatten(rows[name])))


def _counted(column: pa.ChunkedArray) -> dict[str, int]:
    return {each["values"]: each["counts"] for each in pc.value_counts(column).to_pylist()}
