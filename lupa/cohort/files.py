"""Tables in files: Parquet, Arrow IPC, CSV and JSON Lines, read a piece at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from glob import glob, has_magic
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from lupa.cohort.folders import said_by_folders, with_folders
from lupa.cohort.lines import EACH, SILENT, lines, not_utf8, odd_line
from lupa.errors import CaseError, printable, shown

KINDS = {
    ".parquet": "parquet", ".pq": "parquet", ".arrow": "arrow", ".feather": "arrow", ".ipc": "arrow",
    ".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl",
}  # fmt: skip
"""What a file holds, by the end of its name."""
PARTS = ".parts"
"""How the name of a folder ends that holds what is done of a file."""
_BEGINS = {
    "csv": "its first line names the columns",
    "jsonl": EACH,
    "parquet": "even a table of no rows names its columns; write it again",
    "arrow": "even a table of no rows names its columns; write it again",
}
"""What is there at least in a file that holds a table."""
_BLOCK = 1 << 24
_ROWS = 1 << 16
_EXACT = 1 << 53
"""Beyond this not every whole number is one of floating point."""


def kind_of(path: Path) -> str:
    """What a file holds; raises `CaseError` for a name that does not say."""
    if path.suffix.lower() not in KINDS:
        raise CaseError(f"{printable(str(path))}: its name ends in none of {', '.join(KINDS)}")
    return KINDS[path.suffix.lower()]


def files_in(where: str) -> list[Path]:
    """The files that a path, a folder or a pattern stands for, in order; raises `CaseError` for none."""
    path = Path(where)
    if path.is_dir():
        found = sorted(
            each for each in path.rglob("*") if each.suffix.lower() in KINDS and not _is_part(each)
        )
    else:
        found = sorted(map(Path, glob(where, recursive=True))) if has_magic(where) else [path]
    if not found:
        raise CaseError(f"{printable(where)}: no table is there; names end in one of {', '.join(KINDS)}")
    for each in found:
        kind_of(each)
        if not each.is_file():
            raise CaseError(f"{printable(str(each))}: no such file")
    return found


def _is_part(path: Path) -> bool:
    """Whether a file is a part of what is being written, which nobody gave to be read."""
    return path.parent.suffix == PARTS and (path.parent / "about.json").exists()


class Source:
    """Tables in files that all have the same columns; `rows` is how many there are, where that is known."""

    def __init__(self, where: str) -> None:
        self.paths = files_in(where)
        kinds = sorted({kind_of(path) for path in self.paths})
        if len(kinds) > 1:
            raise CaseError(
                f"{printable(where)}: holds files of several kinds ({', '.join(kinds)}); name one"
            )
        self.kind = kinds[0]
        self.stamps = [_stamp(path) for path in self.paths]
        self._begun: dict[Path, Iterator[pa.Table]] = {}  # what was read for its columns is not read anew
        self._folders = {path: said_by_folders(where, path) for path in self.paths}
        self.schema = self._schema(self.paths[0])
        for path in self.paths[1:]:
            self.schema = self._also(path)
        self.rows = self._count()

    def _also(self, path: Path) -> pa.Schema:
        """The columns so far, where those of a file are the same; their types hold what is in all files."""
        more, where = self._schema(path), f"{printable(str(path))}: its columns are not those of"
        if more.names != self.schema.names:
            differ = sorted({*more.names} ^ {*self.schema.names})
            raise CaseError(
                f"{where} {self.paths[0].name} ({', '.join(differ) or 'another order'}); read them apart"
            )
        try:
            return pa.unify_schemas([self.schema, more], promote_options="permissive")
        except pa.ArrowException as error:
            name = next(f.name for f in more if not _together(f, self.schema.field(f.name)))
            kinds = f"{more.field(name).type}, there {self.schema.field(name).type}"
            words = f"column {shown(name)} is {kinds}"
            raise CaseError(
                f"{where} {self.paths[0].name}: {words}; write it alike, or read them apart"
            ) from error

    def check_apart(self, out: Path) -> None:
        """Raises `CaseError` where what is told would be written over what is read, or over a folder."""
        if out.is_dir():
            raise CaseError(f"{printable(str(out))}: is a folder; name a file for the output")
        if out.resolve() in {path.resolve() for path in self.paths}:
            raise CaseError(f"{printable(str(out))}: is itself read; name another file for the output")

    def check_unchanged(self) -> None:
        """Raises `CaseError` where a file is not what it was when the reading began."""
        for path, stamp in zip(self.paths, self.stamps, strict=True):
            if not path.is_file() or _stamp(path) != stamp:
                raise CaseError(f"{printable(str(path))}: has changed while it was read; start again")

    def _count(self) -> int | None:
        if self.kind != "parquet":
            return None
        return int(sum(pq.read_metadata(path).num_rows for path in self.paths))

    def _schema(self, path: Path) -> pa.Schema:
        if not path.stat().st_size:
            raise CaseError(f"{printable(str(path))}: is empty; {_BEGINS[self.kind]}")
        with _reading(path):
            if self.kind == "parquet":
                found = pq.read_schema(path)
            elif self.kind == "jsonl":
                tables = lines(path)
                first = next(tables, pa.table({}))
                found = first.schema
                if path == self.paths[0]:
                    self._begun[path] = chain([first], tables)
                if not found.names:
                    raise CaseError(f"{printable(str(path))}: {SILENT}")
            else:
                with self._open(path) as reader:
                    found = reader.schema
        found = pa.schema([*found, *((name, pa.string()) for name in self._folders[path])])
        _check_once(path, found.names)
        return found

    def _open(self, path: Path) -> Any:
        """A stream of record batches."""
        if self.kind == "arrow":
            with path.open("rb") as stream:
                begins = stream.read(6)
            return pa.ipc.open_file(path) if begins == b"ARROW1" else pa.ipc.open_stream(path)
        return _csv(path)

    def _batches(self, path: Path) -> Iterator[pa.RecordBatch]:
        if self.kind == "jsonl":
            for table in self._begun.pop(path, None) or lines(path):
                yield from table.to_batches()
            return
        if self.kind == "parquet":
            # what is fetched beforehand would be held until the end of the file
            with pq.ParquetFile(path, memory_map=False, pre_buffer=False) as file:
                for group in range(file.num_row_groups):  # lists of coded texts are read of one at a time
                    yield from file.iter_batches(_ROWS, row_groups=[group])
            return
        with self._open(path) as reader:
            if isinstance(reader, pa.ipc.RecordBatchFileReader):
                yield from map(reader.get_batch, range(reader.num_record_batches))
            else:
                yield from reader

    def parts(self, rows: int) -> Iterator[pa.Table]:
        """The rows in order, so many at a time."""
        waiting: list[pa.RecordBatch] = []
        held = 0
        for path in self.paths:
            with _reading(path):
                for given in map(partial(with_folders, self._folders[path]), self._batches(path)):
                    as_it_is = self.kind == "jsonl" or given.schema == self.schema
                    batch = given if as_it_is else _as(given, self.schema)
                    while held + batch.num_rows >= rows:
                        here = rows - held
                        yield _joined([*waiting, batch.slice(0, here)])
                        batch, waiting, held = batch.slice(here), [], 0
                    if batch.num_rows:
                        waiting.append(batch)
                        held += batch.num_rows
        if waiting:
            with _reading(path):
                yield _joined(waiting)

    def with_ids(self, tables: Iterable[pa.Table], ids: Sequence[str]) -> Iterator[pa.Table]:
        """The tables, with what their rows are called of one type.

        Raises `CaseError` where that is of several types, or not as it was written.
        """
        done = 0
        for table in tables:
            where = f"rows {done + 1:,} to {done + table.num_rows:,}"
            called = table
            for name in ids if self.kind == "jsonl" else ():
                kind, column = self.schema.field(name).type, table.column(name)
                words = ""
                if column.type not in (kind, pa.null()):
                    words = f"is {column.type} in {where}, and {kind} in the first"
                elif (
                    pa.types.is_floating(kind) and pc.any(pc.greater_equal(pc.abs(column), _EXACT)).as_py()
                ):
                    words = f"holds a number in {where} of which not every digit is kept"
                if words:
                    raise CaseError(f"column {shown(name)}: {words}; write it as a text, in quotes")
                called = called.set_column(table.column_names.index(name), name, column.cast(kind))
            yield called
            done += table.num_rows


def _joined(batches: Sequence[pa.RecordBatch]) -> pa.Table:
    """The rows of all of these, whose types may be wider in some, and which may lack columns of others."""
    return pa.concat_tables(
        map(pa.Table.from_batches, ([each] for each in batches)), promote_options="permissive"
    )


def _stamp(path: Path) -> list[Any]:
    found = path.stat()
    return [str(path.resolve()), found.st_size, found.st_mtime_ns]


_ODD = {"jsonl": odd_line, "csv": not_utf8}
"""What tells where a file is wrong, where that can be told."""


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """What is wrong with a file is said of it."""
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        words = _ODD.get(kind_of(path), lambda _: "")(path) or " ".join(str(error).split())
        raise CaseError(f"{printable(str(path))}: cannot be read: {printable(words)}") from error


def _together(one: pa.Field, other: pa.Field) -> bool:
    """Whether a type holds what is in either column."""
    try:
        pa.unify_schemas([pa.schema([one]), pa.schema([other])], promote_options="permissive")
    except pa.ArrowException:
        return False
    return True


def _as(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """A batch with columns of these types."""
    table = pa.Table.from_batches([batch]).cast(schema).combine_chunks()
    return next(iter(table.to_batches()), pa.RecordBatch.from_pylist([], schema))


def _csv(path: Path) -> Any:
    """A CSV file as texts; nothing between two commas is null."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        import csv

        rows = csv.reader(stream)
        names, more = next(rows, []), next(rows, None)
    if not names:
        raise CaseError(f"{printable(str(path))}: begins with an empty line; {_BEGINS['csv']}")
    divided = [sign for sign in (";", "\t", "|") if sign in names[0]]
    if len(names) == 1 and divided:
        words = f"its first line is divided by {shown(divided[0])}; write the file with commas"
        raise CaseError(f"{printable(str(path))}: {words}")
    if more is None:
        schema = pa.schema(dict.fromkeys(names, pa.string()).items())
        return pa.RecordBatchReader.from_batches(schema, [])
    texts = pcsv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
    )
    return pcsv.open_csv(
        path, pcsv.ReadOptions(block_size=_BLOCK, use_threads=False), convert_options=texts
    )


def _check_once(path: Path, names: Sequence[str]) -> None:
    """Raises `CaseError` for a column that is there twice."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise CaseError(f"{printable(str(path))}: column {shown(twice[0])} is there twice")


def named(names: Sequence[str]) -> dict[str, str]:
    """Names by others, of `OTHER=NAME`; raises `CaseError`."""
    found = {}
    for name in names:
        column, is_, fact = name.partition("=")
        if not is_ or not column or not fact:
            raise CaseError(f"{shown(name)}: COLUMN=FACT is expected")
        if column in found:
            raise CaseError(f"--map: column {shown(column)} is given two meanings; keep one")
        found[column] = fact
    return found
