"""The laws of the exploring verbs, each as a check of one record against brute force."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from lupa import CaseError, KnowledgeBase
from lupa.answers.exploration import Asked, Flip, Flips, Plan, Statement, Step, WhatIf
from lupa.answers.when import Some
from lupa.compiled.warm import warm
from lupa.record.edits import edited
from lupa.record.record import record_of
from lupa.rules.edition import Edition
from tests import brute, oracle, worlds
from tests.brute import Plain, Said, Worlds, overlaid, plain
from tests.worlds import Gap

Case = dict[str, Any]
MANY_REASONS = 10
MANY_FLIPS = 200


@dataclass(frozen=True)
class Examined:
    """A case with what its record says, and the rules of its edition in a plain solver."""

    case: Case
    edition: Edition
    plain: Plain
    stated: Said
    assumed: Said

    @property
    def said(self) -> dict[str, bool]:
        return {**self.assumed, **self.stated}

    def silent(self) -> list[str]:
        return [f for f in self.plain.literals if f not in self.said and not brute.is_quiet(f)]

    def told_apart(self, subjects: Collection[str]) -> list[str]:
        """The facts of which statements can be made, and those that are silent, as far as they are read."""
        silent = {fact for fact in self.silent() if fact in self.edition.literals}
        return [f for f in self.plain.literals if brute.subject_of(f) in subjects or f in silent]

    def worlds(self, most: int = 1500) -> Worlds | None:
        return self.plain.worlds(self.said, self.silent(), most)

    def read(self, case: Mapping[str, Any]) -> dict[str, bool]:
        """What the record of another case says."""
        record, problems = record_of(case, self.edition)
        assert not problems
        return {**record.assumed, **record.stated}


def examine(kb: KnowledgeBase, case: Case, root: Path | None = None) -> Examined:
    (question,) = kb.questions(case)
    edition, record = question.edition, question.record
    solver = plain(edition.policy, edition.name, root)
    return Examined(case, edition, solver, record.stated, record.assumed)


# ---- records -----------------------------------------------------------------------------------

TIED: tuple[Gap, ...] = (
    *(
        (kind, "")
        for kind in ("indication", "phase", "route", "age", "months", "supply", "dosed_per_label")
    ),
    *(("diagnoses", name) for name in ("sle", "lupus_nephritis", "severe_active_cns_lupus")),
    *(("active", name) for name in oracle.ACTIVE),
    *(("overrides", name) for name in oracle.OVERRIDES),
    *(("readings", name) for name in oracle.READINGS),
    *(("taking", name) for name in ("prednisone", "cyclophosphamide", "hydroxychloroquine", "belimumab")),
    *(("taking", name) for name in ("voclosporin", "anifrolumab", "rituximab")),
    *(("attests", name) for name in oracle.ATTESTATIONS),
    *(("documented", name) for name in oracle.DOCUMENTED),
    *((kind, "") for kind in ("received_iv", *worlds.FEP_ALONE)),
)
"""What laws and choices tie together, and what decides most."""


def hopeful_world(dice: random.Random, policy: str) -> oracle.World:
    """A world not far from an approval, so that much of what is left open in it decides."""
    return replace(
        worlds.random_world(dice, policy),
        indication=dice.choice(("lupus_nephritis", "lupus_nephritis", "sle")),
        route="intravenous",
        age=dice.choice((17, 40, 40, 40)),
        diagnoses=frozenset({"sle", "lupus_nephritis"}),
        active=frozenset({"sle", "lupus_nephritis"}),
        taking=worlds.some(dice, ("prednisone", "hydroxychloroquine", "belimumab"), 0.5)
        | worlds.some(dice, ("cyclophosphamide", "voclosporin", "rituximab"), 0.1),
        stops=frozenset(),
        attests=worlds.some(dice, oracle.ATTESTATIONS, 0.95),
        documented=worlds.some(dice, oracle.DOCUMENTED, 0.9),
        live_vaccine=dice.random() < 0.1,
        received_iv=dice.random() < 0.9,
        dosed_per_label=dice.random() < 0.9,
        overrides=frozenset(),
    )


def random_case(dice: random.Random, number: int, policy: str, edition: str) -> Case:
    """A record of one of five kinds by turns: complete, with few gaps, with many, with tied ones, odd."""
    world = dice.choice((worlds.random_world, hopeful_world))(dice, policy)
    kind = number % 5
    gaps = worlds.random_gaps(dice, most=10 if kind == 2 else 4)
    if kind == 3:
        gaps = dice.sample(TIED, dice.randint(1, 7))
    if kind == 4:
        return said_oddly(dice, worlds.case_with_gaps(world, gaps, policy, edition), policy)
    if kind == 0:
        return worlds.case_of(world, policy, edition)
    return worlds.case_with_gaps(world, gaps, policy, edition)


BARE: dict[str, Any] = {
    "request": {
        "drug": "Benlysta",
        "route": "intravenous",
        "indication": "lupus_nephritis",
        "phase": "initial",
    },
    "facts": {
        "age": 34,
        "diagnosis": {"lupus_nephritis": True, "severe_active_cns_lupus": False},
        "active": ["lupus_nephritis"],
        "taking": {"only": []},
        "dosed_per_label": True,
    },
}
"""A request that nothing stands against, but for a treatment that is still to be begun."""


def said_oddly(dice: random.Random, case: Case, policy: str) -> Case:
    """The case with ranges for numbers, a day of birth, and families as lists or left open altogether.

    A list says what is so, and says that it is all or does not.
    """
    request, facts = case["request"], case["facts"]
    months, rate = dice.choice(MONTHS_SAID), dice.choice(RATES_SAID)
    request |= {"months": months} if months is not None else {}
    if rate is not None and policy == "fep_lupkynis":
        request.pop("capsules", None)
        request.pop("days_supply", None)
        request |= rate
    facts["age"] = dice.choice(AGES_SAID)
    if facts["age"] == "born":
        del facts["age"]
        request["service_date"] = "2024-10-15"
        facts["birth_date"] = dice.choice(("2006-10-15", "2006-10-16", "2019-10-15", "2020-01-01"))
    names = ("taking", "attests", "documented", "override", "received")
    name = dice.choice([name for name in names if name in facts])
    if dice.random() < 0.5:
        so = sorted(member for member, said in facts[name].items() if said and member != "only")
        facts[name] = {"only": so} if dice.random() < 0.7 else so
    elif name in ("documented", "override", "received"):
        facts[name] = None
    return case


MONTHS_SAID = (None, {"at_least": 6}, {"at_most": 12}, {"more_than": 12}, {"at_least": 3, "at_most": 14})
RATES_SAID: tuple[Case | None, ...] = (
    None,
    {"capsules_per_90_days": {"at_most": 540}},
    {"capsules_per_90_days": 541, "capsules": 541},
    {"capsules": {"at_least": 500}, "days_supply": 90},
    {"capsules": 540},
)
AGES_SAID = ({"at_least": 18}, {"less_than": 18}, {"at_least": 4, "at_most": 40}, 17.5, "born", "born", 40)


# ---- flip --------------------------------------------------------------------------------------


def check_flips(kb: KnowledgeBase, examined: Examined, to: str, **wishes: Any) -> Flips:
    """Each flip applied gives the outcome for certain, no part of it does, and it touches what it may."""
    said, solver = examined.said, examined.plain
    answer = flips_either_way(kb, examined, to, wishes)
    assert answer.to == to
    assert answer.decision == kb.decide(examined.case)
    fixed, costs = wishes.get("fixed", ()), wishes.get("costs") or {}
    flips = [{s.fact: s.value for s in flip.statements} for flip in answer.flips]
    for place, (flip, made) in enumerate(zip(answer.flips, flips, strict=True)):
        if place < 2 or flip.statements[0].on:  # of the others the record is compared
            assert kb.decide(dict(flip.case)).possible == (to,), made
        check_statements(examined, flip.statements, fixed, costs)
        if flip.statements[:1] and flip.statements[0].on:
            check_wait(kb, examined, to, flip)
        else:
            after = overlaid(said, made.items())
            assert solver.makes_certain(after, to), made
            assert after.items() <= examined.read(flip.case).items(), made
            for part in parts_of(made.items()):
                assert len(part) == len(made) or not solver.makes_certain(overlaid(said, part), to), made
        assert flip.cost == brute.cost_of((s.fact, s.cost) for s in flip.statements)
    found = [frozenset(made.items()) for made in flips]
    together = told_in_ways(answer)
    assert len(together) == len(flips)
    assert set(together) == {(flip.cost, made) for flip, made in zip(answer.flips, found, strict=True)}
    assert all(len(way.words) == len(way.alternatives) for way in answer.ways)
    assert not any(one <= other for one, other in itertools.permutations(found, 2))
    prices = [flip.cost for flip in answer.flips]
    assert prices == sorted(prices)
    assert answer.ties == prices.count(min(prices, default=0))
    for reason in some_reasons(kb, examined, to):
        about = set(map(brute.subject_of, reason))
        for flip, made in zip(answer.flips, flips, strict=True):
            waits = any(s.on for s in flip.statements)  # the day may change what is told of other numbers
            assert waits or about & set(map(brute.subject_of, made)), (reason, flips)
    return answer


def told_in_ways(answer: Flips) -> list[tuple[int, frozenset[tuple[str, bool]]]]:
    """Each of the flips that the ways of an answer stand for: its cost, and what it states."""
    return [
        (way.cost, frozenset((s.fact, s.value) for s in itertools.chain(way.statements, chosen, *sets)))
        for way in answer.ways
        for chosen in itertools.product(*way.alternatives)
        for sets in itertools.product(*way.sets)
    ]


def parts_of(made: Iterable[tuple[str, bool]]) -> Iterator[tuple[tuple[str, bool], ...]]:
    every = list(made)
    return itertools.chain.from_iterable(
        itertools.combinations(every, size) for size in range(len(every) + 1)
    )


def check_statements(
    examined: Examined, made: Sequence[Statement], fixed: Collection[str], costs: Mapping[str, int]
) -> None:
    """Each statement can come about as it says, at its price; a request that is filed otherwise is all."""
    literals, stated = examined.plain.literals, examined.stated
    within = [
        *brute.statements(literals, stated, examined.assumed, fixed, costs),
        *brute.filed_otherwise(literals, stated, fixed, costs),
    ]
    allowed = {(s.fact, s.value, s.kind): s.cost for s in within}
    for s in made:
        assert s.was is stated.get(s.fact)
        if s.kind == "wait":
            assert (s.cost, s.value, s.fact in fixed) == (costs.get(s.fact, brute.WAIT), True, False)
        else:
            assert s.cost == allowed[s.fact, s.value, s.kind]
    if any(s.kind == "file_otherwise" for s in made):
        assert {s.kind for s in made} == {"file_otherwise"}


def check_wait(kb: KnowledgeBase, examined: Examined, to: str, flip: Flip) -> None:
    """What is waited for comes about on that day and not before, and is needed."""
    wait, *others = flip.statements
    assert wait.on is not None
    assert wait.on == flip.case["request"]["service_date"]
    assert wait.on in wait.text
    on = date.fromisoformat(wait.on)
    today = date.fromisoformat(examined.case["request"]["service_date"])
    assert 0 < (on - today).days <= brute.LONGEST_WAIT
    said = examined.read(flip.case)
    assert all(said[s.fact] is s.value for s in flip.statements)
    before = {**flip.case, "request": {**flip.case["request"], "service_date": str(on - timedelta(1))}}
    assert examined.read(before)[wait.fact] is False
    assert kb.decide(before).possible != (to,)
    for day in (examined.case, on_day(examined.case, on)):
        read = examined.read(day)
        for part in parts_of((s.fact, s.value) for s in others):
            if day is examined.case or len(part) < len(others):
                assert not examined.plain.makes_certain(overlaid(read, part), to), (wait, part)


def on_day(case: Case, on: date) -> Case:
    return {**case, "request": {**case["request"], "service_date": str(on)}}


def some_reasons(kb: KnowledgeBase, examined: Examined, to: str) -> list[set[str]]:
    """Minimal reasons of a verdict that is another than this, up to so many."""
    (question,) = kb.questions(examined.case)
    with question:
        if len(question.outcomes) > 1 or to in question.outcomes:
            return []
        (outcome,) = question.outcomes.values()
        reasons = itertools.islice(question.reasons(outcome), MANY_REASONS)
        return [{examined.edition.facts[abs(x)] for x in reason} for reason in reasons]


def random_reach(dice: random.Random, examined: Examined, most: int) -> tuple[list[str], dict[str, int]]:
    """Up to so many facts, or choices, that are not fixed: the facts that are, and some other costs."""
    every = list(brute.statements(examined.plain.literals, examined.stated, examined.assumed, (), {}))
    every = [s for s in every if not brute.is_quiet(s.fact)]
    subjects = sorted({s.subject for s in every})
    telling = [
        subject
        for subject in subjects
        if not subject.startswith("taking") or examined.said.get(subject, True) or dice.random() < 0.1
    ]
    chosen = set(dice.sample(telling, min(len(telling), most)))
    chosen |= {f"requested({kind}" for kind in ("phase", "indication", "route") if dice.random() < 0.3}
    if "birth_date" in examined.case.get("facts", {}) and dice.random() < 0.8:
        chosen |= {f for f in examined.plain.literals if f.startswith("at_least(age")}
    fixed = [f for f in examined.plain.literals if brute.subject_of(f) not in chosen]
    reachable = sorted({s.fact for s in every if s.subject in chosen})
    costs = {fact: dice.randint(1, 6) for fact in reachable} if dice.random() < 0.4 else {}
    return fixed, costs


def flips_either_way(kb: KnowledgeBase, examined: Examined, to: str, wishes: Mapping[str, Any]) -> Flips:
    """What is told where sets are tried with a solver; read off functions, it is the same.

    Of very many that cost the same, either may tell others.
    """
    edition, answers = examined.edition, list[Flips]()
    before = edition.answering
    warm(edition)
    for told_by in (edition.solver, edition.answering):
        edition.answering = told_by
        answers.append(kb.flip(examined.case, to, **wishes))
    edition.answering = before
    tried, read_off = answers
    assert len(tried.flips) >= MANY_FLIPS or tried == read_off
    return tried


def check_all_flips(
    kb: KnowledgeBase,
    examined: Examined,
    to: str,
    fixed: Collection[str],
    costs: Mapping[str, int],
    most: int,
) -> Flips | None:
    """Just the cheapest of all sets of statements are found; where there is none, the reason holds."""
    solver, said = examined.plain, examined.said
    reach = list(brute.statements(solver.literals, examined.stated, examined.assumed, set(fixed), costs))
    reach = [s for s in reach if not brute.is_quiet(s.fact)]
    subjects = {s.subject for s in reach}
    free = examined.told_apart(subjects)
    told = solver.worlds({f: v for f, v in said.items() if f not in free}, free, 3000)
    if told is None:
        return None
    expected = brute.minimal_flips(told, said, reach, to)
    if examined.edition.policy in dict(oracle.EDITIONS) and expected != {frozenset(): 0}:
        filed = list(brute.filed_otherwise(solver.literals, examined.stated, set(fixed), costs))
        expected |= filings(examined, filed, to)
        expected |= later_flips(examined, to, set(fixed), costs)
    prices = sorted(expected.values())
    answer = check_flips(kb, examined, to, fixed=fixed, costs=costs, most=most)
    found = {frozenset((s.fact, s.value) for s in flip.statements): flip.cost for flip in answer.flips}
    assert {flip: expected.get(flip) for flip in found} == found
    ties = prices.count(prices[0]) if prices else 0
    assert answer.ties == ties
    assert sorted(found.values()) == prices[: max(most, ties)]
    assert answer.more == (len(expected) > len(found))
    if not expected:
        check_why_none(examined, answer, subjects)
    return answer


def filings(examined: Examined, filed: Sequence[brute.Statement], to: str) -> dict[brute.FlipSet, int]:
    """Every least set of what is requested otherwise that makes the outcome certain, and what it costs."""
    found: dict[brute.FlipSet, int] = {}
    for size in range(1, 4):
        for chosen in itertools.combinations(filed, size):
            made = frozenset((s.fact, s.value) for s in chosen)
            is_new = not any(known <= made for known in found)
            if len({s.subject for s in chosen}) < size or not is_new:
                continue
            certain = examined.plain.makes_certain(overlaid(examined.said, made), to)
            if certain and not brute.is_unsupported(examined.stated, made):
                found[made] = sum(s.cost for s in chosen)
    return found


def later_flips(
    examined: Examined, to: str, fixed: Collection[str], costs: Mapping[str, int]
) -> dict[brute.FlipSet, int]:
    """Every set with a day to wait for: each of the days is tried on which the record is another one."""
    if "birth_date" not in examined.case.get("facts", {}):
        return {}
    today = date.fromisoformat(examined.case["request"]["service_date"])
    days, solver = [examined], examined.plain
    found: dict[brute.FlipSet, int] = {}
    for after in range(1, brute.LONGEST_WAIT + 1):
        case = on_day(examined.case, today + timedelta(after))
        record, problems = record_of(case, examined.edition)
        assert not problems
        if record.stated == days[-1].stated:
            continue
        reached = [f for f in solver.literals if days[-1].stated.get(f) is False and record.stated.get(f)]
        there = Examined(case, examined.edition, solver, record.stated, record.assumed)
        for fact in [f for f in reached if f not in fixed][:1]:
            reach = list(brute.statements(solver.literals, there.stated, there.assumed, fixed, costs))
            reach = [s for s in reach if not brute.is_quiet(s.fact)]
            free = there.told_apart({s.subject for s in reach})
            told = solver.worlds({f: v for f, v in there.said.items() if f not in free}, free, 3000)
            assert told is not None
            for made, cost in brute.minimal_flips(told, there.said, reach, to).items():
                if not any(
                    solver.makes_certain(overlaid(earlier.said, part), to)
                    for earlier in days
                    for part in parts_of(made)
                ):
                    found[made | {(fact, True)}] = cost + costs.get(fact, brute.WAIT)
        days.append(there)
    return found


def check_why_none(examined: Examined, answer: Flips, subjects: Collection[str]) -> None:
    """The facts that block the outcome do so, all of them, and are out of reach; or others are needed."""
    blocked = {cause.fact: cause.value for cause in answer.blocked}
    if not blocked:  # the rest is tested one by one
        assert answer.beyond
        assert examined.plain.has_world({}, answer.to)
        assert examined.said.keys().isdisjoint(answer.beyond)
        return
    assert not answer.beyond
    assert {fact: examined.said.get(fact) for fact in blocked} == blocked
    assert set(subjects).isdisjoint(map(brute.subject_of, blocked))
    assert not examined.plain.has_world(blocked, answer.to)
    for fact in blocked:
        fewer = {f: v for f, v in blocked.items() if f != fact}
        assert examined.plain.has_world(fewer, answer.to), (blocked, fact)


# ---- ask ---------------------------------------------------------------------------------------


def check_ask(kb: KnowledgeBase, examined: Examined, told: Worlds) -> None:
    """Just the facts that can change the verdict are asked for, with what each answer leaves possible."""
    answer = kb.ask(examined.case)
    assert answer.decision == kb.decide(examined.case)
    named = [fact for asked in answer.questions for fact in asked.facts]
    assert len(set(named)) == len(named)
    assert set(named) == {missing.fact for missing in answer.decision.missing}
    if len(told.rows) <= 130:
        assert set(named) == told.matter()
    open_ = set(told.open())
    silent = {f for f in examined.plain.literals if brute.is_quiet(f)} - examined.said.keys()
    both = (True, False)  # where no eGFR is on record, none is above 45 either
    quiet = {f for f in silent if all(examined.plain.has_world({**examined.said, f: so}) for so in both)}
    read = examined.edition.vocabulary.facts.keys()  # of others no rule makes anything
    assert set(answer.immaterial) == (open_ | quiet) & read - set(named)
    assert [f for f in examined.edition.literals if f in answer.immaterial] == list(answer.immaterial)
    questions = [brute.question_of(asked.facts[0]) for asked in answer.questions]
    assert len(set(questions)) == len(questions)
    ranks = []
    for asked, question in zip(answer.questions, questions, strict=True):
        assert {brute.question_of(fact) for fact in asked.facts} == {question}
        check_answers(asked, told)
        left = [len(given.possible) for given in asked.answers]
        ranks.append((max(left) > 1, min(left) > 1, max(left)))
    assert ranks == sorted(ranks)


def check_answers(asked: Asked, told: Worlds) -> None:
    """Whatever is so, one answer says it, and leaves just the outcomes that are told."""
    bits = {fact: told.bit(fact) for fact in told.facts}
    parts = [part for answer in asked.answers for cube in answer.when for part in cube]
    mentioned = {fact for part in parts if isinstance(part, Some) for fact in part.facts}
    mask = sum(bits[fact] for fact in mentioned | set(asked.facts))
    possible: dict[int, set[str]] = {}
    for world, outcome in told.rows.items():
        possible.setdefault(world & mask, set()).add(outcome)
    found: set[int] = set()
    for so, outcomes in possible.items():
        true = {fact for fact, bit in bits.items() if so & bit}
        (place,) = (p for p, given in enumerate(asked.answers) if brute.holds(given.when, true))
        assert list(asked.answers[place].possible) == sorted(outcomes)
        found.add(place)
    assert len(found) == len(asked.answers), "an answer that nobody can give"
    words = [given.value for given in asked.answers]
    assert len(set(words)) == len(words)


# ---- plan --------------------------------------------------------------------------------------


def find_out(examined: Examined) -> Callable[[str], int]:
    """What a question costs; one that no rule reads is made cheap, to see that it helps nobody."""
    edition, cheap = examined.edition, 1
    return lambda fact: edition.find_out(edition.literals[fact]) if fact in edition.literals else cheap


def check_plan(kb: KnowledgeBase, examined: Examined, told: Worlds) -> Plan:
    """Whatever the answers are, the plan ends with the outcome, and keeps its promise exactly."""
    plan = kb.plan(examined.case)
    assert plan.decision == kb.decide(examined.case)
    outcomes = set(told.rows.values())
    if len(outcomes) == 1:
        assert (plan.questions, plan.cost, plan.steps) == (0, 0, ())
        return plan
    assert [step.number for step in plan.steps] == list(range(1, len(plan.steps) + 1))
    cost = find_out(examined)
    costs = {name: max(map(cost, facts)) for name, facts in brute.asks(told.open()).items()}
    visited: set[int] = set()
    longest = walked(plan, plan.steps[0], list(told.rows), told, costs, visited, ())
    assert longest == (plan.questions, plan.cost)
    assert visited == {step.number for step in plan.steps}
    return plan


def walked(
    plan: Plan,
    step: Step,
    left: Sequence[int],
    told: Worlds,
    costs: Mapping[str, int],
    visited: set[int],
    before: tuple[str, ...],
) -> tuple[int, int]:
    """How many questions the rest of the plan takes at most, and at what cost, for these worlds."""
    visited.add(step.number)
    (question,) = {brute.question_of(fact) for fact in step.facts}
    assert question not in before, "asked twice"
    bits = {fact: told.bit(fact) for fact in told.facts}
    by_branch: dict[int, list[int]] = {}
    for world in left:
        true = {fact for fact, bit in bits.items() if world & bit}
        (place,) = (p for p, branch in enumerate(step.branches) if brute.holds(branch.when, true))
        by_branch.setdefault(place, []).append(world)
    assert len(by_branch) == len(step.branches) > 1, "an answer that nobody can give"
    parts = [part for branch in step.branches for cube in branch.when for part in cube]
    assert all(set(part.facts) <= set(step.facts) for part in parts if isinstance(part, Some))
    leads = [(branch.step, branch.outcome) for branch in step.branches]
    assert step.kind in ("choice", "number") or len(set(leads)) == len(leads)
    assert len({branch.answer for branch in step.branches}) == len(leads)
    longest = (0, 0)
    for place, worlds_left in by_branch.items():
        branch = step.branches[place]
        if branch.step is None:
            assert {told.rows[world] for world in worlds_left} == {branch.outcome}
            continue
        assert branch.outcome is None
        # a settled verdict is asked nothing more
        assert len({told.rows[world] for world in worlds_left}) > 1, "asks on, though it is settled"
        following = plan.steps[branch.step - 1]
        asked = (*before, question)
        longest = max(longest, walked(plan, following, worlds_left, told, costs, visited, asked))
    number, dearest = longest
    return number + 1, dearest + costs[question]


def check_smallest(plan: Plan, examined: Examined, told: Worlds) -> None:
    """No tree promises fewer questions, nor as few at less cost."""
    assert brute.smallest_tree(told, find_out(examined)) == (plan.questions, plan.cost)


# ---- what if -----------------------------------------------------------------------------------


def random_changes(dice: random.Random, case: Case, policy: str) -> tuple[dict[str, Any], list[str]]:
    """Some statements to make, and some to take away."""
    every: list[tuple[str, Any]] = [
        ("age", dice.choice(worlds.AGES)),
        ("request.months", dice.choice((6, 12, 13, None))),
        ("phase", dice.choice((*oracle.PHASES, None))),
        ("indication", dice.choice(oracle.INDICATIONS)),
        ("route", dice.choice(oracle.ROUTES)),
        ("dosed_per_label", dice.choice((True, False, None))),
        *((name, dice.choice((True, False, None))) for name in worlds.FEP_ALONE),
        *((f"taking.{drug}", dice.choice((True, False, None))) for drug in dice.sample(oracle.DRUGS, 3)),
        *((f"taking.{drug}", dice.random() < 0.5) for drug in ("prednisone", "rituximab", "voclosporin")),
        *((f"attests.{one}", dice.random() < 0.5) for one in oracle.ATTESTATIONS[:3]),
        *((f"documented.{one}", dice.choice((True, False, None))) for one in oracle.DOCUMENTED),
        *((f"diagnosis.{one}", dice.random() < 0.5) for one in oracle.CONDITIONS[1:4]),
        *((f"active.{one}", dice.random() < 0.5) for one in oracle.ACTIVE),
        *((f"override.{one}", dice.choice((True, None))) for one in oracle.OVERRIDES[:1]),
        *((f"reading.{name}", dice.choice((*choices, None))) for name, choices in oracle.READINGS.items()),
    ]
    known = [(name, value) for name, value in every if worlds.can_be_told(name, policy)]
    chosen = dict(dice.sample(known, dice.randint(0, 4)))
    facts = [name for name in case["facts"] if not any(key.startswith(name) for key in chosen)]
    return chosen, dice.sample(facts, dice.choice((0, 0, 1)))


def check_what_if(
    kb: KnowledgeBase, examined: Examined, changes: Mapping[str, Any], unset: Collection[str]
) -> WhatIf | None:
    """Before and after are the decisions on both cases, and what is told of them is what differs."""
    try:
        case = edited(examined.case, changes.items(), unset, examined.edition)
        expected = kb.decide(case)
    except CaseError:  # the changed record contradicts itself
        return None
    found = kb.whatif(examined.case, changes, unset=unset)
    now = examine(kb, case)
    assert (found.before, found.after) == (kb.decide(examined.case), expected)
    differing = {
        fact: (examined.said.get(fact), now.said.get(fact))
        for fact in examined.plain.literals
        if examined.said.get(fact) is not now.said.get(fact)
    }
    assert {change.fact: (change.before, change.after) for change in found.changes} == differing
    was, after = ({c.id: c.status for c in d.criteria} for d in (found.before, found.after))
    assert {c.id: (c.before, c.after) for c in found.criteria} == {
        name: (was.get(name), after.get(name))
        for name in was.keys() | after.keys()
        if was.get(name) != after.get(name)
    }
    assert (not found.responsible) == (found.before.outcome == found.after.outcome)
    check_responsible(examined, now, found)
    return found


def check_responsible(before: Examined, after: Examined, found: WhatIf) -> None:
    """With what is alike in both records they give the verdict, and each of them is needed for that."""
    responsible = {cause.fact: cause.value for cause in found.responsible}
    settled, verdict = (after, found.after.outcome)
    if verdict == "pend":
        settled, verdict = (before, found.before.outcome)
    alike = {fact: value for fact, value in after.said.items() if before.said.get(fact) is value}
    for fact, value in responsible.items():
        assert settled.said.get(fact) is value
        assert fact not in alike
        fewer = {f: v for f, v in responsible.items() if f != fact}
        assert not settled.plain.makes_certain({**alike, **fewer}, verdict)
    if responsible:
        assert settled.plain.makes_certain({**alike, **responsible}, verdict)


def check_readings(kb: KnowledgeBase, examined: Examined) -> None:
    """A row for each choice of the readings that matter, with what is possible under just that."""
    rows = kb.whatif(examined.case, all_readings=True).readings
    rest = {f: v for f, v in examined.said.items() if not f.startswith("reading(")}
    names = list(oracle.READINGS_OF[examined.edition.policy])
    possible: dict[tuple[str, ...], list[str]] = {}
    for key in itertools.product(*(oracle.READINGS[name] for name in names)):
        chosen = {
            f"reading({name},{choice})": choice == taken
            for name, taken in zip(names, key, strict=True)
            for choice in oracle.READINGS[name]
        }
        possible[key] = examined.plain.possible({**rest, **chosen})
    needed = [
        place
        for place, name in enumerate(names)
        if any(
            outcomes != possible[(*key[:place], other, *key[place + 1 :])]
            for key, outcomes in possible.items()
            for other in oracle.READINGS[name]
        )
    ]
    expected = {
        frozenset((names[p], key[p]) for p in needed): outcomes for key, outcomes in possible.items()
    }
    assert {frozenset(row.readings.items()): list(row.possible) for row in rows} == expected
    assert len(rows) == len(expected) == 2 ** len(needed)
    for row in rows[:2]:
        choices = {**dict.fromkeys(names), **row.readings}
        case = edited(
            examined.case, [(f"reading.{n}", c) for n, c in choices.items()], (), examined.edition
        )
        assert kb.decide(case).possible == row.possible


# ---- margins -----------------------------------------------------------------------------------

NUMBERS: Mapping[str, tuple[float, ...]] = {
    "age": (0, 4, 4.5, 5, 5.5, 17, 17.5, 18, 18.5, 40, 100),
    "months": (1, 11, 12, 12.5, 13, 60),
    "capsules_per_90_days": (0, 1, 539, 540, 540.5, 541, 9000),
}


def check_margins(kb: KnowledgeBase, examined: Examined) -> int:
    """Within a margin the outcome stays; just beyond it is one of those named. How many there were."""
    before = kb.decide(examined.case)
    margins = {margin.quantity: margin for margin in kb.flip(examined.case).margins}
    if before.outcome == "pend":
        assert not margins
        return 0
    (question,) = kb.questions(examined.case)
    given = {q for q in NUMBERS for f in question.record.given if f.partition("(")[2].startswith(f"{q},")}
    assert margins.keys() <= given
    for quantity in given:
        margin = margins.get(quantity)
        for number in NUMBERS[quantity]:
            moved = kb.decide(with_number(examined, quantity, number)).possible
            is_low = (
                margin is not None
                and margin.low is not None
                and (number < margin.low or (number == margin.low and margin.low_open))
            )
            is_high = (
                margin is not None
                and margin.high is not None
                and (number > margin.high or (number == margin.high and margin.high_open))
            )
            if not is_low and not is_high:
                assert moved == before.possible, (quantity, number)
            elif margin is not None:
                assert moved == (margin.below if is_low else margin.above), (quantity, number)
                assert moved != before.possible
    return len(margins)


def with_number(examined: Examined, quantity: str, number: float) -> Case:
    """The case with this number in the place of its own; written down here rather than edited."""
    request, facts = dict(examined.case["request"]), dict(examined.case["facts"])
    if quantity == "age":
        facts["age"] = number
        facts.pop("birth_date", None)
    else:
        request[quantity] = number
    if quantity == "capsules_per_90_days":
        request.pop("capsules", None)
        request.pop("days_supply", None)
    return {**examined.case, "request": request, "facts": facts}
