"""`verify` is exact: on small random policies it finds what brute force finds, and only that.

What a law demands is told once more in `tests/brute_laws.py`. Below stands, for each law, a policy of
a few lines that breaks it and one that keeps it: no law holds because it asks nothing.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import clingo
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lupa import KnowledgeBase
from lupa.authors.laws.meeting import Approvals, Once, plainly_both
from lupa.authors.reports.finding import Finding, Patient, Report
from lupa.rules.edition import Edition
from lupa.rules.ground import ground
from lupa.rules.store import Store
from tests.brute_editions import AFTER, EDITIONS, random_editions, told_changes
from tests.brute_laws import (
    DEMANDS,
    SEVERITIES,
    Brute,
    Subject,
    agreeing,
    agrees,
    is_minimal_reason,
    size,
    stated,
)
from tests.random_policies import (
    DECISION,
    EDITION,
    OTHER,
    POLICY,
    Facts,
    Made,
    random_made,
    random_pair,
)
from tests.times import times

pytestmark = pytest.mark.slow

# ---- what brute force says ---------------------------------------------------------------------


class Throw(NamedTuple):
    """A throw of the dice: one policy or two, read as usual or in every way."""

    seed: int
    policies: int = 1
    all_readings: bool = False

    def made(self) -> Made:
        dice = random.Random(f"{self.policies} {self.seed}")
        return random_made(dice) if self.policies == 1 else random_pair(dice)


@dataclass(frozen=True)
class Shown:
    """A subject of a law with the patients that `verify` shows for it."""

    subject: Subject
    patients: Sequence[Patient]


def asked_of(edition: Edition) -> dict[str, frozenset[str]]:
    """The facts of each question that the rules of a policy read, save for what every request says."""
    facts = [
        fact
        for fact in edition.literals
        if edition.literals[fact]
        in edition.program.below(
            [
                *edition.outcomes.values(),
                *(atom.literal for atoms in edition.items.values() for atom in atoms),
            ]
        )
    ]
    passed = ("reading(", "requested(indication,", "requested(phase,")
    groups = edition.asking.groups([fact for fact in facts if not fact.startswith(passed)])
    return {group.id: frozenset(group.facts) for group in groups}


class Heard:
    """One knowledge base, as `verify` and as brute force see it."""

    def __init__(self, made: Made, folder: Path, *, all_readings: bool = False) -> None:
        self.made = made
        self.kb = made.written(folder)
        self.report = self.kb.verify([POLICY], all_readings=all_readings, examples=True)
        edition = self.kb.grounded(POLICY, EDITION)
        self.brute = Brute(made, all_readings=all_readings, asked=asked_of(edition))

    @property
    def findings(self) -> list[Finding]:
        return [finding for finding in self.report.findings if finding.policy == POLICY]

    @property
    def shown(self) -> list[Shown]:
        """The findings that a patient must show, and the examples."""
        found = [Shown(self.brute.found[f.check, f.each[0]], f.patients) for f in self.findings]
        examples = [Shown(self.brute.kept[e.check, e.subject], e.patients) for e in self.report.examples]
        return [shown for shown in found if shown.subject.asked is None] + examples

    def said(self, shown: Shown) -> list[dict[str, bool]]:
        return [stated(patient.case, self.brute.vocabulary) for patient in shown.patients]

    @property
    def reasons(self) -> list[tuple[tuple[str, str], list[str]]]:
        """What stands in the way of each demand that is not kept."""
        reasons = [((f.check, f.each[0]), [because.item for because in f.because]) for f in self.findings]
        return [(key, items) for key, items in reasons if self.brute.found[key].asked is not None]

    def shows_in_every_world(self, shown: Shown) -> bool:
        """Each world of the one patient, whatever the case leaves open, shows what it is to show."""
        (said,) = self.said(shown)
        worlds = [world for world in self.brute.worlds if agrees(world, said)]
        return worlds == [world for (world,) in agreeing(shown.subject.sights, [said])]

    def is_smallest(self, shown: Shown) -> bool:
        """Of all worlds that show the same, some of the patients' are the smallest."""
        sights, vocabulary = shown.subject.sights, self.brute.vocabulary
        every, told = (
            {size(shown.subject, sight, vocabulary) for sight in some}
            for some in (sights, agreeing(sights, self.said(shown)))
        )
        return min(every) == min(told, default=None)


def differences(heard: Heard) -> tuple[set[object], set[object]]:
    """What only `verify` finds, and what only brute force finds, with how grave it is."""
    engine = {(f.check, subject, f.severity) for f in heard.findings for subject in f.each}
    brute = {(*key, subject.severity) for key, subject in heard.brute.found.items()}
    return set(engine - brute), set(brute - engine)


FEW = [Throw(seed) for seed in range(14)]
FEW += [Throw(seed, all_readings=True) for seed in range(14, 18)]
FEW += [Throw(seed, policies=2) for seed in range(1, 6)]
MANY = [Throw(seed) for seed in range(100, 100 + times(120))]
MANY += [Throw(seed, all_readings=True) for seed in range(400, 400 + times(40))]
MANY += [Throw(seed, policies=2) for seed in range(100, 100 + times(60))]


