"""What a policy reads of the files that all share; rows about other names are not ground.

A *row* is a line of facts about one name, `class(prednisone, corticosteroid, "...").`, and a name can be
left out where such a row is what declares the facts about it: `fact(taking(Drug)) :- drug(Drug).` A policy
reads a name if its own files, or a shared rule, mention it, if a rule asks for the class that it is in, or
if a rule reads all that there are. Where a text does not show that a rule asks for some names only, it is
taken to read all, so that nothing that can bear on a policy is left out (program slicing, Weiser 1981). Of
a row by which a law ties two names, both are kept or neither.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from lupa.errors import RuleError, shown
from lupa.rules.codes import Codes
from lupa.rules.kept import cached_property
from lupa.rules.vocabulary import CUTS, normal

_LONG = 200
"""A name with more letters is no usual one, and not looked for letter for letter."""
_ROW = re.compile(r"([a-z]\w*)\(([a-z]\w*)\s*[,)]")
_ROW_LINE = re.compile(r"^([a-z]\w*)\(([a-z]\w*) *[,)](?:.*\))?\.$", re.MULTILINE)
_CODE_LINE = re.compile(r"^code\(.*\)\.[ \t]*$", re.MULTILINE)
_BETWEEN = re.compile(r"(?<=\))\.\s+")
_QUOTED = re.compile(r'"(?:\\.|[^"\\\n])*"|%\*[\s\S]*?\*%|%[^\n]*')
_WORD = re.compile(r"\b[a-z]\w*")
_END = re.compile(r"(?<!\.)\.(?!\.)")
_DECLARING = re.compile(r"\s*(?:fact|quantity|single_valued)\(")
_BRACKET, _MARK = re.compile(r"[()]"), re.compile(r"[(),]")
_VARIABLE = re.compile(r"\b_*[A-Z]\w*")
_LITERAL = re.compile(r"(\bnot\s+)?\b([a-z]\w*)\(|([{};:])")

ABOUT_NAMES = frozenset((
    "fact", "default", "of_request", "part_of_request", "whole", "cut_point", "quantity", "rate",
    "question", "fact_text", "label", "alias", "effort", "impossible", "single_valued", "rank",
))  # fmt: skip
"""The heads of rules that say something of each name by itself, and so read none for a verdict."""
SINGLE = "single_valued"
"""What declares that of the facts of one name that differ in their last argument one holds."""
CODE = "code"
"""Rows of codes are looked up where a case gives one, and never ground."""


class Literal(NamedTuple):
    """A condition of a rule: `scope` is 0, or the number of the set within braces that it stands in."""

    positive: bool
    name: str
    arguments: tuple[str, ...]
    scope: int

    def variables(self, place: int) -> set[str]:
        """The variables of one argument; none where that is a name, or one of several."""
        return set(_VARIABLE.findall(self.arguments[place]))

    def named(self, place: int) -> list[str]:
        """The names that one argument asks for; none where it may be any."""
        return [] if self.variables(place) else _WORD.findall(self.arguments[place])

    def is_named(self, place: int) -> bool:
        """Whether an argument is a name, or one of several."""
        return bool(self.named(place))


class Rule(NamedTuple):
    """A rule as far as its text shows what it reads; in an `odd` one that is not plain."""

    head: Literal | None
    body: tuple[Literal, ...]
    odd: bool


def rules_in(text: str) -> Iterator[Rule]:
    """The rules of a text, without what stands in quotes and in comments; of rows, those that declare."""
    for statement in _END.split(_plain(text)):
        head, implied, body = statement.partition(":-")
        if implied or _DECLARING.match(head):
            heads, odd_head = _literals(head)
            literals, odd = _literals(body)
            yield Rule(heads[0] if heads else None, (*heads[1:], *literals), odd or odd_head)


def _plain(text: str) -> str:
    """A text without its comments, and with nothing in its quotes."""
    return _QUOTED.sub(lambda found: '""' if found[0][0] == '"' else " ", text)


def _literals(text: str) -> tuple[tuple[Literal, ...], bool]:
    """The literals of a text; and whether one is conditional, outside of braces."""
    found: list[Literal] = []
    odd, depth, scope, scopes, place = False, 0, 0, 0, 0
    while match := _LITERAL.search(text, place):
        place = match.end()
        mark = match[3]
        if mark:
            depth += {"{": 1, "}": -1}.get(mark, 0)
            if mark == ":" and not depth:
                odd = True
            if mark in "{;" and depth:
                scopes += 1
            scope = scopes if depth else 0
            continue
        end = _closing(text, place)
        found.append(Literal(not match[1], match[2], tuple(_arguments(text[place:end])), scope))
        place = end + 1
    return tuple(found), odd


def _closing(text: str, begin: int) -> int:
    """Where the bracket closes that was opened before `begin`."""
    depth = 1
    for bracket in _BRACKET.finditer(text, begin):
        depth += 1 if bracket[0] == "(" else -1
        if not depth:
            return bracket.start()
    return len(text)


def _arguments(text: str) -> Iterator[str]:
    """What the commas of a list of arguments part, but not those within brackets."""
    depth, begin = 0, 0
    for mark in _MARK.finditer(text):
        if mark[0] != ",":
            depth += 1 if mark[0] == "(" else -1
        elif not depth:
            yield text[begin : mark.start()].strip()
            begin = mark.end()
    yield text[begin:].strip()


@dataclass(slots=True)
class _Reads:
    """What rules read of names: all of some predicates (`whole`), those with some `arguments` of others."""

    words: set[str] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)
    arguments: dict[str, set[str]] = field(default_factory=dict)
    tied: set[str] = field(default_factory=set)
    everything: bool = False

    def __or__(self, other: _Reads) -> _Reads:
        asked = {name: self.arguments.get(name, set()) | other.arguments.get(name, set())
                 for name in {*self.arguments, *other.arguments}}  # fmt: skip
        return _Reads(
            self.words | other.words,
            self.whole | other.whole,
            asked,
            self.tied | other.tied,
            self.everything or other.everything,
        )


Declared = dict[str, list[set[str]]]
"""For the facts of one name, and quantities, by argument: the predicates that say which names it can be."""


def declared_in(rules: Iterable[Rule]) -> Declared:
    """What rules declare facts, and quantities, of."""
    found: Declared = {}
    for rule in rules:
        if rule.head is None or rule.head.name not in ("fact", "quantity"):
            continue
        terms, _ = _literals(rule.head.arguments[0])
        for term in terms:
            places = found.setdefault(term.name, [])
            for place in range(len(term.arguments)):
                if place == len(places):
                    places.append(set())
                wanted = term.variables(place)
                places[place] |= {
                    literal.name
                    for literal in rule.body
                    if any(
                        not wanted.isdisjoint(literal.variables(at)) for at in range(len(literal.arguments))
                    )
                }
    return found


class _File(NamedTuple):
    """A shared file without its rows of codes: where its other rows begin and end, by their names."""

    text: str
    rows: dict[str, list[tuple[int, int]]]

    def lines(self, name: str) -> Iterator[str]:
        """The rows about a name."""
        for begin, end in self.rows[name]:
            yield self.text[begin:end]


class Shared:
    """The files that all policies share, by name, taken apart into rows and rules."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._files: dict[str, _File] = {}
        self.codes: list[str] = []
        """The texts that hold rows of codes."""
        self._predicates: dict[str, set[str]] = {}
        rules = []
        for name, text in texts.items():
            plain, codes = without_codes(text)
            self.codes += codes
            self._files[name], rest = self._taken_apart(plain)
            rules.append(rest)
        text = "\n".join(rules)
        self._rules = tuple(rules_in(text))
        self.words = _words(text)
        self.single = {word for rule in self._rules for word in _single_valued(rule)}
        self.single |= {name for name in self._predicates if self.declares(SINGLE, name)}
        self.declared = declared_in(self._rules)

    def _taken_apart(self, text: str) -> tuple[_File, str]:
        """A file with its rows, and what is none of them; where comments span lines, all of it."""
        file = _File(text, {})
        if "%*" in text:
            return file, text
        rest, begin = [], 0
        for match in _ROW_LINE.finditer(text):
            line, predicate, name = match[0], match[1], match[2]
            predicates = [predicate] if ")." not in line[:-2] else _predicates(line, name)
            if predicates and "%" not in line and ":-" not in line:
                file.rows.setdefault(name, []).append(match.span())
                self._predicates.setdefault(name, set()).update(predicates)
                rest.append(text[begin : match.start()])
                begin = match.end()
        return file, "".join([*rest, text[begin:]])

    # ---- names ---------------------------------------------------------------------------------

    @cached_property
    def aliases(self) -> dict[str, list[str]]:
        """The names that any name, brand or synonym of the rows means, by its normal form."""
        found: dict[str, list[str]] = {}
        for file in self._files.values():
            for name in file.rows:
                found.setdefault(normal(name), []).append(name)
                for line in file.lines(name):
                    for _, other in ALIAS.findall(line):
                        found.setdefault(normal(unescaped(other)), []).append(name)
        return found

    def _written(self, name: str) -> list[str]:
        """The names that a name in normal form means as far as texts hold it letter for letter.

        So a name is found sooner than all are read; what is written otherwise, `aliases` knows.
        """
        found = [name] if name in self._predicates else []
        if len(name) > _LONG:
            return found
        words = r"[ _\-]+".join(map(re.escape, name.split("_")))
        quoted = re.compile(f'" *{words} *"\\)')
        for text in self._folded:
            for match in quoted.finditer(text):
                alias = _ALIAS_OF.search(text, max(0, match.start() - 100), match.start())
                if alias and alias[1] in self._predicates:
                    found.append(alias[1])
        return found

    @cached_property
    def _folded(self) -> list[str]:
        return [file.text.casefold() for file in self._files.values()]

    def declares(self, predicate: str, name: str) -> bool:
        """Whether there is a row that says this of a name."""
        return predicate in self._predicates.get(name, ())

    def declared_as(self, predicates: Collection[str], name: str) -> str | None:
        """The name of a row of one of these predicates that a name, brand or synonym means."""
        said = normal(name)
        meant = self._written(said) or self.aliases.get(said, [])
        known = {found for found in meant if not self._predicates[found].isdisjoint(predicates)}
        if len(known) > 1:
            both = " and for ".join(sorted(known))
            raise RuleError(f"{shown(name)} stands for {both}; keep one (`lupa lint` tells where they are)")
        return next(iter(known), None)

    # ---- slices --------------------------------------------------------------------------------

    def slice(self, own: Mapping[str, str], also: Collection[str] = ()) -> tuple[dict[str, str], Known]:
        """The texts that a policy is ground from, by file, and what else is known.

        These are its own files, and of the shared ones what it reads.
        The rows about the names of `also` are there too. A line that is left out is left empty.
        """
        codes, texts = list(self.codes), {}
        for name, text in own.items():
            texts[name], found = without_codes(text)
            codes += found
        plain = "\n".join(texts.values())
        rules = tuple(rules_in(plain))
        declared = _merged(self.declared, declared_in(rules))
        single = self.single.union(word for rule in rules for word in _single_valued(rule))
        reads = _read_by((*self._rules, *rules), declared, frozenset(self._every_predicate))
        reads.whole.update(word for name in single for word in declared.get(name, [set()])[-1])
        movable = {word for places in declared.values() for place in places for word in place}
        names: Collection[str] = self._predicates
        if not reads.everything:
            names = self._names(reads, self.words | _words(plain) | set(also))
        kept = {name: self._kept(file, names, movable) for name, file in self._files.items()}
        gone = self._every_predicate.difference(*(self._predicates.get(name, ()) for name in names))
        if gone:  # so that clingo does not complain of what a rule reads and no row is left of
            last = next(reversed(kept))
            kept[last] = "\n".join([kept[last], *self._declarations(gone)])
        return {**kept, **texts}, Known(self, declared, reads.tied, Codes(codes))

    @cached_property
    def _every_predicate(self) -> set[str]:
        return set().union(*self._predicates.values())

    def _names(self, reads: _Reads, names: set[str]) -> set[str]:
        """The names that are read: those that are mentioned, and what rows lead to from there."""
        found = names & self._predicates.keys()
        found.update(n for n, given in self._predicates.items() if not given.isdisjoint(reads.whole))
        for name, words in self.relations(reads.arguments):
            if not words.isdisjoint(reads.arguments.get(name[1], ())):
                found.add(name[0])
        tied = [{name[0], *words} for name, words in self.relations(reads.tied)]
        growing = True
        while growing:
            reached = {word for words in tied if not words.isdisjoint(found) for word in words}
            growing = not reached <= found
            found |= reached
        return found

    def relations(self, predicates: Collection[str]) -> Iterator[tuple[tuple[str, str], set[str]]]:
        """The rows of these predicates: name and predicate, and the names in their other arguments."""
        if not predicates:
            return
        for file in self._files.values():
            for name in file.rows:
                if self._predicates[name].isdisjoint(predicates):
                    continue
                for line in file.lines(name):
                    for fact in _facts(line):
                        predicate, _, rest = fact.partition("(")
                        if predicate in predicates:
                            yield (name, predicate), set(_WORD.findall(_unquoted(rest))) - {name}

    def _declarations(self, predicates: Collection[str]) -> Iterator[str]:
        """What says of predicates of rows that they may be without any."""
        left = set(predicates)
        for file in self._files.values():
            for name in file.rows:
                if self._predicates[name].isdisjoint(left):
                    continue
                for predicate, _, rest in (
                    fact.partition("(") for x in file.lines(name) for fact in _facts(x)
                ):
                    if predicate in left:
                        left.remove(predicate)
                        plain = _plain(rest)
                        count = len(list(_arguments(plain[: _closing(plain, 0)])))
                        yield f"#defined {predicate}/{count}."

    def _kept(self, file: _File, names: Collection[str], movable: Collection[str]) -> str:
        """A file without the rows about other names than these."""
        gone = sorted(
            span
            for name, spans in file.rows.items()
            if name not in names and not self._predicates[name].isdisjoint(movable)
            for span in spans
        )
        kept, begin = [], 0
        for start, end in gone:
            kept.append(file.text[begin:start])
            begin = end
        return "".join([*kept, file.text[begin:]])


