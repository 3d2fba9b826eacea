"""The Python API: what a program relies on."""

from __future__ import annotations

import dataclasses
import itertools
import json
import random
import threading
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

import lupa
from lupa import CaseError, Decision, KnowledgeBase, RuleError
from lupa.rules.edition import Edition
from lupa.rules.files import shipped
from lupa.rules.names import slip
from tests import oracle, worlds
from tests.times import times

DENIED: dict[str, Any] = {
    "request": {
        "drug": "Benlysta",
        "route": "intravenous",
        "indication": "lupus_nephritis",
        "phase": "initial",
        "service_date": "2025-03-01",
        "months": 12,
    },
    "facts": {
        "age": 34,
        "diagnosis": {"lupus_nephritis": True, "severe_active_cns_lupus": False},
        "active": {"lupus_nephritis": True},
        "taking": {"only": ["mycophenolate_mofetil", "prednisone", "voclosporin"]},
        "dosed_per_label": True,
    },
}


def with_facts(**facts: Any) -> dict[str, Any]:
    return {"request": DENIED["request"], "facts": {**DENIED["facts"], **facts}}


def with_request(**request: Any) -> dict[str, Any]:
    return {"request": {**DENIED["request"], **request}, "facts": DENIED["facts"]}


def test_a_denial_names_the_criterion_its_clause_and_the_fact(kb: KnowledgeBase) -> None:
    decision = kb.decide(DENIED)
    (unmet,) = [c for c in decision.criteria if c.status == "unmet"]
    assert (
        decision.outcome,
        decision.possible,
        [basis.id for basis in decision.bases],
    ) == ("deny", ("deny",), ["criteria_not_met"])
    assert (unmet.id, unmet.source, [(c.fact, c.value, c.origin) for c in unmet.because]) == (
        "no_combination",
        "UnitedHealthcare Benlysta, Coverage Rationale, lupus nephritis, initial therapy, item 3",
        [("taking(voclosporin)", True, "stated"), ("stops(voclosporin)", False, "assumed")],
    )


def test_a_decision_is_frozen(kb: KnowledgeBase) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        kb.decide(DENIED).outcome = "approve"  # type: ignore[misc]  # that is what is tested


def test_json_is_the_same_object(kb: KnowledgeBase) -> None:
    decision = kb.decide(DENIED)
    data = json.loads(decision.to_json())
    assert data == json.loads(json.dumps(decision.to_dict()))
    assert {"case", "policy", "edition", "outcome", "possible", "bases", "criteria", "limits"} <= set(data)
    assert {"advisories", "missing", "assumptions", "notes", "fingerprint"} <= set(data)
    assert [data["fingerprint"][k].split()[0] for k in ("kb", "case")] == ["sha256", "sha256"]


@pytest.mark.slow
def test_what_was_decided_before_does_not_change_a_byte() -> None:
    dice = random.Random("bytes")
    cases = [
        worlds.case_with_gaps(worlds.random_world(dice, edition[0]), worlds.random_gaps(dice), *edition)
        for edition in oracle.EDITIONS
        for _ in range(12)
    ]
    forwards, backwards = KnowledgeBase.load(), KnowledgeBase.load()
    first = [forwards.decide(case).to_json() for case in cases]
    second = [backwards.decide(case).to_json() for case in reversed(cases)]
    assert first == second[::-1]
    assert first == [forwards.decide(case).to_json() for case in cases]


@settings(max_examples=times(60), deadline=None, derandomize=True)
@given(order=st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_matter(order: random.Random) -> None:
    kb = shared()
    facts = list(DENIED["facts"].items())
    order.shuffle(facts)
    taking = list(DENIED["facts"]["taking"]["only"])
    order.shuffle(taking)
    case = {"facts": {**dict(facts), "taking": {"only": taking}}, "request": DENIED["request"]}
    decision = kb.decide(case)
    expected = dataclasses.asdict(kb.decide(DENIED))
    found = dataclasses.asdict(decision)
    for data in (expected, found):
        data.pop("fingerprint")
    assert expected == found


def shared(kept: list[KnowledgeBase] = []) -> KnowledgeBase:  # noqa: B006 - one for all examples
    if not kept:
        kept.append(KnowledgeBase.load())
    return kept[0]


@pytest.mark.slow
def test_threads_share_a_knowledge_base(kb: KnowledgeBase) -> None:
    dice = random.Random("threads")
    cases = [
        worlds.case_with_gaps(worlds.random_world(dice, edition[0]), worlds.random_gaps(dice), *edition)
        for edition in oracle.EDITIONS
        for _ in range(6)
    ]
    expected = [kb.decide(case).to_json() for case in cases]
    fresh = KnowledgeBase.load()
    answers: dict[int, list[str]] = {}

    def work(number: int) -> None:
        answers[number] = [fresh.decide(case).to_json() for case in cases]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert dict.fromkeys(range(4), expected) == answers


# ---- which policy and which edition ------------------------------------------------------------


@pytest.mark.parametrize("drug", ["Benlysta", "belimumab", "BENLYSTA"])
def test_a_drug_is_known_by_ingredient_and_brand(kb: KnowledgeBase, drug: str) -> None:
    assert kb.decide(with_request(drug=drug)).policy == "uhc_benlysta"


@pytest.mark.parametrize(
    ("day", "edition"),
    [
        ("2023-10-31", "2022E0046O"),
        ("2023-11-01", "2023-11-01"),
        (date(2023, 10, 31), "2022E0046O"),
        (None, "2023-11-01"),
    ],
)
def test_the_service_date_chooses_the_edition(kb: KnowledgeBase, day: Any, edition: str) -> None:
    assert edition == kb.decide(with_request(service_date=day)).edition


def test_an_edition_that_is_named_wins_over_the_date(kb: KnowledgeBase) -> None:
    request = {**DENIED["request"], "policy": "uhc_benlysta@2022E0046O", "drug": None}
    assert kb.decide({**DENIED, "request": request}).edition == "2022E0046O"


def test_a_policy_and_its_drug_may_both_be_named(kb: KnowledgeBase) -> None:
    assert kb.decide(with_request(policy="uhc_benlysta")).outcome == "deny"


# ---- what a case states ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "on", "outcome"),
    [
        ("2007-06-10", "2025-06-09", "deny"),
        ("2007-06-10", "2025-06-10", "approve"),
        ("2008-02-29", "2026-02-28", "deny"),
        ("2008-02-29", "2026-03-01", "approve"),
    ],
)
def test_an_adult_is_eighteen_on_the_birthday(kb: KnowledgeBase, born: str, on: str, outcome: str) -> None:
    case = lupkynis(service_date=on)
    del case["facts"]["age"]
    case["facts"]["birth_date"] = born
    assert outcome == kb.decide(case).outcome


def lupkynis(**request: Any) -> dict[str, Any]:
    """Initial therapy of an adult who meets every criterion of the Lupkynis policy."""
    return {
        "request": {"drug": "Lupkynis", "indication": "LN", "phase": "initial", **request},
        "facts": {
            "age": 40,
            "active": {"only": ["lupus nephritis"]},
            "taking": {"only": ["prednisone"]},
            "attests": {
                "only": [
                    "monitor_egfr",
                    "monitor_blood_pressure",
                    "monitor_serious_infections",
                    "monitor_malignancies",
                ]
            },
            "live_vaccine": "no",
        },
    }


@pytest.mark.parametrize(
    ("months", "outcome"),
    [
        (12, "approve"),
        (12.5, "modify"),
        (13, "modify"),
        ({"at_most": 12}, "approve"),
        ({"less_than": 13}, "pend"),
        ({"more_than": 12}, "modify"),
        ({"at_least": 12}, "pend"),
        ({"at_least": 13, "at_most": 24}, "modify"),
        (None, "pend"),
    ],
)
def test_a_term_beyond_twelve_months_is_cut(kb: KnowledgeBase, months: Any, outcome: str) -> None:
    assert outcome == kb.decide(lupkynis(months=months)).outcome


