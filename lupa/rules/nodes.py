"""Criteria that have parts: a node is met by all of them, by any, or by so many; its parts may have parts.

Which parts there are, and what makes a node met, is said by rules. That a node is of one kind and has
parts enough, and that no criterion is a part of itself, is looked at here before anything is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import clingo

from lupa.rules.atom import Atom
from lupa.rules.ground import Ground, counted
from lupa.rules.names import nearest, normal
from lupa.rules.tables import Fault, refuse

Kind = Literal["all", "any", "at_least"]
_KINDS: tuple[tuple[str, int, Kind], ...] = (
    ("all_of", 2, "all"),
    ("any_of", 2, "any"),
    ("at_least_of", 3, "at_least"),
)
ROWS = (*((name, arity) for name, arity, _ in _KINDS), ("part", 4))
"""The predicates of the rows that say what has parts."""
_WRITE = "write all_of({0}), any_of({0}) or at_least_of({0}, N)"


class Part(NamedTuple):
    """A part of a node, a criterion too.

    `there` holds where it applies, which is everywhere unless it is `conditional`; `clauses` are those
    that it is there by, each with what holds then.
    """

    atom: Atom
    there: int
    clauses: Mapping[str, int]
    conditional: bool


class Node(NamedTuple):
    """What a criterion needs that has parts: `all`, `any`, or `least` of them or more."""

    of: Kind
    least: int | None
    parts: tuple[Part, ...]


class Nodes:
    """The rows of a program that say which criteria of a policy have parts."""

    def __init__(self, program: Ground, policy: clingo.Symbol) -> None:
        self._program = program
        self._policy = policy
        self.kinds: dict[clingo.Symbol, list[tuple[Kind, clingo.Symbol]]] = {}
        for name, arity, kind in _KINDS:
            for row in self._rows(name, arity):
                self.kinds.setdefault(row.arguments[1], []).append((kind, row))
        self.parts: dict[clingo.Symbol, dict[clingo.Symbol, list[clingo.Symbol]]] = {}
        for row in self._rows("part", 4):
            _, node, part, _ = row.arguments
            self.parts.setdefault(node, {}).setdefault(part, []).append(row)

    def _rows(self, name: str, arity: int) -> list[clingo.Symbol]:
        return [row for row in self._program.symbols(name, arity) if row.arguments[0] == self._policy]

    def read(
        self, atom: Callable[[clingo.Symbol], Atom], order: Sequence[str]
    ) -> dict[clingo.Symbol, Node]:
        """The nodes by name, with their parts in the order of these clauses."""
        places = {clause: place for place, clause in enumerate(order)}

        def first(part: Part) -> int:
            return min(places.get(clause, len(places)) for clause in part.clauses)

        found = {}
        for name, ((kind, row), *_) in self.kinds.items():
            least = _least(row) if kind == "at_least" else None
            rows = self.parts.get(name, {})
            parts = (self._part(atom(part), name, rows[part]) for part in rows)
            found[name] = Node(kind, least, tuple(sorted(parts, key=first)))
        return found

    def _part(self, atom: Atom, node: clingo.Symbol, rows: Sequence[clingo.Symbol]) -> Part:
        there = clingo.Function("part_of", [self._policy, atom.symbol, node])
        clauses = {str(row.arguments[3]): self._literal(row) for row in rows}
        return Part(atom, self._literal(there), clauses, not self._program.is_certain(there))

    def _literal(self, symbol: clingo.Symbol) -> int:
        return self._program.literal(symbol) or 0

    # ---- what is wrong -------------------------------------------------------------------------

    def faults(self) -> list[Fault]:
        """What keeps the parts from making trees, one fault for each node."""
        return [*self._of_nodes(), *self._of_strays(), *self._circles()]

    def _of_nodes(self) -> Iterator[Fault]:
        strays = {normal(str(name)): str(name) for name in self.parts if name not in self.kinds}
        for name, rows in self.kinds.items():
            (_, row), *others = rows
            parts = len(self.parts.get(name, ()))
            if others:
                wrong = f"{name} is {_said(row)} and {_said(others[0][1])}"
                yield Fault((row, others[0][1]), str(name), wrong)
            elif not self._program.is_certain(row):
                wrong = f"whether {name} is {_said(row)} depends on the patient, as only its parts may"
                yield Fault((row,), str(name), wrong, "put the condition to its parts")
            elif not parts:
                near = nearest(str(name), strays)
                mend = f"did you mean {near}, which has some?" if near else "write part/4 for each"
                yield Fault((row,), str(name), f"{name} has no parts", mend)
            elif len(row.arguments) > 2:
                yield from _of_number(row, parts)

    def _of_strays(self) -> Iterator[Fault]:
        """Parts of what is not declared to have any, unless a node without parts was meant."""
        bare = {normal(str(name)): str(name) for name in self.kinds if name not in self.parts}
        for name, parts in self.parts.items():
            if name not in self.kinds and nearest(str(name), bare) is None:
                row = next(iter(parts.values()))[0]
                wrong = f"{name} has parts, and nothing says how many of them it needs"
                yield Fault((row,), str(name), wrong, _WRITE.format(f"{self._policy}, {name}"))

    def _circles(self) -> Iterator[Fault]:
        """Criteria that are parts of themselves, each circle once."""
        done: set[clingo.Symbol] = set()
        for name in self.parts:
            way = self._way_back(name)
            if way and done.isdisjoint(way):
                done.update(way)
                through = f", through {', '.join(map(str, way[1:]))}" if way[1:] else ""
                row = self.parts[name][way[1] if way[1:] else name][0]
                yield Fault((row,), str(name), f"{name} is a part of itself{through}", "take a part out")

    def _way_back(self, name: clingo.Symbol) -> list[clingo.Symbol]:
        """The shortest way from a node through its parts to itself, without the end; nothing without."""
        ways = [[name]]
        seen: set[clingo.Symbol] = set()
        for way in ways:
            for part in self.parts.get(way[-1], ()):
                if part == name:
                    return way
                if part not in seen:
                    seen.add(part)
                    ways.append([*way, part])
        return []


def _least(row: clingo.Symbol) -> int:
    return counted(row.arguments[2], "at_least_of/3")


def _said(row: clingo.Symbol) -> str:
    """A row as it is written of one node: `any_of`, `at_least_of 2`."""
    return " ".join([row.name, *map(str, row.arguments[2:])])


def _of_number(row: clingo.Symbol, parts: int) -> Iterator[Fault]:
    """What is wrong with how many of its parts a node needs."""
    _, name, least = row.arguments
    needs = f"{name} needs {least} of its parts"
    if least.type != clingo.SymbolType.Number:
        yield Fault((row,), str(name), f"{needs}, which is no number", "write how many it needs")
    elif least.number < 1:
        yield Fault((row,), str(name), f"{needs}, so that it is met whatever they are", "write 1 or more")
    elif least.number > parts:
        wrong = f"{needs} and has {parts}, so that it is never met"
        yield Fault((row,), str(name), wrong, f"write {parts} or less, or more parts")


def check_nodes(program: Ground, policy: str) -> None:
    """Raises `RuleError`, with their places, for parts that make no trees of criteria."""
    refuse(program, Nodes(program, clingo.Function(policy)).faults())
