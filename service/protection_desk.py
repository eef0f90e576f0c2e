"""The protection desk: what officers observed, who is released, who is referred to whom. Use cases.

The trail names the record that was read or written, by an id that leads to nobody but through this desk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, protection_store, store
from service.access import ALL_POSTS, Actor, require_post
from service.domain import Finding, Movement, Observation, Outcome, Severity
from service.errors import ConflictingReplay, NotFound, ReferralRefused
from service.policy_book import Policies
from service.protection import (
    ASYLUM,
    Observed,
    Partner,
    Record,
    Referral,
    Released,
    Step,
    removal_barred,
    require_partner,
    require_step,
    signs,
)
from service.protection_store import Place
from service.protection_tables import ProtectionCaseRow
from service.reevaluation import judge_again
from service.rules.catalogue import RULES
from service.surroundings import fact_keys
from service.transactions import retrying

Sessions = async_sessionmaker[AsyncSession]
PURPOSE = "protection"
RULES_OF_PROTECTION = frozenset(rule.id for rule in RULES if rule.severity is Severity.PROTECTION)


@dataclass(frozen=True, slots=True)
class Case:
    """A movement with all that the desk knows of it. `barred`: nobody may be refused on it. `history` is oldest first;
    a referral in it has no steps, which follow by themselves."""

    movement: Movement
    opened_at: datetime
    findings: tuple[Finding, ...]
    signs: frozenset[Observation]
    barred: bool
    referrals: tuple[Referral, ...]
    history: tuple[Record, ...]


# --- what officers observe -----------------------------------------------------------------------------------------


@retrying
async def observe(sessions: Sessions, policies: Policies, movement_id: UUID, seen: Observed, *, actor: Actor) -> bool:
    """Record what an officer saw, sealed; whether a refusal stands on the movement that must now be replaced.

    The same id again changes nothing. A wish for asylum bars refusal from here on.

    Raises:
        NotFound: the movement was never recorded.
        Forbidden: it was recorded at a post that the actor does not serve.
    """
    async with sessions.begin() as session:
        post, _ = await store.place_of(session, movement_id)
        require_post(actor, post)
        await _hold(session, movement_id, policies)
        await protection_store.open_case(session, movement_id, post, seen.at)
        if not await _same(session, movement_id, seen):
            await protection_store.add(session, movement_id, seen)
            await _judge(session, policies, movement_id, seen)
            await _trace(session, actor, "observe", post, seen.id)
        refused = (await store.movement(session, movement_id)).decision is Outcome.REFUSED
        return refused and bool(ASYLUM & set(seen.signs))


async def _hold(session: AsyncSession, movement_id: UUID, policies: Policies) -> None:
    """One after the other with whoever decides on the movement: a refusal and a wish for asylum cannot both slip in."""
    await store.lock(session, [f"decision:{movement_id}"])
    await store.lock(session, fact_keys((await store.movement(session, movement_id)).crossing, policies))


async def _same(session: AsyncSession, movement_id: UUID, record: Record) -> bool:
    """Whether this very record was made before. Raises ConflictingReplay where its id is another's."""
    there = await protection_store.movement_of(session, record.id)
    if there is None:
        return False
    if there != movement_id:
        raise ConflictingReplay(record.id)
    its = (await protection_store.records(session, [movement_id])).get(movement_id, [])
    if not any(each.id == record.id and type(each) is type(record) for each in its):
        raise ConflictingReplay(record.id)
    return True


async def _judge(session: AsyncSession, policies: Policies, movement_id: UUID, said: Observed | Released) -> None:
    """Only by the rules of protection: what else has changed by now must not bear the id of this record."""
    movement, posts = await store.movement(session, movement_id), await store.crossing_points(session)
    post, cause = movement.crossing.crossing_point, str(said.id)
    await judge_again(
        session, movement, policies, posts, cause=cause, heard_at=post, now=said.at, judged=RULES_OF_PROTECTION
    )


async def _trace(session: AsyncSession, actor: Actor, action: str, post: str, record: UUID) -> None:
    await audit.record(session, actor, action, purpose=PURPOSE, post=post, subject=str(record))


# --- what the desk does ----------------------------------------------------------------------------------------------


@retrying
async def release(sessions: Sessions, policies: Policies, movement_id: UUID, said: Released, *, actor: Actor) -> Case:
    """End the bar on refusal. The same id again changes nothing.

    Raises:
        NotFound: the desk knows nothing of the movement.
        Forbidden: it was recorded at a post that the actor does not serve.
        ReferralRefused: nothing bars a refusal on it.
    """
    async with sessions.begin() as session:
        row = await _case_row(session, movement_id, actor)
        await _hold(session, movement_id, policies)
        if not await _same(session, movement_id, said):
            if not any(map(removal_barred, await protection_store.said(session, [movement_id]))):
                raise ReferralRefused("nothing bars a refusal on this movement")
            await protection_store.add(session, movement_id, said)
            await _judge(session, policies, movement_id, said)
            await _trace(session, actor, "release", row.crossing_point, said.id)
        return (await _cases(session, [row]))[0]


