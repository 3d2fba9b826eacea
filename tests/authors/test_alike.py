"""A law is asked once for subjects that are alike; what it comes to is what it comes to for each."""

from __future__ import annotations

import gc
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any
from weakref import WeakSet

import clingo
import pytest

from lupa import KnowledgeBase
from lupa.authors.laws import verify
from lupa.authors.laws.alike import Alike
from lupa.authors.laws.words import NotGroundError
from lupa.rules.edition import Edition
from lupa.rules.few import STANDING
from tests.command import command
from tests.random_policies import POLICY, random_made
from tests.slim import slim
from tests.tiny import tiny_kb

UNSPOKEN = ("gout", "psoriasis", "migraine")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped policies, with indications of which they do not speak."""
    return with_indications(tmp_path, UNSPOKEN)


def with_indications(folder: Path, names: Iterable[str], further: str = "") -> Path:
    """The shipped policies in a folder, with indications of these names, and further rows."""
    root = slim(folder / "kb")
    rows = "".join(f'condition({c}). indication({c}). label({c}, "{c}").\n' for c in names)
    with (root / "conditions.lp").open("a", encoding="utf-8") as file:
        file.write(f"\n{rows}{further}")
    return root


@pytest.mark.slow
def test_findings_are_those_of_each_subject_by_itself(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = KnowledgeBase.load(folder).verify(["uhc_benlysta@2023-11-01"], all_readings=True)
    monkeypatch.setattr(Alike, "pattern", lambda _, subject: (subject, None))
    each = KnowledgeBase.load(folder).verify(["uhc_benlysta@2023-11-01"], all_readings=True)
    assert at_once == each
    (gap,) = (f for f in at_once.findings if f.check == "no_gap" and f.accepted is None)
    phases = ("initial", "continuation")
    assert {f"request({name},{phase})" for name in UNSPOKEN for phase in phases} <= set(gap.subjects)


def test_subjects_are_alike_that_differ_in_a_name_nobody_speaks_of(folder: Path) -> None:
    kb = KnowledgeBase.load(folder)
    alike = Alike([kb.edition("uhc_benlysta")])
    one, other, spoken, two = map(
        clingo.parse_term,
        ("gap(gout,initial)", "gap(migraine,initial)", "gap(sle,initial)", "gap(gout,migraine)"),
    )
    assert alike.pattern(one) == alike.pattern(other)
    assert alike.pattern(one) != alike.pattern(clingo.parse_term("gap(gout,continuation)"))
    assert alike.pattern(spoken)[0] == spoken
    assert alike.pattern(two) == (two, None)


def test_numbers_and_texts_in_subjects_stay_as_they_are(folder: Path) -> None:
    alike = Alike([KnowledgeBase.load(folder).edition("uhc_benlysta")])
    one, other, more = map(clingo.parse_term, ('far(gout,5,"a")', 'far(migraine,5,"a")', 'far(gout,6,"a")'))
    assert alike.pattern(one) == alike.pattern(other)
    assert alike.pattern(one) != alike.pattern(more)


# ---- few names for many ----------------------------------------------------------------------------

MANY = tuple(f"disease_{number}" for number in range(STANDING + 6))
BARRED = "excluded(fep_lupkynis, investigational)      :- requested(indication, Indication), not covered_indication(fep_lupkynis, Indication).\n"  # noqa: E501 - as it stands
ACCEPTED = """- {{check: no_gap, subject: "request(disease_1*,*)", reason: So it is.}}
- {{check: no_gap, subject: "request({last},initial)", reason: So it is too.}}
"""
COUNTED = (
    "excluded(fep_lupkynis, investigational) :- "
    f"{STANDING + 2} <= #count {{ I : speaks_of(fep_lupkynis, I) }}.\n"
)
WAYS: dict[str, Callable[[str], str]] = {
    "as it ships": lambda text: text,
    "without a list": lambda text: text.replace(
        "speaks_of(fep_lupkynis, Indication)          :- indication(Indication).\n", ""
    ).replace(BARRED, ""),
    "without a word of what it only lists": lambda text: text.replace(BARRED, ""),
    "with a count": lambda text: text + COUNTED,
    "with an order": lambda text: (
        text.replace(BARRED, "")
        + "excluded(fep_lupkynis, investigational) :- requested(indication, I), lupus_nephritis < I.\n"
    ),
    "with one that is named": lambda text: text.replace(
        BARRED, BARRED.replace("not covered", "I = disease_3, not covered").replace("Indication", "I")
    ),
}


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """The shipped policies, with many indications of which they do not speak."""
    return with_indications(tmp_path, MANY, "indication(of_no_disease).\n")


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_few_names_that_stand_for_many_find_what_all_of_them_find(
    large: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = large / "policies" / "fep_lupkynis"
    policy = folder / "policy.lp"
    policy.write_text(WAYS[way](policy.read_text("utf-8")), "utf-8")
    (folder / "accepted.yaml").write_text(ACCEPTED.format(last=MANY[-1]), "utf-8")
    few = KnowledgeBase.load(large).verify(["fep_lupkynis"])
    monkeypatch.setattr(verify, "_FEW", None)
    assert few == KnowledgeBase.load(large).verify(["fep_lupkynis"])


@pytest.mark.slow
def test_a_policy_that_only_lists_many_indications_approves_each_without_its_diagnosis(large: Path) -> None:
    policy = large / "policies" / "fep_lupkynis" / "policy.lp"
    policy.write_text(policy.read_text("utf-8").replace(BARRED, ""), "utf-8")
    report = KnowledgeBase.load(large).verify(["fep_lupkynis"])
    found = {subject for finding in report.findings for subject in finding.each}
    of_law = {f.subject for f in report.findings if f.check == "diagnosed_before_approved"}
    assert {f"request({name},initial)" for name in MANY} <= found & of_law
    assert "request(of_no_disease,initial)" not in of_law


def test_names_that_can_change_places_are_ground_as_few_as_can_be_asked_of_at_once(large: Path) -> None:
    kb = KnowledgeBase.load(large)
    edition = kb.grounded("fep_lupkynis", "2024-10-01", apart=())
    ((standing, left),) = edition.known.few.groups.items()
    assert (len(standing), {*standing, *left} >= set(MANY)) == (STANDING, True)
    facts = edition.vocabulary.kinds("requested")["indication"]
    assert (set(standing) <= facts.keys(), set(left).isdisjoint(facts)) == (True, True)
    apart = kb.grounded("fep_lupkynis", "2024-10-01", apart=left).known.few
    assert (set(left).isdisjoint(apart.shared), apart.left) == (True, frozenset())


def test_what_is_about_two_such_names_or_not_about_all_that_stand_is_asked_of_all(large: Path) -> None:
    edition = KnowledgeBase.load(large).grounded("fep_lupkynis", "2024-10-01", apart=())
    ((standing, left),) = edition.known.few.groups.items()
    alike = Alike([edition])
    every = [clingo.parse_term(f"gap({name})") for name in standing]
    told = [str(subject) for subject, _ in alike.every([*every, clingo.parse_term("gap(sle)")])]
    assert set(told) == {f"gap({name})" for name in (*standing, *left, "sle")}
    assert told == [str(subject) for subject in sorted(map(clingo.parse_term, told))]
    two = clingo.parse_term(f"gap({standing[0]},{standing[1]})")
    for subjects in ([two], every[1:]):
        with pytest.raises(NotGroundError):
            list(alike.every(subjects))


# ---- many policies ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made_tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A knowledge base with one policy of a few lines and a case."""
    return tiny_kb(tmp_path_factory.mktemp("tiny"), ["active"]).files.root


