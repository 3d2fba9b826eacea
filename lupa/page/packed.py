"""What several editions have in common, kept once: texts, lists of names, nodes, codes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from lupa.compiled.compiled import Compiled
from lupa.rules.edition import Edition
from lupa.rules.vocabulary import Fact


def steps(numbers: Iterable[int]) -> list[int]:
    """Numbers as how far each is after the one before, the first after 0: so they pack best."""
    found, last = [], 0
    for number in numbers:
        found.append(number - last)
        last = number
    return found


class Texts:
    """Texts, each kept once and known by its place."""

    def __init__(self) -> None:
        self.each: list[str] = []
        self._places: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        if text not in self._places:
            self._places[text] = len(self.each)
            self.each.append(text)
        return self._places[text]


class Lists:
    """Lists of names, each kept once and known by its place."""

    def __init__(self) -> None:
        self.each: list[list[str]] = []

    def __call__(self, names: list[str]) -> int:
        if names not in self.each:
            self.each.append(names)
        return self.each.index(names)

    def among(self, names: Collection[str]) -> list[list[int]]:
        """The places of the names of each among all of these, in steps."""
        places = {name: place for place, name in enumerate(names)}
        return [steps(places[name] for name in each) for each in self.each]


class Nodes:
    """The nodes of the editions of a policy, those that are alike once, over the facts of any of them.

    `columns` tell of each node its variable, as how far after that of the node before, and its two
    children, each as how far before the node it stands, or as a value below 0.
    """

    def __init__(self) -> None:
        self.columns: tuple[list[int], list[int], list[int]] = ([], [], [])
        self._known: dict[tuple[int, int, int], int] = {}
        self._facts: dict[Fact, int] = {}
        self._last = 0

    def numbered(self, made: Compiled) -> dict[Fact, int]:
        """The numbers of the facts of an edition here, in rising order."""
        for variable in made.variables:
            self._facts.setdefault(variable.fact, len(self._facts))
        own = {variable.fact for variable in made.variables}
        return {fact: number for fact, number in self._facts.items() if fact in own}

    def add(self, made: Compiled) -> list[int]:
        """The places of the nodes of an edition."""
        places: list[int] = []
        for variable, *children in made.nodes:
            no, yes = (places[child] if child >= 0 else child for child in children)
            key = self._facts[made.variables[variable].fact], no, yes
            if key not in self._known:
                self._append(*key)
            places.append(self._known[key])
        return places

    def _append(self, variable: int, *children: int) -> None:
        place = self._known[variable, children[0], children[1]] = len(self._known)
        after, no, yes = (variable - self._last, *(place - x if x >= 0 else x for x in children))
        for column, number in zip(self.columns, (after, no, yes), strict=True):
            column.append(number)
        self._last = variable


def codes_of(editions: Iterable[Sequence[Edition]]) -> list[list[str]]:
    """The rows of codes that are known to any of the editions: system, code, meaning, relation, ground."""
    rows: dict[tuple[str, ...], None] = {}
    for each in editions:
        for edition in each:
            for code in edition.known.codes.every():
                meaning = f"{code.meaning.name}", code.name, str(code.meaning)
                rows[(code.system, code.code, *meaning, code.relation, code.ground)] = None
    return [list(row) for row in rows]
