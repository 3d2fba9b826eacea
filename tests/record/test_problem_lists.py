"""Lists as charts and claims print them: codes, usual diseases, names cut short."""

from __future__ import annotations

from typing import Any

import pytest

from lupa import CaseError, Decision, KnowledgeBase
from tests.record.test_aside import BENLYSTA, LUPKYNIS, READY, benlysta

NEPHRITIS = {
    "age": 34,
    "diagnosis": ["lupus_nephritis"],
    "active": ["lupus_nephritis"],
    "attests": [
        f"monitor_{each}" for each in ("egfr", "blood_pressure", "serious_infections", "malignancies")
    ],
    "live_vaccine": False,
}
"""Approved with a background therapy."""


def lupkynis(kb: KnowledgeBase, taking: list[str], **facts: Any) -> Decision:
    return kb.decide({"request": LUPKYNIS, "facts": {**NEPHRITIS, "taking": {"only": taking}, **facts}})


def missing(decision: Decision) -> set[str]:
    return {each.fact for each in decision.missing}


def aside(decision: Decision) -> list[str]:
    return [each.name for each in decision.aside]


# ---- diseases in one text ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "others"),
    [
        ("SLE, hypertension", ["hypertension"]),
        ("SLE; HTN (I10); Raynaud\u2019s", ["HTN (I10)", "Raynaud\u2019s"]),
        ("Problem list:\n1. M32.10\n2. E78.5\n3. Type 2 Diabetes", ["E78.5", "Type 2 Diabetes"]),
    ],
)
def test_a_usual_disease_says_nothing_of_the_names_beside_it(
    kb: KnowledgeBase, said: str, others: list[str]
) -> None:
    decision = benlysta(kb, diagnosis={"only": said})
    assert (decision.outcome, aside(decision)) == ("approve", others)
    assert benlysta(kb, diagnosis={"only": said}, active=[]).missing[0].fact == "active(sle)"


@pytest.mark.parametrize(
    "said",
    [
        *("SLE, resolved", "SLE, hypertension (resolved)", "no SLE, hypertension", "SLE, mother"),
        *(
            "hypertension: no, SLE",
            "history of SLE, HTN",
            "SLE, hypertension, per patient",
            "denies HTN, SLE",
        ),
    ],
)
def test_a_word_that_may_say_more_of_the_names_beside_it_is_refused(kb: KnowledgeBase, said: str) -> None:
    with pytest.raises(CaseError, match=r"is not known here, and may say something of the names beside it"):
        benlysta(kb, diagnosis=said)


def test_of_a_text_with_no_known_name_all_is_set_aside(kb: KnowledgeBase) -> None:
    decision = benlysta(kb, diagnosis="gout, sarcoidosis")
    assert (decision.outcome, aside(decision)) == ("pend", ["gout", "sarcoidosis"])


@pytest.mark.parametrize("said", ["chemo", "Chemotherapy", "cytotoxics", "immunosuppressants", "DMARDs"])
def test_a_word_for_drugs_of_a_kind_leaves_open_whether_the_barred_one_is_taken(
    kb: KnowledgeBase, said: str
) -> None:
    decision = lupkynis(kb, ["prednisone", said])
    assert (decision.outcome, missing(decision)) == ("pend", {"taking(cyclophosphamide)"})
    assert lupkynis(kb, ["prednisone"]).outcome == "approve"


@pytest.mark.parametrize("said", ["R-CHOP", "NIH protocol", "immunosuppressive drugs", "cytotoxic therapy"])
def test_a_regimen_or_an_adjective_for_such_drugs_leaves_it_open_too(kb: KnowledgeBase, said: str) -> None:
    decision = lupkynis(kb, ["prednisone", said])
    assert (decision.outcome, missing(decision)) == ("pend", {"taking(cyclophosphamide)"})


def test_a_word_for_drugs_of_a_kind_says_nothing_of_the_names_beside_it_in_a_text(
    kb: KnowledgeBase,
) -> None:
    facts = {**NEPHRITIS, "taking": {"only": "chemo, prednisone"}}
    decision = kb.decide({"request": LUPKYNIS, "facts": facts})
    assert (decision.outcome, missing(decision)) == ("pend", {"taking(cyclophosphamide)"})


@pytest.mark.parametrize("said", [["biologic"], {"biologic": False}, {"only": ["biologic"]}])
def test_a_word_for_drugs_of_a_kind_is_a_name_of_its_own_in_another_place(
    kb: KnowledgeBase, said: Any
) -> None:
    assert lupkynis(kb, ["prednisone"], unlisted=said).outcome == "approve"


