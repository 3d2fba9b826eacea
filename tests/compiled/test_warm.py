"""What functions say of a record in the solver's place, once an edition was asked often, it says too."""

from __future__ import annotations

import pytest

from lupa import KnowledgeBase
from lupa.answers.question import OFTEN
from lupa.compiled import warm
from lupa.compiled.warm import Warm
from lupa.record.record import record_of
from lupa.record.said import Record
from tests.warmed import answered_by, differing, drawn, editions, told


def test_of_random_records_the_same_is_told_to_the_byte(few: KnowledgeBase) -> None:
    assert [differing(edition, drawn(edition, 1)) for edition in editions(few)] == [[], [], []]


def test_what_would_take_long_the_solver_is_asked(
    few: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm, "_FAR", 5)
    monkeypatch.setattr(warm, "_FARTHER", 5)
    edition = few.edition("fep_lupkynis")
    assert differing(edition, drawn(edition, 2)) == []


def test_an_edition_is_answered_by_its_functions_once_it_was_asked_often(
    few: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = few.edition("fep_lupkynis")
    (record,) = drawn(edition, 1)[:1]
    with answered_by(edition, edition.solver):
        monkeypatch.setattr(edition, "asked", OFTEN - 2)
        answering = []
        for _ in range(2):
            told(edition, record, every=False)
            answering.append(type(edition.answering) is Warm)
    assert answering == [False, True]


def test_functions_that_would_grow_too_large_are_not_made(
    few: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm, "_LARGEST", 1000)
    edition = few.edition("fep_lupkynis")
    with answered_by(edition, edition.solver):
        warm.warm(edition)
        assert edition.answering is edition.solver


@pytest.mark.mass
def test_of_hundreds_of_random_records_too(kb: KnowledgeBase) -> None:
    assert [differing(edition, drawn(edition, 100, seed=2)) for edition in editions(kb)] == [[], [], []]


@pytest.mark.slow
def test_of_every_shipped_case_with_every_reason_too(few: KnowledgeBase) -> None:
    records: dict[str, list[Record]] = {}
    for name in few.examples():
        case = few.case(name)
        for question in few.questions(case):
            edition = question.edition
            records.setdefault(f"{edition.policy}@{edition.name}", []).append(record_of(case, edition)[0])
    assert len(records) == 3
    for name, each in records.items():
        assert differing(few.edition(*name.split("@")), each, every=True) == []
