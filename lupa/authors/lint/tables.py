"""Tables that say two things of one name, and aliases that stand for two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import clingo

from lupa.authors.lint.files import RuleFile
from lupa.authors.lint.grounded import TABLES, WORLDS
from lupa.authors.lint.rules import RULES
from lupa.authors.reports.finding import Finding, Place
from lupa.rules import tables
from lupa.rules.ground import Ground, Parts

_RULE = "two-rows"


def two_rows(program: Ground, parts: Parts, files: Mapping[Path, RuleFile]) -> Iterator[Finding]:
    """Rows, of these files grounded in these parts, that cannot stand beside one another."""
    aliases = [row for row in program.facts("alias", 2) if row[1].type == clingo.SymbolType.String]
    faults = [*tables.two_rows(program), *tables.doubtful(aliases, tables.kinds_of(program))]
    if faults:
        for fault, places in tables.placed(faults, [*files, WORLDS, TABLES], parts):
            first, *others = [_place(files, place) for place in places]
            file = files[places[0].file]
            text = fault.said(str(others[0]) if others else None)
            severity = RULES[_RULE].severity
            yield Finding(_RULE, severity, file.policy, "", fault.about, text, places=(first, *others))


def _place(files: Mapping[Path, RuleFile], place: tables.Place) -> Place:
    return files[place.file].at(place.line, place.column)
