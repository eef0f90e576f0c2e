"""The policy: proposed by one person, compared, activated by another, and what rules on trial find."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.deps import Services, ServicesDep, permit
from api.schemas.base import Moment
from api.schemas.policies import (
    ComparisonIn,
    ComparisonOut,
    PoliciesOut,
    PolicyChangeOut,
    PolicyDecisionIn,
    PolicyOut,
    PolicyProposalIn,
    RuleDifferenceOut,
    SettingOut,
    TrialOut,
)
from service import policies, what_if
from service.access import Action, Actor
from service.policy import Policy, load_policy
from service.policy_book import differences
from service.policy_store import PolicyChange

router = APIRouter(prefix="/v1/policies", tags=["policies"])
Reader = Annotated[Actor, permit(Action.READ_POLICIES)]


@router.get("")
async def history(services: ServicesDep, _actor: Reader) -> PoliciesOut:
    """The version in force, and every policy that was ever proposed: by whom, why, and who activated it from when."""
    now = services.now()
    return PoliciesOut(
        in_force=services.policy.at(now).version,
        in_force_from=services.policy.since(now),
        changes=[_change_out(change) for change in await policies.history(services.database.sessions)],
    )


@router.get("/in-force")
async def in_force(services: ServicesDep, _actor: Reader, at: Moment | None = None) -> PolicyOut:
    """The policy in force now, or at a moment: the one by which what happened then is judged."""
    moment = at or services.now()
    version = services.policy.at(moment).version
    text = await policies.text_of(services.database.sessions, version)
    return PolicyOut(version=version, in_force_from=services.policy.since(moment), text=text)


@router.get("/trials")
async def trials(
    services: ServicesDep, actor: Reader, days: Annotated[int, Query(ge=1, le=540)] = 30
) -> list[TrialOut]:
    """How often rules in shadow found something in the last days, at the actor's posts. No personal data."""
    since = services.now() - timedelta(days)
    found = await policies.trials(services.database.sessions, since, actor=actor)
    return [TrialOut(**asdict(trial)) for trial in found]


@router.get("/texts/{version}")
async def text(services: ServicesDep, version: str, _actor: Reader) -> PolicyOut:
    """The text of any policy that was ever proposed, so that a finding can be explained years later."""
    known = await policies.history(services.database.sessions)
    begun = [change.in_force_from for change in known if change.version == version and change.in_force_from]
    body = await policies.text_of(services.database.sessions, version)
    return PolicyOut(version=version, in_force_from=min(begun, default=None), text=body)


@router.post("/changes", status_code=201)
async def propose(
    services: ServicesDep, asked: PolicyProposalIn, actor: Annotated[Actor, permit(Action.PROPOSE_POLICY)]
) -> PolicyChangeOut:
    """Propose a policy. A text that cannot be used is refused with the line, the column and the key that are wrong.

    It changes nothing before another person activates it. To go back, propose the text that was in force before.
    """
    change = await policies.propose(
        services.database.sessions, asked.id, asked.text, asked.reason, actor=actor, now=services.now()
    )
    return _change_out(change)


@router.post("/changes/{id}/decision", status_code=201)
async def decide(
    services: ServicesDep, id: UUID, asked: PolicyDecisionIn, actor: Annotated[Actor, permit(Action.APPROVE_POLICY)]
) -> PolicyChangeOut:
    """Activate or reject what another person proposed.

    An activation lies at least 10 s ahead: every process knows of it by then, and all change over at that moment,
    without a restart. What happened before it is judged by the policy of then, whenever it becomes known.
    """
    change = await policies.decide(
        services.database.sessions,
        id,
        approve=asked.approve,
        reason=asked.reason,
        since=asked.since,
        actor=actor,
        now=services.now(),
    )
    return _change_out(change)


@router.post("/compare")
async def compare(services: ServicesDep, asked: ComparisonIn, actor: Reader) -> ComparisonOut:
    """Hold a policy against the one in force: which settings differ, and what it would have found.

    With a time, the movements of it are replayed under both policies, with whatever was recorded of the same
    documents before; at most 20,000 movements for one question. Nothing is changed.
    """
    before, after = services.policy.at(services.now()), await _asked(services, asked)
    rules = None
    if asked.since is not None and asked.until is not None:
        found = await what_if.compare(services.database.sessions, before, after, asked.since, asked.until, actor=actor)
        rules = [
            RuleDifferenceOut(
                rule=row.rule,
                before=row.first,
                after=row.second,
                only_before=row.only_first,
                only_after=row.only_second,
            )
            for row in found
        ]
    told = differences(before, after)
    settings = [SettingOut(name=name, before=each["before"], after=each["after"]) for name, each in told.items()]
    return ComparisonOut(before=before.version, after=after.version, settings=settings, rules=rules)


async def _asked(services: Services, asked: ComparisonIn) -> Policy:
    if asked.text is not None:
        return await policies.checked(services.database.sessions, asked.text)
    assert asked.version is not None  # the schema saw to it
    return load_policy(await policies.text_of(services.database.sessions, asked.version))


def _change_out(change: PolicyChange) -> PolicyChangeOut:
    return PolicyChangeOut(
        id=change.id,
        version=change.version,
        reason=change.reason,
        proposed_by=change.proposed_by_name,
        proposed_at=change.proposed_at,
        state=change.state,
        decided_by=change.decided_by_name,
        decided_at=change.decided_at,
        decision_reason=change.decision_reason,
        in_force_from=change.in_force_from,
    )
