"""Cases thrown by dice for any edition: what its vocabulary can say, in every form that a case can have."""

from __future__ import annotations

import random
from typing import Any

from lupa.rules.edition import Edition
from lupa.rules.quantities import Quantity
from lupa.rules.vocabulary import Tree, Vocabulary

DAYS = ("2025-06-15", "2025-06-15", "6/15/2025", "15 June 2025", "Jun 15, 2025", "2025/6/15", "6/7/2025")
ODD = (
    "prednisone 5 mg daily",
    "Nosuchmab",
    "Aspirin 81 mg",
    "prednisone and something",
    "prednisome",
    "none",
    "CYC",
    "mycophenolate 500 mg BID",
    "pred and ctx",
)
FEW = 3
"""So many of a long list are named, more or less."""


def random_case(dice: random.Random, edition: Edition) -> dict[str, Any]:
    """A case of which much is silent; now and then one that contradicts itself."""
    v = edition.vocabulary
    request: dict[str, Any] = {
        "policy": f"{edition.policy}@{edition.name}",
        "service_date": dice.choice(DAYS),
    }
    facts: dict[str, Any] = {}
    for kind, values in v.kinds("requested").items():
        if dice.random() < 0.8:
            request[kind] = dice.choice(list(values))
    _numbers(dice, v, request, facts)
    if v.pairs and dice.random() < 0.3:
        facts[next(iter(v.pairs))] = dice.choice(["150/90", "90 / 150", "120/80 mmHg", {"value": "130/85"}])
    facts.update((flag, dice.choice([True, False, "yes", "no", None])) for flag in v.flags)
    facts.update((name, _relation(dice, tree)) for name, tree in v.families.items())
    if "taking" in facts and dice.random() < 0.3:
        odd = dice.sample(ODD, 2)
        facts["taking"] = dice.choice(
            [odd, dict.fromkeys(odd, True), {"only": odd}, {"only": [], odd[0]: "no"}]
        )
    facts.update((name, _chosen(dice, v.tree_of(name))) for name in v.choices if name != "requested")
    for name in [name for name, said in facts.items() if dice.random() < 0.2 or said == {}]:
        del facts[name]
    return {"request": request, "facts": facts}


def _numbers(dice: random.Random, v: Vocabulary, request: dict[str, Any], facts: dict[str, Any]) -> None:
    for name, quantity in v.quantities.items():
        if dice.random() < 0.5 and name not in v.derived and "days_since" not in name:
            place = request if quantity.in_request else facts
            *way, last = v.where(name)
            for step in way:
                place = place.setdefault(step, {})
            place[last] = _number(dice, quantity, [cut.bound for cut in v.cuts.get(name, ())])


def _chosen(dice: random.Random, tree: dict[str, Any]) -> Any:
    if "" in tree:
        return dice.choice([*tree[""], None])
    return {key: _chosen(dice, below) for key, below in tree.items() if dice.random() < 0.2}


def _number(dice: random.Random, quantity: Quantity, bounds: list[Any]) -> Any:
    near = [int(bound) + step for bound in bounds for step in (-1, 0, 1)] or [quantity.least]
    number: Any = min(max(dice.choice(near), quantity.least), quantity.most)
    if not quantity.whole and dice.random() < 0.2 and number < quantity.most:
        number += 0.25
    forms = [
        number,
        number,
        str(number),
        f" {number} {quantity.unit}",
        {"at_least": number},
        {"at_most": number},
        {"value": number},
        None,
    ]
    if quantity.dated:
        forms += [{"value": number, "on": dice.choice(["2025-06-01", "2024-01-01"])}, {"only": []}]
    return dice.choice(forms)


def _relation(dice: random.Random, tree: Tree) -> Any:
    names = dice.sample(list(tree), min(len(tree), dice.randrange(2 * FEW)))
    if any(not isinstance(tree[name], str) for name in tree):
        inner = {name: _relation(dice, below) for name in names if not isinstance(below := tree[name], str)}
        return dice.choice([inner, inner, {"only": {n: list(tree[n]) for n in inner}}])
    mixed = {name: dice.choice([True, False, "yes", "no", None]) for name in names}
    rest = dict(list(mixed.items())[:1])
    return dice.choice(
        [names, mixed, {"only": names}, {"only": names[1:], **rest}, dict.fromkeys(names, False)]
    )
