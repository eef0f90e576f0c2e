"""Passwords: which are good enough, how they are kept, how one is made up.

Length and a blocklist, no rules of composition and no end after so many days: NIST SP 800-63B-4, section 3.1.1.2.
Kept as argon2id with the library's own parameters (RFC 9106, low-memory profile).
"""

from __future__ import annotations

import asyncio
import re
import secrets
import unicodedata
from collections.abc import Callable, Container, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TypeVar, TypeVarTuple

from pwdlib import PasswordHash

from service.errors import PasswordRefused, SettingsRefused

SHORTEST = 15  # what SP 800-63B-4 asks of a password that may stand alone
LONGEST = 256  # characters: what is hashed has a bound, so that a sign-in costs no more than a sign-in

# Our own list of what people make long passwords of: up to three of these in a row, in any case, with
# digits and signs between and the usual letters written as digits, are among the first that are tried.
_COMMON_WORDS = """
password passwort passwd pass admin administrator root user guest login logon secret topsecret supersecret
welcome letmein openthedoor changeme change default temp temporary test testing demo hello please trustno
qwerty qwertyuiop asdf asdfgh asdfghjkl zxcv zxcvbn zxcvbnm qaz wsx edc qazwsx azerty abc abcd abcdef alphabet
love iloveyou lovely forever baby angel princess prince king queen sunshine moonlight flower rose summer winter
spring autumn football soccer baseball basketball barcelona realmadrid ronaldo messi liverpool chelsea arsenal
superman batman spiderman pokemon naruto dragon monkey tiger lion eagle falcon shadow master ninja hunter
computer internet google facebook samsung nokia huawei iphone windows android microsoft whatsapp
monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
september october november december today
god allah bismillah alhamdulillah inshallah mashallah islam quran salam assalamualaikum habibi habibti hayati
mohammed muhammad mohamed ahmed mustafa ali hassan hussein omar fatima zainab maryam abdullah karrar mahdi
sara rawan shilan hawkar rebin kurd kurdi azadi peshmerga
iraq iraqi kurdistan baghdad basra erbil hewler slemani sulaymaniyah duhok mosul najaf karbala kirkuk anbar
babylon mesopotamia tigris euphrates
mabar border police borderpolice passport visa control immigration customs checkpoint crossing point gate post
officer firstline secondline supervisor watchlist security station airport interior ministry government
the my our this is your new and for one two three four five six seven eight nine ten me you it in of
correcthorsebatterystaple correct horse battery staple
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_COMMON_PARTS = 3  # how many of them, one after another, are still guessed
_AS_LETTERS = str.maketrans("013457@$!", "oieastasi")
_WALKS = ("qwertyuiopasdfghjklzxcvbnm", "qazwsxedcrfvtgbyhnujmikolp", "abcdefghijklmnopqrstuvwxyz")

_hasher = PasswordHash.recommended()
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


def check(password: str, *names: str, refused: Container[str] = ()) -> None:
    """See that a new password is good enough. `names` are the account's, `refused` an operator's own list.

    Raises:
        PasswordRefused: with the reason, for the one who chose it.
    """
    if len(password) < SHORTEST:
        raise PasswordRefused(f"the password is too short: at least {SHORTEST} characters")
    if len(password) > LONGEST:
        raise PasswordRefused(f"the password is too long: at most {LONGEST} characters")
    if _is_guessable(password, names) or password.casefold() in refused:
        raise PasswordRefused("the password is among those that are tried first; choose several unrelated words")


def _is_guessable(password: str, names: Iterable[str]) -> bool:
    own = {_letters(part) for name in names for part in (name, *_WORD.findall(name))}
    words = _COMMON | {part for part in own if len(part) > 1}
    disguised = _AROUND.sub("", password.casefold()).translate(_AS_LETTERS)
    read = [letters for letters in (_letters(password), _letters(disguised)) if len(letters) <= _LONGEST_GUESSED]
    return _repeats(password) or any(_is_made_of(letters, words) for letters in read)


_LONGEST_GUESSED = 64  # letters; nobody tries so many, and to take them apart takes long
_AROUND = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_WORD = re.compile(r"[^\W\d_]+")


def _letters(text: str) -> str:
    """The letters of a text, which is all that most variations leave alone."""
    return "".join(letter for letter in text.casefold() if letter.isalpha())


def _is_made_of(letters: str, words: Container[str], parts: int = _COMMON_PARTS) -> bool:
    """Whether `letters` are nothing but up to `parts` words or walks over the keyboard, one after another."""
    if not letters:
        return True
    return parts > 0 and any(
        (letters[:end] in words or _is_walk(letters[:end])) and _is_made_of(letters[end:], words, parts - 1)
        for end in range(len(letters), 0, -1)
    )


def _is_walk(letters: str) -> bool:
    """Whether letters lie side by side, as fingers walk, forward or back; or are one letter over and over."""
    return len(set(letters)) == 1 or any(letters in way or letters[::-1] in way for way in _WALKS if len(letters) > 2)


def _repeats(password: str) -> bool:
    """Whether a password is one short piece over and over, such as ``abcabcabcabcabc``."""
    return password in (password + password)[1:-1] or len(set(password)) < 5


@cache
def blocklist(path: Path | None) -> frozenset[str]:
    """The operator's own list of passwords that nobody may choose, one a line; the too short are left out.

    Raises:
        SettingsRefused: the file cannot be read.
    """
    if path is None:
        return frozenset()
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            return frozenset(word for line in lines if len(word := line.strip().casefold()) >= SHORTEST)
    except OSError as error:
        raise SettingsRefused(f"MABAR_PASSWORD_BLOCKLIST: {error}") from None


def generate() -> str:
    """A password for a person to copy once: 138 bits in seven groups of letters and digits that read apart."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(7))


async def keep(password: str) -> str:
    """The form in which a password is stored."""
    return await _aside(_hasher.hash, _octets(password))


def is_dated(kept: str) -> bool:
    """Whether a password was kept with other parameters than today's."""
    return _hasher.current_hasher.check_needs_rehash(kept)


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
