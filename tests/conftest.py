import pytest

from lupa import KnowledgeBase
from tests.command import unchanging
from tests.slim import slim


@pytest.fixture(scope="session")
def kb() -> KnowledgeBase:
    """The knowledge base that ships with lupa."""
    return KnowledgeBase.load()


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """The one that ships with lupa, with fewer drugs; not to be changed."""
    return unchanging(slim(tmp_path_factory.mktemp("few") / "kb"))
