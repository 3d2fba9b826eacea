"""The verbs that explore, on the command line: what they print, and what they refuse."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lupa import CaseError, KnowledgeBase
from lupa.pages.exploring import ask_text
from lupa.schema import schemas
from tests.command import as_bytes, command
from tests.slim import slim

DENIED = ("--example", "lupkynis_alongside_bars_benlysta")
START = {"policy": "fep_lupkynis", "indication": "lupus_nephritis", "phase": "initial"}
READY: dict[str, Any] = {
    "age": 34,
    "diagnosis": {"only": ["lupus_nephritis"]},
    "active": {"only": ["lupus_nephritis"]},
    "taking": {"only": ["prednisone"]},
    "attests": {
        "only": [
            "monitor_egfr",
            "monitor_blood_pressure",
            "monitor_serious_infections",
            "monitor_malignancies",
        ]
    },
    "live_vaccine": False,
}


def lupkynis(request: dict[str, Any] | None = None, **facts: Any) -> bytes:
    """A request for Lupkynis that is approved, but for these differences."""
    return as_bytes({"request": {**START, **(request or {})}, "facts": {**READY, **facts}})


def without(*names: str) -> bytes:
    facts = {name: value for name, value in READY.items() if name not in names}
    return as_bytes({"request": START, "facts": facts})


# ---- what if -----------------------------------------------------------------------------------


def test_stopping_lupkynis_turns_the_denial_of_benlysta_around() -> None:
    answer = json.loads(command("whatif", *DENIED, "--set", "taking.voclosporin=no", "--json").out)
    assert (answer["before"]["outcome"], answer["after"]["outcome"]) == ("deny", "approve")
    assert [(c["id"], c["before"], c["after"]) for c in answer["criteria"]] == [
        ("no_combination", "unmet", "met")
    ]
    assert [cause["fact"] for cause in answer["responsible"]] == ["taking(voclosporin)"]


def test_several_changes_of_every_kind_go_together() -> None:
    words = ("--set", "age=17", "--request", "months=18", "--unset", "live_vaccine")
    ended = command("whatif", "-", *words, "--reading", "term_limit=criterion", stdin=lupkynis())
    assert "outcome          APPROVE  DENY" in ended.out
    assert "adult            met      unmet" in ended.out
    assert "term_limit       -        unmet" in ended.out
    assert "no_live_vaccine  met      open" in ended.out
    assert "live_vaccine: no -> silent" in ended.out


def test_what_if_of_nothing_says_that_the_outcome_is_the_same() -> None:
    ended = command("whatif", "-", stdin=lupkynis())
    assert "outcome  APPROVE  APPROVE" in ended.out
    assert "The outcome is the same." in ended.out
    assert "Changed" not in ended.out


def test_another_edition_stands_in_the_table() -> None:
    ended = command("whatif", *DENIED, "--request", "service_date=2023-03-01")
    assert "edition  2023-11-01  2022E0046O" in ended.out


def test_under_all_readings_the_same_or_on_which_it_depends() -> None:
    both = lupkynis(taking={"only": ["mycophenolate_mofetil", "cyclophosphamide"]})
    depends = command("whatif", "-", "--all-readings", stdin=both).out
    assert "  cyclophosphamide=any_use: deny\n  cyclophosphamide=as_background: approve\n" in depends
    alone = lupkynis(taking={"only": ["mycophenolate_mofetil"]})
    same = command("whatif", "-", "--all-readings", stdin=alone).out
    assert "The same under every reading: approve." in same


def test_a_change_between_two_pends_names_nobody_responsible() -> None:
    ended = command("whatif", "-", "--unset", "attests", stdin=without("age", "attests"))
    assert "The outcome is the same." in ended.out
    moved = command("whatif", "-", "--request", "months=null", stdin=without("age"))
    assert "Responsible" not in moved.out
    assert "the same" not in moved.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--set", "taking.cyclophosphamid=no"), "did you mean cyclophosphamide?"),
        (("--set", "age=seventeen"), "a number of years is expected"),
        (("--set", "agee=17"), "did you mean age?"),
        (("--set", "age"), "--set takes NAME=VALUE"),
        (("--set", "=3"), "--set takes NAME=VALUE"),
        (("--set", "age="), "error: age: a value is missing; give yes, no, null, a number"),
        (("--set", "taking=[a, b"), "error: taking: not valid YAML: "),
        (("--set", "age=3", "--set", "age=4"), "given twice"),
        (("--set", "diagnosis.sle=no"), "the record contradicts itself"),
        (("--request", "phase=middle"), "'middle' is not known here"),
        (("--request", "drug=Benlista"), "did you mean belimumab?"),
        (("--reading", "term_limit=sometimes"), "known are cap, criterion"),
        (("--unset", "liver"), "'liver' is not known here"),
    ],
)
def test_a_change_that_cannot_be_made_is_refused_and_says_why(words: tuple[str, ...], message: str) -> None:
    ended = command("whatif", "-", *words, stdin=lupkynis())
    assert (ended.status, ended.out) == (2, "")
    assert message in ended.err


# ---- what would change it ----------------------------------------------------------------------


def test_the_cheapest_change_is_one_change() -> None:
    ended = command("flip", *DENIED)
    assert "Cheapest to make it APPROVE: 1 way, none cheaper" in ended.out
    assert (
        "1. cost 4\n   change        Voclosporin is stopped before the requested drug is given."
        in ended.out
    )


def test_less_is_asked_for_where_that_suffices() -> None:
    ended = command("flip", "-", stdin=lupkynis({"months": 24}))
    assert "ask for less  The period asked for is not more than 12 months." in ended.out
    assert "the period asked for, 24 (months): modify above 12 (below: approve)" in ended.out


def test_drugs_that_would_each_do_stand_in_one_line() -> None:
    ended = command("flip", "-", "--most", "1", stdin=without("taking"))
    assert "Cheapest to make it APPROVE: 20 ways, none cheaper" in ended.out
    told = " ".join(ended.out.split())
    assert "One of these will do: immunosuppressant: mycophenolate mofetil, mycophenolic acid," in told
    assert "3. cost" not in ended.out
    another = "another immunosuppressant, one that is not on our list of drugs"
    assert f"The patient takes {another} (or, in its place:" in told


def test_of_many_that_are_missing_alike_the_first_are_named_and_the_rest_counted() -> None:
    request = {"policy": "uhc_benlysta", "route": "IV", "indication": "SLE", "phase": "initial"}
    told = " ".join(command("decide", "-", stdin=as_bytes({"request": request})).out.split())
    _, _, names = told.partition("Which of these does the patient take systemically now? ")
    listed = re.search(r" biologic: (\w+(?:, \w+)*) and (\d+) more ", names)
    assert listed
    assert len(listed[1].split(", ")) == 12
    assert (
        "antimalarial: hydroxychloroquine, chloroquine, quinacrine taking, unlisted, for most of" in names
    )


def test_a_clause_is_cited_once_for_what_is_missing() -> None:
    ended = command("decide", "-", "--json", stdin=as_bytes({"request": {"policy": "uhc_benlysta"}}))
    cited = [missing["source"].split("; ") for missing in json.loads(ended.out)["missing"]]
    assert len(cited) > 20
    assert cited == [list(dict.fromkeys(sources)) for sources in cited]


@pytest.mark.parametrize(
    ("stated", "places"),
    [
        ("rare_disease", ["Benefit Considerations, serious rare diseases"]),
        ("medicare_advantage", ["Instructions for Use, second paragraph"]),
        (
            "federal_mandate",
            [
                "Applicable Codes, first paragraph, remaining sentences",
                "Instructions for Use, first paragraph",
            ],
        ),
    ],
)
def test_of_rules_above_the_policy_only_the_clauses_of_the_one_that_is_stated_are_cited(
    kb: KnowledgeBase, stated: str, places: list[str]
) -> None:
    request = {"policy": "uhc_benlysta@2023-11-01", "route": "IV", "indication": "SLE", "phase": "renewal"}
    decided = kb.decide({"request": request, "facts": {"diagnosis": {"sle": "no"}, "override": [stated]}})
    (basis,) = decided.bases
    cited = [place.partition(", ")[2] for place in basis.source.split("; ")]
    assert (decided.outcome, cited) == ("refer", places)


@pytest.mark.slow
def test_what_is_found_of_each_of_many_stands_in_one_line() -> None:
    request = {"policy": "uhc_benlysta", "route": "IV", "indication": "SLE", "phase": "initial"}
    ended = command("flip", "-", stdin=as_bytes({"request": request}))
    told = " ".join(ended.out.split())
    assert "find out The patient does not take voclosporin. The same goes for anifrolumab, rituxi" in told
    assert re.search(r", infliximab and \d+ more\. \[taking=no of each\] ", told)


def test_what_would_lose_an_approval_and_how_far_its_numbers_may_move() -> None:
    ended = command("flip", "-", "--to", "deny", stdin=lupkynis())
    assert "Next best" in ended.out
    assert "There may be more, none cheaper than the last" in ended.out
    assert "the age, 34 (years): approve from 18 (below: deny)" in ended.out


def test_no_change_within_reach_names_what_prevents_it() -> None:
    ended = command("flip", "-", stdin=lupkynis(age=17))
    assert "No change within reach would make it APPROVE." in ended.out
    assert "because The age is less than 18 years (17)." in ended.out
    assert "the age, 17 (years): deny below 18 (above: approve)" in ended.out
    fixed = command("flip", "-", "--fix", "attests.monitor_egfr", stdin=without("attests"))
    assert "It would take what is out of reach: attests(monitor_egfr)." in fixed.out


def test_what_is_so_already_needs_no_change() -> None:
    ended = command("flip", "-", stdin=lupkynis())
    assert "It is APPROVE already; nothing has to change." in ended.out


def test_costs_and_what_is_fixed_are_the_callers_to_choose() -> None:
    both = lupkynis(taking={"only": ["cyclophosphamide"]})
    dear = json.loads(command("flip", "-", "--json", "--cost", "taking=7", stdin=both).out)
    assert {7 + 4} == {flip["cost"] for flip in dear["flips"]}, "one is begun, the other stopped"
    words = ("--fix", "stops.cyclophosphamide")
    assert json.loads(command("flip", "-", "--json", *words, stdin=both).out)["flips"] == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--to", "aproved"), "fep_lupkynis never comes to 'aproved'; it comes to one of approve, "),
        (("--to", "out_of_scope"), "never comes to 'out_of_scope'"),
        (("--to", "pend"), "never comes to 'pend'"),
        (("--fix", "takin"), "did you mean taking?"),
        (("--cost", "taking=0"), "the cost of taking is a whole number from 1 to 10000, not 0"),
        (("--cost", "taking=cheap"), "a whole number from 1"),
        (("--cost", "liver=1"), "'liver' is not known here"),
        (("--most", "0"), "--most"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused_and_says_why(words: tuple[str, ...], message: str) -> None:
    ended = command("flip", "-", *words, stdin=lupkynis())
    assert (ended.status, ended.out) == (2, "")
    assert message in ended.err


# ---- what to find out --------------------------------------------------------------------------


def test_the_question_that_settles_it_stands_with_its_answers_and_its_clause() -> None:
    ended = command("ask", "-", stdin=without("age"))
    assert "1. What is the age, in years?\n   age, for adult\n" in ended.out
    assert "   less than 18: deny\n   18 or more: approve\n" in ended.out
    assert "Prior-Approval Requirements, Age" in ended.out
    assert "Silent, and unable to change it:" in ended.out


def test_a_choice_is_one_question_with_its_values() -> None:
    case = as_bytes({"request": {"policy": "fep_lupkynis", "phase": "initial"}, "facts": READY})
    ended = command("ask", "-", stdin=case)
    assert "1. For which indication is it requested?" in ended.out
    told = "   requested(indication), for investigational\n   lupus nephritis: approve; systemic lupus "
    assert told in ended.out
    assert "   initial therapy, continuation: " in command("ask", "--policy", "fep_lupkynis").out


def test_a_value_is_told_by_its_label_and_kept_by_its_name() -> None:
    case = as_bytes({"request": {"policy": "fep_lupkynis", "phase": "initial"}, "facts": READY})
    (asked,) = json.loads(command("ask", "-", "--json", stdin=case).out)["questions"]
    assert ("sle", "systemic lupus erythematosus") in [(a["value"], a["text"]) for a in asked["answers"]]
    (step,) = json.loads(command("ask", "-", "--plan", "--json", stdin=case).out)["steps"]
    assert ("other", "another indication") in [(b["answer"], b["text"]) for b in step["branches"]]
    planned = command("ask", "-", "--plan", stdin=case).out
    assert "   lupus nephritis: APPROVE; systemic lupus erythematosus, ANCA-" in planned


def test_members_of_a_relation_are_one_question() -> None:
    said = " ".join(command("ask", "-", stdin=without("taking")).out.split())
    assert "1. Which of these does the patient take systemically now? taking, for" in said
    assert "corticosteroid: prednisone, prednisolone, methylprednisolone, " in said
    others = "another immunosuppressant, another corticosteroid"
    assert (
        f"one of immunosuppressant (9), {others}, corticosteroid (9) and not cyclophosphamide: app" in said
    )


def test_what_a_policy_needs_to_know_is_told_without_a_case() -> None:
    ended = command("ask", "--policy", "fep_lupkynis", "--plan")
    assert "Certain after 8 questions at most; no other plan needs fewer" in ended.out
    assert command("ask", "--policy", "fep_lupkyns").err.startswith("error: request.policy: no policy is")
    mixed = command("ask", "--policy", "fep_lupkynis", "-", stdin=lupkynis())
    assert (mixed.status, "--policy begins from nothing, so it goes with no case" in mixed.err) == (2, True)


def test_a_settled_case_needs_no_question_and_no_plan() -> None:
    assert "Nothing has to be found out" in command("ask", "-", stdin=lupkynis()).out
    assert "Nothing has to be asked." in command("ask", "-", "--plan", stdin=lupkynis()).out


def test_a_plan_leads_from_question_to_question() -> None:
    ended = command("ask", "-", "--plan", stdin=without("age", "live_vaccine"))
    assert "Certain after 2 questions at most; no other plan needs fewer" in ended.out
    assert "   less than 18: DENY\n   18 or more: go to 2\n" in ended.out
    assert "   no: APPROVE; yes: DENY\n" in ended.out
    one = command("ask", "-", "--plan", stdin=without("age"))
    assert "Certain after 1 question at most" in one.out


# ---- JSON --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("whatif", ("whatif", "-", "--all-readings")),
        ("flip", ("flip", "-", "--to", "deny")),
        ("ask", ("ask", "-")),
        ("plan", ("ask", "-", "--plan")),
    ],
)
def test_every_answer_in_json_is_as_its_schema_says(
    kb: KnowledgeBase, verb: str, words: tuple[str, ...]
) -> None:
    schema = schemas(kb)[verb]
    for case in (lupkynis(), without("age", "taking"), lupkynis({"months": 24})):
        ended = command(*words, "--json", stdin=case)
        jsonschema.validate(json.loads(ended.out), schema)
        assert ended.status == 0


def test_each_policy_on_the_drug_answers(tmp_path: Path) -> None:
    root = slim(tmp_path / "kb")
    twin = root / "policies" / "other_plan"
    shutil.copytree(root / "policies" / "fep_lupkynis", twin)
    for path in twin.glob("*.lp"):
        path.write_text(path.read_text("utf-8").replace("fep_lupkynis", "other_plan"), "utf-8")
    case = as_bytes({"request": {**START, "policy": None, "drug": "Lupkynis"}, "facts": READY})
    ended = command("flip", "-", "--to", "deny", "--kb", str(root), "--json", stdin=case)
    decisions = [json.loads(line)["decision"] for line in ended.out.splitlines()]
    assert [d["policy"] for d in decisions] == ["fep_lupkynis", "other_plan"]
    pages = command("ask", "-", "--kb", str(root), stdin=case)
    assert pages.out.count("Nothing has to be found out") == 2
    with pytest.raises(CaseError, match="several policies cover the drug: fep_lupkynis, other_plan"):
        KnowledgeBase.load(root).flip(json.loads(case))


# ---- what must not mislead ---------------------------------------------------------------------


def test_a_reading_that_is_chosen_is_kept_while_all_others_are_opened(kb: KnowledgeBase) -> None:
    case = json.loads(lupkynis({"months": 18}, taking={"only": ["azathioprine", "cyclophosphamide"]}))
    rows = kb.whatif(case, {"reading.term_limit": "criterion"}, all_readings=True).readings
    assert [(dict(row.readings), row.possible) for row in rows] == [({}, ("deny",))]
    rows = kb.whatif(case, {"reading.term_limit": "cap"}, all_readings=True).readings
    assert [(dict(row.readings), row.possible) for row in rows] == [
        ({"cyclophosphamide": "any_use"}, ("deny",)),
        ({"cyclophosphamide": "as_background"}, ("modify",)),
    ]


def test_an_assumption_that_is_lifted_is_a_change() -> None:
    ended = command("whatif", *DENIED, "--set", "override.plan_document=null")
    assert "Changed\n  override(plan_document): no -> silent\n" in ended.out
    assert "What settled it before, and is so no longer, or no longer known\n" in ended.out


def test_numbers_change_as_they_are_given_whether_or_not_it_matters() -> None:
    ended = command("whatif", "-", "--set", "months=18", "--set", "age={at_least: 40}", stdin=lupkynis())
    assert "Changed\n  months: silent -> 18\n  age: 34 -> {at_least: 40}\n" in ended.out
    assert "More is asked for than can be authorized\n  term_limit: " in ended.out


def test_a_long_row_of_changes_is_one_line() -> None:
    ended = command("whatif", "-", "--unset", "taking", stdin=lupkynis())
    assert "  taking: no -> silent for mycophenolate_mofetil, mycophenolic_acid," in ended.out


def test_a_basis_that_comes_up_is_told() -> None:
    ended = command("whatif", *DENIED, "--set", "taking.rituximab=yes", "--set", "taking.voclosporin=no")
    assert "Why\n  other_biologic(rituximab): " in ended.out


def test_what_is_both_set_and_unset_is_refused() -> None:
    ended = command("whatif", "-", "--set", "age=3", "--unset", "age", stdin=lupkynis())
    assert (ended.status, "facts.age: is both set and unset; keep one" in ended.err) == (2, True)


def test_a_cut_point_and_an_outcome_are_named_as_they_are_printed(kb: KnowledgeBase) -> None:
    ended = command("flip", "-", "--to", "APPROVE", "--fix", "at_least(age,18)", stdin=without("age"))
    assert "It would take what is out of reach: at_least(age,18)." in ended.out
    case = json.loads(without("age"))
    assert kb.flip(case, fixed="age").beyond == ("at_least(age,18)",)
    assert kb.flip(case, fixed=["age", "bp"]).beyond == ("at_least(age,18)",)
    assert kb.whatif(json.loads(lupkynis()), unset="age").after.outcome == "pend"


def test_which_way_a_request_goes_can_be_all_that_is_asked(kb: KnowledgeBase) -> None:
    attests = {"only": [*READY["attests"]["only"], "benefits_outweigh_risks"]}
    facts = {**READY, "attests": attests, "documented": {"only": []}}
    case = {"request": {**START, "phase": None}, "facts": facts}
    ended = command("ask", "-", stdin=as_bytes(case))
    assert "   requested(phase)\n   initial therapy: approve; continuation: deny\n" in ended.out
    assert "Silent" not in ask_text(dataclasses.replace(kb.ask(case), immaterial=()))


def test_a_dumb_terminal_is_sent_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr("click._compat.should_strip_ansi", lambda *_: False)
    assert "\x1b" not in command("flip", *DENIED).out
