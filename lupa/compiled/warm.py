"""What a solver tells of an edition, read off its functions: the same answers, once these are worth it.

The solver stays the authority. It is asked what the functions do not tell: what is beside the edition's
own atoms, and what would grow too large.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from lupa.compiled.diagram import YES, Budget, Node, deep
from lupa.compiled.functions import Functions
from lupa.errors import RuleError, SpaceLimitError
from lupa.rules.edition import Edition
from lupa.rules.solver import Answers, Literal

_LARGEST = 60_000
"""The parts that functions may take, all together: larger ones answer no sooner than the solver does."""
_MANY = 4096
"""So many functions are kept."""
_FAR = 400
"""Whoever looks at more parts than so many has waited as long as for the solver, and asks that."""
_FARTHER = 10 * _FAR
"""The same of the first world of all, for which the solver is asked many times."""


class _TooFarError(Exception):
    """There is more to look at than is worth it."""


def warm(edition: Edition) -> None:
    """Has an edition answered by its functions, unless they grow too large; whoever asks holds it."""
    with suppress(SpaceLimitError, RuleError):  # of a world with no outcome, or two, the solver tells
        edition.answering = Warm(edition, _LARGEST)


_Way = Mapping[Literal, bool]
"""What is so of some facts."""


class _Function(NamedTuple):
    """A function: its part, the laws that it keeps, and the facts that other laws are about."""

    part: Node
    laws: frozenset[int]
    apart: frozenset[Literal]


class _Asked(NamedTuple):
    """What is assumed, of facts and besides, and what all has to hold: functions that share no fact."""

    said: dict[Literal, bool]
    conclusions: list[Literal]
    functions: list[_Function]


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
        self._parts: list[tuple[Literal, Node, Node]] = []
        self._places: dict[Node, Node] = {}
        self._known: dict[tuple[Literal, ...], _Function | None] = {}
        with deep(len(edition.literals)):
            self._functions = Functions(edition, {}, Budget(most=most))
            self._functions.outcome()
        self._literals = [edition.literals[fact] for fact in self._functions.facts]
        self._law_of = {
            self._literals[variable]: place
            for place, law in enumerate(self._functions.laws)
            for variable in law.variables
        }
        self._laws = [self._function(law.node) for law in self._functions.laws]

    # ---- functions -----------------------------------------------------------------------------

    def _function(self, node: Node) -> _Function:
        """A function, its parts kept for a fast look."""
        facts = frozenset(self._literals[v] for v in self._functions.diagrams.support(node))
        laws = frozenset(self._law_of[fact] for fact in facts if fact in self._law_of)
        apart = frozenset(fact for fact, law in self._law_of.items() if law not in laws)
        return _Function(self._part(node), laws, apart)

    def _part(self, root: Node) -> Node:
        """The place of a part; values stay, and what is below it comes before."""
        diagrams, places, parts = self._functions.diagrams, self._places, self._parts
        waiting = [root] if root >= 0 else []
        while waiting:
            node = waiting[-1]
            variable = diagrams.top(node)
            sides = diagrams.split(node, variable)
            below = [side for side in sides if side >= 0 and side not in places]
            if below:
                waiting += below
                continue
            waiting.pop()
            if node not in places:
                no, yes = (places.get(side, side) for side in sides)
                places[node] = len(parts)
                parts.append((self._literals[variable], no, yes))
        return places.get(root, root)

    def _holding(self, conclusions: tuple[Literal, ...]) -> _Function | None:
        """That all of these hold in a lawful world; None where the functions do not tell."""
        if conclusions not in self._known:
            if len(self._known) >= _MANY:
                return None
            self._known[conclusions] = None
            with suppress(SpaceLimitError), deep(len(self._facts)):
                functions, holds = self._functions, YES
                if functions.told.issuperset(map(abs, conclusions)):
                    for conclusion in conclusions:
                        holds = functions.diagrams.both(functions.condition(conclusion), holds)
                    self._known[conclusions] = self._function(functions.cut(holds))
        return self._known[conclusions]

    def _asked(self, assumptions: Sequence[Literal], further: Collection[Literal] = ()) -> _Asked | None:
        """What is asked of which functions, the laws on `further` facts too; None if they do not tell."""
        facts = self._facts
        said = {abs(literal): literal > 0 for literal in assumptions if abs(literal) in facts}
        conclusions = [literal for literal in assumptions if abs(literal) not in facts]
        if len(said) + len(conclusions) < len(assumptions):  # one is there twice, or both ways
            return None
        function = self._holding(tuple(sorted(conclusions)))
        if function is None:
            return None
        apart = function.apart.intersection(said).union(function.apart.intersection(further))
        laws = sorted({self._law_of[fact] for fact in apart})
        return _Asked(said, conclusions, [function, *(self._laws[law] for law in laws)])

    # ---- answers -------------------------------------------------------------------------------

    def satisfiable(self, assumptions: Sequence[Literal]) -> bool:
        """Some world holds all of these."""
        self._watch.check()
        asked = self._asked(assumptions)
        if asked is not None:
            with suppress(_TooFarError):
                return all(self._tested(each.part, asked.said) is None for each in asked.functions)
        return self._solver.satisfiable(assumptions)

    def world_or_core(
        self, assumptions: Sequence[Literal], atoms: Sequence[Literal]
    ) -> tuple[bool, ...] | frozenset[Literal]:
        """A world that holds all of these, as the truth of `atoms`; or some that no world holds all of."""
        self._watch.check()
        asked = self._asked(assumptions, atoms)
        if asked is not None and self._facts >= set(atoms):
            with suppress(_TooFarError):
                return self._found(asked, atoms)
        return self._solver.world_or_core(assumptions, atoms)

    def _found(self, asked: _Asked, atoms: Sequence[Literal]) -> tuple[bool, ...] | frozenset[Literal]:
        said = asked.said
        for each in asked.functions:
            tested = self._tested(each.part, said)
            if tested is not None:
                return frozenset([fact if said[fact] else -fact for fact in tested]).union(
                    asked.conclusions
                )
        if not atoms:
            return ()
        true = dict(said)
        for each in asked.functions:
            true |= self._way(each.part, said)
        return tuple([true.get(atom, False) for atom in atoms])

    def held(self, assumptions: Sequence[Literal], one_of: Sequence[Literal]) -> list[Literal]:
        """Those that some world holds of several, of which each world that holds these holds just one."""
        return [literal for literal in one_of if self.satisfiable([*assumptions, literal])]

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
                cost = self._cheapest(each.part, asked.said, bits)
            except _TooFarError:
                return self._solver.least(assumptions, atoms)
            if cost is None:
                return None
            true += cost
        return [atom for atom in atoms if (true & bits[atom] if atom in bits else asked.said[atom])]

    def leaves(self, said: _Way, literals: tuple[Literal, ...]) -> bool:
        """Whether all of these can hold in a world in which this is so of facts; in some world it is."""
        self._watch.check()
        facts = [literal for literal in literals if abs(literal) in self._facts]
        for literal in facts:
            if said.get(abs(literal), literal > 0) is not (literal > 0):
                return False
            said = {**said, abs(literal): literal > 0}
        function = self._holding(tuple(sorted(set(literals).difference(facts))) if facts else literals)
        if function is not None:
            laws = {self._law_of[fact] for fact in function.apart.intersection(map(abs, facts))}
            with suppress(_TooFarError):
                return all(
                    self._tested(each.part, said) is None
                    for each in (function, *(self._laws[law] for law in laws))
                )
        return self._solver.satisfiable([*(fact if so else -fact for fact, so in said.items()), *literals])

    # ---- ways through a function ---------------------------------------------------------------

    def _tested(self, part: Node, said: _Way) -> set[Literal] | None:
        """Facts of which what is said rules out that a function holds; None where it can."""
        parts, waiting, seen, tested = self._parts, [part], set[Node](), set[Literal]()
        while waiting:
            part = waiting.pop()
            while part >= 0 and part not in seen:
                seen.add(part)
                fact, no, yes = parts[part]
                so = said.get(fact)
                if so is None:
                    waiting.append(yes)
                    part = no
                else:
                    tested.add(fact)
                    part = yes if so else no
            if part == YES:
                return None
            if len(seen) > _FAR:
                raise _TooFarError
        return tested

    def _way(self, part: Node, said: _Way) -> _Way:
        """What is so on one way to where a function holds, of what it asks for; there is one."""
        came: dict[Node, tuple[Node, Literal, bool]] = {}
        waiting = [part]
        while part != YES:
            part = waiting.pop()
            if part >= 0:
                fact, *sides = self._parts[part]
                for so in (True, False):  # the last is looked at first
                    if said.get(fact, so) is so and sides[so] not in came:
                        came[sides[so]] = part, fact, so
                        waiting.append(sides[so])
        way = {}
        while part in came:
            part, fact, so = came[part]
            way[fact] = so
        return way

    def _cheapest(self, part: Node, said: _Way, costs: Mapping[Literal, int]) -> int | None:
        """What the way to where a function holds costs that costs the least; None if there is none.

        A fact that is so costs what `costs` say.
        """
        waiting, within = [part], {part} if part >= 0 else set[Node]()
        while waiting:
            here = waiting.pop()
            if here >= 0:
                new = {side for side in self._parts[here][1:] if side >= 0} - within
                within |= new
                waiting += new
            if len(within) > _FARTHER:
                raise _TooFarError
        cheapest = {YES: 0}
        for here in sorted(within):  # what is below comes before
            fact, no, yes = self._parts[here]
            ways = [cheapest[no]] if no in cheapest and said.get(fact) is not True else []
            if yes in cheapest and said.get(fact) is not False:
                ways.append(cheapest[yes] + costs.get(fact, 0))
            if ways:
                cheapest[here] = min(ways)
        return cheapest.get(part)
