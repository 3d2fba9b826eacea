"""Many charts at once: whose each line is, what each asks for, and a row for each of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lupa import KnowledgeBase
from lupa.cli import charted
from lupa.cli import cohort as cohort_verb
from lupa.fhir import read
from lupa.fhir.cases import cases_of
from lupa.fhir.reading import reader_of
from tests.command import command
from tests.fhir.charts import (
    CYCLOPHOSPHAMIDE,
    HCPCS,
    ICD,
    PREDNISONE,
    RXNORM,
    SERVICE,
    Resource,
    answers,
    bundle,
    chart,
    claim,
    condition,
    item,
    order,
    patient,
)
from tests.fhir.conftest import Read
from tests.terminal import at_terminal

ASKED = ["--policy", "fep_lupkynis", "--request", f"service_date={SERVICE}"]
REQUEST = ["--request", "indication=lupus_nephritis", "--request", "phase=initial"]


def of(name: str, resource: Resource) -> Resource:
    owner = "patient" if "patient" in resource else "subject"
    return {**resource, "id": f"{resource['id']}-{name}", owner: {"reference": f"Patient/{name}"}}


def told(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def bulk(tmp_path: Path) -> Path:
    """A bulk export: each type in a file of its own."""
    folder = tmp_path / "bulk"
    folder.mkdir()
    patients = [patient("p"), patient("q", birthDate="2020-01-01")]
    orders = [of("p", order(PREDNISONE)), of("q", order(CYCLOPHOSPHAMIDE))]
    for name, rows in (("Patient", patients), ("MedicationRequest", orders)):
        (folder / f"{name}.ndjson").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return folder


def test_each_patient_of_a_bulk_export_has_a_row(bulk: Path, tmp_path: Path, kb: KnowledgeBase) -> None:
    out = tmp_path / "out.jsonl"
    ended = command("cohort", str(bulk), str(out), *ASKED, *REQUEST, "--outputs", "missing,reason,scope")
    assert (ended.status, ended.err) == (0, f"2 rows decided into {out}\n")
    rows = told(out)
    assert [row["chart"] for row in rows] == [f"{bulk}:Patient/p", f"{bulk}:Patient/q"]
    assert [row["outcome"] for row in rows] == ["pend", "deny"]
    assert rows[1]["unmet"] == ["adult", "no_cyclophosphamide"]
    request = {"policy": "fep_lupkynis", "indication": "lupus_nephritis", "phase": "initial"}
    for row, name in zip(rows, "pq", strict=True):
        case = read(
            [bulk / "Patient.ndjson", bulk / "MedicationRequest.ndjson"],
            kb=kb,
            patient=name,
            request={**request, "service_date": SERVICE},
        ).case
        decision = kb.decide(case)
        assert row["possible"] == list(decision.possible)
        assert row["missing"] == [each.fact for each in decision.missing]


@pytest.mark.slow
def test_charts_are_counted_at_a_terminal(bulk: Path, tmp_path: Path) -> None:
    with at_terminal("cohort", str(bulk), str(tmp_path / "out.csv"), *ASKED) as terminal:
        assert "1 charts" in terminal.read("2 charts")
        assert terminal.end() == 0


def test_each_bundle_of_a_folder_has_a_row(tmp_path: Path) -> None:
    folder = tmp_path / "charts"
    folder.mkdir()
    for name in "pq":
        (folder / f"{name}.json").write_text(json.dumps(bundle(patient(name), of(name, order(PREDNISONE)))))
    out = tmp_path / "out.csv"
    ended = command("cohort", str(folder), str(out), *ASKED, "--summary")
    assert ended.status == 0
    assert "fep_lupkynis, edition 2024-10-01" in ended.out
    assert len(out.read_text().splitlines()) == 3
    assert (tmp_path / "out.csv.summary.json").is_file()


def test_counts_of_charts_that_are_asked_for_as_json_are_not_saved(bulk: Path, tmp_path: Path) -> None:
    ended = command("cohort", str(bulk), str(tmp_path / "out.csv"), *ASKED, "--json")
    assert (ended.status, [each["rows"] for each in json.loads(ended.out)]) == (0, [2])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bulk", "out.csv"]


def test_what_is_left_out_of_charts_is_told_and_of_many_how_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = tmp_path / "charts", tmp_path / "out.csv"
    folder.mkdir()
    unread = answers(item("live_vaccine", False), status="in-progress")
    for name in "abc":
        (folder / f"{name}.json").write_text(json.dumps(chart(unread)), encoding="utf-8")
    monkeypatch.setattr(cohort_verb, "_NOTES", 2)
    said = command("cohort", str(folder), str(out), *ASKED).err
    assert [line.partition(": its")[0] for line in said.splitlines()] == [
        f"note: {folder / 'a.json'}: QuestionnaireResponse/q1 is not finished",
        f"note: {folder / 'b.json'}: QuestionnaireResponse/q1 is not finished",
        "note: and 1 more; `lupa read` tells those of one chart",
        f"3 rows decided into {out}",
    ]


def test_each_claim_has_a_row(kb: KnowledgeBase) -> None:
    first = {**claim((HCPCS, "J0490")), "id": "one"}
    second = {**claim((HCPCS, "J0490"), servicedDate="2025-04-01"), "id": "two"}
    data = json.dumps(bundle(patient(), patient("q"), first, of("q", second))).encode()
    found = dict(cases_of(data, "chart", kb, None, {"service_date": SERVICE}))
    assert list(found) == ["chart:Claim/one", "chart:Claim/two-q"]
    claims = [case.claim for case in found.values() if not isinstance(case, Exception)]
    assert [one and one["id"] for one in claims] == ["one", "two-q"]
    assert [where for where, _ in cases_of(data, "chart", kb, "q", {})] == ["chart:Claim/two-q"]
    _, (_, later) = cases_of(data, "chart", kb, None, {})
    assert not isinstance(later, Exception)
    assert later["request"]["service_date"] == "2025-04-01"


def test_what_cannot_be_decided_has_its_row(tmp_path: Path) -> None:
    path = tmp_path / "chart.ndjson"
    rows = [patient("p"), patient("q", deceasedDateTime="2020-01-01")]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    out = tmp_path / "out.jsonl"
    assert command("cohort", str(path), str(out), *ASKED).status == 0
    assert [row["outcome"] for row in told(out)] == ["pend", "invalid"]
    assert "after the patient's death" in told(out)[1]["error"]
    path.write_text('{"resourceType": "Patient"}\n{"resourceType": \n')
    assert command("cohort", str(path), str(out), *ASKED).status == 0
    (row,) = told(out)
    assert (row["chart"], row["outcome"]) == (f"{path}:2", "invalid")


def test_charts_that_ask_for_nothing_have_a_row_each_in_however_many_pieces(
    bulk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(charted, "_PIECE", 1)
    out = tmp_path / "out.jsonl"
    assert command("cohort", str(bulk), str(out), *ASKED[2:]).status == 0
    rows = told(out)
    assert [row["chart"] for row in rows] == [f"{bulk}:Patient/p", f"{bulk}:Patient/q"]
    assert {(row["policy"], row["outcome"]) for row in rows} == {(None, "invalid")}
    assert all("request" in row["error"] for row in rows)


def test_another_patient_changes_nothing(bulk: Path, kb: KnowledgeBase) -> None:
    alone = read([patient("p"), of("p", order(PREDNISONE))], kb=kb, request={"service_date": SERVICE})
    data = b"".join(path.read_bytes() for path in sorted(bulk.iterdir()))
    among = dict(cases_of(data, "all.ndjson", kb, None, {"service_date": SERVICE}))
    assert among["all.ndjson:Patient/p"] == alone.case


@pytest.mark.parametrize(
    "words", [["--id", "x"], ["--map", "a=b"], ["--ignore", "x"], ["--jobs", "2"], ["--against", "x"]]
)
def test_charts_have_no_columns(bulk: Path, tmp_path: Path, words: list[str]) -> None:
    ended = command("cohort", str(bulk), str(tmp_path / "out.csv"), *ASKED, *words)
    assert ended.status == 2
    assert "charts have no columns" in ended.err


def test_a_table_says_in_its_columns_what_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("age\n17\n")
    ended = command("cohort", str(path), str(tmp_path / "out.csv"), *ASKED)
    assert ended.status == 2
    assert "--request goes with charts" in ended.err


def test_what_is_longer_than_any_code_or_day_is_none_and_is_not_kept(
    reads: Read, kb: KnowledgeBase
) -> None:
    long = "9" * 10_000
    tables, _ = reader_of(kb)
    before = tables.known.cache_info().currsize
    odd = condition((long, "M32.14")), condition((ICD, long), "c2"), order((RXNORM, long))
    found = reads(chart(*odd, order(PREDNISONE, "m2", authoredOn=f"2025-01-10T{long}")))
    assert {fact: one["state"] for fact, one in found.facts.items()} == {"taking(prednisone)": "ask"}
    assert tables.known.cache_info().currsize - before <= 1  # prednisone, where no test has read it
