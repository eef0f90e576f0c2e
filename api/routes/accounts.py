"""Officers' accounts, for the administrator."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from api.deps import ServicesDep, SessionsDep, permit
from api.schemas.base import Moment, Name, PostCode, Wire
from api.schemas.identity import EndedOut
from service import accounts
from service.access import Action, Actor, Role
from service.credentials import Account

router = APIRouter(prefix="/v1/accounts", tags=["accounts"])
Username = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{1,63}$")]
Administrator = Annotated[Actor, permit(Action.MANAGE_ACCOUNTS)]


class AccountIn(Wire):
    """An account to make. `posts` are crossing-point codes, or ``["*"]`` for all of them."""

    username: Name = Field(min_length=2, max_length=64, examples=["layla.hassan"])
    display_name: Name = Field(min_length=1)
    roles: frozenset[Role] = Field(min_length=1)
    posts: frozenset[PostCode] | tuple[Literal["*"]]


class AccountOut(BaseModel):
    """An account; `active` is false once it is closed.

    `provided` says that the agency's identity provider keeps it; `password_until` is when a password ends
    that was made up for it and not yet replaced.
    """

    id: UUID
    username: str
    display_name: str
    roles: list[Role]
    posts: list[str]
    active: bool
    demo: bool
    provided: bool
    password_until: Moment | None


class PasswordOut(BaseModel):
    """A password just made up. It is shown this once: the service keeps only a hash of it."""

    password: str


class RemovedOut(BaseModel):
    """How many passkeys there were."""

    removed: int


class NewAccountOut(AccountOut, PasswordOut):
    """An account just made, with its first password."""


@router.get("")
async def index(sessions: SessionsDep, _administrator: Administrator) -> list[AccountOut]:
    """Every account, by name."""
    return [AccountOut(**_shown(account)) for account in await accounts.listed(sessions)]


@router.post("", status_code=201)
async def create(
    services: ServicesDep, sessions: SessionsDep, administrator: Administrator, asked: AccountIn
) -> NewAccountOut:
    """Make an account. Its officer gets the password from you, and has to replace it within 72 hours."""
    new = accounts.NewAccount(asked.username, asked.display_name, asked.roles, frozenset(asked.posts))
    made, password = await accounts.create_account(sessions, new, by=administrator, now=services.now())
    return NewAccountOut(**_shown(made), password=password)


@router.post("/{username}/password")
async def reset_password(
    username: Username, services: ServicesDep, sessions: SessionsDep, administrator: Administrator
) -> PasswordOut:
    """Make up another password for an account, and end its sessions. It is to be replaced within 72 hours."""
    password = await accounts.set_password(sessions, username, by=administrator, now=services.now())
    return PasswordOut(password=password)


@router.delete("/{username}", status_code=204)
async def close(username: Username, services: ServicesDep, sessions: SessionsDep, administrator: Administrator) -> None:
    """Close an account, and end its sessions at once. It stays listed, because the trail names it."""
    await accounts.close_account(sessions, username, by=administrator, now=services.now())


@router.delete("/{username}/sessions")
async def end_sessions(
    username: Username, services: ServicesDep, sessions: SessionsDep, administrator: Administrator
) -> EndedOut:
    """End every session of an account, at once."""
    return EndedOut(ended=await accounts.end_sessions(sessions, username, by=administrator, now=services.now()))


@router.delete("/{username}/passkeys")
async def remove_passkeys(
    username: Username, services: ServicesDep, sessions: SessionsDep, administrator: Administrator
) -> RemovedOut:
    """Remove every passkey of an account, which were lost, and end its sessions."""
    removed = await accounts.remove_passkeys(sessions, username, by=administrator, now=services.now())
    return RemovedOut(removed=removed)


def _shown(account: Account) -> dict[str, Any]:
    return {**asdict(account), "roles": sorted(account.roles), "posts": sorted(account.posts)}
