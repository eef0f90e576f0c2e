"""The key that signs the trail's checkpoints: from a file, made at the first start for our eyes alone."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from service.checkpoint import Signer
from service.errors import SettingsRefused
from service.postgres_files import write_private
from service.settings import Settings

FILE = "audit.key"


def signer_of(settings: Settings) -> Signer:
    """Who signs here.

    Raises:
        SettingsRefused: the file cannot be read, or holds no Ed25519 key in PEM.
    """
    path = settings.audit_key_file or settings.data_dir / FILE
    if settings.audit_key_file is None and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_private(path, _new_key())
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise SettingsRefused(f"the key of the audit trail in {path} cannot be used: {error}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsRefused(f"the key of the audit trail in {path} is not an Ed25519 key")
    return Signer(settings.site, key)


def _new_key() -> str:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
