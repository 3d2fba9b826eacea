"""Columns of what is asked for, in whose values more of the request stands: `Benlysta IV`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pyarrow as pa

from lupa.compiled.distinct import coded
from lupa.compiled.values import plain_value
from lupa.record.behind import apart, written_behind
from lupa.rules.catalogue import KINDS
from lupa.rules.store import Store


def set_apart(
    store: Store, table: pa.Table, renamed: Mapping[str, str], ignored: Collection[str]
) -> pa.Table:
    """The table with what stands behind the name of what is asked for in columns of its own.

    `renamed` gives columns the names of what they say, `ignored` are those that say nothing here. A row
    that says two things stays as it is, and so does a table that has a column of a name that is needed
    and means something else.
    """
    said = [name for name in table.column_names if name not in ignored]
    meant = {renamed.get(name, name).removeprefix("request."): name for name in said}
    kinds = [kind for kind in written_behind(store) if kind in meant or kind not in table.column_names]
    for key in KINDS:
        if kinds and key in meant and _is_text(table.schema.field(meant[key]).type):
            table = _read(
                store, table, {key: meant[key], **{kind: meant.get(kind, kind) for kind in kinds}}
            )
    return table


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _read(store: Store, table: pa.Table, columns: Mapping[str, str]) -> pa.Table:
    """The table with what stands behind the names in the first of some columns in the others."""
    there = {key: name for key, name in columns.items() if name in table.column_names}
    codes, values = coded([table.column(name) for name in there.values()])
    said = [dict(zip(there, map(plain_value, of), strict=True)) for of in values]
    read = [_of(store, one) for one in said]
    for key, name in columns.items():
        column = [one.get(key) for one in read]
        if column == [one.get(key) for one in said]:
            continue
        array = pa.array(column, pa.string()).take(pa.array(codes))
        if name in there.values():
            table = table.set_column(table.column_names.index(name), name, array)
        else:
            table = table.append_column(name, array)
    return table


def _of(store: Store, said: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a row says of the request, with what stands behind the name in its own place."""
    told = apart(store, {"request": {key: value for key, value in said.items() if value is not None}})
    return said if told.problems else {**said, **told.case["request"]}
