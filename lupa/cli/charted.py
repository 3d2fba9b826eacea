"""Charts in the place of a table: a cohort of patients, each with what is asked for him."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from glob import glob, has_magic
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lupa import KnowledgeBase
from lupa.answers.decision import Decision
from lupa.cli.of_charts import is_of_chart
from lupa.errors import CaseError, LupaError

if TYPE_CHECKING:
    import pyarrow as pa

_OPENING = 4096
"""So many bytes of a file tell what it holds."""
_LINES = (".ndjson", ".jsonl")
"""Files of one resource a line: in a folder they are one chart, of whatever types of resources."""
_NAMES = (".json", *_LINES)
_PIECE = 1024


def charts_in(given: str) -> list[Path]:
    """The files of charts that a path, a folder or a pattern stands for; none where it holds tables."""
    path = Path(given)
    if path.is_dir():
        found = sorted(each for each in path.rglob("*") if each.suffix.lower() in _NAMES)
    else:
        found = sorted(map(Path, glob(given, recursive=True))) if has_magic(given) else [path]
    return found if found and all(map(_is_chart, found)) else []


def _is_chart(path: Path) -> bool:
    if path.suffix.lower() not in _NAMES or not path.is_file():
        return False
    with path.open("rb") as stream:
        return is_of_chart(stream.read(_OPENING))


def tables(
    kb: KnowledgeBase,
    paths: Sequence[Path],
    policies: Sequence[str],
    outputs: Sequence[str],
    request: Mapping[str, Any],
    tick: Callable[[int], None],
    notice: Callable[[Sequence[str], str], None],
) -> Iterator[pa.Table]:
    """A row for each patient and request in these charts, and for each policy that it is about.

    Beside what a table of patients is told there is `chart`, the place of the case. `tick` is told how many
    cases are done, `notice` what is to be known of a chart at some place, such as what is left out of it.
    """
    import pyarrow as pa

    schema = schema_for(outputs)
    rows: list[dict[str, Any]] = []
    for count, (where, case) in enumerate(_cases(kb, paths, request), start=1):
        if not isinstance(case, LupaError):
            notice(case.notes, where)
        rows += _rows(kb, where, case, policies, outputs)
        tick(count)
        if len(rows) >= _PIECE:
            yield pa.Table.from_pylist(rows, schema)
            rows = []
    yield pa.Table.from_pylist(rows, schema)


def schema_for(outputs: Sequence[str]) -> pa.Schema:
    """The columns that are told of charts; raises `CaseError` for an output that is not known."""
    import pyarrow as pa

    from lupa.compiled.tables import schema_of

    return pa.schema([("chart", pa.string()), *schema_of(outputs)])


def _cases(
    kb: KnowledgeBase, paths: Sequence[Path], request: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    """Each case with its place; files of one resource a line are one chart together."""
    from lupa.fhir.cases import cases_in, cases_of
    from lupa.fhir.chart import Chart
    from lupa.fhir.loading import loaded

    lines = [path for path in paths if path.suffix.lower() in _LINES]
    for path in paths:
        if path not in lines:
            yield from cases_of(path.read_bytes(), str(path), kb, None, request)
    if lines:
        name = str(lines[0] if len(lines) == 1 else lines[0].parent)
        try:
            chart = Chart.of(loaded(lines))
        except CaseError as error:
            yield error.where or name, error
            return
        yield from cases_in(chart, name, kb, None, request)


def _rows(
    kb: KnowledgeBase, where: str, case: Any, policies: Sequence[str], outputs: Sequence[str]
) -> Iterator[dict[str, Any]]:
    if isinstance(case, LupaError):
        yield {"chart": where, "outcome": "invalid", "error": str(case)}
        return
    for policy in policies or (None,):
        asked = case if policy is None else {**case, "request": {**case["request"], "policy": policy}}
        try:
            for one in kb.each_policy(asked):
                yield {"chart": where, **_told(kb, one, where, outputs)}
        except LupaError as error:
            outcome = "invalid" if isinstance(error, CaseError) else "undecided"
            yield {"chart": where, "policy": policy, "outcome": outcome, "error": str(error)}


def _told(kb: KnowledgeBase, case: Any, where: str, outputs: Sequence[str]) -> dict[str, Any]:
    """What a table tells of the decision on a case."""
    from lupa.compiled.tables import ALWAYS
    from lupa.pages.short import FIELDS

    # a reason is looked for only where it is told
    why = kb.why(case, name=where) if "reason" in outputs else None
    decision = kb.decide(case, name=where) if why is None else why.decision
    told: dict[str, Callable[[Decision], Any]] = {
        **FIELDS,
        "scope": lambda decision: [item.id for item in decision.scope],
        "pathways": lambda _: list(kb.pathways(case)),
        "reason": lambda _: [
            cause.fact if cause.value else f"not {cause.fact}"
            for reason in (why.reasons[:1] if why else ())
            for cause in reason
        ],
    }
    names = ("policy", "edition", "outcome", *ALWAYS, *outputs)
    return {name: told[name](decision) for name in names}
