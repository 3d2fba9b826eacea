"""What an assignment has to be like for each value of a function, in few words.

Variables that a function treats alike are one class, of which only the number counts that are so. A
*cube* says of some classes from how many to how many; a value has one or more, which together hold just
where the function has it (but where it has none, which no assignment reaches).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, pairwise, product
from math import prod
from typing import NamedTuple

from lupa.compiled.diagram import NOWHERE, Diagrams, Node
from lupa.errors import SpaceLimitError

_MOST_CELLS = 4096
"""Beyond so many combinations of classes the paths of the diagram are told as they are."""
_MOST_PATHS = 20_000
"""Of more paths nobody would read what they say, and there may be more than memory holds."""


class Some(NamedTuple):
    """From `least` to `most` of these variables are so."""

    variables: tuple[int, ...]
    least: int
    most: int


Cube = tuple[Some, ...]
_Cell = tuple[int, ...]
_Box = tuple[tuple[int, int], ...]
"""Of each class, the first and the last of its states."""


def cubes(diagrams: Diagrams, node: Node) -> dict[Node, list[Cube]]:
    """The cubes of each value, with few variables before many; of a value alone, one that asks nothing.

    Raises `SpaceLimitError` where they are too many.
    """
    if node < 0:
        return {node: [()]}
    classes = alike(diagrams, node)
    states = [list(_states(diagrams, node, members)) for members in classes]
    if prod(map(len, states)) > _MOST_CELLS:
        return _paths(diagrams, node)
    values = dict(_cells(diagrams, node, classes, states))
    cells: dict[Node, list[_Cell]] = {}
    for cell, value in values.items():
        cells.setdefault(value, []).append(cell)
    found: dict[Node, list[Cube]] = {}
    for value in sorted(diagrams.values(node), reverse=True):
        diagrams.budget.spend()
        found[value] = [
            tuple(
                Some(members, counts[low][0], counts[high][1])
                for members, counts, (low, high) in zip(classes, states, box, strict=True)
                if (low, high) != (0, len(counts) - 1)
            )
            for box in boxes(values, cells[value], [len(counts) for counts in states], classes)
        ]
    return found


# ---- classes -----------------------------------------------------------------------------------


def alike(diagrams: Diagrams, node: Node) -> list[tuple[int, ...]]:
    """The variables of a function in classes, within which it does not matter which of them is so."""
    chunks = _runs(diagrams, node)
    classes: list[list[int]] = []
    for chunk in chunks:
        same = (known for known in classes if _swaps(diagrams, node, known[0], chunk[0]))
        known = next(same, None)
        if known is None:
            classes.append(list(chunk))
        else:
            known.extend(chunk)
    return [tuple(members) for members in classes]


def _runs(diagrams: Diagrams, node: Node) -> list[list[int]]:
    """Variables that follow each other and are alike: seen from the nodes where the first is asked."""
    order = sorted(diagrams.support(node))
    following = dict(pairwise(order))
    before = {after: here for here, after in following.items()}
    apart = set()  # variables that are not like the one before them
    for part in _below(diagrams, node):
        variable = diagrams.top(part)
        no, yes = diagrams.split(part, variable)
        after = following.get(variable)
        if after is not None and diagrams.split(no, after)[1] != diagrams.split(yes, after)[0]:
            apart.add(after)
        for child in (no, yes):
            if child >= 0 and diagrams.top(child) != after:  # the one before it is passed by
                apart.add(diagrams.top(child))
    runs: list[list[int]] = []
    for variable in order:
        if variable not in before or variable in apart:
            runs.append([])
        runs[-1].append(variable)
    return runs


def _below(diagrams: Diagrams, node: Node) -> list[Node]:
    """The parts of a function that ask for a variable."""
    found, waiting = {node}, [node]
    while waiting:
        part = waiting.pop()
        for child in diagrams.split(part, diagrams.top(part)):
            if child >= 0 and child not in found:
                found.add(child)
                waiting.append(child)
    return list(found)


def _swaps(diagrams: Diagrams, node: Node, one: int, other: int) -> bool:
    """Whether it is the same function with these two in each other's place."""
    no, yes = (diagrams.restrict(node, one, value=value) for value in (False, True))
    return diagrams.restrict(no, other, value=True) == diagrams.restrict(yes, other, value=False)


