"""The words of a law: what it says of a subject, of several, and of what stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import clingo

from lupa.rules.edition import Edition
from lupa.rules.names import arguments

GIVEN_BY = {"criterion": "met", "basis": "excluded", "limit": "exceeded", "scope": "outside"}
"""The predicate that says that an item holds, by its kind."""
Subject = clingo.Symbol
T = TypeVar("T")


class NotGroundError(Exception):
    """What is asked cannot be told where few names stand for many: it needs all of them ground."""


_FEW = 5
"""So many names are said of many."""


def enumerated(names: Sequence[T], say: Callable[[T], str]) -> str:
    """Names in a row, as they are said; of many the first few, and how many more there are."""
    told = names if len(names) <= _FEW + 1 else names[:_FEW]
    more = [f"{len(names) - len(told)} more"] if len(told) < len(names) else []
    *before, last = [*map(say, told), *more]
    return f"{', '.join(before)} and {last}" if before else last


class Words:
    """How an edition says what laws speak of: its criteria, its exclusions, its facts and its names."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        self._vocabulary = edition.vocabulary

    def sentence(self, words: str, subject: Subject) -> str:
        """A sentence with the arguments of the subject in the place of {1}, {2}, ..."""
        for number, argument in enumerate(arguments(subject), start=1):
            words = words.replace(f"{{{number}}}", self._said(argument))
        return words[:1].upper() + words[1:]

    def of_several(self, words: str, subjects: Sequence[Subject]) -> str:
        """One sentence for all subjects whose other arguments are the same: {1} and {2} are then lists.

        Where there are many, the first few are named, and how many more there are.
        """
        rest: dict[Subject, list[Subject]] = {}
        for subject in subjects:
            first, *others = subject.arguments
            rest.setdefault(first, []).append(clingo.Function("", others))
        alike: dict[tuple[Subject, ...], list[Subject]] = {}
        for first, others in rest.items():
            alike.setdefault(tuple(others), []).append(first)
        return " ".join(self._of_all(words, firsts, others) for others, firsts in alike.items())

    def _of_all(self, words: str, firsts: Sequence[Subject], others: Sequence[Subject]) -> str:
        columns = [firsts, *zip(*(other.arguments for other in others), strict=True)]
        for number, column in enumerate(columns, start=1):
            names = enumerated(list(dict.fromkeys(column)), self._said)
            words = words.replace(f"{{{number}}}", names)
        return words[:1].upper() + words[1:]

    def _said(self, argument: clingo.Symbol) -> str:
        if argument.type == clingo.SymbolType.String:
            return argument.string
        if str(argument) in self._edition.known.few.left:
            raise NotGroundError(str(argument))
        item = self._edition.item_words(argument, holds=True)
        if item is not None:
            return f"“{item.rstrip('.')}”"
        if str(argument) in self._vocabulary.facts:
            return self._vocabulary.words(str(argument), True)
        locator = self._edition.locator(str(argument))
        return locator or self._vocabulary.label(str(argument))

    def absent(self, item: clingo.Symbol) -> str:
        """The sentence for an item that does not stand in the way: met, or without effect."""
        words = self._edition.item_words(item, holds=item.name == "criterion")
        return words or self._vocabulary.label(str(item))

    def given_by(self, item: clingo.Symbol) -> list[clingo.Symbol]:
        """The atom that says that an item holds."""
        policy = clingo.Function(self._edition.policy)
        name = GIVEN_BY.get(item.name, item.name)
        return [clingo.Function(name, [policy, *item.arguments])]

    def locator(self, clause: str) -> str:
        """The document and the place in it where a clause stands; its name where no ledger has it."""
        return self._edition.locator(clause) or clause
