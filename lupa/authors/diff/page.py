"""A comparison as a person reads it: how each pathway compares, then for whom, by what, and a patient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from lupa.answers.decision import Cause
from lupa.authors.diff.results import (
    Comparison,
    Condition,
    Decider,
    Diff,
    Pathway,
    Region,
    Relation,
    RuleChange,
    Shift,
    ShownChange,
)
from lupa.pages.page import COLOURS, Page
from lupa.pages.sentences import PERSON, cause_sentences, in_words

_COLOURS = {
    "equal": "green",
    "looser": "cyan",
    "stricter": "red",
    "incomparable": "yellow",
    "only_before": "yellow",
    "only_after": "yellow",
}
_SIGNS = {"added": "+", "removed": "-", "changed": "*"}
_FEW = 3
"""So many rows of conditions, or pathways, are shown; of more it is said how many there are."""


def diff_text(diff: Diff, width: int = 80) -> str:
    """The comparison as plain text with terminal styles, `width` columns wide."""
    page = _DiffPage(width)
    blocks = [page.comparison(comparison) for comparison in diff.comparisons if not _is_same(comparison)]
    same = [f"equal   {_title(comparison)}" for comparison in diff.comparisons if _is_same(comparison)]
    blocks += [same] if same else []
    for names, where in ((diff.only_before, "before"), (diff.only_after, "after")):
        blocks += [page.wrap(f"Only {where}: {', '.join(names)}.", 0, 2)] if names else []
    blocks = blocks or [["Nothing to compare: both sides hold no policy."]]
    return "\n".join(line for block in blocks for line in [*block, ""]) + "\n".join(page.wrap(PERSON, 0))


def _is_same(comparison: Comparison) -> bool:
    """Whether nothing at all is told of it but that it is equal."""
    return comparison.relation == "equal" and not comparison.rules and not comparison.shown


def _title(comparison: Comparison) -> str:
    one, other = comparison.before, comparison.after
    return one if one == other else f"{one} -> {other}"


def _relation(relation: Relation) -> str:
    return click.style(relation.replace("_", " "), fg=_COLOURS[relation], bold=True)


class _DiffPage(Page):
    """The parts of a page about a comparison."""

    def comparison(self, c: Comparison) -> list[str]:
        lines = [f"{_relation(c.relation)}  {_title(c)}", ""]
        lines += self._pathways(c.pathways)
        for number, region in enumerate(c.regions, start=1):
            lines += self._region(number, region, every=c.complete)
        if not c.complete:
            further = "There are further patients, of whom too many conditions would have to be listed."
            lines += ["", *self.wrap(further, 0)]
        lines += self.title("What came (+), went (-) or is read otherwise (*)") if c.rules else []
        lines += [line for change in c.rules for line in self._rule(change)]
        lines += self.title("Same outcomes; what is shown differs") if c.shown else []
        lines += [line for change in c.shown for line in self._shown(change)]
        if any(condition.usual for region in c.regions for condition in _conditions(region)):
            lines += ["", *self.wrap("What is assumed where a record is silent is left unsaid.", 0)]
        return lines

    def _pathways(self, pathways: Sequence[Pathway]) -> list[str]:
        """One row for each pathway that differs, one for all others."""
        differing = [pathway for pathway in pathways if pathway.relation != "equal"]
        lines = []
        for pathway in differing:
            lines += self._row(pathway.relation, pathway.text)
        others = len(pathways) - len(differing)
        if others:
            other = "other combination" if differing else "combination"
            count = f"the one {other}" if others == 1 else f"all {others} {other}s"
            lines += self._row("equal", f"{count} of indication and phase")
        return lines

    def _row(self, relation: Relation, words: str) -> list[str]:
        name = relation.replace("_", " ")
        first, *rest = self.wrap(f"{name:<12}".replace(" ", "\0") + f"  {words}", 2, 16)
        return [first.replace("\0", " ").replace(name, _relation(relation), 1), *rest]

    # ---- regions -------------------------------------------------------------------------------

    def _region(self, number: int, region: Region, *, every: bool) -> list[str]:
        lines = ["", *self.wrap(f"{number}. {_where(region.pathways)}: {_name(region.relation)}", 0, 3)]
        lines[1] = click.style(lines[1], bold=True)
        lines += self.wrap(_among(region, every=every), 3)
        for sentence in _sentences(region.conditions):
            lines += self.wrap(f"- {sentence}", 3, 5)
        lines += [line for shift in region.shifts for line in self._shift(shift)]
        lines += self._deciders([d for shift in _telling(region.shifts) for d in shift.deciders])
        for patient in region.shifts[0].patients[:1]:
            lines += self.wrap(f"A patient: {patient.text}", 3, 5)
        return lines

    def _shift(self, shift: Shift) -> list[str]:
        before, after = (_outcome(outcome) for outcome in (shift.before, shift.after))
        first, *rest = self.wrap(f"{before} -> {after}{_under(shift)}", 5, 7)
        lines = [first, *rest]
        for name in (shift.before, shift.after):
            if name is not None:
                styled = click.style(_outcome(name), fg=COLOURS.get(name), bold=True)
                lines[0] = lines[0].replace(_outcome(name), styled, 1)
        return lines

    def _deciders(self, deciders: Sequence[Decider]) -> list[str]:
        """What decides, those from the same pathway in the document together."""
        groups: dict[tuple[str, str, str], list[Decider]] = {}
        for d in dict.fromkeys(deciders):
            groups.setdefault((d.side, d.kind, d.source or d.id), []).append(d)
        lines = []
        for same in groups.values():
            first = same[0]
            said = first.text if len(same) == 1 else ", ".join(d.id for d in same)
            name = f"{first.kind} {first.id}" if len(same) == 1 else f"one {first.kind} each"
            lines += self.wrap(f"{first.side.capitalize()}, by {name}: {said}", 3, 5)
            lines += self.source(first.source)
        return lines

    # ---- rules and what is shown ---------------------------------------------------------------

    def _rule(self, change: RuleChange) -> list[str]:
        ways = "; ".join(", ".join(way) for way in change.pathways)
        where = f" ({ways})" if ways else ""
        words = f"{_SIGNS[change.change]} {change.kind} {change.id}{where}: {change.text}"
        return [*self.wrap(words, 2, 4), *self.source(change.source)]

    def _shown(self, change: ShownChange) -> list[str]:
        lines = self.wrap(f"{change.what}: only {change.only}; {_where(change.pathways)}", 2, 4)
        return [*lines, *self.wrap(f"A patient: {change.patients[0].text}", 4)]


def _conditions(region: Region) -> Iterator[Condition]:
    yield from region.conditions
    yield from (c for shift in region.shifts for row in shift.where for c in row)


def _telling(shifts: Sequence[Shift]) -> Sequence[Shift]:
    """The shifts that come about where all is as usual; the first one, if none does."""
    return [shift for shift in shifts if not _rows(shift)] or shifts[:1]


def _where(pathways: Sequence[Pathway]) -> str:
    named = "; ".join(pathway.text for pathway in pathways[:_FEW])
    more = len(pathways) - _FEW
    return f"{named}; {more} more" if more > 0 else named


def _name(relation: Relation) -> str:
    return {"only_before": "possible only before", "only_after": "possible only after"}.get(
        relation, relation
    )


def _among(region: Region, *, every: bool) -> str:
    """Among whom the conditions tell those to whom it happens; just those, if they are `every` one."""
    side = "before" if region.relation in ("stricter", "only_before") else "after"
    if region.relation.startswith("only"):
        who = f"Of those who are possible {side}"
    else:
        outcomes = dict.fromkeys(getattr(shift, side) for shift in region.shifts)
        who = f"Of those who come to {in_words(outcomes)} {side}"
    so = "this is so" if len(region.conditions) == 1 else "all this is so"
    just = "just those" if every else "those"
    return f"{who}, {f'{just} of whom {so}' if region.conditions else 'all'}:"


def _sentences(conditions: Sequence[Condition]) -> list[str]:
    """Conditions in words; a long row of one kind is one sentence."""
    alone = [c for c in conditions if len(c.facts) == 1]
    causes = [Cause(c.facts[0], c.value, c.text, c.about, "stated") for c in alone]
    return [*cause_sentences(causes), *map(_told, (c for c in conditions if len(c.facts) != 1))]


def _told(condition: Condition) -> str:
    """A condition in words; a criterion that is not met with the edition that finds it so."""
    side = condition.side
    return f"{side.capitalize()}, not met: {condition.text}" if side else condition.text


def _rows(shift: Shift) -> list[list[str]]:
    """Where the shift comes about, but for what is usual; nothing where it comes about as usual."""
    rows = [_sentences([c for c in row if not c.usual]) for row in shift.where]
    return rows if all(rows) else []


def _under(shift: Shift) -> str:
    """Where in its region a shift comes about."""
    rows = _rows(shift)
    overlap = ", for some who are also in another of these regions" if shift.overlap else ""
    if shift.partly:
        return f"{overlap}, for some"
    if len(rows) > _FEW:
        return f"{overlap}, under one of {len(rows)} further conditions (--json lists them)"
    return f"{overlap} where: {' Or: '.join(' '.join(row) for row in rows)}" if rows else overlap


def _outcome(outcome: str | None) -> str:
    return "impossible" if outcome is None else outcome.replace("_", " ")
