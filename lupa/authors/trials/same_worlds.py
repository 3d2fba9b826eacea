"""Two versions of one edition side by side: whether there is a case that they decide differently.

A case can state that a choice has one value and that a number lies in some range; every other fact it
can state by itself. Of the worlds that a case can state in full, the versions are asked directly: does
one of them say what the other does not? If the laws of a version let through other worlds too, such a
world comes in where a case leaves a choice or a number open, wholly or in part. There it is noticed if
it brings something that none of the values left open brings. Last, the versions may make different
things of what a case leaves out. If nothing of this is so, no case tells the versions apart, however
much or little it states.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import clingo

from lupa.authors.patients import Case, as_case
from lupa.authors.sides import Side
from lupa.rules.clashes import cut_points
from lupa.rules.edition import Edition
from lupa.rules.solver import Literal, Watch
from lupa.rules.vocabulary import Fact, Path

_UNLAWFUL = "it cannot be"
_OUTCOME = "the outcome is "
PART = "part "
Pair = tuple[Literal, Literal]
"""What stands for the same under each of two versions."""


class Difference(NamedTuple):
    """A world, as a case that states it, and what only one of two versions says of it."""

    case: Case
    said: tuple[str, ...]


class Group(NamedTuple):
    """Facts that a case states together: those about one choice, or about one number.

    `values` are the ways in which they can be so, each as the facts that are then true; `statements`
    what a case can say of them short of that, as facts that are true and facts that are false.
    """

    facts: tuple[Fact, ...]
    values: tuple[frozenset[Fact], ...]
    statements: tuple[tuple[frozenset[Fact], frozenset[Fact]], ...]


def difference(first: Edition, second: Edition) -> Difference | None:
    """A case that tells two versions apart, by its outcome if that can be; None if there is none."""
    groups = _groups((first, second))
    return (
        _Decided((first, second), groups).difference()
        or _Stated((first, second), groups).difference()
        or next(_strays(first, second), None)
        or _taken_otherwise(first, second)
    )


def _strays(first: Edition, second: Edition) -> Iterator[Difference]:
    """Worlds that no case can state and that one that leaves something open would notice."""
    for edition in (first, second):
        if _Astray(edition).plainest() is not None:
            for group in _groups((edition,)):
                found = _Open(edition, group).difference()
                if found is not None:
                    yield found


def _taken_otherwise(first: Edition, second: Edition) -> Difference | None:
    """What the versions make of a case before any world: of what it leaves out, and of its numbers."""
    before, after = (
        {f"{fact} is assumed {value}" for fact, value in edition.vocabulary.defaults.items()}
        | {f"{name} is {tuple(made)}" for name, made in edition.vocabulary.derived.items()}
        for edition in (first, second)
    )
    said = [f"only before: {row}" for row in before - after] + [
        f"only after: {row}" for row in after - before
    ]
    return Difference({}, tuple(sorted(said))) if said else None


def shown(edition: Edition) -> dict[str, tuple[Literal, ...]]:
    """Everything that a decision on one world can show, each as the literals that make it shown."""
    outcome = edition.outcomes
    found: dict[str, tuple[Literal, ...]] = {}
    found |= {f"{_OUTCOME}{name}": (literal,) for name, literal in outcome.items()}
    for name, kind, items in (
        ("deny", "basis", edition.bases),
        ("refer", "basis", edition.referrals),
        ("refer", "superseded", edition.bases),
        ("modify", "limit", edition.limits),
    ):
        if name in outcome:
            found |= {f"{kind} {atom.id}": (atom.literal, outcome[name]) for atom in items}
    for kind, items in (
        ("scope", edition.scope),
        ("advisory", edition.advisories),
        ("note", edition.notes),
    ):
        found |= {f"{kind} {atom.id}": (atom.literal,) for atom in items}
    for atom in edition.criteria:
        applies = edition.applies[atom.id]
        found[f"criterion {atom.id} applies"] = (applies,)
        found[f"criterion {atom.id} is met"] = (applies, atom.literal)
    for name, part in edition.parts.items():
        found[f"{PART}{name} is there"] = (edition.considered[name],)
        found[f"{PART}{name} is met"] = (edition.considered[name], part.literal)
    return found


# ---- what a case can state ---------------------------------------------------------------------


def _groups(editions: Sequence[Edition]) -> list[Group]:
    """The choices and the numbers that these editions know."""
    choices: dict[tuple[str, Path], dict[Fact, None]] = {}
    for edition in editions:
        for name, kinds in edition.vocabulary.choices.items():
            for kind, values in kinds.items():
                choices.setdefault((name, kind), {}).update(dict.fromkeys(values.values()))
    return [
        *(_choice(tuple(facts)) for facts in choices.values()),
        *(_range(tuple(cut.fact for cut in cuts)) for cuts in cut_points(editions).values()),
    ]


def _choice(facts: tuple[Fact, ...]) -> Group:
    """A choice has one value; a case names it or leaves it open."""
    nothing: frozenset[Fact] = frozenset()
    values = tuple(frozenset((fact,)) for fact in facts)
    return Group(facts, values, tuple((value, nothing) for value in (nothing, *values)))


def _range(facts: tuple[Fact, ...]) -> Group:
    """A number has reached the first of its cut points, in order; a case gives a range for it."""
    reached = range(len(facts) + 1)
    return Group(
        facts,
        tuple(frozenset(facts[:low]) for low in reached),
        tuple(
            (frozenset(facts[:low]), frozenset(facts[high:])) for low in reached for high in reached[low:]
        ),
    )


# ---- versions in one control -------------------------------------------------------------------


class _Version(Side):
    """One version on its side, with what a decision on a lawful world of it can show."""

    def __init__(self, backend: clingo.Backend, edition: Edition, facts: Mapping[Fact, Literal]) -> None:
        super().__init__(
            backend,
            edition.program.rules,
            {literal: facts[fact] for fact, literal in edition.literals.items()},
        )
        self.says = {name: self._lawful(backend, literals) for name, literals in shown(edition).items()}

    def _lawful(self, backend: clingo.Backend, literals: Iterable[Literal]) -> Literal:
        """An atom that holds in a lawful world where all of these do."""
        atom = backend.add_atom()
        backend.add_rule([atom], [*map(self.of, literals), -self.unlawful])
        return atom


class _Worlds(ABC):
    """A control over the worlds of some versions, restricted by `_restrict` to those looked for."""

    def __init__(self, editions: Sequence[Edition], groups: Sequence[Group]) -> None:
        self._editions = editions
        self._control = clingo.Control()
        self._watch = Watch()
        self._watch.controls.append(self._control)
        self._differ: dict[str, Literal] = {}
        with self._control.backend() as backend:
            facts = dict.fromkeys(fact for edition in editions for fact in edition.literals)
            self._facts = {fact: backend.add_atom() for fact in facts}
            for atom in self._facts.values():
                backend.add_rule([atom], [], choice=True)
            self._proper = {group: self._has_a_value(backend, group) for group in groups}
            self._restrict(backend)
            if self._differ:
                backend.add_rule([], [-atom for atom in self._differ.values()])
            self._prefer_plain(backend)

    def _has_a_value(self, backend: clingo.Backend, group: Group) -> Literal:
        """An atom that holds where a case can state a group of facts as they are."""
        atom = backend.add_atom()
        for value in group.values:
            backend.add_rule(
                [atom], [self._facts[f] if f in value else -self._facts[f] for f in group.facts]
            )
        return atom

    @abstractmethod
    def _restrict(self, backend: clingo.Backend) -> None:
        """Leaves only the worlds that are looked for."""

    def _prefer_plain(self, backend: clingo.Backend) -> None:
        """What a case can state comes first, then what is lawful, then what is usual, then few facts."""
        usual = self._editions[0].vocabulary.defaults
        unlawful = [atom for name, atom in self._differ.items() if name.endswith(_UNLAWFUL)]
        unusual = [-atom if usual[fact] else atom for fact, atom in self._facts.items() if fact in usual]
        improper = [-atom for atom in self._proper.values()]
        for priority, literals in enumerate((list(self._facts.values()), unusual, unlawful, improper)):
            backend.add_minimize(priority, [(literal, 1) for literal in literals])

    def plainest(self) -> tuple[dict[Fact, bool], tuple[str, ...]] | None:
        """The plainest of these worlds with what tells it apart; None if there is none."""
        found, through = None, False
        while not through:
            self._watch.before_solving()
            with self._control.solve(yield_=True) as handle:
                for model in handle:  # each plainer than the one before
                    facts = {fact: model.is_true(atom) for fact, atom in self._facts.items()}
                    found = facts, tuple(n for n, atom in self._differ.items() if model.is_true(atom))
                through = not handle.get().interrupted
        return found

    def difference(self) -> Difference | None:
        """The plainest of these worlds as a case."""
        found = self.plainest()
        return None if found is None else Difference(as_case(self._editions, found[0]), found[1])


class _Stated(_Worlds):
    """Worlds that a case can state and of which two versions say different things."""

    def _restrict(self, backend: clingo.Backend) -> None:
        for proper in self._proper.values():
            backend.add_rule([], [-proper])
        one, other = (_Version(backend, edition, self._facts) for edition in self._editions)
        never = backend.add_atom()
        names = one.says | other.says
        pairs = {name: (one.says.get(name, never), other.says.get(name, never)) for name in names}
        self._compare(backend, pairs, (one.unlawful, other.unlawful))

    def _compare(self, backend: clingo.Backend, pairs: Mapping[str, Pair], unlawful: Pair) -> None:
        """Looks for what only one version says, which may be that a world cannot be."""
        for name, (before, after) in {_UNLAWFUL: unlawful, **pairs}.items():
            for says, silent, which in ((before, after, "before"), (after, before, "after")):
                self._differ[f"only {which}: {name}"] = atom = backend.add_atom()
                backend.add_rule([atom], [says, -silent])


class _Decided(_Stated):
    """Such worlds, lawful under both versions, that come to different outcomes."""

    def _compare(self, backend: clingo.Backend, pairs: Mapping[str, Pair], unlawful: Pair) -> None:
        for broken in unlawful:
            backend.add_rule([], [broken])
        outcomes = {name: pair for name, pair in pairs.items() if name.startswith(_OUTCOME)}
        super()._compare(backend, outcomes, unlawful)


class _Astray(_Worlds):
    """Lawful worlds of one version that no case can state in full."""

    def __init__(self, edition: Edition) -> None:
        super().__init__((edition,), _groups((edition,)))

    def _restrict(self, backend: clingo.Backend) -> None:
        side = _Version(backend, self._editions[0], self._facts)
        backend.add_rule([], [side.unlawful])
        backend.add_rule([], list(self._proper.values()))


class _Open(_Worlds):
    """Lawful worlds of one version in which a group of facts is as no case can state it.

    Of those, the ones that a case does not exclude by what it says of the group, and of which then
    something is so, or is not, as it is with none of the values that the case leaves open.
    """

    def __init__(self, edition: Edition, group: Group) -> None:
        self._group = group
        self._said: dict[str, frozenset[Fact]] = {}
        super().__init__((edition,), _groups((edition,)))

    def _restrict(self, backend: clingo.Backend) -> None:
        (edition,), group = self._editions, self._group
        here = _Version(backend, edition, self._facts)
        backend.add_rule([], [here.unlawful])
        backend.add_rule([], [self._proper[group]])
        true, false = backend.add_atom(), backend.add_atom()
        backend.add_rule([true])
        sides = {
            value: _Version(
                backend, edition, self._facts | {f: true if f in value else false for f in group.facts}
            )
            for value in group.values
        }
        for name, says in here.says.items():
            same = {value: self._same(backend, says, name, side) for value, side in sides.items()}
            for so, not_so in group.statements:
                left = [literal for value, literal in same.items() if so <= value and not not_so & value]
                told = " and ".join(sorted(so)) or "nothing"
                key = f"with {told} stated: {name}, or not"
                if key not in self._differ:
                    self._differ[key], self._said[key] = backend.add_atom(), so
                stated = [*(self._facts[f] for f in so), *(-self._facts[f] for f in not_so)]
                backend.add_rule([self._differ[key]], [*stated, *(-literal for literal in left)])

    def _same(self, backend: clingo.Backend, says: Literal, name: str, side: _Version) -> Literal:
        """An atom that holds where a value that the group can have brings the same."""
        atom = backend.add_atom()
        backend.add_rule([atom], [says, side.says[name]])
        backend.add_rule([atom], [-says, -side.says[name], -side.unlawful])
        return atom

    def difference(self) -> Difference | None:
        """The plainest of these worlds as a case, which says of the group what it can."""
        found = self.plainest()
        if found is None:
            return None
        facts, told = found
        stated = {fact: fact in self._said[told[0]] for fact in self._group.facts}
        return Difference(as_case(self._editions, facts | stated), told)
