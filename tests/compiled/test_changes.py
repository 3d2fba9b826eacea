"""What differs between two compiled policies: counted exactly, told just when, shown on somebody."""

from __future__ import annotations

import itertools
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lupa import CaseError, Compiled, KnowledgeBase, RuleError
from lupa.compiled.changes import Changes
from lupa.compiled.formula import Formula, Said, Some, Telling
from lupa.errors import SpaceLimitError
from tests.command import command
from tests.random_policies import OTHER, POLICY, Facts, Made, random_pair

World = dict[str, bool]
MOST_FACTS = 12


def worlds(one: Compiled, other: Compiled) -> Iterator[tuple[World, dict[str, str], dict[str, str]]]:
    """Each world of both, with what each says of it: outcome, and criteria that are unmet.

    Each knows its own bounds of a number; who has passed one of them has passed those below it.
    """
    facts = list(dict.fromkeys(v.fact for each in (one, other) for v in each.variables))
    for values in itertools.product((False, True), repeat=len(facts)):
        world = dict(zip(facts, values, strict=True))
        bounds = [fact[:-1].split(",") for fact in facts if fact.startswith(("at_least(", "more_than("))]
        passed = [(kind, int(bound), world[f"{kind},{bound})"]) for kind, bound in bounds]
        if any(a == b and m < n and (not low and high) for a, m, low in passed for b, n, high in passed):
            continue
        try:
            first, second = (
                each.verdict({fact: so for fact, so in world.items() if fact in each.place_of})
                for each in (one, other)
            )
        except CaseError:  # a law forbids it
            continue
        yield (
            world,
            {"": first.outcome, **dict.fromkeys(first.unmet, "unmet")},
            {"": second.outcome, **dict.fromkeys(second.unmet, "unmet")},
        )


def keeps(when: Formula, world: World, facts: tuple[str, ...]) -> bool:
    if isinstance(when, Said):
        return world[facts[when.variable]] is when.so
    held = [keeps(part, world, facts) for part in when.parts]
    if isinstance(when, Some):
        return sum(held) >= when.least
    return all(held) if when.every else any(held)


def regions(found: Changes) -> dict[tuple[str, ...], int]:
    """The worlds by what changes."""
    told = {(move.before, move.after): move.region.worlds for move in found.moves}
    return told | {(s.criterion, str(s.now_unmet), ""): s.region.worlds for s in found.shifts}


def counted(one: Compiled, other: Compiled) -> tuple[int, dict[tuple[str, ...], int], Changes]:
    """The same by looking at every world; each region must tell just its worlds, and show one."""
    found, total = one.changes(other), 0
    by_hand: Counter[tuple[str, ...]] = Counter()
    for world, before, after in worlds(one, other):
        total += 1
        here = {(before[""], after[""])} if before[""] != after[""] else set()
        by_hand.update(here)
        now = {name for name in after if name and name not in before}
        gone = {name for name in before if name and name not in after}
        by_hand.update((name, "True", "") for name in now)
        by_hand.update((name, "False", "") for name in gone)
        for move in found.moves:
            assert move.region.when is not None
            assert keeps(move.region.when, world, found.facts) is ((move.before, move.after) in here)
            if world == move.region.witness:
                assert (before[""], after[""]) == (move.before, move.after)
    return total, dict(by_hand), found


def pairs(folder: Path, seeds: range) -> Iterator[tuple[Compiled, Compiled]]:
    for seed in seeds:
        kb = random_pair(random.Random(seed)).written(folder / f"{seed}")
        try:
            one, other = kb.compile(POLICY), kb.compile(OTHER)
        except RuleError:
            continue
        if len({v.fact for each in (one, other) for v in each.variables}) <= MOST_FACTS:
            yield one, other


def check(one: Compiled, other: Compiled) -> None:
    total, by_hand, found = counted(one, other)
    assert (found.worlds, regions(found)) == (total, by_hand)
    for move in found.moves:
        assert len(move.region.witness) == len(found.facts)
        assert sum(move.region.pathways.values()) <= move.region.worlds


def test_changes_are_as_counted_by_looking_at_every_world(tmp_path: Path) -> None:
    tried = 0
    for one, other in itertools.islice(pairs(tmp_path, range(40)), 4):
        check(one, other)
        tried += 1
    assert tried == 4


@pytest.mark.mass
def test_of_a_hundred_pairs_changes_are_as_counted(tmp_path: Path) -> None:
    for one, other in pairs(tmp_path, range(1000, 1100)):
        check(one, other)


RULES = [
    "requires({policy}, gout, initial, grown, a)",
    "met({policy}, grown) :- at_least(age, {age})",
]


def aged(folder: Path) -> KnowledgeBase:
    """Of two policies one asks for 18 years and one for 65; neither knows the other's number."""
    facts = Facts(ages=(), conditions=(), drugs=(), flags=())
    made = Made(
        facts,
        {
            policy: [
                *(rule.format(policy=policy, age=age) for rule in RULES),
                f"cut_point(at_least(age, {age}))",
            ]
            for policy, age in ((POLICY, 18), (OTHER, 65))
        },
    )
    return replace(made).written(folder)


