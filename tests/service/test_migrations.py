"""The schema: migrations make what the mapped classes say, with checks that know the domain's words."""

from __future__ import annotations

import asyncio
import re
from enum import StrEnum

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from service.database import Database, migrate
from service.domain import Clock, Direction, FindingStatus, Outcome, PostKind, Severity, Source, Verdict
from service.postgres import PostgresServer
from service.postgres_files import OWNER
from service.tables import Row
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError


def _differences(connection: sa.Connection) -> list[object]:
    def ours(name: str | None, kind: str, _: object) -> bool:
        return kind != "table" or name in Row.metadata.tables

    options = {"include_name": ours, "compare_type": True, "compare_server_default": False}
    found = compare_metadata(MigrationContext.configure(connection, opts=options), Row.metadata)
    return [difference for difference in found if difference[0] != "remove_table_comment"]


async def test_migrations_make_what_the_mapped_classes_say(session: AsyncSession) -> None:
    connection = await session.connection()
    assert await connection.run_sync(_differences) == []