def without_codes(text: str) -> tuple[str, list[str]]:
    """A text with its rows of codes left empty, and the text if it has any."""
    if f"{CODE}(" not in text:
        return text, []
    plain = _CODE_LINE.sub("", text)
    return plain, [text] if plain != text else []


class Known:
    """What is known beyond what an edition reads: further names, and codes."""

    def __init__(self, shared: Shared, declared: Declared, tied: set[str], codes: Codes) -> None:
        self._shared = shared
        self._declared = declared
        self._tied = tied
        self.codes = codes

    def name(self, family: str, place: int, given: str) -> str | None:
        """The name that is meant at a place of a relation, or of a quantity, and that no rule reads."""
        places = self._declared.get(family, [])
        return self._shared.declared_as(places[place], given) if place < len(places) else None

    def bound(self, names: Iterable[str]) -> set[str]:
        """Those of the names about which, by rows of the shared files, a law may have something to say."""
        rows = {name for (name, _), words in self._shared.relations(self._tied) for name in (name, *words)}
        counted = Counter(names)
        return {name for name, count in counted.items() if count > 1 or name in rows}


ALIAS = re.compile(r'\balias\((\w+),\s*"((?:\\.|[^"\\\n])*)"\)')
_ALIAS_OF = re.compile(r"\balias\((\w+),\s*$")
_ESCAPED = re.compile(r"\\(.)")


