"""How much can be authorized: what is asked for, as far as the limits allow; and what is told beside."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lupa import CaseError, KnowledgeBase
from tests.command import command
from tests.times import times

MET = "lupkynis_initial_with_every_criterion_met"


def asking(kb: KnowledgeBase, **request: Any) -> dict[str, Any]:
    case = kb.case(MET)
    kept = {
        key: value
        for key, value in case["request"].items()
        if key not in ("months", "capsules", "days_supply")
    }
    return {**case, "request": {**kept, **request}}


@pytest.mark.parametrize(
    ("request_", "outcome", "numbers", "words"),
    [
        ({}, "approve", {"months": 12, "capsules_per_90_days": 540}, "12 months; 540 capsules per 90 days"),
        ({"months": 12}, "approve", {"months": 12, "capsules_per_90_days": 540}, None),
        ({"months": 13}, "modify", {"months": 12, "capsules_per_90_days": 540}, None),
        ({"months": 6}, "approve", {"months": 6, "capsules_per_90_days": 540}, None),
        ({"months": {"less_than": 6}}, "approve", {"months": 6, "capsules_per_90_days": 540}, None),
        (
            {"capsules": 601, "days_supply": 100},
            "modify",
            {"months": 12, "capsules": 600, "days_supply": 100},
            "12 months; 600 capsules for 100 days",
        ),
        (
            {"capsules": 180, "days_supply": 30},
            "approve",
            {"months": 12, "capsules": 180, "days_supply": 30},
            None,
        ),
        (
            {"capsules": 100, "days_supply": 30},
            "approve",
            {"months": 12, "capsules": 100, "days_supply": 30},
            None,
        ),
        ({"days_supply": 31}, "approve", {"months": 12, "capsules": 186, "days_supply": 31}, None),
    ],
)
def test_no_more_is_authorized_than_is_asked_for_and_than_the_limits_allow(
    kb: KnowledgeBase, request_: dict[str, Any], outcome: str, numbers: dict[str, Any], words: str | None
) -> None:
    found = kb.decide(asking(kb, **request_))
    assert (found.outcome, found.authorized) == (outcome, numbers)
    assert words is None or found.authorized_text == words


@settings(max_examples=times(25), deadline=None)
@given(st.integers(1, 60), st.integers(1, 2000), st.integers(1, 400))
def test_what_is_authorized_is_approved_when_it_is_asked_for_and_one_more_is_not(
    kb: KnowledgeBase, months: int, capsules: int, days: int
) -> None:
    found = kb.decide(asking(kb, months=months, capsules=capsules, days_supply=days))
    can_be = dict(found.authorized)
    assert kb.decide(asking(kb, **can_be)).outcome == "approve"
    assert kb.decide(asking(kb, **can_be)).authorized == can_be
    if found.outcome == "modify":
        assert any(
            kb.decide(asking(kb, **{**can_be, name: can_be[name] + 1})).outcome == "modify"
            for name in ("months", "capsules")
        )
    assert can_be["capsules"] * 90 <= 540 * days


@pytest.mark.parametrize(
    "name",
    [
        "lupkynis_alongside_bars_benlysta",
        "benlysta_cns_lupus_not_stated",
        "subcutaneous_benlysta_for_two_years",
    ],
)
def test_what_is_not_approved_authorizes_nothing(kb: KnowledgeBase, name: str) -> None:
    found = kb.decide(kb.case(name))
    assert (found.authorized, found.authorized_text) == ({}, "")


def test_pages_and_letters_say_how_much_can_be_authorized(kb: KnowledgeBase) -> None:
    case = asking(kb, months=18)
    said = "12 months; 540 capsules per 90 days."
    assert f"Can be authorized: {said}" in str(kb.decide(case))
    page = command("decide", "-", "--format", "markdown", stdin=json.dumps(case, default=str).encode()).out
    assert f"Can be authorized: {said}" in page
    for form in ("text", "markdown", "html"):
        assert f"What can be authorized: {said}" in kb.letter(case, form=form).text


# ---- what a request says of itself -------------------------------------------------------------


def test_when_a_request_came_in_and_whether_it_is_urgent_is_told(kb: KnowledgeBase) -> None:
    handled = {"submitted": "March 1, 2025", "received_on": "2025-03-03", "expedited": "yes"}
    case = asking(kb, **handled)
    found = kb.decide(case)
    assert found.handling == {"submitted": "2025-03-01", "received_on": "2025-03-03", "expedited": True}
    said = ("Submitted on 2025-03-01.", "Received on 2025-03-03.", "An expedited review is asked for.")
    page, letter = str(found), " ".join(kb.letter(case).text.split())
    assert all(words in page and words in letter for words in said)
    plain = kb.decide(asking(kb))
    assert plain.handling == {}
    assert (plain.outcome, plain.criteria) == (found.outcome, found.criteria)


def test_a_request_that_is_not_urgent_says_so_and_an_open_one_says_nothing(kb: KnowledgeBase) -> None:
    assert "An expedited review is not asked for." in str(kb.decide(asking(kb, expedited=False)))
    assert kb.decide(asking(kb, expedited=None, submitted=None)).handling == {}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("expedited", "soon"), ("submitted", "3/1/2025"), ("received_on", 3), ("expedted", True)),
        *(("submitted", ""), ("submitted", False), ("received_on", []), ("expedited", "")),
    ],
)
def test_what_a_request_says_of_itself_is_refused_where_it_is_no_day_or_no_yes_or_no(
    kb: KnowledgeBase, key: str, value: Any
) -> None:
    with pytest.raises(CaseError, match=f"request.{key}: "):
        kb.decide(asking(kb, **{key: value}))


def test_what_a_request_says_of_itself_can_be_said_otherwise(kb: KnowledgeBase) -> None:
    found = kb.whatif(asking(kb), {"request.expedited": True})
    assert found.after.handling == {"expedited": True}
    witnesses = kb.decide({"request": {"policy": "fep_lupkynis", "expedited": True}, "facts": {}}).witnesses
    assert all(witness.case["request"]["expedited"] is True for witness in witnesses)
