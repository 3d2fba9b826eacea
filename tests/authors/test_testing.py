"""`lupa test`: what it tries, what it refuses, how it ends, and what it prints."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lupa import CaseError, KnowledgeBase
from lupa.authors import progress as progresses
from lupa.authors.progress import progress
from lupa.authors.reports.saving import save_cases
from lupa.authors.trials.page import proposals, trials_text
from lupa.schema import schemas
from tests.command import Ended, command
from tests.tiny import CASES, RULES, a_case, tiny_kb, write_case, write_policy

pytestmark = pytest.mark.slow

Run = Callable[..., Ended]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs `lupa test` on the tiny policy with these cases; what they are written as is up to the test."""

    def go(*words: str, cases: dict[str, Any] | None = None) -> Ended:
        tiny_kb(tmp_path, [])
        for name, case in (cases if cases is not None else CASES).items():
            write_case(tmp_path, name if "." in name else f"{name}.yaml", case)
        return command("test", "--kb", str(tmp_path), *words)

    return go


WRONG = {**CASES, "wrong": a_case("approve", months=13)}


# ---- cases -------------------------------------------------------------------------------------


def test_cases_that_come_to_what_they_expect_pass(run: Run) -> None:
    assert run() == Ended(0, "tiny: 4 cases, all passed\n\n4 cases, all passed\n", "")


def test_what_no_case_can_expect_is_not_worked_out(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "lupa.answers.decide.needs", lambda *_: pytest.fail("what would meet it was sought")
    )
    assert run().status == 0


def test_a_case_that_fails_prints_itself(run: Run) -> None:
    wrong = a_case("approve", months=13)
    wrong |= {"case": "A year and a month is enough", "expect": {"outcome": "approve", "limits": []}}
    ended = run(cases={"wrong": wrong})
    assert ended.status == 1
    assert ended.out == (
        "FAILED  policies/tiny/cases/wrong.yaml\n"
        "  tiny, edition 1\n"
        "  Case: A year and a month is enough\n"
        "  limits: expected [], found [term_limit]\n"
        "  outcome: expected approve, found modify\n"
        "  by limit term_limit: More than a year.\n"
        "    because It is requested for systemic lupus erythematosus. The request is for\n"
        "      initial therapy. The period asked for is more than 12 months (13).\n"
        "    policies/tiny/policy.lp:6\n"
        "\n"
        "tiny: 1 of 1 case failed\n"
        "\n"
        "1 of 1 case failed\n"
    )


TURNED = RULES.replace(":- active(sle)", ":- not active(sle)")
"""The criterion the wrong way round."""


def test_of_many_that_fail_for_one_cause_the_first_are_told_and_the_others_named(tmp_path: Path) -> None:
    tiny_kb(tmp_path, [], TURNED)
    for number in range(5):
        write_case(tmp_path, f"active_{number}.yaml", a_case("approve", months=number + 1))
    lines = command("test", "--kb", str(tmp_path)).out.splitlines()
    assert lines[0] == "FAILED  5 cases of tiny by the same rules"
    assert [line for line in lines if line.startswith("  - ")] == [
        *(f"  - policies/tiny/cases/active_{number}.yaml, edition 1" for number in range(3)),
        "  - and 2 more: active_3, active_4",
    ]


def test_what_fails_for_one_cause_stands_under_it(tmp_path: Path) -> None:
    cases = {"active": a_case("approve"), "also_active": a_case("approve", months=6)}
    tiny_kb(tmp_path, [], TURNED)
    for name, case in cases.items():
        write_case(tmp_path, f"{name}.yaml", case)
    ended = command("test", "--kb", str(tmp_path))
    assert ended.out == (
        "FAILED  2 cases of tiny by the same rules\n"
        "  by criterion active_sle: Lupus is not active.\n"
        "    because Systemic lupus erythematosus is active.\n"
        "    policies/tiny/policy.lp:4\n"
        "  - policies/tiny/cases/active.yaml, edition 1\n"
        "    outcome: expected approve, found deny\n"
        "  - policies/tiny/cases/also_active.yaml, edition 1\n"
        "    outcome: expected approve, found deny\n"
        "\n"
        "tiny: 2 of 2 cases failed\n"
        "\n"
        "2 of 2 cases failed\n"
    )


