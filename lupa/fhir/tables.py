"""The tables of `kb/fhir`: which elements of a chart are read, code systems, and the rows of codes.

Rows stand one a line, and are looked up where a chart holds a code; they are never ground as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

import clingo

from lupa.fhir.declared import Declared
from lupa.fhir.slices import Slices, Token
from lupa.rules.codes import row_at
from lupa.rules.files import check_text, shipped
from lupa.rules.kept import cached_property
from lupa.rules.onfile import text_of
from lupa.rules.store import Store
from lupa.rules.texts import CODE_LINE

FORMS = "https://lupa.example/Questionnaire/"
"""Where the addresses of our own forms begin; `questionnaires/1` tells which are read."""
ASKED = (
    "value", "supports", "clash", "died_before", "dead", "taken", "all_told", "wanted", "counts",
    "measured", "birth", "two_births", "born_after", "years", "replies", "tells", "from_form", "on_day",
    "lasted", "ignored", "lost", "begins_vaguely",
)  # fmt: skip
"""What is asked of the rules of evidence, by name."""
ROWS = "fhir"
"""The folder of a knowledge base that holds rules of evidence."""
KEPT = 16_384
"""So many codes, texts and days are kept as they were read: what charts hold, not all that they could."""
_READS = re.compile(r'^reads\("([\w.]+)", "([\w.@]+)", (\w+), (\w+)\)\.', re.MULTILINE)
_PART = re.compile(r'^part\("([\w.]+)", "([\w.@]+)", "([\w.]+)"\)\.', re.MULTILINE)
_USES = ("keyed", "about", "of_the_one", "named_by", "made_of", "shaped_by")
_PATHS = re.compile(rf'^({"|".join(_USES)})\("([\w.]+)", "([\w.@!]+)"\)\.', re.MULTILINE)
_EXTENSION = re.compile(r'^extension\("(@\w+)", "([^"]+)"\)\.', re.MULTILINE)
_SYSTEM = re.compile(r'^system\((\w+),\s*"([^"]+)",\s*(\w+)\)\.', re.MULTILINE)
_WORD = re.compile(r'\bword\("([^"]+)", \w+\)\.')
_OURS = re.compile(r'^questionnaires\("([^"]+)"\)\.', re.MULTILINE)
_UCUM = re.compile(r'^ucum\("([^"]+)",\s*"([^"]+)"\)\.', re.MULTILINE)
_DOCUMENT = re.compile(r"^shown_by_document\((\w+)\)\.", re.MULTILINE)
_MEDICATION = "medication"
"""The name in rules of an element that may name a drug."""
_FOR = re.compile(r"% For: (.*)\n")
_ROW = re.compile(r"[ \t]*code[ \t]*\(")
_KEY = re.compile(r'[ \t]*code\((\w+), *"([^"\\]+)".*\)\.[ \t]*')

Path_ = tuple[str, ...]
"""The steps to an element; an extension is `@` and its address, and `!` a flag that must not deny it."""


class _Row(NamedTuple):
    """A row of codes: the code as it is written, the line, and where it stands."""

    code: str
    line: str
    place: str


def _gives_rows(line: str) -> bool:
    """Whether a line is a rule that gives the rows of a chart."""
    return ":-" in line.partition('"')[0]


def address(system: str) -> str:
    """The address of a code system, without its version and what differs from one writer to the next."""
    plain = system.partition("|")[0].partition("/version/")[0]
    return plain.rstrip("/").replace("https://", "http://", 1).casefold()


def _without_points(code: str) -> str:
    return code.replace(".", "").upper()


def _padded(code: str) -> str:
    return code.lstrip("0")


def _ndc(code: str) -> str:
    """The eleven digits of a package, or nine of a product, of which each part may lack its first zero."""
    parts = code.split("-")
    if len(parts) in (2, 3):
        return "".join(part.zfill(size) for part, size in zip(parts, (5, 4, 2), strict=False))
    return code


def _exact(code: str) -> str:
    return code


SPELLINGS: dict[str, Callable[[str], str]] = {
    "exact": _exact,
    "without_points": _without_points,
    "any_case": str.upper,
    "padded": _padded,
    "ndc": _ndc,
}
"""How a code is written for comparison, by the name that the table gives it."""
_TEN = ((4, 4, 2), (5, 3, 2), (5, 4, 1))
"""The parts of an NDC of ten digits."""

Coded = tuple[str, str]
"""A code system's name and a code as its row writes it."""


