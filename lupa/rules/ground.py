"""A ground program: rule files grounded once, and then only asked.

Every declared fact is a choice, so an answer set is a world. A record is a list of assumptions, and
each question is a solve call on the same control. Nothing here knows a policy, and no answer depends
on which questions were asked before: what is reported follows from satisfiability alone.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import NamedTuple

import clingo

from lupa.errors import RuleError, TimeLimitError
from lupa.rules.deadline import Deadline
from lupa.rules.kept import cached_property
from lupa.rules.numbers import LARGEST
from lupa.rules.onfile import begins_with_mark
from lupa.rules.solver import Literal, Solver, Watch

_GROUNDING = threading.RLock()
"""Held while clingo grounds, which now and then locks the table of all symbols. A process that is forked at
such a moment would wait for it for ever, so who forks waits until what is being ground is ground."""

if hasattr(os, "register_at_fork"):  # pragma: no branch - where processes can be forked
    os.register_at_fork(
        before=_GROUNDING.acquire, after_in_parent=_GROUNDING.release, after_in_child=_GROUNDING.release
    )


class Rule(NamedTuple):
    """A ground rule: `head` atoms and `body` literals; `choice` where the head may hold or not.

    With `weights`, the body holds where the weights of its true literals sum to `bound` or more.
    """

    choice: bool
    head: tuple[Literal, ...]
    body: tuple[Literal, ...]
    weights: tuple[int, ...] = ()
    bound: int = 0


MOST_RULES, MOST_SECONDS = 1_000_000, 60.0
"""What a knowledge base may ground to, and for how long: far beyond what a sensible one needs."""


class EndlessError(RuleError):
    """Rules that ground to too much, or for too long."""


_TOO_LARGE_A_SUM = (
    "the weights of a #sum in the rules are together beyond the largest number that rules can hold, "
    f"{LARGEST}; use a larger unit"
)
_LIMIT: ContextVar[tuple[float, float] | None] = ContextVar("limit", default=None)
"""When the grounding has to end that is done here, and the seconds that its call was given."""


@contextmanager
def grounding_within(limit: Deadline) -> Iterator[None]:
    """What is grounded in this block ends in time, or raises `TimeLimitError`."""
    left = limit.left
    token = _LIMIT.set(None if left is None else (time.perf_counter() + left, limit.seconds or 0))
    try:
        yield
    finally:
        _LIMIT.reset(token)


class _LateError(Exception):
    """The time is over in which something was to be grounded: clingo hands on an error with words only."""


class _Recorder(clingo.Observer):
    """Keeps the ground rules that clingo hands to its solver, as long as they are not too many.

    What is added once they are `complete`, to ask something, is none of them and takes what time it takes.
    """

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.complete = False
        self._end = time.perf_counter() + MOST_SECONDS
        self.limit = _LIMIT.get() or (self._end, MOST_SECONDS)

    def rule(self, choice: bool, head: Sequence[int], body: Sequence[int]) -> None:
        if self.complete:
            return
        self.rules.append(Rule(choice, tuple(head), tuple(body)))
        if len(self.rules) > MOST_RULES:
            raise EndlessError(f"the rules ground to more than {MOST_RULES:,} rules")
        now = time.perf_counter()
        if now > self.limit[0] and self.limit[0] < self._end:
            raise _LateError
        if now > self._end:
            raise EndlessError(f"the rules ground for more than {MOST_SECONDS:g} s")

    def weight_rule(
        self, choice: bool, head: Sequence[int], lower_bound: int, body: Sequence[tuple[int, int]]
    ) -> None:
        if self.complete:
            return
        literals, weights = zip(*body, strict=True)
        self.rules.append(Rule(choice, tuple(head), literals, weights, lower_bound))


def levels(rules: Sequence[Rule]) -> tuple[dict[Literal, int], Literal | None]:
    """A level for each atom, above all that its rules negate, 0 where it has none.

    And an atom that is defined in a circle through `not`, if there is one: to its level there is no end.
    """
    highest = len({literal for rule in rules for literal in rule.body if literal < 0})
    level: dict[Literal, int] = {}
    rising = True
    while rising:
        rising = False
        for rule in rules:
            below = max((level.get(abs(x), 0) + (x < 0) for x in rule.body), default=0)
            for head in rule.head:
                if below > level.get(head, 0):
                    level[head], rising = below, True
                if below > highest:
                    return level, head
    return level, None


def quoted(symbol: clingo.Symbol, where: str) -> str:
    """The text of a symbol in quotes; raises `RuleError` for any other."""
    try:
        return symbol.string
    except RuntimeError as error:
        raise RuleError(f"{where}: {symbol} stands where words in quotes belong") from error


def counted(symbol: clingo.Symbol, where: str) -> int:
    """The number that a symbol is; raises `RuleError` for any other."""
    try:
        return symbol.number
    except RuntimeError as error:
        raise RuleError(f"{where}: {symbol} stands where a number belongs") from error


Load = Callable[[clingo.Control], None]
"""Puts rules into a control."""


def plainly(files: Sequence[Path]) -> Load:
    """Loads files as they are, but for a mark of their encoding at the start, which clingo would refuse."""

    def load(control: clingo.Control) -> None:
        for path in files:
            if begins_with_mark(path):
                from lupa.rules.trees import load_tree  # hardly any file needs syntax trees

                load_tree(control, path)
            else:
                control.load(str(path))

    return load


Parts = Sequence[tuple[str, Sequence[clingo.Symbol]]]
"""The parts of a program that are grounded, with the values of their parameters."""


Then = Callable[[clingo.Control], Parts]
"""The parts of a program that are grounded once it is known which atoms there are."""


def listening() -> tuple[clingo.Control, list[str]]:
    """A control, and the messages that it will have about its program."""
    messages: list[str] = []
    options = ["--warn=all", "--heuristic=Vmtf"]  # which begins a search in half the time of the usual one
    control = clingo.Control(options, logger=lambda _, text: messages.append(text))
    control.enable_cleanup = False  # else atoms that no world holds lose their names once rules are added
    return control, messages


def ground(
    *loads: Load,
    parts: Parts = (("base", ()),),
    then: Then = lambda _: (),
) -> "Ground":
    """The program that is loaded; once its parts are grounded, so are those that `then` makes of its atoms.

    Raises `RuleError` for every message clingo has about it; `EndlessError`, which is one, for rules
    that ground to too much; and `TimeLimitError` where it takes longer than it may.
    """
    recorder = _Recorder()
    with _alone(*recorder.limit):
        control, messages = listening()
        control.register_observer(recorder)
        try:
            for load in loads:
                load(control)
            control.ground(parts)
            control.ground(then(control))
        except _LateError as error:
            raise TimeLimitError(recorder.limit[1]) from error
        except RuntimeError as error:
            words = _TOO_LARGE_A_SUM if "Integer overflow" in str(error) else str(error)
            raise RuleError(_said(messages) or words) from error
    if messages:
        raise RuleError(_said(messages))
    recorder.complete = True
    return Ground(control, recorder.rules)


@contextmanager
def _alone(end: float, seconds: float) -> Iterator[None]:
    """Nothing else is ground meanwhile, and no process forked. Raises `TimeLimitError` in time."""
    left = max(0.0, end - time.perf_counter())
    if not _GROUNDING.acquire(timeout=min(left, threading.TIMEOUT_MAX)):
        raise TimeLimitError(seconds)
    try:
        yield
    finally:
        _GROUNDING.release()


def _said(messages: Sequence[str]) -> str:
    """Clingo's messages, one a line, without its closing summary."""
    lines = (" ".join(text.split()) for text in messages)
    return "\n".join(line for line in lines if not line.startswith("<cmd>"))


