"""The names in a new policy: those that the shared files know, and those that its folder declares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from lupa.errors import CaseError, shown
from lupa.rules.ground import Ground
from lupa.rules.names import normal
from lupa.rules.vocabulary import ONLY, Vocabulary

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_NO_NAMES = {"not"}
"""What clingo reads as a word of its own."""
_NO_ARGUMENTS = {ONLY, "yes", "no", "true", "false", "on", "off", "null"}
"""What a case reads as no name."""

ABOUT, FACTS = "about.lp", "facts.lp"
"""The files of a policy's folder that declare what it covers, and what a case can state."""

_STILL = {
    "drug": (
        "class({name}, CLASS, GROUND) for each class that a rule asks for",
        "its other names: alias({name}, NAME)",
        "its codes: code(hcpcs, CODE, drug({name}), equivalent, GROUND)",
    ),
    "service": (
        "its other names: alias({name}, NAME)",
        "its codes: code(hcpcs, CODE, service({name}), equivalent, GROUND)",
    ),
    "condition": (
        "its other names: alias({name}, NAME)",
        "its codes: code(icd10cm, CODE, diagnosis({name}), equivalent, GROUND)",
        "has_activity({name}), if a rule asks whether it is active",
    ),
    "indication": (),
}
"""What only the author can say of a name that is declared."""


def is_name(word: str) -> bool:
    """Whether rules can use a word as a name."""
    return _NAME.fullmatch(word) is not None and word not in _NO_NAMES


def plain(text: str) -> str:
    """A text in lower case, digits and underscores."""
    return re.sub(r"[^a-z0-9]+", "_", normal(text)).strip("_")


def quotable(text: str) -> str:
    """A text as it stands between quotes in a rule."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def one_line(text: str, option: str) -> str:
    """A text as rules quote it; raises `CaseError` for one that is empty or breaks the line."""
    if not text.strip() or not text.isprintable():
        raise CaseError(f"{option}: a text on one line is expected, not {shown(text)}")
    return quotable(text)


@dataclass(frozen=True, slots=True)
class Declared:
    """A name that a new policy's folder declares: its `kind`, the `file`, and how a person reads it.

    `rows` are what stands in the file, `still` what only the author can say.
    """

    kind: str
    name: str
    label: str
    file: str
    rows: tuple[str, ...]
    still: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The name as JSON-ready data."""
        return {
            "kind": self.kind,
            "name": self.name,
            "label": self.label,
            "file": self.file,
            "still": list(self.still),
        }


class Names:
    """The names of the shared files, and, in `declared`, those that a new folder adds to them.

    `given` are the names by which each of what a policy is to cover was called, more than one of some.
    `insist` says that a name which is but a slip away from a known one, or another name of something of
    another kind, is meant as it stands.
    """

    def __init__(self, program: Ground, *, insist: bool) -> None:
        self.vocabulary = Vocabulary(program)
        self.declared: list[Declared] = []
        self.given: dict[str, list[str]] = {}
        self._insist = insist
        self._known = {
            kind: [str(name) for (name,) in program.facts(kind, 1)]
            for kind in ("drug", "service", "condition", "indication")
        }
        tables = ("label", "usual_label")
        labelled = (str(name) for table in tables for name, _ in program.facts(table, 2))
        self._taken = dict.fromkeys([*labelled, *(n for known in self._known.values() for n in known)])

    def asked_for(self, kind: str, given: Sequence[str]) -> tuple[str, ...]:
        """The names of drugs or services, each declared where it is not known."""
        for said in given:
            self.given.setdefault(self._meant(kind, said, f"--{kind}"), []).append(said.strip())
        meant = {said: name for name, each in self.given.items() for said in each}
        return tuple(dict.fromkeys(meant[said.strip()] for said in given))

    def indications(self, given: Sequence[str]) -> tuple[str, ...]:
        """The names of what a drug or a service is asked for, each declared where it is not known."""
        names = tuple(dict.fromkeys(self._meant("condition", name, "--indication") for name in given))
        for name in names:
            if name in self._known["condition"] and name not in self._known["indication"]:
                rows = (f"indication({name}).",)
                self.declared.append(Declared("indication", name, self.label(name), FACTS, rows, ()))
        return names

    def first(self, *kinds: str) -> str | None:
        """The first name that is known to be of all these kinds."""
        one, *others = (self._known[kind] for kind in kinds)
        return next((name for name in one if all(name in other for other in others)), None)

    def knows(self, name: str) -> bool:
        """Whether the shared files say what a name is."""
        return name in self._taken

    def label(self, name: str) -> str:
        """How a person reads a name, whether it is known or declared."""
        return next((d.label for d in self.declared if d.name == name), self.vocabulary.label(name))

    def labels(self, names: Iterable[str], word: str) -> str:
        """How a person reads several names, the last two joined by a word."""
        *first, last = map(self.label, names)
        return f"{', '.join(first)} {word} {last}" if first else last

    def _meant(self, kind: str, given: str, option: str) -> str:
        """The name that is known, or that is declared."""
        known = dict.fromkeys(self._known[kind])
        found = self.vocabulary.canonical(given, known)
        if found is not None:
            return found
        one_line(given, option)
        other = self.vocabulary.canonical(given, self._taken)
        if other is not None and not (self._insist and plain(given) not in self._taken):
            what = self.vocabulary.label(other)
            hint = "" if plain(given) in self._taken else f"; if it is a {kind} of its own, add --declare"
            raise CaseError(f"{option}: {shown(given)} means {what} here, which is no {kind}{hint}")
        near = self.vocabulary.slip(given, known)
        if near and not self._insist:
            raise CaseError(
                f"{option}: {shown(given)} is not known; did you mean {near}? If it is another {kind}, "
                "add --declare, and the policy's folder declares it"
            )
        return self._declare(kind, given.strip(), option)

    def _declare(self, kind: str, label: str, option: str) -> str:
        if "{" in label or "}" in label:
            raise CaseError(f"{option}: a name has no braces, unlike {shown(label)}")
        name = plain(label)
        if not is_name(name) or name in _NO_ARGUMENTS:
            name = f"{kind}_{name}"
        if name == f"{kind}_":
            raise CaseError(f"{option}: {shown(label)} has no plain letters, of which rules make a name")
        mine = next((d for d in self.declared if d.name == name), None)
        if name in self._taken or (mine is not None and mine.kind != kind):
            raise CaseError(f"{option}: {shown(label)} would be called {name}, which is another name here")
        if mine is None:
            self.declared.append(_declared(kind, name, label))
        return name


def _declared(kind: str, name: str, label: str) -> Declared:
    """A name with the rows that declare it."""
    words = quotable(label)
    rows = [f'{kind}({name}). label({name}, "{words}").']
    if kind == "condition":
        rows.append(f"indication({name}).")
    if normal(label) != name:
        rows.append(f'alias({name}, "{words}").')
    still = tuple(say.format(name=name) for say in _STILL[kind])
    return Declared(kind, name, label, ABOUT if kind != "condition" else FACTS, tuple(rows), still)
