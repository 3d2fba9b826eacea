"""A control that only answers, and the time that it may take."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

import clingo

from lupa.rules.deadline import ENDLESS, Deadline

Literal = int
"""A program literal of clingo: an atom's number, negative where the atom is false."""

Needing = Callable[[int, Sequence[Literal]], int | None]
"""How many of the first so many suffice, with what else is kept; None where they do not."""

_AGAIN = 0.05
"""Seconds after which a search that is to end is told so again."""


class Watch:
    """One time limit over every control that works on the same question."""

    def __init__(self) -> None:
        self.controls: list[clingo.Control] = []
        self._joined: list[clingo.Control] = []
        self._limit = ENDLESS
        self._over: tuple[threading.Event, threading.Thread] | None = None
        """Set once nothing is to be interrupted any more, and who waits; None while nothing was solved."""

    @contextmanager
    def limit(self, limit: Deadline | float | None) -> Iterator[None]:
        """All solves in this block together end in time, or raise `TimeLimitError`.

        The limit of a block around this one comes back after it.
        """
        before = self._limit, self._joined, self._over
        self._limit, self._joined = limit if isinstance(limit, Deadline) else Deadline(limit), []
        self._over = None
        try:
            yield
        finally:
            if self._over is not None:
                over, ringing = self._over
                over.set()
                ringing.join()  # who forks this process must know that nobody else is in it
            self._limit, self._joined, self._over = before

    def _ring(self, seconds: float, over: threading.Event) -> None:
        """Interrupts what is solved once the time is over: again and again, as one may be lost."""
        wait = min(seconds, threading.TIMEOUT_MAX)
        while not over.wait(wait):
            self._interrupt()
            wait = _AGAIN

    def _interrupt(self) -> None:
        for control in (*self.controls, *self._joined):
            control.interrupt()

    def join(self, control: clingo.Control) -> None:
        """A control that works on this question too, until the block with its limit ends."""
        self._joined.append(control)

    def check(self) -> None:
        """Raises once the time is over: an interruption may be lost, or meant for an earlier question."""
        self._limit.check()
        run = _RUN.get()
        if run is not None:
            watch, limit = run
            watch.controls = [*self.controls, *self._joined]
            limit.check()

    def before_solving(self) -> None:
        """As `check`; what is solved from now on is interrupted once the time is over."""
        self.check()
        self.see_to_the_end()
        run = _RUN.get()
        if run is not None:
            run[0].see_to_the_end()

    def see_to_the_end(self) -> None:
        """Waits for the end from now on, which whoever solves nothing need not pay for."""
        left = self._limit.left
        if left is not None and self._over is None:
            over = threading.Event()
            self._over = over, threading.Thread(target=self._ring, args=(left, over), daemon=True)
            self._over[1].start()


_RUN: ContextVar[tuple[Watch, Deadline] | None] = ContextVar("run", default=None)
"""The watch over a run that asks many things, of the controls that it asked last, and its time limit."""


@contextmanager
def solving_within(limit: Deadline) -> Iterator[None]:
    """Whatever is asked in this block, and of whichever program, ends in time.

    Or it raises `TimeLimitError`, for its own limit or for this one.
    """
    run = Watch()
    with run.limit(limit):
        token = _RUN.set((run, limit))
        try:
            yield
        finally:
            _RUN.reset(token)


