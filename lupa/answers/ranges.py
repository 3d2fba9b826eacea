"""Answers about numbers in words: the ranges of one, and where each of several unlike each other is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lupa.answers.counting import Told
from lupa.answers.when import Some
from lupa.compiled.diagram import NOWHERE, Diagrams, Node
from lupa.rules.asking import Asking, Group
from lupa.rules.quantities import Cut
from lupa.rules.vocabulary import Fact


def intervals(
    asking: Asking, group: Group, facts: Mapping[int, Fact], diagrams: Diagrams, node: Node
) -> list[Told]:
    """The ranges of a number, the lowest first."""
    ((_, every),) = group.numbers
    variable_of = {fact: variable for variable, fact in facts.items()}
    cuts = [cut for cut in every if cut.fact in variable_of]
    values = [
        diagrams.at(node, {variable_of[cut.fact] for cut in cuts[:place]}) for place in range(len(cuts) + 1)
    ]
    found: list[tuple[Node, int, int]] = []
    for place, value in enumerate(values):
        if value == NOWHERE:
            continue
        if found and found[-1][0] == value and len(set(values)) > 1:
            found[-1] = (value, found[-1][1], place)
        else:
            found.append((value, place, place))
    return [
        Told(value, asking.of_number(group, _range(asking, cuts, low, high)), (_bounds(cuts, low, high),))
        for value, low, high in found
    ]


def _range(asking: Asking, cuts: Sequence[Cut], low: int, high: int) -> str:
    ends = [asking.bound(cuts[low - 1], so=True, among=cuts)] if low else []
    ends += [asking.bound(cuts[high], so=False, among=cuts)] if high < len(cuts) else []
    if not ends:
        return asking.answer("any")
    return ends[0] if len(ends) == 1 else asking.answer("to", first=ends[0], second=ends[1])


def _bounds(cuts: Sequence[Cut], low: int, high: int) -> tuple[Some, ...]:
    so = [Some((cuts[low - 1].fact,), 1, 1)] if low else []
    return (*so, *([Some((cuts[high].fact,), 0, 0)] if high < len(cuts) else []))


def ranges(asking: Asking, so: Sequence[Fact], not_so: Sequence[Fact]) -> list[str]:
    """Numbers unlike each other, each with what it is by its cut points: from the highest that is so."""
    apart = [fact for fact in (*so, *not_so) if asking.is_apart(fact)]
    rising = [fact for group in asking.groups(apart) for fact in group.facts]
    ends: dict[str, dict[bool, Fact]] = {}
    for side, facts in ((True, rising), (False, reversed(rising))):
        for fact in facts:  # what is so at the highest, and not so at the lowest, says the others too
            if (fact in so) is side:
                ends.setdefault(asking.value_of(fact) or fact, {})[side] = fact
    return [
        _of_number(asking, name, [_bound(asking, fact, so=side) for side, fact in sides.items()])
        for name, sides in sorted(ends.items(), key=lambda each: asking.is_behind(each[0]))
    ]


def _of_number(asking: Asking, name: str, bounds: Sequence[str]) -> str:
    first, *others = bounds
    words = asking.answer("to", first=first, second=others[0]) if others else first
    return asking.answer("of_each", names=asking.number(name), number=words)


def _bound(asking: Asking, fact: Fact, *, so: bool) -> str:
    cut = asking.cut(fact)
    return asking.bound(cut, so=so, with_unit=True) if cut else asking.member(fact)


def one_of_numbers(asking: Asking, some: Some) -> str:
    """That of numbers unlike each other one at least is on this side of its cut point; else nothing."""
    side = some.at_least == 1
    if (some.at_least, some.at_most) not in ((1, len(some.facts)), (0, len(some.facts) - 1)):
        return ""
    if len(some.facts) == 1 or not all(map(asking.is_apart, some.facts)):
        return ""
    return asking.joined(
        "or",
        [
            _of_number(asking, asking.value_of(fact) or fact, [_bound(asking, fact, so=side)])
            for fact in some.facts
        ],
    )
