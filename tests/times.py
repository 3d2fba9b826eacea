"""How often what only repeats is repeated, with LUPA_THOROUGH=1 all of it; and an end to what has none."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

THOROUGH = bool(os.environ.get("LUPA_THOROUGH"))


def times(count: int) -> int:
    """So many times at its most thorough, a fifth of that otherwise, and once at the least."""
    return count if THOROUGH else max(1, count // 5)


@contextmanager
def ending() -> Iterator[None]:
    """Stops what would not end, or only after hours, after a minute of processor time."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise AssertionError("a minute of processor time was not enough")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, 60)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
