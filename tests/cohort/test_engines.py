"""The same verdicts through other engines, where these are installed."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from lupa import KnowledgeBase
from lupa.cohort.cohort import Cohort, Wanted

pytestmark = pytest.mark.slow

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


@pytest.mark.mass  # it takes Spark longer to start than all else together
@pytest.mark.filterwarnings("ignore")
def test_a_frame_of_spark_is_decided_by_two_workers(
    few: KnowledgeBase, expected: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java, which is not installed")
    sql = pytest.importorskip("pyspark.sql", reason="Spark is not installed")
    from lupa.cohort.spark import decide

    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    session = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        rows = [tuple(row) for row in zip(*COLUMNS.values(), strict=True)]
        schema = "member string, indication string, phase string, age int, taking array<string>"
        frame = session.createDataFrame(rows, schema).repartition(2)
        found = decide(few, frame, [POLICY], ids=["member"]).orderBy("member").collect()
    finally:
        session.stop()
    assert [row.asDict() for row in found] == expected
