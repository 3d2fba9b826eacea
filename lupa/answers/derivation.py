"""The derivation behind a verdict: which rules, at which line, made it hold, and what others lack.

For this the rules are grounded once more, each with a second head that remembers where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal as Choice

import clingo
from clingo import ast

from lupa.answers.question import Question
from lupa.rules.edition import Edition
from lupa.rules.ground import Ground, Load
from lupa.rules.solver import Literal

Holding = Choice["holds", "fails", "open"]
_MARK = "lupa_rule"
SOME = "some instance"
"""What stands for an atom without a name: it holds where one of the rules under it does."""


@dataclass(frozen=True, slots=True)
class Need:
    """One thing a rule needs: that an atom holds or, with `negated`, that it does not."""

    negated: bool
    status: Holding
    node: Node


@dataclass(frozen=True, slots=True)
class Application:
    """A rule that can make an atom hold: `source` is its file and line; `needs` what its body asks.

    `status` says whether the body holds in every world of the record, in none, or in some.
    """

    source: str
    status: Holding
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """An atom of the derivation, with its status in the worlds of the record.

    `text` says in words what a reader meets: a criterion, a part of one, or a fact of the vocabulary.
    A fact has no rules, and `origin` says whether it is `stated`, `assumed`, `silent`, or `follows` from
    others by a law; all else is `derived`. `repeated` marks an atom whose rules stand earlier in the
    same derivation.
    """

    atom: str
    status: Holding
    text: str
    origin: str
    rules: tuple[Application, ...]
    repeated: bool


def marked(texts: Mapping[str, str]) -> Load:
    """Loads the texts of files, each rule once more with a head that names its place."""

    def load(control: clingo.Control) -> None:
        with ast.ProgramBuilder(control) as builder:
            for name, text in texts.items():

                def add(statement: ast.AST, name: str = name) -> None:
                    builder.add(statement)
                    if statement.ast_type == ast.ASTType.Rule and statement.body:
                        builder.add(_with_place(statement, name))

                ast.parse_string(text, add)

    return load


def _with_place(rule: ast.AST, name: str) -> ast.AST:
    where = ast.SymbolicTerm(rule.location, clingo.String(f"{name}:{rule.location.begin.line}"))
    function = ast.Function(rule.location, _MARK, [where, rule.head.atom.symbol], 0)
    head = ast.Literal(rule.location, ast.Sign.NoSign, ast.SymbolicAtom(function))
    return ast.Rule(rule.location, head, rule.body)


class Derivations:
    """The rules of one edition by the atoms that they can make hold."""

    def __init__(self, program: Ground) -> None:
        self.names = program.names()
        self._rules: dict[Literal, list[tuple[str, tuple[Literal, ...]]]] = {}
        self.least: dict[Literal, int] = {}
        """How many of the conditions that a rule counts must hold, where it counts them."""
        marks = {
            literal: (mark.arguments[0].string, program.literal(mark.arguments[1]))
            for mark in program.symbols(_MARK, 2)
            if (literal := program.literal(mark)) is not None
        }
        for rule in program.rules:
            for atom in rule.head:
                where, head = marks.get(atom, ("", None))
                if head is not None:
                    self._rules.setdefault(head, []).append((where, rule.body))
                elif atom not in self.names:  # clingo's own, for what a rule counts or leaves unnamed
                    self._rules.setdefault(atom, []).append((where, rule.body))
                    if rule.weights:
                        self.least[atom] = rule.bound

    def of(self, atom: Literal) -> list[tuple[str, tuple[Literal, ...]]]:
        """The ground rules for an atom: where each stands, and its body."""
        rules = self._rules.get(atom, [])
        if atom in self.least:
            return rules
        return [(where, tuple(self._plain(body))) for where, body in rules]

    def _plain(self, body: Sequence[Literal]) -> Iterator[Literal]:
        """A body, with what stands for several of its conditions together taken apart."""
        for literal in body:
            rules = [] if literal < 0 or literal in self.names else self._rules.get(literal, [])
            if len(rules) == 1 and literal not in self.least:
                yield from self._plain(rules[0][1])
            else:
                yield literal


def derive(question: Question, derivations: Derivations) -> tuple[Node, ...]:
    """The derivation of the possible outcomes, then of each criterion that may apply."""
    edition = question.edition
    roots = [
        *question.outcomes.values(),
        *(
            criterion.literal
            for criterion in edition.criteria
            if question.possible(edition.applies[criterion.id])
        ),
    ]
    walker = _Walker(question, derivations)
    return tuple(walker.node(abs(root)) for root in dict.fromkeys(roots))


class _Walker:
    def __init__(self, question: Question, derivations: Derivations) -> None:
        self._question = question
        self._edition: Edition = question.edition
        self._derivations = derivations
        self._shown: set[Literal] = set()
        self._statuses: dict[tuple[Literal, ...], Holding] = {}
        criteria = [*self._edition.criteria, *self._edition.parts.values()]
        self._criteria = {criterion.literal: criterion for criterion in criteria}
        self._stated = set(map(abs, question.stated))
        self._assumed = set(map(abs, question.assumed))

    def node(self, atom: Literal) -> Node:
        """The atom with its rules, unless they were shown before."""
        status = self._status((atom,))
        name = self._derivations.names.get(atom, SOME)
        if name in self._edition.literals:
            return self._fact(name, status)
        repeated = atom in self._shown and bool(self._derivations.of(atom))
        self._shown.add(atom)
        rules = () if repeated else self._applications(atom, status)
        if atom in self._derivations.least:
            name = f"{self._derivations.least[atom]} or more of these"
        return Node(name, status, self._words(atom, status), "derived", rules, repeated)

    def _words(self, atom: Literal, status: Holding) -> str:
        """What a criterion says, or a part of one; nothing for what no reader meets."""
        criterion = self._criteria.get(atom)
        return "" if criterion is None else self._edition.phrase(criterion, status != "fails")

    def _fact(self, name: str, status: Holding) -> Node:
        literal = self._edition.literals[name]
        if literal in self._stated:
            origin = "stated"
        elif literal in self._assumed:
            origin = "assumed"
        else:
            origin = "silent" if status == "open" else "follows"
        text = self._edition.vocabulary.words(name, status != "fails")
        return Node(name, status, text, origin, (), False)

    def _applications(self, atom: Literal, status: Holding) -> tuple[Application, ...]:
        """For what holds, the rules that make it hold; else all, with what each lacks."""
        found = []
        counts = atom in self._derivations.least
        for where, body in self._derivations.of(atom):
            holding = status if counts else self._status(body)
            if holding == status or status != "holds":
                found.append((where, body, holding))
        return tuple(
            Application(
                where,
                holding,
                tuple(self._need(x) for x in (body if counts else self._telling(body, holding))),
            )
            for where, body, holding in found
        )

    def _telling(self, body: Sequence[Literal], holding: Holding) -> list[Literal]:
        """The literals that tell why a body has its status: all, or those that fail or are open."""
        if holding == "holds":
            return list(body)
        return [literal for literal in body if self._status((literal,)) != "holds"]

    def _need(self, literal: Literal) -> Need:
        return Need(literal < 0, self._status((literal,)), self.node(abs(literal)))

    def _status(self, body: Sequence[Literal]) -> Holding:
        """Whether all of these hold in every world, in none, or in some; many are met with repeatedly."""
        key = tuple(body)
        if key not in self._statuses:
            self._statuses[key] = self._found(key)
        return self._statuses[key]

    def _found(self, body: Sequence[Literal]) -> Holding:
        if all(self._question.certain(literal) for literal in body):
            return "holds"
        return "open" if self._question.possible(*body) else "fails"
