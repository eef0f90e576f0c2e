"""Who is signed in, by what, and what a browser's authenticator says."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, SecretStr, StringConstraints

from api.schemas.base import Moment, Name, Wire
from service.access import Action, Role, actions_of
from service.credentials import Account, Due, Factor, Passkey, Session

Base64Url = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,20000}$")]


class SignInIn(Wire):
    """Account and password, and how the credential shall come back.

    A program takes the `token` and sends it as a bearer token; the console asks for a `cookie`, which
    no script can read.
    """

    username: Name = Field(min_length=1)
    password: SecretStr = Field(min_length=1, max_length=256)
    credential: Literal["token", "cookie"] = "token"


class ActorOut(BaseModel):
    """Who is signed in, and what the roles allow; `posts` is ``["*"]`` for every crossing point.

    `provided` says that the agency's identity provider keeps the account, and `passkeys` how many it has.
    """

    id: UUID
    username: str
    display_name: str
    roles: list[Role]
    posts: list[str]
    actions: list[Action]
    demo: bool
    provided: bool
    passkeys: int


class SignedInOut(BaseModel):
    """A session: `token` is shown this once, and not at all when the credential is a cookie.

    While `due` names something, the session is good for nothing else: show a `passkey`, set a
    `new_password`, or register a first passkey (`enrolment`). A `locked` one waits for password or passkey.
    """

    token: str | None = None
    id: UUID
    expires_at: Moment
    idle_minutes: int
    locked: bool = False
    due: Due | None
    factors: list[Factor]
    actor: ActorOut


class PasswordIn(Wire):
    """The own password, to be replaced: at least 15 characters and not a usual one."""

    old: SecretStr = Field(min_length=1, max_length=256)
    new: SecretStr = Field(min_length=1, max_length=256)


class UnlockIn(Wire):
    """The password of the account that is signed in."""

    password: SecretStr = Field(min_length=1, max_length=256)


class WaysOut(BaseModel):
    """How one may sign in here. `provider` is the address that begins it with the agency's own, if there is one."""

    provider: str | None
    passkeys: bool = Field(description="whether passkeys can be used at the address that was asked")
    demo: bool = Field(description="whether this is a demonstration with made-up travellers")
    utc_offset: int = Field(description="minutes by which the day at the posts begins before that of UTC")


class AttestationIn(Wire):
    """What a new passkey says of itself; binary values as base64url without padding."""

    clientDataJSON: Base64Url  # noqa: N815  # the standard's own names
    attestationObject: Base64Url  # noqa: N815
    transports: list[Annotated[str, StringConstraints(pattern=r"^[a-z-]{1,20}$")]] = Field([], max_length=10)


class NewPasskeyIn(Wire):
    """A PublicKeyCredential as a browser made it, and the name that its officer gives it."""

    name: Name = Field(min_length=1, max_length=60, examples=["key on my ring"])
    id: Base64Url
    rawId: Base64Url  # noqa: N815
    type: Literal["public-key"]
    response: AttestationIn


class AssertionIn(Wire):
    """What a passkey signed; binary values as base64url without padding."""

    clientDataJSON: Base64Url  # noqa: N815
    authenticatorData: Base64Url  # noqa: N815
    signature: Base64Url
    userHandle: Base64Url | None = None  # noqa: N815


class ShownPasskeyIn(Wire):
    """A PublicKeyCredential as a browser got it."""

    id: Base64Url
    rawId: Base64Url  # noqa: N815
    type: Literal["public-key"]
    response: AssertionIn


class PasskeyOut(BaseModel):
    """A passkey or smart card of one's own. `backed_up` says that copies of it exist elsewhere."""

    id: UUID
    name: str
    transports: list[str]
    backed_up: bool
    created_at: Moment
    last_used_at: Moment | None


class SessionOut(BaseModel):
    """A session of one's own; `current` is the one that asks."""

    id: UUID
    client: str
    factors: list[Factor]
    created_at: Moment
    last_seen_at: Moment
    expires_at: Moment
    current: bool


class EndedOut(BaseModel):
    """How many sessions ended."""

    ended: int


def actor_out(account: Account, passkeys: int) -> ActorOut:
    """Who it is, and what the roles allow."""
    return ActorOut(
        id=account.id,
        username=account.username,
        display_name=account.display_name,
        roles=sorted(account.roles),
        posts=sorted(account.posts),
        actions=sorted(actions_of(account.actor)),
        demo=account.demo,
        provided=account.provided,
        passkeys=passkeys,
    )


def passkey_out(passkey: Passkey) -> PasskeyOut:
    """A passkey without its key."""
    return PasskeyOut(
        id=passkey.id,
        name=passkey.name,
        transports=list(passkey.transports),
        backed_up=passkey.backed_up,
        created_at=passkey.created_at,
        last_used_at=passkey.last_used_at,
    )


def session_out(session: Session, current: UUID) -> SessionOut:
    """A session as its own officer sees it."""
    return SessionOut(
        id=session.id,
        client=session.client,
        factors=sorted(session.factors),
        created_at=session.created_at,
        last_seen_at=session.last_seen_at,
        expires_at=session.expires_at,
        current=session.id == current,
    )