@pytest.mark.parametrize(
    ("capsules", "days", "outcome"),
    [
        (540, 90, "approve"),
        (541, 90, "modify"),
        (6, None, "approve"),  # in no number of days more than 540 in 90
        (541, None, "pend"),
        (99_999, None, "modify"),  # in no number of days 540 in 90 or fewer
        ({"more_than": 540, "less_than": 542}, 90, "modify"),
        ({"more_than": 539, "at_most": 541}, 90, "pend"),
        (541, {"at_least": 91}, "approve"),
        (None, 90, "pend"),
    ],
)
def test_the_quantity_is_a_rate(kb: KnowledgeBase, capsules: Any, days: Any, outcome: str) -> None:
    assert outcome == kb.decide(lupkynis(capsules=capsules, days_supply=days)).outcome


@pytest.mark.parametrize(
    ("rate", "parts", "outcome"),
    [
        (540, {}, "approve"),
        (540.5, {}, "modify"),
        ({"at_most": 540}, {}, "approve"),
        ({"at_least": 540}, {}, "pend"),
        (None, {}, "pend"),
        # with its parts the two are taken together
        ({"at_most": 540}, {"capsules": 541}, "approve"),
        ({"at_least": 539, "at_most": 541}, {"capsules": 541, "days_supply": 90}, "modify"),
        ({"more_than": 540}, {"capsules": None}, "modify"),
        (None, {"capsules": 541, "days_supply": 90}, "modify"),
        ({"more_than": 540}, {"days_supply": 90}, "modify"),
    ],
)
def test_a_rate_may_be_stated_directly(
    kb: KnowledgeBase, rate: Any, parts: dict[str, Any], outcome: str
) -> None:
    assert outcome == kb.decide(lupkynis(capsules_per_90_days=rate, **parts)).outcome


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"capsules_per_90_days": {"more_than": 540}}, "more than 540"),
        ({"capsules": 541, "days_supply": 90}, "541 for 90"),
        (
            {"capsules": 541, "days_supply": 90, "capsules_per_90_days": {"more_than": 540}},
            "more than 540; 541 for 90",
        ),
    ],
)
def test_a_rate_is_said_as_the_case_gives_it(kb: KnowledgeBase, parts: dict[str, Any], said: str) -> None:
    (limit,) = kb.decide(lupkynis(**parts)).limits
    assert f"({said})" in " ".join(cause.text for cause in limit.because)


def test_of_days_without_capsules_nothing_is_asked_for(kb: KnowledgeBase) -> None:
    decision = kb.decide(lupkynis(days_supply=90))
    assert decision.outcome == "approve"
    assert "more_than(capsules_per_90_days,540)" in [a.fact for a in decision.assumptions]


@pytest.mark.parametrize(
    ("age", "outcome"),
    [
        ({"at_least": 18}, "approve"),
        ({"more_than": 17}, "pend"),
        ({"less_than": 18}, "deny"),
        ({"at_most": 18}, "pend"),
        (17.99, "deny"),
        (18.0, "approve"),
        (None, "pend"),
    ],
)
def test_an_age_may_be_a_range(kb: KnowledgeBase, age: Any, outcome: str) -> None:
    case = lupkynis()
    case["facts"]["age"] = age
    assert outcome == kb.decide(case).outcome


def test_a_birth_date_and_an_age_that_agree_may_both_be_stated(kb: KnowledgeBase) -> None:
    for age in (40, 40.5, {"at_least": 40}, {"at_least": 18, "less_than": 41}):
        case = lupkynis(service_date="2025-03-01")
        case["facts"] |= {"age": age, "birth_date": "1985-01-01"}
        assert kb.decide(case).outcome == "approve"


def test_a_family_left_open_stays_open(kb: KnowledgeBase) -> None:
    decision = kb.decide(with_facts(taking=None))
    assert decision.outcome == "pend"
    decision = kb.decide(with_facts(override=None))
    assert decision.possible == ("deny", "refer")


def test_a_choice_left_open_stays_open(kb: KnowledgeBase) -> None:
    assert kb.decide(with_request(phase=None, route=None)).outcome == "pend"


def test_a_reading_left_open_that_does_not_matter_is_said_to_settle_nothing(kb: KnowledgeBase) -> None:
    assert kb.decide(with_facts(reading={"comorbidity": None})).outcome == "deny"


