"""How fast the page of the shipped policies is on a slow machine: `python -m tests.page.bench`."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Any

from lupa import KnowledgeBase
from tests.page.browser import Opened, browser

CASE = "benlysta_cns_lupus_not_stated"
SLOWED = 4
"""So many times slower than the machine is."""
TURNS = 7
ANSWERS = 40
ANSWERED = """
for (let at = 0; at < arguments[0]; at += 1) {
  document.querySelectorAll('[data-fact="dosed_per_label"] input')[at % 2].click();
}
"""


def main() -> None:
    """Prints how large it is, when a person can answer after it is opened, and when an answer is shown."""
    kb = KnowledgeBase.load()
    with tempfile.TemporaryDirectory() as folder, browser() as driver:
        path = Path(folder) / "page.html"
        path.write_text(kb.page(), encoding="utf-8")
        print(f"{path.stat().st_size:,} bytes")  # noqa: T201 (its result)
        opened = [_opened(driver, path) for _ in range(TURNS)]
        page = Opened(driver, path)
        page.open_case(kb.case(CASE))
        answered = [_answered(page) for _ in range(TURNS)]
    print(f"of a processor {SLOWED} times as slow: {_told(opened)} to open it, {_told(answered)} to answer")  # noqa: T201 (its result)


def _opened(driver: Any, path: Path) -> float:
    driver.switch_to.new_window("tab")  # its thread has done nothing yet
    driver.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
    Opened(driver, path)
    return _spent(driver)


def _answered(page: Opened) -> float:
    before = _spent(page.driver)
    page.run(ANSWERED, ANSWERS)
    return (_spent(page.driver) - before) / ANSWERS


def _spent(driver: Any) -> float:
    """The processor time of the page's thread, in milliseconds of a slow machine; others do not count."""
    found = driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    return SLOWED * 1000 * float(next(each["value"] for each in found if each["name"] == "TaskDuration"))


def _told(times: list[float]) -> str:
    return f"{statistics.median(times):.0f} ms (at best {min(times):.0f}, at worst {max(times):.0f})"


if __name__ == "__main__":
    main()
