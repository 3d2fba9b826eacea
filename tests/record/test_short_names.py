"""Names that may mean several drugs: decided over each of these, and which is meant is asked."""

from __future__ import annotations

from itertools import chain, combinations
from typing import Any

import pytest

from lupa import Decision, KnowledgeBase
from lupa.rules.edition import Edition

LUPKYNIS = {"policy": "fep_lupkynis", "indication": "lupus_nephritis", "phase": "initial"}
BENLYSTA = {"policy": "uhc_benlysta", "route": "IV", "indication": "SLE", "phase": "initial"}
READY = {
    "age": 34,
    "diagnosis": {"only": ["lupus_nephritis"]},
    "active": ["lupus_nephritis"],
    "attests": [
        "monitor_egfr",
        "monitor_blood_pressure",
        "monitor_serious_infections",
        "monitor_malignancies",
    ],
    "dosed_per_label": True,
    "live_vaccine": False,
}


def decided(kb: KnowledgeBase, request: dict[str, Any], taking: Any) -> Decision:
    return kb.decide({"request": request, "facts": {**READY, "taking": taking}})


def missing(decision: Decision) -> list[str]:
    return [each.fact for each in decision.missing]


def short_names(edition: Edition) -> dict[str, list[str]]:
    return {name: drugs for name, drugs in edition.known.several.items() if drugs}


# ---- what they mean ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mycophenolate", "Pred", "pred 5 mg daily", "AZA 50 mg", "tac"])
def test_where_each_meaning_comes_to_the_same_it_is_settled(kb: KnowledgeBase, name: str) -> None:
    taking = {"only": [name, "prednisone"]}
    assert decided(kb, LUPKYNIS, taking).outcome == "approve"


def test_a_name_that_may_be_the_drug_that_excludes_is_asked_about(kb: KnowledgeBase) -> None:
    decision = decided(kb, LUPKYNIS, {"only": ["CYC"]})
    assert decision.possible == ("approve", "deny")
    assert missing(decision) == ["taking(cyclophosphamide)", "taking(cyclosporine)"]
    (remark,) = decision.remarks
    assert remark.text == (
        "The patient takes CYC (cyclophosphamide or cyclosporine). That is one or more of these; which of "
        "them stays open."
    )


def test_a_complete_list_that_names_none_of_them_tells_of_none(kb: KnowledgeBase) -> None:
    taking = {"only": ["prednisone"], "CYC": False}
    assert [remark.place for remark in decided(kb, LUPKYNIS, taking).remarks] == ["facts.taking.CYC"]


def test_on_a_complete_list_it_may_be_all_that_it_may_mean(kb: KnowledgeBase) -> None:
    taking = {"only": ["CYC"], "cyclophosphamide": True, "cyclosporine": True}
    assert decided(kb, LUPKYNIS, taking).outcome == "deny"
    assert decided(kb, LUPKYNIS, {**taking, "cyclophosphamide": False}).outcome == "approve"


@pytest.mark.parametrize(("meant", "outcome"), [("cyclophosphamide", "deny"), ("cyclosporine", "approve")])
def test_to_say_which_settles_it(kb: KnowledgeBase, meant: str, outcome: str) -> None:
    others = {"cyclophosphamide", "cyclosporine"} - {meant}
    taking = {"only": ["CYC"], **dict.fromkeys(others, False)}
    assert decided(kb, LUPKYNIS, taking).outcome == outcome


def test_a_name_is_itself_a_reason(kb: KnowledgeBase) -> None:
    decision = decided(kb, BENLYSTA, {"only": ["mycophenolate"]})
    (met,) = (c for c in decision.criteria if c.id == "standard_of_care")
    assert [(cause.fact, cause.origin) for cause in met.because] == [("taking(mycophenolate)", "stated")]


@pytest.mark.parametrize("said", [None, False])
def test_that_it_is_not_taken_or_not_known_says_nothing_of_the_drugs(
    kb: KnowledgeBase, said: bool | None
) -> None:
    known = dict.fromkeys(("cyclosporine", "prednisone"), True)
    assert "taking(cyclophosphamide)" in missing(decided(kb, LUPKYNIS, {**known, "CYC": said}))
    listed = decided(kb, LUPKYNIS, {"only": list(known), "CYC": said})
    assert listed.outcome == ("approve" if said is False else "pend")


def test_a_text_in_which_the_name_stands_leaves_the_drugs_open(kb: KnowledgeBase) -> None:
    decision = decided(kb, LUPKYNIS, {"only": ["prednisone", "CYC and something"]})
    assert "taking(cyclophosphamide)" in missing(decision)


def test_no_flip_offers_the_name_itself(kb: KnowledgeBase) -> None:
    for taking in ({"only": ["CYC"]}, {"only": ["prednisone"], "CYC": None}):
        case = {"request": LUPKYNIS, "facts": {**READY, "taking": taking}}
        said = [s.fact for flip in kb.flip(case).flips for s in flip.statements]
        assert said
        assert "taking(cyc)" not in said


def test_a_policy_is_ground_without_these_names_until_a_case_says_one(kb: KnowledgeBase) -> None:
    edition = kb.edition("fep_lupkynis")
    assert short_names(edition)
    assert [name for name in short_names(edition) if f"taking({name})" in edition.literals] == []


