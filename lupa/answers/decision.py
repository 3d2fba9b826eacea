"""What lupa answers: frozen, typed, and the same object in Python and in JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from lupa.answers.written import as_json

if TYPE_CHECKING:
    from lupa.answers.derivation import Node

Outcome = Literal["approve", "deny", "modify", "out_of_scope", "pend", "refer"]
Status = Literal["met", "unmet", "open"]
Of = Literal["all", "any", "at_least"]
Origin = Literal["stated", "only", "assumed", "evidence"]
Says = Literal["yes", "no", "silent"]
EditionBy = Literal["name", "service_date", "newest"]
SettledBy = Literal["record", "plan"]


@dataclass(frozen=True, slots=True)
class Cause:
    """One fact of a reason: `fact` as a term, its `value`, and a sentence that says so.

    `about` is what a person calls that of which it is said, such as a drug.
    `origin` is `stated` for what the case says, `only` for what is false because a list that the case
    says to be complete does not name it, `assumed` for a default that the case left alone, and `evidence`
    for what a line of a chart says, which the sentence names.
    """

    fact: str
    value: bool
    text: str
    about: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Need:
    """A fact that would have to be so: its `value`, a sentence that says so, what the record `says` now.

    `about` is as of a `Cause`.
    `origin` is that of what the record says, as of a `Cause`; None where it is silent, or where what it
    says follows from other facts. `against` are sentences of what speaks against it: what of the policy
    would then fail, or bar the request, that does not now, what it advises against, what is on record.
    """

    fact: str
    value: bool
    text: str
    about: str
    says: Says
    origin: Origin | None
    against: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """Something the policy says of this request: a basis, a limit, an advisory or a note.

    `source` cites document, section and item. `because` is a minimal reason: with these facts it
    holds in every world, and with any one fewer it does not. Where no single basis (or limit) is
    certain though the outcome is, each that is possible is given with `certain` false, and
    `because` is the reason that at least one of them holds. `needs` of a basis to deny are as those of a
    `Criterion`: with such a set it is none.
    """

    id: str
    text: str
    source: str
    because: tuple[Cause, ...]
    certain: bool = True
    needs: tuple[tuple[Need, ...], ...] = ()
    more_needs: bool = False


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion of a pathway that the request may be on; as an `Item`, and more.

    `status` is `met` or `unmet` where that is so in every world, else `open`; `applies` is false
    where the criterion binds only some of the pathways that the request may be on.

    Of one that is not met `needs` are the sets of facts with which, and the rest of the record, it is met
    in every world: those of fewest facts first, and nothing in a set can be spared; of two sets of which
    one implies the other, the weaker. There are others where `more_needs` says so. Of one that is open
    `missing` says what is not known of it; whatever that is, it is not yet known what it would take.

    One that has `parts` is met by `all` of them, by `any`, or by `least` of them or more, as `of` says,
    and `found` tells which are met. They come as criteria do, unmet first, and are criteria too: of each
    `applies` is false where it may not be there, as its condition is not known to hold.
    """

    id: str
    status: Status
    applies: bool
    text: str
    source: str
    because: tuple[Cause, ...]
    of: Of | None = None
    least: int | None = None
    found: str = ""
    parts: tuple[Criterion, ...] = ()
    needs: tuple[tuple[Need, ...], ...] = ()
    more_needs: bool = False


def with_parts(
    criteria: Iterable[Criterion], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Criterion]]:
    """Each criterion and then its parts, with the ids of what it is a part of, the outermost first."""
    for criterion in criteria:
        yield above, criterion
        yield from with_parts(criterion.parts, (*above, criterion.id))


@dataclass(frozen=True, slots=True)
class Missing:
    """A silent fact that can still change the verdict, with the question that asks for it.

    `help` says what the question means, where more is to be said of that.
    `bears_on` names the open criteria, exclusions and limits that it can settle, `source` their
    clauses. Where several are missing that a person is asked for at once, `together` is the question for
    all of them, `member` what this one is called among them, and `kind` the class by which it is told, if
    it has one; else these are empty. `settled_by` is `plan` of a reading of an ambiguous text, about which
    nobody who requests something is asked, and `record` of all else.
    """

    fact: str
    text: str
    question: str
    help: str
    bears_on: tuple[str, ...]
    source: str
    settled_by: SettledBy
    together: str = ""
    member: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Assumption:
    """A fact that the case left alone and that has a default.

    Where a page says it with others in one sentence, that is `together`. Of very many of one family there
    is one for all, and `fact` names the family.
    """

    fact: str
    value: bool
    text: str
    together: str = ""


