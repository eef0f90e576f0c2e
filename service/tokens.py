"""Random secrets: what an officer's session, a device or a workstation shows with each request.

256 bits from the system's generator, so a plain SHA-256 is enough to store: there is nothing to guess.
The prefix tells the kinds apart, and lets a leaked one be found by searching for it.
"""

from __future__ import annotations

import hashlib
import secrets

SESSION_PREFIX = "mbr_ses_"
DEVICE_PREFIX = "mbr_dev_"
WORKSTATION_PREFIX = "mbr_wst_"


def new(prefix: str) -> str:
    """A fresh token."""
    return prefix + secrets.token_urlsafe(32)


def kept(token: str) -> bytes:
    """The form in which a token is stored."""
    return hashlib.sha256(token.encode()).digest()


def digest(secret: bytes) -> bytes:
    """The same for a secret that is bytes."""
    return hashlib.sha256(secret).digest()
