"""What the questions of each policy cost: `ask`, `plan` and `flip` on records seen for the first time.

The records are the policy's cases, each without one of the things that it states, and one that states
nothing. The baseline is to decide the cases as they are; then it is the same verb, with 40 times the
vocabulary beside.
"""

from __future__ import annotations

import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from lupa import KnowledgeBase
from lupa.errors import LupaError
from lupa.record.reading import read_cases
from lupa.rules.files import shipped
from tests.benchmarks.size import with_a_large_vocabulary
from tests.foreign.conftest import beside_shared

Case = dict[str, Any]
POLICIES = {
    "fep_lupkynis": "",
    "uhc_benlysta": "",
    "example_ra_antibody": "kb_ra",
    "example_lipid_antibody": "kb_lipid",
    "example_glucose_monitor": "kb_cgm",
    "example_atopic_antibody": "kb_atopic",
    "example_two_of_twelve": "kb_twelve",
}
"""The policies, each with its folder in `tests/foreign`; without one it is among those that ship."""
RECORDS = 60
"""So many records are asked about, after as many that are not measured."""


def cases_of(kb: KnowledgeBase, policy: str) -> list[Case]:
    """The cases of a policy; where it has none, one of a patient on each drug that was tried."""
    found: list[Case] = []
    for path in kb.examples().values():
        if policy in path.parts:
            with path.open("rb") as stream:
                found += [case for _, case in read_cases(stream, str(path)) if isinstance(case, dict)]
    if found:
        return found
    request = {"policy": policy, "indication": "plaque_psoriasis", "phase": "initial", "months": 3}
    drugs = kb.edition(policy).vocabulary.families["tried"]
    return [
        {"request": request, "facts": {"diagnosis": ["plaque_psoriasis"], "tried": {drug: [end]}}}
        for drug in drugs
        for end in ("inadequate_response", "intolerance")
    ]


def silent_on_something(cases: Sequence[Case], policy: str) -> list[Case]:
    """Records that no two of the cases make: each case without one part of what it states."""
    found: list[Case] = [{"request": {"policy": policy}}]
    for case in cases:
        for part in ("request", "facts"):
            for key in case.get(part, {}):
                if key not in ("policy", "drug", "service", "code", "route", "payer"):
                    left = {name: said for name, said in case[part].items() if name != key}
                    found.append({**case, part: left})
    random.Random(policy).shuffle(found)
    return found


def spent(verb: Callable[[Case], object], records: Sequence[Case]) -> Iterator[float]:
    """The seconds of processor time that each record takes, of those that can be asked about."""
    for record in records:
        start = time.process_time()
        try:
            verb(record)
        except LupaError:
            continue
        yield time.process_time() - start


def measured(kb: KnowledgeBase, policy: str, verb: str, cases: Sequence[Case]) -> float:
    """The median of what a verb takes on records that it has not seen, once it has seen others."""

    def asked(record: Case) -> object:
        return kb.flip(record, "approve") if verb == "flip" else getattr(kb, verb)(record)

    records = list(cases) if verb == "decide" else silent_on_something(cases, policy)
    list(spent(asked, records[:RECORDS]))
    return statistics.median(spent(asked, records[RECORDS : 2 * RECORDS] or records))


def questions(report: Callable[[str, str, str, float], None]) -> None:
    """Each verb on each policy, against a decision and against a large vocabulary."""
    with tempfile.TemporaryDirectory() as folder:
        for policy, home in POLICIES.items():
            root = Path(folder) / policy
            if home:
                beside_shared(home, root)
            else:
                shutil.copytree(shipped("kb"), root)
            kb, cases = KnowledgeBase.load(root), cases_of(KnowledgeBase.load(root), policy)
            large = KnowledgeBase.load(with_a_large_vocabulary(root, Path(folder) / f"{policy}_large"))
            decided = measured(kb, policy, "decide", cases)
            for verb in ("ask", "plan", "flip"):
                took = measured(kb, policy, verb, cases)
                base = f"a decision: {decided * 1e3:.1f} ms"
                report(f"{verb}, {policy}, a record not seen", f"{took * 1e3:.1f} ms", base, took / decided)
                beside = measured(large, policy, verb, cases)
                base = f"as it is: {took * 1e3:.1f} ms"
                report("  vocabulary 40 times", f"{beside * 1e3:.1f} ms", base, beside / took)
