"""What functions say of a record in the solver's place, once an edition was asked often, it says too."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest

from lupa import CaseError, KnowledgeBase
from lupa.answers.question import OFTEN, Question
from lupa.compiled import warm, ways
from lupa.compiled.warm import Warm
from lupa.record.record import record_of
from lupa.record.said import Record
from tests.drawn import random_record
from tests.warmed import answered_by, differing, drawn, editions, told


def test_of_random_records_the_same_is_told_to_the_byte(few: KnowledgeBase) -> None:
    assert [differing(edition, drawn(edition, 1)) for edition in editions(few)] == [[], [], []]


@pytest.mark.parametrize("farthest", [ways.FARTHEST, 0])
def test_every_reason_is_told_whether_functions_tell_it_or_a_search(
    few: KnowledgeBase, monkeypatch: pytest.MonkeyPatch, farthest: int
) -> None:
    monkeypatch.setattr(ways, "FARTHEST", farthest)
    edition = few.edition("fep_lupkynis")
    assert differing(edition, drawn(edition, 2, seed=3), every=True) == []


def test_what_would_take_long_the_solver_is_asked(
    few: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ways, "FAR", 5)
    monkeypatch.setattr(ways, "FARTHER", 5)
    edition = few.edition("fep_lupkynis")
    assert differing(edition, drawn(edition, 2)) == []


@pytest.mark.parametrize(("many", "far"), [(4096, 400), (0, 400), (4096, 3)])
def test_each_question_has_the_same_answer_however_little_is_looked_at(
    few: KnowledgeBase, monkeypatch: pytest.MonkeyPatch, many: int, far: int
) -> None:
    monkeypatch.setattr(warm, "_MANY", many)
    monkeypatch.setattr(ways, "FAR", far)
    monkeypatch.setattr(ways, "FARTHER", 10 * far)
    edition, dice = few.edition("fep_lupkynis"), random.Random("asked")
    functions, solver = Warm(edition, 400_000), edition.solver
    beside = {atom for rule in edition.program.rules for atom in rule.head} - functions._functions.told
    facts, outcomes = list(edition.facts), [*edition.outcomes.values(), min(beside)]
    ends = list(edition.outcomes.values())
    assert functions.every_minimal(outcomes[-1], facts[:2]) is None  # of which no function tells
    for _ in range(30):
        said = [dice.choice((fact, -fact)) for fact in dice.sample(facts, dice.choice((1, 3, 9, 20)))]
        asked = [*said, *dice.choice(([], dice.sample(outcomes, 1), said[:1], [-said[0]]))]
        atoms = [*dice.sample(facts, 4), *dice.choice(([], outcomes[:1]))]
        is_so = solver.satisfiable(asked)
        assert functions.satisfiable(asked) is is_so
        found = functions.world_or_core(asked, atoms)
        if isinstance(found, tuple):
            assert solver.satisfiable(
                [*asked, *(a if so else -a for a, so in zip(atoms, found, strict=True))]
            )
        else:
            assert not is_so
            assert found <= set(asked)
            assert not solver.satisfiable(list(found))
        assert functions.least(asked, atoms) == solver.least(asked, atoms)
        assert functions.held(asked, ends) == solver.held(asked, ends)
        assert isinstance(functions.world_or_core(asked, ()), tuple) is is_so
        first, candidates = asked[-1:], asked[:-1]
        assert functions.minimal(first, candidates) == solver.minimal(first, candidates)
        if solver.satisfiable(said):
            literals = (dice.choice(outcomes), dice.choice(facts))
            known = {abs(literal): literal > 0 for literal in said}
            assert functions.leaves(known, literals) is solver.satisfiable([*said, *literals])
            each = [sign * atom for atom in edition.watched for sign in (1, -1)]
            so = [x for x in said if x > 0]
            assert functions.which(known, so, each) == [x for x in each if solver.satisfiable([*said, x])]


def test_a_request_of_which_no_phase_is_so_and_a_drug_stopped_that_is_not_taken_are_in_no_world(
    few: KnowledgeBase,
) -> None:
    edition = few.edition("fep_lupkynis")
    functions, of = Warm(edition, 400_000), edition.literals
    phases = [-of[f"requested(phase,{phase})"] for phase in ("initial", "continuation")]
    stops, takes = of["stops(cyclophosphamide)"], of["taking(cyclophosphamide)"]
    asked = [phases[:1], phases, [stops, takes], [stops, -takes], [-stops, -takes]]
    assert list(map(functions.satisfiable, asked)) == [True, False, True, False, True]


def test_that_a_disease_is_active_is_the_one_reason_why_it_is_diagnosed(few: KnowledgeBase) -> None:
    edition = few.edition("fep_lupkynis")
    of = edition.literals
    said = [of["active(lupus_nephritis)"], of["active(sle)"]]
    found = Warm(edition, 400_000).every_minimal(-of["diagnosis(lupus_nephritis)"], said)
    assert found == [said[:1]]


def test_whether_a_verdict_rests_on_how_one_text_is_usually_read_is_told_as_by_the_solver(
    few: KnowledgeBase,
) -> None:
    edition = few.edition("fep_lupkynis")
    dice, told_by = random.Random(5), []
    records = [random_record(dice, edition, readings=False) for _ in range(24)]  # no solver draws these
    for answers in (edition.solver, Warm(edition, 400_000)):
        told_by.append(list[bool]())
        for record in records:
            usual = [fact for fact in edition.reading_facts if record.assumed.get(fact)]
            with answered_by(edition, answers), suppress(CaseError), Question(edition, record) as question:
                settled = len(question.outcomes) == 1
                told_by[-1] += [question.bear([fact]) for fact in usual if settled]
    by_rules, by_functions = told_by
    assert by_functions == by_rules
    assert {*by_rules} == {True, False}


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
