"""What a name in a case means at a place: what is known there, by itself, as a code or within a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from lupa.errors import shown
from lupa.record.doses import name_before_dose, named_twice
from lupa.record.reader import Reader, no_system
from lupa.record.said import Remark, Slip
from lupa.rules.codes import STATES, Code
from lupa.rules.names import mixes_alphabets
from lupa.rules.vocabulary import Fact, Path, Tree, facts_below

_BARE = re.compile(r"(?:[:|]\s*|\s\d{4})\d+$")
"""A number that is no dose, as no unit stands behind it: `RxNorm: 3002`."""
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
        """The names that a text means at a place: itself, as a code or its category, or as a slip."""
        rows = self.known.codes.rows(text)
        if rows or self.by_name(text, tree, about):
            return [text, *(row.name for row in rows)]
        if above := self.known.codes.category(text):
            return [row.name for row in above]
        return self.known.slips(about[0], text) if text.isalnum() and len(self.record.aside) < MANY else []

    def says_no_more(self, name: str) -> bool:
        """Whether what is no name says nothing of the names beside it, as `hypertension` or a term."""
        rows = self.known.codes.rows
        return all(self.known.says_no_more(one) or rows(one) for one in named_twice(name) or (name,))

    def unnamed(self, given: str, coded: Sequence[Code], about: Path) -> list[Meant]:
        """What a text that only suggests names may be besides, where unnamed ones count: one of these."""
        counts = about[0] in self.vocabulary.closed_by
        is_sure = any(code.relation in STATES[True] for code in coded)
        return [Meant(given, "", aside=True)] if counts and not is_sure else []

    def other_system(self, given: str, about: Path, names: Sequence[str]) -> str | None:
        """The system of a code that is none of those known here; what is the dose of a drug is no code."""
        is_dose = names and about[0] in self.vocabulary.said_with_dose and not _BARE.search(given)
        return None if is_dose or self.known.codes.rows(given) else self.known.codes.unknown_system(given)

    def of_other_system(self, given: str, system: str, tree: Tree, path: str) -> list[Meant]:
        """What a code of another system means."""
        return self.any_of(given, tree, path, self.unlike_known(system), no_system(system))

    def doubt(self, given: str, name: str, about: Path) -> tuple[str, str] | None:
        """What is wrong with a name that is not known, and what is told of it, where it may be any."""
        if mixes_alphabets(given):
            told = f"{shown(given)} has letters of two alphabets in a word"
            return f"{told}, which may look alike; write it in one", told
        for other in sorted(self.vocabulary.open_families - {about[0]}):
            if self.by_name(name, self.vocabulary.families.get(other, {}), (other,)) is not None:
                told = f"{shown(given)} is a name under `{other}`, not under `{about[0]}`"
                return f"{told}; say it there", told
        return None

    def any_of(self, given: str, tree: Tree, path: str, problem: str, told: str) -> list[Meant]:
        """What cannot be read may be any name, so that none is denied by it."""
        if not self.lenient:
            self.problems.append(Slip(path, problem, given))
            return []
        self.record.remarks.append(Remark(path, f"{told}; what it means stays open."))
        for fact in facts_below(tree):
            self.state(fact, None, path)
            self.record.doubtful.add(fact)
        return [Meant(given, "", aside=True)]
