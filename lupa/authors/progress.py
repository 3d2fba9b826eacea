"""How far a long run has come, told on standard error while a person looks on."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Gives what is told how many are done, of how many; on a terminal it shows after a second."""
    gc.enable()  # which a command that ends at once can do without; of many policies much is left behind
    began, watched = time.monotonic(), sys.stderr.isatty()
    longest = 0

    def tick(done: int, total: int) -> None:
        nonlocal longest
        if watched and time.monotonic() - began > 1:
            words = f"{done} of {total} {what}"
            longest = max(longest, len(words))
            click.echo(f"\r{words}", nl=False, err=True)

    try:
        yield tick
    finally:
        if longest:
            click.echo("\r" + " " * longest + "\r", nl=False, err=True)
