"""A hearing: an edition alone, or worlds compared, put to each law, with what shows that it is broken."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import clingo

from lupa.authors.laws.alike import Alike
from lupa.authors.laws.authored import sorted_places
from lupa.authors.laws.programs import SIDES, Compared, Law, laws_in
from lupa.authors.laws.smallest import World, smallest
from lupa.authors.patients import brief_case
from lupa.authors.reports.finding import (
    SEVERITIES,
    Because,
    Clause,
    Example,
    Finding,
    Patient,
    Place,
    Severity,
)
from lupa.rules.edition import Edition
from lupa.rules.ground import Ground
from lupa.rules.names import arguments
from lupa.rules.solver import Literal
from lupa.rules.vocabulary import Fact

GIVEN_BY = {"criterion": "met", "basis": "excluded", "limit": "exceeded", "scope": "outside"}
"""The predicate that says that an item holds, by its kind."""
Places = Mapping[clingo.Symbol, tuple[Place, ...]]
Subject = clingo.Symbol
UNUSUAL = " Read otherwise than usual, it may."


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a subject: in worlds that hold all of `given`, and `usual` readings if it can be.

    `facts` are the choices that make the worlds, `assumed` those that are as they are without a word.
    """

    given: list[Literal]
    usual: list[Literal]
    facts: list[Literal]
    assumed: list[Literal]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a law comes to for one subject: broken, with the finding, or kept, by what shows it."""

    subject: Subject
    finding: Finding | None = None
    shown_by: tuple[Literal, ...] = ()


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


class Hearing:
    """Laws and the worlds that they are about."""

    def __init__(self, worlds: Worlds, places: Places, *, usual: bool) -> None:
        self._worlds = worlds
        self._program = worlds.program
        self._solver = worlds.program.solver
        self._places = places
        self._usual = usual
        self._known: dict[str, dict[tuple[clingo.Symbol, ...], list[clingo.Symbol]]] = {}
        self._words = Words(worlds.editions[0])
        self._alike = Alike(worlds.editions)
        self._broken: dict[tuple[object, ...], bool] = {}
        self.laws = laws_in(self._program)

    def verdicts(self, law: Law) -> Iterator[Verdict]:
        """What the law comes to for each of its subjects."""
        for subject in self._of(law, "counterexample", 2):
            yield self._refuted(law, subject)
        for subject in self._of(law, "subject", 2):
            yield self._exemplified(law, subject)

    def example(self, law: Law, verdict: Verdict) -> Example:
        """The smallest patients who show that the law is kept for a subject."""
        question = self._worlds.question(law.id, verdict.subject, usual=False)
        edition = self._worlds.editions[0]
        patients = self._shown(question, verdict.shown_by)
        return Example(law.id, edition.policy, edition.name, str(verdict.subject), patients)

    def _of(self, law: Law, name: str, arity: int, *given: Subject) -> list[clingo.Symbol]:
        """What a predicate holds of the law, and of what else is given; possible in some world."""
        start = [clingo.Function(law.id), *given]
        return self._rows(name, arity).get(tuple(start), [])

    def _rows(self, name: str, arity: int) -> dict[tuple[clingo.Symbol, ...], list[clingo.Symbol]]:
        """The last arguments of a predicate by all before, in a fixed order."""
        if name not in self._known:
            rows = self._known[name] = {}
            for symbol in sorted(self._program.symbols(name, arity)):
                *start, last = symbol.arguments
                rows.setdefault(tuple(start), []).append(last)
        return self._known[name]

    def _about(self, name: str, law: Law, *rest: clingo.Symbol) -> Literal | None:
        return self._program.literal(clingo.Function(name, [clingo.Function(law.id), *rest]))

    def _possible(self, *literals: Literal) -> bool:
        return self._solver.satisfiable(literals)

    # ---- what no world may have ----------------------------------------------------------------

    def _refuted(self, law: Law, subject: Subject) -> Verdict:
        question = self._worlds.question(law.id, subject, usual=self._usual)
        broken = self._about("counterexample", law, subject)
        held = (broken or 0, *question.given, *question.usual)
        mark = (law.id, *self._alike.pattern(subject))
        if mark not in self._broken:  # the solver forgets what it found to be false
            self._broken[mark] = broken is not None and self._possible(*held)
        if not self._broken[mark]:
            return Verdict(subject)
        if law.together:  # the patient is looked for once for all that are told with it
            return Verdict(subject, self._finding(law, subject))
        return Verdict(subject, self._finding(law, subject, patients=self._shown(question, held)))

    def patients(self, law: Law, subject: Subject) -> tuple[Patient, ...]:
        """The smallest patients who show that the law is broken for a subject."""
        question = self._worlds.question(law.id, subject, usual=self._usual)
        broken = self._about("counterexample", law, subject) or 0
        return self._shown(question, (broken, *question.given, *question.usual))

    def told_of(self, law: Law, subjects: Sequence[Subject]) -> str:
        """How it reads that the law is broken for all of these subjects."""
        return self._words.of_several(law.broken(subjects[0]), subjects)

    def _shown(self, question: Question, held: Sequence[Literal]) -> tuple[Patient, ...]:
        world = smallest(self._solver, held, question.facts, question.assumed)
        return self._worlds.patients(world or {}, held)

    # ---- what some world must show -------------------------------------------------------------

    def _exemplified(self, law: Law, subject: Subject) -> Verdict:
        question = self._worlds.question(law.id, subject, usual=self._usual)
        comes_up = self._about("subject", law, subject) or 0
        given = (*question.given, *question.usual)
        if not self._possible(comes_up, *given):  # such as a criterion of one reading only
            given = tuple(question.given)
        example = self._about("example", law, subject)
        if example is not None and self._possible(example, *given):
            return Verdict(subject, None, (example, *given))
        otherwise = example is not None and self._possible(example, *question.given)
        because = self._because(law, subject, given)
        return Verdict(subject, self._finding(law, subject, because=because, otherwise=otherwise))

    def _because(self, law: Law, subject: Subject, given: Sequence[Literal]) -> tuple[Because, ...]:
        """A minimal set of items of which one always stands in the way."""
        asked = self._about("asks", law, subject)
        if asked is None:
            return ()
        in_the_way = self._in_the_way(law, subject)
        items = sorted(in_the_way, key=lambda item: (not item.arguments, item))
        absent = {-in_the_way[item]: item for item in items}
        minimal = self._solver.minimal([asked, *given], list(absent)) or []
        return tuple(
            Because(str(item), self._words.absent(item), self._places_of(self._words.given_by(item)))
            for item in map(absent.__getitem__, minimal)
            if item.arguments
        )

    def _in_the_way(self, law: Law, subject: Subject) -> dict[clingo.Symbol, Literal]:
        """The items of which none may hold: what holds back, and all beside one that is to fail alone."""
        held_back = self._of(law, "holds_back", 3, subject)
        found = {item: self._about("holds_back", law, subject, item) or 0 for item in held_back}
        for alone in self._of(law, "alone", 3, subject):
            for failing in self._program.symbols("failing", 1):
                (item,) = failing.arguments
                if item != alone:
                    found[item] = self._program.literal(failing) or 0
        return found

    # ---- findings ------------------------------------------------------------------------------

    def _finding(
        self,
        law: Law,
        subject: Subject,
        *,
        because: tuple[Because, ...] = (),
        patients: tuple[Patient, ...] = (),
        otherwise: bool = False,
    ) -> Finding:
        edition, *others = dict.fromkeys((e.policy, e.name) for e in self._worlds.editions)
        beside = "".join(f" beside {policy}@{name}" for policy, name in others if policy != edition[0])
        severity: Severity = "note" if otherwise else self._gravity(law, subject)
        further = (row.arguments[2:] for row in self._further.get((law.id, subject), ()))
        words = " ".join(
            self._words.sentence(words, about)
            for words, about in ((law.broken(subject), subject), *((w.string, a) for w, a in further))
        )
        return Finding(
            law.id,
            severity,
            *edition,
            f"{subject}{beside}",
            words + (UNUSUAL if otherwise else ""),
            clauses=self._clauses(law, subject),
            places=self._places_of(self._of(law, "concerns", 3, subject)),
            because=because,
            patients=patients,
        )

    def _gravity(self, law: Law, subject: Subject) -> Severity:
        """How grave it is that the law is broken for this subject."""
        named = {str(symbol) for symbol in self._of(law, "gravity", 3, subject)}
        return next((severity for severity in SEVERITIES if severity in named), law.severity)

    @cached_property
    def _further(self) -> dict[tuple[str, Subject], list[clingo.Symbol]]:
        """What else is said of the subjects of laws."""
        found: dict[tuple[str, Subject], list[clingo.Symbol]] = {}
        for row in sorted(self._program.symbols("further", 4)):
            found.setdefault((str(row.arguments[0]), row.arguments[1]), []).append(row)
        return found

    def _clauses(self, law: Law, subject: Subject) -> tuple[Clause, ...]:
        ids = dict.fromkeys(map(str, self._of(law, "under", 3, subject)))
        return tuple(Clause(clause, self._words.locator(clause)) for clause in ids)

    def _places_of(self, atoms: Sequence[clingo.Symbol]) -> tuple[Place, ...]:
        return sorted_places(place for atom in atoms for place in self._places.get(atom, ()))


_FEW = 5
"""So many names are said of many."""


def enumerated(names: Sequence[str]) -> str:
    """Names in a row; of many the first few, and how many more there are."""
    said = list(names) if len(names) <= _FEW + 1 else [*names[:_FEW], f"{len(names) - _FEW} more"]
    *before, last = said
    return f"{', '.join(before)} and {last}" if before else last


class Words:
    """How an edition says what laws speak of: its criteria, its exclusions, its facts and its names."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        self._vocabulary = edition.vocabulary

    def sentence(self, words: str, subject: Subject) -> str:
        """A sentence with the arguments of the subject in the place of {1}, {2}, ..."""
        for number, argument in enumerate(arguments(subject), start=1):
            words = words.replace(f"{{{number}}}", self._said(argument))
        return words[:1].upper() + words[1:]

    def of_several(self, words: str, subjects: Sequence[Subject]) -> str:
        """One sentence for all subjects whose other arguments are the same: {1} and {2} are then lists.

        Where there are many, the first few are named, and how many more there are.
        """
        rest: dict[Subject, list[Subject]] = {}
        for subject in subjects:
            first, *others = subject.arguments
            rest.setdefault(first, []).append(clingo.Function("", others))
        alike: dict[tuple[Subject, ...], list[Subject]] = {}
        for first, others in rest.items():
            alike.setdefault(tuple(others), []).append(first)
        return " ".join(self._of_all(words, firsts, others) for others, firsts in alike.items())

    def _of_all(self, words: str, firsts: Sequence[Subject], others: Sequence[Subject]) -> str:
        columns = [firsts, *zip(*(other.arguments for other in others), strict=True)]
        for number, column in enumerate(columns, start=1):
            names = [self._said(argument) for argument in dict.fromkeys(column)]
            words = words.replace(f"{{{number}}}", enumerated(names))
        return words[:1].upper() + words[1:]

    def _said(self, argument: clingo.Symbol) -> str:
        if argument.type == clingo.SymbolType.String:
            return argument.string
        item = self._edition.item_words(argument, holds=True)
        if item is not None:
            return f"“{item.rstrip('.')}”"
        if str(argument) in self._vocabulary.facts:
            return self._vocabulary.words(str(argument), True)
        locator = self._edition.locator(str(argument))
        return locator or self._vocabulary.label(str(argument))

    def absent(self, item: clingo.Symbol) -> str:
        """The sentence for an item that does not stand in the way: met, or without effect."""
        words = self._edition.item_words(item, holds=item.name == "criterion")
        return words or self._vocabulary.label(str(item))

    def given_by(self, item: clingo.Symbol) -> list[clingo.Symbol]:
        """The atom that says that an item holds."""
        policy = clingo.Function(self._edition.policy)
        name = GIVEN_BY.get(item.name, item.name)
        return [clingo.Function(name, [policy, *item.arguments])]

    def locator(self, clause: str) -> str:
        """The document and the place in it where a clause stands; its name where no ledger has it."""
        return self._edition.locator(clause) or clause


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
    outcome = " and ".join(name for name, so in zip(edition.outcomes, held, strict=False) if so)
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
