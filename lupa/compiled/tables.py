"""A table of records in, a table of verdicts out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyarrow as pa

from lupa.compiled.behind import set_apart
from lupa.compiled.broken import alike
from lupa.compiled.columns import Columns
from lupa.compiled.distinct import Codes, coded, without_views
from lupa.compiled.headings import check_handed_on, check_kinds, columns_of
from lupa.compiled.kernel import Answers, Kernel, unpacked
from lupa.compiled.texts import PLACES, Lists, TextLists, Texts, listed, plainly
from lupa.compiled.verdicts import Verdicts
from lupa.compiled.words import Words
from lupa.errors import CaseError, LupaError, Problem, on_one_line, shown
from lupa.record.case import ASKED_FOR
from lupa.record.routing import routed

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


class Tables:
    """A compiled policy for tables whose columns are named alike."""

    def __init__(
        self, compiled: Verdicts, outputs: Sequence[str], ids: Sequence[str], ignored: Sequence[str] = (),
        renamed: Mapping[str, str] | None = None,
        texts: bool = False,
    ) -> None:  # fmt: skip
        if compiled.rules is None:
            raise CaseError(
                "it was sent here without the rules, which tables need; compile it where it is used"
            )
        self._compiled = compiled
        self._rules = compiled.rules
        self._outputs = tuple(dict.fromkeys([outputs] if isinstance(outputs, str) else outputs))
        self.schema = schema_of(self._outputs)
        self._ids = (ids,) if isinstance(ids, str) else tuple(ids)
        check_handed_on(self._ids, self.schema)
        self._ignored = {*self._ids, *ignored}
        self._renamed = renamed or {}
        self._texts = texts
        self._places = [place for place, output in enumerate(compiled.outputs) if output.kind in _KINDS]
        self._kernel = Kernel(compiled, self._places)
        self._columns: dict[tuple[str, ...], Columns] = {}
        self._judged: dict[str, dict[str, Any]] = {}

    def table(self, table: Any) -> pa.Table:
        """The verdict on each row."""
        with _of_arrow(table):
            given = pa.table(table)
        return self._answered(self._given(given))

    def batches(self, reader: Any) -> Iterator[pa.RecordBatch]:
        """The verdicts on each batch of a stream."""
        with _of_arrow(reader):
            stream = pa.RecordBatchReader.from_stream(reader)
        for batch in stream:
            table = self._given(pa.Table.from_batches([batch]))
            yield from self._answered(table).combine_chunks().to_batches()

    def _given(self, table: pa.Table) -> pa.Table:
        """A table as it is read here."""
        return set_apart(self._rules.store, without_views(table), self._renamed, self._ignored)

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
            check_kinds(found, table.schema)
            self._columns[names] = Columns(self._compiled, self._rules, found, texts=self._texts)
        return self._columns[names]

    def _answered(self, table: pa.Table) -> pa.Table:
        """The verdict on each row, but for those that ask for something else."""
        return plainly(self.in_short(table, self._elsewhere(table)), [name for name, _ in self.schema])

    def _elsewhere(self, table: pa.Table) -> list[tuple[Codes, str]]:
        """The rows that ask another policy, or for what this one does not cover, with why."""
        said = [name for name in table.column_names if name not in self._ignored]
        meant = {self._renamed.get(name, name).removeprefix("request."): name for name in said}
        keys = [key for key in ("policy", *ASKED_FOR, "payer") if key in meant]
        if not keys:
            return []
        codes, values = coded([table.column(meant[key]) for key in keys])
        whys = [self._why_elsewhere(dict(zip(keys, of, strict=True))) for of in values]
        return [(np.flatnonzero(codes == code), why) for code, why in enumerate(whys) if why]

    def _why_elsewhere(self, said: Mapping[str, Any]) -> str:
        own = f"{self._compiled.policy}@{self._compiled.edition}"
        if said.get("policy") not in (None, self._compiled.policy, own):
            return f"request.policy: {shown(said['policy'])} is asked, and {own} decides here"
        request = {key: value for key, value in said.items() if value is not None}
        try:
            routed(self._rules.store, {**request, "policy": own})
        except CaseError as error:
            return on_one_line(error)
        return ""

    def in_short(self, table: pa.Table, elsewhere: Sequence[tuple[Codes, str]] = ()) -> pa.Table:
        """The verdict on each row, with texts that rows share held once; but for some, with why.

        What is asked for is not looked at: whoever sends a row here says that it is about this policy.
        """
        columns = self._columns_of(table)
        count = table.num_rows
        told = columns.told(table)
        answers = self._kernel.answers(told.said, -(-count // 64))
        refused = {row: why for rows, why in told.wrong for row in rows.tolist()}
        bad = np.zeros(count, dtype=bool)
        bad[list(refused)] = True
        rows, lawful = told.odd, unpacked(answers.lawful, count)
        if set(BY_RULES) & set(self._outputs):
            rows = rows | (lawful & ~bad)
        for others, why in elsewhere:
            bad[others], rows[others] = True, False
            refused |= dict.fromkeys(others.tolist(), why)
        odd, clashing = np.flatnonzero(rows), np.flatnonzero(~(lawful | bad | rows))
        judged = self._by_rules(columns, table, odd)
        _, first, which = np.unique(
            alike(self._compiled, told.said, told.spoken, clashing), return_index=True, return_inverse=True
        )
        clash = self._by_rules(columns, table, clashing[first])
        judged += [clash[place] for place in which.tolist()]
        about = {"policy": self._compiled.policy, "edition": self._compiled.edition, "outcome": "invalid"}
        failed = np.flatnonzero(bad & ~rows)
        judged += [{**about, "error": refused[row]} for row in failed.tolist()]
        apart = np.concatenate([odd, clashing, failed])
        main = self._told(answers, count)
        found = {name: table.column(name) for name in self._ids}
        found |= {
            name: main[name].column([row.get(name) for row in judged], apart) for name, _ in self.schema
        }
        return pa.table(found)

    # ---- by diagrams ---------------------------------------------------------------------------

    def _told(self, answers: Answers, count: int) -> dict[str, Texts | TextLists]:
        names = self._compiled.outcomes
        order = sorted(range(len(names)), key=lambda place: names[place])
        possible = answers.possible[order]
        ordered = [names[place] for place in order]
        one = several = np.zeros(possible.shape[1], dtype=np.uint64)
        for each in possible:
            one, several = one | each, several | (one & each)
        comes_to = {name: each & ~several for name, each in zip(ordered, possible, strict=True)}
        outcome = np.zeros(count, dtype=np.int32)
        for place, each in enumerate([*comes_to.values(), several]):
            outcome += unpacked(each, count) * np.int32(place)
        same = np.zeros(count, dtype=np.int32)
        lists = {
            "possible": Lists(ordered, possible),
            **self._lists(answers, comes_to, dict(zip(ordered, possible, strict=True))),
        }
        return {
            "policy": Texts([self._compiled.policy], same),
            "edition": Texts([self._compiled.edition], same),
            "outcome": Texts([*ordered, "pend"], outcome),
            **{name: listed(lists[name], count) for name in (*ALWAYS, *self._outputs) if name in lists},
            **{name: TextLists([], pa.nulls(1, PLACES), same) for name in BY_RULES},
            "error": Texts([None], same),
        }

    def _lists(
        self, answers: Answers, comes_to: Mapping[str, Words], possible: Mapping[str, Words]
    ) -> dict[str, Lists]:
        ids: dict[str, list[str]] = {kind: [] for kind in _KINDS}
        rows: dict[str, list[int]] = {kind: [] for kind in _KINDS}
        for row, place in enumerate(self._places):
            output = self._compiled.outputs[place]
            ids[output.kind].append(output.id)
            rows[output.kind].append(row)
        no = {kind: answers.no[rows[kind]] for kind in _KINDS}
        yes = {kind: answers.yes[rows[kind]] for kind in _KINDS}
        certain = {kind: yes[kind] & ~no[kind] for kind in _KINDS}
        never = np.zeros_like(answers.lawful)

        def which(kind: str) -> Words:
            """Those that are certain, or where none is, those that are possible."""
            any_certain: Words = np.bitwise_or.reduce(certain[kind], axis=0, initial=0)
            either: Words = certain[kind] | (yes[kind] & ~any_certain)
            return either

        here = yes["applies"]
        modified = comes_to.get("modify", never)
        return {
            "unmet": Lists(ids["criterion"], here & ~yes["criterion"]),
            "open": Lists(ids["criterion"], here & no["criterion"] & yes["criterion"]),
            "met": Lists(ids["criterion"], here & ~no["criterion"]),
            "bases": Lists(
                [*ids["basis"], *ids["referral"]],
                np.concatenate(
                    [
                        which("basis") & comes_to.get("deny", never),
                        which("referral") & comes_to.get("refer", never),
                    ]
                ),
            ),
            "limits": Lists(
                ids["limit"],
                (which("limit") & modified)
                | (certain["limit"] & ~modified & possible.get("modify", never)),
            ),
            "scope": Lists(ids["scope"], certain["scope"]),
            "advisories": Lists(ids["advisory"], certain["advisory"]),
            "notes": Lists(ids["note"], certain["note"]),
            "pathways": Lists(ids["pathway"], yes["pathway"]),
        }

    # ---- by rules ------------------------------------------------------------------------------

    def _by_rules(self, columns: Columns, table: pa.Table, rows: Codes) -> list[dict[str, Any]]:
        """What the rules say of single rows."""
        found = []
        names = [column.name for column in columns.columns]
        for row in table.select(names).take(pa.array(rows)).to_pylist():
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
            return {**about, "outcome": "invalid", "error": on_one_line(error)}
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


@contextmanager
def _of_arrow(given: Any) -> Iterator[None]:
    """What is no table, or no stream, of Arrow is refused in words."""
    try:
        yield
    except (TypeError, ValueError, pa.ArrowException) as error:
        words = "a table, or a stream, that any library offers as Arrow's is expected"
        raise CaseError(f"{words}, not {type(given).__name__} ({' '.join(str(error).split())})") from error
