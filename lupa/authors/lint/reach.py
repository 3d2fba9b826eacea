"""What depends on what, by predicates: facts that nothing of use reads, rules that may feed themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import clingo

from lupa.authors.lint.grounded import Atoms
from lupa.authors.lint.program import Program
from lupa.authors.lint.rules import READ_BY_LUPA
from lupa.authors.lint.terms import Term, matches
from lupa.authors.lint.words import Places
from lupa.authors.reports.finding import Finding
from lupa.rules.quantities import ASKS, CUTS, days_since
from lupa.rules.trees import Signature

_LAWS = ("impossible", 1)
_WORLDS = {("true", 1): {("fact", 1)}}
"""What the worlds add to what depends on what: any declared fact may be true."""


def unread(programs: Sequence[Program], atoms: Atoms) -> Iterator[Finding]:
    """Facts that a case can state and no rule reads, but for the laws of the domain: one for each kind."""
    places = Places(*programs)
    for kind, names in _idle(programs, atoms).items():
        what, symbol = next(iter(names.items()))
        number = ("quantity", 4), symbol, None, None, None
        statement, term = places.of_fact(symbol) if kind else places.of(*number)
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        text = f"no rule of any policy reads {what}{more}"
        yield statement.finding("unread-fact", term, what, text)


def _idle(programs: Sequence[Program], atoms: Atoms) -> dict[str, dict[str, clingo.Symbol]]:
    """The facts and the quantities that no rule reads: by kind, and by what a reader calls them."""
    reads = _reads(programs)
    idle: dict[str, dict[str, clingo.Symbol]] = {}
    facts = [row.arguments[0] for row in atoms.get(("fact", 1), ())]
    means = {row.arguments[0].name for row in atoms.get(("means_one_of", 2), ())}
    choices = {row.arguments[0].name for row in atoms.get(("single_valued", 1), ())}
    for fact in facts:
        if fact.name not in {*CUTS, *means} and not _is_read(fact, reads, choices):
            what = f"{fact.name}({fact.arguments[0]})" if len(fact.arguments) == 2 else str(fact)
            idle.setdefault(fact.name, {}).setdefault(what, fact)
    cut = {fact.arguments[0] for fact in facts if fact.name in CUTS}
    cut.update(_read_by_others(atoms, cut))
    for row in atoms.get(("quantity", 4), ()):
        if row.arguments[0] not in cut:
            idle.setdefault("", {})[str(row.arguments[0])] = row.arguments[0]
    return idle


def _read_by_others(atoms: Atoms, cut: Collection[clingo.Symbol]) -> Iterator[clingo.Symbol]:
    """The quantities of which those with a cut point are made, or say how old they are, and the like."""
    for name, arity in (("rate", 4), ("difference", 3), ("percent_change", 3)):
        for row in atoms.get((name, arity), ()):
            if row.arguments[0] in cut:
                yield from row.arguments[-2:]
    for row in atoms.get(("dated", 1), ()):
        if days_since(row.arguments[0]) in cut:
            yield row.arguments[0]
    for row in atoms.get(("subdivides", 3), ()):
        if not set(row.arguments[:2]).isdisjoint(cut):
            yield from row.arguments[:2]
    for row in (row for asks in ASKS for row in atoms.get(asks, ())):
        yield from row.arguments[0].arguments[:1]
    for row in atoms.get(("dated", 1), ()):
        yield days_since(row.arguments[0])


def _is_read(
    fact: clingo.Symbol, reads: Mapping[Signature, Collection[Term]], choices: Collection[str]
) -> bool:
    """Whether a fact, or another value of the same choice or of the same thing, is read."""
    same = reads.get((fact.name, len(fact.arguments)), ())
    if fact.name not in choices and len(fact.arguments) != 2:
        return any(matches(term, fact) for term in same)
    return any(all(map(matches, term.arguments[:-1], fact.arguments[:-1])) for term in same)


def _reads(programs: Sequence[Program]) -> dict[Signature, list[Term]]:
    """By predicate, the conditions of all rules on which what lupa reads depends, but for the laws."""
    every = [statement for program in programs for statement in program.statements]
    wanted = set(READ_BY_LUPA - {_LAWS})
    growing = True
    while growing:
        before = len(wanted)
        for statement in every:
            if any(head.signature in wanted for head in statement.heads):
                wanted.update(term.signature for term in statement.reads)
        growing = len(wanted) > before
    used = [one for one in every if any(head.signature in wanted for head in one.heads)]
    found: dict[Signature, dict[str, Term]] = {}
    for term in (term for one in used for term in one.reads):
        found.setdefault(term.signature, {}).setdefault(str(term), term)
    return {signature: list(terms.values()) for signature, terms in found.items()}


def may_grow(programs: Sequence[Program]) -> set[Signature]:
    """The predicates of the circles in which a rule makes terms larger than those it is fed with."""
    needs: dict[Signature, set[Signature]] = {key: set(value) for key, value in _WORLDS.items()}
    every = [statement for program in programs for statement in program.statements]
    for statement in every:
        for head in statement.heads:
            needs.setdefault(head.signature, set()).update(term.signature for term in statement.reads)
    growing = {
        head.signature: _below([head.signature], needs)
        for statement in every
        for head in statement.heads
        if _grows(head, statement.reads)
    }
    return {
        predicate
        for head, below in growing.items()
        for predicate in below
        if head in _below(needs.get(predicate, ()), needs)
    }


def _grows(head: Term, reads: Sequence[Term]) -> bool:
    """Whether a head holds arithmetic, or a variable inside of a term that no condition holds as it is."""
    made = [argument for argument in head.arguments if _varies(argument, deep=False)]
    return any(map(_computes, made)) or not {*map(str, made)} <= {
        str(argument) for term in reads if made for argument in term.arguments
    }


def _computes(term: Term) -> bool:
    return (term.anything and not term.name) or any(map(_computes, term.arguments))


def _varies(term: Term, *, deep: bool) -> bool:
    if term.anything:
        return deep or not term.name
    return any(_varies(argument, deep=True) for argument in term.arguments)


def _below(predicates: Collection[Signature], needs: dict[Signature, set[Signature]]) -> set[Signature]:
    found: set[Signature] = set()
    waiting = list(predicates)
    while waiting:
        predicate = waiting.pop()
        if predicate not in found:
            found.add(predicate)
            waiting.extend(needs.get(predicate, ()))
    return found
