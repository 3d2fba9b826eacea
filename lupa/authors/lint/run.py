"""A linter for rule files: what clingo and lupa refuse, what nobody reads, what is misspelt or unsaid.

The files that all policies share are read once; each policy is checked against them and its own folder.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from lupa.authors.lint.charts import ROWS, charts
from lupa.authors.lint.ignores import settled
from lupa.authors.lint.rules import RULES
from lupa.authors.lint.scope import Scope, Shared
from lupa.authors.reports.finding import SEVERITIES, Finding, Report
from lupa.rules.files import RuleFiles


def lint(
    files: RuleFiles,
    policies: Sequence[str] | None = None,
    tick: Callable[[int, int], None] = lambda _done, _total: None,
) -> Report:
    """What the linter finds in the rule files of a knowledge base, or in the folders of some policies.

    `tick` is told how many policies are done, of how many.
    """
    shared = Shared(files)
    looked_at = [*shared.core.files] if policies is None else []
    findings: list[Finding] = []
    editions: list[str] = []
    chosen = tuple(dict.fromkeys(files.policies if policies is None else policies))
    for done, policy in enumerate(chosen, start=1):
        scope = Scope(policy, shared)
        findings += scope.findings()
        looked_at += scope.own.files
        editions += [f"{policy}@{edition}" for edition in scope.own.editions]
        shared.take(scope)
        tick(done, len(chosen))
    if policies is None:
        findings += shared.findings()
    if policies is None or any((files.folder(policy) / ROWS).is_dir() for policy in chosen):
        read, wrong = charts(files, shared.declares)
        looked_at += [file for file in read if policies is None or _policy_of(file.name) in chosen]
        findings += wrong
    owners = {*chosen, *([""] if policies is None else [])}
    kept = {_key(finding): finding for finding in findings if _owner(finding) in owners}
    ended = settled(looked_at, list(kept.values()), shared.unsure)
    checks = tuple(replace(check, checked=len(looked_at)) for check in RULES.values())
    return Report(tuple(editions), checks, tuple(sorted(ended, key=_order)))


def _owner(finding: Finding) -> str:
    """The policy in whose folder a finding stands; nothing for the files that all share."""
    return _policy_of(finding.places[0].file)


def _policy_of(file: str) -> str:
    parts = file.split("/")
    return parts[1] if parts[0] == "policies" else ""


def _key(finding: Finding) -> tuple[object, ...]:
    return finding.check, finding.places, finding.text


def _order(finding: Finding) -> tuple[object, ...]:
    place = finding.places[0]
    return (
        SEVERITIES.index(finding.severity),
        place.file,
        place.line,
        place.column,
        finding.check,
        finding.text,
    )
