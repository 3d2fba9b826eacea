"""What is not known here: other names, doses behind names, and unlisted drugs of a class."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from lupa import CaseError, Decision, KnowledgeBase
from lupa.answers.decision import with_parts

BENLYSTA = {"policy": "uhc_benlysta", "route": "IV", "indication": "SLE", "phase": "initial"}
LUPKYNIS = {"policy": "fep_lupkynis", "indication": "lupus_nephritis", "phase": "initial"}
READY = {
    "age": 34,
    "diagnosis": {"only": ["SLE"]},
    "active": ["SLE"],
    "dosed_per_label": True,
    "taking": {"only": ["Plaquenil"]},
}


def benlysta(kb: KnowledgeBase, **facts: Any) -> Decision:
    return kb.decide({"request": BENLYSTA, "facts": {**READY, **facts}})


def aside(decision: Decision) -> list[tuple[str, str, bool | None]]:
    return [(each.place, each.name, each.value) for each in decision.aside]


def missing(decision: Decision) -> list[str]:
    return [each.fact for each in decision.missing]


def test_a_drug_that_has_no_name_here_may_be_a_biologic_and_is_asked_about(kb: KnowledgeBase) -> None:
    assert benlysta(kb).outcome == "approve"
    decision = benlysta(kb, taking={"only": ["Plaquenil", "Fooximab"]})
    assert decision.outcome == "pend"
    assert aside(decision) == [("facts.taking.only[1]", "Fooximab", True)]
    assert missing(decision) == ["unlisted(biologic)"]


@pytest.mark.parametrize(("said", "outcome"), [(False, "approve"), (True, "deny")])
def test_the_answer_to_that_question_settles_it(kb: KnowledgeBase, said: bool, outcome: str) -> None:
    taking = {"only": ["Plaquenil", "Fooximab"]}
    decision = benlysta(kb, taking=taking, unlisted={"biologic": said})
    assert decision.outcome == outcome
    assert [basis.id for basis in decision.bases] == (["unlisted_biologic"] if said else [])


def test_a_list_that_is_not_said_to_be_complete_leaves_it_open_too(kb: KnowledgeBase) -> None:
    taking = {"Plaquenil": True, **dict.fromkeys(_biologics(kb), False)}
    assert missing(benlysta(kb, taking=taking)) == ["unlisted(biologic)"]


def _biologics(kb: KnowledgeBase) -> list[str]:
    facts = [each.fact for each in benlysta(kb, taking=["Plaquenil"]).missing]
    return [fact[len("taking(") : -1] for fact in facts if fact.startswith("taking(")]


def test_what_is_said_not_to_be_taken_is_shown_and_opens_nothing(kb: KnowledgeBase) -> None:
    decision = benlysta(kb, taking={"only": ["Plaquenil"], "Fooximab": False})
    assert (decision.outcome, aside(decision)) == (
        "approve",
        [("facts.taking.Fooximab", "Fooximab", False)],
    )


def test_a_settled_denial_is_not_refused_for_a_stray_drug(kb: KnowledgeBase) -> None:
    facts = {"age": 16, "taking": ["Fooprilol", "Barstatin"], "diagnosis": ["essential foo"]}
    decision = kb.decide({"request": LUPKYNIS, "facts": facts})
    assert (decision.outcome, len(decision.aside)) == ("deny", 3)


def test_an_unlisted_drug_may_be_the_background_therapy(kb: KnowledgeBase) -> None:
    def status(taking: Any) -> str:
        decision = kb.decide({"request": LUPKYNIS, "facts": {"taking": taking}})
        return next(c.status for c in decision.criteria if c.id == "background_therapy")

    assert status({"only": []}) == "unmet"
    assert status({"only": ["Fooprine"]}) == "open"
    assert status({"only": ["Fooprine", "prednisone"]}) == "met"


def test_what_is_said_of_a_slip_of_the_pen_is_read_too(kb: KnowledgeBase) -> None:
    case = {"request": {"policy": "fep_lupkynis"}, "facts": {"age": 3, "taking": {"prednisome": 17}}}
    with pytest.raises(CaseError) as refused:
        kb.decide(case)
    assert [problem.message.partition(";")[0] for problem in refused.value.problems] == [
        "'prednisome' is not known here",
        "yes, no or null is expected, not 17",
    ]


@pytest.mark.parametrize("name", ["Plaquenill", "Plaquenill 200 mg BID", "rituximabb"])
def test_a_slip_of_the_pen_is_still_refused_with_the_name(kb: KnowledgeBase, name: str) -> None:
    with pytest.raises(CaseError, match=r"is not known here; did you mean (hydroxychloroquine|rituximab)"):
        benlysta(kb, taking=[name])


@pytest.mark.parametrize("name", ["none", "N/A", "unknown"])
def test_what_is_no_name_is_refused_with_what_to_write(kb: KnowledgeBase, name: str) -> None:
    with pytest.raises(CaseError, match=r"where there is none, write taking: \{only: \[\]\}"):
        benlysta(kb, taking=[name])


@pytest.mark.parametrize("taking", [["only", "prednisone"], {"Only": ["prednisone"]}])
def test_that_a_list_is_complete_is_no_name_in_it(kb: KnowledgeBase, taking: object) -> None:
    with pytest.raises(CaseError, match=r"nly' is no name; a complete list is taking: \{only: "):
        benlysta(kb, taking=taking)


def test_an_unknown_key_is_still_refused(kb: KnowledgeBase) -> None:
    with pytest.raises(CaseError, match="'takng' is not known here; did you mean taking"):
        benlysta(kb, takng=["Plaquenil"])


# ---- doses -------------------------------------------------------------------------------------

DOSES = (
    *("200 mg BID", "200mg po bid", "400 mg daily", "1 tab PO qHS", "15 mg/kg IV every 4 weeks"),
    *("20 mg twice a day", "2.5 mg, 8 tabs weekly", "tablet 200 mg", "40 mg SC q2 weeks", "5-10 mg daily"),
)
NOT_DOSES = (
    *("1% cream", "0.1% eye drops", "stopped, was too much", "40 mg intra-articular"),
    *("allergy", "inhaler 2 puffs daily", "not taking"),
)


@pytest.mark.parametrize("dose", DOSES)
def test_a_dose_and_a_frequency_behind_a_name_are_told_and_not_read(kb: KnowledgeBase, dose: str) -> None:
    decision = benlysta(kb, taking={"only": [f"Plaquenil {dose}"]})
    words = "was read as hydroxychloroquine; what stands behind the name is not read."
    assert decision.outcome == "approve"
    assert [remark.text for remark in decision.remarks] == [f"'Plaquenil {dose}' {words}"]


@pytest.mark.parametrize("words", NOT_DOSES)
def test_other_words_behind_a_name_leave_the_drug_open(kb: KnowledgeBase, words: str) -> None:
    decision = benlysta(kb, taking={"only": [f"prednisone {words}"]})
    assert len(decision.aside) == 1
    assert "taking(prednisone)" in missing(decision)


def test_every_drug_that_is_named_in_what_stands_aside_is_open(kb: KnowledgeBase) -> None:
    decision = benlysta(kb, taking={"only": ["Plaquenil", "switched from Humira to rituximab"]})
    assert missing(decision) == ["taking(rituximab)", "taking(adalimumab)", "unlisted(biologic)"]


def test_a_drug_with_its_dose_is_edited_by_its_name(kb: KnowledgeBase) -> None:
    case = {"request": BENLYSTA, "facts": {**READY, "taking": {"only": ["Plaquenil 200 mg BID"]}}}
    assert kb.whatif(case, {"taking.hydroxychloroquine": False}).after.outcome == "deny"


def test_the_patients_shown_for_a_pend_are_decided_though_something_stands_aside(kb: KnowledgeBase) -> None:
    decision = benlysta(kb, taking={"only": ["Plaquenil 200 mg", "Humira (stopped)", "Fooximab"]})
    assert [w.outcome for w in decision.witnesses] == ["approve", "deny"]
    for witness in decision.witnesses:
        assert kb.decide(witness.case).outcome == witness.outcome


# ---- as people write them ----------------------------------------------------------------------

WRITTEN = {
    "hydroxychloroquine": ("Plaquenil", "HCQ", "hydroxychloroquine 200 mg BID"),
    "prednisone": ("prednisone 5 mg daily", "Deltasone"),
    "mycophenolate_mofetil": ("CellCept", "MMF 1 g PO BID"),
    "rituximab": ("Rituxan", "rituximab-abbs"),
    "voclosporin": ("Lupkynis", "voclosporin 23.7 mg bid"),
    "cyclophosphamide": ("Cytoxan", "cyclophosphamide IV monthly"),
}
STRAY = ("Fooprilol 10 mg", "vitamin Q", "Barstatin", "lisinopril", "aspirin 81 mg daily")
SHORT = {
    "CYC": ("cyclophosphamide", "cyclosporine"),
    "pred 5 mg daily": ("prednisone", "prednisolone"),
    "mycophenolate": ("mycophenolate_mofetil", "mycophenolic_acid"),
}
SLIPS = {
    "Plaquenill 200 mg BID": "hydroxychloroquine",
    "prednisonee": "prednisone",
    "rituximabb": "rituximab",
    "cyclophosphamid IV": "cyclophosphamide",
    "cyclophos 500 mg": "cyclophosphamide",
}
UNKNOWN = ("Fooprilol 10 mg", "vitamin Q", "Barstatin", *SLIPS)
"""What may be a drug that has no name here."""


def written(dice: random.Random, names: list[str], odd: list[str]) -> list[str]:
    found = [dice.choice((name, *WRITTEN[name])) for name in names] + dice.sample(STRAY, dice.randint(0, 2))
    found += dice.sample(odd, dice.randint(0, 1))
    dice.shuffle(found)
    return found


HOW: tuple[Any, ...] = (True, "10 mg daily", {"dose": "1 g", "frequency": "BID"})


def in_some_form(dice: random.Random, names: list[str]) -> Any:
    """What is taken, as a list that is complete or not, or with how it is taken in the place of yes."""
    each = [{name: dice.choice(HOW)} for name in names]
    forms: list[Any] = [
        names,
        {"only": names},
        {"only": each},
        {k: how for one in each for k, how in one.items()},
    ]
    return dice.choice([*forms, {"only": names[0]}] if len(names) == 1 else forms)


def random_cases(number: int, odd: list[str]) -> list[dict[str, Any]]:
    dice, cases = random.Random("as written"), []
    for _ in range(number):
        names = written(dice, dice.sample(sorted(WRITTEN), dice.randint(0, 3)), odd)
        facts = {
            "age": dice.choice((34, "34", "16 y/o", {"at_least": 18})),
            "taking": in_some_form(dice, names),
            "diagnosis": dice.choice(
                (["M32.14"], "LN (M32.14)", {"only": ["M32.14", "I10"]}, {"SLE": True, "CKD 3": None})
            ),
            "active": dice.choice((["SLE"], ["lupus nephritis"])),
            "dosed_per_label": True,
        }
        dropped = dice.sample(sorted(facts), dice.randint(0, 1))
        request = dice.choice((BENLYSTA, LUPKYNIS))
        if request is LUPKYNIS:
            facts["attests"] = ["monitor_egfr"]
        cases.append({"request": request, "facts": {k: v for k, v in facts.items() if k not in dropped}})
    return cases


def named(case: dict[str, Any]) -> list[str]:
    taking = case["facts"].get("taking", [])
    found = taking.get("only", taking) if isinstance(taking, dict) else taking
    each = [found] if isinstance(found, str) else found
    return [name if isinstance(name, str) else next(iter(name)) for name in each]


def unless_refused(kb: KnowledgeBase, case: dict[str, Any]) -> Decision | None:
    """The decision; None of a case that is refused for a name that may be a slip of the pen."""
    try:
        return kb.decide(case)
    except CaseError as error:
        if "did you mean" not in str(error):
            raise
        return None


def completions(kb: KnowledgeBase, case: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The case with each odd name as what it may mean: a known drug, one of a class, or nothing of any."""
    edition = kb.edition(case["request"]["policy"])
    classes = edition.vocabulary.families["unlisted"]
    odd = [name for name in named(case) if name in SHORT or name in UNKNOWN]
    drugs = [SHORT.get(name, (None, *((SLIPS[name],) if name in SLIPS else ()))) for name in odd]
    for meant in product(*drugs):
        known = [name for name in named(case) if name not in odd] + [name for name in meant if name]
        taking = {"only": known} if "only" in case["facts"].get("taking", ()) else known
        unlisted = [{}, *({"unlisted": {name: True}} for name in classes if None in meant)]
        for more in unlisted:
            yield {**case, "facts": {**case["facts"], "taking": taking, **more}}


