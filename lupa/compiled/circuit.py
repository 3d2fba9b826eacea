"""A ground program as one function: from the silent facts of a record to the outcome.

Every atom is a condition on the facts. The outcome is a function with a value for each, and none where
the laws of the domain leave no world.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count

from lupa.compiled.conditions import body_of, choice, conditions_of
from lupa.compiled.diagram import NO, NOWHERE, YES, Budget, Diagrams, Node, deep
from lupa.compiled.lifted import Lifted
from lupa.compiled.nearest import changing
from lupa.errors import SpaceLimitError
from lupa.rules.alike import members
from lupa.rules.asking import Group
from lupa.rules.edition import Edition
from lupa.rules.ground import Rule
from lupa.rules.solver import Literal

SMALL = 100_000
"""The parts of a function beyond which facts are looked at one by one."""
_WHOLE = 400_000
"""The parts that may be spent on the function of all records that read a text in the same way."""
_OFTEN = 3
"""So many records that are asked about are worth that."""


@dataclass(frozen=True)
class Circuit:
    """The outcome of a record: `outcome` is a function of variables, of which each is a silent fact.

    `facts` are the silent facts by their variables; `names` are the outcomes by the values that stand for
    them. `conditions` says when what the outcome depends on holds, and `lawful` which worlds there are, as
    far as the record leaves it open once it is `narrowed` to that.
    """

    edition: Edition
    diagrams: Diagrams
    outcome: Node
    facts: tuple[Literal, ...]
    names: Mapping[Node, str]
    conditions: Mapping[Literal, Node]
    lawful: Node
    narrowed: Callable[[Node], Node] = lambda node: node

    @cached_property
    def groups(self) -> Sequence[Group]:
        """The questions about the silent facts, in the order of the vocabulary."""
        silent = set(self.facts)
        return self.edition.asking.groups([f for f, x in self.edition.literals.items() if x in silent])

    @cached_property
    def _variables(self) -> dict[Literal, int]:
        return {fact: variable for variable, fact in enumerate(self.facts)}

    @cached_property
    def bearing(self) -> frozenset[Literal]:
        """The silent facts that the outcome depends on."""
        return frozenset(self.facts[variable] for variable in self.diagrams.support(self.outcome))

    def can_be(self, literal: Literal) -> bool:
        """Whether some world of the record holds this, of what the outcome depends on, or not.

        Raises `SpaceLimitError` where that needs more parts than the budget has left.
        """
        diagrams = self.diagrams
        with deep(len(self.edition.literals)):
            holds = self.narrowed(self.conditions[abs(literal)])
            lawful = self.narrowed(self.lawful)
            return diagrams.meet(lawful, holds if literal > 0 else diagrams.opposite(holds))

    @cached_property
    def outcomes_left(self) -> dict[Literal, tuple[frozenset[Node], frozenset[Node]]]:
        """For each silent fact, the outcomes that are left if it is not so, and if it is."""
        left = self.diagrams.values_left(self.outcome, len(self.facts))
        return dict(zip(self.facts, left, strict=True))

    def changing(self, tied: Collection[Literal]) -> Mapping[Literal, bool | None]:
        """Whether each of some silent facts, tied to each other alone, can change the outcome.

        None where that is too much to tell.
        """
        if self.bearing.isdisjoint(tied) or len(tied) == 1:  # with no law to keep, it does what it bears
            return {fact: fact in self.bearing for fact in tied}
        names, choice_of = [self.edition.facts[fact] for fact in tied], self.edition.vocabulary.choice_of
        variables = [self._variables[fact] for fact in tied]
        with deep(len(self.facts)), suppress(SpaceLimitError):
            if set(choice_of.get(names[0], {}).values()).issuperset(
                names
            ):  # one holds, in any other's place
                seen = Lifted(self.diagrams, variables)
                return dict.fromkeys(tied, len(seen.top.values(seen.lifted(self.outcome))) > 1)
            found = changing(self.diagrams, self.outcome, self.narrowed(self.lawful), variables)
            if found is not None:
                return {fact: self._variables[fact] in found for fact in tied}
        return dict.fromkeys(tied)

    def given(self, statements: Iterable[Literal], budget: Budget) -> Circuit:
        """The same of a record that makes these statements too, of parts of its own."""
        said = {abs(literal): literal > 0 for literal in statements}
        so = {variable: said[fact] for variable, fact in enumerate(self.facts) if fact in said}
        facts = tuple(fact for fact in self.facts if fact not in said)
        place_of = {fact: place for place, fact in enumerate(facts)}
        places = [place_of.get(fact, -1) for fact in self.facts]
        diagrams, made = Diagrams(budget), dict[Node, Node]()

        def narrowed(node: Node) -> Node:
            passed = []
            while node >= 0 and node not in made:
                budget.spend()
                variable = self.diagrams.top(node)
                no, yes = self.diagrams.split(node, variable)
                if variable in so:
                    passed.append(node)
                    node = yes if so[variable] else no
                else:
                    made[node] = diagrams.node(places[variable], narrowed(no), narrowed(yes))
            found = made[node] if node >= 0 else node
            made.update(dict.fromkeys(passed, found))
            return found

        return Circuit(
            self.edition,
            diagrams,
            narrowed(self.outcome),
            facts,
            self.names,
            self.conditions,
            self.lawful,
            narrowed,
        )


def circuit(
    edition: Edition,
    statements: Sequence[Literal],
    budget: Budget | None = None,
    *,
    as_read: bool = False,
) -> Circuit:
    """The outcome of the record that makes these statements, made of what the budget allows.

    Facts that are asked for together have variables that follow each other; or else, where they stand
    `as_read`, those that rules read together, which makes it small where much is asked of each of many.
    """
    diagrams = Diagrams(budget)
    cone = edition.relevance.outcome_cone
    stated = {abs(literal): literal > 0 for literal in statements}
    silent = [
        fact for fact, literal in edition.literals.items() if literal in cone and literal not in stated
    ]
    groups = edition.asking.groups(silent)
    facts = tuple(edition.literals[fact] for group in groups for fact in group.facts)
    if as_read:
        facts = _as_read(edition, groups)
    known = {fact: YES if stated[fact] else NO for fact in cone if fact in stated}
    variable_of = {fact: variable for variable, fact in enumerate(facts)}
    known |= {fact: diagrams.variable(variable) for fact, variable in variable_of.items()}
    lawful = YES
    for values, chosen in _choices(edition, stated, variable_of):
        holding, one = choice(diagrams, [variable_of[value] for value in values], chosen=chosen)
        known |= zip(values, holding, strict=True)
        lawful = diagrams.both(one, lawful)
    laws = [
        rule for rule in edition.program.rules if not rule.head and cone.issuperset(_facts(edition, rule))
    ]
    needed = edition.program.below([*edition.outcomes.values(), *(x for law in laws for x in law.body)])
    rules = [r for r in edition.program.rules if r.head and r.head[0] in needed and not r.choice]
    conditions = conditions_of(diagrams, rules, known)
    for law in laws:
        lawful = diagrams.both(lawful, diagrams.opposite(body_of(diagrams, law, conditions)))
    names = {NOWHERE - 1 - place: name for place, name in enumerate(edition.outcomes)}
    outcome = NOWHERE
    for value, name in names.items():
        outcome = diagrams.choose(conditions.get(edition.outcomes[name], NO), value, outcome)
    outcome = diagrams.choose(lawful, outcome, NOWHERE)
    return Circuit(edition, diagrams, outcome, facts, names, conditions, lawful)


def small_circuit(
    edition: Edition, statements: Sequence[Literal], check: Callable[[], None], *, alone: bool
) -> Circuit | None:
    """The outcome of the record that makes these statements; None where it grows too large.

    It is read off the function of all records, once there were some about which it was asked; before that
    it is made for this record `alone`, or is None. In between `check` is called.
    """
    budget = Budget(check, SMALL)
    try:
        with deep(len(edition.literals)):
            whole = _whole(edition, statements, check)
            if whole is None and not alone:
                return None
            if whole is None:
                made = circuit(edition, statements, budget, as_read=True)
            else:
                made = whole.given(statements, budget)
            _ = made.bearing, made.outcomes_left  # both are asked for, and here there is a budget for them
    except SpaceLimitError:
        return None
    return made


def _whole(edition: Edition, statements: Sequence[Literal], check: Callable[[], None]) -> Circuit | None:
    """The outcome of all records that read the text as this one does.

    None where few were asked about, or the function grows too large.
    """
    readings = {literal for choices in edition.readings.values() for literal in choices.values()}
    read = [literal for literal in statements if abs(literal) in readings]
    asked = edition.remembered(("asked", *read), lambda: count(1))
    if next(asked) < _OFTEN:
        return None

    def made() -> Circuit | None:
        budget = Budget(check, _WHOLE)
        try:
            found = circuit(edition, read, budget, as_read=True)
            kept = found.given((), budget)  # without what was of use only while it was made
            conditions = {atom: kept.narrowed(node) for atom, node in found.conditions.items()}
            lawful = kept.narrowed(kept.lawful)
        except SpaceLimitError:
            return None
        return replace(kept, conditions=conditions, lawful=lawful, narrowed=Circuit.narrowed)

    return edition.remembered(("whole", *read), made)


def _choices(
    edition: Edition, stated: Mapping[Literal, bool], silent: Mapping[Literal, int]
) -> Iterator[tuple[list[Literal], bool]]:
    """The silent values of each choice, by rising variables, and whether another is stated to hold.

    Of a choice of which the rules that matter here read a part only, laws say nothing.
    """
    for values in edition.vocabulary.each_choice():
        literals = [edition.literals[value] for value in values.values()]
        left = sorted((literal for literal in literals if literal in silent), key=silent.__getitem__)
        if left and all(literal in silent or literal in stated for literal in literals):
            yield left, any(stated.get(literal) for literal in literals)


def _as_read(edition: Edition, groups: Sequence[Group]) -> tuple[Literal, ...]:
    """The facts of these groups, those that rules read together near each other.

    That is in the order in which one comes upon them who follows each rule into its body; but first the
    choices, by which a policy tells one kind of request from another, and all that is said of one member,
    such as a drug, together.
    """
    choices = [edition.literals[fact] for group in groups if group.kind == "choice" for fact in group.facts]
    together = {
        edition.literals[fact]: [edition.literals[each] for each in member.values()]
        for member in members(edition.vocabulary, groups)
        if len(member) > 1
        for fact in member.values()
    }
    met = _met(edition, [edition.literals[fact] for group in groups for fact in group.facts])
    return tuple(dict.fromkeys([*choices, *(each for fact in met for each in together.get(fact, [fact]))]))


def _met(edition: Edition, facts: Sequence[Literal]) -> list[Literal]:
    """These facts in the order in which one comes upon them who follows each rule into its body."""
    bodies: dict[Literal, list[Literal]] = {}
    for rule in edition.program.rules:
        for head in rule.head:
            bodies.setdefault(head, []).extend(map(abs, rule.body))
    order: dict[Literal, None] = {}
    waiting = list(reversed([*edition.outcomes.values(), *facts]))
    while waiting:
        atom = waiting.pop()
        if atom not in order:
            order[atom] = None
            waiting.extend(reversed(bodies.get(atom, ())))
    wanted = set(facts)
    return [atom for atom in order if atom in wanted]


def _facts(edition: Edition, rule: Rule) -> Iterable[Literal]:
    return edition.program.below(rule.body) & set(edition.facts)
