"""Rows of data, lines in aligned columns, and the titles above them."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import click

Row = dict[str, Any]
"""One thing that a page tells of, by the names under which `--json` gives it."""


def columns(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Rows in aligned columns; the last one is wrapped to the page."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
    start = sum(w + 2 for w in widths)
    lines = []
    for row in rows:
        lead = "".join(cell.ljust(w + 2) for cell, w in zip(row[:-1], widths, strict=True))
        room = max(20, width - start)
        first, *rest = textwrap.wrap(row[-1], room, break_long_words=False) or [""]
        lines += [(lead + first).rstrip(), *(" " * start + line for line in rest)]
    return lines


def titled(words: str) -> list[str]:
    return ["", click.style(words, bold=True)]
