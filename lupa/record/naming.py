"""What a statement is called, and where in a case it is made.

By its path in a case (`facts.taking.prednisone`, `taking.prednisone`, `age`, `request.months`,
`months`, `reading.cyclophosphamide`) or as a fact of the vocabulary (`taking(prednisone)`,
`requested(phase,initial)`, `at_least(age,18)`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from lupa.errors import CaseError, Problem, shown, within
from lupa.record.doses import name_before_dose
from lupa.record.record import AGES, BESIDE, HANDLING, Unknown, hint_at_value
from lupa.record.relations import A_NAME
from lupa.rules.codes import EQUIVALENT
from lupa.rules.edition import Edition
from lupa.rules.known import Known
from lupa.rules.quantities import CUTS, Cut
from lupa.rules.vocabulary import Fact, Tree, Vocabulary, leaves

_TOP_COMMA = re.compile(r",(?![^(]*\))")
"""A comma between arguments, and not between those of an argument."""


class Target(NamedTuple):
    """What a name means: where in a case it is stated, and what of it is meant.

    `value` is the value of a choice (`initial` in `requested(phase,initial)`), `cut` a cut point.
    """

    path: tuple[str, ...]
    value: str | None = None
    cut: Cut | None = None


class Names:
    """Finds out what the names of statements mean."""

    def __init__(self, vocabulary: Vocabulary, known: Known) -> None:
        self._vocabulary = v = vocabulary
        self._beyond = known
        self.requested = v.kinds("requested")
        self.choices = {name: v.tree_of(name) for name in v.choices if name != "requested"}
        numbers = {name: section for section, names in v.measures_in.items() for name in names}
        born = ("birth_date",) if not AGES.isdisjoint(numbers) else ()
        self.sections: dict[str, str] = {
            **dict.fromkeys((*BESIDE, *self.requested), "request"),
            **dict.fromkeys((*v.flags, *v.families, *self.choices, *v.days, *v.pairs, *born), "facts"),
            **numbers,
        }

    def target(self, name: object) -> Target:
        """What a name means; raises `CaseError` for one that means nothing."""
        if not isinstance(name, str):
            raise CaseError(f"a statement is named by a text such as 'age', not {shown(name)}")
        section, parts = _split(name)
        if not section and parts[0] in CUTS:
            return self._cut(name, parts[1:])
        if parts[0] == "requested" and section != "facts":
            kind = self._known("".join(parts[1:2]), self.requested, "request")
            return self._within(("request", kind), parts[2:])
        if self.is_beyond(parts[0]):
            found, here = parts[0], "facts"
        else:
            found = self._known(parts[0], self.sections, section)
            here = self.sections[found]
        if section and here != section:
            raise unknown(f"{section}.{found}", f"{shown(found)} belongs under `{here}`")
        if found in BESIDE:
            does = "is told in the decision" if found in HANDLING else "chooses the policy and its edition"
            raise CaseError([Problem(f"request.{found}", f"{does}, and states no fact")])
        return self._within((here, found), parts[1:])

    def is_beyond(self, family: str) -> bool:
        """Whether a relation is declared of which no rule reads anything."""
        read = family in self.sections or family in self._vocabulary.choices
        return not read and self._beyond.arity(family) > 0

    def _within(self, path: tuple[str, ...], rest: list[str]) -> Target:
        """The part that is meant of what stands at `path`."""
        name, v = path[-1], self._vocabulary
        if path[0] == "request" and name in self.requested:
            return self._value(path, {"": self.requested[name]}, rest)
        if name in self.choices:
            return self._value(path, self.choices[name], rest)
        beyond = self.is_beyond(name)
        depth = self._beyond.arity(name) if beyond else v.arity.get(name, 1)
        tree: Tree | str = {} if beyond else _tree(v, name)
        while rest and isinstance(tree, Mapping):
            found, rest = self._first(path, tree, rest)
            deeper: Tree | str = {} if len(path) - 1 < depth else ""
            path, tree = (*path, found), tree.get(found, deeper)
        if rest:
            raise unknown(".".join(path), f"has no part {shown('.'.join(rest))}")
        return Target(path)

    def _value(self, path: tuple[str, ...], tree: Mapping[str, Any], rest: list[str]) -> Target:
        """The part that is meant of what is single-valued, or a value of it."""
        while rest and "" not in tree:
            found, rest = self._first(path, tree, rest)
            path, tree = (*path, found), tree[found]
        if not rest:
            return Target(path)
        if len(rest) > 1 and self._vocabulary.canonical(rest[0], tree[""]):
            raise unknown(".".join(path), f"has no part {shown('.'.join(rest))}")
        return Target(path, self._value_of(".".join(rest), tree[""], ".".join(path)))

    def _first(
        self, path: tuple[str, ...], tree: Mapping[str, object], rest: list[str]
    ) -> tuple[str, list[str]]:
        """The argument that the first parts of a name mean, which may hold a point, and what is left."""
        for count in range(1, len(rest) + 1):
            given = ".".join(rest[:count])
            found = self._vocabulary.canonical(given, tree)
            if found is None and path[0] == "facts":
                found = self._named(path, tree, given)
            if found is not None:
                return found, rest[count:]
        if self._beyond.codes.rows(given):
            message = f"the code {shown(given)} does not mean just what a name here does"
            raise unknown(".".join((*path, given)), f"{message}; say it under {'.'.join(path)}")
        if self._may_be_aside(path, given):
            return given, []
        last = not any(isinstance(below, Mapping) for below in tree.values())
        return self._value_of(".".join(rest) if last else rest[0], tree, ".".join(path)), []

    def _may_be_aside(self, path: tuple[str, ...], given: str) -> bool:
        """Whether what is not known here is set aside at this place; a slip of the pen is not."""
        family, is_last = path[1], len(path) - 1 == self._beyond.arity(path[1])
        is_open = path[0] == "facts" and family in self._vocabulary.open_families
        return (
            is_open
            and is_last
            and A_NAME.fullmatch(given) is not None
            and self._beyond.slip(family, given) is None
        )

    def _named(self, path: tuple[str, ...], tree: Mapping[str, object], given: str) -> str | None:
        """What is meant that no rule reads, has a dose behind it, or is a code that means just this."""
        beyond, place = self._beyond, len(path) - 2
        for name in (given, *name_before_dose(given)):
            found = self._vocabulary.canonical(name, tree) or beyond.name(path[1], place, name)
            if found is not None:
                return found
        same = {row.name for row in beyond.codes.rows(given) if row.relation == EQUIVALENT}
        known = {name for name in same if name in tree or beyond.name(path[1], place, name) is not None}
        return known.pop() if len(known) == 1 else None

    def _cut(self, name: str, parts: list[str]) -> Target:
        v = self._vocabulary
        named = ",".join(parts[:-1]) or "".join(parts)
        quantity = self._known(named, v.quantities, "")
        cuts = v.cuts.get(quantity, [])
        path = (v.quantities[quantity].section, *v.where(quantity))
        place = ".".join(path)
        for cut in cuts:
            if name.replace(" ", "").replace('"', "") == cut.fact.replace('"', ""):
                return Target(path, cut=cut)
        known = f"it has {', '.join(cut.fact for cut in cuts)}" if cuts else "it has none here"
        message = f"{shown(name)} is no cut point; {known}, and {place} takes any number or range"
        raise unknown(place, message)

    def _known(self, name: str, known: Mapping[str, object], place: str) -> str:
        """The canonical name; raises `CaseError`, with the nearest known name, if there is none."""
        found = self._vocabulary.canonical(name, known)
        if found is not None:
            return found
        near = self._vocabulary.nearest(name, known)
        meant = near or (self._owner(name) if known is self.sections else None)
        if meant is not None:
            hint = f"did you mean {meant}?"
        elif len(known) <= 12:
            hint = f"known are {', '.join(known)}"
        else:
            hint = "`lupa facts` lists what a case can state"
        raise unknown(within(place, name), f"{shown(name)} is not known here; {hint}")

    def _value_of(self, name: str, known: Mapping[str, object], place: str) -> str:
        """The canonical name of a value; raises `CaseError` as a case with it does."""
        found = self._vocabulary.canonical(name, known)
        if found is None:
            hint = hint_at_value(self._vocabulary, name, known)
            raise unknown(within(place, name), f"{shown(name)} is not known here; {hint}")
        return found

    def _owner(self, name: str) -> str | None:
        """The one fact that is about this name, where the name was given alone; not what is assumed."""
        v = self._vocabulary
        named = [fam[one] for fam in v.families.values() if (one := v.canonical(name, fam))]
        found = [fact for fact in named if isinstance(fact, str) and fact not in v.defaults]
        return found[0] if len(found) == 1 else None


def _tree(v: Vocabulary, name: str) -> Tree | str:
    """The parts of what is called so: of a relation, of a number, or of a day."""
    return v.families.get(name) or v.measures.get(name) or v.days.get(name) or ""


def unknown(path: str, message: str) -> CaseError:
    return CaseError([Unknown(path, message)])


def _split(name: str) -> tuple[str, list[str]]:
    """The section that a name begins with, if it does, and the parts of the rest."""
    head, _, rest = name.strip().partition(".")
    section, rest = (head, rest) if head in ("request", "facts") and rest else ("", name.strip())
    head, paren, inner = rest.partition("(")
    if paren and inner.endswith(")") and "." not in head:
        return section, [head.strip(), *(part.strip() for part in _TOP_COMMA.split(inner[:-1]))]
    return section, [part.strip() for part in rest.split(".")]


def facts_named(edition: Edition, name: str) -> list[Fact]:
    """The facts that a name means: one, all of a kind (`taking`), or all about a number (`age`).

    Raises `CaseError`, with the nearest known name, for one that means nothing.
    """
    v, target = edition.vocabulary, Names(edition.vocabulary, edition.known).target(name)
    if target.cut is not None:
        return [target.cut.fact]
    section, key, *parts = target.path
    if key in v.pairs:
        return [fact for part in v.pairs[key] for fact in facts_named(edition, part)]
    if key in v.measures:
        numbers = [quantity for _, quantity in leaves(below(v.measures[key], parts))]
        every = dict.fromkeys((*numbers, *(other for number in numbers for other in v.following(number))))
        cuts = [cut.fact for quantity in every for cut in v.cuts.get(quantity, ())]
        return [*cuts, *(fact for number in numbers for fact in v.measurements_of(number))]
    if key in v.days:
        since = [quantity for _, quantity in leaves(below(v.days[key], parts))]
        return [cut.fact for quantity in since for cut in v.cuts.get(quantity, ())]
    if key in v.flags:
        return [v.flags[key]]
    if key in v.families:
        return [fact for _, fact in leaves(below(v.families[key], parts))]
    name, beginning = ("requested", (key, *parts)) if section == "request" else (key, tuple(parts))
    groups = v.choices.get(name, {}).items()
    values = [values for path, values in groups if path[: len(beginning)] == beginning]
    return [fact for each in values for value, fact in each.items() if target.value in (None, value)]


def below(tree: Tree | str, path: Iterable[str]) -> Tree | str:
    """The part of a tree that a path leads to; nothing for a name that no rule reads."""
    for step in path:
        tree = tree.get(step, {}) if isinstance(tree, Mapping) else {}
    return tree
