"""OpenSanctions' ``targets.simple.csv``: one row a target, several values in a cell parted by semicolons.

Written from the publisher's description of the format; the columns used are id, schema, name, aliases, birth_date,
countries, identifiers, dataset. Identifiers carry no type: each is kept as a document of unknown kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from watchlist.records import Entry, EntryDocument, NameKind, Skipped
from watchlist.sources.reading import clean, csv_table, date_of, names_of, states_of

_COLUMNS = ("id", "schema", "name", "aliases", "birth_date", "countries", "identifiers", "dataset")


def read(path: Path) -> Iterator[Entry | Skipped]:
    """The persons of the file."""
    others: Counter[str] = Counter()
    for line, row in csv_table(path, _COLUMNS):
        if row["schema"] == "Person":
            yield _entry(row, f"line {line}")
        else:
            others[row["schema"]] += 1
    for schema, count in sorted(others.items()):
        yield Skipped(schema, f"{count} records of this kind are not persons")


def _entry(row: Mapping[str, str], reference: str) -> Entry | Skipped:
    names = names_of(((NameKind.PRIMARY, [row["name"]]), (NameKind.ALIAS, _many(row["aliases"]))))
    if not row["id"] or not names:
        return Skipped(row["id"] or reference, "the row lacks its identifier or a name")
    return Entry(
        id=row["id"],
        list=row["dataset"] or "OpenSanctions",
        names=names,
        dates_of_birth=tuple(date for text in _many(row["birth_date"]) if (date := date_of(text))),
        nationalities=states_of(_many(row["countries"])),
        documents=tuple(EntryDocument(number) for number in _many(row["identifiers"])),
    )


def _many(cell: str) -> list[str]:
    return [value for text in cell.split(";") if (value := clean(text))]
