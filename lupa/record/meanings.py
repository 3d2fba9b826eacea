"""What a name in a case means at a place: what is known there, by itself, as a code or within a text."""

from __future__ import annotations

from typing import NamedTuple

from lupa.record.doses import name_before_dose, named_twice
from lupa.record.reader import Reader
from lupa.rules.codes import STATES, Code
from lupa.rules.vocabulary import Fact, Path, Tree

MANY = 500
"""Of more names that are not known no slip of the pen is looked for."""


class Meant(NamedTuple):
    """What a name in a case means: an argument, what it leads to, and how far a code says so.

    What is `aside` is not known here.
    """

    name: str
    below: Tree | Fact
    code: Code | None = None
    aside: bool = False


class Meanings(Reader):
    """Finds out what the names in a case mean."""

    def by_name(self, given: str, tree: Tree, about: Path) -> Meant | None:
        """What a name means that is known, whether a rule reads it or none does."""
        found = self.vocabulary.canonical(given, tree)
        if found is not None:
            return Meant(found, tree[found])
        family, *arguments = about
        found = self.known.name(family, len(arguments), given)
        if found is None:
            return self.by_both(given, tree, about)
        last = len(about) == self.known.arity(family)
        return Meant(found, f"{family}({','.join((*arguments, found))})" if last else {})

    def by_both(self, given: str, tree: Tree, about: Path) -> Meant | None:
        """What both of two names mean, one of which, or its code, stands in brackets behind the other."""
        both = named_twice(given)
        if both is None:
            return None
        one, other = (self.names_of(name, tree, about) for name in both)
        same = one & other
        return self.by_name(same.pop(), tree, about) if len(same) == 1 else None

    def names_of(self, given: str, tree: Tree, about: Path) -> set[str]:
        """The name that is meant, or those that a code states."""
        found = self.by_name(given, tree, about)
        rows = self.known.codes.rows(given) if found is None else ()
        return {found.name} if found else {row.name for row in rows if row.relation in STATES[True]}

    def is_named(self, given: str, tree: Tree, about: Path) -> bool:
        """Whether a text is a name or code here, whatever dose stands behind it."""
        return any(self.names_of(name, tree, about) for name in (given, *name_before_dose(given)))

    def may_mean(self, text: str, tree: Tree, about: Path) -> list[str]:
        """The names that a text means at a place, itself or as a code, or as a slip of the pen."""
        rows = [row.name for row in self.known.codes.rows(text)]
        if rows or self.by_name(text, tree, about):
            return [text, *rows]
        near = self.known.slip(about[0], text) if text.isalnum() and len(self.record.aside) < MANY else None
        return [] if near is None else [near]