@pytest.mark.parametrize(
    ("number", "odd"),
    [(15, [*SLIPS]), pytest.param(1000, [*SLIPS, *SHORT], marks=pytest.mark.mass)],
)
def test_no_case_is_refused_or_settled_against_what_an_odd_name_may_mean(
    kb: KnowledgeBase, number: int, odd: list[str]
) -> None:
    """A case is refused only where its verdict hangs on a name, else settled whatever names may mean."""
    refused = settled = 0
    for case in random_cases(number, odd):
        decision = unless_refused(kb, case)
        if decision is None:
            assert len({o for each in completions(kb, case) for o in kb.decide(each).possible}) > 1, case
            refused += 1
            continue
        assert {c.status for _, c in with_parts(decision.criteria)} <= {"met", "unmet", "open"}
        if decision.outcome != "pend" and any(name in (*UNKNOWN, *SHORT) for name in named(case)):
            settled += 1
            for each in completions(kb, case):
                assert kb.decide(each).possible == decision.possible, (case, each)
    assert settled > number / 10
    assert refused > number / 100


DISEASES = {
    "CNS lupus": ("severe_active_cns_lupus", "other_cns_lupus"),
    "lupus": ("sle", "cutaneous_lupus"),
    "lupus nephritis, class IV": ("lupus_nephritis", None),
    "M3214: glomerular disease": ("lupus_nephritis", None),
    "M32": ("sle", None),
    "acute psychosis": ("severe_active_cns_lupus", None),
}
IN_DOUBT = {"prednisone PRN": ("prednisone", None), "Rituxan (stopped 2024)": ("rituximab", None)}


