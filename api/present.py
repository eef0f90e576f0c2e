"""Domain values as the API shows them: to whom, and in which language."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Request

from api.schemas.inspection import DecisionOut, DocumentOut, FindingOut, InspectionOut, TravellerOut
from api.schemas.lists import EvidenceOut, HitOut
from api.schemas.log import MovementOut
from service.access import Action, Actor, decide
from service.canonical import plain
from service.correcting import claim_of
from service.domain import Decision, Finding, Severity, TravelDocument, Traveller
from service.inspection import Recorded
from service.movement_log import Line
from service.wording import LANGUAGES, evidence_text, word
from watchlist.records import Hit


def language_of(request: Request) -> str:
    """The first language of Accept-Language that Mabar speaks, else English."""
    for part in request.headers.get("accept-language", "").split(","):
        tag = part.partition(";")[0].strip().lower().partition("-")[0]
        if tag in LANGUAGES:
            return tag
    return "en"


def inspection_out(made: Recorded, actor: Actor, language: str) -> InspectionOut:
    """An inspection for `actor`: protection findings are for the protection role's eyes alone."""
    inspection, crossing = made.inspection, made.inspection.crossing
    shown = [finding for finding in inspection.findings if _may_see(finding, actor)]
    return InspectionOut(
        id=crossing.id,
        seq=made.seq,
        crossing_point=crossing.crossing_point,
        direction=crossing.direction,
        occurred_at=crossing.occurred_at,
        recorded_at=made.recorded_at,
        verdict=inspection.verdict,
        second_line=inspection.second_line,
        document=document_out(crossing.document),
        traveller=traveller_out(crossing.traveller),
        findings=[finding_out(finding, language) for finding in shown],
        index_version=inspection.index_version,
        policy_version=inspection.policy_version,
        decisions=[decision_out(decision) for decision in made.decisions],
    )


def _may_see(finding: Finding, actor: Actor) -> bool:
    return finding.severity is not Severity.PROTECTION or decide(actor, Action.READ_PROTECTION).allowed


def finding_out(finding: Finding, language: str) -> FindingOut:
    """A finding, put into words."""
    params = plain(dict(finding.params))
    for row in params.get("explanation", ()):
        row["text"] = evidence_text(row["message"], row["params"], language)
    return FindingOut(
        rule=finding.rule,
        rule_version=finding.rule_version,
        severity=finding.severity,
        status=finding.status,
        message=finding.message,
        text=word(finding.message, params, language),
        params=params,
        evidence=list(finding.evidence),
        rebuttable_by=list(finding.rebuttable_by),
        rebuttal_texts=[word(message, params, language) for message in finding.rebuttable_by],
        stale_posts=list(finding.stale_posts),
        claim=claim_of(finding).hex(),
    )


def document_out(document: TravelDocument) -> DocumentOut:
    """The document as recorded."""
    return DocumentOut(
        document_code=document.document_code,
        issuing_state=document.issuing_state,
        document_number=document.document_number,
        date_of_expiry=str(document.date_of_expiry) if document.date_of_expiry else None,
    )


def traveller_out(traveller: Traveller) -> TravellerOut:
    """The traveller as recorded."""
    return TravellerOut(
        primary_identifier=traveller.primary_identifier,
        secondary_identifier=traveller.secondary_identifier,
        native_name=traveller.native_name,
        nationality=traveller.nationality,
        date_of_birth=str(traveller.date_of_birth),
        sex=traveller.sex,
    )


def decision_out(decision: Decision) -> DecisionOut:
    """A recorded decision."""
    return DecisionOut(
        id=decision.id,
        outcome=decision.outcome,
        reason_code=decision.reason_code,
        officer=decision.officer,
        decided_at=decision.decided_at,
        supersedes=decision.supersedes,
    )


def movement_out(line: Line) -> MovementOut:
    """One line of the movement log."""
    movement, crossing = line.movement, line.movement.crossing
    return MovementOut(
        id=crossing.id,
        seq=movement.seq,
        crossing_point=crossing.crossing_point,
        direction=crossing.direction,
        occurred_at=crossing.occurred_at,
        recorded_at=movement.recorded_at,
        clock=crossing.clock,
        source=crossing.source,
        document=document_out(crossing.document),
        traveller=traveller_out(crossing.traveller),
        verdict=line.verdict,
        rules=list(line.rules),
        decision=movement.decision,
        index_version=line.index_version,
        policy_version=line.policy_version,
        restricted=line.restricted,
    )


def hits_out(hits: Sequence[Hit], language: str) -> list[HitOut]:
    """Hits with their explanation put into words."""
    return [
        HitOut(
            entry_id=hit.entry_id,
            list=hit.list,
            kind=hit.kind,
            score=hit.score,
            strength=hit.strength,
            instruction=hit.instruction,
            explanation=tuple(
                EvidenceOut(**plain(evidence), text=evidence_text(evidence.message, evidence.params, language))
                for evidence in hit.explanation
            ),
        )
        for hit in hits
    ]
