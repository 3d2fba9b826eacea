"""Comments that ignore findings: `% lint: ignore RULE because REASON`, or `RULE, RULE` for several."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from clingo import ast

from lupa.authors.lint.files import RuleFile, span
from lupa.authors.lint.rules import RULES
from lupa.authors.reports.finding import Finding, Place
from lupa.rules.names import nearest, normal

_COMMENT = re.compile(r"%+\s*lint:\s*(.*)")
_MEANT = re.compile(r"%.*\blint\b\W*ignore\b")
"""What somebody wrote who meant such a comment."""
_IGNORE = re.compile(r"ignore\s+([^\s,]+(?:\s*,\s*[^\s,]+)*)(?:\s+because\s+(\S.*))?\s*")
_FORM = "write % lint: ignore RULE because REASON, or RULE, RULE for several"


@dataclass(frozen=True, slots=True)
class Ignore:
    """A comment at `line` and `column` that ignores findings of a rule on some lines, for a reason."""

    file: RuleFile
    line: int
    column: int
    rule: str
    reason: str
    lines: frozenset[int]

    def covers(self, finding: Finding) -> bool:
        """Whether it is this finding that is ignored."""
        place = finding.places[0]
        return finding.check == self.rule and place.file == self.file.name and place.line in self.lines

    def finding(self, text: str) -> Finding:
        """What is wrong with the comment itself."""
        return self.file.finding("ignore", self.file.at(self.line, self.column), self.rule, text)


def settled(
    files: Sequence[RuleFile], findings: Sequence[Finding], unsure: Collection[str]
) -> list[Finding]:
    """The findings, those that are ignored with the reason, and what is wrong with the comments.

    Of what a comment in a file of an `unsure` policy ignores, not everything was looked for.
    """
    ignores = [ignore for file in files for ignore in _ignores(file)]
    wrong = [finding for ignore in ignores for finding in _wrong(ignore, findings, unsure)]
    unheard = [finding for file in files for finding in _unheard(file)]
    return [*(_accepted(finding, ignores) for finding in findings), *wrong, *unheard]


def _accepted(finding: Finding, ignores: Sequence[Ignore]) -> Finding:
    reasons = [ignore.reason for ignore in ignores if ignore.reason and ignore.covers(finding)]
    return dataclasses.replace(finding, accepted=reasons[0]) if reasons else finding


def _ignores(file: RuleFile) -> Iterator[Ignore]:
    for comment in file.comments:
        found = _COMMENT.match(str(comment))
        if found or _MEANT.match(str(comment)):
            begin = comment.location.begin
            rules, reason = _read(found.group(1)) if found else ([""], "")
            lines = _lines(file, comment)
            yield from (Ignore(file, begin.line, begin.column, rule, reason, lines) for rule in rules)


def _read(text: str) -> tuple[list[str], str]:
    """The rules and the reason that a comment names; nothing for what it does not."""
    found = _IGNORE.fullmatch(text)
    if not found:
        return [""], ""
    return [rule.strip() for rule in found.group(1).split(",")], (found.group(2) or "").strip()


def _unheard(file: RuleFile) -> Iterator[Finding]:
    """Comments in a file of which nothing can be read, so that none of them is heard."""
    if file.comments or not file.faults:
        return
    for number, line in enumerate(file.lines, start=1):
        if _MEANT.search(line):
            text = "this is not heard, for the file cannot be read; mend that first"
            place = Place(file.name, number, line.index("%") + 1)
            yield file.finding("ignore", place, "", text)


def _lines(file: RuleFile, comment: ast.AST) -> frozenset[int]:
    """The lines of the statement on whose line the comment stands, or else of the next one below."""
    line = comment.location.begin.line
    if file.lines[line - 1].lstrip().startswith("%"):
        while line < len(file.lines) and file.lines[line - 1].lstrip().startswith("%"):
            line += 1
    beside = [span(statement) for statement in file.statements if line in span(statement)]
    return frozenset({line}.union(*beside))


def _wrong(ignore: Ignore, findings: Sequence[Finding], unsure: Collection[str]) -> Iterator[Finding]:
    if not ignore.rule:
        yield ignore.finding(f"this says nothing to the linter, so nothing is ignored; {_FORM}")
    elif ignore.rule not in RULES:
        near = nearest(ignore.rule, {normal(name): name for name in RULES})
        hint = f"did you mean {near}?" if near else "`lupa lint --rules` lists them"
        yield ignore.finding(f"no rule is called {ignore.rule}; {hint}")
    elif not ignore.reason:
        yield ignore.finding(f"{ignore.rule} is ignored without a reason; {_FORM}")
    elif ignore.file.policy not in unsure and not any(map(ignore.covers, findings)):
        yield ignore.finding(f"there is no finding of {ignore.rule} here to be ignored")
