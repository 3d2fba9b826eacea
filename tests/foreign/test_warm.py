"""Policies on other things are answered by functions as by the solver, once they were asked often."""

from __future__ import annotations

import pytest

from lupa import KnowledgeBase
from tests.warmed import differing, drawn, editions

BASES = ("foreign_kb", "monitors_kb", "lipid_kb", "atopic_kb", "twelve_kb")


@pytest.mark.slow
@pytest.mark.parametrize("name", BASES)
def test_of_random_records_the_same_is_told_to_the_byte(name: str, request: pytest.FixtureRequest) -> None:
    kb: KnowledgeBase = request.getfixturevalue(name)
    assert [
        edition.name for edition in editions(kb) if differing(edition, drawn(edition, 3), every=True)
    ] == []
