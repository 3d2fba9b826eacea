"""What depends on what: which facts can bear on a conclusion, and which silent ones on the outcome.

A silent fact matters when there are two worlds of the record with different outcomes, one reached
from the other by changing that fact and no more than the laws of the domain then demand. Whoever
answers every fact that matters, in whatever way, has a settled verdict; answering one that does not
matter never brings a verdict nearer.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import clingo

from lupa.rules.ground import Ground, Rule
from lupa.rules.kept import cached_property
from lupa.rules.solver import Literal, Solver


class Relevance:
    """The dependencies of one ground program; `facts` are the literals of its declared facts."""

    def __init__(self, program: Ground, outcomes: Sequence[Literal], facts: Sequence[Literal]) -> None:
        self._program = program
        self._outcomes = outcomes
        self._facts = frozenset(facts)
        self._cones: dict[Literal, frozenset[Literal]] = {}

    @cached_property
    def _components(self) -> dict[Literal, frozenset[Literal]]:
        """For each fact that a law speaks of, the facts it is tied to by laws, itself included."""
        tied: dict[Literal, set[Literal]] = {}
        for rule in self._program.rules:
            if rule.head:
                continue
            group = set(self._program.below(rule.body) & self._facts)
            for fact in tuple(group):
                group |= tied.get(fact, set())
            for fact in group:
                tied[fact] = group
        groups = {id(group): frozenset(group) for group in tied.values()}
        return {fact: groups[id(group)] for fact, group in tied.items()}

    def in_a_law(self, fact: Literal) -> bool:
        """Whether a law of the domain speaks of the fact, so that other facts can force it."""
        return fact in self._components

    def component(self, fact: Literal) -> frozenset[Literal]:
        """The facts whose values the laws can force when this one changes, itself included."""
        return self._components.get(fact) or frozenset((fact,))

    def breaks_a_law(self, literal: Literal, said: AbstractSet[Literal]) -> bool:
        """Whether one law, read alone, keeps this from being so of a fact where that is said of others.

        Where none does, several together may.
        """
        return any(rest <= said for rest in self._forbidden.get(literal, ()))

    @cached_property
    def _forbidden(self) -> dict[Literal, list[AbstractSet[Literal]]]:
        """For what can be so of a fact, what cannot be so of others with it, by laws about facts alone."""
        rules = self._program.rules
        broken = {rule.body[0] for rule in rules if not rule.head and len(rule.body) == 1}
        given: dict[Literal, list[Rule]] = {}
        for rule in rules:
            for head in rule.head if rule.body else ():
                given.setdefault(head, []).append(rule)

        def of_fact(literal: Literal) -> Literal | None:
            """What is so of a fact where this holds, which may be an atom that only gives it its name."""
            if abs(literal) in self._facts:
                return literal
            only = given.get(abs(literal), ())
            if len(only) != 1 or only[0].choice or only[0].weights or len(only[0].body) != 1:
                return None
            (fact,) = only[0].body
            return None if abs(fact) not in self._facts else fact if literal > 0 else -fact

        found: dict[Literal, list[AbstractSet[Literal]]] = {}
        for law in (rule for atom in broken for rule in given.get(atom, ())):
            body = {of_fact(literal) for literal in law.body}
            together = {literal for literal in body if literal is not None}
            if not law.weights and not law.choice and len(together) == len(body):
                for literal in together:
                    found.setdefault(literal, []).append(together - {literal})
        return found

    def cone(self, *conclusions: Literal) -> frozenset[Literal]:
        """The facts that can bear on these conclusions, directly or through a law."""
        if len(conclusions) > 1:
            return frozenset().union(*map(self.cone, conclusions))
        atom = abs(conclusions[0])
        if atom not in self._cones:
            self._cones[atom] = self.cone_of_all([atom])
        return self._cones[atom]

    def cone_of_all(self, conclusions: Sequence[Literal]) -> frozenset[Literal]:
        """The same of very many conclusions at once, which is not kept of each."""
        found: set[Literal] = set()
        for fact in self._program.below(conclusions) & self._facts:
            if fact not in found:  # those of one component are found together
                found |= self.component(fact)
        return frozenset(found)

    @cached_property
    def outcome_cone(self) -> frozenset[Literal]:
        """The facts that can bear on the outcome."""
        return self.cone_of_all(self._outcomes)

    @cached_property
    def _twins(self) -> "Twins":
        return Twins(self._program, self._outcomes, sorted(self.outcome_cone))

    def matters(
        self,
        solver: Solver,
        fact: Literal,
        statements: Sequence[Literal],
        silent: frozenset[Literal],
    ) -> bool:
        """Whether a silent fact can change the outcome of the record that makes these statements.

        The fact is one of `silent`, those of the outcome's cone that the record leaves open.
        """
        tied = sorted(self.component(fact) & silent)
        others = silent.difference(tied)
        stated = [s for s in statements if abs(s) in self.outcome_cone]
        refuted: tuple[list[Literal], list[Literal]] = [], []  # as changes of the first, of the second
        while True:
            pair = self._twins.pair(fact, stated, others, tied, refuted)
            if pair is None:
                return False
            for place, (here, there) in enumerate((pair, pair[::-1])):
                nearer = self._nearer(solver, fact, stated, tied, here, there)
                if nearer is None:
                    return True
                refuted[place].append(self._twins.refuted(fact, tied, nearer, place))

    def _nearer(
        self,
        solver: Solver,
        fact: Literal,
        stated: Sequence[Literal],
        tied: Sequence[Literal],
        here: tuple[bool, ...],
        there: tuple[bool, ...],
    ) -> tuple[bool, ...] | None:
        """A world with the fact as it is `there` that keeps more of what holds `here`; None if none does.

        A world is given as the truth of `tied`.
        """
        values = dict(zip(tied, zip(here, there, strict=True), strict=True))
        kept = [f if h else -f for f, (h, t) in values.items() if h == t]
        changed = fact if values[fact][1] else -fact
        worlds = (
            solver.world([*stated, *kept, changed, f if h else -f], tied)
            for f, (h, t) in values.items()
            if h != t and f != fact
        )
        return next((world for world in worlds if world is not None), None)


class Twins:
    """What bears on the outcome twice over in one control, to ask for two worlds at once."""

    def __init__(self, program: Ground, outcomes: Sequence[Literal], facts: Sequence[Literal]) -> None:
        self._control = clingo.Control(["--heuristic=Vmtf"])
        self._solver = Solver(self._control, program.watch)
        with self._control.backend() as backend:
            first: dict[Literal, Literal] = {}
            second: dict[Literal, Literal] = {}

            def renamed(literal: Literal, names: dict[Literal, Literal]) -> Literal:
                if abs(literal) not in names:
                    names[abs(literal)] = backend.add_atom()
                return names[abs(literal)] if literal > 0 else -names[abs(literal)]

            laws = [literal for rule in program.rules if not rule.head for literal in rule.body]
            bearing = program.below([*outcomes, *facts, *laws])
            rules = [rule for rule in program.rules if not rule.head or not bearing.isdisjoint(rule.head)]
            for names in (first, second):
                for rule in rules:
                    head = [renamed(x, names) for x in rule.head]
                    body = [renamed(x, names) for x in rule.body]
                    if rule.weights:
                        weighted = list(zip(body, rule.weights, strict=True))
                        backend.add_weight_rule(head, rule.bound, weighted, rule.choice)
                    else:
                        backend.add_rule(head, body, rule.choice)
            self._differ = backend.add_atom()
            for outcome in outcomes:
                one, other = renamed(outcome, first), renamed(outcome, second)
                backend.add_rule([self._differ], [one, -other])
            self._same = {}
            for fact in facts:
                one, other = renamed(fact, first), renamed(fact, second)
                self._same[fact] = backend.add_atom()
                backend.add_rule([self._same[fact]], [one, other])
                backend.add_rule([self._same[fact]], [-one, -other])
            self._first = {fact: renamed(fact, first) for fact in facts}
            self._second = {fact: renamed(fact, second) for fact in facts}
        self._named: dict[tuple[object, ...], Literal] = {}

    def pair(
        self,
        fact: Literal,
        stated: Sequence[Literal],
        same: frozenset[Literal],
        tied: Sequence[Literal],
        refuted: tuple[Sequence[Literal], Sequence[Literal]],
    ) -> tuple[tuple[bool, ...], tuple[bool, ...]] | None:
        """Two worlds with different outcomes, the fact true in the first and false in the second.

        They agree on `same`; both make the statements. What comes back is the truth of `tied` in
        each; no pair comes back that is `refuted` both as a change of the first and of the second.
        """
        assumptions = [self._differ, self._first[fact], -self._second[fact]]
        for names in (self._first, self._second):
            assumptions += [names[abs(s)] if s > 0 else -names[abs(s)] for s in stated]
        assumptions += [self._same[other] for other in sorted(same)]
        if refuted[0]:
            assumptions.append(-self._both(*map(tuple, refuted)))
        atoms = [self._first[f] for f in tied] + [self._second[f] for f in tied]
        world = self._solver.world(assumptions, atoms)
        return None if world is None else (world[: len(tied)], world[len(tied) :])

    def refuted(
        self, fact: Literal, tied: Sequence[Literal], nearer: tuple[bool, ...], place: int
    ) -> Literal:
        """An atom that is true where a world, changed into this one, keeps more than in the other.

        These are all pairs in which nothing else is changed here than there, and not all of that.
        """
        key = fact, tuple(tied), nearer, place
        if key not in self._named:
            names = (self._first, self._second)[place]
            with self._control.backend() as backend:
                keeps_more = backend.add_atom()
                none_beyond = []
                for other, value in zip(tied, nearer, strict=True):
                    if other == fact:
                        continue
                    kept = names[other] if value else -names[other]
                    none_beyond.append(backend.add_atom())
                    backend.add_rule(none_beyond[-1:], [kept])
                    backend.add_rule(none_beyond[-1:], [-self._same[other]])
                    backend.add_rule([keeps_more], [kept, -self._same[other]])
                self._named[key] = backend.add_atom()
                backend.add_rule([self._named[key]], [keeps_more, *none_beyond])
        return self._named[key]

    def _both(self, first: tuple[Literal, ...], second: tuple[Literal, ...]) -> Literal:
        """An atom that is true where one of the first is and one of the second."""
        key = first, second
        if key not in self._named:
            with self._control.backend() as backend:
                either = [backend.add_atom(), backend.add_atom()]
                for atom, of in zip(either, (first, second), strict=True):
                    for literal in of:
                        backend.add_rule([atom], [literal])
                self._named[key] = backend.add_atom()
                backend.add_rule([self._named[key]], either)
        return self._named[key]