def test_a_basis_that_is_given_in_no_usual_way_has_no_rule(tmp_path: Path) -> None:
    odd = 'basis(tiny, odd) :- active(sle).\ntext(tiny, basis(odd), "It is odd.", "It is even.").\n'
    ended = command("test", "--kb", str(_written(tmp_path, RULES + odd, a_case("approve"))))
    assert (
        "  by basis odd: It is odd.\n    because Systemic lupus erythematosus is active.\n\n" in ended.out
    )


def test_a_request_of_which_nothing_speaks_is_blamed_on_the_decision(run: Run) -> None:
    ended = run(cases={"one": a_case("deny", phase="continuation")})
    assert "  by basis policy_silent: No pathway and no list" in ended.out
    assert "    decision.lp:" in ended.out


def test_a_criterion_that_is_met_against_what_is_expected_is_named(tmp_path: Path) -> None:
    case = a_case("deny") | {"expect": {"outcome": "deny", "unmet": ["active_sle"]}}
    ended = command("test", "--kb", str(_written(tmp_path, RULES, case)))
    assert (
        "  by criterion active_sle: Lupus is active.\n"
        "    because Systemic lupus erythematosus is active.\n"
        "    policies/tiny/policy.lp:4\n"
    ) in ended.out


def test_an_exclusion_and_a_scope_are_blamed_by_their_rules(tmp_path: Path) -> None:
    more = (
        "excluded(tiny, beside(Drug)) :- taking(Drug), covers(tiny, Drug).\n"
        'text(tiny, basis(beside(belimumab)), "Beside {1}.", "Not.").\n'
        "outside(tiny, oral) :- live_vaccine.\n"
        'text(tiny, scope(oral), "It is given.", "It is not.").\n'
    )
    case = a_case("approve")
    taken = {**case, "facts": {**case["facts"], "taking": {"belimumab": True}, "live_vaccine": False}}
    outside = {**case, "facts": {**case["facts"], "live_vaccine": True}}
    folder = _written(tmp_path, RULES + more, taken)
    write_case(folder, "outside.yaml", outside)
    found = KnowledgeBase.load(folder).test("tiny").failed
    assert {(blame.item, blame.rules) for case in found for blame in case.blamed} == {
        ("basis beside(belimumab)", ("policies/tiny/policy.lp:9",)),
        ("scope oral", ("policies/tiny/policy.lp:11",)),
    }


def test_an_exclusion_that_does_not_hold_is_named_without_facts(tmp_path: Path) -> None:
    more = (
        "excluded(tiny, vaccine) :- live_vaccine, dosed_per_label.\n"
        'text(tiny, basis(vaccine), "A live vaccine.", "None.").\n'
    )
    case = a_case("deny") | {"expect": {"bases": ["vaccine"]}}
    ended = command("test", "--kb", str(_written(tmp_path, RULES + more, case)))
    assert "  by basis vaccine\n    policies/tiny/policy.lp:9\n\n" in ended.out


def test_what_comes_down_to_no_item_is_told_by_itself(run: Run) -> None:
    cases = {name: a_case("deny") for name in ("one", "two")}
    ended = run(cases=cases)
    assert ended.out.count("FAILED  policies/tiny/cases/") == 2


def _written(folder: Path, rules: str, case: Any) -> Path:
    """A knowledge base with these rules for the tiny policy, and one case."""
    tiny_kb(folder, [], rules)
    write_case(folder, "case.yaml", case)
    return folder


