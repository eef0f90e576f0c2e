"""Numbers of paper forms: the post, a serial number, and a character that checks both. Pure.

Written ``IQ-ZUR-000123-H``. The last is the check character of ISO/IEC 7064, MOD 37,36: one wrong sign never passes,
nor do two neighbours that changed places, but for one pair in about a thousand.
"""

from __future__ import annotations

import re

_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FORM = re.compile(r"([A-Z0-9]{2,}(?:-[A-Z0-9]+)+)-(\d{6,9})-([0-9A-Z])")


class FormNumberError(ValueError):
    """The text is no form's number; the message says what is wrong."""


def form_number(post: str, serial: int) -> str:
    """The number of the `serial`-th form of a crossing point."""
    bare = f"{post}-{serial:06d}"
    return f"{bare}-{_check(bare)}"


def read_form_number(text: str) -> str:
    """The number as it is stored, however it was typed.

    Raises:
        FormNumberError: it is not one, or a sign is wrong.
    """
    number = text.strip().upper().replace(" ", "")
    match = _FORM.fullmatch(number)
    if not match:
        raise FormNumberError("a paper form's number is written like IQ-ZUR-000123-H")
    if _check(f"{match[1]}-{match[2]}") != match[3]:
        raise FormNumberError("a letter or digit of the form's number is wrong: its last one does not fit")
    return number


def _check(bare: str) -> str:
    product = 36
    for sign in filter(str.isalnum, bare):
        total = (product + _SIGNS.index(sign)) % 36 or 36
        product = total * 2 % 37
    return _SIGNS[(1 - product) % 36]
