"""A ground program: rule files grounded once, and then only asked.

Every declared fact is a choice, so an answer set is a world. A record is a list of assumptions, and
each question is a solve call on the same control. Nothing here knows a policy, and no answer depends
on which questions were asked before: what is reported follows from satisfiability alone.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import clingo

from lupa.errors import RuleError, TimeLimitError

Literal = int
"""A program literal of clingo: an atom's number, negative where the atom is false."""


class Rule(NamedTuple):
    """A ground rule: `head` atoms and `body` literals; `choice` where the head may hold or not.

    With `weights`, the body holds where the weights of its true literals sum to `bound` or more.
    """

    choice: bool
    head: tuple[Literal, ...]
    body: tuple[Literal, ...]
    weights: tuple[int, ...] = ()
    bound: int = 0


class _Recorder(clingo.Observer):
    """Keeps the ground rules that clingo hands to its solver."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def rule(self, choice: bool, head: Sequence[int], body: Sequence[int]) -> None:
        self.rules.append(Rule(choice, tuple(head), tuple(body)))

    def weight_rule(
        self, choice: bool, head: Sequence[int], lower_bound: int, body: Sequence[tuple[int, int]]
    ) -> None:
        literals, weights = zip(*body, strict=True)
        self.rules.append(Rule(choice, tuple(head), literals, weights, lower_bound))


class Watch:
    """One time limit over every control that works on the same question."""

    def __init__(self) -> None:
        self.controls: list[clingo.Control] = []
        self._end: float | None = None
        self._seconds = 0.0

    @contextmanager
    def limit(self, seconds: float | None) -> Iterator[None]:
        """All solves in this block together end within `seconds`, or raise `TimeLimitError`."""
        if seconds is None:
            yield
            return
        self._end, self._seconds = time.monotonic() + seconds, seconds
        timer = threading.Timer(seconds, self._interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            self._end = None

    def _interrupt(self) -> None:
        for control in self.controls:
            control.interrupt()

    def interrupted(self) -> None:
        """Raises, unless the interruption was meant for an earlier question and came late."""
        if self._end is not None and time.monotonic() >= self._end:
            raise TimeLimitError(self._seconds)


class Solver:
    """A control that only answers; each call returns what its assumptions make of the program."""

    def __init__(self, control: clingo.Control, watch: Watch) -> None:
        self._control = control
        self._watch = watch
        watch.controls.append(control)

    def satisfiable(self, assumptions: Sequence[Literal]) -> bool:
        """Some world holds all of these."""
        while True:
            result = self._control.solve(assumptions=assumptions).satisfiable
            if result is not None:
                return result
            self._watch.interrupted()

    def world(
        self, assumptions: Sequence[Literal], atoms: Sequence[Literal]
    ) -> tuple[bool, ...] | None:
        """A world that holds all of these, as the truth of `atoms`; None if there is none."""
        while True:
            with self._control.solve(assumptions=assumptions, yield_=True) as handle:
                model = handle.model()
                if model is not None:
                    return tuple(map(model.is_true, atoms))
                if handle.get().unsatisfiable:
                    return None
            self._watch.interrupted()

    def minimal(
        self, fixed: Sequence[Literal], candidates: Sequence[Literal]
    ) -> list[Literal] | None:
        """The least of `candidates` that has no world together with `fixed`; None if all of them have one.

        The result is minimal by inclusion and, among the minimal ones, the one that keeps earlier
        candidates rather than later ones (QuickXplain, Junker 2004). It depends on the meaning of the
        program alone, never on what the solver learnt before.
        """
        if self.satisfiable([*fixed, *candidates]):
            return None
        return self._explain(list(fixed), True, list(candidates))

    def _explain(
        self, background: list[Literal], grown: bool, candidates: list[Literal]
    ) -> list[Literal]:
        if grown and not self.satisfiable(background):
            return []
        if len(candidates) <= 1:
            return candidates
        half = len(candidates) // 2
        first, second = candidates[:half], candidates[half:]
        from_second = self._explain(background + first, True, second)
        from_first = self._explain(background + from_second, bool(from_second), first)
        return from_first + from_second


def ground(
    files: Sequence[Path], parts: Sequence[tuple[str, Sequence[clingo.Symbol]]] = (("base", ()),)
) -> "Ground":
    """The program of these files; raises `RuleError` for every message clingo has about them."""
    messages: list[str] = []
    control = clingo.Control(["--warn=all"], logger=lambda _, text: messages.append(text))
    recorder = _Recorder()
    control.register_observer(recorder)
    try:
        for path in files:
            control.load(str(path))
        control.ground(parts)
    except RuntimeError as error:
        raise RuleError(_said(messages) or str(error)) from error
    if messages:
        raise RuleError(_said(messages))
    return Ground(control, recorder.rules)


def _said(messages: Sequence[str]) -> str:
    """clingo's messages, one a line, without its closing summary."""
    lines = (" ".join(text.split()) for text in messages)
    return "\n".join(line for line in lines if not line.startswith("<cmd>"))


class Ground:
    """A grounded program with the names of its atoms and what depends on what."""

    def __init__(self, control: clingo.Control, rules: list[Rule]) -> None:
        self.watch = Watch()
        self.solver = Solver(control, self.watch)
        self.rules = rules
        self._atoms = control.symbolic_atoms

    def symbols(self, name: str, arity: int) -> list[clingo.Symbol]:
        """The atoms of one predicate that can be true, in the order of their rules."""
        return [atom.symbol for atom in self._atoms.by_signature(name, arity)]

    def facts(self, name: str, arity: int) -> list[list[clingo.Symbol]]:
        """The arguments of the atoms of one predicate that are true in every world."""
        return [
            atom.symbol.arguments for atom in self._atoms.by_signature(name, arity) if atom.is_fact
        ]

    def literal(self, symbol: clingo.Symbol) -> Literal | None:
        """The literal of an atom; None for one that no world can hold."""
        atom = self._atoms[symbol]
        return None if atom is None else atom.literal

    @cached_property
    def _bodies(self) -> dict[Literal, set[Literal]]:
        bodies: dict[Literal, set[Literal]] = {}
        for rule in self.rules:
            for head in rule.head:
                bodies.setdefault(head, set()).update(map(abs, rule.body))
        return bodies

    def below(self, atoms: Sequence[Literal]) -> set[Literal]:
        """Every atom on which these depend, with themselves."""
        found: set[Literal] = set()
        waiting = list(map(abs, atoms))
        while waiting:
            atom = waiting.pop()
            if atom not in found:
                found.add(atom)
                waiting.extend(self._bodies.get(atom, ()))
        return found

