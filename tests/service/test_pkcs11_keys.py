"""Keys in a token: tried with SoftHSM, where the machine has it (`SOFTHSM2_MODULE` and `SOFTHSM2_UTIL` name
its library and its program)."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from service.errors import SettingsRefused
from service.pkcs11_keys import TokenKeys
from service.sealed import KeyEncryption, SealBroken
from service.settings import Settings
from service.vault import Guarded, Vault

MODULE = Path(os.environ.get("SOFTHSM2_MODULE", "/usr/lib/softhsm/libsofthsm2.so"))

UTIL = os.environ.get("SOFTHSM2_UTIL") or shutil.which("softhsm2-util")


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A token with two keys."""
    pkcs11 = pytest.importorskip("pkcs11")
    if not MODULE.exists() or not UTIL:
        pytest.skip("SoftHSM is not installed")
    folder = tmp_path_factory.mktemp("hsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    options = ["--init-token", "--free", "--label", "mabar", "--so-pin", "123456", "--pin", "1234"]
    subprocess.run([UTIL, "--module", MODULE, *options], check=True, capture_output=True)
    library = pkcs11.lib(str(MODULE))
    with library.get_token(token_label="mabar").open(user_pin="1234", rw=True) as session:
        for label in ("old", "new"):
            session.generate_key(pkcs11.KeyType.AES, 256, label=label, store=True)
    return "mabar"


def test_a_token_wraps_what_it_alone_unwraps_in_its_place(token: str) -> None:
    keys: KeyEncryption = TokenKeys(MODULE, token, "1234", ["new", "old"])
    wrapped = keys.wrap(bytes(range(32)), "contact/2026-11")
    assert keys.unwrap(keys.current, wrapped, "contact/2026-11") == bytes(range(32))
    assert bytes(range(32)) not in wrapped
    for id, about in (("pkcs11:old", "contact/2026-11"), (keys.current, "contact/2026-12"), ("pkcs11:none", "")):
        with pytest.raises(SealBroken):
            keys.unwrap(id, wrapped, about)


def test_a_token_that_cannot_be_used_is_named(token: str) -> None:
    with pytest.raises(SettingsRefused, match="mabar"):
        TokenKeys(MODULE, token, "1234", ["absent"])


def test_the_vault_takes_its_keys_from_there_when_told_to(token: str, tmp_path: Path) -> None:
    (tmp_path / "pin").write_text("1234\n")
    given = Settings(
        pkcs11_module=MODULE, pkcs11_pin_file=tmp_path / "pin", pkcs11_data_keys=("new", "old"), data_dir=tmp_path
    )
    vault = Vault(given)
    assert set(vault.data.known) == {"pkcs11:new", "pkcs11:old"}
    assert vault.ring(Guarded.PROTECTION).current not in vault.data.known  # that of protection stays its own
    assert not (tmp_path / "data.key").exists()


def test_a_token_without_its_pin_ends_the_start() -> None:
    with pytest.raises(SettingsRefused, match="PIN_FILE"):
        _ = Vault(Settings(pkcs11_data_keys=("new",))).data
