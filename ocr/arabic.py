"""Names in Arabic script that arrive escape-coded: ICAO Doc 9303 part 3, section 6, Arabic.

The scheme writes one Arabic letter as one Latin letter, or as an escape that begins with X. Names
are far more often phonetic, so a name counts as coded only if all of it reads as codes.
"""

_TABLE = """
XE=ء XAA=آ XAE=أ U=ؤ I=إ XI=ئ A=ا B=ب XTA=ة XAH=ة T=ت XTH=ث J=ج XH=ح XKH=خ D=د XDH=ذ R=ر Z=ز
S=س XSH=ش XSS=ص XDZ=ض XTT=ط XZZ=ظ E=ع G=غ F=ف Q=ق K=ك L=ل M=م N=ن H=ه W=و XAY=ى Y=ي
"""

# Letters of other languages in Arabic script: Persian, Urdu, Pashto, Kurdish.
_TABLE_OF_OTHER_LANGUAGES = """
XXA=ٱ XXT=ٹ XRT=ټ P=پ XKE=ځ XXH=څ XC=چ XXD=ڈ XDR=ډ XXR=ڑ XRR=ړ XRX=ږ XJ=ژ XXS=ښ XKK=ک XXK=ګ
XNG=ڭ XGG=گ XNN=ں XXN=ڼ XDO=ھ XYH=ۀ XXG=ہ XGE=ۂ XTG=ۃ XYA=ی XXY=ۍ XYB=ے XBE=ۓ
"""

_CODES = dict(pair.split("=") for pair in (_TABLE + _TABLE_OF_OTHER_LANGUAGES).split())

_LONGEST_ESCAPE = 3


def decode_arabic_escapes(name: str) -> str | None:
    """The Arabic spelling of an escape-coded ``name``; spaces and fillers part its words.

    None where no escape stands in it or some of it is no code at all. A Latin name can look coded
    (XHEMAL), so ask only of documents whose issuer writes in Arabic script. Teh marbuta has two
    codes (XTA, XAH), and a doubled letter stays doubled: the shadda leaves no other trace.
    """
    words = name.upper().replace("<", " ").split()
    decoded = [_decode_word(word) for word in words]
    if "X" not in name.upper() or None in decoded:
        return None
    return " ".join(word for word in decoded if word)


def _decode_word(word: str) -> str | None:
    letters: list[str] = []
    at = 0
    while at < len(word):
        code = next((c for c in _codes_at(word, at) if c in _CODES), None)
        if code is None:
            return None
        letters.append(_CODES[code])
        at += len(code)
    return "".join(letters)


def _codes_at(word: str, at: int) -> tuple[str, ...]:
    return tuple(word[at : at + length] for length in range(_LONGEST_ESCAPE, 0, -1))
