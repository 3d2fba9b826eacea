"""What exploring a case answers: frozen, typed, and the same object in Python and in JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from lupa.answers.decision import Cause, Decision, SettledBy
from lupa.answers.when import When
from lupa.answers.written import as_json
from lupa.rules.asking import Kind as AskedFor

Kind = Literal["find_out", "ask_for_less", "change", "wait", "file_otherwise"]


class _Answer:
    """Something that can be written as JSON."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON-ready data."""
        return dataclasses.asdict(self)  # type: ignore[call-overload,no-any-return]  # each one is a dataclass

    def to_json(self) -> str:
        """The answer as one line of JSON."""
        return as_json(self)


# ---- what if -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """A fact on which a record says or assumes something else than before; None where it is open."""

    fact: str
    text: str
    before: bool | None
    after: bool | None


@dataclass(frozen=True, slots=True)
class StatedChange:
    """A number, a date or a name that a case gives otherwise than before; None where it gives none."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class CriterionChange:
    """A criterion whose status changed; None where no possible pathway has it. As a `Criterion`, after.

    Of a part `within` names what it is a part of, the outermost first.
    """

    id: str
    before: str | None
    after: str | None
    text: str
    source: str
    because: tuple[Cause, ...]
    within: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnderReadings:
    """The outcomes that are possible under these readings, by name the choice."""

    readings: Mapping[str, str]
    possible: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhatIf(_Answer):
    """A case before and after some of its statements are changed.

    `changes` are the facts on which the record, with what it assumes, differs; `stated` the numbers,
    dates and names that the case gives otherwise; `criteria` those whose status is another.
    `responsible` is a minimal set of the changed facts that, with what did not change, makes the
    verdict after what it is; where that is a `pend`, the verdict before. None where the outcome is
    the same. `readings` tells, where every reading was asked for, the outcomes under each choice of
    those on which they depend; one row with no readings says that they are the same under all.
    """

    before: Decision
    after: Decision
    changes: tuple[Change, ...]
    stated: tuple[StatedChange, ...]
    criteria: tuple[CriterionChange, ...]
    responsible: tuple[Cause, ...]
    readings: tuple[UnderReadings, ...]


# ---- what would change it ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that would help: the fact as `value`, in words, and how it can come about.

    `about` is what a person calls that of which it is said. `was` is what the record says now, None where
    it is silent or the fact is assumed; `cost` is the effort in the units of the knowledge base. Of a
    `wait`, `on` is the day for which the request is made instead; `settled_by` as of a `Missing`.
    """

    fact: str
    value: bool = field(hash=False)
    text: str = field(hash=False)
    about: str = field(hash=False)
    kind: Kind = field(hash=False)
    cost: int = field(hash=False)
    was: bool | None = field(hash=False)
    on: str | None = field(default=None, hash=False)
    settled_by: SettledBy = field(default="record", hash=False)


@dataclass(frozen=True, slots=True)
class Flip:
    """Statements after which the wanted outcome is certain, none of which can be spared.

    `case` is the case with them, ready to be decided.
    """

    cost: int
    statements: tuple[Statement, ...]
    case: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Way:
    """Flips that differ only in members of what is asked for together, or in what they speak of, as one.

    All of `statements` are made, of each of `alternatives` any one, which `words` says in a sentence, and
    of each of `sets` all of any one: they say the same of different things.
    """

    cost: int
    statements: tuple[Statement, ...]
    alternatives: tuple[tuple[Statement, ...], ...]
    words: tuple[str, ...]
    sets: tuple[tuple[tuple[Statement, ...], ...], ...]


@dataclass(frozen=True, slots=True)
class Margin:
    """How far a number may move, all else as it is, before the outcome is another.

    `given` is what the case says. The outcome stays from `low` to `high` (None: as far as numbers
    go; an `open` end does not belong to it); `below` and `above` are the outcomes possible beyond.
    """

    quantity: str
    label: str
    unit: str
    given: str
    low: int | float | None
    low_open: bool
    high: int | float | None
    high_open: bool
    below: tuple[str, ...]
    above: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flips(_Answer):
    """The cheapest ways to make an outcome certain.

    `flips` are sets of statements, the cheapest first; the first `ties` of them cost the same, and no
    cheaper one exists. `ways` are the same, those that differ only so as one. `more` says that there may be
    others, none of which is cheaper than the last: that there are, or that the search for them was ended.
    Where no change within reach would do it there is none, and `blocked` is why: a minimal set of facts
    that cannot change and with which the outcome cannot be. Where there is none of these either, `beyond`
    are the fewest facts out of reach that would have to be stated too. `margins` say how far the numbers of
    the case may move.
    """

    decision: Decision
    to: str
    ties: int
    flips: tuple[Flip, ...]
    ways: tuple[Way, ...]
    more: bool
    blocked: tuple[Cause, ...]
    beyond: tuple[str, ...]
    margins: tuple[Margin, ...]


# ---- what to find out --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a question, the outcomes that it leaves possible, and when it is given.

    `value` is how a case says it where it is one of a choice, `text` how a person reads it.
    """

    value: str
    text: str
    possible: tuple[str, ...]
    when: When


@dataclass(frozen=True, slots=True)
class Member:
    """A fact that a question is about: its sentence, the question for it alone, and what it is called.

    `kind` is the class that it is told by in a long list, if any.
    """

    fact: str
    text: str
    question: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question whose answer can change the verdict: its words, why it is asked, what answers do.

    `id` tells it from others: a choice (`requested(phase)`), a quantity, a relation or a fact. Of the
    kind `choice` one of the `members` is so; of `number` they are cut points, of the `numbers` (by
    name, what they are called), or of one that follows from these; of `members` any number of them can
    be. `bears_on` names the criteria, exclusions and limits that it can settle, `source` their clauses;
    `help` says what it means, at need. Answers that leave the same are one; of far too many there is none.
    """

    id: str
    kind: AskedFor
    text: str
    members: tuple[Member, ...]
    numbers: Mapping[str, str]
    bears_on: tuple[str, ...]
    source: str
    help: str
    cost: int
    answers: tuple[Answer, ...]

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that it is about."""
        return tuple(member.fact for member in self.members)


@dataclass(frozen=True, slots=True)
class Ask(_Answer):
    """What to find out next: those first whose answer settles the verdict, then by what they leave.
    Silent facts that cannot change it are `immaterial`.
    """

    decision: Decision
    questions: tuple[Asked, ...]
    immaterial: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """Where an answer leads: to a further step, by its number, or to an outcome; and when it is given.

    `answer` is how a case says it where it is one of a choice, `text` how a person reads it.
    """

    answer: str
    text: str
    step: int | None
    outcome: str | None
    when: When


@dataclass(frozen=True, slots=True)
class Step:
    """One question of a plan, by its `id` and `kind` as in `Asked`, and the facts that it is about."""

    number: int
    id: str
    kind: AskedFor
    question: str
    facts: tuple[str, ...]
    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class Plan(_Answer):
    """Questions whose answers, whatever they are, lead to a certain verdict.

    It begins with the first of `steps`; there is none where the verdict is certain. No way through it
    takes more than `questions` of them, and no other plan can promise fewer; `cost` is what the
    longest and dearest way takes, and no plan that promises as few takes less.
    """

    decision: Decision
    questions: int
    cost: int
    steps: tuple[Step, ...]
