"""New findings recorded as expected: entries added to the file beside the rules of their policy."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lupa.authors.laws.accepted import FILE, fits, read
from lupa.authors.reports.finding import SEVERITIES, Finding, Report, Written
from lupa.errors import CaseError, RuleError, shown
from lupa.record.strict_yaml import load

if TYPE_CHECKING:
    from lupa.rules.store import Store

_HEADING = "# Findings that are as they should be: each law that is broken, what about, and why.\n"
_INDENTED = " " * 4


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What is to be accepted, and `because` of what: the findings that are `named`, or all that are new.

    A finding is named as it is printed, by its check and its subject, in which `*` stands for anything;
    its severity and its edition (`policy@edition`) may stand with them as they do there.
    """

    named: tuple[str, ...]
    because: str


@dataclass(frozen=True, slots=True)
class _Name:
    """A finding, or several, as they are called: `where` is a policy or one of its editions."""

    check: str
    where: str
    subject: str

    def means(self, finding: Finding) -> bool:
        """Whether a finding is meant that is told so; or some of what it tells as one."""
        policy, at, edition = self.where.partition("@")
        here = policy in ("", finding.policy) and (not at or edition == finding.edition)
        return here and self.check == finding.check and bool(self.of(finding))

    def of(self, finding: Finding) -> tuple[str, ...]:
        """What of a finding is meant: all of its subjects, the one that is named, or those that match."""
        if self.subject == finding.subject:
            return finding.each
        return tuple(subject for subject in finding.each if fits(subject, self.subject))


def accepting(kb: Store, report: Report, accept: Acceptance) -> tuple[Written, ...]:
    """Writes what is to be accepted of a report's new findings beside the rules, and tells what.

    Nothing that stands in a file is changed. Raises `CaseError`, and writes nothing, where a name means
    no new finding; `RuleError` for a file to which nothing can be added.
    """
    if not accept.because.strip():
        raise CaseError("a finding is accepted for a reason; say it with --because TEXT")
    entries = _merged(kb, _meant(report, accept), " ".join(accept.because.split()))
    files: dict[str, list[Written]] = {}
    for policy, entry in entries:
        files.setdefault(policy, []).append(entry)
    added = {policy: _added(kb.files.folder(policy), own) for policy, own in files.items()}
    for policy, text in added.items():
        with (kb.files.folder(policy) / FILE).open("a", encoding="utf-8") as file:
            file.write(text)
    return tuple(entry for own in files.values() for entry in own)


# ---- what is meant -------------------------------------------------------------------------------

_Meant = dict[tuple[str, str, tuple[str, ...]], dict[str, set[str]]]
"""What covers an entry's findings, in each edition: by its policy, its check and its subjects."""


def _meant(report: Report, accept: Acceptance) -> _Meant:
    """What is to be written, with the subjects that each entry covers."""
    found: _Meant = {}

    def note(finding: Finding, given: tuple[str, ...], subjects: Sequence[str]) -> None:
        editions = found.setdefault((finding.policy, finding.check, given), {})
        editions.setdefault(finding.edition, set()).update(subjects)

    if not accept.named:
        for finding in report.new:
            note(finding, finding.each, finding.each)
    for name in [_name(words, report) for words in accept.named]:
        meant = [finding for finding in report.new if name.means(finding)]
        if not meant:
            raise CaseError(_no_such(name, report))
        for finding in meant:
            whole = name.subject == finding.subject
            note(finding, finding.each if whole else (name.subject,), name.of(finding))
    return found


def _name(words: str, report: Report) -> _Name:
    """A finding as somebody called it."""
    first, *rest = words.split(maxsplit=1)[:2] or [""]
    if first in SEVERITIES and rest:
        first, *rest = rest[0].split(maxsplit=1)
    if not rest:
        raise CaseError(
            f"{shown(words)} names no finding: write its check and its subject as they are printed, "
            "such as 'no_gap request(*)'; policies stand before --accept"
        )
    policies = {finding.policy for finding in report.findings}
    where, _, subject = rest[0].partition(" ")
    if where.partition("@")[0] in policies and subject:
        return _Name(first, where, " ".join(subject.split()))
    return _Name(first, "", " ".join(rest[0].split()))


def _no_such(name: _Name, report: Report) -> str:
    """Why a name means nothing, and what could be meant."""
    said = shown(f"{name.check} {name.where} {name.subject}".replace("  ", " "))
    if any(name.means(finding) for finding in report.findings):
        return f"{said} is accepted already"
    there = dict.fromkeys(f"{finding.check} {finding.subject}" for finding in report.new)
    new = f"new are {', '.join(there)}" if there else "nothing is new"
    return f"{said} covers no new finding; {new}"


def _merged(kb: Store, meant: _Meant, reason: str) -> list[tuple[str, Written]]:
    """The entries by policy; one that is found in every edition of its policy names none."""
    found = []
    for (policy, check, subjects), editions in meant.items():
        file = str(kb.files.folder(policy) / FILE)
        every = sum(map(len, editions.values()))
        if len(editions) == len(kb.about(policy).editions):
            found.append((policy, Written(file, check, subjects, None, reason, every)))
        else:
            found += [
                (policy, Written(file, check, subjects, edition, reason, len(covered)))
                for edition, covered in editions.items()
            ]
    return found


# ---- how it is written ---------------------------------------------------------------------------


def _added(folder: Path, entries: Sequence[Written]) -> str:
    """What is written at the end of a policy's file; it is read again before anything is written."""
    path = folder / FILE
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    text = "".join(f"\n{_entry(entry)}" for entry in entries)
    text = f"{_HEADING}{text}" if not before else text if before.endswith("\n") else f"\n{text}"
    expected = [
        (entry.check, subject, entry.edition, entry.reason)
        for entry in entries
        for subject in entry.subjects
    ]
    try:
        rows = read(before + text, path, folder.name)
    except (CaseError, RuleError):
        rows = []
    if [(row.check, row.subject, row.edition, row.reason) for row in rows[-len(expected) :]] != expected:
        raise RuleError(
            f"{path}: nothing can be added at its end; write the list with a line for each `- check:`, "
            f"or add this yourself:\n{text}"
        )
    return text


def _entry(entry: Written) -> str:
    lines = [f"- check: {_scalar(entry.check)}"]
    if len(entry.subjects) == 1:
        lines.append(f"  subject: {_scalar(entry.subjects[0])}")
    else:
        lines += ["  subject:", *(f"{_INDENTED}- {_scalar(subject)}" for subject in entry.subjects)]
    if entry.edition is not None:
        lines.append(f"  edition: {json.dumps(entry.edition)}")
    lines += ["  reason: >-", *_folded(entry.reason)]
    return "\n".join(lines) + "\n"


def _folded(words: str) -> list[str]:
    return textwrap.wrap(
        words,
        116,
        initial_indent=_INDENTED,
        subsequent_indent=_INDENTED,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _scalar(words: str) -> str:
    """A text as YAML reads it back: plain where it can be."""
    try:
        plain = load(f"- {words}") == [words]
    except CaseError:
        plain = False
    return words if plain else json.dumps(words, ensure_ascii=False)
