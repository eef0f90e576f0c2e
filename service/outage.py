"""Telling a database that is away for the moment from a fault of our own."""

from __future__ import annotations

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# What can say so. The driver's own exceptions come as they are only while connecting.
SUSPECTS: tuple[type[Exception], ...] = (
    DBAPIError,
    PoolTimeout,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)

# Classes of SQLSTATE (PostgreSQL, appendix A): connection exception, insufficient resources, operator intervention.
_AWAY = frozenset({"08", "53", "57"})


def is_outage(exc: Exception) -> bool:
    """Whether `exc` says that the database, or the system below it, does not answer for the moment."""
    if isinstance(exc, DBAPIError):
        late_or_broken = isinstance(exc.orig, OSError)  # a TimeoutError is one
        return exc.connection_invalidated or late_or_broken or str(getattr(exc.orig, "sqlstate", None))[:2] in _AWAY
    return isinstance(exc, SUSPECTS)
