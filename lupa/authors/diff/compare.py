"""Two editions compared as meaning: exact over every patient that the vocabulary can describe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from lupa.authors.diff.alike import Row, Rows, alike, family
from lupa.authors.diff.deciders import Deciders
from lupa.authors.diff.pair import BOTH, Pair
from lupa.authors.diff.regions import Term
from lupa.authors.diff.results import (
    SIDES,
    Comparison,
    Condition,
    Pathway,
    Region,
    Relation,
    Shift,
    ShownChange,
    together,
)
from lupa.authors.diff.rule_changes import rule_changes
from lupa.authors.diff.same_patient import same_patient
from lupa.authors.diff.ways import OnPathway, Outcomes, Way, Ways
from lupa.authors.reports.finding import Patient
from lupa.authors.trials.same_worlds import PART
from lupa.pages.sentences import argument
from lupa.rules.edition import Edition
from lupa.rules.solver import Literal
from lupa.rules.spoken import said_of
from lupa.rules.vocabulary import Fact

MOST = 50
"""So many terms describe what happens on a pathway in one way; if it takes more, they are not all given."""
FEW = 12
"""So many terms tell one shift of a region from the others; if it takes more, none is given.

If a region takes more, it is told by what one row asks, wherever that says it.
"""


_TERMS = 2
"""More terms are told by the tree of criteria, such as two of five, that says the same."""

_Told = list[tuple[tuple[Condition, ...], tuple[Term, ...]]]
"""Rows in words, each with the terms that are in it."""


class _Part(NamedTuple):
    """One of the regions of a way: what describes it, in words and as terms, and what holds just there."""

    row: tuple[Condition, ...]
    terms: tuple[Term, ...]
    holds: Literal


def compare(before: Edition, after: Edition, *, all_readings: bool = False, most: int = MOST) -> Comparison:
    """What the edition `after` makes of patients, beside what the one `before` does."""
    names = (named(before), named(after))
    if names[0] == names[1] and before.fingerprint == after.fingerprint:
        return Comparison(*names, "equal", (), (), complete=True, rules=(), shown=())
    return _Compared(Pair(before, after, all_readings=all_readings), most).comparison(*names)


def named(edition: Edition) -> str:
    return f"{edition.policy}@{edition.name}"


class _Compared:
    """One comparison in the making."""

    def __init__(self, pair: Pair, most: int) -> None:
        self._pair = pair
        self._most = most
        self._complete = True
        self._ways = Ways(pair)
        self._deciders = Deciders(pair)

    def comparison(self, before: str, after: str) -> Comparison:
        found = list(self._ways.on_pathways())
        regions = [r for here in found for way in here.ways for r in self._regions(here.pathway, way)]
        relations = [here.pathway.relation for here in found]
        return Comparison(
            before,
            after,
            together(relations),
            tuple(here.pathway for here in found),
            tuple(_over_pathways(regions)),
            complete=self._complete,
            rules=rule_changes(*self._pair.editions),
            shown=tuple(self._shown([here for here in found if not here.ways])),
        )

    # ---- regions -------------------------------------------------------------------------------

    def _regions(self, pathway: Pathway, way: Way) -> Iterator[Region]:
        rows, complete = self._rows(way.care, way.target, self._most)
        self._complete &= complete
        parts = [_Part(row, terms, self._pair.regions.holds(terms)) for row, terms in rows]
        alone = {part: self._happening(way, self._alone(way, part, parts)) for part in parts}
        told = {shift for shifts in alone.values() for shift in shifts}
        for part in parts:
            care = self._alone(way, part, parts)
            shifts = [self._shift(pathway, shift, way, part, care, alone[part]) for shift in alone[part]]
            everywhere = (*way.care, way.target, part.holds)
            rest = [shift for shift in self._happening(way, everywhere) if shift not in told]
            shifts += [
                replace(self._shift(pathway, shift, way, part, everywhere, way.shifts), overlap=True)
                for shift in rest
            ]
            shifts.sort(key=lambda shift: (shift.overlap, not _is_usual(shift)))
            yield Region((pathway,), way.relation, part.row, tuple(shifts))

    def _alone(self, way: Way, part: _Part, parts: Sequence[_Part]) -> tuple[Literal, ...]:
        """What holds in the worlds that are in this part of a way and in no other."""
        others = [-other.holds for other in parts if other != part]
        return (*way.care, way.target, part.holds, *others)

    def _happening(self, way: Way, care: Sequence[Literal]) -> list[Outcomes]:
        return [shift for shift in way.shifts if self._pair.possible([*care, self._ways.outcomes(shift)])]

    def _rows(self, care: Sequence[Literal], target: Literal, most: int) -> tuple[_Told, bool]:
        """What describes the target among the care, in words with the terms; and whether that is all.

        Where that is a tree of criteria which is not met, and several are the ways in which, that says it.
        Where each of many must be in one of several ways, the rows are as many as all ways together:
        then one row says it, that asks of each for one of its ways.
        """
        terms, complete = self._pair.regions.cover(care, target, min(most, FEW))
        rows = alike({term: self._pair.term(term) for term in terms}) if complete else []
        if not complete or len(terms) > _TERMS:
            told = self._by_criterion(care, target)
            if told:
                return told, True
        if not complete:
            rows = self._in_one_row(care, target, most)
            complete = bool(rows)
        if not complete:
            if most > FEW:
                terms, complete = self._pair.regions.cover(care, target, most)
            rows = alike({term: self._pair.term(term) for term in terms})
        return [(self._conditions(row), of) for row, of in rows], complete

    def _by_criterion(self, care: Sequence[Literal], target: Literal) -> _Told:
        """The target as a tree, or a part of one, that is not met; nothing where none says it."""
        for side in reversed(BOTH):
            edition = self._pair.editions[side]
            trees = (a for a in (*edition.criteria, *edition.parts.values()) if a.symbol in edition.nodes)
            for atom in trees:
                unmet = -self._pair.sides[side].of(atom.literal)
                apart = ([*care, target, -unmet], [*care, -target, unmet])
                if not any(map(self._pair.possible, apart)):
                    text = edition.phrase(atom, False)
                    return [((Condition((), False, text, atom.id, False, SIDES[side]),), ((unmet,),))]
        return []

    def _in_one_row(self, care: Sequence[Literal], target: Literal, most: int) -> Rows:
        """The target as one row: none of the terms holds that describe the rest; no row where none says it.

        A part of a row says the same of all its facts, be it that they are so or that they are not.
        """
        terms, complete = self._pair.regions.cover(care, -target, most)
        said = [self._pair.term(term) for term in terms]
        if not complete or any(len({so for _, so in term}) != 1 for term in said):
            return []
        row = tuple((tuple(fact for fact, _ in term), not term[0][1]) for term in said)
        return [(row, (tuple(-self._pair.regions.holds([term]) for term in terms),))]

    def _conditions(self, row: Row) -> tuple[Condition, ...]:
        default = self._pair.defaults
        return tuple(
            Condition(
                facts,
                value,
                self._words(facts, value),
                self._ways.label(said_of(facts[0])[1]),
                any(default.get(f) is value for f in facts),
            )
            for facts, value in row
        )

    def _words(self, facts: Sequence[Fact], value: bool) -> str:
        """The sentence for the first fact; the others by name if they say the same of another member."""
        first = self._pair.words(facts[0], value)
        if len({family(fact) or fact for fact in facts}) > 1:
            return " Or: ".join(self._pair.words(fact, value) for fact in facts)
        others = ", ".join(map(self._about, facts[1:]))
        return f"{first} Or likewise: {others}." if others else first

    def _about(self, fact: Fact) -> str:
        """What a fact is about, by the labels of its names."""
        first, _, others = argument(fact).rpartition("=")[2].partition(" (")
        further = ", ".join(map(self._ways.label, others[:-1].split(", ")))
        return f"{self._ways.label(first)} ({further})" if others else self._ways.label(first)

    def _shift(
        self,
        pathway: Pathway,
        shift: Outcomes,
        way: Way,
        part: _Part,
        care: Sequence[Literal],
        happening: Sequence[Outcomes],
    ) -> Shift:
        """One of the shifts that are happening in the worlds of `care`, which are in this part of a way."""
        happens = [*care, self._ways.outcomes(shift)]
        rows, complete = self._rows(care, happens[-1], FEW) if len(happening) > 1 else ([], True)
        deciders = [
            decider
            for side in self._blamed(way.relation)
            for decider in self._deciders.against(
                pathway, side, [[*happens, *term] for term in part.terms], lawful=None not in shift
            )
        ]
        stated = {fact for condition in part.row for fact in condition.facts}
        title = f"{pathway.text}: {_becomes(shift)}"
        patients = same_patient(self._pair, self._pair.smallest(happens), shift, stated, title)
        where = tuple(row for row, _ in rows if complete)
        return Shift(*shift, where, tuple(deciders), patients, partly=not complete)

    def _blamed(self, relation: Relation) -> tuple[int, ...]:
        """The sides on which something speaks against the patients: those that are less favourable."""
        one_side: dict[Relation, tuple[int, ...]] = {
            "looser": (0,),
            "stricter": (1,),
            "only_before": (1,),
            "only_after": (0,),
        }
        return one_side.get(relation, BOTH)

    # ---- what is shown -------------------------------------------------------------------------

    def _shown(self, same: Sequence[OnPathway]) -> Iterator[ShownChange]:
        """What only one side shows on pathways on which each outcome is the same."""
        pair = self._pair
        somewhere = pair.either([pair.both(here.held) for here in same])
        names = dict.fromkeys(name for says in pair.says for name in says)
        for name in (n for n in names if not _is_of_one_tree(n, pair)):
            for side in BOTH:
                only = [pair.shows(name, side), -pair.shows(name, 1 - side)]
                if pair.possible([*pair.shared, somewhere, *only]):
                    there = [h for h in same if pair.possible([*pair.shared, *h.held, *only])]
                    pathways = tuple(here.pathway for here in there)
                    yield ShownChange(name, SIDES[side], pathways, self._example(there[0], only, name))

    def _example(self, here: OnPathway, only: Sequence[Literal], name: str) -> tuple[Patient, ...]:
        """A patient of whom only one side shows it."""
        pair = self._pair
        world = pair.smallest([*pair.shared, *here.held, *only])
        holds = pair.truths(world, list(pair.outcomes[0].values()))
        (outcome,) = (outcome for outcome, so in zip(pair.outcomes[0], holds, strict=True) if so)
        shows = [pair.shows(name, side) for side in BOTH]
        truths = zip(BOTH, shows, pair.truths(world, shows), strict=True)
        stated = {f for side, x, so in truths for f in pair.reason(world, side, x if so else -x)}
        return same_patient(pair, world, (outcome, outcome), stated, f"{here.pathway.text}: {name}")


def _is_of_one_tree(name: str, pair: Pair) -> bool:
    """Whether it is shown of a part that only one side has, which is told with what came and went."""
    return name.startswith(PART) and not all(name in says for says in pair.says)


def _becomes(shift: Outcomes) -> str:
    before, after = (name and name.replace("_", " ") for name in shift)
    if before is None or after is None:
        return f"{before or after}, possible only {'after' if before is None else 'before'}"
    return f"{before} becomes {after}"


def _is_usual(shift: Shift) -> bool:
    """Whether the shift comes about where all is as it is usually assumed to be."""
    if shift.partly:
        return False
    return not shift.where or any(all(c.usual for c in row) for row in shift.where)


def _told(region: Region) -> object:
    return tuple(
        (shift.before, shift.after, shift.overlap, shift.partly, shift.where) for shift in region.shifts
    )


def _over_pathways(regions: Iterable[Region]) -> Iterator[Region]:
    """The regions, those that say the same of several pathways as one."""
    found: dict[object, list[Region]] = {}
    for region in regions:
        key = (region.relation, region.conditions, _told(region))
        found.setdefault(key, []).append(region)
    for same in found.values():
        shifts = zip(*(region.shifts for region in same), strict=True)
        yield replace(
            same[0],
            pathways=tuple(pathway for region in same for pathway in region.pathways),
            shifts=tuple(
                replace(each[0], deciders=tuple(dict.fromkeys(d for shift in each for d in shift.deciders)))
                for each in shifts
            ),
        )