@pytest.mark.parametrize("said", ["biologics", "a monoclonal antibody", "interferon receptor blocker"])
def test_a_word_for_biologics_may_mean_the_one_that_is_barred_by_name(kb: KnowledgeBase, said: str) -> None:
    facts = {
        **READY,
        "received": ["belimumab_intravenous"],
        "documented": ["clinical_response"],
        "taking": {"only": ["Plaquenil", said]},
        "reading": {"unproven_on_continuation": "criteria_only"},
    }
    decision = kb.decide({"request": {**BENLYSTA, "phase": "continuation"}, "facts": facts})
    assert (decision.outcome, missing(decision)) == ("pend", {"taking(anifrolumab)"})


@pytest.mark.parametrize("said", ["immunosuppressive therapy", "CNI", "CNIs", "calcineurin inhibitors"])
def test_a_word_for_drugs_of_a_kind_may_mean_one_without_a_name_here_too(
    kb: KnowledgeBase, said: str
) -> None:
    decision = benlysta(kb, taking={"only": ["Plaquenil", said]})
    assert (decision.outcome, aside(decision)) == ("pend", [said])
    assert missing(decision) == {"taking(voclosporin)", "unlisted(biologic)"}


# ---- codes ---------------------------------------------------------------------------------------

OF_OTHER_SYSTEMS = (
    *(
        "icd99:M32",
        "icd-99:M32",
        "ICD-9: 710.0",
        "SNOMED:95644001",
        "snomed:95644001",
        "SNOMED CT 95644001",
    ),
    "SNOMED CT: 95644001 |Systemic lupus erythematosus encephalitis|",
)


@pytest.mark.parametrize("code", OF_OTHER_SYSTEMS)
def test_a_code_of_a_system_that_is_not_known_is_refused_however_it_is_written(
    kb: KnowledgeBase, code: str
) -> None:
    with pytest.raises(
        CaseError, match=r"'.*' is no code system known here; known are hcpcs, icd10cm, term$"
    ):
        benlysta(kb, diagnosis={"only": ["SLE", code]})


@pytest.mark.parametrize("code", ["RxNorm: 3002", "NDC 00013-5606-93", "rxcui 1545988"])
def test_a_code_of_such_a_system_is_no_drug_without_a_name(kb: KnowledgeBase, code: str) -> None:
    with pytest.raises(CaseError, match=r"'.*' is no code system known here"):
        lupkynis(kb, ["prednisone", code])


def test_where_nothing_hangs_on_such_a_code_all_that_it_may_mean_stays_open(kb: KnowledgeBase) -> None:
    facts = {**READY, "dosed_per_label": False, "diagnosis": {"only": ["SLE", "SNOMED:95644001"]}}
    decision = kb.decide({"request": BENLYSTA, "facts": facts})
    assert (decision.outcome, aside(decision)) == ("deny", ["SNOMED:95644001"])
    open_ = next(each for each in decision.criteria if each.id == "no_severe_cns_lupus")
    assert open_.status == "open"
    assert [remark.text for remark in decision.remarks] == [
        "'SNOMED' is no code system known here; what it means stays open."
    ]


@pytest.mark.parametrize("dose", ["Foobaxil: 10 mg daily", "Foobaxil 12.5 mg BID", "Foobaxil 10000 units"])
def test_a_dose_behind_a_drug_without_a_name_here_is_no_code(kb: KnowledgeBase, dose: str) -> None:
    decision = benlysta(kb, taking={"only": ["Plaquenil", dose]})
    assert (aside(decision), missing(decision)) == ([dose], {"unlisted(biologic)"})


@pytest.mark.parametrize(
    ("code", "fact"),
    [
        *(
            ("G05.3", "severe_active_cns_lupus"),
            ("M35.05", "sjogrens_syndrome"),
            ("M3505", "sjogrens_syndrome"),
        ),
        *(("ICD-10: M05.711", "rheumatoid_arthritis"), ("M06.4", "rheumatoid_arthritis")),
        ("C88.01 in remission", "waldenstrom_macroglobulinemia"),
    ],
)
def test_a_code_that_suggests_a_disease_or_stands_under_its_category_is_not_denied_by_a_complete_list(
    kb: KnowledgeBase, code: str, fact: str
) -> None:
    decision = benlysta(kb, diagnosis={"only": ["SLE", code]}, reading={"comorbidity": "any"})
    assert (decision.outcome, missing(decision)) == ("pend", {f"diagnosis({fact})"})


