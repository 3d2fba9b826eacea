"""Tables that say two things of one name, or not of every patient, and aliases that stand for two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import clingo

from lupa.authors.lint.files import RuleFile
from lupa.authors.lint.grounded import TABLES, WORLDS
from lupa.authors.lint.program import Statement
from lupa.authors.lint.rules import RULES
from lupa.authors.reports.finding import Finding, Place
from lupa.rules import tables
from lupa.rules.ground import Ground, Parts
from lupa.rules.trees import Signature

_RULE = "two-rows"
_EFFORTS = {
    ("begins_with", 2), ("effort", 4), ("goes_on_with", 2), ("longest_wait", 1), ("speaks_against", 2),
    ("supported_by", 2), ("unsupported_by", 2), ("usual_effort", 2), ("wait_text", 2),
}  # fmt: skip
"""The tables of which those rows alone are read that hold whatever a record says."""


def two_rows(
    program: Ground, parts: Parts, files: Mapping[Path, RuleFile], own: Sequence[Statement]
) -> Iterator[Finding]:
    """Rows, of these files grounded in these parts, that cannot stand beside one another.

    Where a shared row has another name for what a policy's `own` statements declare, these are at fault.
    """
    aliases = [row for row in program.facts("alias", 2) if row[1].type == clingo.SymbolType.String]
    faults = [*tables.two_rows(program), *tables.doubtful(aliases, tables.kinds_of(program))]
    if faults:
        for fault, places in tables.placed(faults, [*files, WORLDS, TABLES], parts):
            first, *others = [_place(files, place) for place in places]
            file = files[places[0].file]
            text = fault.said(str(others[0]) if others else None)
            declares = _declares(own, fault) if not file.policy and not others else None
            if declares is not None:
                name, row = fault.rows[0].arguments[0], fault.about
                text = (
                    f"the shared files call {row} {name} ({first}); write {name} in its place, or tell its "
                    "products apart as values of requested(product, ...)"
                )
                yield declares.finding(_RULE, None, row, text)
                continue
            severity = RULES[_RULE].severity
            yield Finding(_RULE, severity, file.policy, "", fault.about, text, places=(first, *others))


def _declares(own: Sequence[Statement], fault: tables.Fault) -> Statement | None:
    """The first statement of a policy that gives what the one row of a fault calls otherwise, if any."""
    rows = ((one, map(str, head.arguments)) for one in own for head in one.heads)
    return next((one for one, named in rows if len(fault.rows) == 1 and fault.about in named), None)


def _place(files: Mapping[Path, RuleFile], place: tables.Place) -> Place:
    return files[place.file].at(place.line, place.column)


def varying(statements: Iterable[Statement], programs: Sequence[Ground]) -> Iterator[Finding]:
    """Rows of tables that hold of some patients only, by the first condition that a record decides on."""

    @cache
    def varies(signature: Signature) -> bool:
        symbols = ((program, symbol) for program in programs for symbol in program.symbols(*signature))
        return any(not program.is_certain(symbol) for program, symbol in symbols)

    for one in statements:
        told = [head for head in one.heads if head.signature in _EFFORTS and varies(head.signature)]
        given = [read for read in one.reads if varies(read.signature)]
        if told and given:
            text = (
                f"a record decides by {given[0].name} whether this row of {told[0].name} is so, and it is "
                "never read; leave that condition out: a row is so of every patient"
            )
            yield one.finding("varying-row", given[0], told[0].name, text)
