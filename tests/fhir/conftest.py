"""What the tests of charts share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lupa import KnowledgeBase
from lupa.fhir import Reading, read
from tests.fhir.charts import SERVICE

Read = Callable[..., Reading]


@pytest.fixture(scope="session")
def kb() -> KnowledgeBase:
    return KnowledgeBase.load()


@pytest.fixture(scope="session")
def reads(kb: KnowledgeBase) -> Read:
    """Reads a chart for the service date that all of these tests have."""

    def reading(source: Any, patient: str | None = None, **request: Any) -> Reading:
        return read(source, kb=kb, patient=patient, request={"service_date": SERVICE, **request})

    return reading
