"""How often the tests repeat that only repeat: a part of it, or all of it with LUPA_THOROUGH=1."""

import os

_PART = 1 if os.environ.get("LUPA_THOROUGH") else 5


def times(count: int) -> int:
    """So many times at its most thorough, a fifth of that otherwise, and once at the least."""
    return max(1, count // _PART)