def test_a_number_is_one_number_though_each_side_knows_its_own_bound(tmp_path: Path) -> None:
    kb = aged(tmp_path)
    found = kb.compile(POLICY).changes(kb.compile(OTHER))
    assert {(move.before, move.after) for move in found.moves} == {("approve", "deny")}
    (move,) = found.moves
    assert move.region.witness["at_least(age,18)"]
    assert not move.region.witness["at_least(age,65)"]
    assert move.region.worlds * 12 == found.worlds  # one of two indications, two phases, three ages
    assert move.region.pathways == {("gout", "initial"): move.region.worlds}
    assert [(shift.criterion, shift.now_unmet) for shift in found.shifts] == [("grown", True)]


def test_a_choice_of_a_reading_that_one_side_lacks_changes_nothing_while_none_makes_it(
    tmp_path: Path,
) -> None:
    rules = [
        "requires(small, gout, initial, t, a)",
        "met(small, t) :- tested",
        "met(small, t) :- reading(term, long)",
    ]
    one, other = (
        Made(Facts(readings={"term": ("long", choice)}), {POLICY: rules})
        .written(tmp_path / choice)
        .compile(POLICY)
        for choice in ("short", "middle")
    )
    assert (one.changes(other).moves, one.changes(other).shifts) == ((), ())


def test_what_is_the_same_has_no_changes(few: KnowledgeBase) -> None:
    one = few.compile("fep_lupkynis")
    found = one.changes(one)
    assert (found.moves, found.shifts, found.differ) == ((), (), 0)
    assert found.worlds == sum(one.count(dict.fromkeys(v.fact for v in one.variables)).values())


def test_the_earlier_edition_asked_for_autoantibodies_on_one_pathway(few: KnowledgeBase) -> None:
    before, after = (few.compile(f"uhc_benlysta@{edition}") for edition in ("2022E0046O", "2023-11-01"))
    found = before.changes(after)
    assert {(move.before, move.after) for move in found.moves} == {
        ("deny", "approve"), ("deny", "modify"), ("refer", "approve"), ("refer", "modify")
    }  # fmt: skip
    assert {way for move in found.moves for way in move.region.pathways} == {("sle", "initial")}
    for move in found.moves:
        said = move.region.witness
        assert said["documented(autoantibodies)"] is False
        verdicts = [
            each.verdict({fact: so for fact, so in said.items() if fact in each.place_of}).outcome
            for each in (before, after)
        ]
        assert verdicts == [move.before, move.after]
    assert [(shift.criterion, shift.now_unmet) for shift in found.shifts] == [("autoantibodies", False)]


def test_what_was_sent_without_its_rules_is_refused(few: KnowledgeBase) -> None:
    one = few.compile("fep_lupkynis")
    with pytest.raises(
        CaseError, match="sent here without the rules; compile both where they are compared"
    ):
        one.changes(replace(one, rules=None))


# ---- on the command line -----------------------------------------------------------------------

EDITIONS = ("uhc_benlysta@2022E0046O", "uhc_benlysta@2023-11-01")


def test_without_members_worlds_are_counted(few: KnowledgeBase) -> None:
    asked = ("cohort", "--policy", EDITIONS[0], "--against", EDITIONS[1], "--kb", str(few.files.root))
    (told,) = json.loads(command(*asked, "--json").out)
    found = few.compile(EDITIONS[0]).changes(few.compile(EDITIONS[1]))
    assert (told["worlds"], told["differ"]) == (found.worlds, found.differ)
    assert [(m["before"], m["after"], m["worlds"]) for m in told["moves"]] == [
        (move.before, move.after, move.region.worlds) for move in found.moves
    ]
    assert told["criteria"][0]["pathways"] == [
        {"indication": "sle", "phase": "initial", "worlds": found.shifts[0].region.worlds}
    ]
    text = " ".join(command(*asked).out.split())
    assert text.startswith("uhc_benlysta@2022E0046O -> uhc_benlysta@2023-11-01 ")
    assert (
        "autoantibodies no longer unmet: "
        f"{found.shifts[0].region.worlds:.3e} worlds (sle, initial: ".replace("e+0", "e+")
    ) in text
    assert "- No document shows a laboratory test showing autoantibodies." in text
    assert "How many there are says nothing of how frequent patients are" in text


def test_where_there_are_too_many_conditions_worlds_are_counted_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kb = aged(tmp_path)
    one, other = kb.compile(POLICY), kb.compile(OTHER)
    told = one.changes(other)

    def too_many(*_: object) -> Formula:
        raise SpaceLimitError(1)

    monkeypatch.setattr(Telling, "formula", too_many)
    found = one.changes(other)
    assert found.moves == tuple(
        replace(move, region=replace(move.region, when=None)) for move in told.moves
    )
    ended = command("cohort", "--policy", POLICY, "--against", OTHER, "--kb", str(tmp_path))
    assert "  There are too many conditions to tell just when.\n" in ended.out


def test_of_the_same_rules_nothing_is_told_but_that(few: KnowledgeBase) -> None:
    root = str(few.files.root)
    ended = command("cohort", "--policy", "fep_lupkynis", "--against", root, "--kb", root)
    assert ended.out.splitlines()[1:] == [
        "  Nobody comes to another outcome, or to another criterion unmet."
    ]


def test_members_and_a_file_for_them_belong_together() -> None:
    for words in (["in.csv"], ["in.csv", "--against", "HEAD"], []):
        ended = command("cohort", *words)
        assert ended.status == 2
        assert "IN and OUT are needed; only --against alone goes without them" in ended.err
