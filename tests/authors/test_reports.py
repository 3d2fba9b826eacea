"""Reports of what checks found: for code review, for a terminal, for a browser and for paper."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_sarif.model import (  # type: ignore[import-untyped]  # made from the schema of SARIF
    StaticAnalysisResultsFormatSarifVersion210JsonSchema as Sarif,
)

from lupa import KnowledgeBase
from lupa.authors.reports.finding import (
    SEVERITIES,
    Because,
    Check,
    Clause,
    Example,
    Finding,
    Patient,
    Place,
    Report,
)
from lupa.authors.reports.html import STYLE, Html, code, folded, joined, page, table, tag
from lupa.authors.reports.page import report_html
from lupa.authors.reports.sarif import sarif
from lupa.authors.reports.text import report_text, verdict
from lupa.errors import printable
from lupa.record.strict_yaml import load
from lupa.rules.files import shipped
from lupa.schema import schemas
from lupa.version import __version__

POLICY = "policies/uhc_benlysta/policy.lp"
EDITIONS = ("fep_lupkynis@2024-10-01", "uhc_benlysta@2022E0046O", "uhc_benlysta@2023-11-01")
CASE = {
    "request": {"policy": "uhc_benlysta@2023-11-01", "indication": "sle", "phase": "continuation"},
    "facts": {"age": 18, "taking": {"only": ["rituximab", "prednisone"]}, "dosed_per_label": True},
    "expect": {"outcome": "deny"},
}
REDUNDANT = Finding(
    check="deciding_criterion",
    severity="error",
    policy="uhc_benlysta",
    edition="2023-11-01",
    subject="prior_infusion",
    text="No patient is denied for want of an earlier infusion alone.",
    clauses=(Clause("u16", "UnitedHealthcare Benlysta, SLE, continuation, item 1"),),
    places=(Place(POLICY, 72, 1), Place(POLICY, 20, 5)),
    because=(
        Because("positive_response", "A response is documented.", (Place(POLICY, 73, 1),)),
        Because("response_needs_the_drug", "A response to a drug needs the drug.", ()),
        Because("received", "What was received stays received.", (Place("vocabulary.lp", 9, 1),)),
    ),
)
BOTH = Finding(
    check="proven_and_unproven",
    severity="warning",
    policy="uhc_benlysta",
    edition="2023-11-01",
    subject="sle,continuation",
    text="A patient meets every criterion and is on the unproven list at once.",
    places=(Place(POLICY, 110, 1),),
    patients=(Patient("uhc_benlysta", "2023-11-01", "deny", "SLE, continuation; takes rituximab.", CASE),),
)
EXPECTED = dataclasses.replace(BOTH, subject="sle,initial", accepted="The document says both.")
CHECKS = (
    Check("deciding_criterion", "Every criterion decides alone for some patient.", "error", 21),
    Check("proven_and_unproven", "No patient is both proven and unproven.", "warning", 4),
    Check("gap", "No request falls in a gap.", "note", 9),
)
GONE = "uhc_benlysta: gap sjogrens_syndrome"
REPORT = Report(EDITIONS, CHECKS, (REDUNDANT, BOTH, EXPECTED), (GONE,))
CLEAN = Report(EDITIONS, CHECKS, ())
KEPT = dataclasses.replace(
    CLEAN,
    examples=(
        Example("deciding_criterion", "uhc_benlysta", "2023-11-01", "adult", BOTH.patients),
        Example("deciding_criterion", "uhc_benlysta", "2023-11-01", "active_sle", BOTH.patients),
        Example("gap", "fep_lupkynis", "2024-10-01", "sle", BOTH.patients),
    ),
)
HOSTILE = "<script>alert(1)</script> & \"'{0} [x](1) \x1b[35m\x00 \ud800 </style>"


def saying(words: str) -> Report:
    """A report that says these words wherever it can say any."""
    patient = Patient(
        "uhc_benlysta", "2023-11-01", words, words, {"case": words, "facts": {words: [words]}}
    )
    finding = Finding(
        check=words,
        severity="note",
        policy=words,
        edition=words,
        subject=words,
        text=words,
        clauses=(Clause(words, words),),
        places=(Place(POLICY, 1, 1),),
        because=(Because(words, words, (Place(POLICY, 2, 1),)),),
        patients=(patient,),
    )
    accepted = dataclasses.replace(finding, edition=f"{words}2", accepted=words)
    example = Example(words, words, words, words, (patient,))
    check = Check(words, words, "note", 1)
    return Report(EDITIONS, (check,), (finding, accepted), (words,), (example,))


# ---- what it comes to ----------------------------------------------------------------------------


def test_the_verdict_counts_what_is_new_accepted_and_gone() -> None:
    assert verdict(REPORT) == (
        "3 laws on 3 editions: 2 new findings (1 error, 1 warning); 1 accepted finding; "
        "1 accepted finding has gone"
    )


def test_the_verdict_of_a_clean_report_is_that_nothing_is_new() -> None:
    assert verdict(CLEAN) == "3 laws on 3 editions: nothing new"


def test_the_verdict_speaks_of_one_and_of_several() -> None:
    report = Report(EDITIONS[:1], CHECKS[:1], (EXPECTED, EXPECTED), (GONE, GONE))
    assert verdict(report) == (
        "1 law on 1 edition: nothing new; 2 accepted findings; 2 accepted findings have gone"
    )


# ---- SARIF ---------------------------------------------------------------------------------------


@pytest.fixture
def root() -> Path:
    return shipped("kb")


def run_of(report: Report, root: Path) -> dict[str, Any]:
    """The one run, as a reader of the JSON finds it."""
    log = json.loads(json.dumps(sarif(report, root)))
    Sarif.model_validate(log)
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def places_of(result: dict[str, Any], key: str = "locations") -> list[tuple[str, int, int]]:
    found = [location["physicalLocation"] for location in result[key]]
    return [
        (p["artifactLocation"]["uri"], p["region"]["startLine"], p["region"]["startColumn"]) for p in found
    ]


@pytest.mark.parametrize("report", [REPORT, CLEAN, saying(HOSTILE), saying("")])
def test_a_report_for_code_review_is_as_the_schema_of_sarif_says(report: Report, root: Path) -> None:
    assert len(run_of(report, root)["results"]) == len(report.new) + len(report.gone)


def test_code_review_shows_a_finding_at_its_line(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root.parent)
    result = run_of(REPORT, root)["results"][0]
    assert places_of(result) == [(f"{root.name}/{POLICY}", 72, 1)]
    assert result["level"] == "error"


def test_a_file_below_the_working_directory_is_named_relative_to_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    run = run_of(REPORT, root)
    file = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert file == {"uri": POLICY, "uriBaseId": "%SRCROOT%"}
    assert "%SRCROOT%" in run["originalUriBaseIds"]


def test_a_file_elsewhere_is_named_by_its_absolute_address(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = run_of(REPORT, root)["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert file == {"uri": (root.resolve() / POLICY).as_uri()}


def test_a_blank_in_the_name_of_a_folder_is_written_as_an_address_needs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    report = dataclasses.replace(REPORT, gone=())
    places = places_of(run_of(report, tmp_path / "my rules")["results"][0])
    assert places == [(f"my%20rules/{POLICY}", 72, 1)]


def test_reasons_and_further_places_are_related_locations(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    result = run_of(REPORT, root)["results"][0]
    assert places_of(result, "relatedLocations") == [
        (POLICY, 73, 1),
        ("vocabulary.lp", 9, 1),
        (POLICY, 20, 5),
    ]


def test_each_link_in_a_message_leads_to_the_reason_it_stands_for(root: Path) -> None:
    result = run_of(REPORT, root)["results"][0]
    said = {str(related["id"]): related["message"]["text"] for related in result["relatedLocations"]}
    links = re.findall(r"\[([^]]*)\]\((\d+)\)", result["message"]["text"])
    assert links == [("A response is documented.", "1"), ("What was received stays received.", "2")]
    assert all(said[number] == words for words, number in links)


def test_a_message_tells_the_patient_and_what_the_policy_makes_of_it(root: Path) -> None:
    message = run_of(REPORT, root)["results"][1]["message"]["text"]
    assert message.splitlines()[-1] == (
        "Shown by a patient for whom uhc_benlysta@2023-11-01 comes to deny: "
        "SLE, continuation; takes rituximab."
    )


def test_what_a_message_could_mean_by_its_signs_is_escaped(root: Path) -> None:
    report = Report((), CHECKS, (dataclasses.replace(BOTH, text=r"[x](1) {0} \ ", edition=""),))
    first, *_ = run_of(report, root)["results"][0]["message"]["text"].splitlines()
    assert first == r"\[x\](1) {{0}} \\ "


def test_a_result_names_its_check_by_id_and_number(root: Path) -> None:
    run = run_of(REPORT, root)
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert [rule["defaultConfiguration"]["level"] for rule in rules[:3]] == ["error", "warning", "note"]


def fingerprints(report: Report, root: Path) -> list[str]:
    return [result["partialFingerprints"]["finding/v1"] for result in run_of(report, root)["results"]]


def test_a_finding_whose_lines_move_stays_the_same_for_code_review(root: Path) -> None:
    moved = dataclasses.replace(REDUNDANT, places=(Place(POLICY, 90, 3),), because=())
    before, after = (Report(EDITIONS, CHECKS, (finding,)) for finding in (REDUNDANT, moved))
    assert fingerprints(before, root) == fingerprints(after, root)


def test_findings_on_different_things_differ_for_code_review(root: Path) -> None:
    found = fingerprints(REPORT, root)
    assert len(found) == len(set(found))


def test_an_accepted_finding_is_counted_and_is_no_result_that_code_review_would_show(root: Path) -> None:
    run = run_of(REPORT, root)
    assert [(result["ruleId"], result["suppressions"]) for result in run["results"]] == [
        ("deciding_criterion", []),
        ("proven_and_unproven", []),
        ("accepted_finding_gone", []),
    ]
    assert run["properties"]["accepted"] == 1


def test_a_report_with_nothing_new_has_no_result(root: Path) -> None:
    run = run_of(dataclasses.replace(REPORT, findings=(EXPECTED,), gone=()), root)
    assert (run["results"], run["properties"]["accepted"]) == ([], 1)


def accepting(root: Path) -> Path:
    """A folder in which a policy has a finding that is accepted."""
    folder = root / "policies" / "uhc_benlysta"
    folder.mkdir(parents=True)
    entry = "- check: gap\n  subject: sjogrens_syndrome\n  reason: The text says so.\n"
    (folder / "accepted.yaml").write_text(entry, "utf-8")
    (folder / "about.lp").write_text("", "utf-8")
    (root / "decision.lp").write_text("", "utf-8")
    return root


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        (GONE, ("policies/uhc_benlysta/accepted.yaml", 2, 1)),
        ("uhc_benlysta@2023-11-01: gap sjogrens_syndrome", ("policies/uhc_benlysta/accepted.yaml", 2, 1)),
        ("uhc_benlysta: gap sle", ("policies/uhc_benlysta/accepted.yaml", 1, 1)),
        ("other_plan: gap sle", ("decision.lp", 1, 1)),
    ],
)
def test_what_is_accepted_but_gone_is_shown_where_its_policy_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str, place: tuple[str, int, int]
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run_of(dataclasses.replace(REPORT, gone=(entry,)), accepting(tmp_path))["results"][-1]
    assert places_of(result) == [place]
    assert result["level"] == "note"


def test_a_finding_without_a_place_is_shown_where_its_policy_says_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    report = Report(EDITIONS, CHECKS, (dataclasses.replace(BOTH, places=()),))
    (result,) = run_of(report, accepting(tmp_path))["results"]
    assert places_of(result) == [("policies/uhc_benlysta/about.lp", 1, 1)]


def test_code_review_keeps_the_patient_as_a_case(root: Path) -> None:
    (patient,) = run_of(REPORT, root)["results"][1]["properties"]["patients"]
    assert patient["case"] == CASE


# ---- text ----------------------------------------------------------------------------------------


def lines_of(report: Report, width: int = 80) -> list[str]:
    return click.unstyle(report_text(report, width)).splitlines()


def test_a_terminal_shows_first_what_is_new_and_last_the_verdict() -> None:
    lines = lines_of(REPORT, 100)
    assert lines[0] == "New findings"
    assert " ".join(lines[-2:]) == verdict(REPORT)


def test_a_proof_is_told_with_the_least_that_makes_it_so() -> None:
    assert lines_of(REPORT)[1:13] == [
        "error  deciding_criterion  uhc_benlysta@2023-11-01  prior_infusion",
        "  No patient is denied for want of an earlier infusion alone.",
        "  UnitedHealthcare Benlysta, SLE, continuation, item 1",
        f"  {POLICY}:72:1",
        f"  {POLICY}:20:5",
        "    proven from what follows, taken together:",
        "    - A response is documented.",
        f"      positive_response, {POLICY}:73:1",
        "    - A response to a drug needs the drug.",
        "      response_needs_the_drug",
        "    - What was received stays received.",
        "      received, vocabulary.lp:9:1",
    ]


def test_a_witness_is_told_as_a_patient_with_the_outcome() -> None:
    page = " ".join(" ".join(lines_of(REPORT)).split())
    assert "shown by uhc_benlysta@2023-11-01: DENY. SLE, continuation; takes rituximab." in page


def test_a_page_that_shows_an_outcome_says_that_a_person_decides() -> None:
    assert "A person decides." in report_text(REPORT, 100)
    assert "A person decides." not in report_text(CLEAN, 100)


def test_accepted_findings_with_one_reason_are_counted() -> None:
    report = Report(EDITIONS, CHECKS, (EXPECTED, dataclasses.replace(EXPECTED, edition="2022E0046O")))
    lines = lines_of(report)
    assert lines[:3] == [
        "Accepted findings, and why",
        "   2  proven_and_unproven  uhc_benlysta",
        "      The document says both.",
    ]


def test_a_long_reason_is_cut_to_its_line() -> None:
    report = Report(EDITIONS, CHECKS, (dataclasses.replace(EXPECTED, accepted="why " * 50),))
    assert lines_of(report)[2].endswith("…")
    assert len(lines_of(report)[2]) == 80


def test_what_is_accepted_but_gone_is_to_be_taken_out() -> None:
    lines = lines_of(REPORT)
    assert lines[lines.index(f"  {GONE}") - 1] == "Accepted, but found no more: take them out of the file"


def test_the_table_counts_for_each_law_what_was_asked_new_and_accepted() -> None:
    lines = lines_of(REPORT)
    assert lines[lines.index("Asked   New  Accepted  Law") + 1 :][:6] == [
        "   21     1         0  deciding_criterion",
        "                       Every criterion decides alone for some patient.",
        "    4     1         1  proven_and_unproven",
        "                       No patient is both proven and unproven.",
        "    9     0         0  gap",
        "                       No request falls in a gap.",
    ]


def test_patients_who_show_that_a_law_is_kept_are_told_where_they_were_asked_for() -> None:
    lines = lines_of(KEPT)
    assert lines[:2] == [
        "Patients who show that laws are kept",
        "  deciding_criterion  uhc_benlysta@2023-11-01  adult",
    ]


def test_a_patient_of_whom_nothing_is_true_is_told_as_such() -> None:
    bare = dataclasses.replace(BOTH, patients=(dataclasses.replace(BOTH.patients[0], text=""),))
    assert "DENY. Nothing has to be so." in report_text(Report(EDITIONS, CHECKS, (bare,)))


def test_a_report_of_no_law_has_an_empty_table() -> None:
    assert lines_of(Report((), (), ()))[-1] == "0 laws on 0 editions: nothing new"


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(len, lines_of(REPORT, width))) <= width


@pytest.mark.slow
@given(st.text(min_size=1), st.integers(40, 100))
def test_no_line_is_wider_than_the_terminal_whatever_the_words(words: str, width: int) -> None:
    wider = {line.strip() for line in lines_of(saying(words), width) if len(line) > width}
    assert wider <= {printable(words).strip()}  # a subject, which can be copied


def test_a_subject_is_printed_whole_so_that_it_can_be_copied() -> None:
    subject = f"on({','.join(['criterion(diagnosed(ankylosing_spondylitis))'] * 3)},initial)"
    lines = lines_of(Report(EDITIONS, CHECKS, (dataclasses.replace(BOTH, subject=subject),)))
    assert lines[1:3] == ["warning  proven_and_unproven  uhc_benlysta@2023-11-01", f"  {subject}"]


def test_no_word_of_a_report_commands_a_terminal() -> None:
    text = report_text(saying(HOSTILE))
    assert "\x1b[35m" not in text
    assert "\x00" not in text


# ---- JSON ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("report", [REPORT, CLEAN, KEPT, saying(HOSTILE)])
def test_a_report_in_json_is_as_its_schema_says(kb: KnowledgeBase, report: Report) -> None:
    jsonschema.validate(json.loads(json.dumps(report.to_dict())), schemas(kb)["report"])


def test_the_schema_of_a_report_refuses_an_unknown_severity(kb: KnowledgeBase) -> None:
    wrong = json.loads(json.dumps(REPORT.to_dict()))
    wrong["findings"][0]["severity"] = "grave"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schemas(kb)["report"])


# ---- HTML ----------------------------------------------------------------------------------------


class Read(HTMLParser):
    """A page as it is read: every element with its attributes, and what is not closed as it was opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.wrong: list[str] = []
        self.said: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        self.wrong += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in {"meta", "wbr"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        self.said.append((self._open[-1] if self._open else "", data))

    def values(self, key: str) -> list[str]:
        return [str(attributes[key]) for _, attributes in self.elements if key in attributes]

    def within(self, name: str) -> list[str]:
        return [words for element, words in self.said if element == name and words.strip()]

    def names(self) -> list[str]:
        return [name for name, _ in self.elements]


@pytest.fixture(scope="module", params=["findings", "clean", "kept", "hostile"])
def read(request: pytest.FixtureRequest, kb: KnowledgeBase) -> Read:
    reports = {"findings": REPORT, "clean": CLEAN, "kept": KEPT, "hostile": saying(HOSTILE)}
    return Read(report_html(reports[request.param], kb))


@pytest.fixture(scope="module")
def shown(kb: KnowledgeBase) -> Read:
    return Read(report_html(REPORT, kb))


def test_every_element_of_the_page_is_closed_where_it_should_be(read: Read) -> None:
    assert read.wrong == []


def test_every_id_on_the_page_is_given_once(read: Read) -> None:
    assert [name for name, number in Counter(read.values("id")).items() if number > 1] == []


def test_every_link_leads_to_a_place_on_the_page(read: Read) -> None:
    assert {link.removeprefix("#") for link in read.values("href")} <= set(read.values("id"))


def test_the_page_loads_nothing_and_runs_nothing(read: Read) -> None:
    assert not {"script", "link", "img", "iframe", "object", "embed", "base"} & set(read.names())
    assert read.values("src") == []
    assert not re.search(r"url\(|@import|https?:", " ".join(read.within("style")))


def test_every_id_can_be_linked_to(read: Read) -> None:
    assert all(
        re.fullmatch(r"[\w.-]+", name) for name in [*read.values("id"), *read.values("aria-labelledby")]
    )


def test_headings_go_down_one_step_at_a_time(read: Read) -> None:
    levels = [int(name[1]) for name in read.names() if re.fullmatch("h[1-6]", name)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_head_of_a_table_says_what_it_heads(read: Read) -> None:
    assert {attributes.get("scope") for name, attributes in read.elements if name == "th"} == {"col", "row"}
    assert read.names().count("caption") == read.names().count("table")


def test_the_page_has_a_language_a_title_and_fits_a_phone(shown: Read) -> None:
    assert shown.values("lang") == ["en"]
    assert shown.within("title") == [f"lupa verify: {verdict(REPORT)}"]
    assert "width=device-width, initial-scale=1" in shown.values("content")


def test_no_word_of_a_report_becomes_markup(kb: KnowledgeBase) -> None:
    text = report_html(saying(HOSTILE), kb)
    assert "<script" not in text
    assert "\x1b" not in text
    assert "&lt;script&gt;" in text
    assert text.encode("utf-8")


def test_the_page_shows_what_is_new_before_what_is_accepted(shown: Read) -> None:
    assert shown.within("h2") == ["New findings", "Laws", "Accepted findings", "Policies"]
    assert [words.strip() for words in shown.within("h3")][:2] == [REDUNDANT.text, BOTH.text]


def test_the_page_gives_the_case_of_a_patient_to_replay(shown: Read) -> None:
    assert [load(case) for case in shown.within("pre")] == [CASE, CASE]


def test_a_page_without_findings_says_so(kb: KnowledgeBase) -> None:
    assert {"Nothing new.", "None."} <= set(Read(report_html(CLEAN, kb)).within("p"))


def test_the_patients_who_show_that_laws_are_kept_are_folded_by_law(kb: KnowledgeBase) -> None:
    read = Read(report_html(KEPT, kb))
    assert "Patients who show that laws are kept" in read.within("h2")
    assert [words for words in read.within("summary") if words.startswith(":")] == [": 2", ": 1"]


def test_an_accepted_finding_that_has_gone_is_listed(shown: Read) -> None:
    assert "Found no more" in shown.within("h3")


def test_the_page_holds_the_ledger_once_a_policy_and_a_table_an_edition(shown: Read) -> None:
    summaries = [words for words in shown.within("summary") if words.startswith(("Edition", "Ledger"))]
    assert summaries == [
        "Edition 2024-10-01 as a table",
        "Ledger: 44 clauses",
        "Edition 2022E0046O as a table",
        "Edition 2023-11-01 as a table",
        "Ledger: 68 clauses",
    ]


def test_the_ledger_says_in_which_edition_a_clause_is_encoded(shown: Read) -> None:
    assert any("criterion autoantibodies (edition 2022E0046O)" in words for words in shown.within("div"))


ABOUT = """
policy(example_plan).
payer(example_plan, "An example plan").
document(example_plan, "Example policy").
covers(example_plan, anifrolumab).
edition(example_plan, "2025-01-01", "2025-01-01").
"""
RULES = """
requires(example_plan, sle, (initial; continuation), active_sle, c1).
met(example_plan, active_sle) :- active(sle).
text(example_plan, criterion(active_sle), "Lupus is active.", "Lupus is not active.").
clause(example_plan, c1, criterion, "Section 1, item 1", "Lupus must be active.").
"""


def test_a_policy_without_limits_and_readings_has_no_table_of_them(tmp_path: Path, root: Path) -> None:
    folder = tmp_path / "policies" / "example_plan"
    folder.mkdir(parents=True)
    for path in root.glob("*.lp"):
        shutil.copy(path, tmp_path)
    (folder / "about.lp").write_text(ABOUT, "utf-8")
    (folder / "policy.lp").write_text(RULES, "utf-8")
    bare = dataclasses.replace(BOTH, policy="example_plan", edition="2025-01-01", clauses=(), places=())
    report = Report(("example_plan@2025-01-01",), CHECKS, (bare,))
    read = Read(report_html(report, KnowledgeBase.load(tmp_path)))
    assert [words.split(":")[-1].strip() for words in read.within("caption")] == [
        "Each law, of how many things it was asked, and its findings",
        "all of",
        "all of",
        "1 encoded, 0 advisory, 0 informational, 0 not encoded",
    ]
    assert "Rules" not in read.within("dt")


def test_the_same_report_gives_the_same_page(kb: KnowledgeBase) -> None:
    assert report_html(REPORT, kb) == report_html(REPORT, KnowledgeBase.load())


def test_no_report_tells_where_the_knowledge_base_lies(kb: KnowledgeBase, root: Path) -> None:
    assert str(root.parent) not in report_html(REPORT, kb) + report_text(REPORT)


# ---- the pieces of a page ------------------------------------------------------------------------


@given(st.text())
def test_text_in_an_element_stays_text(words: str) -> None:
    read = Read(tag("p", words, title=words))
    assert read.names() == ["p"]
    assert read.wrong == []


@given(st.text())
def test_a_name_that_may_be_broken_reads_as_it_is_written(words: str) -> None:
    read = Read(code(words))
    assert set(read.names()) <= {"code", "wbr"}
    assert (
        Read(joined(words)).said == [] or "".join(w for _, w in read.said) == Read(joined(words)).said[0][1]
    )


def test_an_attribute_may_have_the_name_of_a_keyword_or_a_hyphen() -> None:
    assert (
        tag("span", "x", class_="a", aria_label='"b"')
        == '<span class="a" aria-label="&quot;b&quot;">x</span>'
    )


def test_a_table_names_its_rows_in_the_first_column() -> None:
    read = Read(table("Caption", ("One", "Two"), [("a", "b")]))
    assert [attributes for name, attributes in read.elements if name == "th"] == [
        {"scope": "col"},
        {"scope": "col"},
        {"scope": "row"},
    ]


def test_a_page_takes_a_style_of_its_own_after_the_common_one() -> None:
    assert (
        ".mine"
        in Read(page("Title", folded("More", Html("<p>x</p>")), style=".mine {}")).within("style")[0]
    )


def colours() -> Iterator[tuple[str, str, str, str]]:
    """Each ground and ink that stand on one another, in light, in dark and on paper."""
    grounds = ("paper", "raised")
    for scheme in re.findall(r":root \{([^}]*--paper[^}]*)\}", STYLE):
        found = dict(re.findall(r"--(\w+): #([0-9a-f]{6})", scheme))
        for ink in (*SEVERITIES, "ink", "quiet", "link", "good"):
            yield from ((ground, ink, found[ground], found[ink]) for ground in grounds)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_colour_can_be_told_from_its_ground() -> None:
    pairs = list(colours())
    assert len(pairs) == 3 * 2 * 7
    for ground, ink, below, above in pairs:
        dark, light = sorted((luminance(below), luminance(above)))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (ground, ink)


# ---- the same in several editions, and when it was made --------------------------------------------


def test_what_is_found_alike_in_two_editions_is_told_once(kb: KnowledgeBase) -> None:
    older = dataclasses.replace(REDUNDANT, policy="uhc_benlysta", edition="2022E0046O", accepted=None)
    newer = dataclasses.replace(older, edition="2023-11-01")
    both = dataclasses.replace(REPORT, findings=(older, newer))
    place = "uhc_benlysta@2022E0046O, 2023-11-01"
    assert sum(place in line for line in " ".join(lines_of(both)).split("warning")) == 1
    page = report_html(both, kb)
    read = Read(page)
    assert place in page.replace("<wbr>", "")
    assert [words.strip() for words in read.within("h3")].count(REDUNDANT.text) == 1


def test_the_page_says_when_by_what_and_from_which_rules_it_was_made(kb: KnowledgeBase) -> None:
    page = report_html(REPORT, kb, date(2025, 3, 1))
    assert f"Made on 2025-03-01; lupa {__version__}; " in page
    assert kb.edition("uhc_benlysta").fingerprint in page
    assert "Made on" not in report_html(REPORT, kb)


def test_the_heading_of_a_finding_names_subject_and_patient_in_brief(kb: KnowledgeBase) -> None:
    patient = dataclasses.replace(BOTH.patients[0], text="It is so. " * 40)
    long = dataclasses.replace(BOTH, subject="sle,initial", patients=(patient,))
    page = report_html(dataclasses.replace(REPORT, findings=(BOTH, long)), kb)
    assert re.search(r"DENY: SLE, continuation; takes rituximab\.", page)
    assert re.search(r"DENY: [^<]{100,160} …", page)
