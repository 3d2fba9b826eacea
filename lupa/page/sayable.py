"""What a case can say under an edition, as data: its facts, names, numbers, efforts and questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lupa.page.packed import Lists, Texts
from lupa.rules.asking import Group
from lupa.rules.edition import Edition
from lupa.rules.efforts import USUAL
from lupa.rules.numbers import of_one
from lupa.rules.quantities import Quantity
from lupa.rules.vocabulary import Fact, leaves

_OFFERED = USUAL
"""The ways in which a page lets a statement come about; another day or another request it does not try."""


class Sayable:
    """What can be said, with facts as the variables that they are."""

    def __init__(self, edition: Edition, variable: Mapping[Fact, int], texts: Texts, lists: Lists) -> None:
        self._edition = edition
        self.variable = variable
        self._texts = texts
        self._lists = lists

    def told(self) -> dict[str, Any]:
        """All of it."""
        return {
            "facts": self.columns(self.variable),
            **self._vocabulary(),
            **self._efforts(),
            "groups": self._groups(),
        }

    def of(self, edition: Edition, variable: Mapping[Fact, int]) -> Sayable:
        """What can be said under another edition, in the same texts."""
        return Sayable(edition, variable, self._texts, self._lists)

    def columns(self, facts: Iterable[Fact]) -> list[list[int]]:
        """Of each fact its name, its default, rank, sentences, question, labels, if it is read, help,
        proof; in columns.
        """
        edition, texts = self._edition, self._texts
        v = edition.vocabulary
        rows = [
            (
                texts(fact, about := edition.asking.about(fact)),
                -1 if fact not in v.defaults else int(v.defaults[fact]),
                edition.places[edition.literals[fact]],
                texts(v.words(fact, True), about),
                texts(v.words(fact, False), about),
                texts(edition.asking.question_alone(fact), about),
                texts(edition.asking.member(fact), about),
                texts(about),
                int(edition.reads(fact)),
                texts(v.question_help(fact), about),
                texts(v.proof(fact), about),
            )
            for fact in facts
        ]
        return [list(column) for column in zip(*rows, strict=True)]

    def _halves(self, number: str) -> list[str]:
        """The question for one of two numbers where the first, or the second, is known."""
        v, ask = self._edition.vocabulary, self._edition.asking.question_alone
        if number not in v.cuts:
            return []
        made, cut = v.derived[number], v.cuts[number][0]
        return [ask(cut.fact, frozenset({known})) for known in (made.first, made.second)]

    def _placed(self, tree: Any) -> Any:
        """The variables in the place of their facts."""
        if isinstance(tree, str):
            return self.variable[tree]
        return {key: self._placed(below) for key, below in tree.items()}

    def _related(self, family: str, tree: Any) -> Any:
        """A relation as its facts, where these are called by their names in it; or else in full."""
        facts = dict(leaves(tree))
        if all(
            fact == f"{family}({','.join(names)})" and not any(set("(),") & set(name) for name in names)
            for names, fact in facts.items()
        ):
            return [self.variable[fact] for fact in facts.values()]
        return self._placed(tree)

    def _placed_each(self, facts: Mapping[str, Sequence[Fact]]) -> dict[str, list[int]]:
        return {name: [self.variable[fact] for fact in each] for name, each in facts.items()}

    def _vocabulary(self) -> dict[str, Any]:
        v = self._edition.vocabulary
        return {
            "requested": self._placed(v.kinds("requested")),
            "said_by_item": v.said_by_item,
            "whole": sorted(v.covered) if v.said_by_item else [],
            "choices": {name: self._placed(v.tree_of(name)) for name in v.choices if name != "requested"},
            "flags": self._placed(v.flags),
            "relations": {family: self._related(family, tree) for family, tree in v.families.items()},
            "quantities": {name: self._quantity(name, quantity) for name, quantity in v.quantities.items()},
            "derived": {name: [*made, *self._halves(name)] for name, made in v.derived.items()},
            "scales": {name: list(scale) for name, scale in v.scales.items()},
            "rising": [[[rank, self.variable[fact]] for rank, fact in cuts] for cuts in v.rising],
            "pairs": v.pairs,
            "measures": v.measures,
            "days": v.days,
            "terms": sorted(v.terms),
            "asked": [
                [self.variable[fact], x.quantity, x.cut.kind, str(x.cut.bound), x.reached, x.days, x.times]
                for fact, x in v.asked.items()
            ],
            "open_families": sorted(v.open_families),
            "said_with_dose": sorted(v.said_with_dose),
            "closed_by": self._placed_each(v.closed_by),
            "beyond": self._beyond(),
        }

    def _beyond(self) -> dict[str, Any]:
        """What is declared beyond what rules read: of each relation, or quantity, the names by place."""
        known = self._edition.known
        found = {}
        for name, places in known.declared().items():
            number = known.quantity(name)
            found[name] = {
                "places": [self._lists(names) for names in places],
                "single": known.single(name),
                "day": known.is_day(name),
                "number": number
                and {
                    "unit": number[0],
                    "least": number[1],
                    "most": number[2],
                    "units": {unit: str(factor) for unit, factor in number[3]},
                    "dated": number[4],
                },
            }
        return found

    def _quantity(self, name: str, quantity: Quantity) -> dict[str, Any]:
        v = self._edition.vocabulary
        return {
            "unit": quantity.unit,
            "one": of_one(quantity.unit),
            "least": quantity.least,
            "most": quantity.most,
            "whole": quantity.whole,
            "dated": quantity.dated,
            "section": quantity.section,
            "where": list(v.where(name)),
            "units": {unit: str(factor) for unit, factor in quantity.units},
            "label": v.label(name),
            "read": self._edition.reads_number(name),
            "cuts": [
                [cut.kind, str(cut.bound), self.variable[cut.fact]]
                for cut in sorted(v.cuts.get(name, ()), key=lambda cut: cut.rank)  # the lowest bound first
            ],
        }

    def _efforts(self) -> dict[str, Any]:
        """What it costs to state facts: `find_out`, `ask_for_less`, `change`, each for yes and for no.

        `usual` is what a kind costs for a fact without a row of its own, `against` the facts, and `advised`
        the advisories by their place, of which any speaks against bringing one about. Each of those `begun`
        begins with one of some facts, and may have begun where one of others is on record.
        """
        v, variable = self._edition.vocabulary, self.variable
        against = {
            variable[fact]: [variable[x] for x in v.efforts.speaks_against(fact) if x in variable]
            for fact in variable
        }
        places = {atom.item: place for place, atom in enumerate(self._edition.advisories)}
        advised = {
            variable[fact]: [places[x] for x in v.efforts.speaks_against(fact) if x in places]
            for fact in variable
        }
        begun = {
            variable[fact]: [
                [variable[x] for x in found(fact) if x in variable]
                for found in (v.efforts.begins_with, v.efforts.goes_on_with)
            ]
            for fact in variable
            if v.efforts.begins_with(fact)
        }
        return {
            "efforts": self.efforts(variable),
            "usual": v.efforts.usual,
            "against": {at: found for at, found in against.items() if found},
            "advised": {at: found for at, found in advised.items() if found},
            "begun": begun,
        }

    def efforts(self, facts: Iterable[Fact]) -> list[list[list[int | None] | list[int]]]:
        """What it costs to state facts that have rows of their own, with those of which it is the same."""
        cost = self._edition.vocabulary.efforts.of
        ways = [(kind, value) for kind in _OFFERED for value in (True, False)]
        found: dict[tuple[int | None, ...], list[int]] = {}
        for fact in facts:
            costs = tuple(cost(fact, kind, value=so, usual=False) for kind, so in ways)
            found.setdefault(costs, []).append(self.variable[fact])
        return [[list(costs), alike] for costs, alike in found.items() if any(costs)]

    def asked(self, group: Group, name: str) -> list[str | int]:
        """What a fact is asked with: the group, the class of this name in it, its kind and question."""
        return [group.id, name, group.kind, self._texts(self._edition.asking.question(group))]

    def _names(self, group: Group) -> dict[str, dict[str, int]]:
        """What each of several numbers is called, and the question for each of those unlike each other."""
        if len(group.numbers) < 2:
            return {}
        number = self._edition.asking.number
        questions = self._edition.asking.of_each(group).items()
        return {
            "names": {name: self._texts(number(name)) for name, _ in group.numbers},
            **({"questions": {name: self._texts(words) for name, words in questions}} if questions else {}),
        }

    def _groups(self) -> list[Any]:
        """What is asked together, in a clinician's order."""
        edition = self._edition
        asking, texts = edition.asking, self._texts
        groups = sorted(
            asking.groups(list(edition.literals)),
            key=lambda group: min(edition.asked_first[fact] for fact in group.facts),
        )
        return [
            {
                "id": group.id,
                "kind": group.kind,
                "question": texts(asking.question(group)),
                "facts": [self.variable[fact] for fact in group.facts],
                "numbers": [name for name, _ in group.numbers],
                **self._names(group),
                "classes": {
                    name: [self.variable[fact] for fact in facts]
                    for name, facts in asking.classes(group.facts).items()
                }
                if group.kind == "members"
                else {},
                "kinds": {
                    self.variable[fact]: kinds
                    for fact in group.facts
                    if len(kinds := asking.kinds(fact)) > 1 and group.kind == "members"
                },
            }
            for group in groups
        ]
