"""What a case says that is another policy's own: it is taken as said, and no rule of this one reads it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

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
    here = [_Other(record, {p.path for p in each if isinstance(p, Unknown)}) for record, each in read]
    others = [*here, *(_Other(record, {p.path for p in each}, partly=True) for record, each in beside)]
    wrong: dict[Problem, None] = {}
    for (_, problems), mine in zip(read, here, strict=True):
        for problem in problems:
            knowing = [
                other
                for other in others
                if other is not mine and isinstance(problem, Unknown) and other.knows(problem.path)
            ]
            for other in knowing:
                _keep(mine.record, other.record, problem.path)
            if not knowing:
                wrong[problem] = None
    return list(wrong)


class _Other:
    """What another policy makes of a case: where it finds something wrong, or `partly` wrong."""

    def __init__(self, record: Record, wrong: Collection[str], *, partly: bool = False) -> None:
        self.record = record
        self._wrong = frozenset(wrong)
        self._partly = {place for path in wrong for place in _upward(path)} if partly else self._wrong

    def knows(self, place: str) -> bool:
        """Whether nothing is wrong with what stands at a place, nor with what that is a part of."""
        return place not in self._partly and self._wrong.isdisjoint(_upward(place))


def _upward(path: str) -> Iterator[str]:
    """A place, and each that it is a part of."""
    yield path
    while (end := max(path.rfind("."), path.rfind("["))) > 0:
        path = path[:end]
        yield path


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
