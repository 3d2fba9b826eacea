"""A policy of a few lines under the shipped vocabulary, with cases that hold each of its rules in place."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from lupa import KnowledgeBase
from tests.slim import slim

ABOUT = """
policy({policy}).
payer({policy}, "Nobody").
document({policy}, "Tiny").
covers({policy}, belimumab).
edition({policy}, "1", "2024-01-01").
"""
CLAUSES = 'clause({policy}, c1, criterion, "Item 1", "Lupus is active, and a year is enough.").\n'
FACTS = """% Facts that the tiny policies may ask for beside those that all policies share.
fact(live_vaccine).
live_vaccine :- true(live_vaccine).
fact_text(live_vaccine, "A live vaccine is given.", "No live vaccine is given.").
question(live_vaccine, "Is a live vaccine given?").
fact(received(belimumab_intravenous)).
received(Treatment) :- true(received(Treatment)).
fact_text(received, "Received.", "Not received.").
question(received, "Was it received?").
"""
RULES = """
frame(tiny, sle, initial, c1).
requires(tiny, sle, initial, active_sle, c1).
met(tiny, active_sle) :- active(sle), policy(tiny).
text(tiny, criterion(active_sle), "Lupus is active.", "Lupus is not active.").
limit(tiny, term_limit, months, 12).
limited(tiny, sle, initial, term_limit, c1).
text(tiny, limit(term_limit), "More than a year.", "A year or less.").
"""


def a_case(outcome: str, months: int = 12, active: bool = True, phase: str = "initial") -> dict[str, Any]:
    """A case of the tiny policy."""
    request = {"policy": "tiny", "indication": "sle", "phase": phase, "route": "oral", "months": months}
    return {"request": request, "facts": {"active": {"sle": active}}, "expect": {"outcome": outcome}}


CASES = {
    "active": a_case("approve"),
    "quiet": a_case("deny", active=False),
    "thirteen_months": a_case("modify", months=13),
    "continuation": a_case("refer", phase="continuation"),
}


def write_case(folder: Path, name: str, case: Any, policy: str = "tiny") -> Path:
    """Writes a case into the folder of a policy; a text is written as it is."""
    path = folder / "policies" / policy / "cases" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(case if isinstance(case, str) else yaml.safe_dump(case), encoding="utf-8")
    return path


def write_policy(folder: Path, rules: str, policy: str = "tiny") -> None:
    """Writes a policy with these rules beside the shipped vocabulary."""
    own = folder / "policies" / policy
    own.mkdir(parents=True)
    slim(folder, "policies")
    (folder / "more_facts.lp").write_text(FACTS, encoding="utf-8")
    texts = {"about": ABOUT.format(policy=policy), "clauses": CLAUSES.format(policy=policy)}
    for name, text in (texts | {"policy": rules}).items():
        (own / f"{name}.lp").write_text(text, encoding="utf-8")


def tiny_kb(folder: Path, cases: Iterable[str] = CASES, rules: str = RULES) -> KnowledgeBase:
    """The knowledge base with the tiny policy, or with these rules for it, and some of its cases."""
    write_policy(folder, rules)
    for name in cases:
        write_case(folder, f"{name}.yaml", CASES[name])
    return KnowledgeBase.load(folder)
