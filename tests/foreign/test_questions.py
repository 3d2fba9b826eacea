"""How much a person is asked who begins from nothing: few questions, and none of them twice."""

from __future__ import annotations

import pytest

from lupa import KnowledgeBase
from lupa.answers.exploration import Plan


def ways(plan: Plan, number: int = 1, before: frozenset[str] = frozenset()) -> int:
    """The most questions on a way through a plan, on which none is asked twice."""
    step = plan.steps[number - 1]
    assert step.id not in before, "asked twice"
    assert len(step.branches) > 1, "asked though one answer alone is possible"
    asked = before | {step.id}
    return 1 + max(ways(plan, b.step, asked) if b.step else 0 for b in step.branches)


@pytest.mark.parametrize(
    ("fixture", "policy", "questions"),
    [
        ("kb", "fep_lupkynis", 8),
        ("kb", "uhc_benlysta", 9),
        ("foreign_kb", "example_ra_antibody", 10),
        ("monitors_kb", "example_glucose_monitor", 9),
        ("lipid_kb", "example_lipid_antibody", 7),
        ("atopic_kb", "example_atopic_antibody", 12),
        ("twelve_kb", "example_two_of_twelve", 4),
    ],
)
def test_from_nothing_a_verdict_is_certain_after_few_questions(
    fixture: str, policy: str, questions: int, request: pytest.FixtureRequest
) -> None:
    kb: KnowledgeBase = request.getfixturevalue(fixture)
    plan = kb.plan({"request": {"policy": policy}})
    assert (plan.questions, ways(plan)) == (questions, questions)
