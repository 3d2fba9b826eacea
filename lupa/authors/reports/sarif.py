"""A report as SARIF 2.1.0, the form in which code review shows a finding at its line."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lupa.authors.laws.accepted import FILE
from lupa.authors.reports.finding import Check, Finding, Place, Report
from lupa.authors.reports.text import number_of, outcome, told, where
from lupa.record.plain import plain_data
from lupa.version import __version__

Row = dict[str, Any]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_BASE = "%SRCROOT%"
_GONE = Check(
    "accepted_finding_gone",
    "What is accepted is found: an entry of accepted findings is not out of date.",
    "note",
)
_MEANT = re.compile(r"[][\\]")
_PROBLEM = {"error": "error", "warning": "warning", "note": "recommendation"}


def sarif(report: Report, root: Path) -> Row:
    """The report as one run of SARIF; `root` is the folder of the knowledge base.

    A file below the working directory is named relative to it, any other by its absolute address.
    What is accepted is counted and is no result: reviews open an alert for each, even a suppressed one.
    """
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [_Run(report, root).run()]}


class _Run:
    """One run: its rules, its results and the folder that their places are found in."""

    def __init__(self, report: Report, root: Path) -> None:
        self._report = report
        self._index = {check.id: number for number, check in enumerate(report.checks)}
        self._root = root.resolve()
        self._here = Path.cwd()

    def run(self) -> Row:
        report = self._report
        results = [self._result(finding) for finding in report.new]
        return {
            "tool": {"driver": self._driver()},
            "originalUriBaseIds": {_BASE: {"description": {"text": "Where lupa was run."}}},
            "columnKind": "unicodeCodePoints",
            "results": [*results, *map(self._gone, report.gone)],
            "properties": {
                "editions": list(report.editions),
                "accepted": number_of(report.findings) - number_of(report.new),
            },
        }

    def _driver(self) -> Row:
        rules = [_rule(check) for check in self._report.checks]
        if self._report.gone:
            rules.append(_rule(_GONE))
        return {"name": "lupa", "version": __version__, "semanticVersion": __version__, "rules": rules}

    # ---- results ----

    def _result(self, finding: Finding) -> Row:
        related = [(reason.text, place) for reason in finding.because for place in reason.places]
        related += [("This belongs to it too.", place) for place in finding.places[1:]]
        return {
            "ruleId": finding.check,
            "ruleIndex": self._index[finding.check],
            "level": finding.severity,
            "message": {"text": _message(finding)},
            "locations": [self._location(finding.places[0] if finding.places else self._home(finding))],
            "relatedLocations": [
                {"id": number, "message": {"text": _plain(words)}, **self._location(place)}
                for number, (words, place) in enumerate(related, start=1)
            ],
            "partialFingerprints": _fingerprint(
                finding.check, finding.policy, finding.edition, *finding.each
            ),
            "suppressions": [],
            "properties": _properties(finding),
        }

    def _gone(self, entry: str) -> Row:
        """A result too, as a notification would show in no review."""
        return {
            "ruleId": _GONE.id,
            "ruleIndex": len(self._index),
            "level": _GONE.severity,
            "message": {"text": _plain(f"Accepted, but found no more: {entry}")},
            "locations": [self._location(self._accepted_in(entry))],
            "partialFingerprints": _fingerprint(_GONE.id, entry),
            "suppressions": [],
        }

    # ---- places ----

    def _location(self, place: Place) -> Row:
        region = {"startLine": place.line, "startColumn": place.column}
        return {"physicalLocation": {"artifactLocation": self._file(place.file), "region": region}}

    def _file(self, name: str) -> Row:
        path = self._root / name
        if not path.is_relative_to(self._here):
            return {"uri": path.as_uri()}
        return {"uri": quote(path.relative_to(self._here).as_posix()), "uriBaseId": _BASE}

    def _home(self, finding: Finding) -> Place:
        """Where a finding without a place is shown, as reviews drop what has none: what its policy is."""
        return self._start(f"policies/{finding.policy}/about.lp")

    def _accepted_in(self, entry: str) -> Place:
        """The line of a policy's accepted findings that an entry (`POLICY: CHECK SUBJECT`) stands on."""
        named, _, said = entry.partition(": ")
        start = self._start(f"policies/{named.partition('@')[0]}/{FILE}")
        lines = (self._root / start.file).read_text("utf-8").splitlines()
        subject = said.partition(" ")[2]
        found = (number for number, line in enumerate(lines, start=1) if subject in line)
        return Place(start.file, next(found, 1), 1)

    def _start(self, name: str) -> Place:
        """The start of a file of the knowledge base, or of the one that every knowledge base has."""
        return Place(name if (self._root / name).is_file() else "decision.lp", 1, 1)


def _rule(check: Check) -> Row:
    text = _plain(check.text)
    return {
        "id": check.id,
        "shortDescription": {"text": text},
        "fullDescription": {"text": text},
        "help": {"text": text},
        "defaultConfiguration": {"level": check.severity},
        "properties": {
            "checked": check.checked,
            "precision": "very-high",
            "problem.severity": _PROBLEM[check.severity],
        },
    }


def _message(finding: Finding) -> str:
    """The finding in words: its sentence, its reasons, each a link to its place, and its patients."""
    lines = [_plain(finding.text)]
    if finding.edition:
        lines.append(_plain(f"Found in {where(finding)}."))
    number = 1
    for reason in finding.because:
        words = _plain(reason.text)
        lines.append(f"Because: {f'[{words}]({number})' if reason.places else words}")
        number += len(reason.places)
    for patient in finding.patients:
        comes_to = f"{where(patient)} comes to {outcome(patient)}"
        lines.append(_plain(f"Shown by a patient for whom {comes_to}: {told(patient)}"))
    return "\n".join(lines)


def _properties(finding: Finding) -> Row:
    """What a review does not show: what it is about, its clauses and the patients as cases."""
    return {
        "policy": finding.policy,
        "edition": finding.edition,
        "subject": finding.subject,
        "subjects": list(finding.each),
        "clauses": [{"id": clause.id, "source": clause.source} for clause in finding.clauses],
        "patients": plain_data([asdict(patient) for patient in finding.patients]),
    }


def _plain(words: str) -> str:
    """Words that mean nothing but themselves in a message."""
    return _MEANT.sub(r"\\\g<0>", words).replace("{", "{{").replace("}", "}}")


def _fingerprint(*named: str) -> Row:
    """What tells a result from any other, wherever its lines move."""
    return {"finding/v1": hashlib.sha256(json.dumps(named).encode()).hexdigest()}
