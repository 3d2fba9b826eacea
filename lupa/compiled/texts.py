"""Columns of texts, and of lists of texts: what many rows share is held once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lupa.compiled.words import Words

Places = NDArray[np.int32]
TEXT = pa.dictionary(pa.int32(), pa.string())
PLACES = pa.list_(pa.int32())


class Texts(NamedTuple):
    """For each row the place of its text among those that there are."""

    texts: Sequence[str | None]
    rows: Places

    def column(self, others: Sequence[str | None], at: NDArray[np.int64]) -> pa.Array:
        """The texts of the rows, those at some places being others."""
        texts = list(dict.fromkeys([*self.texts, *others]))
        place = {text: number for number, text in enumerate(texts)}
        rows = self.rows
        if len(at):
            rows = rows.copy()
            rows[at] = [place[other] for other in others]
        nothing = rows == place[None] if None in place else None
        known = pa.array([text or "" for text in texts], pa.string())
        return pa.DictionaryArray.from_arrays(pa.array(rows, mask=nothing), known)


class TextLists(NamedTuple):
    """For each row the place of its list among those that there are, which give places of texts."""

    texts: Sequence[str]
    lists: pa.Array
    rows: Places

    def column(self, others: Sequence[Sequence[str] | None], at: NDArray[np.int64]) -> pa.Array:
        """The lists of the rows, those at some places being others."""
        texts, lists, rows = list(self.texts), self.lists, self.rows
        if len(at):
            texts = list(dict.fromkeys([*texts, *(text for other in others for text in other or ())]))
            place = {text: number for number, text in enumerate(texts)}
            more = [None if other is None else [place[text] for text in other] for other in others]
            rows = rows.copy()
            rows[at] = len(lists) + np.arange(len(at), dtype=np.int32)
            lists = pa.concat_arrays([lists, pa.array(more, PLACES)])
        found = lists.take(pa.array(rows))
        values = pa.DictionaryArray.from_arrays(found.values, pa.array(texts, pa.string()))
        nothing = found.is_null() if found.null_count else None
        return pa.ListArray.from_arrays(found.offsets, values, mask=nothing)


class Lists(NamedTuple):
    """Texts, and for each whether it is in the list of each row."""

    texts: Sequence[str]
    has: Words


def listed(lists: Lists, count: int) -> TextLists:
    """The lists of so many rows, those that are alike once."""
    there = np.flatnonzero(lists.has.any(axis=1))
    if not len(there) or not count:
        return TextLists([], pa.array([[]], PLACES), np.zeros(count, dtype=np.int32))
    bits = np.unpackbits(lists.has[there].view(np.uint8), axis=1, count=count, bitorder="little")
    keys = np.ascontiguousarray(np.packbits(bits, axis=0, bitorder="little").T)
    whole = pa.Array.from_buffers(pa.binary(keys.shape[1]), count, [None, pa.py_buffer(keys)])
    coded = whole.dictionary_encode()
    alike = np.frombuffer(coded.dictionary.buffers()[1], np.uint8, len(coded.dictionary) * keys.shape[1])
    has = np.unpackbits(alike.reshape(-1, keys.shape[1]), axis=1, count=len(there), bitorder="little")
    places = np.flatnonzero(has.view(bool)) % len(there)
    ends = np.concatenate([[0], has.sum(axis=1).cumsum()]).astype(np.int32)
    found = pa.ListArray.from_arrays(pa.array(ends), pa.array(places.astype(np.int32)))
    return TextLists([lists.texts[place] for place in there.tolist()], found, coded.indices.to_numpy())


def plainly(table: pa.Table, names: Sequence[str]) -> pa.Table:
    """The table with each text of these columns where it stands."""
    fields = [f.with_type(_plain(f.type)) if f.name in names else f for f in table.schema]
    return table.cast(pa.schema(fields))


def _plain(kind: pa.DataType) -> pa.DataType:
    return pa.list_(pa.string()) if pa.types.is_list(kind) else pa.string()


def in_short(kind: pa.DataType) -> pa.DataType:
    """The type of a column of texts, or of lists of them, that rows share."""
    return pa.list_(TEXT) if pa.types.is_list(kind) else TEXT
