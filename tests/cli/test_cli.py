"""The command line: what each verb prints, and how it ends."""

from __future__ import annotations

import io
import json
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
from click.shell_completion import ShellComplete

import lupa.cli.command
import lupa.cli.main
from lupa import CaseError, KnowledgeBase
from lupa.cli.command import GROUPS, HOMES, complain, no_progress, progress
from lupa.cli.contents import SCHEMAS
from lupa.record.record import ROUTING
from lupa.rules.files import shipped
from tests.slim import slim

pytestmark = pytest.mark.slow

Run = Callable[..., tuple[int, str, str]]
EXAMPLE = "lupkynis_alongside_bars_benlysta"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command in this process: its status, its output and its complaints."""

    def made(*words: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["lupa", *words])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        status = lupa.cli.main._status()
        out, err = capsys.readouterr()
        return status, out, err

    return made


def lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def test_decide_prints_one_decision_a_line_as_json(run: Run) -> None:
    status, out, _ = run("decide", "--example", EXAMPLE, "--json")
    (decision,) = lines(out)
    assert (status, decision["outcome"], decision["policy"]) == (0, "deny", "uhc_benlysta")
    assert run("decide", "--example", EXAMPLE, "--format", "json")[1] == out


def test_decide_goes_on_after_a_line_that_cannot_be_read(run: Run) -> None:
    good = json.dumps({"request": {"drug": "Lupkynis"}, "facts": {"age": 16}})
    status, out, err = run("decide", "-", "--json", stdin=f"{good}\n{{\n{good}\n")
    assert (status, [(d["case"], d["outcome"]) for d in lines(out)]) == (
        2,
        [("-:1", "deny"), ("-:2", "invalid"), ("-:3", "deny")],
    )
    assert err.startswith("error: -:2: not valid JSON")


def test_decide_needs_a_case(run: Run) -> None:
    status, out, err = run("decide")
    assert (status, out) == (2, "")
    assert "--example NAME" in err


def test_decide_separates_pages_by_a_blank_line(run: Run) -> None:
    _, out, _ = run("decide", "--example", EXAMPLE, "--example", EXAMPLE)
    first, second = out.split("\n\nDENY")
    assert f"DENY{second}" == f"{first}\n"


@pytest.mark.slow
@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.mass)])
def test_every_shipped_case_makes_a_page_a_letter_and_a_derivation(
    run: Run, kb: KnowledgeBase, step: int
) -> None:
    cases = list(kb.examples())[::step]
    names = [word for name in cases for word in ("--example", name)]
    for command in (["decide"], ["decide", "--format", "markdown"], ["why", "--tree"]):
        status, out, err = run(*command, *names)
        assert (status, err) == (0, "")
        assert out.count("A person decides.") == len(cases)
        assert "{" not in out.replace("\\{", "")
        if command == ["decide"]:  # what is piped keeps to eighty columns
            assert [line for line in out.splitlines() if len(line) > 80] == []
        assert not [
            line for line in out.splitlines() if line != line.rstrip(" ") + line[len(line.rstrip()) :]
        ]


def test_why_gives_reasons_and_the_derivation_as_json(run: Run) -> None:
    status, out, _ = run("why", "--example", EXAMPLE, "--json", "--tree", "--all")
    (why,) = lines(out)
    assert (status, why["tree"][0]["atom"]) == (0, "outcome(uhc_benlysta,deny)")
    assert [
        [cause["fact"] for cause in reason if cause["fact"].startswith("taking")]
        for reason in why["reasons"]
    ] == [["taking(voclosporin)"]]


def test_the_derivation_names_file_and_line_of_each_rule(run: Run) -> None:
    _, out, _ = run("why", "--example", EXAMPLE, "--tree")
    place = next(
        f"policies/uhc_benlysta/policy.lp:{number}"
        for number, line in enumerate(
            (shipped("kb") / "policies/uhc_benlysta/policy.lp").read_text().splitlines(), start=1
        )
        if line.startswith("met(uhc_benlysta, no_combination)")
    )
    assert f"is not given by {place}" in out


def test_policies_are_listed_with_their_editions(run: Run) -> None:
    _, out, _ = run("policies", "--json")
    editions = {row["policy"]: [e["edition"] for e in row["editions"]] for row in json.loads(out)}
    assert editions == {"fep_lupkynis": ["2024-10-01"], "uhc_benlysta": ["2022E0046O", "2023-11-01"]}
    assert "edition 2023-11-01: in force from 2023-11-01" in run("policies")[1]


def test_facts_list_what_a_case_can_state(run: Run) -> None:
    rows = json.loads(run("facts", "--json")[1])
    by_fact = {row["fact"]: row for row in rows}
    assert "Lupkynis" in by_fact["taking(voclosporin)"]["also"]
    assert [row["label"] for row in rows if row["label"] in row["also"]] == []
    assert by_fact["reading(term_limit,cap)"]["where"] == "facts.reading.term_limit"
    assert by_fact["reading(term_limit,cap)"]["when_silent"] == "assumed yes"
    assert "facts.taking\n" in run("facts", "fep_lupkynis")[1]
    assert by_fact["capsules_per_90_days"]["where"] == "request.capsules_per_90_days"
    assert (
        by_fact["capsules_per_90_days"]["label"]
        == "capsules per 90 days; what capsules with days_supply come to"
    )
    assert "capsules" not in run("facts", "uhc_benlysta")[1]
    assert by_fact["capsules"]["when_silent"] == "assumed within the limit"
    assert by_fact["egfr"]["when_silent"] == "open"


def test_a_part_of_the_request_that_no_limit_binds_is_open_when_silent(run: Run, tmp_path: Path) -> None:
    folder = slim(tmp_path / "kb")
    add = folder / "policies" / "fep_lupkynis" / "more.lp"
    add.write_text(
        'quantity(dose, "mg", 0, 9999). label(dose, "the dose"). part_of_request(dose).\n'
        "cut_point(more_than(dose, 50)).\n"
        "met(fep_lupkynis, adult) :- more_than(dose, 50).\n"
    )
    rows = json.loads(run("facts", "fep_lupkynis", "--json", "--kb", str(folder))[1])
    by_fact = {row["fact"]: row["when_silent"] for row in rows}
    assert by_fact["dose"] == "open"
    assert by_fact["months"] == "assumed within the limit"


def test_facts_of_no_policy_are_those_that_any_policy_reads(run: Run) -> None:
    of_each = [json.loads(run("facts", policy, "--json")[1]) for policy in ("fep_lupkynis", "uhc_benlysta")]
    either = {row["fact"] for rows in of_each for row in rows}
    assert {row["fact"] for row in json.loads(run("facts", "--json")[1])} == either


def test_facts_with_all_are_whatever_is_declared(run: Run) -> None:
    read, every = (
        {row["fact"] for row in json.loads(run("facts", *flag, "--json")[1])} for flag in ((), ("--all",))
    )
    assert read <= every
    assert "facts.taking\n" in run("facts", "--all")[1]


def test_facts_of_a_policy_with_all_are_what_a_case_for_it_can_state(run: Run) -> None:
    read, own, every = (
        {row["fact"] for row in json.loads(run("facts", *words, "--json")[1])}
        for words in (("fep_lupkynis",), ("fep_lupkynis", "--all"), ("--all",))
    )
    assert read <= own <= every
    shared, of_another = "taking(semaglutide)", "documented(autoantibodies)"
    assert [shared in each for each in (read, own, every)] == [False, True, True]
    assert [of_another in each for each in (own, every)] == [False, True]


def test_ask_counts_the_facts_that_cannot_matter_and_names_them_where_all_are_wanted(run: Run) -> None:
    case = ("--example", "benlysta_cns_lupus_not_stated")
    assert "diagnosis: 5" in run("ask", *case)[1]
    assert "sjogrens_syndrome" not in run("ask", *case)[1]
    assert "sjogrens_syndrome" in run("ask", *case, "--all")[1]
    assert "diagnosis(sjogrens_syndrome)" in json.loads(run("ask", *case, "--json")[1])["immaterial"]


@pytest.mark.parametrize("other", ["--interactive", "--json"])
def test_ask_names_all_only_in_its_list(run: Run, other: str) -> None:
    status, out, err = run("ask", "--example", "benlysta_cns_lupus_not_stated", "--all", other)
    assert (status, out) == (2, "")
    assert "--all goes with the list of questions" in err


def test_show_prints_the_policy_as_a_table(run: Run) -> None:
    table = json.loads(run("show", "uhc_benlysta@2022E0046O", "--json")[1])
    (sle,) = [w for w in table["pathways"] if (w["indication"], w["phase"]) == ("sle", "initial")]
    assert [c["id"] for c in sle["criteria"]] == [
        "active_sle",
        "no_severe_cns_lupus",
        "standard_of_care",
        "no_combination",
        "label_dosing",
        "term_limit",
        "autoantibodies",
    ]
    assert "systemic lupus erythematosus, initial therapy: all of" in run("show", "uhc_benlysta")[1]


def test_show_prints_the_ledger_with_its_counts(run: Run) -> None:
    ledger = json.loads(run("show", "fep_lupkynis", "--clauses", "--json")[1])
    assert len(ledger["clauses"]) == sum(ledger["counts"].values())
    assert len(ledger["clauses"]) == 44
    assert "44 clauses: " in run("show", "fep_lupkynis", "--clauses")[1]


def test_show_refuses_an_edition_that_is_not_on_file(run: Run) -> None:
    status, out, err = run("show", "uhc_benlysta@2020")
    assert (status, out) == (2, "")
    assert "its editions are 2022E0046O, 2023-11-01" in err


def test_examples_are_listed_with_what_they_come_to(run: Run, kb: KnowledgeBase) -> None:
    rows = json.loads(run("examples", "--json")[1])
    assert list(kb.examples()) == [row["name"] for row in rows]
    assert f"  {EXAMPLE}\n    deny: " in run("examples")[1]


def test_an_example_that_is_not_shipped_is_refused_with_the_nearest(run: Run) -> None:
    status, out, err = run("decide", "--example", "lupkynis_alongside_bars_benlyst")
    assert (status, out) == (2, "")
    assert f"did you mean {EXAMPLE}?" in err
    assert "`lupa examples` lists them" in run("decide", "--example", "zzz")[2]


def test_the_schemas_accept_the_shipped_cases_and_their_decisions(run: Run, kb: KnowledgeBase) -> None:
    schemas = json.loads(run("schema")[1])
    assert schemas["case"] == json.loads(run("schema", "case")[1])
    assert tuple(schemas) == SCHEMAS
    case, decision = (jsonschema.Draft202012Validator(schemas[which]) for which in ("case", "decision"))
    from lupa.record.reading import read_cases

    for path in [*kb.examples().values()][::4]:
        with path.open("rb") as stream:
            ((_, data),) = read_cases(stream, str(path))
        assert isinstance(data, dict)
        case.validate(json.loads(json.dumps(data, default=float)))
        decided = kb.decide(data)
        decision.validate(json.loads(decided.to_json()))
        for witness in decided.witnesses:
            case.validate(witness.case)
    for name, accepted in (("Basaglar", True), ("a name that lupa has to refuse", True), (3, False)):
        for taking in ([name], {"only": [name]}):
            assert case.is_valid({"request": {"drug": "Benlysta"}, "facts": {"taking": taking}}) == accepted
    assert not case.is_valid({"request": {"drg": "Benlysta"}})
    assert case.is_valid({"request": {"drug": "Lupkynis", "capsules_per_90_days": {"at_most": 540}}})
    for end, accepted in ((18, True), (None, False)):
        ranged = {"request": {"drug": "Benlysta"}, "facts": {"age": {"at_least": end}}}
        assert case.is_valid(ranged) == accepted
    written: dict[str, Any] = {"request": {"code": "J0490", "service_date": "March 1, 2025"}}
    written |= {"facts": {"age": "34", "bp": "150/90"}}
    assert case.is_valid(written)
    assert not case.is_valid({**written, "facts": {"age": "thirty-four"}})


def test_the_schema_knows_every_key_that_says_which_policies_are_asked(run: Run) -> None:
    case = jsonschema.Draft202012Validator(json.loads(run("schema", "case")[1]))
    for key in ROUTING:
        given = "2025-03-01" if key == "service_date" else "a name"
        assert case.is_valid({"request": {"drug": "Benlysta", key: given}})
        wrong = ["27447"] if key == "code" else 3  # a code of digits may be a number
        assert not case.is_valid({"request": {"drug": "Benlysta", key: wrong}})


@pytest.mark.parametrize(
    ("request_", "facts"),
    [
        ({"drug": "Benlysta"}, {"vaccines": ["Shingrix"]}),
        ({"drug": "Lupkynis"}, {"vaccines": {"only": ["MMR"]}}),
        ({"drug": "Benlysta"}, {"tried": {"methotrexate": ["intolerance"]}}),
        ({"drug": "Benlysta"}, {"weeks_on": {"methotrexate": 14}}),
        ({"drug": "Benlysta"}, {"stops": ["prednisone"], "starts": {"only": ["lisinopril"]}}),
        ({"drug": "Lupkynis"}, {"egfr": {"value": 46, "unit": "mL/min/1.73 m²"}}),
        ({"drug": "Benlysta"}, {"taking": {"only": {"prednisone": True}}}),
        ({"drug": "Benlysta"}, {"taking": {"only": None}}),
        ({"drug": "Benlysta"}, {"taking": {"prednisone": []}}),
        ({"drug": "Benlysta"}, {"taking": "Plaquenil 200 mg BID", "diagnosis": {"only": "SLE"}}),
        ({"drug": "Benlysta"}, {"taking": {"prednisone": {"dose": 10, "unit": "mg"}}}),
        ({"drug": "Benlysta"}, {"taking": [{"name": "prednisone", "dose": "10 mg"}, {"Imuran": "50 mg"}]}),
        ({"drug": "Lupkynis"}, {"attests": {"monitor_egfr": "monthly"}}),
        ({"drug": "Lupkynis"}, {"attests": "monitor_egfr", "age": "34 y/o"}),
        ({"drug": "Benlysta"}, {"tried": "methotrexate"}),
        ({"drug": "Benlysta"}, {"tried": []}),
        ({"drug": "Benlysta"}, {"tried": ["methotrexate"]}),
        ({"drug": "Benlysta"}, {"tried": {"methotrexate": True}}),
        ({"drug": "Benlysta"}, {"tried": {"only": {"methotrexate": {"only": []}}}}),
        ({"drug": "Benlysta"}, {"weeks_on": ["methotrexate"]}),
        ({"drug": "Benlysta"}, {"last_taken": {"methotrexate": "never"}}),
        ({"drug": "Benlysta"}, {"last_taken": {"methotrexate": "sometimes"}}),
        ({"drug": "Benlysta"}, {"last_taken": ["methotrexate"]}),
        ({"drug": "Benlysta"}, {"age": {"at_least": "18"}}),
        ({"drug": "Benlysta"}, {"age": {"at_least": ">18"}}),
        ({"drug": "Benlysta"}, {"age": {"unit": "years"}}),
        *(({"drug": "Benlysta"}, {"age": age}) for age in (">=18", "34-year-old", "034", "60+")),
        ({"drug": "Lupkynis", "service_date": "2025-03-01"}, {"egfr": "> 60 mL/min/1.73m2"}),
        ({"drug": "Benlysta", "days_supply": ">60"}, {"weeks_on": {"methotrexate": "≥ 12"}}),
        ({"drug": "Benlysta"}, {"reading": None}),
        ({"drug": "Benlysta", "service_date": "soon"}, {}),
        ({"drug": "Benlysta", "submitted": ""}, {}),
        ({"drug": "Lupkynis"}, {"bp": {"value": "150/90"}}),
        ({"drug": None}, {}),
        ({"payer": "UnitedHealthcare", "service_date": "2025-03-01"}, {}),
        ({}, {"age": 34}),
        ({"drug": "Benlysta"}, {"vaccine": ["Shingrix"]}),
    ],
    ids=str,
)
def test_the_schema_of_a_case_accepts_what_is_decided_and_no_more(
    run: Run, kb: KnowledgeBase, request_: dict[str, Any], facts: dict[str, Any]
) -> None:
    schema = jsonschema.Draft202012Validator(json.loads(run("schema", "case")[1]))
    case = {"request": request_, "facts": facts}
    try:
        kb.decide_all(case)
    except CaseError:
        assert not schema.is_valid(case)
    else:
        assert schema.is_valid(case)


def test_another_knowledge_base_takes_the_place_of_the_shipped_one(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "policies").mkdir()
    for name in ("vocabulary.lp", "decision.lp", "drugs.lp"):
        (tmp_path / name).touch()
    assert run("policies", "--json", "--kb", str(tmp_path)) == (0, "[]\n", "")
    assert run("--kb", str(tmp_path), "policies", "--json") == (0, "[]\n", "")
    monkeypatch.setenv("LUPA_KB", str(tmp_path))
    assert run("policies", "--json") == (0, "[]\n", "")


def test_colour_is_for_a_terminal_only(run: Run) -> None:
    assert "\x1b" not in run("decide", "--example", EXAMPLE)[1]


def test_a_fault_of_ours_is_said_without_the_facts_of_the_patient(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a patient of 34")

    monkeypatch.setattr(KnowledgeBase, "decide_all", broken)
    status, out, err = run("decide", "--example", EXAMPLE)
    assert (status, out) == (3, "")
    assert "ZeroDivisionError at test_cli.py:" in err
    assert "34" not in err.split("test_cli.py:")[0]


@pytest.mark.parametrize(
    ("raised", "status"), [(KeyboardInterrupt(), 130), (click.Abort(), 130), (SystemExit(1), 0)]
)
def test_an_interrupted_run_ends_with_its_status(
    run: Run, monkeypatch: pytest.MonkeyPatch, raised: BaseException, status: int
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(KnowledgeBase, "decide_all", stopped)
    assert status == run("decide", "--example", EXAMPLE)[0]


def test_the_module_is_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    statuses: list[int] = []
    monkeypatch.setattr(os, "_exit", statuses.append)
    monkeypatch.setattr(sys, "argv", ["lupa", "--version"])
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO()))
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(io.BytesIO()))
    runpy.run_module("lupa", run_name="__main__")
    assert statuses == [0]


def test_progress_is_told_to_a_person_who_waits(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clock = iter(range(1000))
    monkeypatch.setattr("lupa.cli.cases.time.monotonic", lambda: float(next(clock)))
    good = json.dumps({"request": {"drug": "Lupkynis"}, "facts": {"age": 16}})
    path = tmp_path / "cases.jsonl"
    path.write_text(f"{good}\n" * 3)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    status, _, err = run("decide", str(path), "--json", "--timeout", "1000")
    assert status == 0
    assert "\r3 cases" in err


@pytest.mark.parametrize("verb", list(lupa.cli.main.lupa.every()))
def test_every_verb_has_help_with_an_example(run: Run, verb: str) -> None:
    status, out, _ = run(verb, "--help")
    assert status == 0
    assert f"  lupa {verb}" in out.split("Examples:")[1]


def test_a_shipped_case_that_cannot_be_read_is_named(run: Run, tmp_path: Path) -> None:
    slim(tmp_path / "kb")
    broken = tmp_path / "kb" / "policies" / "fep_lupkynis" / "cases" / "broken.yaml"
    broken.write_text("a: [\n")
    status, out, err = run("examples", "--kb", str(tmp_path / "kb"))
    assert (status, out) == (2, "")
    assert "not valid YAML" in err


def test_rules_are_not_blamed_on_the_case(run: Run, tmp_path: Path) -> None:
    slim(tmp_path / "kb")
    (tmp_path / "kb" / "policies" / "uhc_benlysta" / "more.lp").write_text("{ a }.\n")
    status, out, err = run("decide", "--example", EXAMPLE, "--kb", str(tmp_path / "kb"))
    assert (status, out) == (2, "")
    assert err.startswith(f"error: {tmp_path}")


def test_no_colour_is_heeded_on_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("click._compat.isatty", lambda _: True)
    assert "\x1b[31m" in run("decide", "--example", EXAMPLE)[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run("decide", "--example", EXAMPLE)[1]


@pytest.fixture
def exits(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The statuses with which the process would have ended; signals are put back."""
    statuses: list[int] = []
    monkeypatch.setattr(os, "_exit", statuses.append)
    before = signal.getsignal(signal.SIGINT)
    yield statuses
    signal.signal(signal.SIGINT, before)


