"""What a request can ask for, by any of its names, and which policies may cover it.

Names are found in the texts of rule files, so that it costs no more to ask one policy where there are a
thousand. A text that names a drug only may cover it: what a policy covers, its grounded about.lp says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from lupa.errors import CaseError, Problem, shown
from lupa.rules.codes import STATES, Code, Codes
from lupa.rules.kept import cached_property
from lupa.rules.names import normal, slip
from lupa.rules.shared import Shared
from lupa.rules.texts import ALIAS, CODE, unescaped

KINDS = ("drug", "service")
"""What a request can ask for."""
NAME_IT = "name the drug or the service"
_DECLARED = re.compile(r"\b(drug|service)\(([^()]*(?:\([^()]*\))?[^()]*)\)")
_COVERED = re.compile(r"\bcovers\(\s*\w+\s*,([^.:]*?)\)\s*[.:]")
_WORD = re.compile(r"\b[a-z]\w*")
_VARIABLE = re.compile(r"\b_*[A-Z]")


class Catalogue:
    """The drugs and services that requests can name.

    `abouts` gives the text of each policy's about.lp, `read` the texts of all files of a policy.
    """

    def __init__(
        self,
        shared: Shared,
        abouts: Callable[[], Mapping[str, str]],
        read: Callable[[str], Mapping[str, str]],
    ) -> None:
        self._shared = shared
        self._read_abouts = abouts
        self._read = read

    @property
    def shared(self) -> Shared:
        """The files that all policies share, taken apart."""
        return self._shared

    @cached_property
    def _abouts(self) -> Mapping[str, str]:
        return self._read_abouts()

    @cached_property
    def said_to_cover(self) -> dict[str, list[str]]:
        """The policies whose text says that they cover a name; a rule may say it of any name there."""
        found: dict[str, list[str]] = {}
        for policy, text in self._abouts.items():
            covered = " ".join(_COVERED.findall(text))
            for name in dict.fromkeys(_WORD.findall(text if _VARIABLE.search(covered) else covered)):
                found.setdefault(name, []).append(policy)
        return found

    @cached_property
    def _own(self) -> dict[str, dict[str, list[str]]]:
        """Of each policy, the names that its about.lp gives to what it declares itself, in normal form."""
        declaring = {p: text for p, text in self._abouts.items() if any(f"{k}(" in text for k in KINDS)}
        return {policy: names_in(text) for policy, text in declaring.items()}

    def kind_of(self, policy: str, name: str) -> str | None:
        """What a policy's files, or the shared ones, declare a name to be; None where none does."""
        for kind in reversed(KINDS):
            if self._shared.declares(kind, name):
                return kind
        for text in self._read(policy).values():
            for kind, declared in _DECLARED.findall(text):
                if name in _WORD.findall(declared):
                    return str(kind)
        return None

    def undeclared(self) -> Iterator[str]:
        """The policies whose text says that they cover what no file declares."""
        for name, policies in self.said_to_cover.items():
            yield from (policy for policy in policies if self.kind_of(policy, name) is None)

    def covering(self, kind: str, given: str) -> list[tuple[str, str]]:
        """The policies that may cover what a name, or a code, means, each with the name that it gives it.

        Raises `CaseError` for a name that is not known, or that no policy covers.
        """
        path = f"request.{kind}"
        found = list(self._named(kind, given, self._own))
        if not found and self._shared.declared_as((kind,), given) is None:
            every = {policy: names_in("\n".join(self._read(policy).values())) for policy in self._abouts}
            found = list(self._named(kind, given, every))
            if not found and self._codes(given):  # a code stands wherever a name does
                return self.covering(*self.coded(given))
            if not found:
                kinds = (other for other in KINDS if self._shared.declared_as((other,), given) is not None)
                other = next(kinds, None)
                hint = f"is a {other}; write it under `{other}`"
                words = hint if other else f"is not known; {self._hint(kind, given)}"
                raise CaseError([Problem(path, f"{shown(given)} {words}")])
        if not found:
            name = self._shared.declared_as((kind,), given)
            raise CaseError([Problem(path, f"no policy on file covers {name}; see `lupa policies`")])
        return found

    def _named(
        self, kind: str, given: str, own: Mapping[str, Mapping[str, list[str]]]
    ) -> Iterator[tuple[str, str]]:
        shared, said = self._shared.declared_as((kind,), given), normal(given)
        for policy in self._abouts:
            names = [shared] if shared else []
            names += own.get(policy, {}).get(said, [])
            for name in dict.fromkeys(names):
                if policy in self.said_to_cover.get(name, ()):
                    yield policy, name

    def _hint(self, kind: str, given: str) -> str:
        covered = {
            alias: name
            for alias, names in self._shared.aliases.items()
            for name in names
            if self._shared.declares(kind, name)
        }
        for names in self._own.values():
            covered.update((alias, name) for alias, found in names.items() for name in found)
        near = slip(given, covered)
        hint = (
            f"did you mean {near}? If not, do" if near else "`lupa policies` lists what policies cover. Do"
        )
        return f"{hint} not put a similar name in its place"

    # ---- codes ---------------------------------------------------------------------------------

    def coded(self, given: str) -> tuple[str, str]:
        """What a code asks for, as kind and name; raises `CaseError` where it asks for nothing."""
        rows = self._codes(given)
        if not rows:
            raise CaseError(f"the code {shown(given)} is not known; {NAME_IT}")
        meant = [
            (code.meaning.name, code.name)
            for code in rows
            if code.meaning.name in KINDS and code.relation in STATES[True]
        ]
        if not meant:
            meanings = ", ".join(f"{code.relation} to {code.meaning}" for code in rows)
            raise CaseError(f"the code {shown(given)} asks for nothing: it is {meanings}; {NAME_IT}")
        if len(set(meant)) > 1:
            names = " and ".join(sorted({name for _, name in meant}))
            raise CaseError(f"the code {shown(given)} means {names}; name the one that is meant")
        return meant[0]

    def _codes(self, given: str) -> list[Code]:
        found = Codes(self._shared.codes).rows(given)
        for texts in (self._abouts.values(), self._every_text()):
            if found:
                break
            found = Codes([text for text in texts if f"{CODE}(" in text]).rows(given)
        return found

    def _every_text(self) -> Iterator[str]:
        for policy in self._abouts:
            yield from self._read(policy).values()


def names_in(text: str) -> dict[str, list[str]]:
    """The names, in normal form, of the drugs and services that a text declares."""
    declared = [word for _, names in _DECLARED.findall(text) for word in _WORD.findall(names)]
    found: dict[str, list[str]] = {normal(name): [name] for name in declared}
    for name, alias in ALIAS.findall(text):
        if name in declared:
            found.setdefault(normal(unescaped(alias)), []).append(name)
    return found
