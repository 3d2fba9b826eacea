"""What to find out next: the questions that can still change the verdict, and what answers do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from lupa.answers import branches
from lupa.answers.asking import Alone, Apart, questions_apart
from lupa.answers.decision import Decision, Missing
from lupa.answers.exploration import Answer, Ask, Asked, Member
from lupa.answers.question import Question
from lupa.compiled.diagram import NOWHERE, Node, deep
from lupa.errors import SpaceLimitError
from lupa.rules.asking import Group
from lupa.rules.edition import Edition
from lupa.rules.vocabulary import Fact

_UNTOLD = 99
"""Stands for how many outcomes are left where that is not told: more than there are."""


def ask(question: Question, decision: Decision) -> Ask:
    """The questions that matter, the most decisive first, and the facts that do not."""

    def found() -> tuple[tuple[Asked, ...], tuple[Fact, ...]]:
        with deep(len(question.edition.literals)):
            return _questions(question, decision), _immaterial(question, decision)

    key = ("ask", *question.statements, *sorted(question.record.known_numbers))
    return Ask(decision, *question.edition.remembered(key, found))


def _questions(question: Question, decision: Decision) -> tuple[Asked, ...]:
    edition = question.edition
    missing = {each.fact: each for each in decision.missing}
    if not missing:
        return ()
    questions, others = questions_apart(question), question.standing.facts(edition)
    open_groups: list[tuple[Alone, Group]] = []
    for each in questions.every:
        open_ = (fact for first in each.group.facts for fact in (first, *others.get(first, ())))
        facts = [fact for fact in open_ if fact in missing]
        if facts:
            (group,) = edition.asking.groups(facts)
            open_groups.append((each, group))
    known = question.record.known_numbers
    alone = known.union(*(dict(group.numbers) for _, group in open_groups))
    asked = []
    for each, group in open_groups:
        items = [missing[fact] for fact in group.facts]
        told = known if alone.issuperset(edition.asking.numbers(group)) else alone
        asked.append(_asked(edition, questions, each, group, items, others, told))
    return tuple(sorted(asked, key=_decisiveness))


def _immaterial(question: Question, decision: Decision) -> tuple[Fact, ...]:
    """The facts that are open and cannot change the verdict."""
    missing = {each.fact for each in decision.missing}
    cone, silent = question.edition.relevance.outcome_cone, frozenset(question.silent)

    def is_open(fact: Fact, literal: int) -> bool:
        return fact in silent if literal in cone else question.is_open(literal)

    literals = question.edition.literals.items()
    return tuple(fact for fact, x in literals if fact not in missing and is_open(fact, x))


def _decisiveness(asked: Asked) -> tuple[bool, bool, int]:
    """First what every answer settles, then what one does; among equals what leaves fewer outcomes."""
    left = [len(answer.possible) for answer in asked.answers] or [_UNTOLD]
    return max(left) > 1, min(left) > 1, max(left)


def _asked(
    edition: Edition,
    questions: Apart,
    asked: Alone,
    group: Group,
    missing: Sequence[Missing],
    others: Mapping[Fact, Sequence[Fact]],
    known: Collection[str],
) -> Asked:
    """The question; of two numbers that make one it asks for what is not `known`, or asked by another."""
    asking = edition.asking
    kinds = {fact: name for name, facts in asking.classes(group.facts).items() for fact in facts}
    sources = dict.fromkeys(source for each in missing for source in each.source.split("; ") if source)
    return Asked(
        group.id,
        group.kind,
        asking.question(group, known),
        tuple(Member(m.fact, m.text, m.question, asking.member(m.fact), kinds[m.fact]) for m in missing),
        asking.numbers(group, known),
        tuple(dict.fromkeys(item for each in missing for item in each.bears_on)),
        "; ".join(sources),
        " ".join(dict.fromkeys(each.help for each in missing if each.help)),
        max(edition.find_out(edition.literals[each.fact]) for each in missing),
        tuple(_answers(edition, questions, asked, group, others)),
    )


def _answers(
    edition: Edition, questions: Apart, asked: Alone, group: Group, others: Mapping[Fact, Sequence[Fact]]
) -> Iterator[Answer]:
    """The answers that leave other outcomes possible, each with these."""
    values: dict[tuple[str, ...], Node] = {}

    def of(names: Iterable[str]) -> Node:
        possible = tuple(sorted(names))
        return values.setdefault(possible, NOWHERE - 1 - len(values)) if possible else NOWHERE

    def left(outcomes: frozenset[Node]) -> Node:
        return of(questions.names[value] for value in outcomes)

    def either(parts: tuple[Node, ...]) -> Node:
        return of({name for names, value in values.items() if value in parts for name in names})

    diagrams, partition = asked.leaving(questions.diagrams, questions.outcome, left)
    facts = dict(asked.facts)
    if group.kind != "choice":  # what cannot matter may be either way
        facts = {variable: fact for variable, fact in facts.items() if fact in group.facts}
        for variable in sorted(diagrams.support(partition) - facts.keys()):
            sides = [diagrams.restrict(partition, variable, value=value) for value in (False, True)]
            partition = diagrams.together(sides, either)
    possible = {value: names for names, value in values.items()}
    try:
        answers = branches.told(edition, group, facts, diagrams, partition, others)
    except SpaceLimitError:  # it is asked all the same
        return
    for value, words, when in reversed(answers) if group.kind == "yes_no" else answers:
        yield Answer(words, branches.shown(edition.asking, group, words, when), possible[value], when)
