"""A page writes the letters that lupa writes, to the byte."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from lupa import CaseError, KnowledgeBase
from lupa.page.data import page_data
from tests.foreign.conftest import beside_shared
from tests.page.node import FOREIGN, in_node, needs_node, random_cases, written

pytestmark = [needs_node, pytest.mark.slow]
FIELDS = {"plan_name": "A & B\tPlan", "member_name": "<b>Ärger</b> 'x'", "plan_phone": '1 "2"'}
WAYS: tuple[dict[str, Any], ...] = (
    {"to": "provider", "form": "text", "fields": {}},
    {"to": "member", "form": "html", "fields": {}},
    {"to": "member", "form": "text", "fields": FIELDS},
    {"to": "provider", "form": "html", "fields": FIELDS},
)


def by_lupa(kb: KnowledgeBase, case: Mapping[str, Any], way: Mapping[str, Any]) -> str | None:
    try:
        return kb.letter(case, **way).text
    except CaseError:
        return None


def different(
    kb: KnowledgeBase, data: Path, cases: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[Mapping[str, Any], str | None, Any]]:
    """The cases of which a page writes another letter, each case in one of the ways."""
    asked = [{"given": case, **WAYS[place % len(WAYS)]} for place, case in enumerate(cases)]
    for job, found in zip(asked, in_node(data, asked, "letters.mjs"), strict=True):
        given = job.pop("given")
        wanted = by_lupa(kb, given, job)
        if (wanted and [wanted]) != found:
            yield given, wanted, found


def test_letters_on_shipped_cases_are_the_same_in_a_page(kb: KnowledgeBase, data: Path) -> None:
    cases = [kb.case(name) for name in sorted(kb.examples())[::15]]
    assert list(different(kb, data, cases)) == []


def test_what_was_asked_for_is_told_in_a_page_however_it_is_written(kb: KnowledgeBase, data: Path) -> None:
    asked: list[dict[str, Any]] = [
        {"code": "J0490", "indication": "M32.14", "months": "12 months"},
        {"drug": "Benlysta IV", "months": {"at_most": 12.5}},
        {"policy": "fep_lupkynis", "capsules": {"more_than": 3, "less_than": 600}, "days_supply": "90"},
    ]
    cases = [{"request": request, "facts": {"age": 3}} for request in asked]
    assert list(different(kb, data, cases)) == []


def test_letters_on_random_records_are_the_same_in_a_page(kb: KnowledgeBase, data: Path) -> None:
    assert list(different(kb, data, random_cases(kb, 5, 20))) == []


@pytest.mark.mass
def test_letters_on_every_shipped_case_are_the_same_in_a_page(kb: KnowledgeBase, data: Path) -> None:
    cases = [kb.case(name) for name in sorted(kb.examples())]
    for turn in range(len(WAYS)):
        assert list(different(kb, data, [*cases[turn:], *cases[:turn]])) == []


@pytest.mark.mass
@pytest.mark.parametrize("folder", FOREIGN)
def test_letters_of_foreign_policies_are_the_same_in_a_page(folder: str, tmp_path: Path) -> None:
    kb = KnowledgeBase.load(beside_shared(folder, tmp_path / "kb"))
    assert list(different(kb, written(kb, tmp_path), random_cases(kb, 6, 200))) == []


@pytest.fixture
def own(kb: KnowledgeBase, tmp_path: Path) -> Path:
    """Where a policy keeps templates of its own."""
    shutil.copytree(kb.files.root, tmp_path / "kb")
    folder = tmp_path / "kb" / "policies" / "fep_lupkynis" / "letters"
    folder.mkdir()
    return folder


TEMPLATE = """
{% from "words.jinja" import title as heading with context %}
{{ heading() }} {{ ["a", none, true] | join("-") ~ 1 }}
{% if outcome == "deny" or not reasons %}
  {% for reason in reasons %}
  {{ loop.index }}/{{ loop.length }}: {{ reason["text"] if reason.text else "" }}
  {% endfor %}
{% elif outcome != "pend" %}
  other {{ outcome not in ("refer", "pend") }}
{% else %}
  {{ missing | length }} <questions> & more
{% endif %}
{{ has("plan_name") and field("plan_name") }} {{ field("member_name") }} {{ not has("plan_phone") }}
"""


def test_a_policy_s_own_templates_are_filled_in_as_lupa_does(own: Path, tmp_path: Path) -> None:
    for name in ("letter.txt", "letter.html"):
        (own / name).write_text(TEMPLATE, encoding="utf-8")
    kb = KnowledgeBase.load(tmp_path / "kb")
    cases = [kb.case(name) for name in sorted(kb.examples()) if "lupkynis" in name][:40:5] * 2
    assert list(different(kb, written(kb, tmp_path), cases)) == []


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("\n{{ outcome | upper }}", "letters/letter.txt:2: a page has no upper; `lupa letter` does"),
        ("\n{{ 1 + 2 }}", "letters/letter.txt:2: a page has no add; `lupa letter` does"),
        ("{% set x = 1 %}", "letters/letter.txt:1: a page has no assign; `lupa letter` does"),
        ("{% if %}", "a template cannot be used: Expected an expression, got 'end of statement block'"),
    ],
)
def test_a_template_that_a_page_cannot_fill_in_is_told(
    own: Path, tmp_path: Path, template: str, why: str
) -> None:
    (own / "letter.txt").write_text(template, encoding="utf-8")
    kb = KnowledgeBase.load(tmp_path / "kb")
    policies = json.loads(json.dumps(page_data(kb, ["fep_lupkynis"])))["policies"]
    assert [policy["letters"] for policy in policies] == [why]