def test_no_change_is_tried_where_a_case_fails(run: Run) -> None:
    ended = run("--mutate", cases=WRONG)
    assert ended.status == 1
    assert ended.err == (
        "no change of the rules was tried, for cases fail with the rules as they are; mend those first\n"
    )
    assert "Mutation" not in ended.out


def test_the_order_of_a_list_does_not_matter(run: Run) -> None:
    request = {"policy": "tiny", "indication": "sle", "phase": "initial"}
    case = {"request": request, "expect": {"possible": ["deny", "approve"]}}
    assert run(cases={"open": case}).status == 0


def test_the_shipped_policies_pass(kb: KnowledgeBase) -> None:
    found = kb.test()
    assert (found.passed, found.policies) == (True, kb.policies)
    assert {case.policy for case in found.cases} == set(kb.policies)


def test_one_policy_is_tested_alone(few: KnowledgeBase) -> None:
    assert {case.policy for case in few.test("uhc_benlysta").cases} == {"uhc_benlysta"}


# ---- what cannot be tried ----------------------------------------------------------------------

BAD = [
    ("silent.yaml", {"request": CASES["active"]["request"]}, "expect: missing; say what it must come to"),
    ("nothing.yaml", {**CASES["active"], "expect": {}}, "expect: missing"),
    ("key.yaml", {**CASES["active"], "expect": {"outcom": "deny"}}, "did you mean outcome?"),
    ("value.yaml", {**CASES["active"], "expect": {"outcome": "aprove"}}, "did you mean approve?"),
    ("broken.yaml", "request: {policy: tiny\n", "not valid YAML: "),
    (
        "clash.yaml",
        {**a_case("deny"), "facts": {"active": {"sle": True}, "diagnosis": {"only": []}}},
        "contradicts",
    ),
    ("named.yml", CASES["active"], "not tried: a case that ships with a policy is named *.yaml"),
    ("empty.yaml", "", "the file is empty"),
]


@pytest.mark.parametrize(("name", "case", "message"), BAD, ids=[name for name, *_ in BAD])
def test_what_cannot_be_tried_is_refused_and_the_rest_is_tried(
    name: str, case: Any, message: str, run: Run
) -> None:
    ended = run(cases={**CASES, name: case})
    assert ended.status == 2
    assert ended.err.startswith(f"error: policies/tiny/cases/{name}: ")
    assert message in ended.err
    assert "tiny: 4 cases, all passed" in ended.out


def test_a_broken_file_is_refused_at_its_line(run: Run) -> None:
    assert "(line 2, column 1)" in run(cases={"broken": "request: {policy: tiny\n"}).err


def test_a_policy_without_cases_is_said(run: Run) -> None:
    ended = run(cases={})
    assert ended == Ended(
        2,
        "tiny: no cases were tried\n\nno cases were tried; 1 not tried\n",
        "error: policies/tiny/cases: tiny has no cases; write one, such as "
        "policies/tiny/cases/some_name.yaml\n",
    )


def test_an_unknown_policy_is_refused_with_the_nearest_name(run: Run) -> None:
    ended = run("tinny")
    assert (ended.status, ended.err) == (2, "error: no policy is called 'tinny'; did you mean tiny?\n")


def test_a_case_about_another_policy_is_refused(run: Run, tmp_path: Path) -> None:
    write_policy(tmp_path, RULES.replace("tiny", "other"), "other")
    case = a_case("approve")
    case["request"]["policy"] = "other"
    write_case(tmp_path, "own.yaml", case, "other")
    ended = run(cases={**CASES, "astray": case})
    assert ended.err == "error: policies/tiny/cases/astray.yaml: is about other, but ships with tiny\n"
    assert "other: 1 case, all passed\ntiny: 4 cases, all passed" in ended.out


