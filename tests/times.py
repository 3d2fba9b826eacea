"""How often the tests repeat that only repeat: a part of it, or all of it with LUPA_THOROUGH=1."""

import os

THOROUGH = bool(os.environ.get("LUPA_THOROUGH"))


def times(count: int) -> int:
    """So many times at its most thorough, a fifth of that otherwise, and once at the least."""
    return count if THOROUGH else max(1, count // 5)
