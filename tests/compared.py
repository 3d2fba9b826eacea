"""What comparing two small policies must come to, by brute force over all pairs of worlds."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, product
from pathlib import Path
from typing import NamedTuple

from lupa import Comparison, Condition, KnowledgeBase, Region
from tests.brute import Plain, subject_of
from tests.small import POLICY, random_kb

ORDER = ("approve", "modify", "refer", "deny")
ORDER_RULES = "".join(f"more_favourable({one}, {other}).\n" for one, other in combinations(ORDER, 2))

Outcomes = tuple[str | None, str | None]


class World(NamedTuple):
    """What is so, and what each side makes of it; None where its laws forbid it."""

    true: frozenset[str]
    outcomes: Outcomes


def two(dice: random.Random, folder: Path) -> tuple[KnowledgeBase, KnowledgeBase]:
    """Two small policies that share some facts, some pathways and some laws, or all but their rules."""
    kind, seed = dice.choice(("route", "indication", "phase")), dice.random()
    found = []
    for name in ("before", "after"):
        kb = random_kb(dice if dice.random() < 0.7 else random.Random(seed), folder / name)
        cut = dice.choice(("18", "21"))
        for path in (folder / name).rglob("*.lp"):
            path.write_text(path.read_text().replace("route", kind).replace("18", cut))
        if dice.random() < 0.9:
            with (folder / name / "decision.lp").open("a") as file:
                file.write(f"\n{ORDER_RULES}")
        found.append(kb)
    return found[0], found[1]


class Joined:
    """The worlds of two small policies, joined where they agree on the facts that both declare."""

    def __init__(self, before: KnowledgeBase, after: KnowledgeBase) -> None:
        sides = [Plain(kb.files.root, POLICY, "1") for kb in (before, after)]
        self.facts = [set(side.literals) for side in sides]
        self.ordered = any(
            "more_favourable" in (kb.files.root / "decision.lp").read_text() for kb in (before, after)
        )
        lawful = [self._worlds(side) for side in sides]
        shared = self.facts[0] & self.facts[1]
        self.worlds: list[World] = []
        by_shared: dict[frozenset[str], list[tuple[frozenset[str], str]]] = {}
        for true, outcome in lawful[1]:
            by_shared.setdefault(true & shared, []).append((true, outcome))
        met: set[frozenset[str]] = set()
        self.alone: list[World] = []
        for true, outcome in lawful[0]:
            partners = [p for p in by_shared.get(true & shared, []) if self._is_one_patient(true, p[0])]
            for other, then in partners:
                self.worlds.append(World(true | other, (outcome, then)))
                met.add(other)
            if not partners:
                self.alone.append(World(true, (outcome, None)))
        self.alone += [World(true, (None, then)) for true, then in lawful[1] if true not in met]
        self.lawful = [
            [World(true, (o, None) if side == 0 else (None, o)) for true, o in lawful[side]]
            for side in (0, 1)
        ]

    def _worlds(self, side: Plain) -> list[tuple[frozenset[str], str]]:
        facts = list(side.literals)
        worlds = side.worlds({}, facts)
        assert worlds is not None
        return [
            (frozenset(f for place, f in enumerate(facts) if world >> place & 1), outcome)
            for world, outcome in worlds.rows.items()
        ]

    def _is_one_patient(self, one: frozenset[str], other: frozenset[str]) -> bool:
        """No choice has two values, and no number passed a cut point and not one below it."""
        only = (self.facts[0] - self.facts[1], self.facts[1] - self.facts[0])
        for a, b in product(*only):
            if subject_of(a) != a and subject_of(a) == subject_of(b):
                if a in one and b in other:
                    return False
            elif a.startswith("at_least(") and b.startswith("at_least("):
                low, high = sorted((a, b), key=lambda f: int(f.partition(",")[2][:-1]))
                if high in one | other and low not in one | other:
                    return False
        return True

    def way(self, outcomes: Outcomes) -> str:
        one, other = outcomes
        if one is None or other is None:
            return "only_after" if one is None else "only_before"
        if one == other:
            return "equal"
        if not self.ordered or "out_of_scope" in outcomes:
            return "incomparable"
        return "looser" if ORDER.index(other) < ORDER.index(one) else "stricter"


def holds(conditions: Sequence[Condition], world: World) -> bool:
    return all(any((fact in world.true) is c.value for fact in c.facts) for c in conditions)


def terms(region: Region) -> Iterator[tuple[Condition, ...]]:
    """The terms that a region puts together, each with one fact in each of its conditions."""
    choices = [
        [Condition((fact,), c.value, "", "", c.usual) for fact in c.facts] for c in region.conditions
    ]
    yield from product(*choices)


def check(joined: Joined, comparison: Comparison) -> None:
    """Everything that is told is so, nothing is left out, and nothing could be told with less."""
    pathways: dict[tuple[str | None, str | None], list[World]] = {}
    for world in (*joined.worlds, *joined.alone):
        pathways.setdefault(_pathway(world), []).append(world)
    for pathway in comparison.pathways:
        here = pathways.pop((pathway.indication, pathway.phase))
        _check_pathway(joined, comparison, (pathway.indication, pathway.phase), here)
        ways = {joined.way(world.outcomes) for world in here}
        only = ways <= {"only_before"} or ways <= {"only_after"}
        ways -= {"equal"}
        expected = (
            ways.pop()
            if len(ways) == 1 and (only or ways <= {"looser", "stricter"})
            else "incomparable"
            if ways
            else "equal"
        )
        assert expected == pathway.relation
    assert pathways == {} or comparison.pathways == ()  # the same rules


def _pathway(world: World) -> tuple[str | None, str | None]:
    values: dict[str, str] = {}
    for fact in world.true:
        kind, _, value = fact.partition("(")[2][:-1].partition(",")
        if fact.startswith("requested("):
            values[kind] = value
    return values.get("indication"), values.get("phase")


def _check_pathway(
    joined: Joined, comparison: Comparison, key: tuple[str | None, str | None], here: list[World]
) -> None:
    for way in ("looser", "stricter", "incomparable", "only_before", "only_after"):
        target = [world for world in here if joined.way(world.outcomes) == way]
        regions = [
            region
            for region in comparison.regions
            if region.relation == way and key in [(p.indication, p.phase) for p in region.pathways]
        ]
        assert bool(target) == bool(regions)
        if target:
            _check_way(target, regions, _care(joined, way, target, here, key), complete=comparison.complete)


def _care(
    joined: Joined, way: str, target: list[World], here: list[World], key: tuple[str | None, str | None]
) -> list[World]:
    if way.startswith("only"):
        side = 0 if way == "only_before" else 1
        return [w for w in joined.lawful[side] if _pathway(w) == key]
    side = 0 if way == "stricter" else 1
    outcomes = {world.outcomes[side] for world in target}
    return [w for w in here if w.outcomes[side] in outcomes and None not in w.outcomes]


def _check_way(target: list[World], regions: list[Region], care: list[World], *, complete: bool) -> None:
    wanted = {world.true for world in target}
    found = [{w.true for w in care if holds(region.conditions, w)} for region in regions]
    told = set().union(*found)
    assert (wanted == told) if complete else (wanted >= told), "the regions are just where it is so"
    if len(regions) == 1:
        _check_row(regions[0].conditions, care, wanted, complete=complete)
    else:
        _check_terms(regions, care, wanted, complete=complete)
    inside = [[w for w in target if holds(region.conditions, w)] for region in regions]
    _check_shifts(target, regions, inside)


def _check_row(
    row: Sequence[Condition], care: list[World], wanted: set[frozenset[str]], *, complete: bool
) -> None:
    for place, part in enumerate(row):
        rest = [*row[:place], *row[place + 1 :]]
        assert any(holds(rest, w) and w.true not in wanted for w in care), "no condition is needless"
        for fact in part.facts:
            fewer = replace(part, facts=tuple(other for other in part.facts if other != fact))
            less = any(not holds([*rest, fewer], w) and holds(row, w) for w in care)
            assert not complete or less, "no fact is needless"


def _check_terms(
    regions: list[Region], care: list[World], wanted: set[frozenset[str]], *, complete: bool
) -> None:
    every = [term for region in regions for term in terms(region)]
    covers = [{w.true for w in care if holds(term, w)} for term in every]
    for number, term in enumerate(every):
        others = set().union(*(c for place, c in enumerate(covers) if place != number))
        assert not complete or covers[number] - others, "no term is needless"
        for condition in term:
            less = [c for c in term if c != condition]
            assert any(holds(less, w) and w.true not in wanted for w in care), "no literal is needless"


def _check_shifts(target: list[World], regions: list[Region], inside: list[list[World]]) -> None:
    told = set()
    for number, region in enumerate(regions):
        others = {w.true for place, worlds in enumerate(inside) if place != number for w in worlds}
        alone = [w for w in inside[number] if w.true not in others]
        for shift in region.shifts:
            outcomes = (shift.before, shift.after)
            told.add(outcomes)
            among = inside[number] if shift.overlap else alone
            so = [w for w in among if w.outcomes == outcomes]
            said = [w for w in among if not shift.where or any(holds(row, w) for row in shift.where)]
            assert shift.partly or so == said, "the shift is just where it is said to be"
            assert bool(so)
            assert len(so) < len(among) or not shift.partly
        happen = {w.outcomes for w in alone}
        assert happen == {(s.before, s.after) for s in region.shifts if not s.overlap}
    assert told == {w.outcomes for w in target}


def check_patients(kbs: Mapping[int, KnowledgeBase], comparison: Comparison) -> int:
    """Each patient replays on both sides as told; how many there were."""
    count = 0
    for region in comparison.regions:
        for shift in region.shifts:
            sides = [
                side for side, outcome in enumerate((shift.before, shift.after)) if outcome is not None
            ]
            for side, patient in zip(sides, shift.patients, strict=True):
                assert patient.outcome == kbs[side].decide(patient.case).outcome
                assert patient.outcome == (shift.before, shift.after)[side]
                count += 1
    for change in comparison.shown:
        one, other = (kbs[side].decide(p.case) for side, p in enumerate(change.patients))
        assert one.outcome == other.outcome
        count += 2
    return count
