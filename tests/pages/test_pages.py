"""The pages that people read."""

from __future__ import annotations

import dataclasses
from typing import Any

import click
import pytest

from lupa import KnowledgeBase
from lupa.errors import printable
from lupa.pages.page import escaped, markdown, text, why_text
from tests.rules.test_knowledge import DENIED, with_facts, with_request


def plain(page: str) -> list[str]:
    return click.unstyle(page).splitlines()


def test_the_outcome_comes_first_and_a_person_decides_last(kb: KnowledgeBase) -> None:
    page = plain(text(kb.decide(DENIED)))
    assert page[0] == "DENY  uhc_benlysta, edition 2023-11-01"
    assert page[-1].endswith("A person decides.")


def test_what_is_not_met_stands_before_what_is(kb: KnowledgeBase) -> None:
    page = plain(text(kb.decide(DENIED)))
    assert page.index("Not met") < page.index("Met")


def test_a_long_row_of_facts_is_one_sentence(kb: KnowledgeBase) -> None:
    page = "\n".join(plain(text(kb.decide(with_facts(taking={"only": ["Saphnelo"]})))))
    assert "because taking: no for each of mycophenolate_mofetil," in page


def test_a_denial_out_of_scope_tells_no_criteria(kb: KnowledgeBase) -> None:
    decision = kb.decide(with_request(route="SC"))
    page = plain(text(decision))
    assert page[0].startswith("OUT OF SCOPE")
    assert "Not met" not in page
    assert "pharmacy benefit" in markdown(decision)


def test_an_override_shows_what_it_supersedes(kb: KnowledgeBase) -> None:
    page = plain(text(kb.decide(with_facts(override=["state_mandate"]))))
    assert page[0].startswith("REFER")
    assert "Would be denied for, but for the override" in page


def test_many_reasons_are_counted(kb: KnowledgeBase) -> None:
    case = with_facts(taking=["voclosporin", "anifrolumab", "prednisone"])
    page = plain(why_text(kb.why(case, every=True)))
    assert any(line.startswith("4 minimal reasons") for line in page), page


def test_a_pend_has_no_reason_of_its_outcome(kb: KnowledgeBase) -> None:
    why = kb.why(with_request(phase=None, indication=None))
    assert why.reasons == ()
    assert not [line for line in plain(why_text(why)) if "minimal reason" in line]


def test_a_criterion_of_some_pathways_only_says_so(kb: KnowledgeBase) -> None:
    page = " ".join(plain(text(kb.decide(with_request(phase=None)))))
    assert "(on some of the possible pathways)" in " ".join(page.split())


def test_a_question_for_most_of_the_request_says_so(kb: KnowledgeBase) -> None:
    page = plain(text(kb.decide({"request": {"policy": "uhc_benlysta"}})))
    assert any("for most of what is open" in line for line in page)
    letter = markdown(kb.decide({"request": {"policy": "uhc_benlysta"}}))
    assert "and others" in letter


def test_a_question_that_serves_nothing_open_names_nothing(kb: KnowledgeBase) -> None:
    """Whether a rule supersedes the policy bears on no criterion, only on who decides."""
    page = plain(text(kb.decide(with_facts(override={"rare_disease": None}))))
    assert "    override(rare_disease)" in page


@pytest.mark.parametrize("width", [10, 40, 80, 500])
def test_a_page_keeps_to_its_width(kb: KnowledgeBase, width: int) -> None:
    longest = max(map(len, plain(text(kb.decide(DENIED), width))))
    assert longest <= max(60, min(width, 100))


HOSTILE = "a <b>*bold*</b> [x](y) `z`\n\x1b[31mred"


def test_the_name_of_a_case_cannot_command_a_terminal(kb: KnowledgeBase) -> None:
    named: dict[str, Any] = {**DENIED, "case": HOSTILE}
    page = text(kb.decide(named))
    assert "\\n\\x1b[31mred" in click.unstyle(page).replace("\n", "").replace("      ", "")
    assert "\x1b[31mred" not in page


def test_the_name_of_a_case_means_nothing_in_a_letter(kb: KnowledgeBase) -> None:
    letter = markdown(kb.decide({**DENIED, "case": HOSTILE}))
    assert escaped(printable(HOSTILE)) in letter
    assert "<b>" not in letter


def test_a_letter_gives_reason_clause_and_next_step(kb: KnowledgeBase) -> None:
    letter = markdown(kb.decide(DENIED))
    assert "1. **Benlysta is combined with Lupkynis (voclosporin) or Saphnelo (anifrolumab).**" in letter
    assert "lupus nephritis, initial therapy, item 3*" in letter
    assert "### What next" in letter


def test_a_decision_that_assumes_nothing_says_nothing_of_it(kb: KnowledgeBase) -> None:
    decision = dataclasses.replace(kb.decide(DENIED), assumptions=())
    assert "Assumed" not in text(decision)
