"""Tables of letters: how scripts and MRZ codes become the Latin letters that names are compared in.

Letters of the Arabic script come out in lower case: such a token lacks its short vowels, and comparing it
with a Latin token must not expect them. All other letters come out in upper case.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

# dh stands for ذ ض ظ alike: Latin spellings use d, dh and z for each of the three.
_ARABIC = {
    "ا": "a", "آ": "a", "أ": "a", "إ": "i", "ٱ": "a", "ء": "", "ؤ": "w", "ئ": "i",
    "ب": "b", "ت": "t", "ث": "th", "ج": "j", "ح": "h", "خ": "kh", "د": "d", "ذ": "dh",
    "ر": "r", "ز": "z", "س": "s", "ش": "sh", "ص": "s", "ض": "dh", "ط": "t", "ظ": "dh",
    "ع": "", "غ": "gh", "ف": "f", "ق": "q", "ك": "k", "ل": "l", "م": "m", "ن": "n",
    "ه": "h", "ة": "a", "و": "w", "ي": "i", "ى": "a",
    # Persian, Urdu, Pashto
    "پ": "p", "چ": "ch", "ژ": "zh", "گ": "g", "ک": "k", "ی": "i", "ۀ": "a", "ہ": "h",
    "ھ": "h", "ے": "i", "ں": "n", "ٹ": "t", "ڈ": "d", "ڑ": "r", "ټ": "t", "ډ": "d",
    "ړ": "r", "ڼ": "n", "ښ": "sh", "ږ": "zh", "ځ": "z", "څ": "s", "ې": "i", "ۍ": "i", "ګ": "g",
    # Sorani and Kurmanji Kurdish in Arabic letters
    "ێ": "e", "ۆ": "o", "ڵ": "l", "ڕ": "r", "ڤ": "v", "ە": "a", "ۇ": "u", "ۊ": "u", "ۋ": "v",
    # Maghrebi and others
    "ڨ": "g", "ڭ": "ng", "ݣ": "g",
}  # fmt: skip

_CYRILLIC = {
    "А": "A", "Б": "B", "В": "V", "Г": "G", "Д": "D", "Е": "E", "Ё": "E", "Ж": "ZH", "З": "Z",
    "И": "I", "Й": "I", "К": "K", "Л": "L", "М": "M", "Н": "N", "О": "O", "П": "P", "Р": "R",
    "С": "S", "Т": "T", "У": "U", "Ф": "F", "Х": "KH", "Ц": "TS", "Ч": "CH", "Ш": "SH",
    "Щ": "SHCH", "Ъ": "", "Ы": "Y", "Ь": "", "Э": "E", "Ю": "IU", "Я": "IA",
    "Є": "IE", "І": "I", "Ї": "I", "Ґ": "G", "Ў": "U", "Ј": "J", "Љ": "LJ", "Њ": "NJ",
    "Ћ": "C", "Ђ": "DJ", "Џ": "DZH", "Ѓ": "G", "Ќ": "K", "Ә": "A", "Ғ": "GH", "Қ": "Q",
    "Ң": "N", "Ө": "O", "Ұ": "U", "Ү": "U", "Һ": "H", "Ҳ": "H", "Ҷ": "J", "Ӣ": "I", "Ӯ": "U",
}  # fmt: skip

_LATIN = {
    "ß": "SS", "Æ": "AE", "Œ": "OE", "Ø": "O", "Ł": "L", "Đ": "D", "Ð": "D", "Þ": "TH",
    "Ə": "A", "ı": "I", "İ": "I", "Ħ": "H", "Ŋ": "N", "Ş": "SH", "Ș": "SH", "Ç": "CH",
    "Š": "SH", "Č": "CH", "Ž": "ZH", "Ć": "C",
}  # fmt: skip

# Signs for hamza and ayn, apostrophes and quotation marks: inside a name they separate nothing.
_DROPPED = "'’‘ʼʿʾ`´′ʹʺ“”„\"\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u0640\u2066\u2067\u2068\u2069\ufeff"

# ICAO Doc 9303 part 3, section 6, table for the Arabic script: codes of the Machine Readable Zone.
_ESCAPES = {
    "XAA": "آ", "XAE": "أ", "XTA": "ة", "XAH": "ة", "XTH": "ث", "XKH": "خ", "XDH": "ذ", "XSH": "ش",
    "XSS": "ص", "XDZ": "ض", "XTT": "ط", "XZZ": "ظ", "XAY": "ى", "XXA": "ٱ", "XXT": "ٹ", "XRT": "ټ",
    "XKE": "ځ", "XXH": "څ", "XXC": "چ", "XXD": "ڈ", "XDR": "ډ", "XXR": "ڑ", "XRR": "ړ", "XRX": "ږ",
    "XXS": "ښ", "XKK": "ک", "XXK": "ګ", "XNG": "ڭ", "XGG": "گ", "XNN": "ں", "XXN": "ڼ", "XDO": "ھ",
    "XYH": "ۀ", "XXG": "ہ", "XGE": "ۂ", "XTG": "ة", "XYA": "ی", "XXY": "ۍ", "XYB": "ے", "XBE": "ۓ",
    "XE": "ء", "XI": "ئ", "XH": "ح", "XC": "چ", "XJ": "ژ",
    "A": "ا", "B": "ب", "T": "ت", "J": "ج", "D": "د", "R": "ر", "Z": "ز", "S": "س", "E": "ع",
    "G": "غ", "F": "ف", "Q": "ق", "K": "ك", "L": "ل", "M": "م", "N": "ن", "H": "ه", "W": "و",
    "Y": "ي", "P": "پ", "U": "ؤ", "I": "إ",
}  # fmt: skip
_ESCAPE_UNIT = re.compile("|".join(sorted(_ESCAPES, key=len, reverse=True)) + "|.")
# Three-letter codes give an escaped name away; XH and XJ alone do only before a consonant, since Albanian
# and Chinese spellings put a vowel after them (HOXHA, XIANG).
_ESCAPED = re.compile("|".join(code for code in _ESCAPES if len(code) == 3) + "|X[HJ](?![AEIOUYJH])")
_VOWELS = frozenset("AEIOUY")


def is_escaped(word: str) -> bool:
    """Whether an MRZ word carries the codes of Doc 9303 for Arabic letters (XKH, XSH, XSS, …)."""
    if "X" not in word or not _ESCAPED.search(word):
        return False
    plain = _ESCAPED.sub("", word)
    return sum(letter in _VOWELS for letter in plain) <= max(2, len(plain) // 2)


def decode_escapes(word: str) -> str:
    """An MRZ word in Doc 9303's codes, back in Arabic letters: ``MXHMD`` is محمد.

    >>> decode_escapes("MXHMD")
    'محمد'
    """
    return "".join(_ESCAPES.get(unit, "") for unit in _ESCAPE_UNIT.findall(word))


def romanise(text: str) -> str:
    """Text in Latin letters: Arabic script in lower case, everything else in upper case, marks dropped.

    A Turkish or Slavic letter that a sound hangs on keeps it (``Ş`` is ``SH``); other accents go.
    """
    text = text.translate(_DROP_TABLE)
    return text.upper() if text.isascii() else "".join(map(_letter, unicodedata.normalize("NFKC", text)))


_DROP_TABLE = {ord(sign): None for sign in _DROPPED}


@lru_cache(maxsize=1 << 12)
def _letter(letter: str) -> str:
    if letter in _ARABIC:
        return _ARABIC[letter]
    upper = letter.upper() if letter != "ı" else letter
    for table in (_LATIN, _CYRILLIC):
        if upper in table:
            return table[upper]
    base = unicodedata.normalize("NFD", letter)[0]
    if base in _ARABIC:
        return _ARABIC[base]
    if unicodedata.category(letter) == "Mn":
        return ""
    if base.isascii() or not letter.isalnum():
        return base.upper() if base.isascii() else " "
    return anyascii(letter).upper()
