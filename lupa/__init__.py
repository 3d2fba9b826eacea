"""lupa: coverage policies for drugs as answer-set programs, with exact verdicts and their reasons."""

from importlib import import_module
from os import listdir
from os.path import dirname
from typing import TYPE_CHECKING
from warnings import warn

if TYPE_CHECKING:
    from lupa.answers.decision import (
        Aside,
        Assumption,
        Cause,
        Criterion,
        Decision,
        Fingerprint,
        Item,
        Missing,
        Need,
        OtherReading,
        Remark,
        Suggestion,
        Why,
        Witness,
    )
    from lupa.answers.exploration import (
        Answer,
        Ask,
        Asked,
        Branch,
        Change,
        CriterionChange,
        Flip,
        Flips,
        Margin,
        Plan,
        StatedChange,
        Statement,
        Step,
        UnderReadings,
        WhatIf,
    )
    from lupa.answers.many import Undecided
    from lupa.authors.diff.results import (
        Comparison,
        Condition,
        Decider,
        Diff,
        Pathway,
        Region,
        RuleChange,
        Shift,
        ShownChange,
    )
    from lupa.authors.reports.finding import (
        Because,
        Check,
        Clause,
        Example,
        Finding,
        Patient,
        Place,
        Report,
    )
    from lupa.authors.trials.coverage import Count, Coverage, Covered, FileCoverage, Goal
    from lupa.authors.trials.fates import Fates, Judged, Mutation
    from lupa.authors.trials.run import Trials
    from lupa.authors.trials.suite import Mismatch, Refused, Tried
    from lupa.compiled.compiled import Compiled
    from lupa.compiled.verdicts import Verdict
    from lupa.errors import CaseError, LupaError, Problem, RuleError, SpaceLimitError, TimeLimitError
    from lupa.knowledge import KnowledgeBase
    from lupa.pages.letter import Letter
    from lupa.rules.about import About
    from lupa.version import __version__

__all__ = [
    "About",
    "Answer",
    "Aside",
    "Ask",
    "Asked",
    "Assumption",
    "Because",
    "Branch",
    "CaseError",
    "Cause",
    "Change",
    "Check",
    "Clause",
    "Comparison",
    "Compiled",
    "Condition",
    "Count",
    "Coverage",
    "Covered",
    "Criterion",
    "CriterionChange",
    "Decider",
    "Decision",
    "Diff",
    "Example",
    "Fates",
    "FileCoverage",
    "Finding",
    "Fingerprint",
    "Flip",
    "Flips",
    "Goal",
    "Item",
    "Judged",
    "KnowledgeBase",
    "Letter",
    "LupaError",
    "Margin",
    "Mismatch",
    "Missing",
    "Mutation",
    "Need",
    "OtherReading",
    "Pathway",
    "Patient",
    "Place",
    "Plan",
    "Problem",
    "Refused",
    "Region",
    "Remark",
    "Report",
    "RuleChange",
    "RuleError",
    "Shift",
    "ShownChange",
    "SpaceLimitError",
    "StatedChange",
    "Statement",
    "Step",
    "Suggestion",
    "TimeLimitError",
    "Trials",
    "Tried",
    "Undecided",
    "UnderReadings",
    "Verdict",
    "WhatIf",
    "Why",
    "Witness",
    "__version__",
]

_HOMES = {
    "rules.about": "About",
    "authors.trials.fates": "Fates Judged Mutation",
    "authors.trials.coverage": "Count Coverage Covered FileCoverage Goal",
    "authors.diff.results": "Comparison Condition Decider Diff Pathway Region RuleChange Shift ShownChange",
    "authors.reports.finding": "Because Check Clause Example Finding Patient Place Report",
    "authors.trials.suite": "Mismatch Refused Tried",
    "authors.trials.run": "Trials",
    "answers.decision": (
        "Aside Assumption Cause Criterion Decision Fingerprint Item Missing Need OtherReading Remark "
        "Suggestion Why Witness"
    ),
    "answers.exploration": (
        "Answer Ask Asked Branch Change CriterionChange Flip Flips Margin Plan StatedChange Statement "
        "Step UnderReadings WhatIf"
    ),
    "answers.many": "Undecided",
    "compiled.compiled": "Compiled",
    "compiled.verdicts": "Verdict",
    "errors": "CaseError LupaError Problem RuleError SpaceLimitError TimeLimitError",
    "knowledge": "KnowledgeBase",
    "pages.letter": "Letter",
    "version": "__version__",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}


def _strangers() -> list[str]:
    """The files of another distribution that lie among ours: a bridge to Lua has the same name."""
    try:
        here = listdir(dirname(__file__))
    except OSError:  # imported from an archive, which holds nothing but what was packed
        return []
    return sorted(n for n in here if n.startswith(("lua", "_lupa")) and n.endswith((".so", ".pyd")))


if strangers := _strangers():
    warn(
        f"the Lua bridge `lupa` is installed in the same folder, {dirname(__file__)} ({strangers[0]}): the "
        "two overwrite each other. Keep them in environments of their own: "
        "`pip uninstall lupa lupa-kb`, then install lupa-kb again.",
        RuntimeWarning,
        stacklevel=2,
    )
del strangers


def __dir__() -> list[str]:
    """What is public."""
    return sorted(__all__)


if not TYPE_CHECKING:  # pragma: no branch - so that whoever checks types sees a misspelt name

    def __getattr__(name: str) -> object:
        """Loads what is asked for when it is: the command need not wait for what it does not use."""
        if name not in _HOME_OF:
            raise AttributeError(f"module 'lupa' has no attribute {name!r}")
        return getattr(import_module(f"lupa.{_HOME_OF[name]}"), name)
