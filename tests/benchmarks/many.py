"""Many records at once: what the compiled policy costs beside what is written by hand, or by Arrow alone.

Processor time of one core, both sides in the same run.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial, reduce
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lupa import KnowledgeBase
from lupa.cohort.cohort import Wanted
from lupa.cohort.files import Source
from lupa.cohort.work import run
from lupa.compiled.compiled import Compiled
from lupa.compiled.kernel import Kernel
from lupa.compiled.words import Words

Report = Callable[[str, str, str, float], None]
_RECORDS = 1 << 22
_ROWS = 1 << 20
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
