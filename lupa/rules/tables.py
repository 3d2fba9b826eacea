"""Tables that say one thing of each name: what says two is refused, for else one would win unnoticed.

Whether one does shows in the ground program, at hardly any cost; where its rows stand is looked up
only then.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import clingo

from lupa.errors import RuleError, shown
from lupa.rules.ground import Ground, Parts, plainly, quoted
from lupa.rules.names import normal
from lupa.rules.onfile import text_of

if TYPE_CHECKING:
    from clingo import ast

AFTER: Parts = (("tables", ()),)
"""The part of the question that is grounded after all else."""
_ROW = "lupa_row"


class Place(NamedTuple):
    """Where a row stands: its file, line and column (in bytes, as clingo counts)."""

    file: Path
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Fault(NamedTuple):
    """One or two rows that cannot stand so: what they are about, what is wrong, and what to do."""

    rows: tuple[clingo.Symbol, ...]
    about: str
    wrong: str
    mend: str = "keep one"

    def said(self, other: str | None) -> str:
        """What is wrong in words; `other` is how the place of the other row is written, if it has one."""
        if len(self.rows) == 1:
            return f"{self.wrong}; {self.mend}"
        where = f"the other row is at {other}" if other else "both rows stand here"
        return f"{self.wrong}; {where}; {self.mend}"


Placed = tuple[Fault, tuple[Place, ...]]
"""A fault with the places of its rows, the latest first; one where both stand at the same."""


# ---- rows --------------------------------------------------------------------------------------


def two_rows(program: Ground) -> list[Fault]:
    """The rows that hold in every world beside another one for the same name."""
    return [_two_rows(one, other) for one, other in program.facts("two_rows", 2)]


def _two_rows(one: clingo.Symbol, other: clingo.Symbol) -> Fault:
    both = list(zip(one.arguments, other.arguments, strict=True))
    same = len(list(itertools.takewhile(lambda pair: pair[0] == pair[1], both)))
    key = f"{one.name}({', '.join([*map(str, one.arguments[:same]), '...'])})"
    values = " and ".join(_cut(", ".join(map(str, row.arguments[same:]))) for row in (one, other))
    return Fault((one, other), key, f"{key} is given twice, with {values}")


def _cut(words: str) -> str:
    return shown(words, 40)[1:-1]


# ---- aliases -----------------------------------------------------------------------------------


def doubtful(rows: Sequence[Sequence[clingo.Symbol]], kinds: Iterable[Collection[str]]) -> list[Fault]:
    """The aliases, of these rows of alias/2, that stand for two names of one kind, or are empty.

    A case tells kinds apart by the place where a name stands: the same alias may be a drug at one and
    a disease at another.
    """
    meant: dict[str, dict[str, clingo.Symbol]] = {}
    for name, alias in rows:
        meant.setdefault(normal(quoted(alias, "alias/2")), {}).setdefault(
            str(name), clingo.Function("alias", [name, alias])
        )
    empty = [_empty(row) for row in meant.pop("", {}).values()]
    found = (_fault(alias, names, known) for known in kinds for alias, names in meant.items())
    return [*empty, *dict.fromkeys(fault for fault in found if fault is not None)]


def _empty(row: clingo.Symbol) -> Fault:
    return Fault((row,), str(row), f"{row} is empty, and would name nothing", "take it out")


def _fault(alias: str, names: Mapping[str, clingo.Symbol], known: Collection[str]) -> Fault | None:
    here = [name for name in names if name in known]
    if len(here) > 1:
        one, other = here[:2]
        wrong = f"the alias {names[one].arguments[1]} stands for {one} and for {other}"
        return Fault((names[one], names[other]), alias, wrong)
    if here and alias in known and alias not in here:
        row = names[here[0]]
        return Fault((row,), alias, f"{row}: {alias} is the name of another", "take it out")
    return None


def kinds_of(program: Ground) -> list[set[str]]:
    """The names that a case can state at the same place, by place: the last arguments of like facts."""
    found: dict[tuple[str, str], set[str]] = {}
    for symbol in program.symbols("fact", 1):
        (fact,) = symbol.arguments
        if fact.type == clingo.SymbolType.Function and fact.arguments:
            *first, last = fact.arguments
            found.setdefault((fact.name, str(first)), set()).add(str(last))
    return list(found.values())


# ---- refusing ----------------------------------------------------------------------------------


def check_tables(program: Ground) -> None:
    """Raises `RuleError`, with both places, where a table says two things of one name."""
    refuse(program, two_rows(program))


def check_aliases(program: Ground) -> None:
    """Raises `RuleError`, with both places, where an alias stands for two names of one kind."""
    rows = program.facts("alias", 2)
    odd = next((row for row in rows if row[1].type != clingo.SymbolType.String), None)
    if odd is not None:
        words = f"alias/2: {odd[1]} stands where words in quotes belong"
        raise wrong_rows(program, words, clingo.Function("alias", odd), mend="put them in quotes")
    refuse(program, doubtful(rows, kinds_of(program)))


def refuse(program: Ground, faults: Sequence[Fault]) -> None:
    """Raises `RuleError` with the places of these faults, if there are any."""
    if faults:
        raise RuleError("\n".join(map(_line, placed(faults, *program.origin))))


def _line(one: Placed) -> str:
    fault, (place, *others) = one
    return f"{place}: {fault.said(str(others[0]) if others else None)}"


def wrong_rows(program: Ground, wrong: str, *rows: clingo.Symbol, mend: str) -> RuleError:
    """The error that says what is wrong with one row, or with two, and where they stand."""
    fault = Fault(rows, str(rows[0]), wrong, mend)
    if not program.origin[0]:
        return RuleError(fault.said(None))
    return RuleError("\n".join(map(_line, placed([fault], *program.origin))))


def placed(faults: Sequence[Fault], files: Sequence[Path], parts: Parts) -> list[Placed]:
    """The faults with their places; what follows by one rule from others that clash is left out."""
    numbered = _givers(files, parts, {row.name for fault in faults for row in fault.rows})
    places = {row: min(givers) for row, givers in numbered.items()}
    found = []
    for fault in faults:
        at = sorted({places[row] for row in fault.rows}, reverse=True)
        found.append((fault, at))
    apart = [(fault, at) for fault, at in found if len(at) == len(fault.rows)]
    return [
        (fault, tuple(place for _, place in at)) for fault, at in sorted(apart or found, key=lambda f: f[1])
    ]


def givers(files: Sequence[Path], parts: Parts, name: str) -> dict[clingo.Symbol, list[Place]]:
    """Where the rules stand that give each atom of predicates of this name, in their order."""
    found = _givers(files, parts, {name})
    return {atom: [place for _, place in sorted(numbered)] for atom, numbered in found.items()}


def _givers(
    files: Sequence[Path], parts: Parts, names: Collection[str]
) -> dict[clingo.Symbol, list[tuple[int, Place]]]:
    """The statements that give each atom of predicates of these names, by number and place."""
    from clingo import ast  # only a mistake needs syntax trees

    from lupa.rules.trees import parsed

    statements: list[Place] = []
    control = clingo.Control(logger=lambda *_: None)
    named = re.compile(rf"(?<![\w'])(?:{'|'.join(map(re.escape, sorted(names)))})(?![\w'])")
    for path in files:
        if not named.search(text_of(path)):  # tables are most of all there is, and few are in question
            plainly([path])(control)
            continue
        with ast.ProgramBuilder(control) as builder:
            for statement in parsed(path):
                builder.add(statement)
                if _derives(statement, names):
                    begin = statement.location.begin
                    builder.add(_numbered(statement, len(statements)))
                    statements.append(Place(path, begin.line, begin.column))
    control.ground(parts)
    found: dict[clingo.Symbol, list[tuple[int, Place]]] = {}
    for atom in control.symbolic_atoms.by_signature(_ROW, 2):
        number, row = atom.symbol.arguments
        found.setdefault(row, []).append((number.number, statements[number.number]))
    return found


def _derives(statement: ast.AST, names: Collection[str]) -> bool:
    """Whether this is a rule with an atom of one of these names to the left of its arrow."""
    from clingo.ast import ASTType

    head = getattr(statement, "head", None)
    atom = getattr(head, "atom", None)
    if atom is None or atom.ast_type != ASTType.SymbolicAtom:
        return False
    return getattr(atom.symbol, "name", None) in {None, *names}  # one of several atoms has no name


def _numbered(rule: ast.AST, number: int) -> ast.AST:
    """The rule once more, with a head that tells which it is."""
    from clingo import ast

    at = rule.location
    which = ast.SymbolicTerm(at, clingo.Number(number))
    head = ast.SymbolicAtom(ast.Function(at, _ROW, [which, rule.head.atom.symbol], 0))
    return rule.update(head=ast.Literal(at, ast.Sign.NoSign, head))
