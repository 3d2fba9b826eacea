"""The laws of a policy once more, in plain Python, over every world of a small knowledge base.

Nothing here reads what it is to check: worlds are all the answer sets of a control of its own, a law
is a loop over worlds, or over pairs of them, and a clause is taken out by taking out lines of text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import clingo

from tests.random_policies import EDITION, OTHER, PHASES, POLICY, Made, head_of

Row = tuple[str, ...]
Sight = tuple["World", ...]
"""The worlds that a law looks at together, in the order of its patients."""

READ = (
    "clause/5 "
    "applies/2 requires/5 met/2 unmet/2 excluded/2 outside/2 exceeded/2 limit/4 outcome/2 basis/2 "
    "referral/2 on_pathway/3 cites/3 cites/5 frame/4 off_label/3 text/4 limited/5 outcome_of/3 "
    "advisory/2 at_start/2 note/2 raises/3 averts/3"
)


@dataclass(frozen=True, slots=True)
class World:
    """The facts that are true in a world, and what the rules make of them, without the policy."""

    facts: frozenset[str]
    rows: Mapping[str, frozenset[Row]]

    def __call__(self, name: str) -> frozenset[Row]:
        return self.rows.get(name, frozenset())

    def names(self, name: str) -> frozenset[str]:
        """The first argument of each row."""
        return frozenset(row[0] for row in self(name))

    @property
    def outcomes(self) -> frozenset[str]:
        return self.names("outcome/2")

    def outcomes_without(self, clause: str) -> frozenset[str]:
        """The outcomes of the policy from which the lines that a clause carries are cut."""
        return frozenset(outcome for copy, outcome in self("outcome_of/3") if copy == clause)

    @property
    def granted(self) -> bool:
        return not self.outcomes.isdisjoint({"approve", "modify"})


class Vocabulary(NamedTuple):
    """What can be said: all facts, and what is assumed of some."""

    facts: tuple[str, ...]
    defaults: Mapping[str, bool]

    @property
    def usual(self) -> list[str]:
        """The facts by which each reading is as it usually is."""
        return [fact for fact in self.defaults if fact.startswith("reading(")]


def enumerated(made: Made, policy: str, edition: str = EDITION) -> tuple[Vocabulary, list[World]]:
    """Every lawful world, as one policy sees it; all cut points of all policies are facts."""
    control = clingo.Control(["0"])
    texts = made.texts() | {"decision.lp": _cuttable(made.decision)}
    others = [name for name in made.rules if name != policy]
    own = [
        text for name, text in texts.items() if not name.startswith(tuple(f"policies/{o}/" for o in others))
    ]
    cuts = [
        f"limit({o}{_after(rule)}." for o in others for rule in made.rules[o] if rule.startswith("limit(")
    ]
    search = f'{{ true(F) }} :- fact(F). :- impossible(_). in_force("{edition}").'
    single = [
        f":- not 1 = {{ {'; '.join(f'true({fact})' for fact in values)} }}."
        for values in single_valued(made)
    ]
    copies = without_clauses(made) if policy == POLICY else ""
    control.add("base", [], "\n".join([*own, *cuts, search, *single, copies]))
    control.ground([("base", [])])
    return _vocabulary(control), list(_worlds(control, policy))


def single_valued(made: Made) -> Iterator[list[str]]:
    """What is requested, and how a text is read: of each, one."""
    facts = made.facts
    for kind, values in (("indication", facts.indications), ("phase", PHASES), ("route", facts.routes)):
        if values:
            yield [f"requested({kind},{value})" for value in values]
    if facts.graded:
        yield list(facts.graded)
    for name, choices in facts.readings.items():
        yield [f"reading({name},{choice})" for choice in choices]


def _after(rule: str) -> str:
    """What stands behind the policy in a rule."""
    return rule[rule.index(",") :]


def _vocabulary(control: clingo.Control) -> Vocabulary:
    atoms = control.symbolic_atoms
    facts = tuple(sorted(str(a.symbol.arguments[0]) for a in atoms.by_signature("fact", 1)))
    rows = [a.symbol.arguments for a in atoms.by_signature("default", 2)]
    return Vocabulary(facts, {str(fact): str(value) == "yes" for fact, value in rows})


def _worlds(control: clingo.Control, policy: str) -> Iterator[World]:
    wanted = [(name, int(arity)) for name, _, arity in (item.partition("/") for item in READ.split())]
    atoms = [a for signature in wanted for a in control.symbolic_atoms.by_signature(*signature)]
    own = [a for a in atoms if str(a.symbol.arguments[0]) == policy]
    rows = [_row(a.symbol) for a in own]
    certain = [row for row, atom in zip(rows, own, strict=True) if atom.is_fact]
    asked = [(row, atom.literal) for row, atom in zip(rows, own, strict=True) if not atom.is_fact]
    trues = control.symbolic_atoms.by_signature("true", 1)
    facts = [(str(atom.symbol.arguments[0]), atom.literal) for atom in trues]
    known: dict[tuple[bool, ...], dict[str, frozenset[Row]]] = {}
    with control.solve(yield_=True) as handle:
        for model in handle:
            held = tuple(model.is_true(literal) for _, literal in asked)
            if held not in known:
                known[held] = _by_name(
                    [*certain, *(r for (r, _), so in zip(asked, held, strict=True) if so)]
                )
            yield World(frozenset(f for f, literal in facts if model.is_true(literal)), known[held])


def _row(symbol: clingo.Symbol) -> tuple[str, Row]:
    return f"{symbol.name}/{len(symbol.arguments)}", tuple(map(str, symbol.arguments[1:]))


def _by_name(rows: Iterable[tuple[str, Row]]) -> dict[str, frozenset[Row]]:
    found: dict[str, set[Row]] = defaultdict(set)
    for name, row in rows:
        found[name].add(row)
    return {name: frozenset(some) for name, some in found.items()}


# ---- what a law comes to -----------------------------------------------------------------------


class Asked(NamedTuple):
    """Worlds in which a law asks of a subject: what is in the way, and is the outcome as it must be."""

    sight: Sight
    items: frozenset[str]
    answered: bool

    @property
    def kept(self) -> bool:
        """They show that the law is kept: an approval beside a denial is none."""
        return self.answered and not self.items


@dataclass(frozen=True, repr=False)
class Subject:
    """What brute force knows of one subject of a law."""

    law: str
    name: str
    severity: str
    sights: list[Sight]
    """Where it shows: that the law is broken, or for a law that demands a patient, that it is kept."""
    differing: frozenset[str] = frozenset()
    asked: list[Asked] | None = None
    """Of a law that demands a patient, the worlds in which it asks."""

    @property
    def key(self) -> tuple[str, str]:
        return self.law, self.name


SEVERITIES = {
    "approvable_pathway": "error",
    "decisive_criterion": "warning",
    "decisive_exclusion": "warning",
    "proven_and_unproven": "warning",
    "no_gap": "warning",
    "approved_without_criteria": "error",
    "one_outcome": "error",
    "diagnosed_before_approved": "warning",
    "continuable": "error",
    "left_out_on_continuation": "note",
    "order_of_requests": "warning",
    "telling_reading": "warning",
    "within_label": "warning",
    "knowledge_settles": "error",
    "one_way": "error",
    "told_one_way": "error",
    "weighing_fact": "warning",
    "own_drug": "error",
    "explained_denial": "error",
    "load_bearing_clause": "warning",
    "clause_of_pathway": "warning",
    "only_at_start": "error",
    "decisive_limit": "warning",
    "fail_apart": "warning",
    "approvable_together": "warning",
    "decided_without": "warning",
    "telling_question": "warning",
}
"""The laws on one edition, or on two policies; those on two editions stand in `tests/brute_editions.py`."""

DEMANDS = {
    "approvable_pathway",
    "decisive_criterion",
    "decisive_exclusion",
    "continuable",
    "telling_reading",
    "load_bearing_clause",
    "decisive_limit",
    "fail_apart",
    "approvable_together",
    "decided_without",
    "telling_question",
    "weighing_fact",
}
"""The laws that are kept where some patient shows it."""


BROKEN_OTHERWISE = {"one_way", "told_one_way", "own_drug", "continuable"}
"""The laws that a world may break in another reading than the usual one."""
SHOWN_OTHERWISE = {"weighing_fact"}
"""Those that another reading may show to be kept."""
RAISING = ("raises", "averts")


class Brute:
    """All worlds of a policy, and what each law comes to over them."""

    def __init__(
        self, made: Made, *, all_readings: bool = False, asked: Mapping[str, frozenset[str]] | None = None
    ) -> None:
        """`asked` are the facts of each question that the policy asks."""
        self.made = made
        self._asked = asked or {}
        self.vocabulary, self.worlds = enumerated(made, POLICY)
        self._usual = [] if all_readings else self.vocabulary.usual
        self._carrying: dict[int, frozenset[str]] = {}
        self.found: dict[tuple[str, str], Subject] = {}
        self.kept: dict[tuple[str, str], Subject] = {}
        for subject in self._counterexamples():
            if subject.sights:
                self.found[subject.key] = subject
        for subject in self._demands():
            (self.kept if subject.sights else self.found)[subject.key] = subject

    def are_usual(self, worlds: Iterable[World], but: Collection[str] = ()) -> bool:
        """Every reading is the usual one in each of them, but for those of these facts."""
        return all(fact in world.facts or fact in but for world in worlds for fact in self._usual)

    # ---- no world may have it ------------------------------------------------------------------

    def _counterexamples(self) -> Iterator[Subject]:
        for law, subjects in ONE_WORLD.items():
            shown: dict[str, list[Sight]] = defaultdict(list)
            for world in self.worlds:
                for name in set(subjects(self, world)):
                    shown[name].append((world,))
            yield from (self._counter(law, name, sights) for name, sights in shown.items())
        yield from self._barred()
        yield from self._unsettled()
        yield from self._the_wrong_way()
        yield from self._told_the_wrong_way()
        yield from self._own_drug()
        yield from self._uncited()
        if OTHER in self.made.rules:
            yield self._order_of_requests()

    def _counter(
        self, law: str, name: str, sights: Iterable[Sight], differing: frozenset[str] = frozenset()
    ) -> Subject:
        """Where the law is broken, in usual readings; some laws in others too, if in no usual one."""
        every = list(sights)
        usual = [sight for sight in every if self.are_usual(sight, differing)]
        shown = usual or (every if law in BROKEN_OTHERWISE else [])
        return Subject(law, name, SEVERITIES[law], shown, differing)

    def _pairs(self, differing: Collection[str]) -> Iterator[tuple[World, World]]:
        """Every two worlds, and each with itself, that agree on all other facts."""
        alike: dict[frozenset[str], list[World]] = defaultdict(list)
        for world in self.worlds:
            alike[world.facts.difference(differing)].append(world)
        for group in alike.values():
            yield from ((one, two) for one in group for two in group)

    def _unsettled(self) -> Iterator[Subject]:
        """Worlds that differ in one assumed fact: one is denied, the other approved."""
        for fact, value in self.vocabulary.defaults.items():
            if not fact.startswith("reading("):
                sights = (
                    (one, two)
                    for one, two in self._pairs({fact})
                    if (fact in one.facts) is value
                    and (fact in two.facts) is not value
                    and _turned(one, two)
                )
                yield self._counter("knowledge_settles", f"assumed({fact})", sights, frozenset({fact}))

    def _the_wrong_way(self) -> Iterator[Subject]:
        """Worlds in which what speaks against a patient, or for one, comes about, and the reverse of it."""
        for fact, kind in self.made.facts.speaking.items():
            for_one, pairs = kind == "favourable", self._coming_about(fact)
            sights = ((a, b) for a, b in pairs if a.granted is for_one and b.granted is not for_one)
            yield self._counter("one_way", f"{kind}({fact})", sights, self._changing(fact))

    def _told_the_wrong_way(self) -> Iterator[Subject]:
        """Worlds in which what raises an item, or averts it, comes about, and the reverse of it."""
        for kind, item, fact in self._raising():
            raised, pairs = kind == "raises", self._coming_about(fact)
            sights = ((a, b) for a, b in pairs if (item in _items(a)) is raised is not (item in _items(b)))
            yield self._counter("told_one_way", f"{kind}({item},{fact})", sights, self._changing(fact))

    def _own_drug(self) -> Iterator[Subject]:
        """Worlds of a continuation that is granted, but not where the drug itself is taken."""
        drug = self.made.covers[POLICY]
        if f"taking({drug})" in self.vocabulary.facts:
            sights = (
                (one, two)
                for one, two in self._coming_about(f"taking({drug})")
                if "requested(phase,continuation)" in one.facts and one.granted and not two.granted
            )
            yield self._counter("own_drug", f"drug({drug})", sights, frozenset({f"taking({drug})"}))

    def _changing(self, fact: str) -> frozenset[str]:
        """The fact, and those of which one holds in its place."""
        return frozenset({fact, *self._instead_of(fact)})

    def _coming_about(self, fact: str) -> Iterator[tuple[World, World]]:
        """Worlds that agree on the rest: in the first the fact is not so, in the second it is."""
        pairs = self._pairs(self._changing(fact))
        return ((one, two) for one, two in pairs if fact not in one.facts and fact in two.facts)

    def _raising(self) -> list[Row]:
        """What the policy says of what raises or averts its items."""
        rows = {(kind, *row) for world in self.worlds for kind in RAISING for row in world(f"{kind}/3")}
        return sorted(rows)

    def _uncited(self) -> Iterator[Subject]:
        """Worlds that differ in a reading that the policy does not cite, and in the outcome."""
        cited = {row[0] for world in self.worlds for row in world("cites/3")}
        for reading, choices in self.made.facts.readings.items():
            if f"reading({reading})" not in cited:
                differing = frozenset(f"reading({reading},{choice})" for choice in choices)
                sights = ((one, two) for one, two in self._pairs(differing) if one.outcomes != two.outcomes)
                yield self._counter("telling_reading", f"uncited({reading})", sights, differing)

    def _phases(self) -> frozenset[str]:
        return frozenset(fact for fact in self.vocabulary.facts if fact.startswith("requested(phase,"))

    def _continuations(self, indication: str) -> Iterator[tuple[World, World]]:
        """A patient approved for initial therapy, and the same patient asking for its continuation."""
        for one, two in self._pairs(self._phases()):
            starts = (indication, "initial") in one("on_pathway/3") and "approve" in one.outcomes
            starts = starts and _goes_on(one)
            goes_on = {f"requested(indication,{indication})", "requested(phase,continuation)"} <= two.facts
            if starts and goes_on:
                yield one, two

    def _starts(self) -> list[str]:
        """The indications that have a pathway for initial therapy, in some world with continuations."""
        rows = {row[:2] for world in self.worlds if _goes_on(world) for row in world("requires/5")}
        return sorted(indication for indication, phase in rows if phase == "initial")

    def _barred(self) -> Iterator[Subject]:
        for indication in self._starts():
            sights = (
                (one, two)
                for one, two in self._continuations(indication)
                if (indication, "continuation") in two("on_pathway/3")
                and two.names("unmet/2").isdisjoint(_only_then(one, indication))
                and "approve" not in two.outcomes
                and not _cut_as_written(one, two, indication)
            )
            yield self._counter("continuable", f"barred({indication})", sights, self._phases())

    @property
    def _between_requests(self) -> frozenset[str]:
        """What may differ between two requests of one patient: what belongs to one, and both drugs."""
        taken = {f"taking({self.made.covers[name]})" for name in (POLICY, OTHER)}
        of_request = {*self.made.facts.requested, *self.made.facts.of_request}
        of_request |= {fact for fact in self.vocabulary.facts if fact.startswith("more_than(months,")}
        return frozenset({*taken, *of_request})

    def _order_of_requests(self) -> Subject:
        one_drug, other_drug = self.made.covers[POLICY], self.made.covers[OTHER]
        first_taken, then_taken = f"taking({one_drug})", f"taking({other_drug})"
        differing = self._between_requests
        of_request = differing - {first_taken, then_taken}

        def those(worlds: Iterable[World], outcome: str, *taken: str) -> dict[frozenset[str], list[World]]:
            found: dict[frozenset[str], list[World]] = defaultdict(list)
            for world in worlds:
                if outcome in world.outcomes and world.facts & {first_taken, then_taken} == set(taken):
                    found[world.facts - differing].append(world)
            return found

        first, third = those(self.worlds, "approve"), those(self.worlds, "deny", then_taken)
        second = those(enumerated(self.made, OTHER)[1], "approve", first_taken)
        sights = (
            (one, two, three)
            for patient, approved in first.items()
            for one in approved
            for three in third.get(patient, ())
            if one.facts & of_request == three.facts & of_request
            for two in second.get(patient, ())
        )
        name = f"pair({one_drug},{other_drug}) beside {OTHER}@{EDITION}"
        found = self._counter("order_of_requests", name, sights, differing)
        same_payer = self.made.payers[POLICY] == self.made.payers[OTHER]
        return found if same_payer else replace(found, severity="note")

    # ---- some world must show it ---------------------------------------------------------------

    def _demands(self) -> Iterator[Subject]:
        rows = {row for world in self.worlds for row in world("requires/5")}
        for indication, phase in sorted({row[:2] for row in rows}):
            in_play = [w for w in self.worlds if any(r[:2] == (indication, phase) for r in w("requires/5"))]
            asked = _approvable(self.worlds, indication, phase)
            yield self._demand("approvable_pathway", f"pathway({indication},{phase})", in_play, asked)
        for indication, phase, criterion in sorted({row[:3] for row in rows}):
            row = (indication, phase, criterion)
            in_play = [w for w in self.worlds if any(r[:3] == row for r in w("requires/5"))]
            asked = _decisive_criterion(in_play, row)
            name = f"on(criterion({criterion}),{indication},{phase})"
            yield self._demand("decisive_criterion", name, in_play, asked)
        for basis in sorted({row[0] for world in self.worlds for row in world("text/4")}):
            if basis.startswith("basis(") and basis != "basis(criteria_not_met)":
                asked = _decisive_exclusion(self.worlds, basis)
                yield self._demand("decisive_exclusion", basis, self.worlds, asked)
        for limited in sorted({row[:3] for world in self.worlds for row in world("limited/5")}):
            asked = list(_cut(self.worlds, limited))
            name = f"on(limit({limited[2]}),{limited[0]},{limited[1]})"
            yield self._demand("decisive_limit", name, self.worlds, asked)
        yield from self._criteria_apart()
        yield from self._pairs_demanded()
        if OTHER in self.made.rules:
            yield self.together()
        yield from self._clauses()
        yield from self._turning()
        yield from self._questions()
        yield from self._weighing()

    def _weighing(self) -> Iterator[Subject]:
        """Worlds in which what is said to do something comes about, and does it."""
        for fact, kind in self.made.facts.speaking.items():
            for_one = kind == "favourable"
            asked = [
                Asked((a, b), frozenset(), a.granted is not for_one and b.granted is for_one)
                for a, b in self._coming_about(fact)
            ]
            name = f"{kind}({fact})"
            yield self._demand("weighing_fact", name, self.worlds, asked, self._changing(fact))
        for kind, item, fact in self._raising():
            raised = kind == "raises"
            asked = [
                Asked((a, b), frozenset(), (item in _items(a)) is not raised is (item in _items(b)))
                for a, b in self._coming_about(fact)
            ]
            name = f"{kind}({item},{fact})"
            yield self._demand("weighing_fact", name, self.worlds, asked, self._changing(fact))

    def _turning(self) -> Iterator[Subject]:
        """Worlds of a pathway that differ in one fact, so in the first alone: same outcomes."""
        for fact in self.vocabulary.facts:
            if fact in self.vocabulary.defaults or fact.startswith(
                ("reading(", "requested(indication,", "requested(phase,")
            ):
                continue
            differing = frozenset({fact, *self._instead_of(fact)})
            pairs = [(a, b) for a, b in self._pairs(differing) if fact in a.facts and fact not in b.facts]
            for pathway in sorted({row[:2] for a, _ in pairs for row in a("on_pathway/3")}):
                if fact == f"diagnosis({pathway[0]})":  # another law asks for it
                    continue
                on_it = [(a, b) for a, b in pairs if pathway in a("on_pathway/3")]
                asked = [Asked(pair, frozenset(), pair[0].outcomes == pair[1].outcomes) for pair in on_it]
                name = f"without({fact},{','.join(pathway)})"
                yield self._demand("decided_without", name, [a for a, _ in on_it], asked, differing)

    def _instead_of(self, fact: str) -> frozenset[str]:
        """Of which facts just one holds, this one included; of most facts there are none."""
        for group in single_valued(self.made):
            if fact in group:
                return frozenset(group)
        return frozenset()

    def _questions(self) -> Iterator[Subject]:
        """Two answers to a question, read alike, and what is tied to them: more is told by one."""
        readings = frozenset(fact for fact in self.vocabulary.facts if fact.startswith("reading("))
        for question, facts in self._asked.items():
            differing = facts.union(*map(self._tied, facts))
            asked = [
                Asked((a, b), frozenset(), _told(a) != _told(b))
                for a, b in self._pairs(differing)
                if a.facts & facts != b.facts & facts
            ]
            in_play = [a for one in asked for a in one.sight]
            name = f"question({question})"
            yield self._demand("telling_question", name, in_play, asked, differing | readings)

    def _tied(self, fact: str) -> frozenset[str]:
        """What laws can force where this fact changes."""
        laws = [
            {fact for fact in self.vocabulary.facts if _speaks_of(law, fact)}
            for law in self.made.facts.laws
        ]
        laws += [{f"active({name})", f"diagnosis({name})"} for name in self.made.facts.active]
        laws += [set(group) for group in single_valued(self.made)]
        for quantity in ("at_least(age,", "more_than(months,"):
            laws.append({fact for fact in self.vocabulary.facts if fact.startswith(quantity)})
        tied = {fact}
        while more := [law for law in laws if law & tied and not law <= tied]:
            tied.update(*more)
        return frozenset(tied)

    def _criteria_apart(self) -> Iterator[Subject]:
        """Two criteria of a pathway, where one of them is asked for and fails: the other does not."""
        rows = sorted({row[:3] for world in self.worlds for row in world("requires/5")})
        for one, two in ((a, b) for a in rows for b in rows if a[:2] == b[:2] and _before(a, b)):
            pair = {one[2], two[2]}
            asked = [
                Asked((world,), frozenset(), not pair <= world.names("unmet/2"))
                for world in self.worlds
                if one[:2] in world("on_pathway/3") and pair & world.names("unmet/2")
                if any((*one[:2], name) in _required(world) for name in pair & world.names("unmet/2"))
            ]
            in_play = [world for world in self.worlds if {one, two} <= _required(world)]
            name = f"both(criterion({one[2]}),criterion({two[2]}),{one[0]},{one[1]})"
            yield self._demand("fail_apart", name, in_play, asked)

    def together(self) -> Subject:
        """A patient whom both policies approve, each on a request of its own."""
        differing = self._between_requests
        others = defaultdict(list)
        for world in enumerated(self.made, OTHER)[1]:
            if "approve" in world.outcomes:
                others[world.facts - differing].append(world)
        asked = [
            Asked((one, two, one), frozenset(), answered=True)
            for one in self.worlds
            if "approve" in one.outcomes
            for two in others[one.facts - differing]
        ]
        name = f"pair({self.made.covers[POLICY]},{self.made.covers[OTHER]})"
        found = self._demand("approvable_together", name, self.worlds, asked, differing)
        return found if found.sights else replace(found, name=f"{name} beside {OTHER}@{EDITION}")

    def _pairs_demanded(self) -> Iterator[Subject]:
        for indication in self._starts():
            pathway = (indication, "initial")
            in_play = [
                w for w in self.worlds if _goes_on(w) and any(r[:2] == pathway for r in w("requires/5"))
            ]
            asked = [_continued(sight, indication) for sight in self._continuations(indication)]
            yield self._demand("continuable", f"indication({indication})", in_play, asked, self._phases())
        for reading, choices in self.made.facts.readings.items():
            if f"reading({reading})" in {row[0] for world in self.worlds for row in world("cites/3")}:
                differing = frozenset(f"reading({reading},{choice})" for choice in choices)
                for choice in choices[1:]:
                    asked = list(self._told(reading, choices[0], choice, differing))
                    name = f"reading({reading},{choice})"
                    yield self._demand("telling_reading", name, self.worlds, asked, differing)

    def _told(self, reading: str, usual: str, choice: str, differing: frozenset[str]) -> Iterator[Asked]:
        """Worlds that differ in one reading only, the usual and another."""
        for one, two in self._pairs(differing):
            if f"reading({reading},{usual})" in one.facts and f"reading({reading},{choice})" in two.facts:
                yield Asked((one, two), frozenset(), one.outcomes != two.outcomes)

    def _clauses(self) -> Iterator[Subject]:
        for clause in sorted(_carriers(self.made)):
            in_play = [world for world in self.worlds if clause in self._carried_in(world)]
            asked = [
                Asked((world,), frozenset(), world.outcomes_without(clause) != world.outcomes)
                for world in in_play
            ]
            yield self._demand("load_bearing_clause", f"clause({clause})", in_play, asked)

    def _carried_in(self, world: World) -> frozenset[str]:
        """The clauses that carry something that holds in the world."""
        if id(world.rows) not in self._carrying:
            self._carrying[id(world.rows)] = frozenset(_carried(_given(world)))
        return self._carrying[id(world.rows)]

    def _demand(
        self,
        law: str,
        name: str,
        in_play: Sequence[World],
        asked: Sequence[Asked],
        differing: frozenset[str] = frozenset(),
    ) -> Subject:
        """Whether some world shows it: a usual one, if it comes up in any."""
        looked_at = list(asked)
        if any(self.are_usual([world], differing) for world in in_play):
            looked_at = [one for one in asked if self.are_usual(one.sight, differing)]
        if law in SHOWN_OTHERWISE and not any(one.kept for one in looked_at):
            looked_at = list(asked)
        shown = [one.sight for one in looked_at if one.kept]
        severity = "note" if any(one.kept for one in asked) else SEVERITIES[law]
        return Subject(law, name, severity, shown, differing, looked_at)


# ---- one world ---------------------------------------------------------------------------------


def _barred_by_text(brute: Brute, world: World) -> Iterator[str]:  # noqa: ARG001
    if not world("unmet/2") and not world("outside/2"):
        for indication, phase in world("on_pathway/3"):
            for basis in world.names("excluded/2"):
                unproven = {row[0] for row in world("clause/5") if row[1] == "unproven"}
                clauses = {row[1] for row in world("cites/3") if row[0] == f"basis({basis})"}
                for clause in clauses & unproven:
                    yield f"barred({indication},{phase},{clause})"


def _requested(world: World) -> tuple[str, str]:
    """The indication and the phase."""
    asked = {fact for fact in world.facts if fact.startswith("requested(")}
    pairs = dict(fact.removeprefix("requested(").removesuffix(")").split(",") for fact in asked)
    return pairs["indication"], pairs["phase"]


def _gap(brute: Brute, world: World) -> Iterator[str]:  # noqa: ARG001
    silent = ("policy_silent",) in world("referral/2") and not world("outside/2")
    if silent and (_requested(world)[1] == "initial" or _goes_on(world)):
        yield "request({},{})".format(*_requested(world))


def _goes_on(world: World) -> bool:
    """The policy speaks of a continuation: by a row of one, a heading, a limit or a citation."""
    rows = (row[1] for name in ("requires/5", "frame/4", "limited/5") for row in world(name))
    return "continuation" in rows or "phase(continuation)" in world.names("cites/3")


def _uncriticised(brute: Brute, world: World) -> Iterator[str]:  # noqa: ARG001
    if world.granted and not world("applies/2"):
        yield "request({},{})".format(*_requested(world))


def _outcomes(brute: Brute, world: World) -> Iterator[str]:  # noqa: ARG001
    if not world.outcomes:
        yield "none"
    ordered = sorted(map(clingo.Function, world.outcomes))
    yield from (f"both({one},{two})" for one in ordered for two in ordered if one < two)


def _undiagnosed(brute: Brute, world: World) -> Iterator[str]:
    indication, phase = _requested(world)
    fact = f"diagnosis({indication})"
    if world.granted and fact in brute.vocabulary.facts and fact not in world.facts:
        yield f"request({indication},{phase})"


def _left_out(brute: Brute, world: World) -> Iterator[str]:  # noqa: ARG001
    if world.granted:
        for indication, phase in world("on_pathway/3"):
            if phase == "continuation":
                initial = {r[2] for r in world("requires/5") if r[:2] == (indication, "initial")}
                for criterion in initial - world.names("met/2"):
                    yield f"left_out(criterion({criterion}),{indication})"


def _off_label(brute: Brute, world: World) -> Iterator[str]:  # noqa: ARG001
    if world.granted:
        yield from (f"approved(off_label({reason}))" for reason, _ in world("off_label/3"))


def _unexplained(brute: Brute, world: World) -> Iterator[str]:  # noqa: ARG001
    if "deny" in world.outcomes:
        if not world("basis/2"):
            yield "no_basis"
        named = {row[0] for row in world("cites/3")}
        named |= {row[2] for row in world("cites/5") if row[:2] in world("on_pathway/3")}
        items = {f"basis({name})" for name in world.names("basis/2")}
        items |= {f"criterion({name})" for name in world.names("unmet/2")}
        yield from (f"unexplained({item})" for item in items - named)


def _shared(brute: Brute, world: World) -> Iterator[str]:  # noqa: ARG001
    """Clauses on two pathways which elsewhere ask for one criterion by clauses of their own."""
    lists: dict[Row, set[tuple[str, str]]] = defaultdict(set)
    for row in world("requires/5"):
        lists[row[:2]].add((row[2], row[3]))
    for one, other in ((a, b) for a in lists for b in lists if a != b and _before(a, b)):
        here, there = ({clause for _, clause in lists[way]} for way in (one, other))
        own, its = (
            {(c, k) for c, k in lists[w] if k not in far} for w, far in ((one, there), (other, here))
        )
        if {criterion for criterion, _ in own} & {criterion for criterion, _ in its}:
            yield from (f"shared({clause},{','.join((*one, *other))})" for clause in here & there)


def _limits_shared(brute: Brute, world: World) -> Iterator[str]:  # noqa: ARG001
    """Clauses of limits on two pathways that differ in what elsewhere tells clauses apart."""
    rows = {(i, p, limit, clause) for i, p, limit, clause in world("limited/5")}
    for place in (0, 1):  # by indication, by phase
        own = {(row[place], row[3]) for row in rows}
        evident = {
            (a[2], a[place], b[place])
            for a in rows
            for b in rows
            if a[2] == b[2] and a[1 - place] == b[1 - place] and a[place] != b[place]
            if (b[place], a[3]) not in own and (a[place], b[3]) not in own
        }
        for a, b in ((a, b) for a in rows for b in rows if _before(a[:2], b[:2])):
            if a[2:] == b[2:] and (a[2], a[place], b[place]) in evident:
                yield f"shared({a[3]},{','.join((*a[:2], *b[:2]))})"


def _headings(brute: Brute, world: World) -> Iterator[str]:  # noqa: ARG001
    """Headings that stand in the list of another indication, and not in that of their own."""
    listed = {(row[0], row[3]) for row in world("requires/5")}
    for indication, phase, clause in world("frame/4"):
        for another in {i for i, c in listed if c == clause} if (indication, clause) not in listed else ():
            yield f"heading({clause},{indication},{phase},{another})"


def _of_pathway(brute: Brute, world: World) -> Iterator[str]:
    for law in (_shared, _limits_shared, _headings):
        yield from law(brute, world)


def _required(world: World) -> frozenset[Row]:
    return frozenset(row[:3] for row in world("requires/5"))


def _before(one: Row, other: Row) -> bool:
    return tuple(map(clingo.Function, one)) < tuple(map(clingo.Function, other))


def _at_start(brute: Brute, world: World) -> Iterator[str]:  # noqa: ARG001
    if "requested(phase,continuation)" in world.facts:
        for advisory in world.names("at_start/2") & world.names("advisory/2"):
            yield f"at_start(advisory({advisory}))"


ONE_WORLD: Mapping[str, Callable[[Brute, World], Iterator[str]]] = {
    "proven_and_unproven": _barred_by_text,
    "no_gap": _gap,
    "approved_without_criteria": _uncriticised,
    "one_outcome": _outcomes,
    "diagnosed_before_approved": _undiagnosed,
    "left_out_on_continuation": _left_out,
    "within_label": _off_label,
    "explained_denial": _unexplained,
    "clause_of_pathway": _of_pathway,
    "only_at_start": _at_start,
}


def _in_the_way(world: World) -> frozenset[str]:
    """What fails: criteria, exclusions and the scope."""
    return frozenset(
        f"{kind}({name})"
        for kind, rows in (("criterion", "unmet/2"), ("basis", "excluded/2"), ("scope", "outside/2"))
        for name in world.names(rows)
    )


def _approvable(worlds: Iterable[World], indication: str, phase: str) -> list[Asked]:
    asked = []
    for world in worlds:
        if (indication, phase) in world("on_pathway/3"):
            items = _in_the_way(world) | {f"limit({name})" for name in world.names("exceeded/2")}
            asked.append(Asked((world,), items, "approve" in world.outcomes))
    return asked


def _cut(worlds: Iterable[World], row: Row) -> Iterator[Asked]:
    for world in worlds:
        limited = any(r[:3] == row for r in world("limited/5"))
        if limited and row[:2] in world("on_pathway/3") and row[2] in world.names("exceeded/2"):
            yield Asked((world,), _in_the_way(world), "modify" in world.outcomes)


def _decisive_criterion(worlds: Iterable[World], row: Row) -> list[Asked]:
    asked = []
    for world in worlds:
        if row[:2] in world("on_pathway/3") and row[2] not in world.names("met/2"):
            items = _in_the_way(world) - {f"criterion({row[2]})"}
            asked.append(Asked((world,), items, "deny" in world.outcomes))
    return asked


def _decisive_exclusion(worlds: Iterable[World], basis: str) -> list[Asked]:
    asked = []
    for world in worlds:
        if basis in _in_the_way(world):
            items = _in_the_way(world) - {basis}
            asked.append(Asked((world,), items, "deny" in world.outcomes))
    return asked


def _continued(sight: tuple[World, World], indication: str) -> Asked:
    _, two = sight
    items = frozenset(item for item in _in_the_way(two) if not item.startswith("scope("))
    continued = (indication, "continuation") in two("on_pathway/3") and "approve" in two.outcomes
    return Asked(sight, items, continued)


def _items(world: World) -> set[str]:
    """What is told beside the outcome, as a policy speaks of it."""
    told = {"advisory": "advisory/2", "note": "note/2", "off_label": "off_label/3"}
    return {f"{kind}({name})" for kind, rows in told.items() for name in world.names(rows)}


def _told(world: World) -> tuple[frozenset[Row], ...]:
    """What a reader of the decision is told: the outcome, and what stands beside it."""
    return world("outcome/2"), world("advisory/2"), world("note/2")


def _speaks_of(law: str, fact: str) -> bool:
    return fact in (part.strip().removeprefix("not ").strip() for part in re.split(r",(?![^(]*\))", law))


def _turned(one: World, two: World) -> bool:
    """A denial here, an approval there."""
    both = one.outcomes, two.outcomes
    return any("deny" in here and "approve" in there for here, there in (both, both[::-1]))


def _cut_as_written(one: World, two: World, indication: str) -> bool:
    """A continuation is cut, but by limits on what initial therapy has a limit on too."""
    of_both = {
        (limit, quantity)
        for limit, quantity, _ in one("limit/4")
        for other, alike, _ in one("limit/4")
        if quantity == alike and (indication, "initial", other) in {row[:3] for row in one("limited/5")}
    }
    cut = {row[:2] for row in one("limit/4") if row[0] in two.names("exceeded/2")}
    return "modify" in two.outcomes and cut <= of_both


def _only_then(world: World, indication: str) -> set[str]:
    """The criteria that a continuation asks for and initial therapy does not."""
    by_phase: dict[str, set[str]] = defaultdict(set)
    for row in world("requires/5"):
        if row[0] == indication:
            by_phase[row[1]].add(row[2])
    return by_phase["continuation"] - by_phase["initial"]


# ---- clauses taken out -------------------------------------------------------------------------


def _carried(heads: Iterable[clingo.Symbol]) -> dict[str, list[clingo.Symbol]]:
    """What each clause carries, of what these heads give."""
    heads = list(heads)
    rows = [head for head in heads if head.name == "requires"]
    found: dict[str, list[clingo.Symbol]] = defaultdict(list)
    for head in heads:
        if head.name in ("requires", "limited"):
            found[str(head.arguments[4])].append(head)
        if head.name == "frame":
            found[str(head.arguments[3])] += [r for r in rows if r.arguments[1:3] == head.arguments[1:3]]
        if head.name == "supersedes":
            found[str(head.arguments[2])] += [h for h in heads if _is_given_by(h, _OVERRIDE)]
        if head.name == "cites":
            _, item, clause = head.arguments
            found[str(clause)] += [h for h in heads if _is_given_by(h, item)]
    return {clause: given for clause, given in found.items() if given}


def _is_given_by(head: clingo.Symbol, item: clingo.Symbol) -> bool:
    """The head says that this item holds; the rows of a phase are what it says."""
    name = {"basis": "excluded", "scope": "outside", "phase": "requires", "referral": "referral"}.get(
        item.name
    )
    place = 2 if item.name == "phase" else 1
    return head.name == name and bool(item.arguments) and head.arguments[place] == item.arguments[0]


_OVERRIDE = clingo.parse_term("referral(override)")
_REFERRALS = tuple(
    clingo.parse_term(f"referral({POLICY},{reason})") for reason in ("override", "policy_silent")
)


def _carriers(made: Made) -> dict[str, list[clingo.Symbol]]:
    """The clauses that carry something, by what stands in the rules."""
    return _carried([*map(head_of, made.rules[POLICY]), *_REFERRALS])


def without_clauses(made: Made) -> str:
    """Copies of the policy, each called as a clause, and without the lines that this clause carries.

    What the copy of a clause comes to is told as `outcome_of(small, Clause, Outcome)`.
    """
    lines = []
    for clause, gone in _carriers(made).items():
        rules = [rule for rule in made.rules[POLICY] if head_of(rule) not in gone]
        lines += [rule.replace(f"({POLICY},", f"({clause},") + "." for rule in rules]
        lines += [f"policy({clause}). outcome_of({POLICY},{clause},O) :- outcome({clause},O)."]
        lines += [f"cut({clause},{head.arguments[1]})." for head in gone if head.name == "referral"]
    return "\n".join(lines)


def _cuttable(decision: str) -> str:
    """The decision, of which the copy of a policy can be without a kind of referral."""
    for _, reason in (head.arguments for head in _REFERRALS):
        rules = re.compile(rf"^(referral\(Policy, {reason}\).*)\.$", re.MULTILINE)
        decision = rules.sub(rf"\1, not cut(Policy, {reason}).", decision)
    return f"{decision}\n#defined cut/2.\n"


def _given(world: World) -> Iterator[clingo.Symbol]:
    """What holds in a world that a clause may carry, or that says which."""
    for name in ("requires/5", "limited/5", "excluded/2", "outside/2", "referral/2", "frame/4", "cites/3"):
        for row in world(name):
            yield clingo.parse_term(f"{name[:-2]}({','.join((POLICY, *row))})")


# ---- patients ----------------------------------------------------------------------------------


def size(subject: Subject, sight: Sight, vocabulary: Vocabulary) -> tuple[int, int]:
    """How much is contrary to what is assumed in these worlds, and how many other facts are true."""
    first, *others = sight
    defaults = vocabulary.defaults
    looked_at = [(first, vocabulary.facts), *((world, subject.differing) for world in others)]
    contrary = sum(
        (fact in world.facts) is not defaults[fact]
        for world, facts in looked_at
        for fact in facts
        if fact in defaults
    )
    true = sum(fact in world.facts for world, facts in looked_at for fact in facts if fact not in defaults)
    return contrary, true


def stated(case: Mapping[str, Any], vocabulary: Vocabulary) -> dict[str, bool]:
    """What a case says of each fact, with what is assumed of a silent one."""
    said = dict(vocabulary.defaults)
    for name, value in (case["request"] | case["facts"]).items():
        if name in ("indication", "phase", "route"):
            said |= {f: f == f"requested({name},{value})" for f in _of(vocabulary, f"requested({name},")}
        elif name == "reading":
            for kind, choice in value.items():
                said |= {f: f == f"reading({kind},{choice})" for f in _of(vocabulary, f"reading({kind},")}
        elif name in ("months", "age"):
            said |= {f: value >= _bound(f) for f in _of(vocabulary, f"at_least({name},")}
            said |= {f: value > _bound(f) for f in _of(vocabulary, f"more_than({name},")}
        elif isinstance(value, dict) and "only" in value:  # a list that is said to be complete
            only = {f"{name}({','.join(path)})" for path in _paths(value["only"])}
            said |= {f: f in only for f in _of(vocabulary, f"{name}(")}
        elif isinstance(value, dict | str) and name != "policy":  # the value of what is single-valued
            for *group, chosen in _paths(value):
                beginning = f"{name}({''.join(f'{argument},' for argument in group)}"
                said |= {f: f == f"{beginning}{chosen})" for f in _of(vocabulary, beginning)}
        elif name != "policy":
            said[name] = value
    return said


def _paths(value: Any) -> Iterator[tuple[str, ...]]:
    """The arguments that are named, one below the other, in a mapping, a list or a value."""
    if isinstance(value, str):
        yield (value,)
    for key in value if not isinstance(value, str) else ():
        below = _paths(value[key]) if isinstance(value, dict) else [()]
        yield from ((key, *path) for path in below)


def _of(vocabulary: Vocabulary, beginning: str) -> list[str]:
    return [fact for fact in vocabulary.facts if fact.startswith(beginning)]


def _bound(cut: str) -> int:
    return int(cut.rpartition(",")[2].removesuffix(")"))


def agrees(world: World, said: Mapping[str, bool]) -> bool:
    return all((fact in world.facts) is value for fact, value in said.items())


def agreeing(sights: Iterable[Sight], saids: Sequence[Mapping[str, bool]]) -> list[Sight]:
    """The sights of which each world is one of the patient of whom this is said."""
    return [
        sight
        for sight in sights
        if all(agrees(world, said) for world, said in zip(_once(sight), saids, strict=True))
    ]


def _once(sight: Sight) -> list[World]:
    """The worlds of a sight, each once: a patient who is looked at twice is told once."""
    return [world for place, world in enumerate(sight) if not any(world is one for one in sight[:place])]


def is_minimal_reason(subject: Subject, items: Collection[str]) -> bool:
    """One of the items is always in the way, and of no fewer; the decision counts only if it must."""
    every = {item for asked in subject.asked or () for item in asked.items}
    decision = not _always(subject, every, decision=False)
    fewer = [{*items} - {item} for item in items]
    return _always(subject, items, decision=decision) and not any(
        _always(subject, some, decision=decision) for some in fewer
    )


def _always(subject: Subject, items: Collection[str], *, decision: bool) -> bool:
    """In every world in which the law asks, one of these is in the way, or the decision is."""
    return all(
        not asked.items.isdisjoint(items) or (decision and not asked.answered)
        for asked in subject.asked or ()
    )
