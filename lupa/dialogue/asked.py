"""The questions of an interview, in words, with what each of their answers states."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lupa.answers.exploration import Ask, Asked
from lupa.rules.numbers import written
from lupa.rules.vocabulary import Fact, Vocabulary

_NAMES_HINT = "all that are so, with commas between (end with ? where you do not know of the rest), or none"


@dataclass(frozen=True, slots=True)
class Question:
    """A question in words, with what its answers state by name.

    `choices` are listed with their labels, `numbers` are asked for by quantity, and `listed` is of whose
    members any can be named; `asked` says what it is about, None where it is which policy to ask.
    """

    words: str
    names: Mapping[str, Mapping[str, Any]]
    asked: Asked | None = None
    hint: str = ""
    choices: Mapping[str, str] | None = None
    numbers: Mapping[str, str] = field(default_factory=dict)
    listed: Asked | None = None

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts that it is about."""
        return self.asked.facts if self.asked else ()


def following(
    ask: Ask, vocabulary: Vocabulary, unknown: Collection[Fact], begin: Collection[Fact] = ()
) -> Question | None:
    """The first question that is not unknown, about what of it is not; None where there is none.

    One that is about what to `begin` with goes before the others.
    """
    for asked in sorted(ask.questions, key=lambda asked: frozenset(begin).isdisjoint(asked.facts)):
        left = tuple(member for member in asked.members if member.fact not in unknown)
        if left:
            return _put(replace(asked, members=left) if asked.kind == "members" else asked, vocabulary)
    return None


def _put(asked: Asked, vocabulary: Vocabulary) -> Question:
    first = asked.members[0]
    if asked.kind == "choice":
        values = vocabulary.choice_of[first.fact]
        names = {value: {fact: True} for value, fact in values.items()}
        labels = {value: vocabulary.label(value) for value in values}
        return Question(asked.text, names, asked, choices=labels)
    if asked.kind == "number":
        return _number(asked, vocabulary)
    if len(asked.members) == 1:
        names = {"yes": {first.fact: True}, "no": {first.fact: False}}
        return Question(first.question, names, asked)
    names = {called(member.fact): {member.fact: True} for member in asked.members}
    if any(member.kind for member in asked.members):
        by_two = next((m.label for m in asked.members if m.kind and m.label.endswith(f" {m.kind}")), None)
        hint = _NAMES_HINT if by_two is None else f"{_NAMES_HINT}; each in full, such as `{by_two}`"
        return Question(asked.text, names, asked, hint, listed=asked)
    numbered = {name: member.label for name, member in zip(names, asked.members, strict=True)}
    return Question(asked.text, names, asked, _NAMES_HINT, choices=numbered)


def _number(asked: Asked, vocabulary: Vocabulary) -> Question:
    names: dict[str, Mapping[str, Any]] = {}
    if len(asked.numbers) > 1:
        hint = "each by name with its number, with commas between (end with ? where the rest is not known)"
        hint += ", or none" if can_be_none(asked.numbers, vocabulary) else ""
        names = {called(name): {} for name in asked.numbers}
        return Question(asked.text, names, asked, hint, numbers=asked.numbers, listed=asked)
    (name,) = asked.numbers
    unit, cut = vocabulary.quantities[name].unit, vocabulary.cuts[name][0]
    said = f"a number ({unit})" if unit else "a number"
    others = [other for other in units_of(name, vocabulary) if other != unit]
    said += f", also one in {' or '.join(others)}" if others else ""
    said += ", or a day, or never" if is_day(name, vocabulary) else ""
    hint = f"{said}, or a bound of it, such as `{cut.kind.replace('_', ' ')} {written(cut.bound)}`"
    return Question(asked.text, names, asked, hint, numbers=asked.numbers)


def called(fact: str) -> str:
    """What a fact is about, by its names: `prednisone`, `methotrexate.intolerance`."""
    return fact.partition("(")[2].removesuffix(")").replace(",", ".") or fact


def can_be_none(numbers: Iterable[str], vocabulary: Vocabulary) -> bool:
    """Whether each of these numbers can be 0 and none can be less, as what was not taken at all."""
    return all(vocabulary.quantities[name].least == 0 for name in numbers)


def units_of(name: str, vocabulary: Vocabulary) -> dict[str, str]:
    """The units in which a number can be said, each with the quantity that is then stated."""
    quantity = vocabulary.quantities[name]
    found = dict.fromkeys((quantity.unit, *(unit for unit, _ in quantity.units)), name)
    scales = vocabulary.scales.items()
    same = [other for fine, scale in scales for other in (fine, scale.of) if name in (fine, scale.of)]
    return {vocabulary.quantities[other].unit: other for other in same} | found


def is_day(name: str, vocabulary: Vocabulary) -> bool:
    """Whether a number says how long ago something was of which a case states the day."""
    return name.startswith("days_since(") and vocabulary.day_of(name)[0] in vocabulary.days
