"""What PostgreSQL says of a transaction that met another one: to try again, or that an id is taken."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import ParamSpec, Protocol, TypeVar
from uuid import UUID

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from service.errors import ConflictingReplay

P = ParamSpec("P")
T = TypeVar("T")

_AGAIN = {"40001", "40P01"}  # serialization_failure, deadlock_detected
_TAKEN = "23505"  # unique_violation
ATTEMPTS = 5


class Named(Protocol):
    """A row under an id that a client made."""

    @property
    def id(self) -> UUID:
        """That id."""


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


async def add_new(session: AsyncSession, row: Named) -> None:
    """Write a row under an id that a client made, after it was seen that the record is not there yet.

    Raises:
        ConflictingReplay: the id is that of a record elsewhere, perhaps at a post whose records are not shown here.
    """
    id = row.id
    session.add(row)
    try:
        await session.flush()
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) != _TAKEN:
            raise
        raise ConflictingReplay(id) from None