@pytest.mark.parametrize(
    ("said", "fact"),
    [
        *(("rhupus", "rheumatoid_arthritis"), ("inflammatory arthritis", "rheumatoid_arthritis")),
        *(("sicca symptoms", "sjogrens_syndrome"), ("MPA", "anca_vasculitis"), ("ANCA", "anca_vasculitis")),
        *(
            ("lymphoplasmacytic lymphoma", "waldenstrom_macroglobulinemia"),
            ("C83.00", "waldenstrom_macroglobulinemia"),
        ),
    ],
)
def test_a_word_for_a_disease_of_the_unproven_list_leaves_it_open(
    kb: KnowledgeBase, said: str, fact: str
) -> None:
    decision = benlysta(kb, diagnosis={"only": ["SLE", said]}, reading={"comorbidity": "any"})
    assert (decision.outcome, missing(decision)) == ("pend", {f"diagnosis({fact})"})


@pytest.mark.parametrize("code", ["M32", "M32.1", "M32.19", "G05"])
def test_a_code_of_lupus_that_may_be_of_the_brain_is_asked_about(kb: KnowledgeBase, code: str) -> None:
    decision = benlysta(kb, diagnosis={"only": ["SLE", code]})
    assert (decision.outcome, missing(decision)) == ("pend", {"diagnosis(severe_active_cns_lupus)"})


@pytest.mark.parametrize("code", ["M06.9", "M31.30", "M35.00", "C88.0", "M05.79"])
def test_a_code_of_a_disease_on_the_unproven_list_states_it(kb: KnowledgeBase, code: str) -> None:
    assert benlysta(kb, diagnosis={"only": ["SLE", code]}).outcome == "approve"
    diagnosis = {"only": ["SLE", code]}
    assert benlysta(kb, diagnosis=diagnosis, reading={"comorbidity": "any"}).outcome == "deny"


def test_a_code_of_a_disease_that_the_policy_does_not_ask_about_is_taken_as_said(kb: KnowledgeBase) -> None:
    assert aside(benlysta(kb, diagnosis={"only": ["SLE", "I16.1"]})) == []
    decision = lupkynis(kb, ["prednisone"], diagnosis={"only": ["M32.14", "M06.9"]})
    assert (decision.outcome, aside(decision)) == ("approve", [])


@pytest.mark.parametrize("code", ["I10", "E11.9", "N18.31", "Z79.52", "M81.0", "L93.0"])
def test_a_code_of_another_disease_leaves_nothing_open(kb: KnowledgeBase, code: str) -> None:
    decision = benlysta(kb, diagnosis={"only": ["SLE", code]}, reading={"comorbidity": "any"})
    assert (decision.outcome, aside(decision)) == ("approve", [code])


# ---- what lupus may cause ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        *("transverse myelitis", "SLE w/ cerebritis", "acute psychosis due to SLE", "optic neuritis"),
        *(
            "seizures",
            "central nervous system involvement of lupus",
            "encephalitis (2023)",
            "stroke 2024",
            "hallucinations",
            "Guillain-Barr\u00e9 syndrome",
            "status epilepticus",
            "CNS vasculitis",
        ),
    ],
)
def test_a_disease_of_the_nervous_system_may_be_severe_lupus_of_it(kb: KnowledgeBase, said: str) -> None:
    decision = benlysta(kb, diagnosis={"only": ["SLE", said]})
    assert (decision.outcome, decision.missing[0].fact) == ("pend", "diagnosis(severe_active_cns_lupus)")


@pytest.mark.parametrize(
    "said", ["severe asthma", "systemic sclerosis", "active tuberculosis", "neurofibroma"]
)
def test_a_disease_that_merely_begins_as_another_name_leaves_nothing_open(
    kb: KnowledgeBase, said: str
) -> None:
    decision = benlysta(kb, diagnosis={"only": ["SLE", said]})
    assert (decision.outcome, aside(decision)) == ("approve", [said])


@pytest.mark.parametrize(
    "said", ["GPA", "Wegener's granulomatosis", "microscopic polyangiitis", "vasculitis"]
)
def test_a_kind_of_vasculitis_may_be_the_one_on_the_unproven_list(kb: KnowledgeBase, said: str) -> None:
    decision = benlysta(kb, diagnosis={"only": ["SLE", said]}, reading={"comorbidity": "any"})
    assert (decision.outcome, decision.missing[0].fact) == ("pend", "diagnosis(anca_vasculitis)")


