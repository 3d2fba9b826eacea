"""Tables of patients are decided as their rows are as cases, from all kinds of files, and after a stop."""

from __future__ import annotations

import csv
import json
import pickle
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lupa import CaseError, KnowledgeBase
from lupa.authors.reports.shifts import shifts_html
from lupa.cohort import cohort as cohorts
from lupa.cohort import lines as json_lines
from lupa.cohort.against import Against, Shifts, shifts
from lupa.cohort.against import plain as told_plainly
from lupa.cohort.against import text as shifts_text
from lupa.cohort.cohort import Cohort, Wanted
from lupa.cohort.files import Source, files_in, named
from lupa.cohort.repeated import Repeated
from lupa.cohort.summary import plain, summary, text
from lupa.cohort.work import run
from lupa.compiled import columns as columns_of_tables
from lupa.compiled import distinct, tables
from lupa.compiled.tables import Tables
from lupa.errors import on_one_line
from tests.command import command, unchanging
from tests.measuring import measuring_kb
from tests.record.test_routing import TIED, TIED_RULES
from tests.small import otherwise, relation_rules, small_kb, vocabulary
from tests.terminal import at_terminal

Row = dict[str, Any]
FEP = Wanted(policies=("fep_lupkynis",))
KINDS = ("parquet", "arrow", "csv", "jsonl")
DRAWN: dict[str, Sequence[Any]] = {
    "drug": ["Benlysta", "Benlysta", "Lupkynis", "Benlysta IV"],
    "service_date": [date(2025, 3, 1), date(2023, 5, 1), date(2025, 3, 1)],
    "indication": ["lupus_nephritis", "lupus_nephritis", "SLE", None],
    "phase": ["initial", "renewal"],
    "route": ["intravenous", "intravenous", "intravenous", "oral"],
    "months": [6, 12, 12, 13],
    "birth_date": [date(1990, 5, 1), date(2010, 1, 1), None],
    "taking": [["prednisone"], ["Plaquenil", "mycophenolate_mofetil"], [], None],
    "taking.voclosporin": [False, False, True, None],
    "diagnosis.lupus_nephritis": [True, True, True, None, False],
    "diagnosis.severe_active_cns_lupus": [False, False, None, True],
    "active.lupus_nephritis": [True, True, True, None],
    "active.sle": [True, None],
    "dosed_per_label": [True, True, True, None],
    "received": [["belimumab_intravenous"], None],
    "documented.clinical_response": [True, True, None],
    "documented.autoantibodies": [None, False],
    "stops.voclosporin": [False, False, True, None],
    "egfr.at_least": [60.5, 30.5, None],
}


def drawn(count: int, seed: int = 1) -> list[Row]:
    dice = random.Random(seed)
    return [
        {"member": f"m{place}", **{name: dice.choice(values) for name, values in DRAWN.items()}}
        for place in range(count)
    ]


def as_case(row: Row) -> dict[str, Any]:
    """The row as somebody would write it as a case."""
    egfr = row["egfr.at_least"]
    taking = dict.fromkeys(row["taking"] or (), True) | {"voclosporin": row["taking.voclosporin"]}
    return {
        "request": {
            key: row[key] for key in ("drug", "service_date", "indication", "phase", "route", "months")
        },
        "facts": {
            "birth_date": row["birth_date"],
            "taking": taking,
            "diagnosis": {
                name: row[f"diagnosis.{name}"] for name in ("lupus_nephritis", "severe_active_cns_lupus")
            },
            "active": {name: row[f"active.{name}"] for name in ("lupus_nephritis", "sle")},
            "dosed_per_label": row["dosed_per_label"],
            "received": row["received"],
            "documented": {
                name: row[f"documented.{name}"] for name in ("clinical_response", "autoantibodies")
            },
            "stops": {"voclosporin": row["stops.voclosporin"]},
            "egfr": None if egfr is None else {"at_least": egfr},
        },
    }


def by_cases(kb: KnowledgeBase, rows: list[Row]) -> list[Row]:
    """What the cases come to, one by one."""
    found = []
    for row in rows:
        try:
            decision = kb.decide(as_case(row))
        except CaseError as error:
            told: Row = {"outcome": "invalid", "error": on_one_line(error)}
        else:
            told = {
                "policy": decision.policy,
                "edition": decision.edition,
                "outcome": decision.outcome,
                "possible": list(decision.possible),
                "unmet": [each.id for each in decision.criteria if each.status == "unmet"],
                "open": [each.id for each in decision.criteria if each.status == "open"],
                "bases": [item.id for item in decision.bases],
                "limits": [item.id for item in decision.limits],
                "error": None,
            }
        found.append({"member": row["member"], **told})
    return found


def written(rows: list[Row], path: Path) -> Path:
    """The rows in a file of the kind that its name says."""
    table = pa.table({name: pa.array([row[name] for row in rows]) for name in rows[0]})
    if path.suffix == ".parquet":
        pq.write_table(table, path, row_group_size=7)
    elif path.suffix == ".arrow":
        with pa.ipc.new_file(path, table.schema) as writer:
            writer.write_table(table)
    elif path.suffix == ".jsonl":
        path.write_text("".join(f"{json.dumps(row, default=str)}\n" for row in rows), encoding="utf-8")
    else:
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer_ = csv.writer(stream)
            writer_.writerow(rows[0])
            writer_.writerows(map(_as_texts, rows))
    return path


def _as_texts(row: Row) -> Iterator[Any]:
    for value in row.values():
        yield ";".join(value) if isinstance(value, list) else value


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return drawn(40)


@pytest.fixture(scope="module")
def expected(few: KnowledgeBase, rows: list[Row]) -> list[Row]:
    return by_cases(few, rows)


def read(path: Path, asked: list[Row]) -> list[Row]:
    """What a file of verdicts says, of what was asked."""
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [{key: row[key] for key in wanted} for row, wanted in zip(found, asked, strict=True)]


@pytest.mark.parametrize("kind", KINDS)
def test_each_row_is_decided_as_the_case_that_it_is(
    few: KnowledgeBase, rows: list[Row], expected: list[Row], tmp_path: Path, kind: str
) -> None:
    source = Source(str(written(rows, tmp_path / f"in.{kind}")))
    out = tmp_path / "out.jsonl"
    wanted = Wanted(ids=("member",), texts=kind == "csv")
    assert run(few, source, out, wanted, rows=11) == 40
    assert read(out, expected) == expected
    assert {row["outcome"] for row in expected} >= {"pend", "deny", "invalid"}


@pytest.mark.mass
def test_thousands_of_rows_are_decided_as_the_cases_that_they_are(kb: KnowledgeBase) -> None:
    rows = drawn(5000, seed=2)
    table = pa.table({name: pa.array([row[name] for row in rows]) for name in rows[0]})
    found = Cohort(kb, Wanted(ids=("member",))).decided(table).to_pylist()
    wanted = by_cases(kb, rows)
    assert [{key: row[key] for key in told} for row, told in zip(found, wanted, strict=True)] == wanted


@pytest.mark.parametrize("kind", KINDS)
def test_verdicts_are_written_as_whatever_the_name_says(
    few: KnowledgeBase, rows: list[Row], tmp_path: Path, kind: str
) -> None:
    source = Source(str(written(rows[:5], tmp_path / "in.parquet")))
    out = tmp_path / f"out.{kind}"
    run(few, source, out, Wanted(ids=("member",)))
    again = Source(str(out))
    (table,) = again.parts(1000)
    assert table.column_names[:4] == ["member", "policy", "edition", "outcome"]
    assert table.num_rows == 5


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_a_file_of_verdicts_says_by_which_rules_and_how_it_was_asked(
    few: KnowledgeBase, tmp_path: Path, kind: str
) -> None:
    days = pa.array([1, 2], pa.timestamp("ns", tz="America/New_York"))
    pq.write_table(pa.table({"seen": days, "age": [34, 17]}), tmp_path / "in.parquet")
    out, wanted = tmp_path / f"out.{kind}", Wanted(("fep_lupkynis",), ids=("seen",))
    run(few, Source(str(tmp_path / "in.parquet")), out, wanted)
    schema = pq.read_schema(out) if kind == "parquet" else pa.ipc.open_file(out).schema
    told = json.loads(schema.metadata[b"lupa"])
    assert (told["rules"], told["asked"][0]["policies"]) == (
        Cohort(few, wanted).fingerprint,
        ["fep_lupkynis"],
    )
    assert [str(field.type) for field in schema][:4] == [
        "timestamp[ns, tz=America/New_York]",
        *["string"] * 3,
    ]


def test_what_is_asked_for_is_told_too(few: KnowledgeBase, rows: list[Row]) -> None:
    table = pa.table({name: pa.array([row[name] for row in rows[:8]]) for name in rows[0]})
    outputs = ("met", "missing", "reason", "advisories", "scope", "notes")
    found = Cohort(few, Wanted(ids=("member",), outputs=outputs)).decided(table).to_pylist()
    for row, told in zip(rows, found, strict=False):
        if told["outcome"] == "invalid":
            continue
        decision = few.decide(as_case(row))
        assert told["missing"] == [each.fact for each in decision.missing]
        assert told["met"] == [each.id for each in decision.criteria if each.status == "met"]
        (first,) = few.why(as_case(row)).reasons[:1] or [()]
        assert told["reason"] == [c.fact if c.value else f"not {c.fact}" for c in first]


