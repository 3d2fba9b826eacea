from __future__ import annotations

import json
from pathlib import Path

import pytest

from lupa import KnowledgeBase
from tests.page.browser import told_by


@pytest.fixture(scope="session")
def made(kb: KnowledgeBase) -> str:
    """The page of the shipped policies."""
    return kb.page()


@pytest.fixture(scope="session")
def data(made: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What that page holds, as a file."""
    path = tmp_path_factory.mktemp("page") / "data.json"
    path.write_text(json.dumps(told_by(made)), encoding="utf-8")
    return path
