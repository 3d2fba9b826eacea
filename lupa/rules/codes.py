"""Codes of code systems: what a code means in the words of the vocabulary, and how far it says so.

A row is `code(System, "Code", Meaning, Relation, "Ground")`, on a line of its own. Relations are those of a
ConceptMap (HL7 FHIR R4): what is `equivalent` or `narrower` than its meaning states it, what is `broader`
or `related` only suggests it. Rows are looked up where a case gives a code; they are never ground. People
write codes with and without their points, and systems in capitals, with hyphens or not in full.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import clingo

from lupa.errors import RuleError
from lupa.rules.kept import cached_property
from lupa.rules.texts import CODE_LINE

EQUIVALENT, NARROWER, BROADER, RELATED = RELATIONS = ("equivalent", "narrower", "broader", "related")
STATES = {True: (EQUIVALENT, NARROWER), False: (EQUIVALENT, BROADER)}
"""The relations by which a code that is said to be so, or not to be, says the same of its meaning."""
_SYSTEM = re.compile(r"([A-Za-z][\w-]*)(?:[:|]\s*|(?<=[\w-]{3})\s+(?=\S*\d\S*$))(.+)")
_BEHIND = r"(?: ?[:|]\s*| (?=\d{5}|\d{3}\.\d))"
_OF_SYSTEM = re.compile(
    rf"([A-Za-z][\w-]*(?: [A-Za-z]{{2}})?){_BEHIND}\S*\d\S*(?:\s*\|.*|\s*\([^()]*\))?", re.DOTALL
)
"""What may be a code behind its system, and before its words: `SNOMED CT: 55464009 |Lupus|`."""
_MAYBE_CODE = re.compile(r"(?=.*\d)[a-z\d](?:\.?[a-z\d]){1,9}", re.ASCII)
"""What may be a code whose points are left out, in small letters."""
_PLURAL = re.compile(r"\D+[^\Ws]s")
"""A term in the plural, which means what it means in the singular."""
_CATEGORY = 3
"""A category has so many signs at least: M35."""
_BEGINNING = re.compile(r"^[ \t]*code[ \t]*\(", re.MULTILINE)
_PLAIN = re.compile(r'code\([a-z]\w*, *"[^"\\]+", *.+, *(\w+), *"(?:\\.|[^"\\])*"\)\.\s*')


class Code(NamedTuple):
    """A row: `meaning` is a fact, or what declares a name (`drug(belimumab)`)."""

    system: str
    code: str
    meaning: clingo.Symbol
    relation: str
    ground: str

    @property
    def name(self) -> str:
        """The name that its meaning is about."""
        return str(self.meaning.arguments[-1]) if self.meaning.arguments else self.meaning.name

    def __str__(self) -> str:
        return f"{self.system} {self.code}"


class Codes:
    """Rows of codes, as they stand in the texts of rule files."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = tuple(texts)

    @cached_property
    def systems(self) -> list[str]:
        """The code systems of which there are rows."""
        rows = (re.findall(r"^[ \t]*code\((\w+)", text, re.MULTILINE) for text in self._texts)
        return sorted({system for found in rows for system in found})

    def rows(self, given: str) -> list[Code]:
        """The rows for a code, perhaps with its system before it (`icd10cm:M32.14`); none for no code."""
        match = _SYSTEM.fullmatch(given.strip())
        system, code = (self._system(match[1]), match[2]) if match else (r"\w+", given.strip())
        if not code or '"' in code:
            return []
        plain = code.lower()
        holding = [text for text, folded in self._folded if f'"{plain}"' in folded]
        if holding:  # however long it is, it costs no pattern
            return self._found(system, re.escape(plain), holding)
        if _MAYBE_CODE.fullmatch(plain) is None:
            return self.rows(given.strip()[:-1]) if _PLURAL.fullmatch(plain) else []
        return self._found(system, r"\.?".join(plain.replace(".", "")), self._texts)

    def category(self, given: str) -> list[Code]:
        """The rows for the longest code that this one begins with, as one of ICD does with its category."""
        plain = given.strip().lower().replace(".", "")
        if plain[:1].isalpha() and _MAYBE_CODE.fullmatch(plain):
            for end in range(len(plain) - 1, _CATEGORY - 1, -1):
                if found := self.rows(plain[:end]):
                    return found
        return []

    def stating(self, given: str, names: Container[str]) -> str | None:
        """The first of some names that a code states."""
        rows = (row for row in self.rows(given) if row.relation in STATES[True])
        return next((row.name for row in rows if row.name in names), None)

    def _found(self, system: str, code: str, texts: Iterable[str]) -> list[Code]:
        row = re.compile(rf'^[ \t]*code\({system}, *"{code}",.*$', re.MULTILINE | re.IGNORECASE)
        return [_read(line) for text in texts for line in row.findall(text)]

    def _system(self, said: str) -> str:
        """The system that a name means, or the only one that begins so (ICD-10); else the name itself."""
        plain = said.lower().replace("-", "")
        meant = [system for system in self.systems if system.startswith(plain)]
        return plain if plain in meant else meant[0] if len(meant) == 1 else said

    @cached_property
    def _folded(self) -> list[tuple[str, str]]:
        """The texts, each as it is and in small letters."""
        return [(text, text.lower()) for text in self._texts]

    def unknown_system(self, given: str) -> str | None:
        """The system that is named before a code, of which there is no row; None of any other text."""
        match = _OF_SYSTEM.fullmatch(given.strip()) if self.systems else None
        if match is None:
            return None
        return match[1] if self._system(match[1]) not in self.systems else None

    def every(self) -> Iterator[Code]:
        """All rows; raises `RuleError` for one that is not plain."""
        for text in self._texts:
            yield from map(_read, CODE_LINE.findall(text))


