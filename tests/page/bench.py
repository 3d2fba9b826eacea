"""How fast the page of the shipped policies is on a slow machine: `python -m tests.page.bench`."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lupa import CaseError, KnowledgeBase
from tests.page.browser import Opened, browser
from tests.page.node import random_cases

SLOWED = (4, 6)
"""So many times slower than the machine is."""
TURNS = 7
RANDOM = 200
ANSWERED = """
const rows = [...document.querySelectorAll(".asked .trilean")].filter((row) => row.checkVisibility());
const row = rows.find((one) => !one.querySelector("label:last-child input").checked) ?? rows[0];
[...row.querySelectorAll("input")].find((one) => !one.checked).click();
return document.body.offsetHeight;
"""
"""Answers a question of the form otherwise, and has what comes of it laid out."""


def main() -> None:
    """Prints how large it is, when a person can answer after it is opened, and when an answer is shown."""
    kb = KnowledgeBase.load()
    shipped = [kb.case(path) for path in kb.examples().values()]
    thrown = [case for case in random_cases(kb, 17, 2 * RANDOM) if _is_read(kb, case)][:RANDOM]
    with tempfile.TemporaryDirectory() as folder, browser() as driver:
        path = Path(folder) / "page.html"
        path.write_text(kb.page(), encoding="utf-8")
        print(f"{path.stat().st_size:,} bytes")  # noqa: T201 (its result)
        opened = [_opened(driver, path) for _ in range(TURNS)]
        page = Opened(driver, path)
        answered = {"shipped": _answered(page, shipped), "random": _answered(page, thrown)}
    for slowed in SLOWED:
        print(f"of a processor {slowed} times as slow:")  # noqa: T201 (its result)
        print(f"  {_told(opened, slowed)} to open it")  # noqa: T201 (its result)
        for name, times in answered.items():
            print(f"  {_told(times, slowed)} to answer, in {len(times)} {name} cases")  # noqa: T201 (its result)


def _is_read(kb: KnowledgeBase, case: Mapping[str, Any]) -> bool:
    try:
        return bool(kb.decide_all(case))
    except CaseError:
        return False


def _opened(driver: Any, path: Path) -> float:
    driver.switch_to.new_window("tab")  # its thread has done nothing yet
    driver.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
    Opened(driver, path)
    return _spent(driver)


def _answered(page: Opened, cases: Iterable[Mapping[str, Any]]) -> list[float]:
    """For each case the time from an answer of the person until the decision on it is laid out."""
    found = []
    for case in cases:
        page.open_case(case)
        page.wait("return document.querySelector('.letter') !== null")  # all is shown
        before = _spent(page.driver)
        page.run(ANSWERED)
        found.append(_spent(page.driver) - before)
    return found


def _spent(driver: Any) -> float:
    """The processor time of the page's thread, in milliseconds; what others do does not count."""
    found = driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    return 1000 * float(next(each["value"] for each in found if each["name"] == "TaskDuration"))


def _told(times: list[float], slowed: int) -> str:
    slow = sorted(slowed * time for time in times)
    most = slow[int(0.95 * (len(slow) - 1))]
    spread = f"at best {slow[0]:.1f}, of 19 in 20 {most:.1f}, at worst {slow[-1]:.1f}"
    return f"{statistics.median(slow):.1f} ms ({spread})"


if __name__ == "__main__":
    main()
