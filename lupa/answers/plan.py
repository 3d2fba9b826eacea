"""The smallest decision tree of questions that leads to a certain verdict, written down.

A question is about a group of facts, and is answered by all of them. Where the functions that answers
leave are too many, and some members of what is asked are alike (two of twelve drugs, each for so long),
answers that differ only in which of them are named are taken as one: what is left differs in these names
alone, and so the smallest tree for it does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from lupa.answers.asking import Open, Questions, open_questions, questions_by_member
from lupa.answers.branches import shown, told
from lupa.answers.counting import Counting, Known, Told
from lupa.answers.decision import Decision
from lupa.answers.exploration import Branch, Plan, Step
from lupa.answers.planner import ONE, Planner
from lupa.answers.question import Question
from lupa.answers.when import Some, When
from lupa.compiled.diagram import NOWHERE, Node, deep
from lupa.errors import SpaceLimitError
from lupa.rules.alike import alike
from lupa.rules.asking import Group
from lupa.rules.edition import Edition
from lupa.rules.vocabulary import Fact

_MANY = 100_000
"""Of so many parts the questions are made before members that are alike are taken as one."""
_MOST = 2_000_000
"""Of so many parts a plan is made at most: half a gigabyte, and enough for the policies that ship."""
_LONG = 12
"""Where there are more answers to a question, those about members that are alike are taken as one."""

_Planned = tuple[int, int, tuple[Step, ...]]
"""The number of questions, what they cost, and the steps."""


def plan(question: Question, decision: Decision) -> Plan:
    """The smallest decision tree for the record that the question is about."""
    edition = question.edition
    key = ("plan", *question.statements, *sorted(question.record.known_numbers))
    found = edition.remembered(key, lambda: _smallest(question))
    return Plan(decision, *found)


def _smallest(question: Question) -> _Planned:
    edition = question.edition
    if not alike(edition.vocabulary, edition.asking.groups(question.silent)):
        return _planned(question, open_questions(question, _MOST))
    try:
        questions = open_questions(question, _MANY)
        questions.diagrams.budget.extend(_MOST)
        found = _planned(question, questions)
    except SpaceLimitError:  # it is looked at in another way
        return _planned(question, questions_by_member(question, _MOST))
    if _most_answers(found) > _LONG:  # as small is the one that names nobody
        with suppress(SpaceLimitError):
            found = min(found, _planned(question, questions_by_member(question, _MOST)), key=_most_answers)
    return found


def _most_answers(planned: _Planned) -> int:
    """To how many ways of answering there is to listen at once, but of a choice."""
    _, _, steps = planned
    return max((len(step.branches) for step in steps if step.kind != "choice"), default=0)


def _planned(question: Question, questions: Questions) -> _Planned:
    with deep(len(question.edition.literals)):
        planner = Planner(questions, question.check)
        weight = planner.weigh(questions.outcome)
        others = question.standing.facts(question.edition)
        writer = _Writer(question.edition, questions, planner, others)
        steps = writer.steps(question.record.known_numbers)
    return weight // ONE, weight % ONE, steps


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


class _Writer:
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
        numbered: dict[_Draft | str, Node] = {}
        leads: dict[tuple[int, ...], Node] = {}
        for each in counting.answered(node, ask.facts, known):
            target = self._follow(each.left, each.known)
            leads[each.counts] = numbered.setdefault(target, NOWHERE - 1 - len(numbered))
        answers = counting.branches(node, ask.facts, known, leads)
        return self._draft(_spoken_of(ask.group, ask.facts, answers, self._others), answers, numbered)

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
