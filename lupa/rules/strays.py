"""What a knowledge base may not hold: rules that choose, forbid or go in a circle instead of defining.

Whether there is one shows in the ground program, at hardly any cost; where it stands is looked up
only then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lupa.errors import RuleError
from lupa.rules.files import NOT_ALLOWED
from lupa.rules.ground import Ground, Rule, levels
from lupa.rules.solver import Literal

if TYPE_CHECKING:
    from clingo import ast


def check(program: Ground, files: Sequence[Path]) -> None:
    """Raises `RuleError` unless all that these files add to the worlds' own choice and test defines."""
    for (why,) in program.facts("impossible", 1):
        raise RuleError(f"impossible({why}) holds whatever a case says, so that none could be decided")
    given, forbidden = program.literals("true", 1), program.literals("impossible", 1)
    odd: list[Rule] = []
    backward: list[tuple[Literal, Literal]] = []
    for rule in program.rules:
        choice, head, body, _, _ = rule
        if choice or len(head) != 1 or head[0] in given:
            odd.append(rule)
        if body and head:
            backward += [(head[0], atom) for atom in map(abs, body) if atom >= head[0]]
    if not all(_is_of_the_worlds(rule, given, forbidden) for rule in odd):
        raise RuleError("\n".join(_strays(files)) or f"{files[-1].parent}: a rule here {NOT_ALLOWED}")
    if any(head in program.below([atom]) for head, atom in backward):
        _check_circles(program)  # else nothing depends on itself: a circle has a way back


def _is_of_the_worlds(rule: Rule, given: set[Literal], forbidden: set[Literal]) -> bool:
    """The choice of a declared fact, or the test that no law of the domain is broken."""
    if rule.choice:
        return given.issuperset(rule.head)
    return not rule.head and len(rule.body) == 1 and rule.body[0] in forbidden


def _check_circles(program: Ground) -> None:
    """Raises `RuleError` for an atom that is defined in a circle through `not`."""
    _, atom = levels(program.rules)
    if atom is not None:
        raise RuleError(_circle(program, atom))


def _circle(program: Ground, top: Literal) -> str:
    names = program.names()
    circle = sorted(names[x] for x in program.below([top]) if x in names and top in program.below([x]))
    where = ", ".join(circle) or f"what {names.get(top, 'a rule')} needs"
    return f"{where}: defined in a circle through `not`, so that worlds would be more or fewer than one"


def _strays(files: Sequence[Path]) -> Iterator[str]:
    from clingo import ast  # only a mistake needs syntax trees

    from lupa.rules.trees import parsed

    for path in files:
        for statement in parsed(path):
            kind = stray(statement) if statement.ast_type == ast.ASTType.Rule else ""
            if kind:
                begin = statement.location.begin
                yield f"{path}:{begin.line}:{begin.column}: {kind} {NOT_ALLOWED}"


def stray(rule: ast.AST) -> str:
    """What a rule is that a knowledge base may not hold; nothing for one that defines."""
    from clingo.ast import ASTType, Sign

    head = rule.head
    if head.ast_type == ASTType.Disjunction:
        return "a rule with several heads"
    if head.ast_type != ASTType.Literal:
        return "a choice"
    if head.sign != Sign.NoSign or head.atom.ast_type != ASTType.SymbolicAtom:
        return "a constraint"
    symbol = head.atom.symbol
    if symbol.ast_type == ASTType.UnaryOperation:
        return "a head with a minus"
    return "a rule for true/1, which cases give," if getattr(symbol, "name", "") == "true" else ""
