"""The United States' SDN list in its legacy form: ``sdn.csv`` without a header, ``-0-`` for nothing.

Beside it lie ``alt.csv`` (other names) and ``sdn_comments.csv`` (remarks that did not fit); both are optional. Dates of
birth, nationalities, sex, documents and weak names stand in the remarks as a sentence of semicolons.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from watchlist.records import Entry, EntryDocument, NameKind, Skipped
from watchlist.sources.reading import ListFileError, clean, csv_rows, date_of, names_of, sex_of, states_of
from watchlist.sources.states import state_code

_WIDTHS = {"sdn": 12, "alt": 5, "sdn_comments": 2}
_ID, _NAME, _TYPE, _PROGRAM, _REMARKS = 0, 1, 2, 3, 11
_BIRTH = re.compile(r"(?:alt\. )?DOB (.+)")
_STATE = re.compile(r"(?:alt\. )?(?:nationality|citizen) (.+)")
_DOCUMENT = re.compile(
    r"(?:alt\. )?((?:\w[\w.'-]* )*?)(?:No\. |#|Number )?((?:(?!ID |LE |CE )[A-Z]{1,2} )?[A-Z0-9][\w/-]*\d[\w/-]*)"
    r" \(([^)]+)\)(?: .*)?"
)
_WEAK = re.compile(r"(?:a\.k\.a\.|alt\. a\.k\.a\.|f\.k\.a\.) '(.+)'")


def read(path: Path) -> Iterator[Entry | Skipped]:
    """The individuals of the list, given ``sdn.csv`` or the folder that holds it."""
    path = path / "sdn.csv" if path.is_dir() else path
    others = _beside(path, "alt", 3)
    comments = _beside(path, "sdn_comments", 1)
    kinds: Counter[str] = Counter()
    for line, row in csv_rows(path, width=_WIDTHS["sdn"]):
        _check(path, line, row, "sdn")
        kind = _value(row[_TYPE]) or "entity"
        if kind != "individual":
            kinds[kind] += 1
            continue
        number = row[_ID].strip()
        yield _entry(row, others[number], " ".join((_value(row[_REMARKS]), *comments[number])))
    for kind, count in sorted(kinds.items()):
        yield Skipped(kind, f"{count} records of this kind are not persons")


def _check(path: Path, line: int, row: Sequence[str], file: str) -> None:
    if len(row) != _WIDTHS[file] or not row[_ID].strip().isdigit():
        raise ListFileError(
            path, f"the row is not one of {file}.csv: {_WIDTHS[file]} columns with a number first", f"line {line}"
        )


def _beside(path: Path, file: str, column: int) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    beside = path.with_name(f"{file}.csv")
    if beside.exists():
        for line, row in csv_rows(beside, width=_WIDTHS[file]):
            _check(beside, line, row, file)
            found[row[_ID].strip()].append(_value(row[column]))
    return found


def _value(cell: str) -> str:
    text = clean(cell)
    return "" if text == "-0-" else text


def _entry(row: Sequence[str], others: Sequence[str], remarks: str) -> Entry | Skipped:
    said = [clean(part).rstrip(".") for part in remarks.split(";")]
    weak = [found[1] for part in said if (found := _WEAK.fullmatch(part))]
    names = names_of(((NameKind.PRIMARY, [_value(row[_NAME])]), (NameKind.ALIAS, others), (NameKind.WEAK_ALIAS, weak)))
    if not names:
        return Skipped(row[_ID], "the record has no name")
    return Entry(
        id=f"ofac-{row[_ID].strip()}",
        list="OFAC SDN",
        names=names,
        dates_of_birth=tuple(dict.fromkeys(_births(said))),
        nationalities=states_of(found[1] for part in said if (found := _STATE.fullmatch(part))),
        sex=next((sex_of(part.removeprefix("Gender ")) for part in said if part.startswith("Gender ")), None),
        documents=tuple(_documents(said)),
        reference=_value(row[_PROGRAM]) or None,
    )


def _births(said: Sequence[str]) -> Iterator[str]:
    for part in said:
        if (found := _BIRTH.fullmatch(part)) and (date := date_of(found[1])):
            yield date


def _documents(said: Sequence[str]) -> Iterator[EntryDocument]:
    for part in said:
        found = _DOCUMENT.fullmatch(part)
        if found and found[1].strip():
            yield EntryDocument(found[2], found[1].strip(), state_code(found[3]))