def test_of_several_policies_on_a_drug_a_case_tests_that_whose_folder_it_is_in(
    run: Run, tmp_path: Path
) -> None:
    write_policy(tmp_path, RULES.replace("tiny", "other"), "other")
    case = a_case("approve")
    del case["request"]["policy"]
    case["request"]["drug"] = "belimumab"
    write_case(tmp_path, "own.yaml", case, "other")
    further = tmp_path / "further.json"
    further.write_text(json.dumps(case))
    ended = run("--cases", str(further), cases={"by_drug": case})
    assert ended.err == f"error: {further}: other and tiny cover the drug; name one as request.policy\n"
    assert "other: 1 case, all passed\ntiny: 1 case, all passed" in ended.out


def test_rules_that_cannot_be_used_are_told_once_and_the_other_policies_are_tested(
    run: Run, tmp_path: Path
) -> None:
    write_policy(tmp_path, RULES.replace("tiny", "other") + "broken(.\n", "other")
    for name in ("one.yaml", "another.yaml"):
        write_case(tmp_path, name, a_case("approve"), "other")
    ended = run("--coverage")
    assert ended.status == 2
    assert ended.err.count("other/policy.lp:9:8-9: error: syntax error") == 1
    assert "other: no cases were tried\ntiny: 4 cases, all passed" in ended.out
    assert "coverage 100 %" in ended.out


def test_rules_that_leave_a_world_without_an_outcome_are_told_once(tmp_path: Path) -> None:
    kb = tiny_kb(tmp_path)
    write_case(tmp_path, "active_too.yaml", CASES["active"])
    decision = tmp_path / "decision.lp"
    rules = decision.read_text("utf-8").replace("outcome(Policy, approve)", "other(Policy)")
    decision.write_text(rules, "utf-8")
    (refused,) = kb.test().refused
    assert (refused.file, "a world has no outcome" in refused.problem) == ("", True)


# ---- further cases -----------------------------------------------------------------------------


