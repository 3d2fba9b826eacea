"""What a request is about: by drug, service, code and payer; and what of a case no rule reads."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from lupa import CaseError, KnowledgeBase, RuleError
from lupa.answers.decision import Criterion
from lupa.rules.codes import Codes
from lupa.rules.files import shipped
from tests.slim import slim
from tests.small import otherwise, small_kb, vocabulary

SLE = {"policy": "uhc_benlysta", "indication": "sle", "phase": "initial", "route": "intravenous"}


def asked(kb: KnowledgeBase, **request: Any) -> list[str]:
    return [decision.policy for decision in kb.decide_all({"request": request})]


# ---- requests ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "policies"),
    [
        ({"drug": "Benlysta", "payer": "UnitedHealthcare"}, ["uhc_benlysta"]),
        ({"drug": "Lupkynis", "payer": "FEP"}, ["fep_lupkynis"]),
        ({"drug": "Lupkynis", "payer": "federal employee program"}, ["fep_lupkynis"]),
        ({"drug": "Lupkynis", "payer": "Federal Employee Program (FEP)"}, ["fep_lupkynis"]),
        ({"code": "J0490"}, ["uhc_benlysta"]),
        ({"code": "hcpcs|j0490"}, ["uhc_benlysta"]),
        ({"policy": "uhc_benlysta@2022E0046O", "code": "J0490"}, ["uhc_benlysta"]),
    ],
)
def test_a_request_finds_the_policies_on_what_it_asks_for(
    kb: KnowledgeBase, request_: dict[str, Any], policies: list[str]
) -> None:
    assert asked(kb, **request_) == policies


def two_payers(folder: Path) -> KnowledgeBase:
    """Two policies on one drug, of which the second begins in 2026."""
    own = slim(folder, "uhc_benlysta") / "policies"
    shutil.copytree(
        own / "fep_lupkynis", own / "later_plan", ignore=shutil.ignore_patterns("cases", "*.yaml")
    )
    for path in (own / "later_plan").glob("*.lp"):
        text = path.read_text("utf-8").replace("fep_lupkynis", "later_plan")
        path.write_text(text.replace("2024-10-01", "2026-10-01"), "utf-8")
    return KnowledgeBase.load(folder)


def test_of_two_policies_on_a_drug_the_one_in_force_answers_and_that_the_other_is_not_is_told(
    tmp_path: Path,
) -> None:
    kb = two_payers(tmp_path / "kb")
    case = {"request": {"drug": "Lupkynis", "service_date": "2025-03-01"}}
    why = (
        "later_plan gives no answer: 2025-03-01 is before 2026-10-01, when the first edition of later_plan "
        "on file, 2026-10-01, began"
    )
    (decision,) = kb.decide_all(case)
    assert (decision.policy, [str(one) for one in decision.remarks]) == (
        "fep_lupkynis",
        [f"request.service_date: {why}."],
    )
    assert [kb.ask(one).decision.policy for one in kb.each_policy(case)] == ["fep_lupkynis"]
    assert kb.unanswered(case) == [why]


def test_where_no_policy_on_a_drug_is_in_force_each_says_so(tmp_path: Path) -> None:
    kb = two_payers(tmp_path / "kb")
    with pytest.raises(CaseError) as error:
        kb.decide_all({"request": {"drug": "Lupkynis", "service_date": "2020-03-01"}})
    told = [problem.message.partition(",")[0] for problem in error.value.problems]
    assert told == ["2020-03-01 is before 2024-10-01", "2020-03-01 is before 2026-10-01"]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            {"drug": "Benlysta", "payer": "FEP"},
            "request.payer: 'FEP' is the payer of no such policy; the payers are: UnitedHealthcare",
        ),
        (
            {"payer": "FEP"},
            "request: say which `policy`, or which `drug`, `service` or `code`, it is about",
        ),
        ({"code": "J9999"}, "request.code: the code 'J9999' is not known; name the drug or the service"),
        (
            {"code": "M32.14"},
            (
                "request.code: the code 'M32.14' asks for nothing: it is equivalent to "
                "diagnosis(lupus_nephritis); name the drug or the service"
            ),
        ),
        ({"code": 5}, "request.code: the code '5' is not known; name the drug or the service"),
        ({"code": True}, "request.code: a name is expected, not true"),
        ({"code": 5.5}, "request.code: a name is expected, not 5.5"),
        ({"drug": ["Benlysta"]}, 'request.drug: a name is expected, not ["Benlysta"]'),
        ({"service": "Benlysta"}, "request.service: 'Benlysta' is a drug; write it under `drug`"),
        (
            {"policy": "fep_lupkynis", "code": "J0490"},
            "request.code: fep_lupkynis does not cover 'J0490'",
        ),
    ],
)
def test_a_request_that_no_policy_answers_is_refused(
    kb: KnowledgeBase, request_: dict[str, Any], message: str
) -> None:
    with pytest.raises(CaseError) as caught:
        kb.decide_all({"request": request_})
    assert str(caught.value) == message


@pytest.fixture
def infusions(tmp_path: Path) -> KnowledgeBase:
    """The shipped policies and one on a service, which it declares itself."""
    folder = slim(tmp_path / "kb", "cases")
    plan = folder / "policies" / "infusions"
    shutil.copytree(folder / "policies" / "uhc_benlysta", plan)
    for path in plan.glob("*.lp"):
        path.write_text(path.read_text().replace("uhc_benlysta", "infusions"))
    about = plan / "about.lp"
    text = about.read_text().replace("covers(infusions, belimumab)", "covers(infusions, home_infusion)")
    about.write_text(
        f'{text}\nservice(home_infusion). label(home_infusion, "an infusion at home").\n'
        'alias(home_infusion, "Infusion at home").\n'
        'code(hcpcs, "S9338", service(home_infusion), equivalent, "For these tests.").\n'
        'code(cpt, "99601", service(home_infusion), equivalent, "For these tests.").\n'
        'code(hcpcs, "BOTH", service(home_infusion), equivalent, "For these tests.").\n'
        'code(hcpcs, "BOTH", drug(belimumab), equivalent, "For these tests.").\n'
    )
    return KnowledgeBase.load(folder)


@pytest.mark.parametrize(
    "request_",
    [
        {"service": "home_infusion"},
        {"service": "infusion at HOME"},
        {"code": "S9338"},
        {"code": "hcpcs:S9338"},
        {"code": "99601"},
        {"code": 99601},
        {"service": "S9338"},
        {"drug": "hcpcs:S9338"},
    ],
)
def test_a_service_is_asked_for_by_name_or_by_code(
    infusions: KnowledgeBase, request_: dict[str, Any]
) -> None:
    assert asked(infusions, **request_) == ["infusions"]
    assert infusions.about("infusions").services == ("home_infusion",)
    assert infusions.covering("home_infusion") == ("infusions",)


@pytest.mark.parametrize(
    ("request_", "covered"),
    [
        ({"service": "home_infusion"}, "Infusion at home (an infusion at home)"),
        ({"code": "S9338"}, "Infusion at home (an infusion at home)"),
        ({"code": 99601}, "Infusion at home (an infusion at home)"),
        ({"drug": "Benlysta"}, "Benlysta (belimumab)"),
        ({}, "Benlysta (belimumab) or Infusion at home (an infusion at home)"),
    ],
)
def test_a_letter_names_what_was_asked_for_of_all_that_its_policy_covers(
    infusions: KnowledgeBase, request_: dict[str, Any], covered: str
) -> None:
    about = infusions.files.about("infusions")
    about.write_text(f"{about.read_text()}\ncovers(infusions, belimumab).\n")
    told = KnowledgeBase.load(infusions.files.root).letter({"request": {"policy": "infusions", **request_}})
    assert f" asked us to cover {covered}." in " ".join(told.text.split())


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"code": "BOTH"}, "request.code: the code 'BOTH' means belimumab and home_infusion; name the one"),
        ({"drug": "BOTH"}, "request.drug: the code 'BOTH' means belimumab and home_infusion; name the one"),
        (
            {"service": "home_infusoin"},
            "request.service: 'home_infusoin' is not known; did you mean home_infusion?",
        ),
        ({"drug": "home_infusion"}, ""),
    ],
)
def test_a_service_that_is_not_meant_is_not_given(
    infusions: KnowledgeBase, request_: dict[str, Any], message: str
) -> None:
    if not message:  # its kind is not asked after the name was found
        assert asked(infusions, **request_) == ["infusions"]
        return
    with pytest.raises(CaseError) as caught:
        infusions.decide_all({"request": request_})
    assert str(caught.value).startswith(message)


# ---- codes of diagnoses ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["M32.0"], [("icd10cm M32.0", "diagnosis(sle)", "Systemic lupus erythematosus is diagnosed.")]),
        (["M32.15"], [("icd10cm M32.15", "diagnosis(lupus_nephritis)", "Lupus nephritis is diagnosed.")]),
        (
            {"M32.0": False},
            [("icd10cm M32.0", "diagnosis(sle)", "Systemic lupus erythematosus is not diagnosed.")],
        ),
        (["M32.14"], []),
        (["M32.0", "sle"], []),
    ],
)
def test_a_code_that_only_suggests_a_disease_is_told_with_the_question_that_asks_for_it(
    kb: KnowledgeBase, said: Any, expected: list[tuple[str, str, str]]
) -> None:
    decision = kb.decide({"request": SLE, "facts": {"diagnosis": said}})
    assert [(s.code, s.fact, s.text) for s in decision.suggestions] == expected
    questions = {"diagnosis(sle)": "Is systemic lupus erythematosus diagnosed?"}
    questions["diagnosis(lupus_nephritis)"] = "Is lupus nephritis diagnosed?"
    assert [s.question for s in decision.suggestions] == [questions[fact] for _, fact, _ in expected]


def stated_not(criterion: Criterion) -> dict[str, dict[str, bool]]:
    """What a reason says not to be so, as a case states it one by one."""
    facts: dict[str, dict[str, bool]] = {}
    for cause in criterion.because:
        family, _, name = cause.fact[:-1].partition("(")
        facts.setdefault(family, {})[name] = False
    return facts


def test_what_is_not_on_a_complete_list_says_so_in_its_cause(kb: KnowledgeBase) -> None:
    decision = kb.decide({"request": SLE, "facts": {"taking": {"only": []}}})
    (unmet,) = [c for c in decision.criteria if c.id == "standard_of_care"]
    assert {cause.origin for cause in unmet.because} == {"only"}
    suffix = " (not on the list, which is said to be complete)."
    assert [cause.text.endswith(suffix) for cause in unmet.because] == [True] * len(unmet.because)
    named = kb.decide({"request": SLE, "facts": stated_not(unmet)})
    (same,) = [c for c in named.criteria if c.id == "standard_of_care"]
    assert {cause.origin for cause in same.because} == {"stated"}
    assert [cause.text.endswith(suffix) for cause in same.because] == [False] * len(unmet.because)


@pytest.mark.parametrize("given", ["", "icd10cm:", 'M32"0', "M32.99", "icd10cm:J0490"])
def test_what_is_no_code_has_no_rows(kb: KnowledgeBase, given: str) -> None:
    assert kb.edition("fep_lupkynis").known.codes.rows(given) == []


def test_every_row_of_the_shipped_codes_is_read() -> None:
    text = (shipped("kb") / "codes.lp").read_text()
    rows = list(Codes([text]).every())
    assert len(rows) == sum(line.startswith("code(") for line in text.splitlines())
    assert {row.system for row in rows} == {"hcpcs", "icd10cm", "term"} == set(Codes([text]).systems)
    assert {row.relation for row in rows} <= {"equivalent", "narrower", "broader", "related"}


# ---- what no rule reads ------------------------------------------------------------------------

TIED = (
    vocabulary()
    + """
