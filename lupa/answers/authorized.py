"""What can be authorized, in numbers: what was asked for, as far as the limits that bind allow."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from lupa.answers.question import Question
from lupa.record.interval import Interval
from lupa.record.plain import plain_number
from lupa.rules.numbers import counted, written
from lupa.rules.quantities import Derived
from lupa.rules.vocabulary import Vocabulary

Numbers = Mapping[str, Fraction]
"""Numbers by quantity."""


def authorized(question: Question) -> tuple[dict[str, int | float], str]:
    """The most of each limited quantity that can be authorized for this request, and the same in words.

    Of what is not asked for it is the limit. Where a rate is limited and the record says over how much,
    the two numbers that it is made from are given.
    """
    found = _within(_most(question), question)
    return {name: plain_number(number) for name, number in found.items()}, _words(found, question)


def _most(question: Question) -> dict[str, Fraction]:
    """The lowest limit on each quantity that may bind."""
    found: dict[str, Fraction] = {}
    for bound in question.edition.bounds:
        if any(question.possible(*literals) for literals in bound.binds):
            found[bound.quantity] = min(bound.most, found.get(bound.quantity, bound.most))
    return found


def _within(most: Numbers, question: Question) -> dict[str, Fraction]:
    """No more of each than is asked for."""
    v, asked = question.edition.vocabulary, question.record.intervals
    found: dict[str, Fraction] = {}
    for name, number in most.items():
        made, second = v.derived.get(name), None
        if made is not None and made.kind == "rate":
            second = asked.get(made.second)
        if made is not None and second is not None and second.low == second.high:
            found[made.first] = _capped(made.first, number * second.low / made.times, v, asked)
            found[made.second] = second.low
        else:
            found[name] = _capped(name, number, v, asked)
    return found


def _capped(name: str, most: Fraction, v: Vocabulary, asked: Mapping[str, Interval]) -> Fraction:
    whole, interval = v.quantities[name].whole, asked.get(name)
    if interval is not None:
        most = min(most, (interval.rounded_inward() if whole else interval).high)
    return Fraction(most // 1) if whole else most


def _words(found: Numbers, question: Question) -> str:
    """The numbers with their units, and with what they are where the unit does not say it; of a rate one
    for so many of the other: `600 capsules for 100 days`.
    """
    v = question.edition.vocabulary
    plain = {name: counted(written(number), v.quantities[name].unit) for name, number in found.items()}
    said = {name: f"{words}{_named(name, v)}" for name, words in plain.items()}
    for made in v.derived.values():
        if _both(made, said):
            del said[made.second]
            said[made.first] += f" for {plain[made.second]}"
    return "; ".join(said.values())


def _named(name: str, v: Vocabulary) -> str:
    """What a number is of, unless its unit is a word of that: 30 mg, not 30 tablets."""
    unit, _, _ = v.quantities[name].unit.partition(" ")
    is_said = name in v.terms or unit == name or (unit and unit in v.label(name))
    return "" if is_said else f" ({v.label(name)})"


def _both(made: Derived, said: Mapping[str, str]) -> bool:
    return made.kind == "rate" and {made.first, made.second} <= said.keys()
