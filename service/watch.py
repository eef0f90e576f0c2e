"""From watchlist hits to findings W1 to W3. Pure.

A weak name never refers anybody: it is a notice that says which identifier would confirm or clear it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from service.domain import Finding, Severity
from watchlist.records import Hit, Kind, Strength

_RULE = {Kind.DOCUMENT: "W1", Kind.STRONG: "W2", Kind.WEAK: "W3"}
_MESSAGE = {"W1": "rule.W1.document", "W2": "rule.W2.identity", "W3": "rule.W3.name"}
_REBUTTABLE_BY = {
    "W1": ("rebut.document_returned_to_holder", "rebut.list_record_corrected"),
    "W2": ("rebut.identifiers_differ", "rebut.list_record_corrected"),
    "W3": ("rebut.identifiers_differ",),
}
VERSION = 1
WEAK_SHOWN = 5  # an officer reads no more; the index keeps the rest


def watch_findings(hits: Iterable[Hit]) -> tuple[Finding, ...]:
    """One finding a hit, the most telling first; of weak ones only the first few."""
    ordered = sorted(hits, key=lambda hit: (hit.strength is Strength.WEAK, -hit.score, hit.entry_id))
    strong = [hit for hit in ordered if hit.strength is Strength.STRONG]
    weak = [hit for hit in ordered if hit.strength is Strength.WEAK]
    return tuple(_finding(hit) for hit in strong + weak[:WEAK_SHOWN])


def _finding(hit: Hit) -> Finding:
    rule = _RULE[hit.kind if hit.strength is Strength.STRONG else Kind.WEAK]
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
        rebuttable_by=_REBUTTABLE_BY[rule],
    )