def test_lists_may_be_tuples_and_sets(kb: KnowledgeBase) -> None:
    taking = DENIED["facts"]["taking"]["only"]
    all_told, some_told = (kb.decide(with_facts(taking=said)) for said in ({"only": taking}, taking))
    for kind in (tuple, set, frozenset):
        assert kb.decide(with_facts(taking={"only": kind(taking)})).bases == all_told.bases
        assert kb.decide(with_facts(taking=kind(taking))).bases == some_told.bases


def test_a_silent_policy_refers_whether_or_not_there_is_more_to_say(kb: KnowledgeBase) -> None:
    """Silent on rituximab, the request is referred either way, for one of two reasons, or for both."""
    case = with_request(indication="other")
    taking = {drug: False for drug in oracle.DRUGS if drug != "rituximab"}
    case["facts"] = {
        "taking": taking,
        "override": {"only": ["state_mandate"]},
        "diagnosis": {"severe_active_cns_lupus": False},
    }
    decision = kb.decide(case)
    assert (
        decision.outcome,
        [(basis.id, basis.certain) for basis in decision.bases],
    ) == ("refer", [("policy_silent", True)])


def test_every_limit_that_is_exceeded_is_named(kb: KnowledgeBase) -> None:
    case = lupkynis(months=13, capsules=541, days_supply=90)
    decision = kb.decide(case)
    assert sorted(limit.id for limit in decision.limits) == ["quantity_limit", "term_limit"]
    assert {True} == {limit.certain for limit in decision.limits}


def test_several_policies_on_one_drug_each_answer(tmp_path: Path) -> None:
    kb = two_policies(tmp_path)
    case = {"request": {"drug": "Saphnelo"}, "facts": {"active": {"sle": True}}}
    assert [d.policy for d in kb.decide_all(case)] == ["plan_a", "plan_b"]
    assert [w.decision.policy for w in kb.why_all(case)] == ["plan_a", "plan_b"]
    with pytest.raises(CaseError, match=r"plan_a, plan_b; name one as request\.policy"):
        kb.decide(case)
    with pytest.raises(CaseError, match="why_all"):
        kb.why(case)


def test_a_fact_that_one_of_the_policies_declares_is_known(tmp_path: Path) -> None:
    kb = two_policies(tmp_path)
    case = {"request": {"drug": "Saphnelo"}, "facts": {"referred_by_specialist": True}}
    assert [d.outcome for d in kb.decide_all(case)] == ["pend", "approve"]
    with pytest.raises(CaseError, match="'referred_by_nobody' is not known here"):
        kb.decide_all({**case, "facts": {"referred_by_nobody": True}})


def two_policies(folder: Path) -> KnowledgeBase:
    """A copy of the knowledge base with two plans on anifrolumab; one declares a fact of its own."""
    import shutil

    from lupa.rules.files import shipped

    shutil.copytree(shipped("kb"), folder / "kb")
    declared = (
        "fact(referred_by_specialist). referred_by_specialist :- true(referred_by_specialist).\n"
        'fact_text(referred_by_specialist, "A specialist refers.", "No specialist refers.").\n'
        'question(referred_by_specialist, "Does a specialist refer?").\n'
    )
    for name, fact, extra in (
        ("plan_a", "active(sle)", ""),
        ("plan_b", "referred_by_specialist", declared),
    ):
        home = folder / "kb" / "policies" / name
        home.mkdir()
        (home / "about.lp").write_text(
            f'policy({name}). payer({name}, "A plan"). document({name}, "Plan").\n'
            f'covers({name}, anifrolumab). edition({name}, "1", unrecorded).\n'
        )
        (home / "policy.lp").write_text(
            f"requires({name}, Indication, Phase, needed, c1) :- indication(Indication), phase(Phase).\n"
            f'met({name}, needed) :- {fact}.\ntext({name}, criterion(needed), "So.", "Not so.").\n'
            f'clause({name}, c1, criterion, "1", "It is needed.").\n{extra}'
        )
    return KnowledgeBase.load(folder / "kb")


