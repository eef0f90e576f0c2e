"""Lists, hits and clearances as the API shows them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from api.present import document_out, finding_out, hits_out, traveller_out
from api.schemas.hits import AdjudicationOut, ClearanceOut, EndingOut, HitCaseOut, RaisedHitOut
from api.schemas.lifecycle import ChangeOut, RescreeningOut, RevisionOut, SourceOut, TermsOut, VersionOut
from api.schemas.lists import (
    DraftOut,
    EntryChangeOut,
    KnownListOut,
    NameFormsOut,
    PreviewOut,
    SkippedOut,
    TriedOut,
    WholeDraftOut,
)
from service.canonical import plain
from service.clearing import Clearance
from service.draft_store import Draft
from service.drafts import Shown, is_doubtful
from service.entries import Revised
from service.entry_store import NATIONAL
from service.hit_store import Adjudication
from service.hits import HitCase, ToldHit
from service.hygiene import Change, Terms
from service.list_store import KnownList
from service.list_tables import ListVersionRow
from service.rescreening_store import Rescreening
from service.screening import Preview
from service.source_store import SourceStatus
from service.sources import Source
from service.wording import word
from watchlist.matching import STRONG_SCORE


def terms_out(terms: Terms) -> TermsOut:
    """The terms of a list or an entry."""
    return TermsOut(**asdict(terms))


def known_list_out(known: KnownList, terms: Terms | None) -> KnownListOut:
    """A list that is known here."""
    return KnownListOut(
        **asdict(known) | {"digest": known.digest.hex() if known.digest else None},
        national=known.format == NATIONAL,
        terms=terms_out(terms) if terms else None,
    )


def change_out(change: Change) -> ChangeOut:
    """One revision."""
    return ChangeOut(
        id=change.id,
        list=change.list,
        entry_id=change.entry_id,
        revision=change.revision,
        action=change.action,
        state=change.state,
        terms=terms_out(change.terms),
        entry=plain(change.entry) if change.entry else None,
        reason=change.reason,
        proposed_by=change.proposed_by_name,
        proposed_at=change.proposed_at,
        decided_by=change.decided_by_name,
        decided_at=change.decided_at,
        decision_reason=change.decision_reason,
    )


def revision_out(revised: Revised) -> RevisionOut:
    """One revision with what it changed."""
    return RevisionOut(**change_out(revised.change).model_dump(), differences=plain(dict(revised.differences)))


def version_out(row: ListVersionRow) -> VersionOut:
    """A version of a list."""
    return VersionOut(
        version=row.version,
        state=row.state,
        imported_at=row.imported_at,
        imported_by=row.imported_by,
        counts=row.counts,
        digest=row.digest.hex(),
    )


def source_out(status: SourceStatus, source: Source) -> SourceOut:
    """A source and its last attempt."""
    shown = {name: value for name, value in asdict(status).items() if name in SourceOut.model_fields}
    return SourceOut(**shown, format=source.format, every_minutes=source.every_minutes)


def draft_out(draft: Draft, most_lost: float) -> DraftOut:
    """A list file that was handed in."""
    return DraftOut(**_draft_fields(draft, most_lost))


def whole_draft_out(draft: Draft, most_lost: float) -> WholeDraftOut:
    """The same with what was left out of it."""
    skipped = tuple(SkippedOut(reference=one.reference, reason=one.reason) for one in draft.skipped)
    return WholeDraftOut(**_draft_fields(draft, most_lost), skipped=skipped)


def _draft_fields(draft: Draft, most_lost: float) -> dict[str, Any]:
    names = ("id", "list", "format", "base_version", "proposed_at", "state", "version", "decided_at", "decision_reason")
    counts = dict(draft.counts)
    return {
        **{name: getattr(draft, name) for name in names},
        "left_out": counts.pop("skipped"),
        **counts,
        "digest": draft.digest.hex(),
        "doubtful": is_doubtful(draft, most_lost),
        "proposed_by": draft.proposed_by_name,
        "decided_by": draft.decided_by_name,
    }


def entry_change_out(shown: Shown) -> EntryChangeOut:
    """What a file does to one entry."""
    change = shown.change
    entry = dict(change.after or change.before or {})
    return EntryChangeOut(
        entry_id=change.entry_id, effect=change.effect, entry=entry, differences=plain(dict(shown.differences))
    )


def preview_out(preview: Preview, language: str) -> PreviewOut:
    """What an entry would do."""
    rehearsal = preview.rehearsal
    return PreviewOut(
        index_version=preview.index_version,
        lacking=rehearsal.lacking,
        names=tuple(NameFormsOut(**asdict(name)) for name in rehearsal.names),
        tried=tuple(
            TriedOut(trial=one.trial, hit=hits_out([one.hit], language)[0] if one.hit else None)
            for one in rehearsal.tried
        ),
        alike=tuple(hits_out(preview.alike, language)),
        strong_from=STRONG_SCORE,
    )


def rescreening_out(job: Rescreening) -> RescreeningOut:
    """How far a re-screening is."""
    return RescreeningOut(**{name: getattr(job, name) for name in RescreeningOut.model_fields})


def case_out(case: HitCase, now: datetime, language: str) -> HitCaseOut:
    """A traveller and the hits."""
    return HitCaseOut(
        id=case.id,
        traveller=traveller_out(case.crossing.traveller),
        document=document_out(case.crossing.document),
        direction=case.crossing.direction,
        age_seconds=(now - min(told.hit.raised_at for told in case.hits)).total_seconds(),
        hits=[_hit_out(told, now, language) for told in case.hits],
    )


def _hit_out(told: ToldHit, now: datetime, language: str) -> RaisedHitOut:
    hit = told.hit
    names = ("id", "list", "entry_id", "rule", "score", "movement_id", "crossing_point", "raised_at", "open", "cause")
    return RaisedHitOut(
        **{name: getattr(hit, name) for name in names},
        age_seconds=(now - hit.raised_at).total_seconds(),
        finding=finding_out(told.finding, language) if told.finding else None,
        adjudication=_adjudication_out(hit.adjudication, language) if hit.adjudication else None,
        instruction=told.instruction,
    )


def _adjudication_out(said: Adjudication, language: str) -> AdjudicationOut:
    names = ("id", "outcome", "reason_code", "note", "officer", "decided_at", "supersedes")
    reason = word(f"reason.{said.reason_code}", {}, language)
    return AdjudicationOut(**{name: getattr(said, name) for name in names}, reason=reason)


def clearance_out(clearance: Clearance, now: datetime, language: str) -> ClearanceOut:
    """A clearance and whether it stands."""
    return ClearanceOut(
        id=clearance.id,
        list=clearance.list,
        entry_id=clearance.entry_id,
        traveller=traveller_out(clearance.traveller),
        document_key=clearance.document_key,
        reason_code=clearance.reason_code,
        reason=word(f"reason.{clearance.reason_code}", {}, language),
        note=clearance.note,
        cleared_by=clearance.cleared_by,
        cleared_at=clearance.cleared_at,
        expires_at=clearance.expires_at,
        redress_number=clearance.redress_number,
        stands=clearance.stands(now),
        ending=EndingOut(**plain(clearance.ending)) if clearance.ending else None,
    )
