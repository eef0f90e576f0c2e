"""On whose behalf, what for, and how far a transaction reaches: what the database's row security goes by.

A request's authentication says it once, for whatever it leads to (`act`); the service's own work says it where it
begins (`acting`). Where nobody has said anything the database shows nobody's data: migration 0009 has the policies.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum

from service.access import Action, Actor, Purpose


class Reach(StrEnum):
    """How far a transaction reaches, as the database's role that it works under.

    `desk` looks, at the posts and for the purpose of who asks. `judge` writes facts and needs the history of all posts
    for that; it shows nothing of it. `analyst` counts: it has no right to a column that names anybody.
    """

    DESK = "mabar_service"
    JUDGE = "mabar_judge"
    ANALYST = "mabar_analyst"


# What writes facts of travellers or of lists, or judges them again.
_JUDGED = frozenset(
    {
        Action.READ_DOCUMENT,
        Action.INSPECT,
        Action.DECIDE,
        Action.CORRECT_MOVEMENT,
        Action.LINK_PERSONS,
        Action.IMPORT_MOVEMENTS,
        Action.OBSERVE,
        Action.PROTECT,
        Action.IMPORT_LIST,
        Action.EDIT_LIST,
        Action.APPROVE_LIST,
        Action.ADJUDICATE_HIT,
        Action.CLEAR_HIT,
        Action.MANAGE_POSTS,
        Action.READ_POLICIES,
        Action.BREAK_GLASS,
        Action.REVIEW_NOTICES,
        Action.MANAGE_HOLDS,
        Action.HANDLE_RIGHTS,
        Action.RULE_ON_DISCLOSURE,
    }
)
_COUNTED = frozenset({Action.READ_STATISTICS, Action.EXPORT_STATISTICS, Action.READ_PSEUDONYMS})


def reach_of(action: Action, *, writes: bool) -> Reach:
    """How far `action` reaches; what does not write looks on as the desk does."""
    if action in _COUNTED:
        return Reach.ANALYST
    return Reach.JUDGE if writes and action in _JUDGED else Reach.DESK


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts: `actor` as the trail names it, at `posts` (``*`` alone for all), for `purpose`.

    `reason` is what was said for a purpose that does not go without saying.
    """

    reach: Reach
    purpose: Purpose | None
    posts: frozenset[str] = frozenset()
    actor: str = "service"
    reason: str | None = None


SERVICE = Acting(Reach.JUDGE, Purpose.MAINTENANCE)
_COUNTING = Acting(Reach.ANALYST, Purpose.STATISTICS, frozenset({"*"}))
_current: ContextVar[Acting | None] = ContextVar("acting", default=None)


def current() -> Acting | None:
    """Who acts now; None where nobody said."""
    return _current.get()


def act(actor: Actor, action: Action, purpose: Purpose | None, reason: str | None, *, writes: bool) -> None:
    """Say that `actor` acts from here on, until the request ends (`acting`)."""
    _current.set(Acting(reach_of(action, writes=writes), purpose, actor.posts, str(actor.id), reason))


@contextmanager
def acting(who: Acting | None) -> Iterator[None]:
    """Work as `who` meanwhile; whatever is said inside ends with it."""
    before = _current.set(who)
    try:
        yield
    finally:
        _current.reset(before)


@contextmanager
def judging() -> Iterator[None]:
    """Reach the log of all posts meanwhile, for what one post cannot know, as who acts now."""
    who = current()
    with acting(Acting(Reach.JUDGE, who.purpose, who.posts, who.actor, who.reason) if who else None):
        yield


@contextmanager
def counting() -> Iterator[None]:
    """Count at all posts meanwhile, without a right to anybody's name."""
    with acting(_COUNTING):
        yield
