"""The compiler: an edition of a policy as decision diagrams over its facts, one for each thing it says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lupa.compiled.compiled import Compiled
from lupa.compiled.contents import contents
from lupa.compiled.diagram import MOST_PARTS, NO, YES, Budget, Diagrams, Node, deep
from lupa.compiled.functions import Functions
from lupa.compiled.verdicts import Condition, Law, Output, Variable
from lupa.errors import CaseError, SpaceLimitError, shown
from lupa.rules.deadline import ENDLESS, Deadline
from lupa.rules.edition import Bound, Edition


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


class _Compiler(Functions):
    def _binds(self, bound: Bound) -> Node:
        """When a limit binds, whatever the laws."""
        diagrams, found = self.diagrams, NO
        for way in bound.binds:
            whole = YES
            for literal in way:
                whole = diagrams.both(whole, self.condition(literal))
            found = diagrams.either(found, whole)
        return found

    def compiled(self) -> Compiled:
        """Everything that the edition says, as nodes in one list."""
        edition = self.edition
        outcome = self.outcome()
        outputs = [(kind, atom.id, atom.literal) for kind, atoms in edition.items.items() for atom in atoms]
        outputs += [("applies", name, literal) for name, literal in edition.applies.items()]
        outputs += [
            ("pathway", f"{indication},{phase}", literal)
            for (indication, phase), literal in edition.pathways.items()
        ]
        conditional = {
            literal: f"c{place}" for place, literal in enumerate(dict.fromkeys(self.conditional()))
        }
        outputs += [("condition", name, literal) for literal, name in conditional.items()]
        functions = [(kind, name, self.condition(literal)) for kind, name, literal in outputs]
        functions += [("bound", f"b{at}", self._binds(bound)) for at, bound in enumerate(edition.bounds)]
        nodes = [self.cut(function) for _, _, function in functions]
        kept = _Kept(self.diagrams, [outcome, *nodes, *(law.node for law in self.laws)])
        defaults = edition.vocabulary.defaults
        return Compiled(
            policy=edition.policy,
            edition=edition.name,
            fingerprint=edition.fingerprint,
            readings=dict(self.fixed),
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
            laws=tuple(Law(law.variables, kept.place(law.node)) for law in self.laws),
            fixed={
                edition.facts[literal]: choice == self.fixed[name]
                for name, choices in edition.readings.items()
                if name in self.fixed
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
