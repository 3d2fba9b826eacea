"""Verification: each law of a policy proven over all its worlds, or a patient who breaks it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lupa.authors.laws.accepted import accepted_in, compared, entries_of
from lupa.authors.laws.accepting import Acceptance, accepting
from lupa.authors.laws.authored import authored, dropped, places
from lupa.authors.laws.heard import Heard, Part
from lupa.authors.laws.hearing import Hearing
from lupa.authors.laws.meeting import Approvals, Once, on_a_day, plainly_both
from lupa.authors.laws.programs import COMPARING, Compared, concerned, droppable, law_files, laws_in
from lupa.authors.laws.words import GIVEN_BY, NotGroundError
from lupa.authors.laws.worlds import Alone, Beside
from lupa.authors.limited import Tick, limited
from lupa.authors.reports.finding import SEVERITIES, Check, Finding, Report
from lupa.errors import RuleError
from lupa.rules.edition import Edition
from lupa.rules.ground import ground, plainly
from lupa.rules.processes import renewed

if TYPE_CHECKING:
    from lupa.rules.store import Store

Name = tuple[str, str]
"""A policy and one of its editions."""
Apart = frozenset[str] | None
"""The names that stand apart from those of which few stand for many; None where each is ground."""
_FEW: Apart = frozenset()
_HELD = 4
"""So many editions are held at once: of many policies each is ground again when it is asked again."""
_A_PROCESS = 16
"""Of more editions than these, each so many are put to the laws by a process of their own: what clingo
knows of their names would else stay, and grow with every policy."""


def verify(
    kb: Store,
    policies: Sequence[str] = (),
    *,
    all_readings: bool = False,
    examples: bool = False,
    accept: Acceptance | None = None,
    tick: Tick = lambda *_: None,
    timeout: float | None = None,
) -> Report:
    """Puts policies, or one edition of them (`policy@edition`), to every law; all without any.

    Ambiguous texts are read as they usually are, or in every way with `all_readings`. With `examples`,
    a patient is looked for where a law is kept because there is one. What is to be accepted of what is
    new is written beside the rules first. Raises `CaseError` for an unknown policy or edition, and for a
    finding to accept that is none; `RuleError` for rules that cannot be used; and `TimeLimitError` after
    `timeout` seconds.
    """
    with limited(timeout) as time:
        wanted = (name for policy in policies or kb.policies for name in _editions(kb, policy))
        named = list(dict.fromkeys(wanted))
        run = Verification(kb, all_readings=all_readings, examples=examples, together=named)
        told = time.telling("editions were verified", tick)
        run.all_of(named, told)
        report = run.report(named)
    if accept is None:
        return report
    written = accepting(kb, report, accept)
    return replace(run.report(named), written=written)


def _editions(kb: Store, policy: str) -> list[Name]:
    """The editions that a name means: the one it names, or all, oldest first."""
    name, at, edition = policy.partition("@")
    if at:
        return [(name, kb.edition_named(name, edition))]
    return [(name, known) for known, _ in kb.about(name).editions]


class Verification:
    """A run over some editions: what the laws are asked of, and what is found."""

    def __init__(
        self, kb: Store, *, all_readings: bool, examples: bool, together: Sequence[Name] = ()
    ) -> None:
        self._kb = kb
        self._together_with = tuple(together)
        self._usual = not all_readings
        self._with_examples = examples
        self._held: dict[tuple[Name, Apart], Edition] = {}
        self._alone: tuple[Name, Hearing] | None = None
        self._approvals: dict[Name, Approvals] = {}
        self._once = Once()
        self._told: dict[tuple[object, ...], Finding] = {}
        # laws on two policies, or two editions, are asked even where no two meet
        beside = [law for kind in COMPARING for law in laws_in(ground(plainly(law_files(kind))))]
        self._laws = {law.id: law for law in beside}
        self._heard = Heard()

    def all_of(self, names: Sequence[Name], tick: Tick) -> None:
        """Puts editions to the laws; `tick` is told how many are done, of how many."""
        if len(names) <= _A_PROCESS:
            for done, name in enumerate(names):
                tick(done, len(names))
                self.edition(name)
            return
        tick(0, len(names))
        if not self._with_examples:
            payers = Counter(self._kb.about(policy).payer for policy, _ in names)
            paid = [name for name in names if payers[self._kb.about(name[0]).payer] > 1]
            approved = renewed(lambda: self, Verification.approved, paid, _A_PROCESS)
            self._approvals |= {name: a.kept(self._once) for name, a in zip(paid, approved, strict=True)}
        parts = renewed(lambda: self, Verification.part, names, _A_PROCESS)
        for done in range(len(names)):
            tick(done, len(names))
            self._take(next(parts))

    def edition(self, name: Name) -> None:
        """Puts one edition to the laws that speak of one."""
        self._take(self.part(name))

    def part(self, name: Name) -> Part:
        """What comes of one edition."""
        try:
            heard = self._hearing_of(name, None if self._with_examples else _FEW)
        except NotGroundError:
            heard = self._hearing_of(name, None)
        # what is told of it as one is mostly told as what is on file accepts it: as long as it is held
        marked, _ = compared(heard.findings, accepted_in(self._kb.files.folder(name[0])))
        known = frozenset(self._told)
        list(self._together(marked))
        return Part(heard, self._laws, {key: f for key, f in self._told.items() if key not in known})

    def _take(self, part: Part) -> None:
        self._heard.add(part.heard)
        self._laws |= part.laws
        self._told |= part.told

    def _hearing_of(self, name: Name, apart: Apart) -> Heard:
        """What comes of the laws where these names stand apart."""
        heard = Heard()
        lawful = self._with_laws(name, apart)
        if not lawful.program.symbols("pathway", 3):
            folder = self._kb.files.folder(name[0])
            raise RuleError(f"{folder}: no policy is here: no requires/5 gives it a pathway in {name[1]}")
        placed = concerned() | frozenset((name, 2) for name in GIVEN_BY.values())
        marked = self._kb.grounded(
            *name, rules=lambda texts: authored(texts, placed, droppable()), apart=apart
        )
        where = places(marked.program)
        alone = Hearing(Alone(lawful), where, usual=self._usual)
        self._alone = name, alone
        self._hear(alone, heard)
        versions = Compared("two_worlds", (lawful, marked), dropped(marked.program))
        self._hear(Hearing(Beside(versions), where, usual=self._usual), heard)
        before = self._before(name)
        if before is not None:
            versions = Compared("two_editions", (lawful, self._with_laws(before, apart)))
            self._hear(Hearing(Beside(versions), where, usual=self._usual), heard)
        for other in self._beside(name, lawful, heard):
            one, another = self._pair(name, other)
            versions = Compared("two_policies", (one, another, one))
            self._hear(Hearing(Beside(versions), where, usual=self._usual), heard)
        return heard

    def _before(self, name: Name) -> Name | None:
        """The edition of the policy before this one, if there is one."""
        editions = [edition for edition, _ in self._kb.about(name[0]).editions]
        place = editions.index(name[1])
        return (name[0], editions[place - 1]) if place else None

    def _beside(self, name: Name, edition: Edition, heard: Heard) -> Iterator[Name]:
        """Editions of other policies, in force on a day with it, that can bear on its outcome.

        These are the ones on drugs that do, and of those that are verified with it the ones of its payer:
        one may bar what the other requires. Where it is plain that it does not, nothing more is asked.
        """
        about, cone = self._kb.about(name[0]), edition.relevance.outcome_cone
        drugs = [
            str(drug)
            for drug, fact in edition.program.facts("beside", 2)
            if edition.literals[str(fact)] in cone
        ]
        policies = {policy for drug in drugs for policy in self._kb.covering(drug)}
        met = [(p, e) for p in sorted(policies) for e, _ in self._kb.about(p).editions]
        payers = [other for other in self._together_with if other[0] not in policies]
        for other in met + [o for o in payers if self._kb.about(o[0]).payer == about.payer]:
            if other[0] != name[0] and on_a_day((about, name[1]), (self._kb.about(other[0]), other[1])):
                if other in met or self._with_examples or not self._plainly_both(name, other):
                    yield other
                else:
                    heard.checked["approvable_together"] += 1

    def _plainly_both(self, one: Name, other: Name) -> bool:
        approved = [self.approved(name) for name in (one, other)]
        if approved[0].meet(approved[1]):
            return True
        editions = self._pair(one, other)
        if any(edition.known.few.groups != a.groups for edition, a in zip(editions, approved, strict=True)):
            approved = [self._approvals_of(e) for e in editions]
        return plainly_both(approved[0], approved[1], editions[1])

    def approved(self, name: Name) -> Approvals:
        """Whom an edition approves."""
        if name not in self._approvals:
            self._approvals[name] = self._approvals_of(self._with_laws(name, _FEW))
        return self._approvals[name]

    def _approvals_of(self, edition: Edition) -> Approvals:
        return Approvals.of(edition, self._kb.about(edition.policy).drugs, self._once)

    def _pair(self, one: Name, other: Name) -> tuple[Edition, Edition]:
        """Two editions, with the same names ground: the ones that can change places in both."""
        apart: Apart = None if self._with_examples else _FEW
        for _ in range(2):
            editions = self._with_laws(one, apart), self._with_laws(other, apart)
            here, there = (edition.known.few for edition in editions)
            if here.groups == there.groups:
                return editions
            apart = frozenset(here.shared.keys() ^ there.shared.keys())
        return self._with_laws(one, None), self._with_laws(other, None)

    def _with_laws(self, name: Name, apart: Apart) -> Edition:
        """An edition with the laws about one world; of the last few that were asked for, as it was."""
        found = self._held.pop((name, apart), None)
        if found is None:
            found = self._kb.grounded(*name, queries=law_files("one_world"), apart=apart)
            for key in list(self._held)[: 1 - _HELD]:
                del self._held[key]
        self._held[name, apart] = found
        return found

    def _hear(self, hearing: Hearing, heard: Heard) -> None:
        for law in hearing.laws:
            self._laws[law.id] = law
            for verdict in hearing.verdicts(law):
                heard.checked[law.id] += 1
                if verdict.finding is not None:
                    heard.findings.append(verdict.finding)
                elif self._with_examples and verdict.shown_by:
                    heard.examples.append(hearing.example(law, verdict))

    @property
    def _found_in(self) -> list[str]:
        """The policies that findings are of; with a pair, that is not always one that was named."""
        return [finding.policy for finding in self._heard.findings]

    def report(self, named: Sequence[Name]) -> Report:
        """What was found, the gravest first, and what was expected and not found."""
        policies = dict.fromkeys([*(policy for policy, _ in named), *self._found_in])
        entries = [entry for policy in policies for entry in accepted_in(self._kb.files.folder(policy))]
        laws = sorted(self._laws.values(), key=lambda law: (law.number, law.id))
        order = [law.id for law in laws]
        marked, gone = compared(self._heard.findings, entries)
        findings = list(self._together(marked))
        findings.sort(key=lambda f: (SEVERITIES.index(f.severity), order.index(f.check)))
        return Report(
            tuple("@".join(name) for name in named),
            tuple(Check(law.id, law.text, law.severity, self._heard.checked[law.id]) for law in laws),
            tuple(findings),
            tuple(str(entry) for entry in gone if any(entry.is_of(*name) for name in named)),
            tuple(self._heard.examples),
            entries_of(marked, (entry for entry in entries if any(entry.is_of(*name) for name in named))),
        )

    def _together(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """The findings, those of a law that is told together as one of each edition and each reason."""
        groups: dict[tuple[object, ...], list[Finding]] = {}
        for finding in findings:
            together = self._laws[finding.check].together
            kind = finding.subject.partition("(")[0]
            mark = (finding.check, kind, finding.policy, finding.edition, finding.accepted)
            groups.setdefault(mark if together else (*mark, len(groups)), []).append(finding)
        for first, *others in groups.values():
            told = self._laws[first.check].together
            yield self._told_as_one([first, *others]) if told else first

    def _told_as_one(self, findings: Sequence[Finding]) -> Finding:
        """Findings of one law and one edition as one, shown by a patient of the first."""
        first, subjects = findings[0], tuple(finding.subject for finding in findings)
        key = (first.check, first.policy, first.edition, subjects)
        if key not in self._told:
            name, law = (first.policy, first.edition), self._laws[first.check]
            try:
                self._told[key] = self._hearing_alone(name, _FEW).told_as_one(law, findings)
            except NotGroundError:
                self._told[key] = self._hearing_alone(name, None).told_as_one(law, findings, anew=True)
        return replace(self._told[key], accepted=first.accepted)

    def _hearing_alone(self, name: Name, apart: Apart) -> Hearing:
        """An edition alone put to the laws: the last one as it was heard, or others once more."""
        if apart is not None and self._alone is not None and self._alone[0] == name:
            return self._alone[1]
        return Hearing(Alone(self._with_laws(name, apart)), {}, usual=self._usual)
