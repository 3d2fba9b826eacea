"""What would have to be so, for what is not met to be met."""

from typing import TypedDict

from lupa.answers.causes import origin
from lupa.answers.decision import Need, Says
from lupa.answers.question import Question
from lupa.rules.needed import Needed, needed
from lupa.rules.solver import Literal


class Needs(TypedDict):
    """As in a `Criterion`."""

    needs: tuple[tuple[Need, ...], ...]
    more_needs: bool


def needs(question: Question, wanted: Literal) -> Needs:
    """The smallest sets of facts with which, and the rest of the record, this holds in every world."""
    found: Needed = question.edition.kept(needed, (wanted, question.bearing_on(wanted)))
    told = {literal: _need(question, literal) for each in found.sets for literal in each}
    return Needs(
        needs=tuple(tuple(told[literal] for literal in each) for each in found.sets), more_needs=found.more
    )


def _need(question: Question, literal: Literal) -> Need:
    edition, record = question.edition, question.record
    fact, value = edition.facts[abs(literal)], literal > 0
    says: Says = "silent"
    said = record.stated.get(fact, record.assumed.get(fact))
    if said is None and not question.possible(literal):
        said = not value  # by a law, because of what else is on record
    if said is not None:
        says = "yes" if said else "no"
    known = fact in record.stated or fact in record.assumed
    words = edition.vocabulary.words(fact, value)
    return Need(fact, value, words, says, origin(question, fact) if known else None)
