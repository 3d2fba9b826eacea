"""Of several policies on a drug one that is not in force: that it gives no answer is told beside others."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from lupa import KnowledgeBase
from tests.command import command
from tests.page.browser import told_by
from tests.page.node import differences, in_node, needs_node
from tests.record.test_routing import two_payers

CASE: dict[str, Any] = {"request": {"drug": "Lupkynis", "service_date": "2025-03-01"}, "facts": {"age": 16}}
WHY = (
    "later_plan gives no answer: 2025-03-01 is before 2026-10-01, when the first edition of later_plan on "
    "file, 2026-10-01, began"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("payers") / "kb"
    two_payers(made)
    return made


def test_what_to_ask_is_told_with_a_note_of_the_policy_that_does_not_answer(folder: Path) -> None:
    ended = command("ask", "-", "--json", "--kb", str(folder), stdin=json.dumps(CASE).encode())
    (line,) = ended.out.splitlines()
    assert (ended.status, ended.err) == (0, f"note: -: {WHY}\n")
    assert json.loads(line)["decision"]["policy"] == "fep_lupkynis"


def test_a_row_of_a_table_has_a_verdict_of_the_one_and_why_the_other_gives_none(
    folder: Path, tmp_path: Path
) -> None:
    given, out = tmp_path / "in.csv", tmp_path / "out.csv"
    given.write_text("drug,service_date,age\nLupkynis,2025-03-01,16\n", encoding="utf-8")
    ended = command("cohort", str(given), str(out), "--kb", str(folder))
    rows = [
        (row["policy"], row["outcome"], row["error"])
        for row in csv.DictReader(out.read_text(encoding="utf-8").splitlines())
    ]
    assert ended.status == 0
    assert rows == [
        ("fep_lupkynis", "deny", ""),
        ("later_plan", "invalid", f"request.service_date: {WHY.partition(': ')[2]}"),
    ]


@pytest.mark.slow
@needs_node
def test_a_page_of_both_tells_it_as_the_command_line_does(folder: Path, tmp_path: Path) -> None:
    kb, data = KnowledgeBase.load(folder), tmp_path / "data.json"
    data.write_text(json.dumps(told_by(kb.page(["fep_lupkynis", "later_plan"]))), encoding="utf-8")
    assert list(differences(kb, data, [CASE])) == []
    ((decision,),) = in_node(data, [CASE])
    assert [remark["text"] for remark in decision["remarks"]] == [f"{WHY}."]
