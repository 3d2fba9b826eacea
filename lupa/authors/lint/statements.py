"""What can be said of statements without grounding them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence

from clingo import ast
from clingo.ast import ASTType

from lupa.authors.lint.program import Program, Statement
from lupa.authors.lint.rules import ADDED_TO, OF_DECISION, READ_BY_LUPA
from lupa.authors.lint.terms import Term
from lupa.authors.reports.finding import Finding
from lupa.rules import bounds
from lupa.rules.bounds import Spot
from lupa.rules.names import nearest, normal
from lupa.rules.trees import Signature, children

Gives = Callable[[Signature], bool]


def shown(signature: Signature) -> str:
    """A predicate as it is spoken of: its name and the number of its arguments."""
    return f"{signature[0]}/{signature[1]}"


def undefined(program: Program, given: Gives, known: Iterable[Signature]) -> Iterator[Finding]:
    """What a program reads that is not given, once for each place."""
    names = _by_name(known)
    for signature, uses in program.read.items():
        if not given(signature):
            rule, why = _stray(signature, names, "is read here and nothing derives it")
            seen = set()
            for statement, term in uses:
                if (at := (statement.file.name, term.line, term.column)) not in seen:
                    seen.add(at)
                    yield statement.finding(rule, term, shown(signature), why)


def unused(program: Program, read: Gives, known: Iterable[Signature]) -> Iterator[Finding]:
    """What a program derives or declares and nothing reads, once for each predicate.

    What policies share is part of the vocabulary: it may wait for one that reads it.
    """
    names = _by_name(known)
    first: dict[Signature, tuple[Statement, Term | None]] = {
        **{signature: (statement, None) for signature, statement in program.declared.items()},
        **{signature: uses[0] for signature, uses in program.derived.items()},
    }
    for signature, (statement, term) in first.items():
        if not read(signature) and not _is_of_a_fact(statement):
            how = "derived" if signature in program.derived else "declared"
            rule, why = _stray(signature, names, f"is {how} here and nothing reads it")
            if rule == "undefined":
                waits = not statement.file.policy and "did you mean" not in why
                rule = "unread-fact" if waits else "unused"
            yield statement.finding(rule, term, shown(signature), why)


def worked_out(core: Program) -> dict[Signature, Statement]:
    """What the shared files work out, and no policy is meant to add to, with a rule of it."""
    found = {}
    for signature, uses in core.derived.items():
        given = {statement.is_row or _is_of_a_fact(statement) for statement, _ in uses}
        for_others = (READ_BY_LUPA - OF_DECISION) | ADDED_TO | core.declared.keys()
        if given == {False} and signature not in for_others:
            found[signature] = uses[0][0]
    return found


def taken(program: Program, core: Mapping[Signature, Statement]) -> Iterator[Finding]:
    """The rules of a policy for what the shared files work out, once for each predicate."""
    for signature, uses in program.derived.items():
        if signature in core:
            statement, term = uses[0]
            text = (
                f"{shown(signature)} is what {core[signature].place} works out for all policies, and would "
                "mean something else with this rule; give it a name that is not taken"
            )
            yield statement.finding("taken-name", term, shown(signature), text)


def _is_of_a_fact(statement: Statement) -> bool:
    """Whether a statement is how rules read a fact; whether one does is a question of its own."""
    return any(term.signature == ("true", 1) for term in statement.reads)


def _by_name(known: Iterable[Signature]) -> dict[str, list[Signature]]:
    names: dict[str, list[Signature]] = {}
    for signature in sorted(known):
        names.setdefault(signature[0], []).append(signature)
    return names


def _stray(signature: Signature, names: dict[str, list[Signature]], why: str) -> tuple[str, str]:
    """The rule that a predicate breaks which nothing gives, or nothing reads; and what is wrong with it."""
    others = names.get(signature[0], [])
    if others:
        return (
            "wrong-arity",
            f"{shown(signature)} {why}; elsewhere it is {' and '.join(map(shown, others))}",
        )
    near = nearest(signature[0], {normal(name): name for name in names})
    hint = f"; did you mean {' or '.join(map(shown, names[near]))}?" if near else ""
    return "undefined", f"{shown(signature)} {why}{hint}"


def lonely_variables(statements: Iterable[Statement]) -> Iterator[Finding]:
    """Variables with a name that occur once in a rule."""
    for statement in statements:
        if statement.is_row:  # a variable in a row has no values at all
            continue
        variables = list(_variables(statement.node))
        counts = Counter(variable.name for variable in variables)
        for variable in variables:
            if counts[variable.name] == 1 and not variable.name.startswith("_"):
                begin = variable.location.begin
                at = Term(begin.line, begin.column)
                text = f"{variable.name} occurs once in this rule; write _ if its value does not matter"
                yield statement.finding("lonely-variable", at, variable.name, text)


def _variables(tree: ast.AST) -> Iterator[ast.AST]:
    if tree.ast_type == ASTType.Variable:
        yield tree
    for child in children(tree):
        yield from _variables(child)


def quoted_numbers(statements: Iterable[Statement], spots: Container[Spot]) -> Iterator[Finding]:
    """Texts that stand in the place of a number."""
    for statement in statements:
        for node in bounds.quoted_numbers(statement.places, spots):
            at = Term(node.location.begin.line, node.location.begin.column)
            yield statement.finding("quoted-number", at, str(node), bounds.not_a_number(node))


def duplicates(statements: Sequence[Statement]) -> Iterator[Finding]:
    """Statements that stood before, word for word."""
    first: dict[str, Statement] = {}
    for statement in statements:
        text = str(statement.node)
        before = first.setdefault(text, statement)
        if before is not statement:
            yield statement.finding("duplicate", None, text, f"this stands at {before.place} already")
