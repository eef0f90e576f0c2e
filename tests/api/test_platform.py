"""What holds for every request: access declared, headers set, bodies bounded, nothing personal in the logs."""

from __future__ import annotations

import asyncio
import gc
import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

import pytest
import structlog
from fastapi import FastAPI, Request
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel, field_validator
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from starlette.routing import Mount

from api import logs
from api.app import BODY_MOST, create_app
from api.deps import Permit, permit
from service.access import Action, Actor, DeviceKind, Role, decide
from service.freshness import bring_up_to_date
from service.settings import Settings

Platform = Any  # of tests/api/conftest.py, which cannot be imported

PUBLIC = {
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("POST", "/v1/session"),  # signing in is how one gets a credential
    ("GET", "/v1/session/ways"),  # and this says how
    ("GET", "/v1/session/provider"),  # so does the agency's own identity provider
    ("GET", "/v1/session/provider/callback"),
    ("GET", "/docs"),
    ("GET", "/docs/style.css"),
    ("GET", "/openapi.json"),  # what the source says anyway, for clients to be made from
}
CANARY = "ZZCANARYALHASSAN"


# Access


def routes(app: FastAPI) -> Iterator[tuple[str, str, list[Permit]]]:
    """Method, path and declared permits of every route that answers requests itself."""
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, Mount):
            continue  # files of the console
        permits = [d.call for d in getattr(context, "dependant", None).dependencies] if _is_ours(context) else []
        for method in (context.methods or set()) - {"HEAD"}:
            yield method, context.path or "", [call for call in permits if isinstance(call, Permit)]


def _is_ours(context: Any) -> bool:
    return isinstance(context.original_route, APIRoute)


def test_every_route_declares_one_action_or_is_public() -> None:
    found = list(routes(create_app(Settings())))
    assert {(method, path) for method, path, permits in found if not permits} == PUBLIC
    assert all(len(permits) <= 1 for _, _, permits in found)


def callable_by(role: Role | DeviceKind) -> set[tuple[str, str]]:
    someone = Actor(UUID(int=1), "someone", frozenset({role}), frozenset({"*"}))
    found = routes(create_app(Settings()))
    return {(method, path) for method, path, permits in found if permits and decide(someone, permits[0].action).allowed}


def test_a_camera_reaches_two_routes() -> None:
    assert callable_by(DeviceKind.CAMERA) == {("POST", "/v1/mrz"), ("POST", "/v1/inspections")}


def test_a_monitor_reaches_the_metrics_alone() -> None:
    assert callable_by(DeviceKind.MONITOR) == {("GET", "/metrics")}


def test_the_administrator_reaches_no_traveller() -> None:
    reached = {path for _, path in callable_by(Role.ADMINISTRATOR)}
    assert not [path for path in reached if path.startswith(("/v1/movements", "/v1/inspections", "/v1/screenings"))]


async def test_no_route_answers_without_a_credential(platform: Platform) -> None:
    for method, path, _ in routes(platform.app):
        if (method, path) not in PUBLIC:
            answer = await platform.client.request(method, path.replace("{", "").replace("}", ""))
            assert (method, path, answer.status_code) == (method, path, 401)
            assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer mbr_ses_nonsense"},
        {"Authorization": "Bearer mbr_dev_nonsense"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic bGF5bGE6eA=="},
        {"X-Device-Key": "mbr_dev_nonsense"},
        {"Cookie": "mabar=mbr_ses_nonsense"},
    ],
)
async def test_a_credential_that_nobody_issued_opens_nothing(platform: Platform, headers: dict[str, str]) -> None:
    assert (await platform.client.get("/v1/session", headers=headers)).status_code == 401


