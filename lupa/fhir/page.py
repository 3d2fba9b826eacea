"""What a chart says, as a person reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lupa.errors import printable
from lupa.fhir.reading import Reading
from lupa.fhir.tables import Tables

_WORDS = re.compile(r'rule_text\((\w+), +"([^"]*)"\)')
_MANY = 5
"""So many facts that one line tells are named one by one."""
_TITLES = {"conflict": "The chart contradicts itself", "ask": "To be asked", "yes": "So", "no": "Not so"}


def text(reading: Reading, tables: Tables) -> str:
    """What is in conflict and what is to be asked, each with its lines of the chart; then the case."""
    words = dict(_WORDS.findall(tables.text_of_words()))
    lines: list[str] = []
    for state, title in _TITLES.items():
        facts = {fact: one for fact, one in reading.facts.items() if one["state"] == state}
        if facts:
            lines += [f"{title}:", *_facts(facts, words), ""]
    lines += [f"note: {printable(note)}" for note in reading.notes]
    lines += [
        "The case:",
        *(f"  {part}: {_plain(reading.case.get(part))}" for part in ("request", "facts")),
    ]
    return "\n".join(lines)


def _plain(value: Any) -> str:
    return printable(json.dumps(value, ensure_ascii=False))


def _facts(facts: Mapping[str, Mapping[str, Any]], words: Mapping[str, str]) -> Iterator[str]:
    """Each fact with its evidence; where one line of the chart tells many, it stands once."""
    by_lines: dict[tuple[str, ...], list[str]] = {}
    for fact, one in facts.items():
        value = f" = {_plain(one['value'])}" if "value" in one else ""
        lines = tuple(_evidence(each, words) for each in one["evidence"])
        by_lines.setdefault(lines, []).append(fact + value)
    for lines, found in by_lines.items():
        named = found if len(found) <= _MANY else [f"{found[0]} and {len(found) - 1} more"]
        yield from (f"  {fact}" for fact in named)
        yield from (f"    {line}" for line in lines)


def _evidence(one: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """A line of the chart: what it says by which rule, and where it stands."""
    says = f"{one['says']}: " if one["says"] in ("ask", "yes", "no") else ""
    parts = [one["resource"], one["date"], one["code"], one["text"]]
    where = ", ".join(printable(str(part)) for part in parts if part)
    return f"{says}{words.get(one['rule'], one['rule'])} ({where})"
