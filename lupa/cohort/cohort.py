"""Rows of a table to the policies and editions that they are about, and what these say of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from lupa.answers.desk import Desk
from lupa.compiled.behind import set_apart
from lupa.compiled.distinct import coded, plain_type, without_views
from lupa.compiled.headings import check_handed_on
from lupa.compiled.tables import Tables, schema_of
from lupa.compiled.texts import in_short
from lupa.compiled.values import plain_value
from lupa.errors import CaseError, on_one_line, shown
from lupa.record.behind import apart, written_behind
from lupa.record.case import ASKED_FOR
from lupa.record.record import ROUTING
from lupa.record.routing import routed
from lupa.rules.files import fingerprint
from lupa.rules.onfile import text_of

_KEPT = 100_000
"""So many requests are remembered with the editions that answer them."""


@dataclass(frozen=True)
class Wanted:
    """What is asked of a cohort.

    `policies` answer for every row, each perhaps with its edition; without any the columns `policy`,
    `drug`, `service`, `code` and `payer` say which. `outputs` are further columns, `ids` those that are
    handed on, `ignored` those that say nothing here; `renamed` gives columns the names of facts. With
    `texts` all values are texts, as in CSV.
    """

    policies: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    texts: bool = False

    def __post_init__(self) -> None:
        """What is named twice is told once."""
        for name in ("outputs", "ids"):
            object.__setattr__(self, name, tuple(dict.fromkeys(getattr(self, name))))


class Cohort:
    """Decides tables of patients by the policies of one knowledge base."""

    def __init__(self, kb: Desk, wanted: Wanted) -> None:
        self._kb = kb
        self._wanted = wanted
        self._tables: dict[tuple[str, str], Tables] = {}
        self._answering: dict[str, list[tuple[str, tuple[str, str] | str]]] = {}
        schema_of(wanted.outputs)  # what is not known is told before anything is read
        for policy in wanted.policies:
            name, at, edition = policy.partition("@")
            if at:
                kb.edition_named(name, edition)
            kb.about(name)

    @property
    def fingerprint(self) -> str:
        """A digest of all rules of the knowledge base."""
        files = self._kb.files
        paths = {*files.core, *(path for policy in self._kb.policies for path in files.own(policy))}
        return fingerprint({str(path.relative_to(files.root)): text_of(path) for path in paths})

    def schema(self, given: pa.Schema) -> pa.Schema:
        """The columns of what is told of a table with these columns."""
        said = map(given.field, self._wanted.ids)
        ids = [field.with_type(plain_type(field.type)) for field in said]
        return pa.schema([*ids, *(pa.field(name, kind) for name, kind in schema_of(self._wanted.outputs))])

    def check(self, names: Sequence[str]) -> None:
        """Raises `CaseError` for columns that are needed and not there, or the other way round."""
        w = self._wanted
        for name in (*w.ids, *w.ignored, *w.renamed):
            if name not in names:
                raise CaseError(f"there is no column {shown(name)}; there are {', '.join(names)}")
        for name in w.renamed:
            if name in {*w.ids, *w.ignored}:
                raise CaseError(
                    f"column {shown(name)} cannot say {shown(w.renamed[name])}: one that is handed on, or "
                    "ignored, says nothing; leave out one of --map, --id and --ignore"
                )
        check_handed_on(w.ids, schema_of(w.outputs))
        meant = self._meant(names)
        if w.policies and "policy" in meant:
            raise CaseError(
                "a column says which policy is asked, and --policy says it too; leave out one of them "
                "(--ignore policy)"
            )
        if not w.policies and meant.keys().isdisjoint(("policy", *ASKED_FOR)):
            columns = ", ".join(("policy", *ASKED_FOR))
            raise CaseError(f"no column says which policy is asked ({columns}); name one with --policy")

    def _meant(self, names: Sequence[str]) -> dict[str, str]:
        """The columns that say something here, by what they say."""
        w = self._wanted
        said = [name for name in names if name not in {*w.ids, *w.ignored}]
        return {w.renamed.get(name, name).removeprefix("request."): name for name in said}

    def decided(self, table: pa.Table) -> pa.Table:
        """What is told of each row, in their order; of one that several policies answer, once for each."""
        return self.in_short(table).cast(self.schema(table.schema))

    def in_short(self, table: pa.Table) -> pa.Table:
        """The same, with texts that rows share held once."""
        w = self._wanted
        table = set_apart(self._kb, without_views(table), w.renamed, {*w.ids, *w.ignored})
        told_of = {name for name, _ in schema_of(self._wanted.outputs)}
        schema = pa.schema(
            [f.with_type(in_short(f.type)) if f.name in told_of else f for f in self.schema(table.schema)]
        )
        pieces, places, ranks = [], [], []
        for key, rows, rank in self._routed(table):
            part = table if len(rows) == table.num_rows else table.take(pa.array(rows))
            if isinstance(key, str):
                told = self._refused(part, rank[1], key)
            else:
                told = self._of(key, table.column_names).in_short(part)
            pieces.append(told)
            places.append(rows)
            ranks.append(np.full(len(rows), rank[0]))
        if not pieces:
            return schema.empty_table()
        if len(pieces) == 1:
            return pieces[0].combine_chunks()
        order = np.lexsort((np.concatenate(ranks), np.concatenate(places)))
        return pa.concat_tables(pieces).unify_dictionaries().take(pa.array(order)).combine_chunks()

    def _of(self, key: tuple[str, str], names: Sequence[str]) -> Tables:
        if key not in self._tables:
            w = self._wanted
            meant = (w.renamed.get(name, name).removeprefix("facts.") for name in names)
            read = any(name.startswith("reading") for name in meant)
            compiled = self._kb.compile("@".join(key), all_readings=read)
            self._tables[key] = Tables(compiled, w.outputs, w.ids, w.ignored, w.renamed, w.texts)
        return self._tables[key]

    def _refused(self, rows: pa.Table, policy: str, why: str) -> pa.Table:
        """What is told of rows that no policy answers."""
        count = rows.num_rows
        told = {"policy": policy or None, "outcome": "invalid", "error": why}
        columns = {name: rows.column(name) for name in self._wanted.ids}
        for name, kind in schema_of(self._wanted.outputs):
            columns[name] = pa.array([told.get(name)] * count, in_short(kind))
        return pa.table(columns)

    def _routed(self, table: pa.Table) -> Iterator[tuple[tuple[str, str] | str, Any, tuple[int, str]]]:
        """An edition with the rows that it answers, or why no edition does; and its rank for each row."""
        meant = self._meant(table.column_names)
        keys = [key for key in (*ROUTING, *written_behind(self._kb)) if key in meant]
        count = table.num_rows
        codes, values = np.zeros(count, dtype=np.int64), [()]
        if keys:
            codes, values = coded([table.column(meant[key]) for key in keys])
        rows: dict[tuple[Any, tuple[int, str]], list[int]] = {}
        for code, said in enumerate(values):
            answering = self._editions(dict(zip(keys, said, strict=True)))
            for place, (policy, found) in enumerate(answering):
                rows.setdefault((found, (place, policy)), []).append(code)
        for (found, rank), those in rows.items():
            here = np.flatnonzero(np.isin(codes, those))
            if len(here):
                yield found, here, rank

    def _editions(self, said: Mapping[str, Any]) -> list[tuple[str, tuple[str, str] | str]]:
        """The policies that answer a request, each with its edition or with why it has none."""
        key = repr(said)
        if key not in self._answering:
            if len(self._answering) >= _KEPT:
                self._answering.clear()
            self._answering[key] = list(self._found(said))
        return self._answering[key]

    def _found(self, said: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, str] | str]]:
        """The policies that answer a request, each with its edition or with why it has none."""
        request = {key: plain_value(value) for key, value in said.items() if value is not None}
        twice = apart(self._kb, {"request": request}).problems
        for policy in self._wanted.policies or (request.get("policy", ""),):
            asked = {**request, "policy": policy} if policy else request
            try:
                if twice:
                    raise CaseError(twice)
                found, without = routed(self._kb, asked)
            except CaseError as error:
                yield str(policy), on_one_line(error)
                continue
            for edition in found:
                yield edition.policy, (edition.policy, edition.name)
            for name, problem in without.items():
                yield name, str(problem)
