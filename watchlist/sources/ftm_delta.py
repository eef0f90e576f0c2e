"""OpenSanctions' deltas: JSON lines of ``{"op": "ADD" | "MOD" | "DEL", "entity": …}`` between two versions of a list.

A delta names changed entities only, so a document that holds on to a person elsewhere is not seen here: a Passport or
Identification entity in a delta is listed as left out, and the next full list brings it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from watchlist.records import Entry, Record, Removed, Skipped
from watchlist.sources import ftm
from watchlist.sources.reading import ListFileError, json_lines


def read(path: Path) -> Iterator[Record]:
    """Persons added or modified, ids removed, and what is left out; an empty delta is a delta."""
    if path.exists() and not path.stat().st_size:
        return
    for number, line in json_lines(path):
        entity = line.get("entity")
        if line.get("op") not in ("ADD", "MOD", "DEL") or not isinstance(entity, dict):
            raise ListFileError(path, "the line is not an operation on an entity", f"line {number}")
        if line["op"] == "DEL":
            yield Removed(str(entity.get("id", "")))
        elif (schema := ftm.schema_of(path, number, entity)) != "Person" or entity.get("target") is False:
            yield Skipped(entity["id"], f"a {schema} is no listed person")
        else:
            yield ftm.entry_of(entity)


def apply(entries: Iterable[Entry], changes: Iterable[Record]) -> tuple[Entry, ...]:
    """The entries after the changes, in the order of their ids; what was left out changes nothing."""
    after = {entry.id: entry for entry in entries}
    for change in changes:
        if isinstance(change, Removed):
            after.pop(change.id, None)
        elif isinstance(change, Entry):
            after[change.id] = change
    return tuple(after[key] for key in sorted(after))
