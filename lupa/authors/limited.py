"""The time that a run over many things may take, and how far it came when that was over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lupa.errors import CaseError, TimeLimitError
from lupa.rules.deadline import ENDLESS, Deadline
from lupa.rules.ground import grounding_within
from lupa.rules.solver import solving_within

Tick = Callable[[int, int], None]
"""Is told how many are done, and of how many."""


class Limited:
    """How far a run has come, and what it `found` by then; `limit` is when all of it has to end."""

    def __init__(self, limit: Deadline) -> None:
        self.limit = limit
        self.so_far = "nothing was done"
        self.found = ""

    def telling(self, what: str, tick: Tick | None = None) -> Tick:
        """Takes note of how many are done, of how many, and tells `tick`; the time is looked at too."""

        def told(done: int, total: int) -> None:
            self.so_far = f"{done:,} of {total:,} {what}"
            self.limit.check()
            if tick is not None:
                tick(done, total)

        return told


UNLIMITED = Limited(ENDLESS)
"""What a run takes that may take as long as it needs."""


@contextmanager
def all_within(limit: Deadline) -> Iterator[None]:
    """Whatever is ground or asked in this block ends in time, or raises `TimeLimitError`."""
    with grounding_within(limit), solving_within(limit):
        yield


@contextmanager
def limited(timeout: float | None) -> Iterator[Limited]:
    """A run of which all that is ground and asked ends after `timeout` seconds, None for no limit.

    Raises `TimeLimitError`, which says how far it came, and `CaseError` for what is no time.
    """
    if timeout is not None and not timeout > 0:
        raise CaseError(f"a time limit is a number of seconds above 0, not {timeout}")
    limit = Deadline(timeout)
    run = Limited(limit)
    if timeout is None:
        yield run
        return
    try:
        with all_within(limit):
            yield run
    except TimeLimitError as error:
        raise TimeLimitError(timeout, run.so_far + run.found) from error