# ---- states ------------------------------------------------------------------------------------


def _counted(diagrams: Diagrams, node: Node, members: Sequence[int]) -> list[Node]:
    """What a function is with none, one, two, ... of a class so."""
    left = [node]
    for member in members:
        last = diagrams.restrict(left[-1], member, value=True)
        left = [*(diagrams.restrict(part, member, value=False) for part in left), last]
    return left


def _states(diagrams: Diagrams, node: Node, members: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The numbers of a class that a function tells apart: from, to."""
    first = 0
    for count, (here, after) in enumerate(pairwise(_counted(diagrams, node, members))):
        if here != after:
            yield first, count
            first = count + 1
    yield first, len(members)


def _cells(
    diagrams: Diagrams,
    node: Node,
    classes: Sequence[Sequence[int]],
    states: Sequence[Sequence[tuple[int, int]]],
) -> Iterator[tuple[_Cell, Node]]:
    """The value for each combination of states."""
    if not classes:
        yield (), node
        return
    left = _counted(diagrams, node, classes[0])
    for place, (first, _) in enumerate(states[0]):
        for rest, value in _cells(diagrams, left[first], classes[1:], states[1:]):
            yield (place, *rest), value


# ---- boxes -------------------------------------------------------------------------------------


def boxes(
    values: Mapping[_Cell, Node],
    cells: Sequence[_Cell],
    sizes: Sequence[int],
    classes: Sequence[Sequence[int]],
) -> list[_Box]:
    """Boxes that together hold all these cells of one value, and none with another; none can be spared."""
    order = sorted(range(len(sizes)), key=lambda place: -len(classes[place]))
    left, wanted = set(cells), values[cells[0]]
    found: list[_Box] = []
    held: list[set[_Cell]] = []
    reached: set[_Cell] = set()
    for cell in sorted(left):
        if cell in reached:
            continue
        box: _Box = tuple((place, place) for place in cell)
        for place in order:
            box = _widened(box, place, sizes[place], values, wanted)
        found.append(box)
        held.append(left.intersection(_within(box)))
        reached |= held[-1]
    times = Counter(chain.from_iterable(held))
    for place in reversed(range(len(found))):
        if all(times[cell] > 1 for cell in held[place]):
            times.subtract(held[place])
            del found[place], held[place]
    return found


def _widened(box: _Box, place: int, size: int, values: Mapping[_Cell, Node], wanted: Node) -> _Box:
    """The box with as many states of one class as can be, next to those that it has."""

    def with_states(low: int, high: int) -> _Box:
        return (*box[:place], (low, high), *box[place + 1 :])

    def fits(state: int) -> bool:
        return all(values[cell] in (wanted, NOWHERE) for cell in _within(with_states(state, state)))

    low, high = box[place]
    while high + 1 < size and fits(high + 1):
        high += 1
    while low > 0 and fits(low - 1):
        low -= 1
    return with_states(low, high)


def _within(box: _Box) -> Iterator[_Cell]:
    return product(*(range(low, high + 1) for low, high in box))


def _paths(diagrams: Diagrams, node: Node) -> dict[Node, list[Cube]]:
    """Each way through the diagram as a cube; raises `SpaceLimitError` where there are too many."""
    if _count(diagrams, node, {NOWHERE: 0}) > _MOST_PATHS:
        raise SpaceLimitError(_MOST_PATHS)
    found: dict[Node, list[Cube]] = {}

    def walk(part: Node, so: Cube) -> None:
        if part == NOWHERE:
            return
        diagrams.budget.spend()
        if part < 0:
            found.setdefault(part, []).append(so)
            return
        variable = diagrams.top(part)
        for count, child in enumerate(diagrams.split(part, variable)):
            walk(child, (*so, Some((variable,), count, count)))

    walk(node, ())
    return found


def _count(diagrams: Diagrams, node: Node, known: dict[Node, int]) -> int:
    """How many ways lead through a diagram to a value."""
    if node not in known:
        sides = diagrams.split(node, diagrams.top(node)) if node >= 0 else ()
        known[node] = sum(_count(diagrams, side, known) for side in sides) if sides else 1
    return known[node]
