"""Many records at once: what the compiled policy costs beside what is written by hand, or by Arrow alone.

Processor time of one core, both sides in the same run.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial, reduce
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lupa import KnowledgeBase
from lupa.cohort.cohort import Wanted
from lupa.cohort.files import Source
from lupa.cohort.work import run
from lupa.cohort.writing import write
from lupa.compiled.compiled import Compiled
from lupa.compiled.kernel import Kernel
from lupa.compiled.words import Words

Report = Callable[[str, str, str, float], None]
_RECORDS = 1 << 22
_ROWS = 1 << 20
_LINES = 1 << 18
POLICY = "fep_lupkynis"


def spent(work: Callable[[], object], rounds: int = 3) -> float:
    """Seconds of processor time of one call, the least of some."""
    found = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def by_the_million(kb: KnowledgeBase, report: Report) -> None:
    """The kernel, then whole files."""
    kernel(kb, report)
    parquet(kb, report)
    json_lines(kb, report)


# ---- the kernel ----------------------------------------------------------------------------------


def by_hand(so: Mapping[str, Words]) -> dict[str, Words]:
    """Lupkynis as one would write it for patients of whom all is known, 64 at a time."""

    def some(*names: str) -> Words:
        return reduce(np.bitwise_or, (so[name] for name in names))

    background = some(
        *(name for name in so if name.startswith(("taking(", "unlisted(")) and "cyclop" not in name)
    )
    keeps_cyclophosphamide = so["taking(cyclophosphamide)"] & ~so["stops(cyclophosphamide)"]
    met = so["diagnosis(lupus_nephritis)"] & so["at_least(age,18)"] & background
    met &= ~(keeps_cyclophosphamide | so["starts(cyclophosphamide)"])
    for name in ("egfr", "blood_pressure", "serious_infections", "malignancies"):
        met &= so[f"attests(monitor_{name})"]
    met &= ~so["live_vaccine"]
    starts = so["requested(phase,initial)"] & so["active(lupus_nephritis)"]
    goes_on = so["requested(phase,continuation)"] & so["documented(clinical_benefit)"]
    met &= starts | (goes_on & so["attests(benefits_outweigh_risks)"])
    met &= so["requested(indication,lupus_nephritis)"]
    more = so["more_than(months,12)"] | so["more_than(capsules_per_90_days,540)"]
    return {"approve": met & ~more, "modify": met & more, "deny": ~met}


def asked(compiled: Compiled) -> list[int]:
    """The variables that the outcome hangs on."""
    found, waiting = set(), [compiled.outcome]
    seen = set(waiting)
    while waiting:
        node = waiting.pop()
        if node >= 0:
            found.add(compiled.nodes[node].variable)
            new = {*compiled.nodes[node][1:]} - seen
            seen |= new
            waiting += new
    return sorted(found)


def drawn(compiled: Compiled, words: int) -> dict[str, Words]:
    """Patients of whom all is known that the outcome hangs on; of a choice one value is so."""
    dice = np.random.default_rng(1)
    facts = [compiled.variables[place].fact for place in asked(compiled)]
    found = {fact: dice.integers(0, 1 << 64, words, np.uint64) for fact in facts}
    for name in ("indication", "phase"):
        left = np.full(words, ~np.uint64(0))
        values = [fact for fact in facts if fact.startswith(f"requested({name},")]
        for fact in values[:-1]:
            found[fact] &= left
            left &= ~found[fact]
        found[values[-1]] = left
    for fact in facts:  # what is active is diagnosed, and nephritis is lupus
        if fact.startswith("active("):
            found[fact] &= found[fact.replace("active", "diagnosis")]
    found["diagnosis(sle)"] |= found["diagnosis(lupus_nephritis)"]
    return found


def kernel(kb: KnowledgeBase, report: Report) -> None:
    """The outcome of records in words of bits, three-valued and exact, against two values by hand."""
    compiled = kb.compile(POLICY)
    words = _RECORDS // 64
    so = drawn(compiled, words)
    wanted = by_hand(so)

    def in_blocks() -> None:
        for first in range(0, words, 4096):
            by_hand({fact: bits[first : first + 4096] for fact, bits in so.items()})

    hand = spent(in_blocks, 9)
    for what, open_to in (("of which nothing is open", False), ("that may be open", True)):
        said = {compiled.place_of[fact]: (~bits if open_to else None, bits) for fact, bits in so.items()}
        made = Kernel(compiled, [])
        answers = made.answers(said, words)
        for name, found in zip(compiled.outcomes, answers.possible, strict=True):
            differ = (found ^ wanted.get(name, np.zeros_like(found))) & answers.lawful
            if differ.any():
                raise AssertionError(f"{name}: by hand something else is decided")
        mine = spent(partial(made.answers, said, words), 9)
        report(
            f"outcomes of {_RECORDS:,} records {what}",
            f"{_RECORDS / mine / 1e6:.0f} M/s",
            f"two-valued, by hand: {_RECORDS / hand / 1e6:.0f} M/s",
            hand / mine,
        )


# ---- files ---------------------------------------------------------------------------------------


def members(compiled: Compiled, rows: int) -> pa.Table:
    """Members with 63 truth values, each of which may be open, and a request."""
    dice = np.random.default_rng(2)

    def one_of(*values: str) -> pa.Array:
        places = pa.array(dice.integers(0, len(values), rows), pa.int32())
        return pa.DictionaryArray.from_arrays(places, pa.array(values)).cast(pa.string())

    tied = {variable for law in compiled.laws for variable in law.variables}
    names = []
    for place, variable in enumerate(compiled.variables):
        name, _, rest = variable.fact.partition("(")
        if (
            place not in tied
            and rest.count(",") == 0
            and name not in ("requested", "at_least", "more_than")
        ):
            names.append(f"{name}.{rest[:-1]}" if rest else name)
    columns = {
        "member": pa.array(np.arange(rows)),
        "indication": one_of("sle", "lupus_nephritis"),
        "phase": one_of("initial", "continuation"),
        "age": pa.array(dice.integers(2, 90, rows)),
    }
    for name in names[:63]:
        share = 0.03 if name.startswith("taking") else 0.6
        columns[name] = pa.array(dice.random(rows) < share, mask=dice.random(rows) < 0.1)
    return pa.table(columns)


def parquet(kb: KnowledgeBase, report: Report) -> None:
    """From a Parquet file to one, with all lists, against reading and writing the same columns."""
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    for policy in (POLICY, "uhc_benlysta"):
        with tempfile.TemporaryDirectory() as folder:
            given, out = Path(folder) / "in.parquet", Path(folder) / "out.parquet"
            pq.write_table(members(kb.compile(policy), _ROWS), given)
            wanted = Wanted((policy,), ids=("member",))
            mine = spent(lambda: run(kb, Source(str(given)), out, wanted), 1)  # noqa: B023 - it runs here
            told = pq.read_table(out)
            base = spent(lambda: pq.read_table(given, use_threads=False), 1)  # noqa: B023
            base += spent(lambda: pq.write_table(told, Path(folder) / "again.parquet"), 1)  # noqa: B023
            report(
                f"{_ROWS:,} rows of Parquet, {policy}, with all lists",
                f"{mine:.2f} s",
                f"read and written by pyarrow: {base:.2f} s",
                mine / base,
            )


def json_lines(kb: KnowledgeBase, report: Report) -> None:
    """From JSON Lines to Parquet, with all lists, against DuckDB with Lupkynis by hand as SQL.

    Both read each column; where DuckDB is not installed, that is told.
    """
    try:
        import duckdb
    except ImportError:
        report("JSON Lines", "-", "DuckDB is not installed", float("nan"))
        return
    compiled = kb.compile(POLICY)
    facts = [compiled.variables[place].fact for place in asked(compiled)]
    dice = np.random.default_rng(3)
    beside = (
        "requested",
        "at_least",
        "more_than",
        "diagnosis(s",
        "active(sle",
        "stops",
    )  # laws tie some of these
    truths = [fact for fact in facts if not fact.startswith(beside)]
    columns = {
        "member": pa.array(np.arange(_LINES)),
        "indication": pa.array(dice.choice(["sle", "lupus_nephritis"], _LINES)),
        "phase": pa.array(dice.choice(["initial", "continuation"], _LINES)),
        "age": pa.array(dice.integers(2, 90, _LINES)),
        "months": pa.array(dice.integers(1, 18, _LINES)),
    }
    for fact in truths:
        name = fact.replace("(", ".").rstrip(")")
        columns[name] = pa.array(dice.random(_LINES) < 0.6, mask=dice.random(_LINES) < 0.1)
    diagnosed = pc.fill_null(columns["diagnosis.lupus_nephritis"], False)
    columns["active.lupus_nephritis"] = pc.if_else(diagnosed, columns["active.lupus_nephritis"], False)
    drugs = [name for name in columns if name.startswith(("taking.", "unlisted.")) and "cyclo" not in name]
    attested = [name for name in columns if name.startswith("attests.monitor")]
    sql = f"""
