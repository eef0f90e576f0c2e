"""Keep what was read, and hand it to the inspection that names it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ocr.mrz import Mrz, parse
from ocr.reading import MrzReading
from service import audit, images, store
from service.access import Actor, require_post
from service.canonical import plain
from service.domain import FailedCheckDigit, TravelDocument, Traveller
from service.errors import UnconfirmedReading
from service.identity import failed_check_digits, identify
from service.keeping import Keep


async def keep(
    sessions: async_sessionmaker[AsyncSession],
    reading_id: UUID,
    reading: MrzReading,
    *,
    actor: Actor,
    post: str | None,
    image_digest: bytes | None,
    now: datetime,
    kept: Keep = Keep.NONE,
    page: bytes | None = None,
) -> None:
    """Keep a reading under `reading_id`: its text and verdicts, and of the image what is to be `kept`, sealed."""
    names = ("format", "lines", "valid", "accepted", "repairs", "obstacles", "confidences", "frames")
    payload = {name: plain(getattr(reading, name)) for name in names}
    async with sessions.begin() as session:
        await store.add_reading(
            session, reading_id, payload, actor=actor, post=post, image_digest=image_digest, now=now
        )
        picture = {Keep.NONE: None, Keep.ZONE: reading.crop_png, Keep.PAGE: page}[kept]
        if picture is not None and post is not None:
            await images.keep(session, reading_id, kept, picture, post=post, now=now)
        await audit.record(
            session, actor, "read_document", purpose="border_control", post=post, subject=str(reading_id)
        )


async def accepted_zone(sessions: async_sessionmaker[AsyncSession], reading_id: UUID, *, actor: Actor) -> Mrz:
    """The zone of an accepted reading.

    Raises:
        NotFound: no such reading.
        Forbidden: it was made for a post that the actor does not serve.
        UnconfirmedReading: an officer must look first and send the confirmed text.
    """
    async with sessions() as session:
        payload, post = await store.reading(session, reading_id)
    if post is not None:
        require_post(actor, post)
    if not payload["accepted"]:
        raise UnconfirmedReading
    return parse(payload["lines"])


def presented(zone: Mrz, today: date) -> tuple[Traveller, TravelDocument, tuple[FailedCheckDigit, ...]]:
    """Who presents what, with the check digits that fail."""
    return *identify(zone, today), failed_check_digits(zone)
