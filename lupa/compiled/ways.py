"""Ways through functions: where what is said of facts leads, and what of it bars a value."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from lupa.compiled.diagram import NO, NOWHERE, YES, Diagrams, Node
from lupa.rules.solver import Literal

FAR = 400
"""Whoever looks at more parts than so many has waited as long as for the solver, and asks that."""
FARTHER = 10 * FAR
"""The same of the first world of all, and of a reason, for which the solver is asked many times."""
_STRIDE = 16
"""So many parts are passed at once where none of their facts is so, as of most drugs nothing is."""
FARTHEST = 1 << 21
"""So many parts, and pairs of sets, are looked at for all reasons, for which it is asked without end."""

Said = Mapping[Literal, bool]
"""What is so of some facts."""


class TooFarError(Exception):
    """There is more to look at than is worth it."""


Part = tuple[Literal, Node, Node]
"""A fact, and what follows if it is not so, or is."""


class Goal(NamedTuple):
    """Where a function has a value: its first part, and the value."""

    part: Node
    value: Node


class Ways:
    """Functions laid out for a fast look: a part is a fact, and what follows if it is not so, or is."""

    def __init__(self, facts: Sequence[Literal]) -> None:
        self._facts = facts
        self.parts: list[Part] = []
        """What is below one comes before it."""
        self._places: dict[Node, Node] = {}
        self._in_a_row: list[int] = []
        """How many parts follow each other from one on, if none of their facts is so, itself included."""
        self._strides: dict[Node, tuple[frozenset[Literal], Node]] = {}
        """Facts that parts from one on are about, and what follows all of these if none of them is so."""

    def part(self, diagrams: Diagrams, root: Node) -> Node:
        """The place of a part; values stay, and what is below it comes before."""
        places, parts = self._places, self.parts
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
                parts.append((self._facts[variable], no, yes))
                self._in_a_row.append(1 + (self._in_a_row[no] if no >= 0 else 0))
                if self._in_a_row[-1] % _STRIDE == 0:
                    self._strides[places[node]] = self._stride(places[node])
        return places.get(root, root)

    def _stride(self, part: Node) -> tuple[frozenset[Literal], Node]:
        facts = []
        for _ in range(_STRIDE):
            fact, part, _ = self.parts[part]
            facts.append(fact)
        return frozenset(facts), part

    def reaches(self, goal: Goal, said: Said) -> bool:
        """Whether a function has a value somewhere where this is said."""
        parts, told = self.parts, said.get
        part, value = goal
        while part >= 0:  # as long as all is said there is one way
            fact, no, yes = parts[part]
            so = told(fact)
            if so is None:
                break
            part = yes if so else no
        if part < 0:
            return part == value
        waiting, seen = [part], set[Node]()
        while waiting:
            part = waiting.pop()
            while part >= 0:
                fact, no, yes = parts[part]
                so = told(fact)
                if so is not None:
                    part = yes if so else no
                elif part in seen:
                    break
                else:
                    seen.add(part)
                    waiting.append(yes)
                    part = no
            if part == value:
                return True
            if len(seen) > FAR:
                raise TooFarError
        return False

    def values(
        self, part: Node, said: Said, may_be_so: AbstractSet[Literal], most: int
    ) -> tuple[set[Node], list[Literal]]:
        """The values that a function has where this is said, by which no other facts may be so.

        It is looked for `most` of them. With them come the facts of which what is said led there.
        """
        waiting, seen, found, by = [part], set[Node](), set[Node](), list[Literal]()
        strides, passed = self._strides, set[Node]()
        while waiting and len(found) < most:
            part = waiting.pop()
            while part >= 0 and part not in seen:
                if part in strides:
                    if part in passed:
                        break
                    passed.add(part)
                    facts, beyond = strides[part]
                    if facts.isdisjoint(may_be_so):
                        by += facts
                        part = beyond
                        continue
                fact, no, yes = self.parts[part]
                so = said.get(fact)
                if so is None:
                    seen.add(part)
                    waiting.append(yes)
                    part = no
                else:
                    by.append(fact)
                    part = yes if so else no
            if part < NOWHERE:
                found.add(part)
            if len(seen) > FAR:
                raise TooFarError
        return found, by

    def at_rest(self, goal: Goal, resting: Container[Literal]) -> set[Literal] | None:
        """Those of the `resting` facts of which it is enough that none is so, for a function's value.

        Whatever else is so, it has this one then, or none at all; None where it may have another.
        """
        waiting, seen, found = [goal.part], set[Node](), set[Literal]()
        while waiting:
            part = waiting.pop()
            if part >= 0 and part not in seen:
                seen.add(part)
                fact, no, yes = self.parts[part]
                if fact in resting:
                    found.add(fact)
                    waiting.append(no)
                else:
                    waiting += (no, yes)
            elif part not in (goal.value, NOWHERE) and part < 0:
                return None
        return found

    def ruled_out_by(self, goal: Goal, said: Said) -> set[Literal] | None:
        """Facts of which what is said keeps a function from a value; None where it does not."""
        parts, waiting = self.parts, [goal.part]
        seen, tested = set[Node](), set[Literal]()
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
            if part == goal.value:
                return None
            if len(seen) > FAR:
                raise TooFarError
        return tested

    def one(self, goal: Goal, said: Said) -> Said:
        """What is so on one way to a value, of what the function asks for; there is one."""
        came: dict[Node, tuple[Node, Literal, bool]] = {}
        part, waiting = goal.part, [goal.part]
        while part != goal.value:
            part = waiting.pop()
            if part >= 0:
                fact, *sides = self.parts[part]
                for so in (True, False):  # the last is looked at first
                    if said.get(fact, so) is so and sides[so] not in came:
                        came[sides[so]] = part, fact, so
                        waiting.append(sides[so])
        way = {}
        while part in came:
            part, fact, so = came[part]
            way[fact] = so
        return way

    def cheapest(self, goal: Goal, said: Said, costs: Mapping[Literal, int]) -> int | None:
        """What the way to a value costs that costs the least; None if there is none.

        A fact that is so costs what `costs` say.
        """
        first = self._led(goal.part, said)
        sides: dict[Node, tuple[Node, Node]] = {}
        waiting = [first]
        while waiting:
            here = waiting.pop()
            if here >= 0 and here not in sides:
                _, no, yes = self.parts[here]
                sides[here] = self._led(no, said), self._led(yes, said)
                waiting += sides[here]
                if len(sides) > FARTHER:
                    raise TooFarError
        cheapest = {goal.value: 0}
        for here in sorted(sides):  # what is below one comes before it
            no, yes = sides[here]
            ways = [cheapest[no]] if no in cheapest else []
            if yes in cheapest:
                ways.append(cheapest[yes] + costs.get(self.parts[here][0], 0))
            if ways:
                cheapest[here] = min(ways)
        return cheapest.get(first)

    def _led(self, part: Node, said: Said) -> Node:
        """Where what is said leads on from a part: to one of whose fact nothing is said, or to a value."""
        while part >= 0:
            fact, no, yes = self.parts[part]
            so = said.get(fact)
            if so is None:
                break
            part = yes if so else no
        return part

    # ---- what keeps a function from a value -----------------------------------------------------

    def every_minimal(self, goal: Goal, said: Said, bits: Mapping[Literal, int]) -> list[int]:
        """Each minimal set of things said that keeps a function from a value, as a sum of their bits.

        What has no bit is said anyway.
        """
        within = self._within(goal.part)
        barring: dict[Node, list[int]] = {NO: [0], YES: [0], NOWHERE: [0], goal.value: []}
        looked_at = len(within)
        for part in within:
            fact, no, yes = self.parts[part]
            so = said.get(fact)
            if so is None:
                looked_at += len(barring[no]) * len(barring[yes])
                barring[part] = _together(barring[no], barring[yes])
            else:
                kept, barred = (barring[yes], barring[no]) if so else (barring[no], barring[yes])
                if fact not in bits:
                    barring[part] = kept
                else:
                    looked_at += len(kept) * len(barred)
                    both = _together(kept, barred)
                    barring[part] = both + [x | bits[fact] for x in set(kept).difference(both)]
            if looked_at > FARTHEST:
                raise TooFarError
        return barring.get(goal.part, [0])

    def _within(self, part: Node) -> list[Node]:
        """The parts of a function; what is below one comes before it."""
        found = {part} if part >= 0 else set[Node]()
        waiting = [*found]
        while waiting:
            new = {side for side in self.parts[waiting.pop()][1:] if side >= 0} - found
            found |= new
            waiting += new
        return sorted(found)


def _together(some: Sequence[int], others: Sequence[int]) -> list[int]:
    """The minimal sets that hold one of some and one of others; of neither one holds another."""
    if not some or not others:
        return []
    if 0 in some:
        return list(others)
    if 0 in others:
        return list(some)
    found: list[int] = []
    for each in sorted({x | y for x in some for y in others}, key=int.bit_count):
        if all(each & less != less for less in found):
            found.append(each)
    return found
