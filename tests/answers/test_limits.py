"""A call ends when its time is over, whatever else goes on, and before memory is gone."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import clingo
import pytest

from lupa import KnowledgeBase, LupaError, SpaceLimitError, TimeLimitError
from lupa.answers.search import Cheapest, Unexplored
from lupa.compiled.diagram import MOST_PARTS, NO, YES, Budget, Diagrams
from lupa.rules.deadline import Deadline
from lupa.rules.ground import ground
from lupa.rules.kept import cached_property
from lupa.rules.solver import Watch
from lupa.rules.store import _after_fork
from tests.brute import holds
from tests.readme import ROOT

pytestmark = pytest.mark.slow

CHILD: dict[str, Any] = {
    "request": {"drug": "Benlysta", "route": "intravenous", "indication": "sle", "phase": "initial"},
    "facts": {"age": 3},
}
OPEN: dict[str, Any] = {
    "request": {"drug": "Benlysta", "months": None},
    "facts": {
        "override": dict.fromkeys(("plan_document", "state_mandate", "rare_disease")),
        "reading": dict.fromkeys(
            (
                "term_limit",
                "unproven_on_continuation",
                "comorbidity",
                "activity_on_continuation",
                "age_floor_in_label",
            )
        ),
    },
}
"""A case on which so much is open that its plan takes seconds, and some hundred megabytes."""
PARTS = 50_000
"""So many parts are soon made."""


@pytest.fixture
def own() -> KnowledgeBase:
    """A knowledge base that no other test asks."""
    return KnowledgeBase.load()


@contextmanager
def held(*locks: Any) -> Iterator[None]:
    """Another thread holds these locks meanwhile."""
    begun, over = threading.Event(), threading.Event()

    def hold() -> None:
        for lock in locks:
            lock.acquire()
        begun.set()
        over.wait(30)
        for lock in locks:
            lock.release()

    thread = threading.Thread(target=hold)
    thread.start()
    begun.wait(30)
    try:
        yield
    finally:
        over.set()
        thread.join()


def seconds(of: Callable[[], object]) -> float:
    began = time.monotonic()
    of()
    return time.monotonic() - began


# ---- beside other threads ----------------------------------------------------------------------


def too_large_for(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """A plan is made of so many parts at most, however its questions are looked at."""
    for name in ("_MANY", "_MOST"):
        monkeypatch.setattr(f"lupa.answers.plan.{name}", most)


def test_a_decision_does_not_wait_for_a_long_question_on_the_same_edition(own: KnowledgeBase) -> None:
    expected = own.decide(CHILD)
    with held(own.edition("uhc_benlysta").lock):
        assert own.decide(CHILD, timeout=20) == expected
        assert own.decide(CHILD) == expected


def test_a_plan_beside_which_others_decide_keeps_nobody_waiting(
    own: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    too_large_for(monkeypatch, PARTS)
    expected = own.decide(CHILD)
    ended: list[LupaError] = []

    def long() -> None:
        try:
            own.plan(OPEN)
        except LupaError as error:
            ended.append(error)

    thread = threading.Thread(target=long)
    thread.start()
    found = [own.decide(CHILD, timeout=5) for _ in range(5)]
    thread.join()
    assert [type(error) for error in ended] == [SpaceLimitError]
    assert found == [expected] * 5


def test_where_every_copy_of_an_edition_is_busy_the_time_limit_holds(own: KnowledgeBase) -> None:
    copies: list[Any] = []
    for _ in range(6):
        with held(*(copy.lock for copy in copies)):
            copies.append(own.edition("uhc_benlysta"))
    assert len(set(copies)) == 4
    with held(*(copy.lock for copy in copies[:4])):

        def late() -> None:
            with pytest.raises(TimeLimitError, match=r"within the time limit of 0\.1 s"):
                own.decide(CHILD, timeout=0.1)

        assert seconds(late) < 3


def test_waiting_for_another_thread_to_ground_counts_within_the_time_limit(own: KnowledgeBase) -> None:
    with held(own._lock), pytest.raises(TimeLimitError):
        own.decide(CHILD, timeout=0.1)
    assert own.decide(CHILD, timeout=20).outcome == "deny"


def test_waiting_for_the_derivation_counts_within_the_time_limit(own: KnowledgeBase) -> None:
    own.why(CHILD, tree=True)
    (marked, _) = own._marked["uhc_benlysta", "2023-11-01"]
    with held(marked.lock), pytest.raises(TimeLimitError):
        own.why(CHILD, tree=True, timeout=0.1)


FORKING = """
    import os, signal, sys, threading, time
    from lupa import KnowledgeBase, LupaError
    from tests.answers.test_limits import CHILD, OPEN

    kb = KnowledgeBase.load()
    if {warm}:
        kb.decide(CHILD)
        kb.why(CHILD, tree=True)
    over = threading.Event()

    def work():
        while not over.is_set():
            for ask in (kb.decide, kb.plan):
                try:
                    ask(OPEN, timeout=0.2)
                except LupaError:
                    pass

    thread = threading.Thread(target=work)
    thread.start()
    statuses = []
    for _ in range(3):
        time.sleep(0.1)
        child = os.fork()
        if not child:
            signal.alarm(30)
            outcome = kb.why(CHILD, tree=True).decision.outcome
            os._exit(0 if outcome == "deny" else 1)
        statuses.append(os.waitpid(child, 0)[1])
    over.set()
    thread.join()
    print(statuses, kb.decide(CHILD).outcome)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no process is forked there")
