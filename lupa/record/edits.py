"""Editing a case: stating a thing otherwise, or no longer; see `lupa.record.naming` for names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from lupa.errors import CaseError, Problem, shown
from lupa.record.case import check_shape
from lupa.record.interval import Interval, anything
from lupa.record.members import as_mapping, with_member, without_member
from lupa.record.naming import Names, Target
from lupa.record.plain import on_side, on_sides, plain_data, plain_range
from lupa.record.reading import parse_yaml
from lupa.record.record import Record, Unknown, record_of
from lupa.rules.edition import Edition
from lupa.rules.vocabulary import ONLY, Cut, Fact, Path, Tree, leaves

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


def stated(case: Mapping[str, Any], facts: Mapping[Fact, bool], edition: Edition) -> dict[str, Any]:
    """A new case that states these facts of the vocabulary, and the rest as before. As `edited`.

    Of a choice only the value that it has can be stated, not one that it has not.
    """
    return edited(case, facts.items(), (), edition)


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


def facts_named(edition: Edition, name: str) -> list[Fact]:
    """The facts that a name means: one, all of a kind (`taking`), or all about a number (`age`).

    Raises `CaseError`, with the nearest known name, for one that means nothing.
    """
    v, target = edition.vocabulary, Names(edition.vocabulary, edition.known).target(name)
    if target.cut is not None:
        return [target.cut.fact]
    section, key, *parts = target.path
    if key in v.measures:
        numbers = [quantity for _, quantity in leaves(_below(v.measures[key], parts))]
        rates = [r for r, made in v.rates.items() if not {made.first, made.second}.isdisjoint(numbers)]
        return [cut.fact for quantity in (*numbers, *rates) for cut in v.cuts.get(quantity, ())]
    if key in v.flags:
        return [v.flags[key]]
    if key in v.families:
        return [fact for _, fact in leaves(_below(v.families[key], parts))]
    name, beginning = ("requested", (key, *parts)) if section == "request" else (key, tuple(parts))
    groups = v.choices.get(name, {}).items()
    values = [values for path, values in groups if path[: len(beginning)] == beginning]
    return [fact for each in values for value, fact in each.items() if target.value in (None, value)]


def _below(tree: Tree | str, path: Iterable[str]) -> Tree | str:
    """The part of a tree that a path leads to; nothing for a name that no rule reads."""
    for step in path:
        tree = tree.get(step, {}) if isinstance(tree, Mapping) else {}
    return tree


# ---- the case ----------------------------------------------------------------------------------


class _Editor:
    """One case on its way to another."""

    def __init__(self, case: Mapping[str, Any], edition: Edition) -> None:
        self._case = case
        self._edition = edition
        self._vocabulary = edition.vocabulary
        self._names = Names(edition.vocabulary, edition.known)
        self._parts = {part: dict(case.get(part) or {}) for part in ("request", "facts")}
        _, self._before = record_of(self._whole(), edition)
        self._problems = [p for p in self._before if not isinstance(p, Unknown)]
        self._unreadable = bool(self._problems)
        self._unset: dict[Path, None] = {}
        self._sets: dict[Path, Any] = {}
        self._unset_cuts: dict[str, dict[Cut, None]] = {}
        self._cuts: dict[str, dict[Cut, bool | None]] = {}

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

    def _members_of(self, path: Path) -> Mapping[str, object] | None:
        """The names that a mapping at this place can have; None where a mapping is a range."""
        section, name, *arguments = path
        v = self._vocabulary
        found: Any = self._tree(name) or self._names.choices.get(name) or v.measures.get(name)
        if section == "request" and name in self._names.requested:
            return None
        found = _below({} if self._names.is_beyond(name) else found or "", arguments)
        return found if isinstance(found, Mapping) and "" not in found else None

    def _tree(self, name: str) -> Tree | None:
        """The facts of a relation, of which no rule may read any; None for what is none."""
        return {} if self._names.is_beyond(name) else self._vocabulary.families.get(name)

    def _plan_set(self, path: Path, value: Any) -> None:
        if path in self._sets and self._sets[path] != value:
            both = f"{_written(self._sets[path])} and to {_written(value)}"
            self._problems.append(Problem(".".join(path), f"is set twice, to {both}; keep one"))
            return
        self._sets[path] = value

    def _plan_value(self, target: Target, value: Any) -> None:
        """A choice is stated by the value that it has, or left open."""
        if value is None:
            self._plan_set(target.path, None)
        elif value is True:
            self._plan_set(target.path, target.value)
        else:
            place = ".".join(target.path)
            message = (
                f"has one value out of several: {target.value} takes yes or null, not "
                f"{_written(value)}; for another, set {place} to it"
            )
            self._problems.append(Problem(place, message))

    def _plan_cut(self, path: Path, cut: Cut, value: Any, *, unset: bool) -> None:
        place, name = ".".join(path), self._vocabulary.number_of[cut.fact]
        if unset:
            self._unset_cuts.setdefault(name, {})[cut] = None
        elif value is not None and not isinstance(value, bool):
            self._problems.append(
                Problem(place, f"{cut.fact} takes yes, no or null, not {_written(value)}")
            )
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
        if not kept["facts"] and "facts" not in self._case:
            del kept["facts"]
        found: dict[str, Any] = plain_data(kept)
        return found

    def _put_all(self) -> None:
        """Makes the statements; a whole family before its members, which need one that can be read."""
        wholes = {path: value for path, value in self._sets.items() if len(path) == 2}
        for path, value in wholes.items():
            self._put(path, value)
        if wholes:
            self._check()
        members = {path: value for path, value in self._sets.items() if path not in wholes}
        for member, value in members.items():
            self._put_member(member, value)
        if members:
            self._check()

    def _whole(self) -> dict[str, Any]:
        return {**self._case, **self._parts}

    def _read(self, *without: str) -> Record:
        """The record of the case as it stands, or without some of its numbers."""
        parts = self._parts
        for name in without:
            section, *path = self._place(name)
            parts = {**parts, section: _without(parts[section], path)}
        return record_of({**self._case, **parts}, self._edition)[0]

    def _place(self, name: str) -> Path:
        """Where a number, or what else stands by itself in a case, is stated."""
        quantity = self._vocabulary.quantities.get(name)
        if quantity is None:
            return self._names.sections[name], name
        return quantity.section, *self._vocabulary.where(name)

    def _check(self) -> None:
        """Finds what is wrong with the case as it stands that was not before."""
        _, found = record_of(self._whole(), self._edition)
        strange = {problem.message for problem in self._before}  # in another place perhaps
        self._problems += [p for p in found if p not in self._problems and p.message not in strange]

    def _drop(self, *names: str) -> None:
        for name in names:
            section, *path = self._place(name)
            self._parts[section] = _without(self._parts[section], path)

    def _beside(self, name: str) -> tuple[str, ...]:
        """What else in a case says how large a number is."""
        rate = self._vocabulary.rates.get(name)
        if rate is not None:
            return rate.first, rate.second
        return ("birth_date",) if name == "age" else ()

    def _take_away(self, path: Path) -> None:
        section, name, *inner = path
        v = self._vocabulary
        tree = self._tree(name)
        if inner and tree is not None:
            before = self._parts[section].get(name, {})
            left = without_member(before, tree, tuple(inner), v.canonical)
            if ONLY in as_mapping(before, tree):  # else it would be false, as not on the list
                left = with_member(before, tree, tuple(inner), None, v.canonical)
            self._parts[section] = _with(self._parts[section], [name], left)
            return
        self._parts[section] = _without(self._parts[section], [name, *inner])
        for _, quantity in leaves(_below(v.measures[name], inner) if name in v.measures else {}):
            self._drop(*self._beside(quantity))

    def _put(self, path: Path, value: Any) -> None:
        section, *inner = path
        self._parts[section] = _with(self._parts[section], inner, value)
        name = inner[0]
        if name in ("age", "birth_date"):
            other = "birth_date" if name == "age" else "age"
            if ("facts", other) not in self._sets:
                self._drop(other)
        for rate in self._vocabulary.rates:
            if path in map(self._place, (rate, *self._beside(rate))):
                self._keep_agreeing(rate)

    def _keep_agreeing(self, rate: str) -> None:
        """Where a rate and its parts disagree and only one of them was set, drops the other."""
        parts = self._beside(rate)
        stated, made = self._stated_and_made(rate)
        if stated is not None and made is not None and stated.both(made).empty:
            if self._place(rate) not in self._sets:
                self._drop(rate)
            elif self._sets.keys().isdisjoint(map(self._place, parts)):
                self._drop(*parts)

    def _stated_and_made(self, name: str) -> tuple[Interval | None, Interval | None]:
        """What a number is by its own statement, and by what else says how large it is."""
        beside = self._beside(name)
        return self._read(*beside).intervals.get(name), self._read(name).intervals.get(name)

    def _put_member(self, path: Path, value: Any) -> None:
        section, name, *inner = path
        tree = self._tree(name)
        if tree is None:  # a number with arguments, or what is single-valued
            self._put(path, value)
            return
        before = self._parts[section].get(name, {})
        members = with_member(before, tree, tuple(inner), value, self._vocabulary.canonical)
        self._parts[section][name] = members

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

    # ---- cut points ----------------------------------------------------------------------------

    def _cut(self, name: str) -> None:
        """States on which side of some cut points a number is, or no longer states it."""
        edits: dict[Cut, bool | None] = {**self._unset_cuts.get(name, {}), **self._cuts.get(name, {})}
        quantity, place = self._vocabulary.quantities[name], ".".join(self._place(name))
        is_set = any(self._place(each) in self._sets for each in (name, *self._beside(name)))
        record = self._read()
        given = record.intervals.get(name)
        if name not in self._cuts and (is_set or given is None):  # set since, or nothing to take away
            if not is_set:
                self._drop(name)
            return
        if name in self._cuts and given is not None and all(given.truth(c) is v for c, v in edits.items()):
            return
        words = " and ".join(f"{cut.fact}={_written(value)}" for cut, value in edits.items())
        wanted = on_sides(quantity, edits)
        if wanted.empty:
            self._problems.append(Problem(place, f"no number of {quantity.unit} has {words}"))
            return
        others = {cut: value for cut, value in self._others(name, record).items() if cut not in edits}
        found = None
        if None not in edits.values():
            assumed = {cut: value for cut, value in others.items() if cut.fact in record.assumed}
            found = self._narrowed(name, wanted, assumed)
        if found is None and is_set:
            self._problems.append(Problem(place, f"is set to a number that has not {words}; keep one"))
            return
        self._state(name, found or self._replaced(name, wanted, others), {**others, **edits})

    def _state(self, name: str, found: Interval, sides: Mapping[Cut, bool | None]) -> None:
        """States the numbers found where they say something; else leaves the number open, or silent."""
        section, *path = self._place(name)
        if any(value is not None for value in sides.values()):
            said = plain_range(found, self._vocabulary.quantities[name])
            self._parts[section] = _with(self._parts[section], path, said)
        elif name in self._cuts:
            self._parts[section] = _with(self._parts[section], path, None)
        else:
            self._drop(name)

    def _narrowed(self, name: str, wanted: Interval, assumed: dict[Cut, bool]) -> Interval | None:
        """The numbers that are left of those stated; None where that contradicts what else is stated."""
        quantity = self._vocabulary.quantities[name]
        stated, made = self._stated_and_made(name)
        found = (stated or anything(quantity)).both(on_sides(quantity, assumed)).both(wanted)
        return None if found.empty or (made or found).both(found).empty else found

    def _replaced(self, name: str, wanted: Interval, others: dict[Cut, bool]) -> Interval:
        """The numbers wanted that are on the same side of the other cut points, as far as that goes.

        What is stated beside the number is dropped where it says otherwise.
        """
        quantity = self._vocabulary.quantities[name]
        found = wanted
        for cut, value in others.items():
            closer = found.both(on_side(quantity, cut, value))
            found = found if closer.empty else closer
        left = self._read(name).intervals.get(name)
        if left is not None:
            both = left.both(found)
            cuts = self._vocabulary.cuts[name]
            is_other = both.empty or any(both.truth(cut) is not found.truth(cut) for cut in cuts)
            if is_other or name not in self._cuts:
                self._drop(*self._beside(name))
        return found

    def _others(self, name: str, record: Record) -> dict[Cut, bool]:
        """On which side a number is of its cut points, stated or assumed."""
        known = {**record.assumed, **record.stated}
        cuts = self._vocabulary.cuts.get(name, ())
        return {cut: known[cut.fact] for cut in cuts if cut.fact in known}


def _with(part: Mapping[str, Any], path: Sequence[str], value: Any) -> dict[str, Any]:
    """A part of a case with a value at a place in it; without it where the value is an empty mapping."""
    first, *rest = path
    if rest:
        below = part.get(first)
        value = _with(below if isinstance(below, Mapping) else {}, rest, value)
    if value == {}:
        return {key: said for key, said in part.items() if key != first}
    return {**part, first: value}


def _without(part: Mapping[str, Any], path: Sequence[str]) -> dict[str, Any]:
    """A part of a case without what stands at a place in it."""
    first, *rest = path
    below = part.get(first)
    if rest:
        return _with(part, [first], _without(below, rest)) if isinstance(below, Mapping) else dict(part)
    return {key: said for key, said in part.items() if key != first}


def _written(value: Any) -> str:
    """A value as a command line has it."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else shown(value)
