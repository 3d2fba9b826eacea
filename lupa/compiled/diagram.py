"""Decision diagrams: functions of yes-or-no variables, each written once, so that equal ones are one.

A node is a number. At 0 or above it is a variable (a number too) with a function for no and one for
yes; below 0 it is a value. Along every path variables rise. (Bryant 1986; Bahar and others 1993.)
"""

import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import accumulate, chain

from lupa.errors import SpaceLimitError

Node = int
NO, YES, NOWHERE = -1, -2, -3
"""The values of conditions, and of a function where it has none."""


MOST_PARTS = 1_500_000
"""What is kept of functions at most, here and by whoever searches them: some 200 bytes each."""
_BETWEEN = 1024
"""Parts between two looks at the clock."""


@contextmanager
def deep(variables: int) -> Iterator[None]:
    """Allows the recursion that functions of so many variables can need."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, 1000 + 40 * variables))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


class Budget:
    """How much may be made: `most` parts, as long as `check`, which is called in between, lets it."""

    def __init__(self, check: Callable[[], None] = lambda: None, most: int = MOST_PARTS) -> None:
        self._check = check
        self._most = most
        self._spent = 0

    def extend(self, most: int) -> None:
        """So many parts may be made in all."""
        self._most = most

    def spend(self) -> None:
        """One part more is made; raises `SpaceLimitError` for one too many."""
        self._spent += 1
        if self._spent % _BETWEEN == 0:
            self._check()
        if self._spent > self._most:
            raise SpaceLimitError(self._most)


class Diagrams:
    """Functions that share their parts, as many as the `budget` allows."""

    def __init__(self, budget: Budget | None = None) -> None:
        self.budget = budget or Budget()
        self._nodes: list[tuple[int, Node, Node]] = []
        self._known: dict[tuple[int, Node, Node], Node] = {}
        self._chosen: dict[tuple[Node, Node, Node], Node] = {}
        self._restricted: dict[tuple[Node, int, bool], Node] = {}
        self._supports: dict[Node, frozenset[int]] = {}
        self._values: dict[Node, frozenset[Node]] = {}

    def node(self, variable: int, no: Node, yes: Node) -> Node:
        """The function that is `yes` where the variable is so, else `no`; both are of later variables."""
        if no == yes:
            return no
        key = (variable, no, yes)
        found = self._known.get(key)
        if found is None:
            self.budget.spend()
            found = self._known[key] = len(self._nodes)
            self._nodes.append(key)
        return found

    def variable(self, variable: int) -> Node:
        """The condition that a variable is so."""
        return self.node(variable, NO, YES)

    def split(self, node: Node, variable: int) -> tuple[Node, Node]:
        """What a function of no earlier variable is where the variable is not so, and where it is."""
        if node >= 0 and self._nodes[node][0] == variable:
            return self._nodes[node][1:]
        return node, node

    def at(self, node: Node, so: Collection[int]) -> Node:
        """The value of a function where just these variables are so."""
        while node >= 0:
            variable, no, yes = self._nodes[node]
            node = yes if variable in so else no
        return node

    def where(self, node: Node, value: Node) -> set[int]:
        """Variables with which just so a function has this value, which it takes."""
        so = set()
        while node >= 0:
            variable, no, yes = self._nodes[node]
            if value in self.values(no) or value == no:
                node = no
            else:
                so.add(variable)
                node = yes
        return so

    def takes(self, node: Node, value: Node, said: Mapping[int, bool]) -> bool:
        """Whether a function can have this value where some variables are so, or are not."""
        last = max(said, default=-1)
        waiting, seen = [node], {node}
        while waiting:
            part = waiting.pop()
            if part < 0 or self._nodes[part][0] > last:
                if value in self.values(part):
                    return True
                continue
            variable, *sides = self._nodes[part]
            for child in (sides[said[variable]],) if variable in said else sides:
                if child not in seen:
                    seen.add(child)
                    waiting.append(child)
        return False

    def from_on(self, node: Node, variable: int) -> list[Node]:
        """What can be left of a function once all variables before this one are settled."""
        waiting, seen, found = [node], {node}, []
        while waiting:
            part = waiting.pop()
            if part < 0 or self._nodes[part][0] >= variable:
                found.append(part)
                continue
            for child in self._nodes[part][1:]:
                if child not in seen:
                    seen.add(child)
                    waiting.append(child)
        return found

    def first(self, nodes: Sequence[Node]) -> int:
        """The first variable of any of these; one of them has one."""
        return min(self._nodes[node][0] for node in nodes if node >= 0)

    def top(self, node: Node) -> int:
        """The first variable of a function; of a value, one that comes before all."""
        return self._nodes[node][0] if node >= 0 else -1

    def choose(self, condition: Node, yes: Node, no: Node) -> Node:
        """The function that is `yes` where the condition holds, else `no`."""
        if condition == YES or yes == no:
            return yes
        if condition == NO:
            return no
        if yes == YES and no == NO:
            return condition
        key = (condition, yes, no)
        found = self._chosen.get(key)
        if found is None:
            self.budget.spend()
            nodes = self._nodes
            here, low, high = nodes[condition]
            variable = here
            yes_low = yes_high = yes
            no_low = no_high = no
            if yes >= 0 and nodes[yes][0] <= variable:
                variable, yes_low, yes_high = nodes[yes]
            if no >= 0 and nodes[no][0] <= variable:
                if nodes[no][0] < variable:
                    yes_low = yes_high = yes
                variable, no_low, no_high = nodes[no]
            if here != variable:
                low = high = condition
            choose = self.choose
            found = self.node(variable, choose(low, yes_low, no_low), choose(high, yes_high, no_high))
            self._chosen[key] = found
        return found

    def both(self, one: Node, other: Node) -> Node:
        """The condition that both hold."""
        return self.choose(one, other, NO)

    def either(self, one: Node, other: Node) -> Node:
        """The condition that one of them holds."""
        return self.choose(one, YES, other)

    def meet(self, one: Node, other: Node) -> bool:
        """Whether two conditions can both hold."""
        nodes = self._nodes
        waiting, seen = [(one, other)], {(one, other)}
        while waiting:
            one, other = waiting.pop()
            if NO in (one, other):
                continue
            if one < 0 or other < 0:
                return True
            variable = min(nodes[one][0], nodes[other][0])
            for pair in zip(self.split(one, variable), self.split(other, variable), strict=True):
                if pair not in seen:
                    self.budget.spend()
                    seen.add(pair)
                    waiting.append(pair)
        return False

    def opposite(self, condition: Node) -> Node:
        """The condition that this one does not hold."""
        return self.choose(condition, NO, YES)

    def restrict(self, node: Node, variable: int, *, value: bool) -> Node:
        """The function once the variable has this value."""
        if node < 0 or self._nodes[node][0] > variable:
            return node
        here, no, yes = self._nodes[node]
        if here == variable:
            return yes if value else no
        key = (node, variable, value)
        if key not in self._restricted:
            self.budget.spend()
            self._restricted[key] = self.node(
                here, self.restrict(no, variable, value=value), self.restrict(yes, variable, value=value)
            )
        return self._restricted[key]

    def support(self, node: Node) -> frozenset[int]:
        """The variables that a function depends on."""
        if node < 0:
            return frozenset()
        if node not in self._supports:
            self.budget.spend()
            waiting, seen = [node], {node}
            for part in waiting:
                new = {each for each in self._nodes[part][1:] if each >= 0} - seen
                seen |= new
                waiting += new
            self._supports[node] = frozenset(self._nodes[part][0] for part in seen)
        return self._supports[node]

    def values(self, node: Node) -> frozenset[Node]:
        """The values that a function takes."""
        if node < 0:
            return frozenset() if node == NOWHERE else frozenset((node,))
        if node not in self._values:
            self.budget.spend()
            _, no, yes = self._nodes[node]
            self._values[node] = self.values(no) | self.values(yes)
        return self._values[node]

    def _links(self, node: Node) -> Iterator[tuple[int, bool, Node]]:
        """The variable of each part of a function, no or yes, and the part that this leads to."""
        seen, waiting = {node}, [node] if node >= 0 else []
        while waiting:
            variable, *children = self._nodes[waiting.pop()]
            for value, child in zip((False, True), children, strict=True):
                yield variable, value, child
                if child >= 0 and child not in seen:
                    seen.add(child)
                    waiting.append(child)

    def values_left(self, node: Node, variables: int) -> list[tuple[frozenset[Node], frozenset[Node]]]:
        """For each of so many variables, the values that are left where it is not so, and where it is."""
        taken: list[tuple[set[Node], set[Node]]] = [(set(), set()) for _ in range(variables)]
        left_out = {value: [0] * (variables + 1) for value in self.values(node)}
        """By how many more links to the value a variable is left out than the one before it."""
        for variable, so, child in chain([(-1, False, node)], self._links(node)):
            after, end = variable + 1, self._nodes[child][0] if child >= 0 else variables
            values = self.values(child)
            if variable >= 0:
                taken[variable][so].update(values)
            for value in values if after < end else ():
                left_out[value][after] += 1
                left_out[value][end] -= 1
        for value, changes in left_out.items():
            for sides, links in zip(taken, accumulate(changes), strict=False):
                if links:
                    sides[False].add(value)
                    sides[True].add(value)
        return [(frozenset(no), frozenset(yes)) for no, yes in taken]

    def together(self, nodes: Sequence[Node], value: Callable[[tuple[Node, ...]], Node]) -> Node:
        """The function whose value is made from the values of these."""
        made: dict[tuple[Node, ...], Node] = {}

        def of(parts: tuple[Node, ...]) -> Node:
            if max(parts) < 0:
                return value(parts)
            if parts not in made:
                self.budget.spend()
                variable = self.first(parts)
                low, high = zip(*(self.split(part, variable) for part in parts), strict=True)
                made[parts] = self.node(variable, of(low), of(high))
            return made[parts]

        return of(tuple(nodes))
