"""Ways through functions: where what is said of facts leads, and what of it bars a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_
from typing import NamedTuple

from lupa.compiled.diagram import Diagrams, Node
from lupa.rules.solver import Literal

FAR = 400
"""Whoever looks at more parts than so many has waited as long as for the solver, and asks that."""
FARTHER = 10 * FAR
"""The same of the first world of all, for which the solver is asked many times."""

Said = Mapping[Literal, bool]
"""What is so of some facts."""


class TooFarError(Exception):
    """There is more to look at than is worth it."""


class Goal(NamedTuple):
    """Where a function has a value: its first part, and the value."""

    part: Node
    value: Node


class Ways:
    """Functions laid out for a fast look: a part is a fact, and what follows if it is not so, or is."""

    def __init__(self, facts: Sequence[Literal]) -> None:
        self._facts = facts
        self._bits = {fact: 1 << 2 * variable for variable, fact in enumerate(facts)}
        """That a fact is not so; that it is so is the next bit."""
        self._parts: list[tuple[Literal, Node, Node]] = []
        self._places: dict[Node, Node] = {}
        self._needed: dict[Goal, Sequence[tuple[Literal, bool]]] = {}

    def part(self, diagrams: Diagrams, root: Node) -> Node:
        """The place of a part; values stay, and what is below it comes before."""
        places, parts = self._places, self._parts
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
        return places.get(root, root)

    def reaches(self, goal: Goal, said: Said) -> bool:
        """Whether a function has a value somewhere where this is said."""
        parts, told = self._parts, said.get
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

    def ruled_out_by(self, goal: Goal, said: Said) -> set[Literal] | None:
        """Facts of which what is said keeps a function from a value; None where it does not."""
        parts, waiting = self._parts, [goal.part]
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

    def cheapest(self, goal: Goal, said: Said, costs: Mapping[Literal, int]) -> int | None:
        """What the way to a value costs that costs the least; None if there is none.

        A fact that is so costs what `costs` say.
        """
        within = self._within(goal.part)
        if len(within) > FARTHER:
            raise TooFarError
        cheapest = {goal.value: 0}
        for here in within:
            fact, no, yes = self._parts[here]
            ways = [cheapest[no]] if no in cheapest and said.get(fact) is not True else []
            if yes in cheapest and said.get(fact) is not False:
                ways.append(cheapest[yes] + costs.get(fact, 0))
            if ways:
                cheapest[here] = min(ways)
        return cheapest.get(goal.part)

    # ---- of the first things said --------------------------------------------------------------

    def ruled_out_at(self, goal: Goal, order: Mapping[Literal, int], count: int) -> int | None:
        """The last thing said that it takes to keep a function from a value, of the first `count`.

        None where these do not. `order` says where a fact is said to be so, from 1; below 0, not to be.
        """
        alone = [
            abs(order[fact])
            for fact, so in self._needs(goal)
            if fact in order and (order[fact] > 0) is not so
        ]
        if alone and min(alone) <= count:
            return min(alone)
        parts, waiting, seen, needed, unsaid = self._parts, [goal.part], set[Node](), set[int](), count + 1
        while waiting:
            part = waiting.pop()
            while part >= 0:
                fact, no, yes = parts[part]
                said = order.get(fact, unsaid)
                if -count <= said <= count:
                    needed.add(said)
                    part = yes if said > 0 else no
                elif part in seen:
                    break
                else:
                    seen.add(part)
                    waiting.append(yes)
                    part = no
            if part == goal.value:
                return None
            if len(seen) > FAR:
                raise TooFarError
        return max(map(abs, needed), default=0)

    def _needs(self, goal: Goal) -> Sequence[tuple[Literal, bool]]:
        """What is so, or not so, on each way to a value: whatever says otherwise suffices to bar it."""
        if goal not in self._needed:
            needs = {goal.value: 0}  # as bits; a part from which no way leads there is left out
            for part in self._within(goal.part):
                fact, *sides = self._parts[part]
                on = [
                    needs[side] | self._bits[fact] << so for so, side in enumerate(sides) if side in needs
                ]
                if on:
                    needs[part] = reduce(and_, on)
            found = needs.get(goal.part, 0)
            self._needed[goal] = [
                (fact, so) for fact, bit in self._bits.items() for so in (False, True) if bit << so & found
            ]
        return self._needed[goal]

    def _within(self, part: Node) -> list[Node]:
        """The parts of a function; what is below one comes before it."""
        found = {part} if part >= 0 else set[Node]()
        waiting = [*found]
        while waiting:
            new = {side for side in self._parts[waiting.pop()][1:] if side >= 0} - found
            found |= new
            waiting += new
        return sorted(found)
