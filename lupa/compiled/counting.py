"""How many worlds a function has for each of its values, or what they weigh together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import Any, TypeGuard

from lupa.compiled.diagram import NOWHERE, YES, Node
from lupa.compiled.verdicts import Verdicts
from lupa.errors import CaseError, Problem
from lupa.rules.vocabulary import Fact

Weight = int | float | Fraction
Weights = Sequence[tuple[Weight, Weight]]
"""What a world weighs, as the product over the variables, where each is not so and where it is."""


def count(compiled: Verdicts, marginals: Mapping[Fact, Weight | bool | None]) -> dict[str, Weight]:
    """See `Compiled.count`."""
    shares = {fact: share for fact, share in marginals.items() if _is_number(share)}
    if wrong := [fact for fact, share in shares.items() if not 0 <= share <= 1]:
        raise CaseError([Problem(f, f"a probability is from 0 to 1, not {shares[f]}") for f in wrong])
    truths: dict[Fact, Any] = {**marginals, **dict.fromkeys(shares.keys() & compiled.place_of.keys())}
    told = compiled.lawful(truths)
    weights: list[tuple[Weight, Weight]] = [(bits & 1, bits >> 1) for bits in told]
    for fact, share in shares.items():
        if fact in compiled.place_of:
            weights[compiled.place_of[fact]] = (1 - share, share)
    support = _support(compiled, compiled.outcome)
    apart = [law for law in compiled.laws if support.isdisjoint(law.variables)]
    others = {variable for law in apart for variable in law.variables}
    rest = [variable for variable in range(len(weights)) if variable not in others]
    beside = prod(_weighed(compiled, law.node, law.variables, weights)[YES] for law in apart)
    found = _weighed(compiled, compiled.outcome, rest, weights)
    return {
        name: found[NOWHERE - 1 - place] * beside
        for place, name in enumerate(compiled.outcomes)
        if found[NOWHERE - 1 - place] * beside
    }


def _is_number(share: Weight | bool | None) -> TypeGuard[Weight]:
    return isinstance(share, int | float | Fraction) and not isinstance(share, bool)


def _support(compiled: Verdicts, root: Node) -> set[int]:
    """The variables that a function depends on."""
    return {compiled.nodes[node].variable for node in _nodes(compiled, root)}


def _weighed(compiled: Verdicts, root: Node, variables: Collection[int], weights: Weights) -> Counter[Node]:
    """What the assignments of some variables, all that a function has among them, weigh by its value."""
    order = sorted(variables)
    after: dict[int, int] = {variable: place for place, variable in enumerate(order)}
    either = [sum(weights[variable]) for variable in order]
    known: dict[Node, Counter[Node]] = {}

    def place(node: Node) -> int:
        return after[compiled.nodes[node].variable] if node >= 0 else len(order)

    def below(node: Node) -> Counter[Node]:
        """By value, of the variables from that of the node on."""
        if node < 0:
            return Counter({node: 1})
        return known[node]

    for node in sorted(_nodes(compiled, root)):
        variable, *children = compiled.nodes[node]
        total: Counter[Node] = Counter()
        for weight, child in zip(weights[variable], children, strict=True):
            factor = weight * prod(either[after[variable] + 1 : place(child)])
            for value, each in below(child).items():
                total[value] += each * factor  # type: ignore[assignment]  # weights need not be whole
        known[node] = total
    first = prod(either[: place(root)])
    return Counter({value: each * first for value, each in below(root).items()})


def _nodes(compiled: Verdicts, root: Node) -> set[Node]:
    found = {root} if root >= 0 else set()
    waiting = list(found)
    while waiting:
        new = {child for child in compiled.nodes[waiting.pop()][1:] if child >= 0} - found
        found |= new
        waiting += new
    return found
