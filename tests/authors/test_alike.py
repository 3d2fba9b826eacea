"""A law is asked once for subjects that are alike; what it comes to is what it comes to for each."""

from __future__ import annotations

from pathlib import Path

import clingo
import pytest

from lupa import KnowledgeBase
from lupa.authors.laws.alike import Alike
from tests.slim import slim

UNSPOKEN = ("gout", "psoriasis", "migraine")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped policies, with indications of which they do not speak."""
    root = slim(tmp_path / "kb")
    rows = "".join(f'condition({c}). indication({c}). label({c}, "{c}").\n' for c in UNSPOKEN)
    with (root / "conditions.lp").open("a", encoding="utf-8") as file:
        file.write(f"\n{rows}")
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
