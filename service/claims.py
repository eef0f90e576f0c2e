"""What an identity provider's token says: whether it holds, and which account it describes. No connection is made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from service.access import ALL_POSTS
from service.credentials import Account
from service.errors import ProviderRefused
from service.settings import Settings

Claims = Mapping[str, Any]

SKEW = 60  # seconds that the provider's clock may differ from ours
_ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519"]  # never `none`, never a shared secret
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token has to be from, for, and in answer to."""

    issuer: str
    client_id: str
    nonce: str


def checked(token: str, keys: KeySet, expected: Expected, now: datetime) -> Claims:
    """The claims of an identity token (OpenID Connect Core 1.0, section 3.1.3.7).

    Raises:
        ProviderRefused: it is not signed by one of `keys`, is from or for somebody else, answers another
            request, or its time is over or yet to come by more than `SKEW` seconds.
    """
    registry = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=SKEW,
        iss={"essential": True, "value": expected.issuer},
        aud={"essential": True, "value": expected.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": expected.nonce},
    )
    try:
        claims = jwt.decode(token, keys, algorithms=_ALGORITHMS).claims
        registry.validate(claims)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise ProviderRefused("the identity provider's token does not hold") from error
    if claims.get("azp", expected.client_id) != expected.client_id:
        raise ProviderRefused("the identity provider's token was issued to another party")
    return claims


def account_of(claims: Claims, settings: Settings) -> Account:
    """What claims say of an account, by the settings: whose word stands for which role is theirs alone."""
    theirs = words(_claim(claims, settings.provider_roles_claim))
    roles = frozenset(role for word in theirs for role in settings.provider_roles.get(word, ()))
    posts = frozenset(words(_claim(claims, settings.provider_posts_claim)))
    posts = frozenset({ALL_POSTS}) if ALL_POSTS in posts else posts
    said = str(claims.get("preferred_username") or claims["sub"])
    username = _NOT_IN_A_NAME.sub("-", said.casefold()).strip("-._")[:64]
    name = " ".join(str(claims.get("name") or said).split())[:200]
    return Account(uuid4(), username if len(username) > 1 else f"officer-{username}", name, roles, posts, provided=True)


def _claim(claims: Claims, path: str) -> object:
    """A claim by its name, or by a path with dots (``realm_access.roles``)."""
    if path in claims:
        return claims[path]
    found: object = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def words(value: object) -> list[str]:
    """A claim as words: a list of them, or one text with spaces or commas between."""
    if isinstance(value, str):
        return value.replace(",", " ").split()
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []
