"""Properties that are worked out once and kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")


class cached_property(Generic[T]):  # noqa: N801 - as functools has it, of which this is the later form
    """As in `functools` from Python 3.12 on: without a lock that all objects of a class share.

    With one, whoever works out a property makes every other thread wait beyond its time limit, and a
    process that is forked meanwhile waits for ever.
    """

    def __init__(self, function: Callable[[Any], T]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type) -> T: ...

    def __get__(self, instance: object | None, owner: type) -> T | Self:
        if instance is None:
            return self
        found = self._function(instance)
        instance.__dict__[self._name] = found  # a later look finds it there, and not this
        return found
