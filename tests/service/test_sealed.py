"""Sealed records: who has the key reads them, in their own place, as they were written; and where keys come from."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from service.errors import SettingsRefused
from service.sealed import Keyring, SealBroken, new_key, read_keys
from service.settings import Settings
from service.vault import PROTECTION_FILE, Vault

OLD, NEW = new_key(), new_key()
RING = read_keys(OLD)


@given(st.binary(max_size=2000).filter(lambda body: not body.endswith(b" ")), st.text(max_size=50))
def test_what_is_sealed_is_opened_where_it_was_sealed_and_nowhere_else(body: bytes, about: str) -> None:
    sealed = RING.seal(body, about)
    assert RING.open(sealed, about).rstrip(b" ") == body
    with pytest.raises(SealBroken):
        RING.open(sealed, f"{about}!")


@given(st.integers(min_value=0))
def test_an_altered_record_is_not_opened(at: int) -> None:
    sealed = RING.seal(b"a wish", "here")
    at %= len(sealed.text)
    altered = sealed.text[:at] + bytes([sealed.text[at] ^ 1]) + sealed.text[at + 1 :]
    with pytest.raises(SealBroken):
        RING.open(replace(sealed, text=altered), "here")


def test_the_length_tells_little_and_no_two_are_alike() -> None:
    short, long = RING.seal(b"a", ""), RING.seal(b"a" * 500, "")
    assert len(short.text) == len(long.text)
    assert RING.seal(b"a", "").text != short.text


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    before = RING.seal(b"before", "")
    rotated = read_keys(f"{NEW}  # since June\n\n{OLD}\n")
    assert rotated.open(before, "").strip() == b"before"
    after = rotated.seal(b"after", "")
    assert after.key_id == rotated.current != before.key_id
    with pytest.raises(SealBroken, match=after.key_id):
        RING.open(after, "")


@pytest.mark.parametrize("text", ["", "# nothing", "c2hvcnQ=", "not base64!"])
def test_what_is_no_key_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError) as refused:
        read_keys(text)
    assert not text or text.strip("# ") not in str(refused.value)


def test_keys_do_not_show_themselves() -> None:
    assert OLD not in repr(RING)
    assert OLD not in repr(Settings(protection_keys=SecretStr(OLD)))


def test_a_key_is_made_once_for_our_eyes_alone(tmp_path: Path) -> None:
    first = Vault(Settings(data_dir=tmp_path)).protection
    assert stat.S_IMODE((tmp_path / PROTECTION_FILE).stat().st_mode) == 0o600
    assert Vault(Settings(data_dir=tmp_path)).protection.current == first.current
    assert [path.name for path in tmp_path.iterdir()] == [PROTECTION_FILE]


def test_keys_from_a_file_and_from_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(OLD)
    for given_ in ({"protection_key_file": file}, {"protection_keys": SecretStr(OLD)}):
        ring: Keyring = Vault(Settings(data_dir=tmp_path / "data", **given_)).protection
        assert ring.current == RING.current
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("text", [None, "short"])
def test_a_key_file_that_cannot_be_used_is_named(tmp_path: Path, text: str | None) -> None:
    if text:
        (tmp_path / "keys").write_text(text)
    with pytest.raises(SettingsRefused, match=r"keys|KEY_FILE"):
        _ = Vault(Settings(protection_key_file=tmp_path / "keys")).protection