def unescaped(text: str) -> str:
    """What stands in quotes, as it reads."""
    return _ESCAPED.sub(lambda found: "\n" if found[1] == "n" else found[1], text)


def _facts(line: str) -> list[str]:
    """The facts of a row."""
    return _BETWEEN.split(line) if ")." in line[:-2] else [line]


def _predicates(line: str, name: str) -> list[str]:
    """What the facts of a row say of a name; nothing where one is about another name."""
    found = [_ROW.match(fact) for fact in _facts(line)]
    if any(match is None or match[2] != name for match in found):
        return []
    return [match[1] for match in found if match]


def _unquoted(text: str) -> str:
    """A text without what stands in quotes; mostly that is all at its end."""
    return text.partition('"')[0] if text.count('"') == 2 and '")' in text[-4:] else _QUOTED.sub("", text)


def _words(text: str) -> set[str]:
    """The names that stand in a text outside of quotes and comments."""
    return set(_WORD.findall(_plain(text)))


def _single_valued(rule: Rule) -> tuple[str, ...]:
    head = rule.head
    return head.arguments if head is not None and head.name == SINGLE else ()


def _merged(one: Declared, other: Declared) -> Declared:
    found = {name: [set(place) for place in places] for name, places in one.items()}
    for name, places in other.items():
        mine = found.setdefault(name, [])
        mine += [set() for _ in range(len(places) - len(mine))]
        for place, words in enumerate(places):
            mine[place] |= words
    return found


