"""A hearing: an edition alone, or worlds compared, put to each law, with what shows that it is broken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import clingo

from lupa.authors.laws.alike import Alike
from lupa.authors.laws.authored import sorted_places
from lupa.authors.laws.programs import Law, laws_in
from lupa.authors.laws.smallest import smallest
from lupa.authors.laws.words import NotGroundError, Subject, Words
from lupa.authors.laws.worlds import Question, Worlds
from lupa.authors.reports.finding import (
    SEVERITIES,
    Because,
    Clause,
    Example,
    Finding,
    Patient,
    Place,
    Severity,
)
from lupa.rules.solver import Literal

Places = Mapping[clingo.Symbol, tuple[Place, ...]]
UNUSUAL = " Read otherwise than usual, it may."
READ_OTHERWISE = " So it is where the text is read otherwise than usual."
KEPT = -1
"""Of a law that no world breaks, however the text may be read for it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a law comes to for one subject: broken, with the finding, or kept, by what shows it."""

    subject: Subject
    finding: Finding | None = None
    shown_by: tuple[Literal, ...] = ()


class Hearing:
    """Laws and the worlds that they are about."""

    def __init__(self, worlds: Worlds, places: Places, *, usual: bool) -> None:
        self._worlds = worlds
        self._program = worlds.program
        self._solver = worlds.program.solver
        self._places = places
        self._usual = usual
        self._known: dict[str, dict[tuple[clingo.Symbol, ...], list[clingo.Symbol]]] = {}
        self._words = Words(worlds.editions[0])
        self._alike = Alike(worlds.editions)
        self._broken: dict[tuple[object, ...], int] = {}
        self.laws = laws_in(self._program)

    def verdicts(self, law: Law) -> Iterator[Verdict]:
        """What the law comes to for each of its subjects.

        Raises `NotGroundError` where few names cannot stand for all.
        """
        for subject, asked in self._alike.every(self._of(law, "counterexample", 2)):
            yield self._so_of(subject, asked, law, self._refuted(law, asked))
        for subject, asked in self._alike.every(self._of(law, "subject", 2)):
            yield self._so_of(subject, asked, law, self._exemplified(law, asked))

    def _so_of(self, subject: Subject, asked: Subject, law: Law, verdict: Verdict) -> Verdict:
        """What is so of a subject, where it was asked of one that stands for it."""
        if subject == asked:
            return verdict
        finding = verdict.finding
        if finding is not None:
            if not law.together:
                raise NotGroundError(str(subject))
            named = f"{subject}{finding.subject.removeprefix(str(asked))}"
            finding = replace(finding, subject=named)
        return replace(verdict, subject=subject, finding=finding)

    def example(self, law: Law, verdict: Verdict) -> Example:
        """The smallest patients who show that the law is kept for a subject."""
        question = self._worlds.question(law.id, verdict.subject, usual=False)
        edition = self._worlds.editions[0]
        patients = self._shown(question, verdict.shown_by)
        return Example(law.id, edition.policy, edition.name, str(verdict.subject), patients)

    def _of(self, law: Law, name: str, arity: int, *given: Subject) -> list[clingo.Symbol]:
        """What a predicate holds of the law, and of what else is given; possible in some world."""
        start = [clingo.Function(law.id), *given]
        return self._rows(name, arity).get(tuple(start), [])

    def _rows(self, name: str, arity: int) -> dict[tuple[clingo.Symbol, ...], list[clingo.Symbol]]:
        """The last arguments of a predicate by all before, in a fixed order."""
        if name not in self._known:
            rows = self._known[name] = {}
            for symbol in sorted(self._program.symbols(name, arity)):
                *start, last = symbol.arguments
                rows.setdefault(tuple(start), []).append(last)
        return self._known[name]

    def _about(self, name: str, law: Law, *rest: clingo.Symbol) -> Literal | None:
        return self._program.literal(clingo.Function(name, [clingo.Function(law.id), *rest]))

    def _possible(self, *literals: Literal) -> bool:
        return self._solver.satisfiable(literals)

    # ---- what no world may have ----------------------------------------------------------------

    def _refuted(self, law: Law, subject: Subject) -> Verdict:
        broken = self._about("counterexample", law, subject)
        mark = (law.id, *self._alike.pattern(subject))
        if broken is None or self._broken.get(mark) == KEPT:  # which the solver forgets
            return Verdict(subject)
        question = self._worlds.question(law.id, subject, usual=self._usual)
        ways = [(broken, *question.given, *read) for read in _readings(question, law.broken_otherwise)]
        if mark not in self._broken:
            possible = (way for way, held in enumerate(ways) if self._possible(*held))
            self._broken[mark] = next(possible, KEPT) if self._possible(*ways[-1]) else KEPT
        way = self._broken[mark]
        if way == KEPT:
            return Verdict(subject)
        if law.together:  # the patient is looked for once for all that are told with it
            return Verdict(subject, self._finding(law, subject))
        shown, more = self._shown(question, ways[way]), READ_OTHERWISE if way else ""
        return Verdict(subject, self._finding(law, subject, patients=shown, more=more))

    def told_as_one(self, law: Law, findings: Sequence[Finding], *, anew: bool = False) -> Finding:
        """Findings of one law as one, shown by a patient of the first; a single one in words put `anew`.

        Raises `NotGroundError` where it tells of a name that is not ground.
        """
        first, subjects = findings[0], [clingo.parse_term(finding.subject) for finding in findings]
        if len(findings) > 1:
            first = replace(
                first,
                subject=f"{first.subject} and {len(findings) - 1} more",
                text=self.told_of(law, subjects),
                subjects=tuple(finding.subject for finding in findings),
                clauses=tuple(dict.fromkeys(clause for f in findings for clause in f.clauses)),
                places=sorted_places(place for f in findings for place in f.places),
            )
        elif anew:
            first = replace(first, text=self.told_of(law, subjects))
        return replace(first, patients=self.patients(law, subjects[0]))

    def patients(self, law: Law, subject: Subject) -> tuple[Patient, ...]:
        """The smallest patients who show that the law is broken for a subject; none where none can.

        Raises `NotGroundError` for a subject for which another stands.
        """
        if self._alike.is_left(subject):
            raise NotGroundError(str(subject))
        broken = self._about("counterexample", law, subject)
        if broken is None:
            return ()
        question = self._worlds.question(law.id, subject, usual=self._usual)
        return self._shown(question, (broken, *question.given, *question.usual))

    def told_of(self, law: Law, subjects: Sequence[Subject]) -> str:
        """How it reads that the law is broken for all of these subjects.

        Raises `NotGroundError` where it names what is not ground.
        """
        return self._words.of_several(law.broken(subjects[0]), subjects)

    def _shown(self, question: Question, held: Sequence[Literal]) -> tuple[Patient, ...]:
        world = smallest(self._solver, held, question.facts, question.assumed)
        return self._worlds.patients(world or {}, held)

    # ---- what some world must show -------------------------------------------------------------

    def _exemplified(self, law: Law, subject: Subject) -> Verdict:
        question = self._worlds.question(law.id, subject, usual=self._usual)
        given = (*question.given, *question.usual)
        example = self._about("example", law, subject)
        for read in _readings(question, law.shown_otherwise):
            if example is not None and self._possible(example, *question.given, *read):
                return Verdict(subject, None, (example, *question.given, *read))
        comes_up = self._about("subject", law, subject) or 0
        if not self._possible(comes_up, *given):  # such as a criterion of one reading only
            given = tuple(question.given)
            if law.if_ever and not self._possible(comes_up, *given):
                return Verdict(subject)
            if example is not None and self._possible(example, *given):
                return Verdict(subject, None, (example, *given))
        otherwise = example is not None and self._possible(example, *question.given)
        because = self._because(law, subject, given)
        return Verdict(subject, self._finding(law, subject, because=because, otherwise=otherwise))

    def _because(self, law: Law, subject: Subject, given: Sequence[Literal]) -> tuple[Because, ...]:
        """A minimal set of items of which one always stands in the way."""
        asked = self._about("asks", law, subject)
        if asked is None:
            return ()
        in_the_way = self._in_the_way(law, subject)
        items = sorted(in_the_way, key=lambda item: (not item.arguments, item))
        absent = {-in_the_way[item]: item for item in items}
        minimal = self._solver.minimal([asked, *given], list(absent)) or []
        return tuple(
            Because(str(item), self._words.absent(item), self._places_of(self._words.given_by(item)))
            for item in map(absent.__getitem__, minimal)
            if item.arguments
        )

    def _in_the_way(self, law: Law, subject: Subject) -> dict[clingo.Symbol, Literal]:
        """The items of which none may hold: what holds back, and all beside one that is to fail alone."""
        held_back = self._of(law, "holds_back", 3, subject)
        found = {item: self._about("holds_back", law, subject, item) or 0 for item in held_back}
        for alone in self._of(law, "alone", 3, subject):
            for failing in self._program.symbols("failing", 1):
                (item,) = failing.arguments
                if item != alone:
                    found[item] = self._program.literal(failing) or 0
        return found

    # ---- findings ------------------------------------------------------------------------------

    def _finding(
        self,
        law: Law,
        subject: Subject,
        *,
        because: tuple[Because, ...] = (),
        patients: tuple[Patient, ...] = (),
        otherwise: bool = False,
        more: str = "",
    ) -> Finding:
        edition, *others = dict.fromkeys((e.policy, e.name) for e in self._worlds.editions)
        beside = "".join(f" beside {policy}@{name}" for policy, name in others if policy != edition[0])
        severity: Severity = "note" if otherwise else self._gravity(law, subject)
        further = (row.arguments[2:] for row in self._further.get((law.id, subject), ()))
        words = " ".join(
            self._words.sentence(words, about)
            for words, about in ((law.broken(subject), subject), *((w.string, a) for w, a in further))
        )
        return Finding(
            law.id,
            severity,
            *edition,
            f"{subject}{beside}",
            words + (UNUSUAL if otherwise else more),
            clauses=self._clauses(law, subject),
            places=self._places_of(self._of(law, "concerns", 3, subject)),
            because=because,
            patients=patients,
        )

    def _gravity(self, law: Law, subject: Subject) -> Severity:
        """How grave it is that the law is broken for this subject."""
        named = {str(symbol) for symbol in self._of(law, "gravity", 3, subject)}
        return next((severity for severity in SEVERITIES if severity in named), law.severity)

    @cached_property
    def _further(self) -> dict[tuple[str, Subject], list[clingo.Symbol]]:
        """What else is said of the subjects of laws."""
        found: dict[tuple[str, Subject], list[clingo.Symbol]] = {}
        for row in sorted(self._program.symbols("further", 4)):
            found.setdefault((str(row.arguments[0]), row.arguments[1]), []).append(row)
        return found

    def _clauses(self, law: Law, subject: Subject) -> tuple[Clause, ...]:
        ids = dict.fromkeys(map(str, self._of(law, "under", 3, subject)))
        return tuple(Clause(clause, self._words.locator(clause)) for clause in ids)

    def _places_of(self, atoms: Sequence[clingo.Symbol]) -> tuple[Place, ...]:
        return sorted_places(place for atom in atoms for place in self._places.get(atom, ()))


def _readings(question: Question, otherwise: bool) -> list[list[Literal]]:
    """How the text is read where a law is asked: as usual and, where that counts too, otherwise."""
    return [question.usual, []] if otherwise and question.usual else [question.usual]
