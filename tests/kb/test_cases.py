"""The cases that ship with each policy, and what a case cannot expect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lupa import CaseError, KnowledgeBase
from lupa.authors.trials.expectations import FOUND, check_expectation, expected, found
from lupa.record.reading import read_cases
from lupa.rules.files import shipped

CASES = sorted(shipped("kb").glob("policies/*/cases/*.yaml"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_a_shipped_case_comes_to_what_it_expects(path: Path, kb: KnowledgeBase) -> None:
    with path.open("rb") as stream:
        ((_, case),) = read_cases(stream, str(path))
    assert not isinstance(case, CaseError)
    assert {"outcome"} <= set(case["expect"]) <= set(FOUND)
    assert expected(case) == found(case, kb.decide(case))


@pytest.mark.parametrize("policy", sorted({path.parts[-3] for path in CASES}))
def test_every_policy_ships_twenty_cases_or_more(policy: str) -> None:
    assert sum(path.parts[-3] == policy for path in CASES) >= 20


def test_a_decision_does_not_look_at_what_a_case_expects(kb: KnowledgeBase) -> None:
    case = {"request": {"policy": "fep_lupkynis", "indication": "sle"}, "expect": {"nonsense": "deny"}}
    assert kb.decide(case).outcome == "deny"


@pytest.mark.parametrize("key", FOUND)
def test_all_that_can_be_expected_has_names_that_are_known(key: str, kb: KnowledgeBase) -> None:
    value = "deny" if key == "outcome" else []
    check_expectation({"expect": {key: value}}, kb.edition("uhc_benlysta"))


REFUSED = [
    (None, "expect: missing; say what it must come to, such as outcome: deny"),
    ({}, "expect: missing; say what it must come to, such as outcome: deny"),
    ({"outcom": "deny"}, "expect.outcom: 'outcom' cannot be expected; did you mean outcome?"),
    ({"outcome": "denied"}, "expect.outcome: 'denied' is nothing that it can come to; known are approve, "),
    (
        {"outcome": "aprove"},
        "'aprove' is nothing that it can come to; did you mean approve?",
    ),
    ({"outcome": ["deny"]}, 'expect.outcome: ["deny"] is nothing that it can come to'),
    ({"unmet": "prior_infusion"}, "expect.unmet: a list is expected, such as [diagnosis_sle]"),
    ({"unmet": ["no_combi"]}, "expect.unmet[0]: 'no_combi' is nothing that it can come to; known are "),
    ({"bases": ["criteria_not_met", 3]}, "expect.bases[1]: 3 is nothing that it can come to"),
    ({"missing": ["taking(prednison)"]}, "did you mean taking(prednisone)?"),
]


@pytest.mark.parametrize(("expect", "message"), REFUSED)
def test_what_no_decision_comes_to_is_refused(expect: Any, message: str, kb: KnowledgeBase) -> None:
    with pytest.raises(CaseError) as refused:
        check_expectation({"expect": expect}, kb.edition("uhc_benlysta"))
    assert message in str(refused.value)


def test_where_nothing_is_known_that_is_said(kb: KnowledgeBase) -> None:
    with pytest.raises(CaseError) as refused:
        check_expectation({"expect": {"scope": ["not_intravenous"]}}, kb.edition("fep_lupkynis"))
    assert str(refused.value).endswith("known are none")


def test_all_that_is_wrong_with_an_expectation_is_told_at_once(kb: KnowledgeBase) -> None:
    case = {"expect": {"outcom": "deny", "unmet": ["no_combi", "adult"]}}
    with pytest.raises(CaseError) as refused:
        check_expectation(case, kb.edition("uhc_benlysta"))
    assert [p.path for p in refused.value.problems] == [
        "expect.outcom",
        "expect.unmet[0]",
        "expect.unmet[1]",
    ]
