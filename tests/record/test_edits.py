"""Editing a case: what is set holds, what is unset is silent, and all else is as it was."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from lupa import CaseError, KnowledgeBase
from lupa.errors import Problem
from lupa.record.edits import edited, stated, value_of
from lupa.record.plain import plain_data
from lupa.record.record import Record, record_of
from lupa.rules.edition import Edition
from lupa.rules.quantities import Cut
from tests import oracle, worlds
from tests.times import times

CAUTION = (
    "Do not put a similar name in its place, and leave it out only if it is of no kind that the policy "
    "asks about"
)

EDITIONS = pytest.mark.parametrize(("policy", "name"), oracle.EDITIONS)
CASE: dict[str, Any] = {
    "case": "a case",
    "request": {
        "policy": "fep_lupkynis",
        "indication": "LN",
        "service_date": "2025-03-01",
        "capsules": 600,
        "days_supply": 90,
    },
    "facts": {
        "age": 34,
        "diagnosis": {"only": ["LN"]},
        "taking": {"Plaquenil": "yes", "voclosporin": "no"},
        "attests": {"only": ["monitor_egfr", "monitor_blood_pressure"]},
        "weeks_on_therapy": 60,
        "override": None,
        "reading": {"term_limit": "criterion"},
    },
    "expect": {"outcome": "pend"},
}
Names = Mapping[str, Any] | Iterable[tuple[str, Any]]


@pytest.fixture(scope="module")
def lupkynis(kb: KnowledgeBase) -> Edition:
    return kb.edition("fep_lupkynis")


def change(edition: Edition, sets: Names, *unset: str, case: Mapping[str, Any] = CASE) -> dict[str, Any]:
    """The case after the edits, which leave the one before as it was."""
    before = copy.deepcopy(case)
    after = edited(case, sets.items() if isinstance(sets, Mapping) else sets, unset, edition)
    assert before == case
    assert json.loads(json.dumps(after)) == after
    return after


def facts_after(edition: Edition, sets: Names, *unset: str, case: Mapping[str, Any] = CASE) -> Any:
    return change(edition, sets, *unset, case=case).get("facts")


def request_after(edition: Edition, sets: Names, *unset: str, case: Mapping[str, Any] = CASE) -> Any:
    request = change(edition, sets, *unset, case=case)["request"]
    return {key: value for key, value in request.items() if CASE["request"].get(key, "none") != value}


def with_request(**request: Any) -> dict[str, Any]:
    return {**CASE, "request": {**CASE["request"], **request}}


def with_facts(**facts: Any) -> dict[str, Any]:
    return {**CASE, "facts": {**CASE["facts"], **facts}}


def refused(edition: Edition, sets: Names, *unset: str, case: Mapping[str, Any] = CASE) -> list[str]:
    with pytest.raises(CaseError) as error:
        change(edition, sets, *unset, case=case)
    return [str(problem) for problem in error.value.problems]


# ---- the record after is the record before, overlaid with the edits ----------------------------


def with_lists(case: dict[str, Any], dice: random.Random) -> dict[str, Any]:
    """The case with some of its families as lists, and some numbers as ranges."""
    facts = dict(case["facts"])
    for name, value in facts.items():
        if name != "reading" and isinstance(value, dict) and dice.random() < 0.4:
            facts[name] = [member for member, so in value.items() if so and member != "only"]
    if "live_vaccine" in facts and dice.random() < 0.5:  # of who asks for the one and the other
        facts["weeks_on_therapy"] = dice.choice(
            (10, 24, 40, 60, {"at_least": 20}, {"at_most": 30}, {"more_than": 52})
        )
    return {"request": case["request"], "facts": facts}


def a_record(dice: random.Random, policy: str, name: str) -> dict[str, Any]:
    world, gaps = worlds.random_world(dice, policy), worlds.random_gaps(dice, 12)
    return with_lists(worlds.case_with_gaps(world, gaps, policy, name), dice)


def some_facts(dice: random.Random, edition: Edition) -> dict[str, bool]:
    """Facts that can be stated together: one value of a choice, one cut point of a number."""
    chosen: dict[str, tuple[str, bool]] = {}
    v = edition.vocabulary
    # of what may be no number at all, that there is none is said by giving none
    bare = {
        cut.fact
        for name, cuts in v.cuts.items()
        for cut in cuts
        if any(each.bound <= v.quantities[name].least for each in cuts)
    }
    for fact in dice.sample(sorted(v.facts.keys() - bare), dice.randint(1, 6)):
        about = kind_of(edition, fact)
        chosen[about or fact] = (fact, (about is not None and "(" in about) or dice.random() < 0.5)
    for about, (fact, _) in chosen.items():
        if about in edition.vocabulary.cuts:
            chosen[about] = (fact, dice.random() < 0.5)
    return dict(chosen.values())


def kind_of(edition: Edition, fact: str) -> str | None:
    """The choice `reading(x)` or the number `age` that a fact is about; None for any other."""
    name, _, rest = fact.partition("(")
    first = rest.partition(",")[0]
    if name in edition.vocabulary.choices:
        return f"{name}({first})"
    return first if name in ("at_least", "more_than") else None


def siblings(edition: Edition, fact: str) -> list[str]:
    """The facts that are about the same choice or number, itself included."""
    about = kind_of(edition, fact)
    return [other for other in edition.vocabulary.facts if about and kind_of(edition, other) == about]


def forced(edition: Edition, fact: str, value: bool) -> dict[str, bool]:
    """The cut points of the same number that follow from one."""

    def rank(cut: Cut) -> Fraction:
        return 2 * cut.bound + (cut.kind == "more_than")

    cuts = edition.vocabulary.cuts.get(kind_of(edition, fact) or "", [])
    here = {rank(cut) for cut in cuts if cut.fact == fact}
    return {
        cut.fact: value for cut in cuts if any((rank(cut) < r) is value and rank(cut) != r for r in here)
    }


def overlaid(edition: Edition, before: Record, facts: Mapping[str, bool]) -> tuple[Any, Any]:
    said, assumed = dict(before.stated), dict(before.assumed)
    for fact, value in facts.items():
        others = siblings(edition, fact)
        if fact.startswith(("reading", "requested")):
            for other in others:
                said.pop(other, None)
        else:
            said |= forced(edition, fact, value)
        said[fact] = value
        for other in [fact, *others]:
            assumed.pop(other, None)
    return said, assumed


def check_overlay(policy: str, name: str, kb: KnowledgeBase, dice: random.Random) -> None:
    edition = kb.edition(policy, name)
    case, facts = a_record(dice, policy, name), some_facts(dice, edition)
    before, problems = record_of(case, edition)
    assert not problems
    after = stated(case, facts, edition)
    record, problems = record_of(json.loads(json.dumps(after)), edition)
    assert not problems
    assert (record.stated, record.assumed) == overlaid(edition, before, facts)
    check_silence(edition, case, before, facts)


def check_silence(edition: Edition, case: Any, before: Record, facts: Mapping[str, bool]) -> None:
    """Null leaves a fact open; unset, it is silent: assumed, or closed by a list, if it can be."""
    fact = next(iter(facts))
    gone = {fact} if kind_of(edition, fact) is None else set(siblings(edition, fact))
    if fact.endswith(("52)", "24)")):
        return
    rest = {f: v for f, v in before.stated.items() if f not in gone}
    kept = {f: v for f, v in before.assumed.items() if f not in gone}
    opened, _ = record_of(edited(case, [(fact, None)], (), edition), edition)
    assert (opened.stated, opened.assumed) == (rest, kept)
    silent, _ = record_of(edited(case, (), [fact], edition), edition)
    defaults = {f: v for f, v in edition.vocabulary.defaults.items() if f in gone}
    complete = {name for name, said in case["facts"].items() if isinstance(said, dict) and "only" in said}
    closing = edition.vocabulary.closed_by.items()
    by_a_list = gone & {f for family, closed in closing if family in complete for f in closed}
    closed = {f: before.stated[f] for f in by_a_list if f in before.stated}
    assert (silent.stated, silent.assumed) == (rest | closed, kept | defaults)


@settings(deadline=None, max_examples=times(150), derandomize=True)
@given(st.integers(0, 10**9), st.sampled_from(oracle.EDITIONS))
def test_facts_that_are_stated_hold_and_all_else_is_as_before(
    kb: KnowledgeBase, seed: int, edition: tuple[str, str]
) -> None:
    check_overlay(*edition, kb, random.Random(seed))


@pytest.mark.mass
@EDITIONS
def test_facts_that_are_stated_in_thousands_of_records_hold(
    kb: KnowledgeBase, policy: str, name: str
) -> None:
    dice = random.Random(f"edits {policy} {name}")
    for _ in range(1_200):
        check_overlay(policy, name, kb, dice)


def test_without_edits_a_case_is_as_it_was_but_for_what_it_expects(lupkynis: Edition) -> None:
    case = {key: value for key, value in CASE.items() if key != "expect"}
    assert case == change(lupkynis, {})
    bare = {"request": {"policy": "fep_lupkynis"}}
    assert bare == change(lupkynis, {}, case=bare)
    assert {**bare, "facts": {"age": 5}} == change(lupkynis, {"age": 5}, case=bare)
    assert {**bare, "facts": {}} == change(lupkynis, {}, case={**bare, "facts": {}})


# ---- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "taking.cyclophosphamide",
        "facts.taking.cyclophosphamide",
        "taking(cyclophosphamide)",
        "facts.taking(cyclophosphamide)",
        " taking( Cytoxan ) ",
        "Taking.Cytoxan",
        "taking.cyclophosphamide monohydrate",
    ],
)
def test_a_member_of_a_family_is_named_by_its_path_or_as_a_fact(lupkynis: Edition, name: str) -> None:
    taking = facts_after(lupkynis, {name: "yes"})["taking"]
    assert taking == {"Plaquenil": "yes", "voclosporin": "no", "cyclophosphamide": True}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("phase", "renewal"),
        ("request.phase", "renewal"),
        ("requested.phase", "renewal"),
        ("requested(phase)", "renewal"),
    ],
)
def test_what_is_requested_is_named_by_its_path(lupkynis: Edition, name: str, value: str) -> None:
    assert request_after(lupkynis, {name: value}) == {"phase": "renewal"}


@pytest.mark.parametrize("name", ["requested(phase,continuation)", "requested(phase, renewal)"])
def test_what_is_requested_is_named_as_a_fact(lupkynis: Edition, name: str) -> None:
    assert request_after(lupkynis, {name: True}) == {"phase": "continuation"}
    assert request_after(lupkynis, {name: None}) == {"phase": None}
    assert request_after(lupkynis, {}, name, case=with_request(phase="initial")) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("reading.cyclophosphamide", "as_background"),
        ("facts.reading(cyclophosphamide)", "as_background"),
        ("reading(cyclophosphamide,as_background)", "yes"),
        ("reading.cyclophosphamide.as_background", True),
        ("reading", {"cyclophosphamide": "as_background"}),
    ],
)
def test_a_reading_is_named_by_its_path_or_as_a_fact(lupkynis: Edition, name: str, value: Any) -> None:
    reading = facts_after(lupkynis, {name: value})["reading"]
    assert reading == {"term_limit": "criterion", "cyclophosphamide": "as_background"}


@pytest.mark.parametrize("name", ["months", "request.months"])
def test_a_number_of_the_request_is_named_by_its_path(lupkynis: Edition, name: str) -> None:
    assert request_after(lupkynis, {name: Decimal("12.5")}) == {"months": 12.5}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("foo", "foo: 'foo' is not known here; `lupa facts` lists what a case can state"),
        ("takin.sirolimus", "takin: 'takin' is not known here; did you mean taking?"),
        (
            "taking.prednison",
            (
                "facts.taking.prednison: 'prednison' is not known here; did you mean prednisone? "
                f"If not, d{CAUTION[1:]}"
            ),
        ),
        ("taking()", f"facts.taking: '' is not known here; `lupa facts` lists what is. {CAUTION}"),
        ("prednisone", "prednisone: 'prednisone' is not known here; did you mean taking(prednisone)?"),
        ("sle", "sle: 'sle' is not known here; `lupa facts` lists what a case can state"),
        ("facts.months", "facts.months: 'months' belongs under `request`"),
        ("request.age", "request.age: 'age' belongs under `facts`"),
        (
            "facts.requested",
            "facts.requested: 'requested' is not known here; `lupa facts` lists what a case can state",
        ),
        ("age.years", "facts.age: has no part 'years'"),
        ("live_vaccine(x,y)", "facts.live_vaccine: has no part 'x.y'"),
        (
            "requested(phase,first)",
            "request.phase.first: 'first' is not known here; known are initial, continuation",
        ),
        (
            "requested(fase,first)",
            "request.fase: 'fase' is not known here; known are indication, phase, route",
        ),
        (
            "reading(cyclophosphamid)",
            (
                "facts.reading.cyclophosphamid: 'cyclophosphamid' is not known here; did you mean "
                "cyclophosphamide?"
            ),
        ),
        ("reading(term_limit,cap,all)", "facts.reading.term_limit: has no part 'cap.all'"),
        (
            "at_least(age,19)",
            (
                "facts.age: 'at_least(age,19)' is no cut point; it has at_least(age,18), and facts.age "
                "takes any number or range"
            ),
        ),
        (
            "more_than(days_supply,19)",
            (
                "request.days_supply: 'more_than(days_supply,19)' is no cut point; it has none here, and "
                "request.days_supply takes any number or range"
            ),
        ),
        ("at_least(agee,19)", "agee: 'agee' is not known here; did you mean age?"),
        (
            "at_least",
            (
                "'' is not known here; known are age, age_months, months, egfr, systolic, diastolic, "
                "weeks_on_therapy, capsules, days_supply, capsules_per_90_days"
            ),
        ),
        (
            "policy",
            "request.policy: chooses the policy and its edition, and states no fact",
        ),
    ],
)
def test_a_name_that_is_not_known_is_refused_with_the_nearest(
    lupkynis: Edition, name: str, message: str
) -> None:
    assert refused(lupkynis, {name: True}) == [message]
    assert refused(lupkynis, {}, name) == [message]


@pytest.mark.parametrize(
    "code", ["diagnosis.M32.14", "diagnosis(icd10cm:m32.14)", "facts.diagnosis.icd10cm|M32.14"]
)
def test_a_code_that_means_just_what_a_name_does_stands_for_it(lupkynis: Edition, code: str) -> None:
    case: dict[str, Any] = {"request": {"policy": "fep_lupkynis"}, "facts": {}}
    assert edited(case, [(code, False)], (), lupkynis)["facts"] == {"diagnosis": {"lupus_nephritis": False}}


def test_a_code_that_is_narrower_than_a_name_does_not_stand_for_it(lupkynis: Edition) -> None:
    case: dict[str, Any] = {"request": {"policy": "fep_lupkynis"}, "facts": {}}
    with pytest.raises(CaseError) as error:
        edited(case, [("diagnosis.M32.9", False)], (), lupkynis)
    assert str(error.value) == (
        "facts.diagnosis.M32.9: the code 'M32.9' does not mean just what a name here does; say it under "
        "facts.diagnosis"
    )


def test_what_has_no_name_here_is_set_aside_as_in_a_case(kb: KnowledgeBase) -> None:
    whatif = kb.whatif(CASE, {"taking.Zyxafor 5 mg": True, "diagnosis": {"hypertension": True}})
    assert [(each.family, each.name, each.value) for each in whatif.after.aside] == [
        ("diagnosis", "hypertension", True),
        ("taking", "Zyxafor 5 mg", True),
    ]


def test_two_numbers_that_are_written_as_one_are_set_and_taken_away_so(lupkynis: Edition) -> None:
    case = {"request": {"policy": "fep_lupkynis"}, "facts": {"BP": "120/80", "age": 34}}
    set_so = edited(case, [("bp", "166/90 mmHg")], (), lupkynis)
    assert set_so["facts"] == {"systolic": 166, "diastolic": 90, "age": 34}
    assert edited(case, (), ["facts.blood_pressure"], lupkynis)["facts"] == {"age": 34}
    assert edited(case, [("bp", None)], (), lupkynis)["facts"] == {
        "systolic": None,
        "diastolic": None,
        "age": 34,
    }
    assert refused(lupkynis, {"bp": 150}) == [
        "facts.blood_pressure: two numbers are expected, such as 150/90, not 150"
    ]


@pytest.mark.parametrize("name", ["taking.Plaquenil 200 mg BID", "taking(hydroxychloroquine 200 mg)"])
def test_a_dose_behind_a_name_is_passed_over_in_an_edit(lupkynis: Edition, name: str) -> None:
    case = {"request": {"policy": "fep_lupkynis"}, "facts": {"taking": ["Plaquenil 400 mg"]}}
    assert edited(case, [(name, False)], (), lupkynis)["facts"] == {"taking": {"hydroxychloroquine": False}}


@pytest.mark.parametrize("said", ["M32.14", "m3214", "ICD-10: M32.14", "icd10cm:M3214"])
def test_what_a_code_states_is_set_otherwise_by_its_name(lupkynis: Edition, said: str) -> None:
    case = {"request": {"policy": "fep_lupkynis"}, "facts": {"diagnosis": [said]}}
    found = edited(case, [("diagnosis.lupus_nephritis", False)], (), lupkynis)
    assert found["facts"] == {"diagnosis": {"lupus_nephritis": False}}
    assert edited(case, [(f"diagnosis.{said}", False)], (), lupkynis) == found


def test_a_name_that_is_no_text_is_refused(lupkynis: Edition) -> None:
    names: Any = {5: True}
    assert refused(lupkynis, names) == ["a statement is named by a text such as 'age', not 5"]


def test_every_problem_is_told_at_once(lupkynis: Edition) -> None:
    assert refused(
        lupkynis,
        {
            "foo": 1,
            "age": "old",
            "live_vaccine": [1],
            "taking.sirolimus": {"a": 1},
            "diagnosis": {"sle": 3, 5: True},
            "more_than(months,12)": 5,
        },
        "quux",
    ) == [
        "quux: 'quux' is not known here; `lupa facts` lists what a case can state",
        "foo: 'foo' is not known here; `lupa facts` lists what a case can state",
        (
            "facts.diagnosis.5: '5' is not known here; known are sle, lupus_nephritis, "
            "severe_active_cns_lupus, hypertensive_emergency. "
            f"{CAUTION}"
        ),
        "request.months: more_than(months,12) takes yes, no or null, not 5",
        "facts.age: a number of years is expected, not 'old'",
        "facts.live_vaccine: yes, no or null is expected, not [1]",
        "facts.diagnosis.sle: yes, no or null is expected, not 3",
        'facts.taking.sirolimus: yes, no or null is expected, not {"a": 1}',
    ]


@pytest.mark.parametrize(
    ("sets", "message"),
    [
        ([("age", 5), ("facts.age", 6)], "facts.age: is set twice, to 5 and to 6; keep one"),
        (
            [("taking(Plaquenil)", "yes"), ("taking.hydroxychloroquine", "no")],
            "facts.taking.hydroxychloroquine: is set twice, to yes and to no; keep one",
        ),
        (
            [("more_than(months,12)", "yes"), ("more_than(months,12)", "no")],
            "request.months: more_than(months,12) is set twice, and not alike; keep one",
        ),
        (
            [("months", 13), ("more_than(months,12)", "no")],
            "request.months: is set to a number that has not more_than(months,12)=no; keep one",
        ),
        (
            [("capsules", 541), ("more_than(capsules_per_90_days,540)", None)],
            (
                "request.capsules_per_90_days: is set to a number that has not "
                "more_than(capsules_per_90_days,540)=null; keep one"
            ),
        ),
        (
            [("at_least(weeks_on_therapy,24)", "no"), ("more_than(weeks_on_therapy,52)", "yes")],
            (
                "facts.weeks_on_therapy: no number of weeks has at_least(weeks_on_therapy,24)=no and "
                "more_than(weeks_on_therapy,52)=yes"
            ),
        ),
        (
            [("requested(phase,initial)", "no")],
            (
                "request.phase: has one value out of several: initial takes yes or null, not no; for "
                "another, set request.phase to it"
            ),
        ),
        (
            [("birth_date", "2000-01-01"), ("age", 5)],
            "facts.birth_date: gives an age of 25 on 2025-03-01, but facts.age says otherwise; keep one",
        ),
        (
            [("capsules_per_90_days", 540), ("capsules", 541)],
            (
                "request.capsules_per_90_days: is stated as 540, but request.capsules and "
                "request.days_supply (541 for 90) say otherwise; keep one"
            ),
        ),
        (
            [("indication", {"sle": True})],
            'request.indication: a name is expected, not {"sle": true}',
        ),
        ([("phase", "first")], "request.phase: 'first' is not known here; known are initial, continuation"),
        (
            [("reading", 5)],
            "facts.reading: a mapping such as {term_limit: cap} is expected, not 5",
        ),
        (
            [("active", ["sle", "foo"]), ("active.lupus_nephritis", None)],
            (
                "facts.active[1]: 'foo' is not known here; known are sle, lupus_nephritis. Do not put "
                "a similar name in its place, and leave it out only if it is of no kind that the policy "
                "asks about"
            ),
        ),
        ([("age", {"at_leest": 5})], "facts.age: 'at_leest' is not known here; did you mean at_least?"),
    ],
)
def test_statements_that_cannot_be_are_refused(lupkynis: Edition, sets: Any, message: str) -> None:
    (said, *more) = refused(lupkynis, sets)
    assert said.replace("age.at_leest", "age") == message
    assert all("age" in problem or "active" in problem for problem in more)


def test_the_same_statement_twice_is_one(lupkynis: Edition) -> None:
    sets = [("age", 5), ("facts.age", 5), ("taking(Plaquenil)", "yes"), ("taking.hydroxychloroquine", True)]
    assert facts_after(lupkynis, sets)["taking"] == {"voclosporin": "no", "hydroxychloroquine": True}


def test_a_case_that_cannot_be_read_is_refused(lupkynis: Edition) -> None:
    assert refused(lupkynis, {"foo": 1, "age": 5}, case=with_facts(age="old")) == [
        "facts.age: a number of years is expected, not 'old'",
        "foo: 'foo' is not known here; `lupa facts` lists what a case can state",
    ]
    assert refused(lupkynis, {}, case={"facts": {}}) == [
        "request: missing; it says which policy or drug it is about"
    ]


def test_what_only_another_policy_on_the_drug_knows_stays(lupkynis: Edition) -> None:
    case = with_facts(taking=["prednisone", "newdrug"], frailty="yes")
    facts = facts_after(lupkynis, {"taking.sirolimus": True}, case=case)
    taken = [drug for drug, so in facts["taking"].items() if so]
    assert (facts["frailty"], sorted(taken)) == ("yes", ["newdrug", "prednisone", "sirolimus"])


# ---- families ----------------------------------------------------------------------------------


def test_a_name_that_means_the_same_is_replaced(lupkynis: Edition) -> None:
    taking = facts_after(lupkynis, {"taking.hydroxychloroquine": None})["taking"]
    assert taking == {"voclosporin": "no", "hydroxychloroquine": None}
    assert facts_after(lupkynis, {}, "taking.hydroxychloroquine")["taking"] == {"voclosporin": "no"}


def test_a_list_of_which_one_member_is_set_stays_complete(lupkynis: Edition) -> None:
    attests = facts_after(lupkynis, {"attests(monitor_egfr)": "no"})["attests"]
    assert attests == {"only": ["monitor_blood_pressure"]}


def test_a_list_of_which_one_member_is_open_is_complete_but_for_it(lupkynis: Edition) -> None:
    assert facts_after(lupkynis, {"attests(monitor_egfr)": None})["attests"] == {
        "only": ["monitor_blood_pressure"],
        "monitor_egfr": None,
    }


def test_what_a_list_implies_is_not_added_to_it(lupkynis: Edition) -> None:
    diagnosis = facts_after(lupkynis, {"diagnosis.rheumatoid_arthritis": "yes"})["diagnosis"]
    assert diagnosis == {"only": ["LN", "rheumatoid_arthritis"]}


def test_a_member_of_a_list_can_be_unset(lupkynis: Edition) -> None:
    attests = facts_after(lupkynis, {}, "attests.monitor_egfr", "attests.monitor_malignancies")["attests"]
    assert attests == {
        "only": ["monitor_blood_pressure"],
        "monitor_egfr": None,
        "monitor_malignancies": None,
    }


def test_a_family_that_is_open_stays_open_but_for_the_member_that_is_set(lupkynis: Edition) -> None:
    override = dict.fromkeys(("plan_document", "state_mandate", "federal_mandate", "rare_disease"))
    override = {**override, "plan_document": False}
    assert facts_after(lupkynis, {"override.plan_document": "no"})["override"] == override
    assert facts_after(lupkynis, {}, "override.plan_document")["override"] == {
        "state_mandate": None,
        "federal_mandate": None,
        "rare_disease": None,
    }


def test_a_whole_family_can_be_set_and_then_its_members(lupkynis: Edition) -> None:
    sets = {
        "diagnosis.sle": None,
        "diagnosis": {"only": ["rheumatoid_arthritis"]},
        "taking": {"Prograf": "no"},
    }
    facts = facts_after(lupkynis, sets)
    assert facts["diagnosis"] == {"only": ["rheumatoid_arthritis"], "sle": None}
    assert facts["taking"] == {"Plaquenil": "yes", "voclosporin": "no", "tacrolimus": False}
    assert facts_after(lupkynis, {"taking": None})["taking"] is None


def test_a_family_is_taken_away_before_its_members_are_set(lupkynis: Edition) -> None:
    facts = facts_after(lupkynis, {"taking.sirolimus": "yes"}, "taking", "reading.term_limit")
    assert (facts["taking"], "reading" in facts) == ({"sirolimus": True}, False)


def test_unsetting_what_is_not_stated_changes_nothing(lupkynis: Edition) -> None:
    names = (
        "taking.sirolimus",
        "live_vaccine",
        "months",
        "more_than(months,12)",
        "phase",
        "documented.clinical_response",
    )
    assert change(lupkynis, {}, *names) == change(lupkynis, {})


# ---- numbers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "cut", "after"),
    [
        (34, "yes", 34),
        (34, "no", {"less_than": 18}),
        (34, None, None),
        ({"at_least": 5}, "yes", {"at_least": 18}),
        ({"at_least": 5}, "no", {"at_least": 5, "less_than": 18}),
        ({"at_least": 5}, None, {"at_least": 5}),
        ({"more_than": 5, "at_most": 18}, "yes", 18),
        ({"more_than": 18}, "no", {"less_than": 18}),
        ({"at_most": 17.5}, "yes", {"at_least": 18}),
        (None, "yes", {"at_least": 18}),
    ],
)
def test_a_cut_point_narrows_a_number_or_replaces_it(
    lupkynis: Edition, age: Any, cut: Any, after: Any
) -> None:
    assert facts_after(lupkynis, {"at_least(age,18)": cut}, case=with_facts(age=age))["age"] == after


def test_a_cut_point_leaves_the_others_of_the_number_as_they_are(lupkynis: Edition) -> None:
    def weeks(sets: dict[str, Any], *unset: str) -> Any:
        return facts_after(lupkynis, sets, *unset).get("weeks_on_therapy", "silent")

    low, high = "at_least(weeks_on_therapy,24)", "more_than(weeks_on_therapy,52)"
    assert weeks({high: "no"}) == {"at_least": 24, "at_most": 52}
    assert weeks({low: "no"}) == {"less_than": 24}
    assert weeks({high: "no", low: "yes"}) == {"at_least": 24, "at_most": 52}
    assert weeks({high: None}) == weeks({}, high) == {"at_least": 24}
    assert weeks({high: None, low: None}) is None
    assert weeks({}, high, low) == weeks({}, "weeks_on_therapy") == "silent"
    assert weeks({high: "no"}, low) == {"at_most": 52}


def test_a_limit_that_is_assumed_can_be_stated_opened_and_unset(lupkynis: Edition) -> None:
    limit = "more_than(months,12)"
    assert request_after(lupkynis, {limit: "yes"}) == {"months": {"more_than": 12}}
    assert request_after(lupkynis, {limit: "no"}) == {"months": {"at_most": 12}}
    assert request_after(lupkynis, {limit: None}) == {"months": None}
    assert request_after(lupkynis, {}, limit, case=with_request(months=None)) == {}
    assert request_after(lupkynis, {}, limit, case=with_request(months=13)) == {}


BORN = {key: value for key, value in CASE["facts"].items() if key != "age"} | {
    "birth_date": date(1990, 5, 17)
}


def test_an_age_drops_the_birth_date_and_the_reverse(lupkynis: Edition) -> None:
    born = {**CASE, "facts": BORN}
    facts = facts_after(lupkynis, {"age": {"at_most": 40}}, case=born)
    assert (facts["age"], "birth_date" in facts) == ({"at_most": 40}, False)
    facts = facts_after(lupkynis, {"birth_date": "2015-01-01"})
    assert (facts["birth_date"], "age" in facts) == ("2015-01-01", False)
    facts = facts_after(lupkynis, {}, "age", case=born)
    assert not {"age", "birth_date"} & set(facts)
    facts = facts_after(lupkynis, {"birth_date": "1990-05-17", "age": {"at_least": 34}})
    assert (facts["birth_date"], facts["age"]) == ("1990-05-17", {"at_least": 34})


def test_a_cut_point_agrees_with_a_birth_date_or_drops_it(lupkynis: Edition) -> None:
    born = {**CASE, "facts": BORN}
    assert facts_after(lupkynis, {"at_least(age,18)": "yes"}, case=born)["birth_date"] == "1990-05-17"
    facts = facts_after(lupkynis, {"at_least(age,18)": "no"}, case=born)
    assert (facts["age"], "birth_date" in facts) == ({"less_than": 18}, False)
    facts = facts_after(lupkynis, {"at_least(age,18)": None}, case=born)
    assert (facts["age"], "birth_date" in facts) == (None, False)


RATE = "more_than(capsules_per_90_days,540)"


@pytest.mark.parametrize(
    ("request_", "sets", "after"),
    [
        # 600 for 90 days are above the limit, so the parts go
        ({}, {RATE: "no"}, {"capsules_per_90_days": {"at_most": 540}}),
        ({}, {RATE: "yes"}, {"capsules": 600, "days_supply": 90}),
        ({}, {RATE: None}, {"capsules_per_90_days": None}),
        ({}, {"capsules_per_90_days": 540}, {"capsules_per_90_days": 540}),
        (
            {},
            {"capsules_per_90_days": {"more_than": 540}},
            {"capsules": 600, "days_supply": 90, "capsules_per_90_days": {"more_than": 540}},
        ),
        # 600 for nobody knows how long may be within the limit
        (
            {"days_supply": None},
            {RATE: "no"},
            {"capsules": 600, "days_supply": None, "capsules_per_90_days": {"at_most": 540}},
        ),
        (
            {"days_supply": None, "capsules_per_90_days": {"more_than": 540}},
            {RATE: "no"},
            {"capsules": 600, "days_supply": None, "capsules_per_90_days": {"at_most": 540}},
        ),
        (
            {"days_supply": None, "capsules_per_90_days": {"at_most": 540}},
            {"days_supply": 90},
            {"capsules": 600, "days_supply": 90},
        ),
        (
            {"days_supply": None, "capsules_per_90_days": {"at_most": 540}},
            {"days_supply": 100},
            {"capsules": 600, "days_supply": 100, "capsules_per_90_days": {"at_most": 540}},
        ),
        (
            {},
            {"capsules": 540, "capsules_per_90_days": {"at_most": 540}},
            {"capsules": 540, "days_supply": 90, "capsules_per_90_days": {"at_most": 540}},
        ),
    ],
)
def test_a_rate_is_stated_directly_and_its_parts_go_where_they_disagree(
    lupkynis: Edition, request_: dict[str, Any], sets: dict[str, Any], after: dict[str, Any]
) -> None:
    request = change(lupkynis, sets, case=with_request(**request_))["request"]
    assert after == {k: v for k, v in request.items() if k.startswith(("capsules", "days"))}


def test_a_drug_that_is_named_twice_is_no_longer_stated_under_either_name(kb: KnowledgeBase) -> None:
    benlysta = kb.edition("uhc_benlysta")
    taking = {"Plaquenil 200 mg": True, "prednisone": True, "hydroxychloroquine": True}
    case = {"request": {"policy": "uhc_benlysta"}, "facts": {"taking": taking}}
    said = stated(case, {"taking(hydroxychloroquine)": False}, benlysta)["facts"]["taking"]
    assert list(said.items()) == [("prednisone", True), ("hydroxychloroquine", False)]


def test_a_rate_is_unset_with_its_parts(lupkynis: Edition) -> None:
    for name in (RATE, "capsules_per_90_days"):
        request = change(lupkynis, {}, name)["request"]
        assert set(request) == {"policy", "indication", "service_date"}
        request = change(lupkynis, {}, name, case=with_request(capsules=None))["request"]
        assert set(request) == {"policy", "indication", "service_date"}
    days = {"request": {"policy": "fep_lupkynis", "days_supply": 90}}
    assert change(lupkynis, {}, RATE, case=days) == days
    request = change(lupkynis, {"capsules": 540, "days_supply": 90}, RATE)["request"]
    assert (request["capsules"], request["days_supply"]) == (540, 90)


# ---- values ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True),
        (" no ", False),
        ("null", None),
        ("~", None),
        ("12", 12),
        ("12.50", Decimal("12.50")),
        ("renewal", "renewal"),
        ("Sjögren's syndrome", "Sjögren's syndrome"),
        ("2025-03-01", "2025-03-01"),
        ("{at_least: 18, less_than: 20}", {"at_least": 18, "less_than": 20}),
        ("[prednisone, Benlysta IV]", ["prednisone", "Benlysta IV"]),
        ("[]", []),
        ("'12'", "12"),
        ("a: b", "a: b"),
        ("- a", "- a"),
        ("---", "---"),
        ("12 # a dozen", "12 # a dozen"),
        ("a # b", "a # b"),
    ],
)
def test_a_value_is_read_as_a_case_in_yaml_has_it_or_else_as_a_name(text: str, value: Any) -> None:
    found = value_of(text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (" ", "a value is missing; give yes, no, null, a number, a name, a range or a list"),
        ("[a, b", "not valid YAML"),
        ("{a: 1, a: 2}", "the key 'a' is given twice; keep one (line 1, column 8)"),
    ],
)
def test_a_value_that_is_none_is_refused(text: str, message: str) -> None:
    with pytest.raises(CaseError, match=r".") as error:
        value_of(text)
    (problem,) = error.value.problems
    assert isinstance(problem, Problem)
    assert problem.message.startswith(message)


def test_plain_data_is_what_json_can_say() -> None:
    data = {"a": (1, {"b"}), "c": frozenset({"e", "d"}), "f": date(2025, 3, 1), "g": Decimal("2.5")}
    assert plain_data(data) == {"a": [1, ["b"]], "c": ["d", "e"], "f": "2025-03-01", "g": 2.5}


@pytest.mark.parametrize(
    ("number", "low", "high"),
    [("17." + "9" * 30, 17, 18), ("18." + "0" * 30 + "1", 18, 19), ("18.0", 17.5, 18.5)],
)
def test_a_plain_number_stays_on_its_side_of_every_whole_one(number: str, low: float, high: float) -> None:
    assert low < plain_data(Decimal(number)) < high
