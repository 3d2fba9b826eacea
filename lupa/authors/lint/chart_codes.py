"""Rows of codes as the linter reads them, and what two of one code cannot both say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lupa.authors.lint.files import RuleFile
from lupa.authors.reports.finding import Finding
from lupa.errors import RuleError
from lupa.rules.codes import EQUIVALENT, NARROWER, Code, check_codes


class Row(NamedTuple):
    """A row of codes, where it stands."""

    file: RuleFile
    line: int
    code: Code

    @property
    def place(self) -> str:
        """Where it stands, in words."""
        return f"{self.file.name}:{self.line}"

    @property
    def key(self) -> tuple[str, str]:
        """The code without what differs from one writer to the next."""
        return self.code.system, re.sub(r"[.\-]", "", self.code.code).lstrip("0").upper()

    def finding(self, rule: str, text: str) -> Finding:
        """A breach of one of the rules at it."""
        return self.file.finding(rule, self.file.at(self.line, 1), str(self.code), text)


def rows_of(file: RuleFile) -> tuple[list[Row], list[Finding]]:
    """The rows of codes in a file, each line by itself, so that one that is wrong hides no other."""
    rows: list[Row] = []
    faults: list[Finding] = []
    for number, line in enumerate(file.lines, start=1):
        if ":- " in line.partition('"')[0]:  # a rule that gives rows of a chart
            continue
        try:
            rows += [Row(file, number, code) for _, code in check_codes(file.path, line)]
        except RuleError as error:
            words = str(error).partition(": ")[2]
            faults.append(file.finding("syntax", file.at(number, 1), "code", words))
    return rows, faults


def against_laws(rows: list[Row], laws: set[tuple[str, str]]) -> Iterator[Finding]:
    """Rows of one code that cannot both be so, by what the laws of the domain make of their meanings."""
    for row in rows:
        for other in rows:
            one, two = str(row.code.meaning), str(other.code.meaning)
            relation, beside = row.code.relation, other.code.relation
            if relation in (EQUIVALENT, NARROWER) and (one, two) in laws and beside != NARROWER:
                yield row.finding(
                    "relation", f"it is {relation} to {one}, so it is narrower than {two}, not {beside}"
                )
            if relation == beside == EQUIVALENT and one < two and row.code.meaning.name == "diagnosis":
                yield row.finding("relation", f"it cannot be equivalent to both {one} and {two}")


def without_units(rows: list[Row], units: Iterable[str]) -> Iterator[Finding]:
    """Codes of numbers that have no row of units, so that no result of theirs is read.

    `units` are the first arguments of these rows, as they are written.
    """
    known = {name for written in units for name in re.findall(r"\w+", written)}
    for row in rows:
        meaning = row.code.meaning
        number = str(meaning.arguments[0]) if meaning.arguments else ""
        if meaning.name == "number" and number not in known:
            mend = f'write unit({number}, "UNIT", 1, 1) for each unit as charts write it'
            yield row.finding("unknown-name", f"no row says in which units charts give {number}; {mend}")
