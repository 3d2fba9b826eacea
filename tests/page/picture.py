"""Makes the README's picture of the page: `python -m tests.page.picture tests/page/page.png`."""

from __future__ import annotations

import base64
import sys
import tempfile
from pathlib import Path

from lupa import KnowledgeBase
from tests.page.browser import Opened, browser

CASE = "lupkynis_alongside_bars_benlysta"
WIDTH = 1080
CLIP = {"x": 0, "y": 0, "width": WIDTH, "height": 800, "scale": 0.65}
"""What is taken of it, and how small: a picture is to be below 100 KB."""


def main(path: Path) -> None:
    """Writes the picture of a case that is denied."""
    kb = KnowledgeBase.load()
    with tempfile.TemporaryDirectory() as folder, browser() as driver:
        made = Path(folder) / "page.html"
        made.write_text(kb.page(), encoding="utf-8")
        page = Opened(driver, made)
        page.open_case(kb.case(CASE))
        page.appearance(WIDTH)
        page.wait("return document.querySelector('.change') !== null")
        taken = driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "clip": CLIP})
    path.write_bytes(base64.b64decode(taken["data"]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
