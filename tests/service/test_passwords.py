import math
from pathlib import Path

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from service import passwords
from service.errors import PasswordRefused


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "fourteen chars",
        "x" * 300,
        "Password1234567!",
        "P@ssw0rd-P@ssw0rd",
        "P@ssw0rd-Baghdad-2024",
        "Welcome2BorderPolice!",
        "Administrator1111",
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "1234567890123456",
        "qwertyuiop123456",
        "zyxwvutsrqponmlk",
        "layla.hassan-20242024",
        "Hassan.Password.2026",
        "L4yl4H4ss4n-000000",
    ],
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(PasswordRefused):
        passwords.check(password, "layla.hassan", "Layla Hassan")


@pytest.mark.parametrize(
    "password",
    [
        "copper river lantern",
        "معبر الحدود القديم ليلا",
        "t7Fq-9xLm-2wPz-4",
        "dragon monkey football princess",
    ],
)
def test_length_and_rarity_are_enough(password: str) -> None:
    passwords.check(password, "layla.hassan", "Layla Hassan")


def test_an_operator_can_refuse_more(tmp_path: Path) -> None:
    (tmp_path / "known").write_text("short\nCopper River Lantern\n")
    refused = passwords.blocklist(tmp_path / "known")
    assert refused == {"copper river lantern"}
    with pytest.raises(PasswordRefused):
        passwords.check("copper river lantern", "layla", refused=refused)


async def test_a_password_kept_with_other_parameters_is_dated(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = await passwords.keep("copper river lantern")
    assert not passwords.is_dated(kept)
    monkeypatch.setattr(passwords, "_hasher", PasswordHash([Argon2Hasher(time_cost=1, memory_cost=64)]))
    assert passwords.is_dated(kept)


def test_what_is_made_up_is_good_and_never_twice_the_same() -> None:
    made = {passwords.generate() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        passwords.check(password, "demo")
        assert len(password.replace("-", "")) * math.log2(31) >= 128  # bits, of letters that each are one of 31


async def test_a_password_matches_what_was_kept_of_it() -> None:
    kept = await passwords.keep("copper river lantern")
    assert kept.startswith("$argon2id$")
    assert await passwords.matches("copper river lantern", kept)
    assert not await passwords.matches("copper river lanterns", kept)
    assert not await passwords.matches("copper river lantern", None)


async def test_the_same_letters_typed_otherwise_are_the_same_password() -> None:
    assert await passwords.matches("cafe\u0301 lantern river", await passwords.keep("caf\u00e9 lantern river"))


async def test_any_text_can_be_tried() -> None:
    assert not await passwords.matches("\ud800", None)
