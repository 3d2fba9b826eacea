"""The README claims nothing but what happens."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lupa import KnowledgeBase
from lupa.cli import lupa
from lupa.rules import shipped
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


def test_the_policy_of_the_readme_is_all_it_takes_to_add_one(tmp_path: Path) -> None:
    shutil.copytree(shipped("kb"), tmp_path / "kb")
    folder = tmp_path / "kb" / "policies" / "example_plan"
    folder.mkdir()
    (block,) = readme.fenced("prolog")
    for part in block.split("% ")[1:]:
        name, _, rules = part.partition("\n")
        (folder / name).write_text(rules, "utf-8")
    request = {"drug": "Saphnelo", "indication": "SLE", "phase": "initial"}
    decision = KnowledgeBase.load(tmp_path / "kb").decide(
        {"request": request, "facts": {"active": {"sle": False}}}
    )
    assert (
        decision.outcome,
        decision.criteria[0].source,
    ) == ("deny", "Example policy, Section 1, item 1")


def test_every_command_is_in_the_readme_and_has_help_with_an_example() -> None:
    text = readme.README.read_text("utf-8")
    for name, command in lupa.commands.items():
        assert f"lupa {name}" in text
        assert command.help
        assert f"lupa {name}" in (command.epilog or "")
