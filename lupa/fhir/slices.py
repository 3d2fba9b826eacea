"""The rules of evidence that can come to anything on a chart: most of them cannot, and each costs time.

A rule is left out where it needs an element, a type, a meaning of codes or a fact that the chart does not
have, or where nothing that is asked for follows from it; so what the rest derives is the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import NamedTuple

import clingo

from lupa.rules.texts import WORD, arguments_in, closing

_PART = re.compile(r'"[^"\n]*"|%[^\n]*|\.\.|\.(?=\s|$)|[^".%]+|.', re.DOTALL)
_NAME = re.compile(r"[a-z]\w*")
_PLAIN = re.compile(r"(?!not\b)([a-z]\w*)\(")
_BEGINS = re.compile(r"([a-z]\w*)(?:\(|$)")
_ONE_OF = re.compile(r"([A-Z]\w*) *= *\(([a-z]\w*(?: *; *[a-z]\w*)+)\)")
_GIVEN = re.compile(r"@(\w+)(?!\w*\()")

Token = tuple[str, str]
"""Something that a chart may have: an element, perhaps with what its value is called (`at`), a type
(`resource`), a meaning of codes (`code`), or what the reader gives by a name (`@`)."""


@lru_cache(4096)
def tokens_of(name: str, value: clingo.Symbol) -> tuple[Token, ...]:
    """What rules may need of an element: that it is there, and what its value is called."""
    is_named = value.type == clingo.SymbolType.Function and value.name
    return (("at", name), ("at", f"{name}={value.name}")) if is_named else (("at", name),)


class _Rule(NamedTuple):
    text: str
    heads: frozenset[str]
    tokens: frozenset[Token]
    one_of: tuple[frozenset[Token], ...]
    """Of each of these it needs at least one."""
    needs: frozenset[str]
    """The predicates without which it derives nothing."""
    words: frozenset[str]
    """All names in its conditions."""


class Slices:
    """The rules in a text, and those of them that a chart needs."""

    def __init__(self, text: str, asked: Collection[str]) -> None:
        self._rules = [_rule(statement) for statement in _statements(text) if statement[0] != "#"]
        self._asked = frozenset(asked)
        self.of = lru_cache(256)(self._of)

    def _of(self, tokens: frozenset[Token]) -> tuple[str, ...]:
        """The rules that a chart with these needs."""
        kept = [
            rule
            for rule in self._rules
            if rule.tokens <= tokens and not any(map(tokens.isdisjoint, rule.one_of))
        ]
        count = -1
        while count != len(kept):
            count = len(kept)
            derived = frozenset().union(*(rule.heads for rule in kept))
            kept = [rule for rule in kept if rule.needs <= derived]
        by_head: dict[str, list[_Rule]] = {}
        for rule in kept:
            for head in rule.heads:
                by_head.setdefault(head, []).append(rule)
        wanted, waiting = set(self._asked), list(self._asked)
        while waiting:
            for rule in by_head.get(waiting.pop(), ()):
                new = rule.words - wanted
                wanted |= new
                waiting += new
        return tuple(rule.text for rule in kept if not wanted.isdisjoint(rule.heads))


def _statements(text: str) -> Iterator[str]:
    """The statements of a text, without its comments."""
    parts: list[str] = []
    for part in _PART.findall(text):
        if part[0] == "%":
            continue
        parts.append(part)
        if part == ".":
            yield "".join(parts).strip()
            parts = []


def _rule(statement: str) -> _Rule:
    head, arrow, body = statement[:-1].partition(":-")
    heads = frozenset(_NAME.findall(head)[:1])  # one rule says one thing
    if not arrow:
        return _Rule(statement, heads, frozenset(), (), frozenset(), frozenset())
    tokens: set[Token] = {("@", name) for name in _GIVEN.findall(body)}
    needs = set()
    conditions = list(arguments_in(body))
    values = {match[1]: match[2] for each in conditions if (match := _ONE_OF.fullmatch(each.strip()))}
    one_of = []
    for condition in conditions:
        if match := _PLAIN.match(condition):  # what is compared, counted or negated is not needed
            name, begin = match[1], match.end()
            if closing(condition, begin) == len(condition) - 1:
                needs.add(name)
                arguments = tuple(arguments_in(condition[begin:-1]))
                tokens.update(_tokens(name, arguments))
                if name in ("at", "resource") and (several := values.get(arguments[-1])):
                    one_of.append(_either(name, arguments[1], several))
    return _Rule(
        statement,
        heads,
        frozenset(tokens),
        tuple(one_of),
        frozenset(needs),
        frozenset(WORD.findall(body)),
    )


def _either(name: str, element: str, several: str) -> frozenset[Token]:
    """What a condition needs one of, whose value or type is one of several words."""
    before = f"{element}=" if name == "at" else ""
    return frozenset((name, f"{before}{word.strip()}") for word in several.split(";"))


def _tokens(name: str, arguments: tuple[str, ...]) -> Iterator[Token]:
    """What a condition needs of a chart."""
    if name in ("at", "resource") and _NAME.fullmatch(arguments[1]):
        yield name, arguments[1]
        if name == "at" and (value := _BEGINS.match(arguments[2])):
            yield name, f"{arguments[1]}={value[1]}"
    if name == "code" and len(arguments) == 4 and (meaning := _BEGINS.match(arguments[2])):
        yield name, meaning[1]
