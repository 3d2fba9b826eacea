"""The cases that ship with each policy come to what they say they must."""

from pathlib import Path

import pytest

from lupa import CaseError, KnowledgeBase
from lupa.authors.expectations import FOUND, expected, found
from lupa.reading import read_cases
from lupa.rules import shipped

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
