"""When an answer to a question is given: so many of these facts, or of these members, are so."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Some:
    """From `at_least` to `at_most` of these facts are so."""

    facts: tuple[str, ...]
    at_least: int
    at_most: int


@dataclass(frozen=True, slots=True)
class Each:
    """A member, by what it is `of`, and when it is as is said: one of these holds in all of its parts."""

    of: str
    when: tuple[tuple[Some, ...], ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """From `at_least` to `at_most` of these members are as is said, by what was asked until then."""

    each: tuple[Each, ...]
    at_least: int
    at_most: int


When = tuple[tuple[Some | Counted, ...], ...]
"""When an answer is given: one of these holds, each of them in all of its parts."""