def test_streams_that_the_caller_closed_are_not_missed(
    exits: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["lupa", "policies"])
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    lupa.cli.main.main()
    for stream in (sys.stdout, sys.stderr):
        stream.close()
    assert exits == [0]


def test_an_interruption_that_the_caller_ignores_is_ignored(
    exits: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    monkeypatch.setattr(sys, "argv", ["lupa", "--help"])
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.TextIOWrapper(io.BytesIO()))
    lupa.cli.main.main()
    assert (exits, signal.getsignal(signal.SIGINT)) == ([0], signal.SIG_IGN)


def test_an_interruption_stops_at_once(exits: list[int], capfd: pytest.CaptureFixture[str]) -> None:
    lupa.cli.main._stop()
    assert (exits, capfd.readouterr().err) == ([130], "stopped\n")


def test_what_an_encoding_lacks_is_written_as_json_does() -> None:
    error = UnicodeEncodeError("ascii", "Sjögren", 2, 3, "lacking")
    assert lupa.cli.main._as_json_escapes(error) == ("\\u00f6", 3)


def test_standard_input_that_is_closed_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object) -> list[str]:
        monkeypatch.setattr(sys, "stdin", None)
        return ["vocabulary.lp"]

    monkeypatch.setattr(KnowledgeBase, "load", lambda _: closed())
    status, out, err = run("decide", "-")
    assert (status, out) == (2, "")
    assert "standard input is closed" in err


