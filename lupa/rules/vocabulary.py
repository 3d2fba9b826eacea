"""The vocabulary: which facts there are, their names, their numbers and their words."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, TypeVar

import clingo

from lupa.errors import RuleError
from lupa.rules.efforts import Efforts
from lupa.rules.ground import Ground
from lupa.rules.kept import cached_property
from lupa.rules.names import all_written, arguments, beginnings, is_a_name, nearest, normal, slip
from lupa.rules.numbers import exact, of_one
from lupa.rules.quantities import (
    CUTS,
    ROW,
    SINCE,
    Cut,
    Quantity,
    Scale,
    asked_in,
    derived_in,
    quantities_in,
    scales_in,
)
from lupa.rules.spoken import capital

T = TypeVar("T")
Fact = str
"""A fact as it is written: `taking(voclosporin)`."""


Tree = Mapping[str, "Tree | Fact"]
"""The facts of one name by their arguments, one after the other: `{methotrexate: {intolerance: FACT}}`."""

Path = tuple[str, ...]
"""The arguments of a fact, or the first of them."""

_ONE = re.compile(r"(?<![\d.,-])1 \{unit\}")
_TOO_FEW = (1, 2, 3)
"""The numbers of arguments of what is meant for a quantity and lacks some."""

ONLY = "only"
"""What a mapping in a case calls a list that is complete; no argument of a fact is called so."""


def leaves(tree: "Tree | Fact", path: Path = ()) -> Iterator[tuple[Path, Fact]]:
    """The facts of a tree, each with the arguments that lead to it."""
    if isinstance(tree, str):
        yield path, tree
        return
    for argument, below in tree.items():
        yield from leaves(below, (*path, argument))


def facts_below(tree: "Tree") -> list[Fact]:
    """The facts of a tree."""
    found: list[Fact] = []
    for below in tree.values():
        found += (below,) if isinstance(below, str) else facts_below(below)
    return found


def _taken_apart(fact: Fact, symbol: clingo.Symbol) -> tuple[str, Path]:
    """The name of a fact, and its arguments."""
    name, _, inside = fact.partition("(")
    if "(" in inside or '"' in inside:  # else the text shows them, sooner than clingo tells
        return symbol.name, tuple(map(str, symbol.arguments))
    return name, tuple(inside[:-1].split(",")) if inside else ()


class Vocabulary:
    """What a case can say, read from a grounded knowledge base.

    `flags`: facts without an argument, by name. `families`: relations, of which any number can hold, by
    name and arguments. `choices`: what is declared single-valued, by name, by all arguments but the last,
    and by value: of these values one holds. `quantities`, `derived`, `scales` and `cuts`: numbers, what
    ties them, and the facts that stand for them; `asked`: the facts about single measurements; `measures`:
    quantities with arguments, by name and arguments. `defaults`: what is assumed of a silent fact.
    """

    def __init__(
        self, program: Ground, is_unread: Callable[[clingo.Symbol], bool] = lambda _: False
    ) -> None:
        self._program = program
        self._is_unread = is_unread
        self.facts: dict[Fact, clingo.Symbol] = {}
        self.flags: dict[str, Fact] = {}
        self.families: dict[str, Tree] = {}
        self.choices: dict[str, dict[Path, dict[str, Fact]]] = {}
        self.arity: dict[str, int] = {}
        self._single = {str(name): name for (name,) in program.facts("single_valued", 1)}
        self.cuts: dict[str, list[Cut]] = {}
        self._said: dict[tuple[Fact, bool], str] = {}
        self._below: dict[Path, dict[Fact, None]] = {}
        self.quantities = quantities_in(program, self._wrong)
        self.scales = scales_in(program, self.quantities)
        self.derived = derived_in(program, self.quantities, self._wrong)
        self.asked = asked_in(program, self.quantities)
        declared = [symbol.arguments[0] for symbol in program.symbols("fact", 1)]
        for fact, symbol in zip(all_written(declared), declared, strict=True):
            self._declare(fact, symbol)
        first = {fact for (fact,) in program.facts("stands_first", 1)}
        for groups in self.choices.values():
            for path, values in groups.items():
                order = sorted(values.items(), key=lambda value: self.facts[value[1]] not in first)
                groups[path] = dict(order)
        self._check_rows()
        rows = program.facts("default", 2)
        facts = all_written([fact for fact, _ in rows])
        self.defaults = dict(map(self._default, facts, rows))

    @cached_property
    def _quantity_symbols(self) -> dict[str, clingo.Symbol]:
        return {str(row[0]): row[0] for row in self._program.facts("quantity", 4)}

    def _wrong(self, words: str, *rows: clingo.Symbol, mend: str) -> RuleError:
        """The error that says what is wrong with these rows, and where they stand."""
        from lupa.rules.tables import wrong_rows  # only a mistake needs it

        return wrong_rows(self._program, words, *rows, mend=mend)

    def _row(self, symbol: clingo.Symbol) -> clingo.Symbol:
        """The row that declares a fact."""
        cut_point = clingo.Function("cut_point", [symbol])
        return cut_point if self._program.is_certain(cut_point) else clingo.Function("fact", [symbol])

    def _check_rows(self) -> None:
        """Raises `RuleError` for a quantity without all that it needs, and a single value of nothing."""
        for arity in _TOO_FEW:
            for row in self._program.symbols("quantity", arity):
                raise self._wrong(f"{row} lacks an argument", row, mend=f"write {ROW}")
        for (symbol,) in self._program.facts("dated", 1):
            if not is_a_name(str(symbol)):
                raise self._wrong(
                    f"dated({symbol}) is about what has no name",
                    clingo.Function("dated", [symbol]),
                    mend="name a quantity, or what was done on the day",
                )
        for name, symbol in self._single.items():
            if name not in self.choices and not self._is_unread(symbol):
                raise self._wrong(
                    f"single_valued({name}): no fact called {name} with a value is declared",
                    clingo.Function("single_valued", [symbol]),
                    mend=f"declare fact({name}(...)), or take this out",
                )

    def _declare(self, fact: Fact, symbol: clingo.Symbol) -> None:
        if not is_a_name(fact):
            mend = "a fact is a name, with or without arguments"
            raise self._wrong(f"fact({fact}) declares no fact", self._row(symbol), mend=mend)
        name, path = _taken_apart(fact, symbol)
        self.facts[fact] = symbol
        if name in CUTS:
            if len(path) != 2 or path[0] not in self.quantities:
                mend = f"declare {ROW}"
                raise self._wrong(f"the fact {fact} is of no quantity", self._row(symbol), mend=mend)
            try:
                bound = exact(symbol.arguments[1], fact)
            except RuleError as error:
                mend = "write one, without quotes"
                words = f"the fact {fact} has no number"
                raise self._wrong(words, self._row(symbol), mend=mend) from error
            self.cuts.setdefault(path[0], []).append(Cut(name, bound, fact))
            return
        if self.arity.setdefault(name, len(path)) != len(path):
            other = next(s for s in self.facts.values() if s.name == name)
            raise self._wrong(
                f"the fact {fact} has {len(path)} argument{'s' * (len(path) != 1)}, and others "
                f"called {name} have {self.arity[name]}",
                self._row(symbol),
                self._row(other),
                mend="give one of them another name",
            )
        self._check_arguments(fact, path, symbol)
        if name in self._single:
            if not path:
                words = f"single_valued({name}): the fact {name} has no argument to be its value"
                mend = "give it one, or take single_valued out"
                raise self._wrong(words, self._row(symbol), mend=mend)
            self.choices.setdefault(name, {}).setdefault(path[:-1], {})[path[-1]] = fact
        elif path:
            _plant(self.families, (name, *path), fact)
        else:
            self.flags[name] = fact

    def _check_arguments(self, fact: Fact, path: Path, symbol: clingo.Symbol) -> None:
        """Raises `RuleError` for a fact of which a case could not say what it is about."""
        if '"' in fact:
            words = f"the fact {fact} has a text where a name belongs"
            raise self._wrong(words, self._row(symbol), mend="write a name, and the text as its label")
        if ONLY in path:
            words = f"the fact {fact}: no argument can be called {ONLY}, which closes a list in a case"
            raise self._wrong(words, self._row(symbol), mend="give it another name")

    def _default(self, fact: Fact, row: list[clingo.Symbol]) -> tuple[Fact, bool]:
        value = str(row[1])
        if fact not in self.facts or value not in ("yes", "no"):
            words = f"default({fact}, {value}) is not about a declared fact, or says neither yes nor no"
            raise self._wrong(words, clingo.Function("default", row), mend="mend it, or take it out")
        return fact, value == "yes"

    def each_choice(self) -> Iterator[dict[str, Fact]]:
        """The facts by value of each choice, of which one holds."""
        for groups in self.choices.values():
            yield from groups.values()

    @cached_property
    def choice_of(self) -> dict[Fact, dict[str, Fact]]:
        """For each fact of which one out of several holds, all of these by value."""
        return {fact: values for values in self.each_choice() for fact in values.values()}

    @cached_property
    def group_of(self) -> dict[Fact, str]:
        """For each fact of which one out of several holds, what these share: `requested(phase)`."""
        return {
            fact: f"{name}({','.join(path)})" if path else name
            for name, groups in self.choices.items()
            for path, values in groups.items()
            for fact in values.values()
        }

    @cached_property
    def requested(self) -> frozenset[Fact]:
        """The facts of which a request gives the value."""
        return frozenset(
            fact for values in self.choices.get("requested", {}).values() for fact in values.values()
        )

    @cached_property
    def said_by_item(self) -> tuple[str, ...]:
        """The kinds of a request of which the drug, service or code that is asked for says the value."""
        kinds = self.kinds("requested")
        return tuple(
            str(kind)
            for (kind,) in self._program.facts("said_by_what_is_asked_for", 1)
            if str(kind) in kinds
        )

    @cached_property
    def covered(self) -> frozenset[str]:
        """What is covered and is no value of what is asked for, by its name and label in normal form."""
        kinds = self.kinds("requested")
        values = {value for kind in self.said_by_item for value in kinds[kind]}
        names = {str(name) for _, name in self._program.facts("covers", 2)} - values
        return frozenset(normal(said) for name in names for said in (name, self.label(name)))

    def kinds(self, name: str) -> dict[str, dict[str, Fact]]:
        """The values by kind of what is single-valued with two arguments, such as `reading`."""
        return {path[0]: values for path, values in self.choices.get(name, {}).items() if len(path) == 1}

    def below(self, about: Path, tree: "Tree") -> Mapping[Fact, None]:
        """The facts of a tree, in their order, which the name of a relation and arguments lead to."""
        if about not in self._below:
            self._below[about] = dict.fromkeys(facts_below(tree))
        return self._below[about]

    def tree_of(self, name: str) -> dict[str, Any]:
        """Single-valued facts of one name by their arguments; where these end, `""` leads to the values."""
        tree: dict[str, Any] = {}
        for path, values in self.choices[name].items():
            _plant(tree, (*path, ""), values)
        return tree

    @cached_property
    def measures(self) -> dict[str, "Tree | Fact"]:
        """The quantities by name and arguments; one without arguments is found under its name alone."""
        found: dict[str, Tree | Fact] = {}
        for key, symbol in self._quantity_symbols.items():
            name = symbol.name if symbol.type == clingo.SymbolType.Function else key
            if arguments(symbol):
                _plant(found, (name, *map(str, arguments(symbol))), key)
            else:
                found[name] = key
        return found

    @cached_property
    def days(self) -> dict[str, "Tree | Fact"]:
        """The days that a case can state, by name and arguments: each leads to how long ago it is."""
        found: dict[str, Tree | Fact] = {}
        for (symbol,) in self._program.facts("dated", 1):
            since = f"days_since({symbol})"
            if str(symbol) not in self.quantities and since in self.quantities:
                if arguments(symbol):
                    _plant(found, (symbol.name, *map(str, arguments(symbol))), since)
                else:
                    found[str(symbol)] = since
        return found

    @cached_property
    def pairs(self) -> dict[str, tuple[str, str]]:
        """The pairs of quantities that are written as one, `150/90`, by the name of the pair."""
        rows = self._program.facts("pair", 3)
        return {str(name): (str(first), str(second)) for name, first, second in rows}

    @cached_property
    def open_families(self) -> frozenset[str]:
        """The relations of which a case may name what the vocabulary does not know: it is set aside."""
        return frozenset(str(name) for (name,) in self._program.facts("open_family", 1))

    @cached_property
    def said_with_dose(self) -> frozenset[str]:
        """The relations of which people say how it is taken in the place of yes."""
        return frozenset(str(name) for (name,) in self._program.facts("said_with_dose", 1))

    @cached_property
    def closed_by(self) -> dict[str, list[Fact]]:
        """The facts that are not so where all of a relation is named, by the relation."""
        found: dict[str, list[Fact]] = {}
        for fact, family in self._program.facts("closed_by", 2):
            found.setdefault(str(family), []).append(str(fact))
        return found

    @cached_property
    def means_one_of(self) -> dict[Fact, list[Fact]]:
        """Of facts that each say that one of several is so, these."""
        found: dict[Fact, list[Fact]] = {}
        for fact, other in self._program.facts("means_one_of", 2):
            found.setdefault(str(fact), []).append(str(other))
        return found

    def day_of(self, since: str) -> Path:
        """The keys that lead, under `facts`, to what says how long ago something is."""
        about = self._quantity_symbols[since].arguments[0]
        return about.name, *map(str, about.arguments)

    def measured(self, name: str) -> Quantity:
        """What the quantities of a name are like: of all of its arguments the same, as of the first."""
        return self.quantities[next(leaves(self.measures[name]))[1]]

    @cached_property
    def measures_in(self) -> dict[str, dict[str, Tree | str]]:
        """The quantities, by name and arguments, that stand in each part of a case."""
        found: dict[str, dict[str, Tree | str]] = {"request": {}, "facts": {}}
        for name, tree in self.measures.items():
            found[self.measured(name).section][name] = tree
        return found

    def where(self, quantity: str) -> Path:
        """The keys that lead to a number in its part of a case: `(weeks_on, methotrexate)`."""
        symbol = self._quantity_symbols[quantity]
        return symbol.name, *map(str, symbol.arguments)

    @cached_property
    def number_of(self) -> dict[Fact, str]:
        """For each cut point, the quantity that it is about."""
        return {cut.fact: name for name, cuts in self.cuts.items() for cut in cuts}

    @cached_property
    def rising(self) -> list[list[tuple[int, Fact]]]:
        """The cut points of each number, whatever it is counted in, rising; equal ones have one place."""
        found: dict[str, list[tuple[tuple[Fraction, bool], Fact]]] = {}
        for name, cuts in self.cuts.items():
            scale = self.scales.get(name, Scale(name, 1))
            placed = [((cut.bound / scale.parts, cut.kind == "more_than"), cut.fact) for cut in cuts]
            found.setdefault(scale.of, []).extend(placed)
        rising = []
        for placed in found.values():
            places = {rank: place for place, rank in enumerate(sorted({rank for rank, _ in placed}))}
            rising.append(sorted((places[rank], fact) for rank, fact in placed))
        return rising

    def weaker(self, told: Mapping[Fact, bool]) -> set[Fact]:
        """The cut points among what is told that say no more than others of the same number there.

        Whose BMI is 30 or more, need not be told that it is 27 or more.
        """
        reached: dict[str, list[tuple[tuple[Fraction, bool], Fact]]] = {}
        missed: dict[str, list[tuple[tuple[Fraction, bool], Fact]]] = {}
        for name, cuts in self.cuts.items():
            scale = self.scales.get(name, Scale(name, 1))
            for cut in cuts:
                if cut.fact in told:
                    place = cut.bound / scale.parts, cut.kind == "more_than"
                    (reached if told[cut.fact] else missed).setdefault(scale.of, []).append(
                        (place, cut.fact)
                    )
        strongest = {max(found)[1] for found in reached.values()} | {
            min(found)[1] for found in missed.values()
        }
        every = (fact for side in (reached, missed) for found in side.values() for _, fact in found)
        return set(every) - strongest

    def following(self, quantity: str) -> list[str]:
        """The quantities of which something follows from this one, directly or by others."""
        also = {name: {made.first, made.second} for name, made in self.derived.items()}
        for fine, (coarse, _) in self.scales.items():
            also.setdefault(fine, set()).add(coarse)
            also.setdefault(coarse, set()).add(fine)
        for name, known in self.quantities.items():
            if known.dated:
                also.setdefault(f"days_since({name})", set()).add(name)
        found, waiting = {quantity: None}, [quantity]
        while waiting:
            part = waiting.pop()
            new = [name for name, parts in also.items() if part in parts and name not in found]
            found |= dict.fromkeys(new)
            waiting += new
        return list(found)[1:]

    def measurements_of(self, quantity: str) -> list[Fact]:
        """The facts about single measurements of a quantity."""
        return [fact for fact, asked in self.asked.items() if asked.quantity == quantity]

    # ---- words ---------------------------------------------------------------------------------

    @cached_property
    def _labels(self) -> dict[str, str]:
        return dict(self._in_quotes("usual_label")) | dict(self._in_quotes("label"))

    @cached_property
    def _texts(self) -> dict[str, tuple[str, str]]:
        found = {}
        for row in self._program.facts("fact_text", 3):
            fact, *words = row
            true, false = (self._text(each, "fact_text", row) for each in words)
            found[str(fact)] = true, false
        return found

    @cached_property
    def _questions(self) -> dict[str, str]:
        return dict(self._in_quotes("question"))

    @cached_property
    def _question_helps(self) -> dict[str, str]:
        return dict(self._in_quotes("question_help"))

    def _in_quotes(self, name: str) -> Iterator[tuple[str, str]]:
        """The rows of a table with a text for each name."""
        rows = self._program.facts(name, 2)
        for about, row in zip(all_written([row[0] for row in rows]), rows, strict=True):
            yield about, self._text(row[1], name, row)

    def _text(self, symbol: clingo.Symbol, name: str, row: list[clingo.Symbol]) -> str:
        """The text that stands in a row of a table."""
        try:
            return symbol.string
        except RuntimeError as error:
            words = f"{name}/{len(row)}: {symbol} stands where words in quotes belong"
            mend = "put them in quotes"
            raise self._wrong(words, clingo.Function(name, row), mend=mend) from error

    @cached_property
    def aliases(self) -> dict[str, list[str]]:
        """The other names of each name: brands, synonyms, abbreviations."""
        found: dict[str, list[str]] = {}
        for name, alias in self._in_quotes("alias"):
            found.setdefault(name, []).append(alias)
        return found

    @cached_property
    def _values(self) -> set[str]:
        """The values of what has one."""
        return {name for kinds in self.choices.values() for values in kinds.values() for name in values}

    @cached_property
    def _members(self) -> set[str]:
        """The names that relations are about."""
        return {name for family in self.families.values() for path, _ in leaves(family) for name in path}

    @cached_property
    def called(self) -> dict[str, list[str]]:
        """What else a case may call each name: its other names, and what is shown of a value, its label.

        A label that several values have, or that is a name of another, is none.
        """
        found = {name: [*also] for name, also in self.aliases.items()}
        shown = {value: normal(self.label(value)) for value in sorted(self._values - self._members)}
        count = Counter([*shown.values(), *self._values, *self._members])
        count.update(normal(alias) for name in self._values for alias in found.get(name, ()))
        for value, label in shown.items():
            if label and count[label] == 1:
                found.setdefault(value, []).append(self.label(value))
        return found

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        """The names that each of these stands for: of one kind it is one, at another place another."""
        found: dict[str, list[str]] = {}
        for name, also in self.called.items():
            for alias in also:
                found.setdefault(normal(alias), []).append(name)
        known = self._values | self._members
        doubtful = (len({*names, *known.intersection((alias,))}) > 1 for alias, names in found.items())
        if "" in found or any(doubtful):
            self.check_names()
        return found

    def check_names(self) -> None:
        """Raises `RuleError` where a name, brand or synonym stands for two of one kind."""
        from lupa.rules.tables import check_aliases  # hardly any alias is in doubt

        check_aliases(self._program)

    def canonical(self, name: str, known: Mapping[str, object]) -> str | None:
        """The one of `known` that this name, brand or synonym means; None if it means none of them."""
        if name in known:
            return name
        found = normal(name)
        if found in known:
            return found
        return next((meant for meant in self._names.get(found, ()) if meant in known), None)

    def nearest(self, name: str, known: Mapping[str, object]) -> str | None:
        """The one of `known` whose name, brand or synonym is most like this one."""
        return nearest(name, self._all_names(known))

    def slip(self, name: str, known: Mapping[str, object]) -> str | None:
        """The one of `known` whose name, brand or synonym this one is but for a slip; see `slip`."""
        return slip(name, self._all_names(known))

    def _all_names(self, known: Mapping[str, object]) -> dict[str, str]:
        names = {normal(k): k for k in known}
        names.update((alias, k) for alias, also in self._names.items() for k in also if k in known)
        return names

    def are_of_the_world(self, known: Mapping[str, object]) -> bool:
        """Whether these values are drugs or conditions, of which there are more than rules speak of.

        A reading that is named after a drug is none.
        """
        readings = (below for below in known.values() if isinstance(below, Mapping) and "" in below)
        return next(readings, None) is None and not self._of_the_world.isdisjoint(known)

    @cached_property
    def _of_the_world(self) -> frozenset[str]:
        kinds = ("drug", "condition")
        return frozenset(str(name) for kind in kinds for (name,) in self._program.facts(kind, 1))

    def words(self, fact: Fact, value: bool) -> str:
        """The sentence that says the fact is true, or false."""
        if (fact, value) not in self._said:
            true, false = self._of(self._texts, fact, "fact_text/3")
            self._said[fact, value] = self.phrase(true if value else false, self.facts[fact])
        return self._said[fact, value]

    def words_with(self, fact: Fact, value: bool, place: int, name: str) -> str:
        """The same sentence with a name in the place of an argument (from 1); empty where it names none."""
        true, false = self._of(self._texts, fact, "fact_text/3")
        template, mark = true if value else false, f"{{{place}}}"
        return self.phrase(template.replace(mark, name), self.facts[fact]) if mark in template else ""

    def question(self, fact: Fact) -> str:
        """The question that asks for the fact."""
        return self.phrase(self._of(self._questions, fact, "question/2"), self.facts[fact])

    def proof(self, fact: Fact) -> str:
        """What shows that a fact is so, or not, as a thing to send; "" where nothing is to be sent.

        What has no row of its own is shown as all such is, `usual_proof_text`. Of a number it may be said
        by its name too. One that follows from two others is shown by these, and one that has a day with it.
        """
        number = self.number_of.get(fact)
        rows = list(beginnings(fact))
        if number is not None:
            rows[-1:-1] = beginnings(number)
        row = next((name for name in rows if name in self._proofs), None)
        if row is None:
            return self._usual_proof.replace("{1}", self.words(fact, True))
        found, made = self._proofs[row], self.derived.get(number or "")
        if row in CUTS and made is not None:
            found = found.replace("{1}", f"{self.label(made.first)} and {self.label(made.second)}")
        if row in CUTS and number is not None and self.quantities[number].dated and SINCE in self._proofs:
            found = self._proofs[SINCE].replace("{1.1}", "{1}")
        return self.phrase(found, self.facts[fact])

    @cached_property
    def _proofs(self) -> dict[str, str]:
        return dict(self._in_quotes("proof_text"))

    @cached_property
    def _usual_proof(self) -> str:
        """What is sent to show a fact of which no row says it; {1} stands for its sentence."""
        rows = self._program.facts("usual_proof_text", 1)
        return next((self._text(row[0], "usual_proof_text", row) for row in rows), "")

    @cached_property
    def terms(self) -> frozenset[str]:
        """The quantities that say for how many calendar months something is asked for."""
        return frozenset(str(name) for (name,) in self._program.facts("term", 1))

    def question_help(self, fact: Fact) -> str:
        """What the question for a fact means, in more words; empty where nothing more is to be said."""
        row = next((b for b in beginnings(fact) if b in self._question_helps), None)
        return "" if row is None else self.phrase(self._question_helps[row], self.facts[fact])

    def _of(self, table: Mapping[str, T], fact: Fact, predicate: str) -> T:
        """The row for a fact: its own, or that of its beginning."""
        for beginning in beginnings(fact):
            if beginning in table:
                return table[beginning]
        row = clingo.Function("fact", [self.facts[fact]])
        raise self._wrong(f"the fact {fact} has no {predicate}", row, mend="give it words here")

    @cached_property
    def assumed_families(self) -> dict[str, str]:
        """The families of which what is assumed is told in one sentence, with the sentence."""
        return dict(self._in_quotes("assumed_text"))

    @cached_property
    def efforts(self) -> Efforts:
        """What it takes to state facts, and what speaks against it."""
        numbers = {f"{kind}({name})" for name in self.quantities for kind in CUTS}
        known = numbers.union(*map(beginnings, self.facts))
        return Efforts(self._program, known, self.means_one_of, self._is_unread)

    def label(self, name: str) -> str:
        """How a person reads a name of the knowledge base.

        A name with arguments has a label of its own, or that of its beginning with theirs in it.
        """
        if "(" not in name:
            return self._labels.get(name, name.replace("_", " ").strip('"'))
        symbol = clingo.parse_term(name)
        template = self._labels.get(name) or self._labels.get(symbol.name, name.replace("_", " "))
        return self._with_unit(self.filled(template, symbol), symbol)

    def quantity(self, name: str) -> clingo.Symbol:
        """The symbol of a quantity."""
        return self._quantity_symbols[name]

    def filled(self, template: str, symbol: clingo.Symbol) -> str:
        """A text with the labels of the symbol's arguments in the place of {1}, {2}, ..., and of theirs in
        that of {1.1}, ...
        """
        for place, argument in enumerate(arguments(symbol), start=1):
            template = template.replace(f"{{{place}}}", self.label(str(argument)))
            if f"{{{place}." in template:
                for inner, part in enumerate(arguments(argument), start=1):
                    template = template.replace(f"{{{place}.{inner}}}", self.label(str(part)))
        return template

    def phrase(self, template: str, symbol: clingo.Symbol) -> str:
        """A sentence with the labels of the symbol's arguments in place of {1}, {2} and {unit}."""
        if "{" in template:
            template = self._with_unit(self.filled(template, symbol), symbol)
        return capital(template)

    @cached_property
    def _own_capitals(self) -> tuple[str, ...]:
        """The labels that have a capital of their own."""
        return tuple(label for label in self._labels.values() if label[:1].isupper() and label[1:])

    def begins_with_name(self, words: str) -> bool:
        """Whether words begin with a label that has a capital wherever it stands: `Crohn's disease`."""
        if not words.startswith(self._own_capitals):
            return False
        begun = (name for name in self._own_capitals if words.startswith(name))
        return any(not words[len(name) :][:1].isalnum() for name in begun)

    def _with_unit(self, template: str, symbol: clingo.Symbol) -> str:
        """A text with the unit of the quantity that the symbol is about; none leaves no gap."""
        if "{unit}" not in template:
            return template
        unit = self._unit(template, symbol)
        if not unit:
            return template.replace(", in {unit}", "").replace(" {unit}", "")
        return _ONE.sub(f"1 {of_one(unit)}", template).replace("{unit}", unit)

    def _unit(self, template: str, symbol: clingo.Symbol) -> str:
        about = arguments(symbol)
        if not about or str(about[0]) not in self.quantities:
            raise RuleError(f'{symbol} is about no quantity, so "{template}" has no unit')
        return self.quantities[str(about[0])].unit


def _plant(trees: dict[str, Any], path: Path, leaf: object) -> None:
    """Puts a leaf where a path leads, and makes what is missing on the way."""
    *way, last = path
    for step in way:
        trees = trees.setdefault(step, {})
    trees[last] = leaf
