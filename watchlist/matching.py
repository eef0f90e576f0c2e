"""Compare a traveller with a list entry, and say why."""

from __future__ import annotations

from watchlist.records import (
    Entry,
    EntryDocument,
    EntryName,
    FieldEvidence,
    Hit,
    Kind,
    NameKind,
    Outcome,
    Skipped,
    Strength,
    Subject,
)

__all__ = [
    "Entry",
    "EntryDocument",
    "EntryName",
    "FieldEvidence",
    "Hit",
    "Kind",
    "NameKind",
    "Outcome",
    "Skipped",
    "Strength",
    "Subject",
]
