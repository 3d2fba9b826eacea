"""The same in Apache Spark: each of its workers decides batches of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from lupa.answers.desk import Desk
from lupa.cohort.cohort import Cohort, Wanted
from lupa.compiled.tables import schema_of


def decide(
    kb: Desk,
    dataframe: Any,
    policies: Iterable[str] = (),
    *,
    outputs: Iterable[str] = (),
    ids: Iterable[str] = (),
    ignored: Iterable[str] = (),
    renamed: Mapping[str, str] | None = None,
) -> Any:
    """A Spark DataFrame with what is told of each row, as `lupa cohort` has it.

    It is made by `mapInArrow` when it is needed. The workers need lupa with its extra `spark`, and the
    folder of the knowledge base where it lies here. Raises `CaseError` for columns that are not there.
    """
    wanted = Wanted(tuple(policies), tuple(outputs), tuple(ids), tuple(ignored), renamed or {})
    Cohort(kb, wanted).check(dataframe.columns)
    types = dict(dataframe.dtypes)
    names = [f"`{name}` {types[name]}" for name in wanted.ids]
    names += [
        f"`{name}` {'array<string>' if pa.types.is_list(kind) else 'string'}"
        for name, kind in schema_of(wanted.outputs)
    ]

    def decided(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        cohort = Cohort(kb, wanted)
        for batch in batches:
            yield from cohort.decided(pa.Table.from_batches([batch])).to_batches()

    return dataframe.mapInArrow(decided, ", ".join(names))
