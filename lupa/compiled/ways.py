"""Ways through functions: where what is said of facts leads, and what of it bars a value."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from typing import NamedTuple

from lupa.compiled.diagram import NO, NOWHERE, YES, Diagrams, Node
from lupa.rules.solver import Literal

FAR = 400
"""Whoever looks at more parts than so many has waited as long as for the solver, and asks that."""
FARTHER = 10 * FAR
"""The same of the first world of all, and of a reason, for which the solver is asked many times."""
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
        return places.get(root, root)

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

    def values(self, part: Node, said: Said) -> set[Node]:
        """The values that a function has where this is said."""
        waiting, seen, found = [part], set[Node](), set[Node]()
        while waiting:
            part = waiting.pop()
            while part >= 0 and part not in seen:
                fact, no, yes = self.parts[part]
                so = said.get(fact)
                if so is None:
                    seen.add(part)
                    waiting.append(yes)
                    part = no
                else:
                    part = yes if so else no
            if part < 0:
                found.add(part)
            if len(seen) > FAR:
                raise TooFarError
        return found

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
        within = self._within(goal.part, said)
        if len(within) > FARTHER:
            raise TooFarError
        cheapest = {goal.value: 0}
        for here in within:
            fact, no, yes = self.parts[here]
            ways = [cheapest[no]] if no in cheapest and said.get(fact) is not True else []
            if yes in cheapest and said.get(fact) is not False:
                ways.append(cheapest[yes] + costs.get(fact, 0))
            if ways:
                cheapest[here] = min(ways)
        return cheapest.get(goal.part)

    # ---- what keeps a function from a value -----------------------------------------------------

    def every_minimal(self, goal: Goal, said: Said, bits: Mapping[Literal, int]) -> list[int]:
        """Each minimal set of things said that keeps a function from a value, as a sum of their bits.

        What has no bit is said anyway.
        """
        within = self._within(goal.part, {})
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

    def _within(self, part: Node, said: Said) -> list[Node]:
        """The parts of a function reached where this is said; what is below one comes before it."""
        parts, told = self.parts, said.get
        waiting, found = [part], set[Node]()
        while waiting:
            part = waiting.pop()
            while part >= 0 and part not in found:
                found.add(part)
                fact, no, yes = parts[part]
                so = told(fact)
                if so is None:
                    waiting.append(yes)
                part = yes if so else no
        return sorted(found)


def so_in(said: Said) -> list[Literal]:
    """The facts that are said to be so."""
    return [fact for fact, so in said.items() if so]


class Several:
    """Several goals, of which few need be looked at where little is said to be so.

    `at_rest` are facts, for each goal, that bring it about if none of them is so; None where none do.
    """

    def __init__(self, at_rest: Iterable[Collection[Literal] | None]) -> None:
        self._always = set[int]()
        self._if_so: dict[Literal, list[int]] = {}
        for place, facts in enumerate(at_rest):
            if facts is None:
                self._always.add(place)
            for fact in facts or ():
                self._if_so.setdefault(fact, []).append(place)

    def in_doubt(self, so: Iterable[Literal]) -> set[int]:
        """The places of those that may not be met, in a world of a record that says just these to be so."""
        return self._always.union(*[self._if_so[fact] for fact in so if fact in self._if_so])


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
