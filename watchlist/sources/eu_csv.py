"""The European Union's consolidated list as CSV: semicolons, 118 columns, a row for each name, date, document, state.

Written from the published column names; rows of one ``Entity_LogicalId`` stand together and make one entry. Entities
that are not persons (``Entity_SubjectType`` other than P or person) are counted and left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from watchlist.records import Entry, EntryDocument, NameKind, Skipped
from watchlist.sources.reading import clean, csv_table, date_of, names_of, sex_of, states_of
from watchlist.sources.states import state_code

_ID, _TYPE = "Entity_LogicalId", "Entity_SubjectType"
_COLUMNS = (
    _ID,
    _TYPE,
    "NameAlias_WholeName",
    "NameAlias_Gender",
    "BirthDate_BirthDate",
    "BirthDate_Year",
    "Citizenship_CountryIso2Code",
    "Identification_Number",
    "Identification_TypeDescription",
    "Identification_CountryIso2Code",
)
_OPTIONAL = ("Entity_EU_ReferenceNumber", "NameAlias_NameLanguage", "NameAlias_Strong", "BirthDate_Circa")
Row = Mapping[str, str]


def read(path: Path) -> Iterator[Entry | Skipped]:
    """The persons of the list."""
    others = 0
    rows = csv_table(path, _COLUMNS, optional=_OPTIONAL, delimiter=";")
    for number, group in groupby((row for _, row in rows), key=lambda row: row[_ID]):
        entity = list(group)
        if entity[0][_TYPE].strip().lower() in ("p", "person"):
            yield _entry(number, entity)
        else:
            others += 1
    if others:
        yield Skipped("Entity", f"{others} records are not persons")


def _entry(number: str, rows: Sequence[Row]) -> Entry | Skipped:
    names = names_of((_kind(row), [row["NameAlias_WholeName"]]) for row in rows)
    if not number or not names:
        return Skipped(number or "Entity", "the record lacks its identifier or a name")
    births = [birth for row in rows if (birth := _birth(row))]
    return Entry(
        id=f"eu-{number}",
        list="EU consolidated",
        names=names,
        dates_of_birth=tuple(dict.fromkeys(births)),
        nationalities=states_of(row["Citizenship_CountryIso2Code"] for row in rows),
        sex=next((sex for row in rows if (sex := sex_of(row["NameAlias_Gender"]))), None),
        documents=tuple(dict.fromkeys(document for row in rows if (document := _document(row)))),
        reference=rows[0]["Entity_EU_ReferenceNumber"] or None,
    )


def _kind(row: Row) -> NameKind:
    return NameKind.WEAK_ALIAS if row["NameAlias_Strong"].strip().lower() == "false" else NameKind.PRIMARY


def _birth(row: Row) -> str | None:
    date = date_of(row["BirthDate_BirthDate"] or row["BirthDate_Year"])
    return f"{date[:4]}~" if date and row["BirthDate_Circa"].strip().lower() == "true" else date


def _document(row: Row) -> EntryDocument | None:
    number = clean(row["Identification_Number"])
    if not number:
        return None
    kind = clean(row["Identification_TypeDescription"]) or None
    return EntryDocument(number, kind, state_code(row["Identification_CountryIso2Code"]))
