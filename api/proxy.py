"""What a proxy in front of the service says of a request, believed only of proxies that the settings name.

From anybody else the same headers count for nothing: a client that writes them itself gains nothing by it.
"""

from __future__ import annotations

import base64
import hashlib
import re
import ssl
from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from urllib.parse import unquote

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

CERTIFICATE = "mabar.certificate"  # in the scope: SHA-256 of the client certificate that came with the request
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


class TrustedProxies:
    """Takes over scheme, client and certificate from the proxies in `networks`."""

    def __init__(self, app: ASGIApp, networks: Sequence[str], certificate_header: str | None = None) -> None:
        self.app = app
        self.networks = [ip_network(network) for network in networks]
        self.certificate_header = certificate_header

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope.get("client") and self._trusts(scope["client"][0]):
            scope = self._told(scope, Headers(scope=scope))
        await self.app(scope, receive, send)

    def _trusts(self, host: str) -> bool:
        try:
            address = ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self.networks)

    def _told(self, scope: Scope, headers: Headers) -> Scope:
        told = {**scope, "client": (self._client(headers, scope["client"][0]), 0)}
        scheme = headers.get("x-forwarded-proto", "").rpartition(",")[2].strip().lower()
        if scheme in ("http", "https"):
            told["scheme"] = scheme
        if self.certificate_header and (shown := headers.get(self.certificate_header)):
            told[CERTIFICATE] = fingerprint(shown)
        return told

    def _client(self, headers: Headers, peer: str) -> str:
        """The last in the chain that is no proxy of ours; what stands before that is anybody's word."""
        chain = [hop.strip() for hop in ",".join(headers.getlist("x-forwarded-for")).split(",") if hop.strip()]
        return next((hop for hop in reversed(chain) if not self._trusts(hop)), peer)


def fingerprint(shown: str) -> bytes | None:
    """The SHA-256 of a certificate as proxies write it: the digest in hex, PEM with percent signs, or RFC 9440."""
    plain = shown.strip().replace(":", "").lower()
    if _FINGERPRINT.fullmatch(plain):
        return bytes.fromhex(plain)
    try:
        if shown.startswith(":") and shown.endswith(":"):
            certificate = base64.b64decode(shown[1:-1], validate=True)
        else:
            certificate = ssl.PEM_cert_to_DER_cert(unquote(shown))
    except ValueError:
        return None
    return hashlib.sha256(certificate).digest()
