"""How a credential travels: in a header for programs, in a cookie for the console.

The cookie is out of reach of scripts (HttpOnly), goes to this service alone (SameSite=Strict and, over
HTTPS, the ``__Host-`` prefix of RFC 6265bis), and counts for a writing request only when the browser
says that the request comes from a page of this service.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.security import APIKeyCookie, APIKeyHeader, HTTPBearer

from service.errors import Forbidden, NotSignedIn

_SECURE = "__Host-"
_SESSION = "mabar"
_WORKSTATION = "mabar-workstation"  # that officers signed in here before: guessing elsewhere does not slow them
_PROVIDER = "mabar-provider"  # that it was this browser which was sent to the identity provider
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

# What the OpenAPI document says of them; `presented` does the reading.
bearer = HTTPBearer(auto_error=False, description="an officer's session token or a device key")
device_header = APIKeyHeader(name="X-Device-Key", auto_error=False, description="a device key")
cookie = APIKeyCookie(name=_SECURE + _SESSION, auto_error=False, description="the console's session")


def presented(request: Request) -> str:
    """The credential that a request shows.

    Raises:
        NotSignedIn: it shows none.
        Forbidden: it would write by cookie, and comes from another site.
    """
    token = shown(request)
    if token is None:
        raise NotSignedIn("sign in first, or send a session token or device key as a bearer token")
    if by_cookie(request):
        require_same_origin(request)
    return token


def shown(request: Request) -> str | None:
    """What a request shows, whether or not it counts."""
    return _in_header(request) or request.cookies.get(_name(request, _SESSION))


def by_cookie(request: Request) -> bool:
    """Whether the credential comes as a cookie, and its successor goes the same way."""
    return _in_header(request) is None


def _in_header(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return request.headers.get("x-device-key") or None


def require_same_origin(request: Request) -> None:
    """See that a writing request comes from a page of this service.

    Browsers say so in Sec-Fetch-Site (W3C Fetch Metadata), older ones in Origin alone. Who says neither
    is no browser and has no use for a cookie.

    Raises:
        Forbidden: it does not, or does not say.
    """
    if request.method in _SAFE:
        return
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin", "")
    same = site == "same-origin" if site is not None else _host_of(origin) == request.headers.get("host")
    if not same:
        raise Forbidden("a request from another site may change nothing here")


def _host_of(origin: str) -> str | None:
    return urlsplit(origin).netloc or None


def _name(request: Request, cookie: str) -> str:
    return _SECURE + cookie if request.url.scheme == "https" else cookie


def require_cookie_safe(request: Request) -> None:
    """See that a cookie may be handed out: to a page of this service, where nobody reads along.

    Raises:
        Forbidden: it comes from another site, or over plain HTTP from another machine.
    """
    require_same_origin(request)
    if request.url.scheme != "https" and request.url.hostname not in _LOOPBACK:
        raise Forbidden(
            "the console needs HTTPS unless it runs on this machine; behind a proxy, name that in MABAR_TRUSTED_PROXIES"
        )


def hand_out(request: Request, response: Response, token: str, expires_at: datetime) -> None:
    """Give the browser its session cookie."""
    _set(request, response, _SESSION, token, expires_at)


def take_back(request: Request, response: Response) -> None:
    """Make the browser forget its session cookie."""
    _forget(request, response, _SESSION)


def workstation(request: Request) -> str | None:
    """What the browser shows of officers having signed in there before."""
    return request.cookies.get(_name(request, _WORKSTATION))


def remember_workstation(request: Request, response: Response, value: str, expires_at: datetime) -> None:
    """Give the browser what it shall show at the next sign-in."""
    _set(request, response, _WORKSTATION, value, expires_at)


def sent_off(request: Request) -> str | None:
    """What this browser was given before it was sent to the identity provider."""
    return request.cookies.get(_name(request, _PROVIDER))


def send_off(request: Request, response: Response, value: str, expires_at: datetime) -> None:
    """Mark the browser that is sent to the identity provider. Lax, because it comes back from another site."""
    _set(request, response, _PROVIDER, value, expires_at, same_site="lax")


def came_back(request: Request, response: Response) -> None:
    """Take that mark away again."""
    _forget(request, response, _PROVIDER)


SameSite = Literal["strict", "lax"]


def _set(
    request: Request,
    response: Response,
    name: str,
    value: str,
    expires_at: datetime,
    same_site: SameSite = "strict",
) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(
        _name(request, name), value, expires=expires_at, secure=secure, httponly=True, samesite=same_site, path="/"
    )


def _forget(request: Request, response: Response, name: str) -> None:
    secure = request.url.scheme == "https"
    response.delete_cookie(_name(request, name), secure=secure, httponly=True, samesite="strict", path="/")
