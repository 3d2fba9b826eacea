"""What becomes of changed rules: whether a case notices, or whether it can be noticed at all.

A case kills a mutant by coming out otherwise than it expects, or the rules no longer ground. What
survives is compared with the rules as they are over all worlds: where no world tells them apart the
change says the same in other words; where one does, a case is missing, and it is proposed.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import clingo

from lupa.answers.desk import Desk
from lupa.authors.limited import UNLIMITED, Limited, Tick, all_within
from lupa.authors.syntax import line
from lupa.authors.trials.fates import Fate, Judged, Mutation, counted, unnoticed
from lupa.authors.trials.mutation import Mutant, mutants
from lupa.authors.trials.proposal import comes_to, may_come_to, proposal
from lupa.authors.trials.same_worlds import Difference, difference
from lupa.authors.trials.suite import Suite
from lupa.errors import RuleError
from lupa.record.case import Case
from lupa.record.record import record_of
from lupa.rules.deadline import Deadline
from lupa.rules.edition import Edition
from lupa.rules.ground import Load
from lupa.rules.processes import shared as shared_work
from lupa.rules.store import Rules, as_texts
from lupa.rules.strays import check

Passes = Callable[[Mapping[str, Any], Case, Edition], bool]
"""Whether an edition makes of a case what is expected of it."""
Changed = Callable[[str, str], Edition]
"""An edition of a policy as the changed rules have it."""
_VERSIONS = 8
"""So many changed editions are kept while one mutant is judged."""
CHUNK = 32
"""So many mutants are judged in a row; what one process does in a chunk depends on no other chunk."""


class Row(NamedTuple):
    """A case that kills what makes it come out otherwise, and the edition that it is about.

    `names` are those that it states and that the edition need not read.
    """

    file: str
    policy: str
    edition: str
    case: Case
    names: frozenset[str]


def rows(suite: Suite) -> tuple[Row, ...]:
    """The cases of a suite that pass."""
    return tuple(
        Row(r.file, r.edition.policy, r.edition.name, r.case, _unread(r.case, r.edition))
        for r in suite.passing
    )


def _unread(case: Case, edition: Edition) -> frozenset[str]:
    """The names that a case states beside what an edition reads."""
    record, _ = record_of(case, edition)
    several = edition.known.meaning_several(record.unread_facts)
    return edition.also.union(record.unread_names, several)


class Apart(NamedTuple):
    """What tells an edition from the changed one, and both."""

    found: Difference
    before: Edition
    after: Edition


class Bench:
    """Cases of a knowledge base that pass, ready to be put to changed rules."""

    def __init__(self, kb: Desk, policies: Sequence[str], rows: Iterable[Row]) -> None:
        self._kb = kb
        self._rows: dict[str, list[Row]] = {policy: [] for policy in policies}
        for row in rows:
            self._rows.setdefault(row.policy, []).append(row)

    def concerned(self, mutant: Mutant) -> tuple[str, ...]:
        """The policies whose rules a mutant changes."""
        return (mutant.policy,) if mutant.policy else tuple(self._rows)

    def judge(self, mutant: Mutant, kills: Counter[str]) -> Judged:
        """What becomes of a mutant; `kills` counts those of each case and is kept up."""
        try:
            noticed = self._noticed(mutant, kills)
        except RuleError as error:
            return self._judged(mutant, "killed_by_grounding", str(error))
        if noticed is None:
            return self._judged(mutant, "equivalent")
        if isinstance(noticed, Apart):
            return self._survivor(mutant, noticed)
        kills[noticed] += 1
        return self._judged(mutant, "killed_by_case", noticed)

    def _noticed(self, mutant: Mutant, kills: Counter[str]) -> str | Apart | None:
        """The case that notices a mutant, or else what it can be told by; None where no case can.

        Another outcome of a case is found sooner than whether any case is decided otherwise, and that
        sooner than all that is expected of each.
        """
        changed = lru_cache(_VERSIONS)(partial(self.changed, mutant))
        killer = self._killer(may_come_to, changed, mutant, kills)
        if killer is not None:
            return killer
        apart = self._apart(changed, mutant)
        return None if apart is None else self._killer(comes_to, changed, mutant, kills) or apart

    def _judged(self, mutant: Mutant, fate: Fate, by: str = "") -> Judged:
        file = mutant.path.relative_to(self._kb.files.root).as_posix()
        return Judged(mutant.policy, file, line(mutant.rule), str(mutant.rule), mutant.change, fate, by)

    def _killer(self, passes: Passes, changed: Changed, mutant: Mutant, kills: Counter[str]) -> str | None:
        """A case that does not pass, those first that noticed most before; None if all do."""
        known = [row for policy in self.concerned(mutant) for row in self._rows[policy]]
        for row in sorted(known, key=lambda row: -kills[row.file]):
            if not passes(row.case["expect"], row.case, changed(row.policy, row.edition)):
                return row.file
        return None

    def _apart(self, changed: Changed, mutant: Mutant) -> Apart | None:
        """An edition that some case tells from the changed one; None if there is none."""
        for policy in self.concerned(mutant):
            for name, _ in self._kb.about(policy).editions:
                before, after = self.before(mutant, policy, name), changed(policy, name)
                found = difference(before, after)
                if found is not None:
                    return Apart(found, before, after)
        return None

    def _survivor(self, mutant: Mutant, apart: Apart) -> Judged:
        (found, before, after), judged = apart, self._judged(mutant, "survived")
        own = [row.case for row in self._rows[before.policy] if row.edition == before.name]
        case = proposal(found.case, own, before, after)
        if case is not None:
            told = f"Tells {judged.file}, line {judged.line}, from a change: {judged.change}"
            case = {"case": told, **case}
        return dataclasses.replace(judged, differences=found.said, proposed=case)

    def before(self, mutant: Mutant, policy: str, edition: str) -> Edition:
        """An edition as it is, with all that it and the changed one read: both know the same facts."""
        return self._grounded(mutant, policy, edition, as_texts)

    def changed(self, mutant: Mutant, policy: str, edition: str) -> Edition:
        """An edition as the changed rules have it; raises `RuleError` where lupa refuses them."""
        changed = mutant.path.relative_to(self._kb.files.root).as_posix()

        def rules(texts: Mapping[str, str]) -> Load:
            others = as_texts({name: text for name, text in texts.items() if name != changed})

            def load(control: clingo.Control) -> None:
                others(control)
                mutant.load(control, texts[changed])

            return load

        found = self._grounded(mutant, policy, edition, rules)
        check(found.program, self._kb.files.of(policy))
        return found

    def _grounded(self, mutant: Mutant, policy: str, edition: str, rules: Rules) -> Edition:
        """An edition with what it reads of the shared files, before the change and after it.

        What the cases state is there too: of that a changed law may speak.
        """
        also = frozenset().union(*(row.names for row in self._rows[policy] if row.edition == edition))
        beside = "" if mutant.new is None else str(mutant.new)
        return self._kb.grounded(policy, edition, also=also, beside=beside, rules=rules)


# ---- the run -----------------------------------------------------------------------------------


def mutate(
    kb: Desk,
    suite: Suite,
    *,
    shared: bool = False,
    jobs: int = 1,
    tick: Tick | None = None,
    time: Limited = UNLIMITED,
) -> Mutation:
    """What becomes of the mutants of the rules whose cases a suite holds, and of the `shared` ones.

    Only cases that pass can kill. With several `jobs`, so many processes share the work; the result is
    the same. They end in the `time` that there is.
    """
    task = _Task(kb.files.root, tuple(suite.editions), shared, rows(suite), time.limit)
    total = sum(1 for _ in mutants(kb.files, task.policies, shared=shared))
    judged: list[Judged] = []
    told = time.telling("changes of the rules were judged", tick)
    told(0, total)
    chunks = [range(total)[n : n + CHUNK] for n in range(0, total, CHUNK)]
    for chunk in shared_work(partial(_Worker, task), _chunk, chunks, min(jobs, len(chunks))):
        judged += chunk
        time.found = unnoticed(judged)
        told(len(judged), total)
    return counted(judged)


class _Task(NamedTuple):
    """The mutants of which rules are judged, and by which cases."""

    root: Path
    policies: tuple[str, ...]
    shared: bool
    rows: tuple[Row, ...]
    limit: Deadline


class _Worker:
    """A bench and the mutants that are put to it, by number."""

    def __init__(self, task: _Task) -> None:
        kb = Desk.load(task.root)
        self._bench = Bench(kb, task.policies, task.rows)
        self._limit = task.limit
        self._mutants = list(mutants(kb.files, task.policies, shared=task.shared))

    def chunk(self, chunk: range) -> list[Judged]:
        """What becomes of these mutants."""
        kills: Counter[str] = Counter()
        with all_within(self._limit):
            return [self._bench.judge(self._mutants[number], kills) for number in chunk]


def _chunk(worker: _Worker, chunk: range) -> list[Judged]:
    return worker.chunk(chunk)