@retrying
async def refer(sessions: Sessions, movement_id: UUID, referral: Referral, *, actor: Actor) -> Case:
    """Hand somebody on to a partner of the directory. The same id again changes nothing.

    Raises:
        NotFound: the desk knows nothing of the movement, or there is no such partner.
        Forbidden: it was recorded at a post that the actor does not serve.
        ReferralRefused: the partner takes none from there, or does not help with that.
    """
    async with sessions.begin() as session:
        row = await _case_row(session, movement_id, actor)
        await store.lock(session, [f"referral:{movement_id}"])
        if not await _same(session, movement_id, referral):
            directory = {partner.code: partner for partner in await protection_store.partners(session)}
            if referral.partner not in directory:
                raise NotFound(f"there is no partner {referral.partner}")
            require_partner(directory[referral.partner], row.crossing_point, referral.needs)
            await protection_store.add(session, movement_id, referral)
            await _trace(session, actor, "refer", row.crossing_point, referral.id)
        return (await _cases(session, [row]))[0]


@retrying
async def step(sessions: Sessions, step: Step, *, actor: Actor) -> Case:
    """Say what became of a referral. The same id again changes nothing.

    Raises:
        NotFound: there is no such referral.
        Forbidden: it is of a post that the actor does not serve.
        ReferralRefused: a referral where it stands cannot become that, or not for that reason.
    """
    async with sessions.begin() as session:
        movement_id = await protection_store.movement_of(session, step.referral)
        if movement_id is None:
            raise NotFound("there is no such referral")
        row = await _case_row(session, movement_id, actor)
        await store.lock(session, [f"referral:{movement_id}"])
        (found,) = await _cases(session, [row])
        referral = next((each for each in found.referrals if each.id == step.referral), None)
        if referral is None:
            raise NotFound("there is no such referral")
        if not await _same(session, movement_id, step):
            require_step(referral, step.status, step.reason)
            await protection_store.add(session, movement_id, step)
            await _trace(session, actor, f"referral_{step.status}", row.crossing_point, step.id)
        return (await _cases(session, [row]))[0]


async def _case_row(session: AsyncSession, movement_id: UUID, actor: Actor) -> ProtectionCaseRow:
    row = await protection_store.case(session, movement_id)
    if row is None:
        raise NotFound("the protection desk knows nothing of this movement")
    require_post(actor, row.crossing_point)
    return row


# --- what the desk sees ----------------------------------------------------------------------------------------------


async def cases(sessions: Sessions, *, actor: Actor, limit: int, before: Place | None) -> tuple[list[Case], bool]:
    """The cases at the actor's posts, the latest first, and whether there are more; the look leaves its trace."""
    posts = None if ALL_POSTS in actor.posts else actor.posts
    async with sessions.begin() as session:
        rows = await protection_store.cases(session, posts, limit=limit + 1, before=before)
        found = await _cases(session, rows[:limit])
        details = {"cases": len(found)}
        await audit.record(session, actor, "read_protection_cases", purpose=PURPOSE, details=details)
        return found, len(rows) > limit


async def case(sessions: Sessions, movement_id: UUID, *, actor: Actor) -> Case:
    """One of them; the look leaves its trace.

    Raises:
        NotFound: the desk knows nothing of the movement.
        Forbidden: it was recorded at a post that the actor does not serve.
    """
    async with sessions.begin() as session:
        row = await _case_row(session, movement_id, actor)
        (found,) = await _cases(session, [row])
        await _trace(session, actor, "read_protection_case", row.crossing_point, row.id)
        return found


async def _cases(session: AsyncSession, rows: Sequence[ProtectionCaseRow]) -> list[Case]:
    said: Mapping[UUID, list[Record]] = await protection_store.records(session, [row.movement_id for row in rows])
    return [await _case(session, row, said.get(row.movement_id, [])) for row in rows]


async def _case(session: AsyncSession, row: ProtectionCaseRow, its: list[Record]) -> Case:
    found = protection_store.standing(await protection_store.findings(session, row.movement_id))
    told = [each for each in its if isinstance(each, Observed | Released)]
    return Case(
        movement=await store.movement(session, row.movement_id),
        opened_at=row.opened_at,
        findings=tuple(found.values()),
        signs=signs(told),
        barred=removal_barred(told),
        referrals=tuple(protection_store.referrals(its)),
        history=tuple(its),
    )


# --- the directory ---------------------------------------------------------------------------------------------------


async def partners(sessions: Sessions, post: str | None) -> list[Partner]:
    """The directory, or those of it who take referrals from a crossing point. No traveller's data."""
    async with sessions() as session:
        return [each for each in await protection_store.partners(session) if post is None or each.takes_from(post)]


@retrying
async def put_partner(sessions: Sessions, partner: Partner, *, actor: Actor) -> Partner:
    """Add a partner, or say anew what the directory says of one.

    Raises:
        NotFound: a crossing point is not known.
    """
    async with sessions.begin() as session:
        known = await store.crossing_points(session)
        if unknown := sorted(partner.crossing_points - set(known) - {ALL_POSTS}):
            raise NotFound(f"there is no crossing point {', '.join(unknown)}")
        await protection_store.put_partner(session, partner)
        details = {"active": partner.active, "crossing_points": sorted(partner.crossing_points)}
        await audit.record(
            session, actor, "put_partner", purpose="administration", subject=partner.code, details=details
        )
    return partner
