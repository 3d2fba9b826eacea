"""The command as a caller sees it: what it is given, and how it ends."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import lupa.cli.main
from lupa import KnowledgeBase

_LOADED: dict[str | None, KnowledgeBase] = {}
"""Knowledge bases that no test changes, by folder; the shipped one is loaded when it is first needed."""

_load = KnowledgeBase.load


def unchanging(folder: Path) -> KnowledgeBase:
    """The knowledge base in a folder that no test changes: commands that name it share it too."""
    return _LOADED.setdefault(str(folder), _load(folder))


def _loaded(folder: str | Path | None = None) -> KnowledgeBase:
    """What a command loads; what it decides does not hang on what was decided before, so it is shared."""
    name = None if folder is None else str(folder)
    if name is None:
        _LOADED.setdefault(None, _load())
    return _LOADED.get(name) or _load(folder)


class Ended(NamedTuple):
    """How a command ended: its status, its output and its complaints."""

    status: int
    out: str
    err: str

    @property
    def cases(self) -> list[str]:
        """The names of the cases that were decided, from an output of JSON Lines."""
        return [line["case"] for line in map(json.loads, self.out.splitlines()) if "error" not in line]


def command(*words: str, stdin: bytes = b"", fresh: bool = False) -> Ended:
    """Runs the command in this process, the way `lupa.cli.main.main` does but for its end.

    A `fresh` one loads the knowledge base anew, as each does that is a process of its own.
    """
    out, err = io.BytesIO(), io.BytesIO()
    streams = [io.TextIOWrapper(s, encoding="utf-8", errors="backslashreplace") for s in (out, err)]
    with (
        mock.patch.object(sys, "argv", ["lupa", *words]),
        mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin))),
        mock.patch.object(sys, "stdout", streams[0]),
        mock.patch.object(sys, "stderr", streams[1]),
        mock.patch.object(KnowledgeBase, "load", _load if fresh else _loaded),
    ):
        status = lupa.cli.main._status()
        for stream in streams:
            stream.flush()
    return Ended(status, out.getvalue().decode(), err.getvalue().decode())


def as_bytes(case: Any) -> bytes:
    """A case as JSON; a text is taken as it is, so that a test can break it."""
    return (case if isinstance(case, str) else json.dumps(case)).encode()


def process(*words: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """Runs the command in a process of its own; `env` adds to the environment."""
    options["env"] = os.environ | options.get("env", {})
    return subprocess.run(
        [sys.executable, "-m", "lupa", *words], check=False, capture_output=True, timeout=60, **options
    )
