"""Work that processes share: in order, not too far ahead, and ended with the run."""

import os
import threading
from collections.abc import Iterator

import pytest

from lupa.errors import LupaError, TimeLimitError
from lupa.rules import processes
from lupa.rules.deadline import Deadline
from lupa.rules.ground import _GROUNDING, ground, grounding_within
from lupa.rules.processes import processors, shared
from lupa.rules.store import as_texts


def twice(made: int, item: int) -> int:
    return made * item


def end(_: int, item: int) -> int:
    import os

    if item == 2:
        os._exit(1)
    return item


def refuse() -> int:
    raise LupaError("not here")


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_the_order_of_what_they_are_of(jobs: int) -> None:
    assert list(shared(int, twice, [], jobs)) == []
    assert list(shared(int, twice, range(20), jobs)) == [0] * 20


def test_what_is_still_to_be_done_is_taken_only_when_it_is_needed() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(10_000):
            taken.append(item)
            yield item

    found = shared(int, twice, items(), 2)
    assert [next(found) for _ in range(3)] == [0, 0, 0]
    assert len(taken) < 20
    found.close()  # type: ignore[attr-defined]  # it is a generator


def test_a_process_that_is_ended_from_outside_ends_the_run_with_a_sentence() -> None:
    with pytest.raises(LupaError, match="was ended from outside"):
        list(shared(int, end, range(4), 2))


def test_what_cannot_be_made_is_said_by_the_work() -> None:
    with pytest.raises(LupaError, match="not here"):
        list(shared(refuse, twice, range(4), 2))


def test_a_process_that_works_makes_what_it_works_with_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lupa.rules.processes.signal.signal", lambda *_: None)
    monkeypatch.setattr(processes, "_with", [])
    made: list[int] = []

    def make() -> int:
        made.append(3)
        return 3

    processes._begin(make)
    assert [processes._work(twice, item) for item in (1, 2)] == [3, 6]
    assert made == [3]


def test_a_process_that_works_ends_with_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ended:
        def join(self) -> None:
            told.append("joined")

    told: list[object] = []
    monkeypatch.setattr("lupa.rules.processes.os._exit", told.append)
    processes._end_with(Ended())  # type: ignore[arg-type]  # no more of a process is asked
    assert told == ["joined", 0]


def test_there_is_a_processor_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    assert processors() >= 1
    monkeypatch.delattr("lupa.rules.processes.os.sched_getaffinity", raising=False)
    assert processors() >= 1


def test_warnings_are_after_it_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONWARNINGS", "ignore::UserWarning")
    assert list(shared(int, twice, [1], 2)) == [0]
    assert os.environ["PYTHONWARNINGS"] == "ignore::UserWarning"


def test_while_another_thread_grounds_no_more_is_waited_than_there_is_time() -> None:
    held, done = threading.Event(), threading.Event()

    def grounding() -> None:
        with _GROUNDING:
            held.set()
            done.wait()

    other = threading.Thread(target=grounding)
    other.start()
    held.wait()
    limit = Deadline(600)
    limit._end = 0.0
    try:
        with grounding_within(limit), pytest.raises(TimeLimitError):
            ground(as_texts({"": "a."}))
    finally:
        done.set()
        other.join()


def test_a_lock_that_another_holds_is_waited_for_no_longer_than_there_is_time() -> None:
    lock = threading.Lock()
    with lock, pytest.raises(TimeLimitError), Deadline(0.01).holding(lock):
        pass
    with Deadline(0.01).holding(lock):
        assert lock.locked()
    assert not lock.locked()
