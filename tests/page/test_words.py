"""What the page of a decision tells in a terminal, a page in the browser tells too, in the same words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import click
import pytest

from lupa import KnowledgeBase
from lupa.answers.decision import Decision
from lupa.pages.page import Page
from tests.page.browser import Opened, browser, needs_browser

pytestmark = [needs_browser, pytest.mark.slow]
pytest.importorskip("selenium", reason="selenium is not installed")


class OneLine(Page):
    """A page of which each paragraph is one line."""

    def wrap(self, words: str, indent: int, _hang: int | None = None) -> list[str]:
        return [" " * indent + words] if words else []


def lines(decision: Decision) -> list[str]:
    return [line.strip() for line in map(click.unstyle, OneLine(80).decision(decision)) if line.strip()]


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


_MARKED = re.compile(r"- (?:(?:met|not met|open), )?")
"""What stands before a part or a question in a page without styles."""


def pieces(line: str, decision: Decision) -> list[str]:
    """The parts of a line that stand apart in a browser: clauses, sentences about what is met."""
    line = _MARKED.sub("", line, count=1)
    met = next((c for c in decision.criteria if c.status == "met" and re.match(rf"{c.id}[ :]", line)), None)
    if met:
        counted = f" ({met.found})" if met.of and met.of != "all" else ""
        return [f"{met.id}:", met.found, *re.split(r"(?<=\.) ", line.removeprefix(f"{met.id}{counted}: "))]
    if re.match(r"\w+=\w+,", line):  # the values of a choice stand on buttons
        return [line.partition(", for ")[2]]
    return re.split(r"; (?=[A-Z])|  |(?<=the case is silent): ", line)


def untold(page: Opened, kb: KnowledgeBase, name: str) -> list[str]:
    """What a page on paper says of a decision, and the page in the browser does not."""
    page.open_case(kb.case(name))
    told = plain(page.run("return document.querySelector('main').textContent"))
    decision = kb.decide_all(kb.case(name))[0]
    return [
        piece for line in lines(decision) for piece in pieces(line, decision) if plain(piece) not in told
    ]


@pytest.fixture(scope="module")
def page(made: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(made, encoding="utf-8")
    with browser() as driver:
        yield Opened(driver, path)


def all_untold(page: Opened, kb: KnowledgeBase, names: list[str]) -> dict[str, Any]:
    found = {name: untold(page, kb, name) for name in names}
    return {name: each for name, each in found.items() if each}


def test_the_page_of_a_decision_is_told_in_the_browser(page: Opened, kb: KnowledgeBase) -> None:
    assert all_untold(page, kb, sorted(kb.examples())[::20]) == {}


@pytest.mark.mass
def test_the_page_of_every_decision_is_told_in_the_browser(page: Opened, kb: KnowledgeBase) -> None:
    assert all_untold(page, kb, sorted(kb.examples())) == {}
