"""lupa: coverage policies for drugs as answer-set programs, with exact verdicts and their reasons."""

__version__ = "0.1.0"

from lupa.decision import (
    Assumption,
    Cause,
    Criterion,
    Decision,
    Fingerprint,
    Item,
    Missing,
)
from lupa.errors import CaseError, LupaError, Problem, RuleError, TimeLimitError
from lupa.knowledge import About, KnowledgeBase

__all__ = [
    "About",
    "Assumption",
    "CaseError",
    "Cause",
    "Criterion",
    "Decision",
    "Fingerprint",
    "Item",
    "KnowledgeBase",
    "LupaError",
    "Missing",
    "Problem",
    "RuleError",
    "TimeLimitError",
]
