"""What would have to be so, for what is not met to be met."""

from collections.abc import Iterator
from typing import TypedDict

from lupa.answers.causes import origin
from lupa.answers.decision import Need, Says
from lupa.answers.question import Question
from lupa.rules.edition import Atom
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
    against = tuple(_against(question, literal))
    return Need(fact, value, words, says, origin(question, fact) if known else None, against)


def _against(question: Question, literal: Literal) -> Iterator[str]:
    """What speaks against a fact: on record, or by what else the policy says where it is so.

    Of numbers, and of what has one value, none is told: there other facts change with it.
    """
    edition, v = question.edition, question.edition.vocabulary
    fact = edition.facts[abs(literal)]
    if fact in v.number_of or fact in v.choice_of:
        return
    advised = set()
    if literal > 0:
        known = list(v.efforts.speaks_against(fact))
        advised = {atom.literal for atom in edition.advisories if atom.item in known}
        yield from (v.words(other, True) for other in known if question.record.stated.get(other))
    failing = [
        *((-criterion.literal, edition.phrase(criterion, False)) for criterion in _applying(question)),
        *(
            (atom.literal, edition.phrase(atom, True))
            for atom in edition.bases
            if atom.id != "criteria_not_met"
        ),
        *(
            (atom.literal, edition.phrase(atom, True))
            for atom in edition.advisories
            if atom.literal in advised
        ),
    ]
    for conclusion, words in failing:
        bears = abs(literal) in edition.relevance.cone(conclusion)
        if bears and not question.certain(conclusion) and question.would_hold(literal, conclusion):
            yield words


def _applying(question: Question) -> Iterator[Atom]:
    """The criteria that the request may have to meet."""
    for atom, applies in zip(question.edition.criteria, question.edition.applies, strict=True):
        if question.possible(applies):
            yield atom
