"""Members of what is asked: that of which several things are said, such as a drug that was tried."""

from __future__ import annotations

from collections.abc import Sequence

from lupa.rules.asking import Group
from lupa.rules.vocabulary import Fact, Vocabulary

Shape = tuple[str, ...]
"""What a fact says of a member: by which question it is asked for, its name, and all but the member."""


def members(v: Vocabulary, groups: Sequence[Group]) -> list[dict[Shape, Fact]]:
    """What is said of each member: it is what relations, or numbers, are of first."""
    said: dict[str, dict[Shape, Fact]] = {}
    for group in groups:
        for fact in group.facts if group.kind != "choice" else ():
            quantity = v.number_of.get(fact)
            symbol = v.facts[fact]
            of = symbol if quantity is None else v.quantity(quantity)
            if of.arguments:
                cut = () if quantity is None else (symbol.name, str(symbol.arguments[1]))
                shape = (group.id, of.name, *map(str, of.arguments[1:]), *cut)
                said.setdefault(str(of.arguments[0]), {})[shape] = fact
    return list(said.values())


def alike(v: Vocabulary, groups: Sequence[Group]) -> list[list[tuple[Fact, ...]]]:
    """Blocks of members of which the same is asked: of each the facts, in one order.

    Whether two of them are alike the rules say.
    """
    said = members(v, groups)
    order = {shape: place for place, shape in enumerate(dict.fromkeys(s for each in said for s in each))}
    blocks: dict[tuple[Shape, ...], list[tuple[Fact, ...]]] = {}
    for member in said:
        shapes = tuple(sorted(member, key=order.__getitem__))
        blocks.setdefault(shapes, []).append(tuple(member[shape] for shape in shapes))
    return [block for block in blocks.values() if len(block) > 1]
