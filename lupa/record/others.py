"""What a case says that is another policy's own: it is taken as said, and no rule of this one reads it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lupa.errors import Problem
from lupa.record.record import Record, Unknown

Read = tuple[Record, Sequence[Problem]]
"""A case as the rules of one policy read it, and what is wrong with it by these."""

_FEW = 50
"""Beyond so many names a case is no slip of the pen, and no other policy is looked at for them."""


def unknown_names(read: Sequence[Read]) -> set[str]:
    """The names that are not known, of which those of another policy may be some; none of too many."""
    names = {p.name for _, problems in read for p in problems if isinstance(p, Unknown) and p.name}
    return names if len(names) <= _FEW else set()


def left_wrong(read: Sequence[Read], beside: Sequence[Read] = ()) -> list[Problem]:
    """What is wrong with a case, but for names that another policy knows.

    What the case states by these is taken as said: the record keeps it as what no rule reads. Of one that
    is asked what is wrong is told; of one `beside`, which is not, nothing may be wrong with it.
    """
    here = [(record, _unknown(each), set[str]()) for record, each in read]
    others = [*here, *((record, _unknown(problems), _places(problems)) for record, problems in beside)]
    wrong: dict[Problem, None] = {}
    for (record, problems), mine in zip(read, here, strict=True):
        for problem in problems:
            knowing = [
                other
                for other, unknown, places in others
                if other is not mine[0]
                and isinstance(problem, Unknown)
                # what stands under a name that it does not know itself, it has not read
                and problem.path not in places
                and not any(_is_at(problem.path, place) for place in unknown)
            ]
            for other in knowing:
                _keep(record, other, problem.path)
            if not knowing:
                wrong[problem] = None
    return list(wrong)


def _unknown(problems: Iterable[Problem]) -> set[str]:
    return {problem.path for problem in problems if isinstance(problem, Unknown)}


def _places(problems: Iterable[Problem]) -> set[str]:
    """Where something is wrong, and what that is a part of."""
    found = set()
    for problem in problems:
        path = problem.path
        found.add(path)
        while (end := max(path.rfind("."), path.rfind("["))) > 0:
            path = path[:end]
            found.add(path)
    return found


def _keep(record: Record, other: Record, place: str) -> None:
    """Keeps as unread what another policy reads at a place of the case."""
    for fact, value in {**other.stated, **other.unread}.items():
        if _is_at(other.paths[fact], place) and fact not in other.given:
            record.unread[fact] = value
            record.paths.setdefault(fact, other.paths[fact])
    for name in other.numbers:
        if name not in record.numbers and place.endswith(f".{name.partition('(')[0]}"):
            record.numbers.append(name)


def _is_at(path: str, place: str) -> bool:
    return path == place or path.startswith((f"{place}.", f"{place}["))