def test_further_cases_are_tried_too(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "further" / "deeper"
    folder.mkdir(parents=True)
    lines = "".join(json.dumps(case) + "\n" for case in CASES.values())
    (folder / "several.jsonl").write_text(lines)
    ended = run("--cases", str(tmp_path / "further"))
    assert ended.out.startswith("tiny: 8 cases, all passed")


def test_a_further_case_that_fails_is_named_with_its_line(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "several.jsonl"
    path.write_text(json.dumps(CASES["active"]) + "\n" + json.dumps(WRONG["wrong"]) + "\n")
    assert run("--cases", str(path)).out.startswith(f"FAILED  {path}:2\n")


def test_a_file_that_is_not_there_is_refused(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "nowhere.yaml"
    ended = run("--cases", str(path))
    assert (ended.status, ended.err) == (2, f"error: {path}: cannot be read: No such file or directory\n")


def test_a_folder_without_cases_is_refused(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    assert run("--cases", str(folder)).err.startswith(
        f"error: {folder}: no cases here; their files end in "
    )


def test_a_further_case_of_a_policy_that_is_not_tested_is_tried(kb: KnowledgeBase) -> None:
    path = kb.example("lupkynis_at_eighteen")
    found = kb.test(["uhc_benlysta"], cases=[path], coverage=True)
    assert [case.passed for case in found.cases if case.policy == "fep_lupkynis"] == [True]


# ---- coverage and mutants ----------------------------------------------------------------------


def test_the_coverage_is_told_with_what_no_case_shows(run: Run) -> None:
    ended = run("tiny", "--coverage", cases={"active": CASES["active"]})
    assert ended.status == 0
    assert ended.out == (
        "tiny: 1 case, all passed\n"
        "\n"
        "Coverage  62.5 %: 5 of 8 that the policies' own rules have to show\n"
        "                           rules fire  literals fail  rows used\n"
        "  policies/tiny/about.lp            -              -      100 %\n"
        "  policies/tiny/policy.lp       100 %            0 %       60 %\n"
        "\n"
        "Never shown by a case\n"
        "  policies/tiny/policy.lp:3:1: never unmet:\n"
        "    requires(tiny,sle,initial,active_sle,c1)\n"
        "  policies/tiny/policy.lp:4:26: never the one that fails: active(sle)\n"
        "  policies/tiny/policy.lp:7:1: never exceeded:\n"
        "    limited(tiny,sle,initial,term_limit,c1)\n"
        "\n"
        "Proven that no patient shows it; not counted\n"
        "  1 literal cannot be the one that fails, in any world (--json and --format html\n"
        "    name each)\n"
        "\n"
        "1 case, all passed; coverage 62.5 %\n"
    )


def test_where_all_can_be_shown_nothing_is_said_to_be_beyond_proof(tmp_path: Path) -> None:
    kb = tiny_kb(tmp_path, rules=RULES.replace(", policy(tiny)", ""))
    assert "no patient" not in trials_text(kb.test("tiny", coverage=True), 80)


def test_without_a_policy_the_shared_rules_are_told_apart(run: Run) -> None:
    out = run("--coverage").out
    assert "shared rules, not counted\n  asking.lp" in out
    assert "\n  decision.lp " in out
    assert re.search(r"vocabulary\.lp:\d+:23: never the one that fails: true\(taking\(Drug\)\)", out)
    assert "cannot fire: out_of_scope(Policy)" in out
    assert out.endswith("4 cases, all passed; coverage 100 %\n")


@pytest.mark.parametrize(("percent", "status"), [("100", 1), ("62.51", 1), ("62.5", 0), ("0", 0)])
def test_coverage_below_what_is_asked_for_fails(percent: str, status: int, run: Run) -> None:
    ended = run("tiny", "--fail-under", percent, cases={"active": CASES["active"]})
    assert (ended.status, "coverage 62.5 %" in ended.out) == (status, True)
    assert ended.err == (f"the coverage is below {percent} %\n" if status else "")


def test_a_change_that_no_case_notices_fails_and_is_shown_with_a_case(run: Run) -> None:
    ended = run("tiny", "--mutate", cases={n: CASES[n] for n in ("active", "quiet", "continuation")})
    assert ended.status == 1
    assert ended.out.partition("SURVIVED")[0] == (
        "tiny: 3 cases, all passed\n"
        "\n"
        "Mutation  72.7 %: 8 of 11 changes that matter are noticed\n"
        "        mutants  killed by a case  by grounding  equivalent  survived\n"
        "  tiny       12                 5             3           1         3\n"
        "\n"
    )
    assert ended.out.partition("SURVIVED")[2].startswith(
        "  policies/tiny/policy.lp:6: `12` became `13`\n"
        "  limit(tiny,term_limit,months,12).\n"
        "  only after: the outcome is approve\n"
        "  only before: the outcome is modify\n"
        "  A case that notices:\n"
        "    case: 'Tells policies/tiny/policy.lp, line 6, from a change: `12` became `13`'\n"
        "    request:\n"
        "      policy: tiny@1\n"
    )
    assert ended.out.endswith("\n3 cases, all passed; mutation score 72.7 %\n")


def test_where_each_change_is_noticed_the_run_passes(run: Run) -> None:
    ended = run("tiny", "--mutate")
    assert (ended.status, "mutation score 100 %" in ended.out) == (0, True)


def test_proposed_cases_are_saved_ready_to_be_put_among_the_others(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "proposed"
    cases = {name: CASES[name] for name in ("active", "quiet", "continuation")}
    first = run("tiny", "--mutate", "--save", str(folder), cases=cases)
    assert first.err == f"saved {folder / 'tiny_policy_6.yaml'}\n"
    second = command("test", "tiny", "--kb", str(tmp_path), "--mutate", "--cases", str(folder))
    assert (second.status, "mutation score 100 %" in second.out) == (0, True)


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    found = tiny_kb(tmp_path, ["active", "quiet", "continuation"]).test("tiny", mutate=True).mutation
    assert found is not None
    saved = [path.name for _ in range(3) for path in save_cases(tmp_path / "saved", proposals(found))]
    assert saved == ["tiny_policy_6.yaml", "tiny_policy_6_2.yaml", "tiny_policy_6_3.yaml"]


def test_a_survivor_without_a_case_is_said_to_have_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lupa.authors.trials.bench.proposal", lambda *_: None)
    found = tiny_kb(tmp_path, ["active", "quiet", "continuation"]).test("tiny", mutate=True)
    assert "  No case was found that tells it" in trials_text(found, 80)
    assert found.mutation is not None
    assert save_cases(tmp_path / "saved", proposals(found.mutation)) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--save", "here"), "--save goes with --mutate"),
        (("--mutate", "--format", "html"), "--mutate goes with text and --json"),
        (("--fail-under", "101"), "101.0 is not in the range"),
    ],
)
def test_options_that_do_not_go_together_are_refused(words: tuple[str, ...], message: str) -> None:
    ended = command("test", *words)
    assert (ended.status, message in ended.err) == (2, True)


# ---- JSON, HTML and Python ---------------------------------------------------------------------


@pytest.mark.parametrize("cases", [CASES, WRONG], ids=["passing", "failing"])
def test_the_answer_in_json_is_as_its_schema_says(
    run: Run, kb: KnowledgeBase, cases: dict[str, Any]
) -> None:
    ended = run("tiny", "--coverage", "--mutate", "--json", cases={**cases, "broken": "x: ["})
    schema = schemas(kb)["test"]
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(ended.out), schema)


def test_the_answer_in_json_is_the_same_object_as_in_python(run: Run, tmp_path: Path) -> None:
    ended = run("tiny", "--coverage", "--format", "json")
    found = KnowledgeBase.load(tmp_path).test("tiny", coverage=True)
    assert ended.out == found.to_json() + "\n"
    assert json.loads(ended.out) == json.loads(json.dumps(found.to_dict()))


def test_the_same_cases_give_the_same_bytes(run: Run, tmp_path: Path) -> None:
    first = run("--coverage", "--json").out
    assert first == command("test", "--kb", str(tmp_path), "--coverage", "--json").out


def test_a_run_tells_what_failed(tmp_path: Path) -> None:
    kb = tiny_kb(tmp_path)
    write_case(tmp_path, "wrong.yaml", WRONG["wrong"])
    found = kb.test()
    assert [case.file for case in found.failed] == ["policies/tiny/cases/wrong.yaml"]
    assert not found.passed


def test_a_policy_named_twice_is_tested_once(tmp_path: Path) -> None:
    assert len(tiny_kb(tmp_path).test(["tiny", "tiny"]).cases) == 4


def test_an_unknown_policy_is_an_error_in_python(kb: KnowledgeBase) -> None:
    with pytest.raises(CaseError, match="did you mean fep_lupkynis"):
        kb.test(["fep_lupkyni"])


def test_the_page_is_printed_as_html(run: Run) -> None:
    ended = run("--format", "html")
    assert ended.status == 0
    assert ended.out.startswith("<!DOCTYPE html>\n")


# ---- progress ----------------------------------------------------------------------------------


class Terminal:
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("seconds", "shown"), [(2, "\r7 of 9 mutants\r" + " " * 14 + "\r"), (0, "")])
def test_a_person_who_looks_on_is_told_how_far_it_is(
    seconds: float, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([0.0, seconds])
    told: list[str] = []
    monkeypatch.setattr(progresses.time, "monotonic", lambda: next(times))  # type: ignore[attr-defined]
    monkeypatch.setattr(progresses.sys, "stderr", Terminal())  # type: ignore[attr-defined]
    monkeypatch.setattr(progresses.click, "echo", lambda words, **_: told.append(words))  # type: ignore[attr-defined]
    with progress("mutants") as tick:
        tick(7, 9)
    assert "".join(told) == shown
