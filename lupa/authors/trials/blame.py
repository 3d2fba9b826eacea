"""Why a case came out otherwise than it expects: the items that differ, their rules, and the facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import clingo

from lupa.answers.decision import Criterion, Decision, Item, with_parts
from lupa.authors.lint.terms import matches, terms
from lupa.authors.syntax import line, with_heads
from lupa.rules.files import RuleFiles
from lupa.rules.trees import atoms, heads

_KINDS = {
    "unmet": "criterion",
    "open": "criterion",
    "met": "criterion",
    "unmet_parts": "part",
    "open_parts": "part",
    "met_parts": "part",
    "bases": "basis",
    "superseded": "basis",
    "limits": "limit",
    "scope": "scope",
}
"""The kind of item that each list of what a case expects names."""
_GIVEN_BY = {
    "criterion": ("met", "all_of", "any_of", "at_least_of"),
    "part": ("met", "all_of", "any_of", "at_least_of"),
    "basis": ("excluded", "referral"),
    "limit": ("limit",),
    "scope": ("outside",),
}
"""The predicates whose rules say when an item holds, by its kind."""
_OF_THE_DECISION = "criteria_not_met"
"""The basis that says only that some criterion is not met."""


@dataclass(frozen=True, slots=True)
class Blame:
    """An item by which a case came out otherwise: its sentence as it is, its rules, and the facts.

    `rules` are places (`file:line`), none for an item that is given in no usual way.
    """

    item: str
    text: str
    rules: tuple[str, ...]
    because: tuple[str, ...]

    @property
    def cause(self) -> tuple[object, ...]:
        """What is the same wherever the same rules are to blame."""
        return self.item, self.rules


Unlike = tuple[str, object, object]
"""What was expected under a key, and what was found."""


def blamed(files: RuleFiles, decision: Decision, unlike: Iterable[Unlike]) -> tuple[Blame, ...]:
    """The items by which a decision differs from what was expected of it."""
    unlike = list(unlike)
    named = dict.fromkeys(
        (_KINDS[key], name)
        for key, wanted, came in unlike
        if key in _KINDS
        for name in sorted({*_listed(wanted)} ^ {*_listed(came)})
    )
    named = {item: None for item in named if item[1] != _OF_THE_DECISION}
    if not named:
        named = dict.fromkeys(_deciding(decision))
    return tuple(_blame(files, decision, kind, name) for kind, name in named)


def _listed(names: object) -> Sequence[str]:
    return names if isinstance(names, list) else ()


def _deciding(decision: Decision) -> Iterator[tuple[str, str]]:
    """The items to which an outcome other than an approval comes down."""
    for criterion in decision.criteria:
        if criterion.status != "met":
            yield "criterion", criterion.id
    for kind, items in _items(decision):
        if kind not in ("criterion", "part"):
            yield from ((kind, item.id) for item in items if item.id != _OF_THE_DECISION)


def _items(decision: Decision) -> tuple[tuple[str, Sequence[Item | Criterion]], ...]:
    return (
        ("criterion", decision.criteria),
        ("part", [criterion for above, criterion in with_parts(decision.criteria) if above]),
        ("basis", (*decision.bases, *decision.superseded)),
        ("limit", decision.limits),
        ("scope", decision.scope),
    )


def _blame(files: RuleFiles, decision: Decision, kind: str, name: str) -> Blame:
    shown = (item for of, items in _items(decision) if of == kind for item in items if item.id == name)
    item = next(shown, None)
    because = tuple(cause.text for cause in item.because) if item else ()
    rules = tuple(_rules(files, decision.policy, _GIVEN_BY[kind], name))
    return Blame(f"{kind} {name}", item.text if item else "", rules, because)


def _rules(files: RuleFiles, policy: str, predicates: Sequence[str], name: str) -> Iterator[str]:
    """The places of the rules that give an item; those for any item only where no other does."""
    found = list(_givers(files, policy, predicates, name))
    own = [where for where, is_general in found if not is_general]
    yield from own or (where for where, _ in found)


def _givers(
    files: RuleFiles, policy: str, predicates: Sequence[str], name: str
) -> Iterator[tuple[str, bool]]:
    """The places of the rules that give an item, each with whether it is one for all that there are."""
    symbol = clingo.parse_term(name)
    for path in files.of(policy):
        for statement, signatures in with_heads(path):
            if not any(predicate in predicates for predicate, _ in signatures):
                continue
            given = (term for head in heads(statement) for atom in atoms(head) for term in terms(atom))
            pairs = [term.arguments[:2] for term in given if term.name in predicates]
            for owner, item in (pair for pair in pairs if len(pair) == 2):
                if matches(owner, clingo.Function(policy)) and matches(item, symbol):
                    where = f"{path.relative_to(files.root).as_posix()}:{line(statement)}"
                    yield where, owner.anything and item.anything
                    break
