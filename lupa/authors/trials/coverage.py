"""Which goals of the rules the cases of the policies reach (`goals` says what they are)."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Literal as Choice
from typing import NamedTuple

import clingo
from clingo import ast

from lupa.answers.question import Question
from lupa.authors.trials.deciding import LAWS, Statement, deciding, names
from lupa.authors.trials.goals import BEARS, FAILED, FIRED, ROW, SIDE, USED, mark, with_goals
from lupa.authors.trials.suite import Suite
from lupa.record.case import Case
from lupa.record.record import record_of
from lupa.rules.files import shipped
from lupa.rules.ground import Ground
from lupa.rules.solver import Literal
from lupa.rules.store import Store
from lupa.rules.trees import Signature

Status = Choice["reached", "missed", "cannot"]


@dataclass(frozen=True, slots=True)
class Goal:
    """One thing that cases should show of a statement.

    `goal` is `fires` (a rule), `fails` (a literal of its body), `used` (a row), or a side of a row, such
    as `met` and `unmet`. `text` is what it is about; it stands from line and column to the end given,
    all counted from 1, columns in bytes. `status` is `reached` by the case in the file `by`, `missed`,
    or `cannot` where it is proven that no patient shows it.
    """

    goal: str
    text: str
    line: int
    column: int
    end_line: int
    end_column: int
    status: Status
    by: str


@dataclass(frozen=True, slots=True)
class Covered:
    """A statement of a rule file with its goals."""

    kind: Choice["rule", "row"]
    text: str
    line: int
    column: int
    end_line: int
    goals: tuple[Goal, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many goals there are of one kind that some patient can show, and how many a case reaches."""

    reached: int
    of: int
    cannot: int


