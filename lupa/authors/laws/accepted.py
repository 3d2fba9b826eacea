"""Findings that are expected: each is recorded with its reason in the folder of its policy."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lupa.authors.reports.finding import Finding
from lupa.errors import CaseError, RuleError, shown
from lupa.record.strict_yaml import load
from lupa.rules.vocabulary import nearest

FILE = "accepted.yaml"
KEYS = ("check", "subject", "edition", "reason")


@dataclass(frozen=True, slots=True)
class Accepted:
    """One finding of a policy that is expected, in one edition or in all, and why."""

    policy: str
    check: str
    subject: str
    reason: str
    edition: str | None = None

    def covers(self, finding: Finding) -> bool:
        """Whether it is this finding that is expected."""
        said = (finding.check, finding.subject)
        return said == (self.check, self.subject) and self.is_of(finding.policy, finding.edition)

    def is_of(self, policy: str, edition: str) -> bool:
        """Whether it speaks of this edition."""
        return self.policy == policy and self.edition in (None, edition)

    def __str__(self) -> str:
        where = f"{self.policy}@{self.edition}" if self.edition else self.policy
        return f"{where}: {self.check} {self.subject}"


def accepted_in(folder: Path) -> list[Accepted]:
    """What the folder of a policy records; raises `RuleError` for a file that does not say it well."""
    path = folder / FILE
    if not path.is_file():
        return []
    try:
        rows = load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, CaseError) as error:
        raise RuleError(f"{path}: {error}") from error
    if not isinstance(rows or [], list):
        raise RuleError(f"{path}: a list of findings is expected, each with {', '.join(KEYS)}")
    return [_accepted(row, f"{path}: entry {n}", folder.name) for n, row in enumerate(rows or [], start=1)]


def _accepted(row: Any, where: str, policy: str) -> Accepted:
    if not isinstance(row, dict):
        raise RuleError(f"{where}: a mapping with {', '.join(KEYS)} is expected")
    for key in row:
        if key not in KEYS:
            near = nearest(str(key), {known: known for known in KEYS})
            hint = f"did you mean {near}?" if near else f"it takes {', '.join(KEYS)}"
            raise RuleError(f"{where}: {shown(str(key))} is not known; {hint}")
    for key in KEYS:
        value = row.get(key, None if key != "edition" else key)
        if not isinstance(value, str) or not value.strip():
            raise RuleError(f"{where}: `{key}` must be a text; write it in quotes where it is a number")
    return Accepted(policy, row["check"], row["subject"], row["reason"].strip(), row.get("edition"))


def compared(
    findings: Iterable[Finding], accepted: Sequence[Accepted]
) -> tuple[list[Finding], list[Accepted]]:
    """The findings, those that are expected with the reason, and what is expected and was not found."""
    gone = dict.fromkeys(accepted)
    marked = []
    for finding in findings:
        entries = [entry for entry in accepted if entry.covers(finding)]
        for entry in entries:
            gone.pop(entry, None)
        reason = entries[0].reason if entries else None
        marked.append(dataclasses.replace(finding, accepted=reason))
    return marked, list(gone)
