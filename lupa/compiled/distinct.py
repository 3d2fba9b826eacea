"""The distinct values of columns: what is said in many rows is read once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Codes = NDArray[np.int64]
"""For each row the place of its value."""


def coded(columns: Sequence[pa.ChunkedArray]) -> tuple[Codes, list[tuple[Any, ...]]]:
    """For each row the place of its values among those that are distinct, and these."""
    codes, values = _distinct(columns[0])
    found = [(value,) for value in values]
    for column in columns[1:]:
        more, values = _distinct(column)
        both, codes = np.unique(codes * len(values) + more, return_inverse=True)
        found = [(*found[code // len(values)], values[code % len(values)]) for code in both.tolist()]
    return codes, found


def _distinct(column: pa.ChunkedArray) -> tuple[Codes, list[Any]]:
    """The same for one column."""
    kind = column.type
    if pa.types.is_boolean(kind):
        codes = column.cast(pa.int8()).fill_null(2).to_numpy().astype(np.int64)
        return codes, [False, True, None]
    if pa.types.is_nested(kind):
        known: dict[str, int] = {}
        values: list[Any] = []
        places = np.empty(len(column), dtype=np.int64)
        for row, value in enumerate(column.to_pylist()):
            key = repr(value)
            if key not in known:
                known[key] = len(values)
                values.append(value)
            places[row] = known[key]
        return places, values
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
    encoded = column.dictionary_encode(null_encoding="encode").combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0) if encoded.num_chunks else pa.array([], kind).dictionary_encode()
    return encoded.indices.to_numpy().astype(np.int64), encoded.dictionary.to_pylist()


def without_views(table: pa.Table) -> pa.Table:
    """The table with texts as every function of Arrow takes them, which views are not."""
    fields = [field.with_type(_without_view(field.type)) for field in table.schema]
    return table.cast(pa.schema(fields))


def _without_view(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.list_(_without_view(kind.value_type))
    return kind