@pytest.fixture(
    scope="module",
    params=[*FEW, *(pytest.param(throw, marks=pytest.mark.mass) for throw in MANY)],
    ids=lambda throw: "-".join(map(str, throw)),
)
def heard(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Heard:
    """One throw; the tests of it run one after the other."""
    throw: Throw = request.param
    return Heard(throw.made(), tmp_path_factory.mktemp("kb"), all_readings=throw.all_readings)


def test_a_law_is_found_broken_just_where_brute_force_finds_it_broken(heard: Heard) -> None:
    assert (set(), set()) == differences(heard)


def test_no_more_is_found_than_was_checked(heard: Heard) -> None:
    checked = {check.id: check.checked for check in heard.report.checks}
    found = [finding.check for finding in heard.report.findings for _ in finding.each]
    assert [law for law in checked if found.count(law) > checked[law]] == []


def test_a_demand_is_checked_of_each_of_its_subjects(heard: Heard) -> None:
    subjects = {**heard.brute.found, **heard.brute.kept}.values()
    demanded = Counter(subject.law for subject in subjects if subject.asked is not None)
    # two also ask who is barred, and what is not cited; one asks of fewer, where the answer is plain
    for law in ("continuable", "telling_reading", "decided_without"):
        del demanded[law]
    checked = {check.id: check.checked for check in heard.report.checks}
    assert demanded == {law: checked[law] for law in demanded}


def test_a_demand_that_is_kept_is_shown_on_a_patient(heard: Heard) -> None:
    shown = {(example.check, example.subject) for example in heard.report.examples}
    assert shown <= set(heard.brute.kept)
    # a fact is not asked for where it is plain that not every request of a pathway turns on it
    assert {key for key in set(heard.brute.kept) - shown if key[0] != "decided_without"} == set()


def test_every_patient_replays_to_the_outcome_that_is_told(heard: Heard) -> None:
    patients = [p for s in heard.shown for p in s.patients if "expect" in p.case]
    assert [p.outcome for p in patients] == [heard.kb.decide(p.case).outcome for p in patients]


def test_a_patient_of_whom_nothing_is_expected_has_no_outcome_or_several(heard: Heard) -> None:
    patients = [p for s in heard.shown for p in s.patients if "expect" not in p.case]
    assert [p for p in patients if p.outcome != "no outcome" and " and " not in p.outcome] == []


def test_whatever_a_patient_leaves_open_the_law_shows_on_it(heard: Heard) -> None:
    alone = [shown for shown in heard.shown if len(shown.patients) == 1]
    assert [shown.subject.key for shown in alone if not heard.shows_in_every_world(shown)] == []


def test_no_smaller_patient_shows_the_same(heard: Heard) -> None:
    assert [shown.subject.key for shown in heard.shown if not heard.is_smallest(shown)] == []


def test_a_reason_is_enough_and_no_part_of_it_is(heard: Heard) -> None:
    assert [
        key for key, items in heard.reasons if not is_minimal_reason(heard.brute.found[key], items)
    ] == []


@settings(max_examples=5, deadline=None, derandomize=True)
@given(st.randoms(use_true_random=False))
def test_verify_and_brute_force_agree_on_what_hypothesis_makes(dice: random.Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert (set(), set()) == differences(Heard(random_made(dice), Path(folder)))


@pytest.mark.parametrize(
    "seed",
    [*range(8), *(pytest.param(seed, marks=pytest.mark.mass) for seed in range(100, 100 + times(300)))],
)
def test_two_editions_differ_untold_just_where_brute_force_finds_it(seed: int, tmp_path: Path) -> None:
    made = random_editions(random.Random(f"editions {seed}"))
    report = made.written(tmp_path).verify([f"{POLICY}@{AFTER}"])
    found = [finding for finding in report.findings if finding.check == "told_changes"]
    assert told_changes(made) == {(s, finding.severity) for finding in found for s in finding.each}


def test_what_is_thrown_in_two_editions_breaks_the_law_in_each_way() -> None:
    found = [told_changes(random_editions(random.Random(f"editions {seed}"))) for seed in range(8)]
    kinds = {(subject.partition("(")[0], severity) for some in found for subject, severity in some}
    assert kinds >= {("request", "warning"), ("change", "warning")}
    assert set() in found


def test_what_no_world_holds_keeps_its_name_while_questions_add_rules() -> None:
    rules = "{ true(a; b) }. never :- true(a), not true(a). :- true(b), not true(a)."
    program = ground(lambda control: control.add("base", [], rules))
    never, facts = clingo.Function("never"), sorted(program.literals("true", 1))
    named = program.literal(never)
    for count in (1, 2):  # a solve finds what is impossible, and the next rule would make it be forgotten
        program.solver.enough(facts, count)
        program.solver.satisfiable(facts)
    assert named is not None
    assert named == program.literal(never)


ASKING = {"telling_question"}
"""Speaks of what is asked, which a knowledge base tells and brute force alone does not."""


@pytest.mark.mass
def test_what_is_thrown_breaks_every_law_and_keeps_every_demand() -> None:
    thrown = [Brute(throw.made(), all_readings=throw.all_readings) for throw in FEW]
    broken = {law for brute in thrown for law, _ in brute.found}
    kept = {law for brute in thrown for law, _ in brute.kept}
    assert (broken, kept) == (set(SEVERITIES) - ASKING, DEMANDS - ASKING)


# ---- each law, broken and kept -----------------------------------------------------------------

GOUT = ("requires(small, gout, initial, tested, c_test)", "met(small, tested) :- tested")
"""Gout, initial therapy, is covered after a test."""
GOES_ON = ("requires(small, gout, continuation, better, c_better)", "met(small, better) :- agrees")
"""A continuation, for those who are better."""
SMOKER = (
    "excluded(small, smoker) :- smokes",
    "cites(small, basis(smoker), c_smoke)",
    'clause(small, c_smoke, unproven, "Section c_smoke", "Use in smokers is unproven.")',
)
"""Smokers are on the list of unproven uses."""
FACTS = Facts(flags=("tested", "smokes", "agrees"))


NO_MORE = "excluded(small, continued) :- requested(phase, continuation)"
"""Nobody goes on."""
TERM = ("limit(small, term, months, 12)", "limited(small, gout, initial, term, c_term)")
"""No more than a year."""


def without(outcome: str) -> str:
    """The decision without the rule of an outcome."""
    lines = DECISION.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(f"outcome(Policy, {outcome})"))


class Verify:
    """Puts a policy of a few rules to the laws."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, made: Made) -> Report:
        return made.written(self._folder).verify([POLICY])

    def broken(
        self, law: str, *rules: str, facts: Facts = FACTS, decision: str = DECISION
    ) -> list[tuple[str, str]]:
        """What breaks a law, and how grave that is."""
        return self.of(law, Made(facts, {POLICY: rules}, decision))

    def because(self, law: str, *rules: str) -> list[list[str]]:
        """What stands in the way, of each finding."""
        found = [f for f in self(Made(FACTS, {POLICY: rules})).findings if f.check == law]
        return [[because.item for because in finding.because] for finding in found]

    def of(self, law: str, made: Made) -> list[tuple[str, str]]:
        found = [f for f in self(made).findings if f.check == law and f.policy == POLICY]
        return [(subject, finding.severity) for finding in found for subject in finding.each]


@pytest.fixture
def verify(tmp_path: Path) -> Verify:
    return Verify(tmp_path)


def test_a_pathway_whose_criteria_contradict_each_other_cannot_be_approved(verify: Verify) -> None:
    never = ("requires(small, gout, initial, untested, c_2)", "met(small, untested) :- not tested")
    assert verify.broken("approvable_pathway", *GOUT, *never) == [("pathway(gout,initial)", "error")]


def test_a_pathway_whose_criteria_some_patient_meets_can_be_approved(verify: Verify) -> None:
    also = ("requires(small, gout, initial, no_smoke, c_2)", "met(small, no_smoke) :- not smokes")
    assert verify.broken("approvable_pathway", *GOUT, *also) == []


def test_a_pathway_that_only_another_reading_approves_is_noted(verify: Verify) -> None:
    facts = replace(FACTS, readings={"wording": ("narrow", "wide")})
    also = ("requires(small, gout, initial, wide, c_2)", "met(small, wide) :- reading(wording, wide)")
    assert verify.broken("approvable_pathway", *GOUT, *also, facts=facts) == [
        ("pathway(gout,initial)", "note")
    ]


def test_a_pathway_cannot_be_approved_where_the_decision_never_approves(verify: Verify) -> None:
    found = verify.broken("approvable_pathway", *GOUT, decision=without("approve"))
    assert found == [("pathway(gout,initial)", "error")]


def test_a_pathway_out_of_scope_cannot_be_approved_because_of_the_scope(verify: Verify) -> None:
    scope = "outside(small, elsewhere) :- requested(indication, gout)"
    assert verify.because("approvable_pathway", *GOUT, scope) == [["scope(elsewhere)"]]


def test_a_pathway_only_for_longer_than_its_limit_cannot_be_approved_because_of_both(
    verify: Verify,
) -> None:
    long = ("requires(small, gout, initial, long, c_2)", "met(small, long) :- more_than(months, 12)")
    assert verify.because("approvable_pathway", *GOUT, *long, *TERM) == [["criterion(long)", "limit(term)"]]


def test_a_criterion_that_another_implies_never_decides(verify: Verify) -> None:
    implied = (
        "requires(small, gout, initial, known, c_2)",
        "met(small, known) :- tested",
        "met(small, known) :- smokes",
    )
    expected = [("on(criterion(known),gout,initial)", "warning")]
    assert expected == verify.broken("decisive_criterion", *GOUT, *implied)


def test_a_criterion_that_a_patient_fails_alone_decides(verify: Verify) -> None:
    also = ("requires(small, gout, initial, known, c_2)", "met(small, known) :- smokes")
    assert verify.broken("decisive_criterion", *GOUT, *also) == []


def test_an_exclusion_of_those_who_fail_a_criterion_never_decides(verify: Verify) -> None:
    shadow = (
        "excluded(small, untested) :- not tested, requested(indication, gout), requested(phase, initial)",
    )
    assert verify.broken("decisive_exclusion", *GOUT, *shadow) == [("basis(untested)", "warning")]


def test_an_exclusion_of_nobody_never_decides(verify: Verify) -> None:
    nobody = 'text(small, basis(nobody), "It is nobody", "It is somebody")'
    assert verify.broken("decisive_exclusion", *GOUT, nobody) == [("basis(nobody)", "warning")]


def test_an_exclusion_of_some_who_meet_every_criterion_decides(verify: Verify) -> None:
    assert verify.broken("decisive_exclusion", *GOUT, *SMOKER) == []


def test_who_meets_every_criterion_is_on_the_list_of_unproven_uses(verify: Verify) -> None:
    expected = [("barred(gout,initial,c_smoke)", "warning")]
    assert expected == verify.broken("proven_and_unproven", *GOUT, *SMOKER)


def test_an_exclusion_that_is_no_unproven_use_contradicts_nothing(verify: Verify) -> None:
    assert verify.broken("proven_and_unproven", *GOUT, *SMOKER[:2]) == []


def test_an_exclusion_of_those_who_fail_a_criterion_bars_nobody_who_is_proven(verify: Verify) -> None:
    shadow = (
        "excluded(small, untested) :- not tested",
        "cites(small, basis(untested), c_2)",
        'clause(small, c_2, unproven, "Section c_2", "Use without a test is unproven.")',
    )
    assert verify.broken("proven_and_unproven", *GOUT, *shadow) == []


def test_a_request_of_which_nothing_speaks_falls_in_a_gap(verify: Verify) -> None:
    expected = [("request(asthma,continuation)", "warning"), ("request(asthma,initial)", "warning")]
    assert expected == verify.broken("no_gap", *GOUT, *GOES_ON)


def test_a_request_of_which_a_list_speaks_falls_in_no_gap(verify: Verify) -> None:
    assert verify.broken("no_gap", *GOUT, *GOES_ON, "speaks_of(small, asthma)") == []


def test_a_continuation_is_in_no_gap_where_the_policy_speaks_of_none(verify: Verify) -> None:
    assert verify.broken("no_gap", *GOUT) == [("request(asthma,initial)", "warning")]


def test_the_gaps_of_an_edition_are_told_as_one(verify: Verify) -> None:
    facts = replace(FACTS, indications=("gout", "asthma", "cough"))
    report = verify(Made(facts, {POLICY: (*GOUT, *GOES_ON)}))
    (gap,) = (finding for finding in report.findings if finding.check == "no_gap")
    assert gap.subject == "request(asthma,continuation) and 3 more"
    assert gap.text == (
        "The policy says nothing of a request for asthma and cough, continuation and initial."
    )
    assert len(gap.patients) == 1
    assert gap.patients[0].outcome == "refer"


def test_gaps_of_other_phases_are_told_in_a_sentence_of_their_own(verify: Verify) -> None:
    facts = replace(FACTS, indications=("gout", "asthma", "cough"))
    cough = "requires(small, cough, initial, tested, c_test)"
    report = verify(Made(facts, {POLICY: (*GOUT, *GOES_ON, cough)}))
    (gap,) = (finding for finding in report.findings if finding.check == "no_gap")
    assert gap.text == (
        "The policy says nothing of a request for asthma, continuation and initial. "
        "The policy says nothing of a request for cough, continuation."
    )


def test_many_gaps_are_told_by_the_first_few_and_named_one_by_one_in_the_data(verify: Verify) -> None:
    many = tuple(f"disease_{number:03}" for number in range(500))
    report = verify(Made(replace(FACTS, indications=("gout", *many)), {POLICY: GOUT}))
    (gap,) = (finding for finding in report.findings if finding.check == "no_gap")
    assert gap.text == (
        "The policy says nothing of a request for disease 000, disease 001, disease 002, disease 003, "
        "disease 004 and 495 more, initial."
    )
    assert gap.subjects == tuple(f"request({name},initial)" for name in many)


def test_what_a_list_only_names_is_approved_without_a_criterion(verify: Verify) -> None:
    expected = [("request(asthma,continuation)", "error"), ("request(asthma,initial)", "error")]
    named = "speaks_of(small, asthma)"
    assert expected == verify.broken("approved_without_criteria", *GOUT, *GOES_ON, named)


def test_what_a_list_names_and_excludes_is_approved_for_nobody(verify: Verify) -> None:
    named = ("speaks_of(small, asthma)", "excluded(small, unproven) :- requested(indication, asthma)")
    assert verify.broken("approved_without_criteria", *GOUT, *GOES_ON, *named) == []


def test_an_approval_without_a_criterion_points_at_the_list_that_names_it(verify: Verify) -> None:
    report = verify(Made(FACTS, {POLICY: (*GOUT, "speaks_of(small, asthma)")}))
    (found,) = (finding for finding in report.findings if finding.check == "approved_without_criteria")
    assert [(place.file, place.line) for place in found.places] == [("policies/small/policy.lp", 3)]
    assert "a list names it (speaks_of/2)" in found.text


def test_a_second_rule_for_an_outcome_gives_a_patient_two(verify: Verify) -> None:
    second = "outcome(small, refer) :- smokes"
    assert ("both(approve,refer)", "error") in verify.broken("one_outcome", *GOUT, second)


def test_a_lost_rule_for_an_outcome_leaves_a_patient_without_one(verify: Verify) -> None:
    assert verify.broken("one_outcome", *GOUT, decision=without("deny")) == [("none", "error")]


def test_the_shipped_decision_gives_every_patient_one_outcome(verify: Verify) -> None:
    assert verify.broken("one_outcome", *GOUT, *GOES_ON, *SMOKER) == []


def test_a_pathway_without_the_diagnosis_approves_who_does_not_have_it(verify: Verify) -> None:
    expected = [("request(gout,initial)", "warning")]
    assert expected == verify.broken(
        "diagnosed_before_approved", *GOUT, "speaks_of(small, asthma)", NO_MORE
    )


def test_what_is_cut_to_the_limit_is_approved_without_the_diagnosis_too(verify: Verify) -> None:
    asked = ("requires(small, gout, initial, gout, c_2)", "met(small, gout) :- diagnosis(gout)")
    long = "met(small, gout) :- more_than(months, 12)"
    expected = [("request(gout,initial)", "warning")]
    assert expected == verify.broken("diagnosed_before_approved", *GOUT, *asked, *TERM, long, NO_MORE)


def test_a_pathway_that_asks_for_the_diagnosis_approves_nobody_else(verify: Verify) -> None:
    asked = ("requires(small, gout, initial, gout, c_2)", "met(small, gout) :- diagnosis(gout)")
    assert verify.broken("diagnosed_before_approved", *GOUT, *asked, NO_MORE) == []


def test_what_no_part_of_the_policy_continues_need_not_go_on(verify: Verify) -> None:
    assert verify.broken("continuable", *GOUT) == []


@pytest.mark.parametrize(
    "said",
    [
        "frame(small, gout, continuation, c_on)",
        "limited(small, gout, continuation, term, c_term)",
        "cites(small, phase(continuation), c_on)",
    ],
)
def test_a_start_cannot_be_continued_where_an_author_said_that_it_can(verify: Verify, said: str) -> None:
    rules = (*GOUT, "limit(small, term, months, 12)", said)
    assert verify.broken("continuable", *rules) == [("indication(gout)", "error")]


def test_a_start_cannot_be_continued_where_another_disease_goes_on(verify: Verify) -> None:
    asthma = "requires(small, asthma, continuation, better, c_better)"
    rules = (*GOUT, asthma, "met(small, better) :- agrees")
    assert verify.broken("continuable", *rules) == [("indication(gout)", "error")]


def test_whoever_starts_is_barred_from_going_on_by_what_only_then_excludes(verify: Verify) -> None:
    later = "excluded(small, smoker) :- smokes, requested(phase, continuation)"
    assert verify.broken("continuable", *GOUT, *GOES_ON, later) == [("barred(gout)", "error")]


def test_whoever_starts_is_barred_from_going_on_by_a_criterion_that_only_then_fails(verify: Verify) -> None:
    again = ("requires(small, gout, continuation, first_time, c_3)",)
    once = (
        "requires(small, gout, initial, first_time, c_3)",
        "met(small, first_time) :- requested(phase, initial)",
    )
    expected = [("barred(gout)", "error"), ("indication(gout)", "error")]
    assert expected == verify.broken("continuable", *GOUT, *GOES_ON, *once, *again)


CUT = "limited(small, gout, continuation, less, c_less)", "limit(small, less, months, 6)"
"""Going on, half a year at a time."""


def test_what_is_only_cut_where_it_goes_on_is_told(verify: Verify) -> None:
    assert verify.broken("continuable", *GOUT, *GOES_ON, *CUT) == [("barred(gout)", "error")]


def test_a_continuation_may_be_for_less_where_each_phase_has_its_limit(verify: Verify) -> None:
    assert verify.broken("continuable", *GOUT, *GOES_ON, *CUT, *TERM) == []


def test_whoever_starts_and_is_better_can_go_on(verify: Verify) -> None:
    assert verify.broken("continuable", *GOUT, *GOES_ON, *SMOKER) == []


def test_a_continuation_leaves_out_a_criterion_of_the_start(verify: Verify) -> None:
    expected = [("left_out(criterion(tested),gout)", "note")]
    assert expected == verify.broken("left_out_on_continuation", *GOUT, *GOES_ON)


def test_all_that_a_continuation_leaves_out_is_told_as_one(verify: Verify) -> None:
    asthma = (
        "requires(small, asthma, initial, tested, c_tested)",
        "requires(small, asthma, initial, calm, c_calm)",
        "met(small, calm) :- smokes",
        "requires(small, asthma, continuation, better, c_better)",
    )
    report = verify(Made(FACTS, {POLICY: (*GOUT, *GOES_ON, *asthma)}))
    (note,) = (finding for finding in report.findings if finding.check == "left_out_on_continuation")
    assert set(note.subjects) == {
        "left_out(criterion(tested),gout)",
        "left_out(criterion(tested),asthma)",
        "left_out(criterion(calm),asthma)",
    }
    assert note.text.count("A continuation for") == 2  # what differs by indication is not mixed


def test_a_continuation_that_asks_again_leaves_nothing_out(verify: Verify) -> None:
    again = "requires(small, gout, continuation, tested, c_again)"
    assert verify.broken("left_out_on_continuation", *GOUT, *GOES_ON, again) == []


def test_who_is_outside_the_label_is_approved(verify: Verify) -> None:
    label = "off_label(small, smoker, c_label) :- smokes"
    assert verify.broken("within_label", *GOUT, label) == [("approved(off_label(smoker))", "warning")]


def test_who_is_outside_the_label_is_excluded(verify: Verify) -> None:
    label = "off_label(small, smoker, c_label) :- smokes"
    assert verify.broken("within_label", *GOUT, *SMOKER, label) == []


def test_a_stated_mandate_turns_a_denial_into_an_approval(verify: Verify) -> None:
    met = "met(small, tested) :- override(mandate)"
    facts = replace(FACTS, overrides=("mandate",))
    expected = [("assumed(override(mandate))", "error")]
    assert expected == verify.broken("knowledge_settles", *GOUT, met, facts=facts)


def test_what_is_assumed_to_be_so_turns_an_approval_into_a_denial_once_denied(verify: Verify) -> None:
    facts = replace(FACTS, assumed={"tested": "yes"})
    assert verify.broken("knowledge_settles", *GOUT, facts=facts) == [("assumed(tested)", "error")]


def test_the_first_patient_is_as_assumed_and_the_second_as_stated(verify: Verify) -> None:
    facts = replace(FACTS, assumed={"tested": "yes"})
    report = verify(Made(facts, {POLICY: GOUT}))
    (finding,) = (finding for finding in report.findings if finding.check == "knowledge_settles")
    assert [patient.outcome for patient in finding.patients] == ["approve", "deny"]


def test_what_speaks_against_a_patient_makes_a_denial_an_approval(verify: Verify) -> None:
    facts = replace(FACTS, speaking={"tested": "adverse"})
    assert verify.broken("one_way", *GOUT, facts=facts) == [("adverse(tested)", "error")]
    facts = replace(FACTS, speaking={"tested": "favourable"})
    assert verify.broken("one_way", *GOUT, facts=facts) == []


def test_what_speaks_for_a_patient_makes_an_approval_a_denial(verify: Verify) -> None:
    facts = replace(FACTS, speaking={"smokes": "favourable"})
    assert verify.broken("one_way", *GOUT, *SMOKER, facts=facts) == [("favourable(smokes)", "error")]
    facts = replace(FACTS, speaking={"smokes": "adverse"})
    assert verify.broken("one_way", *GOUT, *SMOKER, facts=facts) == []


NARROWLY = Facts(flags=("tested", "smokes", "agrees"), readings={"wording": ("narrow", "wide")})
"""A text that can be read in two ways."""


def test_what_speaks_for_a_patient_harms_one_where_the_text_is_read_otherwise(verify: Verify) -> None:
    facts = replace(NARROWLY, speaking={"smokes": "favourable"})
    rule = "excluded(small, smoker) :- smokes, reading(wording, wide)"
    expected = [("favourable(smokes)", "error")]
    assert expected == verify.broken("one_way", *GOUT, rule, *SMOKER[1:], facts=facts)
    (finding,) = (f for f in verify(Made(facts, {POLICY: [*GOUT, rule]})).findings if f.check == "one_way")
    assert finding.text.endswith("So it is where the text is read otherwise than usual.")


def test_a_reading_that_is_kinder_does_not_undo_an_approval(verify: Verify) -> None:
    rule = "met(small, tested) :- agrees, reading(wording, wide)"
    kinder, harsher = (
        replace(NARROWLY, speaking={"reading(wording,wide)": kind}) for kind in ("favourable", "adverse")
    )
    assert verify.broken("one_way", *GOUT, rule, facts=kinder) == []
    assert verify.broken("one_way", *GOUT, rule, facts=harsher) == [
        ("adverse(reading(wording,wide))", "error")
    ]


def test_what_is_requested_speaks_for_a_patient_who_else_asks_out_of_scope(verify: Verify) -> None:
    facts = replace(FACTS, routes=("oral", "nasal"), speaking={"requested(route,oral)": "favourable"})
    elsewhere = "outside(small, elsewhere) :- {}requested(route,oral)"
    assert verify.broken("one_way", *GOUT, elsewhere.format("not "), facts=facts) == []
    assert verify.broken("one_way", *GOUT, elsewhere.format(""), facts=facts) == [
        ("favourable(requested(route,oral))", "error")
    ]


CAUTION = ("advisory(small, caution) :- smokes, not agrees", "raises(small, advisory(caution), smokes)")
"""Smokers who do not agree are cautioned."""
AVERTED = "averts(small, advisory(caution), agrees)"


def test_what_raises_an_advisory_takes_it_away(verify: Verify) -> None:
    assert verify.broken("told_one_way", *GOUT, *CAUTION, AVERTED) == []
    reverse = ("advisory(small, caution) :- not smokes, agrees", CAUTION[1])
    assert verify.broken("told_one_way", *GOUT, *reverse, AVERTED) == [
        ("averts(advisory(caution),agrees)", "error"),
        ("raises(advisory(caution),smokes)", "error"),
    ]


def test_what_averts_a_departure_from_the_label_brings_it(verify: Verify) -> None:
    label = ("off_label(small, untested, c_label) :- tested", "averts(small, off_label(untested), tested)")
    assert verify.broken("told_one_way", *GOUT, *label) == [("averts(off_label(untested),tested)", "error")]


def test_what_is_said_to_speak_against_a_patient_never_does(verify: Verify) -> None:
    facts = replace(FACTS, speaking={"tested": "favourable", "smokes": "adverse"})
    assert verify.broken("weighing_fact", *GOUT, facts=facts) == [("adverse(smokes)", "warning")]
    assert verify.broken("weighing_fact", *GOUT, *SMOKER, facts=facts) == []


def test_what_speaks_against_a_patient_in_another_reading_alone_does_so(verify: Verify) -> None:
    facts = replace(NARROWLY, speaking={"smokes": "adverse"})
    rule = "excluded(small, smoker) :- smokes, reading(wording, wide)"
    assert verify.broken("weighing_fact", *GOUT, rule, *SMOKER[1:], facts=facts) == []


def test_what_is_said_to_raise_an_advisory_never_does(verify: Verify) -> None:
    raised = "raises(small, advisory(caution), tested)"
    assert verify.broken("weighing_fact", *GOUT, *CAUTION, AVERTED, raised) == [
        ("raises(advisory(caution),tested)", "warning")
    ]


def test_whoever_takes_the_drug_is_denied_its_continuation(verify: Verify) -> None:
    barred = "excluded(small, beside({0})) :- taking({0}){1}"
    beside = 'text(small, basis(beside({})), "It is taken.", "It is not taken.")'
    assert verify.broken("own_drug", *GOES_ON, barred.format("codeine", "")) == []
    assert verify.broken("own_drug", *GOES_ON, barred.format("aspirin", "")) == [("drug(aspirin)", "error")]
    at_start = barred.format("aspirin", ", requested(phase, initial)")
    assert verify.broken("own_drug", *GOES_ON, at_start, beside.format("codeine")) == []


def test_a_continuation_is_barred_where_the_text_is_read_otherwise(verify: Verify) -> None:
    barred = "excluded(small, continued) :- requested(phase, continuation), reading(wording, wide)"
    assert verify.broken("continuable", *GOUT, *GOES_ON, barred, facts=NARROWLY) == [
        ("barred(gout)", "error")
    ]


def test_a_stated_mandate_only_refers(verify: Verify) -> None:
    facts = replace(FACTS, overrides=("mandate",))
    for rule in ("always", "lifts_denial"):
        named = f"supersedes(small, mandate, c_mandate, {rule})"
        assert verify.broken("knowledge_settles", *GOUT, named, facts=facts) == []


def test_an_exclusion_without_a_clause_is_not_explained(verify: Verify) -> None:
    frame = "frame(small, gout, initial, c_all)"
    expected = [("unexplained(basis(smoker))", "error")]
    assert expected == verify.broken("explained_denial", *GOUT, frame, SMOKER[0])


@pytest.mark.parametrize("own", ["named(basis(smoker))", "own :- smokes. named(basis(smoker); gout)"])
def test_what_a_policy_calls_by_a_name_of_the_laws_is_another_thing(own: str, verify: Verify) -> None:
    """The law calls `named` what is cited by a clause, and this policy what it likes."""
    frame = "frame(small, gout, initial, c_all)"
    broken = verify.broken("explained_denial", *GOUT, frame, SMOKER[0], own)
    assert broken == [("unexplained(basis(smoker))", "error")]


def test_criteria_without_a_clause_that_asks_for_all_are_not_explained(verify: Verify) -> None:
    assert verify.broken("explained_denial", *GOUT) == [("unexplained(basis(criteria_not_met))", "error")]


def test_a_criterion_that_no_row_requires_is_not_explained(verify: Verify) -> None:
    extra = (
        "applies(small, quit) :- smokes",
        "met(small, quit) :- agrees",
        "cites(small, basis(criteria_not_met), c_all)",
    )
    assert verify.broken("explained_denial", *GOUT, *extra) == [("unexplained(criterion(quit))", "error")]


def test_a_denial_out_of_nothing_has_no_basis(verify: Verify) -> None:
    extra = ("outcome(small, deny) :- smokes", "frame(small, gout, initial, c_all)")
    assert verify.broken("explained_denial", *GOUT, *extra) == [("no_basis", "error")]


def test_a_denial_is_explained_by_clauses_of_its_criteria_and_exclusions(verify: Verify) -> None:
    assert verify.broken("explained_denial", *GOUT, "frame(small, gout, initial, c_all)", *SMOKER) == []


def test_a_criterion_that_nobody_can_meet_is_explained_all_the_same(verify: Verify) -> None:
    never = (
        "requires(small, gout, continuation, never, c_never)",
        "met(small, never) :- tested, not tested",
    )
    frames = ("frame(small, gout, initial, c_all)", "frame(small, gout, continuation, c_all)")
    assert verify.broken("explained_denial", *GOUT, *frames, *never) == []


WORDING = replace(FACTS, readings={"wording": ("narrow", "wide")})


def test_a_reading_that_no_rule_uses_tells_nothing(verify: Verify) -> None:
    cited = "cites(small, reading(wording), c_test)"
    expected = [("reading(wording,wide)", "warning")]
    assert expected == verify.broken("telling_reading", *GOUT, cited, facts=WORDING)


def test_a_reading_that_lets_a_criterion_be_met_tells(verify: Verify) -> None:
    cited = (
        "cites(small, reading(wording), c_test)",
        "met(small, tested) :- smokes, reading(wording, wide)",
    )
    assert verify.broken("telling_reading", *GOUT, *cited, facts=WORDING) == []


def test_a_reading_that_tells_must_be_cited(verify: Verify) -> None:
    uncited = "met(small, tested) :- smokes, reading(wording, wide)"
    expected = [("uncited(wording)", "warning")]
    assert expected == verify.broken("telling_reading", *GOUT, uncited, facts=WORDING)


def test_a_reading_that_tells_nothing_need_not_be_cited(verify: Verify) -> None:
    assert verify.broken("telling_reading", *GOUT, facts=WORDING) == []


def test_the_clause_of_a_criterion_that_another_implies_is_idle(verify: Verify) -> None:
    implied = (
        "requires(small, gout, initial, known, c_2)",
        "met(small, known) :- tested",
        "met(small, known) :- smokes",
    )
    assert verify.broken("load_bearing_clause", *GOUT, *implied) == [("clause(c_2)", "warning")]


def test_the_clauses_of_criteria_exclusions_limits_and_scope_bear_a_load(verify: Verify) -> None:
    scope = ("outside(small, elsewhere) :- agrees", "cites(small, scope(elsewhere), c_scope)")
    silent = ("cites(small, referral(policy_silent), c_silent)", "frame(small, gout, initial, c_all)")
    rules = (*GOUT, *SMOKER, *TERM, *scope, *silent)
    assert verify.broken("load_bearing_clause", *rules) == []


PAIRED = {
    POLICY: ("requires(small, gout, initial, tested, c_1)", "met(small, tested) :- tested"),
    OTHER: ("requires(other, gout, initial, tested, c_1)", "met(other, tested) :- tested"),
}
BARS = "excluded(small, codeine) :- taking(codeine)"


def paired(*also: str, **more: object) -> Made:
    """Two policies, on aspirin (small) and on codeine (other), that speak of the same disease."""
    rules = {name: (*rules, *also) if name == POLICY else rules for name, rules in PAIRED.items()}
    return replace(Made(FACTS, rules), **more)  # type: ignore[arg-type]  # names of its fields


def test_a_pair_that_one_policy_bars_is_approved_in_the_other_order(verify: Verify) -> None:
    expected = [("pair(aspirin,codeine) beside other@1", "warning")]
    assert expected == verify.of("order_of_requests", paired(BARS))


def test_a_pair_of_two_payers_is_noted_and_the_payers_are_named(verify: Verify) -> None:
    report = verify(paired(BARS, payers={POLICY: "One plan", OTHER: "Another"}))
    (found,) = (f for f in report.findings if f.check == "order_of_requests")
    assert found.severity == "note"
    assert found.text.endswith(
        "The policies are of two payers, One plan and Another, so that no member meets both unless it is "
        "stated."
    )


def test_a_pair_of_one_payer_is_a_warning_and_the_payer_is_named(verify: Verify) -> None:
    report = verify(paired(BARS))
    (found,) = (f for f in report.findings if f.check == "order_of_requests")
    assert found.severity == "warning"
    assert found.text.endswith("Both policies are of one payer, A payer.")


def test_who_asks_for_the_second_drug_takes_the_first_though_its_policy_reads_only_the_second(
    verify: Verify,
) -> None:
    made = paired(BARS)
    reads = (*made.rules[OTHER], "met(other, tested) :- taking(codeine)")
    report = verify(replace(made, rules={**made.rules, OTHER: reads}))
    (finding,) = (f for f in report.findings if f.check == "order_of_requests" and f.policy == POLICY)
    taken = [(patient.policy, patient.case["facts"]["taking"]) for patient in finding.patients]
    none, aspirin, codeine = ({"only": taken} for taken in ([], ["aspirin"], ["codeine"]))
    assert taken == [(POLICY, none), (OTHER, aspirin), (POLICY, codeine)]


def test_a_pair_that_both_policies_bar_is_never_approved(verify: Verify) -> None:
    made = paired(BARS)
    other = (*made.rules[OTHER], "excluded(other, aspirin) :- taking(aspirin)")
    assert verify.of("order_of_requests", replace(made, rules={**made.rules, OTHER: other})) == []


def test_a_pair_that_is_barred_only_once_both_are_taken_is_barred_in_no_order(verify: Verify) -> None:
    both = "excluded(small, both) :- taking(aspirin), taking(codeine)"
    assert verify.of("order_of_requests", paired(both)) == []


def test_a_drug_for_those_alone_who_take_it_is_not_asked_for_second(verify: Verify) -> None:
    made = paired(BARS)
    other = (made.rules[OTHER][0], "met(other, tested) :- taking(codeine)")
    assert verify.of("order_of_requests", replace(made, rules={**made.rules, OTHER: other})) == []


def test_a_pair_that_no_policy_bars_can_be_asked_for_in_any_order(verify: Verify) -> None:
    assert verify.of("order_of_requests", paired()) == []


def of_two_drugs(*also: str) -> Made:
    """A policy on aspirin and ibuprofen that reads which is asked for, and one on codeine."""
    named = ("requested(item,aspirin)", "requested(item,ibuprofen)")
    drugs = ("aspirin", "ibuprofen", "codeine")
    made = paired("drug(ibuprofen)", *also, covers={POLICY: "(aspirin; ibuprofen)", OTHER: "codeine"})
    return replace(made, facts=Facts(flags=("tested", *named), of_request=named, drugs=drugs))


def test_the_drug_that_a_policy_bars_beside_another_is_the_one_that_is_asked_for(verify: Verify) -> None:
    made = of_two_drugs(f"{BARS}, requested(item,ibuprofen)")
    expected = [("pair(ibuprofen,codeine) beside other@1", "warning")]
    assert verify.of("order_of_requests", made) == expected


def test_a_drug_that_is_denied_to_all_is_never_asked_for_first(verify: Verify) -> None:
    made = of_two_drugs(BARS, "excluded(small, old) :- requested(item,ibuprofen)")
    expected = [("pair(aspirin,codeine) beside other@1", "warning")]
    assert verify.of("order_of_requests", made) == expected


def test_of_several_drugs_the_one_that_is_asked_for_is_not_barred_beside_itself(verify: Verify) -> None:
    goes_on = "requires(small, gout, continuation, tested, c_1)"
    bars = "excluded(small, ibuprofen) :- taking(ibuprofen)"
    found = verify.of("own_drug", of_two_drugs(goes_on, bars))
    assert found == [("drug(ibuprofen)", "error")]
    assert verify.of("own_drug", of_two_drugs(goes_on, f"{bars}, requested(item,aspirin)")) == []


def test_editions_that_are_never_in_force_together_are_no_pair(verify: Verify) -> None:
    bars = (BARS + ', in_force("1")',)
    early, late = {"1": "2020-01-01", "2": "2021-01-01"}, {"1": "2022-01-01"}
    made = paired(*bars, editions={POLICY: early, OTHER: late})
    assert verify.of("order_of_requests", made) == []


def test_two_policies_of_which_one_bars_what_the_other_requires_approve_nobody_together(
    verify: Verify,
) -> None:
    made = paired("excluded(small, smoker) :- smokes", BARS)
    needs = (made.rules[OTHER][0], "met(other, tested) :- tested, smokes")
    expected = [("pair(aspirin,codeine) beside other@1", "warning")]
    made = replace(made, rules={**made.rules, OTHER: needs})
    assert verify.of("approvable_together", made) == expected


def test_two_policies_that_bar_each_others_drug_alone_approve_some_patient_together(verify: Verify) -> None:
    assert verify.of("approvable_together", paired(BARS)) == []


def test_of_policies_that_are_verified_together_each_pair_of_one_payer_is_looked_at(tmp_path: Path) -> None:
    bars = ("excluded(small, smoker) :- smokes",)
    needs = (PAIRED[OTHER][0], "met(other, tested) :- tested, smokes")
    for payer, expected in (("A payer", 2), ("Another", 0)):
        made = replace(paired(*bars, payers={POLICY: "A payer", OTHER: payer}))
        made = replace(made, rules={**made.rules, OTHER: needs})
        kb = made.written(tmp_path / payer)
        found = [f.check for f in kb.verify([POLICY, OTHER]).findings]
        assert found.count("approvable_together") == expected


@pytest.mark.skipif(sys.platform == "win32", reason="no process is forked there")
@pytest.mark.filterwarnings("ignore:.*fork")
@pytest.mark.parametrize("examples", [False, True])
def test_of_many_policies_each_few_are_put_to_the_laws_by_a_process_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, examples: bool
) -> None:
    made = paired(BARS, payers=dict.fromkeys((POLICY, OTHER), "A payer")).written(tmp_path)
    expected = made.verify(examples=examples)
    monkeypatch.setattr("lupa.authors.laws.verify._A_PROCESS", 1)
    monkeypatch.setattr("lupa.rules.processes.is_alone", lambda: True)
    here: list[str] = []
    again = KnowledgeBase.load(tmp_path)

    def grounded(policy: str, *name: str, **how: Any) -> Edition:
        here.append(policy)
        return Store.grounded(again, policy, *name, **how)

    monkeypatch.setattr(again, "grounded", grounded)
    told: list[tuple[int, int]] = []
    assert again.verify(examples=examples, tick=lambda *done: told.append(done)) == expected
    assert (told, here) == ([(0, 2), (0, 2), (1, 2)], [])


def test_a_pair_that_some_patient_needs_both_of_is_no_finding(tmp_path: Path) -> None:
    kb = paired().written(tmp_path)
    report = kb.verify([POLICY, OTHER])
    assert "approvable_together" not in {finding.check for finding in report.findings}
    (check,) = (check for check in report.checks if check.id == "approvable_together")
    assert check.checked == 2


@pytest.mark.parametrize("seed", range(6))
def test_a_pair_is_plainly_approved_only_where_brute_force_finds_a_patient_for_both(
    seed: int, tmp_path: Path
) -> None:
    made = random_pair(random.Random(f"both {seed}"))
    kb = made.written(tmp_path)
    one, other = (kb.grounded(name, EDITION) for name in (POLICY, OTHER))
    subject = Brute(made).together()
    drugs = ("aspirin", "codeine")
    approved = [Approvals.of(edition, drugs, Once()) for edition in (one, other)]
    if approved[0].meet(approved[1]) or plainly_both(approved[0], approved[1], other):
        assert subject.sights


APART = (
    "requires(small, gout, initial, tested, c_1)",
    "requires(small, gout, continuation, tested, c_2)",
    "requires(small, gout, initial, no_smoke, c_3)",
    "met(small, tested) :- tested",
    "met(small, no_smoke) :- not smokes",
)
"""Each phase has a list of its own."""


def test_a_row_that_cites_the_list_of_another_phase_is_found(verify: Verify) -> None:
    row = "requires(small, gout, continuation, no_smoke, c_3)"
    expected = [("shared(c_3,gout,continuation,gout,initial)", "warning")]
    assert verify.broken("clause_of_pathway", *APART, row) == expected


def test_a_row_that_cites_its_own_list_is_not(verify: Verify) -> None:
    row = "requires(small, gout, continuation, no_smoke, c_4)"
    assert verify.broken("clause_of_pathway", *APART, row) == []


def limited(*rows: str) -> tuple[str, ...]:
    """A limit with a clause for each of these pathways."""
    return (TERM[0], *(f"limited(small, {row})" for row in rows))


def test_a_limit_that_cites_the_clause_of_the_other_phase_is_found(verify: Verify) -> None:
    others = ("asthma, initial, term, c_3", "asthma, continuation, term, c_4")
    rows = limited("gout, initial, term, c_1", "gout, continuation, term, c_1", *others)
    expected = [("shared(c_1,gout,continuation,gout,initial)", "warning")]
    assert verify.broken("clause_of_pathway", *GOUT, *rows) == expected


def test_a_limit_that_cites_the_clause_of_the_other_indication_is_found(verify: Verify) -> None:
    others = ("asthma, continuation, term, c_2", "gout, continuation, term, c_3")
    rows = limited("asthma, initial, term, c_1", "gout, initial, term, c_1", *others)
    expected = [("shared(c_1,asthma,initial,gout,initial)", "warning")]
    assert verify.broken("clause_of_pathway", *GOUT, *rows) == expected


def test_a_limit_that_two_indications_share_is_cited_by_both_though_another_is_not(verify: Verify) -> None:
    rows = limited("gout, initial, dose, c_1", "asthma, initial, dose, c_2")
    both = limited("gout, initial, term, c_3", "asthma, initial, term, c_3")
    assert verify.broken("clause_of_pathway", *GOUT, *rows, *both[1:]) == []


def test_a_clause_of_two_indications_is_cited_by_both_though_a_third_has_its_own(verify: Verify) -> None:
    rows = limited("gout, initial, term, c_1", "asthma, initial, term, c_1", "cough, initial, term, c_2")
    assert verify.broken("clause_of_pathway", *GOUT, *rows) == []


def test_one_limit_for_all_is_cited_by_all(verify: Verify) -> None:
    rows = limited(
        "gout, initial, term, c_1", "gout, continuation, term, c_1", "asthma, initial, term, c_1"
    )
    assert verify.broken("clause_of_pathway", *GOUT, *rows) == []


def test_a_heading_that_stands_in_the_list_of_another_indication_is_found(verify: Verify) -> None:
    rows = ("requires(small, asthma, initial, tested, c_asthma)", "frame(small, gout, initial, c_asthma)")
    expected = [("heading(c_asthma,gout,initial,asthma)", "warning")]
    assert verify.broken("clause_of_pathway", *GOUT, *rows) == expected


def test_a_heading_of_its_own_list_is_not(verify: Verify) -> None:
    assert verify.broken("clause_of_pathway", *GOUT, "frame(small, gout, initial, c_test)") == []


def test_one_list_for_both_phases_is_cited_by_both(verify: Verify) -> None:
    both = "requires(small, gout, (initial; continuation), tested, c_1)".partition(
        "(initial; continuation)"
    )
    rows = [phase.join((both[0], both[2])) for phase in ("initial", "continuation")]
    assert verify.broken("clause_of_pathway", *rows, "met(small, tested) :- tested") == []


START = "at_start(small, caution)"


def test_what_speaks_of_starting_shows_on_a_continuation(verify: Verify) -> None:
    rules = (*GOUT, START, "advisory(small, caution) :- smokes")
    assert verify.broken("only_at_start", *rules) == [("at_start(advisory(caution))", "error")]


def test_what_speaks_of_starting_shows_at_the_start_alone(verify: Verify) -> None:
    rules = (*GOUT, START, "advisory(small, caution) :- smokes, requested(phase, initial)")
    assert verify.broken("only_at_start", *rules) == []


def test_an_advisory_that_does_not_speak_of_starting_may_show_on_a_continuation(verify: Verify) -> None:
    assert verify.broken("only_at_start", *GOUT, "advisory(small, caution) :- smokes") == []


def test_a_limit_as_high_as_anyone_can_ask_for_cuts_no_request(verify: Verify) -> None:
    limit = ("limit(small, term, months, 600)", TERM[1])
    expected = [("on(limit(term),gout,initial)", "warning")]
    assert verify.broken("decisive_limit", *GOUT, *limit) == expected


def test_a_limit_that_a_criterion_keeps_too_cuts_no_request(verify: Verify) -> None:
    short = ("requires(small, gout, initial, short, c_2)", "met(small, short) :- not more_than(months, 12)")
    expected = [["criterion(short)"]]
    assert verify.because("decisive_limit", *GOUT, *TERM, *short) == expected


def test_a_limit_below_what_can_be_asked_for_cuts_some_request(verify: Verify) -> None:
    assert verify.broken("decisive_limit", *GOUT, *TERM) == []


def test_two_criteria_on_one_fact_always_fail_together(verify: Verify) -> None:
    again = ("requires(small, gout, initial, checked, c_2)", "met(small, checked) :- tested")
    expected = [("both(criterion(checked),criterion(tested),gout,initial)", "warning")]
    assert verify.broken("fail_apart", *GOUT, *again) == expected


def test_two_criteria_of_which_one_asks_for_more_fail_apart(verify: Verify) -> None:
    more = ("requires(small, gout, initial, checked, c_2)", "met(small, checked) :- tested, agrees")
    assert verify.broken("fail_apart", *GOUT, *more) == []


def test_criteria_of_two_readings_of_one_text_never_meet_and_fail_apart(verify: Verify) -> None:
    readings = (
        "requires(small, gout, initial, one, c_1) :- reading(wording, narrow)",
        "requires(small, gout, initial, two, c_1) :- reading(wording, wide)",
        "met(small, one) :- tested",
        "met(small, two) :- tested",
    )
    assert verify.broken("fail_apart", *readings, facts=WORDING) == []


NOW = (
    *GOUT,
    'requires(small, gout, initial, no_smoke, c_2) :- in_force("2")',
    "met(small, no_smoke) :- not smokes",
)
"""The second edition bars smokers."""
TOLD = 'changes(small, "2", criterion(no_smoke), c_history)'


def test_an_edition_that_asks_for_more_than_its_history_tells_is_found(verify: Verify) -> None:
    made = Made(FACTS, {POLICY: NOW}, editions=EDITIONS)
    assert verify.of("told_changes", made) == [("request(gout,initial)", "warning")]


IN_PARTS = (
    "requires(small, gout, initial, checked, c_checked)",
    "any_of(small, checked)",
    "part(small, checked, tested, c_tested)",
    "met(small, tested) :- tested",
    "met(small, smokes) :- smokes",
    "met(small, agrees) :- agrees",
)


def told_of(verify: Verify, *rules: str) -> list[tuple[str, str]]:
    return verify.of("told_changes", Made(FACTS, {POLICY: (*IN_PARTS, *rules)}, editions=EDITIONS))


def test_that_an_edition_adds_a_part_or_drops_one_is_told_of_the_part(verify: Verify) -> None:
    for edition in ("1", "2"):
        also = f'part(small, checked, smokes, c_smokes) :- in_force("{edition}")'
        told = 'changes(small, "2", criterion(smokes), c_history)'
        assert told_of(verify, also, "part(small, checked, agrees, c_agrees)", told) == []


def test_that_an_edition_asks_for_more_of_a_part_is_told_of_the_part(verify: Verify) -> None:
    also = (
        "part(small, checked, enough, c_enough)",
        'at_least_of(small, enough, 1) :- in_force("1")',
        'at_least_of(small, enough, 2) :- in_force("2")',
        "part(small, enough, smokes, c_enough)",
        "part(small, enough, agrees, c_enough)",
    )
    told = 'changes(small, "2", criterion(enough), c_history)'
    assert told_of(verify, *also) == [("request(gout,initial)", "warning")]
    assert told_of(verify, *also, told) == []


def test_a_part_that_the_history_names_and_that_is_as_before_is_found(verify: Verify) -> None:
    told = 'changes(small, "2", criterion(tested), c_history)'
    assert told_of(verify, told) == [("change(criterion(tested))", "warning")]


def test_an_edition_that_asks_for_what_its_history_tells_is_not(verify: Verify) -> None:
    made = Made(FACTS, {POLICY: (*NOW, TOLD)}, editions=EDITIONS)
    assert verify.of("told_changes", made) == []


def test_a_change_that_the_history_tells_and_no_rule_makes_is_found(verify: Verify) -> None:
    made = Made(FACTS, {POLICY: (*GOUT, TOLD, "met(small, no_smoke) :- not smokes")}, editions=EDITIONS)
    assert verify.of("told_changes", made) == [("change(criterion(no_smoke))", "warning")]


def test_the_same_patient_is_shown_in_both_editions(verify: Verify) -> None:
    report = verify(Made(FACTS, {POLICY: NOW}, editions=EDITIONS))
    (found,) = (finding for finding in report.findings if finding.check == "told_changes")
    assert [(patient.edition, patient.outcome) for patient in found.patients] == [
        ("2", "deny"),
        ("1", "approve"),
    ]


def test_every_request_turns_on_the_one_criterion_of_its_pathway(verify: Verify) -> None:
    expected = [("without(tested,gout,initial)", "warning")]
    assert verify.broken("decided_without", *GOUT) == expected


def test_no_request_turns_on_one_criterion_of_two(verify: Verify) -> None:
    also = ("requires(small, gout, initial, no_smoke, c_2)", "met(small, no_smoke) :- not smokes")
    assert verify.broken("decided_without", *GOUT, *also) == []


def test_every_request_turns_on_the_route_that_the_policy_is_about(verify: Verify) -> None:
    facts = replace(FACTS, routes=("oral", "nasal", "rectal"))
    scope = ("outside(small, elsewhere) :- not requested(route, oral)",)
    also = ("requires(small, gout, initial, no_smoke, c_2)", "met(small, no_smoke) :- not smokes")
    expected = [("without(requested(route,oral),gout,initial)", "warning")]
    assert verify.broken("decided_without", *GOUT, *also, *scope, facts=facts) == expected


def test_nothing_waits_for_what_is_assumed_of_a_silent_record(verify: Verify) -> None:
    facts = replace(FACTS, assumed={"tested": "no"})
    assert verify.broken("decided_without", *GOUT, facts=facts) == []


def test_a_question_whose_answers_all_leave_the_same_is_found(verify: Verify) -> None:
    either = ("met(small, tested) :- agrees, tested", "met(small, tested) :- not agrees, tested")
    assert verify.broken("telling_question", GOUT[0], *either) == [("question(agrees)", "warning")]


def test_a_question_for_an_advisory_alone_tells(verify: Verify) -> None:
    assert verify.broken("telling_question", *GOUT, "advisory(small, caution) :- agrees") == []


def test_a_question_that_only_another_reading_asks_tells(verify: Verify) -> None:
    rules = (*GOUT, "met(small, tested) :- agrees, reading(wording, wide)")
    assert verify.broken("telling_question", *rules, facts=WORDING) == []


def test_a_question_that_tells_only_through_a_law_of_the_domain_tells(verify: Verify) -> None:
    facts = replace(FACTS, laws=["agrees, not tested"])
    rules = (GOUT[0], "met(small, tested) :- tested, agrees", "met(small, tested) :- tested, not agrees")
    assert verify.broken("telling_question", *rules, facts=facts) == []
