"""What a solver tells of an edition, read off its functions: the same answers, once these are worth it.

The solver stays the authority. It is asked what the functions do not tell: what is beside the edition's
own atoms, and what would grow too large.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress

from lupa.compiled.asked import Asked, Function
from lupa.compiled.barring import barring, places
from lupa.compiled.diagram import NO, NOWHERE, YES, Budget, Node, deep
from lupa.compiled.functions import Functions
from lupa.compiled.several import Several, so_in, stated
from lupa.compiled.ways import Goal, Said, TooFarError, Ways
from lupa.errors import RuleError, SpaceLimitError
from lupa.rules.edition import Edition
from lupa.rules.solver import Answers, Literal

_LARGEST = 400_000
"""The parts that functions may take while they are made, all together."""
_KEPT = 100_000
"""The parts that they may have then, and that what is asked may make of them: some 200 bytes each."""
_MANY = 4096
"""So many functions are kept."""


def warm(edition: Edition) -> None:
    """Has an edition answered by its functions, unless they grow too large; whoever asks holds it."""
    with suppress(SpaceLimitError, RuleError):  # of a world with no outcome, or two, the solver tells
        edition.answering = Warm(edition, _LARGEST)


class Warm(Answers):
    """Answers as the solver of an edition does, by functions of so many parts; see `lupa.rules.solver`.

    Raises `SpaceLimitError` where functions would grow too large, and `RuleError` for rules that give a
    world no outcome, or two.
    """

    def __init__(self, edition: Edition, most: int) -> None:
        self._edition = edition
        self._solver = edition.solver
        self._watch = edition.program.watch
        self._facts = edition.facts.keys()
        self._said_by = {literal: (abs(literal), literal > 0) for x in edition.facts for literal in (x, -x)}
        self._known: dict[tuple[Literal, ...], Function | None] = {}
        with deep(len(edition.literals)):
            self._functions = Functions(edition, {}, Budget(self._watch.check, most))
            outcome = self._functions.leave_behind(Budget(most=_KEPT), self._functions.outcome())
        self.literals = [edition.literals[fact] for fact in self._functions.facts]
        self._all = frozenset(self.literals)
        self.ways = Ways(self.literals)
        self.outcome = self.ways.part(self._functions.diagrams, outcome)
        laws = self._functions.laws
        self._law_of = {self.literals[v]: place for place, law in enumerate(laws) for v in law.variables}
        self._laws = [self._function(law.node) for law in laws]
        kept = [self._functions.diagrams.at(law.node, ()) == YES for law in laws]
        self._resting = self._all.difference(
            fact for fact, place in self._law_of.items() if not kept[place]
        )
        """The facts of which no law is broken where none is so."""
        self._lawful = Several(self.ways, [law.goal for law in self._laws], self._resting)
        self._several: dict[tuple[Literal, ...], Several] = {}

    # ---- functions -----------------------------------------------------------------------------

    def _function(self, node: Node) -> Function:
        """Where a function is YES, its parts kept for a fast look."""
        facts = frozenset(self.literals[v] for v in self._functions.diagrams.support(node))
        laws = frozenset(self._law_of[fact] for fact in facts if fact in self._law_of)
        apart = frozenset(fact for fact, law in self._law_of.items() if law not in laws)
        return Function(Goal(self.ways.part(self._functions.diagrams, node), YES), laws, apart)

    def _holding(self, conclusions: tuple[Literal, ...]) -> Function | None:
        """That all of these hold in a lawful world; None where the functions do not tell."""
        if conclusions not in self._known and len(self._known) < _MANY:
            self._known[conclusions] = None
            functions, holds = self._functions, YES
            with suppress(SpaceLimitError), deep(len(self._facts)):
                if len(conclusions) == 1 and conclusions[0] < 0:
                    opposite = self._holding((-conclusions[0],))
                    if opposite is not None:
                        self._known[conclusions] = opposite._replace(goal=Goal(opposite.goal.part, NO))
                elif functions.told.issuperset(map(abs, conclusions)):
                    for conclusion in conclusions:
                        holds = functions.diagrams.both(functions.condition(conclusion), holds)
                    self._known[conclusions] = self._function(functions.cut(holds))
        return self._known.get(conclusions)

    def _said(self, assumptions: Sequence[Literal]) -> tuple[dict[Literal, bool], list[Literal]] | None:
        """What is assumed of facts, and besides; None if something is there twice, or both ways."""
        said_by = self._said_by
        said = dict([said_by[literal] for literal in assumptions if literal in said_by])
        if len(said) == len(assumptions):
            return said, []
        conclusions = [literal for literal in assumptions if literal not in said_by]
        return None if len(said) + len(conclusions) < len(assumptions) else (said, conclusions)

    def _asked(self, assumptions: Sequence[Literal], further: Collection[Literal] = ()) -> Asked | None:
        """What is asked of which functions, the laws on `further` facts too; None if they do not tell."""
        told = self._said(assumptions)
        if told is None:
            return None
        said, conclusions = told
        function = self._holding(tuple(sorted(conclusions)))
        if function is None:
            return None
        apart = function.apart.intersection(said).union(function.apart.intersection(further))
        laws = sorted({self._law_of[fact] for fact in apart})
        return Asked(said, conclusions, [function, *(self._laws[law] for law in laws)])

    # ---- answers -------------------------------------------------------------------------------

    def satisfiable(self, assumptions: Sequence[Literal]) -> bool:
        """Some world holds all of these."""
        self._watch.check()
        told = self._said(assumptions)
        function = None if told is None else self._holding(tuple(sorted(told[1])))
        if told is not None and function is not None:
            said, _ = told
            with suppress(TooFarError):
                return self.ways.reaches(function.goal, said) and self.has_worlds(said)
        return self._solver.satisfiable(assumptions)

    def has_worlds(self, said: Said) -> bool:
        """Whether some world holds what is said of facts."""
        self._watch.check()
        in_doubt = self._lawful.in_doubt(so_in(said))
        try:
            return all(self.ways.reaches(self._laws[law].goal, said) for law in in_doubt)
        except TooFarError:
            return self._solver.satisfiable(stated(said))

    def may_be_so(self, said: Said) -> frozenset[Literal]:
        """The facts that are said to be so, and those of which nothing is said."""
        return self._all.difference(said).union(so_in(said))

    def outcomes(
        self, said: Said, may_be_so: frozenset[Literal], most: int = _MANY
    ) -> tuple[list[Literal], Collection[Literal]]:
        """The outcomes, or `most` of them, where this is so of facts, and the facts that they rest on.

        In some world it is. The facts that may be so are given too, as who asks knows them.
        """
        outcomes = list(self._edition.outcomes.values())
        self._watch.check()
        with suppress(TooFarError):
            found, by = self.ways.values(self.outcome, said, may_be_so, most)
            return [outcome for place, outcome in enumerate(outcomes) if NOWHERE - 1 - place in found], by
        return self.which(said, so_in(said), outcomes), self._all

    def world_or_core(
        self, assumptions: Sequence[Literal], atoms: Sequence[Literal]
    ) -> tuple[bool, ...] | frozenset[Literal]:
        """A world that holds all of these, as the truth of `atoms`; or some that no world holds all of."""
        self._watch.check()
        asked = self._asked(assumptions, atoms)
        if asked is not None and self._facts >= set(atoms):
            with suppress(TooFarError):
                return self._found(asked, atoms)
        return self._solver.world_or_core(assumptions, atoms)

    def _found(self, asked: Asked, atoms: Sequence[Literal]) -> tuple[bool, ...] | frozenset[Literal]:
        said = asked.said
        for each in asked.functions:
            tested = self.ways.ruled_out_by(each.goal, said)
            if tested is not None:
                core = [fact if said[fact] else -fact for fact in tested]
                return frozenset([*core, *asked.conclusions])
        if not atoms:
            return ()
        true = dict(said)
        for each in asked.functions:
            true |= self.ways.one(each.goal, said)
        return tuple([true.get(atom, False) for atom in atoms])

    def held(self, assumptions: Sequence[Literal], one_of: Sequence[Literal]) -> list[Literal]:
        """Those that some world holds of several, of which each world that holds these holds just one."""
        told = self._said(assumptions)
        if told is None or told[1]:
            return [literal for literal in one_of if self.satisfiable([*assumptions, literal])]
        said, _ = told
        if not self.has_worlds(said):
            return []
        if list(one_of) == list(self._edition.outcomes.values()):  # one look tells them all
            return self.outcomes(said, self.may_be_so(said))[0]
        return self.which(said, so_in(said), one_of)

    def least(self, assumptions: Sequence[Literal], atoms: Sequence[Literal]) -> list[Literal] | None:
        """Those of `atoms` that are true in the first world of all that hold these; None without one."""
        self._watch.check()
        asked = self._asked(assumptions, atoms)
        if asked is None or not self._facts >= set(atoms):
            return self._solver.least(assumptions, atoms)
        bits = {atom: 1 << at for at, atom in enumerate(reversed(atoms)) if atom not in asked.said}
        true = 0
        for each in asked.functions:
            try:
                cost = self.ways.cheapest(each.goal, asked.said, bits)
            except TooFarError:
                return self._solver.least(assumptions, atoms)
            if cost is None:
                return None
            true += cost
        return [atom for atom in atoms if (true & bits[atom] if atom in bits else asked.said[atom])]

    def leaves(self, said: Said, literals: tuple[Literal, ...]) -> bool:
        """Whether all of these can hold in a world in which this is so of facts; in some world it is."""
        self._watch.check()
        function, laws = self._known.get(literals), set[int]()
        if function is None:
            facts = [literal for literal in literals if abs(literal) in self._facts]
            for literal in facts:
                if said.get(abs(literal), literal > 0) is not (literal > 0):
                    return False
                said = {**said, abs(literal): literal > 0}
            function = self._holding(tuple(sorted(set(literals).difference(facts))) if facts else literals)
            if function is None:
                return self._solver.satisfiable([*stated(said), *literals])
            laws = {self._law_of[abs(fact)] for fact in facts if abs(fact) in function.apart}
        try:
            return self.ways.reaches(function.goal, said) and all(
                self.ways.reaches(self._laws[law].goal, said) for law in laws
            )
        except TooFarError:
            return self._solver.satisfiable([*stated(said), *literals])

    def which(self, said: Said, so: Iterable[Literal], literals: Sequence[Literal]) -> list[Literal]:
        """Those of these of which each can hold in a world in which this is so of facts; in some it is.

        The facts of which it is said that they are `so` are given too, as who asks knows them.
        """
        barred = self.barred(said, so, literals)
        return [literal for literal in literals if literal not in barred]

    def barred(self, said: Said, so: Iterable[Literal], literals: Sequence[Literal]) -> set[Literal]:
        """Those that `which` leaves out: mostly few are, and few need be looked at."""
        self._watch.check()
        key = tuple(literals)
        if key not in self._several:
            functions = [self._holding((literal,)) for literal in key]
            goals = [None if function is None else function.goal for function in functions]
            self._several[key] = Several(self.ways, goals, self._resting)
        several = self._several[key]
        in_doubt = several.in_doubt(so)
        return {key[at] for at in in_doubt if not self._is_left(said, key[at], several.goals[at])}

    def _is_left(self, said: Said, literal: Literal, goal: Goal | None) -> bool:
        """As `leaves`, of what holds where a goal is met, if that is known."""
        if goal is None:
            return self.leaves(said, (literal,))
        try:
            return self.ways.reaches(goal, said)
        except TooFarError:
            return self._solver.satisfiable([*stated(said), literal])

    # ---- what keeps from a conclusion -----------------------------------------------------------

    def minimal(self, fixed: Sequence[Literal], candidates: Sequence[Literal]) -> list[Literal] | None:
        """A minimal part of `candidates` that no world holds with `fixed`; None if a world holds all."""
        asked = self._asked([*fixed, *candidates])
        if asked is not None and self._facts >= set(map(abs, candidates)):
            with suppress(TooFarError):
                return self._minimal(asked, candidates)
        return self._solver.minimal(fixed, candidates)

    def _minimal(self, asked: Asked, candidates: Sequence[Literal]) -> list[Literal] | None:
        said = places(asked.said, candidates)
        first, *laws = asked.functions
        in_doubt = {self._laws[law].goal for law in self._lawful.in_doubt(so_in(asked.said))}
        functions = [first, *(law for law in laws if law.goal in in_doubt)]
        found = [barring(self.ways, each.goal, said, candidates) for each in functions]
        # functions share no fact: the one is needed of which the first things said suffice
        kept = min((each for each in found if each is not None), default=None)
        return None if kept is None else [candidates[place - 1] for place in reversed(kept)]

    def every_minimal(self, refuted: Literal, candidates: Sequence[Literal]) -> list[list[Literal]] | None:
        """Each minimal part of facts that no world holds with what is refuted; None if that takes long."""
        self._watch.check()
        asked = self._asked([refuted, *candidates])
        if asked is None:
            return None
        bits = {abs(candidate): 1 << place for place, candidate in enumerate(candidates)}
        try:
            found = {x for f in asked.functions for x in self.ways.every_minimal(f.goal, asked.said, bits)}
        except TooFarError:
            return None
        return [[x for x in candidates if bits[abs(x)] & each] for each in found]
