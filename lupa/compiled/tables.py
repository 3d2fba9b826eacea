"""A table of records in, a table of verdicts out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from lupa.compiled.columns import Columns
from lupa.compiled.compiled import Compiled
from lupa.compiled.distinct import without_views
from lupa.compiled.headings import columns_of
from lupa.compiled.kernel import Answers, Bools, Kernel
from lupa.errors import CaseError, LupaError, Problem, shown

ALWAYS = ("possible", "unmet", "open", "bases", "limits")
"""What is told of every row, each a list of ids."""
FURTHER = ("met", "scope", "advisories", "notes", "pathways")
"""What is told too where it is asked for."""
BY_RULES = ("missing", "reason")
"""What is told by the rules alone, one record after the other: what can still matter, and a reason."""
_KINDS = ("applies", "criterion", "basis", "referral", "limit", "scope", "advisory", "note", "pathway")
_TEXTS = pa.list_(pa.string())
_SPARE = 4096
"""So many rows that the rules judged are remembered."""


def schema_of(outputs: Sequence[str]) -> list[tuple[str, pa.DataType]]:
    """The columns that are told, with these further ones; raises `CaseError` for one that is not."""
    for name in outputs:
        if name not in (*FURTHER, *BY_RULES):
            known = ", ".join((*FURTHER, *BY_RULES))
            raise CaseError(f"{shown(name)} is no further output; known are {known}")
    return [
        ("policy", pa.string()),
        ("edition", pa.string()),
        ("outcome", pa.string()),
        *((name, _TEXTS) for name in (*ALWAYS, *outputs)),
        ("error", pa.string()),
    ]


class Lists(NamedTuple):
    """Ids, and for each and each row whether it is in that row's list."""

    names: Sequence[str]
    has: Bools