def test_an_output_that_cannot_be_written_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(KnowledgeBase, "decide_all", full)
    status, _, err = run("decide", "--example", EXAMPLE)
    assert status == 2
    assert "No space left on device" in err


def test_a_page_is_as_wide_as_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lupa.cli.command.width() == 80
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "97")
    assert lupa.cli.command.width() == 97


def test_the_entry_point_is_there_without_being_run() -> None:
    assert callable(import_module("lupa.__main__").main)


def test_a_verb_that_is_not_there_is_said(run: Run) -> None:
    status, out, err = run("decides")
    assert (status, out) == (2, "")
    assert "No such command 'decides'" in err
    assert err.endswith("did you mean decide?\n")
    assert run("qqqq")[2].endswith("No such command 'qqqq'.\n")


def test_who_decides_waits_for_no_other_verb() -> None:
    script = (
        "import sys, lupa.cli.main\n"
        "sys.argv = ['lupa', 'decide', '--help']\n"
        "lupa.cli.main._status()\n"
        f"print([name for name in {sorted(HOMES)} if f'lupa.cli.{{name}}' in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert found.stdout.endswith("\n['deciding']\n")


def test_what_shows_how_far_a_run_has_come_shares_no_line_with_a_complaint(
    capsys: pytest.CaptureFixture[str],
) -> None:
    progress("12 cases")
    progress("13 cases")
    complain(CaseError("it is wrong"), "a.yaml")
    progress("7 cases")
    no_progress()
    no_progress()
    blank = " " * 8
    assert capsys.readouterr().err == (
        f"\r12 cases\r13 cases\r{blank}\rerror: a.yaml: it is wrong\n\r7 cases\r{blank[1:]}\r"
    )


def test_help_names_every_verb_in_the_group_of_those_who_use_it_and_cuts_no_summary(run: Run) -> None:
    _, out, _ = run("--help")
    assert [line for line in out.splitlines() if line.startswith(("For", "What is on"))] == [
        f"{title}:" for title in GROUPS
    ]
    assert sorted(" ".join(GROUPS.values()).split()) == sorted(lupa.cli.main.lupa.every())
    assert "..." not in out.partition("\n")[2]
    assert max(map(len, out.splitlines())) <= 80


def test_policies_says_which_folder_is_in_use(run: Run, tmp_path: Path) -> None:
    slim(tmp_path / "mine")
    assert run("policies", "--kb", str(tmp_path / "mine"))[1].endswith(
        f"\nknowledge base: {(tmp_path / 'mine').resolve()}\n"
    )


def test_another_knowledge_base_in_the_working_directory_is_told_to_authors(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kb").mkdir()
    (tmp_path / "kb" / "vocabulary.lp").touch()
    monkeypatch.chdir(tmp_path)
    said = (
        f"warning: the knowledge base in use is {shipped('kb')}, not the one in kb/ here; "
        "give --kb kb for that\n"
    )
    assert run("test", "fep_lupkynis")[2] == said
    assert run("test", "fep_lupkynis", "--kb", str(shipped("kb")))[2] == ""
    monkeypatch.chdir(shipped("kb").parent)
    assert run("test", "fep_lupkynis")[2] == ""


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("lupa show uhc", ["uhc_benlysta", "uhc_benlysta@2022E0046O", "uhc_benlysta@2023-11-01"]),
        ("lupa whatif --set taking.vo", ["taking.voclosporin"]),
        ("lupa decide --example benlysta_cns", ["benlysta_cns_lupus_not_stated"]),
        ("lupa show --kb nowhere uhc", []),
    ],
)
def test_the_shell_completes_policies_facts_and_examples(words: str, found: list[str]) -> None:
    *before, begun = words.split()[1:]
    completion = ShellComplete(lupa.cli.main.lupa, {}, "lupa", "_LUPA_COMPLETE")
    assert [item.value for item in completion.get_completions(before, begun)] == found


def test_an_interruption_clears_a_line_that_may_stand_at_the_terminal(
    exits: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[bytes] = []
    monkeypatch.setattr(os, "isatty", lambda _: True)
    monkeypatch.setattr(os, "write", lambda _, data: written.append(data))
    lupa.cli.main._stop()
    assert (written[0].strip(), written[-1], exits) == (b"", b"stopped\n", [130])
