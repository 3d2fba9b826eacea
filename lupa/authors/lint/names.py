"""Names at places where nothing knows them, and rows that nothing can come of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import clingo
from clingo import ast
from clingo.ast import ASTType

from lupa.authors.lint.files import RuleFile
from lupa.authors.lint.grounded import Atoms
from lupa.authors.lint.program import Statement, statement
from lupa.authors.lint.rules import CODES, DECLARED_AS, KNOWN_NAMES, MADE_NAMES, UNLESS_NEAR
from lupa.authors.lint.terms import Term, bound, filled, ground, matches, meets, name_at, names
from lupa.authors.reports.finding import Finding
from lupa.rules.names import nearest, normal
from lupa.rules.trees import Signature

Key = tuple[clingo.Symbol, ...]
"""What stands together at some places of an atom."""


class Known:
    """What can hold: ground atoms and, where a fault elsewhere keeps some away, all that is derived."""

    def __init__(self, atoms: Atoms, heads: Mapping[Signature, Collection[Term]]) -> None:
        self.atoms = atoms
        self._heads = heads
        self._columns: dict[tuple[Signature, tuple[int, ...]], dict[Key, list[clingo.Symbol]]] = {}

    def knows(self, term: Term) -> bool:
        """Whether an instance of the term can hold, once what is wrong elsewhere is mended."""
        return self.holds(term) or any(meets(term, head) for head in self._heads.get(term.signature, ()))

    def holds(self, term: Term) -> bool:
        """Whether an instance of the term can hold as the rules are."""
        given = [(place, ground(part)) for place, part in enumerate(term.arguments) if not part.anything]
        fixed = {place: value for place, value in given if value is not None}
        rows = self._column(term.signature, tuple(fixed)).get(tuple(fixed.values()), ())
        return bool(rows) and (len(fixed) == len(given) or any(matches(term, row) for row in rows))

    def _column(
        self, predicate: Signature, places: tuple[int, ...]
    ) -> Mapping[Key, Sequence[clingo.Symbol]]:
        """The atoms of a predicate by what stands together at some places, looked up once."""
        if (predicate, places) not in self._columns:
            column = self._columns[predicate, places] = {}
            for symbol in self.atoms.get(predicate, ()):
                row = symbol.arguments if places else ()
                column.setdefault(tuple(row[place] for place in places), []).append(symbol)
        return self._columns[predicate, places]

    def instead(self, term: Term, part: Term) -> list[str]:
        """What could stand at the place of a part of the term, so that an instance can hold."""
        found = self.atoms.get(term.signature, {})
        named = [name_at(term, part, symbol) for symbol in found if matches(term, symbol, part)]
        return [name for name in dict.fromkeys(named) if name]


def conditions(
    statements: Sequence[Statement],
    known: Known,
    open_: Collection[Signature],
    told: Collection[tuple[str, Term]] = (),
) -> Iterator[Finding]:
    """Conditions that nothing can meet; `open_` predicates may have rules elsewhere.

    Of those that are `told` already, each with its file, nothing is said.
    """
    for one in statements:
        for term in one.reads:
            if (one.file.name, term) in told:
                continue
            if known.atoms.get(term.signature) and term.signature not in open_ and not known.knows(term):
                yield _unknown(one, term, known, _no(term), list(names(term)))


def awaited(term: Term, atoms: Atoms, facts: Sequence[tuple[Statement, Term]]) -> Term | None:
    """The row without which the shared files, in which these `facts` are declared, declare none such."""
    if atoms.get(term.signature):
        return None
    for one, head in facts:
        values: dict[str, Term] = {}
        if not head.arguments[0].anything and bound(head.arguments[0], term, values):
            missing = (read for read in one.positive if not atoms.get(read.signature))
            return next((filled(read, values, term) for read in missing), None)
    return None


def redeclared(
    statements: Sequence[Statement], known: Known, facts: Sequence[tuple[Statement, Term]]
) -> Iterator[Finding]:
    """Rows that declare a fact which another of these `facts` declares, in other words or elsewhere."""
    for one, head in (each for each in rows(statements) if each[1].signature == ("fact", 1)):
        others = (each for each in facts if _words(each[0]) != _words(one))
        place = next((other.place for other, fact in others if _gives(other, fact, head, known)), None)
        if place is not None:
            text = f"{head.arguments[0]} is declared at {place} already"
            yield one.finding("duplicate", head, str(head), text)


def _words(one: Statement) -> tuple[str, str]:
    """What a statement says, and in whose folder."""
    return str(one.node), one.file.policy


def _gives(one: Statement, fact: Term, wanted: Term, known: Known) -> bool:
    """Whether what a statement says of any name comes to what is wanted."""
    values: dict[str, Term] = {}
    return bound(fact, wanted, values) and all(
        known.holds(filled(read, values, wanted)) for read in one.positive
    )


def tables(
    statements: Sequence[Statement], known: Known, given: Collection[Signature]
) -> Iterator[Finding]:
    """Names in heads that have to be known elsewhere."""
    for one in statements:
        for head in one.heads:
            if not one.is_row and not known.knows(head):  # it says nothing: why, its conditions tell
                continue
            for term, parts in _needed(head):
                if (term.name.startswith("_") or term.signature in given) and not known.knows(term):
                    why = MADE_NAMES.get(term.name, _no(term))
                    if term.signature in DECLARED_AS and parts:
                        why = f"{why}; {DECLARED_AS[term.signature].format(name=parts[0])}"
                    finding = _unknown(one, term, known, why, parts)
                    if finding.check == "misspelt" or term.name not in UNLESS_NEAR:
                        yield finding


def _needed(head: Term) -> Iterator[tuple[Term, list[Term]]]:
    """What has to be known for a head, with the names in it that the head gives."""
    for pattern, needed in _known_names().get(head.signature, ()):
        values: dict[str, Term] = {}
        if bound(pattern, head, values):
            yield filled(needed, values, head), _written(values)


@cache
def _known_names() -> dict[Signature, list[tuple[Term, Term]]]:
    """For each predicate, the forms of its rows with what has to be known for them."""
    found: dict[Signature, list[tuple[Term, Term]]] = {}
    trees: list[ast.AST] = []
    ast.parse_string(KNOWN_NAMES, trees.append)
    for tree in trees:
        if tree.ast_type == ASTType.Rule:
            one = statement(_NOWHERE, tree)
            found.setdefault(one.reads[0].signature, []).append((one.reads[0], one.heads[0]))
    return found


def _written(values: Mapping[str, Term]) -> list[Term]:
    """The names in what stands for the variables of a pattern."""
    wanted = tuple(value for name, value in values.items() if name != "_")
    return list(names(Term(0, 0, "", wanted)))


def _no(term: Term) -> str:
    return f"no {term.name}/{len(term.arguments)} has it"


def _unknown(one: Statement, term: Term, known: Known, why: str, parts: Sequence[Term]) -> Finding:
    """What is wrong with a term that cannot hold; `parts` are those of its names that may be at fault."""
    instead = [(part, known.instead(term, part)) for part in parts]
    near = [(part, nearest(part.name, {normal(name): name for name in found})) for part, found in instead]
    at, hint = next(((part, name) for part, name in near if name), (None, None))
    if at is None:
        at = next((part for part, found in instead if found), parts[0] if len(parts) == 1 else term)
    bare = hint == at.name  # it is right but for its arguments
    rule = "misspelt" if hint and not bare else "unknown-name"
    if term.signature == ("clause", 5):
        rule, why = "unknown-clause", "the ledger has no such clause"
    subject = str(at.arguments[0] if at.name.startswith("_") else at)
    return one.finding(rule, at, subject, f"{subject} is not known here: {why}{_meant(hint, bare)}")


def _meant(name: str | None, bare: bool = False) -> str:
    return "; write it with its arguments" if bare else f"; did you mean {name}?" if name else ""


def compared(statements: Sequence[Statement], everything: Collection[str]) -> Iterator[Finding]:
    """Names that something is compared with and nothing else holds."""
    for one in statements:
        for term in one.compared:
            if term.name not in everything:
                hint = nearest(term.name, {normal(name): name for name in everything})
                text = f"{term} is compared with here, and nothing else holds it{_meant(hint)}"
                yield one.finding("misspelt" if hint else "unknown-name", term, str(term), text)


def compared_with(statements: Sequence[Statement], known: Known) -> Iterator[Finding]:
    """Names that a variable is compared with, and that are nearly one of those that it can be.

    A policy tells others from the drug that it covers, of whatever class they are.
    """
    covered = {symbol.arguments[1].name for symbol in known.atoms.get(("covers", 2), ())}
    for one in statements:
        positive = [term for term in one.positive if known.atoms.get(term.signature)]
        for variable, constant in one.comparisons:
            for term in (term for term in positive if variable in {a.name for a in term.arguments}):
                values = _values(term, variable, known)
                there = constant.name in values or constant.name in covered
                near = None if there else nearest(constant.name, values)
                if near:
                    text = f"{constant} is compared with {variable}, and {_no(term)}{_meant(near)}"
                    yield one.finding("misspelt", constant, str(constant), text)
                    break


def _values(term: Term, variable: str, known: Known) -> dict[str, str]:
    """The names that a variable of a condition can stand for, by their normal form."""
    places = [place for place, inner in enumerate(term.arguments) if inner.name == variable]
    found = [symbol.arguments[places[0]] for symbol in known.atoms[term.signature] if matches(term, symbol)]
    return {normal(v.name): v.name for v in found if v.type == clingo.SymbolType.Function}


def idle(
    statements: Sequence[Statement], useless: Collection[clingo.Symbol], used: Collection[str]
) -> Iterator[Finding]:
    """Rows of which nothing can come; one with a name that is nearly one in use is misspelt."""
    by_form = {normal(name): name for name in used}
    for one, term in rows(statements):
        if ground(term) in useless:
            odd = next(odd_names(term, by_form), None)
            if odd is None:
                text = f"nothing can come of {term}: no rule that reads it can be fulfilled with it"
                yield one.finding("idle", term, str(term), text)
            else:
                yield misspelt(one, *odd)


def systems(statements: Sequence[Statement], everywhere: Sequence[Statement]) -> Iterator[Finding]:
    """Code systems that are nearly one of which there are more rows."""
    counts = Counter(term.arguments[0].name for _, term in rows(everywhere) if term.signature == CODES)
    for one, term in rows(statements):
        if term.signature == CODES:
            system = term.arguments[0]
            more = {normal(name): name for name, count in counts.items() if count > counts[system.name]}
            near = nearest(system.name, more)
            if near:
                text = f"hardly any row is of the code system {system.name}{_meant(near)}"
                yield one.finding("misspelt", system, system.name, text)


def rows(statements: Sequence[Statement]) -> Iterator[tuple[Statement, Term]]:
    """The heads of statements that hold without a condition."""
    for one in statements:
        if one.is_row:
            for term in one.heads:
                yield one, term


def odd_names(term: Term, used: Mapping[str, str]) -> Iterator[tuple[Term, str]]:
    """The names in a term that nothing of use holds, each with the one of use that it nearly is.

    `used` are the names of use by their normal form.
    """
    for part in names(term):
        near = None if normal(part.name) in used else nearest(part.name, used)
        if near:
            yield part, near


def misspelt(one: Statement, part: Term, near: str) -> Finding:
    """A name that is nearly another, in a row of which nothing can come."""
    text = f"nothing can come of this row, for nothing else knows {part.name}; did you mean {near}?"
    return one.finding("misspelt", part, part.name, text)


_NOWHERE = RuleFile(Path(), "", "")
