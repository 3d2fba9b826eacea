"""What a policy says, in words: when each thing that it can say is so, as few conditions, exactly."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from lupa.answers.senses import Sense, Senses
from lupa.compiled.compiled import Compiled
from lupa.compiled.conditions import enough
from lupa.compiled.diagram import NO, NOWHERE, YES, Budget, Diagrams, Node, deep
from lupa.compiled.formula import Counted, Formula, Said, Some, Telling
from lupa.compiled.primes import product
from lupa.compiled.space import Loaded, Space
from lupa.errors import SpaceLimitError
from lupa.rules.atom import Atom
from lupa.rules.deadline import ENDLESS, Deadline
from lupa.rules.edition import Edition

_KINDS = ("criterion", "part", "basis", "limit", "scope", "advisory", "note")
"""What is told by itself; what the decision makes of these is told by pathway."""
_MADE = "criteria_not_met"
"""The basis that the decision makes of criteria."""

Tick = Callable[[int, int], None]
"""Is told how much is done, of how much."""


@dataclass(frozen=True, slots=True)
class Meant:
    """Something that the policy can say, and for whom: of a criterion or part, for whom it is met.

    `text` is its sentence where it is so, `clauses` are those that it comes from and `source` where they
    stand. `sense` is missing where there are too many conditions to tell; then `why` says so.
    """

    kind: str
    id: str
    item: str
    text: str
    clauses: tuple[str, ...]
    source: str
    sense: Sense | None
    why: str


@dataclass(frozen=True, slots=True)
class Ends:
    """An outcome with those for whom a request comes to it; see `Meant`."""

    outcome: str
    text: str
    sense: Sense | None
    why: str


@dataclass(frozen=True, slots=True)
class Way:
    """A pathway with all of its outcomes; the last, without names, is any other request.

    `text` is how a person reads it.
    """

    indication: str | None
    phase: str | None
    text: str
    outcomes: tuple[Ends, ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an edition says, in words: of each item and of each outcome of each pathway when it is so.

    The text is read by these `readings`. Conditions are exact over all patients who keep the laws (an
    active disease is a diagnosed one; a number has an order), and what follows from these is not said
    again. Multiplied out, each is the sum of some prime conditions, none of which can be spared: each
    suffices, and with any one fact fewer it does not.
    """

    policy: str
    edition: str
    readings: dict[str, str]
    items: tuple[Meant, ...]
    pathways: tuple[Way, ...]

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON-ready data."""
        return dataclasses.asdict(self)

    def to_json(self) -> str:
        """The result as one line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False)


def meaning(
    edition: Edition, compiled: Compiled, limit: Deadline = ENDLESS, tick: Tick | None = None
) -> Meaning:
    """What an edition says, as it was compiled; raises `TimeLimitError` where the limit ends it.

    `tick` is told how many conditions are found, of how many.
    """
    with deep(len(compiled.variables)), limit.holding(edition.lock):
        return _Meaning(edition, compiled, limit, tick).told()


class _Meaning:
    def __init__(
        self, edition: Edition, compiled: Compiled, limit: Deadline, tick: Tick | None = None
    ) -> None:
        self._edition = edition
        self._compiled = compiled
        self._limit = limit
        self._tick = tick or (lambda *_: None)
        self._done = 0
        self._facts = [variable.fact for variable in compiled.variables]
        self._node = {(output.kind, output.id): output.node for output in compiled.outputs}
        self._items = [
            (kind, atom)
            for kind in _KINDS
            for atom in edition.items[kind]
            if (kind, atom.id) in self._node and atom.id != _MADE
        ]
        self._total = len(self._items) + len(compiled.outcomes) * (len(edition.pathways) + 1)

    def _loaded(self) -> Loaded:
        """The functions, with all that one condition may take before them."""
        return Loaded(self._compiled, Budget(self._limit.check))

    def _counted(self, loaded: Loaded) -> Iterator[Counted]:
        """The criteria of which so many parts are needed, and these parts are there for all."""
        for node in self._edition.nodes.values():
            if node.of == "at_least" and node.least and not any(part.conditional for part in node.parts):
                places = [self._node.get(("part", part.atom.id), NOWHERE) for part in node.parts]
                if NOWHERE not in places:
                    yield node.least, [loaded.when(place) for place in places]

    def told(self) -> Meaning:
        compiled = self._compiled
        return Meaning(
            compiled.policy,
            compiled.edition,
            dict(compiled.readings),
            tuple(self.items()),
            tuple(self._ways()),
        )

    # ---- items ---------------------------------------------------------------------------------

    def items(self) -> Iterator[Meant]:
        """Each item, in the order of its kinds."""
        loaded = self._loaded()
        telling = Telling(Space(loaded.diagrams, loaded.laws), self._counted(loaded))
        words = Senses([self._edition], self._facts)
        for kind, atom in self._items:
            told = self._sense(words, telling, loaded.when(self._node[kind, atom.id]))
            yield self._meant(kind, atom, *told)

    def _meant(self, kind: str, atom: Atom, sense: Sense | None, why: str) -> Meant:
        edition = self._edition
        ways = list(edition.pathways)
        clauses, text = tuple(edition.clauses(atom, ways)), edition.phrase(atom, True)
        return Meant(kind, atom.id, atom.item, text, clauses, edition.source(atom, ways), sense, why)

    # ---- outcomes ------------------------------------------------------------------------------

    def _ways(self) -> Iterator[Way]:
        for way in self._edition.pathways:
            words = ", ".join(map(self._edition.vocabulary.label, way))
            yield Way(*way, words, self._outcomes(way))
        others = self._outcomes(None)
        if any(ends.sense is None or not ends.sense.never for ends in others):
            yield Way(None, None, "any other request", others)

    def _outcomes(self, way: tuple[str, str] | None) -> tuple[Ends, ...]:
        loaded = self._loaded()
        on = {each: loaded.when(self._node["pathway", ",".join(each)]) for each in self._edition.pathways}
        others = (loaded.diagrams.opposite(condition) for condition in on.values())
        here = others if way is None else [on[way]]
        space = Space(loaded.diagrams, [*loaded.laws, *here])
        cites = _Cites(self._edition, self._node, loaded, space, way)
        words, telling = (
            Senses([self._edition], self._facts, cites.cited),
            Telling(space, self._counted(loaded)),
        )
        nobody = any(each.node == NO for each in space.components)
        found = []
        for place, name in enumerate(self._compiled.outcomes):
            wanted = loaded.when(self._compiled.outcome, NOWHERE - 1 - place)
            told = (Sense("any"), "") if nobody else self._sense(words, telling, wanted)
            found.append(Ends(name, self._edition.outcome_words[name][0], *told))
        return tuple(found)

    def _sense(self, words: Senses, telling: Telling, condition: Node) -> tuple[Sense | None, str]:
        """A condition in words; or why it cannot be told."""
        self._done += 1
        self._tick(self._done, self._total)
        try:
            return words.sense(telling.formula(condition)), ""
        except SpaceLimitError as error:
            return None, str(error)