def test_what_a_policy_covers_by_a_rule_can_be_asked_for_by_its_name(tmp_path: Path) -> None:
    two_policies(tmp_path)
    about = tmp_path / "kb" / "policies" / "plan_a" / "about.lp"
    rule = "covers(plan_a, Drug) :- listed(Drug, _). listed((rituximab; abatacept), preferred)."
    about.write_text(about.read_text().replace("covers(plan_a, anifrolumab).", rule))
    kb = KnowledgeBase.load(tmp_path / "kb")
    decided = kb.decide({"request": {"drug": "abatacept", "indication": "sle", "phase": "initial"}})
    assert decided.policy == "plan_a"
    with pytest.raises(CaseError, match="no policy on file covers tocilizumab"):
        kb.decide({"request": {"drug": "tocilizumab"}})


def test_no_single_basis_need_be_certain_for_a_denial(tmp_path: Path) -> None:
    two_policies(tmp_path)
    home = tmp_path / "kb" / "policies" / "plan_a"
    (home / "exclusion.lp").write_text(
        "excluded(plan_a, with_activity) :- active(sle).\n"
        'text(plan_a, basis(with_activity), "Excluded.", "Not excluded.").\n'
        "cites(plan_a, basis(with_activity), c1).\n"
    )
    kb = KnowledgeBase.load(tmp_path / "kb")
    request = {"policy": "plan_a", "indication": "sle", "phase": "initial"}
    decision = kb.decide({"request": request})
    assert decision.outcome == "deny"
    assert sorted((basis.id, basis.certain) for basis in decision.bases) == [
        ("criteria_not_met", False),
        ("with_activity", False),
    ]
    assert [c.fact for b in decision.bases for c in b.because if "active" in c.fact] == []
    from lupa.pages.markdown import markdown
    from lupa.pages.page import text

    assert "(it or another of these)" in text(decision)
    assert "Excluded." in markdown(decision)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ('text(plan_a, criterion(needed), "So.", "Not so.").', "no text"),
        ('clause(plan_a, c1, criterion, "1", "It is needed.").', "cites c1, which is no clause"),
    ],
)
def test_an_item_without_words_or_clause_is_refused(tmp_path: Path, rules: str, message: str) -> None:
    two_policies(tmp_path)
    path = tmp_path / "kb" / "policies" / "plan_a" / "policy.lp"
    path.write_text(path.read_text().replace(rules, ""))
    with pytest.raises(RuleError, match=message):
        KnowledgeBase.load(tmp_path / "kb").edition("plan_a")


def test_the_rules_of_one_policy_leave_the_fingerprint_of_another(
    tmp_path: Path, kb: KnowledgeBase
) -> None:
    more = two_policies(tmp_path)
    assert kb.decide(DENIED).to_json() == more.decide(DENIED).to_json()


def test_adding_a_rule_changes_the_fingerprint(tmp_path: Path, kb: KnowledgeBase) -> None:
    two_policies(tmp_path)
    path = tmp_path / "kb" / "policies" / "uhc_benlysta" / "policy.lp"
    path.write_text(path.read_text() + "\n")
    other = KnowledgeBase.load(tmp_path / "kb").decide(DENIED).fingerprint
    assert kb.decide(DENIED).fingerprint.kb != other.kb


def test_the_case_fingerprint_is_of_what_is_stated(kb: KnowledgeBase) -> None:
    prints = [
        kb.decide(case).fingerprint.case
        for case in (DENIED, {**DENIED, "case": "named"}, with_facts(age=35), with_facts(age=34))
    ]
    assert (prints[0], prints[0]) == (prints[1], prints[3])
    assert prints[0] != prints[2]


@pytest.mark.parametrize(("first", "second"), [*itertools.combinations(oracle.EDITIONS, 2)])
def test_editions_do_not_answer_for_one_another(
    kb: KnowledgeBase, first: tuple[str, str], second: tuple[str, str]
) -> None:
    """Asked in turn, each gives what it gives alone."""
    dice = random.Random("turns")
    world = worlds.random_world(dice, first[0])
    alone = [decide(KnowledgeBase.load(), world, edition) for edition in (first, second)]
    assert alone == [decide(kb, world, edition) for edition in (first, second)]


def decide(kb: KnowledgeBase, world: oracle.World, edition: tuple[str, str]) -> Decision:
    return kb.decide(worlds.case_of(world, *edition))


