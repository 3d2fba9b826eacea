"""What a statement is called, and where in a case it is made.

By its path in a case (`facts.taking.prednisone`, `taking.prednisone`, `age`, `request.months`,
`months`, `reading.cyclophosphamide`) or as a fact of the vocabulary (`taking(prednisone)`,
`requested(phase,initial)`, `at_least(age,18)`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from lupa.errors import CaseError, Problem, shown, within
from lupa.record.record import ROUTING, Unknown
from lupa.rules.vocabulary import CUTS, Cut, Vocabulary


class Target(NamedTuple):
    """What a name means: where in a case it is stated, and what of it is meant.

    `value` is the value of a choice (`initial` in `requested(phase,initial)`), `cut` a cut point.
    """

    path: tuple[str, ...]
    value: str | None = None
    cut: Cut | None = None


class Names:
    """Finds out what the names of statements mean."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = v = vocabulary
        self.requested = v.choices.get("requested", {})
        self.choices = {name: kinds for name, kinds in v.choices.items() if name != "requested"}
        numbers = {name: quantity.section for name, quantity in v.quantities.items()}
        born = ("birth_date",) if "age" in numbers else ()
        self.sections: dict[str, str] = {
            **dict.fromkeys((*ROUTING, *self.requested), "request"),
            **dict.fromkeys((*v.flags, *v.families, *self.choices, *born), "facts"),
            **numbers,
        }

    def target(self, name: object) -> Target:
        """What a name means; raises `CaseError` for one that means nothing."""
        if not isinstance(name, str):
            raise CaseError(f"a statement is named by a text such as 'age', not {shown(name)}")
        section, parts = _split(name)
        if not section and parts[0] in CUTS:
            return self._cut(name, parts[1:])
        if parts[0] == "requested" and section != "facts":
            kind = self._known("".join(parts[1:2]), self.requested, "request")
            return self._within(("request", kind), parts[2:])
        found = self._known(parts[0], self.sections, section)
        here = self.sections[found]
        if section and here != section:
            raise unknown(f"{section}.{found}", f"{shown(found)} belongs under `{here}`")
        if found in ROUTING:
            raise CaseError(
                [Problem(f"request.{found}", "chooses the policy and its edition, and states no fact")]
            )
        return self._within((here, found), parts[1:])

    def _within(self, path: tuple[str, ...], rest: list[str]) -> Target:
        """The part that is meant of what stands at `path`."""
        name = path[-1]
        family = self._vocabulary.families.get(name)
        if family is not None and rest:
            member = ".".join(rest)
            return Target((*path, self._known(member, family, ".".join(path))))
        values: Mapping[str, object] | None = self.requested.get(name) if path[0] == "request" else None
        if name in self.choices and rest:
            kind = self._known(rest[0], self.choices[name], ".".join(path))
            path, rest, values = (*path, kind), rest[1:], self.choices[name][kind]
        if values is not None and len(rest) == 1:
            return Target(path, self._known(rest[0], values, ".".join(path)))
        if rest:
            raise unknown(".".join(path), f"has no part {shown('.'.join(rest))}")
        return Target(path)

    def _cut(self, name: str, parts: list[str]) -> Target:
        v = self._vocabulary
        quantity = self._known(parts[0] if parts else "", v.quantities, "")
        cuts = v.cuts.get(quantity, [])
        place = f"{self.sections[quantity]}.{quantity}"
        for cut in cuts:
            if name.replace(" ", "") == cut.fact:
                return Target((self.sections[quantity], quantity), cut=cut)
        known = f"it has {', '.join(cut.fact for cut in cuts)}" if cuts else "it has none here"
        message = f"{shown(name)} is no cut point; {known}, and {place} takes any number or range"
        raise unknown(place, message)

    def _known(self, name: str, known: Mapping[str, object], place: str) -> str:
        """The canonical name; raises `CaseError`, with the nearest known name, if there is none."""
        found = self._vocabulary.canonical(name, known)
        if found is not None:
            return found
        near = self._vocabulary.nearest(name, known)
        meant = near or (self._owner(name) if known is self.sections else None)
        if meant is not None:
            hint = f"did you mean {meant}?"
        elif len(known) <= 12:
            hint = f"known are {', '.join(known)}"
        else:
            hint = "`lupa facts` lists what a case can state"
        raise unknown(within(place, name), f"{shown(name)} is not known here; {hint}")

    def _owner(self, name: str) -> str | None:
        """The one fact that is about this name, where the name was given alone; not what is assumed."""
        v = self._vocabulary
        named = [fam[one] for fam in v.families.values() if (one := v.canonical(name, fam))]
        found = [fact for fact in named if fact not in v.defaults]
        return found[0] if len(found) == 1 else None


def unknown(path: str, message: str) -> CaseError:
    return CaseError([Unknown(path, message)])


def _split(name: str) -> tuple[str, list[str]]:
    """The section that a name begins with, if it does, and the parts of the rest."""
    head, _, rest = name.strip().partition(".")
    section, rest = (head, rest) if head in ("request", "facts") and rest else ("", name.strip())
    head, paren, inner = rest.partition("(")
    if paren and inner.endswith(")") and "." not in head:
        return section, [head.strip(), *(part.strip() for part in inner[:-1].split(","))]
    return section, [part.strip() for part in rest.split(".")]
