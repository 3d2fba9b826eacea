"""The cases that ship with each policy come to what they say they must."""

from pathlib import Path

import pytest

from lupa import CaseError, KnowledgeBase
from lupa.reading import read_cases
from lupa.rules import shipped

CASES = sorted(shipped("kb").glob("policies/*/cases/*.yaml"))
EXPECTABLE = {
    "outcome",
    "possible",
    "bases",
    "unmet",
    "open",
    "limits",
    "advisories",
    "notes",
    "missing",
}


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_a_shipped_case_comes_to_what_it_expects(path: Path, kb: KnowledgeBase) -> None:
    with path.open("rb") as stream:
        ((_, case),) = read_cases(stream, str(path))
    assert not isinstance(case, CaseError)
    decision = kb.decide(case)
    found = {
        "outcome": decision.outcome,
        "possible": sorted(decision.possible),
        "bases": sorted(item.id for item in decision.bases),
        "unmet": sorted(c.id for c in decision.criteria if c.status == "unmet"),
        "open": sorted(c.id for c in decision.criteria if c.status == "open"),
        "limits": sorted(item.id for item in decision.limits),
        "advisories": sorted(item.id for item in decision.advisories),
        "notes": sorted(item.id for item in decision.notes),
        "missing": sorted(item.fact for item in decision.missing),
    }
    expected = {
        key: sorted(value) if isinstance(value, list) else value for key, value in case["expect"].items()
    }
    assert {"outcome"} <= set(expected) <= EXPECTABLE
    assert expected == {key: found[key] for key in expected}


@pytest.mark.parametrize("policy", sorted({path.parts[-3] for path in CASES}))
def test_every_policy_ships_twenty_cases_or_more(policy: str) -> None:
    assert sum(path.parts[-3] == policy for path in CASES) >= 20
