from __future__ import annotations

import pytest

from lupa import KnowledgeBase
from tests.drawn import differences


@pytest.mark.parametrize(
    "fixture",
    [
        "foreign_kb",
        "monitors_kb",
        "lipid_kb",
        "atopic_kb",
        pytest.param("twelve_kb", marks=pytest.mark.slow),
    ],
)
def test_policies_on_other_things_say_the_same_when_compiled(
    fixture: str, request: pytest.FixtureRequest
) -> None:
    kb: KnowledgeBase = request.getfixturevalue(fixture)
    policies = [f"{policy}@{kb.edition(policy).name}" for policy in kb.policies]
    assert [record for policy in policies for record in differences(kb, policy, 10)] == []
