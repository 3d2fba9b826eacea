"""The work of a cohort in parts: each is written whole, and what is there when it starts again is kept."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pyarrow as pa

from lupa.answers.desk import Desk
from lupa.cohort.against import Against
from lupa.cohort.cohort import Cohort, Wanted
from lupa.cohort.files import PARTS, Source, kind_of
from lupa.cohort.repeated import Repeated
from lupa.cohort.summary import told_of_invalid
from lupa.cohort.writing import write, write_text
from lupa.errors import CaseError, printable
from lupa.version import __version__

ROWS = 1 << 18
"""The rows of a part, unless it is said otherwise."""
Work = Cohort | Against
"""What decides tables."""
Other = tuple[Desk, Wanted]
"""Other rules, and what is asked of them."""
Look = Callable[[Iterator[pa.Table]], None]
"""Is shown tables."""
Tick = Callable[[int, int | None], None]
"""Is told how many rows are done, of how many where that is known."""
Notice = Callable[[str], None]
"""Is told what is odd, though it is decided."""
_PARTS = "part-*.arrow"


def run(
    kb: Desk,
    source: Source,
    out: Path,
    wanted: Wanted,
    *,
    jobs: int = 1,
    rows: int = ROWS,
    against: Other | None = None,
    look: Look = lambda _: None,
    tick: Tick = lambda *_: None,
    notice: Notice = lambda _: None,
) -> int:
    """Decides all rows of the source into the file `out`, and says how many rows were read.

    Or, `against` other rules, tells of those that these decide otherwise. `look` is shown what was written,
    `notice` told of rows that are called the same, and of how many could not be decided.

    Parts are kept beside it, in a folder called as it is with `.parts`, until all are done; so what was
    stopped goes on where it was, and gives the same. Raises `CaseError` where these are of other work.
    """
    kind_of(out)
    source.check_apart(out)
    make = partial(Cohort, kb, wanted) if against is None else partial(Against, (kb, wanted), against)
    cohort = make()
    cohort.check(source.schema.names)
    about = {
        "lupa": __version__,
        "rules": cohort.fingerprint,
        "asked": json.loads(json.dumps([asdict(wanted), asdict(against[1]) if against else None])),
        "input": source.stamps,
        "rows": rows,
    }
    folder = out.with_name(f"{out.name}{PARTS}")
    _begin(folder, about)
    schema = cohort.schema(source.schema)
    done = 0
    repeated = Repeated(wanted.ids)
    try:
        for count in _parts(
            make, repeated.watching(source.with_ids(source.parts(rows), wanted.ids)), folder, jobs
        ):
            done += count
            tick(done, source.rows)
    except BaseException:
        if not _begun(folder):  # nothing could go on, and whoever mends what is wrong is not kept from it
            shutil.rmtree(folder)
        raise
    source.check_unchanged()
    stamp = json.dumps({key: about[key] for key in ("lupa", "rules", "asked")}, sort_keys=True)
    told = _read(folder)
    write(out, schema, told_of_invalid(told, notice) if against is None else told, stamp)
    look(table.cast(schema) for table in _read(folder))
    shutil.rmtree(folder)
    if twice := repeated.told():
        notice(twice)
    return done


def _begin(folder: Path, about: dict[str, Any]) -> None:
    """Makes the folder of the parts, or finds in it the same work."""
    file = folder / "about.json"
    folder.mkdir(parents=True, exist_ok=True)
    if not file.exists() and any(not path.name.startswith(".") for path in folder.iterdir()):
        raise CaseError(
            f"{printable(str(folder))}: is needed for what is done so far, and holds something else; name "
            "another file for the output"
        )
    before = about
    if _begun(folder):
        try:
            before = json.loads(file.read_text(encoding="utf-8"))
        except ValueError:
            before = {}
    differ = [key for key in about if before.get(key) != about[key]]
    if differ:
        words = {"lupa": "another lupa", "rules": "other rules", "asked": "other options"}
        words |= {"input": "another input", "rows": "parts of another size"}
        other = " and ".join(words[each] for each in differ)
        raise CaseError(
            f"{printable(str(folder))}: holds work that was stopped, with {other}; take it away, or name "
            "another file for the output"
        )
    write_text(file, json.dumps(about))


def _begun(folder: Path) -> bool:
    """Whether a part is done."""
    return any(folder.glob(_PARTS))


def _part(folder: Path, place: int) -> Path:
    return folder / f"part-{place:06}.arrow"


def _write(part: Path, table: pa.Table) -> None:
    write(part, table.schema, [table], "")


def _parts(make: Callable[[], Work], tables: Iterable[pa.Table], folder: Path, jobs: int) -> Iterator[int]:
    """Writes the parts that are not there, in order, and gives the rows of each."""
    cohort = make()
    parts = enumerate(tables)
    if jobs == 1:
        for place, table in parts:
            if not _part(folder, place).exists():
                _write(_part(folder, place), cohort.in_short(table))
            yield table.num_rows
        return
    with ProcessPoolExecutor(jobs, get_context("spawn"), _start, (make,)) as pool:
        waiting: list[tuple[int, int, Future[pa.Table] | None]] = []

        def next_done() -> int:
            place, count, future = waiting.pop(0)
            if future is not None:
                _write(_part(folder, place), future.result())
            return count

        for place, table in parts:
            is_there = _part(folder, place).exists()
            waiting.append((place, table.num_rows, None if is_there else pool.submit(_work, table)))
            if len(waiting) > jobs:
                yield next_done()
        while waiting:
            yield next_done()


_COHORT: list[Work] = []
"""What decides in a process of the pool."""


def _start(make: Callable[[], Work]) -> None:
    _COHORT[:] = [make()]


def _work(table: pa.Table) -> pa.Table:
    return _COHORT[0].in_short(table)


def _read(folder: Path) -> Iterator[pa.Table]:
    """The parts, one after the other."""
    for path in sorted(folder.glob(_PARTS)):
        try:
            with pa.ipc.open_file(path) as reader:
                table = reader.read_all()
        except (pa.ArrowException, OSError) as error:
            raise CaseError(
                f"{printable(str(path))}: is damaged; take it away and start again, the others are kept"
            ) from error
        yield table
