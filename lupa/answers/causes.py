"""The facts of a reason in words, with where the record has each from."""

from collections.abc import Sequence

from lupa.answers.decision import Cause, Origin
from lupa.answers.question import Question
from lupa.record.case import lines_for
from lupa.rules.solver import Literal
from lupa.rules.vocabulary import Fact

UNLISTED = " (not on the list, which is said to be complete)"


def causes(question: Question, reason: Sequence[Literal]) -> tuple[Cause, ...]:
    """The facts of a reason in words, in the order of the vocabulary."""
    edition, record = question.edition, question.record
    found = []
    for literal in sorted(reason, key=lambda x: edition.places[abs(x)]):
        fact, value = edition.facts[abs(literal)], literal > 0
        text = edition.vocabulary.words(fact, value)
        if fact in record.given:
            text = f"{text[:-1]} ({record.given[fact]})."
        if fact in record.closed:
            text = f"{text[:-1]}{UNLISTED}."
        lines = lines_of(question, fact, value)
        if lines:
            text = f"{text[:-1]} ({'; '.join(lines)})."
        origin = "evidence" if lines else _unshown(question, fact)
        found.append(Cause(fact, value, text, edition.asking.about(fact), origin))
    return tuple(found)


def origin(question: Question, fact: Fact, value: bool | None) -> Origin:
    """Why the record says of a fact what it says."""
    return "evidence" if lines_of(question, fact, value) else _unshown(question, fact)


def _unshown(question: Question, fact: Fact) -> Origin:
    """The same, where no line of a chart shows it."""
    if fact in question.record.closed:
        return "only"
    return "assumed" if fact in question.record.assumed else "stated"


def lines_of(question: Question, fact: Fact, value: bool | None = None) -> tuple[str, ...]:
    """The lines of the chart that the case gives for a fact, or for the number that it is about.

    Of a `value` of the fact, those that say so.
    """
    case = question.record.case
    if not case.get("evidence"):
        return ()
    return lines_for(case, fact, question.edition.vocabulary.number_of.get(fact), value)