@pytest.mark.parametrize("warm", [True, False])
def test_a_process_forked_while_a_thread_decides_can_decide(warm: bool) -> None:
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(FORKING).format(warm=warm)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=240,
    )
    assert (run.stdout, run.stderr) == ("[0, 0, 0] deny\n", "")


@pytest.mark.skipif(sys.platform == "win32", reason="no process is forked there")
@pytest.mark.filterwarnings("ignore:.*fork")
def test_no_process_is_forked_while_rules_are_ground() -> None:
    begun, ground_whole = threading.Event(), threading.Event()

    def slowly(_: clingo.Control) -> None:
        begun.set()
        time.sleep(0.2)
        ground_whole.set()

    thread = threading.Thread(target=lambda: ground(slowly))
    thread.start()
    begun.wait()
    child = os.fork()
    if not child:
        os._exit(0 if ground_whole.is_set() else 1)
    assert os.waitpid(child, 0)[1] == 0
    thread.join()


def test_after_a_fork_what_nobody_used_is_kept_and_the_rest_ground_anew(own: KnowledgeBase) -> None:
    used, free = own.edition("uhc_benlysta"), own.edition("fep_lupkynis")
    with held(used.lock, own._lock):
        own.after_fork()
        assert own.edition("fep_lupkynis") is free
        assert own.edition("uhc_benlysta") is not used


def test_a_property_that_another_thread_works_out_is_not_waited_for() -> None:
    begun, go_on = threading.Event(), threading.Event()

    class Thing:
        def __init__(self, *, slow: bool) -> None:
            self._slow = slow

        @cached_property
        def made(self) -> str:
            """What is made of it."""
            if self._slow:
                begun.set()
                go_on.wait(30)
            return "slow" if self._slow else "fast"

    slow = Thing(slow=True)
    thread = threading.Thread(target=lambda: slow.made)
    thread.start()
    begun.wait(30)
    assert Thing(slow=False).made == "fast"
    go_on.set()
    thread.join()
    assert (slow.made, slow.__dict__["made"]) == ("slow", "slow")
    assert Thing.made.__doc__ == "What is made of it."


# ---- every verb --------------------------------------------------------------------------------