@pytest.mark.parametrize(
    "said",
    [
        *("lupus GN", "renal lupus", "SLE w/ renal involvement", "SLE with nephritis", "ISN/RPS class III"),
        *("membranous nephropathy", "Glomerulonephritis", "lupus kidney disease"),
    ],
)
def test_a_disease_of_the_kidney_beside_lupus_may_be_lupus_nephritis(kb: KnowledgeBase, said: str) -> None:
    decision = lupkynis(kb, ["prednisone"], diagnosis={"only": ["SLE", said]}, active=None)
    assert (decision.outcome, "diagnosis(lupus_nephritis)" in missing(decision)) == ("pend", True)


@pytest.mark.parametrize("code", ["M32", "M32.1", "M32.10", "M32.15", "lupus nephropathy"])
def test_a_code_of_lupus_in_an_organ_that_may_be_the_kidney_is_asked_about(
    kb: KnowledgeBase, code: str
) -> None:
    decision = lupkynis(kb, ["prednisone"], diagnosis={"only": [code]}, active=None)
    assert (decision.outcome, "diagnosis(lupus_nephritis)" in missing(decision)) == ("pend", True)
    another = lupkynis(kb, ["prednisone"], diagnosis={"only": ["M32.13"]}, active=None)
    assert another.outcome == "deny"


@pytest.mark.parametrize("said", ["GPA", "M06", "vasculitis"])
def test_what_suggests_a_disease_that_the_policy_does_not_ask_about_is_told(
    kb: KnowledgeBase, said: str
) -> None:
    decision = lupkynis(kb, ["prednisone"], diagnosis={"only": ["LN", said]})
    assert (decision.outcome, decision.suggestions) == ("approve", ())
    assert "of which the policy does not ask" in decision.remarks[-1].text


# ---- drugs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["cyclophos 500mg IV", "cyclophosph", "Cytox"])
def test_a_name_that_is_cut_short_is_asked_about(kb: KnowledgeBase, said: str) -> None:
    with pytest.raises(CaseError, match="is not known here; did you mean cyclophosphamide"):
        lupkynis(kb, ["prednisone", said])


def test_where_nothing_hangs_on_a_name_cut_short_it_stays_open(kb: KnowledgeBase) -> None:
    with pytest.raises(CaseError, match="did you mean voclosporin"):
        benlysta(kb, taking={"only": ["Plaquenil", "voclo 23.7 mg"]})
    decision = lupkynis(kb, ["prednisone", "voclo 23.7 mg"])  # which bars nothing there
    assert (decision.outcome, aside(decision)) == ("approve", ["voclo 23.7 mg"])


def test_a_name_that_may_be_cut_short_of_two_leaves_both_open(kb: KnowledgeBase) -> None:
    decision = lupkynis(kb, ["mycophen 500 mg"])
    both = {"taking(mycophenolate_mofetil)", "taking(mycophenolic_acid)"}
    assert (decision.outcome, both <= missing(decision)) == ("pend", True)


@pytest.mark.parametrize(
    "line",
    [
        "predniSONE (DELTASONE) 10 mg tablet, Take 1 tablet by mouth daily., Disp-30 tablet, R-3",
        "predniSONE 10 mg oral tablet, 10 mg = 1 tab(s), Oral, Daily, # 30 tab(s), 3 Refill(s)",
        "PREDNISONE 10MG TAB QTY 30 refills 2",
    ],
)
def test_a_line_of_an_exported_list_is_that_drug(kb: KnowledgeBase, line: str) -> None:
    assert lupkynis(kb, [line]).outcome == "approve"


@pytest.mark.parametrize(
    "line",
    [
        *("PREDNISONE 10MG TAB QTY 30 FILLED 02/01/2019", "prednisone 10 mg, filled 2025-02-01"),
        *(
            "prednisone 10 mg Taking? No",
            "prednisone 10 mg (Patient not taking)",
            "plan to start prednisone",
        ),
        *(
            "prednisone 5 mg daily for dog",
            "mother: prednisone",
            "prednisone 20 mg if flare",
            "failed prednisone",
        ),
    ],
)
def test_what_may_be_past_conditional_or_of_another_is_neither_taken_nor_denied(
    kb: KnowledgeBase, line: str
) -> None:
    decision = lupkynis(kb, [line])
    assert (decision.outcome, "taking(prednisone)" in missing(decision)) == ("pend", True)


# ---- signs that are not seen, or look alike --------------------------------------------------------


@pytest.mark.parametrize(
    "said", ["\u200fCytoxan\u200e", "Cyto\u2066xan\u2069", "C\u00adytoxan", "Cytoxan\ufe0f"]
)
def test_a_sign_that_is_not_seen_is_no_part_of_a_name(kb: KnowledgeBase, said: str) -> None:
    decision = lupkynis(kb, ["prednisone", said])
    assert (decision.outcome, decision.bases[0].id) == ("deny", "criteria_not_met")