def test_a_rule_may_count(tmp_path: Path) -> None:
    """Two drugs or more are needed: counted right, also over what is silent."""
    two_policies(tmp_path)
    home = tmp_path / "kb" / "policies" / "plan_a"
    path = home / "policy.lp"
    counted = "met(plan_a, needed) :- #count { Drug : taking(Drug) } >= Least, least_drugs(Least).\n"
    path.write_text(path.read_text().replace("met(plan_a, needed) :- active(sle).\n", counted))
    (home / "least.lp").write_text("least_drugs(2).\n")
    kb = KnowledgeBase.load(tmp_path / "kb")
    request = {"policy": "plan_a", "indication": "sle", "phase": "initial"}

    def decide_on(**taking: bool | None) -> Decision:
        return kb.decide({"request": request, "facts": {"taking": {"only": [], **taking}}})

    assert decide_on(prednisone=True).outcome == "deny"
    assert decide_on(prednisone=True, azathioprine=True).outcome == "approve"
    decision = decide_on(prednisone=True, azathioprine=None, methotrexate=None)
    assert decision.outcome == "pend"
    assert [m.fact for m in decision.missing] == ["taking(azathioprine)", "taking(methotrexate)"]
    assert decide_on(prednisone=None).missing == ()


def test_a_law_that_asks_for_more_than_one_change_is_heeded(tmp_path: Path) -> None:
    """Where one fact can change only with two others, it matters if they do."""
    two_policies(tmp_path)
    home = tmp_path / "kb" / "policies" / "plan_a"
    (home / "laws.lp").write_text(
        "fact(sign(1..3)). sign(Sign) :- true(sign(Sign)).\n"
        'fact_text(sign, "Sign {1}.", "No sign {1}."). question(sign, "Sign {1}?").\n'
        "impossible(alone) :- sign(1), not sign(2).\nimpossible(second) :- sign(2), not sign(3).\n"
    )
    path = home / "policy.lp"
    path.write_text(path.read_text().replace(":- active(sle).", ":- sign(3)."))
    kb = KnowledgeBase.load(tmp_path / "kb")
    request = {"policy": "plan_a", "indication": "sle", "phase": "initial"}
    assert [m.fact for m in kb.decide({"request": request}).missing] == ["sign(3)", "sign(1)", "sign(2)"]
    case = {"request": request, "facts": {"sign": {"3": False}}}
    assert kb.decide(case).missing == ()


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ("outcome(plan_a, approve) :- denied(plan_a).", "approve and deny"),
        ("", "no outcome"),
    ],
)
def test_rules_that_do_not_give_each_world_one_outcome_are_refused(
    tmp_path: Path, rules: str, message: str
) -> None:
    two_policies(tmp_path)
    path = tmp_path / "kb" / "policies" / "plan_a" / "policy.lp"
    path.write_text(f"{path.read_text()}{rules}\n")
    if not rules:
        decision = tmp_path / "kb" / "decision.lp"
        kept = [line for line in decision.read_text().splitlines() if "outcome(Policy, deny)" not in line]
        decision.write_text("\n".join(kept) + "\n")
    request = {"policy": "plan_a", "indication": "sle", "phase": "initial"}
    case = {"request": request, "facts": {"active": {"sle": False}}}
    with pytest.raises(RuleError, match=f"a world has {message}"):
        KnowledgeBase.load(tmp_path / "kb").decide(case)


def test_a_policy_that_the_rules_do_not_hold_is_refused(kb: KnowledgeBase) -> None:
    edition = kb.edition("fep_lupkynis")
    with pytest.raises(RuleError, match=r"no rule gives policy\(stranger\)"):
        Edition(edition.program, "stranger", "1", "", edition.known)


def test_from_what_cannot_all_be_so_nothing_follows(kb: KnowledgeBase) -> None:
    two = ["requested(indication,lupus_nephritis)", "requested(indication,sle)"]
    edition = kb.edition("fep_lupkynis")
    assert edition.follows(two, ["requested(indication,other)"]) == []
    assert edition.follows(["active(lupus_nephritis)"], ["diagnosis(sle)"]) == ["diagnosis(sle)"]


