"""What the linter found, as text: one finding a line, and the linter's rules as a table."""

from __future__ import annotations

import json
from collections import Counter

import click

from lupa.authors.lint.rules import RULES
from lupa.authors.reports.finding import SEVERITIES, Check, Finding, Report
from lupa.authors.reports.text import COLOURS
from lupa.errors import counted, printable


def lint_text(report: Report) -> str:
    """The findings that nobody has ignored, one a line with its place first; the tally last."""
    return "\n".join([*map(_line, report.new), _tally(report)])


def _line(finding: Finding) -> str:
    severity = click.style(finding.severity, fg=COLOURS[finding.severity], bold=True)
    return f"{printable(str(finding.places[0]))}: {severity}: {finding.check}: {printable(finding.text)}"


def _tally(report: Report) -> str:
    ignored = len(report.findings) - len(report.new)
    aside = f" ({ignored} ignored)" if ignored else ""
    if not report.new:
        return f"no findings in {counted(report.checks[0].checked, 'file')}{aside}"
    kinds = Counter(finding.severity for finding in report.new)
    each = ", ".join(counted(kinds[severity], severity) for severity in SEVERITIES if kinds[severity])
    return f"{counted(len(report.new), 'finding')}: {each}{aside}"


def rules_text() -> str:
    """The linter's rules, one a line: its name, how grave a breach is, and what it demands."""
    return "\n".join(map(_rule, RULES.values()))


def rules_json() -> str:
    """The same as JSON: a list with an object for each rule."""
    rows = [{"id": rule.id, "severity": rule.severity, "text": rule.text} for rule in RULES.values()]
    return json.dumps(rows, ensure_ascii=False)


def _rule(rule: Check) -> str:
    severity = click.style(f"{rule.severity:7}", fg=COLOURS[rule.severity])
    return f"{rule.id:{max(map(len, RULES))}}  {severity}  {rule.text}"
