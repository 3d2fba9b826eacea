"""What the linter checks together: the files that all policies share, and those of one policy with them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path

import clingo

from lupa.authors.laws.programs import COMPARING, looked_at
from lupa.authors.lint import contrary as lint_contrary
from lupa.authors.lint import cuts as lint_cuts
from lupa.authors.lint import names as lint_names
from lupa.authors.lint import nodes as lint_nodes
from lupa.authors.lint import reach as lint_reach
from lupa.authors.lint import statements as lint_statements
from lupa.authors.lint import words as lint_words
from lupa.authors.lint.files import RuleFile, read_file
from lupa.authors.lint.grounded import (
    WORLDS,
    Atoms,
    atoms,
    grounded,
    loosely,
    loosened,
    made,
    names,
    parts,
    plain,
    useful,
    with_cuts,
)
from lupa.authors.lint.names import Known
from lupa.authors.lint.nodes import met_by_parts, taken_as_they_are, with_parts
from lupa.authors.lint.program import Program, Statement
from lupa.authors.lint.rules import OF_EACH, READ_BY_LUPA
from lupa.authors.lint.tables import two_rows, varying
from lupa.authors.lint.terms import Term, ground
from lupa.authors.lint.words import Places
from lupa.authors.reports.finding import Finding, Place
from lupa.authors.syntax import read, statements
from lupa.errors import RuleError
from lupa.rules.bounds import spots_of_numbers
from lupa.rules.endless import growing_of
from lupa.rules.files import RuleFiles, shipped
from lupa.rules.ground import Ground
from lupa.rules.names import normal
from lupa.rules.store import Store
from lupa.rules.trees import Signature, derived

_PLACE = re.compile(
    r"(?P<file>.+?):(?P<line>\d+)(?::(?P<column>\d+)(?:-[\d:]+)?)?: (?:(?:info|error): )?(?P<said>.*)"
)


class Shared:
    """The files that all policies share, and what the policies that were looked at make of them."""

    def __init__(self, files: RuleFiles) -> None:
        self.files = files
        self.kb = Store(files)
        self.core = Program(read_file(path, files.root) for path in files.core)
        self.loosened = loosened(self.core.sound)
        self.of_worlds = frozenset(s for one in statements(WORLDS) for s in derived(one))
        self.asked = _asked()
        self.given = self.core.given | self.of_worlds
        self.worked_out = lint_statements.worked_out(self.core)
        # where rules of use read the same, it is they who tell a row of use from another
        self.roots = (READ_BY_LUPA | (self.asked - set(self.core.read))) - OF_EACH
        self.unsure: set[str] = set()
        self._policies: list[Program] = []
        self._atoms: Atoms = {}
        self._names: set[str] = set()
        self._in_use: set[str] = set()
        self._used: set[clingo.Symbol] = set()

    def take(self, scope: Scope) -> None:
        """Remembers of a policy what matters to the files that all share."""
        self._policies.append(scope.own)
        if scope.unsure:
            self.unsure |= {"", scope.policy}
        else:
            for predicate, found in scope.atoms.items():
                self._atoms.setdefault(predicate, {}).update(found)
            self._names |= scope.names
            self._in_use |= scope.in_use
            self._used |= scope.used

    def declares(self, predicate: str, name: str) -> bool:
        """Whether a row for all, or a policy looked at, says this of a name, as far as is known."""
        try:
            if self.unsure or self.kb.catalogue.shared.declares(predicate, name):
                return True
        except RuleError:  # what is wrong with a file is told of that
            return True
        rows = (row for (of, _), found in self._atoms.items() if of == predicate for row in found)
        return any(str(row.arguments[0]) == name for row in rows)

    def findings(self) -> Iterator[Finding]:
        """What is wrong with the shared files, in the light of all policies."""
        programs = [self.core, *self._policies]
        yield from faults(self.core)
        yield from lint_statements.lonely_variables(self.core.statements)
        yield from lint_statements.duplicates(self.core.statements)
        spots = spots_of_numbers(one.places for one in self.core.statements)
        yield from lint_statements.quoted_numbers(self.core.statements, spots)
        every = [one for program in programs for one in program.statements]
        yield from lint_names.systems(self.core.statements, every)
        yield from lint_statements.undefined(self.core, self._is_given, self.given)
        read_ = frozenset(s for program in programs for s in program.read) | self.asked
        words = frozenset(word for program in programs for word in program.words)
        yield from lint_statements.unused(self.core, lambda s: s in read_ or s[0] in words, read_)
        if self._atoms:
            atoms = with_cuts(self._atoms) | made(self._atoms, self._outcomes)
            asleep = self._asleep(Known(atoms, {}))
            told = [(one, head) for one in asleep for head in one.heads if head.signature == ("fact", 1)]
            atoms["_named", 1] |= self._to_be_named([one for one, _ in told], atoms)
            known = Known(
                atoms, {("true", 1): [dataclasses.replace(head, name="true") for _, head in told]}
            )
            yield from lint_names.conditions(self.core.statements, known, self._open)
            yield from lint_names.compared(self.core.statements, self._names)
            if not self.unsure:  # else a policy that cannot be read may know more
                awake = [one for one in self.core.statements if one not in asleep]
                yield from lint_names.tables(awake, known, self.given)
                yield from self._useless()
                yield from lint_reach.unread(programs, self._atoms)

    def _asleep(self, known: Known) -> list[Statement]:
        """The rules that nothing comes of until a policy gives what one of their conditions asks."""
        return [
            one
            for one in self.core.statements
            if any(term.signature in self._open and not known.holds(term) for term in one.positive)
        ]

    @staticmethod
    def _to_be_named(asleep: Iterable[Statement], atoms: Atoms) -> dict[clingo.Symbol, None]:
        """The names in facts that such rules declare once they are awake."""
        given = dict.fromkeys(term.signature for one in asleep for term in one.positive)
        rows = (row for signature in given for row in atoms.get(signature, ()))
        return dict.fromkeys(clingo.Function("_named", [name]) for row in rows for name in row.arguments)

    @property
    def _outcomes(self) -> list[str]:
        """The outcomes that the rules name, whether or not a policy at hand can come to them."""
        return [term.arguments[1].name for _, term in self.core.derived.get(("outcome", 2), ())]

    def _is_given(self, predicate: Signature) -> bool:
        """Whether the shared files give a predicate, or every policy does."""
        if self.core.gives(predicate) or predicate in self.of_worlds:
            return True
        begun = [program for program in self._policies if program.gives(("policy", 1))]
        return all(program.gives(predicate) for program in begun)

    @cached_property
    def _open(self) -> frozenset[Signature]:
        """The predicates for which a policy may have rules, and those that depend on them.

        Facts are none of them: what a policy may add are cut points, and they are known.
        """
        found = set(self.core.declared)
        growing = True
        while growing:
            before = len(found)
            for one in self.core.statements:
                if any(term.signature in found for term in one.reads):
                    found.update(head.signature for head in one.heads if head.signature != ("fact", 1))
            growing = len(found) > before
        return frozenset(found)

    def _useless(self) -> Iterator[Finding]:
        """Rows that no policy can use, with a name that is nearly one in use."""
        in_use = {normal(name): name for name in self._in_use}
        for one, term in lint_names.rows(self.core.statements):
            if term.signature not in self.roots and ground(term) not in self._used:
                for odd in lint_names.odd_names(term, in_use):
                    yield lint_names.misspelt(one, *odd)


class Scope:
    """The files of one policy, with those that all policies share."""

    def __init__(self, policy: str, shared: Shared) -> None:
        files = shared.files
        self.policy = policy
        self._shared = shared
        folder = files.root / "policies" / policy
        self.own = Program(read_file(path, files.root, policy) for path in sorted(folder.glob("*.lp")))
        self._both = (shared.core, self.own)
        self._given = shared.given | self.own.given
        self.atoms: Atoms = {}
        self.names: set[str] = set()
        self.in_use: set[str] = set()
        self.used: set[clingo.Symbol] = set()

    def findings(self) -> Iterator[Finding]:
        """What is wrong with the files of the policy; some of it may stand in the files that all share."""
        found = [*self._by_statement()]
        yield from found
        wrong = self._is_incomplete or _any_error(found)
        if self._programs is not None:
            more = [*self._by_grounding(wrong=wrong)]
            yield from more
            wrong = wrong or _any_error(more)
        if self._whole and not wrong:
            yield from self._refused()

    @property
    def _whole(self) -> bool:
        return self._shared.core.whole and self.own.whole

    @property
    def _is_incomplete(self) -> bool:
        """Whether the shared files read something that neither they nor the policy give."""
        return not all(map(self._gives, self._shared.core.read))

    def _gives(self, predicate: Signature) -> bool:
        """Whether a predicate is derived or declared, or may be where nobody sees it."""
        return predicate in self._given or any(program.gives(predicate) for program in self._both)

    @property
    def unsure(self) -> bool:
        """Whether something kept the rules from being grounded."""
        return self._programs is None

    def _by_statement(self) -> Iterator[Finding]:
        core = self._shared.core
        yield from faults(self.own)
        yield from self._about()
        yield from lint_statements.lonely_variables(self.own.statements)
        yield from lint_statements.duplicates(self.own.statements)
        places = (one.places for program in self._both for one in program.statements)
        yield from lint_statements.quoted_numbers(self.own.statements, spots_of_numbers(places))
        yield from lint_names.systems(self.own.statements, [*core.statements, *self.own.statements])
        yield from self._endless()
        yield from lint_statements.taken(self.own, self._shared.worked_out)
        yield from lint_statements.undefined(self.own, self._gives, self._given)
        asked = self._shared.asked
        read_ = frozenset(core.read) | frozenset(self.own.read) | asked
        yield from lint_statements.unused(
            self.own, lambda s: s in asked or core.reads(s) or self.own.reads(s), read_
        )

    @cached_property
    def _growing(self) -> str | None:
        """The place of a rule that feeds itself without end."""
        growing = lint_reach.may_grow(self._both) if self._whole else ()
        if not growing:
            return None
        every = [one for program in self._both for one in program.statements]
        rules = [
            (one.file.path, one.node, any(head.signature in growing for head in one.heads)) for one in every
        ]
        rules += [(WORLDS, rule, not derived(rule).isdisjoint(growing)) for rule in statements(WORLDS)]
        first, *_ = parts(self.own.editions)
        return growing_of(rules, first)

    def _endless(self) -> Iterator[Finding]:
        if self._growing is not None:
            text = (
                f"{self._growing}: this rule feeds itself with ever larger terms: grounding it never ends"
            )
            yield from self._said(RuleError(text), "endless", f"policies/{self.policy}/about.lp")

    def _about(self) -> Iterator[Finding]:
        """What is wrong with what the policy says of itself."""
        path = self._shared.files.root / "policies" / self.policy / "about.lp"
        file = next((file for file in self.own.files if file.path == path), None)
        shared = all(file.whole for file in self._shared.core.files)
        if shared and (file is None or file.whole):
            try:
                self._shared.kb.about(self.policy)
            except RuleError as error:
                yield from self._said(error, "about", path.relative_to(self._shared.files.root).as_posix())

    def _said(self, error: RuleError, rule: str, file: str) -> Iterator[Finding]:
        """What lupa says of the rules, at its places."""
        root = f"{self._shared.files.root}/"
        own = read_file(self._shared.files.root / file, self._shared.files.root, self.policy)
        for line in str(error).splitlines():
            placed = _PLACE.fullmatch(line.strip())
            text = placed["said"] if placed else line.strip().removeprefix(f"{root}{file}: ")
            at = Place(file, 1, 1)
            if placed:
                at = Place(
                    placed["file"].removeprefix(root), int(placed["line"]), int(placed["column"] or 1)
                )
            yield own.finding(rule, at, self.policy, text)

    # ---- what has to be grounded ---------------------------------------------------------------

    @cached_property
    def _programs(self) -> list[Ground] | None:
        """The rules grounded for each edition; None where that cannot be done."""
        if not self._whole or self._growing is not None:
            return None
        undefined = {s for program in self._both for s in program.read} - self._given
        rules = [*self._shared.core.sound, *self.own.sound]
        return grounded(plain(rules, undefined), self.own.editions)

    def _by_grounding(self, *, wrong: bool) -> Iterator[Finding]:
        predicates = [s for program in self._both for s in program.derived] + sorted(self._shared.of_worlds)
        self.atoms = with_parts(atoms(self._programs or (), predicates))
        self.names = names(symbol for found in self.atoms.values() for symbol in found)
        every = self.atoms | made(self.atoms, ())
        files = {file.path: file for program in self._both for file in program.files}
        trees = [*self._trees(files)]
        yield from trees
        wrong = wrong or bool(trees)
        every = (taken_as_they_are if trees else met_by_parts)(every, self.policy)
        cuts = {(one.file.name, term): finding for one, term, finding in self._cuts(every)}
        missed = [*cuts.values(), *self._undeclared(every)]
        missed += lint_names.conditions(self.own.statements, Known(every, {}), (), cuts)
        wrong = wrong or _any_error(missed)
        known = Known(every, self._heads if wrong else {})
        places = Places(self.own, self._shared.core)
        yield from missed
        yield from lint_names.tables(self.own.statements, known, self._given)
        facts = [pair for program in self._both for pair in program.derived.get(("fact", 1), ())]
        yield from lint_names.redeclared(self.own.statements, known, facts)
        yield from lint_names.compared(self.own.statements, self.names)
        yield from lint_names.compared_with(self.own.statements, known)
        yield from lint_words.unworded(known, places)
        yield from lint_words.ledger(self.policy, known, places)
        yield from lint_words.unworded_facts(self.atoms, places)
        for program, part in zip(self._programs or (), parts(self.own.editions), strict=False):
            yield from two_rows(program, part, files, self.own.statements)
        every_statement = [one for program in self._both for one in program.statements]
        yield from varying(every_statement, self._programs or ())
        if not wrong:
            yield from self._idle()
            yield from self._unread()

    def _trees(self, files: Mapping[Path, RuleFile]) -> Iterator[Finding]:
        """What is wrong with criteria that have parts, in the first edition in which something is."""
        for program, part in zip(self._programs or (), parts(self.own.editions), strict=False):
            found = [*lint_nodes.trees(program, self.policy, part, files)]
            if found:
                yield from found
                return

    def _cuts(self, every: Atoms) -> Iterator[tuple[Statement, Term, Finding]]:
        """Comparisons of the policy with a number that no cut point declares."""
        for one in self.own.statements:
            for term in one.reads:
                missing = lint_cuts.undeclared(one, term, every)
                if missing:
                    yield one, term, lint_cuts.finding(one, term, missing)

    def _undeclared(self, every: Atoms) -> Iterator[Finding]:
        """Facts that the policy reads and that are there only once it says of what it asks them."""
        facts = self._shared.core.derived.get(("fact", 1), ())
        for one in self.own.statements:
            for term in one.reads:
                row = None if self.own.gives(term.signature) else lint_names.awaited(term, every, facts)
                if row is not None:
                    text = f"{term} can never be so, for nothing declares it; write {row}."
                    yield one.finding("unknown-name", term, str(term), text)

    @property
    def _heads(self) -> dict[Signature, list[Term]]:
        """All that is derived, whether or not it can hold."""
        every = (pair for program in self._both for pair in program.derived.items())
        found: dict[Signature, list[Term]] = {}
        for predicate, uses in every:
            found.setdefault(predicate, []).extend(term for _, term in uses)
        return found

    def _unread(self) -> Iterator[Finding]:
        """Facts that the policy declares itself and does not read."""
        files = {file.name for file in self.own.files}
        for finding in lint_reach.unread(self._both, self.atoms):
            if finding.places[0].file in files:
                yield finding

    def _idle(self) -> Iterator[Finding]:
        """Rows of the policy of which nothing can come in any edition."""
        loose = (
            grounded(loosely([self._shared.loosened, loosened(self.own.sound)]), self.own.editions) or []
        )
        self.used, self.in_use = useful(loose, self._shared.roots, self.atoms)
        useless = {
            symbol
            for predicate, symbols in self.atoms.items()
            if predicate not in self._shared.roots and self.own.reads(predicate)
            for symbol in symbols
            if symbol not in self.used
        }
        yield from lint_names.idle(self.own.statements, useless, self.in_use)

    def _refused(self) -> Iterator[Finding]:
        """What lupa itself has against the rules, where the linter found nothing, and what they come to."""
        for edition in self.own.editions:
            try:
                taken = self._shared.kb.edition(self.policy, edition)
            except RuleError as error:
                yield from self._own(self._said(error, "refused", f"policies/{self.policy}/about.lp"))
                return
            places = Places(self.own, self._shared.core)
            yield from self._own(lint_contrary.unlike_stated(taken, places))
            yield from lint_contrary.contrary(taken, places)

    def _own(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """The findings, those that show in a shared file at the policy with which they do."""
        folder = f"policies/{self.policy}/"
        for finding in findings:
            place = finding.places[0]
            if place.file.startswith(folder):
                yield finding
            else:
                at = (Place(f"{folder}about.lp", 1, 1),)
                yield replace(finding, places=at, text=f"{place}: {finding.text}")


@cache
def _asked() -> frozenset[Signature]:
    """What the questions read, and lupa itself."""
    questions = [one for path in shipped("queries").glob("*.lp") for one in statements(path)]
    laws = [one for path in shipped("queries/verify").rglob("*.lp") for one in statements(path)]
    compared = (found for kind in COMPARING for found in looked_at(kind).values())
    # what a law works out for itself is kept apart from what a policy calls so
    of_laws = {s for one in laws for s in read(one)} - {s for one in laws for s in derived(one)}
    return READ_BY_LUPA.union(of_laws, (s for one in questions for s in read(one)), *compared)


def faults(program: Program) -> Iterator[Finding]:
    """What keeps the files of a program from being read."""
    for file in program.files:
        yield from file.faults


def _any_error(findings: list[Finding]) -> bool:
    return any(finding.severity == "error" for finding in findings)
