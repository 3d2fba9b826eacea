"""The worlds that a law is put to: those of one edition, or of several that are compared."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import clingo

from lupa.authors.laws.programs import SIDES, Compared
from lupa.authors.laws.smallest import World
from lupa.authors.laws.words import Subject
from lupa.authors.patients import brief_case
from lupa.authors.reports.finding import (
    Patient,
)
from lupa.rules.edition import Edition
from lupa.rules.ground import Ground
from lupa.rules.solver import Literal
from lupa.rules.vocabulary import Fact


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a subject: in worlds that hold all of `given`, and `usual` readings if it can be.

    `facts` are the choices that make the worlds, `assumed` those that are as they are without a word.
    """

    given: list[Literal]
    usual: list[Literal]
    facts: list[Literal]
    assumed: list[Literal]


class Worlds(Protocol):
    """What a hearing is about: one edition, or several compared."""

    @property
    def program(self) -> Ground:
        """What the laws and the worlds make."""

    @property
    def editions(self) -> Sequence[Edition]:
        """What decides in each world."""

    def question(self, law: str, subject: Subject, *, usual: bool) -> Question:
        """What is asked of a subject."""

    def patients(self, world: World, held: Sequence[Literal]) -> tuple[Patient, ...]:
        """The patients of a world that holds what was looked for, one for each policy that decides."""


class Alone:
    """One edition, whose program holds laws."""

    def __init__(self, edition: Edition) -> None:
        self.editions = (edition,)
        self.program = edition.program
        self._edition = edition
        self._assumed = _assumed(edition, edition.literals, frozenset())
        self._readings = _assumed(edition, edition.literals, frozenset(), edition.reading_facts)

    def question(self, law: str, subject: Subject, *, usual: bool) -> Question:  # noqa: ARG002 - the same for all
        """What is asked of any subject."""
        facts = list(self._edition.literals.values())
        return Question([], self._readings if usual else [], facts, self._assumed)

    def patients(self, world: World, held: Sequence[Literal]) -> tuple[Patient, ...]:
        """The one patient, with all that bears on the outcome and on what was looked for."""
        relevance, literals = self._edition.relevance, self._edition.literals
        facts = {fact: world[literal] for fact, literal in literals.items()}
        cone = relevance.outcome_cone | relevance.cone(*held)
        return (_patient(self._edition, facts, {f for f, literal in literals.items() if literal in cone}),)


class Beside:
    """Worlds compared, of two versions of an edition or of several."""

    def __init__(self, compared: Compared) -> None:
        self._compared = compared
        self.editions = tuple(compared.editions.values())
        self.program = compared.program
        self._allowed: dict[tuple[str, str, Subject], set[clingo.Symbol]] = {}
        for name in ("differs", "drops"):
            for symbol in self.program.symbols(name, 3):
                law, subject, row = symbol.arguments
                self._allowed.setdefault((name, str(law), subject), set()).add(row)

    def _freed(self, name: str, law: str, subject: Subject) -> set[clingo.Symbol]:
        """What differs between the worlds, or is dropped, where the law asks of a subject."""
        return self._allowed.get((name, law, subject), set())

    def question(self, law: str, subject: Subject, *, usual: bool) -> Question:
        """What is asked of a subject: the worlds agree on all that it does not let differ."""
        differing = frozenset(map(str, self._freed("differs", law, subject)))
        given = self._compared.agreeing(differing, self._freed("drops", law, subject))
        readings: list[Literal] = []
        assumed: list[Literal] = []
        facts: list[Literal] = []
        for name, edition in self._compared.editions.items():
            literals = self._compared.facts[name]
            is_first = name == SIDES[0]
            facts += [x for fact, x in literals.items() if is_first or fact in differing]
            assumed += _assumed(
                edition, literals, frozenset() if is_first else frozenset(literals) - differing
            )
            readings += _assumed(edition, literals, differing, edition.reading_facts)
        return Question(given, readings if usual else [], facts, assumed)

    def patients(self, world: World, held: Sequence[Literal]) -> tuple[Patient, ...]:
        """The patients, one for each world whose policy is as written, with all that tells them apart."""
        first = self._compared.facts[SIDES[0]]
        worlds = {
            name: {fact: world.get(literal, world[first[fact]]) for fact, literal in literals.items()}
            for name, literals in self._compared.facts.items()
        }
        apart = {
            fact for one in worlds.values() for fact, so in one.items() if so is not world[first[fact]]
        }
        found = []
        for name, edition in self._compared.editions.items():
            facts = {fact: worlds[name][fact] for fact in edition.literals}
            differing = (x for fact, x in edition.literals.items() if fact in apart)
            cone = edition.relevance.outcome_cone.union(*map(edition.relevance.component, differing))
            found.append(_patient(edition, facts, {f for f, x in edition.literals.items() if x in cone}))
        further = self._without(world, held)
        shown = {(p.policy, p.edition, str(p.case)): replace(p, text=p.text + further) for p in found}
        return tuple(shown.values())

    def _without(self, world: World, held: Sequence[Literal]) -> str:
        """What a patient comes to where something is left out of the policy; nothing where all is there."""
        if self._compared.dropped.isdisjoint(held):
            return ""
        symbols = [s for s in self.program.symbols(SIDES[1], 1) if s.arguments[0].name == "outcome"]
        literals = [self.program.literal(symbol) or 0 for symbol in symbols]
        facts = [literal if so else -literal for literal, so in world.items()]
        true = self.program.solver.world([*held, *facts], literals) or ()
        outcomes = [str(s.arguments[0].arguments[1]) for s, so in zip(symbols, true, strict=True) if so]
        return f" Without it: {' and '.join(outcomes) or 'no outcome'}."


def _assumed(
    edition: Edition,
    literals: Mapping[Fact, Literal],
    but: Collection[Fact],
    among: Collection[Fact] | None = None,
) -> list[Literal]:
    """What is assumed of these facts, but for some."""
    defaults = edition.vocabulary.defaults
    return [
        literals[fact] if so else -literals[fact]
        for fact, so in defaults.items()
        if fact not in but and (among is None or fact in among)
    ]


def _patient(edition: Edition, facts: Mapping[Fact, bool], relevant: Collection[Fact]) -> Patient:
    """A patient in words, as a case, and with the outcome that the edition comes to."""
    vocabulary, literals = edition.vocabulary, edition.literals
    world = [literals[fact] if so else -literals[fact] for fact, so in facts.items()]
    held = edition.solver.world(world, list(edition.outcomes.values())) or ()
    outcome = " and ".join(sorted(name for name, so in zip(edition.outcomes, held, strict=False) if so))
    case = brief_case(edition, facts, relevant)
    if outcome in edition.outcomes:
        case["expect"] = {"outcome": outcome}
    told = [f for f in facts if f in relevant and facts[f] and not vocabulary.defaults.get(f)]
    weaker = vocabulary.weaker(dict.fromkeys(told, True))
    told = [fact for fact in told if fact not in weaker]
    requested = vocabulary.kinds("requested").values()
    first = [fact for choices in requested for fact in choices.values()]
    text = " ".join(vocabulary.words(f, True) for f in sorted(told, key=lambda f: f not in first))
    return Patient(edition.policy, edition.name, outcome or "no outcome", text, case)
