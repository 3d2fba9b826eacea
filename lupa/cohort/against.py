"""Who would be decided otherwise: the same rows by two editions, or by two knowledge bases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lupa.answers.desk import Desk
from lupa.cohort.cohort import Cohort, Wanted
from lupa.errors import CaseError

TOLD = ("edition", "outcome", "possible", "unmet", "error")
"""What is told of a row before and after."""
PATHWAYS = "pathways"
"""Further told of it: the pathways that it may be on by either."""
_MOST = 10
_MEMBERS = 200
"""So many members are named; the file has each."""


@dataclass
class Shifts:
    """Of `rows` rows that were decided, those whose possible outcomes are not the same.

    `moves` count them by policy, outcome before and after, `ways` by policy, pathways and both outcomes;
    `criteria` say of how many a criterion comes to be unmet, or no longer is, by policy too. `members` are
    the first of them, with what they are called by in the file, and both outcomes.
    """

    rows: int = 0
    moves: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    ways: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    criteria: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    members: list[dict[str, Any]] = field(default_factory=list)


class Against:
    """Decides tables twice, and tells of the rows whose possible outcomes are not the same."""

    def __init__(self, before: tuple[Desk, Wanted], after: tuple[Desk, Wanted]) -> None:
        self._before, self._after = (
            Cohort(desk, replace(wanted, outputs=tuple({**dict.fromkeys(wanted.outputs), PATHWAYS: None})))
            for desk, wanted in (before, after)
        )
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
        fields = [*(told.field(name) for name in (*self._ids, "policy", PATHWAYS))]
        for when in ("before", "after"):
            fields += [told.field(name).with_name(f"{name}_{when}") for name in TOLD]
        return pa.schema(fields)

    def in_short(self, table: pa.Table) -> pa.Table:
        """The rows that are decided otherwise, with what is told of them before and after."""
        before, after = self._before.decided(table), self._after.decided(table)
        if before.num_rows != after.num_rows:
            raise CaseError("a row is answered by fewer policies on one side; name one with --policy")
        columns: dict[str, Any] = {name: before[name] for name in (*self._ids, "policy")}
        columns[PATHWAYS] = pc.if_else(
            pc.equal(before["outcome"], "invalid"), after[PATHWAYS], before[PATHWAYS]
        )
        for when, each in (("before", before), ("after", after)):
            columns |= {f"{name}_{when}": each[name] for name in TOLD}
        both = pa.table(columns).cast(self.schema(table.schema))
        same = [pc.fill_null(_text(table_["possible"]), "invalid") for table_ in (before, after)]
        return both.filter(pc.not_equal(*same)).combine_chunks()


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A list as one text."""
    return pc.binary_join(column, ";")


def shifts(tables: Iterable[pa.Table], rows: int) -> Shifts:
    """What is told of rows that are decided otherwise, counted; of so many that were decided."""
    found = Shifts(rows)
    for table in tables:
        ids = table.column_names[: table.column_names.index("policy")]
        seen = ("policy", PATHWAYS, "outcome_before", "outcome_after", "unmet_before", "unmet_after")
        for row in table.select([*ids, *seen]).to_pylist():
            _add(found, row, ids)
    return found


def _add(found: Shifts, row: Mapping[str, Any], ids: Sequence[str]) -> None:
    policy, before, after = str(row["policy"] or ""), row["outcome_before"], row["outcome_after"]
    ways = " or ".join(way.replace(",", ", ") for way in row[PATHWAYS] or ()) or "no pathway"
    found.moves[policy, before, after] += 1
    found.ways[policy, ways, before, after] += 1
    was, now = (set(row[f"unmet_{when}"] or ()) for when in ("before", "after"))
    found.criteria.update((policy, name, "no longer unmet") for name in was - now)
    found.criteria.update((policy, name, "now unmet") for name in now - was)
    if len(found.members) < _MEMBERS:
        called = {name: row[name] for name in ids}
        found.members.append(
            {"ids": called, "policy": policy, "pathways": ways, "before": before, "after": after}
        )


def plain(found: Shifts) -> dict[str, Any]:
    """The counts as JSON can say them, the most rows first; `differ` is how many are decided otherwise."""
    return {
        "rows": found.rows,
        "differ": found.moves.total(),
        "moves": _rows(found.moves, "policy", "before", "after"),
        "pathways": _rows(found.ways, "policy", "pathways", "before", "after"),
        "criteria": _rows(found.criteria, "policy", "criterion", "change"),
        "members": found.members,
    }


def _rows(counter: Counter[Any], *names: str) -> list[dict[str, Any]]:
    return [{**dict(zip(names, key, strict=True)), "rows": count} for key, count in _ordered(counter)]


def text(found: Shifts) -> str:
    """The shifts as people read them."""
    lines = [f"{found.moves.total():,} of {found.rows:,} rows would be decided otherwise"]
    for (policy, before, after), count in _ordered(found.moves):
        lines.append(f"  {count:>12,}  {policy}: {before} -> {after}")
    if found.ways:
        lines.append("pathways")
    for (_, ways, before, after), count in _ordered(found.ways)[:_MOST]:
        lines.append(f"  {count:>12,}  {ways}: {before} -> {after}")
    if len(found.ways) > _MOST:
        lines.append(f"  and {len(found.ways) - _MOST} more")
    if found.criteria:
        lines.append("criteria")
    for (_, name, how), count in _ordered(found.criteria)[:_MOST]:
        lines.append(f"  {count:>12,}  {name} {how}")
    if len(found.criteria) > _MOST:
        lines.append(f"  and {len(found.criteria) - _MOST} more")
    return "\n".join(lines)


def _ordered(counter: Counter[Any]) -> list[tuple[Any, int]]:
    return sorted(counter.items(), key=lambda item: (-item[1], tuple(map(str, item[0]))))
