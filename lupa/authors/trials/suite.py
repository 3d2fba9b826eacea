"""The cases that a test run puts to the policies: those that ship with them, and further ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lupa.answers.decide import decision
from lupa.answers.decision import Decision, Fingerprint
from lupa.answers.desk import Desk
from lupa.answers.question import Question
from lupa.authors.limited import UNLIMITED, Limited
from lupa.authors.trials.blame import Blame, blamed
from lupa.authors.trials.expectations import check_expectation, expected, found
from lupa.errors import CaseError, LupaError, RuleError
from lupa.record.case import Case
from lupa.record.reading import read_cases
from lupa.rules.deadline import Deadline
from lupa.rules.edition import Edition

GENEROUS = 60.0
"""Seconds that one case may take before it is given up."""
_READ = (".yaml", ".yml", ".json", ".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One thing that a case expects and that came out otherwise: `key` names it as `expect` does."""

    key: str
    expected: str | list[str]
    found: str | list[str]


@dataclass(frozen=True, slots=True)
class Tried:
    """A case that was decided: it passes where nothing that it expects came out otherwise.

    Where something did, `blamed` is what the rules make of the patient instead.
    """

    file: str
    case: str
    policy: str
    edition: str
    passed: bool
    mismatches: tuple[Mismatch, ...]
    blamed: tuple[Blame, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """What could not be tried, and why: `file` is the case's, or that of the rules it needs."""

    file: str
    problem: str


@dataclass(frozen=True, slots=True)
class Ready:
    """A case that expects something, with the edition that decides it."""

    file: str
    case: Case
    edition: Edition


class Suite:
    """Cases that were read, tried on the rules as they are, and kept for what else is asked of them.

    `passing` are those that come to what they expect; what could not be tried is in `refused`.
    `editions` are those of the policies whose own cases were tried.
    """

    def __init__(self, kb: Desk, time: Limited = UNLIMITED) -> None:
        self._kb = kb
        self._time = time
        self._files = kb.files
        self.tried: list[Tried] = []
        self.refused: list[Refused] = []
        self.passing: list[Ready] = []
        self.editions: dict[str, list[Edition]] = {}

    def ship_with(self, policy: str) -> None:
        """Tries the cases in a policy's own folder, if its rules can be used."""
        try:
            self.editions[policy] = [
                self._kb.edition(policy, name) for name, _ in self._kb.about(policy).editions
            ]
        except RuleError as error:
            self._refuse("", str(error))
            return
        folder = self._files.root / "policies" / policy / "cases"
        paths = self._files.cases(policy)
        astray = sorted(p for p in folder.glob("*") if p.suffix in _READ and p not in paths)
        for path in astray:
            self._refuse(self._name(path), "not tried: a case that ships with a policy is named *.yaml")
        if not paths:
            example = self._name(folder / "some_name.yaml")
            self._refuse(self._name(folder), f"{policy} has no cases; write one, such as {example}")
        for path in paths:
            self._file(path, self._name(path), policy)

    def further(self, path: Path) -> None:
        """Tries the cases in a file, or in every file of a folder."""
        paths = sorted(p for p in path.rglob("*") if p.suffix in _READ) if path.is_dir() else [path]
        if not paths:
            self._refuse(str(path), f"no cases here; their files end in {', '.join(_READ)}")
        for one in paths:
            self._file(one, str(one), None)

    def _name(self, path: Path) -> str:
        """A file of the knowledge base as it is called inside of it."""
        return path.relative_to(self._files.root).as_posix()

    def _file(self, path: Path, name: str, policy: str | None) -> None:
        try:
            with path.open("rb") as stream:
                for where, case in read_cases(stream, name):
                    self._one(where, case, policy)
        except OSError as error:
            self._refuse(name, f"cannot be read: {error.strerror}")

    def _one(self, where: str, case: Any, policy: str | None) -> None:
        """Tries one case; `policy` is whose folder it is in."""
        try:
            if isinstance(case, CaseError):
                raise case
            question = self._question(case, policy)
            check_expectation(case, question.edition)
            self._try(where, case, question)
        except RuleError as error:  # not the fault of this case
            self._refuse("", str(error))
        except LupaError as error:
            self._time.limit.check()  # it is for all cases, and no fault of this one
            self._refuse(where, str(error))

    def _question(self, case: Case, policy: str | None) -> Question:
        """The case as a question to the one edition that it tests."""
        left = self._time.limit.left
        within = GENEROUS if left is None else min(GENEROUS, left)
        asked = {q.edition.policy: q for q in self._kb.questions(case, timeout=Deadline(within))}
        if policy in asked:
            return asked[policy]
        if policy is not None:
            raise CaseError(f"is about {' and '.join(asked)}, but ships with {policy}")
        if len(asked) > 1:
            raise CaseError(f"{' and '.join(asked)} cover the drug; name one as request.policy")
        return next(iter(asked.values()))

    def _try(self, where: str, case: Case, question: Question) -> None:
        edition = question.edition
        decision = decided(question)
        unlike = mismatches(case, decision)
        blame = (
            blamed(self._files, decision, ((m.key, m.expected, m.found) for m in unlike)) if unlike else ()
        )
        name = str(case.get("case") or "")
        self.tried.append(Tried(where, name, edition.policy, edition.name, not unlike, unlike, blame))
        if not unlike:
            self.passing.append(Ready(where, case, edition))

    def _refuse(self, file: str, problem: str) -> None:
        """Notes what could not be tried, once."""
        refused = Refused(file, problem)
        if refused not in self.refused:
            self.refused.append(refused)


def read_suite(
    kb: Desk, policies: Sequence[str], further: Iterable[Path] = (), time: Limited = UNLIMITED
) -> Suite:
    """The cases of these policies and the further ones, tried in the time that there is for all."""
    suite, told = Suite(kb, time), time.telling("policies were tried")
    for done, policy in enumerate(policies):
        told(done, len(policies))
        suite.ship_with(policy)
    told(len(policies), len(policies))
    for path in further:
        suite.further(path)
    return suite


def decided(question: Question) -> Decision:
    """All of the decision on a question that a case can expect."""
    with question:
        return decision(question, "", "name", Fingerprint("", "", ""), with_needs=False)


def mismatches(case: Case, decision: Decision) -> tuple[Mismatch, ...]:
    """What a case expects and a decision does not come to."""
    return tuple(_unlike(expected(case), found(case, decision)))


def _unlike(wanted: dict[str, Any], came: dict[str, Any]) -> Iterator[Mismatch]:
    for key, value in wanted.items():
        if value != came[key]:
            yield Mismatch(key, value, came[key])
