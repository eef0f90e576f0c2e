"""Corrections, links and groups as the API shows them."""

from __future__ import annotations

from dataclasses import asdict

from api.present import document_out, finding_out, traveller_out
from api.schemas.people import (
    CompanyOut,
    CorrectionOut,
    CountsOut,
    GroupOut,
    HistoryOut,
    LinkOut,
    MemberOut,
    RebuttalOut,
    RulingOut,
)
from service.canonical import plain
from service.correcting import WITHDRAWN, Correction, Rebuttal
from service.corrections import History
from service.domain import Movement
from service.groups import Company, Group, Member
from service.linking import Ruled
from service.links import Link
from service.wording import word


def history_out(found: History, language: str) -> HistoryOut:
    """What was said of a movement."""
    return HistoryOut(
        movement_id=found.movement.id,
        counts=_counts(found.counts) if found.counts else None,
        corrections=[_correction(each) for each in found.corrections],
        rebuttals=[_rebuttal(each, language) for each in found.rebuttals],
    )


def _counts(movement: Movement) -> CountsOut:
    crossing = movement.crossing
    return CountsOut(
        crossing_point=crossing.crossing_point,
        direction=crossing.direction,
        occurred_at=crossing.occurred_at,
        clock=crossing.clock,
        document=document_out(crossing.document),
        traveller=traveller_out(crossing.traveller),
        group_id=crossing.group_id,
        accompanying=list(crossing.accompanying),
        admitted_until=crossing.admitted_until,
    )


def _correction(said: Correction) -> CorrectionOut:
    values = {name: getattr(said, name) for name in CorrectionOut.model_fields}
    return CorrectionOut(**{**values, "changes": plain(dict(said.changes))})


def _rebuttal(said: Rebuttal, language: str) -> RebuttalOut:
    return RebuttalOut(
        id=said.id,
        rule=said.rule,
        claim=said.claim.hex(),
        ground=said.ground,
        text="" if said.ground == WITHDRAWN else word(said.ground, {}, language),
        evidence=said.evidence,
        officer=said.officer,
        recorded_at=said.recorded_at,
    )


def link_out(link: Link) -> LinkOut:
    """A link with what was said of it."""
    return LinkOut(
        id=link.id,
        documents=link.pair,
        identity=link.identity,
        evidence=dict(link.evidence),
        proposed_at=link.proposed_at,
        proposed_by=link.proposed_by,
        ruling=link.ruling,
        rulings=[_ruling(each) for each in link.rulings],
    )


def _ruling(said: Ruled) -> RulingOut:
    return RulingOut(**{name: getattr(said, name) for name in RulingOut.model_fields})


def group_out(group: Group) -> GroupOut:
    """A group as opened."""
    return GroupOut(**asdict(group))


def company_out(company: Company, language: str) -> CompanyOut:
    """A group with its members, and who is missing."""
    members, missing = company.members, company.missing
    left = sum(member.exit is not None for member in members)
    expected = company.group.expected
    return CompanyOut(
        group=group_out(company.group),
        captured=len(members),
        entered=sum(member.entry is not None for member in members),
        left=left,
        missing=len(missing),
        not_captured=max(0, expected - len(members)) if expected else None,
        complete=not missing if left else None,
        members=[_member(member, missing=member in missing) for member in members],
        incomplete=[finding_out(each, language) for each in company.incomplete],
    )


def _member(member: Member, *, missing: bool) -> MemberOut:
    entry, exit = member.entry, member.exit
    return MemberOut(
        document=document_out(member.document),
        traveller=traveller_out(member.traveller),
        entry_id=entry.id if entry else None,
        entered_at=entry.crossing.occurred_at if entry else None,
        exit_id=exit.id if exit else None,
        left_at=exit.crossing.occurred_at if exit else None,
        refused=member.refused,
        missing=missing,
    )
