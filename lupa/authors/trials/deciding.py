"""Which statements of a rule file decide something, rather than say how a reader or a case writes it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import clingo
from clingo import ast
from clingo.ast import ASTType

from lupa.authors.syntax import statements
from lupa.rules.trees import derived

WORDS = {
    "text", "fact_text", "outcome_text", "question", "question_help", "label", "usual_label", "alias",
    "cites", "cites_for", "clause", "unencoded", "frame",
}  # fmt: skip
"""Predicates that only say what a reader sees; no outcome depends on them."""
INPUT = {"quantity", "whole", "part_of_request"}
"""Predicates that only say which numbers a case may write."""
WEIGHT = {"adverse", "favourable", "raises", "averts", "at_start"}
"""Predicates that only say what the laws of a policy are put to; no decision depends on them."""
LAWS = {"impossible"}
"""Predicates that hold of no patient."""


class Statement(NamedTuple):
    """A rule or a row: the file it stands in, and its place among the statements there."""

    path: Path
    place: int

    @property
    def rule(self) -> ast.AST:
        """Its syntax tree."""
        return statements(self.path)[self.place]


def deciding(path: Path) -> list[Statement]:
    """The rules and rows of a file that decide."""
    return [
        Statement(path, place)
        for place, statement in enumerate(statements(path))
        if statement.ast_type == ASTType.Rule and not names(statement) & (WORDS | INPUT | WEIGHT)
    ]


def names(statement: ast.AST) -> set[str]:
    """The names of the predicates that a statement gives."""
    return {name for name, _ in derived(statement)}


def is_safe(rule: ast.AST) -> bool:
    """Whether each variable of a rule is bound, so that it can be grounded at all."""
    control = clingo.Control(logger=lambda *_: None)
    try:
        with ast.ProgramBuilder(control) as builder:
            builder.add(rule)
        control.ground([("base", ())])
    except RuntimeError:
        return False
    return True
