"""Work that is shared between processes: results come in the order of what they are of."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from lupa.errors import LupaError

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing.process import BaseProcess

T = TypeVar("T")
A = TypeVar("A")
R = TypeVar("R")

_AHEAD = 3
"""So many pieces of work for each process may wait or lie done, so that none waits for work."""


def shared(make: Callable[[], T], work: Callable[[T, A], R], items: Iterable[A], jobs: int) -> Iterator[R]:
    """What `work` comes to for each item, in their order; each process works with what `make` makes there.

    Items are taken no further ahead than keeps `jobs` processes busy. With one job there is no other
    process than this one. Where this one `is_alone`, the others are forked: what is made already, and
    `make` gives, is there too. Elsewhere they begin from nothing, with a copy of `make` and of `work`.
    """
    if jobs < 2:
        made = make()
        for item in items:
            yield work(made, item)
        return
    how = "fork" if is_alone() else "spawn"
    if how == "spawn":
        _start_tracker()
    with _processes(jobs, how, make) as pool:
        waiting: deque[Future[R]] = deque()
        for item in items:
            waiting.append(pool.submit(_work, work, item))
            if len(waiting) > _AHEAD * jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def renewed(
    make: Callable[[], T], work: Callable[[T, A], R], items: Iterable[A], after: int
) -> Iterator[R]:
    """What `work` comes to for each item, in their order, by one process that is renewed `after` so many.

    So whatever only grows there, as what clingo knows of names does, ends with it. Each is forked of this
    one where this one `is_alone`; elsewhere this one does the work.
    """
    items = iter(items)
    while piece := list(islice(items, after)):
        if is_alone():
            with _processes(1, "fork", make) as pool:
                for item in piece:
                    yield pool.submit(_work, work, item).result()
        else:
            yield from shared(make, work, piece, 1)


@contextmanager
def _processes(jobs: int, how: str, make: Callable[[], Any]) -> Iterator[ProcessPoolExecutor]:
    """So many processes, which end with the block."""
    from concurrent.futures import ProcessPoolExecutor  # who works alone need not wait for it
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    pool = ProcessPoolExecutor(jobs, get_context(how), _begin, (make,))
    try:
        yield pool
    except BrokenProcessPool as error:
        raise LupaError(
            "a process that shared the work was ended from outside, as happens where memory is short; "
            "ask for fewer jobs, or for less at once"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


_THREADS = "/proc/self/task"
"""Where the system lists the threads of a process, those of libraries too."""


def is_alone() -> bool:
    """Whether it is known that no other thread runs in this process, which can be forked then.

    In a process that is forked, nobody lets go of what another thread held at that moment.
    """
    for _ in range(20):
        if threading.active_count() > 1 or not os.path.isdir(_THREADS):
            return False
        if len(os.listdir(_THREADS)) == 1:
            return True
        time.sleep(0.001)  # one that has ended is listed for a moment longer
    return False


def _start_tracker() -> None:
    """Starts what tidies up after processes, and has it do so without a word where a run is broken off."""
    from multiprocessing import resource_tracker

    before = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = ",".join(filter(None, [before, "ignore:resource_tracker:UserWarning"]))
    try:
        resource_tracker.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONWARNINGS"]
        else:
            os.environ["PYTHONWARNINGS"] = before


_with: list[Any] = []
"""What this process works with, if it is one that only works: how it is made, and once it is, itself."""


def _begin(make: Callable[[], Any]) -> None:
    """Makes this process one that works, and that ends without a word when the run does."""
    from multiprocessing import parent_process

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with, args=(parent_process(),), daemon=True).start()
    _with[:] = [make]


def _end_with(process: BaseProcess | None) -> None:
    """Ends this process once another has ended, however that came about."""
    if process is not None:
        process.join()
        os._exit(0)


def _work(work: Callable[[Any, A], R], item: A) -> R:
    if len(_with) == 1:  # here, and not at the beginning, so that an error is one of the work
        _with.append(_with[0]())
    return work(_with[1], item)


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
