"""What a case comes to: the facts that it states, the numbers that it gives, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lupa.errors import Problem
from lupa.record.interval import Interval
from lupa.rules.codes import Code
from lupa.rules.vocabulary import Fact


@dataclass(frozen=True, slots=True)
class Unknown(Problem):
    """A name that these rules do not know, and those of another policy may."""

    name: str = ""


class Slip(Unknown):
    """A name that is a known one but for a slip of the pen, where it may as well be another's own."""


class Suggested(NamedTuple):
    """A fact that a code suggests and does not state; `value` is what the case says of the code."""

    fact: Fact
    code: Code
    value: bool


class Remark(NamedTuple):
    """What is told of how a case was read: at which place of the case, and what."""

    place: str
    text: str


class Aside(NamedTuple):
    """A name that is not known here, as it is written: whether it is said to be so, and where."""

    family: str
    name: str
    value: bool | None
    place: str


@dataclass(slots=True)
class Record:
    """What a case comes to. No fact is in both `stated` and `assumed`; the rest are silent.

    `closed` are the facts that are false because a list is said to be complete. `paths` says where in the
    case a fact was stated, `given` what number stands behind one, `numbers`
    which quantities the case gives and `intervals` what these, and the rates made from them, can be.
    `unread` is what the case states of facts that no rule reads, `left_open` which of these it names and
    leaves open, `unmeasured` which quantities it gives of which no rule reads one, `suggested` what its
    codes only suggest, `remarks` what was read otherwise than it is written, `aside` the names that are not
    known here, `doubtful` the facts that these, or names that may mean several, may be about,
    and `lists` where a relation is a list that is not said to be complete. `handling` is what the request
    says of itself, which no rule reads.
    `case` is the case itself.
    """

    stated: dict[Fact, bool] = field(default_factory=dict)
    assumed: dict[Fact, bool] = field(default_factory=dict)
    closed: set[Fact] = field(default_factory=set)
    paths: dict[Fact, str] = field(default_factory=dict)
    given: dict[Fact, str] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)
    intervals: dict[str, Interval] = field(default_factory=dict)
    unread: dict[Fact, bool] = field(default_factory=dict)
    left_open: set[Fact] = field(default_factory=set)
    unmeasured: list[str] = field(default_factory=list)
    suggested: list[Suggested] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    aside: list[Aside] = field(default_factory=list)
    doubtful: set[Fact] = field(default_factory=set)
    lists: dict[str, str] = field(default_factory=dict)
    handling: dict[str, str | bool] = field(default_factory=dict)
    case: Mapping[str, Any] = field(default_factory=dict)

    @property
    def known_numbers(self) -> frozenset[str]:
        """The quantities of which it gives one number, and not what that may be."""
        return frozenset(name for name, each in self.intervals.items() if each.low == each.high)

    @property
    def unread_facts(self) -> set[Fact]:
        """The facts that no rule reads and that it names."""
        return self.left_open.union(self.unread)

    @property
    def unread_names(self) -> list[str]:
        """The names in what it states of facts that no rule reads, as often as they stand there."""
        about = (*self.unread, *self.unmeasured)
        return [name for fact in about for name in fact.partition("(")[2][:-1].split(",")]
