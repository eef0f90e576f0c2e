"""Movements to and from other systems: JSON lines or CSV, by a mapping where they are not ours. Pure.

The fields are those of `service.movement_lines`; in CSV a field of an object has its name after a dot
(``document.document_number``), and a list is written with ``;`` between its texts. `docs/exchange.md` lists them all.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from uuid import UUID, uuid5

from service.canonical import plain
from service.domain import Movement
from service.json_rows import decoded
from service.toml_reader import Table, TomlError, read_toml


class ExchangeFormat(StrEnum):
    """How a file holds movements."""

    NDJSON = "ndjson"
    CSV = "csv"


class MappingError(TomlError):
    """The mapping file cannot be used; the message names the line, the column, the key and what is wrong."""


LISTS = frozenset({"accompanying", "traveller.other_nationalities"})
_COUNTS = frozenset({"visa.entries_allowed", "visa.duration_days"})
_MOMENTS = frozenset({"at", "recorded_at"})
_TRAVELLER = "primary_identifier secondary_identifier nationality date_of_birth sex native_name father_name mother_name"
_VISA = "number kind valid_from valid_until entries_allowed duration_days jurisdiction exit_point"
FIELDS = (
    *"id at recorded_at crossing_point direction clock decision reason_code".split(),
    *(f"document.{name}" for name in "document_code issuing_state document_number date_of_expiry".split()),
    *(f"traveller.{name}" for name in f"{_TRAVELLER} other_nationalities".split()),
    *(f"visa.{name}" for name in _VISA.split()),
    *"admitted_until group_id accompanying vehicle address phone sponsor consent".split(),
)


@dataclass(frozen=True, slots=True)
class ExchangeMapping:
    """How another system's export says what ours says.

    `fields` names their column or key for each of our fields, `values` their words for ours, field by field;
    `constants` are fields that every line shares. `dates` are `strptime` patterns of fields that are not ISO 8601,
    and times without an offset are at `offset` from UTC.
    """

    fields: Mapping[str, str] = field(default_factory=lambda: {name: name for name in FIELDS})
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    offset: timedelta | None = None

    def line(self, row: Mapping[str, object]) -> dict[str, object]:
        """A row of theirs as an object of ours; what is empty is left out. Raises ValueError for a date not as said."""
        made: dict[str, object] = {}
        given = ((name, row.get(theirs)) for name, theirs in self.fields.items())
        for name, value in (*self.constants.items(), *given):
            if value is None or (text := str(value).strip()) == "":
                continue
            _put(made, name, self._said(name, self.values.get(name, {}).get(text, text)))
        return made

    def _said(self, name: str, text: str) -> object:
        if name in LISTS:
            return [each for part in text.split(";") if (each := part.strip())]
        if name in _COUNTS:
            return int(text)
        if name in self.dates:
            parsed = datetime.strptime(text, self.dates[name])
            text = parsed.isoformat() if name in _MOMENTS else parsed.date().isoformat()
        if name in _MOMENTS and self.offset is not None:
            moment = datetime.fromisoformat(text)
            return (moment if moment.tzinfo else moment.replace(tzinfo=timezone(self.offset))).isoformat()
        return text


OURS = ExchangeMapping()


def _put(made: dict[str, object], name: str, value: object) -> None:
    parent, _, child = name.rpartition(".")
    if parent:
        below = made.setdefault(parent, {})
        assert isinstance(below, dict)
        below[child] = value
    else:
        made[name] = value


def read_mapping(text: str) -> ExchangeMapping:
    """The mapping that a TOML text states: tables `fields`, `values`, `constants` and `dates`, and `utc_offset`.

    Raises:
        MappingError: it names a field that does not exist, or what it says is no text.
    """
    root = read_toml(text, MappingError)
    root.only(("fields", "values", "constants", "dates", "utc_offset"))
    values = root.table("values")
    values.only(FIELDS)
    return ExchangeMapping(
        _texts(root.table("fields")),
        {name: {theirs: table.text(theirs) for theirs in table.values} for name, table in values.tables()},
        _texts(root.table("constants")),
        _texts(root.table("dates")),
        _offset(root),
    )


def _texts(table: Table) -> dict[str, str]:
    table.only(FIELDS)
    return {name: table.text(name) for name in table.values}


def _offset(root: Table) -> timedelta | None:
    written = root.optional_text("utc_offset")
    if written is None:
        return None
    try:
        return datetime.strptime(written, "%z").utcoffset()
    except ValueError:
        root.refuse("must be an offset such as +03:00", "utc_offset")


def rows(lines: Iterable[str], format_: ExchangeFormat, mapping: ExchangeMapping) -> Iterator[tuple[int, str]]:
    """Each row as a JSON line of ours, with the number of the line that it ended on; empty lines are skipped.

    A row that cannot be mapped comes as ``{}`` would: as a text that no movement is read from, so that whoever reads
    says which line it was. JSON lines that need no mapping pass as they are.
    """
    if format_ is ExchangeFormat.NDJSON:
        for number, text in enumerate(lines, start=1):
            if text.strip():
                yield number, text if mapping is OURS else _mapped(mapping, _flat(text))
        return
    reader = csv.DictReader(lines)
    for row in reader:
        yield reader.line_num, _mapped(mapping, {str(name): value for name, value in row.items()})


def _mapped(mapping: ExchangeMapping, row: Mapping[str, object]) -> str:
    try:
        return json.dumps(mapping.line(row))
    except ValueError as wrong:
        return f"cannot be mapped: {wrong}"


def _flat(text: str) -> dict[str, object]:
    """A JSON object with the names of what is below another after a dot."""
    try:
        said = decoded(text)
    except ValueError:
        return {}
    return dict(_below("", said)) if isinstance(said, dict) else {}


def _below(prefix: str, said: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in said.items():
        if isinstance(value, dict):
            yield from _below(f"{prefix}{name}.", value)
        else:
            yield f"{prefix}{name}", ";".join(map(str, value)) if isinstance(value, list) else value


def exchange_line(movement: Movement, reason_code: str | None = None) -> dict[str, object]:
    """A movement as other systems, `mabar movements import` and `mabar rules replay` read it; nothing empty in it.

    `reason_code` is that of the decision: no system takes a refusal without one.
    """
    crossing = movement.crossing
    said = plain(crossing)
    told = {name: said[name] for name in _TOLD if said[name] not in (None, "", [])}
    for name in ("document", "traveller", "visa"):
        if name in told:
            told[name] = {key: value for key, value in told[name].items() if value not in (None, "", [], False)}
    times = {"at": said["occurred_at"], "recorded_at": plain(movement.recorded_at)}
    decided = {"decision": plain(movement.decision), "reason_code": reason_code}
    return {"id": said["id"], **times, **told, **{name: value for name, value in decided.items() if value}}


_TOLD = (
    *"crossing_point direction clock source document traveller visa admitted_until group_id accompanying".split(),
    *"relations consent vehicle address phone sponsor".split(),
)


def cells(line: Mapping[str, object]) -> list[str]:
    """The same as a row of CSV, in the order of `FIELDS`."""
    flat = dict(_below("", line))
    return [str(flat.get(name, "")) for name in FIELDS]


def imported_id(sender: str, name: str) -> UUID:
    """The id here of a sender's movement: the same at every import, and nobody else's."""
    return uuid5(_IMPORTED, f"{sender}\0{name}")


_IMPORTED = UUID("6d616261-7200-8000-8000-696d706f7274")


def sender_error(sender: str) -> str | None:
    """What is wrong with a sender's name, which keeps its ids apart from others'; None where nothing is."""
    plain_name = 1 <= len(sender) <= 64 and all(each.isalnum() or each in "-_." for each in sender)
    return None if plain_name else "a sender's name has 1 to 64 letters, digits, dots, hyphens and underscores"
