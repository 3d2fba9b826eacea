"""The facts of a reason in words, with where the record has each from."""

from collections.abc import Sequence

from lupa.answers.decision import Cause, Origin
from lupa.answers.question import Question
from lupa.record.record import Record
from lupa.rules.solver import Literal
from lupa.rules.vocabulary import Fact


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
            text = f"{text[:-1]} (not on the list, which is said to be complete)."
        found.append(Cause(fact, value, text, origin(record, fact)))
    return tuple(found)


def origin(record: Record, fact: Fact) -> Origin:
    """Why the record says of a fact what it says."""
    if fact in record.closed:
        return "only"
    return "assumed" if fact in record.assumed else "stated"
