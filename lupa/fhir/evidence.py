"""The rules of evidence, asked about the elements of a chart."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from threading import Lock
from typing import Any

import clingo
from clingo import ast

from lupa.errors import RuleError
from lupa.fhir.flat import Flat
from lupa.fhir.names import DrugNames
from lupa.fhir.offered import Forms
from lupa.fhir.slices import Token
from lupa.fhir.tables import Tables
from lupa.fhir.values import name_for


class _Given:
    """What `chart.lp` asks for by name while it is ground."""

    def __init__(
        self,
        flat: Flat,
        tables: Tables,
        names: DrugNames,
        forms: Forms,
        served: date | None,
        months: int,
    ) -> None:
        self._flat, self._tables, self._names, self._forms = flat, tables, names, forms
        self._served, self._months = served, months

    @property
    def tokens(self) -> frozenset[Token]:
        """What rules may need of the chart, as far as it has it; see `lupa.fhir.slices`."""
        found = {("resource", _word(kind)) for kind in {element.kind for element in self._flat.elements}}
        found |= {("code", _meaning(row)) for row in self.codes()}
        here = {"resources", "elements", "today", "drugs"}
        here |= {"parts"} if self._flat.parts else set()
        here |= {"selected"} if self._flat.selected else set()
        here |= {"codes"} if self._flat.coded else set()
        here |= {"service"} if self._served is not None else set()
        here |= {"months_asked"} if self._months else set()
        return frozenset(found | self._flat.has | {("@", name) for name in here})

    def resources(self) -> Sequence[clingo.Symbol]:
        return self._flat.resources

    def parts(self) -> Sequence[clingo.Symbol]:
        return self._flat.parts

    def elements(self) -> Sequence[clingo.Symbol]:
        return self._flat.values

    def selected(self) -> Sequence[clingo.Symbol]:
        return self._flat.selected

    def codes(self) -> Sequence[clingo.Symbol]:
        return [row for coded in self._flat.coded for row in self._tables.rows(coded)]

    def drugs(self) -> Sequence[clingo.Symbol]:
        return [clingo.Function(name) for name in self._names.drugs]

    def service(self) -> Sequence[clingo.Symbol]:
        return [clingo.Number(self._served.toordinal())] if self._served is not None else []

    def today(self) -> clingo.Symbol:
        return clingo.Number(date.today().toordinal())  # noqa: DTZ011 - the day of whoever asks

    def months_asked(self) -> Sequence[clingo.Symbol]:
        return [clingo.Number(self._months)] if self._months else []

    def offered(self, form: clingo.Symbol, group: clingo.Symbol) -> Sequence[clingo.Symbol]:
        """The facts that a question of a form of ours is about."""
        return self._forms.offered(form.string, str(group))

    def rivals(self, form: clingo.Symbol, fact: clingo.Symbol) -> Sequence[clingo.Symbol]:
        """The values that a choice of a form of ours can have instead of this one."""
        return self._forms.rivals(form.string, str(fact))

    @staticmethod
    def name_of(fact: clingo.Symbol) -> clingo.Symbol:
        """What a fact is called, without its arguments."""
        is_term = fact.type == clingo.SymbolType.Function and fact.name
        return clingo.Function(fact.name) if is_term else clingo.Function("none")

    @staticmethod
    def years(first: clingo.Symbol, last: clingo.Symbol) -> clingo.Symbol:
        """Whole years between two days; none where the first is the later."""
        begin, end = date.fromordinal(first.number), date.fromordinal(last.number)
        early = (end.month, end.day) < (begin.month, begin.day)
        return clingo.Number(max(end.year - begin.year - early, 0))

    @staticmethod
    def months(first: clingo.Symbol, last: clingo.Symbol) -> clingo.Symbol:
        """The months that a period takes, begun ones too; its last day may be the anniversary."""
        begin, end = date.fromordinal(first.number), date.fromordinal(last.number)
        apart = (end.year - begin.year) * 12 + end.month - begin.month
        return clingo.Number(max(apart + (end.day > begin.day), 1))

    @staticmethod
    def months_later(day: clingo.Symbol, months: clingo.Symbol) -> clingo.Symbol:
        """The same day so many months later, or the last of that month."""
        begin = date.fromordinal(day.number)
        year, month = divmod(begin.year * 12 + begin.month - 1 + months.number, 12)
        last = monthrange(year, month + 1)[1]
        return clingo.Number(date(year, month + 1, min(begin.day, last)).toordinal())


@lru_cache(256)
def _word(kind: str) -> str:
    """What a type of FHIR is called in rules."""
    return name_for(kind).name


@lru_cache(4096)
def _meaning(row: clingo.Symbol) -> str:
    """What the meaning in a row of codes is called."""
    name: str = row.arguments[2].name
    return name


@dataclass(frozen=True, slots=True)
class Said:
    """What stands of an element for a fact: the element's number, what it says, and by which rule."""

    element: int
    state: str
    rule: str


