"""Keys that wrap other keys, in a PKCS#11 token: an HSM, a smart card, SoftHSM. They never leave it.

An optional part: it needs the package python-pkcs11. A key is an AES key of 256 bits that the operator made in the
token (`pkcs11-tool --keygen --key-type AES:32 --label …`); it wraps with AES-GCM, and is known by its label.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from service.errors import SettingsRefused
from service.sealed import NONCE_BYTES, SealBroken

_TAG_BITS = 128
_PREFIX = "pkcs11:"


class TokenKeys:
    """The keys of a token that `labels` name, the current one first. As `service.sealed.KeyEncryption`.

    Raises:
        SettingsRefused: the package is missing, the token does not answer, or does not hold a key.
    """

    def __init__(self, module: Path, token: str, pin: str, labels: Sequence[str]) -> None:
        try:
            import pkcs11  # noqa: PLC0415  # only where a token is named
        except ImportError:
            raise SettingsRefused("MABAR_PKCS11_MODULE needs the package python-pkcs11") from None
        self._pkcs11: Any = pkcs11
        try:
            self._session = self._opened(pkcs11.lib(str(module)).get_token(token_label=token), pin)
            self._keys = {f"{_PREFIX}{label}": self._key(label) for label in labels}
        except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
            raise SettingsRefused(f"the token {token} cannot be used: {type(error).__name__}") from None
        self.current = f"{_PREFIX}{labels[0]}"

    def _opened(self, token: Any, pin: str) -> Any:
        """A session; a process logs in once, and its other sessions share that."""
        try:
            return token.open(user_pin=pin)
        except self._pkcs11.UserAlreadyLoggedIn:
            return token.open()

    def _key(self, label: str) -> Any:
        return self._session.get_key(label=label, object_class=self._pkcs11.ObjectClass.SECRET_KEY)

    @property
    def known(self) -> Collection[str]:
        return self._keys.keys()

    def wrap(self, key: bytes, about: str) -> bytes:
        """As `KeyEncryption`: the nonce, then the sealed key."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + bytes(self._keys[self.current].encrypt(key, **self._mechanism(nonce, about)))

    def unwrap(self, key_id: str, wrapped: bytes, about: str) -> bytes:
        """As `KeyEncryption`."""
        if key_id not in self._keys:
            raise SealBroken(f"a sealed record needs key {key_id}, which is not known here")
        nonce, text = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
        try:
            return bytes(self._keys[key_id].decrypt(text, **self._mechanism(nonce, about)))
        except self._pkcs11.PKCS11Error:
            raise SealBroken("a sealed record was altered, or stands where it was not written") from None

    def _mechanism(self, nonce: bytes, about: str) -> dict[str, Any]:
        parameters = self._pkcs11.GCMParams(nonce, about.encode(), _TAG_BITS)
        return {"mechanism": self._pkcs11.Mechanism.AES_GCM, "mechanism_param": parameters}
