"""One's own passkeys and sessions."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request

from api import officer
from api.deps import ServicesDep, SessionsDep, permit, session_of
from api.schemas.identity import EndedOut, NewPasskeyIn, PasskeyOut, SessionOut, passkey_out, session_out
from service import passkeys
from service import sessions as officers
from service.access import Action, Actor

router = APIRouter(prefix="/v1/account", tags=["session"])
Officer = Annotated[Actor, permit(Action.OWN_ACCOUNT)]
Newcomer = Annotated[Actor, permit(Action.OWN_SESSION)]  # who still owes a first passkey may register it


@router.get("/passkeys")
async def list_passkeys(request: Request, sessions: SessionsDep, _officer: Officer) -> list[PasskeyOut]:
    """The passkeys and smart cards of one's own account, the oldest first."""
    return [passkey_out(passkey) for passkey in await passkeys.listed(sessions, session_of(request))]


@router.post("/passkeys/challenge")
async def ask_for_passkey(
    request: Request, services: ServicesDep, sessions: SessionsDep, _officer: Newcomer
) -> dict[str, Any]:
    """What a new passkey is to be made with: PublicKeyCredentialCreationOptions as JSON, good for five minutes."""
    party, session = officer.party_of(request), session_of(request)
    return await passkeys.ask_to_register(sessions, services.settings, party, session, now=services.now())


@router.post("/passkeys", status_code=201)
async def register_passkey(
    request: Request, services: ServicesDep, sessions: SessionsDep, _officer: Newcomer, asked: NewPasskeyIn
) -> PasskeyOut:
    """Register a passkey. From now on every session of the account needs one: show it, and this one has it."""
    made = await passkeys.register(
        sessions,
        services.settings,
        officer.party_of(request),
        session_of(request),
        asked.model_dump(exclude={"name"}, exclude_none=True),
        name=asked.name,
        now=services.now(),
    )
    return passkey_out(made)


@router.delete("/passkeys/{passkey_id}", status_code=204)
async def remove_passkey(
    request: Request, passkey_id: UUID, services: ServicesDep, sessions: SessionsDep, _officer: Officer
) -> None:
    """Remove a passkey of one's own."""
    session = session_of(request)
    await passkeys.remove(sessions, services.settings, session, passkey_id, now=services.now())


@router.get("/sessions")
async def list_sessions(
    request: Request, services: ServicesDep, sessions: SessionsDep, _officer: Officer
) -> list[SessionOut]:
    """The sessions of one's own account that have not ended, the one last heard of first."""
    current = session_of(request)
    return [session_out(one, current.id) for one in await officers.own(sessions, current, now=services.now())]


@router.delete("/sessions")
async def end_others(request: Request, services: ServicesDep, sessions: SessionsDep, _officer: Officer) -> EndedOut:
    """End every other session of one's own account, at once."""
    return EndedOut(ended=await officers.end_others(sessions, session_of(request), now=services.now()))


@router.delete("/sessions/{session_id}", status_code=204)
async def end_session(
    request: Request, session_id: UUID, services: ServicesDep, sessions: SessionsDep, _officer: Officer
) -> None:
    """End one session of one's own account, at once."""
    await officers.end_own(sessions, session_of(request), session_id, now=services.now())