drug(alpha).
drug(beta).
drug(gamma).
drug(read).
excludes(alpha, beta).
fact(taking(Drug)) :- drug(Drug).
taking(Drug) :- true(taking(Drug)).
fact_text(taking, "{1} is taken.", "{1} is not taken.").
question(taking, "Is {1} taken?").
impossible(both(Drug, Other)) :- excludes(Drug, Other), taking(Drug), taking(Other).
"""
)
TIED_RULES = "outcome(small, approve) :- taking(read).\n" + otherwise("approve", last="deny")


@pytest.fixture
def tied(tmp_path: Path) -> KnowledgeBase:
    return small_kb(tmp_path, TIED, TIED_RULES)


def taking(*names: str, **said: bool) -> dict[str, Any]:
    return {"request": {"policy": "small"}, "facts": {"taking": dict.fromkeys(names, True) | said}}


def test_what_no_rule_reads_is_not_ground_and_is_told_as_not_asked_about(tied: KnowledgeBase) -> None:
    decision = tied.decide(taking("alpha", "gamma"))
    assert decision.unread == ("taking(alpha)", "taking(gamma)")
    assert list(tied.edition("small").vocabulary.facts) == ["taking(read)"]


def earlier(**last_taken: Any) -> dict[str, Any]:
    request = {"policy": "uhc_benlysta", "service_date": "2025-03-01"}
    return {"request": request, "facts": {"last_taken": last_taken, "weeks_on": {"prednisone": 8}}}


def test_a_day_that_no_rule_reads_is_told_as_not_asked_about(few: KnowledgeBase) -> None:
    for day in ("2025-01-10", "never"):
        decision = few.decide(earlier(prednisone=day))
        assert decision.unread == ("last_taken(prednisone)", "weeks_on(prednisone)")
    assert few.decide(earlier(prednisone=None)).unread == ("weeks_on(prednisone)",)


def test_a_day_that_no_rule_reads_is_still_to_be_a_day(few: KnowledgeBase) -> None:
    with pytest.raises(CaseError) as caught:
        few.decide(earlier(prednisone="2025-03-02", hydroxychloroquine=20))
    assert str(caught.value).splitlines() == [
        "facts.last_taken.prednisone: 2025-03-02 is after request.service_date, 2025-03-01; check both",
        "facts.last_taken.hydroxychloroquine: a date is written year-month-day, such as 2025-03-01, not 20",
    ]


def test_two_facts_that_no_rule_reads_and_a_law_forbids_together_are_refused(tied: KnowledgeBase) -> None:
    with pytest.raises(CaseError) as caught:
        tied.decide(taking("alpha", "beta"))
    assert str(caught.value).splitlines() == [
        "the record contradicts itself; these cannot all be so:",
        "facts.taking.alpha: Alpha is taken [taking(alpha) is true]",
        "facts.taking.beta: Beta is taken [taking(beta) is true]",
    ]
    assert tied.decide(taking("alpha", beta=False)).possible == ("approve", "deny")


def test_what_a_law_may_speak_of_stands_in_no_derivation_that_does_not_read_it(tied: KnowledgeBase) -> None:
    trees = [tied.why(case, tree=True).tree for case in (taking("alpha", "read"), taking("read")) * 2]
    assert trees == [trees[1]] * 4


def test_what_no_rule_reads_cannot_be_said_both_ways(tied: KnowledgeBase) -> None:
    case = {"request": {"policy": "small"}, "facts": {"taking": {"gamma": True, "Gamma": False}}}
    with pytest.raises(CaseError) as caught:
        tied.decide(case)
    assert str(caught.value) == (
        "facts.taking.Gamma: states taking(gamma) false, but facts.taking.gamma the opposite; keep one"
    )


def test_no_more_than_some_editions_are_kept_beside_those_that_are_usual(tmp_path: Path) -> None:
    pairs = [(f"one_{n}", f"other_{n}") for n in range(20)]
    rows = "".join(f"drug({a}). drug({b}).\nexcludes({a}, {b}).\n" for a, b in pairs)
    kb = small_kb(tmp_path, TIED + rows, TIED_RULES)
    for one, _ in pairs:
        assert kb.decide(taking(one)).possible == ("approve", "deny")
    assert len(kb._editions) <= 1 + 16
    assert ("small", "1", frozenset()) in kb._editions


def test_a_row_that_names_what_nothing_declares_is_the_fault_of_its_policy(
    infusions: KnowledgeBase,
) -> None:
    about = infusions.files.about("fep_lupkynis")
    about.write_text(
        about.read_text().replace("covers(fep_lupkynis, voclosporin)", "covers(fep_lupkynis, voc)")
    )
    again = KnowledgeBase.load(infusions.files.root)
    for request in ({"policy": "fep_lupkynis"}, {"drug": "Lupkynis"}):
        with pytest.raises(RuleError, match="covers voc, which is not declared; declare drug"):
            again.decide({"request": request})
    with pytest.raises(CaseError, match="is not known"):
        again.decide({"request": {"drug": "Benlista"}})
