"""What a policy and a query each call by one name, told apart: neither means that of the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import clingo
from clingo import ast
from clingo.ast import AST, ASTType

from lupa.rules.trees import Signature, derived, parsed

_BEHIND = "_of_the_policy"
"""What stands behind a policy's own name while a query has the same."""


def told_apart(
    texts: Mapping[str, str], own: Collection[str], queries: Sequence[Path]
) -> Callable[[clingo.Control], None] | None:
    """Loads these texts so that what those which are a policy's `own` derive is not what the queries do.

    None where they have no such name: then the texts can be loaded as they are. What the files that all
    policies share derive as well is one thing, and stays so.
    """
    names = _derived_by(tuple(queries))
    found = re.compile(rf"\b(?:{'|'.join(sorted({name for name, _ in names}))})\b")
    if not any(found.search(texts[file]) for file in own if file in texts):
        return None
    try:
        trees = {file: _parsed(text) for file, text in texts.items() if file in own or found.search(text)}
    except RuntimeError:  # whoever loads the texts as they are is told where they cannot be read
        return None
    shared = {s for file, each in trees.items() if file not in own for rule in each for s in derived(rule)}
    given = {s for file, each in trees.items() if file in own for rule in each for s in derived(rule)}
    both = (names & given) - shared
    if not both:
        return None
    renamed = _Renamed(both)

    def load(control: clingo.Control) -> None:
        control.add("base", [], "\n".join(text for file, text in texts.items() if file not in own))
        with ast.ProgramBuilder(control) as builder:
            for file, each in trees.items():
                for statement in each if file in own else ():
                    builder.add(renamed.visit(statement))

    return load


@cache
def _derived_by(queries: tuple[Path, ...]) -> frozenset[Signature]:
    return frozenset(signature for path in queries for rule in parsed(path) for signature in derived(rule))


def _parsed(text: str) -> list[AST]:
    found: list[AST] = []
    ast.parse_string(text, found.append, logger=lambda *_: None)
    return found


class _Renamed(ast.Transformer):
    """Gives atoms of some predicates another name; what is called so within an atom stays."""

    def __init__(self, names: Collection[Signature]) -> None:
        self._names = names

    def visit_SymbolicAtom(self, atom: AST, *_: Any, **__: Any) -> AST:  # noqa: N802 - clingo's name
        return atom.update(symbol=self._named(atom.symbol))

    def _named(self, symbol: AST) -> AST:
        if symbol.ast_type == ASTType.Pool:
            return symbol.update(arguments=[self._named(each) for each in symbol.arguments])
        if symbol.ast_type != ASTType.Function or (symbol.name, len(symbol.arguments)) not in self._names:
            return symbol
        return symbol.update(name=symbol.name + _BEHIND)

    def visit_Defined(self, defined: AST, *_: Any, **__: Any) -> AST:  # noqa: N802 - clingo's name
        if (defined.name, defined.arity) not in self._names:
            return defined
        return defined.update(name=defined.name + _BEHIND)
