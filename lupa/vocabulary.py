"""The vocabulary: which facts there are, their names, their numbers and their words."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import clingo

from lupa.errors import RuleError
from lupa.ground import Ground

Fact = str
"""A fact as it is written: `taking(voclosporin)`."""


class Quantity(NamedTuple):
    """A number that a case can state: `unit`, the `least` and the `most` that is not absurd."""

    unit: str
    least: int
    most: int
    whole: bool
    in_request: bool


class Rate(NamedTuple):
    """A quantity that follows from two others: `times` the `first`, divided by the `second`."""

    times: int
    first: str
    second: str


class Cut(NamedTuple):
    """A fact about a number: `at_least` or `more_than` (`kind`) the `bound`."""

    kind: str
    bound: int
    fact: Fact


@dataclass(slots=True)
class Vocabulary:
    """What a case can say, read once from a grounded knowledge base.

    `flags`: facts without an argument, by name. `families`: facts with one, by name and argument.
    `choices`: those of which one out of several holds, by name, kind and value. `quantities`, `rates`
    and `cuts`: numbers and the facts that stand for them.
    """

    facts: dict[Fact, clingo.Symbol] = field(default_factory=dict)
    flags: dict[str, Fact] = field(default_factory=dict)
    families: dict[str, dict[str, Fact]] = field(default_factory=dict)
    choices: dict[str, dict[str, dict[str, Fact]]] = field(default_factory=dict)
    quantities: dict[str, Quantity] = field(default_factory=dict)
    rates: dict[str, Rate] = field(default_factory=dict)
    cuts: dict[str, list[Cut]] = field(default_factory=dict)
    defaults: dict[Fact, bool] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    texts: dict[Fact, tuple[str, str]] = field(default_factory=dict)
    questions: dict[Fact, str] = field(default_factory=dict)
    aliases: dict[str, list[str]] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def canonical(self, name: str, known: dict[str, object]) -> str | None:
        """The one of `known` that this name, brand or synonym means; None if it means none of them."""
        if name in known:
            return name
        found = self._names.get(normal(name)) or normal(name)
        return found if found in known else None

    def nearest(self, name: str, known: dict[str, object]) -> str | None:
        """The one of `known` whose name, brand or synonym is most like this one."""
        names = {normal(k): k for k in known}
        names.update((alias, k) for alias, k in self._names.items() if k in known)
        return nearest(name, names)

    def words(self, fact: Fact, value: bool) -> str:
        """The sentence that says the fact is true, or false."""
        return self.phrase(self.texts[fact][0 if value else 1], self.facts[fact])

    def question(self, fact: Fact) -> str:
        """The question that asks for the fact."""
        return self.phrase(self.questions[fact], self.facts[fact])

    def label(self, name: str) -> str:
        """How a person reads a name of the knowledge base."""
        return self.labels.get(name, name.replace("_", " "))

    def phrase(self, template: str, symbol: clingo.Symbol) -> str:
        """A sentence with the labels of the symbol's arguments in place of {1}, {2} and {unit}."""
        if "{" in template:
            for place, argument in enumerate(arguments(symbol), start=1):
                template = template.replace(f"{{{place}}}", self.label(str(argument)))
            if "{unit}" in template:
                unit = self.quantities[str(symbol.arguments[0])].unit
                template = template.replace("{unit}", unit)
        return template[:1].upper() + template[1:]


def normal(name: str) -> str:
    """A name without case, accents and the difference between blank, hyphen and underscore."""
    plain = unicodedata.normalize("NFKD", name.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"[ _\-\u2010-\u2015]+", "_", plain.casefold()).strip("_")


def nearest(name: str, names: Mapping[str, str]) -> str | None:
    """What the most similar of `names` (in normal form) stands for; None where none is similar."""
    from difflib import get_close_matches  # only a mistake needs it

    close = get_close_matches(normal(name[:80]), names, n=1, cutoff=0.6)
    return names[close[0]] if close else None


def arguments(symbol: clingo.Symbol) -> list[clingo.Symbol]:
    """The arguments of a function symbol; none for a number or a string."""
    return symbol.arguments if symbol.type == clingo.SymbolType.Function else []


def vocabulary(program: Ground) -> Vocabulary:
    """Reads the vocabulary; raises `RuleError` for a fact without words or of a shape no case can state."""
    v = Vocabulary()
    for name, label in program.facts("label", 2):
        v.labels[str(name)] = label.string
    for name, alias in program.facts("alias", 2):
        v.aliases.setdefault(str(name), []).append(alias.string)
        v._names[normal(alias.string)] = str(name)
    whole = {str(name) for (name,) in program.facts("whole", 1)}
    in_request = {str(name) for (name,) in program.facts("part_of_request", 1)}
    for name, unit, least, most in program.facts("quantity", 4):
        key = str(name)
        v.quantities[key] = Quantity(
            unit.string, least.number, most.number, key in whole, key in in_request
        )
    for name, times, first, second in program.facts("rate", 4):
        v.rates[str(name)] = Rate(times.number, str(first), str(second))
    for fact, true, false in program.facts("fact_text", 3):
        v.texts[str(fact)] = (true.string, false.string)
    for fact, words in program.facts("question", 2):
        v.questions[str(fact)] = words.string
    for symbol in program.symbols("fact", 1):
        _declare(v, symbol.arguments[0])
    for fact, value in program.facts("default", 2):
        v.defaults[str(fact)] = str(value) == "yes"
    return v


def _declare(v: Vocabulary, symbol: clingo.Symbol) -> None:
    fact = str(symbol)
    name, values = symbol.name, symbol.arguments
    for words, missing in ((v.texts, "fact_text/3"), (v.questions, "question/2")):
        if fact not in words:
            raise RuleError(f"the fact {fact} has no {missing}; give it words beside its declaration")
    v.facts[fact] = symbol
    if name in ("at_least", "more_than") and len(values) == 2 and str(values[0]) in v.quantities:
        v.cuts.setdefault(str(values[0]), []).append(Cut(name, values[1].number, fact))
    elif not values:
        v.flags[name] = fact
    elif len(values) == 1:
        v.families.setdefault(name, {})[str(values[0])] = fact
    elif len(values) == 2:
        v.choices.setdefault(name, {}).setdefault(str(values[0]), {})[str(values[1])] = fact
    else:
        raise RuleError(f"the fact {fact} has more than two arguments, which no case can state")
