"""Signing in and out, and who one is."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, SecretStr

from api import auth
from api.deps import ServicesDep, SessionsDep, permit
from api.schemas.base import Name, Wire
from service import sign_in
from service.access import Action, Actor, Role, actions_of
from service.credentials import Account

router = APIRouter(prefix="/v1/session", tags=["session"])
Officer = Annotated[Actor, permit(Action.OWN_SESSION)]


class SignInIn(Wire):
    """Account and password, and how the credential shall come back.

    A program takes the `token` and sends it as a bearer token; the console asks for a `cookie`, which
    no script can read.
    """

    username: Name = Field(min_length=1)
    password: SecretStr = Field(min_length=1, max_length=256)
    credential: Literal["token", "cookie"] = "token"


class ActorOut(BaseModel):
    """Who is signed in, and what the roles allow; `posts` is ``["*"]`` for every crossing point."""

    id: UUID
    username: str
    display_name: str
    roles: list[Role]
    posts: list[str]
    actions: list[Action]
    demo: bool


class SignedInOut(BaseModel):
    """A session: `token` is shown this once, and not at all when the credential is a cookie."""

    token: str | None = None
    expires_at: datetime
    idle_minutes: int
    actor: ActorOut


class PasswordIn(Wire):
    """The own password, to be replaced: at least 12 characters and not a usual one."""

    old: SecretStr = Field(min_length=1, max_length=256)
    new: SecretStr = Field(min_length=1, max_length=256)


def _actor_out(account: Account) -> ActorOut:
    return ActorOut(
        id=account.id,
        username=account.username,
        display_name=account.display_name,
        roles=sorted(account.roles),
        posts=sorted(account.posts),
        actions=sorted(actions_of(account.actor)),
        demo=account.demo,
    )


@router.post("", status_code=201)
async def create(request: Request, response: Response, services: ServicesDep, asked: SignInIn) -> SignedInOut:
    """Sign in. After three wrong passwords each further try from the same client waits longer."""
    by_cookie = asked.credential == "cookie"
    if by_cookie:
        auth.require_cookie_safe(request)
    signed_in = await sign_in.sign_in(
        services.database.sessions,
        services.throttle,
        services.settings,
        username=asked.username,
        password=asked.password.get_secret_value(),
        client=_client(request),
        now=services.now(),
    )
    if by_cookie:
        auth.hand_out(request, response, signed_in.token, signed_in.session.expires_at)
    return SignedInOut(
        token=None if by_cookie else signed_in.token,
        expires_at=signed_in.session.expires_at,
        idle_minutes=services.settings.session_idle_minutes,
        actor=_actor_out(signed_in.session.account),
    )


def _client(request: Request) -> str:
    return request.client.host if request.client else "unknown"


@router.get("")
async def read(request: Request, services: ServicesDep, _officer: Officer) -> SignedInOut:
    """Who is signed in, until when at the latest, and what the roles allow."""
    token = auth.presented(request)
    session = await sign_in.signed_in(services.database.sessions, services.settings, token, now=services.now())
    return SignedInOut(
        expires_at=session.expires_at,
        idle_minutes=services.settings.session_idle_minutes,
        actor=_actor_out(session.account),
    )


@router.delete("", status_code=204)
async def delete(
    request: Request, response: Response, services: ServicesDep, sessions: SessionsDep, officer: Officer
) -> None:
    """Sign out: the credential is void from now on."""
    await sign_in.sign_out(sessions, auth.presented(request), actor=officer, now=services.now())
    auth.take_back(request, response)


@router.put("/password", status_code=204)
async def change_password(request: Request, services: ServicesDep, officer: Officer, asked: PasswordIn) -> None:
    """Replace the own password. Every session of the account ends, this one too."""
    await sign_in.change_password(
        services.database.sessions,
        services.throttle,
        officer,
        old=asked.old.get_secret_value(),
        new=asked.new.get_secret_value(),
        client=_client(request),
        now=services.now(),
    )
