"""What is asked of the functions of an edition: where which of them have which values."""

from __future__ import annotations

from typing import NamedTuple

from lupa.compiled.ways import Goal
from lupa.rules.solver import Literal


class Function(NamedTuple):
    """Where a function has a value: what leads there, the laws that it keeps, what others are about."""

    goal: Goal
    laws: frozenset[int]
    apart: frozenset[Literal]


class Asked(NamedTuple):
    """What is assumed, of facts and besides, and what all has to hold: functions that share no fact."""

    said: dict[Literal, bool]
    conclusions: list[Literal]
    functions: list[Function]
