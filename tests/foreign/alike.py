"""What every policy that is foreign to lupus is tried on alike."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from lupa import KnowledgeBase
from lupa.pages.page import text
from tests.command import as_bytes, command


class Document(Protocol):
    """An oracle: what a policy's document makes of a patient, in plain Python."""

    @property
    def DISEASES(self) -> tuple[str, ...]: ...  # noqa: N802 - a constant of the module

    def random_patient(self, dice: random.Random, /) -> Any: ...
    def case_of(self, patient: Any, /) -> dict[str, Any]: ...
    def outcome(self, patient: Any, /) -> tuple[str, set[str]]: ...
    def unmet(self, patient: Any, /) -> set[str]: ...
    def limits(self, patient: Any, /) -> set[str]: ...


def agrees(
    kb: KnowledgeBase,
    document: Document,
    dice: random.Random,
    records: int,
    limit: Callable[[str], str] = str,
) -> Counter[str]:
    """How often each outcome was found, of so many patients decided as the document decides them.

    `limit` is what the document calls a limit.
    """
    found: Counter[str] = Counter()
    for _ in range(records):
        patient = document.random_patient(dice)
        decision = kb.decide(document.case_of(patient))
        wanted, bases = document.outcome(patient)
        assert (decision.outcome, {basis.id for basis in decision.bases}) == (wanted, bases), patient
        if patient.indication in document.DISEASES:
            unmet = {criterion.id for criterion in decision.criteria if criterion.status == "unmet"}
            assert unmet == document.unmet(patient), patient
        if wanted in ("approve", "modify"):
            assert {limit(each.id) for each in decision.limits} == document.limits(patient), patient
        found[decision.outcome] += 1
    return found


def page(kb: KnowledgeBase, case: Mapping[str, Any]) -> str:
    """What is told of a case, on one line."""
    return " ".join(text(kb.decide(case)).split())


def answers(folder: Path, policy: str, words: tuple[str, ...], case: Mapping[str, Any]) -> None:
    """A verb answers, and says of which policy."""
    verb, *options = words
    ended = command(verb, "-", *options, "--kb", str(folder), stdin=as_bytes(case))
    assert (ended.status, ended.err) == (0, "")
    assert ("## Proposed determination" if "markdown" in options else policy) in ended.out


def is_free_of_findings(kb: KnowledgeBase, policy: str) -> None:
    """Neither the linter nor a law finds anything that is not accepted."""
    assert [finding.text for finding in kb.lint([policy]).findings] == []
    findings = kb.verify([policy]).findings
    assert [finding for finding in findings if finding.accepted is None] == []


def cases_show_all(kb: KnowledgeBase) -> None:
    """The cases pass, and show every rule, literal and row."""
    trials = kb.test(coverage=True)
    assert trials.passed
    assert trials.coverage is not None
    assert trials.coverage.percent == 100


def notices_every_change(kb: KnowledgeBase, policy: str) -> None:
    """Of every small change of the rules some case tells."""
    mutation = kb.test([policy], mutate=True, jobs=2).mutation
    assert mutation is not None
    assert [(mutant.rule, mutant.change) for mutant in mutation.survivors] == []
