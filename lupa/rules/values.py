"""Values of a choice that are alike: whatever rules make of the one, they make of the other.

Such are the indications of a large knowledge base that a policy does not tell apart. As the ground rules
stay the same where two of them change places, and nothing else does, a record that says nothing of either
leaves of both the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from lupa.rules.ground import Rule
from lupa.rules.solver import Literal

SEVERAL = 6
"""Of fewer values two need not stand for all."""
_ITSELF = 2**40
"""Stands for the value that is looked at, in what a rule says of it; no atom has so high a number."""


def alike(
    rules: Sequence[Rule], choices: Iterable[Sequence[Literal]], named: Mapping[Literal, Literal]
) -> list[list[Literal]]:
    """The values of these choices that are alike, many at a time, each block in their order.

    A fact of which a rule gives no more than its own name, as an atom, is `named` by that.
    """
    group_of = {value: at for at, values in enumerate(choices) for value in values}
    sizes = Counter(group_of.values())
    given = Counter(head for rule in rules for head in rule.head)
    names = {
        rule.head[0]: rule.body[0]
        for rule in rules
        if len(rule.head) == len(rule.body) == 1
        and not rule.choice
        and named.get(rule.head[0]) == rule.body[0]
        and given[rule.head[0]] == 1
    }
    said: dict[Literal, set[object]] = {value: set() for value in group_of if given[value] == 1}
    for rule in rules:
        if not rule.body or (rule.head and rule.head[0] in names):
            continue
        body = [x if abs(x) not in names else names[x] if x > 0 else -names[-x] for x in rule.body]
        weighted = list(zip(body, rule.weights or (1,) * len(body), strict=True))
        for group, values in _by_group(weighted, group_of).items():
            if len(values) == 1:
                ((value, _),) = values
                said.get(abs(value), set()).add(_with_itself(rule, weighted, value))
            elif len(values) < sizes[group] or not _are_said_alike(values):
                for value, _ in values:
                    said.pop(abs(value), None)
    blocks: dict[object, list[Literal]] = {}
    for value, what in said.items():
        blocks.setdefault((group_of[value], frozenset(what)), []).append(value)
    return [block for block in blocks.values() if len(block) >= SEVERAL]


def _by_group(
    weighted: Sequence[tuple[Literal, int]], group_of: Mapping[Literal, int]
) -> dict[int, list[tuple[Literal, int]]]:
    """The values in the body of a rule by the choices that they are of."""
    found: dict[int, list[tuple[Literal, int]]] = {}
    for literal, weight in weighted:
        if abs(literal) in group_of:
            found.setdefault(group_of[abs(literal)], []).append((literal, weight))
    return found


def _with_itself(rule: Rule, weighted: Sequence[tuple[Literal, int]], value: Literal) -> object:
    """What a rule says of a value: the same as another rule says of one that can change places with it."""
    itself = _ITSELF if value > 0 else -_ITSELF
    body = sorted((itself if literal == value else literal, weight) for literal, weight in weighted)
    return rule.choice, rule.head, tuple(body), bool(rule.weights), rule.bound


def _are_said_alike(values: Sequence[tuple[Literal, int]]) -> bool:
    """Whether a rule says the same of each of several values."""
    each = {abs(value) for value, _ in values}
    return len(each) == len(values) and len({(value > 0, weight) for value, weight in values}) == 1
