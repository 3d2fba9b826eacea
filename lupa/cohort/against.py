"""Who would be decided otherwise: the same rows by two editions, or by two knowledge bases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lupa.answers.desk import Desk
from lupa.cohort.cohort import Cohort, Wanted
from lupa.errors import CaseError

TOLD = ("edition", "outcome", "possible", "unmet", "error")
"""What is told of a row before and after."""
_MOST = 10


class Against:
    """Decides tables twice, and tells of the rows whose possible outcomes are not the same."""

    def __init__(self, before: tuple[Desk, Wanted], after: tuple[Desk, Wanted]) -> None:
        self._before, self._after = Cohort(*before), Cohort(*after)
        self._ids = before[1].ids

    @property
    def fingerprint(self) -> str:
        """A digest of the rules of both."""
        return f"{self._before.fingerprint} {self._after.fingerprint}"

    def check(self, names: Sequence[str]) -> None:
        """As for a cohort."""
        self._before.check(names)
        self._after.check(names)

    def schema(self, given: pa.Schema) -> pa.Schema:
        """The columns that tell of a row."""
        told = self._before.schema(given)
        fields = [*(told.field(name) for name in (*self._ids, "policy"))]
        for when in ("before", "after"):
            fields += [told.field(name).with_name(f"{name}_{when}") for name in TOLD]
        return pa.schema(fields)

    def decided(self, table: pa.Table) -> pa.Table:
        """The rows that are decided otherwise, with what is told of them before and after."""
        before, after = self._before.decided(table), self._after.decided(table)
        if before.num_rows != after.num_rows:
            raise CaseError("a row is answered by fewer policies on one side; name one with --policy")
        columns: dict[str, Any] = {name: before[name] for name in (*self._ids, "policy")}
        for when, each in (("before", before), ("after", after)):
            columns |= {f"{name}_{when}": each[name] for name in TOLD}
        both = pa.table(columns).cast(self.schema(table.schema))
        same = [pc.fill_null(_text(table_["possible"]), "invalid") for table_ in (before, after)]
        return both.filter(pc.not_equal(*same)).combine_chunks()


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A list as one text."""
    return pc.binary_join(column, ";")


def shifts(tables: Iterable[pa.Table]) -> tuple[Counter[tuple[str, str, str]], Counter[tuple[str, str]]]:
    """How many rows go from an outcome to another, by policy; and how many criteria come to be unmet, or
    no longer are.
    """
    moves: Counter[tuple[str, str, str]] = Counter()
    criteria: Counter[tuple[str, str]] = Counter()
    for table in tables:
        names = ("policy", "outcome_before", "outcome_after")
        moves.update(zip(*(table[name].to_pylist() for name in names), strict=True))
        pairs = zip(table["unmet_before"].to_pylist(), table["unmet_after"].to_pylist(), strict=True)
        for before, after in pairs:
            criteria.update((name, "no longer unmet") for name in {*(before or ())} - {*(after or ())})
            criteria.update((name, "now unmet") for name in {*(after or ())} - {*(before or ())})
    return moves, criteria


def text(tables: Iterable[pa.Table], rows: int) -> str:
    """The shifts as people read them, of so many rows that were decided."""
    moves, criteria = shifts(tables)
    total = moves.total()
    lines = [f"{total:,} of {rows:,} rows would be decided otherwise"]
    for (policy, before, after), count in _ordered(moves):
        lines.append(f"  {count:>12,}  {policy}: {before} -> {after}")
    if criteria:
        lines.append("criteria")
    for (name, how), count in _ordered(criteria)[:_MOST]:
        lines.append(f"  {count:>12,}  {name} {how}")
    return "\n".join(lines)


def _ordered(counter: Counter[Any]) -> list[tuple[Any, int]]:
    return sorted(counter.items(), key=lambda item: (-item[1], tuple(map(str, item[0]))))
