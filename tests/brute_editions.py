"""The law on two editions once more, in plain Python: they agree, but for what the history says changed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from tests.brute_laws import World, enumerated
from tests.random_policies import POLICY, Made, head_of, random_made

BEFORE, AFTER = "1", "2"
EDITIONS = {POLICY: {BEFORE: "2020-01-01", AFTER: "2021-01-01"}}
_ITEMS = {
    "met": ("criterion", 1),
    "requires": ("criterion", 3),
    "excluded": ("basis", 1),
    "outside": ("scope", 1),
}
_STANDS = {"criterion": "unmet/2", "basis": "excluded/2", "limit": "exceeded/2", "scope": "outside/2"}


def random_editions(dice: random.Random) -> Made:
    """One policy in two editions: some rules are of one alone, and the history tells of some items."""
    made = random_made(dice)
    rules, items = list(made.rules[POLICY]), []
    pathways = [head_of(rule).arguments[1:3] for rule in rules if rule.startswith("requires(")]
    for place, rule in enumerate(rules):
        head = head_of(rule)
        if head.name not in _ITEMS or dice.random() < 0.75:
            continue
        if head.name == "requires" and pathways.count(head.arguments[1:3]) < 2:
            continue
        only = f'{rule}{"," if " :- " in rule else " :-"} in_force("{dice.choice((BEFORE, AFTER))}")'
        if head.name == "met":  # what nothing can meet is refused
            rules.append(only.replace(" :- ", f" :- {dice.choice(('', 'not '))}{made.facts.flags[0]}, "))
        else:
            rules[place] = only
        kind, argument = _ITEMS[head.name]
        items.append(f"{kind}({head.arguments[argument]})")
    told = [item for item in dict.fromkeys(items) if dice.random() < 0.6]
    told += ["criterion(criterion_0)"] * (dice.random() < 0.2 and "criterion(criterion_0)" not in told)
    rules += [f'changes({POLICY}, "{AFTER}", {item}, c_history)' for item in told]
    return replace(made, rules={POLICY: rules}, editions=EDITIONS)


def told_changes(made: Made) -> set[tuple[str, str]]:
    """What is found in the later edition, and how grave that is."""
    vocabulary, now = enumerated(made, POLICY, AFTER)
    before = {world.facts: world for world in enumerated(made, POLICY, BEFORE)[1]}
    pairs = [(world, before[world.facts]) for world in now]
    usual = [(a, b) for a, b in pairs if all(fact in a.facts for fact in vocabulary.usual)]
    changed = [str(head_of(r).arguments[2]) for r in made.rules[POLICY] if r.startswith("changes(")]
    found = {(name, "warning") for a, b in usual for name in _untold(a, b, changed)}
    for item in changed:
        if not any(_shows(a, b, item) for a, b in usual):
            otherwise = any(_shows(a, b, item) for a, b in pairs)
            found.add((f"change({item})", "note" if otherwise else "warning"))
    return found


def _untold(now: World, before: World, changed: list[str]) -> Iterator[str]:
    if now.outcomes != before.outcomes and not any(_turned(now, before, item) for item in changed):
        asked = [fact for fact in now.facts if fact.startswith("requested(")]
        said = dict(fact.removeprefix("requested(").removesuffix(")").split(",") for fact in asked)
        yield f"request({said['indication']},{said['phase']})"


def _shows(now: World, before: World, item: str) -> bool:
    return now.outcomes != before.outcomes and _turned(now, before, item)


def _turned(now: World, before: World, item: str) -> bool:
    kind, _, name = item.removesuffix(")").partition("(")
    return (name in now.names(_STANDS[kind])) is not (name in before.names(_STANDS[kind]))