def test_requests_are_routed_alike_however_few_are_kept_in_mind(
    few: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cohorts, "_KEPT", 1)
    table = pa.table({"drug": ["Benlysta", "Lupkynis", "Benlysta", "Plaquenil"]})
    assert Cohort(few, Wanted()).decided(table)["policy"].to_pylist() == [
        "uhc_benlysta",
        "fep_lupkynis",
        "uhc_benlysta",
        None,
    ]


def test_a_number_that_is_none_among_texts_is_told_with_its_row(few: KnowledgeBase) -> None:
    wanted = Wanted(policies=("fep_lupkynis",), texts=True)
    assert Cohort(few, wanted).decided(pa.table({"age": ["17", "old"]}))["error"].to_pylist() == [
        None,
        "facts.age: a number of years is expected, not 'old'",
    ]


def test_a_day_that_is_none_is_told_by_one_policy_too(few: KnowledgeBase) -> None:
    table = pa.table({"service_date": ["soon", "2025-03-01"]})
    assert few.compile("fep_lupkynis").decide(table)["error"].to_pylist() == [
        "request.service_date: a date is written year-month-day, such as 2025-03-01, not 'soon'",
        None,
    ]


LONG_TERM = {
    "indication": "lupus_nephritis",
    "phase": "initial",
    "age": 34,
    "active.lupus_nephritis": True,
    "taking.only": ["prednisone"],
    **dict.fromkeys(
        (
            "attests.monitor_egfr",
            "attests.monitor_blood_pressure",
            "attests.monitor_serious_infections",
            "attests.monitor_malignancies",
        ),
        True,
    ),
    "live_vaccine": False,
    "months": 13,
}


@pytest.mark.parametrize("column", ["reading.term_limit", "facts.reading.term_limit"])
def test_a_row_that_reads_the_text_otherwise_than_it_was_compiled_is_not_decided_by_that(
    few: KnowledgeBase, column: str
) -> None:
    rows = [{**LONG_TERM, column: choice} for choice in ("cap", "criterion", None)]
    table = pa.Table.from_pylist(rows)
    as_usual = few.compile("fep_lupkynis").decide(table)
    assert as_usual["outcome"].to_pylist() == ["modify", "invalid", "invalid"]
    assert "; compile it anew" in as_usual["error"].to_pylist()[1]
    strictly = few.compile("fep_lupkynis", {"term_limit": "criterion"}).decide(table)
    assert strictly["outcome"].to_pylist() == ["invalid", "deny", "invalid"]
    by_row = few.compile("fep_lupkynis", all_readings=True).decide(table)
    assert by_row["outcome"].to_pylist() == ["modify", "deny", "pend"]
    assert Cohort(few, FEP).decided(table)["outcome"].to_pylist() == ["modify", "deny", "pend"]


def test_of_one_row_that_many_policies_answer_the_answers_stay_together(few: KnowledgeBase) -> None:
    wanted = Wanted(("fep_lupkynis", "uhc_benlysta") * 35, ids=("member",))
    rows = {"member": [1, 2, 3], "indication": ["lupus_nephritis"] * 3, "phase": ["initial"] * 3}
    found = Cohort(few, wanted).decided(pa.table(rows))
    assert found["member"].to_pylist() == [member for member in (1, 2, 3) for _ in range(70)]
    assert found["policy"].to_pylist() == ["fep_lupkynis", "uhc_benlysta"] * 105


def test_a_day_may_be_a_moment_at_midnight(few: KnowledgeBase) -> None:
    days = {"service_date": date(2025, 3, 1), "birth_date": date(2010, 1, 1)}
    columns = {name: pa.array([day]).cast(pa.timestamp("us")) for name, day in days.items()}
    asked = {"indication": ["lupus_nephritis"], "phase": ["initial"]}
    found = Cohort(few, FEP).decided(pa.table({**columns, **asked}))
    assert found["unmet"].to_pylist() == [["adult"]]


def test_one_policy_decides_a_table_of_any_library(few: KnowledgeBase) -> None:
    compiled = few.compile("fep_lupkynis")
    table = pa.table({"indication": ["lupus_nephritis", "sle"], "age": [17, 40], "phase": ["initial"] * 2})
    found = compiled.decide(table)
    assert found["outcome"].to_pylist() == ["deny", "deny"]
    assert found["bases"].to_pylist() == [["criteria_not_met"], ["investigational"]]
    batches = list(compiled.batches(table.to_reader(max_chunksize=1), ids=["age"]))
    assert [batch["age"].to_pylist() for batch in batches] == [[17], [40]]


STRUCT = pa.struct({"prednisone": pa.bool_(), "voclosporin": pa.bool_()})
TAKEN = [{"prednisone": True, "voclosporin": False}, None, {"prednisone": False, "voclosporin": True}]
VIEWS = pa.struct({"only": pa.list_(pa.string_view())})
YES_NO = ["yes", "no"]
PLAINLY = {"taking.prednisone": [True, None, False], "taking.voclosporin": [False, None, True]}


@pytest.mark.parametrize(
    ("columns", "plain"),
    [
        pytest.param(
            {
                "taking": pa.array(
                    [row and list(row.items()) for row in TAKEN], pa.map_(pa.string(), pa.bool_())
                )
            },
            PLAINLY,
            id="a map",
        ),
        pytest.param({"taking": pa.array(TAKEN, STRUCT)}, PLAINLY, id="a struct"),
        pytest.param(
            {"taking": pa.array([{"prednisone": so} for so in (True, None, False)], STRUCT)},
            {"taking.prednisone": [True, None, False]},
            id="a struct with a field of no value",
        ),
        pytest.param(
            {"age": pa.array([17, 17, 40]).dictionary_encode()}, {"age": [17, 17, 40]}, id="a dictionary"
        ),
        pytest.param(
            {"taking": pa.array(["prednisone; voclosporin", None, ""], pa.string_view())},
            {"taking": [["prednisone", "voclosporin"], None, []]},
            id="a view of texts",
        ),
        pytest.param(
            {"taking": pa.array([{"only": ["prednisone"]}] * 3, VIEWS)},
            {"taking.only": [["prednisone"]] * 3},
            id="a struct of views",
        ),
        pytest.param(
            {"taking": pa.array([["prednisone"], ["voclosporin"], None], pa.list_(pa.string_view(), 1))},
            {"taking": [["prednisone"], ["voclosporin"], None]},
            id="lists of one length",
        ),
        pytest.param(
            {"taking": pa.array([["prednisone"], [], None], pa.list_view(pa.string_view()))},
            {"taking": [["prednisone"], [], None]},
            id="views of lists",
        ),
        pytest.param(
            {
                "after_service": pa.DictionaryArray.from_arrays(
                    [0, 1, None], pa.array(YES_NO, pa.string_view())
                )
            },
            {"after_service": ["yes", "no", None]},
            id="a category, as Polars has it",
        ),
        pytest.param(
            {"age": pa.array([17.5, None, 40], pa.float16())}, {"age": [17.5, None, 40]}, id="half a float"
        ),
        pytest.param(
            {"age": pa.RunEndEncodedArray.from_arrays([2, 3], [17, None])},
            {"age": [17, 17, None]},
            id="runs",
        ),
        pytest.param(
            {"live_vaccine": pa.ExtensionArray.from_storage(pa.bool8(), pa.array([1, 0, None], pa.int8()))},
            {"live_vaccine": [True, False, None]},
            id="truths of eight bits",
        ),
        pytest.param(
            {
                "age": pa.ExtensionArray.from_storage(
                    pa.opaque(pa.int8(), "n", "v"), pa.array([17] * 3, pa.int8())
                )
            },
            {"age": [17] * 3},
            id="a type of somebody's own",
        ),
        pytest.param(
            {"live_vaccine": pa.array([None, False, True, False, None])[2:]},
            {"live_vaccine": [True, False, None]},
            id="a slice of truths",
        ),
        pytest.param(
            {"egfr.at_least": [60.5, 30.5, None], "egfr.at_most": [None, 40.5, None]},
            {"egfr": [{"at_least": 60.5}, {"at_least": 30.5, "at_most": 40.5}, None]},
            id="the ends of a range",
        ),
        pytest.param(
            {
                "age": pa.array(
                    [{"at_least": 17}, {"at_least": None}, None], pa.struct({"at_least": pa.int8()})
                )
            },
            {"age.at_least": [17, None, None]},
            id="a range without ends",
        ),
        pytest.param(
            {
                "age": pa.array(
                    [{"value": 204, "unit": "months"}, {"value": None, "unit": "months"}, None],
                    pa.struct({"value": pa.int16(), "unit": pa.string()}),
                )
            },
            {"age": [204, None, None], "age.unit": ["months", "months", None]},
            id="a number without its value",
        ),
    ],
)
def test_what_a_column_says_is_the_same_however_it_holds_it(
    few: KnowledgeBase, columns: Row, plain: Row
) -> None:
    every = {"indication": ["lupus_nephritis"] * 3, "phase": ["initial"] * 3}
    one, other = (Cohort(few, FEP).decided(pa.table({**every, **each})) for each in (columns, plain))
    assert one.to_pylist() == other.to_pylist()


