"""The rules as they are grounded: which atoms can hold, and which of them anything can come of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import clingo
from clingo import ast
from clingo.ast import ASTType

from lupa.authors.lint.rules import COVERED, ITEMS, WORDS
from lupa.authors.syntax import statements
from lupa.errors import RuleError
from lupa.record.numbers import AGES
from lupa.rules.asking import ANSWERS
from lupa.rules.efforts import KINDS
from lupa.rules.files import shipped
from lupa.rules.ground import Ground, Load, Parts, ground
from lupa.rules.names import arguments, is_a_name
from lupa.rules.quantities import CUTS, SINCE
from lupa.rules.tables import AFTER
from lupa.rules.texts import WORD, unquoted
from lupa.rules.trees import Signature

WORLDS, TABLES = (shipped("queries") / name for name in ("worlds.lp", "tables.lp"))
_NAMED = {("fact", 1): 0, ("quantity", 4): 0, ("means_one_of", 2): 0, ("covers", 2): 1, ("outcome", 2): 1}
"""Where a name stands in what is declared."""
Atoms = dict[Signature, dict[clingo.Symbol, None]]
"""The atoms that some world can hold, by predicate, in their order."""


def grounded(load: Load, editions: Sequence[str]) -> list[Ground] | None:
    """The rules grounded for each edition; None where clingo refuses them."""
    try:
        return [ground(load, parts=part, then=lambda _: AFTER) for part in parts(editions)]
    except RuleError:
        return None


def parts(editions: Sequence[str]) -> list[Parts]:
    """What is grounded for each edition; of rules that name none, something all the same."""
    return [[("base", []), ("edition", [clingo.String(name)])] for name in editions or ("",)]


def plain(rules: Iterable[ast.AST], undefined: Iterable[Signature]) -> Load:
    """Loads rules as they are, beside the worlds; what is `undefined` may be so."""
    rules, declared = list(rules), _declared(undefined)

    def load(control: clingo.Control) -> None:
        control.add("base", [], declared)
        with ast.ProgramBuilder(control) as builder:
            for rule in (*rules, *statements(WORLDS), *statements(TABLES)):
                builder.add(rule)

    return load


def loosened(rules: Iterable[ast.AST]) -> str:
    """The text of rules in which each row may hold or not, so that grounding keeps what depends on it."""
    return "\n".join(f"{{ {rule.head} }}." if _is_row(rule) else str(rule) for rule in rules)


def loosely(texts: Iterable[str]) -> Load:
    """Loads loosened rules beside the worlds."""
    text = "\n".join([*texts, *map(str, statements(WORLDS))])

    def load(control: clingo.Control) -> None:
        control.add("base", [], text)

    return load


def _is_row(rule: ast.AST) -> bool:
    return rule.ast_type == ASTType.Rule and not rule.body


def _declared(predicates: Iterable[Signature]) -> str:
    return "\n".join(f"#defined {name}/{arity}." for name, arity in sorted(predicates))


def atoms(programs: Sequence[Ground], predicates: Iterable[Signature]) -> Atoms:
    """The atoms of these predicates that some world of some edition can hold.

    Without those that have a number or a text in the place of a name, which lupa refuses at its place.
    """
    found: Atoms = {}
    for predicate in predicates:
        at = _NAMED.get(predicate)
        symbols = (symbol for program in programs for symbol in program.symbols(*predicate))
        found[predicate] = dict.fromkeys(
            s for s in symbols if at is None or is_a_name(str(s.arguments[at]))
        )
    return found


def useful(
    programs: Sequence[Ground], roots: Iterable[Signature], found: Atoms
) -> tuple[set[clingo.Symbol], set[str]]:
    """The atoms on which something that is read depends in some edition, and the names in them.

    Words for an item that there is not are read by nobody.
    """
    used: set[clingo.Symbol] = set()
    items, roots = set(_items(found)), list(roots)
    for program in programs:
        atoms_ = (symbol for root in roots for symbol in program.symbols(*root))
        wanted = (symbol for symbol in atoms_ if _is_wanted(symbol, items))
        read = {literal for symbol in wanted if (literal := program.literal(symbol)) is not None}
        below = program.below(sorted(read))
        for symbols in found.values():
            used.update(symbol for symbol in symbols if program.literal(symbol) in below)
    return used, names(used)


def _is_wanted(symbol: clingo.Symbol, items: set[clingo.Symbol]) -> bool:
    """Whether something is no words, or words for an item that there is."""
    return (symbol.name, len(symbol.arguments)) not in WORDS or symbol.arguments[1] in items


def names(symbols: Iterable[clingo.Symbol]) -> set[str]:
    """The names within the arguments of symbols: of constants and of functions."""
    return {name for symbol in symbols for name in WORD.findall(unquoted(str(symbol)))[1:]}


# ---- names that are made from what is derived --------------------------------------------------


def made(found: Atoms, outcomes: Iterable[str]) -> Atoms:
    """What `KNOWN_NAMES` calls by names that begin with an underscore.

    There may be `outcomes` that are known although nothing comes to them.
    """
    facts = [fact.arguments[0] for fact in found.get(("fact", 1), ())]
    quantities = [row.arguments[0] for row in found.get(("quantity", 4), ())]
    known = {*outcomes, *(row.arguments[1].name for row in found.get(("outcome", 2), ())), "pend"}
    worded = [row.arguments[0] for row in found.get(("outcome_text", 3), ())]
    items = dict.fromkeys(_items(found))
    within = [
        name for item in items for each in item.arguments for name in arguments(each)
    ]  # words for an item can say what it is about
    named = dict.fromkeys(
        name
        for symbol in (*quantities, *within, *(argument for fact in facts for argument in arguments(fact)))
        for name in _with_beginnings(symbol)
    )
    covered = [row.arguments[0] for kind in sorted(COVERED) for row in found.get(kind, ())]
    values_of = {
        "_item": items,
        "_covered": covered,
        "_named": [
            *(*named, *covered, *(row.arguments[0] for row in found.get(("pair", 3), ()))),
            *(part.arguments[2] for part in found.get(("part", 4), ())),
            *_groups(facts, quantities),
            *_constants(["birth_date"] if not AGES.isdisjoint(map(str, quantities)) else []),
        ],
        "_beginning": _beginnings(facts, quantities),
        "_proven": [*_beginnings(facts, quantities), *_groups(facts, quantities)],
        "_group": _groups(facts, quantities),
        "_member": _groups(facts, quantities),
        "_reply": _constants(sorted(ANSWERS)),
        "_answer": _constants(("yes", "no")),
        "_way": _constants(KINDS),
        "_which": _constants(("lifts_denial", "always")),
        "_worded": worded,
        "_said": _constants(sorted(known)),
    }
    return {
        (name, 1): dict.fromkeys(clingo.Function(name, [value]) for value in values)
        for name, values in values_of.items()
    }


def _with_beginnings(symbol: clingo.Symbol) -> Iterator[clingo.Symbol]:
    """A term and the names that it, or one in it, begins with."""
    yield symbol
    if arguments(symbol):
        yield clingo.Function(symbol.name)
        for argument in symbol.arguments:
            yield from _with_beginnings(argument)


def with_cuts(found: Atoms) -> Atoms:
    """The atoms with a cut point of each quantity, of which policies at hand may have none."""
    quantities = [row.arguments[0] for row in found.get(("quantity", 4), ())]
    cuts = [clingo.Function(cut, [name, clingo.Number(0)]) for name in quantities for cut in CUTS]
    more = {(table, 1): [clingo.Function(table, [cut]) for cut in cuts] for table in ("fact", "true")}
    return found | {table: found.get(table, {}) | dict.fromkeys(added) for table, added in more.items()}


def _constants(names: Iterable[str]) -> list[clingo.Symbol]:
    return [clingo.Function(name) for name in names]


def _beginnings(facts: Iterable[clingo.Symbol], quantities: Iterable[clingo.Symbol]) -> list[clingo.Symbol]:
    every = dict.fromkeys(
        clingo.Function(fact.name, fact.arguments[:many])
        for fact in facts
        for many in range(len(fact.arguments), -1, -1)
    )
    cuts = [clingo.Function(cut, [quantity]) for quantity in quantities for cut in CUTS]
    return [*every, *cuts, *_constants(CUTS)]


def _groups(facts: Iterable[clingo.Symbol], quantities: Iterable[clingo.Symbol]) -> Iterator[clingo.Symbol]:
    """What a question for several facts, or for a number, can be about."""
    for symbol in (*facts, *quantities):
        yield clingo.Function(symbol.name)
    yield from quantities
    yield from _constants((*CUTS, SINCE))  # what is dated is for policies to say


def _items(found: Atoms) -> Iterator[clingo.Symbol]:
    """Every item that a policy can have, as text/4 names it."""
    kinds = {predicate: kind for kind, predicate in ITEMS.items()}
    for (predicate, arity), symbols in found.items():
        place = 0 if predicate == "reading" else 1
        if arity > place:
            for symbol in symbols:
                yield clingo.Function(kinds.get(predicate, predicate), [symbol.arguments[place]])
    for symbol in found.get(("requested", 2), ()):
        yield clingo.Function(symbol.arguments[0].name, [symbol.arguments[1]])
    yield clingo.Function("drug")
