"""A made-up policy whose criteria have parts: parts of parts, shared, counted, or under a condition."""

from __future__ import annotations

from pathlib import Path

from lupa import KnowledgeBase
from tests.tiny import write_policy

POLICY = "steps"
RULES = """
frame(steps, sle, (initial; continuation), c1).
requires(steps, sle, (initial; continuation), treated, c2).
requires(steps, sle, initial, active_sle, c3).
met(steps, active_sle) :- active(sle).
text(steps, criterion(active_sle), "Lupus is active.", "Lupus is not active.").

% Two earlier drugs, or one with a reason; and who is a child sees a specialist.
all_of(steps, treated).
part(steps, treated, earlier, c20).
part(steps, treated, seen, c21) :- not at_least(age, 18).
any_of(steps, earlier).
part(steps, earlier, two_drugs, c22).
part(steps, earlier, one_drug, c23).
at_least_of(steps, two_drugs, 2).
part(steps, two_drugs, took(methotrexate), c22).
part(steps, two_drugs, took(azathioprine), c22).
part(steps, two_drugs, took(leflunomide), c22).
all_of(steps, one_drug).
part(steps, one_drug, took(methotrexate), c23).
part(steps, one_drug, seen, c23).
met(steps, took(Drug)) :- taking(Drug), step(Drug).
met(steps, seen) :- attests(specialist).
step((methotrexate; azathioprine; leflunomide)).
cut_point(at_least(age, 18)).
label(two_drugs, "two drugs").
text(steps, criterion(treated), "Treated as asked.", "Not treated as asked.").
text(steps, criterion(earlier), "Treated before.", "Not treated before.").
text(steps, criterion(two_drugs), "Two drugs were taken.", "Fewer than two drugs were taken.").
text(steps, criterion(one_drug), "Methotrexate as asked.", "No methotrexate as asked.").
text(steps, criterion(took(Drug)), "{1} was taken.", "{1} was not taken.") :- step(Drug).
text(steps, criterion(seen), "A specialist was asked.", "No specialist was asked.").
"""
CLAUSES = "".join(
    f'clause(steps, c{number}, criterion, "Item {number}", "Item {number} of the document.").\n'
    for number in (1, 2, 3, 20, 21, 22, 23)
)
FACTS = """
fact(attests(specialist)).
attests(specialist) :- true(attests(specialist)).
label(specialist, "a specialist").
fact_text(attests, "The prescriber asked {1}.", "The prescriber did not ask {1}.").
question(attests, "Did the prescriber ask {1}?").
effort(attests, (yes; no), change, 2).
of_request(attests(specialist)).
"""
REQUEST = {"policy": POLICY, "indication": "sle", "phase": "initial"}


def steps_kb(folder: Path, rules: str = RULES) -> KnowledgeBase:
    """The knowledge base with the policy, or with these rules for it."""
    write_policy(folder, rules, POLICY)
    own = folder / "policies" / POLICY
    (own / "clauses.lp").write_text(CLAUSES, "utf-8")
    (own / "facts.lp").write_text(FACTS, "utf-8")
    (folder / "more_facts.lp").unlink()
    return KnowledgeBase.load(folder)
