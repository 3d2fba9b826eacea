"""What a policy has in one edition and not in the other: criteria, exclusions, limits, readings, ..."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from lupa.authors.diff.pair import usual_readings
from lupa.authors.diff.results import RuleChange
from lupa.pages.sentences import argument
from lupa.rules.atom import Atom
from lupa.rules.edition import Edition
from lupa.rules.nodes import Node


def rule_changes(before: Edition, after: Edition) -> tuple[RuleChange, ...]:
    """What came, what went, and which readings are usually taken otherwise."""
    return (
        *_only(after, before, "added"),
        *_only(before, after, "removed"),
        *_needed_otherwise(before, after),
        *_conditions(before, after),
        *_read_otherwise(before, after),
    )


def _only(here: Edition, there: Edition, change: Literal["added", "removed"]) -> Iterator[RuleChange]:
    """What one edition has and the other has not, or not on each of its pathways."""
    others = {key: _bound(atom) for key, atom in _items(there).items()}
    for (kind, name), atom in _items(here).items():
        missing = _bound(atom) - others.get((kind, name), set())
        if missing:
            ways = tuple(sorted(way for way in missing if way is not None))
            yield RuleChange(change, kind, name, ways, here.phrase(atom, True), here.source(atom, ways))
    strange = _readings(here).keys() - _readings(there).keys()
    for name in sorted(strange):
        question = here.vocabulary.question(next(iter(_readings(here)[name])))
        yield RuleChange(change, "reading", name, (), question, here.cited("reading", name))


def _items(edition: Edition) -> dict[tuple[str, str], Atom]:
    """What the policy has, by kind and id."""
    groups = {
        "criterion": edition.criteria,
        "basis": edition.bases,
        "referral": edition.referrals,
        "limit": edition.limits,
        "scope": edition.scope,
        "advisory": edition.advisories,
        "note": edition.notes,
    }
    parts = {
        ("part", f"{part.atom.id} of {node}"): part.atom.by(part.clauses)
        for node, found in edition.nodes.items()
        for part in found.parts
    }
    return {(kind, atom.id): atom for kind, atoms in groups.items() for atom in atoms} | parts


def _needed_otherwise(before: Edition, after: Edition) -> Iterator[RuleChange]:
    """The criteria of both editions that need their parts in another way, or have some on one side only."""
    both = [*after.criteria, *after.parts.values()]
    known = {atom.id for atom in (*before.criteria, *before.parts.values())}
    for atom in {atom.id: atom for atom in both if atom.id in known}.values():
        one, other = (_needs(edition.nodes.get(atom.symbol)) for edition in (before, after))
        if one != other:
            text = f"{one} before, {other} after"
            source = after.source(atom, after.pathways)
            yield RuleChange("changed", "criterion", atom.id, (), text, source)


def _needs(node: Node | None) -> str:
    if node is None:
        return "has no parts"
    many = {"all": "all", "any": "any"}.get(node.of, f"at least {node.least}")
    return f"needs {many} of its parts"


def _conditions(before: Edition, after: Edition) -> Iterator[RuleChange]:
    """The parts of both editions that are there under a condition on one side, and always on the other."""
    one, other = (
        {(str(name), part.atom.id): part for name, node in e.nodes.items() for part in node.parts}
        for e in (before, after)
    )
    for (node, name), part in other.items():
        was = one.get((node, name))
        if was is not None and was.conditional is not part.conditional:
            ends = ("always there", "under a condition")
            then, now = ends if part.conditional else ends[::-1]
            text = f"{then} before, {now} after"
            source = after.source(part.atom.by(part.clauses), after.pathways)
            yield RuleChange("changed", "part", f"{name} of {node}", (), text, source)


def _bound(atom: Atom) -> set[tuple[str, str] | None]:
    """The pathways that an item is bound to; None where it is bound to none."""
    return {where for where, _ in atom.sources} or {None}


def _readings(edition: Edition) -> dict[str, list[str]]:
    """The readings that the policy's rules ask for, each with its choices as facts."""
    return {
        name: [edition.facts[literal] for literal in choices.values()]
        for name, choices in edition.readings.items()
        if any(edition.reads(edition.facts[literal]) for literal in choices.values())
    }


def _read_otherwise(before: Edition, after: Edition) -> Iterator[RuleChange]:
    """The readings of both editions that are usually taken in another way."""
    usual = [usual_readings(edition) for edition in (before, after)]
    both = _readings(before).keys() & _readings(after).keys()
    for name in sorted(both):
        facts = (_readings(before)[name], _readings(after)[name])
        one, other = (
            [argument(fact).partition("=")[2] for fact in known if usually.get(fact)]
            for known, usually in zip(facts, usual, strict=True)
        )
        if one != other:
            text = f"usually {', '.join(one) or 'open'} before, {', '.join(other) or 'open'} after"
            yield RuleChange("changed", "reading", name, (), text, after.cited("reading", name))
