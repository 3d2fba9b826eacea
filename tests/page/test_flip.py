"""A page finds the cheapest changes that lupa finds: all ties, the next best, or what prevents it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from lupa import CaseError, KnowledgeBase
from tests.page.cases import random_case
from tests.page.node import in_node, needs_node

pytestmark = needs_node
Job = tuple[Mapping[str, Any], str]


def found_by_lupa(kb: KnowledgeBase, case: Mapping[str, Any], to: str) -> list[Any]:
    flips = kb.flip(case, to)
    sets = [
        [flip.cost, [[one.fact, one.value, one.kind, one.cost] for one in flip.statements]]
        for flip in flips.flips
    ]
    return [sets, flips.ties, [cause.fact for cause in flips.blocked]]


def different(kb: KnowledgeBase, data: Path, jobs: list[Job]) -> Iterator[Job]:
    asked, wanted = [], []
    for case, to in jobs:
        try:
            wanted.append(found_by_lupa(kb, case, to))
        except CaseError:  # a record that contradicts itself, or an outcome that the policy lacks
            continue
        asked.append((case, to))
    given = [{"given": case, "to": to} for case, to in asked]
    for job, want, found in zip(asked, wanted, in_node(data, given, "flips.mjs"), strict=True):
        if want != found:
            yield job


def jobs(kb: KnowledgeBase, step: int, count: int) -> list[Job]:
    dice = random.Random(7)
    editions = [kb.edition(policy, name) for policy in kb.policies for name, _ in kb.about(policy).editions]
    cases = [kb.case(name) for name in sorted(kb.examples())[::step]]
    cases += [random_case(dice, dice.choice(editions)) for _ in range(count)]
    return [(case, to) for case in cases for to in ("approve", "deny")]


def test_the_cheapest_changes_are_the_same_in_a_page(kb: KnowledgeBase, data: Path) -> None:
    assert list(different(kb, data, jobs(kb, 80, 4))) == []


@pytest.mark.mass
def test_of_hundreds_of_records_the_cheapest_changes_are_the_same(kb: KnowledgeBase, data: Path) -> None:
    assert list(different(kb, data, jobs(kb, 2, 200))) == []