@dataclass(frozen=True, slots=True)
class FileCoverage:
    """The coverage of one rule file: `policy` is whose it is, empty for one that all share."""

    file: str
    policy: str
    rules: Count
    literals: Count
    rows: Count
    statements: tuple[Covered, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """The coverage of the rules: `reached` of `of` goals in the policies' own files, in `percent`.

    What no patient can show is not counted. `files` are the policies' own first, then the shared ones.
    """

    reached: int
    of: int
    percent: float
    files: tuple[FileCoverage, ...]

    def at_least(self, percent: float) -> bool:
        """Whether so much is covered, exactly."""
        return self.reached * 100 >= Fraction(str(percent)) * self.of


# ---- measuring ---------------------------------------------------------------------------------


class _Key(NamedTuple):
    """What a goal is called in the marked programs: its kind, and the statement or row it is of."""

    goal: str
    of: clingo.Symbol


class _Marks:
    """The goals that can be reached under one edition, and the cases that reach them.

    `open` gives the literals of those that depend on the patient; `fixed` are reached by every case.
    A side of a row is shown by what it is wherever the row bears on the request: a case need not say
    which it is of several pathways that it is on alike.
    """

    def __init__(self, kb: Store, policy: str, name: str) -> None:
        load = with_goals(kb.files.core, kb.files.own(policy))
        query = shipped("queries") / "coverage.lp"
        self._edition = kb.grounded(policy, name, rules=lambda *_: load, queries=[query])
        program = self._edition.program
        self.rows = [symbol.arguments for symbol in program.symbols(ROW, 2)]
        self.open: dict[_Key, list[Literal]] = {}
        self.fixed: set[_Key] = set()
        self._bears = {  # of those that bear on some requests only
            symbol.arguments[0]: (literal,)
            for symbol in program.symbols(BEARS, 1)
            if not program.is_certain(symbol) and (literal := program.literal(symbol)) is not None
        }
        for key, literal in _marks(program):
            if literal is None:
                self.fixed.add(key)
            else:
                self.open.setdefault(key, []).append(literal)

    def reached(self, case: Case, already: Container[_Key]) -> Iterator[_Key]:
        """The goals that are reached in every world of a case, but for those reached already."""
        record, _ = record_of(case, self._edition)
        held = Question(self._edition, record).statements
        wanted = [(key, x) for key, literals in self.open.items() if key not in already for x in literals]
        world = self._edition.solver.world(held, [literal for _, literal in wanted])
        for (key, literal), so in zip(wanted, world or (), strict=True):
            bears = self._bears.get(key.of, ()) if key.goal != "used" else ()
            somewhere = so or (bears and self._edition.solver.satisfiable([*held, literal]))
            if somewhere and not self._edition.solver.satisfiable([*held, *bears, -literal]):
                yield key
        yield from (key for key in self.fixed if key not in already)

    def can_be_reached(self, key: _Key) -> bool:
        """Whether some patient reaches a goal."""
        if key in self.fixed:
            return True
        return any(self._edition.solver.satisfiable([literal]) for literal in self.open.get(key, ()))


def _marks(program: Ground) -> Iterator[tuple[_Key, Literal | None]]:
    """The goals of a marked program with their literals; None for what holds in every world."""
    for name, arity in ((FIRED, 1), (FAILED, 2), (USED, 2), (SIDE, 2)):
        for symbol in program.symbols(name, arity):
            yield _key(symbol), None if program.is_certain(symbol) else program.literal(symbol)


def _key(symbol: clingo.Symbol) -> _Key:
    first, *rest = symbol.arguments
    if symbol.name == FIRED:
        return _Key("fires", first)
    if symbol.name == FAILED:
        return _failing(first, rest[0].number)
    return _Key("used", rest[0]) if symbol.name == USED else _Key(str(rest[0]), first)


def _failing(statement: clingo.Symbol, place: int) -> _Key:
    return _Key("fails", clingo.Tuple_([statement, clingo.Number(place)]))


class _Meter:
    """What the cases of a suite reach, under all editions together."""

    def __init__(self, kb: Store, suite: Suite) -> None:
        self._root = kb.files.root
        self._marks = {
            (policy, edition.name): _Marks(kb, policy, edition.name)
            for policy, editions in suite.editions.items()
            for edition in editions
        }
        self._open = {key for marks in self._marks.values() for key in marks.open}
        self._by: dict[_Key, str] = {}
        for ready in suite.passing:
            marks = self._marks.get((ready.edition.policy, ready.edition.name))
            for key in marks.reached(ready.case, self._by) if marks else ():
                self._by.setdefault(key, ready.file)
        self._rows: dict[clingo.Symbol, dict[clingo.Symbol, None]] = {}
        for marks in self._marks.values():
            for of, row in marks.rows:
                self._rows.setdefault(of, {})[row] = None

    def file(self, path: Path, policy: str) -> FileCoverage:
        """The coverage of one file."""
        found = [self._statement(statement) for statement in deciding(path)]
        covered = tuple(statement for statement in found if statement.goals)
        goals = [goal for statement in covered for goal in statement.goals]
        return FileCoverage(
            path.relative_to(self._root).as_posix(),
            policy,
            _count(goal for goal in goals if goal.goal == "fires"),
            _count(goal for goal in goals if goal.goal == "fails"),
            _count(goal for goal in goals if goal.goal not in ("fires", "fails")),
            covered,
        )

    def _statement(self, statement: Statement) -> Covered:
        rule = statement.rule
        begin, end = rule.location.begin, rule.location.end
        goals = tuple(self._of_rule(statement) if rule.body else self._of_row(statement))
        kind: Choice["rule", "row"] = "rule" if rule.body else "row"
        return Covered(kind, str(rule), begin.line, begin.column, end.line, goals)

    def _of_rule(self, statement: Statement) -> Iterator[Goal]:
        rule, name = statement.rule, mark(statement)
        if not names(rule) & LAWS:
            yield self._goal(_Key("fires", name), rule.head)
        for place, literal in enumerate(rule.body):
            yield self._goal(_failing(name, place), literal)
        for row in self._rows.get(name, ()):  # of parts, which have no other
            for goal in self._sides.get((row.name, len(row.arguments)), ()):
                yield self._goal(_Key(goal, row), rule.head, str(row))

    def _of_row(self, statement: Statement) -> Iterator[Goal]:
        for row in self._rows.get(mark(statement), ()):
            for goal in self._sides.get((row.name, len(row.arguments)), ["used"]):
                if goal != "used" or self._is_read(_Key(goal, row)):
                    yield self._goal(_Key(goal, row), statement.rule, str(row))

    @cached_property
    def _sides(self) -> dict[Signature, list[str]]:
        """The sides that the rows of a table have."""
        found: dict[Signature, set[str]] = {}
        for key in self._open:
            if key.goal not in ("fires", "fails", "used"):
                found.setdefault((key.of.name, len(key.of.arguments)), set()).add(key.goal)
        return {signature: sorted(sides) for signature, sides in found.items()}

    def _is_read(self, key: _Key) -> bool:
        """Whether any rule reads a row."""
        return key in self._open or any(key in marks.fixed for marks in self._marks.values())

    def _goal(self, key: _Key, at: ast.AST, text: str = "") -> Goal:
        begin, end = at.location.begin, at.location.end
        status, by = self._status(key)
        return Goal(key.goal, text or str(at), begin.line, begin.column, end.line, end.column, status, by)

    def _status(self, key: _Key) -> tuple[Status, str]:
        if key in self._by:
            return "reached", self._by[key]
        possible = any(marks.can_be_reached(key) for marks in self._marks.values())
        return ("missed" if possible else "cannot"), ""


def _count(goals: Iterable[Goal]) -> Count:
    statuses = [goal.status for goal in goals]
    reached, cannot = statuses.count("reached"), statuses.count("cannot")
    return Count(reached, len(statuses) - cannot, cannot)


def measure(kb: Store, suite: Suite, *, shared: bool = False) -> Coverage:
    """The coverage of the rules, with `shared` also of those of all policies, by the cases that pass."""
    meter = _Meter(kb, suite)
    own = [meter.file(path, policy) for policy in suite.editions for path in kb.files.own(policy)]
    core = [meter.file(path, "") for path in kb.files.core if shared]
    counts = [count for file in own for count in (file.rules, file.literals, file.rows)]
    reached, of = sum(count.reached for count in counts), sum(count.of for count in counts)
    percent = math.floor(1000 * reached / of) / 10 if of else 100.0
    files = tuple(file for file in (*own, *core) if file.statements)
    return Coverage(reached, of, percent, files)