def test_what_rows_are_called_is_handed_on_as_texts_if_they_are_views(few: KnowledgeBase) -> None:
    called = pa.DictionaryArray.from_arrays([0], pa.array(["a"], pa.string_view()))
    table = pa.table({"member": called, "indication": ["sle"], "age": [17]})
    several = Cohort(few, Wanted(("fep_lupkynis", "uhc_benlysta"), ids=("member",)))
    assert several.decided(table)["member"].to_pylist() == ["a", "a"]
    assert few.compile("fep_lupkynis").decide(table, ids=["member"])["member"].to_pylist() == ["a"]


@pytest.mark.parametrize("whole", [["prednisone"], None])
def test_a_whole_relation_and_one_of_its_members_may_stand_in_any_order(
    few: KnowledgeBase, whole: list[str] | None
) -> None:
    columns = {"taking": pa.array([whole], pa.list_(pa.string())), "taking.cyclophosphamide": [True]}
    every = {"indication": ["lupus_nephritis"], "phase": ["initial"]}
    one, other = (
        Cohort(few, FEP).decided(pa.table(dict(each)))
        for each in ([*every.items(), *columns.items()], [*reversed(columns.items()), *every.items()])
    )
    assert one.to_pylist() == other.to_pylist()
    assert one["unmet"].to_pylist() == [["no_cyclophosphamide"]]


def test_counts_are_what_people_look_at(few: KnowledgeBase, rows: list[Row], tmp_path: Path) -> None:
    source = Source(str(written(rows, tmp_path / "in.parquet")))
    seen: list[pa.Table] = []
    run(few, source, tmp_path / "out.parquet", Wanted(ids=("member",)), look=seen.extend)
    counts = summary(seen)
    assert sum(each["rows"] for each in plain(counts)) == 40
    assert "uhc_benlysta, edition 2022E0046O" in text(counts)


def decided_otherwise(kb: KnowledgeBase, rows: list[Row], *editions: str) -> Iterator[tuple[str, str, str]]:
    """The members whom two editions decide otherwise, by their cases, with both outcomes."""
    for row in rows:
        case = as_case(row)
        request = {key: value for key, value in case["request"].items() if key != "drug"}
        try:
            before, after = (
                kb.decide({**case, "request": {**request, "policy": edition}}) for edition in editions
            )
        except CaseError:
            continue
        if before.possible != after.possible:
            yield row["member"], before.outcome, after.outcome


def test_who_would_be_decided_otherwise_is_told_with_what_changes(
    few: KnowledgeBase, rows: list[Row], tmp_path: Path
) -> None:
    good = {"drug": "Benlysta", "indication": "sle", "phase": "initial", "active.sle": True}
    good |= {"taking.voclosporin": False, "diagnosis.severe_active_cns_lupus": False}
    chosen = [{**row, **good, "dosed_per_label": True, "taking": ["prednisone"]} for row in rows]
    source = Source(str(written(chosen, tmp_path / "in.parquet")))
    editions = ("uhc_benlysta@2022E0046O", "uhc_benlysta@2023-11-01")
    old, new = (Wanted((edition,), ids=("member",)) for edition in editions)
    out = tmp_path / "out.jsonl"
    said: list[Shifts] = []
    run(few, source, out, old, against=(few, new), look=lambda tables: said.append(shifts(tables, 40)))
    told = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    differ = list(decided_otherwise(few, chosen, *editions))
    assert differ
    assert [(row["member"], row["outcome_before"], row["outcome_after"]) for row in told] == differ
    text = shifts_text(said[0])
    assert text.startswith(f"{len(differ)} of 40 rows would be decided otherwise\n")
    assert f"sle, initial: {differ[0][1]} -> {differ[0][2]}" in text
    counts = told_plainly(said[0])
    assert sum(row["rows"] for row in counts["pathways"]) == counts["differ"] == len(differ)
    assert {(row["criterion"], row["change"]) for row in counts["criteria"]} <= {
        ("autoantibodies", "no longer unmet")
    }
    assert [(m["ids"]["member"], m["before"], m["after"]) for m in counts["members"]] == differ


def test_what_is_told_of_many_moves_is_the_first_of_them_and_how_many_more() -> None:
    rows = [
        {
            "member": place,
            "policy": "p",
            "pathways": [f"disease_{place % 11},initial"],
            "outcome_before": "deny",
            "outcome_after": "approve",
            "unmet_before": [f"criterion_{place % 12}"],
            "unmet_after": [],
        }
        for place in range(201)
    ]
    found = shifts([pa.Table.from_pylist(rows)], 300)
    lines = shifts_text(found).splitlines()
    assert [line for line in lines if line.startswith("  and")] == ["  and 1 more", "  and 2 more"]
    assert [member["ids"]["member"] for member in found.members] == list(range(200))


def test_where_nothing_moves_one_line_says_so() -> None:
    assert shifts_text(shifts([], 3)) == "0 of 3 rows would be decided otherwise"


def test_the_command_compares_with_an_edition_or_a_folder_in_each_form(
    few: KnowledgeBase, tmp_path: Path
) -> None:
    unchanging(few.files.root)
    given, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    row = {"id": "m1", "indication": "sle", "phase": "initial", "route": "intravenous", "active.sle": True}
    row |= {"taking": {"only": ["prednisone"]}, "diagnosis.severe_active_cns_lupus": False, "age": 30}
    given.write_text(
        json.dumps({**row, "dosed_per_label": True, "documented.autoantibodies": False}), "utf-8"
    )
    words = ["cohort", str(given), str(out), "--id", "id", "--kb", str(few.files.root)]

    def against(other: str, *more: str) -> str:
        out.unlink(missing_ok=True)
        ended = command(*words, "--policy", "uhc_benlysta@2023-11-01", "--against", other, *more)
        assert ended.status == 0, ended.err
        return ended.out

    earlier = "uhc_benlysta@2022E0046O"
    assert against(earlier).startswith("1 of 1 rows would be decided otherwise\n")
    assert json.loads(against(earlier, "--json"))["differ"] == 1
    page = against(earlier, "--format", "html")
    assert "1 of 1 rows would be decided otherwise (100.0 %)" in page
    assert against(str(few.files.root)) == "0 of 1 rows would be decided otherwise\n"


def test_rows_that_fewer_policies_answer_on_one_side_are_not_compared(few: KnowledgeBase) -> None:
    several = Wanted(policies=("fep_lupkynis", "uhc_benlysta"))
    with pytest.raises(CaseError, match="a row is answered by fewer policies on one side"):
        Against((few, several), (few, FEP)).in_short(pa.table({"age": [17]}))


def test_the_page_for_a_committee_shows_the_moves_in_a_chart_and_names_members() -> None:
    moves = [{"policy": "p", "before": "deny", "after": "approve", "rows": 30}]
    shifts = {
        "rows": 1000, "differ": 30, "moves": moves,
        "pathways": [{**moves[0], "pathways": "sle, initial"}],
        "criteria": [{"policy": "p", "criterion": "adult", "change": "no longer unmet", "rows": 30}],
        "members": [
            {"ids": {"member": f"<m{n}>"}, **moves[0], "pathways": "sle, initial"} for n in range(30)
        ],
    }  # fmt: skip
    page = shifts_html(shifts, "p@1", "p@2")
    assert "30 of 1,000 rows would be decided otherwise (3.0 %)" in page
    assert page.count("<svg ") == 2
    assert "<title>deny \N{RIGHTWARDS ARROW} approve: 30</title>" in page
    assert "&lt;m29&gt;" in page
    assert "<m29>" not in page
    assert "10 more" in page


def test_the_page_names_no_members_whom_nothing_names_and_no_criteria_where_none_changes() -> None:
    move = {"policy": "p", "before": "deny", "after": "approve"}
    shifts = {"rows": 9, "differ": 1, "moves": [{**move, "rows": 1}], "criteria": []}
    shifts["pathways"] = [{**move, "rows": 1, "pathways": "sle, initial"}]
    shifts["members"] = [{"ids": {}, **move, "pathways": "sle, initial"}]
    page = shifts_html(shifts, "p@1", "p@2")
    assert "By indication and phase" in page
    assert ("Members" in page, "By criterion" in page) == (False, False)


def test_where_nothing_changes_the_page_says_so() -> None:
    nothing: dict[str, Any] = {
        "rows": 5,
        "differ": 0,
        "moves": [],
        "pathways": [],
        "criteria": [],
        "members": [],
    }
    assert "Every row comes to the same as before." in shifts_html(nothing, "p@1", "p@2")


def test_the_page_is_asked_for_where_rules_are_compared(tmp_path: Path) -> None:
    ended = command("cohort", "in.csv", str(tmp_path / "out.csv"), "--format", "html")
    assert (ended.status, "--format html is the page of --against" in ended.err) == (2, True)


