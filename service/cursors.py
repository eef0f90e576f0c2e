"""Where a page ended, as a text that is handed out and handed back. Pure."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from uuid import UUID

from service.errors import BadFilter


def cursor_of(at: datetime, id: UUID) -> str:
    """The place after a moment and an id."""
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), str(id)]).encode()).decode()


def place_of(cursor: str) -> tuple[datetime, UUID]:
    """The place that a cursor names. Raises BadFilter for one that was not given out."""
    try:
        at, id = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii")))
        return datetime.fromisoformat(at), UUID(id)
    except (binascii.Error, ValueError, TypeError, AttributeError) as error:
        raise BadFilter("the cursor is not one that this log gave out") from error
