"""When the atoms of a ground program hold, as conditions on its facts.

The condition of an atom is the one that its rules together make it (Clark's completion); for rules that go
in a circle it is the least one that satisfies them.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from lupa.compiled.diagram import NO, YES, Diagrams, Node
from lupa.rules.ground import Rule, levels
from lupa.rules.solver import Literal


def conditions_of(
    diagrams: Diagrams, rules: Sequence[Rule], known: Mapping[Literal, Node]
) -> dict[Literal, Node]:
    """When each atom holds, by levels, so that what a rule negates is settled before it."""
    conditions = dict(known)
    by_head: dict[Literal, list[Rule]] = {}
    for rule in rules:
        by_head.setdefault(rule.head[0], []).append(rule)
    level, _ = levels(rules)
    order = sorted(by_head, key=lambda atom: (level.get(atom, 0), atom))
    conditions.update(dict.fromkeys(order, NO))
    for _, group in groupby(order, key=lambda atom: level.get(atom, 0)):
        atoms = list(group)
        place = {atom: number for number, atom in enumerate(atoms)}
        circular = any(
            place.get(x, -1) >= place[a] for a in atoms for rule in by_head[a] for x in rule.body
        )
        rising = True
        while rising:  # what goes in a circle rises from false to the least that holds
            before = [conditions[atom] for atom in atoms]
            for atom in atoms:
                conditions[atom] = _any(diagrams, [body_of(diagrams, r, conditions) for r in by_head[atom]])
            rising = circular and before != [conditions[atom] for atom in atoms]
    return conditions


def choice(diagrams: Diagrams, variables: Sequence[int], *, chosen: bool) -> tuple[list[Node], Node]:
    """When each value of a choice holds, by rising variables, and the law that just one of them does.

    Where a further value is `chosen` none of these does. What several would do together no law allows, and
    so it does not matter: the first one that is so holds, and the last one where none is. What rules make
    of one value and what they make of the next have then nothing to do with each other, and stay small.
    """
    if chosen:
        none = YES
        for variable in reversed(variables):
            none = diagrams.node(variable, none, NO)
        return [NO] * len(variables), none
    one, none = NO, YES
    for variable in reversed(variables):
        one, none = diagrams.node(variable, one, none), diagrams.node(variable, none, NO)
    conditions, before = [], YES
    for variable in variables[:-1]:
        conditions.append(diagrams.both(before, diagrams.variable(variable)))
        before = diagrams.both(before, diagrams.node(variable, YES, NO))
    return [*conditions, before], one


def _any(diagrams: Diagrams, conditions: Iterable[Node]) -> Node:
    holds = NO
    for condition in sorted(conditions, key=diagrams.top, reverse=True):
        holds = diagrams.either(condition, holds)
    return holds


def body_of(diagrams: Diagrams, rule: Rule, conditions: Mapping[Literal, Node]) -> Node:
    """When the body of a rule holds."""
    literals = [
        conditions.get(x, NO) if x > 0 else diagrams.opposite(conditions.get(-x, NO)) for x in rule.body
    ]
    if rule.weights:
        return enough(diagrams, list(zip(literals, rule.weights, strict=True)), rule.bound)
    holds = YES
    for literal in sorted(literals, key=diagrams.top, reverse=True):
        holds = diagrams.both(literal, holds)
    return holds


def enough(diagrams: Diagrams, weighted: Sequence[tuple[Node, int]], bound: int) -> Node:
    """When those that hold weigh `bound` or more together."""
    bound -= sum(weight for condition, weight in weighted if condition == YES)
    open_ = [(condition, weight) for condition, weight in weighted if condition not in (YES, NO)]
    lacking = [{max(bound, 0)}]  # what can be lacking of the bound before each of them, and at the end
    for _, weight in open_:
        lacking.append({max(most - part, 0) for most in lacking[-1] for part in (0, weight)})
    holds = {most: NO if most else YES for most in lacking[-1]}
    for (condition, weight), before in zip(reversed(open_), reversed(lacking[:-1]), strict=True):
        diagrams.budget.spend()
        holds = {
            most: diagrams.choose(condition, holds[max(most - weight, 0)], holds[most]) if most else YES
            for most in before
        }
    return holds[max(bound, 0)]
