"""The same verdicts through other engines, where these are installed."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from lupa import KnowledgeBase
from lupa.cohort.cohort import Cohort, Wanted
from lupa.cohort.spark import decide

COLUMNS: dict[str, list[Any]] = {
    "member": ["a", "b", "c"],
    "indication": ["lupus_nephritis", "lupus_nephritis", "sle"],
    "phase": ["initial", "initial", "initial"],
    "age": [17, 40, None],
    "taking": [["prednisone"], ["prednisone", "cyclophosphamide"], None],
}
ROOT = Path(__file__).parents[2]
POLICY = "fep_lupkynis@2024-10-01"


class OfSpark:
    """A table as Spark would hold it: its rows in batches, to each of which a function is applied."""

    def __init__(self, table: pa.Table, types: list[tuple[str, str]]) -> None:
        self.table, self.dtypes = table, types
        self.columns = [name for name, _ in types]

    def mapInArrow(self, work: Any, schema: str) -> tuple[str, list[dict[str, Any]]]:  # noqa: N802 - Spark's name
        batches = work(iter(self.table.to_batches(max_chunksize=2)))
        return schema, pa.Table.from_batches(batches).to_pylist()


@pytest.fixture(scope="module")
def expected(few: KnowledgeBase) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        Cohort(few, Wanted((POLICY,), ids=("member",))).decided(pa.table(COLUMNS)).to_pylist()
    )
    assert [row["unmet"] for row in found] == [["adult"], ["no_cyclophosphamide"], []]
    return found


def test_a_frame_as_spark_holds_it_is_decided_batch_by_batch(
    few: KnowledgeBase, expected: list[dict[str, Any]]
) -> None:
    types = ["string", "string", "string", "int", "array<string>"]
    frame = OfSpark(pa.table(COLUMNS), list(zip(COLUMNS, types, strict=True)))
    lists = ("possible", "unmet", "open", "bases", "limits")
    schema = ", ".join(f"`{name}` {'array<string>' if name in lists else 'string'}" for name in expected[0])
    assert decide(few, frame, [POLICY], ids=["member"]) == (schema, expected)


@pytest.mark.slow
def test_a_frame_of_polars_is_decided(few: KnowledgeBase, expected: list[dict[str, Any]]) -> None:
    polars = pytest.importorskip("polars")
    verdicts = few.compile(POLICY).decide(polars.DataFrame(COLUMNS), ids=["member"])
    assert polars.DataFrame(verdicts).to_dicts() == expected


@pytest.mark.slow
def test_a_relation_of_duckdb_is_decided(few: KnowledgeBase, expected: list[dict[str, Any]]) -> None:
    duckdb = pytest.importorskip("duckdb")
    members = pa.table(COLUMNS)
    verdicts = few.compile(POLICY).decide(duckdb.sql("FROM members"), ids=["member"])
    assert duckdb.sql("FROM verdicts").to_arrow_table().to_pylist() == expected
    assert members.num_rows == verdicts.num_rows


@pytest.mark.slow
def test_a_frame_of_daft_is_decided(few: KnowledgeBase, expected: list[dict[str, Any]]) -> None:
    daft = pytest.importorskip("daft")
    verdicts = few.compile(POLICY).decide(daft.from_pydict(COLUMNS).to_arrow(), ids=["member"])
    assert daft.from_arrow(verdicts).to_pylist() == expected


@pytest.mark.mass  # it takes Ray longer to start than all else together
@pytest.mark.filterwarnings("ignore")
def test_a_dataset_of_ray_is_decided(few: KnowledgeBase, expected: list[dict[str, Any]]) -> None:
    ray = pytest.importorskip("ray")
    pytest.importorskip("ray.data")
    cohort = Cohort(few, Wanted((POLICY,), ids=("member",)))
    ray.init(num_cpus=1, include_dashboard=False, runtime_env={"env_vars": {"PYTHONPATH": str(ROOT)}})
    try:
        verdicts = ray.data.from_arrow(pa.table(COLUMNS)).map_batches(
            cohort.decided, batch_format="pyarrow"
        )
        assert sorted(verdicts.take_all(), key=lambda row: str(row["member"])) == expected
    finally:
        ray.shutdown()


@pytest.mark.mass  # it takes Spark longer to start than all else together
@pytest.mark.filterwarnings("ignore")
def test_a_frame_of_spark_is_decided_by_two_workers_of_which_one_is_killed(
    few: KnowledgeBase, expected: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java, which is not installed")
    sql = pytest.importorskip("pyspark.sql", reason="Spark is not installed")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    session = (
        sql.SparkSession.builder.master("local[2, 3]").config("spark.ui.enabled", "false").getOrCreate()
    )
    killed = tmp_path / "killed"

    def dying(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The first worker that comes here is killed when it has passed on what it has."""
        yield from batches
        if not killed.exists():
            killed.touch()
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        rows = [tuple(row) for row in zip(*COLUMNS.values(), strict=True)]
        schema = "member string, indication string, phase string, age int, taking array<string>"
        frame = session.createDataFrame(rows, schema).repartition(2)
        found = (
            decide(few, frame.mapInArrow(dying, schema), [POLICY], ids=["member"])
            .orderBy("member")
            .collect()
        )
    finally:
        session.stop()
    assert killed.exists()
    assert [row.asDict() for row in found] == expected