def test_a_list_whose_own_facts_clash_contradicts_itself(tmp_path: Path) -> None:
    two_policies(tmp_path)
    home = tmp_path / "kb" / "policies" / "plan_a"
    (home / "laws.lp").write_text(
        "fact(sign(1..2)). sign(Sign) :- true(sign(Sign)).\n"
        'fact_text(sign, "Sign {1}.", "No sign {1}."). question(sign, "Sign {1}?").\n'
        "impossible(both) :- sign(1), sign(2).\n"
    )
    case = {"request": {"policy": "plan_a"}, "facts": {"sign": ["1", "2"]}}
    with pytest.raises(CaseError, match="contradicts itself") as refused:
        KnowledgeBase.load(tmp_path / "kb").decide(case)
    assert [p.path for p in refused.value.problems] == ["", "facts.sign[0]", "facts.sign[1]"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("requires(plan_a, sel, initial, needed, c1).", "speaks of indication sel, unknown here"),
        ("requires(plan_a, sle, initail, needed, c1).", "speaks of phase initail, unknown here"),
        ("requires(plan_a, sle, initial, neded, c1).", r"no rule can make met\(plan_a,neded\) hold"),
        ("met(plan_b, needed) :- active(sle).", r"met\(plan_b,needed\) is said of another policy"),
    ],
)
def test_a_misspelt_name_in_the_rules_is_refused(tmp_path: Path, wrong: str, message: str) -> None:
    two_policies(tmp_path)
    path = tmp_path / "kb" / "policies" / "plan_a" / "policy.lp"
    path.write_text(f"{path.read_text()}{wrong}\n")
    with pytest.raises(RuleError, match=message):
        KnowledgeBase.load(tmp_path / "kb").edition("plan_a")


def test_a_value_that_no_fact_has_leaves_a_criterion_that_nothing_meets(tmp_path: Path) -> None:
    two_policies(tmp_path)
    path = tmp_path / "kb" / "policies" / "plan_a" / "policy.lp"
    path.write_text(path.read_text().replace("active(sle)", "active(slee)"))
    with pytest.raises(RuleError, match="is a name in it misspelt"):
        KnowledgeBase.load(tmp_path / "kb").edition("plan_a")


def test_what_the_policy_never_asks_about_is_said(kb: KnowledgeBase) -> None:
    case = lupkynis(phase="continuation")
    facts = {
        **case["facts"],
        "dosed_per_label": True,
        "diagnosis": {"only": ["LN", "SLE", "rheumatoid_arthritis"]},
    }
    decision = kb.decide({**case, "facts": facts})
    assert decision.unread == ("diagnosis(rheumatoid_arthritis)", "dosed_per_label")
    assert kb.decide(DENIED).unread == ()
    assert kb.decide(lupkynis(capsules=540, days_supply=90)).unread == ()


@pytest.mark.parametrize(
    ("request_", "by"),
    [
        ({"service_date": None}, "newest"),
        ({}, "service_date"),
        ({"policy": "uhc_benlysta@2022E0046O", "drug": None}, "name"),
    ],
)
def test_a_decision_says_what_chose_its_edition(
    kb: KnowledgeBase, request_: dict[str, Any], by: str
) -> None:
    assert kb.decide(with_request(**request_)).edition_by == by


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("abciximab", None),
        ("teriflunomide", None),
        ("voclosporine", "voclosporin"),
    ],
)
def test_only_a_slip_of_the_pen_is_given_another_name(
    kb: KnowledgeBase, name: str, meant: str | None
) -> None:
    if meant is None:
        assert [each.name for each in kb.decide(with_facts(taking=[name])).aside] == [name]
        return
    with pytest.raises(CaseError) as refused:
        kb.decide(with_facts(taking=[name]))
    assert f"did you mean {meant}?" in str(refused.value)
    assert "o not put a similar name in its place" in str(refused.value)