class _Sides(NamedTuple):
    """Where a condition is so and where it is not, though laws are kept; and what it depends on."""

    so: Node
    not_so: Node
    about: frozenset[int]

    @staticmethod
    def of(space: Space, condition: Node) -> _Sides:
        """The sides of a condition."""
        diagrams = space.diagrams
        so, not_so = map(space.cut, (condition, diagrams.opposite(condition)))
        return _Sides(so, not_so, diagrams.support(condition))

    def goes_with(self, told: Formula, part: _Sides, diagrams: Diagrams) -> bool:
        """Whether a side of a part, and of this condition, lies within a side of the other."""
        if self.about.isdisjoint(part.about):
            return False
        if isinstance(told, Said):
            sides = ({told.variable: so} for so in (True, False))
            return not all(diagrams.takes(own, YES, said) for said in sides for own in self[:2])
        return not all(diagrams.meet(own, other) for own in self[:2] for other in part[:2])


class _Cites:
    """What of the policy stands or falls with a part of an outcome's condition, on one pathway.

    That is an item that speaks against the request just where the part is so, or only there, or wherever
    it is so; or the same where the part is not so.
    """

    def __init__(
        self, edition: Edition, nodes: dict[tuple[str, str], Node], loaded: Loaded, space: Space,
        way: tuple[str, str] | None,
    ) -> None:  # fmt: skip
        self._edition = edition
        self._space = space
        self._diagrams = diagrams = space.diagrams
        self._ways = list(edition.pathways) if way is None else [way]
        self._against: list[tuple[Atom, _Sides]] = []
        for kind in ("criterion", "basis", "limit", "scope", "referral"):
            for atom in edition.items[kind]:
                if (kind, atom.id) not in nodes or atom.id == _MADE:
                    continue
                told = loaded.when(nodes[kind, atom.id])
                if kind == "criterion":
                    told = diagrams.both(loaded.when(nodes["applies", atom.id]), diagrams.opposite(told))
                if space.possible(told):
                    self._against.append((atom, _Sides.of(space, told)))
        self._known: dict[Formula, Node] = {}
        self._cited: dict[Formula, list[Atom]] = {}

    def cited(self, told: Formula, but: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The items, but for some, and where they stand in the document."""
        if told not in self._cited:
            part = _Sides.of(self._space, self._function(told))
            self._cited[told] = [
                atom for atom, against in self._against if against.goes_with(told, part, self._diagrams)
            ]
        atoms = [atom for atom in self._cited[told] if atom.item not in but]
        places = dict.fromkeys(place for atom in atoms for place in self._edition.clauses(atom, self._ways))
        return tuple(atom.item for atom in atoms), tuple(places)

    def _function(self, told: Formula) -> Node:
        if told not in self._known:
            diagrams = self._diagrams
            if isinstance(told, Said):
                self._known[told] = product(diagrams, [told])
            elif isinstance(told, Some):
                weighed = [(self._function(part), 1) for part in told.parts]
                self._known[told] = enough(diagrams, weighed, told.least)
            else:
                found = product(diagrams, [])
                for part in map(self._function, reversed(told.parts)):
                    found = diagrams.both(part if told.every else diagrams.opposite(part), found)
                self._known[told] = found if told.every else diagrams.opposite(found)
        return self._known[told]
