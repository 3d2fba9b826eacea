from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lupa import KnowledgeBase
from lupa.rules.files import shipped
from tests.command import unchanging

HERE = Path(__file__).parent


def beside_shared(name: str, folder: Path) -> Path:
    """A knowledge base of the shipped files that policies share and of one policy foreign to them."""
    shutil.copytree(HERE / name, folder)
    for path in shipped("kb").glob("*.lp"):
        shutil.copy(path, folder)
    return folder


@pytest.fixture(scope="session")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return beside_shared("kb_ra", tmp_path_factory.mktemp("foreign") / "kb")


@pytest.fixture(scope="session")
def foreign_kb(foreign: Path) -> KnowledgeBase:
    return unchanging(foreign)


@pytest.fixture(scope="session")
def monitors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, of a policy on a service."""
    return beside_shared("kb_cgm", tmp_path_factory.mktemp("monitors") / "kb")


@pytest.fixture(scope="session")
def monitors_kb(monitors: Path) -> KnowledgeBase:
    return unchanging(monitors)


@pytest.fixture(scope="session")
def lipid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return beside_shared("kb_lipid", tmp_path_factory.mktemp("lipid") / "kb")


@pytest.fixture(scope="session")
def lipid_kb(lipid: Path) -> KnowledgeBase:
    return unchanging(lipid)


@pytest.fixture(scope="session")
def atopic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return beside_shared("kb_atopic", tmp_path_factory.mktemp("atopic") / "kb")


@pytest.fixture(scope="session")
def atopic_kb(atopic: Path) -> KnowledgeBase:
    return unchanging(atopic)


@pytest.fixture(scope="session")
def twelve(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return beside_shared("kb_twelve", tmp_path_factory.mktemp("twelve") / "kb")


@pytest.fixture(scope="session")
def twelve_kb(twelve: Path) -> KnowledgeBase:
    return unchanging(twelve)


@pytest.fixture(scope="session")
def step_kb(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """A policy of steps, doses and strengths."""
    return unchanging(beside_shared("kb_step", tmp_path_factory.mktemp("step") / "kb"))
