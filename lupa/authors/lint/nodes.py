"""Criteria with parts that make no trees; see `lupa.rules.nodes`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import clingo

from lupa.authors.lint.files import RuleFile
from lupa.authors.lint.grounded import TABLES, WORLDS, Atoms
from lupa.authors.lint.program import statements_of
from lupa.authors.lint.rules import RULES
from lupa.authors.lint.terms import Term, meets, term_of
from lupa.authors.reports.finding import Finding
from lupa.rules import tables
from lupa.rules.ground import Ground, Parts
from lupa.rules.nodes import Nodes
from lupa.rules.tables import Fault, Placed

_RULE = "tree"
_KINDS = ("all_of", "any_of", "at_least_of")


def trees(program: Ground, policy: str, parts: Parts, files: Mapping[Path, RuleFile]) -> Iterator[Finding]:
    """Nodes of a policy that are no such, and those that rules of its own meet beside their parts."""
    owner = clingo.Function(policy)
    nodes = Nodes(program, owner)
    if not nodes.kinds and not nodes.parts:
        return
    faults, known = nodes.faults(), [*files, WORLDS, TABLES]
    placed: list[Placed] = [*tables.placed(faults, known, parts)] if faults else []
    if _may_be_met_otherwise(nodes, policy, files.values()):
        placed += _met_otherwise(nodes, policy, tables.givers(known, parts, "met"), files)
    for fault, places in placed:
        first, *others = (files[place.file].at(place.line, place.column) for place in places)
        text = fault.said(str(others[0]) if others else None)
        severity = RULES[_RULE].severity
        yield Finding(_RULE, severity, policy, "", fault.about, text, places=(first, *others))


def _may_be_met_otherwise(nodes: Nodes, policy: str, files: Iterable[RuleFile]) -> bool:
    """Whether a rule of the policy can give met/2 of a node, by what its head looks like."""
    owner = term_of(clingo.Function(policy))
    met = [Term(0, 0, "met", (owner, term_of(name))) for name in nodes.kinds]
    own = (one for file in files if file.policy for one in statements_of(file))
    return any(meets(head, each) for one in own for head in one.heads for each in met)


def _met_otherwise(
    nodes: Nodes,
    policy: str,
    givers: Mapping[clingo.Symbol, Sequence[tables.Place]],
    files: Mapping[Path, RuleFile],
) -> Iterator[Placed]:
    """Nodes for which the policy has a rule of met/2 too."""
    for name in nodes.kinds:
        met = clingo.Function("met", [clingo.Function(policy), name])
        own = [place for place in givers.get(met, ()) if place.file in files and files[place.file].policy]
        if own:
            wrong = f"{name} is met by its parts, and this rule says otherwise"
            yield Fault((met,), str(name), wrong, "make this a part of it, or take it out"), (own[0],)


def with_parts(found: Atoms) -> Atoms:
    """The atoms with each part of a criterion as one that applies: a reader meets it as such."""
    parts = (clingo.Function("applies", row.arguments) for row in _rows(found, "considered"))
    return found | {("applies", 2): found.get(("applies", 2), {}) | dict.fromkeys(parts)}


def met_by_parts(found: Atoms, policy: str) -> Atoms:
    """The atoms as if all criteria with parts could be met: what keeps a part from it is said of that."""
    return _known(found, policy, ("met",), (_name(row) for row in _rows(found, *_KINDS)))


def taken_as_they_are(found: Atoms, policy: str) -> Atoms:
    """The atoms as if all criteria with parts, and their parts, were asked for and could be met.

    So what is wrong with a tree is said once, and not of all that comes of it.
    """
    parts = (row.arguments[2] for row in _rows(found, "part"))
    names = (*(_name(row) for row in _rows(found, *_KINDS, "part")), *parts)
    return _known(found, policy, ("met", "applies"), names)


def _known(found: Atoms, policy: str, predicates: Iterable[str], names: Iterable[clingo.Symbol]) -> Atoms:
    owner, names = clingo.Function(policy), list(names)
    more = {
        (predicate, 2): {clingo.Function(predicate, [owner, name]): None for name in names}
        for predicate in predicates
    }
    return found | {signature: found.get(signature, {}) | given for signature, given in more.items()}


def _name(row: clingo.Symbol) -> clingo.Symbol:
    return row.arguments[1]


def _rows(found: Atoms, *names: str) -> Iterator[clingo.Symbol]:
    return (row for (name, _), rows in found.items() if name in names for row in rows)