# ---- what was stopped --------------------------------------------------------------------------


def cohort_command(kb: KnowledgeBase, given: Path, out: Path, *more: str) -> list[str]:
    root = str(kb.files.root)
    options = ["--kb", root, "--id", "member", "--rows", "3", *more]
    return [sys.executable, "-m", "lupa", "cohort", str(given), str(out), *options]


def killed_and_resumed(kb: KnowledgeBase, rows: list[Row], folder: Path, times: int, seed: int) -> bool:
    """Whether work that is killed at random moments ends in the same bytes."""
    given, dice = written(rows, folder / "in.parquet"), random.Random(seed)
    whole, out = folder / "whole.parquet", folder / "out.parquet"
    subprocess.run(cohort_command(kb, given, whole), check=True, capture_output=True)
    for _ in range(times):
        process = subprocess.Popen(cohort_command(kb, given, out), stderr=subprocess.DEVNULL)
        time.sleep(dice.uniform(0.1, 3))
        process.send_signal(signal.SIGKILL)
        process.wait()
    subprocess.run(cohort_command(kb, given, out), check=True, capture_output=True)
    left = [path.name for path in folder.iterdir() if path.suffix == ".parts"]
    return out.read_bytes() == whole.read_bytes() and left == []


@pytest.mark.slow
def test_what_was_killed_goes_on_to_the_same_bytes(
    few: KnowledgeBase, rows: list[Row], tmp_path: Path
) -> None:
    assert killed_and_resumed(few, rows, tmp_path, 1, seed=1)


@pytest.mark.mass
def test_what_is_killed_at_any_moment_goes_on_to_the_same_bytes(kb: KnowledgeBase, tmp_path: Path) -> None:
    assert killed_and_resumed(kb, drawn(500), tmp_path, 50, seed=2)


class StoppedError(Exception):
    """What stands for a machine that fails."""


def stopped(kb: KnowledgeBase, source: Source, out: Path, wanted: Wanted) -> None:
    """Work that ends after its first part."""

    def tick(done: int, _total: int | None) -> None:
        raise StoppedError(done)

    with pytest.raises(StoppedError):
        run(kb, source, out, wanted, rows=5, tick=tick)


def test_parts_that_are_there_are_kept(few: KnowledgeBase, rows: list[Row], tmp_path: Path) -> None:
    source = Source(str(written(rows, tmp_path / "in.parquet")))
    out, wanted = tmp_path / "out.jsonl", Wanted(ids=("member",))
    stopped(few, source, out, wanted)
    part = tmp_path / "out.jsonl.parts" / "part-000000.arrow"
    before = part.stat().st_mtime_ns
    assert not out.exists()
    stopped(few, source, out, wanted)
    assert part.stat().st_mtime_ns == before


def test_a_part_that_is_damaged_is_told_and_the_rest_goes_on(
    few: KnowledgeBase, rows: list[Row], tmp_path: Path
) -> None:
    source, out = Source(str(written(rows, tmp_path / "in.parquet"))), tmp_path / "out.jsonl"
    stopped(few, source, out, Wanted(ids=("member",)))
    part = tmp_path / "out.jsonl.parts" / "part-000000.arrow"
    part.write_bytes(part.read_bytes()[:50])
    with pytest.raises(CaseError, match=r"part-000000.arrow: is damaged; take it away and start again"):
        run(few, source, out, Wanted(ids=("member",)), rows=5)
    assert not out.exists()
    part.unlink()
    assert run(few, source, out, Wanted(ids=("member",)), rows=5) == 40


@pytest.mark.slow
def test_where_the_disk_is_full_that_is_told_and_nothing_half_written_is_left(
    few: KnowledgeBase, tmp_path: Path
) -> None:
    given, out = written(drawn(400), tmp_path / "in.parquet"), tmp_path / "out.jsonl"
    limited = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)); "
    limited += "from lupa.__main__ import main; main()"
    words = [*cohort_command(few, given, out)[3:], "--rows", "400"]
    ended = subprocess.run(
        [sys.executable, "-c", limited, *words], check=False, capture_output=True, text=True
    )
    assert ended.returncode == 2
    assert "File too large" in ended.stderr
    assert "Traceback" not in ended.stderr
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert left == ["in.parquet"]


@pytest.mark.parametrize(
    ("change", "words"),
    [("outputs", "with other options"), ("input", "with another input"), ("garbled", "another lupa")],
)
def test_the_parts_of_other_work_are_not_mixed_in(
    few: KnowledgeBase, rows: list[Row], tmp_path: Path, change: str, words: str
) -> None:
    given, out = written(rows, tmp_path / "in.parquet"), tmp_path / "out.jsonl"
    stopped(few, Source(str(given)), out, Wanted(ids=("member",)))
    outputs = ("met",) if change == "outputs" else ()
    if change == "input":
        written(rows[1:], given)
    elif change == "garbled":
        (tmp_path / "out.jsonl.parts" / "about.json").write_text("{", encoding="utf-8")
    with pytest.raises(CaseError, match=words):
        run(few, Source(str(given)), out, Wanted(ids=("member",), outputs=outputs), rows=5)


def test_where_nothing_was_done_a_mended_file_is_decided(few: KnowledgeBase, tmp_path: Path) -> None:
    given, out = tmp_path / "in.csv", tmp_path / "out.csv"
    given.write_text("years\n34\n", encoding="utf-8")
    with pytest.raises(CaseError, match="column 'years'"):
        run(few, Source(str(given)), out, FEP)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]
    (tmp_path / "out.csv.parts").mkdir()  # as where it was killed at once
    (tmp_path / "out.csv.parts" / "about.json").write_text("{", encoding="utf-8")
    given.write_text("age\n34\n", encoding="utf-8")
    assert run(few, Source(str(given)), out, FEP) == 1


def test_what_somebody_keeps_beside_the_output_is_left_alone(few: KnowledgeBase, tmp_path: Path) -> None:
    given, kept = tmp_path / "in.csv", tmp_path / "out.csv.parts" / "mine.txt"
    given.write_text("age\n34\n", encoding="utf-8")
    kept.parent.mkdir()
    kept.write_text("mine", encoding="utf-8")
    with pytest.raises(
        CaseError, match=r"out\.csv\.parts: is needed .* and holds something else; name another"
    ):
        run(few, Source(str(given)), tmp_path / "out.csv", FEP)
    assert kept.read_text(encoding="utf-8") == "mine"


def test_a_file_that_changes_while_it_is_read_is_told(
    few: KnowledgeBase, rows: list[Row], tmp_path: Path
) -> None:
    given, out = written(rows[:5], tmp_path / "in.parquet"), tmp_path / "out.jsonl"
    with pytest.raises(CaseError, match="has changed while it was read"):
        run(
            few,
            Source(str(given)),
            out,
            Wanted(ids=("member",)),
            tick=lambda *_: given.touch(),
        )
    assert not out.exists()


@pytest.mark.slow
def test_several_processes_give_the_same_bytes(few: KnowledgeBase, rows: list[Row], tmp_path: Path) -> None:
    source = Source(str(written(rows, tmp_path / "in.parquet")))
    stopped(few, source, tmp_path / "two.parquet", Wanted(ids=("member",)))  # two go on where one left off
    for name, jobs in (("one.parquet", 1), ("two.parquet", 2)):
        run(few, source, tmp_path / name, Wanted(ids=("member",)), jobs=jobs, rows=5)
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()


# ---- bad input ---------------------------------------------------------------------------------


def refused(kb: KnowledgeBase, columns: dict[str, list[Any]], wanted: Wanted) -> str:
    def decided() -> None:
        cohort = Cohort(kb, wanted)
        cohort.check(list(columns))
        cohort.decided(pa.table(columns))

    with pytest.raises(CaseError) as error:
        decided()
    return str(error.value)


@pytest.mark.parametrize(
    ("columns", "wanted", "words"),
    [
        ({"agee": [1]}, FEP, "column 'agee': 'agee' is not known here; did you mean age?"),
        ({"phase.initial": [True]}, FEP, "column 'phase.initial': is a value; name the column phase"),
        (
            {"taking.Lupkynis": [True], "taking.voclosporin": [True]},
            FEP,
            "says the same as column 'taking.",
        ),
        (
            {"age": [40], "age.at_least": [18]},
            FEP,
            "says the same as column 'age'; keep one (a number that is known is age.at_least and age.at",
        ),
        (
            {"age.value": [40], "age": [40]},
            FEP,
            "column 'age.value': says the same as column 'age'; keep one",
        ),
        ({"taking": [True]}, FEP, "of one name taking.NAME says yes or no"),
        ({"live_vaccine": [[True]]}, FEP, "column 'live_vaccine': holds lists, where one yes or no is"),
        ({"age": [1]}, Wanted(), "no column says which policy is asked"),
        ({"age": [1]}, Wanted(policies=("fep_lupkynis",), ids=("member",)), "there is no column 'member'"),
        ({"age": [1]}, Wanted(policies=("fep_lupkynis@1999",)), "fep_lupkynis has no edition '1999'"),
        ({"age": [1]}, Wanted(policies=("fep_lupkynis",), outputs=("all",)), "'all' is no further output"),
        ({"policy": ["uhc_benlysta"]}, FEP, "and --policy says it too; leave out one"),
        (
            {"outcome": ["x"], "age": [1]},
            Wanted(policies=("fep_lupkynis",), ids=("outcome",)),
            "column 'outcome' cannot be handed on",
        ),
    ],
)
def test_what_no_column_can_say_is_refused(
    few: KnowledgeBase, columns: dict[str, list[Any]], wanted: Wanted, words: str
) -> None:
    assert words in refused(few, columns, wanted)


