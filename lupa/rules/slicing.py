"""What a policy reads of the files that all share; rows about other names are not ground.

A *row* is a line of facts about one name, `class(prednisone, corticosteroid, "...").`, and a name can be
left out where such a row is what declares the facts about it: `fact(taking(Drug)) :- drug(Drug).` A policy
reads a name if its own files, or a shared rule, mention it, if a rule asks for the class that it is in, or
if a rule reads all that there are. Where a text does not show that a rule asks for some names only, it is
taken to read all, so that nothing that can bear on a policy is left out (program slicing, Weiser 1981).

So no rule that bears on a verdict ever meets a name that was left out: a variable stands for what is read,
either because all that a condition can mean is read, or because another condition leaves only such names,
and of a row that leads from one name to another both are read. A law is about one name at a time, or about
those that its rows tie; of these all are kept or none. What else a law says is read like any rule.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import clingo

from lupa.errors import RuleError, shown
from lupa.rules.codes import Codes
from lupa.rules.kept import cached_property
from lupa.rules.names import normal
from lupa.rules.vocabulary import CUTS

_LONG = 200
"""A name with more letters is no usual one, and not looked for letter for letter."""
_STRING = r'"(?:[^"\\\n]|\\.)*+"'
_WITHIN = rf"\((?:[^()\"%.\n]|{_STRING}|\((?:[^()\"%.\n]|{_STRING})*+\))*+\)"
_REST = rf"[ \t]*(?:,(?:[^()\"%;.\n]|\.\.|{_STRING}|{_WITHIN})*+)?\)[ \t]*\."
"""What follows the first argument of a fact that has no pool but within brackets, up to its end."""
_ROW = re.compile(
    rf"^([a-z]\w*)[ \t]*\([ \t]*(?P<name>[a-z]\w*){_REST}"
    rf"(?P<more>(?:[ \t]*[a-z]\w*[ \t]*\([ \t]*(?P=name){_REST})*+)[ \t]*(?:%.*)?$",
    re.MULTILINE,
)
_FACT = re.compile(rf"([a-z]\w*)[ \t]*\([ \t]*(?P<rest>[a-z]\w*{_REST})")
_CODE_LINE = re.compile(r"^code\(.*\)\.[ \t]*$", re.MULTILINE)
_QUOTED = re.compile(rf"{_STRING}|%[^\n]*")
_TOKEN = re.compile(rf"{_STRING}|%\*|%[^\n]*")
_BRACE = re.compile(r"%\*|\*%|%[^\n]*")
_WORD = re.compile(r"(?<![\w'])_*[a-z][\w']*")
_END = re.compile(r"(?<!\.)\.(?!\.)")
_DECLARING = re.compile(r"\s*(?:fact|quantity|single_valued)\s*\(")
_BRACKET, _MARK = re.compile(r"[()]"), re.compile(r"[(),]")
_VARIABLE = re.compile(r"(?<![\w'])_*[A-Z][\w']*")
_LITERAL = re.compile(r"(\bnot\s+)?(?<![\w'])(?!not\b)(_*[a-z][\w']*)\s*\(|([{};:])")
_VALUE = re.compile(
    r"(\bnot\s+)?(?<![\w'<>!=])(_*[A-Z][\w']*)\s*=\s*"
    r"(\(\s*[a-z]\w*(?:\s*;\s*[a-z]\w*)*\s*\)|[a-z]\w*)\s*(?=[,;]|$)"
)
_BARE = re.compile(r"(?:^|[,;])\s*(?:not\s+)*_*[a-z][\w']*\s*(?=[,;]|$)")

ABOUT_NAMES = frozenset((
    "fact", "default", "of_request", "part_of_request", "whole", "cut_point", "quantity", "rate",
    "question", "fact_text", "label", "alias", "effort", "impossible", "single_valued", "rank",
))  # fmt: skip
"""The heads of rules that say something of each name by itself, and so read none for a verdict."""
SINGLE = "single_valued"
"""What declares that of the facts of one name that differ in their last argument one holds."""
LAW, RANK = "impossible", "rank"
"""Of these, what is a law, and what laws rank facts by: both can tie names."""
CODE = "code"
"""Rows of codes are looked up where a case gives one, and never ground."""


@lru_cache(4096)
def _variables(term: str) -> frozenset[str]:
    return frozenset(_VARIABLE.findall(term))


@lru_cache(4096)
def _names(term: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(term))


class Literal(NamedTuple):
    """A condition of a rule: `scope` is 0, or the number of the set within braces that it stands in."""

    positive: bool
    name: str
    arguments: tuple[str, ...]
    scope: int

    def variables(self, place: int) -> frozenset[str]:
        """The variables of one argument; none where that is a name, or one of several."""
        return _variables(self.arguments[place])

    def named(self, place: int) -> tuple[str, ...]:
        """The names that one argument asks for; none where it may be any."""
        return () if self.variables(place) else _names(self.arguments[place])

    def is_named(self, place: int) -> bool:
        """Whether an argument is a name, or one of several."""
        return bool(self.named(place))

    @property
    def names_some(self) -> bool:
        """Whether one of its arguments is a name, or one of several."""
        return any(map(self.is_named, range(len(self.arguments))))

    @property
    def every_variable(self) -> frozenset[str]:
        """The variables of all arguments."""
        return frozenset().union(*map(_variables, self.arguments))


class Rule(NamedTuple):
    """A rule as far as its text shows what it reads; in an `odd` one that is not plain.

    One is `bare` that has a condition without arguments.
    """

    head: Literal | None
    body: tuple[Literal, ...]
    odd: bool
    bare: bool


def rules_in(text: str) -> Iterator[Rule]:
    """The rules of a text, but for what stands in quotes and in comments; of rows, those that declare."""
    return _rules_in(_plain(text))


def _rules_in(plain: str) -> Iterator[Rule]:
    for statement in _END.split(plain):
        head, implied, body = statement.partition(":-")
        if implied or _DECLARING.match(head):
            heads, odd_head = _literals(head)
            literals, odd = _literals(body)
            bare = _BARE.search(body) is not None
            if "=" in body and "{" not in body and not odd:
                literals = _with_values(
                    literals, {name: value for no, name, value in _VALUE.findall(body) if not no}
                )
            yield Rule(heads[0] if heads else None, (*heads[1:], *literals), odd or odd_head, bare)


def _with_values(literals: Sequence[Literal], values: Mapping[str, str]) -> tuple[Literal, ...]:
    """Conditions with the names that variables are said to stand for: `Drug = (aspirin; codeine)`."""
    return tuple(
        literal._replace(arguments=tuple(values.get(term, term) for term in literal.arguments))
        for literal in literals
    )


def _plain(text: str) -> str:
    """A text without its comments, but for those that span lines, and with nothing in its quotes."""
    return _QUOTED.sub(lambda found: '""' if found[0][0] == '"' else " ", text)


def without_long_comments(text: str) -> str:
    """A text with blanks for the comments that can span lines, and hold others."""
    if "%*" not in text:
        return text
    kept, place = [], 0
    while (token := _TOKEN.search(text, place)) is not None:
        kept.append(text[place : token.start()])
        place = token.end()
        if token[0] != "%*":
            kept.append(token[0])
            continue
        depth = 1
        while depth and (brace := _BRACE.search(text, place)) is not None:
            depth += {"%*": 1, "*%": -1}.get(brace[0], 0)
            place = brace.end()
        if depth:  # it never ends, which clingo says
            return text
        kept.append(re.sub(r"[^\n]", " ", text[token.start() : place]))
    return "".join([*kept, text[place:]])


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
    """What rules read of names: all of some predicates (`whole`), those with some `arguments` of others.

    Of names of `thin` predicates no more is read than the facts that these declare, and what is `beside`.
    By rows of `joined` predicates they come from the name that a row is about to others, by those of `led`
    ones to it from others; by rows of `tied` ones a law does.
    What is `passing` says of a name what its facts say, `together(Drug) :- taking(Drug), not stops(Drug).`
    With `alone` a law may have something to say of a name of which but one fact is stated.
    """

    whole: set[str] = field(default_factory=set)
    thin: set[str] = field(default_factory=set)
    beside: set[str] = field(default_factory=set)
    arguments: dict[str, set[str]] = field(default_factory=dict)
    led: set[str] = field(default_factory=set)
    joined: set[str] = field(default_factory=set)
    tied: set[str] = field(default_factory=set)
    passing: frozenset[str] = frozenset()
    alone: bool = False
    everything: bool = False


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
        self.rest = "\n".join(rules)
        """What is no row."""
        plain = _plain(self.rest)
        self._rules = tuple(_rules_in(plain))
        self.words = set(_WORD.findall(plain))
        self.single = _single_valued(self._rules)
        self.single |= {name for name in self._predicates if self.declares(SINGLE, name)}
        self.declared = declared_in(self._rules)
        self._related: dict[str, list[tuple[str, frozenset[str]]]] = {}

    def _taken_apart(self, text: str) -> tuple[_File, str]:
        """A file with its rows, and what is none of them."""
        file = _File(text, {})
        rest, begin = [], 0
        for match in _ROW.finditer(text):
            if begin < match.start() - 1 and _ends_within(text[begin : match.start()]):
                continue
            name = match["name"]
            predicates = [match[1]] if not match["more"] else _predicates(match[0])
            file.rows.setdefault(name, []).append(match.span())
            self._predicates.setdefault(name, set()).update(predicates)
            rest.append(text[begin : match.start()])
            begin = match.end()
        return file, "".join([*rest, text[begin:]])

    # ---- names ---------------------------------------------------------------------------------

    @property
    def names(self) -> Collection[str]:
        """The names that rows are about."""
        return self._predicates.keys()

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
        quoted = re.compile(f'"{words}"\\)')
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
        plain = _plain("\n".join(texts.values()))
        rules = (*self._rules, *_rules_in(plain))
        declared = _merged(self.declared, declared_in(rules[len(self._rules) :]))
        single = self.single | _single_valued(rules[len(self._rules) :])
        reads = _read_by(rules, declared, single, self._every_predicate)
        declared = {name: places for name, places in declared.items() if name not in reads.passing}
        names: Collection[str] = self._predicates
        words = self.words | set(_WORD.findall(plain))
        if not reads.everything and "const" not in words:  # a constant can stand for any name
            names = self._read(reads, words.union(also))
        movable = {word for places in declared.values() for place in places for word in place}
        left_out: dict[str, set[str]] = {}  # by name: what rows say of it that is not ground
        for name in self._predicates.keys() - names:
            given = self._predicates[name]
            if given.isdisjoint(reads.thin):
                left_out[name] = set() if given.isdisjoint(movable) else given
            else:
                left_out[name] = given & movable - reads.thin - reads.beside
        kept = {name: self._without(file, left_out) for name, file in self._files.items()}
        lost = self._lost(rules, left_out)
        if lost:  # so that clingo does not complain of what a rule reads and no row is left of
            last = next(reversed(kept))
            kept[last] = "\n".join([kept[last], *(f"#defined {p}/{n}." for p, n in sorted(lost))])
        return {**kept, **texts}, Known(self, declared, single, reads, Codes(codes), texts)

    def _without(self, file: _File, left_out: Mapping[str, Collection[str]]) -> str:
        """A file without what is left out of its rows; they are as many lines as before."""
        spans = [
            (*span, name) for name, gone in left_out.items() if gone for span in file.rows.get(name, ())
        ]
        kept, begin = [], 0
        for start, end, name in sorted(spans):
            kept.append(file.text[begin:start])
            if left_out[name] != self._predicates[name]:
                facts = _FACT.finditer(file.text, start, end)
                kept.append(" ".join(fact[0] for fact in facts if fact[1] not in left_out[name]))
            begin = end
        return "".join([*kept, file.text[begin:]])

    @cached_property
    def _every_predicate(self) -> frozenset[str]:
        return frozenset().union(*self._predicates.values())

    def _read(self, reads: _Reads, names: set[str]) -> set[str]:
        """The names that are read: those that are mentioned, and what rows lead to from there."""
        found = names & self._predicates.keys()
        found.update(n for n, given in self._predicates.items() if not given.isdisjoint(reads.whole))
        for predicate, asked in reads.arguments.items():
            found.update(n for n, words in self.relations([predicate]) if not words.isdisjoint(asked))
        joined, led = list(self.relations(reads.joined)), list(self.relations(reads.led))
        tied = [words | {name} for name, words in self.relations(reads.tied)]
        thin = {name for name, given in self._predicates.items() if not given.isdisjoint(reads.thin)}
        growing = True
        while growing:
            some = found | thin
            reached = {word for name, words in joined if name in some for word in words}
            reached |= {name for name, words in led if not words.isdisjoint(some | names)}
            reached |= {word for words in tied if not words.isdisjoint(some) for word in words}
            growing = not reached <= found
            found |= reached
        return found

    def relations(self, predicates: Collection[str]) -> Iterator[tuple[str, frozenset[str]]]:
        """The rows of these predicates: the name that each is about, and those in its other arguments."""
        unknown = {predicate for predicate in predicates if predicate not in self._related}
        if unknown:
            found: dict[str, list[tuple[str, frozenset[str]]]] = {predicate: [] for predicate in unknown}
            for name, predicate, rest in self._facts(unknown):
                words = frozenset(_WORD.findall(_unquoted(rest))) - {name}
                found[predicate].append((name, words))
            self._related.update(found)
        for predicate in predicates:
            yield from self._related[predicate]

    def _facts(self, predicates: Collection[str]) -> Iterator[tuple[str, str, str]]:
        """The facts of rows of these predicates: name, predicate, and all arguments as they stand."""
        for file in self._files.values():
            for name in file.rows:
                if self._predicates[name].isdisjoint(predicates):
                    continue
                for line in file.lines(name):
                    for fact in _FACT.finditer(line):
                        if fact[1] in predicates:
                            yield name, fact[1], fact["rest"]

    def _lost(self, rules: Iterable[Rule], left_out: Mapping[str, Collection[str]]) -> set[tuple[str, int]]:
        """What rules read, by name and number of arguments, that only rows which are left out give."""
        asked: dict[str, set[int]] = {}
        for rule in rules if left_out else ():
            for literal in rule.body:
                if literal.name in self._every_predicate:
                    asked.setdefault(literal.name, set()).add(len(literal.arguments))
        gone = {predicate for found in left_out.values() for predicate in found}
        lost: set[tuple[str, int]] = set()
        there: set[tuple[str, int]] = set()
        sure = {
            predicate
            for name, given in self._predicates.items()
            for predicate in given
            if predicate not in left_out.get(name, ())
        }
        several = {p for p, sizes in asked.items() if p in gone and (p not in sure or len(sizes) > 1)}
        for name, predicate, rest in self._facts(several) if several else ():
            signature = predicate, len(list(_arguments(_inside(rest))))
            (lost if predicate in left_out.get(name, ()) else there).add(signature)
        return lost - there


def _ends_within(text: str) -> bool:
    """Whether a statement goes on after a text that begins with one."""
    plain = _plain(text).strip()
    return bool(plain) and not plain.endswith(".")


def _inside(rest: str) -> str:
    """The arguments of a fact, from what follows its bracket."""
    plain = _plain(rest)
    return plain[: _closing(plain, 0)]


def without_codes(text: str) -> tuple[str, list[str]]:
    """A text without long comments, its rows of codes left empty, and the text if it has any."""
    text = without_long_comments(text)
    if f"{CODE}(" not in text:
        return text, []
    plain = _CODE_LINE.sub("", text)
    return plain, [text] if plain != text else []


class Known:
    """What is known beyond what an edition reads: further names, and codes."""

    def __init__(
        self,
        shared: Shared,
        declared: Declared,
        single: Collection[str],
        reads: _Reads,
        codes: Codes,
        own: Mapping[str, str],
    ) -> None:
        self._shared = shared
        self._declared = declared
        self._tied = reads.tied
        self._alone = reads.alone
        self._single = single
        self._own = own
        self.codes = codes

    def begins_so(self, beginning: clingo.Symbol) -> bool:
        """Whether facts that no rule reads are such, or begin so: `starts`, `taking(aspirin)`."""
        if beginning.type != clingo.SymbolType.Function or beginning.name not in self._declared:
            return False
        arguments = list(map(str, beginning.arguments))
        return all(self.name(beginning.name, place, name) == name for place, name in enumerate(arguments))

    def single(self, family: str) -> bool:
        """Whether of the facts of a name that differ in their last argument one holds."""
        return family in self._single

    def arity(self, family: str) -> int:
        """How many arguments the facts of a name have, or the quantities; 0 where none is declared."""
        return len(self._declared.get(family, ()))

    def name(self, family: str, place: int, given: str) -> str | None:
        """The name that is meant at a place of a relation, or of a quantity, and that no rule reads."""
        places = self._declared.get(family, [])
        if place >= len(places):
            return None
        found = self._shared.declared_as(places[place], given)
        return found or self._beside_rows(frozenset(places[place])).get(normal(given))

    def _beside_rows(self, predicates: Collection[str]) -> dict[str, str]:
        """The names that facts of these predicates give which are no rows, by all of their names."""
        names = {
            name
            for statement in _END.split(_plain(self._text))
            if ":-" not in statement
            for literal in _literals(statement)[0]
            if literal.name in predicates
            for name in _names(literal.arguments[0])
        }
        aliases = {normal(unescaped(other)): name for name, other in ALIAS.findall(self._text)}
        aliases.update((other, name) for other, found in self._shared.aliases.items() for name in found)
        found = {other: name for other, name in aliases.items() if name in names}
        return {**found, **{normal(name): name for name in names}}

    @property
    def _text(self) -> str:
        return "\n".join([self._shared.rest, *self._own.values()])

    def quantity(self, name: str) -> tuple[str, int, int] | None:
        """The unit, the least and the most of the quantities of a name; None where there are none."""
        found = re.search(_QUANTITY.format(re.escape(name)), self._text)
        return (unescaped(found[1]), int(found[2]), int(found[3])) if found else None

    def bound(self, names: Iterable[str]) -> set[str]:
        """Those of the names about which, by rows of the shared files, a law may have something to say."""
        counted = Counter(names)
        if self._alone or not counted:
            return set(counted)
        rows = {word for name, words in self._shared.relations(self._tied) for word in (name, *words)}
        return {name for name, count in counted.items() if count > 1 or name in rows}


_QUANTITY = (
    r'\bquantity\(\s*{}\s*\((?:[^().]|\([^()]*\))*\)\s*,\s*"((?:\\.|[^"\\\n])*)",\s*(-?\d+),\s*(-?\d+)\s*\)'
)
ALIAS = re.compile(r'\balias\((\w+),\s*"((?:\\.|[^"\\\n])*)"\)')
_ALIAS_OF = re.compile(r"\balias\((\w+),\s*$")
_ESCAPED = re.compile(r"\\(.)")


def unescaped(text: str) -> str:
    """What stands in quotes, as it reads."""
    return _ESCAPED.sub(lambda found: "\n" if found[1] == "n" else found[1], text)


def _predicates(line: str) -> list[str]:
    """What the facts of a row say."""
    return [fact[1] for fact in _FACT.finditer(line)]


def _unquoted(text: str) -> str:
    """A text without what stands in quotes; mostly that is all at its end."""
    return text.partition('"')[0] if text.count('"') == 2 and '")' in text[-4:] else _QUOTED.sub("", text)


def _single_valued(rules: Iterable[Rule]) -> set[str]:
    """The names that rules, or facts with several of them, declare to be single-valued."""
    heads = (rule.head for rule in rules if rule.head is not None and rule.head.name == SINGLE)
    return {name for head in heads for argument in head.arguments for name in _names(argument)}


def _merged(one: Declared, other: Declared) -> Declared:
    found = {name: [set(place) for place in places] for name, places in one.items()}
    for name, places in other.items():
        mine = found.setdefault(name, [])
        mine += [set() for _ in range(len(places) - len(mine))]
        for place, words in enumerate(places):
            mine[place] |= words
    return found


def _read_by(
    rules: Iterable[Rule], declared: Declared, single: Collection[str], rows: Collection[str]
) -> _Reads:
    """What rules read of the names that rows are about, for a verdict or by a law."""
    return _Reading(declared, single, rows).of(rules)


class _Reading:
    """Takes note of what one rule after the other reads."""

    def __init__(self, declared: Declared, single: Collection[str], rows: Collection[str]) -> None:
        self._declared = declared
        self._single = single
        self._rows = rows
        self._about = ABOUT_NAMES
        self._reads = _Reads()

    def of(self, rules: Iterable[Rule]) -> _Reads:
        rules = [rule for rule in rules if not _gives_its_name(rule)]
        self._about = ABOUT_NAMES | (_helpers(rules) - self._declared.keys())
        before = frozenset(self._declared)
        self._find_passing(rules)
        self._reads.passing = frozenset(self._declared) - before
        for rule in rules:
            self._note_joins(rule)
            head = rule.head
            if head is None or head.name not in {*self._about, *self._reads.passing}:
                self._read_all(rule)
            elif head.name != LAW:
                self._read_beside(rule, head)
            elif not self._is_local(rule):
                self._read_all(rule)
            if head is not None and head.name in (LAW, RANK):
                self._note_ties(rule)
        for name in self._single:  # one of all that there are holds
            self._reads.thin.update(self._declared.get(name, [set()])[-1])
        self._reads.thin -= self._reads.whole
        self._find_beside(rules)
        return self._reads

    def _find_passing(self, rules: Sequence[Rule]) -> None:
        """Declares what says of a name what its facts say as these are."""
        by_head: dict[str, list[Rule]] = {}
        for rule in rules:
            if rule.head is not None:
                by_head.setdefault(rule.head.name, []).append(rule)
        places = {word for found in self._declared.values() for place in found for word in place}
        open_ = by_head.keys() - {*self._about, *self._declared, *self._rows, *places}
        growing = True
        while growing:
            found = {name for name in open_ if self._passes(by_head[name])}
            for name in found:
                self._declared[name] = self._places(by_head[name])
            open_ -= found
            growing = bool(found)

    def _passes(self, rules: Sequence[Rule]) -> bool:
        """Whether rules say of a name no more than some facts of it, of which they leave out none."""
        bodies = [literal for rule in rules for literal in rule.body]
        return (
            all(map(_is_plain, rules))
            and all(literal.name not in self._about for literal in bodies)
            and any(
                literal.name in self._declared
                and literal.every_variable
                and not all(
                    literal.is_named(place) or self._is_led(literal, place, rule, frozenset())
                    for place in range(len(literal.arguments))
                )
                for rule in rules
                for literal in rule.body
            )
        )

    def _places(self, rules: Sequence[Rule]) -> list[set[str]]:
        """The predicates that say which names each argument of what rules give can be."""
        found: list[set[str]] = []
        for head, literal in ((rule.head, literal) for rule in rules for literal in rule.body):
            for place, argument in enumerate(head.arguments if head else ()):
                if place == len(found):
                    found.append(set())
                known = self._declared.get(literal.name)
                for at, other in enumerate(literal.arguments):
                    if _variables(argument) and not _variables(argument).isdisjoint(_variables(other)):
                        found[place] |= known[at] if known and at < len(known) else {literal.name}
        return found

    def _find_beside(self, rules: Iterable[Rule]) -> None:
        """Finds what else has to be known of the names of which but some facts are read.

        That is what a law ties to such a fact, and what is said by the way of a name, or of such a fact.
        """
        for rule in rules:
            head = rule.head
            if head is None or not (head.name in self._about or head.name in self._reads.passing):
                continue
            terms = _literals(head.arguments[0])[0] if head.arguments else ()
            of_facts = bool(terms) and all(term.name in self._declared for term in terms)
            said_of: Sequence[Literal] = terms
            if head.name in (LAW, RANK, *self._reads.passing):
                of_facts, said_of = True, rule.body
            if of_facts and all(self._words(literal).isdisjoint(self._reads.thin) for literal in said_of):
                continue
            for literal in rule.body:
                self._reads.beside |= {literal.name, *self._words(literal)}

    def _words(self, literal: Literal) -> set[str]:
        """The predicates that declare the facts that a condition is about."""
        inner = _literals(literal.arguments[0])[0] if literal.arguments else ()
        names = {literal.name, *(term.name for term in inner)}
        return {word for name in names for place in self._declared.get(name, ()) for word in place}

    def _note_joins(self, rule: Rule) -> None:
        for literal in rule.body:
            if literal.name in self._rows and any(map(_variables, literal.arguments[1:])):
                self._reads.joined.add(literal.name)

    # ---- rules ---------------------------------------------------------------------------------

    def _read_all(self, rule: Rule) -> None:
        for literal in rule.body:
            self._read(literal, rule)

    def _read_beside(self, rule: Rule, head: Literal) -> None:
        """What a rule that says something of a name by itself reads of others."""
        of_head = head.every_variable
        for literal in rule.body:
            if rule.odd or literal.scope or not literal.every_variable <= of_head:
                self._read(literal, rule, of_head)

    def _read(self, literal: Literal, rule: Rule, known: frozenset[str] = frozenset()) -> None:
        """Takes note of what a condition reads, where names are known that some variables stand for."""
        name = literal.name
        if name in CUTS or name == "true":
            self._read_inner(literal, rule, known)
        elif name in self._declared:
            for place, words in enumerate(self._declared[name][: len(literal.arguments)]):
                if literal.is_named(place) or self._is_led(literal, place, rule, known):
                    continue
                of_head = rule.head.every_variable if rule.head else frozenset()
                goes_on = rule.odd or not literal.variables(place).isdisjoint(of_head)
                (self._reads.whole if goes_on else self._reads.thin).update(words)
        elif name in self._rows:
            asked = [word for at in range(len(literal.arguments)) for word in literal.named(at)]
            if asked:
                self._reads.arguments.setdefault(name, set()).update(asked)
            elif not self._is_restricted(literal, 0, rule, known):
                others = range(1, len(literal.arguments))
                led = any(self._is_restricted(literal, place, rule, known) for place in others)
                (self._reads.led if led else self._reads.whole).add(name)
        elif name in self._about and known.isdisjoint(literal.every_variable):
            self._reads.everything = True

    def _read_inner(self, literal: Literal, rule: Rule, known: frozenset[str]) -> None:
        """What a condition reads that is about another fact, or about a quantity."""
        terms, _ = _literals(literal.arguments[0])
        for term in terms:
            self._read(term._replace(scope=literal.scope), rule, known)
        if not terms and not literal.is_named(0) and not self._is_restricted(literal, 0, rule, known):
            self._reads.everything = True

    def _is_restricted(self, literal: Literal, place: int, rule: Rule, known: frozenset[str]) -> bool:
        """Whether other conditions of the rule leave only names that are read for an argument."""
        return self._is_left(literal, place, rule, known, self._restricts)

    def _is_led(self, literal: Literal, place: int, rule: Rule, known: frozenset[str]) -> bool:
        """Whether they do, or rows that lead from such names to others; see `_read`."""

        def leads(other: Literal) -> bool:
            return self._restricts(other) or (
                other.positive
                and other.name in self._rows
                and any(self._is_restricted(other, at, rule, known) for at in range(len(other.arguments)))
            )

        return self._is_left(literal, place, rule, known, leads)

    def _is_left(
        self,
        literal: Literal,
        place: int,
        rule: Rule,
        known: frozenset[str],
        restricts: Callable[[Literal], bool],
    ) -> bool:
        wanted = literal.variables(place)
        if rule.odd or not wanted:
            return False
        found = known.union(*(
            other.every_variable
            for other in rule.body
            if other is not literal
            and other.scope in (0, literal.scope)
            and not wanted.isdisjoint(other.every_variable)
            and restricts(other)
        ))  # fmt: skip
        return wanted <= found

    def _restricts(self, literal: Literal) -> bool:
        """Whether a condition leaves only names that are read for its variables."""
        name = literal.name
        return (
            literal.positive
            and name not in self._declared
            and name not in CUTS
            and name not in self._about
            and name != "true"
            and (name not in self._rows or literal.names_some)
        )

    # ---- laws ----------------------------------------------------------------------------------

    def _is_local(self, law: Rule) -> bool:
        """Whether a law is about one name at a time, or about those that its rows tie.

        Then each fact in it is about all of these, so that all of the facts are ground, or none is.
        """
        if not any(literal.every_variable for literal in law.body):
            return True
        of_patient = [x for x in law.body if x.name in self._declared or x.name in (*CUTS, "true")]
        derived = any(self._restricts(x) and x.name not in self._rows for x in law.body)
        if law.odd or law.bare or derived or any(literal.scope for literal in law.body):
            return False
        tied = _classes(x.every_variable for x in law.body if x not in of_patient)
        about = {frozenset(tied.get(v, v) for v in literal.every_variable) for literal in of_patient}
        self._reads.alone |= len(of_patient) < 2
        return len(about) == 1 and set(tied.values()) <= (found := about.pop()) and bool(found)

    def _note_ties(self, law: Rule) -> None:
        for literal in law.body:
            if literal.name in self._rows and len(literal.every_variable) > 1:
                self._reads.tied.add(literal.name)


def _classes(groups: Iterable[frozenset[str]]) -> dict[str, str]:
    """For each variable of some groups one that stands for all to which groups tie it."""
    found: dict[str, str] = {}
    for group in groups:
        same = {found.get(variable, variable) for variable in group}
        for variable in [*group, *(v for v, first in found.items() if first in same)]:
            found[variable] = min(same)
    return found


def _is_plain(rule: Rule) -> bool:
    """Whether all of a rule is about what its head is about."""
    of_head = rule.head.every_variable if rule.head else frozenset()
    return not rule.odd and all(not x.scope and x.every_variable <= of_head for x in rule.body)


def _helpers(rules: Sequence[Rule]) -> frozenset[str]:
    """What rules give of which only those read that say something of each name by itself."""
    helpers = {x.name for rule in rules if _is_about(rule, ()) for x in rule.body} - ABOUT_NAMES
    helpers &= {rule.head.name for rule in rules if rule.head is not None and rule.body} - {*CUTS}
    growing = True
    while growing:
        read = {x.name for rule in rules if not _is_about(rule, helpers) for x in rule.body}
        growing = not helpers.isdisjoint(read)
        helpers -= read
    return frozenset(helpers)


def _is_about(rule: Rule, helpers: Collection[str]) -> bool:
    return rule.head is not None and (rule.head.name in ABOUT_NAMES or rule.head.name in helpers)


def _gives_its_name(rule: Rule) -> bool:
    """Whether a rule only gives a fact its own name, such as `taking(Drug) :- true(taking(Drug)).`."""
    if len(rule.body) != 1 or rule.bare or rule.body[0].name != "true":
        return False
    terms, _ = _literals(rule.body[0].arguments[0])
    head = rule.head
    if head is None:
        return not terms and rule.body[0].is_named(0)
    return [(term.name, term.arguments) for term in terms] == [(head.name, head.arguments)]