def _read_by(rules: Iterable[Rule], declared: Declared, rows: frozenset[str]) -> _Reads:
    """What rules read of the names that rows are about, for a verdict or by a law."""
    reads = _Reads()
    for rule in rules:
        if rule.head is None or rule.head.name not in ABOUT_NAMES:
            if [literal.name for literal in rule.body] == ["true"]:  # what gives a fact its own name
                continue
            for literal in rule.body:
                _read(reads, literal, rule, declared, rows)
        elif rule.head.name == "impossible":
            reads.tied.update(x.name for x in rule.body if x.name in rows and len(x.arguments) > 1)
    return reads


def _read(reads: _Reads, literal: Literal, rule: Rule, declared: Declared, rows: frozenset[str]) -> None:
    """Takes note of what a condition of a rule reads."""
    name = literal.name
    if name in CUTS:
        terms, _ = _literals(literal.arguments[0])
        for term in terms:
            _read(reads, term._replace(scope=literal.scope), rule, declared, rows)
    elif name in declared:
        for place, words in enumerate(declared[name][: len(literal.arguments)]):
            if not literal.is_named(place) and not _is_restricted(literal, place, rule, declared, rows):
                reads.whole |= words
    elif name in rows:
        asked = [word for at in range(len(literal.arguments)) for word in literal.named(at)]
        if asked:
            reads.arguments.setdefault(name, set()).update(asked)
        elif not _is_restricted(literal, 0, rule, declared, rows):
            reads.whole.add(name)
    elif name == "true" or name in ABOUT_NAMES:
        reads.everything = True


def _is_restricted(
    literal: Literal, place: int, rule: Rule, declared: Declared, rows: frozenset[str]
) -> bool:
    """Whether another condition of the rule leaves only some names for an argument."""
    wanted = literal.variables(place)
    return not rule.odd and any(
        other.positive
        and other is not literal
        and other.scope in (0, literal.scope)
        and other.name not in declared
        and other.name not in CUTS
        and (other.name not in rows or any(map(other.is_named, range(len(other.arguments)))))
        and any(not wanted.isdisjoint(other.variables(at)) for at in range(len(other.arguments)))
        for other in rule.body
    )