@pytest.mark.parametrize("said", ["Cyt\u043ex\u0430n", "pr\u0435dnis\u043ene 5 mg", "TNF\u03b1 blocker"])
def test_a_word_in_letters_of_two_alphabets_is_refused(kb: KnowledgeBase, said: str) -> None:
    with pytest.raises(CaseError, match=r"taking.only\[1\]: '.*' has letters of two alphabets in a word"):
        lupkynis(kb, ["prednisone", said])


def test_where_nothing_hangs_on_such_a_word_it_may_be_any_name(kb: KnowledgeBase) -> None:
    decision = lupkynis(kb, ["prednisone", "Cyt\u043ex\u0430n"], age=16)
    open_ = {each.id for each in decision.criteria if each.status == "open"}
    assert (decision.outcome, open_) == ("deny", {"no_cyclophosphamide"})
    assert aside(decision) == ["Cyt\u043ex\u0430n"]


@pytest.mark.parametrize("said", ["prednisone", "Plaquenil 200 mg daily"])
def test_a_drug_among_diseases_is_refused_and_does_not_make_the_list_complete(
    kb: KnowledgeBase, said: str
) -> None:
    with pytest.raises(CaseError, match=r"only\[0\]: '.*' is a name under `taking`, not under"):
        lupkynis(kb, ["prednisone"], diagnosis={"only": [said]}, active={})


def test_a_disease_among_drugs_is_refused_where_it_may_matter(kb: KnowledgeBase) -> None:
    with pytest.raises(CaseError, match=r"taking.only\[1\]: 'LN' is a name under `diagnosis`, not under"):
        lupkynis(kb, ["prednisone", "LN"])
    assert lupkynis(kb, ["prednisone", "LN"], age=16).outcome == "deny"


@pytest.mark.parametrize(
    "said", ["\u03b2-blocker", "interferon \u03b2-1a", "Zyxafor 5 \u03bcg", "Zyxafor 5 \u00b5g"]
)
def test_a_greek_letter_by_itself_is_read_over(kb: KnowledgeBase, said: str) -> None:
    assert aside(lupkynis(kb, ["prednisone", said])) == [said]


# ---- only ------------------------------------------------------------------------------------------


def test_a_complete_list_within_another_is_refused_however_deep(kb: KnowledgeBase) -> None:
    said: dict[str, Any] = {"only": ["prednisone"]}
    for _ in range(100):
        said = {"only": said}
    with pytest.raises(CaseError, match=r"facts\.taking\.only\.only: 'only' is said twice; keep one"):
        kb.decide({"request": LUPKYNIS, "facts": {**NEPHRITIS, "taking": said}})


# ---- what is stated and left open -----------------------------------------------------------------

OPEN_TOO = "leaves taking(prednisone) open, but facts.taking.{} states it true; keep one"


@pytest.mark.parametrize(
    ("taking", "message"),
    [
        ({"only": ["prednisone"], "prednisone": None}, f"prednisone: {OPEN_TOO.format('only[0]')}"),
        ({"only": ["Deltasone 5 mg"], "prednisone": None}, f"prednisone: {OPEN_TOO.format('only[0]')}"),
        ({"prednisone": True, "Deltasone": None}, f"Deltasone: {OPEN_TOO.format('prednisone')}"),
        ({"Deltasone": None, "prednisone": True}, f"Deltasone: {OPEN_TOO.format('prednisone')}"),
        (
            {"only": ["lisinopril"], "lisinopril": None},
            "lisinopril: leaves taking(lisinopril) open, but facts.taking.only[0] states it true; keep one",
        ),
    ],
)
def test_what_is_both_stated_and_left_open_is_refused(
    kb: KnowledgeBase, taking: dict[str, Any], message: str
) -> None:
    with pytest.raises(CaseError) as error:
        benlysta(kb, taking=taking)
    assert str(error.value) == f"facts.taking.{message}"


@pytest.mark.parametrize(
    "diagnosis",
    [
        {"only": ["sle"], "M32.10": None},  # which kind of it, is not known
        {"only": ["M32.14"], "sle": None},  # it follows
        {"only": ["sle"], "rheumatoid_arthritis": None},
    ],
)
def test_what_is_left_open_beside_another_name_is_no_contradiction(
    kb: KnowledgeBase, diagnosis: dict[str, Any]
) -> None:
    assert benlysta(kb, diagnosis=diagnosis).outcome == "approve"
