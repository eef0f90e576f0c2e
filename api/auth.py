"""How a credential travels: in a header for programs, in a cookie for the console.

The cookie is out of reach of scripts (HttpOnly), goes to this service alone (SameSite=Strict and, over
HTTPS, the ``__Host-`` prefix of RFC 6265bis), and counts for a writing request only when the browser
says that the request comes from a page of this service.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.security import APIKeyCookie, APIKeyHeader, HTTPBearer

from service.errors import Forbidden, NotSignedIn

_SECURE_COOKIE = "__Host-mabar"
_LOOPBACK_COOKIE = "mabar"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

# What the OpenAPI document says of them; `presented` does the reading.
bearer = HTTPBearer(auto_error=False, description="an officer's session token or a device key")
device_header = APIKeyHeader(name="X-Device-Key", auto_error=False, description="a device key")
cookie = APIKeyCookie(name=_SECURE_COOKIE, auto_error=False, description="the console's session")


def presented(request: Request) -> str:
    """The credential that a request shows.

    Raises:
        NotSignedIn: it shows none.
        Forbidden: it would write by cookie, and comes from another site.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    if key := request.headers.get("x-device-key"):
        return key
    if session := request.cookies.get(_cookie_name(request)):
        require_same_origin(request)
        return session
    raise NotSignedIn("sign in first, or send a session token or device key as a bearer token")


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


def _cookie_name(request: Request) -> str:
    return _SECURE_COOKIE if request.url.scheme == "https" else _LOOPBACK_COOKIE


def require_cookie_safe(request: Request) -> None:
    """See that a cookie may be handed out: to a page of this service, where nobody reads along.

    Raises:
        Forbidden: it comes from another site, or over plain HTTP from another machine.
    """
    require_same_origin(request)
    if request.url.scheme != "https" and request.url.hostname not in _LOOPBACK:
        raise Forbidden("the console needs HTTPS unless it runs on this machine")


def hand_out(request: Request, response: Response, token: str, expires_at: datetime) -> None:
    """Give the browser its session cookie."""
    secure = request.url.scheme == "https"
    response.set_cookie(
        _cookie_name(request), token, expires=expires_at, secure=secure, httponly=True, samesite="strict", path="/"
    )


def take_back(request: Request, response: Response) -> None:
    """Make the browser forget its session cookie."""
    secure = request.url.scheme == "https"
    response.delete_cookie(_cookie_name(request), secure=secure, httponly=True, samesite="strict", path="/")