@dataclass(frozen=True, slots=True)
class OtherReading:
    """A reading of the text under which, and all else as it is, other outcomes are possible: these.

    `text` says how the text is read then, `source` where the text stands.
    """

    reading: str
    choice: str
    text: str
    possible: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a code in the case suggests and does not state: the fact in words, and the question for it.

    `code` is the system and the code, `ground` what the code stands for.
    """

    code: str
    ground: str
    fact: str
    text: str
    question: str


@dataclass(frozen=True, slots=True)
class Remark:
    """What is told of how the case was read: at which `place` of it, and what."""

    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


@dataclass(frozen=True, slots=True)
class Aside:
    """A name in the case that is not known here, as it is written.

    `family` is what is said of it (`taking`), `value` whether that is said to be so, and `place` where.
    """

    family: str
    name: str
    value: bool | None
    place: str


@dataclass(frozen=True, slots=True)
class Witness:
    """A patient who has one of the possible outcomes, as a case that leaves nothing open.

    The case keeps what was stated and asked, states the rest, and is decided to be `outcome`.
    """

    outcome: str
    case: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What the decision was made from: the rules, the case and the version of lupa."""

    kb: str
    case: str
    lupa: str


_pages: list[Callable[[Decision], str]] = [repr]
"""How a decision is printed; what writes pages stands above."""


def print_by(page: Callable[[Decision], str]) -> None:
    """Makes `print(decision)` print this page of it."""
    _pages[0] = page


@dataclass(frozen=True, slots=True, repr=False)
class Decision:
    """The verdict on one case under one edition of one policy.

    `edition_by` says what chose the edition: its name or the service date, both from the request, or
    that it is the newest; `caveats` what is not sure of it, such as when it began. `unread` are the
    things that the case states and the policy never asks about, `suggestions` what its codes suggest and
    do not state, `remarks` what was read otherwise than it is written, `aside` the
    names in it that are not known here.

    `outcome` is the only possible one, or `pend` where several are `possible`; `text` says what that
    means and `next` what to do about it; `depends_on` names each reading of an ambiguous text under which
    it would be another. `bases` say why it is denied or referred, `scope` why it is out of scope, `limits`
    what is exceeded; `superseded` are the bases to deny that an override leaves to a person. Of what is
    approved, or cut to the limits, `authorized` is the most that can be, by quantity (`months`), and
    `authorized_text` says it; `handling` is what the request says of itself (`submitted`, `received_on`,
    `expedited`). `criteria` come unmet first, then open, then met; `missing` the most decisive first.
    Sentences in `notes` and `advisories` never change an outcome. `witnesses` of a `pend` are one patient
    for each possible outcome. lupa proposes; a person decides.
    """

    case: str
    policy: str
    edition: str
    edition_by: EditionBy
    caveats: tuple[str, ...]
    handling: Mapping[str, str | bool]
    outcome: Outcome
    possible: tuple[str, ...]
    text: str
    next: str
    bases: tuple[Item, ...]
    criteria: tuple[Criterion, ...]
    limits: tuple[Item, ...]
    authorized: Mapping[str, int | float]
    authorized_text: str
    scope: tuple[Item, ...]
    superseded: tuple[Item, ...]
    advisories: tuple[Item, ...]
    missing: tuple[Missing, ...]
    assumptions: tuple[Assumption, ...]
    depends_on: tuple[OtherReading, ...]
    notes: tuple[Item, ...]
    unread: tuple[str, ...]
    suggestions: tuple[Suggestion, ...]
    remarks: tuple[Remark, ...]
    aside: tuple[Aside, ...]
    witnesses: tuple[Witness, ...]
    fingerprint: Fingerprint

    def __repr__(self) -> str:
        case = f", case={self.case!r}" if self.case else ""
        return f"<Decision {self.outcome}, {self.policy}@{self.edition}{case}>"

    def __str__(self) -> str:
        """The page that a person reads, without styles, once there is a knowledge base to decide with."""
        return _pages[0](self)

    def to_dict(self) -> dict[str, Any]:
        """The decision as JSON-ready data."""
        return dataclasses.asdict(self)

    def to_json(self) -> str:
        """The decision as one line of JSON; the same case gives the same bytes."""
        return as_json(self)


@dataclass(frozen=True, slots=True)
class Why:
    """A decision and why it is so.

    `reasons` are minimal reasons of the outcome, the shortest first: one, or all that there are; none
    for a `pend`. `tree` is the derivation of each possible outcome and of each criterion.
    """

    decision: Decision
    reasons: tuple[tuple[Cause, ...], ...]
    tree: tuple[Node, ...]

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON-ready data."""
        return dataclasses.asdict(self)

    def to_json(self) -> str:
        """The answer as one line of JSON."""
        return as_json(self)
