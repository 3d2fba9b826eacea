"""The questions that a record leaves open, and its outcome as a function of their answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from lupa.answers.membership import exchange_of
from lupa.answers.question import Question
from lupa.compiled.circuit import Circuit, circuit
from lupa.compiled.diagram import MOST_PARTS, Budget, Diagrams, Node, deep
from lupa.compiled.exchange import Exchange
from lupa.compiled.grouped import Classes, Grouped
from lupa.compiled.lifted import Lifted
from lupa.compiled.needless import without_needless
from lupa.compiled.seen import Seen
from lupa.rules.asking import Group
from lupa.rules.edition import Edition
from lupa.rules.vocabulary import Fact

Made = TypeVar("Made", "Questions", "Apart")


class Open(NamedTuple):
    """A question about a group: the facts of its variables, and the effort that its answer takes.

    A clinician is asked those of a lower `rank` first. By an `exchange` answers that differ only in which
    of some that are alike they name are one. Of what an answer leaves just what is `needed` is kept.
    """

    group: Group
    facts: Mapping[int, Fact]
    seen: Lifted
    classes: Classes | None
    effort: int
    rank: tuple[int, bool]
    exchange: Exchange | None = None
    needed: Callable[[Node], Node] = lambda node: node

    def is_exchanged(self, node: Node) -> bool:
        """Whether answers are taken as one that differ only in which of some that are alike they name."""
        return self.exchange is not None and self.exchange.is_exchanged(node, self.facts.keys())

    def remainders(self, node: Node) -> Sequence[Node]:
        """What the answers leave of a function, each once."""
        if self.exchange is not None and self.is_exchanged(node):
            return self.exchange.remainders(node, self.facts.keys())
        left = tuple(dict.fromkeys(map(self.needed, self.seen.remainders(node))))
        if self.exchange is not None:
            self.exchange.inherit(node, self.facts.keys(), left)
        return left

    def heaviest(self, node: Node) -> Sequence[Node]:
        """The same without what is another of them with something more known, as far as that is seen."""
        if self.exchange is not None and self.is_exchanged(node):
            return self.exchange.heaviest(node, self.facts.keys())
        return self.remainders(node)

    def examples(self, node: Node) -> Sequence[Node]:
        """Beside the heaviest, what answers leave that say the same of all members."""
        if self.exchange is not None and self.is_exchanged(node):
            return self.exchange.examples(node, self.facts.keys())
        return ()

    def answers(self, node: Node, value: Callable[[Node], Node]) -> tuple[Diagrams, Node]:
        """The value of what each assignment of the group leaves of a function, with its diagrams."""
        seen, lifted = self.seen, self.seen.lifted(node)

        def of(part: Node) -> Node:
            return value(self.needed(seen.left(part)))

        if self.classes is None:
            return seen.top, seen.top.together([lifted], lambda parts: of(parts[0]))
        values = [of(seen.top.at(lifted, code)) for code in self.classes.codes]
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
    made = circuit(edition, question.narrowed, budget)
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
            return _by_member(question, circuit(edition, question.narrowed, budget, as_read=True))

    return _remembered(question, "questions by member", made, budget)


def _by_member(question: Question, whole: Circuit) -> Questions:
    edition, diagrams = question.edition, whole.diagrams
    variable_of = {edition.facts[literal]: variable for variable, literal in enumerate(whole.facts)}
    needless = _Needless(diagrams, edition, whole.groups, variable_of)
    node = needless.gone_from(whole.outcome)
    bearing = {whole.facts[variable] for variable in diagrams.support(node)}
    groups = edition.asking.groups([f for f, x in edition.literals.items() if x in bearing])
    exchange = exchange_of(diagrams, edition.vocabulary, groups, variable_of)
    every = [
        Open(
            group,
            {variable_of[fact]: fact for fact in group.facts},
            Lifted(diagrams, [variable_of[fact] for fact in group.facts]),
            None,
            *_effort_and_rank(edition, group),
            exchange,
            *([needless.numbers_gone_from] if group.kind == "choice" else []),
        )
        for group in groups
    ]
    every.sort(key=lambda each: each.rank)
    return Questions(every, diagrams, node, whole.names)


class _Needless:
    """What need not be told, taken out of functions; each that is asked for is kept."""

    def __init__(
        self,
        diagrams: Diagrams,
        edition: Edition,
        groups: Sequence[Group],
        variable_of: Mapping[Fact, int],
    ) -> None:
        self._diagrams = diagrams
        self._groups = [[variable_of[fact] for fact in group.facts] for group in groups]
        number_of = edition.vocabulary.number_of
        self._numbers: list[tuple[list[list[int]], list[int]]] = []
        for group, variables in zip(groups, self._groups, strict=True):
            cuts: dict[str, list[int]] = {}
            for fact in group.facts if group.kind != "choice" else ():
                if fact in number_of:
                    cuts.setdefault(number_of[fact], []).append(variable_of[fact])
            if any(len(each) > 1 for each in cuts.values()):
                self._numbers.append((list(cuts.values()), variables))
        self._left: dict[Node, Node] = {}

    def gone_from(self, node: Node) -> Node:
        """A function without all that need not be told."""
        for variables in self._groups:
            node = without_needless(self._diagrams, node, variables, variables)
        return node

    def numbers_gone_from(self, node: Node) -> Node:
        """A function without cut points that need not be told beside others of the same number."""
        if node not in self._left:
            left, support = node, self._diagrams.support(node)
            for numbers, group in self._numbers:
                cuts = [[v for v in cuts if v in support] for cuts in numbers]
                several = [v for each in cuts if len(each) > 1 for v in each]
                left = without_needless(self._diagrams, left, several, group)
            self._left[node] = left
        return self._left[node]


def questions_apart(question: Question, most: int = MOST_PARTS) -> Apart:
    """Every question that can be asked about the silent facts, each on its own; raises as the others do."""
    budget = Budget(question.check, most)

    def made() -> Apart:
        edition = question.edition
        with deep(len(edition.literals)):
            whole = question.function or circuit(edition, question.narrowed, budget, as_read=True)
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
