"""What is worked out once. Pure."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")
Of = TypeVar("Of")


def once(work: Callable[[Of], Value]) -> Callable[[Of], Value]:
    """A function of one value, without slots, that keeps its answer with it."""
    name = f"{work.__module__}.{work.__name__}"

    @wraps(work)
    def asked(of: Of) -> Value:
        known: dict[str, Any] = of.__dict__
        if name not in known:
            known[name] = work(of)
        answer: Value = known[name]
        return answer

    return asked


class kept(Generic[Value]):  # noqa: N801 - read as a decorator
    """As `functools.cached_property`, without the lock that Python 3.11 takes at each first look (3.12 takes none)."""

    def __init__(self, work: Callable[[Any], Value]) -> None:
        self.work = work
        self.__doc__ = work.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Value:
        value = instance.__dict__[self.name] = self.work(instance)
        return value
