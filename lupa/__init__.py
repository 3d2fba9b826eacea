"""lupa: coverage policies for drugs as answer-set programs, with exact verdicts and their reasons."""

from lupa.decision import (
    Assumption,
    Cause,
    Criterion,
    Decision,
    Fingerprint,
    Item,
    Missing,
    Why,
)
from lupa.errors import CaseError, LupaError, Problem, RuleError, TimeLimitError
from lupa.knowledge import About, KnowledgeBase
from lupa.version import __version__

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
    "Why",
    "__version__",
]