@pytest.mark.slow
@pytest.mark.parametrize("disease", DISEASES)
@pytest.mark.parametrize("drug", IN_DOUBT)
def test_a_complete_list_settles_nothing_against_what_stands_on_it_in_other_words(
    kb: KnowledgeBase, disease: str, drug: str
) -> None:
    """Each that it may mean is stated in its place; what contradicts the rest of the case it cannot be."""
    kept = 0
    for request, more, active in product((BENLYSTA, LUPKYNIS), ([], ["SLE"]), ([], ["sle"])):
        facts = {**READY, "active": active, "taking": {"only": ["Plaquenil", drug]}}
        facts |= {"diagnosis": {"only": [*more, disease]}}
        decision = kb.decide({"request": request, "facts": facts})
        for one, other in product(DISEASES[disease], IN_DOUBT[drug]):
            meant: dict[str, Any] = {
                "diagnosis": {"only": [*more, *([one] if one else [])]},
                "taking": {"only": ["Plaquenil", *([other] if other else [])]},
            }
            if one == "severe_active_cns_lupus" and not active:  # else it is not active
                meant["active"] = {"sle": True}
            try:
                found = kb.decide({"request": request, "facts": {**facts, **meant}}).possible
            except CaseError:  # the record contradicts itself
                continue
            kept += 1
            assert set(found) <= set(decision.possible), (request, more, active, one, other)
    assert kept > 10


# ---- a usual chart -----------------------------------------------------------------------------

CHART = (
    *(
        "lisinopril 10 mg daily",
        "aspirin 81 mg daily",
        "Metformin ER 500 mg BID",
        "Synthroid",
        "omeprazole",
    ),
    *("Bactrim DS", "vitamin D3 2000 units daily", "folic acid 1 mg daily", "Advair", "Humulin N", "Lasix"),
    *("atorvastatin", "gabapentin 300 mg TID", "Zoloft", "Flonase", "multivitamin", "Ozempic", "Trulicity"),
)


def test_a_usual_list_of_drugs_reads_as_it_is(kb: KnowledgeBase) -> None:
    decision = benlysta(kb, taking={"only": ["Plaquenil 200 mg BID", *CHART]})
    assert (decision.outcome, decision.aside) == ("approve", ())
    assert benlysta(kb, taking={"only": ["Plaquenil", "Opdualag"]}).outcome == "deny"
