"""Whether a connection from the pool still answers: asked of PostgreSQL only after a rest.

SQLAlchemy's own check (`pool_pre_ping`) takes three messages at every checkout, which at a busy booth was one message
in five. A server that stopped or was killed closes its connections, and the driver knows; what only a message would
show, a link that is cut without a word, shows after a rest, and else as the outage that it is.
"""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine

REST_SECONDS = 5.0
_SINCE = "resting since"


def keep_answering(engine: AsyncEngine) -> None:
    """Have every connection that `engine` hands out looked at first; one that is gone is replaced, and all like it."""
    dialect: Any = engine.dialect

    def note(_connection: Any, record: Any) -> None:
        record.info[_SINCE] = time.monotonic()

    def look(connection: Any, record: Any, _proxy: Any) -> None:
        if connection.driver_connection.is_closed():
            raise InvalidatePoolError
        if time.monotonic() - record.info.get(_SINCE, time.monotonic()) < REST_SECONDS:
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine.sync_engine, "checkin", note)
    event.listen(engine.sync_engine, "checkout", look)
