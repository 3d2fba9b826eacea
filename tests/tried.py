"""A policy of a few lines that reads relations, numbers and a choice which its own folder declares."""

from __future__ import annotations

from pathlib import Path

from lupa import KnowledgeBase
from tests.tiny import write_policy

RULES = """
frame(steps, sle, initial, c1).
requires(steps, sle, initial, stepped, c1).
met(steps, stepped) :- tried(_, failure, _), severity(skin, severe), active(sle).
text(steps, criterion(stepped), "A step was taken.", "No step was taken.").
"""
FACTS = """
fact(tried(Drug, Outcome, Year)) :- step(Drug), ended(Outcome), year(Year).
tried(Drug, Outcome, Year) :- true(tried(Drug, Outcome, Year)).
step((methotrexate; azathioprine)). ended((failure; intolerance)). year((early; late)).
fact_text(tried, "{1}: {2}, {3}.", "Not {1}: {2}, {3}.").
question(tried, "Did {1} come to {2}, {3}?").
fact(severity(Place, Grade)) :- place(Place), grade(Grade).
severity(Place, Grade) :- true(severity(Place, Grade)).
place((skin; joint)). grade((mild; severe)).
single_valued(severity).
fact_text(severity, "{1}: {2}.", "{1}: not {2}.").
question(severity, "How bad is it?").
quantity(weeks_on(Drug), "weeks", 0, 520) :- step(Drug).
label(weeks_on, "the time on {1}").
cut_point(at_least(weeks_on(Drug), 12)) :- step(Drug).
"""
REQUEST = {"policy": "steps", "indication": "sle", "phase": "initial"}


def steps_kb(folder: Path, rules: str = RULES) -> KnowledgeBase:
    """The knowledge base with the policy, or with these rules for it."""
    write_policy(folder, rules, "steps")
    (folder / "policies" / "steps" / "facts.lp").write_text(FACTS, "utf-8")
    return KnowledgeBase.load(folder)
