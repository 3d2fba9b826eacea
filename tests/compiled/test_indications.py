"""A made-up policy on many diseases, each with steps of its own: what one asks another does not."""

from __future__ import annotations

import random

import pytest

from lupa import KnowledgeBase
from tests import small

DISEASES = [f"disease_{number}" for number in range(12)]
DRUGS = [f"drug_{number}" for number in range(24)]
ENDS = ("failed", "harmed")


def steps_of(place: int) -> tuple[list[str], list[str]]:
    """Two lists of drugs, of each of which one must have been tried."""
    dice = random.Random(place)
    drugs = dice.sample(DRUGS, 12)
    return drugs[:6], drugs[6:]


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    facts = small.vocabulary(choices={"disease": DISEASES, "phase": ("first", "next")}, flags=("better",))
    facts += f"""
drug(({"; ".join(DRUGS)})). end(({"; ".join(ENDS)})).
fact(tried(Drug, End)) :- drug(Drug), end(End). tried(Drug, End) :- true(tried(Drug, End)).
fact_text(tried, "{{1}}: {{2}}.", "{{1}}: not {{2}}."). question(tried, "{{1}}: {{2}}?").
asked_together(tried).
fact(long(Drug)) :- drug(Drug). long(Drug) :- true(long(Drug)).
fact_text(long, "{{1}} long.", "{{1}} not long."). question(long, "{{1}} long?"). asked_together(long).
"""
    rules = ["done(Drug) :- tried(Drug, failed), long(Drug).", "done(Drug) :- tried(Drug, harmed)."]
    for place, disease in enumerate(DISEASES):
        for step, drugs in enumerate(steps_of(place)):
            rules += [f"step({disease}, {step}, {drug})." for drug in drugs]
    rules += [
        "taken(Disease, Step) :- step(Disease, Step, Drug), done(Drug).",
        (
            "unmet :- requested(disease, Disease), requested(phase, first), "
            "step(Disease, Step, _), not taken(Disease, Step)."
        ),
        "unmet :- requested(phase, next), not better.",
        "outcome(small, deny) :- policy(small), unmet.",
        small.otherwise("deny", last="approve"),
    ]
    return small.small_kb(tmp_path_factory.mktemp("diseases") / "kb", facts, "\n".join(rules))


def test_it_is_compiled_in_few_parts(kb: KnowledgeBase) -> None:
    assert len(kb.compile(small.POLICY).nodes) < 5000


@pytest.mark.parametrize("seed", range(20))
def test_compiled_it_says_of_a_patient_what_its_text_says(kb: KnowledgeBase, seed: int) -> None:
    dice = random.Random(seed)
    disease, phase = dice.choice(DISEASES), dice.choice(("first", "next"))
    tried = {drug: [end for end in ENDS if dice.random() < 0.25] for drug in DRUGS}
    long = [drug for drug in DRUGS if dice.random() < 0.5]
    better = dice.random() < 0.5
    done = {drug for drug, ends in tried.items() if "harmed" in ends or ("failed" in ends and drug in long)}
    met = all(done.intersection(drugs) for drugs in steps_of(DISEASES.index(disease)))
    case = {
        "request": {"policy": small.POLICY, "disease": disease, "phase": phase},
        "facts": {"tried": {"only": tried}, "long": {"only": long}, "better": better},
    }
    (question,) = kb.questions(case)
    expected = "approve" if (met if phase == "first" else better) else "deny"
    assert kb.compile(small.POLICY).verdict(question.record).outcome == expected
    assert kb.decide(case).outcome == expected


def test_from_nothing_it_is_asked_about_in_few_questions(kb: KnowledgeBase) -> None:
    ask = kb.ask({"request": {"policy": small.POLICY}})
    assert [question.id for question in ask.questions] == [
        "requested(disease)",
        "requested(phase)",
        "better",
        "tried",
        "long",
    ]
