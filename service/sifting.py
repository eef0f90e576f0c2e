"""What a file does to a list: which entries it adds, changes, keeps and strikes, and what is left out. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from service.canonical import digest_of, plain
from watchlist.records import Record, Removed, Skipped


class Effect(StrEnum):
    """What a file does to an entry."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Written:
    """An entry that a file adds or changes, as it is stored."""

    entry_id: str
    effect: Effect
    digest: bytes
    payload: dict[str, Any]


class Sifting:
    """Sorts the records of a file, one by one, against the entries that stand.

    `standing` has the digest of each entry in force; a `delta` keeps whatever it does not name.
    """

    def __init__(self, standing: Mapping[str, bytes], *, delta: bool = False) -> None:
        self.standing, self._delta = standing, delta
        self.skipped: list[Skipped] = []
        self._seen: set[str] = set()
        self._struck: set[str] = set()
        self._counts = {Effect.ADDED: 0, Effect.CHANGED: 0}

    def take(self, record: Record) -> Written | None:
        """What is to be written for a record; None where it changes nothing. A second record under one id is left
        out."""
        if isinstance(record, Skipped):
            self.skipped.append(record)
            return None
        if isinstance(record, Removed):
            self._struck.add(record.id)
            return None
        if record.id in self._seen:
            self.skipped.append(Skipped(record.id, "a record with this id came before it in the file"))
            return None
        self._seen.add(record.id)
        self._struck.discard(record.id)
        digest, before = digest_of(record), self.standing.get(record.id)
        if before == digest:
            return None
        effect = Effect.ADDED if before is None else Effect.CHANGED
        self._counts[effect] += 1
        return Written(record.id, effect, digest, plain(record))

    def gone(self) -> list[str]:
        """The entries that the file no longer has, or that a delta strikes. Ask when all of it was taken."""
        return [entry_id for entry_id in self.standing if self._is_gone(entry_id)]

    def _is_gone(self, entry_id: str) -> bool:
        return entry_id in self._struck if self._delta else entry_id not in self._seen

    def counts(self) -> dict[str, int]:
        """How many entries the file adds, changes, strikes and leaves as they are, and how many there are then."""
        added, changed, removed = (*self._counts.values(), len(self.gone()))
        unchanged = len(self.standing) - changed - removed
        return {
            "entries": added + changed + unchanged,
            "added": added,
            "changed": changed,
            "removed": removed,
            "unchanged": unchanged,
            "skipped": len(self.skipped),
        }


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> dict[str, dict[str, Any]]:
    """Field by field what an entry, as it is stored, says otherwise: before and after. An empty field says nothing."""
    old, new = before or {}, after or {}
    return {
        name: {"before": old.get(name), "after": new.get(name)}
        for name in dict.fromkeys((*old, *new))
        if (old.get(name) or None) != (new.get(name) or None)
    }
