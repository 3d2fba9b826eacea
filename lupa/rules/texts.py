"""What the text of a rule file shows without clingo: rules, conditions, names, quotes and comments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

STRING = r'"(?:[^"\\\n]|\\.)*+"'
CODE_LINE = re.compile(r"^[ \t]*code\(.*\)\.[ \t]*$", re.MULTILINE)
QUOTED = re.compile(rf"{STRING}|%[^\n]*")
_TOKEN = re.compile(rf"{STRING}|%\*|%[^\n]*")
_BRACE = re.compile(r"%\*|\*%|%[^\n]*")
WORD = re.compile(r"(?<![\w'])_*[a-z][\w']*")
END = re.compile(r"(?<!\.)\.(?!\.)")
_DECLARING = re.compile(r"\s*(?:fact|quantity|single_valued)\s*\(")
_BRACKET, _MARK = re.compile(r"[()]"), re.compile(r"[(),]")
_VARIABLE = re.compile(r"(?<![\w'])_*[A-Z][\w']*")
_LITERAL = re.compile(r"(\bnot\s+)?(?<![\w'])(?!not\b)(_*[a-z][\w']*)\s*\(|([{};:])")
_VALUE = re.compile(
    r"(\bnot\s+)?(?<![\w'<>!=])(_*[A-Z][\w']*)\s*=\s*"
    r"(\(\s*[a-z]\w*(?:\s*;\s*[a-z]\w*)*\s*\)|[a-z]\w*)\s*(?=[,;]|$)"
)
_BARE = re.compile(r"(?:^|[,;])\s*(?:not\s+)*_*[a-z][\w']*\s*(?=[,;]|$)")
_CALCULATION = re.compile(r"[*+]|[\w)]\s*-\s*[\w(]")
CODE = "code"
"""Rows of codes are looked up where a case gives one, and never ground."""
ALIAS = re.compile(r'alias(?<!\walias)\((\w+),\s*"([^"\\\n]*(?:\\.[^"\\\n]*)*)"\)')
_ESCAPED = re.compile(r"\\(.)")


@lru_cache(4096)
def variables_in(term: str) -> frozenset[str]:
    return frozenset(_VARIABLE.findall(term))


@lru_cache(4096)
def names_in(term: str) -> tuple[str, ...]:
    return tuple(WORD.findall(term))


class Literal(NamedTuple):
    """A condition of a rule: `scope` is 0, or the number of the set within braces that it stands in."""

    positive: bool
    name: str
    arguments: tuple[str, ...]
    scope: int

    def variables(self, place: int) -> frozenset[str]:
        """The variables of one argument; none where that is a name, or one of several."""
        return variables_in(self.arguments[place])

    def named(self, place: int) -> tuple[str, ...]:
        """The names that one argument asks for; none where it may be any."""
        return () if self.variables(place) else names_in(self.arguments[place])

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
        return frozenset().union(*map(variables_in, self.arguments))


class Rule(NamedTuple):
    """A rule as far as its text shows what it reads; in an `odd` one that is not plain.

    One is `bare` that has a condition without arguments, and `orders` or counts what it is about where
    its text compares, or holds braces.
    """

    head: Literal | None
    body: tuple[Literal, ...]
    odd: bool
    bare: bool
    orders: bool


def rules_of(plain: str) -> Iterator[Rule]:
    """The rules of a text that is a `skeleton`; of rows, those that declare."""
    for statement in END.split(plain):
        head, implied, body = statement.partition(":-")
        if implied or _DECLARING.match(head):
            heads, odd_head = literals_in(head)
            literals, odd = literals_in(body)
            bare = _BARE.search(body) is not None
            if "=" in body and "{" not in body and not odd:
                literals = _with_values(
                    literals, {name: value for no, name, value in _VALUE.findall(body) if not no}
                )
            orders = any(sign in body for sign in "<>{")
            yield Rule(heads[0] if heads else None, (*heads[1:], *literals), odd or odd_head, bare, orders)


def _with_values(literals: Sequence[Literal], values: Mapping[str, str]) -> tuple[Literal, ...]:
    """Conditions with the names that variables are said to stand for: `Drug = (aspirin; codeine)`."""
    return tuple(
        literal._replace(arguments=tuple(values.get(term, term) for term in literal.arguments))
        for literal in literals
    )


def skeleton(text: str) -> str:
    """A text without its comments, but for those that span lines, and with nothing in its quotes."""
    return QUOTED.sub(lambda found: '""' if found[0][0] == '"' else " ", text)


def calculates(plain: str) -> bool:
    """Whether a text that is a `skeleton` may hold an operation on numbers."""
    return _CALCULATION.search(plain) is not None


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


def literals_in(text: str) -> tuple[tuple[Literal, ...], bool]:
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
        end = closing(text, place)
        found.append(Literal(not match[1], match[2], tuple(arguments_in(text[place:end])), scope))
        place = end + 1
    return tuple(found), odd


def closing(text: str, begin: int) -> int:
    """Where the bracket closes that was opened before `begin`."""
    depth = 1
    for bracket in _BRACKET.finditer(text, begin):
        depth += 1 if bracket[0] == "(" else -1
        if not depth:
            return bracket.start()
    return len(text)


def arguments_in(text: str) -> Iterator[str]:
    """What the commas of a list of arguments part, but not those within brackets."""
    depth, begin = 0, 0
    for mark in _MARK.finditer(text):
        if mark[0] != ",":
            depth += 1 if mark[0] == "(" else -1
        elif not depth:
            yield text[begin : mark.start()].strip()
            begin = mark.end()
    yield text[begin:].strip()


def without_codes(text: str) -> tuple[str, list[str]]:
    """A text without long comments, its rows of codes left empty, and the text if it has any."""
    text = without_long_comments(text)
    if f"{CODE}(" not in text:
        return text, []
    plain = CODE_LINE.sub("", text)
    return plain, [text] if plain != text else []


def unescaped(text: str) -> str:
    """What stands in quotes, as it reads."""
    return _ESCAPED.sub(lambda found: "\n" if found[1] == "n" else found[1], text)


def unquoted(text: str) -> str:
    """A text without what stands in quotes; mostly that is all at its end."""
    return text.partition('"')[0] if text.count('"') == 2 and '")' in text[-4:] else QUOTED.sub("", text)
