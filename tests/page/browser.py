"""A page in a real browser: what a person does there, and what it then shows and saves."""

from __future__ import annotations

import base64
import json
import os
import random
import re
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lupa.page.build import held

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
AXE = os.environ.get("LUPA_AXE", "")
"""The file of axe-core, `axe.min.js`."""
needs_browser = pytest.mark.skipif(
    CHROMIUM is None or DRIVER is None, reason="chromium and chromedriver are not installed"
)
_KEPT = """
window.kept = [];
URL.createObjectURL = (blob) => { window.kept.push(blob); return "#"; };
URL.revokeObjectURL = () => {};
HTMLAnchorElement.prototype.click = () => {};
window.refused = [];
const refuse = (event) => window.refused.push(event.violatedDirective);
document.addEventListener("securitypolicyviolation", refuse);
"""


@contextmanager
def browser() -> Iterator[Any]:
    """A browser without a window."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    driver.set_script_timeout(110)
    try:
        yield driver
    finally:
        driver.quit()


_DATA = re.compile(r'(id="data">)([^<]*)<')


def told_by(page: str) -> dict[str, Any]:
    """The data that a page holds."""
    found = _DATA.search(page)
    assert found is not None
    told: dict[str, Any] = json.loads(zlib.decompress(bytes_of(found[2])))
    return told


def bytes_of(signs: str) -> bytes:
    """What a text holds in which each pair of 93 signs stands for 13 bits, and one at its end for 6."""
    values = [ord(sign) - 33 - (sign > "<") for sign in signs]
    pairs = zip(values[::2], [*values[1::2], 0], strict=False)
    bits = "".join(reversed([f"{low + 93 * high:013b}" for low, high in pairs]))
    size = len(signs) // 2 * 13 + len(signs) % 2 * 6
    return int(bits or "0", 2).to_bytes(-(-len(bits) // 8), "little")[: size // 8]


def with_long_words(page: str) -> str:
    """A page in whose sentences each longer word has 30 to 60 letters."""
    dice = random.Random(5)
    data = told_by(page)
    data["texts"]["shared"] = [
        re.sub(r"[^\W\d_]{4,}", lambda word: (30 * word[0])[: dice.randint(30, 60)], text)
        for text in data["texts"]["shared"]
    ]
    return _DATA.sub(lambda found: f"{found[1]}{held(data)}<", page)


def with_all_covering(page: str, drug: str) -> str:
    """A page all of whose policies cover a drug too."""
    data = told_by(page)
    for policy in data["policies"]:
        policy["covers"]["drug"] = sorted({*policy["covers"]["drug"], drug})
    return _DATA.sub(lambda found: f"{found[1]}{held(data)}<", page)


class Opened:
    """A page that is open in a browser."""

    def __init__(self, driver: Any, path: Path) -> None:
        self.driver = driver
        self._address = path.as_uri()
        driver.get("about:blank")
        driver.get(self._address)
        self.wait("return document.querySelector('.verdict') !== null")
        driver.execute_script(_KEPT)

    def wait(self, script: str) -> Any:
        """What a script gives once that is true."""
        from selenium.webdriver.support.ui import WebDriverWait

        return WebDriverWait(self.driver, 20, 0.02).until(lambda driver: driver.execute_script(script))

    def run(self, script: str, *values: Any) -> Any:
        return self.driver.execute_script(script, *values)

    def open_case(self, case: Any) -> None:
        """Opens a case by a link to it."""
        link = base64.urlsafe_b64encode(json.dumps(case, default=float).encode()).decode().rstrip("=")
        self.driver.execute_async_script(
            "const [link, done] = arguments; addEventListener('hashchange', () => setTimeout(done), "
            "{once: true}); location.hash = '#case=' + link;",
            link,
        )
        self.wait("return document.querySelector('#result .rest:not([aria-busy])') !== null")

    def saved(self, button: str) -> str:
        """What a button saves."""
        found = self.driver.execute_async_script(
            "const [id, done] = arguments; window.kept.length = 0;"
            "document.getElementById(id).click();"
            "const look = () => window.kept.length"
            "? window.kept[0].text().then(done) : setTimeout(look, 5);"
            "look();",
            button,
        )
        assert isinstance(found, str)
        return found

    @property
    def verdict(self) -> str:
        return str(self.run("return document.querySelector('.verdict .outcome').textContent"))

    @property
    def problems(self) -> str:
        return str(self.run("return document.getElementById('problems').textContent"))

    def statuses(self) -> dict[str, str]:
        """The criteria that are shown, with their statuses."""
        found: dict[str, str] = self.run(
            "return Object.fromEntries([...document.querySelectorAll('#result [data-status]')]"
            ".map((item) => [item.dataset.item, item.dataset.status]))"
        )
        return found

    def appearance(self, width: int, *, dark: bool = False, still: bool = False, media: str = "") -> None:
        """Shows the page so wide, in the dark, to one who asks for less motion, or as on paper."""
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {
                "media": media,
                "features": [
                    {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
                    {"name": "prefers-reduced-motion", "value": "reduce" if still else "no-preference"},
                ],
            },
        )
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
        )
