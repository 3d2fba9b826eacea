"""Whether facts are read as they are stated, and items said as the one fact that decides them is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

import clingo

from lupa.authors.lint.words import Places
from lupa.authors.reports.finding import Finding
from lupa.rules.atom import Atom
from lupa.rules.edition import Edition
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
_PLAIN = frozenset(
    re.findall(r"\w+", "a an are be been by for has have in is it of on or that the to was were with")
)
"""Words that any two sentences may share."""
_COUNT = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBERS = {word: number for number, word in enumerate(_COUNT, start=1)}
_NUMBERS |= {str(number): number for number in range(1, 100)}
_TIMES = frozenset({"days", "weeks", "months", "years"})
_CRITERION = "criterion("
_WHEN = {"criterion": "met"}
"""What holds of an item when its first sentence does, where that is not that it is told."""


def contrary(edition: Edition, places: Places) -> Iterator[Finding]:
    """Items that are said as something else than what decides them, as far as their words tell."""
    items = {atom.item: atom for atoms in edition.items.values() for atom in atoms}.values()
    asked = [(item, *why) for item in items if (why := _asked(edition, item)) is not None]
    for item, fact, value in asked:
        if _contrary(edition, item, fact, value):
            kind, words = item.item.partition("(")[0], edition.vocabulary.words(fact, value)
            text = (
                f"{item.item} is {_WHEN.get(kind, 'told')} just when “{words}”, and its words for that are "
                f"“{edition.phrase(item, True)}”: is a not too many in the rule, or one lost, or are the "
                "sentences of its text/4 the wrong way round?"
            )
            yield _finding(edition, places, item.item, text)
    yield from _exchanged(edition, places, [one for one in asked if one[0].item.startswith(_CRITERION)])
    yield from _otherwise_many(edition, places)


def _finding(edition: Edition, places: Places, item: str, text: str) -> Finding:
    symbol = clingo.parse_term(item)
    statement, term = places.of_item(symbol.name, clingo.Function(edition.policy), *symbol.arguments)
    return statement.finding("contrary", term, item, text)


def _exchanged(
    edition: Edition, places: Places, asked: Sequence[tuple[Atom, Fact, bool]]
) -> Iterator[Finding]:
    """Two criteria of which each is said as the fact is that decides the other, and not as its own."""
    said = [
        (item.item, edition.phrase(item, True), edition.vocabulary.words(fact, value))
        for item, fact, value in asked
    ]
    for (one, words, fact), (other, its_words, its_fact) in combinations(said, 2):
        crossed = _overlap(words, its_fact), _overlap(its_words, fact)
        own = _overlap(words, fact), _overlap(its_words, its_fact)
        if max(crossed) >= _ALIKE and crossed[0] > own[0] and crossed[1] > own[1]:
            text = (
                f"{one} is met just when “{fact}”, and {other} just when “{its_fact}”, while their words "
                f"are “{words}” and “{its_words}”: are they exchanged?"
            )
            yield _finding(edition, places, one, text)


def _otherwise_many(edition: Edition, places: Places) -> Iterator[Finding]:
    """Criteria whose words say how many of their parts they need, where that is another number of them."""
    for name, node in edition.nodes.items():
        item, there = clingo.parse_term(f"{_CRITERION}{name})"), len(node.parts)
        needed = {"any": 1, "all": there}.get(node.of, node.least or 0)
        words = edition.item_words(item, holds=True) or ""
        told = _needed(words, whole=node.of == "all")
        some = node.of == "all" and any(part.conditional for part in node.parts)
        if told is not None and told not in (needed, 0) and told <= there and not some:
            text = (
                f"{item} needs {needed} of its {there} parts, and its words for that are “{words}”: is it "
                "another number, or any of them for all, or all of them for any?"
            )
            row = (f"{node.of}_of", 2) if node.least is None else ("at_least_of", 3)
            statement, term = places.of(row, clingo.Function(edition.policy), name, *[None] * (row[1] - 2))
            yield statement.finding("contrary", term, str(item), text)


def _needed(words: str, *, whole: bool) -> int | None:
    """How many parts a sentence speaks of: both, either, or the number it begins with; None if of none.

    Of all parts of something, one that begins with a number speaks only as `two of ...`.
    """
    tokens = re.findall(r"\w+", words.lower())
    alternatives = {"or", "either", "any"}.intersection(tokens)
    if "both" in tokens and not alternatives:
        return 2
    if "either" in tokens and "both" not in tokens:
        return 1
    number, after, *_ = [*(tokens[2:] if tokens[:2] == ["at", "least"] else tokens), "", ""]
    counted = after == "of" if whole else after not in _TIMES
    return _NUMBERS.get(number) if counted else None


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


def _overlap(one: str, other: str) -> float:
    """How much of what the shorter of two sentences speaks of the other speaks of too."""
    first, second = _tokens(one) - _PLAIN, _tokens(other) - _PLAIN
    return len(first & second) / max(1, min(len(first), len(second)))
