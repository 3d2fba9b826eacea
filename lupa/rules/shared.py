"""The files that all policies share, taken apart into rows and rules.

A *row* is a line of facts about one name: `class(prednisone, corticosteroid, "...").`
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from lupa.errors import RuleError, shown
from lupa.rules.kept import cached_property
from lupa.rules.names import AROUND, normal
from lupa.rules.reads import SINGLE, declared_in, single_valued_in
from lupa.rules.texts import (
    ALIAS,
    END,
    STRING,
    WORD,
    calculates,
    literals_in,
    names_in,
    rules_of,
    skeleton,
    unescaped,
    unquoted,
    without_codes,
)

_LONG = 200
"""A name with more letters is no usual one, and not looked for letter for letter."""
_LOOKED_UP = 4096
"""So many names that were looked for are remembered."""
NO_MORE = "says_no_more"
"""What lists the usual diseases of which nothing is decided; it is looked up in texts, and not ground."""
_PLAIN = r"[^()\"%.\n*+-]++"
"""What calculates nothing; a line that may do so is no row, and so never left out unseen."""
_WITHIN = rf"\((?:{_PLAIN}|{STRING}|\((?:{_PLAIN}|{STRING})*+\))*+\)"
_REST = rf"[ \t]*(?:,(?:[^()\"%;.\n*+-]++|\.\.|{STRING}|{_WITHIN})*+)?\)[ \t]*\."
"""What follows the first argument of a fact that has no pool but within brackets, up to its end."""
_NEXT = rf"[ \t]*([a-z]\w*)[ \t]*\([ \t]*(?P=name){_REST}"
_ROW = re.compile(
    rf"^(?P<first>[a-z]\w*)[ \t]*\([ \t]*(?P<name>[a-z]\w*){_REST}"
    rf"(?:{_NEXT.replace('(', '(?P<second>', 1)})?+(?P<more>(?:{_NEXT.replace('(', '(?:', 1)})*+)"
    r"[ \t]*(?:%.*)?$",
    re.MULTILINE,
)
FACT = re.compile(rf"([a-z]\w*)[ \t]*\([ \t]*([a-z]\w*{_REST})")
_PREDICATE = re.compile(rf"([a-z]\w*)[ \t]*\([ \t]*[a-z]\w*{_REST}")
_ALIAS_OF = re.compile(r"\balias\((\w+),\s*$")


class _Row(NamedTuple):
    """A row: where it begins and ends in its file, and what its facts say."""

    begin: int
    end: int
    predicates: frozenset[str]


class File(NamedTuple):
    """A shared file without its rows of codes, and its other rows by their names."""

    text: str
    rows: dict[str, list[_Row]]

    def lines(self, name: str, predicate: str) -> Iterator[str]:
        """The rows about a name that say this of it."""
        for row in self.rows[name]:
            if predicate in row.predicates:
                yield self.text[row.begin : row.end]


class Shared:
    """The files that all policies share, by name, taken apart into rows and rules."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.files: dict[str, File] = {}
        self._written = lru_cache(_LOOKED_UP)(self._found)  # the same drugs stand in case after case
        self.codes: list[str] = []
        """The texts that hold rows of codes."""
        self.predicates: dict[str, set[str]] = {}
        """What rows say of each name."""
        rules = []
        for name, text in texts.items():
            plain, codes = without_codes(text)
            self.codes += codes
            self.files[name], rest = self._taken_apart(plain)
            rules.append(rest)
        self.rest = "\n".join(rules)
        """What is no row."""
        plain = skeleton(self.rest)
        self.rules = tuple(rules_of(plain))
        self.words = set(WORD.findall(plain))
        """The names in what is no row."""
        self.calculates = calculates(plain)
        """Whether a shared rule, or a fact, may calculate."""
        self.single = single_valued_in(self.rules)
        self.single |= {name for name in self.predicates if self.declares(SINGLE, name)}
        self.declared = declared_in(self.rules)
        """For each relation, the predicates that give each of its arguments."""
        self._related: dict[str, list[tuple[str, frozenset[str]]]] = {}

    def _taken_apart(self, text: str) -> tuple[File, str]:
        """A file with its rows, and what is none of them."""
        file = File(text, {})
        rest, end = [], 0
        rows, given = file.rows, self.predicates
        said: dict[tuple[str, ...], frozenset[str]] = {}  # hardly any are not the same as others
        for match in _ROW.finditer(text):
            begin, after = match.span()
            if end < begin - 1:
                if _ends_within(text[end:begin]):
                    continue
                rest.append(text[end:begin])
            first, name, second, more = match.groups()
            key = tuple(_PREDICATE.findall(text, begin, after)) if more else (first, second or first)
            predicates = said.get(key) or said.setdefault(key, frozenset(key))
            end = after
            row = _Row(begin, end, predicates)
            if name in rows:
                rows[name].append(row)
            else:
                rows[name] = [row]
            if name in given:
                given[name] |= predicates
            else:
                given[name] = set(predicates)
        return file, "".join([*rest, text[end:]])

    # ---- names ---------------------------------------------------------------------------------

    @property
    def names(self) -> Collection[str]:
        """The names that rows are about."""
        return self.predicates.keys()

    @cached_property
    def aliases(self) -> dict[str, list[str]]:
        """The names that any name, brand or synonym here means, by its normal form."""
        found: dict[str, list[str]] = {}
        for name, other in ALIAS.findall(self.rest):
            found.setdefault(normal(unescaped(other)), []).append(name)
        for file in self.files.values():
            for name in file.rows:
                found.setdefault(normal(name), []).append(name)
                for line in file.lines(name, "alias"):
                    for _, other in ALIAS.findall(line):
                        found.setdefault(normal(unescaped(other)), []).append(name)
        return found

    def also_called(self) -> dict[str, list[str]]:
        """The brands and synonyms of each name, as they are written."""
        found: dict[str, list[str]] = {}
        for text in (self.rest, *(file.text for file in self.files.values())):
            for name, other in ALIAS.findall(text):
                found.setdefault(name, []).append(unescaped(other))
        return {name: list(dict.fromkeys(others)) for name, others in found.items()}

    def declared_by(self, predicates: Collection[str]) -> list[str]:
        """The names that these predicates declare, in a row or elsewhere, in the order of the alphabet."""
        rows = {name for name, said in self.predicates.items() if not said.isdisjoint(predicates)}
        return sorted(rows.union(*(self._beside_rows.get(each, ()) for each in predicates)))

    @cached_property
    def saying_no_more(self) -> dict[str, str]:
        """The names that say nothing of those beside them, as they are written, by their normal forms."""
        rows = (re.search(STRING, rest) for _, _, rest in self.facts([NO_MORE]))
        return {normal(found): found for found in (unescaped(row[0][1:-1]) for row in rows if row)}

    @cached_property
    def in_doubt(self) -> frozenset[str]:
        """The names that a name or synonym of another means too, which is told where they are ground."""
        rows = [row for file in self.files.values() for row in ALIAS.findall(file.text)]
        rows.sort(key=lambda row: row[1].isascii())
        odd = [normal(alias) for _, alias in rows if not alias.isascii()]
        # one normal form of all the rest is made sooner than one of each
        said = [*odd, *normal("\0".join(alias for _, alias in rows[len(odd) :])).split("\0")]
        meant: dict[str, str] = {}
        found: set[str] = set()
        for (name, _), alias in zip(rows, said, strict=False):
            plainer = alias.strip(f"_{AROUND}")
            other = plainer if plainer in self.predicates else meant.setdefault(plainer, name)
            if other != name and {name, other} <= self.predicates.keys():
                found |= {name, other}
        return frozenset(found)

    def _found(self, name: str) -> list[str]:
        """The names that a name in normal form means as far as texts hold it letter for letter.

        So a name is found sooner than all are read; what is written otherwise, `aliases` knows.
        """
        found = [name] if name in self.predicates else []
        words = r"[ _\-]+".join(map(re.escape, name.split("_")))
        quoted = re.compile(f'" *{words} *"\\)')
        for text in self._folded:
            for match in quoted.finditer(text):
                alias = _ALIAS_OF.search(text, max(0, match.start() - 100), match.start())
                if alias and alias[1] in self.predicates:
                    found.append(alias[1])
        return found

    @cached_property
    def _folded(self) -> list[str]:
        return [file.text.casefold() for file in self.files.values()]

    def declares(self, predicate: str, name: str) -> bool:
        """Whether there is a row that says this of a name."""
        return predicate in self.predicates.get(name, ()) or name in self._beside_rows.get(predicate, ())

    @cached_property
    def _beside_rows(self) -> dict[str, set[str]]:
        """The names of facts that are no rows, such as a pool, `drug(aspirin; codeine)`, by predicate."""
        found: dict[str, set[str]] = {}
        for statement in END.split(skeleton(self.rest)):
            if ":-" not in statement:
                for literal in literals_in(statement)[0]:
                    found.setdefault(literal.name, set()).update(names_in(literal.arguments[0]))
        return found

    def declared_as(self, predicates: Collection[str], name: str) -> str | None:
        """The name of a row of one of these predicates that a name, brand or synonym means."""
        said = normal(name)
        # once all are read, there; and a name that is too long for one is none
        written = [] if "aliases" in self.__dict__ or len(said) > _LONG else self._written(said)
        meant = written or self.aliases.get(said, [])
        known = {found for found in meant if any(self.declares(each, found) for each in predicates)}
        if not known and any(said in self._beside_rows.get(each, ()) for each in predicates):
            return said  # which no row is about
        if len(known) > 1:
            both = " and for ".join(sorted(known))
            raise RuleError(f"{shown(name)} stands for {both}; keep one (`lupa lint` tells where they are)")
        return next(iter(known), None)

    # ---- rows ----------------------------------------------------------------------------------

    @cached_property
    def every_predicate(self) -> frozenset[str]:
        """What rows say."""
        return frozenset().union(*self.predicates.values())

    def relations(self, predicates: Collection[str]) -> Iterator[tuple[str, frozenset[str]]]:
        """The rows of these predicates: the name that each is about, and those in its other arguments."""
        unknown = {predicate for predicate in predicates if predicate not in self._related}
        if unknown:
            found: dict[str, list[tuple[str, frozenset[str]]]] = {predicate: [] for predicate in unknown}
            for file in self.files.values():
                for name, rows in file.rows.items():
                    if not self.predicates[name].isdisjoint(unknown):
                        for predicate, words in _related(file.text, rows, unknown):
                            found[predicate].append((name, words - {name}))
            self._related.update(found)
        for predicate in predicates:
            yield from self._related[predicate]

    def facts(self, predicates: Collection[str]) -> Iterator[tuple[str, str, str]]:
        """The facts of rows of these predicates: name, predicate, and all arguments as they stand."""
        for file in self.files.values():
            for name in file.rows:
                if self.predicates[name].isdisjoint(predicates):
                    continue
                for row in file.rows[name]:
                    if not row.predicates.isdisjoint(predicates):
                        for predicate, rest in FACT.findall(file.text, row.begin, row.end):
                            if predicate in predicates:
                                yield name, predicate, rest


def _ends_within(text: str) -> bool:
    """Whether a statement goes on after a text that begins with one."""
    plain = skeleton(text).strip()
    return bool(plain) and not plain.endswith(".")


def _related(
    text: str, rows: Sequence[_Row], predicates: Collection[str]
) -> Iterator[tuple[str, frozenset[str]]]:
    """What the facts of rows say by these predicates, each with the names in it."""
    for row in rows:
        if row.predicates.isdisjoint(predicates):
            continue
        if len(row.predicates) == 1:  # the line is read as one: mostly it is
            predicate, *words = WORD.findall(unquoted(text[row.begin : row.end]))
            yield predicate, frozenset(words)
        else:
            for predicate, rest in FACT.findall(text, row.begin, row.end):
                if predicate in predicates:
                    yield predicate, frozenset(WORD.findall(unquoted(rest)))