def test_columns_can_be_renamed_and_left_out(few: KnowledgeBase) -> None:
    wanted = Wanted(
        policies=("fep_lupkynis",), renamed={"Alter": "age", "Phase": "phase"}, ignored=("note",)
    )
    table = pa.table(
        {"Alter": [17], "note": ["x"], "indication": ["lupus_nephritis"], "Phase": ["initial"]}
    )
    cohort = Cohort(few, wanted)
    cohort.check(table.column_names)
    assert cohort.decided(table)["unmet"].to_pylist() == [["adult"]]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"age": ["old"]}, "facts.age: a number of years is expected, not 'old'"),
        ({"documented": [["zzz"]]}, "facts.documented[0]: 'zzz' is not known here"),
        ({"taking": [[["prednisone"]]]}, 'facts.taking[0]: a name is expected, not ["prednisone"]'),
        ({"service_date": ["soon"]}, "request.service_date: a date is written year-month-day"),
        (
            {"active.sle": [True], "diagnosis.sle": [False]},
            "the record contradicts itself; these cannot all be so: facts.",
        ),
        ({"age": ["old"], "taking": [["prednisone"]], "taking.prednisone": [True]}, "facts.age: a number"),
        ({"taking": [["prednisone"]], "taking.prednisone": [False]}, "two columns say different things"),
        ({"taking.only": [["prednisone"]], "taking.prednisone": [None]}, "leaves taking(prednisone) open"),
        ({"birth_date": [date(1990, 1, 1)]}, "facts.birth_date: needs request.service_date"),
    ],
)
def test_a_row_that_cannot_be_is_kept_with_the_reason(
    few: KnowledgeBase, columns: dict[str, list[Any]], words: str
) -> None:
    (row,) = Cohort(few, FEP).decided(pa.table(columns)).to_pylist()
    assert row["outcome"] == "invalid"
    assert words in row["error"]


def test_rows_that_contradict_themselves_alike_are_judged_once(few: KnowledgeBase) -> None:
    dice = random.Random("clashes")
    truths = [f"{name}.{of}" for name in ("diagnosis", "active") for of in ("sle", "lupus_nephritis")]
    rows: list[Row] = [
        {
            "age": dice.choice([4, 17, 34, None]),
            **{name: dice.choice([True, False, None]) for name in truths},
            "taking": dice.choice([["prednisone"], [], None]),
        }
        for _ in range(400)
    ]
    compiled = few.compile("uhc_benlysta")
    assert compiled.rules is not None
    judged: list[Any] = []

    def decide(case: Any) -> Any:
        judged.append(case)
        return few.decide(case)

    watched = replace(compiled, rules=compiled.rules._replace(decide=decide))
    table = pa.Table.from_pylist(rows)
    found = Tables(watched, (), ()).table(table)["error"].to_pylist()
    expected: list[str | None] = []
    for row in rows:
        facts: Row = {"age": row["age"], "taking": row["taking"], "diagnosis": {}, "active": {}}
        for name in truths:
            family, _, of = name.partition(".")
            facts[family][of] = row[name]
        try:
            few.decide({"request": {"policy": "uhc_benlysta"}, "facts": facts})
            expected.append(None)
        except CaseError as error:
            expected.append(on_one_line(error))
    assert found == expected
    assert expected.count(None) < 300
    # of the facts that clash and the columns that say them, each combination once
    assert len(judged) < 60


def test_rows_of_one_age_are_told_their_own_days(few: KnowledgeBase) -> None:
    days = [date(2025, 4, 1), date(2025, 5, 1)]
    table = pa.table({"service_date": [date(2025, 3, 1)] * 2, "birth_date": days})
    assert Cohort(few, FEP).decided(table)["error"].to_pylist() == [
        f"facts.birth_date: {day} is after request.service_date, 2025-03-01; check both" for day in days
    ]


def test_what_no_rule_reads_in_several_columns_is_read_as_in_a_case(few: KnowledgeBase) -> None:
    facts = {
        "starts": ["belimumab"],
        "received": ["belimumab_intravenous"],
        "taking": ["anifrolumab", "prednisone"],
        "diagnosis": ["hypertensive_emergency"],
    }
    request = {"indication": "lupus_nephritis", "phase": "initial"}
    (row,) = Cohort(few, FEP).decided(pa.table({k: [v] for k, v in (request | facts).items()})).to_pylist()
    decision = few.decide({"request": {"policy": "fep_lupkynis", **request}, "facts": facts})
    assert (row["outcome"], row["error"]) == (decision.outcome, None)
    assert row["open"] == [each.id for each in decision.criteria if each.status == "open"]


def test_what_a_law_forbids_in_several_columns_that_no_rule_reads_is_no_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "_SPARE", 1)  # what was judged is soon forgotten, and judged again
    monkeypatch.setattr(columns_of_tables, "_KEPT", 1)
    kb = small_kb(tmp_path / "kb", TIED, TIED_RULES)
    alpha, beta = [True, True, None, True, True], [True, False, True, True, True]
    table = pa.table({"taking.alpha": alpha, "taking.beta": beta, "taking.gamma": [True] * 5})
    found = Cohort(kb, Wanted(policies=("small",))).decided(table)["outcome"].to_pylist()
    assert found == ["invalid", "pend", "pend", "invalid", "invalid"]


def test_a_relation_that_is_open_beside_a_part_that_is_so_is_refused(tmp_path: Path) -> None:
    facts = vocabulary() + relation_rules(["tried(alpha,failed)", "tried(alpha,stopped)"])
    rules = "outcome(small, approve) :- tried(alpha, failed), tried(alpha, stopped).\n"
    kb = small_kb(tmp_path / "kb", facts, rules + otherwise("approve", last="deny"))
    whole = pa.array([None], pa.map_(pa.string(), pa.list_(pa.string())))
    table = pa.table({"tried": whole, "tried.alpha.failed": [True]})
    (row,) = Cohort(kb, Wanted(policies=("small",))).decided(table).to_pylist()
    said = "facts.tried: is said beside column 'tried.alpha.failed'; keep one"
    assert (row["outcome"], row["error"]) == ("invalid", said)


@pytest.mark.parametrize(
    ("part", "outcome"),
    [
        ({"stopped": True}, "approve"),
        ({"stopped": True, "failed": True}, "approve"),
        ({"stopped": True, "failed": False}, "invalid"),
    ],
)
def test_what_two_columns_say_alike_of_a_part_is_said_once(
    tmp_path: Path, part: dict[str, bool], outcome: str
) -> None:
    rules = "outcome(small, approve) :- tried(alpha, failed), tried(alpha, stopped).\n"
    facts = vocabulary() + relation_rules(["tried(alpha,failed)", "tried(alpha,stopped)"])
    kb = small_kb(tmp_path / "kb", facts, rules + otherwise("approve", last="deny"))
    table = pa.table({"tried": [{"alpha": {"failed": True}}], "tried.alpha": [part]})
    (row,) = Cohort(kb, Wanted(policies=("small",))).decided(table).to_pylist()
    assert row["outcome"] == outcome


def test_part_of_a_table_is_decided_as_its_rows_are(few: KnowledgeBase) -> None:
    dice = random.Random("parts")
    columns = ("taking.voclosporin", "taking.prednisone", "diagnosis.lupus_nephritis")
    table = pa.table({name: dice.choices((True, False, None), k=90) for name in columns})
    cohort = Cohort(few, FEP)
    whole = cohort.decided(table).to_pylist()
    for first, count in ((0, 90), (3, 70), (65, 25), (9, 0)):
        assert cohort.decided(table.slice(first, count)).to_pylist() == whole[first : first + count]


def test_a_route_behind_the_drug_is_its_route(few: KnowledgeBase) -> None:
    drugs = ["Benlysta IV", "Benlysta", "belimumab (subcut)", "Lupkynis PO", None]
    asked = pa.table({"drug": drugs, "phase": ["initial"] * 5})
    routes = pa.table({**dict(zip(asked.column_names, asked.columns, strict=True)), "route": ["IV"] * 5})
    for table in (asked, asked.rename_columns(["request.drug", "phase"]), routes):
        found = Cohort(few, Wanted()).decided(table).to_pylist()
        expected: list[tuple[list[str] | None, str | None]] = []
        for row in table.to_pylist():
            request = {name.removeprefix("request."): value for name, value in row.items()}
            try:
                decision = few.decide({"request": request})
                expected.append((list(decision.possible), None))
            except CaseError as error:
                expected.append((None, on_one_line(error)))
        assert [(row["possible"], row["error"]) for row in found] == expected


