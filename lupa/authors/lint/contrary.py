"""Whether facts are read as they are stated, and items said as the one fact that decides them is."""

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
_UP = frozenset({"above", "higher", "least", "longer", "more", "older", "over"})
_DOWN = frozenset({"below", "fewer", "less", "lower", "shorter", "under", "younger"})
"""The words by which a sentence says of a number that it is large, and that it is small."""
_ALIKE = 0.5
"""Of the words of the shorter sentence so many are in the other where both speak of the same."""
_WHEN = {"criterion": "met"}
"""What holds of an item when its first sentence does, where that is not that it is told."""


def contrary(edition: Edition, places: Places) -> Iterator[Finding]:
    """Items that are said as their one fact is where they do not hold, or that deny what it affirms."""
    policy = clingo.Function(edition.policy)
    for item in {atom.item: atom for atoms in edition.items.values() for atom in atoms}.values():
        asked = _asked(edition, item)
        if asked is None or not _contrary(edition, item, *asked):
            continue
        fact, value = asked
        kind = item.item.partition("(")[0]
        statement, term = places.of_item(kind, policy, clingo.parse_term(item.id))
        said, words = edition.phrase(item, True), edition.vocabulary.words(fact, value)
        text = (
            f"{item.item} is {_WHEN.get(kind, 'told')} just when “{words}”, and its words for that are "
            f"“{said}”: is a not too many in the rule, or one lost, or are the sentences of its text/4 the "
            "wrong way round?"
        )
        yield statement.finding("contrary", term, item.item, text)


def unlike_stated(edition: Edition, places: Places) -> Iterator[Finding]:
    """Facts that may be stated and yet not be so: under their own name rules read the opposite, or less."""
    for fact, literal in edition.literals.items():
        symbol = edition.vocabulary.facts[fact]
        read = edition.program.literal(symbol)
        if read in (None, literal) or not edition.solver.satisfiable([literal, -read]):
            continue
        statement, term = places.of((symbol.name, len(symbol.arguments)), *symbol.arguments)
        text = f"{fact} does not hold wherever it is stated, true({fact}): rules that read it do not see it"
        yield statement.finding("stated", term, fact, text)


def _asked(edition: Edition, item: Atom) -> tuple[Fact, bool] | None:
    """The one fact that decides whether an item holds, and how it then is; None if there is none."""
    facts = edition.program.below([item.literal]).intersection(edition.literals.values())
    if len(facts) != 1:
        return None
    (fact,) = facts
    for value in (fact, -fact):
        apart = ([item.literal, -value], [-item.literal, value])
        if not any(map(edition.solver.satisfiable, apart)):
            return edition.facts[fact], value > 0
    return None


def _contrary(edition: Edition, item: Atom, fact: Fact, value: bool) -> bool:
    held, lacked = (edition.phrase(item, holds) for holds in (True, False))
    so, otherwise = (edition.vocabulary.words(fact, one) for one in (value, not value))
    number = edition.vocabulary.number_of.get(fact)
    if number is not None and _may_be_negative(edition, number):  # of what is lost, more is less
        return False
    if number is None and (_tokens(held) == _tokens(otherwise) or _tokens(lacked) == _tokens(so)):
        return _tokens(held) != _tokens(so) and _tokens(lacked) != _tokens(otherwise)
    sign = _denies if number is None else _direction
    of_held, of_lacked, of_so, of_otherwise = map(sign, (held, lacked, so, otherwise))
    told = None not in (of_held, of_so) and of_held is not of_lacked and of_so is not of_otherwise
    told = told and None not in (of_lacked, of_otherwise)
    return told and of_held is not of_so and _alike(held, so)


def _may_be_negative(edition: Edition, number: str) -> bool:
    return edition.vocabulary.quantities[number].least < 0


def _tokens(sentence: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", sentence.lower()))


def _denies(sentence: str) -> bool:
    return not _NO.isdisjoint(_tokens(sentence))


def _direction(sentence: str) -> bool | None:
    """Whether a sentence says of a number that it is large; None where its words do not tell."""
    words = _tokens(sentence)
    up, down = not _UP.isdisjoint(words), not _DOWN.isdisjoint(words)
    return None if up is down else up is not _denies(sentence)


def _alike(one: str, other: str) -> bool:
    first, second = _tokens(one) - _NO, _tokens(other) - _NO
    return len(first & second) >= _ALIKE * min(len(first), len(second))
