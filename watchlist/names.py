"""Comparable forms of names: what a name is when spelling, script, order and courtesy are set aside.

``fold`` turns any written name into tokens, ``keys`` gives the consonant skeletons under which an index files
a token, ``sound`` a spelling with its vowels made coarse. All are pure and remember recent answers only.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from watchlist.letters import decode_escapes, is_escaped, romanise

TITLES = frozenset(
    "MR MRS MS MISS HERR FRAU SR SRA DON DR PROF PROFESSOR ENG ENGR ENGINEER SIR COL COLONEL GEN GENERAL MAJ MAJOR "
    "CAPT CAPTAIN LT LIEUTENANT BRIG BRIGADIER SGT COMMANDER COMMANDANT JR II III IV "
    "SHEIKH SHEIK SHAYKH SHAIKH SHEKH CHEIKH CHEIK SHEYKH HAJI HAJJI HADJI HAJ HAJJ HADJ HAGG HAG "
    "MULLAH MULLA MOLLA MAULAVI MAULAWI MAWLAWI MAWLAVI MOLVI MOULAVI MAULANA MAWLANA QARI HAFIZ "
    "USTAD USTADZ USTADH AYATOLLAH HOJJATOLESLAM HOJATOLESLAM AKHUND AKHUNDZADA "
    "shikh hajj haj hajji haji mla mlla mwlwi dktwr mhnds ustadh sheikh".split()
)
_PARTICLES = frozenset(
    "AL EL UL IL AS ES AR ER AZ EZ AD ED AN EN AT ET ASH ESH ATH UD UR US UZ UN "
    "BIN BEN IBN BENT BINT BINTI BTE IBNU OULD WALAD VELED WELED AIT AAL "
    "VAN VON DER DEN DE DES DU DA DO DAS DOS DI DEL DELLA DALLA LA LE LOS LAS Y E TER TEN ZU "
    "bn abn bnt wld al".split()
)
_ALLAH = re.compile(r"(?:AL|UL|OL|EL|IL|L)LA[HG]?|al?lh")
_DIN = re.compile(r"(?:AL|EL|UL|AD|ED|UD)?D+[IEY]+NE?|(?:al)?din")
_DIN_END = re.compile(r"(?<=[^AEIOU])(?:[AEIOU]{0,2}(?:L|D)?)D[IEY]+NE?$")
_ARABIC_DIN_END = re.compile(r"(?<=..)aldin$")
_ABD = re.compile(r"ABD[AEUO]?L?|bd")
_ABD_START = re.compile(r"^ABD(?:[AEIOU]+(?:L|([RSZNDT])(?=\1)))?")
_ABD_ASSIMILATED = re.compile(r"ABD[AEIOU](?:[RSZNDT]|SH)")
_ABDUL = re.compile(r"ABD[AEUO]L")
_ABU = re.compile(r"ABU|ABOU|ABO|ABI|ABUL|ABOUL|abw|abi")
_UMM = re.compile(r"UM|UMM|OUM|OUMM|OM|umm|am")
_ARTICLE = re.compile(r"^[AE]L(?=.{4})|^al(?=.{2})")
_PREFIX = re.compile(r"^(?:ABD|ABU|UMM|AL|EL|BEN|BIN|IBN|bd|abw|umm)(?=.{3})|^al(?=.{2})")
_DIGITS = str.maketrans("01234568", "OIZEASGB")
_WORD = re.compile(r"[^\W_]+")
_DOUBLED = re.compile(r"([A-Z])\1+")


@lru_cache(maxsize=1 << 14)
def fold(text: str) -> tuple[str, ...]:
    """The tokens of a name, in the order given names first; titles, articles and filiation words are left out.

    >>> fold("AL-HUSSEIN, Dr. Abdul Rahman bin Nour el-Din")
    ('ABDRAHMAN', 'NOURDIN', 'HUSSEIN')

    A name of nothing but such words keeps them. The empty name gives no tokens.
    """
    words = _words(text)
    joined = _join([word for word in words if word not in _PARTICLES])
    return tuple([word for word in joined if word not in TITLES] or joined or words)


def _words(text: str) -> list[str]:
    last, comma, first = text.partition(",")
    if comma and first.strip() and "," not in first:
        text = f"{first} {last}"
    words = [_readable(word) for word in _WORD.findall(romanise(text.replace("<", " ")))]
    if any(map(is_escaped, words)):
        words = [romanise(decode_escapes(word)) if word.isupper() else word for word in words]
    return [word for word in words if word]


def _readable(word: str) -> str:
    """Digits in a name are letters that a reader mistook."""
    return word if word.isalpha() or word.isdigit() else word.translate(_DIGITS)


def _join(words: list[str]) -> list[str]:
    """Compounds that are written as one word or several: Abd al-Rahman, Abu Bakr, Nur al-Din, Sayf Allah."""
    if not any(map(_is_part, words)):
        return [_bare(word) for word in words]
    out: list[str] = []
    opening = ""
    for word, following in pairwise((*words, "")):
        dangling = _ABDUL.fullmatch(opening) and _ARTICLE.match(word)
        if out and not opening and _joins_back(word):
            out[-1] += _tail(word)
        elif not opening and _opens(word, following[:1]):
            opening = word
        elif opening and not dangling:
            out.append(_opening(opening) + _ARTICLE.sub("", _bare(word), count=1))
            opening = ""
        else:
            out += [_opening(opening), _bare(word)] if opening else [_bare(word)]
            opening = ""
    return [*out, _opening(opening)] if opening else out


@lru_cache(maxsize=1 << 16)
def _is_part(word: str) -> bool:
    """Whether a word may be part of a compound: most are none, and need no look at their neighbours."""
    return _joins_back(word) or _opens(word, word[-1])


@lru_cache(maxsize=1 << 16)
def _opens(word: str, next_letter: str) -> bool:
    assimilated = _ABD_ASSIMILATED.fullmatch(word) and next_letter == word[-1]
    return bool(assimilated or _ABD.fullmatch(word) or _ABU.fullmatch(word) or _UMM.fullmatch(word))


@lru_cache(maxsize=1 << 16)
def _joins_back(word: str) -> bool:
    return bool(_ALLAH.fullmatch(word) or _DIN.fullmatch(word))


def _tail(word: str) -> str:
    if word.islower():
        return "lh" if _ALLAH.fullmatch(word) else "din"
    return "ALLAH" if _ALLAH.fullmatch(word) else "DIN"


def _opening(word: str) -> str:
    """The one spelling of a word that opens a compound."""
    if word.startswith("ABD") or _ABD.fullmatch(word):
        return "bd" if word.islower() else "ABD"
    if _ABU.fullmatch(word):
        return "abw" if word.islower() else "ABU"
    return "umm" if word.islower() else "UMM"


@lru_cache(maxsize=1 << 16)
def _bare(word: str) -> str:
    """A word with its article taken off where it is sure, and with Abd, Allah and Din spelt one way."""
    if word.islower():
        word = re.sub(r"llh$", "lh", word)
        word = re.sub(r"^bdal(?=..)", "bd", word)
        word = _ARABIC_DIN_END.sub("din", word)
        return _ARTICLE.sub("", word, count=1) if len(word) > 4 else word
    if word.startswith("ABD") and len(word) > 5:
        return "ABD" + _ABD_START.sub("", word, count=1)
    return _DIN_END.sub("DIN", word, count=1) if len(word) > 6 else word


@lru_cache(maxsize=1 << 16)
def stem(token: str) -> str:
    """A token without a joined article or compound prefix: ``ALHUSSEIN`` and ``ABDRAHMAN`` give what follows.

    What is too short to stand alone stays: ``ALI`` is ``ALI``.
    """
    found = _PREFIX.match(token)
    return token[found.end() :] if found else token


# A sound's consonant, then what other spellings make of it; empty where it may go unwritten.
_SOUNDS: dict[str, tuple[str, ...]] = {
    "TSCH": ("S",), "SHCH": ("S",), "SCH": ("S",), "TCH": ("S",), "SH": ("S",), "ZH": ("S", "J"), "DZH": ("J",),
    "DJ": ("J",), "CH": ("S", "K", "J"), "KH": ("K", ""), "GH": ("G", "K"), "TH": ("T", "S"), "DH": ("D", "S"),
    "PH": ("F",), "CK": ("K",), "TS": ("S",), "TZ": ("S",), "CZ": ("S",), "CE": ("S", "J"), "CI": ("S", "J"),
    "CY": ("S", "J"), "B": ("B",), "C": ("K", "J"), "D": ("D",), "F": ("F",), "G": ("G", "J"), "J": ("J",),
    "K": ("K",), "L": ("L",), "M": ("M",), "N": ("N",), "P": ("B",), "Q": ("K", "G"), "R": ("R",),
    "S": ("S",), "T": ("T",), "V": ("F", ""), "W": ("", "F"), "X": ("KS", "S"), "Z": ("S",),
}  # fmt: skip
_SOUND = re.compile("|".join(sorted(_SOUNDS, key=len, reverse=True)))
_MOST_KEYS = 6


@lru_cache(maxsize=1 << 16)
def keys(token: str) -> tuple[str, ...]:
    """The consonant skeletons of a token: the likeliest first, then each with one sound spelt otherwise.

    Vowels, w, y and h are dropped, doubled letters count once, and sounds that transliterators confuse are one
    (q and k, z and s, p and b). A token without consonants is filed under its vowels.

    >>> keys("MOHAMMED"), keys("QASIM")
    (('MMD',), ('KSM', 'GSM'))
    """
    units = _units(token)
    main = "".join(unit[0] for unit in units)
    found = [main]
    for place, unit in enumerate(units):
        for other in unit[1:]:
            found.append("".join(other if at == place else u[0] for at, u in enumerate(units)))
    return tuple(dict.fromkeys(key or "~" + sound(token) for key in found))[:_MOST_KEYS]


def _skeleton(token: str) -> str:
    """The first of ``keys``."""
    return "".join([unit[0] for unit in _units(token)]) or "~" + sound(token)


def _units(token: str) -> list[tuple[str, ...]]:
    units = [_SOUNDS[unit] for unit in _SOUND.findall(_single(token).upper())]
    if token.islower():  # an Arabic w is never the f that a German one may be
        units = [unit for unit in units if unit[0]]
    return units


def _single(token: str) -> str:
    return token if token.islower() else _DOUBLED.sub(r"\1", token)


_HEARD = {
        "X": "TSCH|SHCH|SCH|TCH|CH|SH|ZH", "J": "DJ|DZH|J", "K": "KH|CK|Q|C(?![EIY])|K", "G": "GH|G", "F": "PH|F",
        "T": "TH|T", "D": "DH|DS|D", "U": "OU|OO|U+|O+|W|V", "I": "EE|IE|IY|I+|Y", "A": "A+|E", "S": "S+|C", "B": "P",
        "": "(?<=.)H",
}  # fmt: skip
_HEARD_UNIT = re.compile("|".join(f"({pattern})" for pattern in _HEARD.values()))
_HEARD_AS = tuple(_HEARD)


@lru_cache(maxsize=1 << 16)
def sound(token: str) -> str:
    """A token spelt with three vowels, one sibilant for each that is heard, and h at the head only."""
    heard = _HEARD_UNIT.sub(lambda unit: _HEARD_AS[(unit.lastindex or 1) - 1], _single(token).upper())
    return _DOUBLED.sub(r"\1", heard)


def near_keys(key: str) -> tuple[str, ...]:
    """A skeleton with one consonant left out, each way, and itself: two skeletons one slip apart share one.

    Skeletons of fewer than four consonants say too little for that.
    """
    if len(key) < 4 or key.startswith("~"):
        return (key,)
    return (key, *dict.fromkeys(key[:at] + key[at + 1 :] for at in range(len(key))))


def joined_keys(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """The skeletons of neighbours read as one word: ``GUL AGHA`` as ``GULAGHA``."""
    return tuple([_skeleton(left + right) for left, right in pairwise(tokens)])


# Shares of people who bear a name somewhere in their chain, roughly, where the name is common: a short list knows
# too few people to tell. From general knowledge, coarse on purpose.
_COMMON = {
    0.20: "MOHAMMED", 0.08: "AHMED ALI HASSAN HUSSEIN",
    0.04: "ABDALLAH IBRAHIM MAHMOUD KHALID OMAR YOUSSEF SAID SALEH ABBAS JASSIM KARIM MUSTAFA OTHMAN ISMAIL",
    0.02: "KADHIM HAMID SALIM SALMAN RASHID JABBAR NASSER SULEIMAN KHALIL FATIMA ZAINAB MARIAM ABDRAHMAN ABDKARIM "
          "TARIQ HAMAD HADI MAJID AZIZ AMIN SHAH KHAN SAYED JAMAL KAMAL RAHMAN ABDAZIZ HAIDAR MUSA ISA",
    0.01: "AMIR FARES WALID NABIL FADI SAMIR BASHIR FAISAL FARIS MANSOUR ABDKADIR MEHDI REZA AKBAR GUL JAN AGHA ZAKI "
          "SHERKO AZAD SARDAR RIZGAR KAWA ARAM DILSHAD NIZAR RAAD SAAD QASIM JAWAD LAITH ANWAR IDRIS YASIN YAHYA "
          "JOSE MARIA JUAN CARLOS LUIS JOHN DAVID MICHAEL ROBERT JAMES ALEXANDER SERGEI VLADIMIR IVAN ANDREI NIKOLAI "
          "DMITRI MIKHAIL ANNA PETER PAUL THOMAS DANIEL MEHMET KIM LEE LI WANG ZHANG CHEN NGUYEN SINGH KUMAR",
}  # fmt: skip


@lru_cache(maxsize=1)
def _common_keys() -> dict[str, float]:
    return {keys(name)[0]: share for share, names in reversed(_COMMON.items()) for name in names.split()}


def common_share(key: str) -> float:
    """The rough share of people with a name of this skeleton, 0 where it is not known to be common."""
    return _common_keys().get(key, 0.0)
