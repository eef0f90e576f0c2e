"""The audit trail, on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from api.schemas.base import MOST_OF_A_LOG, Moment, Name, PostCode, Wire
from service.access import Purpose


class TrailFilter(Wire):
    """What of the trail is asked for. `since` is included, `until` is not; `before` is the last id seen."""

    actor: Name | None = Field(None, max_length=120, description="an account or a device, by its id or its name")
    actor_kind: Literal["account", "device", "service"] | None = None
    purpose: Purpose | None = None
    action: str | None = Field(None, max_length=64)
    subject: str | None = Field(None, max_length=128)
    crossing_point: PostCode | None = None
    since: Moment | None = None
    until: Moment | None = None
    before: int | None = Field(None, ge=1, le=MOST_OF_A_LOG)
    limit: int = Field(50, ge=1, le=500)


class EventOut(BaseModel):
    """One deed: who (an account, a device, the service), what, when, where, for which purpose, on which record.

    `subject` is an id or a pseudonym and `details` hold codes and counts: no traveller's name stands here.
    """

    id: int
    at: datetime
    actor: str
    actor_name: str | None = Field(default=None, description="of an account its name, of a device what it is called")
    actor_kind: str
    action: str
    purpose: str | None
    crossing_point: str | None
    subject: str | None
    details: dict[str, Any]


class EventPage(BaseModel):
    """Events, newest first; `next` is what `before` takes for the following page, null at the end."""

    items: list[EventOut]
    next: int | None


class CheckpointsOut(BaseModel):
    """The public key (`name+hash+key`), and the latest signed note of each chain: C2SP signed-note, tlog-checkpoint."""

    key: str
    checkpoints: list[str]


class ProofOut(BaseModel):
    """Hashes (hex) that lead to the `root` of the chain's first `size` events: RFC 9162, section 2.1."""

    size: int
    root: str
    hashes: list[str]


class InclusionOut(ProofOut):
    """That an event stands at `leaf` (from 0) of its chain. Leaf hash = SHA-256(0x00 || `event`)."""

    chain: str
    leaf: int
    event: str