async def test_a_path_parameter_binds_an_action_to_a_post(platform: Platform) -> None:
    @platform.app.get("/v1/trial/{code}")
    async def trial(code: str, actor: Annotated[Actor, permit(Action.READ_MOVEMENTS, post="code")]) -> str:
        return actor.name

    await bring_up_to_date(platform.services.database.sessions)
    headers = await platform.officer(Role.FIRST_LINE, posts=frozenset({"IQ-ZUR"}))
    assert (await platform.client.get("/v1/trial/IQ-ZUR", headers=headers)).status_code == 200
    assert (await platform.client.get("/v1/trial/IQ-SHL", headers=headers)).status_code == 403


# Problems


async def test_an_unknown_path_is_a_problem(platform: Platform) -> None:
    answer = await platform.client.get("/v1/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:mabar:problem:no-such-path"
    assert answer.json()["instance"] == f"urn:uuid:{answer.headers['x-request-id']}"


async def test_a_wrong_method_is_a_problem_that_names_the_right_ones(platform: Platform) -> None:
    answer = await platform.client.put("/health/live")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    assert answer.json()["type"] == "urn:mabar:problem:method-not-allowed"


class Traveller(BaseModel):
    """A body whose validators quote what they refuse, as validators do."""

    name: str
    age: int
    tags: dict[str, int] = {}

    @field_validator("name")
    @classmethod
    def _refuse(cls, name: str) -> str:
        if "CANARY" in name:
            raise ValueError(f"{name!r} is not a name")
        return name


@pytest.fixture
async def frail(platform: Platform) -> AsyncIterator[Platform]:
    """A platform with routes that go wrong in the ways that routes do."""

    @platform.app.post("/v1/travellers")
    async def create(traveller: Traveller) -> Traveller:
        raise RuntimeError(f"cannot store {traveller.name}")

    @platform.app.post("/v1/stored/{name}")
    async def store(name: str) -> None:
        async with platform.services.database.sessions() as session:
            await session.execute(text("SELECT CAST(:name AS integer)"), {"name": name})

    @platform.app.post("/v1/raw")
    async def raw(request: Request) -> int:
        return sum([len(chunk) async for chunk in request.stream()])

    @platform.app.post("/v1/task")
    async def task() -> None:
        async def fail() -> None:
            raise RuntimeError(CANARY)

        doomed = asyncio.create_task(fail())
        await asyncio.wait([doomed])

    yield platform


async def test_what_does_not_fit_is_named_and_never_repeated(frail: Platform) -> None:
    body = {"name": CANARY, "age": CANARY, "tags": {"ok": CANARY, f"{CANARY} BIN ALI": 1.5}}
    answer = await frail.client.post("/v1/travellers", json=body)
    assert answer.status_code == 422
    assert CANARY not in answer.text
    told = {error["location"]: error["message"] for error in answer.json()["errors"]}
    assert told["body.name"] == "'…' is not a name"
    assert set(told) == {"body.name", "body.age", "body.tags.ok", "body.tags.…"}


@pytest.mark.parametrize("body", [b'{"name": "ZZCANARYALHASSAN", ', b"\xff\xfe", b"", b"[" * 60_000])
async def test_a_broken_body_is_refused_without_repeating_it(frail: Platform, body: bytes) -> None:
    answer = await frail.client.post("/v1/travellers", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert CANARY not in answer.text


async def test_a_fault_of_ours_says_nothing_of_itself(frail: Platform) -> None:
    answer = await frail.client.post("/v1/travellers", json={"name": "ZZCANARYA", "age": 3, "tags": {}})
    assert answer.status_code == 422
    answer = await frail.client.post("/v1/travellers", json={"name": "ANNA MARIA", "age": 3})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.json()["type"] == "urn:mabar:problem:failed"
    assert not {"ANNA", "RuntimeError", "store"} & set(answer.text.replace('"', " ").split())


async def test_a_database_that_is_away_is_said_to_be(platform: Platform) -> None:
    nobody = create_async_engine("postgresql+asyncpg://mabar:secret@127.0.0.1:1/mabar")
    platform.services.database = replace(platform.services.database, sessions=async_sessionmaker(nobody))
    answer = await platform.client.get("/v1/session", headers={"Authorization": "Bearer mbr_ses_any"})
    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:mabar:problem:unavailable"
    assert answer.headers["retry-after"] == "5"
    assert "secret" not in answer.text


# Bodies


async def test_a_body_is_bounded_whatever_it_announces(frail: Platform) -> None:
    async def chunks(size: int) -> AsyncIterator[bytes]:
        for _ in range(size // 100_000):
            yield bytes(100_000)

    headers = {"Authorization": "Bearer anything"}
    within = await frail.client.post("/v1/raw", content=chunks(BODY_MOST), headers=headers)
    assert (within.status_code, within.json()) == (200, BODY_MOST)
    beyond = await frail.client.post("/v1/raw", content=chunks(BODY_MOST + 100_000), headers=headers)
    assert beyond.status_code == 413
    assert beyond.headers["content-type"] == "application/problem+json"
    announced = await frail.client.post("/v1/raw", content=bytes(BODY_MOST + 1), headers=headers)
    assert announced.status_code == 413


async def test_a_stranger_sends_little(frail: Platform) -> None:
    assert (await frail.client.post("/v1/raw", content=bytes(64_000))).status_code == 200
    assert (await frail.client.post("/v1/raw", content=bytes(64_001))).status_code == 413


async def test_json_that_is_too_large_is_refused_as_such(frail: Platform) -> None:
    answer = await frail.client.post("/v1/travellers", json={"name": "x" * 70_000, "age": 1})
    assert answer.status_code == 413


# Headers


@pytest.mark.parametrize("path", ["/health/live", "/v1/session", "/openapi.json", "/", "/nothing"])
async def test_browsers_are_told_to_trust_little(platform: Platform, path: str) -> None:
    headers = (await platform.client.get(path)).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/health/live", "/v1/session"])
async def test_answers_of_the_interface_are_kept_nowhere(platform: Platform, path: str) -> None:
    assert (await platform.client.get(path)).headers["cache-control"] == "no-store"


async def test_https_stays_https(platform: Platform) -> None:
    platform.client.base_url = "https://mabar.example"
    headers = (await platform.client.get("/health/live")).headers
    assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize("path", ["/health/live", "/v1/session", "/"])
async def test_no_other_origin_is_let_in(platform: Platform, path: str) -> None:
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    for method in ("GET", "OPTIONS"):
        headers = (await platform.client.request(method, path, headers=asked)).headers
        assert not [name for name in headers if name.startswith("access-control-")]
        assert headers["cross-origin-resource-policy"] == "same-origin"


async def test_what_the_interface_answers_is_no_page(platform: Platform) -> None:
    policy = (await platform.client.get("/v1/session")).headers["content-security-policy"].split("; ")
    assert {"sandbox", "base-uri 'none'", "default-src 'none'"} <= set(policy)


@pytest.mark.parametrize("path", ["/health/live", "/v1/session", "/"])
async def test_nobody_traces(platform: Platform, path: str) -> None:
    assert (await platform.client.request("TRACE", path)).status_code in (404, 405)


# Health and metrics


async def test_live_and_ready(platform: Platform) -> None:
    assert (await platform.client.get("/health/live")).json() == {"status": "ok"}
    assert (await platform.client.get("/health/ready")).json() == {"status": "ok"}


async def test_ready_names_what_is_missing_and_nothing_more(platform: Platform) -> None:
    async def broken() -> bool:
        raise RuntimeError("password of the database is hunter2")

    async def absent() -> bool:
        return False

    platform.services.probes |= {"reader": broken, "lists": absent}
    answer = await platform.client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["detail"] == "not ready: lists, reader"
    assert (await platform.client.get("/health/live")).status_code == 200


async def test_metrics_count_by_template(platform: Platform) -> None:
    monitor = await platform.device(DeviceKind.MONITOR)
    await platform.client.get("/v1/session?name=ZZCANARYALHASSAN")
    await platform.client.get(f"/v1/{CANARY}")
    exposed = (await platform.client.get("/metrics", headers=monitor)).text
    assert 'mabar_http_request_seconds_count{method="GET",route="/v1/session",status="401"} 1.0' in exposed
    assert 'mabar_http_request_seconds_count{method="GET",route="other",status="404"} 1.0' in exposed
    assert CANARY not in exposed


# Logs


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged, at the lowest level, as it would be written."""
    before, level, configuration = logging.root.handlers[:], logging.root.level, structlog.get_config()
    written = io.StringIO()
    logs.configure("debug", written)
    yield written
    logging.root.handlers[:], logging.root.level = before, level
    structlog.configure(**configuration)


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


async def test_a_request_is_logged_without_what_it_said(frail: Platform, logged: io.StringIO) -> None:
    headers = await frail.officer(Role.FIRST_LINE, username=CANARY.lower())
    answer = await frail.client.get(f"/v1/session?name={CANARY}", headers=headers)
    line = lines(logged)[-1]
    assert (line["method"], line["route"], line["status"]) == ("GET", "/v1/session", 200)
    assert line["actor"] == answer.json()["actor"]["id"]
    assert line["request_id"] == answer.headers["x-request-id"]
    assert CANARY not in logged.getvalue().upper()


async def test_faults_are_logged_without_what_they_say(frail: Platform, logged: io.StringIO) -> None:
    await frail.client.post("/v1/travellers", json={"name": "ZZCANARY"})
    answers = [
        await frail.client.post("/v1/travellers", json={"name": "ZZ" + CANARY[8:], "age": 1}),
        await frail.client.post(f"/v1/stored/{CANARY}"),
        await frail.client.post(f"/v1/raw?name={CANARY}", content=bytes(64_001)),
    ]
    assert [answer.status_code for answer in answers] == [500, 500, 413]
    faults = [line["fault"] for line in lines(logged) if "fault" in line]
    assert any("RuntimeError" in fault[0] for fault in faults)
    assert any("test_platform.py" in call and call.endswith(" create") for fault in faults for call in fault)
    assert "ALHASSAN" not in logged.getvalue()
    assert "ZZCANARY" not in logged.getvalue()


async def test_a_task_that_fails_unobserved_is_logged_without_what_it_says(
    frail: Platform, logged: io.StringIO
) -> None:
    await frail.client.post("/v1/task")
    gc.collect()
    assert [line["event"] for line in lines(logged) if "fault" in line] == ["task failed"]
    assert CANARY not in logged.getvalue()


async def test_the_libraries_log_through_the_same_sieve(logged: io.StringIO) -> None:
    try:
        raise ValueError(CANARY)
    except ValueError:
        logging.getLogger("some.library").exception("it went wrong")
    (line,) = lines(logged)
    assert (line["event"], line["logger"], line["level"]) == ("it went wrong", "some.library", "error")
    assert line["fault"][0] == "builtins.ValueError"
    assert CANARY not in logged.getvalue()


def test_the_access_log_of_the_server_is_off(logged: io.StringIO) -> None:
    logging.getLogger("uvicorn.access").warning('10.0.0.5 - "GET /v1/movements?name=%s"', CANARY)
    assert not logged.getvalue()
    logging.getLogger("uvicorn.access").disabled = False


# The OpenAPI document


async def test_every_operation_says_how_it_refuses_and_what_it_is_for(platform: Platform) -> None:
    document = (await platform.client.get("/openapi.json")).json()
    known = {tag["name"] for tag in document["tags"]}
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    for operation in operations:
        for status in ("4XX", "5XX"):
            content = operation["responses"][status]["content"]
            assert content == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        assert operation["summary"]
        assert operation["description"]
        assert set(operation["tags"]) <= known
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert not [name for name in document["components"]["schemas"] if "__" in name], "two shapes bear one name"
