"""Movements of other systems: mapped, taken in once, and judged as what comes late."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from made_up import NOON, OFFICER, crossing, later
from service import finding_store, store
from service.database import Database
from service.domain import Direction, Movement, Outcome, Source, Visa
from service.exchange import (
    FIELDS,
    OURS,
    ExchangeFormat,
    MappingError,
    cells,
    exchange_line,
    imported_id,
    read_mapping,
    rows,
    sender_error,
)
from service.freshness import bring_up_to_date
from service.importing import Fate, Imported, Importer, importer, lines_of
from service.inspection import inspect
from service.movement_lines import read_line
from service.policy import default_policy
from service.tables import MovementRow
from watchlist.index import Index

NOBODY = Index.build(())


def line(name: str, **changes: Any) -> str:
    made = exchange_line(Movement(crossing(), NOON, decision=Outcome.ADMITTED))
    return json.dumps({**made, "id": name, **changes})


# --- the formats -----------------------------------------------------------------------------------------------


def test_what_is_written_is_read():
    made = crossing(
        visa=Visa(number="V1", kind="tourist", entries_allowed=2), accompanying=("IRN:A1", "IRN:A2"), phone="+964 770 1"
    )
    written = exchange_line(Movement(made, NOON, decision=Outcome.ADMITTED))
    read = read_line(1, json.dumps(written)).movement
    assert (read.crossing, read.decision) == (made, Outcome.ADMITTED)
    assert "person_keys" not in written


def test_csv_says_the_same():
    made = crossing(visa=Visa(number="V1", entries_allowed=2), accompanying=("IRN:A1", "IRN:A2"))
    row = dict(zip(FIELDS, cells(exchange_line(Movement(made, NOON))), strict=True))
    assert read_line(2, json.dumps(OURS.line(row))).movement.crossing == made


MIDAS = """
utc_offset = "+03:00"
[fields]
id = "TRANS_NO"
at = "CROSS_DT"
recorded_at = "CROSS_DT"
direction = "DIR"
"document.document_number" = "DOC_NO"
"document.issuing_state" = "DOC_ISSUER"
"traveller.primary_identifier" = "SURNAME"
"traveller.nationality" = "NAT"
"traveller.date_of_birth" = "DOB"
[values.direction]
A = "entry"
D = "exit"
[dates]
at = "%d/%m/%Y %H:%M"
recorded_at = "%d/%m/%Y %H:%M"
"traveller.date_of_birth" = "%d/%m/%Y"
[constants]
crossing_point = "IQ-BSR"
"""
EXPORT = (
    "TRANS_NO,CROSS_DT,DIR,DOC_NO,DOC_ISSUER,SURNAME,NAT,DOB\n77,03/02/2026 14:05,D,K1,IRN,KOHANDEL,IRN,19/04/1991\n"
)


def test_another_system_s_columns_are_mapped():
    ((number, text),) = rows(io.StringIO(EXPORT), ExchangeFormat.CSV, read_mapping(MIDAS))
    read = read_line(number, text).movement.crossing
    assert (number, read.direction, read.crossing_point) == (2, Direction.EXIT, "IQ-BSR")
    assert read.occurred_at.isoformat() == "2026-02-03T14:05:00+03:00"
    assert str(read.traveller.date_of_birth) == "1991-04-19"


def test_json_lines_are_mapped_by_dotted_names():
    mapping = read_mapping('[fields]\nid = "trans.no"\n"document.document_number" = "doc"\n')
    ((_, text),) = rows(['{"trans": {"no": 7}, "doc": "K1"}\n'], ExchangeFormat.NDJSON, mapping)
    assert json.loads(text) == {"id": "7", "document": {"document_number": "K1"}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[fields]\nname = "X"', "line 2, column 1: fields.name: is not known here"),
        ("[values.direction]\nA = 1", "line 2, column 1: values.direction.A: must be a text"),
        ('utc_offset = "Baghdad"', "line 1, column 1: utc_offset: must be an offset"),
    ],
)
def test_a_mapping_points_at_what_is_wrong(text, message):
    with pytest.raises(MappingError) as raised:
        read_mapping(text)
    assert str(raised.value).startswith(message)


def test_a_sender_s_ids_are_its_own():
    assert imported_id("a", "7") == imported_id("a", "7")
    assert len({imported_id("a", "7"), imported_id("b", "7"), imported_id("a", "8")}) == 3


# --- taking them in --------------------------------------------------------------------------------------------


@pytest.fixture
async def database(clone: Database) -> AsyncIterator[Database]:
    await bring_up_to_date(clone.sessions)
    yield clone


def taking(database: Database, sender: str = "midas", now: timedelta = timedelta(days=9)) -> Importer:
    return Importer(database.sessions, NOBODY, default_policy(), sender, importer(sender), lambda: NOON + now)


async def test_the_same_fact_is_taken_in_once(database: Database):
    first = await taking(database).take(1, line("7"))
    again = await taking(database).take(1, line("7"))
    other_id = await taking(database).take(2, line("8"))
    other_sender = await taking(database, "pisces").take(1, line("x"))
    assert [each.fate for each in (first, again, other_id, other_sender)] == [Fate.RECORDED, *[Fate.KNOWN] * 3]
    assert {each.movement for each in (first, again, other_id, other_sender)} == {first.movement}
    async with database.sessions() as session:
        (row,) = (await session.scalars(select(MovementRow))).all()
        (made,) = await store.decisions(session, row.id)
    assert (row.source, made.outcome, made.officer) == (Source.IMPORT, Outcome.ADMITTED, "import:midas")


async def test_two_imports_at_once_take_every_fact_once(database: Database):
    lines = [line(f"{hours}", at=later(hours=hours).isoformat()) for hours in range(4)]
    renamed = [line(f"x{hours}", at=later(hours=hours).isoformat()) for hours in range(4)]
    files = [("midas", lines), ("midas", lines), ("midas", renamed), ("pisces", lines)]
    importers = [
        (taking(database, sender, timedelta(days=9, seconds=at)), file) for at, (sender, file) in enumerate(files)
    ]

    async def whole(each: Importer, file: list[str]) -> list[Imported]:
        return [await each.take(number, text) for number, text in enumerate(file, start=1)]

    made = await asyncio.gather(*(whole(*each) for each in importers))
    by_line = list(zip(*made, strict=True))
    assert [sorted(each.fate for each in same) for same in by_line] == [[*[Fate.KNOWN] * 3, Fate.RECORDED]] * 4
    assert all(len({each.movement for each in same}) == 1 for same in by_line)
    async with database.sessions() as session:
        rows = (await session.scalars(select(MovementRow))).all()
        decisions = [await store.decisions(session, row.id) for row in rows]
    assert (len(rows), [len(each) for each in decisions]) == (4, [1] * 4)


async def test_a_refused_line_says_why_and_stops_nothing(database: Database):
    await taking(database).take(1, line("7"))
    wrong = {
        "{": "is not JSON",
        '{"id": ' + "[" * 100_000: "is not JSON",
        f'{{"id": {"1" * 5000}}}': "is not JSON",
        line("9", direction="in"): "direction: must be one of entry, exit",
        line("9", crossing_point="XX"): "",
        line("9", decision="refused", at=later(hours=1).isoformat()): "a refusal needs one of the reason codes",
        line("7", direction="exit"): "",  # the id of something else
        line("9", at=later(days=30).isoformat()): "",  # still to come
    }
    for number, (text, reason) in enumerate(wrong.items(), start=2):
        made = await taking(database).take(number, text)
        assert (made.number, made.fate) == (number, Fate.REFUSED)
        assert made.reason
        assert made.reason.startswith(reason)
    assert (await taking(database).take(8, line("8", at=later(hours=2).isoformat()))).fate is Fate.RECORDED


async def test_an_imported_exit_withdraws_what_its_absence_had_raised(database: Database):
    for days in (0, 5):
        made = replace(crossing(occurred_at=later(days=days)), source=Source.LIVE)
        now = made.occurred_at + timedelta(seconds=1)
        inside = await inspect(database.sessions, NOBODY, default_policy(), made, actor=OFFICER, now=now)
    assert {each.rule for each in inside.inspection.findings} == {"M2"}
    left = await taking(database).take(1, line("7", direction="exit", at=later(days=3).isoformat()))
    assert left.fate is Fate.RECORDED
    async with database.sessions() as session:
        movement = await store.movement(session, inside.inspection.crossing.id)
        assert await finding_store.standing(session, movement) == {}


def test_an_import_goes_on_after_a_line():
    assert [number for number, _ in lines_of(["a", "", "b", "c"], ExchangeFormat.NDJSON, after=1)] == [3, 4]


@pytest.mark.parametrize("sender", ["", "a sender", "x" * 65])
def test_a_sender_has_a_proper_name(sender: str):
    assert sender_error(sender)
    assert sender_error("pisces-bgw.2") is None