class Ground:
    """A grounded program with the names of its atoms and what depends on what."""

    def __init__(self, control: clingo.Control, rules: list[Rule]) -> None:
        self.watch = Watch()
        self.solver = Solver(control, self.watch)
        self.rules = rules
        self.origin: tuple[Sequence[Path], Parts] = ((), ())
        """The files that it was ground from and the parts of them, where these are known."""
        self._atoms = control.symbolic_atoms

    def symbols(self, name: str, arity: int) -> list[clingo.Symbol]:
        """The atoms of one predicate that can be true, in the order of their rules."""
        return [atom.symbol for atom in self._atoms.by_signature(name, arity)]

    def facts(self, name: str, arity: int) -> list[list[clingo.Symbol]]:
        """The arguments of the atoms of one predicate that are true in every world."""
        return [atom.symbol.arguments for atom in self._atoms.by_signature(name, arity) if atom.is_fact]

    def literals(self, name: str, arity: int) -> set[Literal]:
        """The literals of the atoms of one predicate."""
        return {atom.literal for atom in self._atoms.by_signature(name, arity)}

    def literal(self, symbol: clingo.Symbol) -> Literal | None:
        """The literal of an atom; None for one that no world can hold."""
        atom = self._atoms[symbol]
        return None if atom is None else atom.literal

    def is_certain(self, symbol: clingo.Symbol) -> bool:
        """Whether an atom holds in every world, as is plain from the rules."""
        atom = self._atoms[symbol]
        return atom is not None and atom.is_fact

    def names(self) -> dict[Literal, str]:
        """The atoms that some worlds hold and others do not, as they are written."""
        return {atom.literal: str(atom.symbol) for atom in self._atoms if not atom.is_fact}

    @cached_property
    def _bodies(self) -> dict[Literal, set[Literal]]:
        bodies: dict[Literal, set[Literal]] = {}
        for rule in self.rules:
            for head in rule.head if rule.body else ():
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
