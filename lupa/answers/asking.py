"""The questions that a record leaves open, and its outcome as a function of their answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from lupa.answers.question import Question
from lupa.compiled.circuit import circuit
from lupa.compiled.diagram import MOST_PARTS, Budget, Diagrams, Node, deep
from lupa.compiled.exchange import Exchange, members_of
from lupa.compiled.grouped import Classes, Grouped
from lupa.compiled.lifted import Lifted
from lupa.compiled.seen import Seen
from lupa.rules.alike import alike
from lupa.rules.asking import Group
from lupa.rules.edition import Edition
from lupa.rules.vocabulary import Fact

Made = TypeVar("Made", "Questions", "Apart")


class Open(NamedTuple):
    """A question about a group: the facts of its variables, and the effort that its answer takes.

    A clinician is asked those of a lower `rank` first. By an `exchange` answers that differ only in which
    of some that are alike they name are one.
    """

    group: Group
    facts: Mapping[int, Fact]
    seen: Lifted
    classes: Classes | None
    effort: int
    rank: tuple[int, bool]
    exchange: Exchange | None = None

    def is_exchanged(self, node: Node) -> bool:
        """Whether answers are taken as one that differ only in which of some that are alike they name."""
        return self.exchange is not None and self.exchange.is_exchanged(node, self.facts.keys())

    def remainders(self, node: Node) -> Sequence[Node]:
        """What the answers leave of a function, each once."""
        if self.exchange is not None and self.is_exchanged(node):
            return self.exchange.remainders(node, self.facts.keys())
        return self.seen.remainders(node)

    def answers(self, node: Node, value: Callable[[Node], Node]) -> tuple[Diagrams, Node]:
        """The value of what each assignment of the group leaves of a function, with its diagrams."""
        seen, lifted = self.seen, self.seen.lifted(node)
        if self.classes is None:
            return seen.top, seen.top.together([lifted], lambda parts: value(seen.left(parts[0])))
        values = [value(seen.left(seen.top.at(lifted, code))) for code in self.classes.codes]
        place, diagrams = self.classes.place, self.classes.diagrams
        return diagrams, diagrams.together([self.classes.partition], lambda parts: values[place(parts[0])])


class Alone(NamedTuple):
    """A question as `Open` is one, of which only the outcomes are known that its answers leave possible."""

    group: Group
    facts: Mapping[int, Fact]
    effort: int
    rank: tuple[int, bool]

    def leaving(
        self, diagrams: Diagrams, outcome: Node, value: Callable[[frozenset[Node]], Node]
    ) -> tuple[Diagrams, Node]:
        """The value of the outcomes that each assignment of the group leaves, with its diagrams."""
        return diagrams, Seen(diagrams, self.facts.keys(), value).of(outcome)


class Apart(NamedTuple):
    """The questions in the order of a clinician, each on its own, and the outcome with its names."""

    every: Sequence[Alone]
    diagrams: Diagrams
    outcome: Node
    names: Mapping[Node, str]


class Questions(NamedTuple):
    """The questions in the order of a clinician, and the outcome, with its names, as what they leave."""

    every: Sequence[Open]
    diagrams: Diagrams
    outcome: Node
    names: Mapping[Node, str]


def open_questions(question: Question, most: int = MOST_PARTS) -> Questions:
    """Every question that can be asked about the silent facts of a record.

    Raises `SpaceLimitError` where they make more than memory is given up for, or `most` parts.
    """
    budget = Budget(question.check, most)

    def made() -> Questions:
        with deep(len(question.edition.literals)):
            return _open(question, budget)

    return _remembered(question, "questions", made, budget)


def _remembered(question: Question, name: str, make: Callable[[], Made], budget: Budget) -> Made:
    """What was made for the same record; what more is made of it is made within this budget."""
    found = question.edition.remembered((name, *question.statements), make)
    found.diagrams.budget = budget
    return found


def _effort_and_rank(edition: Edition, group: Group) -> tuple[int, tuple[int, bool]]:
    """What the answer to a question takes, and its place among those that a clinician is asked."""
    effort = max(edition.find_out(edition.literals[fact]) for fact in group.facts)
    return effort, min(edition.asked_first[fact] for fact in group.facts)


def _open(question: Question, budget: Budget) -> Questions:
    edition = question.edition
    made = circuit(edition, question.statements, budget)
    facts = [edition.facts[literal] for literal in made.facts]
    groups, first = [], 0
    for group in made.groups:
        groups.append(range(first, first + len(group.facts)))
        first += len(group.facts)
    grouped = Grouped(made.diagrams, made.outcome, groups)
    every = [
        Open(
            group,
            {variable: facts[variable] for variable in variables},
            Lifted(grouped.diagrams, variables),
            classes,
            *_effort_and_rank(edition, group),
        )
        for group, variables, classes in zip(made.groups, groups, grouped.classes, strict=True)
    ]
    every.sort(key=lambda each: each.rank)
    return Questions(every, grouped.diagrams, grouped.node, made.names)


def questions_by_member(question: Question, most: int = MOST_PARTS) -> Questions:
    """The same, where what is asked of each of several that are alike makes too much; raises as it does."""
    budget = Budget(question.check, most)

    def made() -> Questions:
        edition = question.edition
        with deep(len(edition.literals)):
            whole = circuit(edition, question.statements, budget, as_read=True)
            variable_of = {edition.facts[literal]: variable for variable, literal in enumerate(whole.facts)}
            exchange = Exchange(
                whole.diagrams, members_of(alike(edition.vocabulary, whole.groups), variable_of)
            )
            every = [
                Open(
                    group,
                    {variable_of[fact]: fact for fact in group.facts},
                    Lifted(whole.diagrams, [variable_of[fact] for fact in group.facts]),
                    None,
                    *_effort_and_rank(edition, group),
                    exchange,
                )
                for group in whole.groups
            ]
        every.sort(key=lambda each: each.rank)
        return Questions(every, whole.diagrams, whole.outcome, whole.names)

    return _remembered(question, "questions by member", made, budget)


def questions_apart(question: Question, most: int = MOST_PARTS) -> Apart:
    """Every question that can be asked about the silent facts, each on its own; raises as the others do."""
    budget = Budget(question.check, most)

    def made() -> Apart:
        edition = question.edition
        with deep(len(edition.literals)):
            whole = question.function or circuit(edition, question.statements, budget, as_read=True)
        variable_of = {edition.facts[literal]: variable for variable, literal in enumerate(whole.facts)}
        every = [
            Alone(
                group,
                {variable_of[fact]: fact for fact in group.facts},
                *_effort_and_rank(edition, group),
            )
            for group in whole.groups
        ]
        every.sort(key=lambda each: each.rank)
        return Apart(every, whole.diagrams, whole.outcome, whole.names)

    return _remembered(question, "questions apart", made, budget)
