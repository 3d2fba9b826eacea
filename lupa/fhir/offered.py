"""What the form of an edition asks: its groups, and what stands in a case for each number and day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import clingo

from lupa.errors import CaseError, RuleError
from lupa.rules.asking import Group
from lupa.rules.edition import Edition
from lupa.rules.quantities import Quantity
from lupa.rules.store import Store
from lupa.rules.vocabulary import Fact, leaves

NONE, ONLY, UNKNOWN = "none", "only", "unknown"
"""What is answered beside facts: none of these, none of the others, and that it is not known."""


class Number(NamedTuple):
    """A number that a form asks for, and the keys that lead to it in a case; None for a day alone."""

    name: str
    quantity: Quantity | None
    path: tuple[str, ...]

    @property
    def dated(self) -> bool:
        """Whether it goes with the day on which it was measured."""
        return self.quantity is not None and self.quantity.dated


def groups_of(edition: Edition) -> list[Group]:
    """What is asked together, in a clinician's order: all that the policy reads, but what is assumed.

    Numbers are asked for though something is assumed of them; how a text is read is not asked.
    """
    v = edition.vocabulary

    def is_asked(fact: Fact) -> bool:
        alike = v.choice_of.get(fact, {fact: fact}).values()
        is_number = fact in v.number_of or fact in v.asked
        return any(map(edition.reads, alike)) and (is_number or v.defaults.keys().isdisjoint(alike))

    groups = edition.asking.groups(list(filter(is_asked, edition.literals)))
    return sorted(groups, key=lambda group: min(edition.asked_first[fact] for fact in group.facts))


def numbers_of(edition: Edition, group: Group) -> Iterator[Number]:
    """The numbers, and days, that a group of numbers is told by: of a rate both of its parts."""
    v = edition.vocabulary
    names = [name for name, _ in group.numbers] or [
        v.asked[f].quantity for f in group.facts if f in v.asked
    ]
    days = {since for _, since in leaves(v.days)}
    found: dict[str, Number] = {}
    for name in (part for each in names for part in _parts(edition, each)):
        if name in days:
            path = v.day_of(name)
            found.setdefault(name, Number(_written(path), None, ("facts", *path)))
        else:
            about = name.removeprefix("days_since(")[:-1] if name.startswith("days_since(") else name
            quantity = v.quantities[about]
            found.setdefault(about, Number(about, quantity, (quantity.section, *v.where(about))))
    yield from found.values()


def _parts(edition: Edition, name: str) -> Iterator[str]:
    made = edition.vocabulary.derived.get(name)
    if made is None:
        yield name
    else:
        for part in (made.first, made.second):
            yield from _parts(edition, part)


def _written(path: tuple[str, ...]) -> str:
    return f"{path[0]}({','.join(path[1:])})" if path[1:] else path[0]


class Forms:
    """The forms whose answers stand in a chart, by what their address ends in: `POLICY|EDITION`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._editions: dict[str, Edition | None] = {}

    def edition(self, form: str) -> Edition | None:
        """The edition that a form asks for; None for one that is not on file."""
        if form not in self._editions:
            policy, _, name = form.partition("|")
            try:
                self._editions[form] = self._store.edition(policy, name or None)
            except (CaseError, RuleError):
                self._editions[form] = None
        return self._editions[form]

    def offered(self, form: str, group: str) -> list[clingo.Symbol]:
        """The facts that a question of a form is about."""
        edition = self.edition(form)
        if edition is None:
            return []
        facts = edition.vocabulary.facts
        return [facts[fact] for one in groups_of(edition) if one.id == group for fact in one.facts]

    def rivals(self, form: str, fact: str) -> list[clingo.Symbol]:
        """The values of a choice of which it can have one instead of this, by the edition of a form."""
        edition = self.edition(form)
        if edition is None:
            return []
        v = edition.vocabulary
        return [v.facts[other] for other in v.choice_of.get(fact, {}).values() if other != fact]

    def number(self, form: str, name: str) -> Number | None:
        """The number that a question of a form asks for."""
        edition = self.edition(form)
        if edition is None:
            return None
        every = (number for one in groups_of(edition) for number in numbers_of(edition, one))
        return next((number for number in every if number.name == name), None)
