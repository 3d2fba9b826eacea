"""What the policies of a knowledge base could ask about, by the words of its files; nothing is ground."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import cache, lru_cache

import clingo

from lupa.rules.kept import cached_property

_LIMITS = re.compile(r'^quantity\((\w+), *"[^"]*", *"?(-?[\d.]+)"?, *"?(-?[\d.]+)"?\)', re.MULTILINE)
_NAME = re.compile(r"[a-z]\w*")
_NEXT = re.compile(r"; *(\w+)")


class Declared:
    """What is declared in the files that all policies share, and in the policies' own."""

    def __init__(self, shared: Sequence[str], of_policies: Sequence[str]) -> None:
        self._vocabulary, self._of_policies = [*shared, *of_policies], of_policies
        self._declared = cache(self._names_declared)
        self._is_word = lru_cache(maxsize=4096)(self._is_written)  # of which a chart may name any

    def knows(self, fact: clingo.Symbol) -> bool:
        """Whether a fact is one that a policy here could ask about, by the words of its files."""
        if not self._could_be(fact.name, "fact"):
            return False
        return fact.name in self._declared("open_family")[0] or self._has_words(fact)

    def measures(self, number: clingo.Symbol) -> bool:
        """Whether a number is one that a policy here could ask for, by the words of its files."""
        return self._could_be(number.name, "quantity") and self._has_words(number)

    def _could_be(self, name: str, predicate: str) -> bool:
        """Whether a name is declared so, or is written in a file that may declare it by a variable."""
        names, by_variable = self._declared(predicate)
        return name in names or (by_variable and self._is_word(name))

    def _names_declared(self, predicate: str) -> tuple[frozenset[str], bool]:
        """The names that are declared by a predicate, and whether a policy does that by a variable."""
        # what a pattern begins with is found by far sooner where it is plain text
        row = re.compile(
            rf"{predicate}\((?<!\w{predicate}\()\(?(\w+)((?:\([^()]*\))?(?: *; *\w+(?:\([^()]*\))?)*)"
        )
        names: set[str] = set()
        by_variable = False
        for text in self._vocabulary:
            for one in row.finditer(text):
                names.update((one[1], *_NEXT.findall(one[2])))
                by_variable |= one[1][0].isupper() and text in self._of_policies
        return frozenset(names), by_variable

    def _has_words(self, fact: clingo.Symbol) -> bool:
        words = (word for argument in fact.arguments for word in _NAME.findall(str(argument)))
        return all(map(self._is_word, words))

    def _is_written(self, word: str) -> bool:
        at_word = re.compile(rf"{word}\b")
        return any(word in text and at_word.search(text) for text in self._vocabulary)

    @cached_property
    def limits(self) -> dict[str, tuple[Fraction, Fraction]]:
        """The least and the most that a number can be, by the files of all policies that ask for it."""
        found: dict[str, tuple[Fraction, Fraction]] = {}
        for name, least, most in (row for text in self._of_policies for row in _LIMITS.findall(text)):
            low, high = found.get(name, (Fraction(least), Fraction(most)))
            found[name] = min(low, Fraction(least)), max(high, Fraction(most))
        return found
