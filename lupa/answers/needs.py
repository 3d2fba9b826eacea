"""What would have to be so, for what is not met to be met."""

from collections.abc import Iterator
from typing import TypedDict

from lupa.answers.causes import origin
from lupa.answers.decision import Need, Says
from lupa.answers.question import Question
from lupa.rules.atom import Atom
from lupa.rules.edition import Edition
from lupa.rules.needed import Needed, needed
from lupa.rules.solver import Literal

_Failing = tuple[Literal, Atom, bool, Literal | None]
"""What holds where something fails, what that is, the truth that says it, and where a criterion applies."""


class Needs(TypedDict):
    """As in a `Criterion`."""

    needs: tuple[tuple[Need, ...], ...]
    more_needs: bool


def needs(question: Question, wanted: Literal) -> Needs:
    """The smallest sets of facts with which, and the rest of the record, this holds in every world."""
    found: Needed = question.edition.kept(needed, (wanted, question.bearing_on(wanted)))
    told = {literal: _need(question, literal, wanted) for each in found.sets for literal in each}
    return Needs(
        needs=tuple(tuple(told[literal] for literal in each) for each in found.sets), more_needs=found.more
    )


def _need(question: Question, literal: Literal, wanted: Literal) -> Need:
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
    against = tuple(_against(question, literal, wanted))
    about, of = edition.asking.about(fact), origin(question, fact, said) if known else None
    return Need(fact, value, words, about, says, of, against)


def _against(question: Question, literal: Literal, wanted: Literal) -> Iterator[str]:
    """What speaks against a fact: on record, or by what else the policy says where it is so.

    Of numbers, and of what has one value, none is told: there other facts change with it.
    """
    edition, v = question.edition, question.edition.vocabulary
    fact = edition.facts[abs(literal)]
    if fact in v.number_of or fact in v.choice_of:
        return
    if literal > 0:
        yield from _on_record(question, literal)
    for conclusion, atom, holds, applies in edition.kept(_failing, abs(literal)):
        if conclusion != -wanted and (applies is None or question.possible(applies)):
            yield from _where_it_holds(question, literal, conclusion, edition.phrase(atom, holds))


def _on_record(question: Question, literal: Literal) -> Iterator[str]:
    """What is on record against bringing a fact about, and what the policy advises against it."""
    edition, v = question.edition, question.edition.vocabulary
    known = list(v.efforts.speaks_against(edition.facts[literal]))
    yield from (v.words(other, True) for other in known if question.record.stated.get(other))
    for atom in edition.advisories if known else ():
        if atom.item in known:
            yield from _where_it_holds(question, literal, atom.literal, edition.phrase(atom, True))


def _where_it_holds(question: Question, literal: Literal, conclusion: Literal, words: str) -> Iterator[str]:
    """The words for a conclusion, if it is not certain now and would be with a fact."""
    if not question.certain(conclusion) and question.would_hold(conclusion, literal):
        yield words


def _failing(edition: Edition, fact: Literal) -> tuple[_Failing, ...]:
    """What a fact bears on that can fail, or bar the request."""
    found: list[_Failing] = [
        (-atom.literal, atom, False, edition.applies[atom.id]) for atom in edition.criteria
    ]
    found += [(atom.literal, atom, True, None) for atom in edition.bases if atom.id != "criteria_not_met"]
    return tuple(each for each in found if fact in edition.relevance.cone(each[0]))
