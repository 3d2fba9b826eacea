"""A flip says what a physician would do: a class before a drug, a day to wait for, nothing barred."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from click import unstyle

from lupa import KnowledgeBase
from lupa.answers import sets
from lupa.answers.exploration import Flips
from lupa.answers.written import as_json
from lupa.compiled import enough
from lupa.pages.exploring import flips_text
from tests import explored, small
from tests.explored import examine
from tests.slim import slim
from tests.small import otherwise, small_kb, vocabulary

Case = dict[str, Any]
ATTESTED = ("monitor_egfr", "monitor_blood_pressure", "monitor_serious_infections", "monitor_malignancies")


def lupkynis(facts: Case, request: Case | None = None) -> Case:
    """A request for Lupkynis in 2025 that would be approved for an adult, but for what is said here."""
    asked = {"drug": "Lupkynis", "indication": "lupus_nephritis", "phase": "initial", "months": 12}
    known = {
        "age": 34,
        "diagnosis": ["lupus_nephritis"],
        "active": ["lupus_nephritis"],
        "taking": {"only": ["mycophenolate_mofetil"]},
        "attests": list(ATTESTED),
        "live_vaccine": False,
    }
    request = {**asked, "service_date": "2025-12-12", **(request or {})}
    return {"request": request, "facts": {k: v for k, v in {**known, **facts}.items() if v is not None}}


def benlysta(facts: Case, request: Case | None = None) -> Case:
    """A request for Benlysta in lupus nephritis, from whom takes nothing, but for what is said here."""
    asked = {
        "drug": "Benlysta",
        "route": "intravenous",
        "indication": "lupus_nephritis",
        "phase": "initial",
    }
    known = {
        "age": 34,
        "diagnosis": {"lupus_nephritis": True, "severe_active_cns_lupus": False},
        "active": ["lupus_nephritis"],
        "taking": {"only": []},
        "dosed_per_label": True,
    }
    return {"request": {**asked, **(request or {})}, "facts": {**known, **facts}}


def offered(flips: Flips) -> list[set[str]]:
    return [{s.fact for s in flip.statements} for flip in flips.flips]


def page(flips: Flips, width: int = 100) -> str:
    return " ".join(unstyle(flips_text(flips, width)).split())


# ---- no drug that is advised against -----------------------------------------------------------


def test_whom_no_standard_drug_is_taken_by_is_offered_none_that_harms_an_unborn_child(
    kb: KnowledgeBase,
) -> None:
    case = benlysta({"pregnant": True})
    drugs = set().union(*offered(kb.flip(case, most=50)))
    assert "taking(hydroxychloroquine)" in drugs
    assert "taking(azathioprine)" in drugs
    for harmful in ("mycophenolate_mofetil", "mycophenolic_acid", "cyclophosphamide", "methotrexate"):
        assert f"taking({harmful})" not in drugs


@pytest.mark.parametrize("pregnant", [False, None])
def test_of_who_is_not_known_to_be_pregnant_nothing_is_advised_against(
    kb: KnowledgeBase, pregnant: bool | None
) -> None:
    assert {"taking(mycophenolate_mofetil)"} in offered(kb.flip(benlysta({"pregnant": pregnant}), most=50))


def test_a_drug_that_is_seldom_begun_costs_more_than_a_usual_one(kb: KnowledgeBase) -> None:
    flips = kb.flip(benlysta({}), most=50)
    costs = {next(iter(facts)): flip.cost for facts, flip in zip(offered(flips), flips.flips, strict=True)}
    assert costs["taking(hydroxychloroquine)"] < costs["taking(cyclophosphamide)"]
    assert {"taking(cyclophosphamide)"} not in offered(kb.flip(benlysta({})))


def test_of_lupkynis_no_cyclophosphamide_is_ever_begun(kb: KnowledgeBase) -> None:
    flips = kb.flip(lupkynis({"taking": {"only": []}}), most=50)
    assert flips.flips
    assert not any("taking(cyclophosphamide)" in facts for facts in offered(flips))


# ---- in the words of a person ------------------------------------------------------------------


def test_the_case_of_a_flip_is_made_when_it_is_read_and_can_be_kept(kb: KnowledgeBase) -> None:
    flip = kb.flip({"request": {"policy": "fep_lupkynis"}}).flips[0]
    case = {**flip.case}
    assert kb.decide(flip.case).outcome == "approve"
    assert (flip.case, len(flip.case)) == (case, len(case))
    assert copy.deepcopy(flip.case) == case
    assert json.loads(as_json(flip))["case"] == case
    assert repr(flip.case) == repr(case)


def test_what_any_drug_of_a_class_brings_about_is_told_as_that(kb: KnowledgeBase) -> None:
    flips = kb.flip(benlysta({}))
    (way,) = flips.ways
    assert way.statements == ()
    (words,) = way.words
    assert words.startswith("A standard treatment that is not a biologic is taken: an antimalarial")
    assert "antimalarial: hydroxychloroquine, chloroquine" in words
    assert words in page(flips)


NUMBERS = """
quantity(ldl, "mg/dL", 0, 900). label(ldl, "the LDL"). cut_point(more_than(ldl, (70; 100))).
effort(more_than(ldl), (yes; no), change, 1).
"""


@pytest.mark.parametrize(
    ("so", "ldl", "least", "more"),
    [
        ("", 50, "The LDL is more than 70 mg/dL", "100"),
        ("", None, "The LDL is more than 70 mg/dL", "100"),
        ("not ", 120, "The LDL is not more than 100 mg/dL", "70"),
        ("not ", None, "The LDL is not more than 100 mg/dL", "70"),
    ],
)
def test_of_several_cut_points_of_one_number_the_least_is_told(
    tmp_path: Path, so: str, ldl: int | None, least: str, more: str
) -> None:
    folder = slim(tmp_path / "kb")
    policy = folder / "policies" / "fep_lupkynis" / "policy.lp"
    met = "met(fep_lupkynis, no_live_vaccine) :- "
    text = policy.read_text("utf-8").replace(
        "no_live_vaccine) :- not live_vaccine.", f"no_live_vaccine) :- {so}more_than(ldl, 70).", 1
    )
    policy.write_text(f"{text}{met}{so}more_than(ldl, 100).\n{NUMBERS}", encoding="utf-8")
    told = page(KnowledgeBase.load(folder).flip(lupkynis({"live_vaccine": None, "ldl": ldl})))
    assert (least in told, more in told) == (True, False)


def test_what_is_to_be_changed_of_each_of_many_is_told_once(tmp_path: Path) -> None:
    signs = [f"sign_{number}" for number in range(12)]
    rules = f"outcome(small, approve) :- {', '.join(f'sign({sign})' for sign in signs)}.\n"
    rules += small.otherwise("approve", last="deny")
    kb = small.small_kb(tmp_path / "kb", small.vocabulary(signs=signs), rules)
    told = page(kb.flip({"request": {"policy": "small"}}))
    others = ", ".join(f"sign {number}" for number in range(1, 12))
    assert f"There is sign 0. The same goes for {others}. [sign=yes of each]" in told


# ---- on another day ----------------------------------------------------------------------------


def test_who_turns_18_in_a_month_waits_for_that_day(kb: KnowledgeBase) -> None:
    case = lupkynis({"age": None, "birth_date": "2008-01-12"})
    (flip,) = kb.flip(case).flips
    (wait,) = flip.statements
    assert (wait.kind, wait.fact, wait.on) == ("wait", "at_least(age,18)", "2026-01-12")
    assert wait.text == "The patient turns 18 on 2026-01-12."
    assert flip.case["request"]["service_date"] == "2026-01-12"
    assert kb.decide(dict(flip.case)).outcome == "approve"
    assert "wait The patient turns 18 on 2026-01-12. [request.service_date=2026-01-12]" in page(
        kb.flip(case)
    )


def test_what_is_not_known_besides_is_found_out_too(kb: KnowledgeBase) -> None:
    case = lupkynis({"age": None, "birth_date": "2008-01-12", "live_vaccine": None})
    (flip,) = kb.flip(case).flips
    assert [(s.kind, s.fact) for s in flip.statements] == [
        ("wait", "at_least(age,18)"),
        ("find_out", "live_vaccine"),
    ]


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"age": 17}, "of an age alone nobody knows the day"),
        ({"age": None, "birth_date": "2012-01-12"}, "four years are too long"),
    ],
)
def test_nobody_waits_for_what_has_no_day_or_is_too_far_away(
    kb: KnowledgeBase, facts: Case, why: str
) -> None:
    assert kb.flip(lupkynis(facts)).flips == (), why


def test_a_birthday_on_the_29th_of_february_is_waited_for_until_march(kb: KnowledgeBase) -> None:
    case = lupkynis({"age": None, "birth_date": "2008-02-29"}, {"service_date": "2026-02-10"})
    (flip,) = kb.flip(case).flips
    assert flip.statements[0].on == "2026-03-01"


def test_an_age_that_is_fixed_is_not_waited_for(kb: KnowledgeBase) -> None:
    case = lupkynis({"age": None, "birth_date": "2008-01-12"})
    assert kb.flip(case, fixed=["age"]).flips == ()
    assert kb.flip(case, costs={"age": 7}).flips[0].cost == 7


def test_a_birthday_is_waited_for_only_under_the_same_edition(few: KnowledgeBase) -> None:
    child = {"age": None, "birth_date": "2018-11-10", "taking": {"only": ["hydroxychloroquine"]}}
    found = [
        [s.kind for flip in few.flip(benlysta(child, {"service_date": on})).flips for s in flip.statements]
        for on in ("2023-10-25", "2023-11-02")
    ]
    assert [("wait" in kinds) for kinds in found] == [False, True]


def test_no_day_is_waited_for_on_which_the_record_could_not_be(tmp_path: Path) -> None:
    folder = slim(tmp_path / "kb")
    case = lupkynis({"age": None, "birth_date": "2008-01-12"})
    found = [KnowledgeBase.load(folder).flip(case).flips]
    with (folder / "vocabulary.lp").open("a", encoding="utf-8") as vocabulary:
        vocabulary.write("impossible(grown) :- at_least(age, 18), active(lupus_nephritis).\n")
    found.append(KnowledgeBase.load(folder).flip(case).flips)
    assert [len(flips) for flips in found] == [1, 0]


# ---- filed otherwise ---------------------------------------------------------------------------


def test_a_continuation_that_would_be_approved_as_initial_therapy_is_filed_so(kb: KnowledgeBase) -> None:
    case = lupkynis({"documented": {"clinical_benefit": False}}, {"phase": "continuation"})
    (flip,) = kb.flip(case).flips
    assert [(s.kind, s.fact, s.was) for s in flip.statements] == [
        ("file_otherwise", "requested(phase,initial)", None)
    ]
    assert flip.case["request"]["phase"] == "initial"
    assert flip.case["facts"] == case["facts"]
    assert "file otherwise The request is for initial therapy." in page(kb.flip(case))
    assert offered(kb.flip(case, fixed=["request.phase"])) == []


def test_it_is_filed_for_a_disease_only_where_that_is_on_record(kb: KnowledgeBase) -> None:
    taken = {"taking": {"only": ["hydroxychloroquine"]}}
    ra = {"indication": "rheumatoid_arthritis"}
    found = offered(kb.flip(benlysta(taken, ra)))
    assert {"requested(indication,lupus_nephritis)"} in found
    silent = benlysta({**taken, "diagnosis": {"severe_active_cns_lupus": False}}, ra)
    assert not any("requested(indication,lupus_nephritis)" in facts for facts in offered(kb.flip(silent)))


def test_it_is_filed_for_a_disease_of_which_only_the_record_speaks(tmp_path: Path) -> None:
    folder = slim(tmp_path / "kb")
    with (folder / "conditions.lp").open("a", encoding="utf-8") as conditions:
        conditions.write('condition(gout). label(gout, "gout").\nindication(gout).\n')
    kb = KnowledgeBase.load(folder)
    assert "diagnosis(gout)" not in kb.edition("uhc_benlysta").literals
    ra = {"indication": "rheumatoid_arthritis"}
    silent, on_record = {"severe_active_cns_lupus": False}, {"severe_active_cns_lupus": False, "gout": True}
    found = [
        {"requested(indication,gout)"} in offered(kb.flip(benlysta({"diagnosis": said}, ra), to="refer"))
        for said in (silent, on_record)
    ]
    assert found == [False, True]


@pytest.mark.parametrize("to", ["approve", "deny"])
def test_what_is_decided_is_told_as_it_is_without_a_look_at_what_else_it_could_be_filed_for(
    kb: KnowledgeBase, to: str
) -> None:
    case = lupkynis(
        {"diagnosis": ["lupus_nephritis", "anca_vasculitis"], "age": None, "live_vaccine": None}
    )
    decided = kb.decide(case)
    assert len(decided.witnesses) > 1
    assert kb.flip(case, to).decision == decided


@pytest.mark.parametrize(
    ("facts", "is_told"),
    [
        ({}, True),
        ({"bp": "165/105", "egfr": 46}, True),
        ({"bp": "166/90"}, False),
        ({"bp": "120/106"}, False),
        ({"egfr": 45}, False),
        ({"diagnosis": {"lupus_nephritis": True, "hypertensive_emergency": True}}, False),
    ],
)
def test_whom_the_label_warns_not_to_start_is_not_told_to_file_for_initial_therapy(
    kb: KnowledgeBase, facts: dict[str, Any], is_told: bool
) -> None:
    case = lupkynis({"documented": {"clinical_benefit": False}, **facts}, {"phase": "continuation"})
    assert ({"requested(phase,initial)"} in offered(kb.flip(case))) is is_told


@pytest.mark.parametrize("received", [True, False])
def test_who_had_the_drug_before_is_not_told_to_file_for_initial_therapy(
    kb: KnowledgeBase, received: bool
) -> None:
    facts = {
        "taking": {"only": ["hydroxychloroquine"]},
        "received": {"belimumab_intravenous": received},
        "documented": {"clinical_response": False},
    }
    found = offered(kb.flip(benlysta(facts, {"phase": "continuation"})))
    assert ({"requested(phase,initial)"} in found) is not received


def test_nothing_of_the_patient_changes_where_a_request_is_filed_otherwise(kb: KnowledgeBase) -> None:
    case = lupkynis(
        {"documented": {"clinical_benefit": False}, "live_vaccine": True}, {"phase": "continuation"}
    )
    for flip in kb.flip(case, most=50).flips:
        assert "file_otherwise" not in {s.kind for s in flip.statements}


# ---- by brute force ----------------------------------------------------------------------------

KNOWN = {
    "diagnosis": {"only": ["sle", "lupus_nephritis"]},
    "active": {"only": ["sle", "lupus_nephritis"]},
    "documented": {"only": []},
    "dosed_per_label": True,
    "after_service": False,
}


@pytest.mark.parametrize(
    "case",
    [
        lupkynis(
            {**KNOWN, "age": None, "birth_date": "2008-01-12", "attests": {"only": list(ATTESTED[:3])}}
        ),
        lupkynis(KNOWN, {"phase": "continuation"}),
        benlysta(
            {
                "taking": {"only": ["prednisone"]},
                "birth_date": "2020-12-20",
                "age": None,
                "documented": ["clinical_response"],
            },
            {"phase": "continuation", "service_date": "2025-12-12"},
        ),
    ],
)
def test_just_the_days_and_requests_are_found_that_help(kb: KnowledgeBase, case: Case) -> None:
    examined = examine(kb, case)
    free = ("attests", "live_vaccine", "requested(", "at_least(age", "received")
    fixed = [fact for fact in examined.plain.literals if not fact.startswith(free)]
    answer = explored.check_all_flips(kb, examined, "approve", fixed, {}, 50)
    assert answer is not None
    assert {s.kind for flip in answer.flips for s in flip.statements} & {"wait", "file_otherwise"}


def test_a_reading_that_is_open_is_for_the_plan_to_settle(kb: KnowledgeBase) -> None:
    reading = {"antimalarial_as_background": None}
    case = lupkynis({"taking": {"only": ["hydroxychloroquine"]}, "reading": reading})
    flips = kb.flip(case, most=2)
    (read,), (taken,) = (flip.statements for flip in flips.flips)
    assert (read.fact, read.settled_by) == ("reading(antimalarial_as_background,counts)", "plan")
    assert (taken.fact.partition("(")[0], taken.settled_by) == ("taking", "record")
    told = " ".join(flips_text(flips).split())
    assert "plan settles An antimalarial counts as background therapy." in told
    assert "find out" not in told


@pytest.mark.parametrize(("tries", "ties"), [(1, 200), (20, 3)])
def test_where_little_is_tried_what_is_told_are_flips_and_more_may_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tries: int, ties: int
) -> None:
    monkeypatch.setattr(enough, "_PARTS", 1)  # else functions tell all of them
    monkeypatch.setattr(sets, "_TRIES", tries)
    monkeypatch.setattr(sets, "_TIES", ties)
    both = [(f"tried_{n}", f"long_{n}") for n in range(7)]
    rules = "".join(f"outcome(small, approve) :- {one}, {other}.\n" for one, other in both)
    facts = vocabulary(flags=[each for pair in both for each in pair])
    kb = small_kb(tmp_path, facts, rules + otherwise("approve", last="deny"))
    flips = kb.flip({"request": {"policy": "small"}, "facts": {}}, "approve", most=2)
    told = {tuple(sorted(each.fact for each in flip.statements)) for flip in flips.flips}
    assert told <= {tuple(sorted(pair)) for pair in both}
    assert len(told) == len(flips.flips) > 0
    assert flips.more


@pytest.mark.parametrize(("parts", "more"), [(1, True), (200_000, False)])
def test_where_each_of_many_takes_two_statements_functions_tell_that_there_are_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: int, more: bool
) -> None:
    monkeypatch.setattr(enough, "_PARTS", parts)
    both = [(f"tried_{n}", f"long_{n}") for n in range(14)]
    rules = "".join(f"outcome(small, approve) :- {one}, {other}.\n" for one, other in both)
    facts = vocabulary(flags=[each for pair in both for each in pair])
    kb = small_kb(tmp_path, facts, rules + otherwise("approve", last="deny"))
    flips = kb.flip({"request": {"policy": "small"}, "facts": {}}, "approve")
    assert [sorted(each.fact for each in flip.statements) for flip in flips.flips] == [
        sorted(pair) for pair in both
    ]
    assert (flips.ties, flips.more) == (14, more)
