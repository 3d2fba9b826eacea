"""What is worked out for many records at once is what the nodes of a compiled policy say of each."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from lupa import KnowledgeBase, LupaError
from lupa.compiled import parts, words
from lupa.compiled.compiled import Compiled
from lupa.compiled.diagram import NO, NOWHERE, YES
from lupa.compiled.kernel import Kernel, packed, unpacked
from tests.random_policies import POLICY, random_made

SHIPPED = ("fep_lupkynis@2024-10-01", "uhc_benlysta@2023-11-01", "uhc_benlysta@2022E0046O")
RECORDS = 70
Bits = Sequence[int]


def drawn(compiled: Compiled, found: Bits, dice: random.Random, open_share: float) -> list[int]:
    """A patient whom the laws allow, of whom some is open; of three in four no law is broken by design."""
    bits = [dice.choice((1, 2)) for _ in compiled.variables]
    if dice.random() < 0.75:
        for law in compiled.laws:
            node = law.node
            for variable in law.variables:
                bits[variable] = dice.choice((1, 2))
            while node >= 0:
                variable, *sides = compiled.nodes[node]
                lawful = [
                    at for at, x in enumerate(sides) if x == YES or (x >= 0 and found[x] >> -1 - YES & 1)
                ]
                at = dice.choice(lawful)
                bits[variable], node = 1 + at, sides[at]
    return [3 if dice.random() < open_share else each for each in bits]


def of_each(compiled: Compiled, records: Sequence[Bits]) -> list[tuple[bool, list[int]]]:
    """Whether no law is broken, and then the values that the outcome and each output have."""
    told = []
    for bits in records:
        found = compiled.values(bits)
        seen = [
            found[node] if node >= 0 else 1 << -1 - node
            for node in (
                *(law.node for law in compiled.laws),
                compiled.outcome,
                *(x.node for x in compiled.outputs),
            )
        ]
        laws, said = seen[: len(compiled.laws)], seen[len(compiled.laws) :]
        lawful = all(each >> -1 - YES & 1 for each in laws)
        told.append((lawful, [each & ~(1 << -1 - NOWHERE) for each in said] if lawful else []))
    return told


def at_once(compiled: Compiled, records: Sequence[Bits], *, known: bool) -> list[tuple[bool, list[int]]]:
    """The same, of all together; where nothing of a fact is open that may be said so."""
    kernel = Kernel(compiled, range(len(compiled.outputs)))
    columns = np.array(records, dtype=np.uint8).T
    said = {
        variable: (
            None if known and not (column == 3).any() else packed((column & 1).view(bool)),
            packed((column >> 1 & 1).view(bool)),
        )
        for variable, column in enumerate(columns)
    }
    answers = kernel.answers(said, -(-len(records) // 64))
    rows = [unpacked(row, len(records)) for row in answers.possible]
    no, yes = ([unpacked(row, len(records)) for row in side] for side in (answers.no, answers.yes))
    told = []
    for place, lawful in enumerate(unpacked(answers.lawful, len(records))):
        outcome = sum(int(row[place]) << -NOWHERE + at for at, row in enumerate(rows))
        both = zip(no, yes, strict=True)
        outputs = [int(n[place]) << -1 - NO | int(y[place]) << -1 - YES for n, y in both]
        told.append((bool(lawful), [outcome, *outputs] if lawful else []))
    return told


def records_of(compiled: Compiled, open_share: float, seed: int = 1) -> list[list[int]]:
    dice, found = random.Random(seed), compiled.values([3] * len(compiled.variables))
    return [drawn(compiled, found, dice, open_share) for _ in range(RECORDS)]


@pytest.mark.parametrize("policy", SHIPPED)
def test_many_at_once_are_decided_as_each_alone(kb: KnowledgeBase, policy: str) -> None:
    compiled = kb.compile(policy)
    records = [record for share in (0, 0.02, 0.5) for record in records_of(compiled, share)]
    expected = of_each(compiled, records)
    assert len([lawful for lawful, _ in expected if lawful]) > len(records) // 2
    assert at_once(compiled, records, known=False) == expected
    assert at_once(compiled, records, known=True) == expected


def some_known(compiled: Compiled, share: float, seed: int) -> list[list[int]]:
    """Patients of whom some facts are known, of each of them, and the others open of some."""
    dice = random.Random(seed)
    known = [dice.random() < share for _ in compiled.variables]
    return [
        [each if there or dice.random() < 0.7 else 3 for there, each in zip(known, record, strict=True)]
        for record in records_of(compiled, 0, seed)
    ]


def test_a_row_that_stops_what_is_not_taken_is_invalid_though_nothing_asks_for_that_drug_alone(
    kb: KnowledgeBase,
) -> None:
    rows = {
        "stops.dulaglutide": [True, True, True, False],
        "taking.dulaglutide": [False, True, None, False],
    }
    told = kb.compile("uhc_benlysta").decide(pa.table(rows))
    assert told["outcome"].to_pylist() == ["invalid", "pend", "pend", "pend"]
    assert told["error"].to_pylist()[0].startswith("the record contradicts itself")


@pytest.mark.parametrize("policy", SHIPPED)
def test_what_is_known_of_every_patient_is_looked_at_less_and_decided_alike(
    kb: KnowledgeBase, policy: str
) -> None:
    compiled = kb.compile(policy)
    for seed, share in enumerate((1, 0.9, 0.5)):
        records = some_known(compiled, share, seed)
        expected = of_each(compiled, records)
        assert len([lawful for lawful, _ in expected if lawful]) > len(records) // 2
        assert at_once(compiled, records, known=True) == expected, share


@pytest.mark.parametrize("policy", SHIPPED[:2])
def test_where_functions_grow_each_fact_is_a_part(
    kb: KnowledgeBase, policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "_LARGER", 0)
    compiled = kb.compile(policy)
    records = records_of(compiled, 0.3)
    assert at_once(compiled, records, known=True) == of_each(compiled, records)


def test_random_policies_decide_many_as_each_alone(tmp_path: Path) -> None:
    compared = 0
    for seed in range(12):
        kb = random_made(random.Random(seed)).written(tmp_path / f"{seed}")
        try:
            compiled = kb.compile(POLICY, all_readings=True)
        except LupaError:  # others test what is refused
            continue
        for share in (0, 0.7, 1):
            records = some_known(compiled, share, seed)
            assert at_once(compiled, records, known=True) == of_each(compiled, records), (seed, share)
        compared += 1
    assert compared > 4


def test_blocks_make_no_difference(kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = kb.compile(SHIPPED[0])
    records = records_of(compiled, 0.3)
    whole = at_once(compiled, records, known=True)
    monkeypatch.setattr(words, "_BLOCK", 2)
    assert at_once(compiled, records, known=True) == whole


def test_a_fact_that_is_open_in_some_batch_is_open_there(kb: KnowledgeBase) -> None:
    compiled = kb.compile(SHIPPED[0])
    kernel = Kernel(compiled, [])
    age = compiled.place_of["at_least(age,18)"]
    yes, no = (np.full(1, value, dtype=np.uint64) for value in (2**64 - 1, 0))
    other = compiled.place_of["diagnosis(lupus_nephritis)"]

    def outcomes(*, age_known: bool, diagnosis_known: bool) -> list[str]:
        said = {
            age: (None, no) if age_known else (yes, yes),
            other: (None, no) if diagnosis_known else (yes, yes),
        }
        possible = kernel.answers(said, 1).possible
        return [name for name, row in zip(compiled.outcomes, possible, strict=True) if row[0]]

    assert outcomes(age_known=True, diagnosis_known=True) == ["deny"]
    assert outcomes(age_known=True, diagnosis_known=False) == ["deny"]
    assert sorted(outcomes(age_known=False, diagnosis_known=False)) == ["approve", "deny"]
    assert outcomes(age_known=False, diagnosis_known=True) == ["deny"]
