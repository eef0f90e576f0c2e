"""How travellers can be reached: sealed, and in the movement's place of each a token. Never commits.

A token says only that two travellers gave the same (rule P5): it is a keyed digest (HMAC-SHA-256) of the kind and of
the contact in one spelling, under a key that the database holds wrapped. What the policy licenses, a hotel or an
operator, has a token of its own kind, which that rule passes over.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service import envelope
from service.domain import Crossing
from service.policy import Policy
from service.rules.links import LICENSED, licensed, plain_contact
from service.sealed import Sealed
from service.sealing_tables import ContactRow
from service.vault import Guarded

KINDS = ("phone", "address")
SEALED = "sealed:"
_CLEAR = "utf-8"


async def hide(session: AsyncSession, crossing: Crossing, policy: Policy, now: datetime) -> Crossing:
    """The crossing with a token for each contact, which is sealed beside it."""
    given = {kind: value for kind in KINDS if (value := getattr(crossing, kind))}
    if not given:
        return crossing
    hidden = await _hide(session, crossing.id, crossing.crossing_point, given, policy, now)
    return replace(crossing, phone=hidden.get("phone"), address=hidden.get("address"))


async def hide_changes(
    session: AsyncSession, movement_id: UUID, post: str, changes: Mapping[str, Any], policy: Policy, now: datetime
) -> dict[str, Any]:
    """The same of a correction."""
    given = {kind: value for kind in KINDS if (value := changes.get(kind))}
    return {**changes, **await _hide(session, movement_id, post, given, policy, now)}


async def _hide(
    session: AsyncSession, movement_id: UUID, post: str, given: Mapping[str, str], policy: Policy, now: datetime
) -> dict[str, str]:
    hidden: dict[str, str] = {}
    exempt = licensed(policy, post)
    for kind, value in given.items():
        plain = plain_contact(value)
        digest = hmac.new(await envelope.index_key(session), f"{kind}:{plain}".encode(_CLEAR), "sha256").hexdigest()
        token = f"{LICENSED if plain in exempt else SEALED}{digest[:32]}"
        sealed = await envelope.seal(session, Guarded.CONTACT, _about(movement_id, token), value.encode(_CLEAR), now)
        row = {"id": uuid4(), "movement_id": movement_id, "crossing_point": post, "token": token, "recorded_at": now}
        said = {"key_id": sealed.key_id, "nonce": sealed.nonce, "sealed": sealed.text}
        await session.execute(insert(ContactRow).values(**row, **said).on_conflict_do_nothing())
        hidden[kind] = token
    return hidden


def _about(movement_id: UUID, token: str) -> str:
    return f"{movement_id}/{token}"


Contacts = Mapping[tuple[UUID, str], str]


async def opened(session: AsyncSession, movement_ids: Iterable[UUID]) -> Contacts:
    """The contacts given with some movements, by movement and token."""
    found: dict[tuple[UUID, str], str] = {}
    for row in await session.scalars(select(ContactRow).where(ContactRow.movement_id.in_(list(movement_ids)))):
        sealed = Sealed(row.key_id, row.nonce, row.sealed)
        text = await envelope.open_sealed(session, _about(row.movement_id, row.token), sealed)
        found[row.movement_id, row.token] = text.decode(_CLEAR).rstrip(" ")
    return found


def shown(crossing: Crossing, contacts: Contacts) -> Crossing:
    """The crossing with its contacts in clear; one that was erased since is None."""
    phone, address = (in_clear(crossing.id, value, contacts) for value in (crossing.phone, crossing.address))
    return replace(crossing, phone=phone, address=address)


def changes_shown(movement_id: UUID, changes: Mapping[str, Any], contacts: Contacts) -> dict[str, Any]:
    """The same of a correction."""
    return {name: in_clear(movement_id, value, contacts) if name in KINDS else value for name, value in changes.items()}


def in_clear(movement_id: UUID, value: str | None, contacts: Contacts) -> str | None:
    """What a token stands for; a text that is none stands for itself."""
    if value is None or not value.startswith((SEALED, LICENSED)):
        return value
    return contacts.get((movement_id, value))
