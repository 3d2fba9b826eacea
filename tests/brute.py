"""What exploring a case must come to, by brute force: every world, every set of statements, every tree.

Nothing here uses what it is to check: worlds come from a control of its own with plain assumptions,
and what can be stated, at what cost, is copied by hand from what `kb/effort.lp` says in words.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import clingo

from lupa.answers.when import Counted, Some, When
from lupa.rules.files import RuleFiles, shipped

Said = Mapping[str, bool]
QUIET = ("egfr", "systolic", "diastolic", "weeks_on_therapy")
"""Numbers that no outcome depends on."""


ONE_VALUE = """
:- fact(requested(Kind, _)), #count { Value : true(requested(Kind, Value)) } != 1.
:- fact(reading(Name, _)), #count { Choice : true(reading(Name, Choice)) } != 1.
"""
"""What is single-valued, as the text of the vocabulary has it."""


class Plain:
    """The rules of one edition in a control of their own."""

    def __init__(self, root: Path, policy: str, edition: str) -> None:
        self._control = clingo.Control()
        for path in (*RuleFiles(root).of(policy), shipped("queries") / "worlds.lp"):
            self._control.load(str(path))
        self._control.add("base", [], ONE_VALUE)
        self._control.ground([("base", []), ("edition", [clingo.String(edition)])])
        self._control.add("single", [], self._single_values())
        self._control.ground([("single", [])])
        atoms = self._control.symbolic_atoms
        self.literals = {str(a.symbol.arguments[0]): a.literal for a in atoms.by_signature("true", 1)}
        self.outcomes = {
            str(a.symbol.arguments[1]): a.literal
            for a in atoms.by_signature("outcome", 2)
            if str(a.symbol.arguments[0]) == policy
        }

    def _single_values(self) -> str:
        """A law for each group of facts that differ in their last argument, of what has a single value."""
        atoms = self._control.symbolic_atoms
        names = {str(atom.symbol.arguments[0]) for atom in atoms.by_signature("single_valued", 1)}
        groups: dict[tuple[str, ...], list[str]] = {}
        for atom in atoms.by_signature("fact", 1):
            (fact,) = atom.symbol.arguments
            if fact.name in names:
                key = (fact.name, *map(str, fact.arguments[:-1]))
                groups.setdefault(key, []).append(f"true({fact})")
        return "\n".join(f":- not 1 = {{ {'; '.join(facts)} }}." for facts in groups.values())

    def _assumptions(self, said: Said) -> list[int]:
        return [self.literals[fact] if value else -self.literals[fact] for fact, value in said.items()]

    def has_world(self, said: Said, outcome: str | None = None, *, holds: bool = True) -> bool:
        """Some world makes these statements, and has the outcome, or has it not."""
        assumptions = self._assumptions(said)
        if outcome is not None:
            assumptions.append(self.outcomes[outcome] if holds else -self.outcomes[outcome])
        self._control.configuration.solve.models = 1  # type: ignore[union-attr]  # a key of this group
        return bool(self._control.solve(assumptions=assumptions).satisfiable)

    def possible(self, said: Said) -> list[str]:
        """The outcomes that some world has which makes these statements."""
        return sorted(outcome for outcome in self.outcomes if self.has_world(said, outcome))

    def makes_certain(self, said: Said, outcome: str) -> bool:
        return self.possible(said) == [outcome]

    def worlds(self, said: Said, free: Sequence[str], most: int = 100_000) -> Worlds | None:
        """Every world that makes these statements, told by the facts that are free; None if too many.

        Facts that are neither free nor spoken of are false, which must be lawful.
        """
        rest = self.literals.keys() - said.keys() - set(free)
        assumptions = self._assumptions({**said, **dict.fromkeys(rest, False)})
        literals = [self.literals[fact] for fact in free]
        rows: dict[int, str] = {}
        self._control.configuration.solve.models = 0  # type: ignore[union-attr]  # a key of this group
        with self._control.solve(assumptions=assumptions, yield_=True) as handle:
            for model in handle:
                world = sum(1 << place for place, x in enumerate(literals) if model.is_true(x))
                (rows[world],) = (name for name, x in self.outcomes.items() if model.is_true(x))
                if len(rows) > most:
                    return None
        return Worlds(tuple(free), rows)


@cache
def plain(policy: str, edition: str, root: Path | None = None) -> Plain:
    return Plain(root or shipped("kb"), policy, edition)


@dataclass(frozen=True)
class Worlds:
    """Outcomes by world; a world is the set of the `facts` that are true in it, as bits."""

    facts: tuple[str, ...]
    rows: Mapping[int, str]

    def bit(self, fact: str) -> int:
        return 1 << self.facts.index(fact)

    def among(self, said: Said) -> tuple[int, int]:
        """Mask and value of the worlds that agree with these statements, of those told apart here."""
        bits = {fact: 1 << place for place, fact in enumerate(self.facts)}
        mask = sum(bits[fact] for fact in said if fact in bits)
        return mask, sum(bits[fact] for fact, value in said.items() if value and fact in bits)

    def possible(self, said: Said) -> list[str]:
        mask, value = self.among(said)
        return sorted({outcome for world, outcome in self.rows.items() if world & mask == value})

    def open(self) -> list[str]:
        """The facts that can be either."""
        return [
            fact
            for place, fact in enumerate(self.facts)
            if len({world >> place & 1 for world in self.rows}) == 2
        ]

    def matter(self) -> set[str]:
        """Two worlds, other outcomes, this fact changed and no more than must be."""
        return {fact for fact in self.open() if self._matters(self.bit(fact))}

    def _matters(self, bit: int) -> bool:
        for here, outcome in self.rows.items():
            if here ^ bit in self.rows:
                nearest: Iterable[int] = (bit,)
            else:
                changes = [here ^ there for there in self.rows if (here ^ there) & bit]
                nearest = (c for c in changes if not any(o != c and o & c == o for o in changes))
            if any(self.rows[here ^ change] != outcome for change in nearest):
                return True
        return False


# ---- what can be stated, and at what cost ------------------------------------------------------


class Statement(NamedTuple):
    fact: str
    value: bool
    kind: str
    cost: int
    subject: str


SINGLE_VALUED = ("requested(", "reading(", "grade(", "stage(", "severity(")
"""The facts of which one value holds, by how they begin, in every vocabulary that is put to these laws."""


def subject_of(fact: str) -> str:
    """What is known by one answer: of a choice all values together."""
    return fact.rpartition("," if "," in fact else "(")[0] if fact.startswith(SINGLE_VALUED) else fact


_FIND_OUT = {"documented": 2, "override": 3}
_CHANGE = {
    **{("attests", value): 2 for value in (True, False)},
    **{(family, value): 3 for family in ("dosed_per_label", "live_vaccine") for value in (True, False)},
    ("taking", True): 4,
    **{("stops", value): 4 for value in (True, False)},
    ("starts", False): 4,
}
_SELDOM_BEGUN = (
    "cyclophosphamide", "voclosporin", "everolimus", "sirolimus", "dexamethasone", "betamethasone",
    "triamcinolone", "hydrocortisone", "cortisone", "deflazacort", "quinacrine",
)  # fmt: skip
_CHANGE_ONE = {(f"taking({drug})", True): 8 for drug in _SELDOM_BEGUN}
_FILED_OTHERWISE = 3
WAIT, LONGEST_WAIT = 3, 366
_LESS = ("months", "capsules_per_90_days")


def statements(
    facts: Iterable[str], stated: Said, assumed: Said, fixed: Collection[str], costs: Mapping[str, int]
) -> Iterator[Statement]:
    """What the text of `kb/effort.lp` lets be stated."""
    has_stated, has_assumed = ({subject_of(fact) for fact in said} for said in (stated, assumed))
    for fact in facts:
        family, subject = fact.partition("(")[0], subject_of(fact)
        if fact in fixed:
            continue
        for value in (True, False):
            if {**assumed, **stated}.get(fact) is value or (subject != fact and not value):
                continue
            kind, cost = "find_out", _FIND_OUT.get(family, None if subject in has_assumed else 1)
            if subject in has_assumed and cost is None and family not in ("at_least", "more_than"):
                kind, cost = "change", _change(fact, value)
            if subject in has_stated:
                kind, cost = "change", _change(fact, value)
                if family in ("at_least", "more_than"):
                    is_less = fact.partition("(")[2].partition(",")[0] in _LESS and not value
                    kind, cost = "ask_for_less", 2 if is_less else None
            if cost is not None:
                yield Statement(fact, value, kind, costs.get(fact, cost), subject)


def _change(fact: str, value: bool) -> int | None:
    return _CHANGE_ONE.get((fact, value), _CHANGE.get((fact.partition("(")[0], value)))


def filed_otherwise(
    facts: Iterable[str], stated: Said, fixed: Collection[str], costs: Mapping[str, int]
) -> Iterator[Statement]:
    """What can be requested in the place of what is: another phase or route, a disease on record."""
    requested = {subject_of(fact) for fact, value in stated.items() if value}
    for fact in facts:
        kind, _, value = fact.removeprefix("requested(").rstrip(")").partition(",")
        known = kind != "indication" or stated.get(f"diagnosis({value})", False)
        another = fact.startswith("requested(") and subject_of(fact) in requested and not stated.get(fact)
        if another and known and fact not in fixed:
            cost = costs.get(fact, _FILED_OTHERWISE)
            yield Statement(fact, True, "file_otherwise", cost, subject_of(fact))


def is_unsupported(stated: Said, made: Iterable[tuple[str, bool]]) -> bool:
    """Whether initial therapy would be asked for that has been given, or against which the label warns."""
    said = overlaid(stated, made)
    begins = ("requested(phase,initial)", True) in set(made)
    warned = any(said.get(fact) for fact in _WARNED) or (
        said.get("at_least(egfr,0)") is True and said.get("more_than(egfr,45)") is False
    )
    nephritis = said.get("requested(indication,lupus_nephritis)", False)
    return begins and (said.get("received(belimumab_intravenous)", False) or (warned and nephritis))


_WARNED = ("more_than(systolic,165)", "more_than(diastolic,105)", "diagnosis(hypertensive_emergency)")


def overlaid(said: Said, statements: Iterable[tuple[str, bool]]) -> dict[str, bool]:
    """The record once these are stated; of a choice nothing else is said then."""
    made = dict(statements)
    changed = {subject_of(fact) for fact in made}
    return {fact: value for fact, value in said.items() if subject_of(fact) not in changed} | made


FlipSet = frozenset[tuple[str, bool]]


def minimal_flips(
    worlds: Worlds, said: Said, reach: Sequence[Statement], wanted: str
) -> dict[FlipSet, int]:
    """Every set of statements that makes the outcome certain, and of which no part does, with its cost."""
    good = [world for world, outcome in worlds.rows.items() if outcome == wanted]
    bad = [world for world, outcome in worlds.rows.items() if outcome != wanted]
    by_subject: dict[str, list[Statement | None]] = {}
    for statement in reach:
        by_subject.setdefault(statement.subject, [None]).append(statement)
    sets = [
        [statement for statement in chosen if statement is not None]
        for chosen in itertools.product(*by_subject.values())
    ]
    found: dict[FlipSet, int] = {}
    for made in sorted(sets, key=len):
        key = frozenset((s.fact, s.value) for s in made)
        if any(smaller <= key for smaller in found):
            continue
        mask, value = worlds.among(overlaid(said, key))
        if any(world & mask == value for world in bad):
            continue
        if any(world & mask == value for world in good):
            found[key] = cost_of((s.fact, s.cost) for s in made)
    return found


def cost_of(statements: Iterable[tuple[str, int]]) -> int:
    """What statements cost together: to learn a number is one effort, whatever cut points it settles."""
    return sum(cost for _, cost in {(_effort(fact), cost) for fact, cost in statements})


def _effort(fact: str) -> str:
    head, _, rest = fact.partition("(")
    return rest.partition(",")[0] if head in ("at_least", "more_than") else subject_of(fact)


# ---- decision trees ----------------------------------------------------------------------------

TOGETHER = (
    "active", "attests", "diagnosis", "documented", "override", "received", "sign", "starts", "stops",
    "taking", "tested", "tried", "weeks_on",
)  # fmt: skip
"""What is asked for together, by the texts of the vocabularies."""


def question_of(fact: str) -> str:
    """What is asked for once: a choice, a number, a relation or a fact."""
    head, _, rest = fact.partition("(")
    if head in ("at_least", "more_than"):
        number = rest.rpartition(",")[0]
        return number.partition("(")[0] if number.startswith(TOGETHER) else number
    return head if head in TOGETHER else subject_of(fact)


def asks(facts: Iterable[str]) -> dict[str, list[str]]:
    """The questions about these facts, with the facts of each."""
    groups: dict[str, list[str]] = {}
    for fact in facts:
        groups.setdefault(question_of(fact), []).append(fact)
    return groups


def holds(when: When, true: Collection[str]) -> bool:
    """Whether an answer is the one where just these facts are true."""

    def count(part: Some | Counted) -> int:
        if isinstance(part, Some):
            return sum(fact in true for fact in part.facts)
        return sum(holds(each.when, true) for each in part.each)

    return any(all(part.at_least <= count(part) <= part.at_most for part in cube) for cube in when)


def smallest_tree(worlds: Worlds, cost: Callable[[str], int]) -> tuple[int, int]:
    """How many questions the best tree promises at most, and the cost of its longest and dearest way."""
    numbered = list(worlds.rows)
    parts: list[tuple[int, list[int]]] = []
    for facts in asks(worlds.open()).values():
        mask = sum(map(worlds.bit, facts))
        by_answer: dict[int, int] = {}
        for place, world in enumerate(numbered):
            by_answer[world & mask] = by_answer.get(world & mask, 0) | 1 << place
        parts.append((max(map(cost, facts)), list(by_answer.values())))
    by_outcome: dict[str, int] = {}
    for place, world in enumerate(numbered):
        outcome = worlds.rows[world]
        by_outcome[outcome] = by_outcome.get(outcome, 0) | 1 << place
    known: dict[int, tuple[int, int]] = {}

    def least(left: int) -> tuple[int, int]:
        if any(left & ~same == 0 for same in by_outcome.values()):
            return 0, 0
        if left not in known:
            ways = []
            for price, answers in parts:
                remaining = [left & part for part in answers if left & part]
                if len(remaining) > 1:
                    number, dearest = max(map(least, remaining))
                    ways.append((number + 1, dearest + price))
            known[left] = min(ways)
        return known[left]

    return least((1 << len(numbered)) - 1)


def is_quiet(fact: str) -> bool:
    """The fact is a cut point of a number that no outcome depends on."""
    head, _, rest = fact.partition("(")
    return head in ("at_least", "more_than") and rest.partition(",")[0] in QUIET
