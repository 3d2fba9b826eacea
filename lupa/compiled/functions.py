"""What an edition says as functions of its facts: when each atom holds, and which worlds are lawful."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain

from lupa.compiled.conditions import body_of, choice, conditions_of
from lupa.compiled.diagram import NO, NOWHERE, YES, Budget, Diagrams, Node
from lupa.compiled.space import components
from lupa.compiled.verdicts import Law
from lupa.errors import RuleError
from lupa.rules.edition import Edition, not_one_outcome
from lupa.rules.solver import Literal
from lupa.rules.vocabulary import Fact


def _ordered(edition: Edition, known: Collection[Literal]) -> Iterator[Fact]:
    """The facts that are not known, as one meets them on the way down from the outcomes.

    So those stand near each other that bear on the same, such as what is taken of a drug and what is
    stopped of it, and functions stay small. The values of a choice, and the cut points of a number, are
    met together; numbers that are asked for together are not.
    """
    groups: dict[str, list[Fact]] = {}
    for fact in edition.literals:
        value = edition.asking.value_of(fact)
        if value is not None:
            groups.setdefault(value, []).append(fact)
    together = {fact: group for group in groups.values() for fact in group}
    rules: dict[Literal, list[Literal]] = {}
    for rule in edition.program.rules:
        if rule.body and not rule.choice:
            for head in rule.head:
                rules.setdefault(head, []).extend(map(abs, rule.body))
    met = set(known)
    waiting = [*reversed(edition.literals.values()), *reversed(edition.watched)]
    while waiting:
        atom = waiting.pop()
        if atom in met:
            continue
        met.add(atom)
        waiting.extend(reversed(rules.get(atom, ())))
        if atom in edition.facts:
            fact = edition.facts[atom]
            group = [each for each in together.get(fact, ()) if edition.literals[each] not in met]
            met.update(edition.literals[each] for each in group)
            yield from sorted([fact, *group], key=lambda each: edition.places[edition.literals[each]])


def _copied(
    diagrams: Diagrams, functions: Iterable[Node], budget: Budget
) -> tuple[Diagrams, dict[Node, Node]]:
    """Functions in diagrams of their own, and where each of their parts is there; values stay."""
    found, waiting = set[Node](), [*functions]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += diagrams.split(node, diagrams.top(node)) if node >= 0 else ()
    copy, places = Diagrams(budget), {node: node for node in found if node < 0}
    for node in sorted(found - places.keys()):  # what is below it comes before
        variable = diagrams.top(node)
        no, yes = diagrams.split(node, variable)
        places[node] = copy.node(variable, places[no], places[yes])
    return copy, places


class Functions:
    """The functions of an edition, its text read as is `fixed`; `facts` are those of the variables.

    Raises `RuleError` for laws that leave no world, and `SpaceLimitError` where the budget does not do.
    """

    def __init__(self, edition: Edition, fixed: Mapping[str, str], budget: Budget) -> None:
        self.edition = edition
        self.fixed = fixed
        self.diagrams = diagrams = Diagrams(budget)
        known: dict[Literal, Node] = {
            literal: YES if choice == fixed[name] else NO
            for name, choices in edition.readings.items()
            if name in fixed
            for choice, literal in choices.items()
        }
        self.facts = tuple(_ordered(edition, known))
        variable_of = {fact: variable for variable, fact in enumerate(self.facts)}
        known |= {edition.literals[fact]: diagrams.variable(each) for fact, each in variable_of.items()}
        chosen = []
        for values in edition.vocabulary.each_choice():
            variables = sorted(variable_of[fact] for fact in values.values() if fact in variable_of)
            if variables:
                holding, one = choice(diagrams, variables, chosen=False)
                known |= zip((edition.literals[self.facts[v]] for v in variables), holding, strict=True)
                chosen.append(one)
        program = edition.program
        laws = [rule for rule in program.rules if not rule.head]
        bounds = (literal for bound in edition.bounds for way in bound.binds for literal in way)
        self.told = program.below(
            [*edition.watched, *self.conditional(), *bounds, *(x for law in laws for x in law.body)]
        )
        """The atoms of which it is known when they hold."""
        rules = [r for r in program.rules if r.head and r.head[0] in self.told and not r.choice]
        self._holds = conditions_of(diagrams, rules, known)
        kept = [diagrams.opposite(body_of(diagrams, law, self._holds)) for law in laws]
        self.laws = self._components([*chosen, *kept])
        self._lawful: dict[frozenset[Law], Node] = {}
        self._law_of = {variable: law for law in self.laws for variable in law.variables}

    def conditional(self) -> Iterable[Literal]:
        """What parts of criteria depend on."""
        parts = chain.from_iterable(node.parts for node in self.edition.nodes.values())
        return chain.from_iterable((part.there, *part.clauses.values()) for part in parts)

    def _components(self, laws: Iterable[Node]) -> list[Law]:
        """The laws, those together that speak of the same facts or are tied by others that do."""
        laws = list(laws)
        found = components(self.diagrams, laws)
        if NO in laws or any(each.node == NO for each in found):
            raise RuleError(f"policy {self.edition.policy}: its laws together leave no patient possible")
        return [Law(*each) for each in found]

    def leave_behind(self, budget: Budget, function: Node) -> Node:
        """Forgets what was of use only while these were made; the budget is for what follows.

        Another function goes along, and where it is then is given.
        """
        held = [function, *self._holds.values(), *(law.node for law in self.laws)]
        self.diagrams, places = _copied(self.diagrams, held, budget)
        self._holds = {atom: places[node] for atom, node in self._holds.items()}
        self.laws = [Law(law.variables, places[law.node]) for law in self.laws]
        self._lawful.clear()
        self._law_of = {variable: law for law in self.laws for variable in law.variables}
        return places[function]

    def cut(self, function: Node) -> Node:
        """A function where the laws on its facts are kept; it has no value elsewhere."""
        support = self.diagrams.support(function)
        laws = frozenset(self._law_of[v] for v in support if v in self._law_of)
        if laws not in self._lawful:
            lawful = YES
            for law in sorted(laws, reverse=True):  # the last first: what follows stands below
                lawful = self.diagrams.both(law.node, lawful)
            self._lawful[laws] = lawful
        return self.diagrams.choose(self._lawful[laws], function, NOWHERE)

    def condition(self, literal: Literal) -> Node:
        """When a literal holds, whatever the laws."""
        holds = self._holds.get(abs(literal), NO)
        return holds if literal > 0 else self.diagrams.opposite(holds)

    def outcome(self) -> Node:
        """The outcome of each world; raises `RuleError` for a world with none, or with several."""
        diagrams, names = self.diagrams, list(self.edition.outcomes)
        conditions = list(map(self.condition, self.edition.outcomes.values()))
        one = several = NO
        for condition in conditions:
            several = diagrams.either(several, diagrams.both(one, condition))
            one = diagrams.either(one, condition)
        wrong = self.cut(diagrams.either(several, diagrams.opposite(one)))
        if YES in diagrams.values(wrong):
            so = diagrams.where(wrong, YES)
            held = [n for n, c in zip(names, conditions, strict=True) if diagrams.at(c, so) == YES]
            raise not_one_outcome(self.edition.policy, held)
        outcome = NOWHERE
        for place, condition in enumerate(conditions):
            outcome = diagrams.choose(condition, NOWHERE - 1 - place, outcome)
        return self.cut(outcome)
