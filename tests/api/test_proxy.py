"""What a proxy says is believed of proxies that are named; certificates as they write them."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.types import Receive, Scope, Send

from api.proxy import CERTIFICATE, TrustedProxies, fingerprint
from service.access import DeviceKind, Role
from service.settings import Settings

Platform = Any  # of tests/api/conftest.py, which cannot be imported
DER = b"a certificate, as far as a digest goes"
PEM = f"-----BEGIN CERTIFICATE-----\n{base64.encodebytes(DER).decode()}-----END CERTIFICATE-----\n"
DIGEST = hashlib.sha256(DER).digest()


async def told(peer: str, **headers: str) -> Scope:
    """The scope that arrives behind the middleware."""
    seen: list[Scope] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope)

    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "scheme": "http", "client": (peer, 7), "headers": named}
    middleware = TrustedProxies(app, ["10.0.0.0/8", "127.0.0.1/32"], "X-Client-Cert")
    await middleware(scope, None, None)  # type: ignore[arg-type]  # neither is called
    return seen[0]


async def test_a_named_proxy_is_believed() -> None:
    forwarded = {"x_forwarded_for": "198.51.100.7", "x_forwarded_proto": "https", "x_client_cert": DIGEST.hex()}
    scope = await told("10.0.0.9", **forwarded)
    assert (scope["client"][0], scope["scheme"], scope[CERTIFICATE]) == ("198.51.100.7", "https", DIGEST)


async def test_nobody_else_is() -> None:
    forwarded = {"x_forwarded_for": "198.51.100.7", "x_forwarded_proto": "https", "x_client_cert": DIGEST.hex()}
    scope = await told("198.51.100.1", **forwarded)
    assert (scope["client"][0], scope["scheme"], scope.get(CERTIFICATE)) == ("198.51.100.1", "http", None)


async def test_of_a_chain_the_last_that_is_no_proxy_of_ours_counts() -> None:
    scope = await told("127.0.0.1", x_forwarded_for="made-up, 198.51.100.7, 10.0.0.3")
    assert scope["client"][0] == "198.51.100.7"


@pytest.mark.parametrize(
    "written",
    [
        DIGEST.hex(),
        DIGEST.hex().upper(),
        ":".join(f"{byte:02X}" for byte in DIGEST),
        quote(PEM),
        f":{base64.b64encode(DER).decode()}:",
    ],
)
def test_a_certificate_is_known_however_it_is_written(written: str) -> None:
    assert fingerprint(written) == DIGEST


@pytest.mark.parametrize("odd", ["", "abc", DIGEST.hex()[2:], ":not base64:", "-----BEGIN CERTIFICATE-----"])
def test_what_is_no_certificate_is_none(odd: str) -> None:
    assert fingerprint(odd) is None


class TestBoundToACertificate:
    """Device keys that count beside a client certificate only."""

    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        return Settings(data_dir=tmp_path, trusted_proxies="127.0.0.1", certificate_header="X-Client-Cert")

    async def test_the_key_alone_opens_nothing(self, platform: Platform) -> None:
        admin = await platform.officer(Role.ADMINISTRATOR)
        asked = {"name": "monitor", "kind": "monitor", "certificate_sha256": DIGEST.hex()}
        issued = (await platform.client.post("/v1/device-keys", json=asked, headers=admin)).json()
        assert issued["certificate_sha256"] == DIGEST.hex()
        shown = {"Authorization": f"Bearer {issued['key']}"}
        collect = platform.client.get
        assert (await collect("/metrics", headers=shown)).status_code == 401
        assert (await collect("/metrics", headers=shown | {"X-Client-Cert": "00" * 32})).status_code == 401
        assert (await collect("/metrics", headers=shown | {"X-Client-Cert": DIGEST.hex()})).status_code == 200
        platform.client._transport.client = ("198.51.100.1", 1)
        assert (await collect("/metrics", headers=shown | {"X-Client-Cert": DIGEST.hex()})).status_code == 401


async def test_without_a_proxy_no_key_is_bound(platform: Platform) -> None:
    admin = await platform.officer(Role.ADMINISTRATOR)
    asked = {"name": "monitor", "kind": "monitor", "certificate_sha256": DIGEST.hex()}
    assert (await platform.client.post("/v1/device-keys", json=asked, headers=admin)).status_code == 409


# Keys replaced


async def test_the_old_key_works_until_the_new_one_is_used(platform: Platform) -> None:
    admin = await platform.officer(Role.ADMINISTRATOR)
    old = await platform.device(DeviceKind.MONITOR)
    key_id = (await platform.client.get("/v1/device-keys", headers=admin)).json()[0]["id"]
    replace = f"/v1/device-keys/{key_id}/replacement"
    issued = await platform.client.post(replace, json={}, headers=admin)
    assert (issued.status_code, issued.json()["replaces"]) == (201, key_id)
    assert (await platform.client.post(replace, json={}, headers=admin)).status_code == 409
    new = {"Authorization": f"Bearer {issued.json()['key']}"}
    assert (await platform.client.get("/metrics", headers=old)).status_code == 200
    assert (await platform.client.get("/metrics", headers=new)).status_code == 200
    assert (await platform.client.get("/metrics", headers=old)).status_code == 401
    assert (await platform.client.get("/metrics", headers=new)).status_code == 200
    assert [row.action for row in await platform.trail()][-2:] == ["replace_device_key", "confirm_device_key"]


async def test_an_unused_successor_ends_the_old_key_after_the_overlap_only(platform: Platform) -> None:
    admin = await platform.officer(Role.ADMINISTRATOR)
    old = await platform.device(DeviceKind.MONITOR)
    key_id = (await platform.client.get("/v1/device-keys", headers=admin)).json()[0]["id"]
    lost = await platform.client.post(f"/v1/device-keys/{key_id}/replacement", json={}, headers=admin)
    await platform.client.delete(f"/v1/device-keys/{lost.json()['id']}", headers=admin)
    again = await platform.client.post(f"/v1/device-keys/{key_id}/replacement", json={}, headers=admin)
    assert again.status_code == 201
    platform.clock.advance(days=6, hours=23)
    assert (await platform.client.get("/metrics", headers=old)).status_code == 200
    platform.clock.advance(hours=2)
    assert (await platform.client.get("/metrics", headers=old)).status_code == 401


async def test_a_key_ends_in_a_year_when_nobody_says_otherwise(platform: Platform) -> None:
    admin = await platform.officer(Role.ADMINISTRATOR)
    issued = await platform.client.post("/v1/device-keys", json={"name": "m", "kind": "monitor"}, headers=admin)
    expected = (platform.clock() + timedelta(days=365)).isoformat().replace("+00:00", "Z")
    assert issued.json()["expires_at"] == expected


# Asking too often


class TestAskingTooOften:
    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        return Settings(data_dir=tmp_path, requests_burst=3, requests_per_second=0.01)

    async def test_one_credential_is_slowed_and_another_is_not(self, platform: Platform) -> None:
        layla = await platform.officer(Role.FIRST_LINE, username="layla")
        omar = await platform.officer(Role.FIRST_LINE, username="omar")
        answers = [await platform.client.get("/v1/session", headers=layla) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]  # the first made it known
        assert answers[-1].json()["type"] == "urn:mabar:problem:too-many-requests"
        assert int(answers[-1].headers["Retry-After"]) >= 1
        assert (await platform.client.get("/v1/session", headers=omar)).status_code == 200
        assert (await platform.client.get("/health/live")).status_code == 200
