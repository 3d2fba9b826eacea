"""What is compared: the editions of a policy, two policies, or all that two knowledge bases hold."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from lupa.authors.diff.compare import compare
from lupa.authors.diff.results import Comparison, Diff, Relation, together
from lupa.authors.limited import Tick
from lupa.errors import CaseError
from lupa.rules.store import Store

COMPARED = "comparisons were made"
"""What a run has done that compares."""

Name = tuple[str, str]
"""A policy and the name of one of its editions."""


def diff_policies(kb: Store, old: str, new: str | None, *, all_readings: bool, tick: Tick) -> Diff:
    """One policy or edition beside another one; the editions of a policy in turn, if it is alone."""
    if new is not None:
        names = [(edition_of(kb, old), edition_of(kb, new))]
    else:
        names = list(pairwise(_in_turn(kb, old)))
    return _diff(kb, kb, names, all_readings=all_readings, tick=tick)


def diff_bases(before: Store, after: Store, *, all_readings: bool, tick: Tick) -> Diff:
    """Each edition that both knowledge bases have, as each has it; and those that only one has."""
    one, other = _editions(before), _editions(after)
    found = _diff(before, after, [(n, n) for n in one if n in other], all_readings=all_readings, tick=tick)
    return Diff(
        found.relation if set(one) == set(other) else "incomparable",
        found.comparisons,
        tuple("@".join(name) for name in one if name not in other),
        tuple("@".join(name) for name in other if name not in one),
    )


def _diff(
    before: Store,
    after: Store,
    names: Sequence[tuple[Name, Name]],
    *,
    all_readings: bool,
    tick: Tick,
) -> Diff:
    found: list[Comparison] = []
    for one, other in names:
        tick(len(found), len(names))
        editions = before.edition(*one), after.edition(*other)
        found.append(compare(*editions, all_readings=all_readings))
    relations: list[Relation] = [comparison.relation for comparison in found]
    return Diff(together(relations), tuple(found))


def edition_of(kb: Store, name: str) -> Name:
    """The edition that is named, or the newest of the policy; raises `CaseError` for an unknown one."""
    policy, at, edition = name.partition("@")
    return policy, kb.edition_named(policy, edition) if at else kb.about(policy).editions[-1][0]


def _in_turn(kb: Store, name: str) -> list[Name]:
    """The editions of a policy, the oldest first."""
    policy, at, edition = name.partition("@")
    editions = [known for known, _ in kb.about(policy).editions]
    if at:
        kb.edition_named(policy, edition)
        raise CaseError(f"{name} is one edition; name another one, or {policy} for all in turn")
    if len(editions) == 1:
        raise CaseError(f"{policy} has one edition on file, {editions[0]}; name what to compare it with")
    return [(policy, known) for known in editions]


def _editions(kb: Store) -> list[Name]:
    return [(policy, name) for policy in kb.policies for name, _ in kb.about(policy).editions]
