"""Wheel and sdist carry the knowledge base, and the installed command needs nothing else."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.readme import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def names(built: Path) -> tuple[set[str], set[str]]:
    (wheel,) = built.glob("*.whl")
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        packed = {name.partition("/")[2] for name in archive.getnames()}
    return set(zipfile.ZipFile(wheel).namelist()), packed


def test_the_wheel_holds_every_rule_query_and_case(built: Path) -> None:
    wheel, sdist = names(built)
    files = [p for folder in ("kb", "queries") for p in (ROOT / folder).rglob("*") if p.is_file()]
    inside = {path.relative_to(ROOT).as_posix() for path in files}
    assert inside <= sdist
    assert {f"lupa/{name}" for name in inside} <= wheel
    assert not [name for name in wheel if name.startswith(("kb/", "queries/", "tests/"))]


def test_the_wheel_holds_what_a_new_policy_is_made_from(built: Path) -> None:
    templates = {p.relative_to(ROOT).as_posix() for p in (ROOT / "lupa").rglob("templates/**/*.*")}
    assert len(templates) > 3
    assert templates <= names(built)[0]


@pytest.mark.parametrize("words", [["policies"], ["facts", "--kb", str(ROOT / "kb")], ["lint"]])
def test_from_inside_of_an_archive_it_says_that_it_must_be_unpacked(
    built: Path, tmp_path: Path, words: list[str]
) -> None:
    (wheel,) = built.glob("*.whl")
    archive = tmp_path / "lupa.pyz"
    shutil.copy(wheel, archive)
    with zipfile.ZipFile(archive, "a") as packed:
        packed.writestr("__main__.py", "from lupa.__main__ import main\nmain()\n")
    run = subprocess.run(
        [sys.executable, str(archive), *words], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout, run.stderr) == (
        2,
        "",
        f"error: {archive}: lupa cannot run from inside of an archive; unpack it, or install it\n",
    )


def test_the_installed_wheel_decides_from_an_empty_folder(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    target, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target)]
    subprocess.run([*install, str(wheel)], check=True, capture_output=True)
    run = subprocess.run(
        [sys.executable, "-m", "lupa", "decide", "--example", "lupkynis_alongside_bars_benlysta"],
        cwd=empty,
        env={"PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.stderr, run.returncode) == ("", 0)
    assert run.stdout.startswith("DENY")
    where = "import lupa.rules.files as r; print(r.shipped('kb'), r.shipped('queries'))"
    found = subprocess.run(
        [sys.executable, "-c", where],
        cwd=empty,
        env={"PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"{target / 'lupa/kb'} {target / 'lupa/queries'}\n" == found.stdout


USING = """
from lupa import KnowledgeBase

def outcome(kb: KnowledgeBase) -> str:
    return kb.decide({"request": {"drug": "Lupkynis"}}).outcome

reveal_type(KnowledgeBase.load().decide({}).outcome)
"""


def test_whoever_uses_the_installed_wheel_sees_its_types(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    where = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(where)], check=True)
    python = next(path for path in where.glob("*/python*") if path.is_file())
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps"]
    subprocess.run([*install, str(wheel)], check=True, capture_output=True)
    (tmp_path / "using.py").write_text(USING)
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--python-executable", str(python), "using.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    (shown,) = re.findall(r"Revealed type is (.*)", run.stdout)
    outcomes = re.findall(r"'([a-z_]+)'", shown.replace('"', "'"))
    assert sorted(set(outcomes)) == ["approve", "deny", "modify", "out_of_scope", "pend", "refer"]
    assert run.returncode == 0
