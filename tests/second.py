"""A second way to ask: a control of its own, with plain assumptions, no cores, cones or memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

import clingo

from lupa.rules.files import RuleFiles, shipped


@cache
def control(policy: str, edition: str) -> clingo.Control:
    """The shipped rules of one edition, grounded afresh."""
    made = clingo.Control()
    for path in (*RuleFiles(shipped("kb")).of(policy), shipped("queries") / "worlds.lp"):
        made.load(str(path))
    made.ground([("base", []), ("edition", [clingo.String(edition)])])
    made.add("one_of_each", [], "\n".join(_one_of_each(made)))
    made.ground([("one_of_each", [])])
    return made


def _one_of_each(made: clingo.Control) -> Iterator[str]:
    """That of what is single-valued exactly one value holds, for the same arguments before it."""
    families = {
        atom.symbol.arguments[0].name for atom in made.symbolic_atoms.by_signature("single_valued", 1)
    }
    groups: dict[str, list[clingo.Symbol]] = {}
    for atom in made.symbolic_atoms.by_signature("fact", 1):
        (fact,) = atom.symbol.arguments
        if fact.name in families:
            groups.setdefault(f"{fact.name} {fact.arguments[:-1]}", []).append(fact)
    for facts in groups.values():
        yield f":- #count {{ {'; '.join(f'{fact} : true({fact})' for fact in facts)} }} != 1."


def has_world(policy: str, edition: str, statements: Mapping[str, bool], atom: str, *, holds: bool) -> bool:
    """Some world makes the statements and has the atom so."""
    made = control(policy, edition)
    symbol = clingo.parse_term(atom)
    if made.symbolic_atoms[symbol] is None:  # no world can hold it
        if holds:
            return False
        assumptions: list[tuple[clingo.Symbol, bool]] = []
    else:
        assumptions = [(symbol, holds)]
    assumptions += [
        (clingo.Function("true", [clingo.parse_term(fact)]), value) for fact, value in statements.items()
    ]
    return bool(made.solve(assumptions=assumptions).satisfiable)


def follows(policy: str, edition: str, statements: Mapping[str, bool], atom: str) -> bool:
    """Every world that makes the statements holds the atom (written `not ...` where it must not)."""
    holds = not atom.startswith("not ")
    return not has_world(policy, edition, statements, atom.removeprefix("not "), holds=not holds)
