"""Findings that are expected: each is recorded with its reason in the folder of its policy."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from lupa.authors.reports.finding import Entry, Finding
from lupa.errors import CaseError, RuleError, shown
from lupa.record.strict_yaml import load
from lupa.rules.names import nearest

FILE = "accepted.yaml"
KEYS = ("check", "subject", "edition", "reason")


@dataclass(frozen=True, slots=True)
class Accepted:
    """Findings of a policy that are expected, in one edition or in all, and why.

    `subject` and `edition` may be patterns, in which `*` stands for anything: they cover what is found
    later too, as long as it matches.
    """

    policy: str
    check: str
    subject: str
    reason: str
    edition: str | None = None

    def covers(self, finding: Finding) -> bool:
        """Whether it is this finding that is expected."""
        same = finding.check == self.check and fits(finding.subject, self.subject)
        return same and self.is_of(finding.policy, finding.edition)

    def is_of(self, policy: str, edition: str) -> bool:
        """Whether it speaks of this edition."""
        return self.policy == policy and (self.edition is None or fits(edition, self.edition))

    @property
    def is_pattern(self) -> bool:
        """Whether it may cover findings that it does not name."""
        return is_pattern(self.subject) or is_pattern(self.edition or "")

    def __str__(self) -> str:
        where = f"{self.policy}@{self.edition}" if self.edition else self.policy
        return f"{where}: {self.check} {self.subject}"


def fits(name: str, pattern: str) -> bool:
    """Whether a name is this one, or one that the pattern covers."""
    return name == pattern or fnmatchcase(name, pattern)


def is_pattern(name: str) -> bool:
    """Whether a name stands for several."""
    return any(sign in name for sign in "*?[")


def accepted_in(folder: Path) -> list[Accepted]:
    """What the folder of a policy records; raises `RuleError` for a file that does not say it well."""
    path = folder / FILE
    if not path.is_file():
        return []
    try:
        return read(path.read_text(encoding="utf-8"), path, folder.name)
    except (OSError, UnicodeDecodeError, CaseError) as error:
        raise RuleError(f"{path}: {error}") from error


def read(text: str, path: Path, policy: str) -> list[Accepted]:
    """What the text of such a file records of a policy."""
    rows = load(text)
    if not isinstance(rows or [], list):
        raise RuleError(f"{path}: a list of findings is expected, each with {', '.join(KEYS)}")
    numbered = [*enumerate(rows or [], start=1)]
    wrong = [f"{path}: entry {number}: {what}" for number, row in numbered for what in _wrong_in(row)]
    if wrong:
        raise RuleError("\n".join(wrong))
    return [one for _, row in numbered for one in _accepted(row, policy)]


def _accepted(row: dict[str, Any], policy: str) -> Iterator[Accepted]:
    """What one entry records: a finding for each of its subjects."""
    for subject in _subjects(row):
        yield Accepted(policy, row["check"], subject, row["reason"].strip(), row.get("edition"))


def _subjects(row: dict[str, Any]) -> list[Any]:
    return row["subject"] if isinstance(row["subject"], list) else [row["subject"]]


def _wrong_in(row: Any) -> Iterator[str]:
    """What is wrong with one entry: its keys, or else what they say."""
    if not isinstance(row, dict):
        yield f"a mapping with {', '.join(KEYS)} is expected"
        return
    keys = [*_wrong_keys(row)]
    yield from keys
    if keys:
        return
    if not _subjects(row):
        yield f"`subject` names nothing; {_MISSING['subject']}"
    others = ((key, value) for key, value in row.items() if key != "subject")
    for key, value in (*others, *(("subject", subject) for subject in _subjects(row))):
        if not isinstance(value, str) or not value.strip():
            yield f"`{key}` must be a text; write it in quotes where it is a number"


def _wrong_keys(row: dict[str, Any]) -> Iterator[str]:
    unknown = [str(key) for key in row if key not in KEYS]
    for key in unknown:
        near = nearest(key, {known: known for known in KEYS})
        hint = f"did you mean {near}?" if near else f"it takes {', '.join(KEYS)}"
        yield f"{shown(key)} is not known; {hint}"
    for key in _MISSING if not unknown else ():  # which may be what is missing
        if key not in row:
            yield f"`{key}` is missing; {_MISSING[key]}"


_MISSING = {
    "check": "it names the law that is broken, as `lupa verify` prints it",
    "subject": "it says what the finding is about, as `lupa verify` prints it; * stands for anything",
    "reason": "it says why the finding is as it should be",
}
"""What a key that an entry needs is for."""


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


def entries_of(findings: Sequence[Finding], accepted: Iterable[Accepted]) -> tuple[Entry, ...]:
    """What is recorded, each with how many of the findings it covers."""
    return tuple(
        Entry(str(entry), sum(map(entry.covers, findings)), entry.is_pattern) for entry in accepted
    )
