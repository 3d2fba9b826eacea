"""What a criterion needs: every smallest set of facts that would make it met, held against brute force."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from lupa import Criterion, KnowledgeBase
from tests import brute_trees, explored, oracle
from tests.brute import Plain
from tests.brute_trees import FLAGS, REQUEST, Record, Trees
from tests.explored import Examined, examine
from tests.times import times

EDITIONS = pytest.mark.parametrize(("policy", "edition"), oracle.EDITIONS)
Said = Mapping[str, bool]


def told(criterion: Criterion) -> set[frozenset[tuple[str, bool]]]:
    return {frozenset((need.fact, need.value) for need in needs) for needs in criterion.needs}


# ---- criteria thrown by dice, all sets of changes ----------------------------------------------


def smallest_changes(trees: Trees, name: str, record: Record) -> set[frozenset[tuple[str, bool]]]:
    """All minimal sets of changes of a record with which a criterion is met in every world."""
    found: list[frozenset[tuple[str, bool]]] = []
    for values in sorted(
        itertools.product((None, True, False), repeat=len(FLAGS)),
        key=lambda v: sum(x is not None for x in v),
    ):
        changes = {flag: value for flag, value in zip(FLAGS, values, strict=True) if value is not None}
        if any(record[flag] is value for flag, value in changes.items()):
            continue
        each = frozenset(changes.items())
        worlds = worlds_of({**record, **changes})
        if not any(fewer <= each for fewer in found) and all(trees.met(name, world) for world in worlds):
            found.append(each)
    return set(found)


@pytest.mark.parametrize("seed", range(times(12)))
def test_every_smallest_set_of_changes_is_told_and_no_other(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    dice = random.Random(f"needs {seed}")
    trees = brute_trees.thrown(dice)
    kb = trees.made().written(tmp_path_factory.mktemp("kb"))
    for _ in range(6):
        record = brute_trees.a_record(dice)
        decision = kb.decide({"request": REQUEST, "facts": record})
        for criterion in decision.criteria:
            unmet = criterion.status == "unmet"
            expected = smallest_changes(trees, criterion.id, record) if unmet else set()
            assert (told(criterion), criterion.more_needs) == (expected, False)
            sizes = [len(needs) for needs in criterion.needs]
            assert sizes == sorted(sizes)


# ---- the shipped policies ----------------------------------------------------------------------


def unmet_of_random_records(
    kb: KnowledgeBase, name: str, count: int, policy: str, edition: str
) -> Iterator[tuple[Examined, Criterion]]:
    dice = random.Random(f"{name} {policy} {edition}")
    for number in range(count):
        examined = examine(kb, explored.random_case(dice, number, policy, edition))
        for criterion in kb.decide(examined.case).criteria:
            if criterion.status == "unmet":
                yield examined, criterion


def changed(examined: Examined, needs: Mapping[str, bool]) -> dict[str, bool]:
    """What the record says once these are so; of a number, or of several values, nothing else is kept."""
    v = examined.edition.vocabulary

    def subject(fact: str) -> Any:
        return v.number_of.get(fact) or tuple(v.choice_of.get(fact, {}).values()) or fact

    subjects = {subject(fact) for fact in needs}
    return {**{f: x for f, x in examined.said.items() if subject(f) not in subjects}, **needs}


def is_met(plain: Plain, policy: str, criterion: str, said: Said) -> bool:
    """Whether there is a world, and the criterion is met in all."""
    return plain.has_world(said) and not plain.can_hold(said, f"met({policy},{criterion})", holds=False)


def check(examined: Examined, criterion: Criterion) -> None:
    plain, policy = examined.plain, examined.edition.policy
    assert criterion.needs
    for needs in criterion.needs:
        stated = {need.fact: need.value for need in needs}
        assert is_met(plain, policy, criterion.id, changed(examined, stated))
        for spared in stated:
            fewer = {fact: value for fact, value in stated.items() if fact != spared}
            assert not is_met(plain, policy, criterion.id, changed(examined, fewer))
        for need in needs:
            was = examined.stated.get(need.fact)
            assert need.now == ("silent" if was is None else "yes" if was else "no")
    size = len(criterion.needs[0])
    facts = {need.fact for needs in criterion.needs for need in needs}
    others = changeable(examined) if size == 1 else set()
    possible = [
        (fact, value)
        for fact in sorted(facts | others)
        for value in (True, False)
        if examined.said.get(fact) is not value
    ]
    expected = {
        frozenset(each)
        for count in range(1, size + 1)
        for each in itertools.combinations(possible, count)
        if len(dict(each)) == count and is_met(plain, policy, criterion.id, changed(examined, dict(each)))
    }
    assert {each for each in told(criterion) if len(each) == size} == expected


def changeable(examined: Examined) -> set[str]:
    """Facts that a criterion may hang on, but for those that nobody can change."""
    quiet = ("reading(", "requested(", "override(", "starts(")
    return {
        f
        for f in examined.plain.literals
        if not f.startswith(quiet) and f not in examined.edition.vocabulary.number_of
    }


@EDITIONS
def test_what_is_needed_suffices_and_nothing_can_be_spared(
    kb: KnowledgeBase, policy: str, edition: str
) -> None:
    seen = set()
    for examined, criterion in unmet_of_random_records(kb, "needs", 8, policy, edition):
        check(examined, criterion)
        seen.add(criterion.id)
    assert len(seen) > 3


@pytest.mark.mass
@EDITIONS
def test_the_needs_of_thousands_of_records(kb: KnowledgeBase, policy: str, edition: str) -> None:
    for examined, criterion in unmet_of_random_records(kb, "many needs", times(700), policy, edition):
        check(examined, criterion)


# ---- what is told ------------------------------------------------------------------------------


def needs_of(kb: KnowledgeBase, case: dict[str, Any], criterion: str) -> list[list[tuple[str, bool, str]]]:
    (found,) = (c for c in kb.decide(case).criteria if c.id == criterion)
    return [[(need.fact, need.value, need.now) for need in needs] for needs in found.needs]


def lupkynis(**facts: Any) -> dict[str, Any]:
    return {"request": {"drug": "Lupkynis", "indication": "LN", "phase": "initial"}, "facts": facts}


def test_a_form_that_lacks_two_undertakings_names_both(kb: KnowledgeBase) -> None:
    case = lupkynis(attests={"monitor_serious_infections": False})
    assert needs_of(kb, case, "safety_monitoring") == [
        [
            ("attests(monitor_serious_infections)", True, "no"),
            ("attests(monitor_malignancies)", True, "silent"),
        ]
    ]


def test_of_a_number_only_the_bound_is_needed_that_the_policy_sets(kb: KnowledgeBase) -> None:
    assert needs_of(kb, lupkynis(age=3), "adult") == [[("at_least(age,18)", True, "no")]]


def test_what_the_laws_tie_to_a_need_is_needed_too(kb: KnowledgeBase) -> None:
    case = lupkynis(diagnosis={"lupus_nephritis": False}, active={"sle": False})
    assert needs_of(kb, case, "active_lupus_nephritis") == [
        [
            ("diagnosis(lupus_nephritis)", True, "no"),
            ("active(sle)", True, "no"),
            ("active(lupus_nephritis)", True, "silent"),
        ]
    ]


def test_a_need_is_not_that_a_text_be_read_otherwise(kb: KnowledgeBase) -> None:
    case = lupkynis(taking={"only": ["prednisone"]}, reading={"background_steroid": "only_with_another"})
    facts = {fact for needs in needs_of(kb, case, "background_therapy") for fact, _, _ in needs}
    assert "taking(azathioprine)" in facts
    assert {fact.partition("(")[0] for fact in facts} == {"taking"}
