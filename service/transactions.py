"""Try a transaction again when PostgreSQL asks for it."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError

P = ParamSpec("P")
T = TypeVar("T")

_AGAIN = {"40001", "40P01"}  # serialization_failure, deadlock_detected
ATTEMPTS = 5


def retrying(use_case: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Run a whole use case again, up to `ATTEMPTS` times, when its transaction lost to another one.

    Only for use cases whose transaction is all they do: what is repeated must have left nothing behind.
    """

    @functools.wraps(use_case)
    async def attempt(*args: P.args, **kwargs: P.kwargs) -> T:
        for pause in range(1, ATTEMPTS):
            try:
                return await use_case(*args, **kwargs)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in _AGAIN:
                    raise
                await asyncio.sleep(0.01 * 2**pause)
        return await use_case(*args, **kwargs)

    return attempt
