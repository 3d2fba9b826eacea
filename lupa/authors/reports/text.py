"""A report as its reader meets it in a terminal: what is new first, the verdict last."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence

import click

from lupa.authors.reports.finding import (
    SEVERITIES,
    Because,
    Check,
    Entry,
    Example,
    Finding,
    Patient,
    Report,
    Written,
)
from lupa.errors import counted, printable

COLOURS = {"error": "red", "warning": "yellow", "note": "blue"}
"""The colours of the severities on a terminal."""
PROPOSED = "An outcome shown here is what lupa proposes under the text of a policy. A person decides."
PATTERNS = "Accepted by a pattern, which also covers what is found later; so many now"
_HEADS = "Asked   New  Accepted  "
"""What the columns before the name of a law count."""


def report_text(report: Report, width: int = 80) -> str:
    """The report as plain text with terminal styles, no line wider than `width` but a subject."""
    return "\n".join(_Text(width).report(report))


# ---- what a report comes to, in words ------------------------------------------------------------


def verdict(report: Report) -> str:
    """What the report comes to, in one line."""
    parts = [_of_new(report.new) if report.new else "nothing new"]
    accepted = number_of(report.findings) - number_of(report.new)
    if accepted:
        parts.append(counted(accepted, "accepted finding"))
    if report.gone:
        have = "has" if len(report.gone) == 1 else "have"
        parts.append(f"{counted(len(report.gone), 'accepted finding')} {have} gone")
    return f"{extent(report)}: {'; '.join(parts)}"


def number_of(findings: Iterable[Finding]) -> int:
    """How many there are: what is told as one is as many as can be accepted of it."""
    return sum(len(finding.each) for finding in findings)


def extent(report: Report) -> str:
    """How much was asked: `13 laws on 3 editions`."""
    return f"{counted(len(report.checks), 'law')} on {counted(len(report.editions), 'edition')}"


def _of_new(new: tuple[Finding, ...]) -> str:
    kinds = Counter(finding.severity for finding in new for _ in finding.each)
    each = ", ".join(counted(kinds[severity], severity) for severity in SEVERITIES if kinds[severity])
    return f"{counted(number_of(new), 'new finding')} ({each})"


def where(thing: Finding | Example | Patient) -> str:
    """The policy and edition that something is said of, as they are written in a case."""
    return f"{thing.policy}@{thing.edition}" if thing.edition else thing.policy


def once(findings: Iterable[Finding]) -> list[tuple[Finding, str]]:
    """What is found alike in several editions of a policy once, as in the last, with where that is."""
    alike: dict[tuple[str, ...], list[Finding]] = {}
    for f in findings:
        key = (f.check, f.policy, f.severity, f.subject, f.text, f.accepted or "", *f.subjects)
        alike.setdefault(key, []).append(f)
    return [
        (same[-1], ", ".join([where(same[0]), *(finding.edition for finding in same[1:])]))
        for same in alike.values()
    ]


def told(patient: Patient) -> str:
    """What the patient has, in words."""
    return patient.text or "Nothing has to be so."


def outcome(patient: Patient) -> str:
    """What the policy makes of the patient, as it is read."""
    return patient.outcome.replace("_", " ")


def tally(report: Report, check: Check) -> tuple[int, int, int]:
    """How many a check was asked of, and how many of its findings are new and accepted."""
    mine = [finding for finding in report.findings if finding.check == check.id]
    new = number_of(finding for finding in mine if finding.accepted is None)
    return check.checked, new, number_of(mine) - new


def told_written(written: Sequence[Written]) -> list[str]:
    """What was added to the files of accepted findings, a line for each entry."""
    if not written:
        return ["nothing was new, so nothing was accepted"]
    lines = []
    for entry in written:
        first, *others = entry.subjects
        subject = f"{first} and {len(others)} more" if others else first
        of = f" in edition {entry.edition}" if entry.edition else ""
        covers = f"covers {counted(entry.covers, 'finding')}"
        lines.append(printable(f"accepted {entry.check} {subject}{of} ({covers}): {entry.file}"))
    return lines


# ---- the page ------------------------------------------------------------------------------------


class _Text:
    """The parts of the text, each a list of lines."""

    def __init__(self, width: int) -> None:
        self._width = max(40, min(width, 100))

    def report(self, report: Report) -> list[str]:
        new = report.new
        lines = self._title("New findings") if new else []
        for finding, place in once(new):
            lines += [*self._finding(finding, place), ""]
        lines += self._accepted([finding for finding in report.findings if finding.accepted is not None])
        lines += self._patterns([entry for entry in report.entries if entry.pattern])
        lines += self._gone(report.gone)
        lines += self._examples(report.examples)
        lines += self._checks(report)
        if report.examples or any(finding.patients for finding in new):
            lines += [*self._wrap(PROPOSED, 0), ""]
        colour = COLOURS[new[0].severity] if new else "green"
        return [
            *lines,
            *(click.style(line, fg=colour, bold=True) for line in self._wrap(verdict(report), 0)),
        ]

    def _wrap(self, words: str, indent: int, hang: int | None = None) -> list[str]:
        return textwrap.wrap(
            printable(words),
            self._width,
            initial_indent=" " * indent,
            subsequent_indent=" " * (indent if hang is None else hang),
            break_on_hyphens=False,
        )

    def _named(self, begun: str, thing: Finding | Example, place: str, indent: int) -> list[str]:
        """What tells it from others: the law, where it is and what it is about.

        The last is never broken, however long, so that it can be copied to where it is accepted.
        """
        line = " " * indent + printable(f"{begun}{thing.check}  {place}  {thing.subject}")
        if len(line) <= self._width:
            return [line]
        head = self._wrap(f"{begun}{thing.check}  {place}", indent, indent + 2)
        return [*head, " " * (indent + 2) + printable(thing.subject)]

    def _quiet(self, words: str, indent: int) -> list[str]:
        return [click.style(line, dim=True) for line in self._wrap(words, indent)]

    def _title(self, words: str) -> list[str]:
        return [click.style(line, bold=True) for line in self._wrap(words, 0)]

    def _line(self, words: str) -> str:
        """Words that must do with one line."""
        words = printable(words)
        return words if len(words) <= self._width else f"{words[: self._width - 1]}…"

    # ---- findings ----

    def _finding(self, finding: Finding, editions: str) -> list[str]:
        severity = finding.severity
        first, *rest = self._named(f"{severity}  ", finding, editions, 0)
        lines = [first.replace(severity, click.style(severity, fg=COLOURS[severity], bold=True), 1), *rest]
        lines += self._wrap(finding.text, 2)
        for clause in finding.clauses:
            lines += self._quiet(clause.source, 2)
        for place in finding.places:
            lines += self._quiet(str(place), 2)
        lines += self._because(finding.because)
        for patient in finding.patients:
            lines += self._patient(patient)
        return lines

    def _because(self, because: Sequence[Because]) -> list[str]:
        lines = self._wrap("proven from what follows, taken together:", 4, 6) if because else []
        for reason in because:
            lines += self._wrap(f"- {reason.text}", 4, 6)
            lines += self._quiet(", ".join(map(str, (reason.item, *reason.places))), 6)
        return lines

    def _patient(self, patient: Patient) -> list[str]:
        words = f"shown by {where(patient)}: {outcome(patient).upper()}. {told(patient)}"
        return self._wrap(words, 4, 6)

    def _accepted(self, accepted: list[Finding]) -> list[str]:
        """How many of a law and a policy are expected for the same reason, and the reason in brief."""
        if not accepted:
            return []
        alike = Counter((f.check, f.policy, f.accepted) for f in accepted for _ in f.each)
        lines = self._title("Accepted findings, and why")
        for (check, policy, reason), number in alike.items():
            lines.append(self._line(f"{number:>4}  {check}  {policy}"))
            lines.append(click.style(self._line(f"      {reason}"), dim=True))
        return [*lines, ""]

    def _patterns(self, entries: Sequence[Entry]) -> list[str]:
        """How many findings each pattern covers, for it may hide one that nobody has seen."""
        if not entries:
            return []
        lines = self._title(PATTERNS)
        for entry in entries:
            lines += self._wrap(f"{entry.covers:>4}  {entry.entry}", 0, 6)
        return [*lines, ""]

    def _gone(self, gone: tuple[str, ...]) -> list[str]:
        if not gone:
            return []
        lines = self._title("Accepted, but found no more: take them out of the file")
        for entry in gone:
            lines += self._wrap(entry, 2, 4)
        return [*lines, ""]

    # ---- laws ----

    def _examples(self, examples: Iterable[Example]) -> list[str]:
        lines: list[str] = []
        for example in examples:
            lines += self._named("", example, where(example), 2)
            for patient in example.patients:
                lines += self._patient(patient)
        return [*self._title("Patients who show that laws are kept"), *lines, ""] if lines else []

    def _checks(self, report: Report) -> list[str]:
        lines = self._title(f"{_HEADS}Law")
        for check in report.checks:
            asked, new, accepted = tally(report, check)
            row = self._wrap(f"{asked:>5}{new:>6}{accepted:>10}  {check.id}", 0, len(_HEADS))
            lines += [click.style(line, fg=COLOURS[check.severity]) for line in row] if new else row
            lines += self._quiet(check.text, len(_HEADS))
        return [*lines, ""]
