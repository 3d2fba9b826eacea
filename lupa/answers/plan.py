"""The smallest decision tree of questions that leads to a certain verdict, written down.

A question is about a group of facts, and is answered by all of them. Where the functions that answers
leave are too many, and some members of what is asked are alike (two of twelve drugs, each for so long),
answers that differ only in which of them are named are taken as one: what is left differs in these names
alone, and so the smallest tree for it does.
"""

from __future__ import annotations

from contextlib import suppress

from lupa.answers.asking import Questions, open_questions, questions_by_member
from lupa.answers.decision import Decision
from lupa.answers.exploration import Plan, Step
from lupa.answers.planner import ONE, Planner
from lupa.answers.question import Question
from lupa.answers.tree import Writer
from lupa.compiled.diagram import deep
from lupa.errors import SpaceLimitError
from lupa.rules.alike import alike

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
        writer = Writer(question.edition, questions, planner, others)
        steps = writer.steps(question.record.known_numbers)
    return weight // ONE, weight % ONE, steps
