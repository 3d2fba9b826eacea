"""A case that comes out otherwise under changed rules, as short as it can be, with what it must come to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, TypeVar

from lupa.answers.question import Question
from lupa.authors.trials.expectations import FOUND, expected
from lupa.authors.trials.suite import decided
from lupa.errors import CaseError, RuleError
from lupa.record.case import Case
from lupa.record.plain import plain_data
from lupa.record.record import record_of
from lupa.rules.edition import Edition

_TELLING = (
    "outcome",
    "bases",
    "unmet",
    "unmet_parts",
    "limits",
    "scope",
    "superseded",
    "advisories",
    "notes",
)
"""What a reader expects of a case first."""

T = TypeVar("T")
Shows = dict[str, Any]
"""All that a case could expect, as a decision comes to it."""


def shows(case: Case, edition: Edition) -> Shows | None:
    """All that an edition makes of a case; None where it refuses it."""
    found = _answer(case, edition, decided)
    return None if found is None else {key: of(found) for key, of in FOUND.items()}


def _answer(case: Case, edition: Edition, ask: Callable[[Question], T]) -> T | None:
    """The answer to what is asked of a case; None where an edition refuses it."""
    record, problems = record_of(case, edition)
    if problems:
        return None
    try:
        return ask(Question(edition, record))
    except (CaseError, RuleError):  # such as a world without an outcome
        return None


def may_come_to(expect: Mapping[str, Any], case: Case, edition: Edition) -> bool:
    """Whether the outcome, which is told more quickly than the rest, is as expected."""
    possible = _answer(case, edition, _possible)
    if possible is None:
        return False
    outcome = possible[0] if len(possible) == 1 else "pend"
    return bool(outcome == expect.get("outcome", outcome))


def _possible(question: Question) -> list[str]:
    with question:
        return list(question.outcomes)


def comes_to(expect: Mapping[str, Any], case: Case, edition: Edition) -> bool:
    """Whether an edition decides a case as is expected."""
    found = shows(case, edition)
    wanted = expected({"expect": expect})
    return found is not None and all(found[key] == value for key, value in wanted.items())


def proposal(world: Case, known: Iterable[Case], before: Edition, after: Edition) -> Case | None:
    """A case that comes to what it expects before, and not after; None if none is found.

    It is sought in a case that states a `world` of which they say different things, then in one that
    states less of it, in one that states nothing, and last in known cases with less stated.
    """
    apart = _Apart(before, after)
    silent: Case = {"request": {"policy": f"{before.policy}@{before.name}"}}
    seeds = chain([world] if world else [], _with_less(world), [silent], *map(_with_less, known))
    found = next((plain_data(seed) for seed in seeds if apart.tells(seed)), None)
    return None if found is None else apart.with_expectation(apart.shortened(found))


class _Apart:
    """Two versions of an edition, and the cases that tell them apart."""

    def __init__(self, before: Edition, after: Edition) -> None:
        self._before = before
        self._after = after

    def tells(self, case: Case, outcome: str = "") -> bool:
        """Whether a case is decided before, to this outcome if one is given, and not so after."""
        found = shows(case, self._before)
        if found is None or found["outcome"] != (outcome or found["outcome"]):
            return False
        return found != shows(case, self._after)

    def shortened(self, case: Case) -> Case:
        """The case without what it can do without: it tells as much and comes to the same outcome."""
        outcome, place = (shows(case, self._before) or {})["outcome"], 0
        while less := [*islice(_with_less(case), place, place + 1)]:
            if self.tells(less[0], outcome):
                case = less[0]
            else:
                place += 1
        return case

    def with_expectation(self, case: Case) -> Case:
        """The case with its outcome, and what else it comes to only before."""
        before, after = shows(case, self._before) or {}, shows(case, self._after) or {}
        apart = [key for key in before if before[key] != after.get(key)]
        telling = [key for key in apart if key in _TELLING] if after else []
        expect = {key: before[key] for key in ("outcome", *(telling or apart[:1]))}
        return {"request": case["request"], "facts": case.get("facts") or {}, "expect": expect}


def _with_less(case: Case) -> Iterator[Case]:
    """The case with one statement fewer: all that a key of it holds, or a part of that."""
    for part in ("request", "facts"):
        stated = case.get(part) or {}
        for key, value in stated.items():
            if (part, key) != ("request", "policy"):
                for less in (None, *_parts(value)):
                    rest = {k: v for k, v in stated.items() if k != key}
                    yield {**case, part: rest if less is None else {**stated, key: less}}


def _parts(value: Any) -> Iterator[Any]:
    """A mapping or a list without each of what it holds."""
    if isinstance(value, Mapping):
        yield from ({k: v for k, v in value.items() if k != key} for key in value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        yield from ([*value[:place], *value[place + 1 :]] for place in range(len(value)))
