"""The same verdicts through other engines, where these are installed."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from lupa import KnowledgeBase
from lupa.cohort.cohort import Cohort, Wanted

COLUMNS: dict[str, list[Any]] = {
    "member": ["a", "b", "c"],
    "indication": ["lupus_nephritis", "lupus_nephritis", "sle"],
    "phase": ["initial", "initial", "initial"],
    "age": [17, 40, None],
    "taking": [["prednisone"], ["prednisone", "cyclophosphamide"], None],
}
POLICY = "fep_lupkynis@2024-10-01"


@pytest.fixture(scope="module")
def expected(few: KnowledgeBase) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        Cohort(few, Wanted((POLICY,), ids=("member",))).decided(pa.table(COLUMNS)).to_pylist()
    )
    assert [row["unmet"] for row in found] == [["adult"], ["no_cyclophosphamide"], []]
    return found


def test_a_frame_of_polars_is_decided(few: KnowledgeBase, expected: list[dict[str, Any]]) -> None:
    polars = pytest.importorskip("polars")
    verdicts = few.compile(POLICY).decide(polars.DataFrame(COLUMNS), ids=["member"])
    assert polars.DataFrame(verdicts).to_dicts() == expected


def test_a_relation_of_duckdb_is_decided(few: KnowledgeBase, expected: list[dict[str, Any]]) -> None:
    duckdb = pytest.importorskip("duckdb")
    members = pa.table(COLUMNS)
    verdicts = few.compile(POLICY).decide(duckdb.sql("FROM members"), ids=["member"])
    assert duckdb.sql("FROM verdicts").to_arrow_table().to_pylist() == expected
    assert members.num_rows == verdicts.num_rows
