"""The store of policies: which there are, and their editions, grounded when they are first needed."""

from __future__ import annotations

import dataclasses
import os
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import Any, Self
from weakref import WeakSet

import clingo

from lupa.errors import CaseError, RuleError, shown
from lupa.rules.about import About, abouts, in_force
from lupa.rules.catalogue import Catalogue
from lupa.rules.codes import Code, check_codes, check_meanings
from lupa.rules.deadline import ENDLESS, Deadline
from lupa.rules.edition import Edition
from lupa.rules.files import RuleFiles, check_text, fingerprint, shipped, source
from lupa.rules.ground import EndlessError, Ground, Load, Parts, Then, ground, plainly
from lupa.rules.kept import cached_property
from lupa.rules.names import all_written, beginnings, nearest, normal
from lupa.rules.nodes import check_nodes
from lupa.rules.onfile import text_of
from lupa.rules.orders import laws_of_numbers
from lupa.rules.shared import Shared
from lupa.rules.slicing import sliced
from lupa.rules.strays import check
from lupa.rules.tables import AFTER, check_tables
from lupa.rules.texts import without_long_comments

Rules = Callable[[Mapping[str, str]], Load]
"""What loads the texts of a policy's files, by their names in the knowledge base, such as with marks."""


Key = tuple[str, str, frozenset[str]]
"""A policy, its edition, and the names for which it is widened."""
_WIDENED = 15
"""So many editions that were widened for the names in a case are kept, beside those that are not."""

_VALUES = "values"
"""The part of the program that says which facts are values of one choice."""
_BESIDE = ""
"""The name, which no file has, of rules that are not ground."""
_COPIES, _BRIEFLY = 4, 0.05
"""So many copies of an edition may be asked at once, and so many seconds are waited for one of them."""

_STORES: WeakSet[Store] = WeakSet()
"""Every store there is."""


def _after_fork() -> None:
    for store in tuple(_STORES):
        store.after_fork()


if hasattr(os, "register_at_fork"):  # pragma: no branch - where processes can be forked
    os.register_at_fork(after_in_child=_after_fork)


