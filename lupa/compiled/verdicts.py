"""What a compiled policy says of one record, exactly, by one pass over a few hundred nodes.

A record says of each fact whether it can be so and whether it can be otherwise. A node is a question for
a fact; a value is reached where every question on the way can have the answer that leads there. As no
way asks for a fact twice, the values that are reached are just those of the record's worlds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from lupa.compiled.diagram import NO, YES, Node
from lupa.errors import CaseError, Problem, shown
from lupa.record.case import Case
from lupa.record.said import Record
from lupa.rules.edition import Edition
from lupa.rules.kept import cached_property
from lupa.rules.store import Store
from lupa.rules.vocabulary import Fact


class Rules(NamedTuple):
    """What a compiled policy was made from, to judge what only the rules can: a name that others know, a
    record that cannot be.

    `wrong` says why a case cannot be read, and nothing of one that can; `decide` and `reason` answer for
    it as a knowledge base does, with a `Decision` and the facts of a minimal reason, and `pathways` tells
    those that it may be on; `others` are the editions of further policies that may know these names. The
    `store` says what may stand behind the name of what is asked for.
    """

    store: Store
    edition: Edition
    others: Callable[[Collection[str]], Iterable[Edition]]
    wrong: Callable[[Case], str]
    decide: Callable[[Case], Any]
    reason: Callable[[Case], Sequence[str]]
    pathways: Callable[[Case], Sequence[str]]


class Variable(NamedTuple):
    """A fact: what is assumed of it where a record is silent, and its place in the vocabulary."""

    fact: Fact
    default: bool | None
    place: int


class Condition(NamedTuple):
    """A node: the function that is `no` where the variable is not so, and `yes` where it is."""

    variable: int
    no: Node
    yes: Node


class Output(NamedTuple):
    """Something that the policy says: what it is, of what kind, and the function that says when."""

    kind: str
    id: str
    node: Node


class Law(NamedTuple):
    """The laws on some facts, which speak of no others: YES where they are kept, else NO."""

    variables: tuple[int, ...]
    node: Node


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a policy says of a record; as in a `Decision`, without words and reasons.

    `outcome` is `pend` where several are `possible`. `unmet`, `open` and `met` are the criteria of every
    pathway that the request may be on. `bases` are those of the outcome, `limits` those exceeded.
    """

    outcome: str
    possible: tuple[str, ...]
    unmet: tuple[str, ...]
    open: tuple[str, ...]
    met: tuple[str, ...]
    bases: tuple[str, ...]
    limits: tuple[str, ...]
    scope: tuple[str, ...]
    superseded: tuple[str, ...]
    advisories: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Verdicts:
    """An edition of a policy as decision diagrams over its facts.

    `nodes` come after those below them. A number below 0 is a value: -1 no, -2 yes, -3 none, as no lawful
    world is there, and in the `outcome` -4, -5, ... for the first of `outcomes`, the second, ... The
    `readings` are those by which the text was read; of others the record says, and the facts of these
    are `fixed`. `contents` are words and how a case states facts, as `to_json` tells them.
    """

    policy: str
    edition: str
    fingerprint: str
    readings: Mapping[str, str]
    outcomes: tuple[str, ...]
    variables: tuple[Variable, ...]
    nodes: tuple[Condition, ...]
    outcome: Node
    outputs: tuple[Output, ...]
    laws: tuple[Law, ...]
    fixed: Mapping[Fact, bool]
    contents: Mapping[str, Any] = field(repr=False)
    rules: Rules | None = field(default=None, repr=False, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        """What is pickled: the rules stay in their process."""
        return {**{each.name: getattr(self, each.name) for each in fields(self)}, "rules": None}

    # ---- what a record says --------------------------------------------------------------------

    @cached_property
    def place_of(self) -> dict[Fact, int]:
        """The variable of each fact."""
        return {variable.fact: place for place, variable in enumerate(self.variables)}

    def told(self, record: Record | Mapping[Fact, bool | None]) -> list[int]:
        """For each variable 1 if it cannot be so, 2 if it must be, and 3 if both can be.

        A record names facts, each so (True), not so (False) or open (None); those that it does not name
        are as is assumed of them, else open. Raises `CaseError` for a fact that the policy does not have,
        and for one of a reading by which it was not compiled.
        """
        if isinstance(record, Record):
            record = {**dict.fromkeys(self._defaults.keys() - record.assumed.keys()), **record.stated}
        bits = [3 if v.default is None else 1 + v.default for v in self.variables]
        wrong = []
        for fact, value in record.items():
            if fact in self.fixed:
                if value is not None and value != self.fixed[fact]:
                    wrong.append(self.otherwise_read(fact))
            elif fact not in self.place_of:
                wrong.append(Problem(fact, f"{shown(fact)} is no fact that {self.policy} reads"))
            elif value in _TRUTHS:
                bits[self.place_of[fact]] = 3 if value is None else 1 + value
            else:
                wrong.append(Problem(fact, f"true, false or null is expected, not {shown(value)}"))
        if wrong:
            raise CaseError(wrong)
        return bits

    def otherwise_read(self, fact: Fact) -> Problem:
        """That a record reads the text otherwise than it was compiled."""
        return Problem(fact, f"compiled with {self._told_readings}; compile it anew")

    def lawful(self, record: Record | Mapping[Fact, bool | None]) -> list[int]:
        """As `told`; raises `CaseError`, with a minimal set of facts that clash, for what cannot be."""
        bits = self.told(record)
        self._lawful_values(bits)
        return bits

    def _lawful_values(self, bits: Sequence[int]) -> list[int]:
        """As `values`; raises `CaseError`, with a minimal set of facts that clash, for what cannot be."""
        found = self.values(bits)
        for law in self.laws:
            if not _seen(found, law.node) & _YES:
                raise self._clash(law, bits)
        return found

    def keeps(self, law: Law, bits: Sequence[int]) -> bool:
        """Whether what is said, as `told` has it, leaves a world that this law allows."""
        return bool(_seen(self.values(bits), law.node) & _YES)

    @property
    def _defaults(self) -> dict[Fact, bool]:
        return {v.fact: v.default for v in self.variables if v.default is not None}

    @property
    def _told_readings(self) -> str:
        return ", ".join(f"{name}={choice}" for name, choice in self.readings.items())

    # ---- one record ----------------------------------------------------------------------------

    def values(self, bits: Sequence[int]) -> list[int]:
        """For each node the values that are reached from it, value V as bit -1 - V."""
        found: list[int] = []
        add = found.append
        for variable, no, yes in self.nodes:
            can = bits[variable]
            seen = 0
            if can & 1:
                seen = found[no] if no >= 0 else 1 << -1 - no
            if can & 2:
                seen |= found[yes] if yes >= 0 else 1 << -1 - yes
            add(seen)
        return found

    def verdict(self, record: Record | Mapping[Fact, bool | None]) -> Verdict:
        """What the policy says of a record, which names facts with their truth; see `told`.

        Raises `CaseError` for a record that contradicts itself, with a minimal set of facts that clash.
        """
        return self._verdict(self._lawful_values(self.told(record)))

    def _verdict(self, found: Sequence[int]) -> Verdict:
        seen = _seen(found, self.outcome)
        possible = tuple(sorted(n for at, n in enumerate(self.outcomes) if seen >> 3 + at & 1))
        said: dict[str, dict[str, int]] = {}
        for kind, name, node in self.outputs:
            said.setdefault(kind, {})[name] = _seen(found, node) & (_YES | _NO)
        outcome = possible[0] if len(possible) == 1 else "pend"
        certain = {kind: tuple(n for n, x in items.items() if x == _YES) for kind, items in said.items()}
        here = [name for name, x in said.get("applies", {}).items() if x & _YES]
        by_status: dict[int, tuple[str, ...]] = {
            status: tuple(name for name in here if said["criterion"][name] == status)
            for status in (_NO, _YES, _NO | _YES)
        }

        def those(kind: str) -> tuple[str, ...]:
            """Those that are certain, or else those that are possible."""
            items = said.get(kind, {})
            return certain.get(kind) or tuple(name for name, x in items.items() if x & _YES)

        bases: tuple[str, ...] = ()
        if outcome in ("deny", "refer"):
            bases = those("basis" if outcome == "deny" else "referral")
        limits: tuple[str, ...] = ()
        if "modify" in possible:
            limits = those("limit") if outcome == "modify" else certain.get("limit", ())
        return Verdict(
            outcome=outcome,
            possible=possible,
            unmet=by_status[_NO],
            open=by_status[_NO | _YES],
            met=by_status[_YES],
            bases=bases,
            limits=limits,
            scope=certain.get("scope", ()),
            superseded=certain.get("basis", ()) if outcome == "refer" else (),
            advisories=certain.get("advisory", ()),
            notes=certain.get("note", ()),
        )

    def _clash(self, law: Law, bits: Sequence[int]) -> CaseError:
        """The error for a record that breaks a law: a minimal set of its statements that clash."""
        tried = list(bits)
        clash = []
        for variable in reversed(law.variables):
            if bits[variable] == 3:
                continue
            tried[variable] = 3
            if self.keeps(law, tried):
                tried[variable] = bits[variable]
                clash.append(variable)
        words = self.contents["facts"]
        problems = [
            Problem(
                "",
                f"{words[v]['no' if bits[v] == 1 else 'yes'][:-1]} "
                f"[{self.variables[v].fact} is {'false' if bits[v] == 1 else 'true'}]",
            )
            for v in sorted(clash, key=lambda v: (bits[v] == 1, self.variables[v].place))
        ]
        return CaseError([Problem("", "the record contradicts itself; these cannot all be so:"), *problems])


_NO, _YES = 1 << -1 - NO, 1 << -1 - YES
_TRUTHS = (None, True, False)


def _seen(found: Sequence[int], node: Node) -> int:
    """The values of a function: those of its node, or the one that it is."""
    return found[node] if node >= 0 else 1 << -1 - node
