"""The movement log as files: CSV for spreadsheets, JSON lines for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator

from api.schemas.log import MovementOut
from api.sheets import defused
from service.exchange import FIELDS, cells, exchange_line
from service.movement_log import Line

COLUMNS = (
    "id seq crossing_point direction occurred_at recorded_at clock source document_code issuing_state document_number "
    "date_of_expiry primary_identifier secondary_identifier native_name nationality date_of_birth sex verdict "
    "rules decision index_version policy_version restricted"
).split()


async def as_ndjson(rows: AsyncIterator[MovementOut]) -> AsyncIterator[str]:
    """One JSON object a line."""
    async for row in rows:
        yield row.model_dump_json() + "\n"


async def as_csv(rows: AsyncIterator[MovementOut]) -> AsyncIterator[str]:
    """A header and a row a movement; cells that a spreadsheet would run as a formula are defused."""
    yield _csv_line(COLUMNS)
    async for row in as_cells(rows):
        yield _csv_line([defused(cell) for cell in row])


async def as_cells(rows: AsyncIterator[MovementOut]) -> AsyncIterator[list[str | None]]:
    """The cells of each movement, in the order of `COLUMNS`, as texts."""
    async for row in rows:
        flat = row.model_dump(mode="json")
        flat |= flat.pop("document") | flat.pop("traveller") | {"rules": " ".join(row.rules)}
        yield [None if flat[column] is None else str(flat[column]) for column in COLUMNS]


async def as_exchange(lines: AsyncIterator[Line], *, csv: bool) -> AsyncIterator[str]:
    """As other systems read it, see docs/exchange.md; for programs, so that no cell is defused."""
    if csv:
        yield _csv_line(list(FIELDS))
    async for each in lines:
        line = exchange_line(each.movement, each.reason_code)
        yield _csv_line(cells(line)) if csv else json.dumps(line, ensure_ascii=False) + "\n"


def _csv_line(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
