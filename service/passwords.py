"""Passwords: which are good enough, how they are kept, how one is made up.

Length and a list of the usual ones, no rules of composition: NIST SP 800-63B, section 3.1.1.2.
Kept as argon2id with the library's own parameters (RFC 9106, low-memory profile).
"""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar, TypeVarTuple

from pwdlib import PasswordHash

from service.errors import PasswordRefused

SHORTEST = 12
LONGEST = 256  # characters: what is hashed has a bound, so that a sign-in costs no more than a sign-in

# Long enough to pass for length, and still among the first that are tried; compared without case,
# digits at the end and punctuation.
_COMMON_WORDS = """
password passwordpassword passwort administrator adminadmin admin letmein letmeinplease welcome
welcomewelcome qwertyuiop qwertyuiopasdfghjkl qwerty qwertyqwerty asdfghjkl zxcvbnm iloveyou
changeme changemenow changeit defaultpassword secret secretpassword topsecret supersecret
trustno football baseball princess sunshine superman batman dragon monkey master
abcdefghijkl abcdefghijklm abcdefgh abcabcabcabc correcthorsebatterystaple
mabar mabarmabar border bordercontrol borderpolice bordercrossing crossingpoint passport passportcontrol
immigration firstline secondline supervisor watchlist iraq baghdad basra erbil kurdistan
"""
_COMMON = frozenset(_COMMON_WORDS.split())

_hasher = PasswordHash.recommended()
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


def check(password: str, username: str) -> None:
    """See that a new password is good enough.

    Raises:
        PasswordRefused: with the reason, for the one who chose it.
    """
    if len(password) < SHORTEST:
        raise PasswordRefused(f"the password is too short: at least {SHORTEST} characters")
    if len(password) > LONGEST:
        raise PasswordRefused(f"the password is too long: at most {LONGEST} characters")
    if _plain(password) in _COMMON | {_plain(username), ""} or _repeats(password):
        raise PasswordRefused("the password is among those that are tried first; choose several unrelated words")


def _plain(password: str) -> str:
    """The letters of a password, which is all that most variations leave alone."""
    return "".join(letter for letter in password.casefold() if letter.isalpha())


def _repeats(password: str) -> bool:
    """Whether a password is one short piece over and over, such as ``abcabcabcabc``."""
    return password in (password + password)[1:-1] or len(set(password)) < 5


def generate() -> str:
    """A password for a person to copy once: 100 bits in five groups of letters and digits that read apart."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(5))


async def keep(password: str) -> str:
    """The form in which a password is stored."""
    return await _aside(_hasher.hash, _octets(password))


async def matches(password: str, kept: str | None) -> bool:
    """Whether `password` is the one kept; as slow when nothing is kept, so that time tells no account apart."""
    if len(password) > LONGEST:
        return False
    return await _aside(_matches, _octets(password), kept)


def _octets(password: str) -> bytes:
    """What is hashed: one form for every way of typing the same letters (RFC 8265, section 4.2), any text at all."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def _matches(password: bytes, kept: str | None) -> bool:
    fits = _hasher.verify(password, kept or _nobody())
    return fits and kept is not None


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe())


async def _aside(work: Callable[[*Ts], T], *args: *Ts) -> T:
    """Slow work and 64 MB each: on threads of its own, two at a time, never on the event loop."""
    return await asyncio.get_running_loop().run_in_executor(_threads, work, *args)
