"""The canaries sing: whatever comes out with a traveller in it is found, wherever it comes out."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import click
import httpx
import pytest
import structlog
from click.testing import CliRunner

import canaries
from canaries import MARKS
from officer import LISTED
from service.errors import DatabaseUnavailable
from service.postgres import PostgresServer
from service.postgres_files import OWNER, SUPERUSER

NAME = "KOHANDEL"  # of `made_up.TRAVELLER`


@pytest.fixture
def plugin(request: pytest.FixtureRequest) -> canaries.Canaries:
    found = request.config.pluginmanager.get_plugin("canaries")
    assert isinstance(found, canaries.Canaries)
    return found


@pytest.mark.parametrize(
    "text",
    [NAME, f"no such name: {NAME.title()}.", "K52210487", "born 1979-03-14", "دلۆڤان", LISTED, LISTED.split("\n")[1]],
)
def test_a_mark_is_found_in_any_text(text: str) -> None:
    MARKS.search(text, "a trial")
    found = MARKS.take_found()
    assert found
    assert all(" in a trial: …" in each for each in found)


def test_what_says_nothing_of_anybody_passes() -> None:
    MARKS.search("no movement stands under 0199a0c1-7d02-7e11-a000-3f5b52210487 of 2026-11-22; PARISIAN", "a trial")
    assert not MARKS.take_found()


def test_a_name_that_was_sent_once_is_a_mark_ever_after() -> None:
    marks = canaries.Marks()
    marks.learn_from({"items": [{"traveller": {"primary_identifier": "AL ZAHRAWANI", "nationality": "IRQ"}}]})
    assert marks.known == {"ZAHRAWANI"}
    marks.learn_from({"names": [{"text": "Dilan Berwari", "script": "Latin"}], "number": "123456"})
    assert marks.known == {"ZAHRAWANI", "DILAN", "BERWARI"}


def test_logs_are_searched(plugin: canaries.Canaries) -> None:
    structlog.get_logger("mabar").debug("found", who=NAME)
    logging.getLogger("some.library").error("cannot store %s", NAME)
    plugin.search_log()
    assert [found.split(":")[0] for found in MARKS.take_found()] == [f"{NAME} in the log"]


async def test_refusals_and_headers_are_searched_and_answers_are_not() -> None:
    def echoing(request: httpx.Request) -> httpx.Response:
        return httpx.Response(int(request.url.path[1:]), content=request.content, headers={"X-Kind": request.method})

    body = {"primary_identifier": "ZAHRAWANI"}
    async with httpx.AsyncClient(transport=httpx.MockTransport(echoing), base_url="http://localhost") as client:
        await client.post("/200", json=body)
        assert not MARKS.take_found()
        await client.post("/422", json=body)
        await client.request("ZAHRAWANI", "/204")
    found = MARKS.take_found()
    assert [each.split(": …")[0] for each in found] == [
        "ZAHRAWANI in the answer to POST /422, status 422",
        "ZAHRAWANI in headers of ZAHRAWANI /204, status 204",
    ]


def test_titles_of_processes_are_searched() -> None:
    waiting = ["sh", "-c", f": {NAME}; echo ready; read line"]
    with subprocess.Popen(waiting, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        canaries.search_process(process.pid, "a shell")
    assert {found.split(": …")[0] for found in MARKS.take_found()} == {f"{NAME} in a title of a shell"}


def test_what_a_command_says_of_itself_is_searched() -> None:
    CliRunner().invoke(click.command()(lambda: click.echo(NAME)))
    assert not MARKS.take_found()  # what it answers is for whoever asked
    CliRunner().invoke(click.command()(lambda: click.echo(NAME, err=True)))
    assert len(MARKS.take_found()) == 1


async def test_postgresql_logs_no_value_of_what_fails(
    postgres: PostgresServer, short_dir: Path, execute: Callable[..., Awaitable[None]]
) -> None:
    for role, first, value in ((OWNER, "", NAME), (SUPERUSER, "SET log_min_messages = 'error';", "no number")):
        with pytest.raises(asyncpg.InvalidTextRepresentationError):
            await execute(postgres, f"{first} SELECT CAST('{value}' AS integer)", role=role)
    (log,) = (short_dir / "shared" / "postgres" / "log").iterdir()
    while '"no number"' not in (written := log.read_text()):  # noqa: ASYNC110
        await asyncio.sleep(0.01)  # its collector writes behind
    assert NAME not in written
    assert "CAST" not in written


def test_a_service_that_does_not_start_says_why_and_quotes_nothing(plugin: canaries.Canaries) -> None:
    def start(raised: Exception) -> str:
        try:
            raise ValueError(NAME)
        except ValueError as cause:
            try:
                raise raised from cause
            except type(raised):
                logging.getLogger("uvicorn.error").error(traceback.format_exc())  # as uvicorn does
        plugin.log.seek(0)
        return plugin.log.read().splitlines()[-1]

    said = json.loads(start(DatabaseUnavailable("PostgreSQL ended while it was starting")))
    assert (said["event"], said["fault"][0]) == (
        "PostgreSQL ended while it was starting",
        "service.errors.DatabaseUnavailable",
    )
    assert said["fault"][-1].endswith(" start")
    said = json.loads(start(DatabaseUnavailable("initdb failed:\ninitdb: error: no space\n")))
    assert said["event"] == "initdb failed:\ninitdb: error: no space"
    said = json.loads(start(RuntimeError(f"{NAME}\n{NAME}: {NAME}")))
    assert (said["event"], said["fault"][0]) == ("failed", "RuntimeError")
