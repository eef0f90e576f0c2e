"""One text for one value: canonical JSON, and the digests and chains built on it. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from service.domain import PartialDate


def canonical(value: object) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces; times in UTC, so that an instant has one spelling."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def plain(value: Any) -> Any:
    """`value` as JSON holds it. Raises TypeError for what it cannot."""
    if isinstance(value, PartialDate | UUID):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"{type(value).__name__} has no JSON form")


def digest_of(value: object) -> bytes:
    """SHA-256 of the canonical JSON."""
    return hashlib.sha256(canonical(value)).digest()


def link(previous: bytes, body: object) -> bytes:
    """The next head of a hash chain: SHA-256(previous || canonical JSON)."""
    return hashlib.sha256(previous + canonical(body)).digest()