class Answers(ABC):
    """What a program says of some assumptions; whatever it is told by, it is the same."""

    @abstractmethod
    def satisfiable(self, assumptions: Sequence[Literal]) -> bool:
        """Some world holds all of these."""

    @abstractmethod
    def world_or_core(
        self, assumptions: Sequence[Literal], atoms: Sequence[Literal]
    ) -> tuple[bool, ...] | frozenset[Literal]:
        """A world that holds all of these, as the truth of `atoms`; or some that no world holds all of."""

    def world(self, assumptions: Sequence[Literal], atoms: Sequence[Literal]) -> tuple[bool, ...] | None:
        """A world that holds all of these, as the truth of `atoms`; None if there is none."""
        found = self.world_or_core(assumptions, atoms)
        return found if isinstance(found, tuple) else None

    def core(self, assumptions: Sequence[Literal]) -> frozenset[Literal] | None:
        """Some of these that no world holds together; None if a world holds them all."""
        found = self.world_or_core(assumptions, ())
        return None if isinstance(found, tuple) else found

    def held(self, assumptions: Sequence[Literal], one_of: Sequence[Literal]) -> list[Literal]:
        """Those that some world holds of several, of which each world that holds these holds just one."""
        found: list[Literal] = []
        while True:
            world = self.world([*assumptions, *(-literal for literal in found)], one_of)
            if world is None:
                return [literal for literal in one_of if literal in found]
            found += [literal for literal, holds in zip(one_of, world, strict=True) if holds]

    def least(self, assumptions: Sequence[Literal], atoms: Sequence[Literal]) -> list[Literal] | None:
        """Those of `atoms` that are true in the first of all worlds that hold these; None if there is none.

        The first is the one that, going through the atoms in order, has each false where it can be:
        it follows from the meaning of the program, never from what the solver learnt before.
        """
        # an atom, and those before it that cannot all be false with it: it is true where they are not
        forced: dict[Literal, list[Literal]] = {}
        while True:
            false = [-atom for atom in atoms if atom not in forced]
            world = self.world_or_core([*assumptions, *false], atoms)
            if isinstance(world, tuple):
                break
            clash = [-literal for literal in false if literal in world]
            if not clash:
                return None
            forced[clash[-1]] = clash[:-1]
        true: list[Literal] = []
        held = list(assumptions)
        for place, atom in enumerate(atoms):
            if world[place] and (atom not in forced or not set(true).isdisjoint(forced[atom])):
                world = self.world([*held, -atom], atoms) or world
            if world[place]:
                true.append(atom)
            held.append(atom if world[place] else -atom)
        return true

    def minimal(self, fixed: Sequence[Literal], candidates: Sequence[Literal]) -> list[Literal] | None:
        """A minimal part of `candidates` that no world holds with `fixed`; None if a world holds all.

        It is the one that is left when each candidate in turn, the last first, is dropped if the rest
        suffices without it. So the result follows from the meaning of the program and the order of the
        candidates, never from what the solver learnt before: cores and longer steps only spare solves.
        """
        place = {literal: at for at, literal in reversed([*enumerate(candidates, start=1)])}

        def needed(count: int, kept: Sequence[Literal]) -> int | None:
            core = self.core([*fixed, *candidates[:count], *kept])
            return None if core is None else max([0, *(p for x in core if (p := place.get(x, 0)) <= count)])

        return shrunk(candidates, needed)


def shrunk(candidates: Sequence[Literal], needed: Needing) -> list[Literal] | None:
    """What is left of candidates when each in turn, the last first, is dropped if the rest suffices.

    None where not even all of them do.
    """
    kept: list[Literal] = []  # the last first
    enough = needed(len(candidates), kept)
    if enough is None:
        return None
    while enough:
        too_few, step = -1, 1  # so many do not suffice
        while enough - too_few > 1:
            tried = max(enough - step, (enough + too_few) // 2)
            fewer = needed(tried, kept)
            if fewer is None:
                too_few, step = tried, len(candidates)
            else:
                enough, step = fewer, 2 * step
        if enough:
            kept.append(candidates[enough - 1])
            enough -= 1  # with what is kept, no more than these are needed
    return kept[::-1]


class Solver(Answers):
    """A control that only answers; each call returns what its assumptions make of the program."""

    def __init__(self, control: clingo.Control, watch: Watch) -> None:
        self._control = control
        self._watch = watch
        self._enough: dict[tuple[tuple[Literal, ...], int], Literal] = {}
        watch.controls.append(control)

    def satisfiable(self, assumptions: Sequence[Literal]) -> bool:
        """Some world holds all of these."""
        while True:
            self._watch.before_solving()
            result = self._control.solve(assumptions=assumptions).satisfiable
            if result is not None:
                return result

    def world_or_core(
        self, assumptions: Sequence[Literal], atoms: Sequence[Literal]
    ) -> tuple[bool, ...] | frozenset[Literal]:
        while True:
            self._watch.before_solving()
            with self._control.solve(assumptions=assumptions, yield_=True) as handle:
                model = handle.model()
                if model is not None:
                    return tuple(map(model.is_true, atoms))
                if handle.get().unsatisfiable:
                    return frozenset(handle.core())

    def enough(self, literals: Sequence[Literal], count: int) -> Literal:
        """An atom that holds where at least so many of these do."""
        key = tuple(literals), count
        if key not in self._enough:
            with self._control.backend() as backend:
                self._enough[key] = backend.add_atom()
                backend.add_weight_rule([self._enough[key]], count, [(literal, 1) for literal in literals])
        return self._enough[key]
