"""What a person's reply to a question of an interview states."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lupa.dialogue.asked import Question, called, can_be_none, is_day, units_of
from lupa.errors import CaseError, shown
from lupa.record.doses import phrases, says_how, with_doses
from lupa.record.edits import value_of
from lupa.rules.names import normal
from lupa.rules.vocabulary import Fact, Vocabulary

_YES, _NO = ("yes", "y"), ("no", "n")
UNKNOWN = ("don't_know", "dont_know", "do_not_know", "not_known", "unknown", "skip", "d", "?")
_NONE, _ALL = (*_NO, "none", "none_of_these"), ("all", "all_of_these")
_BOUND = re.compile(r"(at least|more than|less than|at most) (\S.*)")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|never")
_BULLET = re.compile(r"[-*•·]\s+|\d+[.)]\s+(?=\D)")
"""What stands before each part of a list."""
_FEW = 12
"""So many names are told to whoever says another one."""


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


# ---- replies -----------------------------------------------------------------------------------


def stated(question: Question, vocabulary: Vocabulary | None, said: str, line: str) -> Reply:
    """What a reply states; raises `CaseError` for what is no answer to the question."""
    if said in UNKNOWN and question.asked is not None:
        return Reply({}, frozenset(question.facts))
    asked = question.asked
    if question.numbers and vocabulary is not None:
        return _numbered(question, vocabulary, line)
    if asked is not None and asked.kind == "members" and len(asked.members) > 1:
        return _named(question, vocabulary, line)
    if question.choices is not None:
        return Reply(question.names[_one_of(question, vocabulary, said, line)])
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


def _pieces(line: str) -> tuple[list[str], bool]:
    """What stands between the commas of a reply, and whether its end says that more is not known.

    What is pasted from a list has its parts on lines, which may be numbered and have a heading; how a drug
    is taken belongs to the name before it.
    """
    pieces: list[str] = []
    for part in re.split(r"[,;\n]", line):
        piece = _BULLET.sub("", part.strip()).strip()
        if pieces and piece and says_how(piece) and not piece.isdecimal():
            pieces[-1] = f"{pieces[-1]} {piece}"
        elif piece and not (piece.endswith(":") and "\n" in line):
            pieces.append(piece)
    open_ended = bool(pieces) and normal(pieces[-1]) in UNKNOWN
    if open_ended:
        pieces.pop()
    elif pieces and pieces[-1].endswith("?"):
        pieces[-1], open_ended = pieces[-1][:-1].strip(), True
    return pieces, open_ended


def _named(question: Question, vocabulary: Vocabulary | None, line: str) -> Reply:
    """Of members those that are named are so, and the others are not unless the rest is not known."""
    if normal(line) in (*_NONE, *_ALL):
        return Reply(dict.fromkeys(question.facts, normal(line) in _ALL))
    pieces, open_ended = _pieces(line)
    states: dict[str, Any] = {}
    beside: list[str] = []
    denied = False
    for piece in pieces:
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


def _only_names(piece: str, question: Question, vocabulary: Vocabulary) -> bool:
    """Whether a part of a reply names a member, and what stands with the name cannot be read."""
    if with_doses(vocabulary.canonical)(piece, question.names) is not None:
        return False
    return any(vocabulary.canonical(phrase, question.names) for phrase in phrases(piece))


def takes_any(question: Question, vocabulary: Vocabulary | None) -> bool:
    """Whether any name at all may be named, as of a relation that is open in the world."""
    asked = question.asked
    if asked is None or vocabulary is None or asked.kind != "members":
        return False
    return asked.id in vocabulary.open_families and vocabulary.arity.get(asked.id, 1) == 1


def _numbered(question: Question, vocabulary: Vocabulary, line: str) -> Reply:
    """A number, or each of several by name."""
    asked_of_each = question.asked is not None and question.asked.id not in question.numbers
    if asked_of_each and can_be_none(question.numbers, vocabulary) and normal(line) in _NONE:
        return Reply(dict.fromkeys(question.numbers, 0))
    if len(question.numbers) == 1:
        (name,) = question.numbers
        return Reply(dict([_number_said(name, line, vocabulary)]))
    pieces, open_ended = _pieces(line)
    called = _by_name(question.numbers)
    states: dict[str, Any] = {}
    for piece in pieces:
        name, value = _number_said(*_split(piece, called, vocabulary), vocabulary)
        if name in states:
            raise CaseError(f"{shown(piece)} gives a number twice; keep one")
        states[name] = value
    return Reply(states, frozenset(question.facts) if open_ended else frozenset())


def _by_name(numbers: Mapping[str, str]) -> dict[str, str]:
    found = {normal(label): name for name, label in numbers.items()}
    return found | {normal(called(name)): name for name in numbers}


def _split(piece: str, called: Mapping[str, str], vocabulary: Vocabulary) -> tuple[str, str]:
    """The quantity and the value that a part of a reply gives: `methotrexate 14`, `Trexall: 14`."""
    for name in sorted(called, key=len, reverse=True):
        words = name.replace("_", "[ _-]+")
        match = re.fullmatch(rf"{words}\s*[:= ]\s*(.+)", piece, re.IGNORECASE)
        if match:
            return called[name], match[1]
    for between in re.finditer(r"[:= ]+", piece):
        brand = vocabulary.canonical(piece[: between.start()], called)
        if brand is not None:
            return called[brand], piece[between.end() :]
    raise CaseError(f"a name and its number are expected, not {shown(piece)}; `help` says more")


def _number_said(name: str, line: str, vocabulary: Vocabulary) -> tuple[str, Any]:
    """What a number, its bound or its day, with or without a unit, states, by name."""
    said = line.strip()
    if is_day(name, vocabulary) and _DAY.fullmatch(said.lower()):
        return ".".join(vocabulary.day_of(name)), said.lower()
    units = units_of(name, vocabulary)
    for unit in sorted(filter(None, units), key=len, reverse=True):
        number = said[: -len(unit)].rstrip()
        if normal(said[-len(unit) :]) == normal(unit) and number[-1:].isdigit():
            value = _value(number)
            if unit in dict(vocabulary.quantities[name].units):
                value = {**(value if isinstance(value, Mapping) else {"value": value}), "unit": unit}
            return units[unit], value
    return name, _value(said)


def _value(line: str) -> Any:
    """A number, or the bounds of one."""
    bound = _BOUND.fullmatch(line.strip().lower())
    value = value_of(f"{{{bound[1].replace(' ', '_')}: {bound[2]}}}" if bound else line)
    if isinstance(value, int | Decimal | Mapping) and not isinstance(value, bool):
        return value
    raise CaseError(f"a number, a bound or don't know is expected, not {shown(line)}; `help` says more")
