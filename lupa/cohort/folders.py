"""Tables that are divided into folders, whose names say what is so of all rows below them."""

from __future__ import annotations

from collections.abc import Mapping
from glob import has_magic
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa

_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


def said_by_folders(where: str, path: Path) -> dict[str, str | None]:
    """What the folders of a file, below a folder or pattern, say of its rows: `phase=initial`."""
    fixed = next((at for at, part in enumerate(Path(where).parts) if has_magic(part)), None)
    base = Path(where) if fixed is None else Path(*Path(where).parts[:fixed])
    said = [part.partition("=") for part in path.relative_to(base).parts[:-1] if "=" in part]
    return {
        unquote(name): None if value == _NO_VALUE else unquote(value) for name, _, value in said if name
    }


def with_folders(said: Mapping[str, str | None], batch: pa.RecordBatch) -> pa.RecordBatch:
    """The rows, with that said of each."""
    for name, value in said.items():
        batch = batch.append_column(name, pa.repeat(pa.scalar(value, pa.string()), batch.num_rows))
    return batch
