"""The distinct values of columns: what is said in many rows is read once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lupa.compiled.kernel import packed
from lupa.compiled.words import Words

Codes = NDArray[np.int64]
"""For each row the place of its value."""
_DENSE = 8
"""Where there can be no more values than so many for each row, they are looked up, and not sorted."""


class Rows(Protocol):
    """Columns by their distinct values: for each row the place of its own among them."""

    @property
    def values(self) -> Sequence[tuple[Any, ...]]:
        """The values that rows have."""

    @property
    def codes(self) -> Codes:
        """For each row the place of its values."""

    def bits(self, of: Sequence[int]) -> tuple[Words | None, Words]:
        """The first and the second bit of what each value has, for each row.

        Nothing in place of the first where it is the opposite of the second in all of them.
        """


class Spoken(NamedTuple):
    """Columns, and the variables of which they say something in some row."""

    rows: Rows
    about: frozenset[int]


class Coded:
    """Columns of any kind."""

    def __init__(self, columns: Sequence[pa.ChunkedArray]) -> None:
        self.codes, self.values = coded(columns)

    def bits(self, of: Sequence[int]) -> tuple[Words | None, Words]:
        """See `Rows`."""
        found = np.array(of, dtype=np.uint8)[self.codes]
        first = packed((found & 1).view(bool)) if 3 in of else None
        return first, packed((found >> 1 & 1).view(bool))


class Truths:
    """One column of truth values, whose bits are looked at as they lie there."""

    values = ((False,), (True,), (None,))

    def __init__(self, column: pa.ChunkedArray) -> None:
        self._column = column
        array = column.combine_chunks()
        validity, values = array.buffers()
        known = _words(validity, array) if array.null_count else ~np.zeros(1, dtype=np.uint64)
        true = _words(values, array) & known
        self._are = known & ~true, true, ~known if array.null_count else None

    @cached_property
    def codes(self) -> Codes:
        """See `Rows`."""
        codes: Codes = self._column.cast(pa.int8()).fill_null(2).to_numpy().astype(np.int64)
        return codes

    def bits(self, of: Sequence[int]) -> tuple[Words | None, Words]:
        """See `Rows`."""
        there = [(bits, are) for bits, are in zip(of, self._are, strict=True) if are is not None]
        found = np.zeros((2, len(self._are[1])), dtype=np.uint64)
        for bits, are in there:
            for side in (0, 1):
                if bits >> side & 1:
                    found[side] |= are
        return found[0] if any(bits == 3 for bits, _ in there) else None, found[1]


def _words(buffer: pa.Buffer, array: pa.Array) -> Words:
    """The bits of a buffer that stand for the values of an array whose chunks were put together."""
    words = np.zeros(-(-len(array) // 64), dtype=np.uint64)
    size = -(-len(array) // 8)
    words.view(np.uint8)[:size] = np.frombuffer(buffer, np.uint8, size)
    return words


def coded(columns: Sequence[pa.ChunkedArray]) -> tuple[Codes, list[tuple[Any, ...]]]:
    """For each row the place of its values among those that are distinct, and these."""
    codes, values = _distinct(columns[0])
    found = [(value,) for value in values]
    for column in columns[1:]:
        more, values = _distinct(column)
        both, codes = _alike(codes * len(values) + more, len(found) * len(values))
        found = [(*found[code // len(values)], values[code % len(values)]) for code in both.tolist()]
    return codes, found


def _alike(keys: Codes, most: int) -> tuple[Codes, Codes]:
    """The keys that are distinct, in order, and for each row the place of its own; all are below `most`."""
    if most > _DENSE * len(keys):
        return np.unique(keys, return_inverse=True)
    there = np.zeros(most, dtype=bool)
    there[keys] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[keys]


def _distinct(column: pa.ChunkedArray) -> tuple[Codes, list[Any]]:
    """The same for one column."""
    if isinstance(column.type, pa.BaseExtensionType):
        column = pa.chunked_array([chunk.storage for chunk in column.chunks], column.type.storage_type)
    kind = column.type
    if pa.types.is_null(kind):
        return np.zeros(len(column), dtype=np.int64), [None]
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
    return encoded.indices.to_numpy().astype(np.int64), encoded.dictionary.to_pylist()


def without_views(table: pa.Table) -> pa.Table:
    """The table with columns of types that every function of Arrow takes, which views of texts are not."""
    for place, field in enumerate(table.schema):
        kind = plain_type(field.type)
        if kind != field.type:
            column = _as(table.column(place), kind)
            table = table.set_column(place, field.with_type(kind), column)
    return table


def plain_type(kind: pa.DataType) -> pa.DataType:
    """A type that holds the same in a plain way."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    if pa.types.is_dictionary(kind):
        return pa.dictionary(kind.index_type, plain_type(kind.value_type), kind.ordered)
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(plain_type(field.type)) for field in kind])
    if pa.types.is_map(kind):
        return pa.map_(plain_type(kind.key_type), plain_type(kind.item_type))
    if any(is_list(kind) for is_list in _LISTS):
        return pa.list_(plain_type(kind.value_type))
    return plain_type(kind.value_type) if pa.types.is_run_end_encoded(kind) else kind


_PLAIN = {
    pa.string_view(): pa.string(),
    pa.binary_view(): pa.binary(),
    pa.float16(): pa.float32(),
    pa.bool8(): pa.bool_(),
}
_LISTS = (
    pa.types.is_list,
    pa.types.is_large_list,
    pa.types.is_fixed_size_list,
    pa.types.is_list_view,
    pa.types.is_large_list_view,
)


def _as(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """The column as one of this type."""
    if pa.types.is_dictionary(kind):
        chunks = [(chunk.indices, chunk.dictionary.cast(kind.value_type)) for chunk in column.chunks]
        arrays = [pa.DictionaryArray.from_arrays(*chunk, ordered=kind.ordered) for chunk in chunks]
        return pa.chunked_array(arrays, kind)
    try:
        return column.cast(kind)
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):  # what it cannot do itself
        return pa.chunked_array([pa.array(column.to_pylist(), kind)])
