"""What routes are handed: the long-lived services, and the actor, once it is settled that it may act."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import Depends, Header, Path, Request, Security
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api import auth
from api.assembly import Assembly
from api.metrics import Metrics
from api.proxy import CERTIFICATE
from ocr.worker import ReaderPool
from service import sessions as officers
from service.access import Action, Actor, Purpose, Ruling, decide
from service.acting import act
from service.credentials import Session
from service.database import Database
from service.errors import Forbidden, NotSignedIn, ReasonNeeded
from service.policy_book import Policies
from service.provider import Provider
from service.reimport import Fetching
from service.screening import IndexInForce
from service.settings import Settings
from service.throttle import Throttle
from service.turns import Turns

Probe = Callable[[], Awaitable[bool]]


def utc_now() -> datetime:
    """The clock on the wall, aware and in UTC."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Services:
    """What lives as long as the application, on `app.state.services`.

    `probes` say whether a part is ready to serve, by its name; `now` is the clock, which tests replace.
    """

    settings: Settings
    database: Database
    parts: Assembly
    metrics: Metrics = field(default_factory=Metrics)
    throttle: Throttle = field(default_factory=Throttle)
    turns: Turns = field(default_factory=Turns)
    now: Callable[[], datetime] = utc_now
    probes: dict[str, Probe] = field(default_factory=dict)
    provider: Provider | None = None

    @property
    def screening(self) -> IndexInForce:
        return self.parts.screening

    @property
    def policy(self) -> Policies:
        return self.parts.policy

    @property
    def fetching(self) -> Fetching:
        return self.parts.fetching

    @property
    def reader(self) -> ReaderPool:
        return self.parts.reader


def services_of(request: Request) -> Services:
    """The services of the application that serves `request`."""
    services: Services = request.app.state.services
    return services


def sessions_of(request: Request) -> async_sessionmaker[AsyncSession]:
    """Where use cases get their transactions. They commit themselves, before the reply."""
    return services_of(request).database.sessions


ListName = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$", description="the list's name here")]


async def _services(request: Request) -> Services:  # FastAPI takes what is not async to a thread, and waits for it
    return services_of(request)


async def _sessions(request: Request) -> async_sessionmaker[AsyncSession]:
    return sessions_of(request)


ServicesDep = Annotated[Services, Depends(_services)]
SessionsDep = Annotated[async_sessionmaker[AsyncSession], Depends(_sessions)]


SHORTEST_REASON = 3
_SAFE = frozenset({"GET", "HEAD"})
Declared = Annotated[
    Purpose | None,
    Header(alias="Mabar-Purpose", description="what for, where the ordinary purpose of the request is not meant"),
]
Reason = Annotated[
    str | None,
    Header(
        alias="Mabar-Reason",
        max_length=600,
        description="why, for a purpose that is not the ordinary one; percent-encoded UTF-8. It stays in the trail",
    ),
]


class Permit:
    """The dependency by which a route declares its action; it gives the actor who may do it, and says who acts.

    `post` names the path parameter that holds a crossing-point code, where there is one. Where the code
    comes in the body, the route calls `require` with it. `even_locked` lets an officer through whose
    session is locked.
    """

    def __init__(self, action: Action, post: str | None = None, *, even_locked: bool = False) -> None:
        self.action = action
        self.post = post
        self.even_locked = even_locked

    async def __call__(
        self,
        request: Request,
        _bearer: Annotated[Any, Security(auth.bearer)],
        _header: Annotated[Any, Security(auth.device_header)],
        _cookie: Annotated[Any, Security(auth.cookie)],
        purpose: Declared = None,
        reason: Reason = None,
    ) -> Actor:
        services = services_of(request)
        token = auth.presented(request)
        caller = await officers.authenticate(
            services.database.sessions,
            services.settings,
            token,
            certificate=request.scope.get(CERTIFICATE),
            even_locked=self.even_locked,
            now=services.now(),
        )
        actor = request.state.actor = caller.actor
        request.state.session = caller.session
        post = request.path_params[self.post] if self.post else None
        ruling = await require(request, actor, self.action, post, purpose)
        said = _explained(ruling, decide(actor, self.action), reason)
        act(actor, self.action, ruling.purpose, said, writes=request.method not in _SAFE)
        return actor


def _explained(ruling: Ruling, ordinary: Ruling, reason: str | None) -> str | None:
    """The reason for a purpose that is not the ordinary one. Raises ReasonNeeded where there is none."""
    if ruling.purpose == ordinary.purpose:
        return None
    said = unquote(reason or "").strip()
    if len(said) < SHORTEST_REASON:
        raise ReasonNeeded(f"to do this for {ruling.purpose}, say why in the header Mabar-Reason")
    return said


def permit(action: Action, post: str | None = None, *, even_locked: bool = False) -> Any:
    """Declare what a route does: ``actor: Annotated[Actor, permit(Action.INSPECT)]``."""
    return Depends(Permit(action, post, even_locked=even_locked))


def session_of(request: Request) -> Session:
    """The session of the officer who asks, once a permit has let the request through.

    Raises:
        NotSignedIn: it is a device that asks.
    """
    session: Session | None = request.state.session
    if session is None:
        raise NotSignedIn("a device has no session")
    return session


async def require(
    request: Request, actor: Actor, action: Action, post: str | None, purpose: Purpose | None = None
) -> Ruling:
    """See that `actor` may do `action` at `post`, for `purpose`; who may not leaves a trace.

    Raises:
        Forbidden: with the reason.
    """
    ruling = decide(actor, action, post, purpose)
    if not ruling.allowed:
        await officers.note_refusal(sessions_of(request), actor, action, post)
        raise Forbidden(ruling.reason)
    return ruling
