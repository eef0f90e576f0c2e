"""Runs the migrations: all in one transaction, under an advisory lock, so that two starts do not collide.

The service hands over the address (`service.database.migrate`); by hand, it is taken from `DATABASE_URL`.
"""

from __future__ import annotations

import asyncio

import sqlalchemy as sa
from alembic import context
from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

import service.draft_tables  # its tables join the metadata
import service.identity_tables  # its tables join the metadata
import service.inside_tables  # its table joins the metadata
import service.notice_tables  # as above
import service.paper_tables  # as above
import service.people_tables
import service.policy_tables  # as above
import service.protection_tables  # as above
import service.retention_tables  # as above
import service.rights_tables  # as above
import service.sealing_tables  # as above
import service.second_line_tables  # as above
import service.statistics_tables  # as above
import service.trail_tables  # noqa: F401
from service.confinement import MAINTAINING
from service.database import given_url
from service.errors import DatabaseUnavailable
from service.list_tables import Row  # and with it every table
from service.settings import load_settings

MIGRATION_LOCK = 0x6D616261  # "maba": any number will do that no other program takes


def _address() -> URL:
    handed_over = context.config.attributes.get("url")
    if isinstance(handed_over, URL):
        return handed_over
    url = given_url(load_settings())
    if url is None:
        raise DatabaseUnavailable("set DATABASE_URL to migrate by hand; the service migrates its own database at start")
    return url


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Row.metadata)
    with context.begin_transaction():
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        context.run_migrations()


async def _migrate() -> None:
    engine = create_async_engine(
        _address(), poolclass=NullPool, connect_args={"server_settings": {"search_path": "public", **MAINTAINING}}
    )
    async with engine.connect() as connection:
        await connection.run_sync(_run)
    await engine.dispose()


asyncio.run(_migrate())
