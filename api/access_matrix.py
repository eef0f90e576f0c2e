"""The matrix of role, purpose and endpoint, made from the routes themselves and from `service.access`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from api.deps import Permit
from service.access import ALL_POSTS, Action, Actor, DeviceKind, Purpose, Role, decide, lawful
from service.acting import Reach, reach_of

HOLDERS: tuple[Role | DeviceKind, ...] = (*Role, *DeviceKind)
_SAFE = frozenset({"GET", "HEAD"})
_LETTERS = {
    Purpose.BORDER_CONTROL: "B",
    Purpose.SECOND_LINE: "L",
    Purpose.PROTECTION: "P",
    Purpose.WATCHLIST: "W",
    Purpose.SUPERVISION: "S",
    Purpose.REDRESS: "R",
    Purpose.STATISTICS: "C",
    Purpose.POLICY: "Y",
    Purpose.AUDIT: "A",
    Purpose.ADMINISTRATION: "M",
    Purpose.MAINTENANCE: "U",
}
_SHORT = "first second protection lists analyst supervisor auditor admin camera workstation monitor".split()
_HEAD = """# Who may ask what, and for what

Made by `mabar access` from the routes and from `service/access.py`; a test fails when it is not current. Do not edit.

A cell names the purposes that the role may ask for, the ordinary one first, which goes without saying; another is
named in the header `Mabar-Purpose` with its reason in `Mabar-Reason`. `•`: nobody's data are touched. Empty: refused
with 403.

{letters}.

**Posts.** Who serves some crossing points is heard for those alone: a record, a page or a count of another is refused
or left out, by the service and again by the database. Who serves `*` is heard for all. The one way round is a record
opened with a reason (`POST /v1/broken-glass`), which alarms.

**Reach** is the role that the database is asked under: `desk` sees what posts and purpose allow, `judge` writes facts
by the history of all posts, `analyst` counts and has no right to a column that names anybody.
"""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An operation that asks for a right."""

    method: str
    path: str
    action: Action

    @property
    def reach(self) -> Reach:
        return reach_of(self.action, writes=self.method not in _SAFE)


def endpoints(app: FastAPI) -> list[Endpoint]:
    """Every operation that declares an action, by path and method."""
    return sorted(_endpoints(app), key=lambda each: (each.path, each.method))


def _endpoints(app: FastAPI) -> Iterator[Endpoint]:
    for context in iter_route_contexts(app.routes):
        if not isinstance(context.original_route, APIRoute):
            continue
        dependant: Any = getattr(context, "dependant", None)
        for permit in (each.call for each in dependant.dependencies if isinstance(each.call, Permit)):
            for method in (context.methods or set()) - {"HEAD"}:
                yield Endpoint(method, context.path or "", permit.action)


def cell(role: Role | DeviceKind, action: Action) -> str:
    """What a role may do an action for; empty where it may not."""
    someone = Actor(UUID(int=0), "someone", frozenset({role}), frozenset({ALL_POSTS}))
    if not decide(someone, action).allowed:
        return ""
    return "".join(_LETTERS[purpose] for purpose in lawful(someone, action)) or "•"


def markdown(app: FastAPI) -> str:
    """The matrix as a document."""
    letters = ", ".join(f"{letter} {purpose}" for purpose, letter in _LETTERS.items())
    lines = [_HEAD.format(letters=letters), f"| endpoint | reach | {' | '.join(_SHORT)} |", f"|{' --- |' * 13}"]
    for each in endpoints(app):
        cells = " | ".join(cell(role, each.action) for role in HOLDERS)
        lines.append(f"| `{each.method} {each.path}` | {each.reach.name.lower()} | {cells} |")
    return "\n".join(lines) + "\n"