@pytest.mark.parametrize(
    "name",
    [
        *("cycloserine", "quinine", "relatlimab", "dinutuximab", "teriflunomide"),
        *("temsirolimus", "peficitinib", "alefacept"),
    ],
)
def test_another_drug_is_never_taken_for_one_that_is_known(kb: KnowledgeBase, name: str) -> None:
    for case in (with_facts(taking=[name]), with_facts(taking={name: True})):
        assert [each.name for each in kb.decide(case).aside] == [name]
    with pytest.raises(CaseError) as refused:
        kb.decide({"request": {"drug": name}})
    assert "did you mean" not in str(refused.value)
    assert "Do not put a similar name in its place" in str(refused.value)
    assert [each.name for each in kb.whatif(DENIED, {f"taking.{name}": True}).after.aside] == [name]


@pytest.mark.parametrize(
    "name",
    [
        *("lupus vulgaris", "juvenile rheumatoid arthritis", "IgA vasculitis"),
        "mild active central nervous system lupus",
    ],
)
def test_another_disease_is_never_taken_for_one_that_is_known(kb: KnowledgeBase, name: str) -> None:
    assert [each.name for each in kb.decide(with_facts(diagnosis=[name])).aside] == [name]
    with pytest.raises(CaseError) as refused:
        kb.decide(with_request(indication=name))
    assert "did you mean" not in str(refused.value)
    assert "Do not put a similar name in its place" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("voclosporine", "voclosporin"),
        ("voclosporni", "voclosporin"),
        ("vocllosporin", "voclosporin"),
        ("mycophenolat_mofetil", "mycophenolate_mofetil"),
        ("Cellcpet", "mycophenolate_mofetil"),
        ("-prednisone", "prednisone"),
        ("oclosporin", None),
        ("x", None),
        ("", None),
    ],
)
def test_what_is_plainly_a_slip_in_a_long_name_is_named_with_the_same_caution(
    kb: KnowledgeBase, name: str, meant: str | None
) -> None:
    if meant is None and len(name) > 1:  # what is no name is none of another drug's either
        assert [each.name for each in kb.decide(with_facts(taking=[name])).aside] == [name]
        return
    with pytest.raises(CaseError) as refused:
        kb.decide(with_facts(taking=[name]))
    hint = f"did you mean {meant}? If not, d" if meant else "`lupa facts` lists what is. D"
    assert str(refused.value) == (
        f"facts.taking[0]: '{name}' is not known here; {hint}o not put a similar name in its place, and "
        "leave it out only if it is of no kind that the policy asks about"
    )


def test_a_name_that_may_be_a_slip_of_two_is_given_neither() -> None:
    names = {"alphamab": "alphamab", "alphanab": "alphanab", "other_name": "other"}
    assert slip("alpharab", names) is None
    assert slip("alphamabb", names) == "alphamab"


def test_a_phase_that_begins_again_is_not_the_first_one(kb: KnowledgeBase) -> None:
    with pytest.raises(CaseError, match=r"'restart' is not known here; known are initial, continuation$"):
        kb.decide(with_request(phase="restart"))


def test_any_mapping_is_a_case(kb: KnowledgeBase) -> None:
    facts = MappingProxyType(DENIED["facts"])
    case = MappingProxyType({"request": DENIED["request"], "facts": facts})
    assert kb.decide(case).to_json() == kb.decide(DENIED).to_json()


def test_laws_that_leave_no_patient_are_refused(tmp_path: Path) -> None:
    two_policies(tmp_path)
    laws = "impossible(one) :- dosed_per_label.\nimpossible(other) :- not dosed_per_label.\n"
    (tmp_path / "kb" / "policies" / "plan_a" / "laws.lp").write_text(laws)
    with pytest.raises(RuleError, match="leave no patient possible"):
        KnowledgeBase.load(tmp_path / "kb").decide({"request": {"policy": "plan_a"}})


def test_the_package_offers_just_what_it_lists() -> None:
    assert set(lupa.__all__) == set(lupa._HOME_OF)
    assert all(getattr(lupa, name) is not None for name in lupa.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        lupa.nothing  # type: ignore[attr-defined]  # noqa: B018 - asking is the test


def test_what_lies_in_an_archive_has_to_be_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "lupa.pyz"
    archive.touch()
    monkeypatch.setattr("lupa.rules.files._HERE", archive / "lupa")
    with pytest.raises(RuleError, match="cannot run from inside of an archive; unpack it, or install it"):
        shipped("kb")
