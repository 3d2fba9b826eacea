"""Criteria with parts, thrown by dice, and what they come to in plain Python over all worlds.

A world is the set of the flags that are true. Nothing here reads the rules of `kb/decision.lp`: what is
met is told once more, from what a document means by "all of", "any of" and "at least two of".
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from lupa import Criterion
from tests.random_policies import POLICY, Facts, Made

FLAGS = ("tested", "smokes", "agrees", "fasts", "rests")
World = frozenset[str]
WORLDS = [
    frozenset(true) for count in range(len(FLAGS) + 1) for true in itertools.combinations(FLAGS, count)
]
REQUEST = {"policy": POLICY, "indication": "gout", "phase": "initial"}


class Said(NamedTuple):
    """That a flag is so, or not."""

    flag: str
    so: bool

    def holds(self, world: World) -> bool:
        return (self.flag in world) is self.so

    def __str__(self) -> str:
        return self.flag if self.so else f"not {self.flag}"


class Edge(NamedTuple):
    """A part, and on what condition it is there."""

    part: str
    condition: Said | None

    def is_there(self, world: World) -> bool:
        return self.condition is None or self.condition.holds(world)


class Node(NamedTuple):
    """How many of its parts a criterion needs: all, any (1), or so many."""

    of: str
    least: int
    edges: tuple[Edge, ...]


@dataclass(frozen=True)
class Trees:
    """Leaves with their rules, nodes with their parts, and the criteria that the one pathway requires."""

    leaves: Mapping[str, Sequence[Sequence[Said]]]
    nodes: Mapping[str, Node]
    required: Sequence[str]

    def met(self, name: str, world: World) -> bool:
        if name in self.leaves:
            return any(all(said.holds(world) for said in body) for body in self.leaves[name])
        node = self.nodes[name]
        met = [self.met(edge.part, world) for edge in node.edges if edge.is_there(world)]
        return all(met) if node.of == "all" else sum(met) >= node.least

    def outcome(self, world: World) -> str:
        return "approve" if all(self.met(name, world) for name in self.required) else "deny"

    def without(self, name: str, part: str) -> Trees:
        """The same, of which a node does not have one of its parts."""
        node = self.nodes[name]
        fewer = node._replace(edges=tuple(edge for edge in node.edges if edge.part != part))
        return Trees(self.leaves, {**self.nodes, name: fewer}, self.required)

    @cached_property
    def edges(self) -> list[tuple[str, str]]:
        """Every node with each of its parts."""
        return [(name, edge.part) for name, node in self.nodes.items() for edge in node.edges]

    @cached_property
    def idle(self) -> set[str]:
        """The parts without which every patient would come out as with them, as `verify` names them."""
        return {
            f"part(criterion({part}),criterion({name}))"
            for name, part in self.edges
            if all(self.outcome(world) == self.without(name, part).outcome(world) for world in WORLDS)
        }

    def rules(self) -> Iterator[str]:
        yield f"frame({POLICY}, gout, initial, c_all)"
        for name in self.required:
            yield f"requires({POLICY}, gout, initial, {name}, c_{name})"
        for name, bodies in self.leaves.items():
            yield from (f"met({POLICY}, {name}) :- {', '.join(map(str, body))}" for body in bodies)
        for name, node in self.nodes.items():
            least = f", {node.least}" if node.of == "at_least" else ""
            yield f"{node.of}_of({POLICY}, {name}{least})"
            for part, condition in node.edges:
                row = f"part({POLICY}, {name}, {part}, c_{name}_{part})"
                yield row if condition is None else f"{row} :- {condition}"

    def made(self) -> Made:
        facts = Facts(flags=FLAGS, conditions=(), drugs=())
        return Made(facts, {POLICY: list(self.rules())})


def thrown(dice: random.Random) -> Trees:
    """Trees of up to three levels over some leaves, in which nodes share parts."""
    leaves = {f"leaf_{n}": _bodies(dice) for n in range(dice.randint(2, 4))}
    levels = [list(leaves)]
    nodes: dict[str, Node] = {}
    for level in range(dice.randint(1, 3)):
        known = [name for names in levels for name in names]
        names = [f"node_{level}_{n}" for n in range(dice.randint(1, 2))]
        for name in names:
            first = dice.choice(levels[-1])  # so that it is as deep as it can be
            others = [part for part in known if part != first]
            parts = [first, *dice.sample(others, min(len(others), dice.randint(0, 2)))]
            edges = tuple(Edge(part, _condition(dice)) for part in parts)
            of = dice.choice(("all", "any", "at_least"))
            nodes[name] = Node(of, dice.randint(1, len(parts)) if of == "at_least" else 1, edges)
        levels.append(names)
    used = {edge.part for node in nodes.values() for edge in node.edges}
    tops = [name for name in (*leaves, *nodes) if name not in used]
    also = [name for name in (*leaves, *nodes) if name in used and dice.random() < 0.1]
    return Trees(leaves, nodes, [*tops, *also])


def _said(dice: random.Random, count: int) -> list[Said]:
    return [Said(flag, dice.random() < 0.7) for flag in dice.sample(FLAGS, count)]


def _bodies(dice: random.Random) -> list[list[Said]]:
    return [_said(dice, dice.choice((1, 1, 2))) for _ in range(dice.choice((1, 1, 2)))]


def _condition(dice: random.Random) -> Said | None:
    return _said(dice, 1)[0] if dice.random() < 0.25 else None


Record = dict[str, bool | None]


def a_record(dice: random.Random) -> Record:
    return {flag: dice.choice((True, False, None)) for flag in FLAGS}


def worlds_of(record: Mapping[str, bool | None]) -> list[World]:
    """The worlds that agree with what a record states."""
    return [w for w in WORLDS if all(so is None or (flag in w) is so for flag, so in record.items())]


RANK = {"unmet": 0, "open": 1, "met": 2}


def status(trees: Trees, name: str, worlds: Collection[World]) -> str:
    met = {trees.met(name, world) for world in worlds}
    return "open" if len(met) > 1 else "met" if True in met else "unmet"


Told = tuple[str, str, bool, tuple["Told", ...]]
"""A criterion as it is told: its name and status, whether it is there for certain, and its parts."""


def told(criterion: Criterion) -> Told:
    return criterion.id, criterion.status, criterion.applies, tuple(map(told, criterion.parts))


def expected(trees: Trees, name: str, worlds: Collection[World], *, applies: bool = True) -> Told:
    """How a criterion is to be told of a record with these worlds; its parts in any order."""
    edges = trees.nodes[name].edges if name in trees.nodes else ()
    parts = [
        expected(trees, edge.part, worlds, applies=all(edge.is_there(world) for world in worlds))
        for edge in edges
        if any(edge.is_there(world) for world in worlds)
    ]
    return name, status(trees, name, worlds), applies, tuple(parts)


def in_any_order(one: Told) -> Told:
    name, is_so, applies, parts = one
    return name, is_so, applies, tuple(sorted(map(in_any_order, parts)))


def is_minimal_reason(trees: Trees, criterion: Criterion) -> bool:
    """With these facts the criterion is as it is in every world, and with any one fewer it is not."""
    facts: Record = {cause.fact: cause.value for cause in criterion.because}
    if status(trees, criterion.id, worlds_of(facts)) != criterion.status:
        return False
    fewer = ({f: so for f, so in facts.items() if f != fact} for fact in facts)
    return all(status(trees, criterion.id, worlds_of(some)) == "open" for some in fewer)
