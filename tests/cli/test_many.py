"""Many cases at once: by several processes, in lines and in a table, with what was refused in its place."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lupa import CaseError, Decision, KnowledgeBase, SpaceLimitError, TimeLimitError, Undecided
from tests.command import command

DENIED: dict[str, Any] = {"request": {"drug": "Lupkynis"}, "facts": {"age": 16}}
MISSPELT: dict[str, Any] = {"case": "a slip", "request": {"drug": "Lupkyniss"}}
OPEN: dict[str, Any] = {"case": "open", "request": {"policy": "fep_lupkynis"}}
CASES: list[Any] = [DENIED, MISSPELT, OPEN, 5, DENIED]


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    path = tmp_path / "cases.jsonl"
    path.write_text("".join(f"{json.dumps(case)}\n" for case in CASES), encoding="utf-8")
    return path


def test_many_are_decided_in_their_order_and_what_is_refused_stands_in_its_place(
    kb: KnowledgeBase,
) -> None:
    found = list(kb.decide_many(iter(CASES)))
    assert [answer.outcome for answer in found] == ["deny", "invalid", "pend", "invalid", "deny"]
    assert found[0] == kb.decide(DENIED)
    refused = found[1]
    assert isinstance(refused, Undecided)
    with pytest.raises(CaseError) as caught:
        kb.decide(MISSPELT)
    assert (refused.case, refused.where, refused.error) == ("a slip", "cases[1]", str(caught.value))
    assert [problem.path for problem in refused.problems] == ["request.drug"]
    assert found[3].case == "cases[3]"
    assert list(kb.decide_many([])) == []


def test_several_processes_come_to_the_same(kb: KnowledgeBase) -> None:
    assert list(kb.decide_many(CASES * 3, jobs=2)) == list(kb.decide_many(CASES * 3))


def test_what_the_first_case_asks_for_is_there_before_processes_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kb = KnowledgeBase.load()
    monkeypatch.setattr("lupa.answers.many.is_alone", lambda: True)
    found = kb.decide_many(CASES * 3, jobs=2)
    first = next(found)
    edition = kb.edition("fep_lupkynis")
    assert (edition.asked, edition.answering is edition.solver) == (1, True)
    assert [first, *found] == list(kb.decide_many(CASES * 3))
    assert edition.answering is not edition.solver


def test_what_was_never_asked_does_not_expect_to_be() -> None:
    kb = KnowledgeBase.load()
    edition = kb.edition("fep_lupkynis")
    kb.expect_many()
    assert edition.answering is edition.solver


def test_cases_are_taken_only_as_they_are_needed(kb: KnowledgeBase) -> None:
    endless = iter(lambda: DENIED, None)
    assert isinstance(next(kb.decide_many(endless)), Decision)


@pytest.mark.parametrize("wrong", [{"jobs": 0}, {"jobs": -1}, {"timeout": 0}])
def test_a_number_of_jobs_or_a_time_that_is_none_is_refused_at_once(
    kb: KnowledgeBase, wrong: dict[str, Any]
) -> None:
    with pytest.raises(CaseError, match=r"at least one job|a time limit is"):
        kb.decide_many([], **wrong)


def test_what_ran_out_of_time_is_undecided_and_no_fault_of_the_case(kb: KnowledgeBase) -> None:
    (found,) = kb.decide_many([OPEN], timeout=1e-9)
    assert (found.outcome, found.case) == ("undecided", "open")


@pytest.mark.parametrize(
    "error",
    [CaseError("no", where="a:1"), TimeLimitError(2.0), SpaceLimitError(7), SpaceLimitError(0, "x")],
)
def test_an_error_says_the_same_where_another_process_hears_of_it(error: Exception) -> None:
    import pickle

    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - it is our own
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_input_and_output_have_as_many_lines(batch: Path, jobs: str) -> None:
    ended = command("decide", str(batch), "--json", "--jobs", jobs)
    assert ended.status == 2
    found = lines(ended.out)
    assert [line["outcome"] for line in found] == ["deny", "invalid", "pend", "invalid", "deny"]
    assert [line["case"] for line in found] == [
        f"{batch}:1",
        "a slip",
        "open",
        f"{batch}:4",
        f"{batch}:5",
    ]
    assert found[1]["where"] == f"{batch}:2"
    assert ended.err.count("error: ") == 2


def test_the_schema_knows_what_stands_in_the_place_of_a_decision(kb: KnowledgeBase) -> None:
    schema = json.loads(command("schema", "undecided").out)
    for found in kb.decide_many(CASES[1:4:2]):
        jsonschema.Draft202012Validator(schema).validate(json.loads(found.to_json()))


def test_an_array_is_as_many_cases(batch: Path) -> None:
    ended = command("decide", "-", "--json", stdin=json.dumps(CASES).encode())
    by_line = command("decide", str(batch), "--json")
    assert [line["outcome"] for line in lines(ended.out)] == [
        line["outcome"] for line in lines(by_line.out)
    ]
    assert [line.get("where") for line in lines(ended.out)] == [None, "-[1]", None, "-[3]", None]


def test_where_a_case_breaks_off_is_told_by_its_line() -> None:
    ended = command("decide", "-", stdin=b'{"request":\n')
    assert ended.err == "error: -: not valid JSON: Expecting value (line 2, column 1)\n"


def test_an_array_that_is_broken_off_is_refused_as_a_whole() -> None:
    ended = command("decide", "-", stdin=b'[{"request": {}}, {"request"')
    assert (ended.status, ended.out) == (2, "")
    assert ended.err == "error: -: not valid JSON: Expecting ':' delimiter (column 29)\n"


def test_a_member_of_an_array_that_cannot_be_read_keeps_no_other_from_being_decided() -> None:
    text = f'[{json.dumps(DENIED)}, {{"request": {{}}, "request": {{}}}}, {json.dumps(DENIED)}]'
    ended = command("decide", "-", "--json", stdin=text.encode())
    assert [line["outcome"] for line in lines(ended.out)] == ["deny", "invalid", "deny"]
    assert ended.err.startswith("error: -[1]: the key 'request' is given twice")


def test_one_case_that_is_refused_leaves_the_output_empty() -> None:
    ended = command("decide", "-", "--json", stdin=json.dumps(MISSPELT).encode())
    assert (ended.status, ended.out) == (2, "")


def test_of_several_files_one_that_cannot_be_read_has_its_line(batch: Path) -> None:
    ended = command("decide", "missing.json", str(batch), "--json")
    assert [line["outcome"] for line in lines(ended.out)][:2] == ["invalid", "deny"]


def test_what_is_refused_goes_to_a_file_where_one_is_named(batch: Path, tmp_path: Path) -> None:
    errors = tmp_path / "refused.jsonl"
    ended = command("decide", str(batch), "--json", "--errors-to", str(errors))
    assert ended.err == f"2 refused; what is wrong with each is in {errors}\n"
    found = lines(ended.out)
    assert lines(errors.read_text(encoding="utf-8")) == [found[1], found[3]]


def test_a_file_of_cases_is_not_written_over_by_what_is_refused(batch: Path) -> None:
    before = batch.read_bytes()
    ended = command("decide", str(batch), "--errors-to", str(batch))
    assert (ended.status, batch.read_bytes()) == (2, before)
    assert "--errors-to names a file of cases" in ended.err


def test_a_line_a_case_holds_what_is_asked_for(batch: Path) -> None:
    ended = command("decide", str(batch), "--fields", "outcome,unmet,missing,error")
    found = [line.split("\t") for line in ended.out.splitlines()]
    assert [line[:3] for line in found] == [
        [f"{batch}:1", "deny", "adult"],
        ["a slip", "invalid", ""],
        ["open", "pend", ""],
        [f"{batch}:4", "invalid", ""],
        [f"{batch}:5", "deny", "adult"],
    ]
    assert "diagnosis(lupus_nephritis)" in found[2][3].split(",")
    assert found[1][4].startswith("request.drug: 'Lupkyniss' is not known")


def test_fields_in_json_are_those_that_are_asked_for(kb: KnowledgeBase) -> None:
    ended = command("decide", "-", "--json", "--fields", "missing,outcome", stdin=json.dumps(OPEN).encode())
    missing = [each.fact for each in kb.decide(OPEN).missing]
    assert lines(ended.out) == [{"missing": missing, "outcome": "pend"}]


def test_of_what_is_refused_a_line_in_json_has_the_same_fields_and_the_error(batch: Path) -> None:
    ended = command("decide", str(batch), "--json", "--fields", "outcome,unmet")
    found = lines(ended.out)
    assert found[0] == {"outcome": "deny", "unmet": ["adult"]}
    error = found[1].pop("error")
    assert found[1] == {"outcome": "invalid", "unmet": None}
    assert error.startswith("request.drug: 'Lupkyniss' is not known")
    assert len(found) == len(CASES)


@pytest.mark.parametrize("named", ["", "outcom", "outcome;unmet"])
def test_a_field_that_no_decision_has_is_refused_with_those_that_it_has(named: str) -> None:
    ended = command("decide", "-", "--fields", named, stdin=b"{}")
    assert (ended.status, ended.out) == (2, "")
    assert "--fields takes some of case, policy, edition, outcome" in ended.err


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_several_cases_end_in_a_table(batch: Path, jobs: str) -> None:
    ended = command("decide", str(batch), "--fields", "outcome", "--summary", "--jobs", jobs)
    table = ended.out.partition("\n\n")[2].splitlines()
    assert table[0] == "fep_lupkynis, edition 2024-10-01: 3 cases"
    assert "               2   66.7 %  deny" in table
    assert "               2   66.7 %  adult" in table
    assert "no policy: 2 cases" in table
    in_json = command("decide", str(batch), "--json", "--summary")
    assert len(lines(in_json.out)) == len(CASES)
    assert in_json.err.endswith("\n".join(table) + "\n")


def test_a_table_alone_begins_with_no_empty_line(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("", encoding="utf-8")
    ended = command("decide", str(tmp_path / "empty.jsonl"), "--summary")
    assert ended.out.splitlines()[0] == "no policy: 1 case"


def test_a_line_that_cannot_be_read_is_told_without_a_line_of_its_own() -> None:
    ended = command("decide", "-", stdin=b'{"request": {}}\n{"bad"\n')
    assert "-:2: not valid JSON: Expecting ':' delimiter (column 7)" in ended.err


# ---- options -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            "decide --fields outcome --format markdown",
            "--fields goes with text and with JSON; other forms have what they have",
        ),
        ("test --save x", "--save goes with --mutate, which proposes the cases"),
        (
            "test --mutate --format html",
            "--format html shows coverage; --mutate goes with text and --json",
        ),
        (
            "lint --rules --format sarif",
            "--rules goes with text and --json; --format sarif tells findings",
        ),
        ("verify --because x", "--because goes with --accept, which records why"),
        (
            "ask --all --json",
            "--all goes with the list of questions, and JSON always names all",
        ),
        (
            "ask --interactive --plan",
            "--interactive is a dialogue; it does not go with --plan",
        ),
        (
            "explore --json --page x.html",
            "--page writes a page in the place of a session, and prints nothing as JSON",
        ),
        ("ask --save x", "--save goes with --interactive, which completes the case"),
        (
            "explore -",
            "what you say is read from standard input, so the case must be in a file",
        ),
        ("explore", "give one case, in a file or as --example NAME (see `lupa examples`)"),
    ],
)
def test_options_that_do_not_go_together_are_refused(words: str, said: str) -> None:
    ended = command(*words.split())
    assert (ended.status, ended.out) == (2, "")
    assert f"Error: {said}\n" in ended.err


def test_a_file_of_several_cases_is_not_talked_about(tmp_path: Path) -> None:
    (tmp_path / "cases.jsonl").write_text("{}\n{}\n")
    ended = command("explore", str(tmp_path / "cases.jsonl"))
    assert (ended.status, ended.out) == (2, "")
    assert f"{tmp_path / 'cases.jsonl'} holds several cases; give one" in ended.err


@pytest.mark.parametrize(
    ("words", "rooms", "lacking", "said"),
    [
        (
            "cohort in.csv out.csv --policy fep_lupkynis",
            "lupa.cohort.",
            "pyarrow",
            "pyarrow is not installed; pip install 'lupa-kb[cohort]'",
        ),
        ("serve", "lupa.serve.", "uvicorn", "the server needs `pip install 'lupa-kb[serve]'`"),
    ],
)
def test_without_what_an_extra_brings_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, words: str, rooms: str, lacking: str, said: str
) -> None:
    for name in [name for name in sys.modules if name.startswith(rooms)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, lacking, None)
    assert command(*words.split()) == (2, "", f"error: {said}\n")
