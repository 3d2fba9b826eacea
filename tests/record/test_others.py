"""A case may say what only other policies ask: it is taken as said, and shown as what none here asks."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from lupa import CaseError, KnowledgeBase
from lupa.record.edits import edited
from lupa.rules.files import shipped

UNREAD = """
fact(tried(Drug, Result)) :- drug(Drug), trial_result(Result).
tried(Drug, Result) :- true(tried(Drug, Result)).
trial_result(failure).
trial_result(intolerance).
fact_text(tried, "{1} was tried.", "{1} was not tried.").
question(tried, "Was {1} tried?").
fact(enrolled(Plan)) :- plan_kind(Plan).
enrolled(Plan) :- true(enrolled(Plan)).
plan_kind(hmo).
plan_kind(ppo).
fact_text(enrolled, "The member is in {1}.", "The member is not in {1}.").
question(enrolled, "Is the member in {1}?").
"""
OWN = """
fact(stated_preference).
stated_preference :- true(stated_preference).
fact_text(stated_preference, "It is preferred.", "It is not preferred.").
question(stated_preference, "Is it preferred?").
quantity(severity, "points", 0, 72).
label(severity, "the severity").
"""
CASE: dict[str, Any] = {
    "request": {"policy": "fep_lupkynis", "indication": "lupus_nephritis", "phase": "initial"},
    "facts": {"age": 3},
}


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """The shipped policies, with relations that neither reads and facts of one alone."""
    folder = tmp_path_factory.mktemp("unread") / "kb"
    shutil.copytree(shipped("kb"), folder, ignore=shutil.ignore_patterns("cases"))
    for name, rules in (("vocabulary.lp", UNREAD), ("policies/uhc_benlysta/more.lp", OWN)):
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(rules)
    return KnowledgeBase.load(folder)


def with_facts(**facts: Any) -> dict[str, Any]:
    return {**CASE, "facts": {**CASE["facts"], **facts}}


@pytest.mark.parametrize(
    ("facts", "unread"),
    [
        ({"received": {"belimumab_intravenous": True}}, ["received(belimumab_intravenous)"]),
        ({"received": ["belimumab_intravenous"]}, ["received(belimumab_intravenous)"]),
        ({"received": {"belimumab_intravenous": None}}, []),
        ({"received": {"belimumab_intravenous": False}}, []),
        ({"documented": ["autoantibodies"]}, ["documented(autoantibodies)"]),
        ({"stops": ["prednisone"]}, ["stops(prednisone)"]),
        ({"starts": {"only": ["lisinopril"]}}, ["starts(lisinopril)"]),
        ({"stops": {"azathioprine": False}}, []),
        ({"stated_preference": True}, ["stated_preference"]),
        ({"severity": 12}, ["severity"]),
    ],
    ids=str,
)
def test_what_only_another_policy_asks_is_taken_as_said_and_shown(
    kb: KnowledgeBase, facts: dict[str, Any], unread: list[str]
) -> None:
    decision = kb.decide(with_facts(**facts))
    assert (decision.outcome, list(decision.unread)) == ("deny", unread)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"recieved": ["belimumab_intravenous"]}, "facts.recieved: 'recieved' is not known here"),
        ({"received": ["belimumab_intravenus"]}, "facts.received: 'received' is not known here"),
        ({"documented": ["autoantibodys"]}, "facts.documented[0]: 'autoantibodys' is not known here"),
        ({"severity": 99}, "facts.severity: 'severity' is not known here"),
        ({3: True}, "facts: 3 is not known here"),
        # the other policy's files hold these words, and it knows nothing of what they stand under
        ({"attests": {"food": True}}, "facts.attests.food: 'food' is not known here"),
        ({"attests": ["monitor_egfr", "received"]}, "facts.attests[1]: 'received' is not known here"),
        ({"egfr": {"active": 50}}, "facts.egfr.active: 'active' is not known here"),
        # names of the other policy, within what it does not know
        ({"attests": ["autoantibodies"]}, "facts.attests[0]: 'autoantibodies' is not known here"),
        ({"attests": {"autoantibodies": True}}, "facts.attests.autoantibodies: 'autoantibodies' is not"),
        ({"egfr": {"autoantibodies": 5}}, "facts.egfr.autoantibodies: 'autoantibodies' is not known"),
    ],
    ids=str,
)
def test_what_no_policy_knows_is_refused(kb: KnowledgeBase, facts: dict[Any, Any], said: str) -> None:
    with pytest.raises(CaseError) as refused:
        kb.decide({**CASE, "facts": {**CASE["facts"], **facts}})
    assert str(refused.value).startswith(said)


def test_a_policy_that_cannot_be_used_knows_nothing(tmp_path: Path, kb: KnowledgeBase) -> None:
    shutil.copytree(kb.files.root, tmp_path / "kb")
    (tmp_path / "kb/policies/uhc_benlysta/more.lp").write_text("received(", encoding="utf-8")
    with pytest.raises(CaseError, match="'received' is not known here"):
        KnowledgeBase.load(tmp_path / "kb").decide(with_facts(received=["belimumab_intravenous"]))


# ---- what nobody reads -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "stated"),
    [
        ("tried.prednisone.failure", True, {"tried": {"prednisone": {"failure": True}}}),
        ("tried(prednisone,failure)", True, {"tried": {"prednisone": {"failure": True}}}),
        ("tried.Deltasone.failure", None, {"tried": {"prednisone": {"failure": None}}}),
        ("tried.prednisone", ["failure"], {"tried": {"prednisone": ["failure"]}}),
        ("tried", {"prednisone": {"failure": True}}, {"tried": {"prednisone": {"failure": True}}}),
        ("enrolled.hmo", True, {"enrolled": {"hmo": True}}),
        ("enrolled", ["hmo"], {"enrolled": ["hmo"]}),
        ("enrolled", {"only": ["hmo"]}, {"enrolled": {"only": ["hmo"]}}),
    ],
)
def test_a_member_of_a_relation_that_no_rule_reads_can_be_set(
    kb: KnowledgeBase, name: str, value: Any, stated: dict[str, Any]
) -> None:
    after = kb.whatif(CASE, {name: value}).after
    edition = kb.edition("fep_lupkynis")
    assert edited(CASE, [(name, value)], [], edition)["facts"] == {"age": 3, **stated}
    assert after.outcome == "deny"


def test_what_is_set_stands_beside_what_was_said_of_the_relation(kb: KnowledgeBase) -> None:
    edition = kb.edition("fep_lupkynis")
    case = with_facts(enrolled=["hmo"], tried={"prednisone": ["failure"]})
    after = edited(case, [("enrolled.ppo", False), ("tried.prednisone.failure", False)], [], edition)
    assert after["facts"] == {
        "age": 3,
        "enrolled": {"hmo": True, "ppo": False},
        "tried": {"prednisone": {"failure": False}},
    }
    less = edited(case, [], ["enrolled.hmo", "tried"], edition)
    assert less["facts"] == {"age": 3}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("enrolled.hmx", "facts.enrolled.hmx: 'hmx' is not known here; `lupa facts --all` lists what is"),
        ("enrolled.hmo.hmo", "facts.enrolled.hmo: has no part 'hmo'"),
    ],
)
def test_a_member_that_is_not_declared_cannot_be_set(kb: KnowledgeBase, name: str, said: str) -> None:
    with pytest.raises(CaseError) as refused:
        kb.whatif(CASE, {name: True})
    assert str(refused.value) == said


# ---- pools -------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", ["drugs.lp", "policies/fep_lupkynis/facts.lp"])
@pytest.mark.parametrize("pool", ["drug(firstmab; secondmab).", "drug((firstmab;\n  secondmab))."])
def test_a_pool_of_drugs_declares_each_of_them(tmp_path: Path, file: str, pool: str) -> None:
    folder = tmp_path / "kb"
    shutil.copytree(shipped("kb"), folder, ignore=shutil.ignore_patterns("cases"))
    for name, rules in (
        (file, f'{pool} alias(secondmab, "Brand").\n'),
        ("policies/fep_lupkynis/about.lp", "covers(fep_lupkynis, (firstmab; secondmab)).\n"),
    ):
        with (folder / name).open("a", encoding="utf-8") as text:
            text.write(rules)
    kb = KnowledgeBase.load(folder)
    assert kb.about("fep_lupkynis").drugs == ("voclosporin", "firstmab", "secondmab")
    for drug in ("firstmab", "secondmab", "Brand"):
        assert kb.decide({"request": {"drug": drug}, "facts": {"age": 3}}).policy == "fep_lupkynis"
