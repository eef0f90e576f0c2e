"""The policy in the running service: proposed by one person, activated by another from a moment on, kept for ever.

Use cases, one transaction each. Every process looks for what was activated every few seconds, and an activation lies
a little ahead of its decision, so that all of them change over at the same moment.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from service import audit, policy_store, store
from service.access import ALL_POSTS, Actor
from service.acting import counting
from service.errors import ChangeRefused, ConflictingReplay, NotFound
from service.hygiene import ChangeState, require_second_person
from service.policy import Policy, load_policy
from service.policy_book import Activation, PolicyBook, begins
from service.policy_store import PolicyChange, Trial
from service.transactions import retrying

Sessions = async_sessionmaker[AsyncSession]
PURPOSE = "policy"
AHEAD = timedelta(seconds=10)  # by which every process has looked


async def keep_bundled(sessions: Sessions, text: str) -> Policy:
    """Load the policy that comes with the program and keep its text; one that is kept already stays as it is.

    Raises:
        PolicyError: the text cannot be used.
    """
    policy = load_policy(text)
    async with sessions.begin() as session:
        if await policy_store.keep_text(session, policy, text):
            await audit.record(session, None, "keep_policy", purpose=PURPOSE, subject=policy.version)
    return policy


class PoliciesInForce:
    """The policies over time, as this process knows them."""

    def __init__(self, sessions: Sessions, bundled: Policy) -> None:
        self._sessions = sessions
        self._known = {bundled.version: bundled}
        self.book = PolicyBook(bundled)

    def at(self, moment: datetime) -> Policy:
        """The policy in force at a moment."""
        return self.book.at(moment)

    def since(self, moment: datetime) -> datetime | None:
        """From when it is in force; None for the one that comes with the program."""
        return self.book.since(moment)

    async def refresh(self) -> None:
        """Take up what was activated, here or in another process.

        Raises:
            PolicyError: a text that was activated cannot be used by this version of the program.
        """
        async with self._sessions() as session:
            approved = await policy_store.changes(session, approved=True)
            missing = {change.version for change in approved} - set(self._known)
            if missing:
                texts = await policy_store.texts(session, missing)
                self._known |= {version: load_policy(text) for version, text in texts.items()}
        self.book = replace(self.book, activations=tuple(self._activation(change) for change in approved))

    def _activation(self, change: PolicyChange) -> Activation:
        assert change.in_force_from is not None and change.decided_at is not None  # the database sees to it
        return Activation(change.in_force_from, change.decided_at, self._known[change.version])


async def checked(sessions: Sessions, text: str) -> Policy:
    """The policy that a text states, its overrides at crossing points that there are.

    Raises:
        PolicyError: the text cannot be used; it says where and why.
    """
    async with sessions() as session:
        posts = await store.crossing_points(session)
    return load_policy(text, posts)


@retrying
async def propose(sessions: Sessions, id: UUID, text: str, reason: str, *, actor: Actor, now: datetime) -> PolicyChange:
    """Keep a policy's text and write down that it is wanted; nothing changes before another person activated it.

    The same id with the same text is answered with what was proposed. A text that was in force before may be proposed
    again: that is how one goes back.

    Raises:
        PolicyError: the text cannot be used; it says where and why.
        ConflictingReplay: the id was used before with another text.
    """
    policy = await checked(sessions, text)
    async with sessions.begin() as session:
        await store.lock(session, ["policies"])
        if same := await policy_store.change(session, id):
            if same.version != policy.version:
                raise ConflictingReplay(id)
            return same
        await policy_store.keep_text(session, policy, text)
        change = PolicyChange(id, policy.version, reason, str(actor.id), actor.name, now)
        await policy_store.add_change(session, change)
        details = {"change": str(id)}
        await audit.record(session, actor, "propose_policy", purpose=PURPOSE, subject=policy.version, details=details)
        return change


@retrying
async def decide(
    sessions: Sessions,
    id: UUID,
    *,
    approve: bool,
    reason: str,
    since: datetime | None,
    actor: Actor,
    now: datetime,
) -> PolicyChange:
    """Activate a proposed policy from `since` on (None: as soon as may be), or reject it.

    Raises:
        NotFound: there is no such proposal.
        Forbidden: who proposed it cannot activate it.
        ChangeRefused: it was decided on before, or could not be in force from then on.
    """
    async with sessions.begin() as session:
        await store.lock(session, ["policies"])
        change = await policy_store.change(session, id)
        if change is None:
            raise NotFound("there is no such proposal")
        if change.state is not ChangeState.PROPOSED:
            raise ChangeRefused(f"this proposal was {change.state} before")
        require_second_person(change, str(actor.id), approves=approve)
        state = ChangeState.APPROVED if approve else ChangeState.REJECTED
        first = _first_moment(load_policy(await policy_store.text_of(session, change.version)), now)
        begin = _moment(since, first) if approve else None
        await policy_store.decide(session, id, state, actor=actor, reason=reason, now=now, in_force_from=begin)
        details = {"change": str(id), "state": state.value, "from": begin.isoformat() if begin else None}
        await audit.record(session, actor, "decide_policy", purpose=PURPOSE, subject=change.version, details=details)
        decided = await policy_store.change(session, id)
        assert decided is not None
        return decided


def _first_moment(policy: Policy, now: datetime) -> datetime:
    """What has happened is judged by the policy of then, and a text says from which day it may be in force."""
    return max(now + AHEAD, begins(policy))


def _moment(since: datetime | None, first: datetime) -> datetime:
    if since is not None and since < first:
        raise ChangeRefused(f"this policy can be in force from {first.isoformat(timespec='seconds')} on, not before")
    return since or first


async def history(sessions: Sessions) -> list[PolicyChange]:
    """Everything that was ever proposed, oldest first. No personal data."""
    async with sessions() as session:
        return await policy_store.changes(session)


async def text_of(sessions: Sessions, version: str) -> str:
    """The text of a policy that is kept. Raises NotFound."""
    async with sessions() as session:
        return await policy_store.text_of(session, version)


async def trials(sessions: Sessions, since: datetime, *, actor: Actor) -> list[Trial]:
    """How often rules on trial found something since a moment, at the actor's posts. No personal data."""
    posts = None if ALL_POSTS in actor.posts else actor.posts
    with counting():
        async with sessions() as session:
            return await policy_store.trials(session, since, posts)
