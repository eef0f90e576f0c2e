"""What the routes of identity share: answering with a session, and whom an authenticator is to answer."""

from __future__ import annotations

from fastapi import Request, Response

from api import auth
from api.deps import Services, services_of
from api.schemas.identity import SignedInOut, actor_out
from service import sign_in
from service.credentials import Session
from service.errors import PasskeyRefused
from service.passkeys import RelyingParty
from service.sessions import SignedIn, limits_of
from service.sign_in import Origin

_PASSKEY_HOST = "localhost"  # the one name of this machine that browsers let passkeys be bound to


def origin_of(request: Request) -> Origin:
    """Where a request comes from."""
    return Origin(request.client.host if request.client else "unknown", auth.workstation(request))


def party_of(request: Request) -> RelyingParty:
    """Whom an authenticator is to answer: the configured address, or this machine's own name.

    Never whatever host a request claims: a passkey is bound to it.

    Raises:
        PasskeyRefused: neither fits how the service was reached.
    """
    configured = services_of(request).settings.public_url
    if configured is not None:
        return RelyingParty.of(configured)
    if request.url.hostname == _PASSKEY_HOST:
        return RelyingParty.of(f"{request.url.scheme}://{request.url.netloc}")
    raise PasskeyRefused("passkeys need MABAR_PUBLIC_URL to be set, or the console to be opened as http://localhost")


async def answer(request: Request, response: Response, signed_in: SignedIn, *, by_cookie: bool) -> SignedInOut:
    """Hand out a new token the way it was asked for; a browser whose officer is whole is known from now on."""
    services = services_of(request)
    session = signed_in.session
    if by_cookie:
        auth.hand_out(request, response, signed_in.token, session.expires_at)
        if session.due(limits_of(services.settings)) is None:
            await _know(request, response, services, session)
    return shown(services, session, token=None if by_cookie else signed_in.token)


async def _know(request: Request, response: Response, services: Services, session: Session) -> None:
    now = services.now()
    value = await sign_in.know_workstation(
        services.database.sessions, session.account, auth.workstation(request), now=now
    )
    auth.remember_workstation(request, response, value, now + sign_in.WORKSTATION_KNOWN)


def shown(services: Services, session: Session, *, token: str | None = None) -> SignedInOut:
    """A session as its officer sees it."""
    limits = limits_of(services.settings)
    return SignedInOut(
        token=token,
        id=session.id,
        expires_at=session.expires_at,
        idle_minutes=services.settings.session_idle_minutes,
        locked=session.is_locked(limits, services.now()),
        due=session.due(limits),
        factors=sorted(session.factors),
        actor=actor_out(session.account, session.passkeys),
    )