VERBS: dict[str, Callable[[KnowledgeBase, float], object]] = {
    "decide": lambda kb, limit: kb.decide(OPEN, timeout=limit),
    "why": lambda kb, limit: kb.why(CHILD, tree=True, every=True, timeout=limit),
    "whatif": lambda kb, limit: kb.whatif(OPEN, {"age": 4}, all_readings=True, timeout=limit),
    "flip": lambda kb, limit: kb.flip(OPEN, most=2000, timeout=limit),
    "ask": lambda kb, limit: kb.ask(OPEN, timeout=limit),
    "plan": lambda kb, limit: kb.plan(OPEN, timeout=limit),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("limit", [1e-9, 0.02, 0.1])
def test_every_verb_ends_when_its_time_is_over(kb: KnowledgeBase, verb: str, limit: float) -> None:
    began = time.process_time()  # on a machine that does other things a second is no second
    said = f"no answer within the time limit of {limit:g} s; nothing was decided."
    try:
        VERBS[verb](kb, limit)
        ended = said if limit > 0.01 else "was answered in no time"
    except TimeLimitError as error:
        ended = str(error)
    assert ended.startswith(said)
    assert time.process_time() - began < limit + 2


def test_a_record_that_leaves_nearly_everything_open_is_decided(kb: KnowledgeBase) -> None:
    decision = kb.decide(OPEN)
    assert decision.outcome == "pend"
    assert len(decision.possible) == len({*decision.possible}) > 4
    assert decision.missing


def test_a_plan_where_nearly_everything_is_open_leads_to_what_is_decided(own: KnowledgeBase) -> None:
    plan = own.plan(OPEN)
    assert (plan.questions, plan.cost) == (17, 20)
    question = next(own.questions(OPEN))
    edition, dice = question.edition, random.Random(1)
    literals, reached = list(edition.literals.items()), set()
    for _ in range(40):
        held = [*question.statements, dice.choice(list(edition.outcomes.values()))]
        for literal in dice.sample([x for _, x in literals], 12):
            further = literal if dice.random() < 0.5 else -literal
            if edition.satisfiable((*held, further)):
                held.append(further)
        world = edition.solver.world(held, [*(x for _, x in literals), *edition.outcomes.values()])
        if world is None:
            continue
        true = {fact for (fact, _), so in zip(literals, world, strict=False) if so}
        (outcome,) = (o for o, so in zip(edition.outcomes, world[len(literals) :], strict=True) if so)
        step: int | None = 1
        while step is not None:
            (branch,) = (each for each in plan.steps[step - 1].branches if holds(each.when, true))
            step, ends = branch.step, branch.outcome
        assert ends == outcome
        reached.add(outcome)
    assert len(reached) > 3


def test_a_plan_ends_with_its_time_limit(kb: KnowledgeBase) -> None:
    with pytest.raises(TimeLimitError, match=r"within the time limit of 0\.2 s"):
        kb.plan(OPEN, timeout=0.2)


def test_the_limit_of_a_question_within_a_question_does_not_end_that_of_the_outer_one() -> None:
    watch = Watch()
    with watch.limit(0.05):
        with watch.limit(None):
            watch.check()
        time.sleep(0.06)
        with pytest.raises(TimeLimitError, match=r"0\.05 s"):
            watch.check()


def test_nobody_waits_for_the_end_of_what_solves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[object] = []

    class Told(threading.Thread):
        def start(self) -> None:
            begun.append(self)
            super().start()

    monkeypatch.setattr(threading, "Thread", Told)
    watch = Watch()
    with watch.limit(60):
        watch.check()
        assert begun == []
        watch.before_solving()
        watch.before_solving()
        assert len(begun) == 1


def hard(watch: Watch) -> Cheapest:
    """A search for the cheapest sets that takes long."""
    dice = random.Random(7)
    search = Cheapest([(number, number, dice.randint(1, 9)) for number in range(1, 161)], watch)
    for _ in range(700):
        search.require([search.stated[place] for place in dice.sample(range(160), 3)])
    return search


def test_a_search_for_the_cheapest_sets_ends_with_its_time_limit() -> None:
    watch = Watch()
    with watch.limit(0.2):
        search = hard(watch)
        with pytest.raises(TimeLimitError):
            list(search.sets())


def test_an_interruption_meant_for_another_question_does_not_end_a_search() -> None:
    watch = Watch()
    rows = [(1, 1, 1), (2, 2, 1), (3, 3, 1)]
    with watch.limit(60):
        search = Cheapest(rows, watch)
        search.require(search.stated)
        found = []
        for cost, places in search.sets():
            found.append((cost, places))
            watch._interrupt()
        unexplored = Unexplored(2, watch)
        watch._interrupt()
        assert unexplored.largest() == [0, 1]
    assert sorted(found) == [(1, [0]), (1, [1]), (1, [2])]


# ---- memory ------------------------------------------------------------------------------------


@pytest.mark.parametrize("most", [PARTS, pytest.param(MOST_PARTS, marks=pytest.mark.mass)])
def test_a_plan_that_would_take_gigabytes_ends_with_what_to_do_about_it(
    kb: KnowledgeBase, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    too_large_for(monkeypatch, most)
    with pytest.raises(SpaceLimitError) as caught:
        kb.plan(OPEN)
    assert str(caught.value) == (
        f"more than {most:,} parts would be needed to answer this, more than memory is given up for; "
        "nothing was decided. Leave fewer facts open: answer first what `lupa ask` names first, or say "
        "how the text is read where its readings are left open."
    )


def test_functions_are_made_of_no_more_parts_than_their_budget_allows() -> None:
    looked = []
    diagrams = Diagrams(Budget(lambda: looked.append(len(diagrams._nodes)), most=2000))
    for variable in range(2000):
        diagrams.node(variable, NO, YES)
    with pytest.raises(SpaceLimitError, match="more than 2,000 parts"):
        diagrams.node(2000, NO, YES)
    assert (len(diagrams._nodes), looked) == (2000, [1023])


def test_a_deadline_tells_what_is_left() -> None:
    assert Deadline().left is None
    assert Deadline(1e-9).left == 0
    assert 50 < (Deadline(60).left or 0) <= 60


def test_the_command_says_so_and_goes_on_with_the_next_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import json

    from tests.command import command

    too_large_for(monkeypatch, PARTS)
    path = tmp_path / "cases.jsonl"
    path.write_text(f"{json.dumps(OPEN)}\n{json.dumps(CHILD)}\n")
    ended = command("ask", "--plan", str(path))
    assert ended.status == 2
    assert ended.err.startswith(f"error: {path}:1: more than {PARTS:,} parts would be needed")
    assert ended.out.startswith("DENY")


def test_after_a_fork_each_store_has_a_lock_of_its_own(own: KnowledgeBase) -> None:
    expected = own.decide(CHILD)
    with held(own._lock):
        _after_fork()
        assert own.decide(CHILD) == expected
