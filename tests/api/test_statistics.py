"""The centre's figures over HTTP: exact, cached, withheld where small, given out with a trace."""

from __future__ import annotations

import csv
import hashlib
import io
import threading
import zipfile
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pyarrow.parquet as pq
import pytest

from api.sheets import SheetFormat, written
from made_up import DOCUMENT, NOON, OFFICER, TRAVELLER, crossing
from service import statistics, statistics_store
from service.access import Role
from service.acting import SERVICE, acting
from service.decision import decide
from service.domain import Decision, Direction, Outcome, PartialDate
from service.freshness import bring_up_to_date
from service.inspection import inspect
from service.policy import default_policy
from watchlist.index import Index

Platform = Any  # of tests/api/conftest.py, which cannot be imported
DAY = "from=2026-11-20&to=2026-11-20"


class Centre:
    """Inspects crossings at the platform's database, and asks for figures."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.sessions = platform.services.database.sessions

    async def cross(self, person: int, **changes: Any) -> UUID:
        traveller = replace(TRAVELLER, date_of_birth=PartialDate(1950 + person, 4, 19))
        traveller = replace(traveller, nationality=changes.pop("nationality", "IRN"))
        document = replace(DOCUMENT, document_number=f"K{person}00{person}")
        made = crossing(**{"traveller": traveller, "document": document, **changes})
        with acting(SERVICE):
            await inspect(self.sessions, Index.build(()), default_policy(), made, actor=OFFICER, now=made.occurred_at)
        return made.id

    async def admit(self, movement: UUID, seconds: int) -> None:
        said = Decision(uuid4(), movement, Outcome.ADMITTED, "officer-7", NOON + timedelta(seconds=seconds))
        with acting(SERVICE):
            await decide(self.sessions, default_policy(), said, actor=OFFICER)

    async def ask(self, path: str, headers: dict[str, str]) -> dict[str, Any]:
        answer = await self.platform.client.get(f"/v1/statistics{path}", headers=headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
async def centre(platform: Platform) -> Centre:
    platform.clock.time = NOON + timedelta(hours=2)
    platform.services.parts.policy = default_policy()
    made = Centre(platform)
    with acting(SERVICE):
        await bring_up_to_date(made.sessions)
    return made


async def _busy(centre: Centre) -> list[UUID]:
    """Nine entries at one post, six exits and one lone Jordanian at another."""
    ids = [await centre.cross(number) for number in range(9)]
    ids += [await centre.cross(20 + number, direction=Direction.EXIT) for number in range(6)]
    return [*ids, await centre.cross(40, nationality="JOR", crossing_point="IQ-ZUR")]


async def test_a_figure_is_exact_to_the_last_commit_and_told_whole_to_a_supervisor(centre: Centre) -> None:
    await _busy(centre)
    supervisor = await centre.platform.officer(Role.SUPERVISOR)
    found = await centre.ask(f"/travellers?{DAY}&by=crossing_point,nationality", supervisor)
    rows = {tuple(row["key"]): row["values"]["movements"] for row in found["rows"]}
    assert rows == {("IQ-SHL", "IRN"): 15, ("IQ-ZUR", "JOR"): 1}
    assert (found["total"]["values"]["movements"], found["smallest_cell"], found["withheld"]) == (16, 1, 0)


async def test_an_analyst_is_not_told_of_one_and_not_by_subtraction_either(centre: Centre) -> None:
    await _busy(centre)
    analyst = await centre.platform.officer(Role.ANALYST)
    found = await centre.ask(f"/travellers?{DAY}&by=nationality", analyst)
    assert [(row["key"], row["values"]["movements"]) for row in found["rows"]] == [(["IRN"], None), (["JOR"], None)]
    assert all("movements" in row["withheld"] for row in found["rows"])
    assert found["total"]["values"]["movements"] == 16


async def test_waits_and_decisions(centre: Centre) -> None:
    for number, movement in enumerate(await _busy(centre)):
        await centre.admit(movement, 20 + number)
    supervisor = await centre.platform.officer(Role.SUPERVISOR)
    times = await centre.ask(f"/times?{DAY}&by=stage", supervisor)
    by_stage = {row["key"][0]: row["values"] for row in times["rows"]}
    assert by_stage["first_line"]["waits"] == 16
    assert 20 <= by_stage["first_line"]["median_seconds"] <= 36
    outcomes = await centre.ask(f"/outcomes?{DAY}", supervisor)
    assert outcomes["total"]["values"] == {"movements": 16, "admitted": 16, "refused": 0, "referred": 0, "undecided": 0}


async def test_one_period_against_another(centre: Centre) -> None:
    await _busy(centre)
    await centre.cross(60, occurred_at=NOON - timedelta(days=7))
    supervisor = await centre.platform.officer(Role.SUPERVISOR)
    found = await centre.ask(f"/movements?{DAY}&against=2026-11-13&by=day,direction", supervisor)
    rows = {tuple(row["key"]): (row["values"]["movements"], row["compared"]["movements"]) for row in found["rows"]}
    assert rows == {("2026-11-20", "entry"): (10, 1), ("2026-11-20", "exit"): (6, 0)}


async def test_one_period_is_counted_while_the_other_is_worked_out(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    await centre.cross(1)
    both, counted, cells = threading.Event(), statistics_store.counted, statistics._cells
    times = 0

    async def counting(*asked: Any) -> Any:
        nonlocal times
        times += 1
        if times == 2:
            both.set()
        return await counted(*asked)

    def waiting(*asked: Any) -> Any:
        assert both.wait(10), "the loop stood still"
        return cells(*asked)

    monkeypatch.setattr(statistics_store, "counted", counting)
    monkeypatch.setattr(statistics, "_cells", waiting)
    supervisor = await centre.platform.officer(Role.SUPERVISOR)
    found = await centre.ask(f"/movements?{DAY}&against=2026-11-13", supervisor)
    assert found["total"]["values"]["movements"] == 1


async def test_the_live_day_beside_the_usual_one(centre: Centre) -> None:
    await _busy(centre)
    for week in (1, 2):
        for number in range(3 * week):
            await centre.cross(60 + number, occurred_at=NOON - timedelta(weeks=week, minutes=-number))
    supervisor = await centre.platform.officer(Role.SUPERVISOR)
    found = await centre.ask("/usual-day?weeks=2", supervisor)
    assert found["hours"][12]["movements"] == 16  # noon UTC+3 is nine in UTC
    assert found["hours"][12]["usual"] == {"low": 3.3, "median": 4.5, "high": 5.7}
    assert found["hours"][20]["movements"] is None
    entries = next(p for p in found["posts"] if (p["crossing_point"], p["direction"]) == ("IQ-SHL", "entry"))
    assert (entries["movements"], entries["to_last_hour"], entries["usual"]["median"]) == (9, 9, 4.5)


async def test_people_inside_over_time(centre: Centre) -> None:
    for number in range(6):
        await centre.cross(number, occurred_at=NOON - timedelta(days=3))
    await centre.cross(0, occurred_at=NOON - timedelta(days=1), direction=Direction.EXIT)
    supervisor = await centre.platform.officer(Role.SUPERVISOR)
    found = await centre.ask("/inside?from=2026-11-16&to=2026-11-20&by=day", supervisor)
    rows = {row["key"][0]: row["values"]["inside"] for row in found["rows"]}
    assert rows == {"2026-11-17": 6, "2026-11-18": 6, "2026-11-19": 5, "2026-11-20": 5}


async def test_an_unchanged_figure_is_not_sent_again(centre: Centre) -> None:
    await _busy(centre)
    supervisor = await centre.platform.officer(Role.SUPERVISOR)
    client, path = centre.platform.client, f"/v1/statistics/movements?{DAY}&by=crossing_point"
    tag = (await client.get(path, headers=supervisor)).headers["etag"]
    centre.platform.clock.advance(seconds=5)
    assert (await client.get(path, headers={**supervisor, "If-None-Match": tag})).status_code == 304
    await centre.cross(70)
    assert (await client.get(path, headers={**supervisor, "If-None-Match": tag})).status_code == 200


@pytest.mark.parametrize(
    "query", ["by=rule", "by=day,day", "nationality=IRN", "from=2026-11-20&to=2026-11-01", "by=week&against=2026-01-01"]
)
async def test_what_a_figure_is_not_kept_by_is_refused(centre: Centre, query: str) -> None:
    supervisor = await centre.platform.officer(Role.SUPERVISOR)
    answer = await centre.platform.client.get(f"/v1/statistics/movements?{query}", headers=supervisor)
    assert answer.status_code in (400, 422)


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("pseudonymous-movements?from=5160", Role.ANALYST),  # not an hour of 1970
        ("pseudonymous-movements?to=2026-11-20T08:30:00", Role.ANALYST),  # of which clock?
        ("movements?from=1763596800", Role.SUPERVISOR),
        ("usual-day?day=1763596800", Role.SUPERVISOR),
    ],
)
async def test_days_and_moments_are_written_out(centre: Centre, path: str, role: Role) -> None:
    officer = await centre.platform.officer(role)
    answer = await centre.platform.client.get(f"/v1/statistics/{path}", headers=officer)
    assert answer.status_code == 422, answer.text


async def test_a_supervisor_of_one_post_sees_that_post(centre: Centre) -> None:
    await _busy(centre)
    local = await centre.platform.officer(Role.SUPERVISOR, posts=frozenset({"IQ-ZUR"}))
    assert (await centre.ask(f"/movements?{DAY}", local))["total"]["values"]["movements"] == 1
    foreign = await centre.platform.client.get("/v1/statistics/movements?crossing_point=IQ-SHL", headers=local)
    assert foreign.status_code == 403


async def test_pseudonymous_movements_name_nobody_and_no_lone_one(centre: Centre) -> None:
    await _busy(centre)
    await centre.cross(0, direction=Direction.EXIT, occurred_at=NOON + timedelta(hours=1))
    analyst = await centre.platform.officer(Role.ANALYST)
    rows = (await centre.ask("/pseudonymous-movements?limit=50", analyst))["items"]
    assert {row["nationality"] for row in rows if row["crossing_point"] == "IQ-ZUR"} == {None}
    assert {row["nationality"] for row in rows if row["crossing_point"] == "IQ-SHL"} == {"IRN"}
    assert len(rows) == 17
    assert len({row["pseudonym"] for row in rows}) == 16
    assert not {"K", "PARISA", "KOHANDEL"} & set(str(rows).replace("'", " ").split())
    assert (await centre.platform.trail())[-1].action == "read_pseudonyms"
    supervisor = await centre.platform.officer(Role.SUPERVISOR)
    refused = await centre.platform.client.get("/v1/statistics/pseudonymous-movements", headers=supervisor)
    assert refused.status_code == 403


@pytest.mark.parametrize("format_", SheetFormat)
async def test_an_export_is_disclosed_with_its_digest(centre: Centre, format_: SheetFormat) -> None:
    await _busy(centre)
    analyst = await centre.platform.officer(Role.ANALYST)
    path = f"/v1/statistics/movements/export?{DAY}&by=crossing_point&format={format_}&recipient=Ministry"
    answer = await centre.platform.client.get(path, headers=analyst)
    assert answer.status_code == 200, answer.text
    trace = (await centre.platform.trail())[-1]
    assert (trace.action, trace.purpose, trace.details["recipient"]) == ("export_statistics", "statistics", "Ministry")
    assert (trace.details["rows"], trace.details["digest"]) == (2, hashlib.sha256(answer.content).hexdigest())
    if format_ is SheetFormat.CSV:
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert [row["movements"] for row in rows] == ["", ""]  # the lone one, and who would give it away


HOSTILE = [("=1+2", 1.0), ("@SUM", None), ("plain", 3.0)]


async def _hostile() -> Any:
    for row in HOSTILE:
        yield row


@pytest.mark.parametrize("format_", SheetFormat)
async def test_no_cell_runs_in_a_spreadsheet(format_: SheetFormat) -> None:
    sheet = await written(_hostile(), ["name", "n"], format_, numbers=["n"])
    content = b"".join([chunk async for chunk in sheet.chunks()])
    assert (sheet.rows, sheet.digest) == (3, hashlib.sha256(content).hexdigest())
    if format_ is SheetFormat.CSV:
        assert content.decode().splitlines()[1:3] == ["'=1+2,1.0", "'@SUM,"]
    elif format_ is SheetFormat.XLSX:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    else:
        assert pq.read_table(io.BytesIO(content)).to_pylist() == [{"name": name, "n": n} for name, n in HOSTILE]


@pytest.mark.parametrize("format_", ["xlsx", "parquet"])
async def test_the_log_is_given_out_as_a_file_with_its_digest(centre: Centre, format_: str) -> None:
    await _busy(centre)
    supervisor = await centre.platform.officer(Role.SUPERVISOR)
    path = f"/v1/movements/export?format={format_}&recipient=Ministry"
    answer = await centre.platform.client.get(path, headers=supervisor)
    assert answer.status_code == 200, answer.text
    asked, given = (await centre.platform.trail())[-2:]
    assert (asked.action, asked.details["recipient"]) == ("export_movements", "Ministry")
    digest = hashlib.sha256(answer.content).hexdigest()
    assert (given.details["rows"], given.details["digest"]) == (16, digest)
    if format_ == "parquet":
        assert pq.read_table(io.BytesIO(answer.content)).num_rows == 16
