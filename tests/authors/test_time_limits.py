"""A run over many things ends when its time is over, and says how far it came."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lupa import CaseError, KnowledgeBase, TimeLimitError
from lupa.authors.limited import Limited, Tick, limited
from lupa.authors.trials import bench as benches
from lupa.authors.trials.same_worlds import _Astray, _Worlds
from lupa.authors.trials.suite import read_suite
from lupa.rules.deadline import Deadline
from lupa.rules.edition import Edition
from lupa.rules.solver import Watch, solving_within
from tests.answers.test_limits import hard
from tests.command import command
from tests.tiny import tiny_kb

Run = Callable[[KnowledgeBase, float | None], object]
RUNS: dict[str, Run] = {
    "verify": lambda kb, limit: kb.verify(timeout=limit),
    "diff": lambda kb, limit: kb.diff("uhc_benlysta", timeout=limit),
    "test": lambda kb, limit: kb.test(timeout=limit),
    "test --mutate": lambda kb, limit: kb.test(mutate=True, timeout=limit),
}


@pytest.mark.parametrize("verb", RUNS)
@pytest.mark.parametrize("seconds", [1e-9, 0.05])
def test_a_run_ends_with_its_time_limit(kb: KnowledgeBase, verb: str, seconds: float) -> None:
    began = time.monotonic()
    with pytest.raises(TimeLimitError, match=f"^not done within the time limit of {seconds:g} s: "):
        RUNS[verb](kb, seconds)
    assert time.monotonic() - began < seconds + 2


@pytest.mark.parametrize("verb", RUNS)
def test_a_time_limit_of_nothing_is_refused(kb: KnowledgeBase, verb: str) -> None:
    with pytest.raises(CaseError, match="a time limit is a number of seconds above 0, not 0"):
        RUNS[verb](kb, 0)


def test_how_far_a_run_came_is_what_it_told_last() -> None:
    told: list[tuple[int, int]] = []

    def run_over() -> None:
        with limited(0.05) as run:
            tell = run.telling("editions were verified", lambda *done: told.append(done))
            tell(1, 1200)
            time.sleep(0.06)
            tell(2, 1200)

    with pytest.raises(TimeLimitError) as caught:
        run_over()
    assert told == [(1, 1200)]
    assert str(caught.value) == (
        "not done within the time limit of 0.05 s: 2 of 1,200 editions were verified; "
        "allow more time with --timeout, or name fewer policies"
    )


def test_what_is_asked_in_a_run_ends_with_it_though_it_has_no_limit_of_its_own() -> None:
    with solving_within(Deadline(0.2)), pytest.raises(TimeLimitError, match=r"0\.2 s"):
        list(hard(Watch()).sets())


def test_what_is_asked_after_a_run_has_its_own_time(kb: KnowledgeBase) -> None:
    case = kb.case("baricitinib_beside_benlysta_is_no_biologic")
    with pytest.raises(TimeLimitError):
        kb.verify(timeout=1e-9)
    assert kb.decide(case).outcome == "approve"


def test_a_case_is_not_blamed_for_the_time_that_all_of_them_take(tmp_path: Path) -> None:
    kb = tiny_kb(tmp_path)
    with limited(60) as run:
        suite = read_suite(kb, ["tiny"], (), run)
        run.limit = Deadline(1e-9)
        suite._time = run
        with pytest.raises(TimeLimitError):
            suite.ship_with("tiny")
    assert suite.refused == []


def test_processes_that_judge_changes_end_with_the_run(tmp_path: Path) -> None:
    kb = tiny_kb(tmp_path)
    task = benches._Task(tmp_path, ("tiny",), False, benches.rows(read_suite(kb, ["tiny"])), Deadline(1e-9))
    with pytest.raises(TimeLimitError):
        benches._Worker(copy.deepcopy(task)).chunk(range(2))


def test_what_no_case_notices_is_told_though_the_time_was_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(benches, "CHUNK", 1)

    def tick(done: int, total: int) -> None:
        if done == total - 1:
            raise TimeLimitError(9)

    with pytest.raises(TimeLimitError) as over:
        tiny_kb(tmp_path, ["active"]).test("tiny", mutate=True, tick=tick, timeout=600)
    told = str(over.value)
    assert (
        "11 of 12 changes of the rules were judged; no case notices policies/tiny/policy.lp, line " in told
    )
    assert "policies/tiny/policy.lp, line 7: row dropped; allow more time with --timeout" in told


def test_an_error_of_the_time_limit_is_the_same_in_another_process() -> None:
    error = TimeLimitError(5, "2 of 3 editions were verified")
    assert str(copy.copy(error)) == str(error)
    assert str(copy.copy(TimeLimitError(5))) == str(TimeLimitError(5))


def test_worlds_are_compared_to_the_end_though_an_interruption_came_late(kb: KnowledgeBase) -> None:
    def worlds(edition: Edition) -> _Worlds:
        return _Astray(edition)

    edition = kb.edition("fep_lupkynis")
    interrupted = worlds(edition)
    interrupted._watch._interrupt()
    assert interrupted.plainest() == worlds(edition).plainest()


@pytest.mark.parametrize(
    ("words", "so_far"),
    [
        (("verify",), "0 of 3 editions were verified"),
        (("test",), "0 of 2 policies were tried"),
        (("diff", "uhc_benlysta"), "0 of 1 comparisons were made"),
    ],
)
def test_the_command_says_how_far_it_came(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], so_far: str
) -> None:
    telling = Limited.telling

    def over_once_told(run: Limited, what: str, tick: Tick | None = None) -> Tick:
        told = telling(run, what, tick)

        def ended(done: int, total: int) -> None:
            told(done, total)
            monkeypatch.setattr(run.limit, "_end", 0.0)

        return ended

    monkeypatch.setattr(Limited, "telling", over_once_told)
    ended = command(*words, "--timeout", "600")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err == (
        f"error: not done within the time limit of 600 s: {so_far}; "
        "allow more time with --timeout, or name fewer policies\n"
    )
