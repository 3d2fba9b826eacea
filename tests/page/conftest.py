from __future__ import annotations

import base64
import re
import zlib
from pathlib import Path

import pytest

from lupa import KnowledgeBase


@pytest.fixture(scope="session")
def made(kb: KnowledgeBase) -> str:
    """The page of the shipped policies."""
    return kb.page()


@pytest.fixture(scope="session")
def data(made: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What that page holds, as a file."""
    found = re.search(r'id="data">([^<]*)<', made)
    assert found is not None
    path = tmp_path_factory.mktemp("page") / "data.json"
    path.write_bytes(zlib.decompress(base64.b64decode(found[1])))
    return path
