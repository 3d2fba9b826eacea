"""What would have to be so for a criterion to be met, the smallest sets first.

A criterion holds where one of its prime implicants does. What a record lacks of one has to be so, and so
has the opposite of what the laws of the domain then leave the record no longer to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lupa.answers.decision import Need, Now
from lupa.answers.question import Question
from lupa.compiled.diagram import Budget
from lupa.compiled.implicants import Cube, prime_implicants
from lupa.errors import SpaceLimitError
from lupa.rules.edition import Edition
from lupa.rules.solver import Literal

MOST = 100
"""So many sets are told."""
_LARGE = 20_000
"""So many parts the general conditions of a criterion may take."""

Set = tuple[Literal, ...]


def needs(question: Question, criterion: Literal) -> tuple[tuple[tuple[Need, ...], ...], bool]:
    """The sets of facts with which a criterion is met, the smallest first; and whether there are more.

    Once all of a set is so, and the rest of the record as it is, the criterion is met in every world; with
    any fewer it is not. `MOST` are told. There is none where the text as it is read does not let it be
    met, and none, but more, where its conditions are too many to go through.
    """
    edition = question.edition
    cone = edition.relevance.cone(criterion)
    said = {abs(x): x for x in question.statements if abs(x) in cone}
    fixed = [literal for choices in edition.readings.values() for literal in choices.values()]
    readings = tuple(said[literal] for literal in fixed if literal in said)
    cubes = edition.once(("needs", criterion, readings), lambda: _conditions(edition, criterion, readings))
    if cubes is None:
        return (), True
    found = _Needs(question, said).sets(cubes)
    return tuple(_told(question, each) for each in found[:MOST]), len(found) > MOST


def _conditions(edition: Edition, criterion: Literal, readings: Sequence[Literal]) -> list[Cube] | None:
    """The prime implicants of a criterion as the text is read; None for too many."""
    fixed = {literal for choices in edition.readings.values() for literal in choices.values()}
    try:
        cubes = prime_implicants(edition, criterion, readings, Budget(most=_LARGE))
    except SpaceLimitError:
        return None
    return [cube for cube in cubes if fixed.isdisjoint(map(abs, cube))]


class _Needs:
    def __init__(self, question: Question, said: dict[Literal, Literal]) -> None:
        self._question = question
        self._edition = question.edition
        self._said = said

    def sets(self, cubes: Sequence[Cube]) -> list[Set]:
        """What the record lacks of each condition, without what holds all of another."""
        order = self._edition.places
        lacking = {self._told(cube, each) for cube in cubes for each in self._lacking(cube)}
        found: list[Set] = []
        for each in sorted(lacking, key=lambda each: (len(each), [order[abs(x)] for x in each])):
            if not any(fewer.issubset(each) for fewer in map(frozenset, found) if len(fewer) < len(each)):
                found.append(each)
        return found

    def _lacking(self, cube: Cube) -> Iterator[frozenset[Literal]]:
        """What has to be stated so that the record has all of a condition, and breaks no law."""
        lacks = frozenset(x for x in cube if self._said.get(abs(x)) != x)
        if lacks and all(map(self._can_be, lacks)):
            yield from self._lawful(cube, lacks)

    def _can_be(self, literal: Literal) -> bool:
        """Whether a need: what is assumed, but for what can be planned otherwise, is nobody's to change."""
        fact = self._edition.facts[abs(literal)]
        if fact not in self._question.record.assumed:
            return True
        effort = self._edition.vocabulary.effort
        kinds = ("find_out", "ask_for_less", "change")
        return any(effort(fact, kind, value=literal > 0, usual=False) is not None for kind in kinds)

    def _lawful(self, cube: Cube, lacks: frozenset[Literal]) -> Iterator[frozenset[Literal]]:
        """The same, and of what the record says that the laws do not leave, the opposite: every way to."""
        relevance = self._edition.relevance
        tied = frozenset().union(*(relevance.component(abs(x)) for x in lacks))
        own = [x for x in sorted({*cube, *lacks}) if abs(x) in tied]
        others = [x for f, x in self._said.items() if f in tied and x not in own and -x not in own]
        if self._edition.satisfiable((*own, *others)):
            yield lacks
            return
        for x in self._edition.solver.minimal(own, others) or ():
            yield from self._lawful(cube, lacks | {-x})

    def _told(self, cube: Cube, lacks: frozenset[Literal]) -> Set:
        """In the order of the vocabulary; of one number, or one choice, only what the condition asks."""
        order = self._edition.places
        asked = {self._subject(x) for x in cube}
        told = (x for x in lacks if x in cube or self._subject(x) not in asked)
        return tuple(sorted(told, key=lambda x: order[abs(x)]))

    def _subject(self, literal: Literal) -> str:
        """What a fact is about: a number, one of several values, or itself."""
        v, fact = self._edition.vocabulary, self._edition.facts[abs(literal)]
        return v.number_of.get(fact) or next(iter(v.choice_of.get(fact, {}).values()), fact)


def _told(question: Question, literals: Set) -> tuple[Need, ...]:
    edition = question.edition
    found = []
    for literal in literals:
        fact, value = edition.facts[abs(literal)], literal > 0
        was = question.record.stated.get(fact)
        now: Now = "silent" if was is None else "yes" if was else "no"
        found.append(Need(fact, value, edition.vocabulary.words(fact, value), now))
    return tuple(found)
