"""Tables to files: Parquet, Arrow IPC, CSV and JSON Lines, each written whole."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from lupa.cohort.files import kind_of


def write(path: Path, schema: pa.Schema, tables: Iterable[pa.Table], about: str) -> None:
    """Writes tables into a file of the kind that its name says; it is there whole or not at all.

    `about` is kept in the metadata of Parquet and Arrow files.
    """
    with _aside(path) as aside:
        _WRITERS[kind_of(path)](aside, schema.with_metadata({"lupa": about}), tables)


def write_text(path: Path, text: str) -> None:
    """Writes a text into a file, whole or not at all."""
    with _aside(path) as aside:
        aside.write_text(text, encoding="utf-8")


@contextmanager
def _aside(path: Path) -> Iterator[Path]:
    """A place beside a file for what takes its place once it is whole."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield aside
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def _parquet(path: Path, schema: pa.Schema, tables: Iterable[pa.Table]) -> None:
    # texts that rows share go into its dictionaries as they are, and are told as texts all the same
    kept = {**(schema.metadata or {}), b"ARROW:schema": b64encode(schema.serialize().to_pybytes())}
    every = chain(tables, [schema.empty_table()])
    first = next(every)
    with pq.ParquetWriter(path, first.schema, store_schema=False) as writer:
        writer.add_key_value_metadata(kept)
        for table in chain([first], every):
            if table.num_rows:
                writer.write_table(table)


def _arrow(path: Path, schema: pa.Schema, tables: Iterable[pa.Table]) -> None:
    with pa.ipc.new_file(path, schema) as writer:
        for table in tables:
            writer.write_table(table.cast(schema))


def _csv_out(path: Path, schema: pa.Schema, tables: Iterable[pa.Table]) -> None:
    flat = pa.schema([(f.name, pa.string() if pa.types.is_list(f.type) else f.type) for f in schema])
    with pcsv.CSVWriter(path, flat) as writer:
        for table in tables:
            columns = [
                pc.binary_join(column, ";") if pa.types.is_list(column.type) else column
                for column in table.cast(schema).columns
            ]
            writer.write_table(pa.table(columns, schema=flat))


def _jsonl(path: Path, _schema: pa.Schema, tables: Iterable[pa.Table]) -> None:
    encoded = json.JSONEncoder(ensure_ascii=False, default=str).encode
    with path.open("w", encoding="utf-8") as stream:
        for table in tables:
            stream.writelines(f"{encoded(row)}\n" for row in table.to_pylist())


_WRITERS: dict[str, Callable[[Path, pa.Schema, Iterable[pa.Table]], None]] = {
    "parquet": _parquet,
    "arrow": _arrow,
    "csv": _csv_out,
    "jsonl": _jsonl,
}
