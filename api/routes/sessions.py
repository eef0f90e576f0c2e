"""Signing in and out, unlocking, and who one is."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from api import auth, officer
from api.deps import ServicesDep, SessionsDep, permit, session_of
from api.schemas.identity import PasswordIn, ShownPasskeyIn, SignedInOut, SignInIn, UnlockIn, WaysOut
from service import passkeys, sign_in
from service import sessions as officers
from service.access import Action, Actor
from service.errors import PasskeyRefused

router = APIRouter(prefix="/v1/session", tags=["session"])
Officer = Annotated[Actor, permit(Action.OWN_SESSION)]
EvenLocked = Annotated[Actor, permit(Action.OWN_SESSION, even_locked=True)]


@router.post("", status_code=201)
async def create(request: Request, response: Response, services: ServicesDep, asked: SignInIn) -> SignedInOut:
    """Sign in. After three wrong passwords each further try from the same client waits longer.

    The session counts in full once `due` is null.
    """
    by_cookie = asked.credential == "cookie"
    if by_cookie:
        auth.require_cookie_safe(request)
    signed_in = await sign_in.sign_in(
        services.database.sessions,
        services.throttle,
        services.settings,
        username=asked.username,
        password=asked.password.get_secret_value(),
        origin=officer.origin_of(request),
        now=services.now(),
    )
    return await officer.answer(request, response, signed_in, by_cookie=by_cookie)


@router.get("")
async def read(request: Request, services: ServicesDep, _officer: EvenLocked) -> SignedInOut:
    """Who is signed in, until when at the latest, whether locked, what is still due, and what the roles allow."""
    return officer.shown(services, session_of(request))


@router.delete("", status_code=204)
async def delete(request: Request, response: Response, services: ServicesDep, _officer: EvenLocked) -> None:
    """Sign out: the credential is void from now on."""
    await officers.sign_out(services.database.sessions, session_of(request), now=services.now())
    auth.take_back(request, response)


@router.get("/ways")
async def ways(request: Request, services: ServicesDep) -> WaysOut:
    """How one may sign in here, for the page where one does."""
    try:
        officer.party_of(request)
        bound = True
    except PasskeyRefused:
        bound = False
    provider = "/v1/session/provider" if services.settings.provider_issuer else None
    offset = services.policy.at(services.now()).utc_offset // timedelta(minutes=1)
    return WaysOut(provider=provider, passkeys=bound, demo=services.settings.demo, utc_offset=offset)


@router.post("/unlock")
async def unlock(
    request: Request, response: Response, services: ServicesDep, _officer: EvenLocked, asked: UnlockIn
) -> SignedInOut:
    """Show the password again: for a session that is locked, or for what asks for it. The credential is renewed."""
    signed_in = await officers.unlock(
        services.database.sessions,
        services.throttle,
        services.settings,
        session_of(request),
        password=asked.password.get_secret_value(),
        now=services.now(),
    )
    return await officer.answer(request, response, signed_in, by_cookie=auth.by_cookie(request))


@router.post("/passkey/challenge")
async def ask_passkey(
    request: Request, services: ServicesDep, sessions: SessionsDep, _officer: EvenLocked
) -> dict[str, Any]:
    """What a passkey of this account is to sign: PublicKeyCredentialRequestOptions as JSON, good for five minutes."""
    party = officer.party_of(request)
    return await passkeys.ask_to_show(sessions, party, session_of(request), now=services.now())


@router.post("/passkey")
async def show_passkey(
    request: Request, response: Response, services: ServicesDep, _officer: EvenLocked, asked: ShownPasskeyIn
) -> SignedInOut:
    """Show a passkey, as the second factor or to unlock. The credential is renewed."""
    signed_in = await passkeys.show(
        services.database.sessions,
        services.settings,
        officer.party_of(request),
        session_of(request),
        asked.model_dump(exclude_none=True),
        now=services.now(),
    )
    return await officer.answer(request, response, signed_in, by_cookie=auth.by_cookie(request))


@router.put("/password", status_code=204)
async def change_password(request: Request, services: ServicesDep, _officer: Officer, asked: PasswordIn) -> None:
    """Replace the own password. Every session of the account ends, this one too."""
    await sign_in.change_password(
        services.database.sessions,
        services.throttle,
        services.settings,
        session_of(request),
        old=asked.old.get_secret_value(),
        new=asked.new.get_secret_value(),
        now=services.now(),
    )
