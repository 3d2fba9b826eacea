"""Members of what is asked that may be alike: those of which the same is asked."""

from __future__ import annotations

from collections.abc import Sequence

from lupa.rules.asking import Group
from lupa.rules.vocabulary import Fact, Vocabulary


def alike(v: Vocabulary, groups: Sequence[Group]) -> list[list[tuple[Fact, ...]]]:
    """Blocks of members that may be alike, as they are asked the same: of each the facts, in one order.

    A member is what several relations, or numbers, are of first; whether two are alike the rules say.
    """
    said: dict[str, list[tuple[tuple[str, ...], Fact]]] = {}
    for group in groups:
        for fact in group.facts if group.kind != "choice" else ():
            quantity = v.number_of.get(fact)
            symbol = v.facts[fact]
            of = symbol if quantity is None else v.quantity(quantity)
            if of.arguments:
                cut = () if quantity is None else (symbol.name, str(symbol.arguments[1]))
                shape = (group.id, of.name, *map(str, of.arguments[1:]), *cut)
                said.setdefault(str(of.arguments[0]), []).append((shape, fact))
    order: dict[tuple[str, ...], int] = {}
    for shape in (shape for member in said.values() for shape, _ in member):
        order.setdefault(shape, len(order))
    blocks: dict[tuple[tuple[str, ...], ...], list[tuple[Fact, ...]]] = {}
    for member in said.values():
        shapes, facts = zip(*sorted(member, key=lambda each: order[each[0]]), strict=True)
        blocks.setdefault(shapes, []).append(facts)
    return [members for members in blocks.values() if len(members) > 1]
