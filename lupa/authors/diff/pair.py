"""Two editions over the same patients: one control in which a world is what it is for each of them.

A fact is shared by its name. What only one side declares is free there, and the other does not read it;
but a number is one number, and a choice has one value, whichever side knows of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations, permutations

import clingo

from lupa.authors.diff.regions import Regions
from lupa.authors.laws.smallest import smallest
from lupa.authors.sides import Side
from lupa.authors.trials.same_worlds import shown
from lupa.rules.clashes import clashes
from lupa.rules.edition import Edition, not_one_outcome
from lupa.rules.ground import Rule
from lupa.rules.kept import cached_property
from lupa.rules.solver import Literal, Solver, Watch
from lupa.rules.vocabulary import Fact

BOTH = (0, 1)


class Pair:
    """The worlds of two editions at once; `editions[0]` is the one before, `editions[1]` the one after.

    `facts` may be so or not, and are shared; `read` gives for each side the readings that it takes as
    usual, which are not: none if `all_readings` leaves them open. `shared` is what holds in a world that
    both sides allow.
    """

    def __init__(self, before: Edition, after: Edition, *, all_readings: bool) -> None:
        self.editions = (before, after)
        self.read = tuple({} if all_readings else usual_readings(edition) for edition in self.editions)
        self._control = clingo.Control()
        self.solver = Solver(self._control, Watch())
        self._clashes = list(clashes(self.editions))
        with self._control.backend() as backend:
            self._always: Literal = backend.add_atom()
            self.never: Literal = backend.add_atom()
            backend.add_rule([self._always])
            self.facts: dict[Fact, Literal] = {fact: backend.add_atom() for fact in self._in_order()}
            for atom in self.facts.values():
                backend.add_rule([atom], choice=True)
            self.sides = tuple(self._side(backend, place) for place in BOTH)
            self.says = tuple(self._shown(backend, place) for place in BOTH)
            clash = backend.add_atom()
            for pair in self._clashes:
                backend.add_rule([clash], [self._literal(*said) for said in pair])
        self.shared = [-clash, *(-side.unlawful for side in self.sides)]
        self.outcomes = tuple(
            {name: side.of(literal) for name, literal in edition.outcomes.items()}
            for edition, side in zip(self.editions, self.sides, strict=True)
        )
        for place in BOTH:
            self._check(place)
        self._usual = [self._literal(*said) for said in self.defaults.items() if said[0] in self.facts]
        self.regions = Regions(self._control, self.solver, list(self.facts.values()), self._usual)

    # ---- the worlds ----------------------------------------------------------------------------

    @cached_property
    def defaults(self) -> dict[Fact, bool]:
        """What every side that knows of a fact assumes of it where a record is silent."""
        every = [(e.literals, e.vocabulary.defaults) for e in self.editions]
        return {
            fact: value
            for _, defaults in every
            for fact, value in defaults.items()
            if all(theirs.get(fact) == value for known, theirs in every if fact in known)
        }

    def _in_order(self) -> list[Fact]:
        """The facts that are free, by name; what is usual comes last, and its alternatives first.

        So, of worlds that are alike, the first is the one that is as usual where it can be.
        """
        default = self.defaults
        alternatives = {
            fact
            for edition in self.editions
            for fact, choice in edition.vocabulary.choice_of.items()
            if any(default.get(other) for other in choice.values())
        }
        free = {
            fact
            for edition, read in zip(self.editions, self.read, strict=True)
            for fact in edition.literals
            if fact not in read
        }
        by_name = sorted(free, reverse=True)  # the first world prefers what comes last to be true
        return sorted(by_name, key=lambda fact: (default.get(fact, False), fact not in alternatives))

    def _literal(self, fact: Fact, value: bool) -> Literal:
        return self.facts[fact] if value else -self.facts[fact]

    def _side(self, backend: clingo.Backend, place: int) -> Side:
        edition = self.editions[place]
        side = Side(backend, edition.program.rules, self._names(place, self.facts))
        for literal in (*edition.watched, *edition.program.literals("impossible", 1)):
            side.of(literal)
        return side

    def _names(self, place: int, facts: Mapping[Fact, Literal]) -> dict[Literal, Literal]:
        """What the facts of one side are called here, those of its readings by their usual values."""
        read = self.read[place].items()
        known = {**facts, **{fact: self._always if value else self.never for fact, value in read}}
        return {literal: known[fact] for fact, literal in self.editions[place].literals.items()}

    def _shown(self, backend: clingo.Backend, place: int) -> dict[str, Literal]:
        """Everything that a decision on this side can show, each as an atom that holds where it is."""
        found: dict[str, Literal] = {}
        for name, literals in shown(self.editions[place]).items():
            found[name] = backend.add_atom()
            backend.add_rule([found[name]], [self.sides[place].of(literal) for literal in literals])
        return found

    def _check(self, place: int) -> None:
        """Raises `RuleError` unless each world has exactly one outcome on this side."""
        lawful, outcomes = -self.sides[place].unlawful, self.outcomes[place]
        held = [(one, other) for one, other in combinations(outcomes.values(), 2)]
        for odd in ([-outcome for outcome in outcomes.values()], *held):
            world = self.solver.world([lawful, *odd], list(outcomes.values()))
            if world is not None:
                found = [name for name, so in zip(outcomes, world, strict=True) if so]
                raise not_one_outcome(self.editions[place].policy, found)

    # ---- what only one side's laws forbid ------------------------------------------------------

    def barred(self, there: int) -> Literal:
        """An atom that holds in a world just where one side forbids it, whatever it alone knows of it.

        What only that side declares is looked at in parts that its laws do not tie to each other: of all
        of it together there may be thousands of ways to be.
        """
        edition = self.editions[there]
        tied = edition.relevance.component
        parts: dict[frozenset[Literal], list[Fact]] = {}
        for fact in self._own(there):
            parts.setdefault(tied(edition.literals[fact]), []).append(fact)
        laws: dict[frozenset[Literal] | None, list[Rule]] = {}
        for law in (rule for rule in edition.program.rules if not rule.head):
            of = map(tied, edition.program.below(law.body))
            laws.setdefault(next((part for part in of if part in parts), None), []).append(law)
        barred = [self._barred_with({}, laws.get(None, []), there)]
        for part, own in parts.items():
            atoms, found = [self.facts[fact] for fact in own], list[Literal]()
            while (true := self.solver.least([*self.shared, *found], atoms)) is not None:
                way = {fact: self.facts[fact] in true for fact in own}
                found.append(self._barred_with(way, laws.get(part, []), there))
            barred.append(self.both(found))
        return self.either(barred)

    def _own(self, there: int) -> list[Fact]:
        """The facts that only one side declares and on which it depends what is lawful."""
        here, edition = self.editions[1 - there], self.editions[there]
        clashing = {fact for pair in self._clashes for fact, _ in pair}
        return [
            fact
            for fact, literal in edition.literals.items()
            if fact in self.facts and fact not in here.literals
            if fact in clashing or edition.relevance.in_a_law(literal)
        ]

    def _barred_with(self, own: Mapping[Fact, bool], laws: Sequence[Rule], there: int) -> Literal:
        """An atom that holds where these laws, or a clash, forbid a world with its own facts so."""
        fixed = {fact: self._always if value else self.never for fact, value in own.items()}
        program = self.editions[there].program
        cone = program.below([literal for law in laws for literal in law.body])
        rules = [rule for rule in program.rules if not cone.isdisjoint(rule.head)]
        with self._control.backend() as backend:
            barred: Literal = backend.add_atom()
            names = self._names(there, self.facts | fixed)
            backend.add_rule([barred], [Side(backend, [*rules, *laws], names).unlawful])
            for one, other in (way for pair in self._clashes for way in permutations(pair)):
                if own.get(one[0]) is one[1]:
                    backend.add_rule([barred], [self._literal(*other)])
        return barred

    # ---- what is asked of worlds ---------------------------------------------------------------

    def both(self, literals: Sequence[Literal]) -> Literal:
        """An atom that is true where all of these hold."""
        return self.regions.holds([tuple(literals)])

    def either(self, literals: Collection[Literal]) -> Literal:
        """An atom that is true where one of these holds."""
        return self.regions.holds([(literal,) for literal in literals])

    def possible(self, held: Sequence[Literal]) -> bool:
        """Some world holds all of these."""
        return self.solver.satisfiable(held)

    def first(self, held: Sequence[Literal]) -> dict[Fact, bool]:
        """The first world that holds these, found sooner than the smallest; there must be one."""
        true = set(self.solver.least(held, list(self.facts.values())) or ())
        return {fact: atom in true for fact, atom in self.facts.items()}

    def smallest(self, held: Sequence[Literal]) -> dict[Fact, bool]:
        """The smallest world that holds these, as far as can be with what is usual; there must be one."""
        known = dict.fromkeys(fact for edition in self.editions for fact in edition.literals)
        atoms = {self.facts[fact]: fact for fact in known if fact in self.facts}
        world = smallest(self.solver, held, list(atoms), self._usual) or {}
        return {atoms[literal]: so for literal, so in world.items()}

    def truths(self, world: Mapping[Fact, bool], literals: Sequence[Literal]) -> tuple[bool, ...]:
        """Which of the literals hold in a world."""
        assumptions = [self._literal(*said) for said in world.items()]
        atoms = self.solver.world(assumptions, list(map(abs, literals))) or ()
        return tuple(so == (x > 0) for so, x in zip(atoms, literals, strict=True))

    def shows(self, name: str, side: int) -> Literal:
        """An atom that holds where one side shows this; see `says`."""
        return self.says[side].get(name, self.never)

    def reason(self, world: Mapping[Fact, bool], place: int, conclusion: Literal) -> set[Fact]:
        """A minimal set of facts by which, as they are in the world, one side comes to the conclusion."""
        default = self.defaults
        said = sorted(world.items(), key=lambda s: (default.get(s[0]) is not s[1], not s[1]))
        candidates = [self._literal(*each) for each in said]
        lawful = -self.sides[place].unlawful
        reason = self.solver.minimal([lawful, -conclusion], candidates) or ()
        return {fact for fact, atom in self.facts.items() if atom in reason or -atom in reason}

    def words(self, fact: Fact, value: bool) -> str:
        """The sentence that says the fact is true, or false, by the side after if it knows of it."""
        knowing = [edition for edition in self.editions if fact in edition.literals]
        return knowing[-1].vocabulary.words(fact, value)

    def term(self, literals: Sequence[Literal]) -> list[tuple[Fact, bool]]:
        """The facts of some literals, each with its value, in the order of the vocabularies."""
        held = set(literals)
        return [
            (fact, self.facts[fact] in held)
            for fact in dict.fromkeys(fact for edition in self.editions for fact in edition.literals)
            if fact in self.facts and not held.isdisjoint((self.facts[fact], -self.facts[fact]))
        ]


def usual_readings(edition: Edition) -> dict[Fact, bool]:
    """Each reading that is usually taken in one way, as its facts with their values."""
    usual = edition.vocabulary.defaults
    kinds = edition.vocabulary.kinds("reading")
    taken = [choices for choices in kinds.values() if any(usual.get(fact) for fact in choices.values())]
    return {fact: usual.get(fact, False) for choices in taken for fact in choices.values()}
