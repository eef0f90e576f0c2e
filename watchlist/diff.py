"""What changed between two versions of a list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from watchlist.packing import pack_entry
from watchlist.records import Entry


@dataclass(frozen=True, slots=True)
class Difference:
    """The ids of entries that were added, changed and removed, each in order."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


def content_hash(entry: Entry) -> str:
    """A hash of all that an entry says: it changes when, and only when, the entry does."""
    return sha256(pack_entry(entry)).hexdigest()


def difference(before: Iterable[Entry], after: Iterable[Entry]) -> Difference:
    """What it takes to turn ``before`` into ``after``; the order of entries does not matter."""
    old = {entry.id: content_hash(entry) for entry in before}
    new = {entry.id: content_hash(entry) for entry in after}
    return Difference(
        added=tuple(sorted(new.keys() - old.keys())),
        changed=tuple(sorted(key for key in new.keys() & old.keys() if new[key] != old[key])),
        removed=tuple(sorted(old.keys() - new.keys())),
    )
