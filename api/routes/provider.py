"""Signing in through the agency's own identity provider: off to it, and back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from api import auth, officer, problems
from api.deps import Services, ServicesDep
from service.errors import NotFound, ProviderRefused, ServiceError
from service.provider import Provider

router = APIRouter(prefix="/v1/session/provider", tags=["session"])
Said = Annotated[str, Query(max_length=4096)]


@router.get("", status_code=303, response_class=RedirectResponse)
async def send_off(request: Request, services: ServicesDep) -> RedirectResponse:
    """Go to the agency's identity provider; the browser comes back to the console, signed in."""
    auth.require_cookie_safe(request)
    departure = await _provider(services).send_off(services.database.sessions, now=services.now())
    response = RedirectResponse(departure.address, 303)
    auth.send_off(request, response, departure.mark, departure.until)
    return response


@router.get("/callback", status_code=303, response_class=RedirectResponse)
async def come_back(
    request: Request, services: ServicesDep, state: Said = "", code: Said = "", error: Said = "", iss: Said = ""
) -> RedirectResponse:
    """Where the provider sends the browser back to. It goes on to the console, which says what came of it."""
    response = RedirectResponse("/#/signed-in", 303)
    try:
        await _sign_in(request, response, services, state, code, error, iss)
    except ServiceError as refusal:  # a page for an officer's eyes, not a document for a program
        kind = problems.kind_of(type(refusal)).slug
        response = RedirectResponse(f"/#/refused/{kind}", 303)
    auth.came_back(request, response)
    return response


async def _sign_in(
    request: Request, response: RedirectResponse, services: Services, state: str, code: str, error: str, iss: str
) -> None:
    auth.require_cookie_safe(request)
    provider = _provider(services)
    if error or not code or iss not in ("", services.settings.provider_issuer):  # RFC 9207: an answer of another's
        raise ProviderRefused("the identity provider did not let this sign-in through")
    signed_in = await provider.take_back(
        services.database.sessions,
        state=state,
        code=code,
        mark=auth.sent_off(request),
        client=officer.origin_of(request).client,
        now=services.now(),
    )
    await officer.answer(request, response, signed_in, by_cookie=True)


def _provider(services: Services) -> Provider:
    if services.provider is None:
        raise NotFound("no identity provider is configured here")
    return services.provider
