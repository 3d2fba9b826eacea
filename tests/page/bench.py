"""How fast the page of the shipped policies is on a slow machine: `python -m tests.page.bench`."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from lupa import CaseError, KnowledgeBase
from tests.page.browser import Opened, browser
from tests.page.node import random_cases

SLOWED = (4, 6)
"""So many times slower than the machine is."""
TURNS = 7
RANDOM = 200
FORM = """
const row = document.querySelector(".asked .member .trilean");
window.control = [...row.querySelectorAll("input")].find((one) => !one.checked);
"""
ACTS = {
    "answer a question": (FORM, "control.click()"),
    "ask what if": (
        "window.control = document.querySelector('#result .because .fact.stated')",
        "control?.click()",
    ),
    "type a number": (
        "window.control = document.querySelector('[data-number=age] input'); control.value = '34'",
        "control.dispatchEvent(new Event('change'))",
    ),
    "paste a list": (
        """
window.control = document.querySelector("[data-group=taking] input[type=text]");
window.clipboardData = new DataTransfer();
clipboardData.setData("text", "Humira\\nprednisone\\nTylenol");
""",
        "control.dispatchEvent(new ClipboardEvent('paste', {clipboardData, cancelable: true}))",
    ),
    "undo": (f"{FORM} control.click()", "document.getElementById('undo').click()"),
    "choose another edition": (
        """
window.control = document.getElementById("policy");
control.value = control.value.startsWith("uhc") ? "uhc_benlysta@2022E0046O" : "fep_lupkynis@2024-10-01";
""",
        "control.dispatchEvent(new Event('change'))",
    ),
    "read otherwise": ("window.control = document.querySelector('.others button')", "control?.click()"),
}
"""What a person does: what stands ready for it, and the act."""
HELD = """
document.body.offsetHeight;
window.later = [];
window.timer ??= window.setTimeout;
window.setTimeout = (act) => later.push(act);
"""
"""All is laid out; what the page would do after the verdict is kept for later."""
PARTS = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")


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
        answered = {
            (act, name): _answered(page, cases, *how)
            for act, how in ACTS.items()
            for name, cases in (("shipped", shipped), ("random", thrown))
        }
    for slowed in SLOWED:
        print(f"of a processor {slowed} times as slow:")  # noqa: T201 (its result)
        print(f"  {_told(opened, slowed)} to open it")  # noqa: T201 (its result)
        for (act, name), times in answered.items():
            if times:
                print(f"  {_told(times, slowed)} to {act}, in {len(times)} {name} cases")  # noqa: T201 (its result)


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


def _answered(page: Opened, cases: Iterable[Mapping[str, Any]], ready: str, act: str) -> list[float]:
    """For each case in which it can be done the time from an act until what it comes to is laid out."""
    found = []
    for case in cases:
        page.run("history.replaceState(null, '', '#')")
        page.open_case(case)
        page.run(ready)
        page.wait("return document.querySelector('#result .rest:not([aria-busy])') !== null")
        page.run(HELD)
        before = _spent(page.driver, PARTS)
        page.run(f"{act}; document.body.offsetHeight;")
        spent = _spent(page.driver, PARTS) - before
        if page.run("window.setTimeout = timer; later.forEach((one) => one()); return later.length > 0"):
            found.append(spent)
    return found


def _spent(driver: Any, parts: Collection[str] = ("TaskDuration",)) -> float:
    """The processor time of the page's thread, in milliseconds; what others do does not count."""
    found = driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    return 1000 * sum(float(each["value"]) for each in found if each["name"] in parts)


def _told(times: list[float], slowed: int) -> str:
    slow = sorted(slowed * time for time in times)
    most = slow[int(0.95 * (len(slow) - 1))]
    spread = f"at best {slow[0]:.1f}, of 19 in 20 {most:.1f}, at worst {slow[-1]:.1f}"
    return f"{statistics.median(slow):.1f} ms ({spread})"


if __name__ == "__main__":
    main()
