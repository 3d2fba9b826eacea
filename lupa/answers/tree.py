"""A decision tree written down: its steps, with the words and the conditions of their branches.

What is asked next of members about whom something is left open (two of five classes of drugs, each for so
long) is one step for all that they can be, of which the answers are told by all that was said until then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from lupa.answers.asking import Open, Questions
from lupa.answers.branches import shown, told
from lupa.answers.counting import Counting, Known, Told
from lupa.answers.exploration import Branch, Step
from lupa.answers.planner import Planner, weight_of
from lupa.answers.when import Some, When
from lupa.compiled.diagram import NOWHERE, Node
from lupa.rules.asking import Group
from lupa.rules.edition import Edition
from lupa.rules.vocabulary import Fact

_FEW_KINDS = 4
"""Of so many kinds of members about whom something is left open each has steps of its own."""

_MANY_WAYS = 100
"""After so many ways of answering it is forgotten of whom what was said, where that matters no longer."""


class _Further(NamedTuple):
    """A question that is asked next wherever one of these is left, and what its answers lead to."""

    ask: Open
    left: frozenset[Node]
    onward: frozenset[Node]


@dataclass(slots=True, eq=False)
class _Draft:
    """A step before it is known by which number other steps call it."""

    group: Group
    facts: tuple[str, ...]
    branches: list[tuple[str, When, _Draft | str]]


def _known_at(drafts: Collection[_Draft], known: frozenset[str]) -> dict[_Draft, frozenset[str]]:
    """The numbers that are known at each step, whichever way leads there from the first."""
    waits = Counter(to for draft in drafts for _, _, to in draft.branches if isinstance(to, _Draft))
    found = dict.fromkeys(islice(drafts, 1), known)
    ready = list(found)
    while ready:
        draft = ready.pop()
        then = found[draft].union(dict(draft.group.numbers))
        for _, _, to in draft.branches:
            if isinstance(to, _Draft):
                found[to] = found.get(to, then) & then
                waits[to] -= 1
                if not waits[to]:
                    ready.append(to)
    return found


class Writer:
    """Writes the tree down, each part that is the same once."""

    def __init__(
        self,
        edition: Edition,
        questions: Questions,
        planner: Planner,
        others: Mapping[Fact, Sequence[Fact]],
    ) -> None:
        """With the `others` that a value of a choice stands for."""
        self._edition = edition
        self._asking = edition.asking
        self._others = others
        self._questions = questions
        self._planner = planner
        self._drafts: dict[object, _Draft | str] = {}
        self._same: dict[object, _Draft] = {}
        exchange = next((ask.exchange for ask in questions.every if ask.exchange is not None), None)
        self._counting = exchange and Counting(
            edition.asking,
            exchange,
            questions.outcome,
            {variable: fact for ask in questions.every for variable, fact in ask.facts.items()},
            questions.diagrams.budget,
        )

    def steps(self, known_numbers: frozenset[str]) -> tuple[Step, ...]:
        """The steps, a branch followed to its end first; of two numbers what is known is not asked for."""
        order: dict[_Draft, int] = {}
        known = self._counting.nothing_known() if self._counting else {}
        waiting = [self._follow(self._questions.outcome, known)]
        while waiting:
            draft = waiting.pop()
            if isinstance(draft, _Draft) and draft not in order:
                order[draft] = len(order) + 1
                waiting.extend(target for _, _, target in reversed(draft.branches))
        numbers = _known_at(order, known_numbers)
        return tuple(self._step(draft, order, numbers[draft]) for draft in order)

    def _step(self, draft: _Draft, order: Mapping[_Draft, int], known: Collection[str]) -> Step:
        branches = tuple(
            Branch(
                answer,
                shown(self._asking, draft.group, answer, when),
                None if isinstance(target, str) else order[target],
                target if isinstance(target, str) else None,
                when,
            )
            for answer, when, target in draft.branches
        )
        return Step(
            order[draft],
            draft.group.id,
            draft.group.kind,
            self._asking.question(draft.group, known),
            draft.facts,
            branches,
        )

    def _follow(self, node: Node, known: Known) -> _Draft | str:
        """What to do about a function, where this is known of its members: a step, or its outcome."""
        diagrams = self._questions.diagrams
        values = diagrams.values(node)
        if len(values) == 1:
            return self._questions.names[next(iter(values))]
        support = diagrams.support(node)
        known = {member: said for member, said in known.items() if not support.isdisjoint(member)}
        key = node, tuple(known.items())
        if key not in self._drafts:
            ask = self._planner.first(node)
            if self._counting and self._counting.speaks(node, ask.facts, known):
                self._drafts[key] = self._counted(node, ask, known, self._counting)
            else:
                self._drafts[key] = self._asked(node, ask, known)
        return self._drafts[key]

    def _asked(self, node: Node, ask: Open, known: Known) -> _Draft:
        """The step that asks this, with a branch for each answer that leads elsewhere."""
        targets: dict[Node, Node] = {}
        numbered: dict[_Draft | str, Node] = {}
        for left in ask.remainders(node):
            target = self._follow(left, known)
            targets[left] = numbered.setdefault(target, NOWHERE - 1 - len(numbered))

        diagrams, partition = ask.answers(node, lambda left: targets.get(left, NOWHERE))
        asked = diagrams.support(partition)
        facts = {variable: fact for variable, fact in ask.facts.items() if variable in asked}
        answers = told(self._edition, ask.group, facts, diagrams, partition, self._others, of_spoken=True)
        return self._draft(_spoken_of(ask.group, facts, answers, self._others), answers, numbered)

    def _counted(self, node: Node, ask: Open, known: Known, counting: Counting) -> _Draft:
        """The same, where members that are alike are told by how many they are."""
        limit = self._planner.weigh(node) - weight_of(ask)
        return self._counted_after({}, node, ask, known, counting, limit)

    def _counted_after(
        self,
        before: Mapping[int, Fact],
        node: Node,
        ask: Open,
        known: Known,
        counting: Counting,
        limit: int,
        onward: Collection[Node] | None = None,
    ) -> _Draft:
        """The step that asks this once `before` was told, by all that was told of the members until then.

        What is left then may weigh up to the `limit`; where it is known, it is `onward`.
        """
        facts = {**before, **ask.facts}
        ways = list(counting.answered(node, facts))
        if onward is not None:
            ways = [way for way in ways if way.left in onward]
        further = self._asked_of_all(node, facts, ask, dict.fromkeys(way.left for way in ways), limit)
        then: _Draft | None = None
        if further is not None:
            rest = limit - weight_of(further.ask)
            then = self._counted_after(facts, node, further.ask, known, counting, rest, further.onward)
        together = further is not None or onward is not None or len(ways) > _MANY_WAYS
        numbered: dict[_Draft | str, Node] = {}
        leads: dict[tuple[int, ...], Node] = {}
        for way in ways:
            target: _Draft | str
            if further is not None and then is not None and way.left in further.left:
                target = then
            else:
                now = counting.known_then(node, facts, known, way.cell)
                target = self._follow(way.left, counting.still_known(way.left, now) if together else now)
            leads[way.counts] = numbered.setdefault(target, NOWHERE - 1 - len(numbered))
        answers = counting.branches(node, facts, known, leads)
        return self._draft(_spoken_of(ask.group, ask.facts, answers, self._others), answers, numbered)

    def _asked_of_all(
        self, node: Node, told: Mapping[int, Fact], ask: Open, lefts: Collection[Node], limit: int
    ) -> _Further | None:
        """What is asked next wherever something is left open about the members that were asked about.

        So there is one step for all of them, whichever they are. None where there are few that differ,
        or that would take longer than the smallest tree does.
        """
        diagrams, exchange = self._questions.diagrams, ask.exchange
        if exchange is None:
            return None
        of_run = [{v for m in run.members for v in m} for run in exchange.runs(node, ask.facts)]
        for further in self._questions.every:
            asked = [of.intersection(further.facts) for of in of_run]
            if not any(asked) or not told.keys().isdisjoint(further.facts):
                continue
            kinds: dict[tuple[bool, ...], list[Node]] = {}
            for left in lefts:
                support = diagrams.support(left)
                kinds.setdefault(tuple(support.isdisjoint(of) for of in asked), []).append(left)
            nothing = kinds.pop((True,) * len(asked), None)
            if len(kinds) <= _FEW_KINDS or not nothing:
                continue
            pending = [left for alike in kinds.values() for left in alike]
            after = exchange.cells(node, {**told, **further.facts})
            onward = self._led_to(further, pending, dict.fromkeys(cell.left for cell in after))
            if weight_of(further) + max(map(self._planner.weigh, onward), default=limit) <= limit:
                return _Further(further, frozenset(pending), onward)
        return None

    def _led_to(self, ask: Open, nodes: Sequence[Node], lefts: Collection[Node]) -> frozenset[Node]:
        """Those of what can be left to which an answer leads from one of these functions.

        What is about members yet is taken to be: which of those that are alike are named does not matter.
        """
        diagrams, exchange = self._questions.diagrams, ask.exchange
        variables = exchange.variables if exchange else ()
        never = {each for each in lefts if diagrams.support(each).isdisjoint(variables)}
        for node in nodes:
            if not never:
                break
            never.difference_update(ask.remainders(node))
        return frozenset(lefts).difference(never)

    def _draft(
        self,
        facts: Sequence[str],
        answers: Sequence[Told],
        numbered: Mapping[_Draft | str, Node],
    ) -> _Draft:
        (group,) = self._asking.groups(facts)
        by_number = {number: target for target, number in numbered.items()}
        branches = [(words, when, by_number[value]) for value, words, when in answers]
        key = (group, tuple((words, when, target) for words, when, target in branches))
        return self._same.setdefault(key, _Draft(group, group.facts, branches))


def _spoken_of(
    group: Group,
    facts: Mapping[int, Fact],
    answers: Sequence[Told],
    others: Mapping[Fact, Sequence[Fact]],
) -> list[Fact]:
    """The facts that answers are told by; of a choice all."""
    if group.kind == "choice":
        return [each for fact in facts.values() for each in (fact, *others.get(fact, ()))]
    parts = [part for answer in answers for cube in answer.when for part in cube]
    cubes = [
        cube
        for part in parts
        for cube in ([(part,)] if isinstance(part, Some) else (c for each in part.each for c in each.when))
    ]
    spoken = {fact for cube in cubes for some in cube for fact in some.facts}
    return [fact for fact in facts.values() if fact in spoken]
