"""Questions of an interview, and what a person's reply to one of them states."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from lupa.answers.exploration import Ask, Asked
from lupa.dialogue.numbers import (
    UNKNOWN,
    apart,
    called,
    can_be_none,
    goes_with_its_day,
    in_any_way,
    in_order,
    named,
    number_said,
    on_a_day,
    parted,
    split,
)
from lupa.errors import CaseError, shown
from lupa.record.doses import names_within, with_doses
from lupa.rules.edition import Edition
from lupa.rules.names import normal
from lupa.rules.vocabulary import Fact, Vocabulary

_YES, _NO = ("yes", "y"), ("no", "n")
_NONE, _ALL = (*_NO, "none", "none_of_these", "none_of_them", "neither", "nothing"), ("all", "all_of_these")
_FEW = 12
"""So many names are told to whoever says another one."""
_SEVERAL = 2
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


@dataclass(frozen=True, slots=True)
class Reply:
    """What a reply states, by name in a case or fact, and the facts that it says are not known.

    The `others` were not named where all that is so was: they are not, unless that follows from it.
    `beside` are names as they are written, which a case reads: with a dose, or of what is not asked for.
    """

    states: Mapping[str, Any]
    unknown: frozenset[Fact] = frozenset()
    others: tuple[Fact, ...] = ()
    beside: tuple[str, ...] = ()


# ---- questions ---------------------------------------------------------------------------------


def following(
    ask: Ask, vocabulary: Vocabulary, unknown: Collection[Fact], begin: Collection[Fact] = ()
) -> Question | None:
    """The first question about what is not unknown, of what to `begin` with first; None without one."""
    numbers = {vocabulary.number_of[fact] for fact in unknown if fact in vocabulary.number_of}
    for asked in sorted(ask.questions, key=lambda asked: frozenset(begin).isdisjoint(asked.facts)):
        left = tuple(member for member in asked.members if member.fact not in unknown)
        if left and not (asked.numbers and numbers.issuperset(asked.numbers)):
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
    if len(asked.numbers) > 1 and asked.id in vocabulary.derived:  # who does not know these may know it
        names = {called(name): {} for name in asked.numbers}
        unit = vocabulary.quantities[asked.id].unit
        of = f"{vocabulary.label(asked.id)} itself" + (f" ({unit})" if unit else "")
        hint = f"two numbers with a comma between, in this order (? where one is not known), or {of}"
        return Question(asked.text, names, asked, hint, numbers=asked.numbers, listed=asked)
    if len(asked.numbers) > 1:
        names = {called(name): {} for name in asked.numbers}
        if goes_with_its_day(asked.numbers):
            hint = (
                f"{in_any_way(asked.id, vocabulary)} and, behind a comma, its day or how many days before"
            )
            return Question(asked.text, names, asked, hint, numbers=asked.numbers)
        hint = "each by name with its number, with commas between (end with ? where the rest is not known)"
        hint += ", or none" if can_be_none(asked.numbers, vocabulary) else ""
        return Question(asked.text, names, asked, hint, numbers=asked.numbers, listed=asked)
    (name,) = asked.numbers
    return Question(asked.text, names, asked, in_any_way(name, vocabulary), numbers=asked.numbers)


# ---- replies -----------------------------------------------------------------------------------


def stated(question: Question, edition: Edition | None, said: str, line: str) -> Reply:
    """What a reply states; raises `CaseError` for what is no answer to the question."""
    vocabulary = edition.vocabulary if edition else None
    if said in UNKNOWN and question.asked is not None:
        return Reply({}, frozenset(question.facts))
    asked = question.asked
    if question.numbers and vocabulary is not None:
        return _numbered(question, vocabulary, line)
    if asked is not None and asked.kind == "members" and len(asked.members) > 1:
        return _named(question, vocabulary, line)
    if question.choices is not None:
        coded = edition.known.codes.stating(line, question.names) if edition else None
        return Reply(question.names[coded or _one_of(question, vocabulary, said, line)])
    if said in (*_YES, *_NO):
        return Reply(question.names["yes" if said in _YES else "no"])
    raise CaseError(f"yes, no or don't know is expected, not {shown(line)}; `help` says more")


def _one_of(question: Question, vocabulary: Vocabulary | None, said: str, line: str) -> str:
    """The name, or the number of a name, that is said."""
    values = list(question.names)
    numbers = {str(number): value for number, value in enumerate(values, start=1)}
    found = numbers.get(said) if question.choices else None
    if found is None:
        found = vocabulary.canonical(said, question.names) if vocabulary else said
    if found is None or found not in question.names:
        found = _by_label(question).get(said)
    if found is None and vocabulary is not None:
        found = _by_two(values, vocabulary, line)
    if found is None:
        expected = f"one of {', '.join(values)}" if len(values) <= _FEW else "a name of the list"
        number = f", or a number from 1 to {len(values)}" if question.choices else ""
        raise CaseError(f"{expected} is expected{number}, not {shown(line)}; `help` says more")
    return found


def _by_two(values: Collection[str], vocabulary: Vocabulary, line: str) -> str | None:
    """The one of names in two parts that other names for its parts mean: `Trexall: not tolerated`."""
    first, _, second = (normal(part) for part in line.partition(":"))
    for value in values:
        one, _, other = value.partition(".")
        means = [_means(vocabulary, said, name) for said, name in ((first, one), (second, other))]
        if other and all(means):
            return value
    return None


def _means(vocabulary: Vocabulary, said: str, name: str) -> bool:
    """Whether a name, brand, synonym or label means this one."""
    return said == normal(vocabulary.label(name)) or vocabulary.canonical(said, {name: name}) is not None


def _by_label(question: Question) -> dict[str, str]:
    """The names by what a person is shown for them."""
    members = question.listed.members if question.listed is not None else ()
    labels = question.choices or {called(member.fact): member.label for member in members}
    return {normal(label): name for name, label in labels.items()}


def _named(question: Question, vocabulary: Vocabulary | None, line: str) -> Reply:
    """Of members those that are named are so, and the others are not unless the rest is not known."""
    if normal(line) in (*_NONE, *_ALL):
        return Reply(dict.fromkeys(question.facts, normal(line) in _ALL))
    pieces, open_ended = parted(line, pasted=takes_any(question, vocabulary))
    states: dict[str, Any] = {}
    beside: list[str] = []
    denied = False
    for piece in _one_by_one(question, vocabulary, pieces):
        name, so = (piece[4:], False) if piece.lower().startswith("not ") else (piece, True)
        try:
            (fact,) = question.names[_one_of(question, vocabulary, normal(name), name)]
        except CaseError:
            if vocabulary is None or not takes_any(question, vocabulary) or not so:
                raise
            if _only_names(name, question, vocabulary):  # whoever is asked can say what is meant
                raise
            beside.append(name)
            continue
        if states.setdefault(fact, so) is not so:
            raise CaseError(f"{shown(name)} is said to be so and not to be so; keep one")
        denied = denied or not so
    rest = [fact for fact in question.facts if fact not in states]
    if open_ended:
        return Reply(states, frozenset(rest), beside=tuple(beside))
    # whoever says what is not so has not said what is
    return Reply(states, others=() if denied else tuple(rest), beside=tuple(beside))


def _one_by_one(question: Question, vocabulary: Vocabulary | None, pieces: Sequence[str]) -> Iterator[str]:
    """The names in parts of a reply; what is no name as it stands is several, with `and` between."""
    for piece in pieces:
        several = apart(piece)
        if _is_named(question, vocabulary, piece) or piece.lower().startswith("not "):
            several = [piece]
        elif vocabulary is not None and takes_any(question, vocabulary):
            read = with_doses(vocabulary.canonical)
            if all(read(each, question.names) is None for each in several):
                several = [piece]  # what is not known here may have such a name
        yield from several


def _is_named(question: Question, vocabulary: Vocabulary | None, piece: str) -> bool:
    try:
        _one_of(question, vocabulary, normal(piece), piece)
    except CaseError:
        return False
    return True


def is_list(question: Question, vocabulary: Vocabulary | None, lines: Sequence[str]) -> bool:
    """Whether several lines are one answer: each names members."""
    asked = question.asked
    if asked is None or asked.kind != "members" or len(asked.members) < _SEVERAL:
        return False
    pieces, _ = parted("\n".join(lines))
    return all(_is_named(question, vocabulary, name) for name in _one_by_one(question, vocabulary, pieces))


def _only_names(piece: str, question: Question, vocabulary: Vocabulary) -> bool:
    """Whether a part of a reply names a member, and what stands with the name cannot be read."""
    if with_doses(vocabulary.canonical)(piece, question.names) is not None:
        return False
    return bool(
        names_within(piece, lambda text: [*filter(None, [vocabulary.canonical(text, question.names)])])
    )


def takes_any(question: Question, vocabulary: Vocabulary | None) -> bool:
    """Whether any name at all may be named, as of a relation that is open in the world."""
    asked = question.asked
    if asked is None or vocabulary is None or asked.kind != "members":
        return False
    return asked.id in vocabulary.open_families and vocabulary.arity.get(asked.id, 1) == 1


def _numbered(question: Question, vocabulary: Vocabulary, line: str) -> Reply:
    """A number, or each of several by name."""
    asked = question.asked
    asked_of_each = asked is not None and asked.id not in (*question.numbers, *vocabulary.derived)
    if asked_of_each and can_be_none(question.numbers, vocabulary) and normal(line) in _NONE:
        return Reply(dict.fromkeys(question.numbers, 0))
    if len(question.numbers) == 1:
        (name,) = question.numbers
        return Reply(dict([number_said(name, line, vocabulary)]))
    found = None
    if goes_with_its_day(question.numbers):
        found = on_a_day(question.numbers, line, vocabulary)
    elif asked is not None and asked.id in vocabulary.derived:
        found = in_order(asked.id, question.numbers, line, vocabulary)
    if found is not None:
        told, not_known = found
        return Reply(told, frozenset(question.facts) if not_known else frozenset())
    pieces, open_ended = parted(line)
    by_words = named(question.numbers)
    states: dict[str, Any] = {}
    for piece in chain.from_iterable(map(apart, pieces)):
        name, value = number_said(*split(piece, by_words, vocabulary), vocabulary)
        if name in states:
            raise CaseError(f"{shown(piece)} gives a number twice; keep one")
        states[name] = value
    return Reply(states, frozenset(question.facts) if open_ended else frozenset())