class Store:
    """The policies of one knowledge base; safe to share between threads.

    A policy is grounded when a case first needs it, once for each edition, and kept.
    """

    def __init__(self, files: RuleFiles) -> None:
        self.files = files
        self._lock = threading.Lock()
        self._abouts: dict[str, About] = {}
        self._editions: dict[Key, list[Edition]] = {}
        _STORES.add(self)

    @classmethod
    def load(cls, folder: str | PathLike[str] | None = None) -> Self:
        """The knowledge base in a folder, by default the one that ships with lupa.

        Raises `RuleError` where the folder holds none.
        """
        return cls(RuleFiles(Path(folder) if folder is not None else shipped("kb")))

    def __repr__(self) -> str:
        return f"{type(self).__name__}.load({str(self.files.root)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Where it is unpickled it is loaded again: what is ground cannot leave its process."""
        return type(self).load, (self.files.root,)

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
            (found,) = abouts(_ground([path]), {policy: path}).values()
            kinds = {name: self.catalogue.kind_of(policy, name) for name in found.drugs}
            for name, kind in kinds.items():
                if kind is None:
                    raise RuleError(
                        f"{path}: covers {name}, which is not declared; "
                        f"declare drug({name}) or service({name})"
                    )
            self._abouts[policy] = dataclasses.replace(
                found,
                drugs=tuple(name for name, kind in kinds.items() if kind == "drug"),
                services=tuple(name for name, kind in kinds.items() if kind == "service"),
            )
        return self._abouts[policy]

    @cached_property
    def catalogue(self) -> Catalogue:
        """What a request can ask for, by all its names."""
        return Catalogue(
            self._shared[1],
            lambda: {policy: text_of(self.files.about(policy)) for policy in self.policies},
            lambda policy: self._texts(self.files.own(policy)),
        )

    def also_called(self) -> dict[str, list[str]]:
        """The brands and synonyms of names in the files that all policies share, as they are written."""
        return self._shared[1].also_called()

    def mentioning(self, names: Collection[str]) -> Iterator[str]:
        """The policies in whose own files one of these names, as people write them, may be declared."""
        said = {form for name in names for form in (normal(name), name.strip().casefold())}
        for policy in self.policies:
            own = "\n".join(self._texts(self.files.own(policy)).values()).casefold()
            if any(name in own for name in said):
                yield policy

    def on_file(self, policy: str) -> None:
        """Raises `CaseError` for a policy that is not on file."""
        if policy not in self.policies:
            raise CaseError(f"no policy is called {shown(policy)}; {self._policy_hint(policy)}")

    def _policy_hint(self, policy: str) -> str:
        near = nearest(policy, {normal(name): name for name in self.policies})
        return f"did you mean {near}?" if near else "`lupa policies` lists those on file"

    def policies_on(self, drug: str, kind: str = "drug") -> tuple[str, ...]:
        """The policies that cover a drug, or a service, by any of its names.

        Raises `CaseError` for one that is not known, or that no policy covers; and `RuleError` where
        a policy covers what nothing declares instead.
        """
        try:
            may = self.catalogue.covering(kind, drug)
        except CaseError:
            if self._shared[1].declared_as((kind,), drug):  # the policy on it may have misspelt it
                for policy in self.catalogue.undeclared():
                    self.about(policy)
            raise
        return tuple(dict.fromkeys(policy for policy, name in may if name in self.about(policy).covered))

    def covering(self, name: str) -> tuple[str, ...]:
        """The policies that cover the drug, or the service, of this name; perhaps none."""
        may = self.catalogue.said_to_cover.get(name, ())
        return tuple(policy for policy in may if name in self.about(policy).covered)

    def edition(
        self,
        policy: str,
        name: str | None = None,
        *,
        on: date | None = None,
        limit: Deadline = ENDLESS,
    ) -> Edition:
        """An edition of a policy: the one named, the one in force on a day, or the newest.

        Raises `CaseError` for an unknown policy or edition and for a day before the first edition, and
        `TimeLimitError` where another thread grounds beyond the limit.
        """
        name = in_force(self.about(policy), on) if name is None else self.edition_named(policy, name)
        return self._free((policy, name, frozenset()), limit)

    def widened(self, edition: Edition, names: Collection[str], limit: Deadline = ENDLESS) -> Edition:
        """The same edition, with what the shared files say of further names, of which laws may speak."""
        return self._free((edition.policy, edition.name, frozenset(names)), limit)

    def whole(self, policy: str, name: str | None = None) -> Edition:
        """An edition of a policy, or its newest, with all that the shared files say, whoever reads it."""
        name = name or in_force(self.about(policy), None)
        return self.grounded(policy, name, also=self._shared[1].names)

    def _free(self, key: Key, limit: Deadline) -> Edition:
        """A copy of an edition of which nobody asks anything, or else the last one."""
        policy, name, also = key
        with limit.holding(self._lock):
            if also and key not in self._editions:
                for old in [other for other in self._editions if other[2]][:-_WIDENED]:
                    del self._editions[old]
            copies = self._editions.setdefault(key, [])
            if not copies:
                copies.append(self.grounded(policy, name, also=also))
        free = next((copy for within in (0, _BRIEFLY) for copy in copies if copy.is_free(within)), None)
        if free is not None:
            return free
        with limit.holding(self._lock):  # all are busy for longer: nobody waits behind a long question
            if len(copies) < _COPIES:
                copies.append(self.grounded(policy, name, also=also))
            return copies[-1]

    def after_fork(self) -> None:
        """In a process that was forked: what other threads held at that moment is made anew.

        None of them lives on in it, so nobody would ever let go.
        """
        self._lock = threading.Lock()
        self._editions = {
            key: [copy for copy in copies if copy.is_free()] for key, copies in self._editions.items()
        }

    def edition_named(self, policy: str, name: str) -> str:
        """The name of an edition; raises `CaseError` for an unknown policy or edition."""
        editions = self.about(policy).editions
        if name not in dict(editions):
            known = ", ".join(edition for edition, _ in editions)
            raise CaseError(f"{policy} has no edition {shown(name)}; its editions are {known}")
        return name

    @cached_property
    def _shared(self) -> tuple[dict[str, str], Shared]:
        """The texts of the files that all policies share, by name, and the same taken apart."""
        texts = self._texts(self.files.core)
        return texts, Shared(texts)

    def _texts(self, paths: Sequence[Path]) -> dict[str, str]:
        return {path.relative_to(self.files.root).as_posix(): text_of(path) for path in paths}

    def grounded(
        self,
        policy: str,
        name: str,
        *,
        also: Collection[str] = (),
        beside: str = "",
        rules: Rules | None = None,
        queries: Sequence[Path] = (),
        apart: Collection[str] | None = None,
    ) -> Edition:
        """An edition grounded anew, together with queries, and what it reads of the shared files.

        What these say of the names of `also` is ground too, and what rules `beside` its own would read,
        though these are not; `rules` loads the texts in a way of its own. With names that stand `apart`,
        perhaps none, few of those that can change places stand for all; see `few`. To queries it is said
        what is `unread`; see `sliced`.
        """
        paths = self.files.of(policy)
        core, shared = self._shared
        own = self._texts(self.files.own(policy))
        texts, known = sliced(shared, {**own, _BESIDE: beside}, also, apart=apart, unread=bool(queries))
        del texts[_BESIDE]
        codes: list[tuple[str, Code]] = []
        for file, text in texts.items():
            check_text(self.files.root / file, text)
            plain = without_long_comments(own[file]) if file in own else text
            codes += check_codes(self.files.root / file, plain)
        check_meanings(codes, shared.codes)
        asked = [*(shipped("queries") / name for name in ("worlds.lp", "tables.lp")), *queries]
        parts = [("base", ()), ("edition", [clingo.String(name)])]
        load = rules(texts) if rules else as_texts(texts)
        if queries and rules is None:
            from lupa.rules.apart import told_apart  # hardly any policy has a name of the laws

            load = told_apart(texts, own.keys(), queries) or load
        try:
            program = _ground(
                [*paths, *asked],
                load,
                plainly(asked),
                parts=parts,
                then=laws_and_tables,
                again=rules is None,
            )
            if rules is None:
                check(program, paths)
                check_tables(program)
                if known.calculates:
                    from lupa.rules.arithmetic import check_arithmetic  # few rules calculate

                    here = {self.files.root / file: text for file, text in texts.items()}
                    check_arithmetic({**here, **{path: text_of(path) for path in asked}}, parts)
                check_nodes(program, policy)
            return Edition(program, policy, name, fingerprint({**core, **own}), known, frozenset(also))
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
        for policy in self.policies:
            path = self.files.folder(policy) / "cases" / f"{name}.yaml"
            if path.name == f"{name}.yaml" and path.is_file():
                return path
        found = self.examples()
        near = nearest(name, {normal(known): known for known in found})
        hint = f"did you mean {near}?" if near else "`lupa examples` lists them"
        raise CaseError(f"no shipped case is called {shown(name)}; {hint}")


