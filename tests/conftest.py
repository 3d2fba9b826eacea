import pytest

from lupa import KnowledgeBase


@pytest.fixture(scope="session")
def kb() -> KnowledgeBase:
    """The knowledge base that ships with lupa."""
    return KnowledgeBase.load()
