"""A decision in one line: what is asked of it by name, as data and as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from lupa.answers.counts import Counts, Summary
from lupa.answers.decision import Criterion, Decision, Item
from lupa.answers.many import Undecided
from lupa.errors import printable


def _ids(items: Iterable[Item | Criterion]) -> list[str]:
    return [item.id for item in items]


def _with(status: str) -> Callable[[Decision], list[str]]:
    return lambda d: _ids(c for c in d.criteria if c.status == status)


FIELDS: Mapping[str, Callable[[Decision], Any]] = {
    "case": lambda d: d.case,
    "policy": lambda d: d.policy,
    "edition": lambda d: d.edition,
    "outcome": lambda d: d.outcome,
    "possible": lambda d: list(d.possible),
    "bases": lambda d: _ids(d.bases),
    "unmet": _with("unmet"),
    "open": _with("open"),
    "met": _with("met"),
    "limits": lambda d: _ids(d.limits),
    "authorized": lambda d: [f"{name}={number}" for name, number in d.authorized.items()],
    "missing": lambda d: [missing.fact for missing in d.missing],
    "advisories": lambda d: _ids(d.advisories),
    "depends_on": lambda d: [f"{other.reading}={other.choice}" for other in d.depends_on],
    "notes": lambda d: _ids(d.notes),
    "unread": lambda d: list(d.unread),
    "aside": lambda d: [aside.name for aside in d.aside],
    "error": lambda _: "",
}
"""What can be asked of a decision by name: ids, facts and names, without their words."""

_FEW = 5
"""Up to so many names that begin alike are told in a line."""
_COUNTED = ("unmet", "open", "bases", "limits", "missing", "advisories")


def values(answer: Decision | Undecided, fields: Iterable[str]) -> dict[str, Any]:
    """What is asked of a decision by name; of what stands in its place too, None for what it has not."""
    if isinstance(answer, Decision):
        return {name: FIELDS[name](answer) for name in fields}
    return {name: getattr(answer, name, None) for name in fields}


def line(answer: Decision | Undecided, fields: Sequence[str]) -> str:
    """The same with tabs between, after the case's name if that is not asked for; lists have commas."""
    named = fields if "case" in fields else ("case", *fields)
    found = values(answer, named).values()
    return "\t".join(
        printable(value if isinstance(value, str) else ",".join(_few(value or ()))) for value in found
    )


def _few(names: Sequence[str]) -> list[str]:
    """The names, but of many that begin alike only how many they are: `taking (91)`."""
    kinds = Counter(name.partition("(")[0] for name in names)
    found = {
        kind if kinds[kind] > _FEW else name: kinds[kind]
        for name in names
        for kind in [name.partition("(")[0]]
    }
    return [f"{name} ({number})" if number > _FEW else name for name, number in found.items()]


def count(answer: Decision | Undecided, found: Summary) -> None:
    """Counts a decision, or what stands in its place, by policy and edition."""
    if isinstance(answer, Decision):
        counts = found.setdefault((answer.policy, answer.edition), Counts())
        for name, ids in values(answer, _COUNTED).items():
            counts.lists.setdefault(name, Counter()).update(ids)
    else:
        counts = found.setdefault(("", ""), Counts())
        counts.errors[answer.error.splitlines()[0]] += 1
    counts.outcomes[answer.outcome] += 1
