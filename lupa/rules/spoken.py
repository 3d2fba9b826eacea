"""What a fact says, and of what it says it, by how it is written, and words with and without a capital."""

from __future__ import annotations

from lupa.rules.quantities import CUTS

NAME_AND_VALUE = ("reading", "requested", *CUTS)
"""The facts that give something a value, as a command line does: `reading(term_limit,cap)`."""


def said_of(fact: str) -> tuple[str, str]:
    """What a fact says, and of what: `tried(.,intolerance)` of `methotrexate`, `taking(.)` of `prednisone`.

    A number of its own says all itself: `at_least(age,18)`.
    """
    name, _, inner = fact.partition("(")
    number = number_in(fact)
    if number:
        kind, of = said_of(number)
        return fact.replace(number, kind, 1), of
    arguments = _apart(inner[:-1])
    at = len(arguments) - 1 if name in NAME_AND_VALUE else 0
    of = arguments[at]
    return (f"{name}({','.join([*arguments[:at], '.', *arguments[at + 1 :]])})" if of else fact), of


def number_in(fact: str) -> str:
    """The number that a fact compares with a bound, if it does."""
    name, _, inner = fact.partition("(")
    return inner.rpartition(",")[0] if name in CUTS else ""


def _apart(inner: str) -> list[str]:
    """The arguments that stand between these brackets."""
    found, depth = [""], 0
    for character in inner:
        depth += (character == "(") - (character == ")")
        if character == "," and not depth:
            found.append("")
        else:
            found[-1] += character
    return found


def capital(words: str) -> str:
    """Words as they begin a sentence; eGFR stays as it is."""
    return words if words[1:2].isupper() else words[:1].upper() + words[1:]


def within(words: str, *, named: bool = False) -> str:
    """A sentence as it stands within another; one that begins with a name (`named`) keeps its capital."""
    words = words.removesuffix(".")
    return words if named or words[1:2].isupper() else words[:1].lower() + words[1:]
