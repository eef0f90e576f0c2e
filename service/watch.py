"""From watchlist hits to findings W1 to W4. Pure.

A weak name never refers anybody: it is a notice that says which identifier would confirm or clear it. Who was cleared
of the entry is told to the officer in place of the hit (W4), and not referred for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from service.clearing import Clearance, Standing, standing
from service.domain import Crossing, Finding, Severity
from watchlist.records import Hit, Kind, Strength

_RULE = {Kind.DOCUMENT: "W1", Kind.STRONG: "W2", Kind.WEAK: "W3"}
_MESSAGE = {"W1": "rule.W1.document", "W2": "rule.W2.identity", "W3": "rule.W3.name"}
REBUTTABLE_BY = {
    "W1": ("rebut.document_returned_to_holder", "rebut.list_record_corrected"),
    "W2": ("rebut.identifiers_differ", "rebut.list_record_corrected"),
    "W3": ("rebut.identifiers_differ",),
}
"""Message ids of what would rebut a finding of screening."""
VERSION = 1
WEAK_SHOWN = 5  # an officer reads no more; the index keeps the rest

EntryKey = tuple[str, str]  # list, entry id
Clearances = Mapping[EntryKey, Sequence[Clearance]]


def watch_findings(
    hits: Iterable[Hit], crossing: Crossing | None = None, clearances: Clearances | None = None
) -> tuple[Finding, ...]:
    """What the officer is told, the most telling hit first; of weak ones only the first few.

    `clearances` are those ever given for the entries that were hit. One that holds for the traveller of `crossing`
    stands in the hit's place; one that holds no longer, or perhaps not for this traveller, is told beside it.
    """
    ordered = sorted(hits, key=lambda hit: (hit.strength is Strength.WEAK, -hit.score, hit.entry_id))
    strong = [hit for hit in ordered if hit.strength is Strength.STRONG]
    weak = [hit for hit in ordered if hit.strength is Strength.WEAK]
    given = clearances or {}
    found: list[Finding] = []
    for hit in strong + weak[:WEAK_SHOWN]:
        told = _told(hit, crossing, given.get((hit.list, hit.entry_id), ())) if crossing else None
        if told is None or told[1] is not Standing.HONOURED:
            found.append(_finding(hit))
        if told is not None:
            found.append(_cleared(hit, *told))
    return tuple(found)


def rule_of(hit: Hit) -> str:
    """W1, W2 or W3."""
    return _RULE[hit.kind if hit.strength is Strength.STRONG else Kind.WEAK]


def _told(hit: Hit, crossing: Crossing, given: Sequence[Clearance]) -> tuple[Clearance, Standing] | None:
    """The clearance that says most of this hit: one that holds before one that does not, the latest of its kind."""
    said = [(clearance, found) for clearance in given if (found := standing(clearance, crossing, hit))]
    ranks = list(Standing)
    return min(said, key=lambda one: (ranks.index(one[1]), -one[0].cleared_at.timestamp()), default=None)


def _finding(hit: Hit) -> Finding:
    rule = rule_of(hit)
    return Finding(
        rule=rule,
        rule_version=VERSION,
        severity=Severity.NOTICE if rule == "W3" else Severity.ALERT,
        message=_MESSAGE[rule],
        params={
            "entry_id": hit.entry_id,
            "list": hit.list,
            "score": round(hit.score, 4),
            "instruction": hit.instruction or "",
            "explanation": [asdict(evidence) for evidence in hit.explanation],
        },
        evidence=(f"{hit.list}:{hit.entry_id}",),
        rebuttable_by=REBUTTABLE_BY[rule],
    )


def _cleared(hit: Hit, clearance: Clearance, found: Standing) -> Finding:
    ending = clearance.ending
    return Finding(
        rule="W4",
        rule_version=VERSION,
        severity=Severity.NOTICE,
        message=f"rule.W4.{found.value}",
        params={
            "entry_id": hit.entry_id,
            "list": hit.list,
            "hit": rule_of(hit),
            "score": round(hit.score, 4),
            "clearance_id": str(clearance.id),
            "cleared_by": clearance.cleared_by,
            "cleared_on": clearance.cleared_at.date(),
            "expires_on": clearance.expires_at.date(),
            "reason": clearance.reason_code,
            "changed": list(ending.changes) if ending else [],
            "changes": dict(ending.changes) if ending else {},
            "ended_on": ending.ended_at.date() if ending else "",
        },
        evidence=(f"{hit.list}:{hit.entry_id}", f"clearance:{clearance.id}"),
    )
