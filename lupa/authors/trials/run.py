"""A test run: the cases with what they expect, and how much of the rules they hold in place."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lupa.answers.desk import Desk
from lupa.authors.limited import Tick, limited
from lupa.authors.trials.bench import mutate
from lupa.authors.trials.coverage import Coverage, measure
from lupa.authors.trials.fates import Mutation
from lupa.authors.trials.regions import Condition, conditions
from lupa.authors.trials.suite import Refused, Tried, read_suite


@dataclass(frozen=True, slots=True)
class Trials:
    """What a test run found of `policies`.

    `cases` are those that were decided, in the order of their files; `refused` is what could not be
    tried. `coverage`, `mutation` and `conditions` are there if they were asked for; for coverage and
    conditions only cases that pass count, and where a case fails no change is tried: what it would
    notice, nobody knows.
    """

    policies: tuple[str, ...]
    cases: tuple[Tried, ...]
    refused: tuple[Refused, ...]
    coverage: Coverage | None
    mutation: Mutation | None
    conditions: tuple[Condition, ...] | None = None

    @property
    def failed(self) -> tuple[Tried, ...]:
        """The cases that came out otherwise than they expect."""
        return tuple(case for case in self.cases if not case.passed)

    @property
    def passed(self) -> bool:
        """Whether all cases came to what they expect, and each change of the rules is noticed."""
        survivors = self.mutation.survivors if self.mutation else ()
        return not (self.failed or self.refused or survivors)

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON-ready data."""
        return dataclasses.asdict(self)

    def to_json(self) -> str:
        """The result as one line of JSON; the same rules and cases give the same bytes."""
        return json.dumps(self.to_dict(), ensure_ascii=False)


def run(
    kb: Desk,
    policies: Sequence[str],
    further: Iterable[Path] = (),
    *,
    coverage: bool = False,
    mutation: bool = False,
    told: bool = False,
    jobs: int = 1,
    tick: Tick | None = None,
    timeout: float | None = None,
) -> Trials:
    """Tests these policies, or all.

    Raises `CaseError` for one that is not on file and `TimeLimitError` after `timeout` seconds.
    """
    for policy in policies:
        if policy not in kb.policies:
            kb.about(policy)  # says what is wrong
    chosen = tuple(dict.fromkeys(policies)) or kb.policies
    with limited(timeout) as time:
        suite = read_suite(kb, chosen, further, time)
        shared, passes = not policies, all(case.passed for case in suite.tried)
        return Trials(
            chosen,
            tuple(suite.tried),
            tuple(suite.refused),
            measure(kb, suite, shared=shared) if coverage else None,
            mutate(kb, suite, shared=shared, jobs=jobs, tick=tick, time=time)
            if mutation and passes
            else None,
            conditions(kb, suite, time.telling("conditions", tick)) if told else None,
        )
