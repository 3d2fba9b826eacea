"""Names that can change places, of which a few are ground where it does not matter which there are.

Such are the values of one choice that no rule tells apart: the indications of a large knowledge base of
which a policy says the same. They are named in one place only, as a value of a choice, of which one holds;
their rows say of each by itself the same; and no rule puts them in order, counts them, or asks for many
at once. So whatever rules make of some of these names they make of any others, and whether there are more
of them than can be told apart they cannot tell: a world has one value of the choice, what is asked of it
names another, and a rule asks for so many at once at the most. (Two structures that differ in how many
elements nothing is said of are alike for a logic of as many variables; Barwise 1977, Immerman 1982.)
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import clingo

from lupa.rules.reads import MOST_VARIABLES, Declared, Reads
from lupa.rules.shared import Shared

_WORLDS, _ASKED = 3, 1
"""So many worlds are compared at the most, each with a value, and so many of these names are asked of."""
STANDING = MOST_VARIABLES + _WORLDS + _ASKED
"""So many of the names stand for all."""
_NAMING = {"label", "alias"}
"""What says how a name is called, which no rule reads for a verdict."""


Groups = Mapping[tuple[str, ...], tuple[str, ...]]
"""The names that are ground, in their order, and those for which they stand."""


@dataclass(frozen=True, slots=True)
class Few:
    """Which names can change places, with what rows say of them, and which of them stand for which."""

    shared: Mapping[str, frozenset[str]] = field(default_factory=dict)
    groups: Groups = field(default_factory=dict)

    @property
    def left(self) -> frozenset[str]:
        """The names that are not ground, as others stand for them."""
        return frozenset(name for left in self.groups.values() for name in left)


def few_of(
    shared: Shared,
    declared: Declared,
    single: Collection[str],
    reads: Reads,
    left_out: Mapping[str, Collection[str]],
    apart: Collection[str],
) -> Few:
    """The names that can change places, where some that stand `apart` cannot."""
    said = {
        name: frozenset(shared.predicates[name].difference(gone, _NAMING))
        for name, gone in left_out.items()
        if name not in apart
    }
    of_choice = {
        kept
        for kept in set(said.values())
        if kept and kept <= reads.thin - reads.ordered and _is_of_one_choice(kept, declared, single)
    }
    further = {
        name
        for name, _, arguments in shared.facts({predicate for kept in of_choice for predicate in kept})
        if "," in arguments
    }
    changing = {
        name: frozenset(shared.predicates[name])
        for name, kept in said.items()
        if kept in of_choice and name not in further
    }
    by_kept: dict[frozenset[str], list[str]] = {}
    for name, kept in changing.items():
        by_kept.setdefault(kept, []).append(name)
    groups = {}
    for names in by_kept.values():
        if len(names) > STANDING:
            names.sort(key=clingo.Function)
            groups[tuple(names[:STANDING])] = tuple(names[STANDING:])
    return Few(changing, groups)


def _is_of_one_choice(kept: Collection[str], declared: Declared, single: Collection[str]) -> bool:
    """Whether names of which this is said are values of one choice, and stand in no other fact."""
    uses = [
        (family, len(places) - 1 - place)
        for family, places in declared.items()
        for place, words in enumerate(places)
        if not words.isdisjoint(kept)
    ]
    return len(uses) == 1 and uses[0][0] in single and uses[0][1] == 0