def laws_and_tables(control: clingo.Control) -> Parts:
    """What is grounded after all else: laws of single values and of numbers, the search for double rows."""
    atoms = control.symbolic_atoms
    symbols = [atom.symbol for atom in atoms.by_signature("fact", 1)]
    facts = dict(zip(all_written(symbols), symbols, strict=True))
    return [*single_values(control, facts), *meanings(atoms), *laws_of_numbers(atoms, facts), *AFTER]


def single_values(control: clingo.Control, facts: Mapping[str, clingo.Symbol]) -> Parts:
    """The laws of `queries/worlds.lp` for what a knowledge base declares to be single-valued.

    `facts` are the atoms that declare facts, by how each is written.
    """
    atoms = control.symbolic_atoms
    single = (atom.symbol.arguments[0] for atom in atoms.by_signature("single_valued", 1))
    names = tuple(f"fact({name}(" for name in single)
    groups: dict[str, None] = {}
    rows = []
    for declared, symbol in facts.items():
        if declared.startswith(names):
            group = _without_last(declared[len("fact(") : -1], symbol)
            groups[group] = None
            rows.append(f"value_of({group},{declared[len('fact(') :]}.")
    control.add(_VALUES, [], "\n".join(rows))  # as one text, for a part of each would take long to ground
    laws = (("one_value", (clingo.parse_term(group), clingo.Number(1))) for group in groups)
    return [(_VALUES, ()), *laws]


def _without_last(fact: str, declared: clingo.Symbol) -> str:
    """A fact without its last argument."""
    if '"' not in fact:  # else a bracket, or a comma, may be none
        return next(islice(beginnings(fact), 1, None))
    (symbol,) = declared.arguments
    return str(clingo.Function(symbol.name, symbol.arguments[:-1]))


def meanings(atoms: clingo.SymbolicAtoms) -> Parts:
    """The laws of `queries/worlds.lp` for names of which each may mean several."""
    rows = [atom.symbol.arguments for atom in atoms.by_signature("means_one_of", 2)]
    names = dict.fromkeys(said for said, _ in rows)
    return [*(("meant", row) for row in rows), *(("one_is_meant", [said]) for said in names)]


def as_texts(texts: Mapping[str, str]) -> Load:
    """Loads the texts of files as they are."""

    def load(control: clingo.Control) -> None:
        control.add("base", [], "\n".join(texts.values()))

    return load


def _ground(
    files: Sequence[Path],
    *loads: Load,
    parts: Parts = (("base", ()),),
    then: Then = lambda _: (),
    again: bool = False,
) -> Ground:
    """The program of these files, in the way in which they are loaded; the error names the rule that is.

    What is wrong with a text that is loaded is found in the files themselves, where they are read `again`.
    """
    try:
        program = _found_in_files(files, loads or (plainly(files),), parts, then, again=again)
    except EndlessError as error:
        from lupa.rules.endless import growing_rule

        rule = growing_rule(files, parts)
        if rule is not None:
            raise RuleError(f"{rule}: {error}; this rule grows, for ever or too far") from error
        raise RuleError(f"{files[0].parent}: {error}; no rule grows by itself, all are too many") from error
    program.origin = (files, parts)
    return program


def _found_in_files(
    files: Sequence[Path], loads: Sequence[Load], parts: Parts, then: Then, *, again: bool
) -> Ground:
    """The program that is loaded; what is wrong with it is said of the files, if they are read `again`."""
    try:
        return ground(*loads, parts=parts, then=then)
    except EndlessError:
        raise
    except RuleError:
        if again:
            ground(plainly(files), parts=parts, then=then)
        raise
