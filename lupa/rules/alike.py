"""Members of what is asked: that of which several things are said, such as a drug that was tried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterator, Sequence

from lupa.rules.asking import Group
from lupa.rules.ground import Rule
from lupa.rules.solver import Literal
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


# ---- what the rules say ------------------------------------------------------------------------

Member = tuple[Literal, ...]
"""The facts about a member, as literals; those that say the same stand at the same place."""
_SEVERAL = -1
"""Stands for the owner of an atom that hangs on more than one member."""


def interchangeable(
    rules: Sequence[Rule], outcomes: Collection[Literal], blocks: Sequence[Sequence[Member]]
) -> list[list[Member]]:
    """Those of a block together that can change places: the rules stay the same, and nothing else moves.

    What is not seen to be alike stands by itself, and is left out.
    """
    found = []
    seen = _Rules(rules, outcomes, [member for block in blocks for member in block])
    first = 0
    for block in blocks:
        classes: dict[Hashable, list[list[int]]] = {}
        for number in range(first, first + len(block)):
            if number in seen.said:
                same = classes.setdefault(frozenset(seen.said[number]), [])
                run = next((run for run in same if seen.stay(run[0], number)), None)
                if run is None:
                    same.append([number])
                else:
                    run.append(number)
        found += [
            [block[n - first] for n in run] for same in classes.values() for run in same if len(run) > 1
        ]
        first += len(block)
    return found


class _Rules:
    """What ground rules say of members, by their numbers: of each alone, and of several together."""

    def __init__(
        self, rules: Sequence[Rule], outcomes: Collection[Literal], members: Sequence[Member]
    ) -> None:
        self._place = {fact: place for member in members for place, fact in enumerate(member)}
        self._owner = {fact: number for number, member in enumerate(members) for fact in member}
        free = {head for rule in rules if rule.choice and not rule.body for head in rule.head}
        self._given: dict[Literal, list[Rule]] = {}
        rules = [rule for rule in rules if rule.body]
        for rule in rules:
            for head in rule.head:
                self._given.setdefault(head, []).append(rule)
        odd = {n for fact, n in self._owner.items() if fact not in free or fact in self._given}
        self._find_owners(rules)
        self._names: dict[Literal, Hashable] = {}
        self.said: dict[int, set[Hashable]] = {n: set() for n in range(len(members)) if n not in odd}
        self._of_several: set[Hashable] = set()
        self._with: dict[int, list[tuple[Hashable, list[tuple[int, Hashable]]]]] = {}
        for rule in rules:
            owners = {owner for x in rule.body if (owner := self._owner.get(abs(x), _SEVERAL)) != _SEVERAL}
            if rule.choice or len(rule.head) > 1:
                odd |= owners
            elif not rule.head or self._owner.get(rule.head[0]) == _SEVERAL:
                self._take_note(rule, owners)
        for outcome in outcomes:
            self.said.get(self._owner.get(outcome, _SEVERAL), set()).add(outcome)
        for number in odd:
            self.said.pop(number, None)

    def _find_owners(self, rules: Sequence[Rule]) -> None:
        """Of which member atoms tell alone, or that they tell of several."""
        rising = True
        while rising:
            rising = False
            for rule in rules:
                owners = {self._owner[abs(x)] for x in rule.body if abs(x) in self._owner}
                for head in rule.head if owners else ():
                    every = owners | ({self._owner[head]} if head in self._owner else set())
                    owner = next(iter(every)) if len(every) == 1 else _SEVERAL
                    rising = rising or self._owner.get(head) != owner
                    self._owner[head] = owner

    def _take_note(self, rule: Rule, owners: Collection[int]) -> None:
        parts = [(self._owner.get(abs(x), _SEVERAL), name) for x, name in self._named(rule)]
        what = (rule.head, bool(rule.weights), rule.bound)
        if len(owners) == 1:
            (owner,) = owners
            if owner in self.said:
                self.said[owner].add((what, _counted([name for _, name in parts])))
        elif owners:
            self._of_several.add((what, _counted(parts)))
            for owner in owners:
                self._with.setdefault(owner, []).append((what, parts))

    def _named(self, rule: Rule) -> Iterator[tuple[Literal, Hashable]]:
        """What the body of a rule says, whichever member it is of."""
        for x, weight in zip(rule.body, rule.weights or (1,) * len(rule.body), strict=True):
            yield x, (x > 0, weight, self._name(abs(x)))

    def _name(self, atom: Literal) -> Hashable:
        """An atom as what its rules make it, where it tells of one member alone."""
        if self._owner.get(atom, _SEVERAL) == _SEVERAL:
            return atom
        if atom in self._place:
            return "own", self._place[atom]
        if atom not in self._names:
            self._names[atom] = "circle", atom  # where it hangs on itself, it is like no other
            self._names[atom] = frozenset(
                (bool(rule.weights), rule.bound, _counted([name for _, name in self._named(rule)]))
                for rule in self._given[atom]
            )
        return self._names[atom]

    def stay(self, one: int, other: int) -> bool:
        """Whether what is said of several members is said with these two in each other's place."""
        place = {one: other, other: one}
        return all(
            (what, _counted([(place.get(owner, owner), name) for owner, name in parts])) in self._of_several
            for number in (one, other)
            for what, parts in self._with.get(number, ())
        )


def _counted(names: Sequence[Hashable]) -> Hashable:
    """Names in no order, each as often as it stands there."""
    return frozenset(Counter(names).items())
