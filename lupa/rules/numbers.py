"""Numbers as rules write them: whole ones plainly, others as decimals in quotes, such as "27.5"."""

from __future__ import annotations

import re
from fractions import Fraction

import clingo

from lupa.errors import RuleError

LARGEST = 2**31 - 1
"""The largest number that clingo holds; what is larger it takes, without a word, for another."""
DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,8})\.[0-9]{0,11}[1-9]")
"""A number with decimals: none at its end is 0, so that there is one way to write it."""


def exact(symbol: clingo.Symbol, where: str) -> Fraction:
    """The number that a symbol is, exactly; raises `RuleError` for what is none."""
    if symbol.type == clingo.SymbolType.Number:
        return Fraction(symbol.number)
    if symbol.type != clingo.SymbolType.String:
        raise RuleError(f"{where}: {symbol} stands where a number belongs")
    if not DECIMAL.fullmatch(symbol.string):
        raise RuleError(f"{where}: {mend(symbol.string)}")
    return Fraction(symbol.string)


def mend(text: str) -> str:
    """What is wrong with a text that stands in the place of a number and is no decimal."""
    if DECIMAL.fullmatch(text):
        return f'"{text}" stands where a whole number belongs; write one, without quotes'
    said = text.strip()
    if not re.fullmatch(r"[-+]?[0-9]{1,9}(?:\.[0-9]{1,12})?", said, re.ASCII):
        return f'"{text}" is a text where a number stands; write one, without quotes (with decimals, "2.5")'
    number = Fraction(said)
    if number == int(number):
        return f'"{text}" is a text where a number stands; write {number} without quotes'
    return f'"{text}" is no number as rules write it; write "{written(number)}"'


def written(number: Fraction) -> str:
    """A number with its decimals, as a person writes it; a fraction that has none with a stroke."""
    if number.denominator == 1:
        return str(number.numerator)
    places = next((n for n in range(1, 40) if (number * 10**n).denominator == 1), None)
    if places is None:
        return str(number)
    digits = f"{abs(number.numerator) * 10**places // number.denominator:0{places + 1}}"
    return f"{'-' if number < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def counted(number: str, unit: str) -> str:
    """A number with its unit as a person reads it, `1 month`, `2 months`; without one the number alone."""
    return f"{number} {of_one(unit) if number == '1' else unit}".rstrip()


def of_one(unit: str) -> str:
    """A unit as it stands behind 1: its first word, if that is an English plural, as one: `doses a day`."""
    word, *rest = re.split(r"(?=[ /])", unit, maxsplit=1)
    for ending, one in (
        ("ies", "y"),
        ("ches", "ch"),
        ("shes", "sh"),
        ("xes", "x"),
        ("sses", "ss"),
        ("s", ""),
    ):
        if re.fullmatch(rf"[a-z]{{2,}}{ending}", word) and not word.endswith(("ss", "us", "is")):
            return "".join([word.removesuffix(ending) + one, *rest])
    return unit
