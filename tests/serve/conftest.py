"""What the tests of the server share: one over the shipped knowledge base, without a socket."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from lupa import KnowledgeBase
from lupa.rules.files import shipped
from lupa.serve.app import LOG, Server
from lupa.serve.limits import Limits

PATIENT = Limits(arriving=600.0, seconds=600.0)
"""What is answered does not hang on how busy the machine is."""


def client_of(kb: KnowledgeBase, limits: Limits | None = None, **asked: Any) -> TestClient:
    return TestClient(
        Server(kb, limits or PATIENT, asked).app(), raise_server_exceptions=True, follow_redirects=False
    )


@pytest.fixture(scope="session")
def client(kb: KnowledgeBase) -> TestClient:
    return client_of(kb, payer="UnitedHealthcare")


@pytest.fixture(scope="session")
def several(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """A server over two policies on one drug, and no payer that it is told."""
    folder = tmp_path_factory.mktemp("several") / "kb"
    shutil.copytree(shipped("kb"), folder)
    own, other = (folder / "policies" / name for name in ("uhc_benlysta", "other_benlysta"))
    shutil.copytree(own, other, ignore=shutil.ignore_patterns("cases"))
    for path in other.rglob("*.lp"):
        path.write_text(path.read_text("utf-8").replace("uhc_benlysta", "other_benlysta"), "utf-8")
    return client_of(KnowledgeBase.load(folder))


class Lines(logging.Handler):
    """What is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())

    @property
    def last(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.lines[-1])
        return found


@pytest.fixture
def log() -> Iterator[Lines]:
    lines, before = Lines(), LOG.level
    LOG.addHandler(lines)
    LOG.setLevel(logging.INFO)
    yield lines
    LOG.removeHandler(lines)
    LOG.setLevel(before)
