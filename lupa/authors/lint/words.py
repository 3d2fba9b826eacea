"""Words and clauses: whether all that a reader can meet has them, and every clause its rule."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import clingo

from lupa.authors.lint.grounded import Atoms
from lupa.authors.lint.names import Known
from lupa.authors.lint.program import Program, Statement
from lupa.authors.lint.rules import ITEMS, KINDS_OF_CLAUSES, SHOWN, WITHOUT_CLAUSE
from lupa.authors.lint.terms import ANYTHING, Term, matches, names, term_of
from lupa.authors.reports.finding import Finding
from lupa.rules.names import beginnings, nearest, normal
from lupa.rules.trees import Signature

_GIVEN_BY = {
    "criterion": (("met", 0, 0), ("requires", 2, 1), ("part", 1, 1)),
    "basis": (("excluded", 0, 0),),
    "limit": (("limit", 0, 2),),
}
"""Predicates whose rules give an item, the best known first, with the places before and after its name."""
_BLANK = re.compile(r"\{(\d)\}")


Found = tuple[Statement, Term]
"""A rule, and the head of it that gives an atom."""


class Places:
    """Where what can hold is given: in the first of some programs that has a rule for it."""

    def __init__(self, *programs: Program) -> None:
        self._programs = programs

    def of(self, predicate: Signature, *arguments: clingo.Symbol | None) -> Found:
        """The first rule for an atom with these arguments, of which None may be anything.

        One that names them goes before one that may stand for anything.
        """
        return min(self._all(predicate, *arguments), key=lambda pair: pair[0])[1]

    def _all(self, predicate: Signature, *arguments: clingo.Symbol | None) -> list[tuple[bool, Found]]:
        """The rules for an atom, each with whether it leaves one of the arguments open."""
        found = []
        for program in self._programs:
            for statement, term in program.derived.get(predicate, ()):
                pairs = [(x, y) for x, y in zip(term.arguments, arguments, strict=True) if y is not None]
                if all(matches(inner, argument) for inner, argument in pairs):
                    found.append((any(inner.anything for inner, _ in pairs), (statement, term)))
        return found

    def of_item(self, kind: str, policy: clingo.Symbol, name: clingo.Symbol) -> Found:
        """The rule for an item that a reader can meet."""
        found: list[Found] = []
        for predicate, before, after in _GIVEN_BY.get(kind, ()):
            arguments = [policy, *[None] * before, name, *[None] * after]
            found += [one for _, one in self._all((predicate, len(arguments)), *arguments)]
        own = [one for one in found if one[0].file.policy]
        if own or found:
            return (own or found)[0]
        return self.of((ITEMS.get(kind, kind), 2), policy, name)

    def of_fact(self, fact: clingo.Symbol) -> Found:
        """The row that declares a fact: one with the names in it, or its own."""
        statement, term = self.of(("fact", 1), fact)
        wanted = {str(argument) for argument in fact.arguments}
        tables = [read.signature for read in statement.reads]
        rows = (
            pair
            for table in tables
            for program in self._programs
            for pair in program.derived.get(table, ())
        )
        named = (pair for pair in rows if wanted <= {pair[1].name, *(name.name for name in names(pair[1]))})
        return next(named, (statement, term))


def unworded(known: Known, places: Places) -> Iterator[Finding]:
    """Items without text/4, and those without a clause."""
    for kind in SHOWN:
        for symbol in known.atoms.get((ITEMS.get(kind, kind), 2), ()):
            policy, name = symbol.arguments
            item = clingo.Function(kind, [name])
            statement, term = places.of_item(kind, policy, name)
            if not known.knows(_atom("text", policy, item, None, None)):
                text = f"{item} has no words; write text({policy}, {item}, True, False)"
                yield statement.finding("no-text", term, str(item), text)
            if _has_number(known, policy, item) and not known.knows(_atom("number", policy, item, None)):
                text = f"the words for {item} hold {{number}}; write number({policy}, {item}, Number)"
                yield statement.finding("no-text", term, str(item), text)
            cites = _atom("cites", policy, item, None), _atom("cites", policy, None, None, item, None)
            if kind not in WITHOUT_CLAUSE and not any(map(known.knows, cites)):
                text = f"{item} names no clause; write cites({policy}, {item}, Clause)"
                yield statement.finding("no-clause", term, str(item), text)


def _has_number(known: Known, policy: clingo.Symbol, item: clingo.Symbol) -> bool:
    """Whether the sentences for an item have a place for its number."""
    rows = (row.arguments for row in known.atoms.get(("text", 4), ()))
    words = (said for owner, of, *both in rows if (owner, of) == (policy, item) for said in both)
    return any(said.type == clingo.SymbolType.String and "{number}" in said.string for said in words)


def _atom(name: str, *arguments: clingo.Symbol | None) -> Term:
    """An atom with these arguments, of which None may be anything."""
    inner = (ANYTHING if argument is None else term_of(argument) for argument in arguments)
    return Term(0, 0, name, tuple(inner))


def unworded_facts(atoms: Atoms, places: Places) -> Iterator[Finding]:
    """Facts that no sentence says or no question asks for; quantities and names without their label."""
    tables = {
        table: {str(row.arguments[0]): row.arguments[1:] for row in atoms.get(table, ())}
        for table in (("fact_text", 3), ("question", 2))
    }
    labelled = (row for table in ("label", "usual_label") for row in atoms.get((table, 2), ()))
    labels = {str(row.arguments[0]) for row in labelled}
    for row in atoms.get(("quantity", 4), ()):
        name = row.arguments[0]
        if labels.isdisjoint(beginnings(str(name))):
            statement, term = places.of(("quantity", 4), *row.arguments)
            text = f'the quantity {name} has no label; write label({name}, "...")'
            yield statement.finding("no-label", term, str(name), text)
    for row in atoms.get(("fact", 1), ()):
        fact = row.arguments[0]
        for (table, arity), worded in tables.items():
            sentences = next((worded[b] for b in beginnings(str(fact)) if b in worded), None)
            if sentences is None:
                statement, term = places.of_fact(fact)
                text = f"the fact {fact} has no {table}/{arity}; give it words where it is declared"
                yield statement.finding("no-text", term, f"{table} {fact}", text)
            for name in _put_in(fact, sentences or ()):
                if name.type == clingo.SymbolType.Function and labels.isdisjoint(beginnings(str(name))):
                    statement, term = places.of_fact(fact)
                    text = f'{name} stands in a sentence and has no label; write label({name}, "...")'
                    if (near := nearest(str(name), {normal(label): label for label in labels})) is not None:
                        text += f"; or did you mean {near}?"
                    yield statement.finding("no-label", term, str(name), text)


def _put_in(fact: clingo.Symbol, sentences: Sequence[clingo.Symbol]) -> Iterator[clingo.Symbol]:
    """The arguments of a fact that sentences about it put in."""
    for sentence in sentences:
        for place in map(int, _BLANK.findall(str(sentence))):
            if 0 < place <= len(fact.arguments):
                yield fact.arguments[place - 1]


def ledger(policy: str, known: Known, places: Places) -> Iterator[Finding]:
    """Clauses that no rule encodes, and those that one does although a reason is given for none."""
    owner = clingo.Function(policy)
    rows = [row for row in known.atoms.get(("clause", 5), ()) if row.arguments[0] == owner]
    for row in rows:
        clause = row.arguments[1]
        encoded = [_atom("cites", owner, *[None] * more, clause) for more in (1, 3)]
        explained = _atom("unencoded", owner, clause, None)
        if any(map(known.holds, encoded)) and known.holds(explained):
            text = f"{clause} is encoded, so it needs no reason for having no rule"
            yield _of_clause(
                "encoded-and-unencoded", places.of(("unencoded", 3), owner, clause, None), text
            )
        elif not any(map(known.knows, [*encoded, explained])) and str(row.arguments[2]) != "informational":
            text = f"no rule encodes {clause}; let one cite it, or write unencoded({policy}, {clause}, Why)"
            yield _of_clause("unencoded-clause", places.of(("clause", 5), *row.arguments), text)
    yield from _kinds(rows, places)


def _of_clause(rule: str, found: Found, text: str) -> Finding:
    return found[0].finding(rule, found[1], str(found[1].arguments[1]), text)


def _kinds(clauses: Sequence[clingo.Symbol], places: Places) -> Iterator[Finding]:
    """Kinds of clauses of which there is one, and which are nearly one of which there are more."""
    counts = Counter(str(row.arguments[2]) for row in clauses)
    known = (*KINDS_OF_CLAUSES, *(kind for kind, count in counts.items() if count > 2))
    usual = {kind: kind for kind in known}
    for row in clauses:
        kind = str(row.arguments[2])
        near = nearest(kind, usual) if counts[kind] == 1 and kind not in usual else None
        if near:
            statement, term = places.of(("clause", 5), *row.arguments)
            text = f"no other clause is of the kind {kind}; did you mean {near}?"
            yield statement.finding("misspelt", term.arguments[2], kind, text)