def test_a_compiled_policy_reads_a_route_behind_the_drug(few: KnowledgeBase) -> None:
    compiled = few.compile("uhc_benlysta")
    table = pa.table({"drug": ["Benlysta SC", "Benlysta"], "phase": ["initial", "initial"]})
    told = compiled.decide(table).to_pylist()
    coded = pa.table([each.dictionary_encode() for each in table.columns], table.column_names)
    assert compiled.decide(coded).to_pylist() == told
    assert [row["possible"] for row in told] == [
        ["out_of_scope"],
        ["approve", "deny", "out_of_scope", "refer"],
    ]
    other = pa.table({"drug": ["Benlysta SC"], "months": ["left out"], "route": ["intravenous"]})
    (row,) = Cohort(few, Wanted(ignored=("months", "route"))).decided(other).to_pylist()
    assert (row["outcome"], row["error"][:13]) == ("invalid", "request.drug:")


def test_a_compiled_policy_does_not_answer_for_another(few: KnowledgeBase) -> None:
    own = "uhc_benlysta@2023-11-01"
    compiled = few.compile(own)
    no_payer = "'Aetna' is the payer of no such policy; the payers are: UnitedHealthcare"
    asked: list[tuple[str, list[str | None], str]] = [
        (
            "policy",
            [own, "uhc_benlysta", None, "fep_lupkynis"],
            f"'fep_lupkynis' is asked, and {own} decides here",
        ),
        ("drug", ["Benlysta", None, "Lupkynis"], "uhc_benlysta does not cover 'Lupkynis'"),
        ("code", ["J0490", "J0491"], "the code 'J0491' is not known; name the drug or the service"),
        ("payer", ["UnitedHealthcare", "Aetna"], no_payer),
    ]
    for name, values, words in asked:
        why = f"request.{name}: {words}"
        table = pa.table(
            {name: values, "taking.voclosporin": [True] * len(values), "age": ["x"] * len(values)}
        )
        *here, other = compiled.decide(table.drop_columns("age"), ["reason"]).to_pylist()
        assert [(row["unmet"], row["error"]) for row in here] == [(["no_combination"], None)] * len(here)
        assert (other["outcome"], other["error"]) == ("invalid", why)
        assert compiled.decide(table).to_pylist()[-1]["error"] == why
        (batch,) = compiled.batches(table.drop_columns("age").to_reader())
        assert batch.to_pylist()[-1]["error"] == why


def test_a_column_may_hold_two_numbers_that_are_written_as_one(few: KnowledgeBase) -> None:
    asked = {"indication": "lupus_nephritis", "phase": "initial"}
    said: dict[str, list[Any]] = {
        "bp": ["170/90", "120/80", None, "90/170"],
        "systolic": [None, None, 170, None],
    }
    table = pa.table({**said, **{key: [value] * 4 for key, value in asked.items()}})
    rows = few.compile("fep_lupkynis").decide(table, "advisories").to_pylist()
    for row, bp, systolic in zip(rows, *said.values(), strict=True):
        facts = {"bp": bp, "systolic": systolic}
        decision = few.decide({"request": {"policy": "fep_lupkynis", **asked}, "facts": facts})
        assert row["advisories"] == [each.id for each in decision.advisories]
    assert len({tuple(row["advisories"]) for row in rows}) > 1
    both = pa.table({"bp": ["170/90"], "systolic": [120]})
    (row,) = few.compile("fep_lupkynis").decide(both).to_pylist()
    assert row["outcome"] == "invalid"


def test_the_day_and_the_unit_of_a_number_stand_in_columns_beside_it(tmp_path: Path) -> None:
    said: dict[str, list[Any]] = {
        "ldl": [99, 120, 3, 120, None],
        "ldl.unit": [None, None, "mmol/L", None, None],
        "ldl.on": ["2025-02-20", "2025-02-20", "2025-02-20", "2024-02-20", "2025-02-20"],
    }
    asked = {"service_date": "2025-03-01", "indication": "high_ldl", "phase": "initial"}
    table = pa.table({**said, **{name: [value] * 5 for name, value in asked.items()}})
    rows = measuring_kb(tmp_path).compile("measuring").decide(table, "met").to_pylist()
    statuses = [[name for name in ("met", "unmet", "open") if "ldl_high" in row[name]] for row in rows]
    assert statuses == [["unmet"], ["met"], ["met"], ["unmet"], ["open"]]


def test_a_column_may_be_named_by_a_code(few: KnowledgeBase) -> None:
    compiled = few.compile("uhc_benlysta@2023-11-01", {})
    (row,) = compiled.decide(
        pa.table({"diagnosis.M32.14": [False], "indication": ["lupus_nephritis"]})
    ).to_pylist()
    assert "diagnosis_lupus_nephritis" in row["unmet"]
    with pytest.raises(CaseError, match=r"says the same as column 'diagnosis\.M32\.14'; keep one"):
        compiled.decide(pa.table({"diagnosis.M32.14": [True], "diagnosis.lupus_nephritis": [False]}))


def test_one_name_need_not_stand_in_a_list(few: KnowledgeBase) -> None:
    compiled = few.compile("fep_lupkynis")
    table = pa.table({"member": ["a"], "age": [17]})
    assert compiled.decide(table, "met", ids="member").equals(
        compiled.decide(table, ["met"], ids=["member"])
    )


@pytest.mark.parametrize("given", [3, None, [{"age": 17}]])
def test_what_is_no_table_is_refused(few: KnowledgeBase, given: Any) -> None:
    words = (
        f"a table, or a stream, that any library offers as Arrow's is expected, not {type(given).__name__}"
    )
    compiled = few.compile("fep_lupkynis")
    for read in (compiled.decide, lambda table: list(compiled.batches(table))):
        with pytest.raises(CaseError) as error:
            read(given)
        assert str(error.value).startswith(words)


def test_no_rows_give_no_verdicts(few: KnowledgeBase, tmp_path: Path) -> None:
    pq.write_table(pa.table({"age": pa.array([], pa.int64())}), tmp_path / "in.parquet")
    assert run(few, Source(str(tmp_path / "in.parquet")), tmp_path / "out.parquet", FEP) == 0
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 0
    without_types = pa.table({"age": pa.array([], pa.null()), "live_vaccine": pa.array([], pa.null())})
    assert few.compile("fep_lupkynis").decide(without_types).num_rows == 0


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("in.csv", "", "is empty; its first line names the columns"),
        ("in.csv", "age,age\n1,2\n", "column 'age' is there twice"),
        ("in.csv", "age,phase\n1\n", "cannot be read: CSV parse error"),
        ("in.parquet", "no table", "cannot be read: "),
        ("in.csv", "\n1,2\n", "begins with an empty line; its first line names the columns"),
        ("in.parquet", "", "is empty; even a table of no rows names its columns; write it again"),
        ("in.arrow", "", "is empty; even a table of no rows names its columns; write it again"),
        ("in.jsonl", "", "is empty; each line is one patient"),
        ("in.jsonl", "\n\n", "no line says anything; each line is one patient"),
        (
            "in.jsonl",
            '{"age": 1}\n{"age": "x"}\n',
            "line 2, column 'age': is a text, and a number in line 1",
        ),
        ("in.jsonl", '{"age": 1}\n{"age"\n', "line 2 is not JSON"),
        ("in.jsonl", '{"age": 1}\n[1]\n', "line 2 is no object"),
        ("in.jsonl", '{"age": 1}\n null\n', "line 2 is no object"),
        ("in.jsonl", "null\n", "line 1 is no object"),
        ("in.jsonl", '{"age": 1}\n{"phase": "\udce4"}\n', "line 2 is not UTF-8; save the file in UTF-8"),
        ("in.csv", "age\n1\n\udce4\n", "line 3 is not UTF-8; save the file in UTF-8"),
        (
            "in.csv",
            "age;phase\n1;initial\n",
            "its first line is divided by ';'; write the file with commas",
        ),
        (
            "in.jsonl",
            '{"taking": {"a": ["x"]}}\n{"taking": {"a": [null, 1]}}\n',
            r"line 2, column 'taking.a\[\]': is a number, and a text in line 1",
        ),
        ("in.jsonl", '{"age": 1}\n{"age": 2, "age": 3}\n', r"line 2 is not JSON \('age' is said twice\)"),
        ("in.jsonl", '{"age": NaN}\n{"age"\n', r"line 1 is not JSON \(NaN is no number\)"),
        ("in.txt", "", "its name ends in none of .parquet"),
    ],
)
def test_a_file_that_holds_no_table_is_told(tmp_path: Path, name: str, content: str, words: str) -> None:
    (tmp_path / name).write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(CaseError, match=words):
        list(Source(str(tmp_path / name)).parts(10))


