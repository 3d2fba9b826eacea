"""Editing a case: stating a thing otherwise, or no longer; see `lupa.record.naming` for names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from lupa.errors import CaseError, Problem
from lupa.record.case import Case, check_shape, said_at
from lupa.record.doses import with_doses
from lupa.record.edited_numbers import Before, EditedNumbers, with_at, without_at, written
from lupa.record.members import as_mapping, with_member, without_member
from lupa.record.naming import Target, below
from lupa.record.pairs import not_two, taken_apart
from lupa.record.plain import plain_data
from lupa.record.reading import parse_yaml
from lupa.rules.edition import Edition
from lupa.rules.quantities import Cut
from lupa.rules.vocabulary import ONLY, Fact, Path, Tree, leaves

Edit = tuple[str, Any]
"""What a statement is named, and the value it is to have."""


def edited(
    case: Mapping[str, Any], sets: Iterable[Edit], unset: Iterable[str], edition: Edition
) -> dict[str, Any]:
    """A new case that makes the statements of `sets` and is silent on those of `unset`.

    What else the case states, it states as before; what it expects is left out, since that was said
    of the case before. Statements are taken away first, so that `unset` a whole family and `sets` of
    its members go together. A cut point of a number (`at_least(age,18)`) narrows what the case gives
    where the two agree, and replaces it where they do not.

    The result is plain data that JSON can say. Raises `CaseError`, naming every problem, for a case
    that cannot be read, for names that are not known and for values of the wrong kind.
    """
    check_shape(case)
    editor = _Editor(case, edition)
    for name in unset:
        editor.plan(name, None, unset=True)
    for name, value in sets:
        editor.plan(name, value)
    return editor.applied()


def stating(case: Mapping[str, Any], edition: Edition) -> Callable[[Mapping[Fact, bool]], dict[str, Any]]:
    """Makes of some facts of the vocabulary a new case that states them, and the rest as before.

    As `edited`. Of a choice only the value that it has can be stated, not one that it has not.
    """
    check_shape(case)
    before = _Editor(case, edition).known

    def made(facts: Mapping[Fact, bool]) -> dict[str, Any]:
        editor = _Editor(case, edition, before)
        for fact, value in facts.items():
            editor.plan(fact, value)
        return editor.applied()

    return made


def stated(case: Mapping[str, Any], facts: Mapping[Fact, bool], edition: Edition) -> dict[str, Any]:
    """A new case that states these facts of the vocabulary. As `stating`."""
    return stating(case, edition)(facts)


def value_of(text: str) -> Any:
    """The value that a command line gives: yes, no, null, a number, a name, a range or a list.

    Raises `CaseError` where it is empty, or is no list, mapping or quoted text though it begins so.
    """
    plain = text.strip()
    if not plain:
        raise CaseError("a value is missing; give yes, no, null, a number, a name, a range or a list")
    if plain[0] in "[{'\"":
        return parse_yaml(plain)
    found = parse_yaml(plain)
    is_scalar = isinstance(found, bool | int | Decimal) or plain.lower() in ("null", "~")
    return found if is_scalar and "#" not in plain else plain


# ---- the case ----------------------------------------------------------------------------------


class _Editor(EditedNumbers):
    """One case on its way to another."""

    def __init__(self, case: Mapping[str, Any], edition: Edition, before: Before | None = None) -> None:
        super().__init__(case, edition, before)
        self._right: set[Path] = set()
        """Where what is stated is one of the values that there are."""
        self._look_up = with_doses(edition.vocabulary.canonical)
        self._meant: dict[int, tuple[Mapping[str, object], dict[str, str | None]]] = {}

    def _canonical(self, name: str, known: Mapping[str, object]) -> str | None:
        """The one of some names that a name means; each is looked up once."""
        _, meant = self._meant.setdefault(id(known), (known, {}))
        if name not in meant:
            meant[name] = self._look_up(name, known) or self._edition.known.codes.stating(name, known)
        return meant[name]

    # ---- what is to be done --------------------------------------------------------------------

    def plan(self, name: str, value: Any, *, unset: bool = False) -> None:
        """Takes note of a statement to make, or to take away."""
        if isinstance(value, str) and value in ("yes", "no"):
            value = value == "yes"
        try:
            target = self._names.target(name)
        except CaseError as error:
            self._problems += error.problems
            return
        if target.cut is not None:
            self._plan_cut(target.path, target.cut, value, unset=unset)
        elif target.path[-1] in self._vocabulary.pairs:
            self._plan_pair(target.path, value, unset=unset)
        elif unset:
            self._unset[target.path] = None
        elif target.value is not None:
            self._plan_value(target, value)
        elif isinstance(value, Mapping) and (members := self._members_of(target.path)) is not None:
            if ONLY in value:
                self._plan_set(target.path, value)
                return
            for key in value:
                found = self._vocabulary.canonical(key, members) if isinstance(key, str) else None
                self.plan(".".join((*target.path, found or str(key))), value[key])
        else:
            self._plan_set(target.path, value)

    def _plan_pair(self, path: Path, value: Any, *, unset: bool) -> None:
        """Takes note of two numbers that are written as one, as of the two."""
        section, name = path
        parts = self._vocabulary.pairs[name]
        both = taken_apart(value, self._vocabulary.quantities[parts[0]].unit)
        if both is None:
            self._problems.append(not_two(".".join(path), value))
            return
        for part, one in zip(parts, both, strict=True):
            if unset:
                self._unset[section, part] = None
            else:
                self._plan_set((section, part), one)

    def _members_of(self, path: Path) -> Mapping[str, object] | None:
        """The names that a mapping at this place can have; None where a mapping is a range."""
        section, name, *arguments = path
        v = self._vocabulary
        found: Any = self._tree(name) or self._names.choices.get(name) or v.measures.get(name)
        if section == "request" and name in self._names.requested:
            return None
        found = below({} if self._names.is_beyond(name) else found or "", arguments)
        return found if isinstance(found, Mapping) and "" not in found else None

    def _tree(self, name: str) -> Tree | None:
        """The facts of a relation, of which no rule may read any; None for what is none."""
        return {} if self._names.is_beyond(name) else self._vocabulary.families.get(name)

    def _plan_set(self, path: Path, value: Any) -> None:
        if path in self._sets and self._sets[path] != value:
            both = f"{written(self._sets[path])} and to {written(value)}"
            self._problems.append(Problem(".".join(path), f"is set twice, to {both}; keep one"))
            return
        self._sets[path] = value

    def _plan_value(self, target: Target, value: Any) -> None:
        """A choice is stated by the value that it has, or left open."""
        if value is None:
            self._plan_set(target.path, None)
        elif value is True:
            self._plan_set(target.path, target.value)
            self._right.add(target.path)
        else:
            place = ".".join(target.path)
            message = (
                f"has one value out of several: {target.value} takes yes or null, not "
                f"{written(value)}; for another, set {place} to it"
            )
            self._problems.append(Problem(place, message))

    def _plan_cut(self, path: Path, cut: Cut, value: Any, *, unset: bool) -> None:
        place, name = ".".join(path), self._vocabulary.number_of[cut.fact]
        if unset:
            self._unset_cuts.setdefault(name, {})[cut] = None
        elif value is not None and not isinstance(value, bool):
            self._problems.append(Problem(place, f"{cut.fact} takes yes, no or null, not {written(value)}"))
        elif self._cuts.setdefault(name, {}).setdefault(cut, value) is not value:
            self._problems.append(Problem(place, f"{cut.fact} is set twice, and not alike; keep one"))

    # ---- doing it ------------------------------------------------------------------------------

    def applied(self) -> dict[str, Any]:
        """The case after all that was planned; raises `CaseError` for whatever is wrong with it."""
        for path in self._sets:
            if path in self._unset:
                self._problems.append(Problem(".".join(path), "is both set and unset; keep one"))
        if not self._unreadable:
            for path in self._unset:
                self._take_away(path)
            self._put_all()
        if not self._problems:
            for name in {**self._unset_cuts, **self._cuts}:
                self._cut(name)
        if self._problems:
            raise CaseError(self._problems)
        self._list_again()
        kept = {key: part for key, part in self._whole().items() if key != "expect"}
        if kept.get("evidence"):
            kept["evidence"] = dict(self._still_shown(kept["evidence"], kept["facts"]))
        if not kept["facts"] and "facts" not in self._case:
            del kept["facts"]
        found: dict[str, Any] = plain_data(kept)
        return found

    def _still_shown(self, evidence: Case, facts: object) -> Iterator[tuple[str, Any]]:
        """What lines of a chart say, but for those of numbers that are stated otherwise now."""
        numbers, before = set(self._vocabulary.number_of.values()), self._case.get("facts")
        for name, lines in evidence.items():
            if name not in numbers or said_at(before, name) == said_at(facts, name):
                yield name, lines

    def _put_all(self) -> None:
        """Makes the statements; a whole family before its members, which need one that can be read."""
        wholes = {path: value for path, value in self._sets.items() if len(path) == 2}
        for path, value in wholes.items():
            self._put(path, value)
        members = {path: value for path, value in self._sets.items() if path not in wholes}
        if not all(self._cannot_be_wrong(path, value) for path, value in wholes.items()):
            self._check()
        for member, value in members.items():
            self._put_member(member, value)
        if not all(self._cannot_be_wrong(path, value) for path, value in members.items()):
            self._check()

    def _cannot_be_wrong(self, path: Path, value: Any) -> bool:
        """Whether it is a flag or a member of a relation that is so, or not; or a value that there is."""
        section, name, *inner = path
        tree = self._tree(name)
        is_fact = not inner if tree is None else isinstance(below(tree, inner), str)
        return path in self._right or (section == "facts" and is_fact and isinstance(value, bool))

    def _take_away(self, path: Path) -> None:
        section, name, *inner = path
        v = self._vocabulary
        tree = self._tree(name)
        if inner and tree is not None:
            before = self._parts[section].get(name, {})
            left = without_member(before, tree, tuple(inner), self._canonical)
            if ONLY in as_mapping(before, tree):  # else it would be false, as not on the list
                left = with_member(before, tree, tuple(inner), None, self._canonical)
            self._parts[section] = with_at(self._parts[section], [name], left)
            return
        written_so = self._as_written(self._parts[section], [name, *inner])
        self._parts[section] = without_at(self._parts[section], written_so)
        for _, quantity in leaves(below(v.measures[name], inner) if name in v.measures else {}):
            self._drop(*self._beside(quantity))

    def _put_member(self, path: Path, value: Any) -> None:
        section, name, *inner = path
        tree = self._tree(name)
        if tree is None:  # a number with arguments, or what is single-valued
            self._put(path, value)
            return
        before = self._parts[section].get(name, {})
        self._parts[section][name] = with_member(before, tree, tuple(inner), value, self._canonical)

    def _list_again(self) -> None:
        """Writes a relation that was said to be complete, and still is, as the list of what is so.

        But not where laws tie its members: of what a list implies it says nothing.
        """
        facts = self._parts["facts"]
        relevance, literals = self._edition.relevance, self._edition.literals
        for name, tree in self._vocabulary.families.items():
            members = facts.get(name)
            if not isinstance(members, Mapping) or not isinstance(members.get(ONLY), list | tuple):
                continue
            tied = any(relevance.in_a_law(literals[fact]) for _, fact in leaves(tree))
            beside = {key: said for key, said in members.items() if key != ONLY}
            also = [key for key, said in beside.items() if said in (True, "yes")]
            out = [] if tied else [key for key, said in beside.items() if said in (False, "no")]
            kept = {key: said for key, said in beside.items() if key not in (*also, *out)}
            facts[name] = {ONLY: [*members[ONLY], *also], **kept}
