"""What a chart costs: `python -m tests.benchmarks.charts [FILE...]`, of these charts, or of two of its own.

From bytes to a case against `json.loads` of the same bytes, in the time that the processor works; the
memory that it takes; and cold `lupa read` against cold `lupa decide` of the case that it makes.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from lupa import KnowledgeBase
from lupa.errors import CaseError
from lupa.fhir.cases import cases_of
from lupa.rules.files import shipped
from tests.fhir.charts import LOINC, SNOMED, Resource, concept

_EXAMPLE = shipped("kb") / "fhir/examples/lupus.json"
_ASKED = {"policy": "fep_lupkynis", "service_date": "2025-03-01"}
_ROUNDS = 9
Report = Callable[[str, str, str, float], None]


def chart_of(size: int) -> bytes:
    """The example's chart with so many bytes more, before indents, of what no policy asks for."""
    chart = json.loads(_EXAMPLE.read_bytes())
    (owner,) = (
        one["resource"]["id"] for one in chart["entry"] if one["resource"]["resourceType"] == "Patient"
    )
    length = 0
    for number in range(size):
        one = _usual(number, owner)
        chart["entry"].append({"fullUrl": f"urn:uuid:{one['id']}", "resource": one})
        length += len(json.dumps(one))
        if length > size:
            break
    return json.dumps(chart, indent=1).encode()


def _usual(number: int, owner: str) -> Resource:
    """A resource such as most of a chart are."""
    name, on = f"0000{number}", f"20{number % 25:02}-05-11T08:20:11-05:00"
    subject = {"subject": {"reference": f"Patient/{owner}"}, "id": name}
    if number % 3:
        code = {"code": concept((LOINC, f"{number}-9"), text="Body Weight"), "effectiveDateTime": on}
        value = {"valueQuantity": {"value": number / 7, "unit": "kg", "code": "kg"}, "issued": on}
        return {"resourceType": "Observation", "status": "final", **subject, **code, **value}
    visit = {"type": [concept((SNOMED, "162673000"), text="General examination")], "period": {"start": on}}
    return {"resourceType": "Encounter", "status": "finished", **subject, **visit}


def _worked(work: Callable[[], object]) -> float:
    """Seconds that the processor works on one call, at its best."""

    def once() -> float:
        began = time.process_time()
        work()
        return time.process_time() - began

    return min(once() for _ in range(_ROUNDS))


def _read(kb: KnowledgeBase, data: bytes) -> None:
    for _, case in cases_of(data, "chart", kb, None, _ASKED):
        assert isinstance(case, dict | CaseError)


def _charts(paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    for path in paths:
        yield Path(path).name, Path(path).read_bytes()
    if not paths:
        for size in (150_000, 850_000):
            data = chart_of(size)
            yield f"{len(data) / 1e6:.1f} MB", data


_MEMORY = """
import sys
from lupa import KnowledgeBase
from lupa.fhir.cases import cases_of

def told(name):
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))

kb, asked = KnowledgeBase.load(), {"policy": "fep_lupkynis", "service_date": "2025-03-01"}
for path in sys.argv[1:]:
    for _ in cases_of(open(path, "rb").read(), path, kb, None, asked):
        pass
    print(told("VmHWM:"))
"""


def _most(*paths: Path) -> list[float]:
    """MiB that a process has taken at its most (Linux tells) after it has read each of these charts."""
    command = [sys.executable, "-c", _MEMORY, *map(str, paths)]
    told = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    return [int(kib) / 1024 for kib in told.split()]


def _cold(*words: str) -> float:
    """Seconds that a whole process works."""

    def once() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "lupa", *words], capture_output=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return min(once() for _ in range(_ROUNDS))


def charts(report: Report, paths: Sequence[str] = ()) -> None:
    """What each chart costs, and the largest of them in memory."""
    kb = KnowledgeBase.load()
    every = dict(_charts(paths))
    for name, data in every.items():
        _read(kb, data)
        mine, base = _worked(partial(_read, kb, data)), _worked(partial(json.loads, data))
        _tell(report, f"chart to case, {name}", mine, f"json.loads: {base * 1e3:.1f} ms", base)
    asked = [word for key, value in _ASKED.items() for word in ("--request", f"{key}={value}")]
    with tempfile.TemporaryDirectory() as folder:
        large, small, case = (Path(folder) / name for name in ("large.json", "small.json", "case.json"))
        large.write_bytes(max(every.values(), key=len))
        small.write_bytes(_EXAMPLE.read_bytes())
        ((_, found),) = cases_of(small.read_bytes(), "small", kb, None, _ASKED)
        case.write_text(json.dumps(found, default=str))
        little, most = _most(small, large)
        what = f"memory with the chart of {large.stat().st_size / 1e6:.1f} MB"
        report(what, f"{most:.0f} MiB", f"with the example's: {little:.0f} MiB", most / little)
        mine, base = _cold("read", str(small), *asked), _cold("decide", str(case))
        _tell(report, "cold lupa read", mine, f"cold lupa decide: {base * 1e3:.0f} ms", base)


def _tell(report: Report, what: str, mine: float, baseline: str, base: float) -> None:
    report(what, f"{mine * 1e3:.1f} ms", baseline, mine / base)


if __name__ == "__main__":
    from tests.benchmarks.__main__ import report

    charts(report, sys.argv[1:])
