"""The store of policies: which there are, and their editions, grounded when they are first needed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import date
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Self

import clingo

from lupa.errors import CaseError, Problem, RuleError, shown
from lupa.rules.about import About, abouts, in_force
from lupa.rules.edition import Edition
from lupa.rules.files import RuleFiles, fingerprint, shipped, source
from lupa.rules.ground import EndlessError, Ground, Load, Parts, ground, plainly, quoted
from lupa.rules.strays import check
from lupa.rules.vocabulary import nearest, normal

Rules = Callable[[Sequence[Path], Path], Load]
"""What loads the files of a policy from the folder of its knowledge base, such as with marks."""


class Store:
    """The policies of one knowledge base; safe to share between threads.

    A policy is grounded when a case first needs it, once for each edition, and kept.
    """

    def __init__(self, files: RuleFiles) -> None:
        self.files = files
        self._lock = threading.Lock()
        self._abouts: dict[str, About] = {}
        self._editions: dict[tuple[str, str], Edition] = {}

    @classmethod
    def load(cls, folder: str | PathLike[str] | None = None) -> Self:
        """The knowledge base in a folder, by default the one that ships with lupa.

        Raises `RuleError` where the folder holds none.
        """
        return cls(RuleFiles(Path(folder) if folder is not None else shipped("kb")))

    # ---- which policies there are --------------------------------------------------------------

    @property
    def policies(self) -> tuple[str, ...]:
        """The ids of all policies."""
        return self.files.policies

    def about(self, policy: str) -> About:
        """What a policy is; raises `CaseError` for one that is not on file."""
        if policy not in self._abouts:
            self.on_file(policy)
            path = self.files.about(policy)
            source(path)
            self._abouts |= abouts(_ground([path]), {policy: path})
        return self._abouts[policy]

    def on_file(self, policy: str) -> None:
        """Raises `CaseError` for a policy that is not on file."""
        if policy not in self.policies:
            raise CaseError(f"no policy is called {shown(policy)}; {self._policy_hint(policy)}")

    def _policy_hint(self, policy: str) -> str:
        near = nearest(policy, {normal(name): name for name in self.policies})
        return f"did you mean {near}?" if near else "`lupa policies` lists those on file"

    @cached_property
    def _drugs(self) -> dict[str, str]:
        """Every name of every drug, in normal form, with the drug; and what every policy is."""
        paths = {policy: self.files.about(policy) for policy in self.policies}
        drugs = self.files.root / "drugs.lp"
        for path in (drugs, *paths.values()):
            source(path)
        program = _ground([drugs, *paths.values()])
        self._abouts = abouts(program, paths)
        names = {normal(str(drug)): str(drug) for (drug,) in program.facts("drug", 1)}
        for about in self._abouts.values():
            for drug in about.drugs:
                if drug not in names.values():
                    declare = f"declare drug({drug}) or service({drug})"
                    raise RuleError(
                        f"{paths[about.policy]}: covers {drug}, which is not declared; {declare}"
                    )
        aliases = program.facts("alias", 2)
        return names | {normal(quoted(alias, "alias/2")): str(drug) for drug, alias in aliases}

    def policies_on(self, drug: str) -> tuple[str, ...]:
        """The policies that cover a drug, given by ingredient, brand or synonym.

        Raises `CaseError` for a drug that is not known, or that no policy covers.
        """
        found = self._drugs.get(normal(drug))
        if found is None:
            near = nearest(drug, self._drugs)
            hint = f"did you mean {near}?" if near else "`lupa policies` lists the drugs covered"
            raise CaseError([Problem("request.drug", f"{shown(drug)} is not known; {hint}")])
        if found not in self.covering:
            raise CaseError(
                [Problem("request.drug", f"no policy on file covers {found}; see `lupa policies`")]
            )
        return self.covering[found]

    @cached_property
    def covering(self) -> dict[str, tuple[str, ...]]:
        """The policies that cover each drug."""
        covering: dict[str, list[str]] = {}
        for policy in self.policies:
            for drug in self.about(policy).drugs:
                covering.setdefault(drug, []).append(policy)
        return {drug: tuple(policies) for drug, policies in covering.items()}

    def edition(self, policy: str, name: str | None = None, *, on: date | None = None) -> Edition:
        """An edition of a policy: the one named, the one in force on a day, or the newest.

        Raises `CaseError` for an unknown policy or edition and for a day before the first edition.
        """
        name = in_force(self.about(policy), on) if name is None else self.edition_named(policy, name)
        with self._lock:
            if (policy, name) not in self._editions:
                self._editions[policy, name] = self.grounded(policy, name)
            return self._editions[policy, name]

    def edition_named(self, policy: str, name: str) -> str:
        """The name of an edition; raises `CaseError` for an unknown policy or edition."""
        editions = self.about(policy).editions
        if name not in dict(editions):
            known = ", ".join(edition for edition, _ in editions)
            raise CaseError(f"{policy} has no edition {shown(name)}; its editions are {known}")
        return name

    def grounded(
        self, policy: str, name: str, *, rules: Rules | None = None, queries: Sequence[Path] = ()
    ) -> Edition:
        """An edition grounded anew, together with queries; with `rules`, these load its files."""
        paths, root = self.files.of(policy), self.files.root
        texts = {path.relative_to(root).as_posix(): source(path) for path in paths}
        asked = [shipped("queries") / "worlds.lp", *queries]
        parts = [("base", ()), ("edition", [clingo.String(name)])]
        try:
            program = _ground(
                [*paths, *asked],
                rules(paths, root) if rules else plainly(paths),
                plainly(asked),
                parts=parts,
            )
            if rules is None:
                check(program, paths)
            return Edition(program, policy, name, fingerprint(texts))
        except RuleError as error:
            from lupa.rules.bounds import misquoted  # only a mistake needs syntax trees

            said = misquoted(paths)  # what comes of a text in the place of a number shows elsewhere
            if said:
                raise RuleError("\n".join(said)) from error
            raise
        except RuntimeError as error:  # what clingo says of a name or a number that is no text
            expected = "document/2, text/4, outcome_text/3 and clause/5 need words in quotes"
            raise RuleError(f"policy {policy}: {expected}") from error

    # ---- cases that ship with the policies -----------------------------------------------------

    def examples(self) -> dict[str, Path]:
        """The cases that ship with each policy, by name."""
        return {path.stem: path for policy in self.policies for path in self.files.cases(policy)}

    def example(self, name: str) -> Path:
        """The file of a shipped case; raises `CaseError` for a name that none has."""
        found = self.examples()
        if name not in found:
            near = nearest(name, {normal(known): known for known in found})
            hint = f"did you mean {near}?" if near else "`lupa examples` lists them"
            raise CaseError(f"no shipped case is called {shown(name)}; {hint}")
        return found[name]


def _ground(files: Sequence[Path], *loads: Load, parts: Parts = (("base", ()),)) -> Ground:
    """The program of these files, in the way in which they are loaded; the error names the rule that is."""
    try:
        return ground(*(loads or [plainly(files)]), parts=parts)
    except EndlessError as error:
        from lupa.rules.endless import growing_rule

        rule = growing_rule(files, parts)
        if rule is not None:
            raise RuleError(f"{rule}: {error}; this rule grows, for ever or too far") from error
        raise RuleError(f"{files[0].parent}: {error}; no rule grows by itself, all are too many") from error