class Tables:
    """A compiled policy for tables whose columns are named alike."""

    def __init__(
        self, compiled: Compiled, outputs: Sequence[str], ids: Sequence[str], ignored: Sequence[str] = (),
        renamed: Mapping[str, str] | None = None,
        texts: bool = False,
    ) -> None:  # fmt: skip
        if compiled.rules is None:
            raise CaseError(
                "it was sent here without the rules, which tables need; compile it where it is used"
            )
        self._compiled = compiled
        self._rules = compiled.rules
        self._outputs = tuple(dict.fromkeys(outputs))
        self.schema = schema_of(self._outputs)
        self._ids = tuple(ids)
        self._ignored = {*ids, *ignored}
        self._renamed = renamed or {}
        self._texts = texts
        self._places = [place for place, output in enumerate(compiled.outputs) if output.kind in _KINDS]
        self._kernel = Kernel(compiled, self._places)
        self._columns: dict[tuple[str, ...], Columns] = {}
        self._judged: dict[str, dict[str, Any]] = {}

    def table(self, table: Any) -> pa.Table:
        """The verdict on each row."""
        return self.decided(without_views(pa.table(table)))

    def batches(self, reader: Any) -> Iterator[pa.RecordBatch]:
        """The verdicts on each batch of a stream."""
        for batch in pa.RecordBatchReader.from_stream(reader):
            yield from (
                self.decided(without_views(pa.Table.from_batches([batch]))).combine_chunks().to_batches()
            )

    def _columns_of(self, table: pa.Table) -> Columns:
        names = tuple(name for name in table.column_names if name not in self._ignored)
        lacking = [name for name in self._ids if name not in table.column_names]
        if lacking:
            known = ", ".join(table.column_names)
            raise CaseError([Problem(f"column {shown(lacking[0])}", f"is not there; there are {known}")])
        if names not in self._columns:
            edition = self._rules.edition
            try:
                found = columns_of(edition, names, self._renamed)
            except CaseError:  # what other policies ask of need not be known to this one
                heads = {self._renamed.get(name, name).partition(".")[0] for name in names}
                found = columns_of(edition, names, self._renamed, tuple(self._rules.others(heads)))
            self._columns[names] = Columns(self._compiled, self._rules, found, texts=self._texts)
        return self._columns[names]

    def decided(self, table: pa.Table) -> pa.Table:
        """The verdict on each row of an Arrow table."""
        columns = self._columns_of(table)
        count = table.num_rows
        told = columns.told(table)
        answers = self._kernel.answers(told.said, count)
        main = self._told(answers, count)
        refused = {row: why for rows, why in told.wrong for row in rows.tolist()}
        bad = np.zeros(count, dtype=bool)
        bad[list(refused)] = True
        rows = told.odd | (~answers.lawful & ~bad)
        if self._outputs and set(BY_RULES) & set(self._outputs):
            rows |= ~bad
        odd = np.flatnonzero(rows)
        names = [column.name for column in columns.columns]
        judged = self._by_rules(columns, table.select(names).take(odd).to_pylist())
        about = {"policy": self._compiled.policy, "edition": self._compiled.edition, "outcome": "invalid"}
        failed = np.flatnonzero(bad & ~rows)
        judged += [{**about, "error": refused[row]} for row in failed.tolist()]
        found = _merged(main, judged, np.concatenate([odd, failed]), self.schema)
        for place, name in enumerate(self._ids):
            found = found.add_column(place, table.field(name), table.column(name))
        return found

    # ---- by diagrams ---------------------------------------------------------------------------

    def _told(self, answers: Answers, count: int) -> pa.Table:
        outcomes = self._compiled.outcomes
        order = sorted(range(len(outcomes)), key=lambda place: outcomes[place])
        possible = answers.possible[order]
        names = [outcomes[place] for place in order]
        settled = possible.sum(axis=0) == 1
        outcome = np.where(settled, possible.argmax(axis=0), len(names))
        columns: dict[str, Any] = {
            "policy": pa.repeat(self._compiled.policy, count),
            "edition": pa.repeat(self._compiled.edition, count),
            "outcome": pa.array([*names, "pend"], pa.string()).take(pa.array(outcome)),
        }
        lists = {"possible": Lists(names, possible), **self._lists(answers, names, outcome, possible)}
        for name in (*ALWAYS, *(name for name in self._outputs if name in FURTHER)):
            columns[name] = _listed(lists[name])
        for name in self._outputs:
            if name in BY_RULES:
                columns[name] = pa.nulls(count, _TEXTS)
        columns["error"] = pa.nulls(count, pa.string())
        return pa.table(columns).select([name for name, _ in self.schema])

    def _lists(self, answers: Answers, names: list[str], outcome: Any, possible: Bools) -> dict[str, Lists]:
        ids: dict[str, list[str]] = {kind: [] for kind in _KINDS}
        rows: dict[str, list[int]] = {kind: [] for kind in _KINDS}
        for row, place in enumerate(self._places):
            output = self._compiled.outputs[place]
            ids[output.kind].append(output.id)
            rows[output.kind].append(row)
        no = {kind: answers.no[rows[kind]] for kind in _KINDS}
        yes = {kind: answers.yes[rows[kind]] for kind in _KINDS}
        certain = {kind: yes[kind] & ~no[kind] for kind in _KINDS}

        def which(kind: str) -> Bools:
            """Those that are certain, or where none is, those that are possible."""
            return np.where(certain[kind].any(axis=0), certain[kind], yes[kind])

        def comes_to(name: str) -> Bools:
            return outcome == names.index(name) if name in names else np.zeros(len(outcome), dtype=bool)

        can_be_modify = possible[names.index("modify")] if "modify" in names else comes_to("modify")
        here = yes["applies"]
        return {
            "unmet": Lists(ids["criterion"], here & ~yes["criterion"]),
            "open": Lists(ids["criterion"], here & no["criterion"] & yes["criterion"]),
            "met": Lists(ids["criterion"], here & ~no["criterion"]),
            "bases": Lists(
                [*ids["basis"], *ids["referral"]],
                np.concatenate([which("basis") & comes_to("deny"), which("referral") & comes_to("refer")]),
            ),
            "limits": Lists(
                ids["limit"],
                np.where(comes_to("modify"), which("limit"), certain["limit"] & can_be_modify),
            ),
            "scope": Lists(ids["scope"], certain["scope"]),
            "advisories": Lists(ids["advisory"], certain["advisory"]),
            "notes": Lists(ids["note"], certain["note"]),
            "pathways": Lists(ids["pathway"], yes["pathway"]),
        }

    # ---- by rules ------------------------------------------------------------------------------

    def _by_rules(self, columns: Columns, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """What the rules say of single rows."""
        found = []
        for row in rows:
            key = repr(tuple(row.values()))
            if key not in self._judged:
                if len(self._judged) >= _SPARE:
                    self._judged.clear()
                self._judged[key] = self._judge(columns, list(row.values()))
            found.append(self._judged[key])
        return found

    def _judge(self, columns: Columns, values: list[Any]) -> dict[str, Any]:
        about = {"policy": self._compiled.policy, "edition": self._compiled.edition}
        try:
            case = columns.case(columns.columns, values)
            decision = self._rules.decide(case)
            told = {"missing": [m.fact for m in decision.missing]}
            if "reason" in self._outputs:
                told["reason"] = list(self._rules.reason(case))
        except LupaError as error:
            return {**about, "outcome": "invalid", "error": "; ".join(str(error).splitlines())}
        return {
            **about,
            "outcome": decision.outcome,
            "possible": list(decision.possible),
            "bases": [item.id for item in decision.bases],
            **{
                status: [each.id for each in decision.criteria if each.status == status]
                for status in ("unmet", "open", "met")
            },
            **{
                name: [item.id for item in getattr(decision, name)]
                for name in ("limits", "scope", "advisories", "notes")
            },
            "pathways": list(self._rules.pathways(case)) if "pathways" in self._outputs else [],
            **told,
        }


def _listed(lists: Lists) -> pa.ListArray:
    """For each row the names that it has."""
    _, places = np.nonzero(lists.has.T)
    offsets = np.concatenate([[0], lists.has.sum(axis=0).cumsum()]).astype(np.int32)
    texts = pa.array(list(lists.names), pa.string()).take(pa.array(places))
    return pa.ListArray.from_arrays(pa.array(offsets), texts)


def _merged(
    main: pa.Table, judged: Sequence[Mapping[str, Any]], rows: Any, schema: list[tuple[str, pa.DataType]]
) -> pa.Table:
    """The table with these rows in the place of its own."""
    if not len(rows):
        return main
    further = pa.table({name: pa.array([row.get(name) for row in judged], kind) for name, kind in schema})
    order = np.arange(main.num_rows)
    order[rows] = main.num_rows + np.arange(len(rows))
    return pa.concat_tables([main, further]).take(pa.array(order)).combine_chunks()
