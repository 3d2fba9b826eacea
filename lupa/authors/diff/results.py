"""What a change of rules means for patients: where it is stricter or looser, for whom, by which clause."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any, Literal

from lupa.authors.reports.finding import Patient

Relation = Literal["equal", "looser", "stricter", "incomparable", "only_before", "only_after"]
"""How what comes after stands to what was before; `only_...`: only one side allows the patients."""

SIDES: tuple[Literal["before", "after"], ...] = ("before", "after")
ONLY: tuple[Relation, ...] = ("only_before", "only_after")


@dataclass(frozen=True, slots=True)
class Condition:
    """One of these facts, at least, has this value; `text` says so, and `about` of what.

    Without facts it is the criterion or part `about` that is met, or not (`value`), by the edition of that
    `side`. `usual` where it is what a record that is silent is taken to say.
    """

    facts: tuple[str, ...]
    value: bool
    text: str
    about: str
    usual: bool
    side: Literal["before", "after"] | None = None


@dataclass(frozen=True, slots=True)
class Decider:
    """What decides on one side and does not on the other: a criterion not met, a basis, a limit, ...

    `clauses` are its clauses by their ids, `source` says where they are found.
    """

    side: Literal["before", "after"]
    kind: str
    id: str
    text: str
    source: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shift:
    """An outcome that becomes another one; None where one side's laws allow no such patient.

    Of the patients in its region and in no other region of the same relation there, it happens to just
    those who meet all conditions of one of the rows of `where`, or to all if there is no row. If it only
    happens to patients who are in several regions (`overlap`), it is told of all in its region. Where it
    would take many rows to say to whom, it is said to happen to some (`partly`).
    `patients` shows it on one patient, once for each side.
    """

    before: str | None
    after: str | None
    where: tuple[tuple[Condition, ...], ...]
    deciders: tuple[Decider, ...]
    patients: tuple[Patient, ...]
    overlap: bool = False
    partly: bool = False


@dataclass(frozen=True, slots=True)
class Pathway:
    """A combination of indication and phase, by their ids, and how the sides compare there.

    None where a request has no such thing.
    """

    indication: str | None
    phase: str | None
    text: str
    relation: Relation


@dataclass(frozen=True, slots=True)
class Region:
    """Patients on some pathways for whom the rules become looser, stricter, ...: the `relation`.

    It is exact among the patients who come, on the side that is more favourable, to an outcome that the
    shifts of that relation there name for it (the side after, where neither is; the one that allows such
    patients, where one does not): of those, it is so of just the ones who meet all `conditions` of one
    of the regions of that relation there.
    """

    pathways: tuple[Pathway, ...]
    relation: Relation
    conditions: tuple[Condition, ...]
    shifts: tuple[Shift, ...]


@dataclass(frozen=True, slots=True)
class RuleChange:
    """Something the policy has on one side only, or a reading that is usually another one.

    `pathways` names indication and phase where it is bound to some.
    """

    change: Literal["added", "removed", "changed"]
    kind: str
    id: str
    pathways: tuple[tuple[str, str], ...]
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class ShownChange:
    """What is shown on one side only of a patient for whom the outcome is the same, with such a patient."""

    what: str
    only: Literal["before", "after"]
    pathways: tuple[Pathway, ...]
    patients: tuple[Patient, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One edition beside another one, each as `policy@edition`.

    `complete` is false where a pathway would have taken too many conditions to describe: then there are
    further patients than those of its regions. `pathways` is empty where the rules are the same.
    """

    before: str
    after: str
    relation: Relation
    pathways: tuple[Pathway, ...]
    regions: tuple[Region, ...]
    complete: bool
    rules: tuple[RuleChange, ...]
    shown: tuple[ShownChange, ...]


@dataclass(frozen=True, slots=True)
class Diff:
    """What was compared; and the editions, as `policy@edition`, that are on one side only."""

    relation: Relation
    comparisons: tuple[Comparison, ...]
    only_before: tuple[str, ...] = ()
    only_after: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether any patient comes to another outcome, or an edition is on one side only."""
        return self.relation != "equal"

    @property
    def shown_on(self) -> tuple[Shift | ShownChange, ...]:
        """All that is shown on patients."""
        shifts = (s for c in self.comparisons for region in c.regions for s in region.shifts)
        return (*shifts, *(change for c in self.comparisons for change in c.shown))

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON-ready data."""
        return dataclasses.asdict(self)

    def to_json(self) -> str:
        """The answer as one line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False)


def together(relations: list[Relation]) -> Relation:
    """The relation of a whole whose parts stand so."""
    found = {relation for relation in relations if relation != "equal"}
    if not found:
        return "equal"
    (first, *others) = found
    return first if not others and first in ("looser", "stricter") else "incomparable"
