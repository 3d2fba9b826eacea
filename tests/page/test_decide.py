"""A page decides every case as lupa does: outcome, statuses, reasons and what is missing, in its words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lupa import KnowledgeBase
from tests.foreign.conftest import beside_shared
from tests.page.node import FOREIGN, LEFT_OUT, differences, in_node, needs_node, random_cases, written

pytestmark = [needs_node, pytest.mark.slow]


def test_shipped_cases_come_to_the_same_in_a_page(kb: KnowledgeBase, data: Path) -> None:
    cases = [kb.case(path) for path in list(kb.examples().values())[::8]]
    assert list(differences(kb, data, cases)) == []


def test_a_page_tells_all_of_a_decision_but_patients_and_digests(kb: KnowledgeBase, data: Path) -> None:
    case = kb.case("lupkynis_alongside_bars_benlysta")
    ((found,),), (wanted,) = in_node(data, [case]), kb.decide_all(case)
    assert wanted.to_dict().keys() - found.keys() == LEFT_OUT
    assert [one.keys() for one in found["criteria"]] == [one.keys() for one in wanted.to_dict()["criteria"]]


def test_random_records_come_to_the_same_in_a_page(kb: KnowledgeBase, data: Path) -> None:
    assert list(differences(kb, data, random_cases(kb, 1, 30))) == []


@pytest.mark.parametrize("folder", FOREIGN)
def test_policies_foreign_to_lupus_come_to_the_same_in_a_page(folder: str, tmp_path: Path) -> None:
    kb = KnowledgeBase.load(beside_shared(folder, tmp_path / "kb"))
    assert list(differences(kb, written(kb, tmp_path), random_cases(kb, 2, 15))) == []


@pytest.mark.parametrize("said", ["3.1 mmol/l", "+140 mg/dL", "140", "3.1 g/L", {"value": "3.1 mmol/L"}])
def test_a_unit_behind_a_number_is_read_in_a_page_as_everywhere(tmp_path: Path, said: Any) -> None:
    kb = KnowledgeBase.load(beside_shared("kb_lipid", tmp_path / "kb"))
    request = {"drug": "Lipolex", "indication": "FH", "phase": "initial", "service_date": "2026-06-30"}
    cases = [{"request": request, "facts": {"ldl": said}}]
    assert list(differences(kb, written(kb, tmp_path), cases)) == []


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ({"easi_before": 20}, "What is the EASI score, in points?"),
        ({"easi": 4}, "What is the EASI score before treatment, in points?"),
    ],
)
def test_what_is_missing_of_two_numbers_is_the_one_that_is_not_known_in_a_page_too(
    said: dict[str, int], asked: str, tmp_path: Path
) -> None:
    kb = KnowledgeBase.load(beside_shared("kb_atopic", tmp_path / "kb"))
    request = {"policy": "example_atopic_antibody", "indication": "atopic_dermatitis"}
    case = {"request": {**request, "phase": "continuation"}, "facts": said}
    (missing,) = (one for one in kb.decide(case).missing if "easi_change" in one.fact)
    assert missing.question == asked
    assert list(differences(kb, written(kb, tmp_path), [case])) == []


def test_what_is_missing_of_a_rate_is_the_number_that_is_not_known_in_a_page_too(
    kb: KnowledgeBase, data: Path
) -> None:
    case = kb.case("lupkynis_at_eighteen")
    asked = {**case, "request": {**case["request"], "capsules": 600}}
    (missing,) = kb.decide(asked).missing
    assert missing.question == "What is the supply, in days?"
    assert list(differences(kb, data, [asked])) == []


def test_of_a_number_below_several_bounds_the_one_that_matters_is_needed_in_a_page_too(
    tmp_path: Path,
) -> None:
    kb = KnowledgeBase.load(beside_shared("kb_atopic", tmp_path / "kb"))
    request = {"policy": "example_atopic_antibody", "indication": "asthma", "phase": "initial"}
    cases = [{"request": request, "facts": {"age": age}} for age in (0, 1, 5)]
    assert list(differences(kb, written(kb, tmp_path), cases)) == []


def test_a_page_says_of_an_edition_that_it_is_not_in_force_on_the_service_date(
    kb: KnowledgeBase, data: Path
) -> None:
    editions = ("", "@2022E0046O", "@2023-11-01")
    days = ("2021-12-31", "2022-01-01", "2023-10-31", "2023-11-01", "2025-11-02", None)
    cases = [
        {"request": {"policy": f"uhc_benlysta{edition}", "service_date": day}, "facts": {"age": 34}}
        for edition in editions
        for day in days
    ]
    assert list(differences(kb, data, cases)) == []


def test_a_route_behind_the_drug_is_read_in_a_page_as_everywhere(kb: KnowledgeBase, data: Path) -> None:
    drugs: tuple[str, ...] = ("Benlysta IV", "belimumab (subcut)", "Benlysta, IV infusion", "Lupkynis PO")
    drugs += ("Benlysta", "Benlysta 10 mg/kg IV q4w", "Lupkynis 7.9 mg", "Benlysta (belimumab) IV")
    cases = [
        {"request": {"drug": drug, "route": route, "indication": "SLE"}, "facts": {"age": 34}}
        for drug in drugs
        for route in (None, "IV", "oral")
    ]
    assert list(differences(kb, data, cases)) == []


def test_what_is_said_in_another_place_is_read_in_a_page_as_everywhere(
    kb: KnowledgeBase, data: Path
) -> None:
    said: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"drug": "J0490"}, {}),
        ({"service": "hcpcs:J0490 IV"}, {}),
        ({"drug": "M32.14"}, {}),
        ({"drug": "Benlysta", "submitted": ""}, {}),
        ({"drug": "Benlysta"}, {"reading": None}),
        ({"drug": "Benlysta"}, {"last_taken": {"prednisone": "2025-01-10"}, "weeks_on": {"prednisone": 3}}),
        ({"drug": "Benlysta"}, {"last_taken": {"prednisone": 20}}),
        ({"drug": "Benlysta"}, {"stops": ["Plaquenil 200 mg BID"]}),
        ({"drug": "Lupkynis"}, {"attests": ["autoantibodies"]}),
        ({"drug": "Lupkynis"}, {"documented": ["autoantibodies"]}),
        ({"drug": "Lupkynis", "indication": "M3214"}, {"diagnosis": {"only": ["ICD-10: M32.14"]}}),
        ({"drug": "Lupkynis"}, {"diagnosis": {"only": ["M32.14 Glomerular disease", "E11.9: diabetes"]}}),
        ({"drug": "Lupkynis"}, {"diagnosis": {"only": ["Lupus nephritis class IV", "LN (M32.14)"]}}),
        ({"drug": "Benlysta"}, {"diagnosis": {"only": ["M32"]}}),
        ({"drug": "Lupkynis"}, {"diagnosis": {"only": ["M32.10"]}}),
        ({"drug": "Lupkynis", "indication": "LN"}, {"vaccines": ["Shingrix"]}),
        ({"drug": "Benlysta"}, {"diagnosis": ["snomed:123"]}),
        *(
            ({"drug": "Benlysta"}, {"diagnosis": {"only": diagnosis}, "reading": {"comorbidity": "any"}})
            for diagnosis in (
                *(
                    "SLE, hypertension",
                    "SLE; HTN (I10)",
                    "SLE, resolved",
                    "SLE, HTN (resolved)",
                    "gout, APS",
                ),
                *(["SLE", "icd-99:M32"], ["SLE", "SNOMED CT 95644001 |Lupus|"], ["SLE", "G05.3", "M35.05"]),
                *(
                    ["SLE", "M05711"],
                    ["SLE", "M06.4"],
                    ["SLE", "C88.0", "I16.1"],
                    ["GPA", "myelitis of SLE"],
                ),
            )
        ),
        *(
            ({"drug": drug}, {"taking": {"only": ["prednisone", taken]}, "age": age})
            for drug in ("Benlysta", "Lupkynis")
            for age in (3, 34)
            for taken in (
                *("cyclophos 500mg IV", "mycophen", "RxNorm: 3002", "Foobaxil: 10 mg", "on ritux q6mo"),
                *(
                    "Cytoxan, Disp-30 tab(s), R-3",
                    "Cytoxan QTY 30 FILLED 2/1/2019",
                    "Cytoxan # 30 3 refill(s)",
                ),
            )
        ),
        ({"drug": "Lupkynis"}, {"taking": {"only": ["Deltasone (prednisone) 5 mg", "Tylenol PRN"]}}),
        ({"drug": "Lupkynis"}, {"taking": {"only": ["CellCept (discontinued 2024)", "Zyxafor as needed"]}}),
        ({"drug": "Lupkynis"}, {"egfr": ">60", "age": "≥ 18 years", "live_vaccine": "No"}),
        ({"drug": "Lupkynis"}, {"egfr": "<45 mL/min/1.73m2", "age": "> old", "live_vaccine": "maybe"}),
        ({"drug": "Benlysta"}, {"attests": []}),
        ({"drug": "Benlysta", "months": "1 year", "phase": "new"}, {"age": "34 y/o"}),
        ({"drug": "Benlysta", "months": "6mos"}, {"taking": {"prednisone": "10 mg", "Imuran": "0 mg"}}),
        ({"drug": "Benlysta", "indication": "SLE (M32.10)"}, {"diagnosis": "SLE", "active": "SLE"}),
        ({"drug": "Benlysta", "indication": "lupus (SLE)"}, {"taking": "Plaquenil, prednisone"}),
        (
            {"drug": "Lupkynis", "service_date": 20250301},
            {"age": "18+", "taking": "prednisone 5 mg, stopped"},
        ),
        ({"drug": "Lupkynis"}, {"age": "4 months", "diagnosis": "SLE, ruled out", "taking": ["RTX 2019"]}),
        (
            {"drug": "Lupkynis", "service_date": "2025-03-01T10:30"},
            {"taking": ["\u201cCellCept\u201d", "pred?"]},
        ),
        ({"drug": "Lupkynis", "service_date": "2025-03-01T10:30Z"}, {"diagnosis": ["ICD-10 M32.14"]}),
        (
            {"drug": "Lupkynis"},
            {"taking": "Meds: CellCept 1 g: 1 tab PO, prednisone x 0", "age": "<6 months"},
        ),
        ({"drug": "Lupkynis"}, {"taking": "Past:\nCellCept", "live_vaccine": "No."}),
        ({"drug": "Lupkynis"}, {"taking": "CellCept 1 g BID", "attests": "monitor_egfr"}),
        ({"drug": "Lupkynis"}, {"taking": {"only": "CellCept"}, "attests": {"monitor_egfr": "monthly"}}),
        (
            {"drug": "Lupkynis"},
            {"taking": {"only": [{"name": "CellCept", "dose": "1 g"}, {"prednisone": 5}]}},
        ),
        ({"drug": "Lupkynis"}, {"taking": [{"CellCept": {"dose": 1, "unit": "g"}}, {"Zyxafor": "PRN"}]}),
        ({"drug": "Lupkynis"}, {"taking": "see attached", "diagnosis": "none"}),
        ({"drug": "Lupkynis"}, {"diagnosis": {"sle": "2019"}, "taking": ["prednisone 20mg -> 10mg"]}),
        ({"drug": "Lupkynis"}, {"taking": {"Imuran": {"dose": "50 mg", "start": "2024"}, "pred": "5 mg"}}),
        ({"drug": "Lupkynis"}, {"taking": [{"name": "Imuran", "dose": "50 mg", "status": "active"}]}),
        ({"drug": "Lupkynis"}, {"taking": {"only": ["prednisone", "chemo"]}}),
        ({"drug": "Benlysta"}, {"taking": {"only": ["Plaquenil", "DMARDs"], "CNI": False}}),
        ({"drug": "Benlysta"}, {"taking": {"only": ["Plaquenil", "biologics", "R-CHOP"]}}),
        ({"drug": "Lupkynis"}, {"taking": {"only": "prednisone; DMARDs, Zyxafor"}}),
        ({"drug": "Lupkynis"}, {"taking": {"only": "prednisone, chemo"}, "unlisted": ["biologic"]}),
        (
            {"drug": "Lupkynis"},
            {"taking": {"only": ["mAbs", "seizures"]}, "diagnosis": ["GPA", "lupus GN"]},
        ),
        ({"drug": "Lupkynis"}, {"taking": {"only": ["\u200fCytoxan\u2069", "Plaquenil\ufe0f"]}}),
        *(
            ({"drug": "Lupkynis"}, {"taking": {"only": ["prednisone", taken]}, "age": age})
            for taken in ("Cyt\u043ex\u0430n", "TNF\u03b1", "\u03b2-blocker", "Zyxafor 5 \u03bcg")
            for age in (16, 34)
        ),
        *(
            ({"drug": "Lupkynis"}, {"taking": ["LN"], "diagnosis": {"only": ["Plaquenil"]}, "age": age})
            for age in (16, 34)
        ),
        ({"drug": "Lupkynis"}, {"taking": {"only": {"only": ["prednisone"]}}}),
        ({"drug": "Benlysta"}, {"taking": {"a.b": True}}),
        ({"drug": "Benlysta"}, {"attests": {"only": ["monitor_egfr"]}, "live_vaccine": None}),
        ({"drug": "Benlysta", "capsules": 540}, {"egfr": 40, "bp": "150/90"}),
    ]
    cases = [{"request": {"service_date": "2025-03-01", **asked}, "facts": facts} for asked, facts in said]
    assert list(differences(kb, data, cases)) == []


SHORT: tuple[Any, ...] = (
    ["mycophenolate", "CYC"],
    ["mycophenolate 500 mg BID"],
    ["cyclo and vitamins"],
    ["TAC", "Kenalog"],
    {"cyc": True, "cyclosporine": False},
    {"cyc": True, "cyclophosphamide": False},
    {"cyc": "no"},
    {"cyc": None},
    {"only": ["CTX", "prednisone"]},
    {"only": ["cyc"], "ctx": "no"},
    {"aza": True, "azathioprine": False, "azacitidine": False},
)
"""What a case says is taken, by names that may mean several drugs."""


def short_cases() -> list[dict[str, Any]]:
    """For each policy on each of these a case that says little, and one that says most."""
    request = {"indication": "lupus_nephritis", "phase": "initial"}
    facts = {"age": 34, "active": ["lupus_nephritis"], "live_vaccine": False, "dosed_per_label": True}
    return [
        {"request": {**request, "policy": policy, **more}, "facts": {"taking": taking, **beside}}
        for policy, more in (("fep_lupkynis", {}), ("uhc_benlysta", {"route": "intravenous"}))
        for taking in SHORT
        for beside in ({}, facts)
    ]


def test_a_name_that_may_mean_several_drugs_is_decided_over_each_in_a_page_too(
    kb: KnowledgeBase, data: Path
) -> None:
    assert list(differences(kb, data, short_cases())) == []


def test_a_vaccine_by_its_name_is_a_live_one_in_a_page_too(kb: KnowledgeBase, data: Path) -> None:
    request = {"policy": "fep_lupkynis", "indication": "lupus_nephritis", "phase": "initial"}
    said: tuple[Any, ...] = (["yellow_fever_vaccine"], {"yellow_fever_vaccine": "no"}, ["MMR"], [])
    cases = [
        {"request": request, "facts": {"vaccines": vaccines, **live}}
        for vaccines in said
        for live in ({}, {"live_vaccine": False})
    ]
    assert list(differences(kb, data, cases)) == []


def test_lines_of_a_chart_are_told_in_a_page_too(kb: KnowledgeBase, data: Path) -> None:
    line = {"resource": "Condition/c1", "date": "2024-06-01", "text": None}
    case = kb.case("lupkynis_alongside_bars_benlysta")
    evidence = {
        "taking(voclosporin)": [{**line, "says": "yes"}],
        "age": [{**line, "says": "yes", "text": "34 a"}],
        "dosed_per_label": [{**line, "says": "yes"}, {**line, "says": "no"}],
    }
    silent = {
        name: said for name, said in case["facts"].items() if name not in ("taking", "dosed_per_label")
    }
    clashing = {**case["facts"], "stops": {"anifrolumab": True}, "taking": {"anifrolumab": False}}
    evidence["stops(anifrolumab)"] = evidence["taking(anifrolumab)"] = [{**line, "says": "yes"}]
    cases = [{**case, "facts": facts, "evidence": evidence} for facts in (case["facts"], silent, clashing)]
    assert list(differences(kb, data, cases)) == []


def test_a_line_of_a_chart_that_is_no_text_is_refused_in_a_page_too(kb: KnowledgeBase, data: Path) -> None:
    line, case = {"resource": "Condition/c1"}, kb.case("lupkynis_alongside_bars_benlysta")
    parts: tuple[Any, ...] = ({"text": {"en": "lupus"}}, {"date": ["2025"]}, {"says": 1}, {"code": True})
    cases = [{**case, "evidence": {"age": [line, {**line, **part}]}} for part in parts]
    assert list(differences(kb, data, cases)) == []


@pytest.mark.mass
def test_every_shipped_case_comes_to_the_same_in_a_page(kb: KnowledgeBase, data: Path) -> None:
    assert list(differences(kb, data, map(kb.case, kb.examples().values()))) == []


@pytest.mark.mass
def test_thousands_of_random_records_come_to_the_same_in_a_page(kb: KnowledgeBase, data: Path) -> None:
    assert list(differences(kb, data, random_cases(kb, 3, 2000))) == []


@pytest.mark.mass
@pytest.mark.parametrize("folder", FOREIGN)
def test_many_records_of_foreign_policies_come_to_the_same(folder: str, tmp_path: Path) -> None:
    kb = KnowledgeBase.load(beside_shared(folder, tmp_path / "kb"))
    assert list(differences(kb, written(kb, tmp_path), random_cases(kb, 4, 500))) == []


NO_TEXT = {"toString": None}
"""What has no text of its own, as an object of another kind has."""


@pytest.mark.parametrize(
    ("request_", "facts", "path"),
    [
        ({"policy": "uhc_benlysta"}, {"takin": []}, "facts.takin"),
        ({"policy": "fep_lupkynis"}, {"attests": {"__proto__": True}}, "facts.attests.__proto__"),
        ({"policy": "uhc_benlysta"}, {"age": "34 stone"}, "facts.age"),
        ({"policy": "uhc_benlysta"}, {"age": {"at_least": 5, "toString": 1}}, "facts.age.toString"),
        ({"policy": "uhc_benlysta", "service_date": "2025-02-30"}, {}, "request.service_date"),
        ({"policy": "constructor"}, {}, "request.policy"),
        ({"drug": "Benlista"}, {}, "request.drug"),
        ({"policy": "uhc_benlysta"}, {"diagnosis": [["sle"]]}, "facts.diagnosis[0]"),
        ({"policy": "fep_lupkynis", "months": {"at_most": NO_TEXT}}, {}, "request.months.at_most"),
        ({"policy": "fep_lupkynis"}, {"egfr": {"value": NO_TEXT}}, "facts.egfr.value"),
        ({"policy": "fep_lupkynis"}, {"egfr": {"value": 40, "unit": NO_TEXT}}, "facts.egfr.unit"),
        ({"policy": "fep_lupkynis"}, {"egfr": {"value": 40, "unit": None}}, "facts.egfr.unit"),
        ({"policy": "fep_lupkynis"}, {"taking": [{"name": NO_TEXT, "dose": 1}]}, "facts.taking[0]"),
        (
            {"policy": "uhc_benlysta"},
            {"taking": {"only": ["prednisone"], "Deltasone": None}},
            "facts.taking.Deltasone",
        ),
    ],
)
def test_what_a_page_cannot_read_ends_in_a_message_with_its_path(
    data: Path, request_: dict[str, Any], facts: dict[str, Any], path: str
) -> None:
    (found,) = in_node(data, [json.loads(json.dumps({"request": request_, "facts": facts}))])
    assert found["error"][0].startswith(f"{path}: ")


def test_what_is_nested_without_end_ends_in_a_message(data: Path) -> None:
    deep: list[Any] = []
    for _ in range(900):
        deep = [deep]
    for facts in ({"taking": deep}, {"taking": {"only": deep}}, {"age": deep}):
        (found,) = in_node(data, [{"request": {"policy": "uhc_benlysta"}, "facts": facts}])
        assert found["error"] == ["nested too deeply for a case"]
