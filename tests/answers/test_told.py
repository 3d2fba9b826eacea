"""What a denial tells beside its reason: all that would have to be so, and on which reading it rests."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from lupa import CaseError, Decision, KnowledgeBase
from lupa.answers import branches, ranges
from lupa.answers.when import Some
from lupa.record.said import Record
from lupa.rules.edition import Edition
from lupa.rules.needed import needed
from tests import explored, oracle
from tests.brute import SINGLE_VALUED, plain, subject_of
from tests.drawn import decided, random_record
from tests.page.cases import random_case
from tests.small import random_kb
from tests.times import times

EDITIONS = pytest.mark.parametrize(("policy", "edition"), oracle.EDITIONS)
STAYS = ("requested(", "reading(")
Said = dict[str, bool]
Set = frozenset[tuple[str, bool]]
LUPKYNIS = {"policy": "fep_lupkynis", "indication": "lupus_nephritis", "phase": "initial"}
SOUND: dict[str, Any] = {
    "age": 34,
    "diagnosis": {"lupus_nephritis": True},
    "active": {"lupus_nephritis": True},
    "taking": {"only": ["mycophenolate_mofetil"]},
    "attests": ["monitor_egfr", "monitor_blood_pressure"],
    "live_vaccine": False,
}


def as_examined(examined: explored.Examined) -> Decision | None:
    """What is decided of the record of a random case."""
    record = Record(stated=dict(examined.stated), assumed=dict(examined.assumed))
    return decided(examined.edition, record)


def overlaid(said: Said, made: Set) -> dict[str, bool]:
    """A record once these are stated: of a choice nothing else is said, of a number what can still be."""
    new = dict(made)
    left = {}
    for fact, value in said.items():
        same = [other for other in new if subject_of(other) == subject_of(fact)]
        number = [other for other in new if _number(other) == _number(fact) is not None]
        clash = any(
            value != new[other] and (_bound(other) > _bound(fact)) == new[other] for other in number
        )
        if not same and not clash:
            left[fact] = value
    return left | new


def _number(fact: str) -> str | None:
    head, _, rest = fact.partition("(")
    return rest.rpartition(",")[0] if head in ("at_least", "more_than") else None


def _bound(fact: str) -> float:
    return float(fact.rpartition(",")[2][:-1]) + 0.5 * fact.startswith("more_than")


def implies(worlds: Iterable[Mapping[str, bool]], one: Set, other: Set) -> bool:
    holding = (world for world in worlds if all(world[fact] is so for fact, so in one))
    return all(world[fact] is so for world in holding for fact, so in other)


def all_needs(worlds: list[dict[str, bool]], good: list[bool], said: Said, most: int) -> set[Set]:
    """Every minimal set of no more than so many statements after which only good worlds are left."""
    facts = [fact for fact in worlds[0] if not fact.startswith(STAYS)]
    statements = [
        (fact, so)
        for fact in facts
        for so in (True, False)
        if said.get(fact) is not so and (so or not fact.startswith(SINGLE_VALUED))
    ]
    found: set[Set] = set()
    for count in range(most + 1):
        for chosen in map(frozenset, itertools.combinations(statements, count)):
            if len(dict(chosen)) < count or any(known <= chosen for known in found):
                continue
            record = overlaid(said, chosen)
            left = [
                so
                for world, so in zip(worlds, good, strict=True)
                if all(world[f] is v for f, v in record.items())
            ]
            if left and all(left):
                found.add(chosen)
    return {
        one
        for one in found
        if not any(implies(worlds, one, o) and not implies(worlds, o, one) for o in found if o != one)
    }


def told_of(edition: Edition, wanted: str, said: Said) -> set[Set]:
    record = tuple(edition.literals[f] if so else -edition.literals[f] for f, so in said.items())
    sets, more = needed(edition, (edition.outcomes[wanted], record))
    assert not more
    assert [len(each) for each in sets] == sorted(len(each) for each in sets)
    return {frozenset((edition.facts[abs(x)], x > 0) for x in each) for each in sets}


@pytest.mark.parametrize(
    "number", [*range(12), *(pytest.param(n, marks=pytest.mark.mass) for n in range(12, times(600)))]
)
def test_all_that_would_have_to_be_so_is_found_and_nothing_in_it_can_be_spared(
    tmp_path: Path, number: int
) -> None:
    dice = random.Random(f"needed {number}")
    edition = random_kb(dice, tmp_path).edition("small")
    solver = plain("small", edition.name, tmp_path)
    rows = solver.worlds({}, list(solver.literals))
    assert rows is not None
    worlds = [{f: bool(world >> at & 1) for at, f in enumerate(rows.facts)} for world in rows.rows]
    for _ in range(4):
        record = random_record(dice, edition, readings=True)
        said = {**record.assumed, **record.stated}
        if not solver.has_world(said):
            continue
        wanted = dice.choice([*edition.outcomes])
        good = [outcome == wanted for outcome in rows.rows.values()]
        told = told_of(edition, wanted, said)
        assert {s for s in told if len(s) <= 3} == all_needs(worlds, good, said, 3)


def status_of(decision: Decision | None, criterion: str) -> str | None:
    """How a criterion stands; None of a record that contradicts itself."""
    if decision is None:
        return None
    return next(c.status for c in decision.criteria if c.id == criterion)


@EDITIONS
@pytest.mark.parametrize("records", [8, pytest.param(times(700), marks=pytest.mark.mass)])
def test_once_all_that_is_named_comes_true_the_criterion_is_met_and_without_any_of_it_it_is_not(
    kb: KnowledgeBase, policy: str, edition: str, records: int
) -> None:
    dice = random.Random(f"told {policy} {edition}")
    checked: Counter[str] = Counter()
    for number in range(records):
        examined = explored.examine(kb, explored.random_case(dice, number, policy, edition))
        decision = as_examined(examined)
        for criterion in decision.criteria if decision else ():
            for each in (criterion.needs[0], dice.choice(criterion.needs)) if criterion.needs else ():
                made = frozenset((need.fact, need.value) for need in each)
                for lacking in (None, *made):
                    stated = overlaid(examined.said, made - {lacking})
                    after = decided(examined.edition, Record(stated=stated, assumed={}))
                    assert (status_of(after, criterion.id) == "met") is (lacking is None)
                checked[criterion.id] += 1
                assert all(examined.said.get(need.fact) is not need.value for need in each)
    assert sum(checked.values()) >= records / 2


def small_needs(edition: Edition, wanted: int, said: Said) -> set[Set]:
    """Every minimal set of no more than two statements after which this is certain, each tried."""
    cone = edition.relevance.cone(wanted)
    facts = [f for f, literal in edition.literals.items() if literal in cone and not f.startswith(STAYS)]
    single = [
        (fact, so)
        for fact in facts
        for so in (True, False)
        if said.get(fact) is not so and (so or fact not in edition.vocabulary.choice_of)
    ]
    found: set[Set] = set()
    for chosen in map(frozenset, (*((x,) for x in single), *itertools.combinations(single, 2))):
        if len(dict(chosen)) < len(chosen) or any(known <= chosen for known in found):
            continue
        record = [edition.literals[f] * (1 if so else -1) for f, so in overlaid(said, chosen).items()]
        if not edition.solver.satisfiable([*record, -wanted]) and edition.solver.satisfiable(record):
            found.add(chosen)

    def says(one: Set, other: Set) -> bool:
        here, there = ([edition.literals[f] * (1 if so else -1) for f, so in s] for s in (one, other))
        return not any(edition.solver.satisfiable([*here, -literal]) for literal in there)

    return {
        one
        for one in found
        if not any(says(one, other) and not says(other, one) for other in found if other != one)
    }


@pytest.mark.mass
@EDITIONS
def test_each_smallest_set_of_what_a_criterion_needs_is_told(
    kb: KnowledgeBase, policy: str, edition: str
) -> None:
    dice = random.Random(f"smallest {policy} {edition}")
    checked = 0
    for number in range(times(700)):
        examined = explored.examine(kb, explored.random_case(dice, number, policy, edition))
        decision = as_examined(examined)
        met = {atom.id: atom.literal for atom in examined.edition.criteria}
        for criterion in decision.criteria if decision else ():
            if criterion.status != "unmet" or criterion.more_needs:
                continue
            told = {frozenset((need.fact, need.value) for need in each) for each in criterion.needs}
            found = small_needs(examined.edition, met[criterion.id], examined.said)
            assert {each for each in told if len(each) < 3} == found
            checked += 1
    assert checked > times(300)


def test_a_form_that_lacks_two_undertakings_names_both(kb: KnowledgeBase) -> None:
    facts = {**SOUND, "attests": {"only": ["monitor_egfr", "monitor_blood_pressure"]}}
    found = kb.decide({"request": LUPKYNIS, "facts": facts})
    (unmet,) = (c for c in found.criteria if c.status == "unmet")
    assert [[(n.fact, n.says, n.origin) for n in each] for each in unmet.needs] == [
        [
            ("attests(monitor_serious_infections)", "no", "only"),
            ("attests(monitor_malignancies)", "no", "only"),
        ]
    ]


def test_an_age_is_named_by_its_own_bound(kb: KnowledgeBase) -> None:
    request = {"policy": "uhc_benlysta", "indication": "sle", "phase": "initial", "route": "intravenous"}
    found = kb.decide({"request": request, "facts": {"age": 3}})
    (dosing,) = (c for c in found.criteria if c.id == "label_dosing")
    assert [[(need.fact, need.says) for need in each] for each in dosing.needs] == [
        [("dosed_per_label", "silent"), ("at_least(age,5)", "no")]
    ]


def test_what_a_law_rules_out_is_named_with_what_it_follows_from(kb: KnowledgeBase) -> None:
    found = kb.decide({"request": LUPKYNIS, "facts": {**SOUND, "diagnosis": {"sle": False}, "active": {}}})
    (criterion,) = (c for c in found.criteria if c.id == "active_lupus_nephritis")
    assert [[(need.fact, need.says, need.origin) for need in each] for each in criterion.needs] == [
        [("diagnosis(sle)", "no", "stated"), ("active(lupus_nephritis)", "no", None)]
    ]


def test_a_basis_to_deny_names_what_would_lift_it(kb: KnowledgeBase) -> None:
    request = {"policy": "uhc_benlysta", "indication": "sle", "phase": "initial", "route": "intravenous"}
    found = kb.decide({"request": request, "facts": {"taking": ["rituximab"]}})
    (basis,) = (b for b in found.bases if b.id == "other_biologic(rituximab)")
    assert [[(need.fact, need.value) for need in each] for each in basis.needs] == [
        [("taking(rituximab)", False)],
        [("stops(rituximab)", True)],
    ]


# ---- no silent no ------------------------------------------------------------------------------


def only_what_is_so(said: Any) -> Any:
    """What a case says, without `only`, without no, and without what it leaves open."""
    if isinstance(said, Mapping) and "only" in said:
        return only_what_is_so(said["only"])
    if isinstance(said, Mapping):
        left = {key: only_what_is_so(value) for key, value in said.items()}
        return {key: value for key, value in left.items() if value not in (False, "no", None, {})}
    return said


def with_nothing_assumed(edition: Edition, case: dict[str, Any]) -> dict[str, Any]:
    """The case that leaves open what would be assumed."""
    v = edition.vocabulary
    found: dict[str, Any] = {part: {**said} for part, said in case.items()}
    for fact in v.defaults:
        family, name = fact.partition("(")[0], v.number_of.get(fact)
        if name is None:
            found["facts"][family] = None
        elif name not in v.derived:
            found["request" if v.quantities[name].in_request else "facts"].setdefault(name, None)
    for rate in v.derived.values():
        found["request"].setdefault(rate.first, None)
    return found


def told_in(answer: Any) -> Iterable[Mapping[str, Any]]:
    """Whatever an answer says of a fact and where that is from: causes, and what is needed."""
    if isinstance(answer, Mapping):
        if "origin" in answer and "fact" in answer:
            yield answer
        for part in answer.values():
            yield from told_in(part)
    elif isinstance(answer, list | tuple):
        for part in answer:
            yield from told_in(part)


@EDITIONS
@pytest.mark.parametrize(
    "number", [pytest.param(10, marks=pytest.mark.slow), pytest.param(times(400), marks=pytest.mark.mass)]
)
def test_no_answer_rests_on_a_no_that_the_case_does_not_say(
    kb: KnowledgeBase, policy: str, edition: str, number: int
) -> None:
    """Of a case without `only`, no and assumption what is not so are the other sides of numbers it gives,
    and the other values of a choice that it makes."""
    dice = random.Random(f"silent no {policy} {edition}")
    of = kb.edition(policy, edition)
    v = of.vocabulary
    seen: Counter[str] = Counter()
    while seen["decided"] < number:
        case = only_what_is_so(random_case(dice, of))
        case["request"]["route"] = "IV"
        open_ = seen["decided"] % 2 == 0
        case = with_nothing_assumed(of, {"facts": {}, **case}) if open_ else case
        try:
            (question,) = kb.questions(case)
            answers: list[Any] = [kb.decide(case)]
        except CaseError:  # it contradicts itself, or names what is no drug
            continue
        assumed = question.record.assumed
        assert (question.record.closed, bool(assumed)) == (set(), not open_)
        if answers[0].outcome != "pend":
            answers += [kb.why(case, every=True), kb.whatif(case, {"phase": "initial"})]
            answers += [kb.flip(case, most=1)] if seen["decided"] % 10 == 0 else []
        seen["decided"] += 1
        seen[answers[0].outcome] += 1
        stated = question.record.stated
        for told in (each for answer in answers for each in told_in(answer.to_dict())):
            fact, is_need = told["fact"], "says" in told
            if (told["says"] != "no" or told["origin"] is None) if is_need else told["value"]:
                continue
            if told["origin"] == "assumed" and not open_:
                continue
            other_value = any(stated.get(o) for o in v.choice_of.get(fact, {}).values())
            assert told["origin"] == "stated", (case, fact)
            assert (fact in question.record.given and stated[fact] is False) or other_value, (case, fact)
            seen["no"] += 1
    assert (seen["deny"] >= number / 10, seen["no"] >= number / 10) == (True, True), seen


@EDITIONS
def test_just_the_readings_under_which_the_outcome_would_be_another_are_told(
    kb: KnowledgeBase, policy: str, edition: str
) -> None:
    dice = random.Random(f"depends {policy} {edition}")
    seen = 0
    for number in range(times(60)):
        examined = explored.examine(kb, explored.random_case(dice, number, policy, edition))
        found = as_examined(examined)
        if found is None:
            continue
        expected = {}
        for name, choices in examined.edition.readings.items():
            now = [c for c in choices if examined.said.get(f"reading({name},{c})")]
            for choice in choices if now else ():
                other = overlaid(examined.said, frozenset({(f"reading({name},{choice})", True)}))
                possible = tuple(examined.plain.possible(other))
                if choice not in now and possible not in ((), found.possible):
                    expected[name, choice] = possible
        assert {(each.reading, each.choice): each.possible for each in found.depends_on} == expected
        seen += len(expected)
    assert seen >= times(5)


def test_a_reading_on_which_a_denial_rests_is_told_with_its_clause(kb: KnowledgeBase) -> None:
    facts = {
        **SOUND,
        "taking": {"only": ["cyclophosphamide", "mycophenolate_mofetil"]},
        "attests": [*SOUND["attests"], "monitor_serious_infections", "monitor_malignancies"],
    }
    (told,) = kb.decide({"request": LUPKYNIS, "facts": facts}).depends_on
    assert (told.reading, told.choice, told.possible) == ("cyclophosphamide", "as_background", ("approve",))
    assert "Lupkynis" in told.source
    assert told.text == "Cyclophosphamide excludes only where nothing else is the background therapy."


# ---- how many of several -----------------------------------------------------------------------

FOUR = ("prednisone", "methotrexate", "cyclophosphamide", "azathioprine")


@pytest.mark.parametrize(
    ("count", "least", "most", "words"),
    [
        (1, 1, 1, "prednisone"),
        (1, 0, 0, "not prednisone"),
        (4, 0, 0, "none of {}"),
        (4, 4, 4, "all of {}"),
        (4, 1, 4, "one of {}"),
        (4, 2, 4, "2 or more of {}"),
        (4, 2, 2, "2 of {}"),
        (4, 0, 3, "not all of {}"),
        (4, 0, 2, "no more than 2 of {}"),
        (4, 1, 3, "1 to 3 of {}"),
    ],
)
def test_how_many_of_several_are_so_is_told_in_words(
    few: KnowledgeBase, count: int, least: int, most: int, words: str
) -> None:
    some = Some(tuple(f"taking({drug})" for drug in FOUR[:count]), least, most)
    assert branches._some(few.edition("fep_lupkynis").asking, some) == words.format(", ".join(FOUR))


def test_a_number_without_ends_is_any(few: KnowledgeBase) -> None:
    assert ranges._range(few.edition("fep_lupkynis").asking, (), 0, 0) == "any answer"
