"""The protection desk's values as the API shows them, to that desk alone."""

from __future__ import annotations

from api.present import document_out, finding_out, traveller_out
from api.schemas.protection import PartnerOut, ProtectionCaseOut, ReferralOut, ReferralStepOut, SaidOut
from service.protection import Observed, Partner, Referral, Released
from service.protection_desk import Case


def case_out(case: Case, language: str) -> ProtectionCaseOut:
    """A case with its history."""
    crossing = case.movement.crossing
    return ProtectionCaseOut(
        movement_id=crossing.id,
        crossing_point=crossing.crossing_point,
        direction=crossing.direction,
        occurred_at=crossing.occurred_at,
        opened_at=case.opened_at,
        traveller=traveller_out(crossing.traveller),
        document=document_out(crossing.document),
        decision=case.movement.decision,
        barred=case.barred,
        signs=sorted(case.signs),
        findings=[finding_out(finding, language) for finding in case.findings],
        referrals=[_referral_out(referral) for referral in case.referrals],
        history=[_said_out(each) for each in case.history if isinstance(each, Observed | Released)],
    )


def _said_out(said: Observed | Released) -> SaidOut:
    if isinstance(said, Observed):
        return SaidOut(id=said.id, signs=list(said.signs), officer=said.officer, at=said.at)
    return SaidOut(id=said.id, reason=said.reason, officer=said.officer, at=said.at)


def _referral_out(referral: Referral) -> ReferralOut:
    return ReferralOut(
        id=referral.id,
        partner=referral.partner,
        needs=list(referral.needs),
        status=referral.status,
        officer=referral.officer,
        at=referral.at,
        steps=[
            ReferralStepOut(id=step.id, status=step.status, reason=step.reason, officer=step.officer, at=step.at)
            for step in referral.steps
        ],
    )


def partner_out(partner: Partner) -> PartnerOut:
    """A partner of the directory."""
    return PartnerOut(
        code=partner.code,
        names=dict(partner.names),
        crossing_points=sorted(partner.crossing_points),
        needs=sorted(partner.needs),
        contact=partner.contact,
        active=partner.active,
        changed_by=partner.changed_by,
        changed_at=partner.changed_at,
    )
