"""Rows that are called the same, of which perhaps one is there by mistake."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lupa.errors import printable

LOOKED_AT = 1 << 20
"""So many rows are looked at: what they are called is held until the end."""
_NAMED = 3
_ROW = "\0row"  # a name that no column has


class Repeated:
    """Looks at what the rows of tables are called, by columns of `ids`, while the tables pass."""

    def __init__(self, ids: Sequence[str], most: int = LOOKED_AT) -> None:
        self._ids = list(ids)
        self._most = most
        self._rows = 0
        self._held: list[pa.Table] = []

    def watching(self, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """The tables as they are."""
        for table in tables:
            if self._ids and self._rows < self._most:
                kept = table.select(self._ids).slice(0, self._most - self._rows)
                numbers = np.arange(self._rows + 1, self._rows + 1 + kept.num_rows)
                self._held.append(kept.append_column(_ROW, pa.array(numbers)))
            self._rows += table.num_rows
            yield table

    def _all_differ(self, held: pa.Table) -> bool:
        """Whether some column of whole numbers alone tells every two rows apart."""
        columns = [held[name] for name in self._ids if pa.types.is_integer(held[name].type)]
        numbers = (np.sort(each.drop_null().to_numpy()) for each in columns)
        return any((each[1:] != each[:-1]).all() for each in numbers)

    def told(self) -> str:
        """How many ids are in several rows, with the places of the first of them; empty if none is.

        What the ids are is not told: they are a patient's.
        """
        if not self._held or any(pa.types.is_nested(f.type) for f in self._held[0].schema):
            return ""
        held = pa.concat_tables(self._held)
        if self._all_differ(held):  # as nearly always; grouping them all takes far more time and memory
            return ""
        held = held.drop_null()
        numbers = [(_ROW, "min"), (_ROW, "max"), (_ROW, "count")]
        found = held.group_by(self._ids, use_threads=False).aggregate(numbers)
        several = found.filter(pc.greater(found[f"{_ROW}_count"], 1)).sort_by(f"{_ROW}_min")
        if not several.num_rows:
            return ""
        first, last, count = (several[f"{_ROW}_{what}"].to_pylist() for what in ("min", "max", "count"))
        places = [
            f"rows {one:,} and {other:,}" if rows == 2 else f"{rows:,} rows from {one:,} to {other:,}"
            for one, other, rows in list(zip(first, last, count, strict=True))[:_NAMED]
        ]
        more = several.num_rows - len(places)
        named = f"{'; '.join(places)}{f'; and {more:,} more' if more else ''}"
        looked = f" of the first {self._most:,} rows" if self._rows > self._most else ""
        are = "1 id is" if several.num_rows == 1 else f"{several.num_rows:,} ids are"
        columns = printable(", ".join(self._ids))
        return f"{columns}: {are} in more than one row{looked} ({named}); each row is decided by itself"
