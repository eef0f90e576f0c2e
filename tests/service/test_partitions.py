"""Partitions by month: made ahead and back, found by late facts, filled from the default one."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from service.database import MONTHS_AHEAD, MONTHS_BACK, Database, month_after
from service.tables import MovementRow

TODAY = datetime.now(UTC).date()


def _movement(occurred_at: datetime) -> MovementRow:
    return MovementRow(
        occurred_at=occurred_at,
        id=uuid4(),
        crossing_point="TRB",
        seq=1,
        direction="entry",
        recorded_at=occurred_at,
        clock="certain",
        source="live",
        document_key="UTO:L898902C3",
        document_code="P",
        issuing_state="UTO",
        document_number="L898902C3",
        primary_identifier="ERIKSSON",
        secondary_identifier="ANNA MARIA",
        nationality="UTO",
        date_of_birth="1974-08-12",
        sex="F",
        verdict="CLEAR",
        index_version="0",
        policy_version="0",
    )


async def _home(session: AsyncSession, occurred_at: datetime) -> str:
    """The partition that a movement of that time lands in."""
    movement = _movement(occurred_at)
    session.add(movement)
    await session.flush()
    where = sa.text("SELECT tableoid::regclass::text FROM movement WHERE id = :id AND occurred_at = :at")
    return str(await session.scalar(where, {"id": movement.id, "at": occurred_at}))


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@given(day=st.dates(date(1990, 1, 1), date(2090, 12, 31)), months=st.integers(-600, 600))
def test_month_after_counts_months_as_a_calendar_does(day: date, months: int) -> None:
    moved = month_after(day, months)
    assert moved.day == 1
    assert (moved.year - day.year) * 12 + moved.month - day.month == months


@pytest.mark.parametrize("months", [-MONTHS_BACK, -1, 0, 1, MONTHS_AHEAD])
async def test_a_fact_of_a_month_near_today_lands_in_its_partition(session: AsyncSession, months: int) -> None:
    month = month_after(TODAY, months)
    assert await _home(session, _noon(month)) == f"movement_{month:%Y_%m}"


async def test_months_begin_and_end_in_utc(session: AsyncSession) -> None:
    month = month_after(TODAY, 0)
    midnight = datetime(month.year, month.month, 1, tzinfo=UTC)
    baghdad = timezone(timedelta(hours=3))
    assert await _home(session, midnight.astimezone(baghdad)) == f"movement_{month:%Y_%m}"
    assert await _home(session, midnight - timedelta(microseconds=1)) == f"movement_{month_after(month, -1):%Y_%m}"


async def test_a_very_late_fact_is_kept_watched_and_moved_when_its_month_is_made(clone: Database) -> None:
    paper = datetime(2019, 12, 31, 23, 59, tzinfo=UTC)
    new_year = datetime(2020, 1, 1, tzinfo=UTC)
    async with clone.sessions.begin() as session:
        homes = [await _home(session, paper), await _home(session, new_year)]
    assert homes == ["movement_default", "movement_default"]
    assert await clone.default_partition_rows() == 2

    async with clone.sessions.begin() as session:
        await session.execute(sa.select(sa.func.ensure_partitions(date(2019, 12, 15), date(2019, 12, 1))))
    assert await clone.default_partition_rows() == 1

    async with clone.sessions() as session:
        found = await session.execute(
            sa.text("SELECT occurred_at, tableoid::regclass::text FROM movement ORDER BY occurred_at")
        )
        assert [tuple(row) for row in found] == [(paper, "movement_2019_12"), (new_year, "movement_default")]


async def test_they_are_made_once_however_many_ask(clone: Database) -> None:
    far = date(TODAY.year + 3, 1, 1)
    made = await asyncio.gather(*(clone.ensure_partitions(far) for _ in range(3)))
    assert sorted(made) == [0, 0, 2 * (MONTHS_BACK + 1 + MONTHS_AHEAD)]  # each month for movements and for findings


async def test_a_new_partition_has_the_indexes_and_checks_of_its_parent(clone: Database) -> None:
    await clone.ensure_partitions(date(TODAY.year + 3, 1, 1))
    async with clone.sessions() as session:
        kinds = await session.execute(
            sa.text(
                "SELECT inhrelid::regclass::text, "
                "(SELECT count(*) FROM pg_index WHERE indrelid = inhrelid AND indisvalid), "
                "(SELECT count(*) FROM pg_constraint WHERE conrelid = inhrelid AND contype = 'c') "
                "FROM pg_inherits WHERE inhparent = 'movement'::regclass"
            )
        )
        assert len({(indexes, checks) for _, indexes, checks in kinds}) == 1


async def test_writers_go_on_while_months_are_made(clone: Database) -> None:
    async def write(offset: int) -> UUID:
        async with clone.sessions.begin() as session:
            movement = _movement(_noon(TODAY) + timedelta(seconds=offset))
            session.add(movement)
        return movement.id

    *ids, made = await asyncio.gather(*(write(i) for i in range(20)), clone.ensure_partitions(date(2001, 6, 1)))
    async with clone.sessions() as session:
        kept = set(await session.scalars(sa.select(MovementRow.id)))
    assert made > 0
    assert kept == set(ids)


async def test_an_absurd_reach_is_refused(session: AsyncSession) -> None:
    with pytest.raises(DBAPIError, match="at most 50 years"):
        await session.execute(sa.select(sa.func.ensure_partitions(date(1000, 1, 1), date(2999, 1, 1))))