def test_each_name_may_mean_two_or_more_of_its_kind_that_are_known(kb: KnowledgeBase) -> None:
    edition = kb.edition("fep_lupkynis")
    short, declared = short_names(edition), edition.known.declared()
    kinds = [set(declared[family][0]) for family in ("taking", "diagnosis")]
    for name, each in short.items():
        (kind,) = (kind for kind in kinds if name in kind)
        assert len(set(each) & kind - short.keys()) == len(each) > 1


# ---- diseases ----------------------------------------------------------------------------------


def in_lupus(kb: KnowledgeBase, diagnosis: dict[str, Any], **facts: Any) -> Decision:
    known = {**READY, "taking": {"only": ["Plaquenil"]}, "active": [], **facts, "diagnosis": diagnosis}
    return kb.decide({"request": BENLYSTA, "facts": known})


def test_on_a_complete_list_a_short_name_of_a_disease_is_asked_about(kb: KnowledgeBase) -> None:
    decision = in_lupus(kb, {"only": ["SLE", "CNS lupus"]}, active=["sle"])
    assert decision.possible == ("approve", "deny")
    assert set(missing(decision)) == {"diagnosis(severe_active_cns_lupus)", "diagnosis(other_cns_lupus)"}
    assert {"diagnosis(sle)", "active(sle)"} <= set(missing(in_lupus(kb, {"only": ["lupus"]})))


@pytest.mark.parametrize(
    "said", ["lupus psychosis", "Cerebral lupus", "neuro-lupus", "SLE with CNS involvement", "no CNS lupus"]
)
def test_whatever_names_lupus_of_the_brain_does_not_leave_it_out(kb: KnowledgeBase, said: str) -> None:
    decision = in_lupus(kb, {"only": ["SLE", said]}, active=["sle"])
    assert decision.possible == ("approve", "deny")
    assert "diagnosis(severe_active_cns_lupus)" in missing(decision)


@pytest.mark.parametrize(("severe", "outcome"), [(True, "deny"), (False, "approve")])
def test_to_say_which_lupus_of_the_brain_it_is_settles_it(
    kb: KnowledgeBase, severe: bool, outcome: str
) -> None:
    diagnosis = {"only": ["SLE", "CNS lupus"], "severe_active_cns_lupus": severe}
    assert in_lupus(kb, diagnosis, active=["sle"]).outcome == outcome


# ---- vaccines by their names --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("vaccines", "outcome"),
    [
        (["Shingrix"], "pend"),
        ({"only": ["Shingrix", "Fluzone"]}, "approve"),
        ({"only": []}, "approve"),
        (["M-M-R II"], "deny"),
        ({"only": ["Shingrix", "Zostavax"]}, "deny"),
        ({"only": ["Nosuchvax"]}, "pend"),
        ({"FluMist": False}, "pend"),
    ],
)
def test_a_vaccine_that_is_alive_is_a_live_one(kb: KnowledgeBase, vaccines: Any, outcome: str) -> None:
    facts = {name: said for name, said in READY.items() if name != "live_vaccine"}
    facts |= {"taking": {"only": ["prednisone"]}, "vaccines": vaccines}
    decision = kb.decide({"request": LUPKYNIS, "facts": facts})
    assert decision.outcome == outcome
    asked = [] if outcome != "pend" else ["live_vaccine"]
    assert missing(decision) == asked


def test_another_time_for_the_vaccine_is_offered(kb: KnowledgeBase) -> None:
    facts = {name: said for name, said in READY.items() if name != "live_vaccine"}
    facts |= {"taking": {"only": ["prednisone"]}, "vaccines": ["MMR"]}
    flip = kb.flip({"request": LUPKYNIS, "facts": facts}).flips[0]
    assert {s.fact for s in flip.statements} == {"live_vaccine", "vaccines(measles_mumps_rubella_vaccine)"}


# ---- over each of these ------------------------------------------------------------------------


def some(drugs: list[str]) -> list[tuple[str, ...]]:
    """Every choice of some of the drugs, of a long list of no more than two."""
    most = len(drugs) if len(drugs) < 4 else 2
    return list(chain.from_iterable(combinations(drugs, size) for size in range(1, most + 1)))


def agree(kb: KnowledgeBase, request: dict[str, Any], name: str, beside: list[str]) -> None:
    found = decided(kb, request, {"only": [*beside, name]})
    drugs = short_names(kb.edition(request["policy"]))[name]
    each = [decided(kb, request, {"only": [*beside, *those]}) for those in some(drugs)]
    assert set(found.possible) == {outcome for one in each for outcome in one.possible}


@pytest.mark.parametrize(("request_", "name"), [(LUPKYNIS, "cyc"), (BENLYSTA, "interferon_beta")])
@pytest.mark.parametrize("beside", [[], ["prednisone"]], ids=str)
def test_what_is_possible_is_what_each_meaning_leaves_possible(
    kb: KnowledgeBase, request_: dict[str, Any], name: str, beside: list[str]
) -> None:
    agree(kb, request_, name, beside)


@pytest.mark.mass
@pytest.mark.parametrize("request_", [LUPKYNIS, BENLYSTA], ids=["lupkynis", "benlysta"])
@pytest.mark.parametrize("beside", [[], ["prednisone"], ["cyclosporine", "rituximab"]], ids=str)
def test_so_it_is_of_every_such_name(
    kb: KnowledgeBase, request_: dict[str, Any], beside: list[str]
) -> None:
    for name in short_names(kb.edition(request_["policy"])):
        agree(kb, request_, name, beside)
