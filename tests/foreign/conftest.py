from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lupa import KnowledgeBase
from lupa.rules.files import shipped

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A knowledge base of the shipped files that policies share and of one policy foreign to them."""
    return _beside_what_is_shared("kb_ra", tmp_path_factory)


@pytest.fixture(scope="session")
def foreign_kb(foreign: Path) -> KnowledgeBase:
    return KnowledgeBase.load(foreign)


@pytest.fixture(scope="session")
def monitors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, of a policy on a service."""
    return _beside_what_is_shared("kb_cgm", tmp_path_factory)


@pytest.fixture(scope="session")
def monitors_kb(monitors: Path) -> KnowledgeBase:
    return KnowledgeBase.load(monitors)


def _beside_what_is_shared(name: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("foreign") / "kb"
    shutil.copytree(HERE / name, folder)
    for path in shipped("kb").glob("*.lp"):
        shutil.copy(path, folder)
    return folder
