"""Work that processes share: in order, not too far ahead, and ended with the run."""

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lupa.errors import LupaError, TimeLimitError
from lupa.rules import processes
from lupa.rules.deadline import Deadline
from lupa.rules.ground import _GROUNDING, ground, grounding_within
from lupa.rules.processes import is_alone, processors, renewed, shared
from lupa.rules.solver import Watch
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


@pytest.mark.skipif(sys.platform == "win32", reason="no process is forked there")
@pytest.mark.filterwarnings("ignore:.*fork")
def test_processes_forked_from_one_that_is_alone_have_what_is_made_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(processes, "is_alone", lambda: True)
    made = lambda: 3  # noqa: E731 - what has no name cannot be sent to a process
    assert list(shared(made, twice, range(5), 2)) == [0, 3, 6, 9, 12]


def where(_: int, item: int) -> tuple[int, int]:
    return item, os.getpid()


@pytest.mark.skipif(sys.platform == "win32", reason="no process is forked there")
@pytest.mark.filterwarnings("ignore:.*fork")
def test_a_process_is_renewed_after_so_many_items(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "is_alone", lambda: True)
    found = list(renewed(int, where, range(5), 2))
    assert [item for item, _ in found] == [*range(5)]
    begun = [process for place, (_, process) in enumerate(found) if found[place - 1][1] != process]
    assert [begun.count(process) for _, process in found] == [1] * 5
    assert (len(begun), os.getpid() in begun) == (3, False)


def test_who_is_not_alone_does_the_work_without_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "is_alone", lambda: False)
    assert list(renewed(int, where, range(3), 2)) == [(item, os.getpid()) for item in range(3)]


def listed(monkeypatch: pytest.MonkeyPatch, folder: Path, threads: int) -> None:
    """As if the system listed so many threads in a folder, of which Python knows one."""
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    monkeypatch.setattr(processes, "_THREADS", str(folder))
    for number in range(threads):
        (folder / str(number)).touch()


def test_a_process_with_one_thread_is_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    listed(monkeypatch, tmp_path, 1)
    assert is_alone()


def test_a_process_with_another_thread_of_python_is_not_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    listed(monkeypatch, tmp_path, 1)
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    assert not is_alone()


def test_a_process_with_a_thread_of_a_library_is_not_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    listed(monkeypatch, tmp_path, 2)
    assert not is_alone()


def test_where_threads_are_not_listed_nobody_knows_whether_a_process_is_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    listed(monkeypatch, tmp_path / "none", 0)
    assert not is_alone()


def test_a_thread_that_has_just_ended_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    listed(monkeypatch, tmp_path, 2)
    monkeypatch.setattr("lupa.rules.processes.time.sleep", lambda _: (tmp_path / "1").unlink())
    assert is_alone()


def test_who_waits_for_the_end_of_the_time_for_a_question_has_gone_after_it() -> None:
    watch, before = Watch(), threading.active_count()
    with watch.limit(600):
        watch.see_to_the_end()
        assert threading.active_count() == before + 1
    assert threading.active_count() == before


def test_warnings_are_after_it_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "is_alone", lambda: False)
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
