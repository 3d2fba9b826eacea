"""Many cases one after the other, or by several processes at once, each answered or refused in its turn."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from lupa.answers.decision import Decision
from lupa.answers.written import as_json
from lupa.errors import CaseError, LupaError, Problem
from lupa.rules.processes import is_alone, shared

if TYPE_CHECKING:
    from lupa.record.case import Case

A = TypeVar("A")
D = TypeVar("D", bound="Decides")
R = TypeVar("R")

PIECE = 8
"""So many cases go to a process at once: few enough to share the last of them, and worth the way."""


class Decides(Protocol):
    """What decides one case: the policies of a knowledge base, which another process loads again."""

    def decide(self, case: Case, *, timeout: float | None = None) -> Decision: ...

    def expect_many(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Undecided:
    """What stands in the place of the decision on a case that has none, where cases come in numbers.

    `case` is its name, or its place as `where` is: the file and line, or `cases[3]`. `outcome` is `invalid`
    where something is wrong with the case, and `undecided` where it is the rules, or a limit of time or
    space. `error` says all that is wrong, and of a case `problems` say it apart, each with the path to it.
    """

    case: str
    where: str
    outcome: Literal["invalid", "undecided"]
    error: str
    problems: tuple[Problem, ...]

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON-ready data."""
        return dataclasses.asdict(self)

    def to_json(self) -> str:
        """The same as one line of JSON."""
        return as_json(self)


def undecided(error: LupaError, where: str, case: object = None) -> Undecided:
    """What an error says of the case at a place, in the place of a decision."""
    name = case.get("case") if isinstance(case, Mapping) else None
    found = error.problems if isinstance(error, CaseError) else ()
    problems = tuple(Problem(problem.path, problem.message) for problem in found)
    outcome: Literal["invalid", "undecided"] = "invalid" if isinstance(error, CaseError) else "undecided"
    return Undecided(
        name if isinstance(name, str) and name else where, where, outcome, str(error), problems
    )


def each(desk: D, items: Iterable[A], work: Callable[[D, A], R], jobs: int) -> Iterator[R]:
    """What `work` comes to for each item, in their order, by so many processes.

    What the first of them asks for is made before processes part, where they then share it.
    """
    items = iter(items)
    if jobs > 1 and is_alone():
        for item in islice(items, 1):
            yield work(desk, item)
            desk.expect_many()
    pieces = iter(lambda: tuple(islice(items, PIECE if jobs > 1 else 1)), ())
    for found in shared(partial(_itself, desk), partial(_piece, work), pieces, jobs):
        yield from found


def _itself(desk: D) -> D:
    """The desk; in another process it is loaded again on the way there."""
    return desk


def _piece(work: Callable[[D, A], R], desk: D, items: tuple[A, ...]) -> list[R]:
    return [work(desk, item) for item in items]


def decide_many(
    desk: Decides, cases: Iterable[Case], jobs: int, timeout: float | None
) -> Iterator[Decision | Undecided]:
    """The decision on each case, or what stands in its place; see `Desk.decide_many`."""
    return each(desk, enumerate(cases), partial(_decided, timeout), jobs)


def _decided(timeout: float | None, desk: Decides, item: tuple[int, Case]) -> Decision | Undecided:
    place, case = item
    try:
        return desk.decide(case, timeout=timeout)
    except LupaError as error:
        return undecided(error, f"cases[{place}]", case)
