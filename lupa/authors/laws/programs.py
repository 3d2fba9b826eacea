"""The laws of a policy: their files, and the programs in which one edition, or several, are put to them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import clingo
from clingo.ast import ASTType

from lupa.authors.laws.facts import made_of_facts
from lupa.authors.reports.finding import SEVERITIES, Severity
from lupa.authors.sides import Side
from lupa.authors.syntax import nodes, statements
from lupa.errors import RuleError
from lupa.rules.clashes import cut_points
from lupa.rules.edition import Edition
from lupa.rules.files import shipped
from lupa.rules.ground import Ground, Rule, listening
from lupa.rules.solver import Literal
from lupa.rules.trees import Signature, atoms
from lupa.rules.trees import heads as rule_heads
from lupa.rules.vocabulary import Fact

KINDS = ("one_world", "two_worlds", "two_policies", "two_editions")
"""The kinds of laws, by what they compare; each has a folder."""
SIDES = ("first", "second", "third")
"""What laws call the worlds that they compare."""
COMPARING = KINDS[1:]
"""The kinds of laws that compare worlds."""


def law_files(kind: str) -> list[Path]:
    """The files of the laws of one of the kinds."""
    folder = shipped("queries") / "verify"
    common = ["verdicts.lp"] if kind == "one_world" else ["verdicts.lp", "compared.lp"]
    return [*(folder / name for name in common), *sorted((folder / kind).glob("*.lp"))]


@dataclass(frozen=True, slots=True)
class Law:
    """A law: what it demands, how grave a breach is, and how a breach reads for each kind of subject.

    Breaches of a law that is told `together` are one finding of an edition. A law on its subjects
    `if_ever` they come up asks nothing of those that no world can have. Where the usual readings
    show no breach of a law, or no example of it, one in another reading counts if it is `broken_otherwise`,
    or `shown_otherwise`.
    """

    id: str
    number: int
    severity: Severity
    text: str
    words: Mapping[str, str]
    together: bool = False
    if_ever: bool = False
    broken_otherwise: bool = False
    shown_otherwise: bool = False

    def broken(self, subject: clingo.Symbol) -> str:
        """How it reads that the law is broken for a subject, with {1} for its first argument."""
        return self.words.get(subject.name) or self.words[""]


def laws_in(program: Ground) -> list[Law]:
    """The laws of a program, in their order."""
    words: dict[str, dict[str, str]] = {}
    for law, text in program.facts("broken_text", 2):
        words.setdefault(str(law), {})[""] = text.string
    for law, kind, text in program.facts("broken_text", 3):
        words.setdefault(str(law), {})[str(kind)] = text.string
    grave: dict[str, Severity] = {name: name for name in SEVERITIES}
    together = {str(law) for (law,) in program.facts("together", 1)}
    if_ever = {str(law) for (law,) in program.facts("if_ever", 1)}
    broken_otherwise = {str(law) for (law,) in program.facts("broken_in_any_reading", 1)}
    shown_otherwise = {str(law) for (law,) in program.facts("shown_in_any_reading", 1)}
    found = [
        Law(
            name := str(law),
            number.number,
            grave[str(severity)],
            text.string,
            words[name],
            name in together,
            name in if_ever,
            name in broken_otherwise,
            name in shown_otherwise,
        )
        for law, number, severity, text in program.facts("law", 4)
    ]
    return sorted(found, key=lambda law: (law.number, law.id))


# ---- worlds compared ---------------------------------------------------------------------------


@cache
def looked_at(kind: str) -> dict[str, frozenset[Signature]]:
    """What the laws of one kind ask of each of the worlds that they compare."""
    found: dict[str, set[Signature]] = {}
    for path in law_files(kind):
        for statement in statements(path):
            for _, node in nodes(statement):
                if node.ast_type == ASTType.Function and node.name in SIDES and node.arguments:
                    (about,) = node.arguments
                    if about.ast_type == ASTType.Function:
                        found.setdefault(node.name, set()).add((about.name, len(about.arguments)))
    return {side: frozenset(signatures) for side, signatures in found.items()}


@cache
def droppable() -> frozenset[Signature]:
    """The predicates of what some law leaves out of the second world."""
    return _third_arguments("drops")


@cache
def concerned() -> frozenset[Signature]:
    """The predicates whose rules some law points at."""
    return _third_arguments("concerns") | droppable()


def _third_arguments(name: str) -> frozenset[Signature]:
    """The predicates that stand third in what the laws say by this name."""
    heads = (
        atom
        for kind in KINDS
        for path in law_files(kind)
        for statement in statements(path)
        for head in rule_heads(statement)
        for atom in atoms(head)
    )
    third = [atom.arguments[2] for atom in heads if atom.name == name]
    return frozenset(
        (term.name, len(term.arguments)) for term in third if term.ast_type == ASTType.Function
    )


class Compared:
    """Several editions, or versions of one, each with a world of its own, and the laws that compare them.

    `facts` are the choices that make each world, by name; `program` is what the laws make of the worlds.
    In the second, atoms can be dropped: `drops` gives the literals of that edition that do.
    """

    def __init__(
        self,
        kind: str,
        editions: Sequence[Edition],
        drops: Mapping[clingo.Symbol, Literal] | None = None,
    ) -> None:
        self.editions = dict(zip(SIDES, editions, strict=False))
        self.facts: dict[str, dict[Fact, Literal]] = {}
        self._unlike: list[tuple[Fact, Literal]] = []
        self._dropped: dict[clingo.Symbol, Literal] = {}
        control, messages = listening()
        seen = {name: _seen(e, looked_at(kind).get(name, ())) for name, e in self.editions.items()}
        with control.backend() as backend:
            for name, edition in self.editions.items():
                for symbol in seen[name]:
                    certain = "certain" if edition.program.is_certain(symbol) else "possible"
                    given = clingo.Function(certain, [clingo.Function(name), symbol])
                    backend.add_rule([backend.add_atom(given)], [])
            for symbol in made_of_facts(editions[0]):
                backend.add_rule([backend.add_atom(symbol)], [])
        for path in law_files(kind):
            control.load(str(path))
        control.ground([("base", ())])
        if messages:
            raise RuleError("\n".join(messages))
        self.program = Ground(control, [])
        with control.backend() as backend:
            for name, edition in self.editions.items():
                dropped = self._choices(backend, drops or {}) if name == SIDES[1] else {}
                side = self._side(backend, name, edition, dropped, seen[name])
                for symbol in seen[name]:
                    self._equate(backend, name, symbol, side.of(edition.program.literal(symbol) or 0))

    def _choices(
        self, backend: clingo.Backend, drops: Mapping[clingo.Symbol, Literal]
    ) -> dict[Literal, Literal]:
        """A choice for each atom that can be dropped, by the literal that drops it."""
        self._dropped = {atom: _choice(backend) for atom in drops}
        return {literal: self._dropped[atom] for atom, literal in drops.items()}

    def _side(
        self,
        backend: clingo.Backend,
        name: str,
        edition: Edition,
        dropped: dict[Literal, Literal],
        seen: Sequence[clingo.Symbol],
    ) -> Side:
        """A world of its own for an edition, none that the laws of the domain forbid."""
        editions = tuple(self.editions.values())
        own = self.facts[name] = {fact: _choice(backend) for one in editions for fact in one.literals}
        shared = {literal: own[fact] for fact, literal in edition.literals.items()}
        side = Side(backend, _bearing(edition, seen), shared | dropped)
        backend.add_rule([], [side.unlawful])
        for cuts in cut_points(editions).values():  # no edition knows the cut points of another
            for lower, higher in pairwise(cuts):
                backend.add_rule([], [own[higher.fact], -own[lower.fact]])
        if name != SIDES[0]:
            first = self.facts[SIDES[0]]
            self._unlike += [(fact, _unlike(backend, first[fact], own[fact])) for fact in own]
        return side

    def _equate(self, backend: clingo.Backend, name: str, symbol: clingo.Symbol, copy: Literal) -> None:
        """Makes what laws say of a world what holds in it."""
        said = self.program.literal(clingo.Function(name, [symbol])) or 0
        backend.add_rule([], [said, -copy])
        backend.add_rule([], [-said, copy])

    @property
    def dropped(self) -> frozenset[Literal]:
        """What drops an atom from the second world."""
        return frozenset(self._dropped.values())

    def agreeing(self, differing: Container[Fact], dropped: Container[clingo.Symbol]) -> list[Literal]:
        """What makes the worlds agree on all facts but some, and drops some atoms and no other."""
        return [
            *(-literal for fact, literal in self._unlike if fact not in differing),
            *(literal if atom in dropped else -literal for atom, literal in self._dropped.items()),
        ]


def _choice(backend: clingo.Backend) -> Literal:
    atom = backend.add_atom()
    backend.add_rule([atom], [], choice=True)
    return atom


def _unlike(backend: clingo.Backend, one: Literal, other: Literal) -> Literal:
    """An atom that holds where one of two does and the other does not."""
    atom = backend.add_atom()
    backend.add_rule([atom], [one, -other])
    backend.add_rule([atom], [other, -one])
    return atom


def _seen(edition: Edition, signatures: Iterable[Signature]) -> list[clingo.Symbol]:
    """The atoms of these predicates that an edition has."""
    return [s for signature in sorted(signatures) for s in edition.program.symbols(*signature)]


def _bearing(edition: Edition, seen: Iterable[clingo.Symbol]) -> list[Rule]:
    """The rules of an edition that bear on atoms which are seen, and the laws of the domain.

    An edition holds laws about one world too, of which those that compare worlds see nothing.
    """
    program = edition.program
    laws = [literal for rule in program.rules if not rule.head for literal in rule.body]
    below = program.below([*laws, *(program.literal(symbol) or 0 for symbol in seen)])
    return [rule for rule in program.rules if not rule.head or not below.isdisjoint(rule.head)]
