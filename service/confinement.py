"""Sessions that tell the database who acts (`service.acting`), so that its row security confines what they see.

That takes one statement at the beginning of a transaction, and holds for that transaction alone.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session, SessionTransaction

from service.acting import Acting, current

MAINTAINING = {"mabar.purpose": "maintenance"}  # what the owner says as it connects, to see anything at all
ACTING = "acting"  # in a session's `info`: who acts where nobody says so, as at the command line


class ConfinedSession(Session):
    """What sessions of the service are made of."""


_SAY = (
    "SELECT set_config('role', $1, true), set_config('mabar.purpose', $2, true), "
    "set_config('mabar.posts', $3, true), set_config('mabar.actor', $4, true)"
)


@event.listens_for(ConfinedSession, "after_begin")
def _say_who_acts(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    who: Acting | None = current() or session.info.get(ACTING)
    if who is not None and not transaction.nested:
        connection.exec_driver_sql(_SAY, _said(who))


def _said(who: Acting) -> tuple[Any, ...]:
    return (who.reach.value, (who.purpose or ""), ",".join(sorted(who.posts)), who.actor)
