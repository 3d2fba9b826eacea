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
    folder = tmp_path_factory.mktemp("foreign") / "kb"
    shutil.copytree(HERE / "kb_ra", folder)
    for path in shipped("kb").glob("*.lp"):
        shutil.copy(path, folder)
    return folder


@pytest.fixture(scope="session")
def foreign_kb(foreign: Path) -> KnowledgeBase:
    return KnowledgeBase.load(foreign)
