"""Redress numbers: what a traveller who was cleared carries, so that the next officer finds the clearance. Pure.

Eleven signs, written ``K7M4Q-2R9XP-A``. The last checks the others: the sum of all, each times its place, is 0 modulo
31 (the way of ISBN-10 with a prime that fits the alphabet), so that one wrong sign, or two that changed places, never
pass. The alphabet leaves out what is easily misread; what an eye takes for one of its signs is read as that sign.
"""

from __future__ import annotations

_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXY"  # 31, a prime
_MISREAD = str.maketrans("OILUZ", "011V2")
_LENGTH = 11


class RedressNumberError(ValueError):
    """The text is no redress number; the message says what is wrong, and never repeats it."""


def redress_number(chance: int) -> str:
    """The number made of a random `chance` of at least 50 bits."""
    values = []
    for _ in range(_LENGTH - 1):
        chance, value = divmod(chance, len(_SIGNS))
        values.append(value)
    # Places count from 1 for the check sign upwards, so that its own weight is 1.
    check = -sum(value * place for place, value in enumerate(reversed(values), 2)) % len(_SIGNS)
    return _written("".join(_SIGNS[value] for value in [*values, check]))


def read_redress_number(text: str) -> str:
    """The number as it is stored, however it was typed.

    Raises:
        RedressNumberError: it is not one, or a sign is wrong.
    """
    bare = text.upper().replace("-", "").replace(" ", "").translate(_MISREAD)
    if len(bare) != _LENGTH or not set(bare) <= set(_SIGNS):
        raise RedressNumberError(f"a redress number has {_LENGTH} letters and digits, such as K7M4Q-2R9XP-A")
    if sum(_SIGNS.index(sign) * place for place, sign in enumerate(reversed(bare), 1)) % len(_SIGNS):
        raise RedressNumberError("a letter or digit of the redress number is wrong: its last one does not fit")
    return _written(bare)


def _written(bare: str) -> str:
    return f"{bare[:5]}-{bare[5:10]}-{bare[10]}"
