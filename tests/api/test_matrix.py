"""The matrix of role, post, purpose and endpoint: decided everywhere, asked over HTTP, and traced in the database."""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from api.access_matrix import HOLDERS, Endpoint, cell, endpoints, markdown
from api.app import create_app
from service.access import Actor, DeviceKind, Purpose, Role, decide, lawful
from service.driver import Driver
from service.freshness import bring_up_to_date
from service.policy import default_policy
from service.settings import Settings

Platform = Any  # of tests/api/conftest.py, which cannot be imported
OWN, OTHER = "IQ-ZUR", "IQ-TRB"
APP = create_app(Settings())
EVERY = endpoints(APP)
STEP = 1 if "MABAR_WHOLE_MATRIX" in os.environ else 5  # in the suite each endpoint is asked by two or three roles


def test_the_document_is_current() -> None:
    document = Path(__file__).parents[2] / "docs" / "access.md"
    assert document.read_text("utf-8") == markdown(APP), "write it anew: mabar access > docs/access.md"


@pytest.mark.parametrize("role", HOLDERS)
def test_every_cell_is_decided_as_it_is_written(role: Role | DeviceKind) -> None:
    """Each endpoint at an own post, at another, and as who serves all, for each purpose and for none named."""
    here = Actor(UUID(int=1), "somebody", frozenset({role}), frozenset({OWN}))
    everywhere = Actor(UUID(int=1), "somebody", frozenset({role}), frozenset({"*"}))
    for action in {each.action for each in EVERY}:
        written = cell(role, action)
        for purpose in (None, *Purpose):
            may = bool(written) and (purpose is None or purpose in lawful(everywhere, action))
            assert decide(here, action, OWN, purpose).allowed == may, (action, purpose)
            assert decide(everywhere, action, OTHER, purpose).allowed == may, (action, purpose)
            assert not decide(here, action, OTHER, purpose).allowed, (action, purpose)


def _path(each: Endpoint, post: str) -> str:
    """The endpoint with something in each place; the first post of the reference data where one is asked for."""
    filled = re.sub(r"\{(code|crossing_point)\}", post, each.path) if "crossing-points" in each.path else each.path
    filled = re.sub(r"\{(id|key_id|movement_id|session_id|passkey_id|[a-z_]*_id)\}", str(uuid4()), filled)
    return re.sub(r"\{revision\}", "1", re.sub(r"\{\w+\}", "nobody", filled))


# A session of its own would end, or a password change, and with it the rest of the test.
UNASKED = {("DELETE", "/v1/session"), ("DELETE", "/v1/account/sessions"), ("PUT", "/v1/session/password")}


async def _caller(platform: Platform, role: Role | DeviceKind) -> dict[str, str]:
    if isinstance(role, DeviceKind):
        return dict(await platform.device(role, OWN))
    return dict(await platform.officer(role, posts=frozenset({OWN})))


@pytest.fixture
async def whole(platform: Platform) -> Platform:
    platform.services.parts.policy = default_policy()
    platform.services.settings = platform.services.settings.model_copy(update={"requests_per_second": 1e6})
    await bring_up_to_date(platform.services.database.sessions)
    return platform


@pytest.mark.parametrize("role", HOLDERS)
async def test_every_endpoint_hears_the_roles_that_the_matrix_names(whole: Platform, role: Role | DeviceKind) -> None:
    """Nothing is sent along: who may ask is told what is missing, or what there is; who may not is refused first."""
    caller = await _caller(whole, role)
    wrong = []
    for each in EVERY[HOLDERS.index(role) % STEP :: STEP]:
        if (each.method, each.path) in UNASKED or (cell(role, each.action) and each.method != "GET"):
            continue  # what writes is heard by tests of its own
        answer = await whole.client.request(each.method, _path(each, OWN), headers=caller)
        if (answer.status_code == 403) == bool(cell(role, each.action)):
            wrong.append((each.method, each.path, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("each", [each for each in EVERY if "{code}" in each.path and "crossing-points" in each.path])
async def test_another_post_is_refused(whole: Platform, each: Endpoint) -> None:
    role = next(role for role in HOLDERS if cell(role, each.action))
    caller = await _caller(whole, role)
    for post, refused in ((OWN, False), (OTHER, True)):
        answer = await whole.client.request(each.method, _path(each, post), headers=caller, json={})
        assert (answer.status_code == 403) == refused, post


async def test_nobody_is_counted_by_a_number(whole: Platform) -> None:
    analyst = await _caller(whole, Role.ANALYST)
    assert (await whole.client.get("/v1/movements/counts", headers=analyst)).status_code == 200
    answer = await whole.client.get("/v1/movements/counts?document_number=T1234567", headers=analyst)
    assert answer.status_code == 403


# --- what is read is traced

PERSONAL = re.compile(
    r"\b(FROM|JOIN)\s+(movement|finding|correction|rebuttal|stay|travel_group|person_link|link_ruling|hit|hit_case|"
    r"adjudication|clearance|list_entry|list_change|list_draft_entry|protection_record|protection_case|reading|outbox|contact|image|"
    r"rights_request|restriction|audit|broken_glass|notice)\b",
    re.IGNORECASE,
)
# Counts that name nobody, told to whoever may count: the database lets them reach no name (the reach `analyst`).
COUNTED = {"/v1/movements/counts", "/v1/inside/counts", "/v1/waiting", "/v1/policies/trials"}


class Listener:
    """What the database was asked, in order, by SQLAlchemy and by the driver below it."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __call__(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.statements.append(statement)

    def beside(self, ask: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """What hears a way of asking the driver."""

        async def asked(driver: Driver, statement: str, *values: object) -> Any:
            self.statements.append(statement)
            return await ask(driver, statement, *values)

        return asked

    @property
    def read(self) -> set[str]:
        return {found[2].lower() for each in self.statements if (found := PERSONAL.search(each))}

    @property
    def traced(self) -> bool:
        return any(each.lstrip().upper().startswith("INSERT INTO AUDIT") for each in self.statements)


@contextmanager
def listening(engine: sa.Engine) -> Iterator[Listener]:
    listener = Listener()
    event.listen(engine, "before_cursor_execute", listener)
    try:
        with pytest.MonkeyPatch.context() as patch:
            for way in ("rows", "row", "do"):
                patch.setattr(Driver, way, listener.beside(getattr(Driver, way)))
            yield listener
    finally:
        event.remove(engine, "before_cursor_execute", listener)


async def test_whatever_reads_of_people_leaves_its_row(whole: Platform) -> None:
    """Every GET, as who may ask it: no statement touches a table of people where the trail has no new row."""
    engine = whole.services.database.engine.sync_engine
    callers = {role: await _caller(whole, role) for role in Role}
    untraced, heard = [], 0
    for each in EVERY:
        role = next((role for role in Role if cell(role, each.action)), None)
        if each.method != "GET" or role is None:
            continue
        with listening(engine) as listener:
            answer = await whole.client.get(_path(each, OWN), headers=callers[role])
        counts = each.reach.name == "ANALYST" or each.path in COUNTED or "/figures" in each.path
        heard += bool(listener.read) and answer.status_code == 200
        if listener.read and not listener.traced and answer.status_code == 200 and not counts:
            untraced.append((each.path, sorted(listener.read)))
    assert untraced == []
    assert heard >= 10, "the listener hears what is read"