class Tables:
    """What `kb/fhir` says of charts, and what a policy says in a folder `fhir` of its own.

    `folder` holds the files that all policies share.
    """

    def __init__(self, store: Store) -> None:
        own = store.files.root / ROWS
        self.folder = own if own.is_dir() else shipped("kb") / ROWS
        of_policies = [store.files.folder(policy) / ROWS for policy in store.policies]
        own_files = (path for folder in of_policies for path in sorted(folder.glob("*.lp")))
        self.files = (*sorted(self.folder.glob("*.lp")), *own_files)
        self._texts = {path: text_of(path) for path in self.files}
        for path, text in self._texts.items():
            check_text(path, text, may_call=True)
        policies = {path: text_of(path) for policy in store.policies for path in store.files.own(policy)}
        core = {path: text_of(path) for path in store.files.core}
        self._shared = {path: text for path, text in core.items() if path.name == "codes.lp"} | policies
        self.declared = Declared([*core.values()], [*policies.values()])
        self.known = lru_cache(KEPT)(self._looked_up)
        self._dated: dict[str, bool] = {}
        self._slices: dict[tuple[bool, ...], Slices] = {}
        self._parsed: dict[Coded, list[clingo.Symbol]] = {}

    @cached_property
    def _rules(self) -> list[tuple[frozenset[str], str]]:
        """The text of each file without the rows that are looked up, and what it is for."""
        found = []
        for text in self._plain:
            plain = text
            for rows in (_READS, _PART, _PATHS, _SYSTEM, _EXTENSION, _OURS, _UCUM):
                plain = rows.sub("", plain)
            purpose = _FOR.match(text)
            found.append((frozenset(purpose[1].split(", ") if purpose else ()), plain))
        return found

    def rules(self, types: frozenset[str], tokens: frozenset[Token]) -> tuple[str, ...]:
        """The rules that bear on a chart with resources of these types, and of what it has beside.

        A file whose first line says `% For: ...` bears on charts with one of those; others on every chart.
        """
        files = tuple(not named or not named.isdisjoint(types) for named, _ in self._rules)
        if files not in self._slices:
            chosen = (text for (_, text), is_for in zip(self._rules, files, strict=True) if is_for)
            self._slices[files] = Slices("\n".join(chosen), ASKED)
        return self._slices[files].of(tokens)

    @cached_property
    def _plain(self) -> list[str]:
        """The texts without the rows of codes, which are most of them."""
        return [CODE_LINE.sub("", text) for text in self._texts.values()]

    @cached_property
    def _all(self) -> str:
        return "\n".join(self._plain)

    def text_of_words(self) -> str:
        """The file that says the rules of evidence in words."""
        return next((text for path, text in self._texts.items() if path.name == "words.lp"), "")

    @cached_property
    def _extensions(self) -> dict[str, str]:
        return dict(_EXTENSION.findall(self._all))

    def steps(self, path: str) -> Path_:
        """The steps of a path as a row writes it."""
        found: list[str] = []
        for step in path.split("."):
            if step.startswith("@"):
                found += ("@", self._extensions[step])
            else:
                found += ("!", step[1:]) if step.startswith("!") else (step,)
        return tuple(found)

    @cached_property
    def reads(self) -> dict[str, list[tuple[Path_, str, str]]]:
        """By type of resource: the path to an element, the kind of its value, and its name in rules."""
        found: dict[str, list[tuple[Path_, str, str]]] = {}
        for kind, path, value, name in _READS.findall(self._all):
            found.setdefault(kind, []).append((self.steps(path), value, name))
        return found

    @cached_property
    def parts(self) -> dict[str, list[tuple[Path_, str]]]:
        """By type of resource: the path to elements that are looked at one by one, and their type."""
        found: dict[str, list[tuple[Path_, str]]] = {}
        for kind, path, part in _PART.findall(self._all):
            found.setdefault(kind, []).append((self.steps(path), part))
        return found

    @cached_property
    def paths(self) -> dict[str, dict[str, list[Path_]]]:
        """By what they are for (`keyed`, `about`, ...) and by type of resource: paths."""
        found: dict[str, dict[str, list[Path_]]] = {use: {} for use in _USES}
        for use, kind, path in _PATHS.findall(self._all):
            found[use].setdefault(kind, []).append(self.steps(path))
        return found

    @cached_property
    def by_words(self) -> frozenset[str]:
        """The types of resources in which a name in words counts as a code does, or in a part of which."""
        named = {kind for kind, reads in self.reads.items() if any(r[2] == _MEDICATION for r in reads)}
        wholes = {kind for kind, parts in self.parts.items() if any(part in named for _, part in parts)}
        return frozenset(named | wholes)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words that tell a product's form."""
        return frozenset(_WORD.findall(self._all))

    @cached_property
    def ours(self) -> tuple[str, ...]:
        """How the addresses of our own questionnaires begin."""
        return tuple(_OURS.findall(self._all))

    @cached_property
    def ucum(self) -> dict[str, str]:
        """The codes of units, by how the vocabulary writes these."""
        return dict(_UCUM.findall(self._all))

    @cached_property
    def shown_by_document(self) -> frozenset[str]:
        """The names of facts that an answer states only with a document."""
        return frozenset(_DOCUMENT.findall(self._all))

    def is_dated(self, number: str) -> bool:
        """Whether a number is stated with the day on which it was so, by the files of some policy."""
        if number not in self._dated:
            row = re.compile(rf"\bdated\([^.]*\b{re.escape(number)}\b")
            self._dated[number] = any(row.search(text) for text in self._shared.values())
        return self._dated[number]

    # ---- codes ---------------------------------------------------------------------------------

    @cached_property
    def _systems(self) -> dict[str, tuple[str, Callable[[str], str]]]:
        return {address(at): (name, SPELLINGS[how]) for name, at, how in _SYSTEM.findall(self._all)}

    @cached_property
    def _spellings(self) -> dict[str, Callable[[str], str]]:
        return dict(self._systems.values())

    @cached_property
    def _rows(self) -> dict[tuple[str, str], list[_Row]]:
        """The rows of each code, by system and spelling for comparison.

        Raises `RuleError` for a line that would not be found.
        """
        found: dict[tuple[str, str], list[_Row]] = {}
        for path, text in (*self._shared.items(), *self._texts.items()):
            name = str(path)
            lines = enumerate(text.split("\n"), start=1)
            for number, line in ((number, line) for number, line in lines if "code" in line):
                match = _KEY.fullmatch(line)
                if match is not None:
                    system, code = match.groups()
                    key = system, self._spellings.get(system, _exact)(code)
                    found.setdefault(key, []).append(_Row(code, line, f"{name}:{number}"))
                elif _ROW.match(line) and not _gives_rows(line):
                    row_at(f"{name}:{number}", line)
        return found

    def _looked_up(self, system: str, code: str) -> tuple[Coded, ...]:
        """What a coding means to us: one code, or none."""
        named = self._systems.get(address(system))
        if named is None:
            return ()
        name, spelling = named
        written = code.strip()
        spelled = [spelling(written)]
        if spelling is _ndc and len(written) == 10 and written.isdigit():
            spelled = [_ndc(f"{written[:a]}-{written[a : a + b]}-{written[a + b :]}") for a, b, _ in _TEN]
        rows = (row for one in spelled for row in self._rows.get((name, one), ())[:1])
        return tuple(dict.fromkeys((name, row.code) for row in rows))

    def rows(self, coded: Coded) -> list[clingo.Symbol]:
        """The rows of a code that is known: `(System, Code, Meaning, Relation)`."""
        if coded not in self._parsed:
            key = coded[0], self._spellings.get(coded[0], _exact)(coded[1])
            rows = [row_at(row.place, row.line) for row in self._rows[key]]
            head = [clingo.Function(coded[0]), clingo.String(coded[1])]
            self._parsed[coded] = [
                clingo.Function("", [*head, row.meaning, clingo.Function(row.relation)]) for row in rows
            ]
        return self._parsed[coded]

    def every(self) -> Iterator[tuple[str, str, clingo.Symbol, str]]:
        """Each row: its system, its code in the spelling for comparison, its meaning and its relation."""
        for (system, spelled), rows in self._rows.items():
            for row in self.rows((system, rows[0].code)):
                yield system, spelled, row.arguments[2], row.arguments[3].name
