"""What comes of the laws: findings, examples, and how often each was asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from lupa.authors.laws.programs import Law
from lupa.authors.reports.finding import Example, Finding


@dataclass(slots=True)
class Heard:
    """What came of laws: their findings and examples, and of how many subjects each was asked."""

    checked: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)

    def add(self, other: Heard) -> None:
        """Takes in what came of others."""
        self.checked += other.checked
        self.findings += other.findings
        self.examples += other.examples


class Part(NamedTuple):
    """What came of one edition: what was heard, which laws, and what they find told as one."""

    heard: Heard
    laws: Mapping[str, Law]
    told: Mapping[tuple[object, ...], Finding]
