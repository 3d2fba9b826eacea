"""What a case says that is another policy's own: it is taken as said, and no rule of this one reads it."""

from __future__ import annotations

from collections.abc import Sequence

from lupa.errors import Problem
from lupa.record.record import Record, Unknown

Read = tuple[Record, Sequence[Problem]]
"""A case as the rules of one policy read it, and what is wrong with it by these."""


def unknown_names(read: Sequence[Read]) -> set[str]:
    """The names that are not known, of which those of another policy may be some."""
    return {p.name for _, problems in read for p in problems if isinstance(p, Unknown) and p.name}


def left_wrong(read: Sequence[Read], beside: Sequence[Read] = ()) -> list[Problem]:
    """What is wrong with a case, but for names that another policy knows.

    What the case states by these is taken as said: the record keeps it as what no rule reads.
    """
    wrong: dict[Problem, None] = {}
    for one in read:
        others = [other for other in (*read, *beside) if other is not one]
        for problem in one[1]:
            taken = [_takes(one[0], other, problem) for other in others]
            if not any(taken):
                wrong[problem] = None
    return list(wrong)


def _takes(record: Record, other: Read, problem: Problem) -> bool:
    """Whether another policy knows the name that a problem is about; what it reads there is kept if so."""
    theirs, problems = other
    if not isinstance(problem, Unknown) or any(_is_at(p.path, problem.path) for p in problems):
        return False
    said = {**theirs.stated, **theirs.unread}
    for fact, value in said.items():
        if _is_at(theirs.paths[fact], problem.path) and fact not in theirs.given:
            record.unread[fact] = value
            record.paths.setdefault(fact, theirs.paths[fact])
    for name in theirs.numbers:
        if name not in record.numbers and problem.path.endswith(f".{name.partition('(')[0]}"):
            record.numbers.append(name)
    return True


def _is_at(path: str, place: str) -> bool:
    return path == place or path.startswith((f"{place}.", f"{place}["))
