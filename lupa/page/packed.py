"""What several editions have in common, kept once: texts, lists of names, nodes, codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from lupa.compiled.compiled import Compiled
from lupa.rules.edition import Edition
from lupa.rules.names import normal
from lupa.rules.vocabulary import Fact


def steps(numbers: Iterable[int]) -> list[int]:
    """Numbers as how far each is after the one before, the first after 0: so they pack best."""
    found, last = [], 0
    for number in numbers:
        found.append(number - last)
        last = number
    return found


_SIGNS = "".join(chr(code) for code in range(33, 127) if chr(code) != "<")
"""What can be read and seen, none of which begins markup."""


def in_signs(data: bytes) -> str:
    """Bytes as a text of 93 signs: each pair holds 13 bits, the lowest first; one at the end holds 6."""
    found: list[str] = []
    held = bits = 0
    for byte in data:
        held |= byte << bits
        bits += 8
        if bits >= 13:
            high, low = divmod(held & 0x1FFF, len(_SIGNS))
            found += _SIGNS[low], _SIGNS[high]
            held >>= 13
            bits -= 13
    high, low = divmod(held, len(_SIGNS))
    rest = _SIGNS[low] + _SIGNS[high] if bits > 6 else _SIGNS[low] if bits else ""
    return "".join((*found, rest))


SHORT = 3
"""Lists of no more numbers are written as they are."""


def in_steps(value: Any) -> Any:
    """Data whose lists of whole numbers, but for the short ones, are in steps."""
    if isinstance(value, dict):
        return {key: in_steps(below) for key, below in value.items()}
    if not isinstance(value, list | tuple):
        return value
    if len(value) > SHORT and all(type(x) is int for x in value):
        return steps(value)
    return [in_steps(below) for below in value]


class Texts:
    """Texts, each kept once and known by its place.

    What is said of a name, as of many others, is kept as what these sentences share, and the name.
    """

    NAME, CAPITAL, PLAIN = "\0", "\1", "\2"
    """What stands for the name in what is shared: as it is, with a capital, or as rules write it."""
    _SHARED = 3
    """So many texts are told by what they share, or more."""

    def __init__(self) -> None:
        self._about: dict[str, str] = {}
        self._places: dict[str, int] = {}

    def __call__(self, text: str, about: str = "") -> int:
        """The place of a text, which may be `about` something by its name."""
        if text not in self._places:
            self._places[text] = len(self._places)
            self._about[text] = about
        return self._places[text]

    def told(self) -> dict[str, list[Any]]:
        """What texts share, and whole texts; of each text the number of its own, and its name's or -1."""
        shared = {text: self._shared(text, about) for text, about in self._about.items()}
        often = Counter(shared.values())
        rows = [
            (one, self._places[self._about[text]])
            if self._about[text] in self._places and one != text and often[one] >= self._SHARED
            else (text, -1)
            for text, one in shared.items()
        ]
        numbers = {one: number for number, one in enumerate(dict.fromkeys(one for one, _ in rows))}
        return {
            "shared": list(numbers),
            "numbers": steps(numbers[one] for one, _ in rows),
            "names": steps(place for _, place in rows),
        }

    def _shared(self, text: str, name: str) -> str:
        """A text with marks in the place of a name in it."""
        marks = {self.NAME: name, self.CAPITAL: name[:1].upper() + name[1:], self.PLAIN: normal(name)}
        if not name or name == text or any(mark in text for mark in marks):
            return text
        mark = next((mark for mark, said in marks.items() if said in text), "")
        return text.replace(marks[mark], mark, 1) if mark else text


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
        """The places of the nodes of an edition: before each what is below it, as that packs best."""
        places: dict[int, int] = {}
        waiting = list(range(len(made.nodes)))
        while waiting:
            variable, no, yes = made.nodes[waiting[-1]]
            below = [child for child in (yes, no) if child >= 0 and child not in places]
            if below:
                waiting += below
                continue
            key = self._facts[made.variables[variable].fact], places.get(no, no), places.get(yes, yes)
            if key not in self._known:
                self._append(*key)
            places[waiting.pop()] = self._known[key]
        return [places[at] for at in range(len(made.nodes))]

    def _append(self, variable: int, *children: int) -> None:
        place = self._known[variable, children[0], children[1]] = len(self._known)
        after, no, yes = (variable - self._last, *(place - x if x >= 0 else x for x in children))
        for column, number in zip(self.columns, (after, no, yes), strict=True):
            column.append(number)
        self._last = variable


def codes_of(editions: Iterable[Sequence[Edition]]) -> list[str]:
    """The codes that are known to any of the editions, those that mean one thing alike on a line each."""
    rows: dict[tuple[str, ...], dict[str, None]] = {}
    for each in editions:
        for edition in each:
            for code in edition.known.codes.every():
                row = code.system, str(code.meaning), code.relation, code.ground
                rows.setdefault(row, {})[code.code] = None
    return [
        "\n".join(column) for column in zip(*(("\t".join(rows[row]), *row) for row in rows), strict=True)
    ]
