"""Rule files as syntax trees: to read what they say, and to change it."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from clingo import ast
from clingo.ast import ASTType

from lupa.rules.onfile import text_of
from lupa.rules.trees import Signature, derived, head_conditions, keys_of, signatures

Route = tuple[tuple[str, int | None], ...]
"""The way from a tree to one of its nodes: keys, each with a place where it holds several nodes."""


def statements(path: Path) -> tuple[ast.AST, ...]:
    """The statements of a rule file in their order, without the comments between them.

    Their locations are lines and columns; which file they are in, whoever asks knows.
    """
    return tuple(statement for statement, _ in with_heads(path))


def with_heads(path: Path) -> tuple[tuple[ast.AST, frozenset[Signature]], ...]:
    """The statements of a rule file, each with the predicates that it gives."""
    return text_with_heads(text_of(path))


@lru_cache(64)
def text_with_heads(text: str) -> tuple[tuple[ast.AST, frozenset[Signature]], ...]:
    """The statements of a text, each with the predicates that it gives.

    Read once for each text that a file has held; the bound keeps memory flat.
    """
    found: list[ast.AST] = []
    ast.parse_string(text, found.append)
    return tuple((s, frozenset(derived(s))) for s in found if s.ast_type != ASTType.Comment)


def line(statement: ast.AST) -> int:
    """The line on which a statement begins."""
    return int(statement.location.begin.line)


def has_body(statement: ast.AST) -> bool:
    """Whether this is a rule with something to the right of its arrow."""
    return statement.ast_type == ASTType.Rule and bool(statement.body)


def nodes(tree: ast.AST) -> Iterator[tuple[Route, ast.AST]]:
    """Every node of a tree with the route to it; the tree itself comes first."""
    yield (), tree
    for key in keys_of(tree):
        child = getattr(tree, key)
        if isinstance(child, ast.AST):
            for route, node in nodes(child):
                yield ((key, None), *route), node
        elif child is not None:
            for place, one in enumerate(child):
                for route, node in nodes(one):
                    yield ((key, place), *route), node


def replaced(tree: ast.AST, route: Route, new: ast.AST | None) -> ast.AST:
    """The tree with another node at the end of a route; None leaves out one of several."""
    if not route:
        return tree if new is None else new
    (key, place), *rest = route
    if place is None:
        return tree.update(**{key: replaced(getattr(tree, key), tuple(rest), new)})
    children = list(getattr(tree, key))
    if rest or new is not None:
        children[place] = replaced(children[place], tuple(rest), new)
    else:
        del children[place]
    return tree.update(**{key: children})


def read(statement: ast.AST) -> set[Signature]:
    """The predicates that a statement needs."""
    if statement.ast_type == ASTType.ShowSignature:
        return {(statement.name, statement.arity)} if statement.name else set()
    if statement.ast_type != ASTType.Rule:
        return signatures(statement)
    parts = [*statement.body, *head_conditions(statement)]
    return {found for part in parts for found in signatures(part)}


def declared(statement: ast.AST) -> set[Signature]:
    """The predicate that a statement says may be without rules."""
    if statement.ast_type == ASTType.Defined:
        return {(statement.name, statement.arity)}
    return set()
