"""How fast the page of the shipped policies is on a slow machine: `python -m tests.page.bench`."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from lupa import KnowledgeBase
from tests.page.browser import Opened, browser

CASE = "benlysta_cns_lupus_not_stated"
SLOWED = (1, 4)
"""So many times slower than the machine is."""
OPENED = "return performance.getEntriesByName('ready')[0].startTime"
ANSWERED = """
const times = [];
for (let at = 0; at < 40; at += 1) {
  const begin = performance.now();
  document.querySelectorAll('[data-fact="dosed_per_label"] input')[at % 2].click();
  times.push(performance.now() - begin);
}
return times;
"""


def main() -> None:
    """Prints how large it is, when a person can answer after it is opened, and when an answer is shown."""
    kb = KnowledgeBase.load()
    with tempfile.TemporaryDirectory() as folder, browser() as driver:
        path = Path(folder) / "page.html"
        path.write_text(kb.page(), encoding="utf-8")
        print(f"page: {path.stat().st_size:,} bytes")
        for times in SLOWED:
            driver.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": times})
            opened = [float(Opened(driver, path).run(OPENED)) for _ in range(5)]
            page = Opened(driver, path)
            page.open_case(kb.case(CASE))
            answered = [float(each) for each in page.run(ANSWERED)]
            print(
                f"processor slowed {times} times: ready after {_told(opened)}, answered after {_told(answered)}"
            )


def _told(times: list[float]) -> str:
    return f"{statistics.median(times):.0f} ms (at best {min(times):.0f}, at worst {max(times):.0f})"


if __name__ == "__main__":
    main()
