"""Which questions of a form are enabled: not those that can no longer bear on the outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lupa.compiled.circuit import Circuit
from lupa.compiled.diagram import Node
from lupa.rules.asking import Group
from lupa.rules.edition import Edition

Json = dict[str, Any]

TRUTHS = (("yes", True, "Yes"), ("no", False, "No"))
"""The answers to a question of yes or no: their code, what they say, and their word."""


def when(question: str, code: str) -> Json:
    """That a question is not answered so."""
    return {"question": question, "operator": "!=", "answerCoding": {"code": code}}


class Enabling:
    """Which answers leave a question without any bearing, by the outcome as a function of all facts."""

    def __init__(self, made: Circuit, edition: Edition) -> None:
        self._diagrams, self._outcome = made.diagrams, made.outcome
        facts = (edition.facts[literal] for literal in made.facts)
        self._variable = {fact: place for place, fact in enumerate(facts)}

    def __call__(self, groups: Sequence[Group]) -> Iterator[list[Json]]:
        """For each group the answers to those before it that leave it without any, as conditions."""
        before: list[tuple[Json, Node]] = []
        bearing = self._diagrams.support(self._outcome)
        for group in groups:
            mine = {self._variable[fact] for fact in group.facts if fact in self._variable}
            yield (
                [answer for answer, left in before if not self._bears(mine, left)] if mine & bearing else []
            )
            before += self._answers(group)

    def _bears(self, mine: Iterable[int], left: Node) -> bool:
        several = len(self._diagrams.values(left)) > 1
        return several and not self._diagrams.support(left).isdisjoint(mine)

    def _answers(self, group: Group) -> Iterator[tuple[Json, Node]]:
        """The answers of one word, each with what it leaves of the outcome."""
        mine = [self._variable.get(fact) for fact in group.facts]
        if None in mine:
            return
        if group.kind == "yes_no":
            for code, truth, _ in TRUTHS:
                yield when(group.id, code), self._left(dict.fromkeys(group.facts, truth))
        elif group.kind == "choice":
            for fact in group.facts:
                yield when(group.id, fact), self._left({other: other == fact for other in group.facts})

    def _left(self, told: Mapping[str, bool]) -> Node:
        node = self._outcome
        for fact, value in told.items():
            node = self._diagrams.restrict(node, self._variable[fact], value=value)
        return node
