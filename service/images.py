"""Pictures of documents, where the agency keeps any: sealed, each look traced.

What is kept is the retention policy's choice, post by post: nothing (the default), the zone that was read, or the page.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, envelope
from service.access import Actor, require_post
from service.errors import NotFound
from service.keeping import Keep
from service.sealed import Sealed
from service.sealing_tables import ImageRow
from service.vault import Guarded

Sessions = async_sessionmaker[AsyncSession]
_PNG = b"\x89PNG\r\n\x1a\n"


async def keep(
    session: AsyncSession, reading_id: UUID, kept: Keep, picture: bytes, *, post: str, now: datetime
) -> None:
    """Seal a picture of a reading, in its transaction."""
    sealed = await envelope.seal(session, Guarded.IMAGE, _about(reading_id, kept), picture, now, padded=False)
    session.add(
        ImageRow(
            reading_id=reading_id,
            kind=kept.value,
            crossing_point=post,
            recorded_at=now,
            media_type="image/png" if picture.startswith(_PNG) else "image/jpeg",
            key_id=sealed.key_id,
            nonce=sealed.nonce,
            sealed=sealed.text,
        )
    )
    await session.flush()


def _about(reading_id: UUID, kept: Keep) -> str:
    return f"{reading_id}/{kept.value}"


async def picture(sessions: Sessions, reading_id: UUID, kept: Keep, *, actor: Actor) -> tuple[bytes, str]:
    """What was kept of the picture of a reading, and its media type; the look leaves its trace.

    Raises:
        NotFound: nothing of the kind is kept.
        Forbidden: it was made at a post that the actor does not serve.
        SealBroken: its key was destroyed, or is not known here.
    """
    async with sessions.begin() as session:
        row = await session.get(ImageRow, (reading_id, kept.value))
        if row is None:
            raise NotFound("no such picture is kept of this reading")
        require_post(actor, row.crossing_point)
        post = row.crossing_point
        await audit.record(
            session,
            actor,
            "read_image",
            purpose="second_line",
            post=post,
            subject=str(reading_id),
            details={"kind": kept.value},
        )
        sealed = Sealed(row.key_id, row.nonce, row.sealed)
        return await envelope.open_sealed(session, _about(reading_id, kept), sealed), row.media_type
