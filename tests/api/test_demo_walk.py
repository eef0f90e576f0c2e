"""The guided walk over HTTP: nowhere but in a demonstration, and for who decides at a booth. What it shows is
tested in the console."""

from __future__ import annotations

from typing import Any

from service.access import Role

Platform = Any  # of tests/api/conftest.py, which cannot be imported


async def test_a_service_in_use_has_no_walks(platform: Platform) -> None:
    path = "/v1/demo/walks"
    supervisor, analyst = await platform.officer(Role.SUPERVISOR), await platform.officer(Role.ANALYST)
    assert (await platform.client.post(path, headers=supervisor)).status_code == 404
    assert (await platform.client.post(path, headers=analyst)).status_code == 403
