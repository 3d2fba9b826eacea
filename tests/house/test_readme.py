"""The README claims nothing but what happens."""

from __future__ import annotations

import subprocess
import sys

import pytest

from lupa.cli.main import lupa
from tests import readme


@pytest.mark.parametrize(("command", "shown"), readme.examples())
def test_a_command_of_the_readme_prints_what_the_readme_shows(command: str, shown: str) -> None:
    assert shown == readme.output(command)


def test_the_readme_shows_the_case_that_it_decides() -> None:
    assert readme.fenced("yaml") == [(readme.ROOT / readme.EXAMPLE).read_text("utf-8")]


def test_the_python_example_prints_what_the_readme_shows() -> None:
    run = subprocess.run(
        [sys.executable, "-c", *readme.fenced("python")], capture_output=True, text=True, check=True
    )
    assert readme.fenced("text") == [run.stdout]


def test_every_command_is_in_the_readme_and_has_help_with_an_example() -> None:
    text = readme.README.read_text("utf-8")
    for name, command in lupa.commands.items():
        assert f"lupa {name}" in text
        assert command.help
        assert f"lupa {name}" in (command.epilog or "")
