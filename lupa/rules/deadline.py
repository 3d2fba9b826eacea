"""When the time for a call is over: all that it waits for and does counts, whatever it is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import TIMEOUT_MAX
from typing import Protocol

from lupa.errors import TimeLimitError


class _Lock(Protocol):
    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool: ...

    def release(self) -> None: ...


class Deadline:
    """The end of the time that one call may take; without `seconds` it has as long as it needs."""

    def __init__(self, seconds: float | None = None) -> None:
        self.seconds = seconds
        self._end = None if seconds is None else time.monotonic() + seconds

    @property
    def left(self) -> float | None:
        """The seconds that are left, 0 or more; None where there is no limit."""
        return None if self._end is None else max(0.0, self._end - time.monotonic())

    def check(self) -> None:
        """Raises `TimeLimitError` once the time is over."""
        if self._end is not None and self.seconds is not None and time.monotonic() >= self._end:
            raise TimeLimitError(self.seconds)

    @contextmanager
    def holding(self, lock: _Lock) -> Iterator[None]:
        """Holds a lock meanwhile; raises `TimeLimitError` where another holds it until the time is over."""
        left = self.left
        if not lock.acquire(timeout=-1 if left is None else min(left, TIMEOUT_MAX)):
            raise TimeLimitError(self.seconds or 0)
        try:
            yield
        finally:
            lock.release()


ENDLESS = Deadline()
"""No limit."""
