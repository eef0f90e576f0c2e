"""Groups: a coach, a family, pilgrims with a leader. Opened once; members are captured into it, one case each.

Who belongs to a group is whoever was recorded with its id: the group itself names nobody but its leader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, finding_store, store
from service.access import Actor, require_post
from service.acting import judging
from service.domain import Direction, Finding, Movement, Outcome, TravelDocument, Traveller
from service.errors import GroupRefused, NotFound, UnknownCrossingPoint
from service.people_tables import GroupRow
from service.policy_book import Policies
from service.rules.order import in_order
from service.rules.reach import Sought
from service.surroundings import Surroundings

Sessions = async_sessionmaker[AsyncSession]
PURPOSE = "border_control"


class GroupKind(StrEnum):
    """What holds a group together."""

    COACH = "coach"
    FAMILY = "family"
    PILGRIMS = "pilgrims"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Group:
    """A group as opened. `leader` is a document key; `expected` how many there should be, by the manifest."""

    id: str
    kind: GroupKind
    name: str
    crossing_point: str
    opened_by: str
    opened_at: datetime
    leader: str | None = None
    expected: int | None = None
    vehicle: str | None = None
    operator: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A traveller of a group: the last entry with it, and the exit after that, by the same document."""

    document: TravelDocument
    traveller: Traveller
    entry: Movement | None
    exit: Movement | None
    refused: bool = False

    @property
    def inside(self) -> bool:
        """Whether the member came in with the group and has not left."""
        return self.entry is not None and self.exit is None and not self.refused


@dataclass(frozen=True, slots=True)
class Company:
    """A group and its members; `incomplete` is what M8 finds on it and stands."""

    group: Group
    members: Sequence[Member]
    incomplete: Sequence[Finding] = ()

    @property
    def missing(self) -> list[Member]:
        """Who is still inside although somebody of the group has left."""
        someone_left = any(member.exit for member in self.members)
        return [member for member in self.members if member.inside] if someone_left else []


async def open_group(sessions: Sessions, group: Group, *, actor: Actor) -> Group:
    """Open a group, once; the same again changes nothing.

    Raises:
        Forbidden: at a post that the actor does not serve.
        UnknownCrossingPoint: no such post.
        GroupRefused: the id is another group's.
    """
    require_post(actor, group.crossing_point)
    async with sessions.begin() as session:
        if group.crossing_point not in await store.crossing_points(session):
            raise UnknownCrossingPoint(group.crossing_point)
        values = {name: getattr(group, name) for name in Group.__dataclass_fields__}
        details = {name: values.pop(name) for name in ("vehicle", "operator")}
        row = insert(GroupRow).values(**{**values, "kind": group.kind.value}, details=details)
        if await session.scalar(row.on_conflict_do_nothing().returning(GroupRow.id)) is None:
            return _same(await _group(session, group.id), group)
        await audit.record(session, actor, "open_group", purpose=PURPOSE, post=group.crossing_point, subject=group.id)
    return group


def _same(there: Group, group: Group) -> Group:
    asked = [(each.kind, each.name, each.crossing_point, each.leader, each.expected) for each in (there, group)]
    if asked[0] != asked[1]:
        raise GroupRefused(f"there is another group {group.id}; a new group needs a new id")
    return there


async def company(sessions: Sessions, policies: Policies, id: str, *, actor: Actor, now: datetime) -> Company:
    """A group with everybody who was captured into it, and who has not left; the look leaves its trace.

    Raises:
        NotFound: no such group was opened.
        Forbidden: it was opened at a post that the actor does not serve.
    """
    with judging():  # who left, left at other posts
        async with sessions.begin() as session:
            group = await _group(session, id)
            require_post(actor, group.crossing_point)
            log = Surroundings(session, policies, group.crossing_point, now)
            captured = await log.filed(Sought(marks=frozenset({f"group:{id}"})))
            documents = frozenset(m.crossing.document.key for m in captured)
            every = in_order(await log.filed(Sought(documents))) if documents else []
            members = [
                _member(key, id, every) for key in dict.fromkeys(m.crossing.document.key for m in in_order(captured))
            ]
            incomplete = [each for m in captured for each in await _incomplete(session, m)]
            await audit.record(session, actor, "read_group", purpose=PURPOSE, post=group.crossing_point, subject=id)
    return Company(group, members, incomplete)


def _member(key: str, id: str, every: Sequence[Movement]) -> Member:
    """The last journey of a document with the group; whoever was refused did not cross."""
    own = [m for m in every if m.crossing.document.key == key]
    crossed = [m for m in own if m.decision is not Outcome.REFUSED]
    entries = [m for m in crossed if m.crossing.group_id == id and m.crossing.direction is Direction.ENTRY]
    entry = entries[-1] if entries else None
    after = crossed[crossed.index(entry) + 1 :] if entry else [m for m in crossed if m.crossing.group_id == id]
    exit = next((m for m in after if m.crossing.direction is Direction.EXIT), None)
    last = own[-1].crossing
    return Member(last.document, last.traveller, entry, exit, refused=not crossed)


async def _incomplete(session: AsyncSession, movement: Movement) -> list[Finding]:
    recorded = await store.movement(session, movement.id)
    return [each for each in (await finding_store.standing(session, recorded)).values() if each.rule == "M8"]


async def listed(sessions: Sessions, *, actor: Actor, limit: int = 100) -> list[Group]:
    """The groups opened at the posts of the actor, the latest first; the look leaves its trace."""
    statement = select(GroupRow).order_by(GroupRow.opened_at.desc(), GroupRow.id).limit(limit)
    async with sessions.begin() as session:
        rows = [row for row in await session.scalars(statement) if actor.serves(row.crossing_point)]
        await audit.record(session, actor, "read_groups", purpose=PURPOSE, details={"groups": len(rows)})
    return [_of(row) for row in rows]


async def _group(session: AsyncSession, id: str) -> Group:
    row = await session.get(GroupRow, id)
    if row is None:
        raise NotFound("there is no such group")
    return _of(row)


def _of(row: GroupRow) -> Group:
    return Group(
        row.id,
        GroupKind(row.kind),
        row.name,
        row.crossing_point,
        row.opened_by,
        row.opened_at,
        row.leader,
        row.expected,
        **row.details,
    )
