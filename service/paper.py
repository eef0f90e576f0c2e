"""Paper forms for when nothing else works: numbered when printed, and reconciled with what was keyed from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, store
from service.access import Actor
from service.acting import judging
from service.domain import CrossingPoint
from service.errors import FormRefused, NotFound, UnknownCrossingPoint
from service.forms import form_number
from service.paper_tables import PaperFormRow, SpoiltFormRow
from service.tables import MovementRow

MOST = 200  # forms printed at once

Sessions = async_sessionmaker[AsyncSession]


@dataclass(frozen=True, slots=True)
class Issued:
    """Forms that were given their numbers, for the crossing point that will fill them in."""

    post: CrossingPoint
    numbers: tuple[str, ...]
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Spoilt:
    """Why a form was not filled in, and who said so when."""

    reason: str
    spoilt_by: str
    spoilt_at: datetime


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A crossing point's forms beside what was keyed from them.

    `missing` were printed and neither keyed nor spoilt, with when they were printed; `spoilt` are accounted for.
    `doubled` were keyed more than once, or keyed although spoilt; `unknown` were keyed and never printed for this post,
    both with the movements that name them.
    """

    issued: int
    keyed: int
    missing: Mapping[str, datetime]
    spoilt: Mapping[str, Spoilt]
    doubled: Mapping[str, Sequence[UUID]]
    unknown: Mapping[str, Sequence[UUID]]


async def issue(sessions: Sessions, post: str, count: int, *, actor: Actor | None, now: datetime) -> Issued:
    """Number so many new forms of a crossing point. A number is given once, whether or not its form is printed.

    Raises:
        UnknownCrossingPoint: no such post.
    """
    async with sessions.begin() as session:
        posts = await store.crossing_points(session)
        if post not in posts:
            raise UnknownCrossingPoint(post)
        await store.lock(session, [f"paper_form:{post}"])
        last = await session.scalar(select(func.max(PaperFormRow.serial)).where(PaperFormRow.crossing_point == post))
        serials = range((last or 0) + 1, (last or 0) + 1 + count)
        by = actor.name if actor else audit.SERVICE
        for serial in serials:
            number = form_number(post, serial)
            session.add(PaperFormRow(number=number, crossing_point=post, serial=serial, issued_at=now, issued_by=by))
        numbers = tuple(form_number(post, serial) for serial in serials)
        details = {"first": numbers[0], "last": numbers[-1]}
        await audit.record(session, actor, "issue_paper_forms", purpose="border_control", post=post, details=details)
    return Issued(posts[post], numbers, now)


async def post_of(sessions: Sessions, number: str) -> str:
    """The crossing point for which a form was printed.

    Raises:
        NotFound: no such form was printed.
    """
    async with sessions() as session:
        return (await _form(session, number)).crossing_point


async def spoil(sessions: Sessions, number: str, reason: str, *, actor: Actor | None, now: datetime) -> Spoilt:
    """Say that a printed form was spoilt: it is accounted for, and to be kept. What was said first stays.

    Raises:
        NotFound: no such form was printed.
        FormRefused: a movement was keyed from it, or it was found spoilt for another reason before.
    """
    async with sessions.begin() as session:
        post = (await _form(session, number)).crossing_point
        by = actor.name if actor else audit.SERVICE
        said = insert(SpoiltFormRow).values(number=number, reason=reason, spoilt_at=now, spoilt_by=by)
        if number in await _keyed(session, post):
            raise FormRefused(f"a movement was keyed from form {number}: it cannot be spoilt")
        new = await session.scalar(said.on_conflict_do_nothing().returning(SpoiltFormRow.number))
        if new:
            details = {"number": number, "reason": reason}
            await audit.record(session, actor, "spoil_paper_form", purpose="border_control", post=post, details=details)
        spoilt = (await _spoilt(session, post))[number]
        if spoilt.reason != reason:
            raise FormRefused(f"form {number} was found spoilt before, for another reason")
    return spoilt


async def _form(session: AsyncSession, number: str) -> PaperFormRow:
    row = await session.get(PaperFormRow, number)
    if row is None:
        raise NotFound(f"no form {number} was printed")
    return row


async def reconcile(sessions: Sessions, post: str, *, actor: Actor | None) -> Reconciliation:
    """Compare the printed forms of a crossing point with the movements that were keyed there from forms.

    Raises:
        UnknownCrossingPoint: no such post.
    """
    with judging():  # forms are told by their numbers, of people nothing
        async with sessions.begin() as session:
            if post not in await store.crossing_points(session):
                raise UnknownCrossingPoint(post)
            rows = await session.execute(
                select(PaperFormRow.number, PaperFormRow.issued_at)
                .where(PaperFormRow.crossing_point == post)
                .order_by(PaperFormRow.serial)
            )
            issued = {row.number: row.issued_at for row in rows}
            keyed, spoilt = await _keyed(session, post), await _spoilt(session, post)
            await audit.record(session, actor, "reconcile_paper_forms", purpose="border_control", post=post)
    return Reconciliation(
        len(issued),
        sum(map(len, keyed.values())),
        {number: at for number, at in issued.items() if number not in keyed and number not in spoilt},
        spoilt,
        {number: ids for number, ids in keyed.items() if len(ids) > 1 or number in spoilt},
        {number: ids for number, ids in keyed.items() if number not in issued},
    )


async def _spoilt(session: AsyncSession, post: str) -> dict[str, Spoilt]:
    statement = select(SpoiltFormRow).join(PaperFormRow, PaperFormRow.number == SpoiltFormRow.number)
    rows = await session.scalars(statement.where(PaperFormRow.crossing_point == post).order_by(PaperFormRow.serial))
    return {row.number: Spoilt(row.reason, row.spoilt_by, row.spoilt_at) for row in rows}


async def _keyed(session: AsyncSession, post: str) -> dict[str, list[UUID]]:
    """The movements of a crossing point that name a form, by its number, in the order of the numbers."""
    number = MovementRow.details["form_number"].astext
    here = (MovementRow.crossing_point == post, MovementRow.details.has_key("form_number"))
    keyed: dict[str, list[UUID]] = defaultdict(list)
    for named, movement in await session.execute(select(number, MovementRow.id).where(*here).order_by(number)):
        keyed[named].append(movement)
    return keyed