_ADDING = Lock()
"""Held while parsed rules are added: clingo counts who refers to them, and not for several threads."""
_ADDED: set[str] = set()
"""Rules that were added before; not many, for they are those of the files."""


def _add(control: clingo.Control, rules: Collection[str]) -> None:
    """Adds rules, which are kept as they are parsed when they are met again; raises `RuntimeError`.

    To keep them costs ten times what it takes to add them once, and who reads one chart does not.
    """
    if not _ADDED.issuperset(rules):
        _ADDED.update(rules)
        control.add("base", [], "\n".join(rules))
        return
    statements = [statement for rule in rules for statement in _parsed(rule)]
    with _ADDING, ast.ProgramBuilder(control) as builder:
        for statement in statements:
            builder.add(statement)


@lru_cache(4096)
def _parsed(rule: str) -> list[ast.AST]:
    found: list[ast.AST] = []
    messages: list[str] = []
    try:
        ast.parse_string(rule, found.append, logger=lambda _, text: messages.append(text))
    except RuntimeError as error:
        raise RuntimeError(" ".join(messages[:1]) or str(error)) from error
    return [statement for statement in found if statement.ast_type != ast.ASTType.Program]


class Evidence:
    """What the rules of evidence make of a chart."""

    def __init__(
        self,
        tables: Tables,
        names: DrugNames,
        forms: Forms,
        flat: Flat,
        served: date | None,
        months: int,
    ) -> None:
        messages: list[str] = []
        control = clingo.Control(["--warn=none"], logger=lambda _, text: messages.append(text))
        try:
            given = _Given(flat, tables, names, forms, served, months)
            _add(control, tables.rules(frozenset(flat.types), given.tokens))
            control.ground([("base", [])], context=given)
        except RuntimeError as error:
            raise RuleError(f"{tables.folder}: {' '.join(messages[:1]) or error}") from error
        self._control, self._folder = control, tables.folder  # whose atoms are read below

    def rows(self, name: str, arity: int) -> Iterator[list[clingo.Symbol]]:
        """The arguments of all that holds of a name, which is known without a search."""
        for atom in self._control.symbolic_atoms.by_signature(name, arity):
            if not atom.is_fact:
                message = (
                    f"{name}/{arity} hangs on its own opposite: what a rule needs not to be follows from it"
                )
                raise RuleError(f"{self._folder}: {message}")
            yield atom.symbol.arguments

    def states(self) -> dict[clingo.Symbol, str]:
        """Each fact of which anything is said, and its state."""
        return {fact: state.name for fact, state in self.rows("value", 2)}

    def supports(self) -> dict[clingo.Symbol, list[Said]]:
        """Of each fact, what stands for and against it."""
        found: dict[clingo.Symbol, list[Said]] = {}
        for fact, element, state, rule in self.rows("supports", 4):
            found.setdefault(fact, []).append(Said(element.number, state.name, rule.name))
        return found


def evidence_for(flat: Flat, supports: Iterable[Said]) -> list[dict[str, Any]]:
    """What elements say of a fact, each once, in an order that does not depend on that of the chart."""
    found = [evidence_of(flat, said) for said in supports]
    unique = {tuple(str(value or "") for value in one.values()): one for one in found}
    return [unique[key] for key in sorted(unique)]


def evidence_of(flat: Flat, said: Said) -> dict[str, Any]:
    """What an element says, by which rule, and where it stands."""
    element = flat.elements[said.element]
    root = flat.elements[element.root]
    name = root.data.get("id")
    dates = [*element.dates.items(), *root.dates.items()]
    return {
        "says": said.state,
        "rule": said.rule,
        "resource": f"{root.kind}/{name}" if isinstance(name, str) else root.kind,
        "date": next((text for what, text in dates if what not in ("died", "born", "told_day")), None),
        "code": next(iter(element.codes), None),
        "text": next(iter(element.texts), None),
    }
