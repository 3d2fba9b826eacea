"""The smallest decision tree of questions that leads to a certain verdict.

A question is about a group of facts, and is answered by all of them. Smallest means: the fewest
questions in the worst case; among equals, the least effort on the longest way. That is the depth of a
decision tree with weights, found by search over the functions that answers leave.

Where these are too many, and some members of what is asked are alike (two of twelve drugs, each for so
long), answers that differ only in which of them are named are taken as one: what is left differs in these
names alone, and so the smallest tree for it does.

One theorem keeps the search small. A question is *free* if no law ties its answer to those of the
others. A free question with an answer that settles the outcome may be asked first: whoever answers can
hold that answer back, and until the question is asked the outcome may still be what it makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lupa.answers.asking import Open, Questions, open_questions, questions_by_member
from lupa.answers.branches import Told, told
from lupa.answers.counting import Branching, Counting, Known
from lupa.answers.decision import Decision
from lupa.answers.exploration import Branch, Counted, Plan, Some, Step, When
from lupa.answers.question import Question
from lupa.compiled.diagram import NO, NOWHERE, YES, Node, deep
from lupa.errors import SpaceLimitError
from lupa.rules.asking import Asking, Group

_ONE = 10**6
"""The weight of a question before its effort, so that the number of questions counts first."""
_GIVEN_AWAY = 4
"""So many answers are tried for a lower bound."""
_MANY = 100_000
"""So many parts are made before members that are alike are taken as one."""


def plan(question: Question, decision: Decision) -> Plan:
    """The smallest decision tree for the record that the question is about."""
    edition = question.edition
    found = edition.remembered(("plan", *question.statements), lambda: _smallest(question))
    return Plan(decision, *found)


def _smallest(question: Question) -> tuple[int, int, tuple[Step, ...]]:
    edition = question.edition
    if not edition.asking.alike(edition.asking.groups(question.silent)):
        return _planned(question, open_questions(question))
    try:
        return _planned(question, open_questions(question, most=_MANY))
    except SpaceLimitError:
        return _planned(question, questions_by_member(question))


def _planned(question: Question, questions: Questions) -> tuple[int, int, tuple[Step, ...]]:
    with deep(len(question.edition.literals)):
        planner = _Planner(questions, question.check)
        weight = planner.weigh(questions.outcome)
        steps = _Writer(question.edition.asking, questions, planner).steps()
    return weight // _ONE, weight % _ONE, steps


def _weight(ask: Open) -> int:
    return _ONE + ask.effort


class _Planner:
    """Weighs functions by the smallest trees that settle them, and keeps what was found."""

    def __init__(self, questions: Questions, check: Callable[[], None]) -> None:
        self._check = check
        self._diagrams = questions.diagrams
        self._asks = questions.every
        self._open: dict[Node, list[tuple[Open, Sequence[Node]]]] = {}
        self._lawful: dict[Node, Node] = {NOWHERE: NO}
        self._weights: dict[Node, int] = {}
        self._bounds: dict[Node, int] = {}
        self._given_away: dict[Node, int] = {}
        self._sizes: dict[Node, int] = {}

    def open(self, node: Node) -> list[tuple[Open, Sequence[Node]]]:
        """The questions with more than one possible answer, and what the answers leave."""
        if node not in self._open:
            self._diagrams.budget.spend()
            support = self._diagrams.support(node)
            found = []
            for ask in self._asks:
                if not support.isdisjoint(ask.facts):
                    left = ask.remainders(node)
                    if len(left) > 1:
                        found.append((ask, left))
            self._open[node] = found
        return self._open[node]

    # ---- weights -------------------------------------------------------------------------------

    def weigh(self, node: Node, limit: int | None = None) -> int:
        """The weight of the smallest tree, or if that is `limit` or more, a bound from `limit` up to it."""
        if len(self._diagrams.values(node)) == 1:
            return 0
        if node in self._weights:
            return self._weights[node]
        if limit is not None and self._bounds.get(node, _ONE) >= limit:
            return self._bounds.get(node, _ONE)
        self._check()
        settling = self._settling(node)
        if settling is not None:
            ask, left = settling
            self._weights[node] = _weight(ask) + max(map(self.weigh, left))
            return self._weights[node]
        return self._search(node, limit)

    def _settling(self, node: Node) -> tuple[Open, Sequence[Node]] | None:
        """The free question of which most answers settle the outcome, if any does."""
        found, most = None, 0.0
        for ask, left in self.open(node):
            settled = sum(len(self._diagrams.values(answer)) == 1 for answer in left) / len(left)
            if settled > most and self._is_free(ask, node, left):
                found, most = (ask, left), settled
        return found

    def _is_free(self, ask: Open, node: Node, left: Sequence[Node]) -> bool:
        """Whether the same can be of all else, whatever the answer is."""
        lawful = set(map(self._lawful_of, left))
        if len(lawful) > 1:
            return False
        if ask.exchange is None or not ask.is_exchanged(node):
            return True
        return ask.exchange.variables.isdisjoint(*map(self._diagrams.support, lawful))

    def _lawful_of(self, node: Node) -> Node:
        """The condition that a function has a value."""
        if node < 0:
            return self._lawful.get(node, YES)
        if node not in self._lawful:
            variable = self._diagrams.top(node)
            no, yes = map(self._lawful_of, self._diagrams.split(node, variable))
            self._lawful[node] = self._diagrams.node(variable, no, yes)
        return self._lawful[node]

    def _search(self, node: Node, limit: int | None) -> int:
        """The weight, by trying every question until no other can do better."""
        best, found = limit, False
        for ask, left in sorted(self.open(node), key=self._promise):
            worst = self._worst(ask, left, best)
            if best is None or worst < best:
                best, found = worst, True
            if self._at_least(node) >= best:
                break
        assert best is not None  # noqa: S101 - whatever is not settled has a question
        (self._weights if found else self._bounds)[node] = best
        return best

    def _worst(self, ask: Open, left: Sequence[Node], limit: int | None) -> int:
        """The weight of a tree that asks this first, or if that is `limit` or more, a bound from it."""
        worst = 0
        for answer in sorted(left, key=self._size, reverse=True):
            least = self.weigh(answer, None if limit is None else limit - _weight(ask))
            worst = max(worst, _weight(ask) + least)
            if limit is not None and worst >= limit:
                break
        return worst

    def _at_least(self, node: Node) -> int:
        """A weight below which no tree comes: that of what is left once an answer is given away."""
        if node not in self._given_away:
            left = {a: None for _, answers in self.open(node) for a in answers if self._settling(a)}
            heaviest = sorted(left, key=self._size, reverse=True)[:_GIVEN_AWAY]
            self._given_away[node] = max(map(self.weigh, heaviest), default=0)
        return self._given_away[node]

    def _promise(self, asked: tuple[Open, Sequence[Node]]) -> tuple[int, float, int]:
        """The question that leaves the least to ask, at worst and then by all of its answers, first."""
        ask, left = asked
        sizes = list(map(self._size, left))
        return max(sizes), sum(sizes) / len(sizes), _weight(ask)

    def _size(self, node: Node) -> int:
        """The weight of everything that a function depends on."""
        if node not in self._sizes:
            support = self._diagrams.support(node)
            asked = (ask for ask in self._asks if not support.isdisjoint(ask.facts))
            self._sizes[node] = sum(map(_weight, asked))
        return self._sizes[node]

    # ---- what to ask ---------------------------------------------------------------------------

    def first(self, node: Node) -> Open:
        """The first question, in the order of a clinician, of those that a smallest tree can begin with.

        Of what a clinician is asked alike, that which leaves the least to ask.
        """
        weight = self.weigh(node)
        order = sorted(self.open(node), key=lambda asked: (asked[0].rank, *self._promise(asked)))
        return next(ask for ask, left in order if self._worst(ask, left, weight + 1) == weight)


@dataclass(slots=True, eq=False)
class _Draft:
    """A step before it is known by which number other steps call it."""

    group: Group
    facts: tuple[str, ...]
    branches: list[tuple[str, When, _Draft | str]]


class _Writer:
    """Writes the tree down, each part that is the same once."""

    def __init__(self, asking: Asking, questions: Questions, planner: _Planner) -> None:
        self._asking = asking
        self._questions = questions
        self._planner = planner
        self._drafts: dict[object, _Draft | str] = {}
        self._same: dict[object, _Draft] = {}
        exchange = next((ask.exchange for ask in questions.every if ask.exchange is not None), None)
        self._counting = exchange and Counting(
            asking,
            exchange,
            questions.outcome,
            {variable: fact for ask in questions.every for variable, fact in ask.facts.items()},
            questions.diagrams.budget,
        )

    def steps(self) -> tuple[Step, ...]:
        """The steps, each before those that its answers lead to, a branch followed to its end first."""
        order: dict[_Draft, int] = {}
        known = self._counting.nothing_known() if self._counting else {}
        waiting = [self._follow(self._questions.outcome, known)]
        while waiting:
            draft = waiting.pop()
            if isinstance(draft, _Draft) and draft not in order:
                order[draft] = len(order) + 1
                waiting.extend(target for _, _, target in reversed(draft.branches))
        return tuple(self._step(number, draft, order) for draft, number in order.items())

    def _step(self, number: int, draft: _Draft, order: Mapping[_Draft, int]) -> Step:
        branches = tuple(
            Branch(answer, None, target, when)
            if isinstance(target, str)
            else Branch(answer, order[target], None, when)
            for answer, when, target in draft.branches
        )
        return Step(
            number,
            draft.group.id,
            draft.group.kind,
            self._asking.question(draft.group),
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
            if self._counting and self._counting.speaks(node, ask, known):
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
        answers = told(self._asking, ask.group, facts, diagrams, partition)
        spoken = _spoken_of(ask.group, facts, answers)
        return self._draft(spoken, answers, numbered)

    def _counted(self, node: Node, ask: Open, known: Known, counting: Counting) -> _Draft:
        """The same, where members that are alike are told by how many they are."""
        numbered: dict[_Draft | str, Node] = {}
        leads: dict[tuple[int, ...], Node] = {}
        for each in counting.answered(node, ask, known):
            target = self._follow(each.left, each.known)
            leads[each.counts] = numbered.setdefault(target, NOWHERE - 1 - len(numbered))
        answers = counting.branches(node, ask, known, leads)
        spoken = _counted_in(answer.when for answer in answers)
        facts = [fact for fact in ask.facts.values() if fact in spoken]
        return self._draft(facts, answers, numbered)

    def _draft(
        self,
        facts: Sequence[str],
        answers: Sequence[Told] | Sequence[Branching],
        numbered: Mapping[_Draft | str, Node],
    ) -> _Draft:
        (group,) = self._asking.groups(facts)
        by_number = {number: target for target, number in numbered.items()}
        branches = [(words, when, by_number[value]) for value, words, when in answers]
        key = (group, tuple((words, when, target) for words, when, target in branches))
        return self._same.setdefault(key, _Draft(group, group.facts, branches))


def _counted_in(whens: Iterable[When]) -> set[str]:
    """The facts by which members are counted."""
    counted = [part for when in whens for cube in when for part in cube if isinstance(part, Counted)]
    return {
        f
        for part in counted
        for each in part.each
        for cube in each.when
        for some in cube
        for f in some.facts
    }


def _spoken_of(group: Group, facts: Mapping[int, str], answers: Sequence[Told]) -> list[str]:
    """The facts that answers are told by; of a choice all."""
    if group.kind == "choice":
        return list(facts.values())
    spoken = {
        fact
        for answer in answers
        for cube in answer.when
        for some in cube
        if isinstance(some, Some)
        for fact in some.facts
    }
    return [fact for fact in facts.values() if fact in spoken]