@pytest.mark.parametrize("words", [("verify", "tiny"), ("test",), ("lint", "tiny")])
def test_a_command_that_goes_through_policies_lets_go_of_what_it_is_done_with(
    made_tiny: Path, words: tuple[str, ...]
) -> None:
    gc.disable()  # as the command does at its start
    try:
        command(*words, "--kb", str(made_tiny))
        assert gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.slow
def test_of_many_policies_few_editions_are_held_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, names = random_made(random.Random("many")), [f"plan_{number}" for number in range(6)]
    rules = {name: [rule.replace(POLICY, name) for rule in made.rules[POLICY]] for name in names}
    covers, payers = dict.fromkeys(names, "aspirin"), dict.fromkeys(names, "A payer")
    kb = replace(made, rules=rules, covers=covers, payers=payers).written(tmp_path)
    grounded, held, most = kb.grounded, WeakSet[Edition](), []

    def noted(*name: Any, **how: Any) -> Edition:
        held.add(edition := grounded(*name, **how))
        return edition

    def tick(_done: int, _total: int) -> None:
        gc.collect()
        most.append(len(held))

    monkeypatch.setattr(kb, "grounded", noted)
    report = kb.verify(names, tick=tick)
    assert len(report.editions) == 6
    assert 1 < max(most) < 6