SELECT member, CASE WHEN NOT met THEN 'deny' WHEN met AND months > 12 THEN 'modify' WHEN met THEN 'approve'
ELSE 'pend' END AS outcome FROM (SELECT member, months, indication = 'lupus_nephritis'
AND "diagnosis.lupus_nephritis" AND age >= 18 AND ({_sql(drugs, "OR")}) AND {_sql(attested, "AND")}
AND NOT ("taking.cyclophosphamide" OR "starts.cyclophosphamide")
AND NOT live_vaccine AND ((phase = 'initial' AND "active.lupus_nephritis") OR (phase = 'continuation'
AND "documented.clinical_benefit" AND "attests.benefits_outweigh_risks")) AS met FROM read_json('{{}}'))"""  # noqa: S608 - names of columns of our own
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as base:
        given, out = Path(folder) / "in.jsonl", Path(folder) / "out.parquet"
        table = pa.table(columns)
        write(given, table.schema, [table], "")
        base.execute("SET threads=1")
        wanted = Wanted((POLICY,), ids=("member",))
        mine = spent(lambda: run(kb, Source(str(given)), out, wanted), 2)
        read = spent(lambda: sum(part.num_rows for part in Source(str(given)).parts(_LINES)), 2)
        told = f"COPY ({sql.format(given)}) TO '{folder}/by_hand.parquet'"
        hand = spent(lambda: base.execute(told), 2)
        found = pq.read_table(out, columns=["outcome"]).column(0).to_pylist()
        by_sql = pq.read_table(f"{folder}/by_hand.parquet", columns=["outcome"]).column(0).to_pylist()
        # SQL takes what is open for open whatever follows; where it decides, it decides the same
        if any(one != other for one, other in zip(by_sql, found, strict=True) if one != "pend" != other):
            raise AssertionError("by hand something else is decided")
        report(
            f"{_LINES:,} lines of JSON, {len(columns)} columns, with all lists",
            f"{mine:.2f} s",
            f"DuckDB, the policy by hand as SQL: {hand:.2f} s",
            mine / hand,
        )
        report(
            "  beyond what pyarrow takes to read them", f"{mine - read:.2f} s", f"{read:.2f} s", mine / read
        )


def _sql(names: Sequence[str], joined: str) -> str:
    return f" {joined} ".join(f'"{name}"' for name in names)