def check_codes(path: Path, text: str) -> list[tuple[str, Code]]:
    """The rows of codes in a text, each with its place.

    Raises `RuleError`, with its place, for one that is not plain and would not be found.
    """
    found: list[tuple[str, Code]] = []
    for number, line in enumerate(text.split("\n"), start=1) if _BEGINNING.search(text) else ():
        if _BEGINNING.match(line):
            found.append((f"{path}:{number}", row_at(f"{path}:{number}", line)))
    return found


def row_at(place: str, line: str) -> Code:
    """The row of codes on a line; raises `RuleError`, with its place, for one that is not plain."""
    try:
        return _read(line)
    except RuleError as error:
        raise RuleError(f"{place}: {error}") from error


def check_meanings(rows: Sequence[tuple[str, Code]], shared: Sequence[str]) -> None:
    """Raises `RuleError`, with both places, for a code that states two facts of one name.

    `rows` are those of a policy's files, each with its place; what texts that are `shared` say of the same
    codes counts too.
    """
    first: dict[tuple[str, str, str], tuple[str, Code]] = {}
    known = Codes(shared)
    again = [row for _, row in rows if any(f'"{row.code}"' in text for text in shared)]
    said = [each for row in again for each in known.rows(f"{row.system}:{row.code}")]
    for place, code in [*(("the files that all policies share", row) for row in said), *rows]:
        if code.relation in STATES[True]:
            key = code.system, code.code.lower(), code.meaning.name
            where, other = first.setdefault(key, (place, code))
            if code.name != other.name:
                raise RuleError(
                    f"{place}: {code} means {code.meaning} here, and {other.meaning} by {where}; keep one, "
                    f"or let one be {BROADER} or {RELATED}"
                )


def _read(line: str) -> Code:
    """A row as it stands on its line."""
    expected = 'code(System, "Code", Meaning, Relation, "Ground"). on a line of its own'
    match = _PLAIN.fullmatch(line)
    if match is None or match[1] not in RELATIONS:
        raise RuleError(f"{line.strip()}: a row of codes is {expected}; Relation is {', '.join(RELATIONS)}")
    try:
        row = clingo.parse_term(line.rstrip()[:-1], logger=lambda *_: None).arguments
    except RuntimeError as error:
        raise RuleError(f"{line.strip()}: cannot be read; a row of codes is {expected}") from error
    return Code(row[0].name, row[1].string, row[2], row[3].name, row[4].string)