def late(path: Path, first: str, last: str) -> Source:
    """Lines of which only the last, beyond those that are read at once, says something else."""
    path.write_text(f"{first}\n" * 5 + f"{last}\n", encoding="utf-8")
    return Source(str(path))


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ('{"age": null, "m": 1}', '{"age": 17, "m": 2}'),
        ('{"age": 17, "m": 1}', '{"age": 17.5, "m": 2}'),
        ('{"taking": [], "m": 1}', '{"taking": ["prednisone"], "m": 2}'),
        ('{"diagnosis": {"sle": true}, "m": 1}', '{"diagnosis": {"lupus_nephritis": false}, "m": 2}'),
        ('{"birth_date": "1990-01-01", "m": 1}', '{"birth_date": "unknown", "m": 2}'),
        ('{"age": 17, "m": 1}', '{"age": 17, "months": 13, "m": 2}'),
    ],
)
def test_what_the_first_lines_leave_open_later_ones_may_say(
    few: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str, last: str
) -> None:
    asked = '"service_date": "2025-03-01", "indication": "lupus_nephritis", "phase": "initial", '
    rows = [line.replace("{", "{" + asked, 1) for line in (first, last)]
    expected: list[tuple[Any, ...]] = []
    for row in map(json.loads, [*rows[:1] * 5, *rows[1:]]):
        request = {k: row[k] for k in ("service_date", "indication", "phase", "months") if k in row}
        facts = {k: v for k, v in row.items() if k not in {*request, "m"} and v is not None}
        try:
            decision = few.decide({"request": {"policy": "fep_lupkynis", **request}, "facts": facts})
            expected.append((row["m"], list(decision.possible), None))
        except CaseError as error:
            expected.append((row["m"], None, on_one_line(error)))
    monkeypatch.setattr(json_lines, "_BLOCK", 64)
    for size in (1, 4, 100):
        source, out = late(tmp_path / "in.jsonl", *rows), tmp_path / "out.jsonl"
        run(few, source, out, Wanted(("fep_lupkynis",), ids=("m",)), rows=size)
        told = map(json.loads, out.read_text(encoding="utf-8").splitlines())
        assert [(row["m"], row["possible"], row["error"]) for row in told] == expected


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ('{"m": 1}', '{"m": "a"}', "column 'm': is string in rows 6 to 6, and int64 in the first"),
        (
            '{"m": 1.5}',
            '{"m": 12345678901234567890}',
            "a number in rows 6 to 6 of which not every digit is",
        ),
    ],
)
def test_what_rows_are_called_is_of_one_type_and_as_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str, last: str, words: str
) -> None:
    monkeypatch.setattr(json_lines, "_BLOCK", 8)
    source = late(tmp_path / "in.jsonl", first, last)
    with pytest.raises(CaseError, match=words):
        list(source.with_ids(source.parts(5), ("m",)))


def test_lines_that_were_read_for_their_columns_are_not_read_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in.jsonl").write_text('{"age": 1}\n{"age": 2}\n', encoding="utf-8")
    read, of_lines = list[bytes](), json_lines._of_lines

    def counted(block: bytes, texts: pa.Schema) -> pa.Table:
        read.append(block)
        return of_lines(block, texts)

    monkeypatch.setattr(json_lines, "_of_lines", counted)
    source = Source(str(tmp_path / "in.jsonl"))
    assert [[table.to_pydict() for table in source.parts(10)] for _ in range(2)] == [[{"age": [1, 2]}]] * 2
    assert len(read) == 2  # once in all, and once more for whoever asks for the rows again


