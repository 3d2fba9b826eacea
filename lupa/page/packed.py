"""What several editions have in common, kept once: texts, lists of names, nodes, codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lupa.compiled.compiled import Compiled
from lupa.rules.edition import Edition


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


class Nodes:
    """The nodes of several compiled editions, those that are alike once.

    As `deltas` tell them a node is its variable and its two children, each as how far before it that
    stands, or as a value below 0.
    """

    def __init__(self) -> None:
        self.deltas: list[int] = []
        self._known: dict[tuple[int, int, int], int] = {}

    def add(self, made: Compiled) -> list[int]:
        """The places of the nodes of an edition."""
        places: list[int] = []
        for variable, no, yes in made.nodes:
            children = [places[child] if child >= 0 else child for child in (no, yes)]
            key = variable, children[0], children[1]
            place = self._known.get(key)
            if place is None:
                place = self._known[key] = len(self._known)
                self.deltas += [variable, *(place - child if child >= 0 else child for child in children)]
            places.append(place)
        return places


def codes_of(editions: Iterable[Sequence[Edition]]) -> list[list[str]]:
    """The rows of codes that are known to any of the editions: system, code, meaning, relation, ground."""
    rows: dict[tuple[str, ...], None] = {}
    for each in editions:
        for edition in each:
            for code in edition.known.codes.every():
                meaning = f"{code.meaning.name}", code.name, str(code.meaning)
                rows[(code.system, code.code, *meaning, code.relation, code.ground)] = None
    return [list(row) for row in rows]
