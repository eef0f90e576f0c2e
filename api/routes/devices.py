"""Keys of cameras, workstations and monitors."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from api.deps import ServicesDep, SessionsDep, permit
from api.schemas.base import Name, PostCode, Wire
from service import device_keys
from service.access import Action, Actor, DeviceKind
from service.credentials import DeviceKey

router = APIRouter(prefix="/v1/device-keys", tags=["devices"])
Manager = Annotated[Actor, permit(Action.MANAGE_DEVICES)]


class DeviceKeyIn(Wire):
    """A key to issue: for which device, at which crossing points, until when."""

    name: Name = Field(min_length=1, examples=["booth 3, passport camera"])
    kind: DeviceKind
    posts: list[PostCode] = Field(default_factory=list, max_length=100)
    expires_at: AwareDatetime | None = None


class DeviceKeyOut(BaseModel):
    """A key without its secret."""

    id: UUID
    name: str
    kind: DeviceKind
    posts: list[str]
    created_by: str
    created_at: AwareDatetime
    expires_at: AwareDatetime | None
    revoked_at: AwareDatetime | None


class IssuedKeyOut(DeviceKeyOut):
    """A key just issued. `key` is shown this once: the service keeps only a hash of it."""

    key: str


@router.post("", status_code=201)
async def issue(services: ServicesDep, sessions: SessionsDep, manager: Manager, asked: DeviceKeyIn) -> IssuedKeyOut:
    """Issue a key to a device."""
    key, secret = await device_keys.issue(
        sessions,
        name=asked.name,
        kind=asked.kind,
        posts=frozenset(asked.posts),
        expires_at=asked.expires_at,
        by=manager,
        now=services.now(),
    )
    return IssuedKeyOut(**_shown(key), key=secret)


@router.get("")
async def index(sessions: SessionsDep, _manager: Manager) -> list[DeviceKeyOut]:
    """Every key ever issued, the newest first."""
    return [DeviceKeyOut(**_shown(key)) for key in await device_keys.listed(sessions)]


@router.delete("/{key_id}", status_code=204)
async def revoke(key_id: UUID, services: ServicesDep, sessions: SessionsDep, manager: Manager) -> None:
    """Revoke a key: it is void from now on."""
    await device_keys.revoke(sessions, key_id, by=manager, now=services.now())


def _shown(key: DeviceKey) -> dict[str, Any]:
    return {**asdict(key), "posts": sorted(key.posts)}
