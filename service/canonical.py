"""One text for one value: canonical JSON, and the digests and chains built on it. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
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
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    write = _WRITTEN.get(kind)
    if write is None:
        write = _WRITTEN[kind] = _way_of(kind)
    return write(value)


def _way_of(kind: type) -> Callable[[Any], Any]:
    """How values of a kind are written: found once for each kind there is."""
    if issubclass(kind, PartialDate | UUID):
        return str
    if issubclass(kind, Enum):
        return lambda value: value.value
    if issubclass(kind, datetime):
        return lambda value: value.astimezone(UTC).isoformat()
    if issubclass(kind, date):
        return lambda value: value.isoformat()
    if issubclass(kind, bytes):
        return lambda value: value.hex()
    if is_dataclass(kind):
        names = tuple(kind.__dataclass_fields__)
        return lambda value: {name: plain(getattr(value, name)) for name in names}
    if issubclass(kind, dict):
        return lambda value: {str(key): plain(item) for key, item in value.items()}
    if issubclass(kind, list | tuple | set | frozenset):
        return lambda value: [plain(item) for item in value]
    if issubclass(kind, str | int | float):
        return lambda value: value
    raise TypeError(f"{kind.__name__} has no JSON form")


_AS_IT_IS = frozenset({str, int, float, bool, type(None)})
_WRITTEN: dict[type, Callable[[Any], Any]] = {}


def digest_of(value: object) -> bytes:
    """SHA-256 of the canonical JSON."""
    return hashlib.sha256(canonical(value)).digest()


def link(previous: bytes, body: object) -> bytes:
    """The next head of a hash chain: SHA-256(previous || canonical JSON)."""
    return hashlib.sha256(previous + canonical(body)).digest()
