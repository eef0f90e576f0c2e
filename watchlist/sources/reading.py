"""What every list format shares: the error that stops an import, strict text, small clean-ups."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from watchlist.records import EntryName, NameKind
from watchlist.sources.states import state_code

CELL_LIMIT = 1 << 20  # characters in one cell or line; a longer one is no list


class ListFileError(Exception):
    """A list file that must not be imported: cut off, not what it is said to be, or not readable.

    The message is for the operator and says where in the file the trouble is.
    """

    def __init__(self, path: Path, reason: str, position: str = "") -> None:
        super().__init__(f"{path.name}{', ' + position if position else ''}: {reason}")
        self.path, self.reason, self.position = path, reason, position


def text_lines(path: Path, encoding: str = "utf-8-sig") -> Iterator[tuple[int, str]]:
    """The lines of a text file, numbered from 1; a wrong encoding, HTML or a NUL stops the import."""
    number = 0
    try:
        with path.open(encoding=encoding, newline="") as lines:
            while line := lines.readline(CELL_LIMIT + 1):  # a gigabyte without a line end is never held
                number += 1
                _check_line(path, number, line)
                yield number, line
    except UnicodeError as error:
        raise ListFileError(path, f"the text is not {encoding.removesuffix('-sig')}", f"after line {number}") from error
    except OSError as error:
        raise ListFileError(path, f"the file cannot be read: {error.strerror}") from error
    if not number:
        raise ListFileError(path, "the file is empty")


def _check_line(path: Path, number: int, line: str) -> None:
    if number == 1 and re.match(r"\s*<(?:!doctype html|html)", line, re.IGNORECASE):
        raise ListFileError(path, "the file is a web page, not a list", "line 1")
    if "\0" in line:
        raise ListFileError(path, "the text holds NUL characters", f"line {number}")
    if len(line) > CELL_LIMIT:
        raise ListFileError(path, f"a line is longer than {CELL_LIMIT:,} characters", f"line {number}")


def json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a JSON lines file; one that does not parse stops the import, since the file may be cut."""
    for number, line in text_lines(path):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ListFileError(path, "the line is not JSON; the file may be cut off", f"line {number}") from error
        if not isinstance(value, dict):
            raise ListFileError(path, "the line is not a JSON object", f"line {number}")
        yield number, value


def csv_rows(
    path: Path, delimiter: str = ",", encoding: str = "utf-8-sig", *, width: int | None = None
) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV file with the line each ends on; the last must be as wide as the first (or ``width``)."""
    lines = text_lines(path, encoding)
    rows = csv.reader((line for _, line in lines), delimiter=delimiter, strict=True)
    row: list[str] = []
    try:
        for row in rows:
            if row and row != ["\x1a"]:  # the mark of the end in files of the old kind
                width = width or len(row)
                yield rows.line_num, row
    except csv.Error as error:
        raise ListFileError(path, f"the table breaks off: {error}", f"line {rows.line_num}") from error
    if row and row != ["\x1a"] and len(row) != width:
        raise ListFileError(
            path, f"the last row has {len(row)} columns, not {width}; the file is cut off", f"line {rows.line_num}"
        )


def csv_table(
    path: Path, needed: Iterable[str], *, optional: Iterable[str] = (), delimiter: str = ","
) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV file with a header, by column; a row of another width stops the import."""
    rows = csv_rows(path, delimiter)
    _, header = next(rows)
    places = header_of(path, header, needed)
    wanted = [(name, places[name]) for name in (*needed, *optional) if name in places]
    absent = {name: "" for name in optional if name not in places}
    for line, row in rows:
        if len(row) != len(header):
            raise ListFileError(path, f"the row has {len(row)} columns, not {len(header)}", f"line {line}")
        yield line, absent | {name: row[place] for name, place in wanted}


def header_of(path: Path, header: list[str], needed: Iterable[str]) -> dict[str, int]:
    """Where each column stands; one that is needed and lacks stops the import."""
    columns = {name.strip(): place for place, name in enumerate(header)}
    lacking = sorted(set(needed) - columns.keys())
    if lacking:
        raise ListFileError(path, f"the header lacks the columns {', '.join(lacking)}", "line 1")
    return columns


def clean(text: str | None) -> str:
    """Text with its white space made single spaces."""
    return " ".join(text.split()) if text else ""


def names_of(kinds: Iterable[tuple[NameKind, Iterable[str]]]) -> tuple[EntryName, ...]:
    """Names without blanks and repeats; a name given twice keeps its first kind."""
    found: dict[str, EntryName] = {}
    for kind, texts in kinds:
        for text in map(clean, texts):
            if any(map(str.isalpha, text)):
                found.setdefault(text, EntryName(text, kind))
    return tuple(found.values())


def states_of(texts: Iterable[str]) -> tuple[str, ...]:
    """State codes, known ones only, each once."""
    return tuple(dict.fromkeys(code for text in texts if (code := state_code(text))))


def sex_of(text: str | None) -> str | None:
    """``M`` or ``F`` where the list says so."""
    return {"M": "M", "F": "F"}.get((text or "").strip().upper()[:1])


_MONTHS = {name: at for at, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_NUMERIC = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?:T.*)?")
_WORDED = re.compile(r"(?:(\d{1,2}) )?(?:([a-z]{3})[a-z]*\.? )?(\d{4})", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:between )?(.+?) (?:to|and|-) (.+)", re.IGNORECASE)


def date_of(text: str) -> str | None:
    """A date of birth as lists write them, as a partial date; None where it is no date.

    >>> date_of("01 Nov 1940"), date_of("circa 1955"), date_of("1960 to 1965"), date_of("1971/03/00")
    ('1940-11-01', '1955~', '1960/1965', '1971-03')
    """
    text = clean(text)
    if circa := re.fullmatch(r"(?:circa|approximately|approx\.?|c\.|about) (.+)", text, re.IGNORECASE):
        found = date_of(circa[1])
        return f"{found[:4]}~" if found else None
    if found_numeric := _NUMERIC.fullmatch(text):
        return _dated(*(int(part or 0) for part in found_numeric.groups()))
    if worded := _WORDED.fullmatch(text):
        month = _MONTHS.get((worded[2] or "").lower()[:3], 0)
        return None if worded[2] and not month else _dated(int(worded[3]), month, int(worded[1] or 0))
    if between := _BETWEEN.fullmatch(text):
        ends = [date_of(end) for end in between.groups()]
        return f"{ends[0][:4]}/{ends[1][:4]}" if ends[0] and ends[1] else None
    return None


def _dated(year: int, month: int, day: int) -> str | None:
    if month > 12 or day > 31 or not 1850 <= year <= 2100:
        return None
    if not month:
        return f"{year:04}"
    return f"{year:04}-{month:02}-{day:02}" if day else f"{year:04}-{month:02}"