def test_a_first_line_without_an_end_is_a_table_without_rows(few: KnowledgeBase, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("age,phase", encoding="utf-8")
    source = Source(str(tmp_path / "in.csv"))
    assert source.schema.names == ["age", "phase"]
    assert run(few, source, tmp_path / "out.jsonl", replace(FEP, texts=True)) == 0


@pytest.mark.parametrize("where", ["", "*/*/*.parquet"])
def test_what_the_folders_of_a_file_say_is_said_of_each_of_its_rows(
    few: KnowledgeBase, tmp_path: Path, where: str
) -> None:
    for age, folder in ((17, "phase=initial"), (34, "phase=__HIVE_DEFAULT_PARTITION__")):
        path = tmp_path / "run=7" / "indication=lupus%5Fnephritis" / folder / "a.parquet"
        path.parent.mkdir(parents=True)
        pq.write_table(pa.table({"age": [age]}), path)
    given = Source(str(tmp_path / "run=7" / where))
    (table,) = given.parts(10)
    assert table.to_pylist() == [
        {"age": 34, "indication": "lupus_nephritis", "phase": None},
        {"age": 17, "indication": "lupus_nephritis", "phase": "initial"},
    ]
    assert run(few, given, tmp_path / "out.jsonl", FEP) == 2
    pq.write_table(pa.table({"age": [1], "phase": ["initial"]}), path)
    with pytest.raises(CaseError, match=r"a\.parquet: column 'phase' is there twice"):
        Source(str(path.parents[1]))


def told_of(repeated: Repeated, *tables: Row) -> str:
    given = [pa.table(columns) for columns in tables]
    assert list(repeated.watching(given)) == given
    return repeated.told()


def test_files_are_found_by_a_pattern(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "c.parquet"):
        (tmp_path / name).touch()
    assert files_in(str(tmp_path / "*.csv")) == [tmp_path / "a.csv", tmp_path / "b.csv"]
    for nothing in (tmp_path / "*.arrow", tmp_path / "none.csv"):
        with pytest.raises(CaseError) as error:
            files_in(str(nothing))
        why = "no table is there; names end in one of" if "*" in nothing.name else "no such file"
        assert str(error.value).startswith(f"{nothing}: {why}")


@pytest.mark.parametrize("wrong", ["age", "=age", "Alter="])
def test_a_column_is_renamed_by_both_of_its_names(wrong: str) -> None:
    assert named(["Alter=age", "Phase=phase"]) == {"Alter": "age", "Phase": "phase"}
    with pytest.raises(CaseError) as error:
        named(["Alter=age", wrong])
    assert str(error.value) == f"'{wrong}': COLUMN=FACT is expected"


def test_a_column_has_one_meaning(few: KnowledgeBase) -> None:
    with pytest.raises(CaseError, match="--map: column 'Alter' is given two meanings; keep one"):
        named(["Alter=age", "Alter=months"])
    table = pa.table({"Alter": [17]})
    for wanted in (
        Wanted(("fep_lupkynis",), ids=("Alter",), renamed={"Alter": "age"}),
        Wanted(("fep_lupkynis",), ignored=("Alter",), renamed={"Alter": "age"}),
    ):
        with pytest.raises(CaseError) as error:
            Cohort(few, wanted).check(table.column_names)
        assert str(error.value) == (
            "column 'Alter' cannot say 'age': one that is handed on, or ignored, says nothing; leave out "
            "one of --map, --id and --ignore"
        )


def test_what_is_asked_for_twice_is_told_once(few: KnowledgeBase) -> None:
    wanted = Wanted(("fep_lupkynis",), outputs=("met", "met"), ids=("m", "m"))
    found = Cohort(few, wanted).decided(pa.table({"m": [1], "age": [17]}))
    assert (found.column_names.count("m"), found.column_names.count("met")) == (1, 1)


def test_a_compiled_policy_without_its_rules_decides_records_and_no_table(few: KnowledgeBase) -> None:
    compiled = few.compile("fep_lupkynis")
    sent = pickle.loads(pickle.dumps(compiled))  # noqa: S301 - made here
    assert sent == compiled
    with pytest.raises(CaseError) as error:
        sent.decide(pa.table({"age": [17]}))
    assert str(error.value) == (
        "it was sent here without the rules, which tables need; compile it where it is used"
    )


def test_an_id_that_is_no_column_is_told(few: KnowledgeBase) -> None:
    with pytest.raises(CaseError) as error:
        few.compile("fep_lupkynis").decide(pa.table({"age": [17]}), ids=["member"])
    assert str(error.value) == "column 'member': is not there; there are age"
    with pytest.raises(CaseError, match="column 'outcome' cannot be handed on"):
        few.compile("fep_lupkynis").decide(pa.table({"outcome": ["x"], "age": [17]}), ids=["outcome"])


def test_ids_that_are_in_several_rows_are_told_by_their_places() -> None:
    first: Row = {"id": ["a", "b", None, None], "day": [1, 1, 1, 1]}
    second: Row = {"id": ["b", "c", "a", "b"], "day": [1, 1, 1, 1]}
    each = "each row is decided by itself"
    assert told_of(Repeated(("id",)), first, second) == (
        f"id: 2 ids are in more than one row (rows 1 and 7; 3 rows from 2 to 8); {each}"
    )
    assert told_of(Repeated(("id", "day"), most=7), first, second) == (
        f"id, day: 2 ids are in more than one row of the first 7 rows (rows 1 and 7; rows 2 and 5); {each}"
    )
    assert told_of(Repeated(("id",)), {"id": [*"abcdeabcde"]}) == (
        f"id: 5 ids are in more than one row (rows 1 and 6; rows 2 and 7; rows 3 and 8; and 2 more); {each}"
    )
    assert told_of(Repeated(("id",)), {"id": [3, 1]}, {"id": [3, None]}) == (
        f"id: 1 id is in more than one row (rows 1 and 3); {each}"
    )
    assert told_of(Repeated(("id",)), {"id": [3, 1]}, {"id": [2, None]}) == ""
    assert told_of(Repeated(("id", "day")), first) == ""
    assert told_of(Repeated(()), first, second) == ""
    assert told_of(Repeated(("id",)), {"id": [[1], [1]]}) == ""


def test_files_of_one_folder_have_the_same_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("age\n1\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("months\n1\n", encoding="utf-8")
    with pytest.raises(CaseError, match=r"b.csv: its columns are not those of a.csv \(age, months\)"):
        Source(str(tmp_path))
    for name, ages in (("a", [1]), ("b", ["x"])):
        pq.write_table(pa.table({"months": [1], "age": ages}), tmp_path / f"{name}.parquet")
    with pytest.raises(CaseError, match=r"holds files of several kinds \(csv, parquet\); name one"):
        Source(str(tmp_path))
    with pytest.raises(
        CaseError, match=r"b.parquet: .* column 'age' is string, there int64; write it alike"
    ):
        Source(str(tmp_path / "*.parquet"))
    with pytest.raises(CaseError, match="no such file"):
        Source(str(tmp_path / "c.csv"))
    assert [path.name for path in Source(str(tmp_path / "a*.csv")).paths] == ["a.csv"]


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_a_column_that_is_there_twice_is_told_of_any_file(tmp_path: Path, kind: str) -> None:
    table, path = pa.table([[17], [40]], names=["age", "age"]), tmp_path / f"in.{kind}"
    if kind == "parquet":
        pq.write_table(table, path)
    else:
        with pa.ipc.new_file(path, table.schema) as writer:
            writer.write_table(table)
    with pytest.raises(CaseError, match=f"in.{kind}: column 'age' is there twice"):
        Source(str(path))


def test_what_is_written_into_the_folder_that_is_read_is_not_read(
    few: KnowledgeBase, rows: list[Row], tmp_path: Path
) -> None:
    given, out = written(rows, tmp_path / "in.arrow"), tmp_path / "out.arrow"
    stopped(few, Source(str(tmp_path)), out, Wanted(ids=("member",)))
    assert Source(str(tmp_path)).paths == [given]
    assert run(few, Source(str(tmp_path)), out, Wanted(ids=("member",)), rows=5) == 40
    with pytest.raises(CaseError, match=r"in.arrow: is itself read; name another file for the output"):
        run(few, Source(str(given)), given, Wanted(ids=("member",)))


@pytest.mark.parametrize("dense", [0, 8])
def test_what_several_columns_say_is_told_apart_by_a_table_or_by_sorting(
    dense: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distinct, "_DENSE", dense)
    columns: list[list[Any]] = [
        [None, "b", "a", "b", None],
        [2, 1, 2, 2, 2],
        [True, None, False, None, True],
    ]
    for count in (5, 0):
        codes, values = distinct.coded([pa.chunked_array([pa.array(each[:count])]) for each in columns])
        assert [values[code] for code in codes] == [*zip(*columns, strict=True)][:count]
        assert len(values) == min(count, 4)


def test_a_folder_in_the_place_of_the_output_is_told_before_anything_is_decided(
    few: KnowledgeBase, rows: list[Row], tmp_path: Path
) -> None:
    given, out = written(rows, tmp_path / "in.arrow"), tmp_path / "out.csv"
    out.mkdir()
    with pytest.raises(CaseError, match=r"out.csv: is a folder; name a file for the output"):
        run(few, Source(str(given)), out, Wanted(ids=("member",)))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.arrow", "out.csv"]


def test_files_of_one_folder_may_hold_numbers_of_other_widths(tmp_path: Path) -> None:
    for name, kind in (("a", pa.int8()), ("b", pa.int64())):
        pq.write_table(pa.table({"age": pa.array([17], kind)}), tmp_path / f"{name}.parquet")
    (table,) = Source(str(tmp_path)).parts(10)
    assert table.to_pydict() == {"age": [17, 17]}


def test_a_list_of_categories_is_read_from_several_row_groups_of_parquet(tmp_path: Path) -> None:
    lists, path = [["prednisone"], None, ["voclosporin", "prednisone"]], tmp_path / "in.parquet"
    kind = pa.list_(pa.dictionary(pa.int8(), pa.string()))
    pq.write_table(pa.table({"taking": pa.array(lists, kind)}), path, row_group_size=2)
    (table,) = Source(str(path)).parts(10)
    assert table.to_pydict() == {"taking": lists}


def test_what_was_read_of_a_file_is_not_held(tmp_path: Path) -> None:
    given = tmp_path / "in.parquet"
    numbers = np.random.default_rng(1).integers(0, 1 << 62, 1 << 20)
    pq.write_table(pa.table({"id": numbers}), given, row_group_size=1 << 16, use_dictionary=False)
    source, before = Source(str(given)), pa.total_allocated_bytes()
    held = [pa.total_allocated_bytes() - before for _ in source.parts(1 << 16)]
    assert len(held) == 16
    assert max(held) < given.stat().st_size / 2


def test_a_file_that_is_cut_off_is_told(tmp_path: Path) -> None:
    table = pa.table({"age": range(10_000)})
    with pa.ipc.new_stream(tmp_path / "in.arrow", table.schema) as writer:
        writer.write_table(table)
    whole = (tmp_path / "in.arrow").read_bytes()
    (tmp_path / "in.arrow").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CaseError, match=r"in.arrow: cannot be read: Expected to be able to read"):
        list(Source(str(tmp_path / "in.arrow")).parts(10))


@pytest.mark.mass
def test_a_text_far_down_a_file_is_told_with_its_line(tmp_path: Path) -> None:
    lines = ['{"age": 17}\n'] * 3_000_000
    lines[-1] = '{"age": "x"}\n'
    (tmp_path / "in.jsonl").write_text("".join(lines), encoding="utf-8")
    with pytest.raises(CaseError, match="line 3,000,000, column 'age': is a text, and a number in line 1"):
        list(Source(str(tmp_path / "in.jsonl")).parts(1 << 18))


def test_lines_that_say_things_alike_have_no_odd_one(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"age": 1}\n\n{"age": null}\n{"age": 2.5}\n', encoding="utf-8")
    assert json_lines.odd_line(path) == ""


def test_of_no_rows_the_table_says_so(few: KnowledgeBase, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("policy,age\n", encoding="utf-8")
    unchanging(few.files.root)
    found = command(
        "cohort",
        str(tmp_path / "in.csv"),
        str(tmp_path / "out.csv"),
        "--summary",
        "--kb",
        str(few.files.root),
    )
    assert (found.status, found.out) == (0, "no rows\n")


def test_the_command_tells_what_it_did(few: KnowledgeBase, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(
        "id,policy,indication,age,phase,x\n" + 2 * "1,fep_lupkynis,lupus_nephritis,17,initial,-\n",
        encoding="utf-8",
    )
    unchanging(few.files.root)
    found = command(
        "cohort", str(tmp_path / "in.csv"), str(tmp_path / "out.csv"), "--id", "id", "--ignore", "x",
        "--summary", "--kb", str(few.files.root),
    )  # fmt: skip
    assert found.status == 0
    assert "fep_lupkynis, edition 2024-10-01: 2 rows\n" in found.out
    assert "id: 1 id is in more than one row (rows 1 and 2); each row is decided by itself" in found.err
    assert (
        (tmp_path / "out.csv")
        .read_text(encoding="utf-8")
        .splitlines()[1]
        .startswith('"1","fep_lupkynis","2024-10-01","deny","deny","adult",')
    )


def test_one_row_is_told_as_one(few: KnowledgeBase, tmp_path: Path) -> None:
    given, out = tmp_path / "in.csv", tmp_path / "out.csv"
    given.write_text("age\n17\n", encoding="utf-8")
    words = ("--policy", "fep_lupkynis", "--kb", str(few.files.root))
    ended = command("cohort", str(given), str(out), *words)
    assert (ended.status, ended.err) == (0, f"1 row decided into {out}\n")


def test_of_how_many_rows_nothing_could_be_decided_is_told(few: KnowledgeBase, tmp_path: Path) -> None:
    given, out = tmp_path / "in.csv", tmp_path / "out.csv"
    given.write_text("drug,age\nLupkynis,17\nLupkynis,old\nBenlysta,17\n", encoding="utf-8")
    words = ("--policy", "fep_lupkynis", "--kb", str(few.files.root))
    ended = command("cohort", str(given), str(out), *words)
    told = "of 2 rows the outcome is invalid; the column error says why\n"
    assert (ended.status, ended.err) == (0, f"{told}3 rows decided into {out}\n")


@pytest.mark.slow
def test_rows_are_counted_at_a_terminal(few: KnowledgeBase, tmp_path: Path) -> None:
    given, out = tmp_path / "in.csv", tmp_path / "out.csv"
    given.write_text("age\n17\n40\n", encoding="utf-8")
    words = ("--policy", "fep_lupkynis", "--kb", str(few.files.root))
    with at_terminal("cohort", str(given), str(out), *words, columns=200) as terminal:
        assert re.search(r"2 rows, [\d,]+ a second", terminal.read("a second"))
        assert terminal.end() == 0
