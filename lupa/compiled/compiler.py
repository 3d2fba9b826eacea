"""The compiler: an edition of a policy as decision diagrams over its facts, one for each thing it says."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain

from lupa.compiled.compiled import Compiled, Condition, Law, Output, Variable
from lupa.compiled.conditions import body_of, conditions_of
from lupa.compiled.contents import contents
from lupa.compiled.diagram import MOST_PARTS, NO, NOWHERE, YES, Budget, Diagrams, Node, deep
from lupa.compiled.space import components
from lupa.errors import CaseError, RuleError, SpaceLimitError, shown
from lupa.rules.deadline import ENDLESS, Deadline
from lupa.rules.edition import Bound, Edition, not_one_outcome
from lupa.rules.solver import Literal
from lupa.rules.vocabulary import Fact


def compiled(
    edition: Edition,
    readings: Mapping[str, str] | None = None,
    *,
    all_readings: bool = False,
    most: int = MOST_PARTS,
    limit: Deadline = ENDLESS,
) -> Compiled:
    """The edition compiled; see `KnowledgeBase.compile`."""
    fixed = {} if all_readings else _fixed(edition, readings or {})
    try:
        with deep(len(edition.literals)), limit.holding(edition.lock):
            return _Compiler(edition, fixed, Budget(limit.check, most)).compiled()
    except SpaceLimitError as error:
        raise SpaceLimitError(
            most,
            f"policy {edition.policy}: compiled it would take more than {most:,} parts, more than memory "
            "is given up for; its cases can be decided one by one (`lupa decide`)",
        ) from error


def _ordered(edition: Edition, known: Collection[Literal]) -> Iterator[Fact]:
    """The facts that are not known, as one meets them on the way down from the outcomes.

    So those stand near each other that bear on the same, such as what is taken of a drug and what is
    stopped of it, and functions stay small. The values of a choice, and the cut points of a number, are
    met together.
    """
    v = edition.vocabulary
    groups: dict[Fact, list[Fact]] = {}
    for fact in edition.literals:
        if fact in v.choice_of or fact in v.number_of:
            groups.setdefault(edition.asking.group_of(fact), []).append(fact)
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


def _fixed(edition: Edition, readings: Mapping[str, str]) -> dict[str, str]:
    """The choice of each reading; raises `CaseError` for a reading or a choice that the policy lacks."""
    v = edition.vocabulary
    wanted = {}
    for name, choice in readings.items():
        known = edition.readings.get(name)
        if known is None:
            names = ", ".join(edition.readings) or "none"
            raise CaseError(f"{edition.policy} has no reading {shown(name)}; its readings are {names}")
        if choice not in known:
            raise CaseError(f"{name} is read as one of {', '.join(known)}, not as {shown(choice)}")
        wanted[name] = choice
    for name, choices in v.kinds("reading").items():
        usual = [choice for choice, fact in choices.items() if v.defaults.get(fact)]
        if name not in wanted and len(usual) == 1:
            wanted[name] = usual[0]
    return wanted


class _Compiler:
    def __init__(self, edition: Edition, fixed: Mapping[str, str], budget: Budget) -> None:
        self._edition = edition
        self._fixed = fixed
        self._diagrams = diagrams = Diagrams(budget)
        known: dict[Literal, Node] = {
            literal: YES if choice == fixed[name] else NO
            for name, choices in edition.readings.items()
            if name in fixed
            for choice, literal in choices.items()
        }
        self.facts = tuple(_ordered(edition, known))
        for variable, fact in enumerate(self.facts):
            known[edition.literals[fact]] = diagrams.node(variable, NO, YES)
        program = edition.program
        laws = [rule for rule in program.rules if not rule.head]
        bounds = (literal for bound in edition.bounds for way in bound.binds for literal in way)
        needed = program.below(
            [*edition.watched, *self._conditional(), *bounds, *(x for law in laws for x in law.body)]
        )
        rules = [r for r in program.rules if r.head and r.head[0] in needed and not r.choice]
        self._holds = conditions_of(diagrams, rules, known)
        self._laws = self._components([diagrams.opposite(body_of(diagrams, x, self._holds)) for x in laws])
        self._lawful: dict[frozenset[Law], Node] = {}
        self._law_of = {variable: law for law in self._laws for variable in law.variables}

    def _conditional(self) -> Iterable[Literal]:
        """What parts of criteria depend on."""
        parts = chain.from_iterable(node.parts for node in self._edition.nodes.values())
        return chain.from_iterable((part.there, *part.clauses.values()) for part in parts)

    def _components(self, laws: Iterable[Node]) -> list[Law]:
        """The laws, those together that speak of the same facts or are tied by others that do."""
        laws = list(laws)
        found = components(self._diagrams, laws)
        if NO in laws or any(each.node == NO for each in found):
            raise RuleError(f"policy {self._edition.policy}: its laws together leave no patient possible")
        return [Law(*each) for each in found]

    def _cut(self, function: Node) -> Node:
        """A function where the laws on its facts are kept; it has no value elsewhere."""
        support = self._diagrams.support(function)
        laws = frozenset(self._law_of[v] for v in support if v in self._law_of)
        if laws not in self._lawful:
            lawful = YES
            for law in sorted(laws, reverse=True):  # the last first: what follows stands below
                lawful = self._diagrams.both(law.node, lawful)
            self._lawful[laws] = lawful
        return self._diagrams.choose(self._lawful[laws], function, NOWHERE)

    def _condition(self, literal: Literal) -> Node:
        """When a literal holds, whatever the laws."""
        holds = self._holds.get(abs(literal), NO)
        return holds if literal > 0 else self._diagrams.opposite(holds)

    def _binds(self, bound: Bound) -> Node:
        """When a limit binds, whatever the laws."""
        diagrams, found = self._diagrams, NO
        for way in bound.binds:
            whole = YES
            for literal in way:
                whole = diagrams.both(whole, self._condition(literal))
            found = diagrams.either(found, whole)
        return found

    def _outcome(self) -> Node:
        """The outcome of each world; raises `RuleError` for a world with none, or with several."""
        diagrams, names = self._diagrams, list(self._edition.outcomes)
        conditions = list(map(self._condition, self._edition.outcomes.values()))
        one = several = NO
        for condition in conditions:
            several = diagrams.either(several, diagrams.both(one, condition))
            one = diagrams.either(one, condition)
        wrong = self._cut(diagrams.either(several, diagrams.opposite(one)))
        if YES in diagrams.values(wrong):
            so = diagrams.where(wrong, YES)
            held = [n for n, c in zip(names, conditions, strict=True) if diagrams.at(c, so) == YES]
            raise not_one_outcome(self._edition.policy, held)
        outcome = NOWHERE
        for place, condition in enumerate(conditions):
            outcome = diagrams.choose(condition, NOWHERE - 1 - place, outcome)
        return self._cut(outcome)

    def compiled(self) -> Compiled:
        """Everything that the edition says, as nodes in one list."""
        edition = self._edition
        outcome = self._outcome()
        outputs = [(kind, atom.id, atom.literal) for kind, atoms in edition.items.items() for atom in atoms]
        outputs += [
            ("applies", atom.id, literal)
            for atom, literal in zip(edition.criteria, edition.applies, strict=True)
        ]
        outputs += [
            ("pathway", f"{indication},{phase}", literal)
            for (indication, phase), literal in edition.pathways.items()
        ]
        conditional = {
            literal: f"c{place}" for place, literal in enumerate(dict.fromkeys(self._conditional()))
        }
        outputs += [("condition", name, literal) for literal, name in conditional.items()]
        functions = [(kind, name, self._condition(literal)) for kind, name, literal in outputs]
        functions += [("bound", f"b{at}", self._binds(bound)) for at, bound in enumerate(edition.bounds)]
        nodes = [self._cut(function) for _, _, function in functions]
        kept = _Kept(self._diagrams, [outcome, *nodes, *(law.node for law in self._laws)])
        defaults = edition.vocabulary.defaults
        return Compiled(
            policy=edition.policy,
            edition=edition.name,
            fingerprint=edition.fingerprint,
            readings=dict(self._fixed),
            outcomes=tuple(edition.outcomes),
            variables=tuple(
                Variable(fact, defaults.get(fact), edition.places[edition.literals[fact]])
                for fact in self.facts
            ),
            nodes=tuple(kept.nodes),
            outcome=kept.place(outcome),
            outputs=tuple(
                Output(kind, name, kept.place(node))
                for (kind, name, _), node in zip(functions, nodes, strict=True)
            ),
            laws=tuple(Law(law.variables, kept.place(law.node)) for law in self._laws),
            fixed={
                edition.facts[literal]: choice == self._fixed[name]
                for name, choices in edition.readings.items()
                if name in self._fixed
                for choice, literal in choices.items()
            },
            contents=contents(edition, self.facts, conditional),
        )


class _Kept:
    """The nodes of diagrams below some of them, numbered anew: each comes after those below it."""

    def __init__(self, diagrams: Diagrams, roots: Iterable[Node]) -> None:
        waiting = [node for node in roots if node >= 0]
        found = set(waiting)
        while waiting:
            node = waiting.pop()
            below = [x for x in diagrams.split(node, diagrams.top(node)) if x >= 0 and x not in found]
            found.update(below)
            waiting += below
        order = sorted(found)
        self._places = {node: place for place, node in enumerate(order)}
        self.nodes = [
            Condition(diagrams.top(node), *map(self.place, diagrams.split(node, diagrams.top(node))))
            for node in order
        ]

    def place(self, node: Node) -> Node:
        """The new number of a node; values stay."""
        return node if node < 0 else self._places[node]
