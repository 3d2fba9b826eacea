"""The READMEs claim nothing but what happens."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from lupa.cli.main import lupa
from tests import readme

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("command", "shown"), readme.examples())
def test_a_command_of_the_readme_prints_what_the_readme_shows(command: str, shown: str) -> None:
    assert shown == readme.output(command)


def test_every_block_of_the_guide_is_a_command_or_a_step_that_is_tried() -> None:
    assert readme.unwalked() == []


def test_every_link_of_the_readmes_leads_somewhere() -> None:
    for path in (readme.README, readme.GUIDE):
        links = re.findall(r"\]\(([^)#:]+)\)", path.read_text("utf-8"))
        assert links
        assert [link for link in links if not (path.parent / link).is_file()] == []


def test_the_readme_shows_the_case_that_it_decides() -> None:
    assert readme.fenced("yaml") == [(readme.ROOT / readme.EXAMPLE).read_text("utf-8")]


def test_the_python_example_prints_what_the_readme_shows() -> None:
    run = subprocess.run(
        [sys.executable, "-c", *readme.fenced("python")], capture_output=True, text=True, check=True
    )
    assert readme.fenced("text") == [run.stdout]


def test_every_command_is_in_a_readme_and_has_help_with_an_example() -> None:
    text = "".join(path.read_text("utf-8") for path in (readme.README, readme.GUIDE))
    for name, command in lupa.every().items():
        assert f"lupa {name}" in text
        assert command.help
        assert f"lupa {name}" in (command.epilog or "")
