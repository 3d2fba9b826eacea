import signal

import pytest
from hypothesis import settings

from lupa import KnowledgeBase
from tests.command import unchanging
from tests.slim import slim

# Where the tests themselves are run in the background, interruptions are ignored, and what they start
# would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# How long an example takes says how busy the machine is, and of lupa nothing.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def kb() -> KnowledgeBase:
    """The knowledge base that ships with lupa."""
    return KnowledgeBase.load()


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """The one that ships with lupa, with fewer drugs; not to be changed."""
    return unchanging(slim(tmp_path_factory.mktemp("few") / "kb"))
