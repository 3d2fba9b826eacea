"""What a check finds: where, how grave, why, and on which patient it shows."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from lupa.authors.patients import Case

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a rule file: its path in the knowledge base, line and column, both from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of a policy: its id in the knowledge base, and where a reader finds it."""

    id: str
    source: str


@dataclass(frozen=True, slots=True)
class Because:
    """One of a minimal set of reasons for what no patient can refute: an item of the policy, or a law."""

    item: str
    text: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient on whom a finding shows: a case that `lupa decide` can replay, and what it comes to.

    `case` holds `expect`, so that it can be saved beside the cases that ship with a policy; `policy` and
    `edition` say who decides it, `text` what the patient has, in words.
    """

    policy: str
    edition: str
    outcome: str
    text: str
    case: Case


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found.

    `check` is the law or the rule of the linter that finds it, `subject` what it is about; with `policy`
    and `edition` they tell one finding from another. `because` is a minimal set of what makes it so
    where no patient can refute it; `patients` show it where one does. `accepted` is the reason for which
    it is expected, if it is. Where it tells several as one, `subjects` are all of them.
    """

    check: str
    severity: Severity
    policy: str
    edition: str
    subject: str
    text: str
    clauses: tuple[Clause, ...] = ()
    places: tuple[Place, ...] = ()
    because: tuple[Because, ...] = ()
    patients: tuple[Patient, ...] = ()
    accepted: str | None = None
    subjects: tuple[str, ...] = ()

    @property
    def each(self) -> tuple[str, ...]:
        """All that it is about, each as it can be accepted."""
        return self.subjects or (self.subject,)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is recorded as expected, as it stands in its file, and how many findings it `covers` now.

    A `pattern` may cover others later.
    """

    entry: str
    covers: int
    pattern: bool


@dataclass(frozen=True, slots=True)
class Written:
    """An entry that was added to a file of what is expected, and how many findings it `covers`."""

    file: str
    check: str
    subjects: tuple[str, ...]
    edition: str | None
    reason: str
    covers: int


@dataclass(frozen=True, slots=True)
class Example:
    """A patient who shows that a law is kept: that a pathway can be approved, a criterion decides, ..."""

    check: str
    policy: str
    edition: str
    subject: str
    patients: tuple[Patient, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """A law or a rule of the linter: what it demands, in a sentence, and how grave a breach is.

    `checked` counts what it was asked of; of those, as many as the findings are about broke it.
    """

    id: str
    text: str
    severity: Severity
    checked: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What checks found: `checks` in their order, `findings` the gravest first.

    `editions` are those that were looked at, as `policy@edition`; `gone` names accepted findings that
    are no more, each as it stands in its file; `examples`, where they were asked for, show that laws
    which demand a patient are kept. `entries` are the accepted findings on record that were looked for,
    `written` those that were added to it.
    """

    editions: tuple[str, ...]
    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]
    gone: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    entries: tuple[Entry, ...] = ()
    written: tuple[Written, ...] = ()

    @property
    def new(self) -> tuple[Finding, ...]:
        """The findings that nobody has accepted."""
        return tuple(finding for finding in self.findings if finding.accepted is None)

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON-ready data."""
        return dataclasses.asdict(self)
