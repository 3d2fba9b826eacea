"""Whether a criterion that asks for one fact says the opposite of it, as far as words can tell."""

from __future__ import annotations

import re
from collections.abc import Iterator

import clingo

from lupa.authors.lint.words import Places
from lupa.authors.reports.finding import Finding
from lupa.rules.edition import Atom, Edition
from lupa.rules.vocabulary import Fact

_NO = frozenset(
    {"cannot", "neither", "never", "no", "nobody", "none", "nor", "not", "nothing", "without"},
)
"""The words by which a sentence denies."""
_ALIKE = 0.5
"""Of the words of the shorter sentence so many are in the other where both speak of the same."""


def contrary(edition: Edition, places: Places) -> Iterator[Finding]:
    """Criteria whose words deny where they are met what the fact's words affirm, or the other way round."""
    policy = clingo.Function(edition.policy)
    for criterion in {atom.id: atom for atom in (*edition.criteria, *edition.parts.values())}.values():
        asked = _asked(edition, criterion)
        if asked is None or asked[0] in edition.vocabulary.number_of:  # not more than 30 denies nothing
            continue
        if not _contrary(edition, criterion, *asked):
            continue
        fact, value = asked
        symbol = clingo.parse_term(criterion.id)
        statement, term = places.of_item("criterion", policy, symbol)
        said, words = edition.phrase(criterion, True), edition.vocabulary.words(fact, value)
        text = (
            f"criterion({criterion.id}) is met just when “{words}”, and its words for that are “{said}”: "
            "is a not too many in the rule, or one lost, or are the sentences of its text/4 the wrong way "
            "round?"
        )
        yield statement.finding("contrary", term, f"criterion({criterion.id})", text)


def _asked(edition: Edition, criterion: Atom) -> tuple[Fact, bool] | None:
    """The one fact that decides whether a criterion is met, and how it then is; None if there is none."""
    facts = edition.program.below([criterion.literal]).intersection(edition.literals.values())
    if len(facts) != 1:
        return None
    (fact,) = facts
    for value in (fact, -fact):
        apart = ([criterion.literal, -value], [-criterion.literal, value])
        if not any(map(edition.solver.satisfiable, apart)):
            return edition.facts[fact], value > 0
    return None


def _contrary(edition: Edition, criterion: Atom, fact: Fact, value: bool) -> bool:
    met, unmet = (edition.phrase(criterion, holds) for holds in (True, False))
    so, otherwise = (edition.vocabulary.words(fact, held) for held in (value, not value))
    told = _denies(met) is not _denies(unmet) and _denies(so) is not _denies(otherwise)
    return told and _denies(met) is not _denies(so) and _alike(met, so)


def _tokens(sentence: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", sentence.lower()))


def _denies(sentence: str) -> bool:
    return not _NO.isdisjoint(_tokens(sentence))


def _alike(one: str, other: str) -> bool:
    first, second = _tokens(one) - _NO, _tokens(other) - _NO
    return len(first & second) >= _ALIKE * min(len(first), len(second))
