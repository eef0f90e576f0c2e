"""Keys of cameras, workstations and monitors."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from api.deps import Services, ServicesDep, SessionsDep, permit
from api.schemas.base import Moment, Name, PostCode, Wire
from service import device_keys
from service.access import Action, Actor, DeviceKind
from service.credentials import DeviceKey
from service.errors import AccountRefused

router = APIRouter(prefix="/v1/device-keys", tags=["devices"])
Fingerprint = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Manager = Annotated[Actor, permit(Action.MANAGE_DEVICES)]


class DeviceKeyIn(Wire):
    """A key to issue: for which device, at which crossing points, until when (a year, unless said or set otherwise).

    With `certificate_sha256` the key counts only beside the client certificate of that fingerprint, which a
    trusted proxy has to hand over.
    """

    name: Name = Field(min_length=1, examples=["booth 3, passport camera"])
    kind: DeviceKind
    posts: list[PostCode] = Field(default_factory=list, max_length=100)
    expires_at: Moment | None = None
    certificate_sha256: Fingerprint | None = None


class DeviceKeyOut(BaseModel):
    """A key without its secret."""

    id: UUID
    name: str
    kind: DeviceKind
    posts: list[str]
    created_by: str
    created_at: Moment
    expires_at: Moment | None
    revoked_at: Moment | None
    replaces: UUID | None
    first_used_at: Moment | None
    certificate_sha256: str | None


class ReplacementIn(Wire):
    """The successor of a key: until when, and how many days the old one may still work beside it."""

    expires_at: Moment | None = None
    overlap_days: int = Field(default=7, ge=0, le=60)


class IssuedKeyOut(DeviceKeyOut):
    """A key just issued. `key` is shown this once: the service keeps only a hash of it."""

    key: str


@router.post("", status_code=201)
async def issue(services: ServicesDep, sessions: SessionsDep, manager: Manager, asked: DeviceKeyIn) -> IssuedKeyOut:
    """Issue a key to a device."""
    if asked.certificate_sha256 is not None and services.settings.certificate_header is None:
        raise AccountRefused("no proxy hands over client certificates here: set MABAR_CERTIFICATE_HEADER first")
    new = device_keys.NewKey(
        asked.name,
        asked.kind,
        frozenset(asked.posts),
        asked.expires_at or _in_due_time(services),
        bytes.fromhex(asked.certificate_sha256) if asked.certificate_sha256 else None,
    )
    key, secret = await device_keys.issue(sessions, new, by=manager, now=services.now())
    return IssuedKeyOut(**_shown(key), key=secret)


@router.post("/{key_id}/replacement", status_code=201)
async def replace(
    key_id: UUID, services: ServicesDep, sessions: SessionsDep, manager: Manager, asked: ReplacementIn
) -> IssuedKeyOut:
    """Issue a key's successor. The old one works until the new one is first used, or the days of overlap are over."""
    key, secret = await device_keys.replace_key(
        sessions,
        key_id,
        expires_at=asked.expires_at or _in_due_time(services),
        overlap=timedelta(days=asked.overlap_days),
        by=manager,
        now=services.now(),
    )
    return IssuedKeyOut(**_shown(key), key=secret)


def _in_due_time(services: Services) -> datetime:
    return services.now() + timedelta(days=services.settings.device_key_days)


@router.get("")
async def index(sessions: SessionsDep, _manager: Manager) -> list[DeviceKeyOut]:
    """Every key ever issued, the newest first."""
    return [DeviceKeyOut(**_shown(key)) for key in await device_keys.listed(sessions)]


@router.delete("/{key_id}", status_code=204)
async def revoke(key_id: UUID, services: ServicesDep, sessions: SessionsDep, manager: Manager) -> None:
    """Revoke a key: it is void from now on."""
    await device_keys.revoke(sessions, key_id, by=manager, now=services.now())


def _shown(key: DeviceKey) -> dict[str, Any]:
    certificate = key.certificate.hex() if key.certificate else None
    return {**asdict(key), "posts": sorted(key.posts), "certificate_sha256": certificate}
