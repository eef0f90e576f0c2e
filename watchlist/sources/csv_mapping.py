"""Any CSV file whose columns a small TOML or JSON file declares: national lists, lost and stolen documents.

The mapping is the file beside the list with the same name and the ending ``.toml`` or ``.json``::

    list = "Lost and stolen documents"
    kind = "document"             # or "person"
    delimiter = ";"               # of columns; "," if left out
    separator = "|"               # of several values in one cell
    encoding = "utf-8"
    date_format = "%d/%m/%Y"      # else partial dates: 1974-08-12, 1974-08, 1974
    [columns]
    id = "Serial"
    name = ["Given names", "Family name"]
    document_number = "Number"
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from watchlist.records import Entry, EntryDocument, NameKind, Skipped
from watchlist.sources.reading import ListFileError, clean, csv_rows, date_of, header_of, names_of, sex_of, states_of

_FIELDS = frozenset(
    "id name aliases weak_aliases native_name date_of_birth nationality sex document_number document_kind "
    "issuing_state mother_name father_name instruction reference valid_from valid_until".split()
)


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a mapping file declares."""

    list: str
    columns: Mapping[str, Sequence[str]]
    kind: str = "person"
    delimiter: str = ","
    separator: str = ";"
    encoding: str = "utf-8-sig"
    date_format: str | None = None
    fixed: Mapping[str, str] = field(default_factory=dict)


def read(path: Path) -> Iterator[Entry | Skipped]:
    """The entries of a CSV file that has its mapping beside it."""
    return read_mapped(path, load_mapping(path))


def load_mapping(path: Path) -> Mapped:
    """The mapping beside a CSV file."""
    for suffix, parse in ((".toml", tomllib.loads), (".json", json.loads)):
        beside = path.with_suffix(suffix)
        if beside.exists():
            return _mapping(beside, parse)
    raise ListFileError(path, f"no mapping {path.stem}.toml or {path.stem}.json beside it")


def _mapping(path: Path, parse: Callable[[str], Any]) -> Mapped:
    try:
        declared = parse(path.read_text(encoding="utf-8"))
        columns = declared.pop("columns")
        mapped = Mapped(
            columns={name: [value] if isinstance(value, str) else list(value) for name, value in columns.items()},
            **declared,
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ListFileError(path, f"the mapping is not usable: {error}") from error
    unknown = sorted(mapped.columns.keys() - _FIELDS)
    needed = {"id", "document_number"} if mapped.kind == "document" else {"id", "name"}
    if unknown or needed - mapped.columns.keys() or mapped.kind not in ("person", "document"):
        raise ListFileError(path, f"the mapping needs {', '.join(sorted(needed))} and knows no {', '.join(unknown)}")
    return mapped


def read_mapped(path: Path, mapped: Mapped) -> Iterator[Entry | Skipped]:
    """The entries of a CSV file under a mapping; rows that say too little are left out, with the reason."""
    rows = csv_rows(path, mapped.delimiter, mapped.encoding)
    _, header = next(rows)
    places = header_of(path, header, (column for columns in mapped.columns.values() for column in columns))
    seen: set[str] = set()
    for line, row in rows:
        entry = _entry(_Row(row, places, mapped), f"line {line}") if len(row) == len(header) else None
        if entry is None:
            yield Skipped(f"line {line}", f"the row has {len(row)} columns, not {len(header)}")
        elif isinstance(entry, Entry) and entry.id in seen:
            yield Skipped(f"line {line}", f"the identifier {entry.id} is used twice")
        else:
            seen.add(entry.id if isinstance(entry, Entry) else "")
            yield entry


@dataclass(frozen=True, slots=True)
class _Row:
    cells: list[str]
    places: Mapping[str, int]
    mapped: Mapped

    def one(self, name: str) -> str:
        """A field's columns, joined by spaces."""
        return clean(" ".join(self.cells[self.places[column]] for column in self.mapped.columns.get(name, ())))

    def many(self, name: str) -> list[str]:
        return [value for text in self.one(name).split(self.mapped.separator) if (value := clean(text))]


def _entry(row: _Row, reference: str) -> Entry | Skipped:
    number = row.one("id")
    try:
        births = tuple(_date(text, row.mapped.date_format) for text in row.many("date_of_birth"))
    except ValueError:
        return Skipped(number or reference, f"{row.one('date_of_birth')!r} is no date of birth")
    try:
        first, last = (_day(row.one(name), row.mapped.date_format) for name in ("valid_from", "valid_until"))
    except ValueError as error:
        return Skipped(number or reference, f"its first or last day in force is no day: {error}")
    documents = tuple(
        EntryDocument(text, row.one("document_kind") or None, next(iter(states_of([row.one("issuing_state")])), None))
        for text in row.many("document_number")
    )
    names = names_of(
        (
            (NameKind.PRIMARY, [row.one("name"), row.one("native_name")]),
            (NameKind.ALIAS, row.many("aliases")),
            (NameKind.WEAK_ALIAS, row.many("weak_aliases")),
        )
    )
    if not number or not (documents if row.mapped.kind == "document" else names):
        return Skipped(number or reference, f"the row lacks its {'name or number' if number else 'identifier'}")
    return Entry(
        id=number,
        list=row.mapped.list,
        names=names,
        dates_of_birth=births,
        nationalities=states_of(row.many("nationality")),
        sex=sex_of(row.one("sex")),
        documents=documents,
        mother_names=tuple(row.many("mother_name")),
        father_names=tuple(row.many("father_name")),
        instruction=row.one("instruction") or None,
        kind=row.mapped.kind,
        reference=row.one("reference") or None,
        valid_from=first,
        valid_until=last,
    )


def _day(text: str, written: str | None) -> str | None:
    """A first or last day in force: a whole day, or an entry would count longer than its list says."""
    if not text:
        return None
    return (datetime.strptime(text, written).date() if written else date.fromisoformat(text)).isoformat()


def _date(text: str, written: str | None) -> str:
    found = datetime.strptime(text, written).date().isoformat() if written else date_of(text)
    if not found:
        raise ValueError(text)
    return found
