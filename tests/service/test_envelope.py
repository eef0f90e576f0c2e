"""Envelope encryption: a key a class and month, wrapped by a key kept elsewhere; destroyed, all under it is erased."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.exc import DBAPIError

from service import contact_store, envelope
from service.database import Database
from service.errors import SettingsRefused
from service.policy import default_policy
from service.sealed import SealBroken, new_key
from service.settings import Settings
from service.vault import Guarded, Vault, install

OLD, NEW, PROTECTION = new_key(), new_key(), new_key()
NOVEMBER, DECEMBER = datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 12, 3, tzinfo=UTC)


def give(database: Database, *keys: str) -> None:
    """Let a fresh process know these data keys, the current one first."""
    given = Settings(data_keys=SecretStr("\n".join(keys)), protection_keys=SecretStr(PROTECTION))
    for sessions in (database.sessions, database.eraser_sessions):
        install(sessions, Vault(given))


async def sealed_in(database: Database, guarded: Guarded, now: datetime) -> envelope.Sealed:
    async with database.sessions.begin() as session:
        return await envelope.seal(session, guarded, "here", b"+964 750 000 0000", now)


async def opened_in(database: Database, sealed: envelope.Sealed, about: str = "here") -> bytes:
    async with database.sessions() as session:
        return (await envelope.open_sealed(session, about, sealed)).rstrip()


async def test_a_record_opens_in_its_class_month_and_place_alone(clone: Database) -> None:
    give(clone, OLD)
    sealed = await sealed_in(clone, Guarded.CONTACT, NOVEMBER)
    assert await opened_in(clone, sealed) == b"+964 750 000 0000"
    others = [await sealed_in(clone, Guarded.IMAGE, NOVEMBER), await sealed_in(clone, Guarded.CONTACT, DECEMBER)]
    assert len({sealed.key_id, *(each.key_id for each in others)}) == 3
    for other in others:
        with pytest.raises(SealBroken, match="altered"):
            await opened_in(clone, replace(sealed, key_id=other.key_id))
    with pytest.raises(SealBroken, match="altered"):
        await opened_in(clone, sealed, "elsewhere")


async def test_a_destroyed_key_takes_its_month_along_and_no_other(clone: Database) -> None:
    give(clone, OLD)
    gone, stays = [await sealed_in(clone, Guarded.CONTACT, month) for month in (NOVEMBER, DECEMBER)]
    async with clone.eraser_sessions.begin() as session:
        await envelope.destroy(session, [gone.key_id], DECEMBER)
    with pytest.raises(SealBroken, match="destroyed"):
        await opened_in(clone, gone)
    with pytest.raises(SealBroken, match="destroyed"):  # a month that is over does not begin anew
        await sealed_in(clone, Guarded.CONTACT, NOVEMBER)
    assert await opened_in(clone, stays)


async def test_the_wrapping_key_changes_and_what_is_sealed_does_not(clone: Database) -> None:
    give(clone, OLD)
    sealed = await sealed_in(clone, Guarded.CONTACT, NOVEMBER)
    give(clone, NEW, OLD)
    assert await envelope.rewrap(clone.eraser_sessions) == 1
    assert await envelope.rewrap(clone.eraser_sessions) == 0
    give(clone, NEW)
    await envelope.agree(clone.sessions, NOVEMBER)
    assert await opened_in(clone, sealed)
    give(clone, OLD)
    with pytest.raises(SealBroken):
        await opened_in(clone, sealed)
    with pytest.raises(SettingsRefused, match="MABAR_DATA_KEY_FILE"):
        await envelope.agree(clone.sessions, NOVEMBER)


async def test_who_opens_all_else_does_not_open_protection(clone: Database) -> None:
    give(clone, OLD)
    sealed = await sealed_in(clone, Guarded.PROTECTION, NOVEMBER)
    other = Settings(data_keys=SecretStr(OLD), protection_keys=SecretStr(OLD))
    install(clone.sessions, Vault(other))
    with pytest.raises(SealBroken):
        await opened_in(clone, sealed)


async def test_the_service_can_destroy_no_key(clone: Database) -> None:
    give(clone, OLD)
    sealed = await sealed_in(clone, Guarded.CONTACT, NOVEMBER)
    with pytest.raises(DBAPIError, match="permission denied"):
        async with clone.sessions.begin() as session:
            await envelope.destroy(session, [sealed.key_id], NOVEMBER)


async def test_of_a_contact_the_tables_hold_nothing_that_can_be_read(clone: Database) -> None:
    give(clone, OLD)
    one, other = uuid4(), uuid4()

    async with clone.sessions.begin() as session:
        said = {"phone": "+964 750 123 4567", "sponsor": "Zagros Tours"}
        made = [
            await contact_store.hide_changes(session, id, "IQ-ZUR", said, default_policy(), NOVEMBER)
            for id in (one, other)
        ]
        assert made[0] == made[1]  # rule P5 asks no more than that
        contacts = await contact_store.opened(session, [one])
        rows = await session.scalars(sa.text("SELECT contact::text FROM contact"))
        assert "1234567" not in "".join(rows) + made[0]["phone"]
    assert contact_store.changes_shown(one, made[0], contacts) == said
    assert contact_store.changes_shown(other, made[0], contacts)["phone"] is None  # not of that movement
